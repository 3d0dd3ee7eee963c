/* Chains, verification, the cache and the seeds. What stands in a certificate: mint_test.c. */
#include "harness/certs/certs.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "harness/tests/unit.h"

#define TODAY_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define PROBLEMS_MAX 16

static const struct plan_certificate self = {
    .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
    .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
};
static const struct plan_certificate trusted = {
    .issuer = PLAN_ISSUER_TRUSTED,
    .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
    .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
};

static const struct certs_minted *mint(struct certs_cache *cache,
    const struct plan_certificate *recipe, const char *host, int64_t clock_s)
{
    const struct certs_minted *minted = NULL;
    struct fail fail = {0};
    ERR_raise(ERR_LIB_USER, 1); /* somebody else's leftover */
    enum status status = certs_mint(cache, recipe, host, clock_s, &minted, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return minted;
}

static struct span trusted_root(struct certs_cache *cache, int64_t clock_s)
{
    struct span root;
    ck_assert_int_eq(certs_trusted_root(cache, clock_s, &root, NULL), STATUS_OK);
    return root;
}

static X509 *parse(struct span der)
{
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    ck_assert_ptr_nonnull(certificate);
    return certificate;
}

static EVP_PKEY *parse_key(struct span der)
{
    const unsigned char *at = der.data;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.len);
    ck_assert_ptr_nonnull(info);
    ck_assert_ptr_eq(at, der.data + der.len);
    EVP_PKEY *key = EVP_PKCS82PKEY(info);
    ck_assert_ptr_nonnull(key);
    PKCS8_PRIV_KEY_INFO_free(info);
    return key;
}

/* --- chains --- */

START_TEST(test_the_order_of_a_chain)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    struct span root = trusted_root(cache, TODAY_S);
    static const struct {
        enum plan_chain chain;
        const char *names; /* first letters of the subjects' last words: leaf, intermediate, root */
    } rows[] = {
        {PLAN_CHAIN_COMPLETE, "li"},
        {PLAN_CHAIN_MISSING_INTERMEDIATE, "l"},
        {PLAN_CHAIN_REVERSED, "il"},
        {PLAN_CHAIN_WITH_ROOT, "lir"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct plan_certificate recipe = trusted;
        recipe.chain = rows[i].chain;
        recipe.common_name = "leaf";
        const struct certs_minted *minted = mint(cache, &recipe, "a.test", TODAY_S);
        ck_assert_uint_eq(minted->chain_len, strlen(rows[i].names));
        for (size_t j = 0; j < minted->chain_len; j++) {
            char text[128];
            X509 *certificate = parse(minted->chain[j]);
            X509_NAME_oneline(X509_get_subject_name(certificate), text, sizeof text);
            static const char *const subjects[] = {
                "/CN=leaf", "/CN=smtpvet trusted intermediate", "/CN=smtpvet trusted root"};
            ck_assert_str_eq(text, subjects[strchr("lir", rows[i].names[j]) - "lir"]);
            X509_free(certificate);
        }
        ck_assert(span_equal(minted->root, root));
    }
    certs_cache_free(cache);
}
END_TEST

START_TEST(test_what_signs_itself_is_its_own_chain)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    for (int chain = PLAN_CHAIN_COMPLETE; chain <= PLAN_CHAIN_WITH_ROOT; chain++) {
        struct plan_certificate recipe = self;
        recipe.chain = (enum plan_chain)chain;
        const struct certs_minted *minted = mint(cache, &recipe, "a.test", TODAY_S);
        ck_assert_uint_eq(minted->chain_len, 1);
        ck_assert(span_equal(minted->root, minted->chain[0]));
    }
    certs_cache_free(cache);
}
END_TEST

