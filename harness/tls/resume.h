/*
 * resume — tickets and the sessions behind them, for the files of this room only.
 *
 * Knows: OpenSSL's callbacks for both roles. Tickets hold the time of day, and their age is counted
 * by it: both are put right by the time that the sessions are told, so that the same seed gives the
 * same tickets and a pause in a simulated world makes them older.
 * Refuses to know: who resumes, and why. A session borrows its memory.
 */
#ifndef SMTPVET_TLS_RESUME_H
#define SMTPVET_TLS_RESUME_H

#include "harness/tls/session.h"

/* Of contexts whose sessions may be resumed. */
bool tls_resume_set_context(SSL_CTX *context, bool server);
/* Of a server's session: as many tickets as its options say. */
bool tls_resume_set_server(struct tls_session *session, const struct tls_tickets *tickets);
/* Of a client's: keeps to `options->memory`, and offers what fits from there. */
void tls_resume_set_client(struct tls_session *session, const struct tls_client_options *options);
void tls_resume_done(struct tls_session *session);
/* A handshake is over: what was known of a resumed session is known again. */
void tls_resume_opened(struct tls_session *session);
/* A server is about to write: another ticket goes first, where it is to send more of them. */
void tls_resume_writes(struct tls_session *session);
/* A NewSessionTicket of TLS 1.3 came by (RFC 8446 §4.6.1). */
void tls_resume_ticket(struct tls_session *session, struct span message);

#endif
