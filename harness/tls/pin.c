#include "harness/tls/session.h"

bool tls_pin_of_key(X509 *certificate, const EVP_MD *sha256, struct tls_pin *ret)
{
    unsigned char *der = NULL;
    int der_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool made = der_len > 0 &&
                EVP_Digest(der, (size_t)der_len, ret->sha256, NULL, sha256, NULL) == 1;
    OPENSSL_free(der);
    return made;
}

static bool tls_pin_of_certificate(X509 *certificate, const EVP_MD *sha256, struct tls_pin *ret)
{
    return X509_digest(certificate, sha256, ret->sha256, NULL) == 1;
}

/* RFC 8314 §5.4: whoever has pinned a certificate has checked it in another way, so that it needs
 * no root. Whom it names and when it is over is asked of it as of any other. */
void tls_pin_check(struct tls_verify *verify, const EVP_MD *sha256)
{
    struct tls_pin key, whole;
    if (verify->pins_len == 0 || verify->leaf == NULL) {
        return;
    }
    if (tls_pin_of_key(verify->leaf, sha256, &key) &&
        tls_pin_of_certificate(verify->leaf, sha256, &whole)) {
        for (size_t i = 0; i < verify->pins_len; i++) {
            const uint8_t *pin = verify->pins[i].sha256;
            verify->pinned = verify->pinned || memcmp(pin, key.sha256, TLS_PIN_LEN) == 0 ||
                             memcmp(pin, whole.sha256, TLS_PIN_LEN) == 0;
        }
    }
    if (verify->pinned) {
        verify->pardoned = CERTIFICATE_UNTRUSTED_ROOT | CERTIFICATE_INCOMPLETE_CHAIN;
    }
}