START_TEST(test_every_key_signs_for_its_certificate)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    for (int kind = PLAN_KEY_P256; kind <= PLAN_KEY_ED25519; kind++) {
        struct plan_certificate recipe = trusted;
        recipe.key = (enum plan_key)kind;
        const struct certs_minted *minted = mint(cache, &recipe, "a.test", TODAY_S);
        X509 *leaf = parse(minted->chain[0]);
        EVP_PKEY *key = parse_key(minted->key);
        ck_assert_int_eq(X509_check_private_key(leaf, key), 1);
        uint8_t signature[512];
        size_t signature_len = sizeof signature;
        const EVP_MD *digest = kind == PLAN_KEY_ED25519 ? NULL : EVP_sha256();
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        ck_assert_int_eq(EVP_DigestSignInit(context, NULL, digest, NULL, key), 1);
        ck_assert_int_eq(
            EVP_DigestSign(context, signature, &signature_len, (const uint8_t *)"text", 4), 1);
        EVP_MD_CTX_reset(context);
        EVP_PKEY *public = X509_get0_pubkey(leaf);
        ck_assert_int_eq(EVP_DigestVerifyInit(context, NULL, digest, NULL, public), 1);
        ck_assert_int_eq(
            EVP_DigestVerify(context, signature, signature_len, (const uint8_t *)"text", 4), 1);
        EVP_MD_CTX_free(context);
        EVP_PKEY_free(key);
        X509_free(leaf);
    }
    certs_cache_free(cache);
}
END_TEST

/* Under MD5 the intermediate has an RSA key as well: another one than any leaf's, or a key would
 * not tell which certificate of a chain it belongs to, and another one than the other CA's. */
START_TEST(test_authorities_have_rsa_keys_of_their_own)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    struct plan_certificate recipe = trusted;
    recipe.key = PLAN_KEY_RSA2048;
    recipe.digest = PLAN_DIGEST_MD5;
    X509 *above = parse(mint(cache, &recipe, "a.test", TODAY_S)->chain[1]);
    recipe.issuer = PLAN_ISSUER_UNTRUSTED;
    X509 *untrusted = parse(mint(cache, &recipe, "a.test", TODAY_S)->chain[1]);
    ck_assert_int_eq(EVP_PKEY_eq(X509_get0_pubkey(above), X509_get0_pubkey(untrusted)), 0);
    for (int i = 0; i < 32; i++) { /* enough hosts to meet the whole pool */
        char host[16];
        snprintf(host, sizeof host, "%d.test", i);
        EVP_PKEY *key = parse_key(mint(cache, &recipe, host, TODAY_S)->key);
        ck_assert_int_eq(X509_check_private_key(above, key), 0);
        ck_assert_int_eq(X509_check_private_key(untrusted, key), 0);
        EVP_PKEY_free(key);
    }
    X509_free(above);
    X509_free(untrusted);
    certs_cache_free(cache);
    ERR_clear_error();
}
END_TEST

/* --- verification --- */

struct problems {
    int errors[PROBLEMS_MAX];
    size_t len;
};

static int note_problem(int good, X509_STORE_CTX *context)
{
    struct problems *problems = X509_STORE_CTX_get_app_data(context);
    if (!good) {
        ck_assert_uint_lt(problems->len, PROBLEMS_MAX);
        problems->errors[problems->len++] = X509_STORE_CTX_get_error(context);
    }
    return 1;
}

/* All that OpenSSL finds wrong with the chain, for a client that trusts `root` and dials `host`. */
static struct problems verify(
    const struct certs_minted *minted, struct span root_der, const char *host, int64_t at_s)
{
    struct problems problems = {.len = 0};
    X509_STORE *store = X509_STORE_new();
    X509 *root = parse(root_der), *leaf = parse(minted->chain[0]);
    ck_assert_int_eq(X509_STORE_add_cert(store, root), 1);
    STACK_OF(X509) *rest = sk_X509_new_null();
    for (size_t i = 1; i < minted->chain_len; i++) {
        ck_assert_int_gt(sk_X509_push(rest, parse(minted->chain[i])), 0);
    }
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    ck_assert_int_eq(X509_STORE_CTX_init(context, store, leaf, rest), 1);
    ck_assert_int_eq(X509_STORE_CTX_set_default(context, "ssl_server"), 1);
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, (time_t)at_s);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
    ck_assert_int_eq(X509_VERIFY_PARAM_set1_host(parameters, host, 0), 1);
    X509_STORE_CTX_set_app_data(context, &problems);
    X509_STORE_CTX_set_verify_cb(context, note_problem);
    ck_assert_int_eq(X509_verify_cert(context), 1); /* the callback forgives everything */
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(rest, X509_free);
    X509_free(root);
    X509_free(leaf);
    X509_STORE_free(store);
    ERR_clear_error();
    return problems;
}

