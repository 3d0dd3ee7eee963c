#include "harness/certs/ocsp.h"

#include <openssl/ocsp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "harness/certs/recipe.h"

#define OCSP_GARBAGE_LEN 64 /* octets: as good as any number that is no answer */

static ASN1_GENERALIZEDTIME *certs_ocsp_time(int64_t moment_s)
{
    return ASN1_GENERALIZEDTIME_set(NULL, (time_t)certs_recipe_clamp(moment_s));
}

/* The certificate that is told of; PLAN_OCSP_OTHER_CERTIFICATE: one with the next serial number. */
static OCSP_CERTID *certs_ocsp_id(const struct certs_ocsp_order *order)
{
    if (order->kind != PLAN_OCSP_OTHER_CERTIFICATE) {
        return OCSP_cert_to_id(EVP_sha1(), order->certificate, order->issuer);
    }
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(order->certificate), NULL);
    ASN1_INTEGER *serial = number != NULL && BN_add_word(number, 1) == 1
                               ? BN_to_ASN1_INTEGER(number, NULL)
                               : NULL;
    OCSP_CERTID *id = serial == NULL
                          ? NULL
                          : OCSP_cert_id_new(EVP_sha1(), X509_get_subject_name(order->issuer),
                                X509_get0_pubkey_bitstr(order->issuer), serial);
    ASN1_INTEGER_free(serial);
    BN_free(number);
    return id;
}

static bool certs_ocsp_add(OCSP_BASICRESP *basic, const struct certs_ocsp_order *order)
{
    bool revoked = order->kind == PLAN_OCSP_REVOKED;
    int64_t made_s = order->clock_s -
                     (order->kind == PLAN_OCSP_STALE ? CERTS_OCSP_STALE_S : CERTS_OCSP_AGE_S);
    ASN1_GENERALIZEDTIME *from = certs_ocsp_time(made_s);
    ASN1_GENERALIZEDTIME *until = certs_ocsp_time(made_s + CERTS_OCSP_LIFE_S);
    ASN1_GENERALIZEDTIME *taken_back = certs_ocsp_time(made_s);
    OCSP_CERTID *id = certs_ocsp_id(order);
    int status = revoked                            ? V_OCSP_CERTSTATUS_REVOKED
                 : order->kind == PLAN_OCSP_UNKNOWN ? V_OCSP_CERTSTATUS_UNKNOWN
                                                    : V_OCSP_CERTSTATUS_GOOD;
    /* The library would write the time of day: producedAt is set here, and OCSP_NOTIME later. */
    ASN1_GENERALIZEDTIME *produced = (ASN1_GENERALIZEDTIME *)OCSP_resp_get0_produced_at(basic);
    bool added = from != NULL && until != NULL && taken_back != NULL && id != NULL &&
                 ASN1_GENERALIZEDTIME_set(produced, (time_t)certs_recipe_clamp(made_s)) != NULL &&
                 OCSP_basic_add1_status(basic, id, status, OCSP_REVOKED_STATUS_KEYCOMPROMISE,
                     revoked ? taken_back : NULL, from, until) != NULL;
    OCSP_CERTID_free(id);
    ASN1_GENERALIZEDTIME_free(taken_back);
    ASN1_GENERALIZEDTIME_free(until);
    ASN1_GENERALIZEDTIME_free(from);
    return added;
}

/* A responder of its own making, which no issuer has asked to speak for it (RFC 6960 §4.2.2.2). */
static X509 *certs_ocsp_stranger(const struct certs_ocsp_order *order, EVP_PKEY *key)
{
    static const unsigned char name[] = "smtpvet stray responder";
    X509 *made = X509_new();
    X509_EXTENSION *usage = X509V3_EXT_nconf_nid(NULL, NULL, NID_ext_key_usage, "OCSPSigning");
    bool good = made != NULL && usage != NULL && X509_set_version(made, X509_VERSION_3) == 1 &&
                ASN1_INTEGER_set(X509_get_serialNumber(made), 1) == 1 &&
                X509_NAME_add_entry_by_NID(X509_get_subject_name(made), NID_commonName,
                    MBSTRING_UTF8, name, sizeof name - 1, -1, 0) == 1 &&
                X509_set_issuer_name(made, X509_get_subject_name(made)) == 1 &&
                X509_set1_notBefore(made, X509_get0_notBefore(order->issuer)) == 1 &&
                X509_set1_notAfter(made, X509_get0_notAfter(order->issuer)) == 1 &&
                X509_set_pubkey(made, key) == 1 && X509_add_ext(made, usage, -1) == 1 &&
                X509_sign(made, key, EVP_sha256()) > 0;
    X509_EXTENSION_free(usage);
    if (!good) {
        X509_free(made);
        return NULL;
    }
    return made;
}

static bool certs_ocsp_sign(OCSP_BASICRESP *basic, const struct certs_ocsp_order *order)
{
    bool stranger = order->kind == PLAN_OCSP_WRONG_RESPONDER;
    EVP_PKEY *key = stranger ? EVP_EC_gen("P-256") : order->issuer_key;
    X509 *signer = !stranger ? order->issuer : key == NULL ? NULL : certs_ocsp_stranger(order, key);
    /* RFC 8410 §3: Ed25519 hashes by itself. */
    bool own_digest = key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
    /* The issuer's certificate is at hand wherever the answer is read. */
    unsigned long flags = OCSP_NOTIME | (stranger ? 0 : OCSP_NOCERTS);
    bool made = signer != NULL && OCSP_basic_sign(basic, signer, key,
                                      own_digest ? NULL : EVP_sha256(), NULL, flags) == 1;
    if (stranger) {
        X509_free(signer);
        EVP_PKEY_free(key);
    }
    return made;
}

static bool certs_ocsp_encode(OCSP_RESPONSE *response, struct arena *arena, struct span *ret)
{
    unsigned char *der = NULL;
    int der_len = response == NULL ? -1 : i2d_OCSP_RESPONSE(response, &der);
    if (der_len > 0) {
        *ret = arena_span(arena, span_of(der, (size_t)der_len));
    }
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    return der_len > 0;
}

bool certs_ocsp_mint(const struct certs_ocsp_order *order, struct arena *arena, struct span *ret)
{
    if (order->kind == PLAN_OCSP_GARBAGE) {
        uint8_t octets[OCSP_GARBAGE_LEN];
        bool drawn = RAND_bytes(octets, sizeof octets) == 1;
        octets[0] = 0; /* no SEQUENCE begins so */
        if (drawn) {
            *ret = arena_span(arena, span_of(octets, sizeof octets));
        }
        return drawn;
    }
    if (order->kind == PLAN_OCSP_TRY_LATER) { /* RFC 6960 §4.2.1: no answer, nothing signed */
        return certs_ocsp_encode(
            OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, NULL), arena, ret);
    }
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    bool made = basic != NULL && certs_ocsp_add(basic, order) && certs_ocsp_sign(basic, order) &&
                certs_ocsp_encode(
                    OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic), arena, ret);
    OCSP_BASICRESP_free(basic);
    return made;
}
