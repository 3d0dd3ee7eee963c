#include "harness/certs/certs.h"

#include <openssl/err.h>

#include "harness/base/text.h"
#include "harness/certs/crl.h"
#include "harness/certs/key.h"
#include "harness/certs/mint.h"
#include "harness/certs/ocsp.h"
#include "harness/certs/recipe.h"
#include "harness/certs/table.h"

#define CERTS_YEAR_S (INT64_C(365) * 86400)
/* Around the clock, as public CAs have it: the root outlives what it signs. */
#define CERTS_ROOT_BEFORE_S (10 * CERTS_YEAR_S)
#define CERTS_ROOT_AFTER_S (20 * CERTS_YEAR_S)
#define CERTS_INTERMEDIATE_BEFORE_S (5 * CERTS_YEAR_S)
#define CERTS_INTERMEDIATE_AFTER_S (10 * CERTS_YEAR_S)

#define CERTS_CHAIN_MAX 3 /* leaf, intermediate, root */

struct certs_cache {
    struct certs_seeding seeding;
    struct arena *arena;   /* of what is handed out */
    struct arena *scratch; /* of one call */
    struct certs_table table;
};

/* The CAs of a clock. MD5 signatures are RSA's (there is no ECDSA with MD5), so there is a second
 * intermediate of the same name. */
enum certs_authority { CERTS_AUTHORITY_ROOT, CERTS_AUTHORITY_EC, CERTS_AUTHORITY_RSA };

struct certs_cache *certs_cache_new(const struct certs_seeding *seeding)
{
    struct certs_cache *cache = mem_zalloc(1, sizeof *cache);
    if (seeding != NULL) {
        cache->seeding = *seeding;
    }
    cache->arena = arena_new();
    cache->scratch = arena_new();
    certs_table_init(&cache->table, CERTS_CACHE_MAX);
    return cache;
}

void certs_cache_free(struct certs_cache *cache)
{
    if (cache != NULL) {
        certs_table_done(&cache->table);
        arena_free(cache->arena);
        arena_free(cache->scratch);
        mem_free(cache);
    }
}

static enum status certs_cannot(struct fail *fail)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    return fail_set(fail, FAIL_INTERNAL, "a certificate cannot be minted: %s",
        reason == NULL ? "not known why" : reason);
}

static enum status certs_room(const struct certs_cache *cache, struct fail *fail)
{
    if (certs_table_is_full(&cache->table)) {
        return fail_set(fail, FAIL_LIMIT, "more than %d different certificates", CERTS_CACHE_MAX);
    }
    return STATUS_OK;
}

static void certs_enter(const struct certs_cache *cache, uint64_t seed)
{
    if (cache->seeding.enter != NULL) {
        cache->seeding.enter(cache->seeding.context, seed);
    }
}

static void certs_leave(const struct certs_cache *cache)
{
    if (cache->seeding.leave != NULL) {
        cache->seeding.leave(cache->seeding.context);
    }
}

/* --- authorities --- */

static const char *certs_authority_name(bool trusted, enum certs_authority which)
{
    if (which == CERTS_AUTHORITY_ROOT) {
        return trusted ? "smtpvet trusted root" : "smtpvet untrusted root";
    }
    return trusted ? "smtpvet trusted intermediate" : "smtpvet untrusted intermediate";
}

static enum status certs_authority_make(struct certs_cache *cache, bool trusted,
    enum certs_authority which, const struct certs_blueprint *blueprint, struct span canon,
    const struct certs_entry **ret, struct fail *fail)
{
    uint64_t hash = text_hash(canon);
    certs_enter(cache, hash);
    EVP_PKEY *key = which == CERTS_AUTHORITY_RSA ? certs_key_new_authority_rsa(trusted ? 0 : 1)
                                                 : certs_key_new(PLAN_KEY_P256, hash);
    X509 *certificate = key == NULL ? NULL : certs_mint_certificate(blueprint, key);
    certs_leave(cache);
    struct span der;
    if (certificate == NULL || !certs_mint_encode(certificate, cache->arena, &der)) {
        X509_free(certificate);
        EVP_PKEY_free(key);
        return certs_cannot(fail);
    }
    struct certs_entry *entry = certs_table_add(&cache->table, cache->arena, canon, hash);
    entry->certificate = certificate;
    entry->key = key;
    entry->der = der;
    *ret = entry;
    return STATUS_OK;
}

