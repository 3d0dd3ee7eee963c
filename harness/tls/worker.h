/*
 * tls/worker — what sessions of one thread share: contexts, certificates with their keys, trusts.
 *
 * Knows: their inside, for the files of this room only. Refuses to know: sessions. Each belongs to
 * whoever made it (options.h).
 */
#ifndef SMTPVET_TLS_WORKER_H
#define SMTPVET_TLS_WORKER_H

#include <openssl/ssl.h>

#include "harness/tls/options.h"

struct tls_worker {
    SSL_CTX *contexts[2][2][2]; /* client, server; without and with sealing; and with resumption */
    BIO_METHOD *bytes;          /* between a session's SSL object and its buffers */
    EVP_MD *fingerprint;        /* fetched once: looking it up costs as much again */
    uint8_t scratch[SSL3_RT_MAX_PLAIN_LENGTH]; /* one record on its way to `plain` */
};

struct tls_identity {
    X509 *leaf; /* the certificate of the key, wherever it stood in the chain */
    EVP_PKEY *key;
    STACK_OF(X509) * rest; /* the others, in the order given */
    struct span staple;    /* the OCSP answer that goes with it, owned; empty: none */
    bool weak;             /* needs security level 0: OpenSSL would refuse to present it */
};

struct tls_trust {
    struct tls_trust_store *lazy;
};

/* library.c: NULL when the library cannot make one. */
SSL_CTX *tls_worker_get(struct tls_worker *worker, bool server, bool seals_alerts, bool resumes);

/* trust.c: the store, loaded now if it was not yet. */
X509_STORE *tls_trust_get_store(const struct tls_trust *trust);

#endif
