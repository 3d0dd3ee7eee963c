/*
 * certs/key — key pairs for certificates.
 *
 * Knows: how to make a key of each kind, what each can sign and do, and that RSA keys are taken
 * from the pool of the build. Refuses to know: which certificate it is for. Everything else is
 * drawn from OpenSSL's randomness, which the caller may have seeded.
 */
#ifndef SMTPVET_CERTS_KEY_H
#define SMTPVET_CERTS_KEY_H

#include <openssl/evp.h>

#include "harness/base/mem.h"
#include "harness/plan/certificate.h"

/* certs_key_new makes a key pair, the caller's to free with EVP_PKEY_free; `pick` chooses one of
 * the pool's. NULL when OpenSSL cannot: its error queue says why. */
EVP_PKEY *certs_key_new(enum plan_key kind, uint64_t pick);

/* Whose key of the pool it is: no leaf has one of these, and of 2048 bits each has its own. */
enum certs_key_owner {
    CERTS_KEY_TRUSTED,
    CERTS_KEY_UNTRUSTED,
    CERTS_KEY_INTERMEDIATE,
    CERTS_KEY_ROOT,
    CERTS_KEY_OLDER_ROOT,
    CERTS_KEY_IMPOSTOR,
};
/* The key of a CA, as certs_key_new makes them. */
EVP_PKEY *certs_key_new_authority(enum plan_key kind, enum certs_key_owner owner);

bool certs_key_signs(enum plan_key kind, enum plan_digest digest);
/* RFC 8032: the digest is part of the signature, and none can be chosen. */
bool certs_key_hashes(enum plan_key kind);
/* An RSA key that may encipher the other side's secret. */
bool certs_key_enciphers(enum plan_key kind);

/* certs_key_encode copies the private key as PKCS #8 DER (RFC 5958) into the arena. */
bool certs_key_encode(const EVP_PKEY *key, struct arena *arena, struct span *ret);

#endif