static void check_problems(const struct problems *problems, const int *wanted, size_t wanted_len)
{
    for (size_t i = 0; i < wanted_len || i < problems->len; i++) {
        int found = i < problems->len ? problems->errors[i] : X509_V_OK;
        int due = i < wanted_len ? wanted[i] : X509_V_OK;
        ck_assert_msg(found == due, "problem %zu is %d (%s), not %d", i, found,
            X509_verify_cert_error_string(found), due);
    }
}

START_TEST(test_a_complete_chain_is_verified)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    static const enum plan_chain chains[] = {PLAN_CHAIN_COMPLETE, PLAN_CHAIN_WITH_ROOT};
    static const enum plan_key keys[] = {
        PLAN_KEY_P256, PLAN_KEY_P384, PLAN_KEY_RSA2048, PLAN_KEY_ED25519};
    for (size_t i = 0; i < ARRAY_LEN(chains) * ARRAY_LEN(keys); i++) {
        struct plan_certificate recipe = trusted;
        recipe.chain = chains[i % ARRAY_LEN(chains)];
        recipe.key = keys[i / ARRAY_LEN(chains)];
        const struct certs_minted *minted = mint(cache, &recipe, "a.test", TODAY_S);
        struct problems problems = verify(minted, trusted_root(cache, TODAY_S), "a.test", TODAY_S);
        check_problems(&problems, NULL, 0);
    }
    certs_cache_free(cache);
}
END_TEST

/* As a mail server that has been up for long: the CAs hold where the leaf does. */
START_TEST(test_a_chain_of_another_clock)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    static const int64_t clocks_s[] = {0, INT64_C(4102444800), INT64_C(-2208988800)};
    for (size_t i = 0; i < ARRAY_LEN(clocks_s); i++) {
        const struct certs_minted *minted = mint(cache, &trusted, "a.test", clocks_s[i]);
        struct span root = trusted_root(cache, clocks_s[i]);
        struct problems problems = verify(minted, root, "a.test", clocks_s[i]);
        check_problems(&problems, NULL, 0);
        ck_assert(!span_equal(root, trusted_root(cache, TODAY_S)));
    }
    certs_cache_free(cache);
}
END_TEST

START_TEST(test_what_is_wrong_is_found)
{
    static const struct plan_certificate expired = {
        .issuer = PLAN_ISSUER_TRUSTED, .not_before_s = -90 * 86400, .not_after_s = -86400};
    static const struct plan_certificate early = {
        .issuer = PLAN_ISSUER_TRUSTED, .not_before_s = 86400, .not_after_s = 90 * 86400};
    static const struct plan_certificate alone = {.issuer = PLAN_ISSUER_TRUSTED,
        .chain = PLAN_CHAIN_MISSING_INTERMEDIATE,
        .not_before_s = -86400,
        .not_after_s = 86400};
    static const struct plan_certificate unknown = {
        .issuer = PLAN_ISSUER_UNTRUSTED, .not_before_s = -86400, .not_after_s = 86400};
    static const struct plan_certificate unknown_root = {.issuer = PLAN_ISSUER_UNTRUSTED,
        .chain = PLAN_CHAIN_WITH_ROOT,
        .not_before_s = -86400,
        .not_after_s = 86400};
    static const struct {
        const struct plan_certificate *recipe;
        const char *dialled;
        int problems[2], problems_len;
    } rows[] = {
        {&expired, "a.test", {X509_V_ERR_CERT_HAS_EXPIRED}, 1},
        {&early, "a.test", {X509_V_ERR_CERT_NOT_YET_VALID}, 1},
        {&trusted, "b.test", {X509_V_ERR_HOSTNAME_MISMATCH}, 1},
        {&alone, "a.test",
            {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE},
            2},
        {&unknown, "a.test", {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY}, 1},
        {&unknown_root, "a.test", {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN}, 1},
        {&self, "a.test", {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT}, 1},
    };
    struct certs_cache *cache = certs_cache_new(NULL);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct certs_minted *minted = mint(cache, rows[i].recipe, "a.test", TODAY_S);
        struct problems problems = verify(
            minted, trusted_root(cache, TODAY_S), rows[i].dialled, TODAY_S);
        check_problems(&problems, rows[i].problems, (size_t)rows[i].problems_len);
    }
    certs_cache_free(cache);
}
END_TEST

