/*
 * fake_handmade — a ClientHello that is answered by hand, and what comes of it.
 *
 * Knows: which faults and protocols of a plan want which answer of harness/tls/handmade.h; that
 * TLS, which has read the ClientHello too, hears of the rest only the alerts. Refuses to know: what
 * is in an answer.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_HANDMADE_H
#define SMTPVET_FAKE_SERVER_FAKE_HANDMADE_H

#include "fake-server/fake_session.h"
#include "harness/tls/handmade.h"

/* What a server of that plan says to a ClientHello; TLS_HANDMADE_NONE: what TLS says. */
enum tls_handmade fake_handmade_kind(const struct plan_server *plan);

/* fake_handmade_answer answers the held ClientHello: wire bytes come into the session's piece. */
void fake_handmade_answer(struct fake_session *session);
/* Wire bytes that followed it, a record or a part of one. */
void fake_handmade_feed(struct fake_session *session, struct span bytes);

#endif
