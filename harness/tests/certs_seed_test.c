/*
 * One recipe under one clock gives the same bytes, whoever asks first: harness/certs minting under
 * the seeded randomness of harness/tls, as the runner's workers do.
 */
#include "harness/certs/certs.h"
#include "harness/tests/unit.h"
#include "harness/tls/random.h"
#include "harness/tls/tls.h"

#define TODAY_S INT64_C(1767225600)
#define RECIPES_MAX 64

struct seeding {
    struct random_source source, *previous;
};

static void seeding_enter(void *context, uint64_t seed)
{
    struct seeding *seeding = context;
    random_seed(&seeding->source, seed);
    seeding->previous = tls_random_enter(&seeding->source);
}

static void seeding_leave(void *context)
{
    struct seeding *seeding = context;
    tls_random_enter(seeding->previous);
}

static struct certs_cache *cache_new(struct seeding *seeding)
{
    static bool installed;
    if (!installed) {
        installed = true;
        tls_library_init();
        tls_random_install();
    }
    return certs_cache_new(&(struct certs_seeding){
        .enter = seeding_enter, .leave = seeding_leave, .context = seeding});
}

/* Every issuer with every key and digest that it can have. */
static size_t recipes(struct plan_certificate *ret)
{
    size_t len = 0;
    for (int issuer = PLAN_ISSUER_SELF; issuer <= PLAN_ISSUER_UNTRUSTED; issuer++) {
        for (int key = PLAN_KEY_P256; key <= PLAN_KEY_ED25519; key++) {
            for (int digest = PLAN_DIGEST_SHA256; digest <= PLAN_DIGEST_MD5; digest++) {
                bool is_ec = key == PLAN_KEY_P256 || key == PLAN_KEY_P384;
                if (issuer == PLAN_ISSUER_SELF && digest == PLAN_DIGEST_MD5 && is_ec) {
                    continue;
                }
                ck_assert_uint_lt(len, RECIPES_MAX);
                ret[len++] = (struct plan_certificate){
                    .issuer = (enum plan_issuer)issuer,
                    .key = (enum plan_key)key,
                    .digest = (enum plan_digest)digest,
                    .chain = PLAN_CHAIN_WITH_ROOT,
                    .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
                    .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
                };
            }
        }
    }
    return len;
}

static const struct certs_minted *mint(
    struct certs_cache *cache, const struct plan_certificate *recipe)
{
    const struct certs_minted *minted;
    struct fail fail = {0};
    enum status status = certs_mint(cache, recipe, "mail.here.com", TODAY_S, &minted, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    return minted;
}

static void check_equal(const struct certs_minted *a, const struct certs_minted *b)
{
    ck_assert_uint_eq(a->recipe, b->recipe);
    ck_assert_uint_eq(a->chain_len, b->chain_len);
    for (size_t i = 0; i < a->chain_len; i++) {
        ck_assert(span_equal(a->chain[i], b->chain[i]));
    }
    ck_assert(span_equal(a->key, b->key));
    ck_assert(span_equal(a->root, b->root));
}

START_TEST(test_bytes_do_not_depend_on_who_asks_first)
{
    struct seeding seedings[3];
    struct certs_cache *forward = cache_new(&seedings[0]), *backward = cache_new(&seedings[1]);
    struct plan_certificate all[RECIPES_MAX];
    const struct certs_minted *of_forward[RECIPES_MAX], *of_backward[RECIPES_MAX];
    size_t len = recipes(all);
    for (size_t i = 0; i < len; i++) {
        of_forward[i] = mint(forward, &all[i]);
        of_backward[len - 1 - i] = mint(backward, &all[len - 1 - i]);
    }
    struct span root, root_alone;
    struct certs_cache *alone = cache_new(&seedings[2]);
    ck_assert_int_eq(certs_trusted_root(forward, TODAY_S, &root, NULL), STATUS_OK);
    ck_assert_int_eq(certs_trusted_root(alone, TODAY_S, &root_alone, NULL), STATUS_OK);
    ck_assert(span_equal(root, root_alone));
    for (size_t i = 0; i < len; i++) {
        check_equal(of_forward[i], of_backward[i]);
        for (size_t j = 0; j < i; j++) {
            /* Ed25519 has no digest: what signs itself with it is one recipe under all of them. */
            bool one = of_forward[i]->recipe == of_forward[j]->recipe;
            ck_assert(span_equal(of_forward[i]->chain[0], of_forward[j]->chain[0]) == one);
        }
    }
    certs_cache_free(forward);
    certs_cache_free(backward);
    certs_cache_free(alone);
}
END_TEST

/* Minting in the middle of a session leaves the session's own randomness where it was. */
START_TEST(test_the_randomness_around_is_left_alone)
{
    struct seeding seeding;
    struct certs_cache *cache = cache_new(&seeding);
    struct random_source source, untouched;
    random_seed(&source, 7);
    untouched = source;
    ck_assert_ptr_null(tls_random_enter(&source));
    mint(cache, &(struct plan_certificate){.issuer = PLAN_ISSUER_TRUSTED});
    ck_assert_ptr_eq(tls_random_current(), &source);
    ck_assert_int_eq(memcmp(&source, &untouched, sizeof source), 0);
    tls_random_enter(NULL);
    certs_cache_free(cache);
}
END_TEST

START_TEST(test_an_identity_can_be_made_of_each)
{
    struct seeding seeding;
    struct certs_cache *cache = cache_new(&seeding);
    struct plan_certificate all[RECIPES_MAX];
    size_t len = recipes(all);
    for (size_t i = 0; i < len; i++) {
        for (int chain = PLAN_CHAIN_COMPLETE; chain <= PLAN_CHAIN_WITH_ROOT; chain++) {
            all[i].chain = (enum plan_chain)chain;
            const struct certs_minted *minted = mint(cache, &all[i]);
            struct fail fail = {0};
            struct tls_identity *identity = tls_identity_new(
                minted->chain, minted->chain_len, minted->key, &fail);
            ck_assert_msg(identity != NULL, "%s", fail.text);
            tls_identity_free(identity);
        }
    }
    certs_cache_free(cache);
}
END_TEST

UNIT_MAIN(test_bytes_do_not_depend_on_who_asks_first, test_the_randomness_around_is_left_alone,
    test_an_identity_can_be_made_of_each)
