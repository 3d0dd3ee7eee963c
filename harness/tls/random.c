/* RAND_set_rand_method is deprecated and has no successor that works for the default context
 * without a provider of one's own; it is used in this file only. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "harness/tls/random.h"

#include <openssl/rand.h>

static _Thread_local struct random_source *tls_random_source;

static int tls_random_bytes(unsigned char *bytes, int len)
{
    if (len < 0) {
        return 0;
    }
    if (tls_random_source == NULL) {
        return RAND_OpenSSL()->bytes(bytes, len);
    }
    random_fill(tls_random_source, bytes, (size_t)len);
    return 1;
}

static int tls_random_status(void)
{
    return tls_random_source != NULL ? 1 : RAND_OpenSSL()->status();
}

static int tls_random_stir(const void *bytes, int len)
{
    return RAND_OpenSSL()->seed(bytes, len);
}

static int tls_random_add(const void *bytes, int len, double entropy)
{
    return RAND_OpenSSL()->add(bytes, len, entropy);
}

void tls_random_install(void)
{
    static const RAND_METHOD method = {
        .seed = tls_random_stir,
        .bytes = tls_random_bytes,
        .cleanup = NULL,
        .add = tls_random_add,
        .pseudorand = tls_random_bytes,
        .status = tls_random_status,
    };
    /* OpenSSL 3.0 leaks 64 octets at exit where a method was set and its own generator never made.
     */
    (void)RAND_get0_primary(NULL);
    RAND_set_rand_method(&method);
}

struct random_source *tls_random_enter(struct random_source *source)
{
    struct random_source *previous = tls_random_source;
    tls_random_source = source;
    return previous;
}

struct random_source *tls_random_current(void)
{
    return tls_random_source;
}
