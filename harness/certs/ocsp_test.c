#include "harness/certs/ocsp.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "harness/certs/certs.h"
#include "harness/tests/unit.h"

/* What is stapled, read by the library's own checks as other clients read it. */

#define TODAY_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static struct plan_certificate recipe_of(enum plan_ocsp ocsp, enum plan_issuer issuer)
{
    return (struct plan_certificate){
        .issuer = issuer,
        .ocsp = ocsp,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
    };
}

static const struct certs_minted *mint(
    struct certs_cache *cache, const struct plan_certificate *recipe)
{
    const struct certs_minted *minted = NULL;
    struct fail fail = {0};
    enum status status = certs_mint(cache, recipe, "a.test", TODAY_S, &minted, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return minted;
}

static X509 *parse(struct span der)
{
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    ck_assert_ptr_nonnull(certificate);
    return certificate;
}

/* As `openssl s_client -status` has it: signer, chain to a root, then the answer's own times. */
static bool is_verified(OCSP_BASICRESP *basic, const struct certs_minted *minted)
{
    X509 *root = parse(minted->root), *issuer = parse(minted->chain[minted->chain_len - 1]);
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509_STORE *store = X509_STORE_new();
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), TODAY_S);
    X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store), X509_PURPOSE_ANY);
    ck_assert_int_eq(X509_STORE_add_cert(store, root), 1);
    ck_assert_int_gt(sk_X509_push(chain, issuer), 0);
    bool verified = OCSP_basic_verify(basic, chain, store, 0) == 1;
    ERR_clear_error();
    sk_X509_free(chain);
    X509_STORE_free(store);
    X509_free(issuer);
    X509_free(root);
    return verified;
}

static int64_t seconds(const ASN1_GENERALIZEDTIME *time)
{
    struct tm parts;
    ck_assert_int_eq(ASN1_TIME_to_tm(time, &parts), 1);
    return timegm(&parts);
}

/* -1: not about the certificate. */
static int status_of(
    OCSP_BASICRESP *basic, const struct certs_minted *minted, int64_t *from_s, int64_t *until_s)
{
    X509 *leaf = parse(minted->leaf), *issuer = parse(minted->chain[minted->chain_len - 1]);
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), leaf, issuer);
    ASN1_GENERALIZEDTIME *from = NULL, *until = NULL;
    int status = -1;
    if (OCSP_resp_find_status(basic, id, &status, NULL, NULL, &from, &until) == 1) {
        *from_s = seconds(from);
        *until_s = seconds(until);
    }
    OCSP_CERTID_free(id);
    X509_free(issuer);
    X509_free(leaf);
    return status;
}

START_TEST(test_answers_as_others_read_them)
{
    static const struct {
        enum plan_ocsp kind;
        bool verified;
        int status;
        int64_t from_s, until_s;
    } rows[] = {
        {PLAN_OCSP_GOOD, true, V_OCSP_CERTSTATUS_GOOD, -3600, 7 * 86400 - 3600},
        {PLAN_OCSP_REVOKED, true, V_OCSP_CERTSTATUS_REVOKED, -3600, 7 * 86400 - 3600},
        {PLAN_OCSP_UNKNOWN, true, V_OCSP_CERTSTATUS_UNKNOWN, -3600, 7 * 86400 - 3600},
        {PLAN_OCSP_STALE, true, V_OCSP_CERTSTATUS_GOOD, -14 * 86400, -7 * 86400},
        {PLAN_OCSP_WRONG_RESPONDER, false, V_OCSP_CERTSTATUS_GOOD, -3600, 7 * 86400 - 3600},
        {PLAN_OCSP_OTHER_CERTIFICATE, true, -1, 0, 0},
    };
    struct certs_cache *cache = certs_cache_new(NULL);
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        size_t row = i / 2;
        const struct plan_certificate recipe = recipe_of(
            rows[row].kind, i % 2 == 0 ? PLAN_ISSUER_TRUSTED : PLAN_ISSUER_SELF);
        const struct certs_minted *minted = mint(cache, &recipe);
        const unsigned char *at = minted->ocsp.data;
        int64_t from_s = TODAY_S, until_s = TODAY_S;
        OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)minted->ocsp.len);
        ck_assert_ptr_nonnull(response);
        ck_assert_int_eq(OCSP_response_status(response), OCSP_RESPONSE_STATUS_SUCCESSFUL);
        OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
        ck_assert_ptr_nonnull(basic);
        ck_assert_msg(is_verified(basic, minted) == rows[row].verified, "row %zu", row);
        ck_assert_int_eq(status_of(basic, minted, &from_s, &until_s), rows[row].status);
        ck_assert_int_eq(from_s - TODAY_S, rows[row].from_s);
        ck_assert_int_eq(until_s - TODAY_S, rows[row].until_s);
        int64_t made_s = seconds(OCSP_resp_get0_produced_at(basic));
        ck_assert_int_eq(made_s - TODAY_S, rows[row].kind == PLAN_OCSP_STALE ? -14 * 86400 : -3600);
        OCSP_BASICRESP_free(basic);
        OCSP_RESPONSE_free(response);
    }
    certs_cache_free(cache);
}
END_TEST

START_TEST(test_what_is_no_answer)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    struct plan_certificate recipe = recipe_of(PLAN_OCSP_TRY_LATER, PLAN_ISSUER_TRUSTED);
    const struct certs_minted *minted = mint(cache, &recipe);
    const unsigned char *at = minted->ocsp.data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)minted->ocsp.len);
    ck_assert_ptr_nonnull(response);
    ck_assert_int_eq(OCSP_response_status(response), OCSP_RESPONSE_STATUS_TRYLATER);
    ck_assert_ptr_null(OCSP_response_get1_basic(response));
    OCSP_RESPONSE_free(response);
    recipe.ocsp = PLAN_OCSP_GARBAGE;
    minted = mint(cache, &recipe);
    at = minted->ocsp.data;
    ck_assert_uint_gt(minted->ocsp.len, 0);
    ck_assert_ptr_null(d2i_OCSP_RESPONSE(NULL, &at, (long)minted->ocsp.len));
    recipe.ocsp = PLAN_OCSP_NONE;
    ck_assert_uint_eq(mint(cache, &recipe)->ocsp.len, 0);
    certs_cache_free(cache);
}
END_TEST

START_TEST(test_a_certificate_demands_an_answer)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    for (int demands = 0; demands < 2; demands++) {
        struct plan_certificate recipe = recipe_of(PLAN_OCSP_NONE, PLAN_ISSUER_TRUSTED);
        recipe.must_staple = demands == 1;
        X509 *leaf = parse(mint(cache, &recipe)->leaf);
        TLS_FEATURE *features = X509_get_ext_d2i(leaf, NID_tlsfeature, NULL, NULL);
        ck_assert_int_eq(sk_ASN1_INTEGER_num(features), demands == 1 ? 1 : -1);
        if (demands == 1) {
            ck_assert_int_eq(ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, 0)), 5);
        }
        TLS_FEATURE_free(features);
        X509_free(leaf);
    }
    certs_cache_free(cache);
}
END_TEST

UNIT_MAIN(
    test_answers_as_others_read_them, test_what_is_no_answer, test_a_certificate_demands_an_answer)
