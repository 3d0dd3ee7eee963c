/*
 * certs/key — key pairs for certificates.
 *
 * Knows: how to make a key of each kind, and that RSA keys are taken from the pool of the build.
 * Refuses to know: which certificate it is for. Everything else is drawn from OpenSSL's randomness,
 * which the caller may have seeded.
 */
#ifndef SMTPVET_CERTS_KEY_H
#define SMTPVET_CERTS_KEY_H

#include <openssl/evp.h>

#include "harness/base/mem.h"
#include "harness/plan/certificate.h"

/* certs_key_new makes a key pair, the caller's to free with EVP_PKEY_free; `pick` chooses one of
 * the pool's. NULL when OpenSSL cannot: its error queue says why. */
EVP_PKEY *certs_key_new(enum plan_key kind, uint64_t pick);
/* An RSA key that no leaf has: `pick` 0 or 1. */
EVP_PKEY *certs_key_new_authority_rsa(size_t pick);

/* True for the kinds whose keys sign by ECDSA. */
bool certs_key_is_ec(enum plan_key kind);

/* certs_key_encode copies the private key as PKCS #8 DER (RFC 5958) into the arena. */
bool certs_key_encode(const EVP_PKEY *key, struct arena *arena, struct span *ret);

#endif
