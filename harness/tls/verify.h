/*
 * verify — what is wrong with the peer's certificate, and whether that ends the handshake.
 *
 * Knows: the problems that the library finds in a chain, those that are looked for here (a pin that
 * does not fit), which of them are forgiven, and that all are collected before it is decided.
 * Refuses to know: how a session is driven, which facts are made of it.
 * For the files of this room only; a session owns its tls_verify.
 */
#ifndef SMTPVET_TLS_VERIFY_H
#define SMTPVET_TLS_VERIFY_H

#include <openssl/x509v3.h>

#include "harness/tls/options.h"
#include "harness/tls/staple.h"

struct tls_session;

#define TLS_PROBLEMS_MAX 32 /* kept with depth and code; flags are collected from all */

struct tls_problem {
    int depth;
    int code; /* X509_V_ERR_ */
};

struct tls_verify {
    /* as told */
    unsigned forgiven;
    bool stop_on_problem;
    bool has_name;
    int64_t at_s;
    bool asks_for_staple, judges_staple, checks_lists;
    const struct tls_pin *pins;
    size_t pins_len;
    /* as found */
    bool ran;
    bool refused;
    bool waits; /* it is decided when the whole first flight is there, with the staple */
    bool staple_looked_at;
    enum tls_ocsp ocsp;
    bool must_staple;
    bool pinned;       /* a pin fits */
    unsigned pardoned; /* certificate_flag bits that a pin that fits makes good */
    unsigned flags;
    struct tls_problem first_unforgiven; /* in the library's order; X509_V_OK: none */
    struct tls_problem problems[TLS_PROBLEMS_MAX];
    size_t problems_len;
    X509 *leaf, *issuer; /* issuer: of the leaf, where the chain has it */
    STACK_OF(X509_CRL) * lists;
    STACK_OF(X509) * sent; /* all that the peer sent, the leaf first */
    X509 *root;            /* where the chain that was built ends */
    int chain_len;
    int64_t chain_end_s; /* of the chain that was built, what ends first */
};

/* verify.c: in place of the library's own verification. */
int tls_verify_chain(X509_STORE_CTX *context, void *unused);
/* A problem of the leaf that the library does not know; `code` picks the alert. */
void tls_verify_add(struct tls_verify *verify, unsigned flag, int code);

/* What was stapled, if it was not looked at yet; then, where the chain has waited for it, decides.
 */
void tls_verify_staple(struct tls_session *session);
/* options.c calls it: lists of revoked certificates (RFC 5280 §5), DER. False where one is none. */
bool tls_verify_add_lists(struct tls_verify *verify, const struct span *lists, size_t len);
void tls_verify_done(struct tls_verify *verify);

/* pin.c: before the chain is looked at, for a pin that fits takes the place of a root. */
void tls_pin_check(struct tls_verify *verify, const EVP_MD *sha256);
/* SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) as a pin has it. */
bool tls_pin_of_key(X509 *certificate, const EVP_MD *sha256, struct tls_pin *ret);

#endif
