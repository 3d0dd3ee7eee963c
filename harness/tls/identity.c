#include "harness/tls/session.h"

#include <openssl/store.h>
#include <openssl/ui.h>

#define TLS_IDENTITY_SECURITY_BITS 112 /* what OpenSSL's level 2 asks of keys and signatures */
#define TLS_IDENTITY_CHAIN_MAX 128     /* to be presented: more than any client follows */

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

/* --- from files and stores --- */

/* For UI_UTIL_wrap_read_pem_callback. A file with a password and none given is not opened. */
static int tls_identity_password(char *room, int size, int writing, void *context)
{
    const char *password = context;
    size_t len = password == NULL ? 0 : strlen(password);
    (void)writing;
    if (password == NULL || len > (size_t)size) {
        return -1;
    }
    memcpy(room, password, len);
    return (int)len;
}

static bool tls_identity_take(struct tls_identity *identity, const OSSL_STORE_INFO *info)
{
    switch (OSSL_STORE_INFO_get_type(info)) {
    case OSSL_STORE_INFO_PKEY:
        if (identity->key == NULL) {
            identity->key = OSSL_STORE_INFO_get1_PKEY(info);
        }
        return true;
    case OSSL_STORE_INFO_CERT: {
        X509 *certificate = OSSL_STORE_INFO_get1_CERT(info);
        bool kept = sk_X509_num(identity->rest) < TLS_IDENTITY_CHAIN_MAX &&
                    sk_X509_push(identity->rest, certificate) > 0;
        if (!kept) {
            X509_free(certificate);
        }
        return kept;
    }
    default:
        return true;
    }
}

static bool tls_identity_read(struct tls_identity *identity, const char *uri, const char *password)
{
    UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(tls_identity_password, 0);
    OSSL_STORE_CTX *store = method == NULL ? NULL
                                           : OSSL_STORE_open(uri, method,
                                                 (void *)(uintptr_t)password, NULL, NULL);
    bool good = store != NULL;
    while (good && OSSL_STORE_eof(store) == 0) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        good = info != NULL ? tls_identity_take(identity, info) : OSSL_STORE_eof(store) != 0;
        OSSL_STORE_INFO_free(info);
    }
    (void)OSSL_STORE_close(store);
    UI_destroy_method(method);
    return good;
}

/* The certificate of the key is taken out of the others. */
static bool tls_identity_sort(struct tls_identity *identity)
{
    for (int i = 0; identity->key != NULL && i < sk_X509_num(identity->rest); i++) {
        X509 *certificate = sk_X509_value(identity->rest, i);
        identity->weak = identity->weak || tls_identity_is_weak(certificate);
        if (identity->leaf == NULL && X509_check_private_key(certificate, identity->key) == 1) {
            identity->leaf = sk_X509_delete(identity->rest, i--);
        }
    }
    return identity->leaf != NULL;
}

struct tls_identity *tls_identity_new_store(
    const char *uri, const char *key_uri, const char *password, struct fail *fail)
{
    tls_errors_clear();
    struct tls_identity *identity = mem_zalloc(1, sizeof *identity);
    identity->rest = sk_X509_new_null();
    const char *said = uri; /* what is to blame */
    bool read = identity->rest != NULL && tls_identity_read(identity, uri, password);
    if (read && key_uri != NULL) {
        said = key_uri;
        read = tls_identity_read(identity, key_uri, password);
    }
    if (!read || !tls_identity_sort(identity)) {
        const char *reason = read ? "it holds no key with its certificate"
                                  : ERR_reason_error_string(ERR_peek_error());
        fail_set(fail, FAIL_REACH, "%s: %s", said, reason == NULL ? "it cannot be read" : reason);
        tls_identity_free(identity);
        identity = NULL;
    }
    tls_errors_clear();
    return identity;
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
