/*
 * tls/random — OpenSSL's randomness from a seed, while simulated sessions are stepped.
 *
 * Knows: RAND_set_rand_method (deprecated: this is the only file that touches it) and a
 * thread-local source. Without a source on the thread every request goes to OpenSSL's own
 * generator. Refuses to know: which sessions are simulated. The runner enters and leaves; a test
 * proves that no source is set while a real peer is spoken to.
 */
#ifndef SMTPVET_TLS_RANDOM_H
#define SMTPVET_TLS_RANDOM_H

#include "harness/base/random.h"

/* Once in a process, before any thread is made. */
void tls_random_install(void);
/* tls_random_enter makes `source` (NULL: OpenSSL's own) this thread's randomness and returns what
 * stood there before, to be entered again afterwards. */
struct random_source *tls_random_enter(struct random_source *source);
/* The source of this thread, NULL when there is none. */
struct random_source *tls_random_current(void);

#endif