/* --- the cache --- */

START_TEST(test_the_same_recipe_is_the_same_certificate)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    const struct certs_minted *first = mint(cache, &trusted, "a.test", TODAY_S);
    ck_assert_ptr_eq(mint(cache, &trusted, "a.test", TODAY_S), first);
    struct plan_certificate for_sni = trusted;
    for_sni.for_sni = "b.test";
    ck_assert_ptr_eq(mint(cache, &for_sni, "a.test", TODAY_S), first);
    ck_assert_ptr_eq(trusted_root(cache, TODAY_S).data, trusted_root(cache, TODAY_S).data);
    const struct certs_minted *others[] = {mint(cache, &trusted, "b.test", TODAY_S),
        mint(cache, &trusted, "a.test", TODAY_S + 1), mint(cache, &self, "a.test", TODAY_S)};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        ck_assert_uint_ne(others[i]->recipe, first->recipe);
        ck_assert(!span_equal(others[i]->chain[0], first->chain[0]));
        ck_assert(!span_equal(others[i]->key, first->key));
    }
    /* The CAs are those of the clock, also where the leaf's own moments are the same. */
    struct plan_certificate shifted = trusted;
    shifted.not_before_s--;
    shifted.not_after_s--;
    const struct certs_minted *later = mint(cache, &shifted, "a.test", TODAY_S + 1);
    ck_assert(!span_equal(later->chain[1], first->chain[1]));
    ck_assert(span_equal(others[0]->chain[1], first->chain[1]));
    ck_assert(!span_equal(others[1]->chain[1], first->chain[1]));
    certs_cache_free(cache);
    certs_cache_free(NULL);
}
END_TEST

START_TEST(test_nothing_of_the_recipe_is_kept)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    char host[] = "a.test";
    const struct certs_minted *first = mint(cache, &trusted, host, TODAY_S);
    host[0] = 'b';
    ck_assert_ptr_ne(mint(cache, &trusted, host, TODAY_S), first);
    ck_assert_ptr_eq(mint(cache, &trusted, "a.test", TODAY_S), first);
    certs_cache_free(cache);
}
END_TEST

START_TEST(test_two_caches_have_one_number_for_a_recipe)
{
    struct certs_cache *a = certs_cache_new(NULL), *b = certs_cache_new(NULL);
    mint(b, &self, "other.test", TODAY_S);
    const struct certs_minted *of_a = mint(a, &trusted, "a.test", TODAY_S);
    const struct certs_minted *of_b = mint(b, &trusted, "a.test", TODAY_S);
    ck_assert_uint_eq(of_a->recipe, of_b->recipe);
    /* Without a seed each cache has randomness of its own. */
    ck_assert(!span_equal(of_a->chain[0], of_b->chain[0]));
    ck_assert(!span_equal(of_a->key, of_b->key));
    ck_assert(!span_equal(of_a->root, of_b->root));
    certs_cache_free(a);
    certs_cache_free(b);
}
END_TEST

