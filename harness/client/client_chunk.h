/*
 * client_chunk — the message by BDAT (RFC 3030 §2).
 *
 * Knows: how many octets go at a time, and that a server which does not know the command gets the
 * message by DATA, in a new transaction. Refuses to know: envelopes, the message.
 */
#ifndef SMTPVET_CLIENT_CLIENT_CHUNK_H
#define SMTPVET_CLIENT_CLIENT_CHUNK_H

#include "harness/client/client_machine.h"

#define CLIENT_CHUNK_DEFAULT ((int64_t)64 * 1024) /* octets, of a message that must go so */

/* The present message goes by BDAT. */
bool client_chunk_is_used(const struct client *client);
/* The first one. */
void client_chunk_begin(struct client *client);
void client_chunk_enter(struct client *client);
void client_chunk_reply(struct client *client, const struct client_reply *reply);
void client_last_chunk_reply(struct client *client, const struct client_reply *reply);
/* BDAT was never answered: true where another connection follows, if that was told. */
bool client_chunk_renew(struct client *client);

#endif
