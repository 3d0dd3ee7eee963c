/*
 * fake_chunk — BDAT and the octets behind it (RFC 3030 §2).
 *
 * Knows: when octets behind a line are a chunk, and whether they are kept: what belongs to no
 * transaction with recipients is read and thrown away. Refuses to know: where octets come from,
 * rules, what a message looks like.
 *
 * The moment of a BDAT comes behind its chunk. That of the last one is the message's, but where a
 * rule wants it as a command.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_CHUNK_H
#define SMTPVET_FAKE_SERVER_FAKE_CHUNK_H

#include "fake-server/fake_session.h"

/* True where the present line is a BDAT that has a chunk, which begins here. */
bool fake_chunk_begin(struct fake_session *session);
/* `bytes`: no more than are left of it. */
void fake_chunk_take(struct fake_session *session, struct span bytes);
/* The present BDAT is the last one of a message that can be taken. */
bool fake_chunk_is_message(const struct fake_session *session);

/* The normal reply to BDAT, and what its consent means. */
void fake_chunk_perform(struct fake_session *session);
void fake_chunk_grant(struct fake_session *session);

#endif
