/*
 * binding — what a TLS session says to a login that is made in it: what binds the two (RFC 5056),
 * as either side has it, and who the client is.
 *
 * Knows: tls-unique and tls-server-end-point (RFC 5929), tls-exporter (RFC 9266).
 * Refuses to know: SASL, which of them a mechanism should use.
 */
#ifndef SMTPVET_TLS_BINDING_H
#define SMTPVET_TLS_BINDING_H

#include "harness/tls/tls.h"

enum tls_binding {
    TLS_BINDING_UNIQUE,
    TLS_BINDING_EXPORTER,
    TLS_BINDING_END_POINT,
    TLS_BINDING_COUNT,
};
#define TLS_BINDING_MAX 64 /* octets: those of SHA-512 */

/* "tls-unique" and so on (IANA's names). */
const char *tls_binding_name(enum tls_binding kind);

/* tls_session_channel_binding appends the octets to `out`; false, and nothing appended, before the
 * handshake has succeeded and where the kind is not defined: tls-unique in TLS 1.3 (RFC 8446
 * appendix C.5), tls-exporter without an extended master secret (RFC 9266 §3), tls-server-end-point
 * with a signature that has no digest (RFC 5929 §4.1). */
bool tls_session_channel_binding(
    const struct tls_session *session, enum tls_binding kind, struct buf *out) MUST_USE;

/* False where another session can have the same keys, and so the same tls-unique (RFC 7627 §1):
 * TLS before 1.3 without an extended master secret. */
bool tls_session_keys_are_unique(const struct tls_session *session);

/* tls_session_client_name appends the common name of the certificate that the client of this (the
 * server's) session has shown; false where there is none, or it did not pass verification. */
bool tls_session_client_name(const struct tls_session *session, struct buf *out) MUST_USE;

#endif
