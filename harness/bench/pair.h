/*
 * pair — the yardstick: a bare TLS 1.3 handshake over memory with verification, and nothing else.
 *
 * Knows: libssl, directly, as a minimal program would use it. Refuses to know: harness/tls.
 */
#ifndef SMTPVET_BENCH_PAIR_H
#define SMTPVET_BENCH_PAIR_H

#include "harness/certs/certs.h"

struct pair;
/* Two contexts around a minted certificate; NULL when OpenSSL fails. */
struct pair *pair_new(struct certs_cache *certs);
void pair_free(struct pair *pair);
/* One full handshake, both sides, new objects each time; false when it fails. */
bool pair_handshake(struct pair *pair);

#endif
