#include "harness/certs/key.h"

#include <openssl/core_names.h>
#include <openssl/x509.h>

#include "harness/certs/rsa_pool.h"

/* What each kind is made of: a curve, a word of the library, or keys of the pool. */
static const struct key_kind {
    const char *curve, *algorithm;
    const struct span *leaf, *authority;
    size_t leaf_len, authority_len;
    unsigned modulus_octets; /* of RSA: a signature is no longer */
} key_kinds[] = {
    [PLAN_KEY_P256] = {.curve = "P-256"},
    [PLAN_KEY_P384] = {.curve = "P-384"},
    [PLAN_KEY_P192] = {.curve = "P-192"},
    [PLAN_KEY_P521] = {.curve = "P-521"},
    [PLAN_KEY_P256_EXPLICIT] = {.curve = "P-256"},
    [PLAN_KEY_ED25519] = {.algorithm = "ED25519"},
    [PLAN_KEY_ED448] = {.algorithm = "ED448"},
#define KEY_PAIR(pool, octets)                                                      \
    {                                                                               \
        .leaf = (pool), .leaf_len = 1, .authority = (pool) + 1, .authority_len = 1, \
        .modulus_octets = (octets)                                                  \
    }
    [PLAN_KEY_RSA2048] = {.leaf = certs_rsa_pool_leaf_2048,
        .leaf_len = CERTS_RSA_POOL_LEAF_2048,
        .authority = certs_rsa_pool_authority,
        .authority_len = CERTS_RSA_POOL_AUTHORITY,
        .modulus_octets = 256},
    [PLAN_KEY_RSA1024] = {.leaf = certs_rsa_pool_leaf_1024,
        .leaf_len = CERTS_RSA_POOL_LEAF_1024,
        .authority = certs_rsa_pool_authority_1024,
        .authority_len = CERTS_RSA_POOL_PAIR,
        .modulus_octets = 128},
    [PLAN_KEY_RSA512] = KEY_PAIR(certs_rsa_pool_512, 64),
    [PLAN_KEY_RSA768] = KEY_PAIR(certs_rsa_pool_768, 96),
    [PLAN_KEY_RSA2047] = KEY_PAIR(certs_rsa_pool_2047, 256),
    [PLAN_KEY_RSA3072] = KEY_PAIR(certs_rsa_pool_3072, 384),
    [PLAN_KEY_RSA4096] = KEY_PAIR(certs_rsa_pool_4096, 512),
    [PLAN_KEY_RSA_PSS] = KEY_PAIR(certs_rsa_pool_pss, 256),
#undef KEY_PAIR
};

static EVP_PKEY *certs_key_of_pool(struct span der)
{
    const unsigned char *at = der.data;
    return d2i_AutoPrivateKey(NULL, &at, (long)der.len);
}

/* RFC 5480 §2.1.1 demands the curve's name; some tools have written its numbers out. */
static EVP_PKEY *certs_key_spell_out(EVP_PKEY *key)
{
    if (key != NULL && EVP_PKEY_set_utf8_string_param(
                           key, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT) != 1) {
        EVP_PKEY_free(key);
        return NULL;
    }
    return key;
}

static EVP_PKEY *certs_key_draw(enum plan_key kind)
{
    const struct key_kind *row = &key_kinds[kind];
    if (row->algorithm != NULL) {
        return EVP_PKEY_Q_keygen(NULL, NULL, row->algorithm);
    }
    EVP_PKEY *key = EVP_EC_gen(row->curve);
    return kind == PLAN_KEY_P256_EXPLICIT ? certs_key_spell_out(key) : key;
}

EVP_PKEY *certs_key_new(enum plan_key kind, uint64_t pick)
{
    const struct key_kind *row = &key_kinds[kind];
    return row->leaf == NULL ? certs_key_draw(kind)
                             : certs_key_of_pool(row->leaf[pick % row->leaf_len]);
}

EVP_PKEY *certs_key_new_authority(enum plan_key kind, enum certs_key_owner owner)
{
    const struct key_kind *row = &key_kinds[kind];
    return row->authority == NULL
               ? certs_key_draw(kind)
               : certs_key_of_pool(row->authority[(size_t)owner % row->authority_len]);
}

bool certs_key_hashes(enum plan_key kind)
{
    return key_kinds[kind].algorithm != NULL;
}

bool certs_key_enciphers(enum plan_key kind)
{
    return key_kinds[kind].leaf != NULL && kind != PLAN_KEY_RSA_PSS;
}

/* RFC 8017 §9.2: the digest, its name of 19 octets and 11 octets more must fit into the modulus. */
bool certs_key_signs(enum plan_key kind, enum plan_digest digest)
{
    const struct key_kind *row = &key_kinds[kind];
    if (row->curve != NULL) {
        return digest != PLAN_DIGEST_MD5;
    }
    return row->leaf == NULL || digest != PLAN_DIGEST_SHA384 || row->modulus_octets >= 78;
}

bool certs_key_encode(const EVP_PKEY *key, struct arena *arena, struct span *ret)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
    unsigned char *der = NULL;
    int der_len = info == NULL ? -1 : i2d_PKCS8_PRIV_KEY_INFO(info, &der);
    if (der_len > 0) {
        *ret = arena_span(arena, span_of(der, (size_t)der_len));
    }
    OPENSSL_free(der);
    PKCS8_PRIV_KEY_INFO_free(info);
    return der_len > 0;
}
