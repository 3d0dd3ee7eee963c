/*
 * certs/mint — one certificate, from values that are known to make sense.
 *
 * Knows: X.509 version 3, the extensions that public CAs set on roots, intermediates and leaves
 * (RFC 5280 §4.2), serial numbers. Refuses to know: recipes, chains, the cache.
 *
 * Serials and signatures are drawn from OpenSSL's randomness, the signature last: whatever a key
 * draws for itself on its first use changes nothing else.
 */
#ifndef SMTPVET_CERTS_MINT_H
#define SMTPVET_CERTS_MINT_H

#include <openssl/x509.h>

#include "harness/certs/recipe.h"

enum certs_role { CERTS_ROLE_ROOT, CERTS_ROLE_INTERMEDIATE, CERTS_ROLE_LEAF };

struct certs_blueprint {
    enum certs_role role;
    const char *common_name; /* "": an empty subject */
    const struct certs_name *names;
    size_t names_len; /* 0: no list of names, as CAs have none */
    int64_t not_before_s, not_after_s;
    bool must_staple;
    enum plan_digest digest; /* of the signature; an Ed25519 key has its own */
    X509 *issuer;            /* NULL: signs itself */
    EVP_PKEY *issuer_key;
};

/* certs_mint_certificate returns a certificate for `key`, the caller's to free with X509_free, or
 * NULL when OpenSSL cannot: its error queue says why. */
X509 *certs_mint_certificate(const struct certs_blueprint *blueprint, EVP_PKEY *key);

/* certs_mint_encode copies the certificate as DER into the arena. */
bool certs_mint_encode(X509 *certificate, struct arena *arena, struct span *ret);
/* The same for the SHA-256 of its public key. */
bool certs_mint_spki(X509 *certificate, struct arena *arena, struct span *ret);

#endif
