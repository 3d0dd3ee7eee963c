/*
 * handmade — answers to a ClientHello that no TLS library would give.
 *
 * Knows: the octets of a ClientHello in clear records (RFC 8446 §4.1.2, §5.1) as far as an answer
 * needs them; ServerHello and HelloRetryRequest with one thing wrong about each; those of SSL 3
 * (RFC 6101 §5.6.1.3) and SSL 2. Refuses to know: keys. A client has to refuse the answer itself:
 * nothing can follow it.
 * Owns nothing.
 */
#ifndef SMTPVET_TLS_HANDMADE_H
#define SMTPVET_TLS_HANDMADE_H

#include "harness/base/buf.h"

enum tls_handmade {
    TLS_HANDMADE_NONE,
    TLS_HANDMADE_SSL2,                /* what an SSL 2-only server says */
    TLS_HANDMADE_SSL3,                /* … and one of SSL 3 */
    TLS_HANDMADE_DOWNGRADE,           /* TLS 1.2, with the sentinel of RFC 8446 §4.1.3 */
    TLS_HANDMADE_CIPHER,              /* a cipher suite that was not offered */
    TLS_HANDMADE_GROUP,               /* a key share of a group that was not offered */
    TLS_HANDMADE_VERSION,             /* a version that was not offered */
    TLS_HANDMADE_EXTENSION,           /* an extension that was not offered */
    TLS_HANDMADE_HEARTBEAT,           /* the same: RFC 6520 */
    TLS_HANDMADE_COMPRESSION,         /* DEFLATE (RFC 3749) */
    TLS_HANDMADE_NO_RENEGOTIATION,    /* TLS 1.2 without renegotiation_info (RFC 5746) */
    TLS_HANDMADE_SESSION_ID,          /* TLS 1.3 with another session id than the client's */
    TLS_HANDMADE_RETRY_SAME_GROUP,    /* a HelloRetryRequest for the share that was there */
    TLS_HANDMADE_RETRY_UNKNOWN_GROUP, /* … for a group that was not offered */
    TLS_HANDMADE_RETRY_NOTHING,       /* … that asks for nothing */
    TLS_HANDMADE_RETRY_TWICE,         /* … and another one behind the second ClientHello */
};

/* Appends the records by which a ClientHello is answered. `hello`: its records, whole or not;
 * whatever they lack is taken for absent. `nth`: counts the ClientHello of the connection, from 0;
 * there is nothing to be said to most second ones. */
void tls_handmade_answer(enum tls_handmade kind, struct span hello, unsigned nth, struct buf *out);

/* What somebody in between looks for in a ClientHello (its records, as above). */
bool tls_handmade_offers_tls_1_3(struct span hello);  /* RFC 8446 §4.2.1 */
bool tls_handmade_has_server_name(struct span hello); /* RFC 6066 §3 */

#endif
