#include "harness/certs/mint.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "harness/certs/key.h"

#define MINT_SERIAL_LEN 16 /* octets; RFC 5280 §4.1.2.2 allows 20, public CAs take 16 to 18 */

_Static_assert(sizeof(time_t) >= sizeof(int64_t), "dates up to the year 9999 fit");

/* Positive (RFC 5280 §4.1.2.2), and never shorter than it says. */
static bool certs_mint_draw_serial(X509 *certificate)
{
    uint8_t octets[MINT_SERIAL_LEN];
    if (RAND_bytes(octets, sizeof octets) != 1) {
        return false;
    }
    octets[0] = (uint8_t)((octets[0] & 0x7f) | 0x40);
    BIGNUM *number = BN_bin2bn(octets, sizeof octets, NULL);
    bool set = number != NULL &&
               BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return set;
}

static bool certs_mint_serial(X509 *certificate, const struct certs_body *body)
{
    if (body->serial < 0) {
        return certs_mint_draw_serial(certificate);
    }
    return ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), body->serial) == 1;
}

static bool certs_mint_times(X509 *certificate, const struct certs_body *body)
{
    return ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)body->not_before_s) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)body->not_after_s) != NULL;
}

static bool certs_mint_subject(X509 *certificate, const struct certs_blueprint *blueprint)
{
    struct span name = span_text(blueprint->body->common_name);
    X509_NAME *subject = X509_get_subject_name(certificate);
    if (name.len > 0 && X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                            name.data, (int)name.len, -1, 0) != 1) {
        return false;
    }
    const X509_NAME *issuer = blueprint->issuer == NULL ? subject
                                                        : X509_get_subject_name(blueprint->issuer);
    return X509_set_issuer_name(certificate, issuer) == 1;
}

static const EVP_MD *certs_mint_digest(enum plan_digest digest, const EVP_PKEY *key)
{
    int kind = EVP_PKEY_get_base_id(key);
    if (kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448) {
        return NULL; /* RFC 8410 §3: they hash by themselves */
    }
    switch (digest) {
    case PLAN_DIGEST_SHA256:
        return EVP_sha256();
    case PLAN_DIGEST_SHA384:
        return EVP_sha384();
    case PLAN_DIGEST_SHA1:
        return EVP_sha1();
    case PLAN_DIGEST_MD5:
        return EVP_md5();
    }
    return NULL;
}

/* The signature is the last thing in a certificate: its last bit is turned over, which leaves the
 * encoding whole. */
static X509 *certs_mint_break(X509 *certificate)
{
    unsigned char *der = NULL;
    X509 *broken = NULL;
    int der_len = i2d_X509(certificate, &der);
    if (der_len > 0) {
        der[der_len - 1] ^= 1;
        const unsigned char *at = der;
        broken = d2i_X509(NULL, &at, der_len);
    }
    OPENSSL_free(der);
    X509_free(certificate);
    return broken;
}

X509 *certs_mint_certificate(const struct certs_blueprint *blueprint, EVP_PKEY *key)
{
    const struct certs_body *body = blueprint->body;
    EVP_PKEY *signer = blueprint->signer == NULL ? key : blueprint->signer;
    X509 *certificate = X509_new();
    bool minted = certificate != NULL && X509_set_version(certificate, body->version - 1) == 1 &&
                  certs_mint_serial(certificate, body) && certs_mint_times(certificate, body) &&
                  certs_mint_subject(certificate, blueprint) &&
                  X509_set_pubkey(certificate, key) == 1 &&
                  (body->version < 3 || certs_extensions_add(certificate, blueprint)) &&
                  X509_sign(certificate, signer, certs_mint_digest(body->digest, signer)) > 0;
    if (!minted) {
        X509_free(certificate);
        return NULL;
    }
    return body->signature == PLAN_SIGNATURE_BROKEN ? certs_mint_break(certificate) : certificate;
}

bool certs_mint_encode(X509 *certificate, struct arena *arena, struct span *ret)
{
    unsigned char *der = NULL;
    int der_len = i2d_X509(certificate, &der);
    if (der_len > 0) {
        *ret = arena_span(arena, span_of(der, (size_t)der_len));
    }
    OPENSSL_free(der);
    return der_len > 0;
}

bool certs_mint_spki(X509 *certificate, struct arena *arena, struct span *ret)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned char *der = NULL;
    unsigned digest_len = 0;
    int der_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool made = der_len > 0 &&
                EVP_Digest(der, (size_t)der_len, digest, &digest_len, EVP_sha256(), NULL) == 1;
    if (made) {
        *ret = arena_span(arena, span_of(digest, digest_len));
    }
    OPENSSL_free(der);
    return made;
}
