#include "harness/tls/staple.h"

#include <openssl/ocsp.h>
#include <time.h>

#include "harness/tls/session.h"

#define TLS_STAPLE_STATUS_REQUEST 5 /* RFC 6066 §8: the extension that RFC 7633 names by number */

const char *tls_staple_name(enum tls_ocsp ocsp)
{
    static const char *const names[] = {"not-asked", "absent", "good", "revoked", "unknown",
        "stale", "early", "malformed", "refused", "untrusted", "other-certificate"};
    return names[ocsp];
}

/* --- an answer --- */

/* The digest that the answer chose for it is no matter of trust: it only names the certificate. */
static bool tls_staple_is_about(OCSP_SINGLERESP *single, X509 *leaf, X509 *issuer)
{
    ASN1_OBJECT *algorithm = NULL;
    OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
    (void)OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, id);
    const EVP_MD *digest = algorithm == NULL ? NULL : EVP_get_digestbyobj(algorithm);
    OCSP_CERTID *wanted = digest == NULL ? NULL : OCSP_cert_to_id(digest, leaf, issuer);
    bool same = wanted != NULL && OCSP_id_cmp(wanted, id) == 0;
    OCSP_CERTID_free(wanted);
    return same;
}

static OCSP_SINGLERESP *tls_staple_find(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer)
{
    for (int i = 0; i < OCSP_resp_count(basic) && i < TLS_STAPLE_ANSWERS_MAX; i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
        if (tls_staple_is_about(single, leaf, issuer)) {
            return single;
        }
    }
    return NULL;
}

/* RFC 6960 §4.2.2.2: the issuer itself, or whom it has given a certificate just for that. */
static bool tls_staple_may_sign(X509 *signer, X509 *issuer, int64_t at_s)
{
    time_t at = (time_t)at_s;
    if (X509_cmp(signer, issuer) == 0) {
        return true;
    }
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    return key != NULL && X509_check_issued(issuer, signer) == X509_V_OK &&
           X509_verify(signer, key) == 1 &&
           (X509_get_extension_flags(signer) & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(signer) & XKU_OCSP_SIGN) != 0 &&
           X509_cmp_time(X509_get0_notBefore(signer), &at) < 0 &&
           X509_cmp_time(X509_get0_notAfter(signer), &at) > 0;
}

/* The library's own way to a trusted root would go by the time of day: it is asked for the
 * signature only. */
static bool tls_staple_is_signed(OCSP_BASICRESP *basic, X509 *issuer, int64_t at_s)
{
    X509 *signer = NULL;
    STACK_OF(X509) *known = sk_X509_new_null();
    bool good = known != NULL && sk_X509_push(known, issuer) > 0 &&
                OCSP_resp_get0_signer(basic, &signer, known) == 1 &&
                tls_staple_may_sign(signer, issuer, at_s) &&
                OCSP_basic_verify(basic, known, NULL, OCSP_NOVERIFY) == 1;
    sk_X509_free(known);
    return good;
}

/* RFC 6960 §4.2.2.1. What was taken back stays so, however old the word of it. */
static enum tls_ocsp tls_staple_weigh(OCSP_SINGLERESP *single, int64_t at_s)
{
    ASN1_GENERALIZEDTIME *from = NULL, *until = NULL;
    time_t now = (time_t)at_s, ahead = (time_t)(at_s + TLS_STAPLE_SKEW_S);
    time_t oldest = (time_t)(at_s - TLS_STAPLE_LIFE_S);
    int status = OCSP_single_get0_status(single, NULL, NULL, &from, &until);
    int begun = from == NULL ? 0 : X509_cmp_time(from, &ahead);
    int over = until == NULL ? X509_cmp_time(from, &oldest) : X509_cmp_time(until, &now);
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
        return TLS_OCSP_REVOKED;
    }
    if (begun == 0 || over == 0) {
        return TLS_OCSP_MALFORMED; /* a time that is none */
    }
    if (begun > 0) {
        return TLS_OCSP_EARLY;
    }
    if (over < 0) {
        return TLS_OCSP_STALE;
    }
    return status == V_OCSP_CERTSTATUS_GOOD ? TLS_OCSP_GOOD : TLS_OCSP_UNKNOWN;
}

static enum tls_ocsp tls_staple_read_basic(
    OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer, int64_t at_s)
{
    if (issuer == NULL || !tls_staple_is_signed(basic, issuer, at_s)) {
        return TLS_OCSP_UNTRUSTED;
    }
    OCSP_SINGLERESP *single = tls_staple_find(basic, leaf, issuer);
    return single == NULL ? TLS_OCSP_OTHER_CERTIFICATE : tls_staple_weigh(single, at_s);
}

enum tls_ocsp tls_staple_read(struct span der, X509 *leaf, X509 *issuer, int64_t at_s)
{
    const unsigned char *at = der.data;
    if (der.len == 0) {
        return TLS_OCSP_ABSENT;
    }
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
    enum tls_ocsp found = TLS_OCSP_MALFORMED;
    if (response != NULL && at == der.data + der.len) {
        OCSP_BASICRESP *basic = NULL;
        if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
            found = TLS_OCSP_REFUSED;
        } else if ((basic = OCSP_response_get1_basic(response)) != NULL) {
            found = tls_staple_read_basic(basic, leaf, issuer, at_s);
        }
        OCSP_BASICRESP_free(basic);
    }
    OCSP_RESPONSE_free(response);
    tls_errors_clear();
    return found;
}

bool tls_staple_is_demanded(X509 *leaf)
{
    bool demanded = false;
    TLS_FEATURE *features = X509_get_ext_d2i(leaf, NID_tlsfeature, NULL, NULL);
    for (int i = 0; features != NULL && i < sk_ASN1_INTEGER_num(features); i++) {
        demanded = demanded || ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) ==
                                   TLS_STAPLE_STATUS_REQUEST;
    }
    TLS_FEATURE_free(features);
    tls_errors_clear();
    return demanded;
}

/* --- between the library and a session --- */

struct span tls_staple_of(const SSL *ssl)
{
    const unsigned char *der = NULL;
    long der_len = SSL_get_tlsext_status_ocsp_resp((SSL *)ssl, &der);
    return der == NULL || der_len <= 0 ? SPAN_EMPTY : span_of(der, (size_t)der_len);
}

/* By the certificate that was chosen, whoever chose it. The library frees what it is given. */
int tls_staple_answer(SSL *ssl, void *unused)
{
    (void)unused;
    const struct tls_session *session = tls_session_of(ssl);
    const X509 *chosen = SSL_get_certificate(ssl);
    for (size_t i = 0; chosen != NULL && i < session->identities_len; i++) {
        const struct tls_identity *identity = session->identities[i].identity;
        struct span staple = identity->staple;
        if (identity->leaf != chosen || staple.len == 0) {
            continue;
        }
        unsigned char *copy = OPENSSL_memdup(staple.data, staple.len);
        if (copy == NULL) {
            return SSL_TLSEXT_ERR_ALERT_FATAL;
        }
        SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)staple.len);
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

/* Before TLS 1.3 the answer follows the certificate in a message of its own, so that what waited
 * for it is decided here. 0 refuses, with bad_certificate_status_response (RFC 6066 §8). */
int tls_staple_seen(SSL *ssl, void *unused)
{
    (void)unused;
    struct tls_session *session = tls_session_of(ssl);
    tls_verify_staple(session);
    return session->verify.refused ? 0 : 1;
}
