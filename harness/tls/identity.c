#include "harness/tls/session.h"

#define TLS_IDENTITY_SECURITY_BITS 112 /* what OpenSSL's level 2 asks of keys and signatures */
#define TLS_IDENTITY_CHAIN_MAX 32      /* a chain to be presented; real ones have under 5 */

/* True when OpenSSL's level 2, the strictest that distributions build in, refuses to present it. */
static bool tls_identity_is_weak(X509 *certificate)
{
    int digest_nid = NID_undef, key_nid = NID_undef, security_bits = -1;
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    if (key == NULL || EVP_PKEY_get_security_bits(key) < TLS_IDENTITY_SECURITY_BITS) {
        return true;
    }
    if (X509_get_signature_info(certificate, &digest_nid, &key_nid, &security_bits, NULL) != 1) {
        return true;
    }
    return security_bits < TLS_IDENTITY_SECURITY_BITS;
}

/* OpenSSL presents the certificate of the key first, whatever the order: the one that fits the key
 * is taken out, the others follow as they were. */
static bool tls_identity_load(
    struct tls_identity *identity, const struct span *chain_der, size_t chain_len)
{
    identity->rest = sk_X509_new_null();
    for (size_t i = 0; i < chain_len && i < TLS_IDENTITY_CHAIN_MAX; i++) {
        const unsigned char *at = chain_der[i].data;
        X509 *certificate = d2i_X509(NULL, &at, (long)chain_der[i].len);
        if (certificate == NULL) {
            return false;
        }
        identity->weak = identity->weak || tls_identity_is_weak(certificate);
        if (identity->leaf == NULL && X509_check_private_key(certificate, identity->key) == 1) {
            identity->leaf = certificate;
        } else if (sk_X509_push(identity->rest, certificate) == 0) {
            X509_free(certificate);
            return false;
        }
    }
    return identity->leaf != NULL;
}

struct tls_identity *tls_identity_new(
    const struct span *chain_der, size_t chain_len, struct span key_der, struct fail *fail)
{
    tls_errors_clear();
    struct tls_identity *identity = mem_zalloc(1, sizeof *identity);
    const unsigned char *at = key_der.data;
    identity->key = d2i_AutoPrivateKey(NULL, &at, (long)key_der.len);
    if (identity->key == NULL || !tls_identity_load(identity, chain_der, chain_len)) {
        const char *reason = ERR_reason_error_string(ERR_peek_error());
        fail_set(fail, FAIL_INTERNAL, "a certificate cannot be used: %s",
            reason == NULL ? "none fits the key" : reason);
        tls_identity_free(identity);
        identity = NULL;
    }
    tls_errors_clear();
    return identity;
}

void tls_identity_staple(struct tls_identity *identity, struct span ocsp_der)
{
    uint8_t *copy = NULL;
    if (ocsp_der.len > 0) {
        copy = mem_alloc(ocsp_der.len);
        memcpy(copy, ocsp_der.data, ocsp_der.len);
    }
    mem_free((void *)identity->staple.data);
    identity->staple = span_of(copy, ocsp_der.len);
}

void tls_identity_free(struct tls_identity *identity)
{
    if (identity != NULL) {
        X509_free(identity->leaf);
        EVP_PKEY_free(identity->key);
        sk_X509_pop_free(identity->rest, X509_free);
        mem_free((void *)identity->staple.data);
        mem_free(identity);
    }
}
