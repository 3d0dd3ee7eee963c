/*
 * certs/mint — one certificate, from values that are known to make sense.
 *
 * Knows: X.509 of all versions, its extensions (RFC 5280 §4.2), serial numbers, signatures that do
 * not fit. Refuses to know: recipes, chains, the cache.
 *
 * Serials and signatures are drawn from OpenSSL's randomness, the signature last: whatever a key
 * draws for itself on its first use changes nothing else.
 */
#ifndef SMTPVET_CERTS_MINT_H
#define SMTPVET_CERTS_MINT_H

#include <openssl/x509.h>

#include "harness/certs/recipe.h"

struct certs_blueprint {
    const struct certs_body *body;
    X509 *issuer;     /* NULL: signs itself */
    EVP_PKEY *signer; /* NULL: the certificate's own */
};

/* certs_mint_certificate returns a certificate for `key`, the caller's to free with X509_free, or
 * NULL when OpenSSL cannot: its error queue says why. */
X509 *certs_mint_certificate(const struct certs_blueprint *blueprint, EVP_PKEY *key);

/* certs_mint_encode copies the certificate as DER into the arena. */
bool certs_mint_encode(X509 *certificate, struct arena *arena, struct span *ret);
/* The same for the SHA-256 of its public key. */
bool certs_mint_spki(X509 *certificate, struct arena *arena, struct span *ret);

/* certs_extensions_add puts the extensions of a body into the certificate, whose key and names of
 * subject and issuer are there. */
bool certs_extensions_add(X509 *certificate, const struct certs_blueprint *blueprint);

#endif
