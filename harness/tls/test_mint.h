/*
 * test_mint — certificates for the tests of this room, minted with plain OpenSSL calls.
 *
 * Knows: names, times, extensions as OpenSSL's configuration files spell them, who signs.
 * Refuses to know: recipes of scenarios (harness/certs has those); the time of day.
 * A minted pair belongs to the caller: mint_done.
 */
#ifndef SMTPVET_TLS_TEST_MINT_H
#define SMTPVET_TLS_TEST_MINT_H

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "harness/tests/unit.h"
#include "harness/tls/session.h"

#define MINT_NOW_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define MINT_DAY_S INT64_C(86400)
#define MINT_CHAIN_MAX 8

struct mint_extension {
    const char *name, *value; /* name NULL: none more. "subjectAltName", "DNS:a.test" */
};

struct mint {
    const char *common_name;
    const struct mint_extension *extensions; /* NULL: none */
    int64_t from_s, until_s; /* relative to MINT_NOW_S; both 0: a day ago, 90 days */
    const char *key;         /* "P-256" for NULL, a curve, "rsa1024", "ED25519" … */
    const EVP_MD *digest;    /* NULL: SHA-256 */
    long serial;
};

struct minted {
    X509 *certificate;
    EVP_PKEY *key;
};

static inline EVP_PKEY *mint_key(const char *kind)
{
    EVP_PKEY *key = NULL;
    if (kind == NULL) {
        key = EVP_EC_gen("P-256");
    } else if (strncmp(kind, "rsa", 3) == 0) {
        key = EVP_RSA_gen((unsigned)strtoul(kind + 3, NULL, 10));
    } else if (strncmp(kind, "ED", 2) == 0) {
        key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
    } else {
        key = EVP_EC_gen(kind);
    }
    ck_assert_ptr_nonnull(key);
    return key;
}

static inline void mint_extend(X509 *certificate, X509 *issuer, const struct mint_extension *row)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    for (; row != NULL && row->name != NULL; row++) {
        X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, &context, row->name, row->value);
        ck_assert_msg(extension != NULL, "%s = %s", row->name, row->value);
        ck_assert_int_eq(X509_add_ext(certificate, extension, -1), 1);
        X509_EXTENSION_free(extension);
    }
}

/* Signs again what was changed after mint_make. */
static inline void mint_sign(X509 *certificate, EVP_PKEY *key, const EVP_MD *digest)
{
    bool edwards = EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1;
    ck_assert_int_gt(X509_sign(certificate, key,
                         edwards          ? NULL
                         : digest == NULL ? EVP_sha256()
                                          : digest),
        0);
}

/* `issuer` NULL: signed with its own key. */
static inline struct minted mint_make(const struct mint *mint, const struct minted *issuer)
{
    struct minted made = {X509_new(), mint_key(mint->key)};
    struct minted by = issuer == NULL ? made : *issuer;
    bool stock = mint->from_s == 0 && mint->until_s == 0;
    X509_set_version(made.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), mint->serial == 0 ? 1 : mint->serial);
    X509_NAME *name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_UTF8, (const unsigned char *)mint->common_name, -1, -1, 0);
    X509_set_subject_name(made.certificate, name);
    X509_NAME_free(name);
    X509_set_issuer_name(made.certificate, X509_get_subject_name(by.certificate));
    ASN1_TIME_set(
        X509_getm_notBefore(made.certificate), MINT_NOW_S + (stock ? -MINT_DAY_S : mint->from_s));
    ASN1_TIME_set(X509_getm_notAfter(made.certificate),
        MINT_NOW_S + (stock ? 90 * MINT_DAY_S : mint->until_s));
    X509_set_pubkey(made.certificate, made.key);
    mint_extend(made.certificate, by.certificate, mint->extensions);
    mint_sign(made.certificate, by.key, mint->digest);
    return made;
}

static inline void mint_done(struct minted *minted)
{
    X509_free(minted->certificate);
    EVP_PKEY_free(minted->key);
    *minted = (struct minted){NULL, NULL};
}

/* An identity of `chain`, presented with `key`. */
static inline struct tls_identity *mint_identity(X509 *const *chain, size_t len, EVP_PKEY *key)
{
    struct fail fail = {0};
    struct span ders[MINT_CHAIN_MAX];
    unsigned char *owned[MINT_CHAIN_MAX] = {NULL}, *key_der = NULL;
    for (size_t i = 0; i < len; i++) {
        int der_len = i2d_X509(chain[i], &owned[i]);
        ders[i] = span_of(owned[i], (size_t)der_len);
    }
    int key_len = i2d_PrivateKey(key, &key_der);
    struct tls_identity *identity = tls_identity_new(
        ders, len, span_of(key_der, (size_t)key_len), &fail);
    ck_assert_msg(identity != NULL, "%s", fail.text);
    for (size_t i = 0; i < len; i++) {
        OPENSSL_free(owned[i]);
    }
    OPENSSL_free(key_der);
    return identity;
}

/* Trust in one root; NULL: in nobody. */
static inline struct tls_trust *mint_trust(X509 *root)
{
    struct fail fail = {0};
    unsigned char *der = NULL;
    int len = root == NULL ? 0 : i2d_X509(root, &der);
    struct span span = span_of(der, (size_t)len);
    struct tls_trust *trust = tls_trust_new(&span, root == NULL ? 0 : 1, &fail);
    ck_assert_msg(trust != NULL, "%s", fail.text);
    OPENSSL_free(der);
    return trust;
}

#endif