/* A CA depends on the clock alone, never on what it is wanted for. `root` is NULL for the root. */
static enum status certs_authority_get(struct certs_cache *cache, bool trusted,
    enum certs_authority which, const struct certs_entry *root, int64_t clock_s,
    const struct certs_entry **ret, struct fail *fail)
{
    bool is_root = which == CERTS_AUTHORITY_ROOT;
    struct span canon = span_text(arena_printf(cache->scratch, "authority %d trusted %d clock %lld",
        (int)which, (int)trusted, (long long)clock_s));
    const struct certs_entry *entry = certs_table_find(&cache->table, canon, text_hash(canon));
    if (entry != NULL) {
        *ret = entry;
        return STATUS_OK;
    }
    TRY(certs_room(cache, fail));
    const struct certs_blueprint blueprint = {
        .role = is_root ? CERTS_ROLE_ROOT : CERTS_ROLE_INTERMEDIATE,
        .common_name = certs_authority_name(trusted, which),
        .not_before_s = certs_recipe_clamp(
            clock_s - (is_root ? CERTS_ROOT_BEFORE_S : CERTS_INTERMEDIATE_BEFORE_S)),
        .not_after_s = certs_recipe_clamp(
            clock_s + (is_root ? CERTS_ROOT_AFTER_S : CERTS_INTERMEDIATE_AFTER_S)),
        .digest = PLAN_DIGEST_SHA256,
        .issuer = is_root ? NULL : root->certificate,
        .issuer_key = is_root ? NULL : root->key,
    };
    return certs_authority_make(cache, trusted, which, &blueprint, canon, ret, fail);
}

/* --- leaves --- */

/* What is above a leaf; both NULL where it signs itself. */
struct certs_above {
    const struct certs_entry *root, *intermediate;
};

static enum status certs_above_get(struct certs_cache *cache, const struct certs_recipe *recipe,
    struct certs_above *ret, struct fail *fail)
{
    struct certs_above above = {0};
    if (recipe->issuer != PLAN_ISSUER_SELF) {
        bool trusted = recipe->issuer == PLAN_ISSUER_TRUSTED;
        enum certs_authority which = recipe->digest == PLAN_DIGEST_MD5 ? CERTS_AUTHORITY_RSA
                                                                       : CERTS_AUTHORITY_EC;
        TRY(certs_authority_get(
            cache, trusted, CERTS_AUTHORITY_ROOT, NULL, recipe->clock_s, &above.root, fail));
        TRY(certs_authority_get(
            cache, trusted, which, above.root, recipe->clock_s, &above.intermediate, fail));
    }
    *ret = above;
    return STATUS_OK;
}

/* The stapled answer, drawn under a seed of its own: how often the issuer's key was used before
 * must not show in it. */
static bool certs_staple(struct certs_cache *cache, const struct certs_recipe *recipe,
    const struct certs_entry *issuer, X509 *leaf, EVP_PKEY *leaf_key, uint64_t seed,
    struct span *ret)
{
    const struct certs_ocsp_order order = {
        .kind = recipe->ocsp,
        .clock_s = recipe->clock_s,
        .certificate = leaf,
        .issuer = issuer == NULL ? leaf : issuer->certificate,
        .issuer_key = issuer == NULL ? leaf_key : issuer->key,
    };
    *ret = SPAN_EMPTY;
    if (recipe->ocsp == PLAN_OCSP_NONE) {
        return true;
    }
    certs_enter(cache, seed);
    bool made = certs_ocsp_mint(&order, cache->arena, ret);
    certs_leave(cache);
    return made;
}

