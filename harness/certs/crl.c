#include "harness/certs/crl.h"

#include <openssl/x509v3.h>
#include <time.h>

#include "harness/certs/recipe.h"

static bool certs_crl_times(X509_CRL *crl, int64_t made_s)
{
    ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)certs_recipe_clamp(made_s));
    ASN1_TIME *until = ASN1_TIME_set(NULL, (time_t)certs_recipe_clamp(made_s + CERTS_CRL_LIFE_S));
    bool set = from != NULL && until != NULL && X509_CRL_set1_lastUpdate(crl, from) == 1 &&
               X509_CRL_set1_nextUpdate(crl, until) == 1;
    ASN1_TIME_free(until);
    ASN1_TIME_free(from);
    return set;
}

/* Taken back when the list was made. */
static bool certs_crl_revoke(X509_CRL *crl, const ASN1_INTEGER *serial)
{
    X509_REVOKED *revoked = X509_REVOKED_new();
    ASN1_INTEGER *number = ASN1_INTEGER_dup(serial);
    ASN1_TIME *when = ASN1_STRING_dup(X509_CRL_get0_lastUpdate(crl));
    bool added = revoked != NULL && number != NULL && when != NULL &&
                 X509_REVOKED_set_serialNumber(revoked, number) == 1 &&
                 X509_REVOKED_set_revocationDate(revoked, when) == 1 &&
                 X509_CRL_add0_revoked(crl, revoked) == 1;
    if (!added) {
        X509_REVOKED_free(revoked);
    }
    ASN1_TIME_free(when);
    ASN1_INTEGER_free(number);
    return added;
}

/* RFC 5280 §5.2: an issuer's key identifier and a number that grows. */
static bool certs_crl_extend(X509_CRL *crl, X509 *issuer, int64_t made_s)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, NULL, NULL, crl, 0);
    X509_EXTENSION *key = X509V3_EXT_nconf_nid(
        NULL, &context, NID_authority_key_identifier, "keyid");
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    bool added = key != NULL && number != NULL && X509_CRL_add_ext(crl, key, -1) == 1 &&
                 ASN1_INTEGER_set_int64(number, made_s < 0 ? 0 : made_s) == 1 &&
                 X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, X509V3_ADD_APPEND) == 1;
    ASN1_INTEGER_free(number);
    X509_EXTENSION_free(key);
    return added;
}

bool certs_crl_mint(const struct certs_crl_order *order, struct arena *arena, struct span *ret)
{
    unsigned char *der = NULL;
    X509_CRL *crl = X509_CRL_new();
    bool made = crl != NULL && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
                X509_CRL_set_issuer_name(crl, X509_get_subject_name(order->issuer)) == 1 &&
                certs_crl_times(crl, order->made_s) &&
                (order->revoked == NULL || certs_crl_revoke(crl, order->revoked)) &&
                certs_crl_extend(crl, order->issuer, order->made_s) && X509_CRL_sort(crl) == 1 &&
                X509_CRL_sign(crl, order->issuer_key, EVP_sha256()) > 0;
    int der_len = made ? i2d_X509_CRL(crl, &der) : -1;
    if (der_len > 0) {
        *ret = arena_span(arena, span_of(der, (size_t)der_len));
    }
    OPENSSL_free(der);
    X509_CRL_free(crl);
    return der_len > 0;
}
