/*
 * serve — what a server's session is told beyond what both roles have.
 *
 * Knows: client certificates that are asked for, certificates by name, names that it does not have,
 * finite fields of any size. Refuses to know: how the session is driven. It owns nothing.
 */
#ifndef SMTPVET_TLS_SERVE_H
#define SMTPVET_TLS_SERVE_H

#include "harness/tls/session.h"

/* Adds an identity to those that are presented. */
bool tls_session_present(struct tls_session *session, const struct tls_identity *identity);
/* Presents what there is for a server name in place of the default, if there is something. */
bool tls_serve_present_for(struct tls_session *session, struct span name, bool *ret_any);
/* What becomes of a hello with this server name (empty: none): as SSL_CTX_set_client_hello_cb. */
int tls_serve_name(struct tls_session *session, struct span name, int *alert);
/* Asks an open session for a certificate, where that was to be done later. */
void tls_serve_ask_later(struct tls_session *session);
/* Asks for a second handshake where that is due (RFC 5246 §7.4.1.1). */
void tls_serve_renegotiate(struct tls_session *session);
bool tls_serve_set(struct tls_session *session, const struct tls_server_options *options);

#endif