static void certs_chain(struct arena *arena, enum plan_chain order, struct span leaf,
    const struct certs_above *above, struct certs_minted *minted)
{
    struct span *chain = arena_alloc(arena, CERTS_CHAIN_MAX * sizeof *chain);
    size_t len = 0;
    bool alone = above->root == NULL || order == PLAN_CHAIN_MISSING_INTERMEDIATE;
    if (!alone && order == PLAN_CHAIN_REVERSED) {
        chain[len++] = above->intermediate->der;
    }
    chain[len++] = leaf;
    if (!alone && order != PLAN_CHAIN_REVERSED) {
        chain[len++] = above->intermediate->der;
    }
    if (!alone && order == PLAN_CHAIN_WITH_ROOT) {
        chain[len++] = above->root->der;
    }
    minted->chain = chain;
    minted->chain_len = len;
    minted->root = above->root == NULL ? leaf : above->root->der;
}

static enum status certs_leaf_make(struct certs_cache *cache, const struct certs_recipe *recipe,
    struct span canon, const struct certs_minted **ret, struct fail *fail)
{
    struct certs_above above;
    TRY(certs_above_get(cache, recipe, &above, fail));
    TRY(certs_room(cache, fail));
    const struct certs_blueprint blueprint = {
        .role = CERTS_ROLE_LEAF,
        .common_name = recipe->common_name,
        .names = recipe->names,
        .names_len = recipe->names_len,
        .not_before_s = recipe->not_before_s,
        .not_after_s = recipe->not_after_s,
        .digest = recipe->digest,
        .must_staple = recipe->must_staple,
        .issuer = above.intermediate == NULL ? NULL : above.intermediate->certificate,
        .issuer_key = above.intermediate == NULL ? NULL : above.intermediate->key,
    };
    uint64_t hash = text_hash(canon);
    certs_enter(cache, hash);
    EVP_PKEY *key = certs_key_new(recipe->key, hash);
    X509 *certificate = key == NULL ? NULL : certs_mint_certificate(&blueprint, key);
    certs_leave(cache);
    struct span leaf_der, key_der, spki, ocsp;
    bool minted = certificate != NULL && certs_mint_encode(certificate, cache->arena, &leaf_der) &&
                  certs_mint_spki(certificate, cache->arena, &spki) &&
                  certs_key_encode(key, cache->arena, &key_der) &&
                  certs_staple(
                      cache, recipe, above.intermediate, certificate, key, hash + 1, &ocsp);
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (!minted) {
        return certs_cannot(fail);
    }
    struct certs_entry *entry = certs_table_add(&cache->table, cache->arena, canon, hash);
    entry->minted = (struct certs_minted){
        .key = key_der, .leaf = leaf_der, .spki = spki, .ocsp = ocsp, .recipe = entry->number};
    certs_chain(cache->arena, recipe->chain, leaf_der, &above, &entry->minted);
    *ret = &entry->minted;
    return STATUS_OK;
}

static enum status certs_mint_checked(struct certs_cache *cache, const struct certs_recipe *recipe,
    const struct certs_minted **ret, struct fail *fail)
{
    struct buf canon;
    buf_init(&canon, CERTS_CANON_MAX);
    certs_recipe_canon(recipe, &canon);
    enum status status = STATUS_OK;
    if (canon.over) { /* two recipes must not become one because their ends were dropped */
        status = fail_set(fail, FAIL_INTERNAL, "the text of a certificate's recipe is too long");
    } else {
        struct span text = buf_span(&canon);
        const struct certs_entry *entry = certs_table_find(&cache->table, text, text_hash(text));
        if (entry != NULL) {
            *ret = &entry->minted;
        } else {
            status = certs_leaf_make(cache, recipe, text, ret, fail);
        }
    }
    buf_done(&canon);
    return status;
}

/* --- what others call --- */

enum status certs_mint(struct certs_cache *cache, const struct plan_certificate *recipe,
    const char *host, int64_t clock_s, const struct certs_minted **ret, struct fail *fail)
{
    ERR_clear_error();
    struct certs_recipe checked;
    enum status status = certs_recipe_check(recipe, host, clock_s, cache->scratch, &checked, fail);
    if (status == STATUS_OK) {
        status = certs_mint_checked(cache, &checked, ret, fail);
    }
    arena_reset(cache->scratch);
    ERR_clear_error();
    return status;
}

