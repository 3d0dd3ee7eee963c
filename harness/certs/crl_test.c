#include "harness/certs/crl.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "harness/certs/certs.h"
#include "harness/tests/unit.h"

/* The lists of a recipe, as the library's verification reads them. */

#define TODAY_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define ERRORS_MAX 8

static int errors[ERRORS_MAX];
static size_t errors_len;

static int collect(int good, X509_STORE_CTX *context)
{
    if (!good && errors_len < ERRORS_MAX) {
        errors[errors_len++] = X509_STORE_CTX_get_error(context);
    }
    return 1;
}

static X509 *parse(struct span der)
{
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    ck_assert_ptr_nonnull(certificate);
    return certificate;
}

static void verify(const struct certs_minted *minted, const struct certs_lists *lists)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *chain = sk_X509_new_null();
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    X509 *leaf = parse(minted->leaf), *root = parse(minted->root);
    for (size_t i = 0; i < minted->chain_len; i++) {
        sk_X509_push(chain, parse(minted->chain[i]));
    }
    for (size_t i = 0; i < lists->len; i++) {
        const unsigned char *at = lists->items[i].data;
        X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)lists->items[i].len);
        ck_assert_ptr_nonnull(list);
        ck_assert_int_eq(X509_CRL_get_version(list), X509_CRL_VERSION_2);
        sk_X509_CRL_push(crls, list);
    }
    X509_STORE_add_cert(store, root);
    ck_assert_int_eq(X509_STORE_CTX_init(context, store, leaf, chain), 1);
    X509_STORE_CTX_set0_crls(context, crls);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), TODAY_S);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    X509_STORE_CTX_set_verify_cb(context, collect);
    errors_len = 0;
    (void)X509_verify_cert(context);
    ERR_clear_error();
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(chain, X509_free);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    X509_free(leaf);
    X509_free(root);
    X509_STORE_free(store);
}

static bool has(int code)
{
    bool found = false;
    for (size_t i = 0; i < errors_len; i++) {
        found = found || errors[i] == code;
    }
    return found;
}

START_TEST(test_lists_as_the_library_reads_them)
{
    static const struct {
        enum plan_issuer issuer;
        enum plan_revoked revoked;
        enum plan_lists lists;
        size_t len;
        int code; /* X509_V_OK: no problem at all */
    } rows[] = {
        {PLAN_ISSUER_TRUSTED, PLAN_REVOKED_NOBODY, PLAN_LISTS_CURRENT, 2, X509_V_OK},
        {PLAN_ISSUER_UNTRUSTED, PLAN_REVOKED_NOBODY, PLAN_LISTS_CURRENT, 2, X509_V_OK},
        {PLAN_ISSUER_TRUSTED, PLAN_REVOKED_LEAF, PLAN_LISTS_CURRENT, 2, X509_V_ERR_CERT_REVOKED},
        {PLAN_ISSUER_TRUSTED, PLAN_REVOKED_INTERMEDIATE, PLAN_LISTS_CURRENT, 2,
            X509_V_ERR_CERT_REVOKED},
        {PLAN_ISSUER_TRUSTED, PLAN_REVOKED_NOBODY, PLAN_LISTS_STALE, 2, X509_V_ERR_CRL_HAS_EXPIRED},
        {PLAN_ISSUER_TRUSTED, PLAN_REVOKED_NOBODY, PLAN_LISTS_FORGED, 2,
            X509_V_ERR_CRL_SIGNATURE_FAILURE},
        {PLAN_ISSUER_TRUSTED, PLAN_REVOKED_NOBODY, PLAN_LISTS_NONE, 0,
            X509_V_ERR_UNABLE_TO_GET_CRL},
        {PLAN_ISSUER_SELF, PLAN_REVOKED_LEAF, PLAN_LISTS_CURRENT, 0, X509_V_ERR_UNABLE_TO_GET_CRL},
    };
    struct certs_cache *cache = certs_cache_new(NULL);
    struct arena *arena = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct plan_certificate recipe = {
            .issuer = rows[i].issuer,
            .revoked = rows[i].revoked,
            .lists = rows[i].lists,
            .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
            .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
        };
        const struct certs_minted *minted = NULL;
        struct certs_lists lists;
        ck_assert_int_eq(certs_mint(cache, &recipe, "a.test", TODAY_S, &minted, NULL), STATUS_OK);
        ck_assert_int_eq(
            certs_lists(cache, &recipe, "a.test", TODAY_S, arena, &lists, NULL), STATUS_OK);
        ck_assert_uint_eq(ERR_peek_error(), 0);
        ck_assert_uint_eq(lists.len, rows[i].len);
        verify(minted, &lists);
        ck_assert_msg(rows[i].code == X509_V_OK ? errors_len == 0 : has(rows[i].code),
            "row %zu: %zu problems, the first is %d", i, errors_len, errors[0]);
    }
    arena_free(arena);
    certs_cache_free(cache);
}
END_TEST

/* Who is on the list changes nothing of the certificate: one that was taken back is the same. */
START_TEST(test_a_certificate_that_was_taken_back_is_the_same)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    struct plan_certificate recipe = {.issuer = PLAN_ISSUER_TRUSTED,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S};
    const struct certs_minted *before = NULL, *after = NULL;
    ck_assert_int_eq(certs_mint(cache, &recipe, "a.test", TODAY_S, &before, NULL), STATUS_OK);
    recipe.revoked = PLAN_REVOKED_LEAF;
    recipe.lists = PLAN_LISTS_STALE;
    ck_assert_int_eq(certs_mint(cache, &recipe, "a.test", TODAY_S, &after, NULL), STATUS_OK);
    ck_assert_ptr_eq(before, after);
    certs_cache_free(cache);
}
END_TEST

UNIT_MAIN(test_lists_as_the_library_reads_them, test_a_certificate_that_was_taken_back_is_the_same)
