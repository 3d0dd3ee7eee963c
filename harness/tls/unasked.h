/*
 * unasked — extensions of a ServerHello that the client did not ask for (RFC 8446 §4.2).
 *
 * Knows: which types stood in the ClientHello. The library looks only at those that it knows and
 * passes over the rest, heartbeats (RFC 6520) among them. Refuses to know: what is in an extension,
 * what is done about it.
 * A value; it owns nothing.
 */
#ifndef SMTPVET_TLS_UNASKED_H
#define SMTPVET_TLS_UNASKED_H

#include "harness/base/span.h"

#define TLS_UNASKED_MAX 64 /* types kept of a ClientHello of ours; it has under 20 */

struct tls_unasked {
    uint16_t asked[TLS_UNASKED_MAX];
    size_t asked_len;
    bool found;
    uint16_t type; /* … the first such extension */
};

/* A ClientHello that was sent, from its message header on; the latest counts. */
void tls_unasked_sent(struct tls_unasked *unasked, struct span hello);
/* A ServerHello or HelloRetryRequest that came, from its message header on. */
void tls_unasked_received(struct tls_unasked *unasked, struct span hello);

#endif