/* --- lists --- */

static bool certs_list(struct certs_cache *cache, const struct certs_entry *issuer,
    const ASN1_INTEGER *revoked, const struct certs_recipe *recipe, struct arena *arena,
    struct span *ret)
{
    certs_enter(cache, text_hash(issuer->der));
    EVP_PKEY *forger = recipe->lists == PLAN_LISTS_FORGED ? EVP_EC_gen("P-256") : NULL;
    const struct certs_crl_order order = {
        .issuer = issuer->certificate,
        .issuer_key = forger == NULL ? issuer->key : forger,
        .revoked = revoked,
        /* Of two lists of one issuer the later one counts: the one that has something on it. */
        .made_s = recipe->clock_s -
                  (recipe->lists == PLAN_LISTS_STALE ? CERTS_CRL_STALE_S : CERTS_CRL_AGE_S) +
                  (revoked == NULL ? 0 : 1),
    };
    bool made = certs_crl_mint(&order, arena, ret);
    certs_leave(cache);
    EVP_PKEY_free(forger);
    return made;
}

static enum status certs_lists_mint(struct certs_cache *cache, const struct certs_recipe *recipe,
    struct span leaf_der, struct arena *arena, struct certs_lists *ret, struct fail *fail)
{
    struct certs_above above;
    const unsigned char *at = leaf_der.data;
    *ret = (struct certs_lists){0};
    TRY(certs_above_get(cache, recipe, &above, fail));
    if (above.root == NULL || recipe->lists == PLAN_LISTS_NONE) {
        return STATUS_OK;
    }
    X509 *leaf = d2i_X509(NULL, &at, (long)leaf_der.len);
    bool made = leaf != NULL &&
                certs_list(cache, above.intermediate,
                    recipe->revoked == PLAN_REVOKED_LEAF ? X509_get0_serialNumber(leaf) : NULL,
                    recipe, arena, &ret->items[0]) &&
                certs_list(cache, above.root,
                    recipe->revoked == PLAN_REVOKED_INTERMEDIATE
                        ? X509_get0_serialNumber(above.intermediate->certificate)
                        : NULL,
                    recipe, arena, &ret->items[1]);
    X509_free(leaf);
    ret->len = made ? CERTS_LISTS_MAX : 0;
    return made ? STATUS_OK : certs_cannot(fail);
}

enum status certs_lists(struct certs_cache *cache, const struct plan_certificate *recipe,
    const char *host, int64_t clock_s, struct arena *arena, struct certs_lists *ret,
    struct fail *fail)
{
    const struct certs_minted *minted;
    struct certs_recipe checked;
    TRY(certs_mint(cache, recipe, host, clock_s, &minted, fail));
    enum status status = certs_recipe_check(recipe, host, clock_s, cache->scratch, &checked, fail);
    if (status == STATUS_OK) {
        status = certs_lists_mint(cache, &checked, minted->leaf, arena, ret, fail);
    }
    arena_reset(cache->scratch);
    ERR_clear_error();
    return status;
}

enum status certs_check(
    const struct plan_certificate *recipe, const char *host, int64_t clock_s, struct fail *fail)
{
    struct arena *arena = arena_new();
    struct certs_recipe checked;
    enum status status = certs_recipe_check(recipe, host, clock_s, arena, &checked, fail);
    arena_free(arena);
    ERR_clear_error();
    return status;
}

enum status certs_trusted_root(
    struct certs_cache *cache, int64_t clock_s, struct span *ret, struct fail *fail)
{
    ERR_clear_error();
    if (clock_s < CERTS_TIME_MIN_S || clock_s > CERTS_TIME_MAX_S) {
        return fail_set(
            fail, FAIL_USAGE, "certificate: the clock is outside of the years 1 to 9999");
    }
    const struct certs_entry *root = NULL;
    enum status status = certs_authority_get(
        cache, true, CERTS_AUTHORITY_ROOT, NULL, clock_s, &root, fail);
    if (status == STATUS_OK) {
        *ret = root->der;
    }
    arena_reset(cache->scratch);
    ERR_clear_error();
    return status;
}
