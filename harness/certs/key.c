#include "harness/certs/key.h"

#include <openssl/x509.h>

#include "harness/certs/rsa_pool.h"

static EVP_PKEY *certs_key_of_pool(struct span der)
{
    const unsigned char *at = der.data;
    return d2i_AutoPrivateKey(NULL, &at, (long)der.len);
}

EVP_PKEY *certs_key_new(enum plan_key kind, uint64_t pick)
{
    switch (kind) {
    case PLAN_KEY_P256:
        return EVP_EC_gen("P-256");
    case PLAN_KEY_P384:
        return EVP_EC_gen("P-384");
    case PLAN_KEY_RSA2048:
        return certs_key_of_pool(certs_rsa_pool_leaf_2048[pick % CERTS_RSA_POOL_LEAF_2048]);
    case PLAN_KEY_RSA1024:
        return certs_key_of_pool(certs_rsa_pool_leaf_1024[pick % CERTS_RSA_POOL_LEAF_1024]);
    case PLAN_KEY_ED25519:
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    }
    return NULL;
}

EVP_PKEY *certs_key_new_authority_rsa(size_t pick)
{
    return certs_key_of_pool(certs_rsa_pool_authority[pick % CERTS_RSA_POOL_AUTHORITY]);
}

bool certs_key_is_ec(enum plan_key kind)
{
    return kind == PLAN_KEY_P256 || kind == PLAN_KEY_P384;
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