START_TEST(test_failures_leave_nothing_behind)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    static const char *const names[] = {"ip:1.2.3"};
    struct plan_certificate recipe = trusted;
    recipe.names = names;
    recipe.names_len = 1;
    const struct certs_minted *minted = NULL;
    struct fail fail = {0};
    ck_assert_int_eq(certs_mint(cache, &recipe, "a.test", TODAY_S, &minted, &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    ck_assert_ptr_null(minted);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    struct span root = SPAN_EMPTY;
    fail = (struct fail){0};
    ck_assert_int_eq(certs_trusted_root(cache, INT64_MAX, &root, &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    ck_assert_ptr_null(root.data);
    certs_cache_free(cache);
}
END_TEST

START_TEST(test_a_full_cache)
{
    struct certs_cache *cache = certs_cache_new(NULL);
    const struct certs_minted *first = mint(cache, &self, "a.test", TODAY_S);
    struct span root;
    for (int64_t i = 1; i < CERTS_CACHE_MAX; i++) {
        ck_assert_int_eq(certs_trusted_root(cache, TODAY_S + i, &root, NULL), STATUS_OK);
    }
    struct fail fail = {0};
    const struct certs_minted *minted = NULL;
    ck_assert_int_eq(certs_mint(cache, &self, "b.test", TODAY_S, &minted, &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_LIMIT);
    ck_assert_ptr_null(minted);
    fail = (struct fail){0};
    ck_assert_int_eq(certs_trusted_root(cache, TODAY_S, &root, &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_LIMIT);
    /* What is there is still given. */
    ck_assert_ptr_eq(mint(cache, &self, "a.test", TODAY_S), first);
    certs_cache_free(cache);
}
END_TEST

/* --- seeds --- */

#define SEEDS_MAX 16

struct seeds {
    uint64_t seen[SEEDS_MAX];
    size_t len;
    bool inside;
};

static void seeds_enter(void *context, uint64_t seed)
{
    struct seeds *seeds = context;
    ck_assert(!seeds->inside);
    ck_assert_uint_lt(seeds->len, SEEDS_MAX);
    seeds->inside = true;
    seeds->seen[seeds->len++] = seed;
}

static void seeds_leave(void *context)
{
    struct seeds *seeds = context;
    ck_assert(seeds->inside);
    seeds->inside = false;
}

START_TEST(test_seeds_are_the_recipes)
{
    struct seeds seeds = {.len = 0}, again = {.len = 0};
    struct certs_cache *cache = certs_cache_new(
        &(struct certs_seeding){.enter = seeds_enter, .leave = seeds_leave, .context = &seeds});
    const struct certs_minted *minted = mint(cache, &trusted, "a.test", TODAY_S);
    ck_assert_uint_eq(seeds.len, 3); /* root, intermediate, leaf */
    ck_assert_uint_eq(seeds.seen[2], minted->recipe);
    mint(cache, &trusted, "a.test", TODAY_S);
    trusted_root(cache, TODAY_S);
    ck_assert_uint_eq(seeds.len, 3);
    ck_assert(!seeds.inside);
    certs_cache_free(cache);

    /* Whoever asks first: another leaf, and the root for itself. */
    cache = certs_cache_new(
        &(struct certs_seeding){.enter = seeds_enter, .leave = seeds_leave, .context = &again});
    trusted_root(cache, TODAY_S);
    mint(cache, &trusted, "b.test", TODAY_S);
    mint(cache, &trusted, "a.test", TODAY_S);
    ck_assert_uint_eq(again.len, 4);
    ck_assert_uint_eq(again.seen[0], seeds.seen[0]);
    ck_assert_uint_eq(again.seen[1], seeds.seen[1]);
    ck_assert_uint_eq(again.seen[3], seeds.seen[2]);
    for (size_t i = 0; i < again.len; i++) {
        for (size_t j = 0; j < i; j++) {
            ck_assert_uint_ne(again.seen[i], again.seen[j]);
        }
    }
    certs_cache_free(cache);
}
END_TEST

UNIT_MAIN(test_the_order_of_a_chain, test_what_signs_itself_is_its_own_chain,
    test_every_key_signs_for_its_certificate, test_authorities_have_rsa_keys_of_their_own,
    test_a_complete_chain_is_verified, test_a_chain_of_another_clock, test_what_is_wrong_is_found,
    test_the_same_recipe_is_the_same_certificate, test_nothing_of_the_recipe_is_kept,
    test_two_caches_have_one_number_for_a_recipe, test_failures_leave_nothing_behind,
    test_a_full_cache, test_seeds_are_the_recipes)
