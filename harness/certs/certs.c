#include "harness/certs/certs.h"

#include <openssl/err.h>

#include "harness/base/text.h"
#include "harness/certs/cache.h"
#include "harness/certs/ocsp.h"

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

enum status certs_cannot(struct fail *fail)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    return fail_set(fail, FAIL_INTERNAL, "a certificate cannot be minted: %s",
        reason == NULL ? "not known why" : reason);
}

enum status certs_room(const struct certs_cache *cache, struct fail *fail)
{
    if (certs_table_is_full(&cache->table)) {
        return fail_set(fail, FAIL_LIMIT, "more than %d different certificates", CERTS_CACHE_MAX);
    }
    return STATUS_OK;
}

void certs_enter(const struct certs_cache *cache, uint64_t seed)
{
    if (cache->seeding.enter != NULL) {
        cache->seeding.enter(cache->seeding.context, seed);
    }
}

void certs_leave(const struct certs_cache *cache)
{
    if (cache->seeding.leave != NULL) {
        cache->seeding.leave(cache->seeding.context);
    }
}

/* --- the chain --- */

struct certs_order {
    struct span *chain;
    size_t len;
};

static void certs_order_add(struct certs_order *order, const struct certs_entry *entry)
{
    if (entry != NULL) {
        order->chain[order->len++] = entry->der;
    }
}

static void certs_order_link(struct certs_order *order, enum plan_link link, struct span leaf,
    const struct certs_above *above)
{
    switch (link) {
    case PLAN_LINK_LEAF:
        order->chain[order->len++] = leaf;
        break;
    case PLAN_LINK_INTERMEDIATE:
        for (size_t i = 0; i < above->intermediates_len; i++) {
            certs_order_add(order, above->intermediates[i]);
        }
        break;
    case PLAN_LINK_ROOT:
        certs_order_add(order, above->root);
        break;
    case PLAN_LINK_CROSS:
        certs_order_add(order, above->cross);
        break;
    case PLAN_LINK_OTHER:
        certs_order_add(order, above->other);
        break;
    }
}

static void certs_order_turn(struct certs_order *order)
{
    for (size_t i = 0; i < order->len / 2; i++) {
        struct span first = order->chain[i];
        order->chain[i] = order->chain[order->len - 1 - i];
        order->chain[order->len - 1 - i] = first;
    }
}

static void certs_chain(struct arena *arena, const struct certs_recipe *recipe, struct span leaf,
    const struct certs_above *above, struct certs_minted *minted)
{
    static const enum plan_link all[] = {
        PLAN_LINK_LEAF, PLAN_LINK_INTERMEDIATE, PLAN_LINK_CROSS, PLAN_LINK_ROOT};
    bool listed = recipe->chain == PLAN_CHAIN_LISTED;
    const enum plan_link *links = listed ? recipe->links : all;
    size_t links_len = listed                                             ? recipe->links_len
                       : recipe->chain == PLAN_CHAIN_MISSING_INTERMEDIATE ? 1
                       : recipe->chain == PLAN_CHAIN_WITH_ROOT            ? ARRAY_LEN(all)
                                                                          : ARRAY_LEN(all) - 1;
    size_t most = (links_len + 1) * (above->intermediates_len + 1);
    struct certs_order order = {.chain = arena_alloc(arena, most * sizeof *order.chain)};
    for (size_t i = 0; i < links_len; i++) {
        certs_order_link(&order, links[i], leaf, above);
    }
    if (recipe->chain == PLAN_CHAIN_REVERSED) {
        certs_order_turn(&order);
    }
    minted->chain = order.chain;
    minted->chain_len = order.len;
    minted->root = above->root == NULL ? leaf : above->root->der;
    switch (recipe->anchor) {
    case PLAN_ANCHOR_ROOT:
        minted->anchor = minted->root;
        break;
    case PLAN_ANCHOR_OLDER_ROOT:
        minted->anchor = above->older_root == NULL ? (struct span){0} : above->older_root->der;
        break;
    case PLAN_ANCHOR_LEAF:
        minted->anchor = leaf;
        break;
    case PLAN_ANCHOR_DEFAULT:
    case PLAN_ANCHOR_NOTHING:
        break;
    }
}

/* --- leaves --- */

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

static enum status certs_leaf_make(struct certs_cache *cache, const struct certs_recipe *recipe,
    struct span canon, const struct certs_minted **ret, struct fail *fail)
{
    struct certs_above above;
    TRY(certs_authority_above(cache, recipe, &above, fail));
    TRY(certs_room(cache, fail));
    uint64_t hash = text_hash(canon);
    certs_enter(cache, hash);
    EVP_PKEY *key = certs_key_new(recipe->leaf.key, hash);
    X509 *certificate = key == NULL ? NULL : certs_sign(&recipe->leaf, key, above.issuer);
    certs_leave(cache);
    struct span leaf_der, key_der, spki, ocsp;
    bool minted = certificate != NULL && certs_mint_encode(certificate, cache->arena, &leaf_der) &&
                  certs_mint_spki(certificate, cache->arena, &spki) &&
                  certs_key_encode(key, cache->arena, &key_der) &&
                  certs_staple(cache, recipe, above.issuer, certificate, key, hash + 1, &ocsp);
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (!minted) {
        return certs_cannot(fail);
    }
    struct certs_entry *entry = certs_table_add(&cache->table, cache->arena, canon, hash);
    entry->minted = (struct certs_minted){
        .key = key_der, .leaf = leaf_der, .spki = spki, .ocsp = ocsp, .recipe = entry->number};
    certs_chain(cache->arena, recipe, leaf_der, &above, &entry->minted);
    *ret = &entry->minted;
    return STATUS_OK;
}

static enum status certs_leaf_read(struct certs_cache *cache, const struct certs_recipe *recipe,
    struct span canon, const struct certs_minted **ret, struct fail *fail)
{
    struct certs_minted minted;
    TRY(certs_room(cache, fail));
    TRY(certs_file_read(recipe->file, recipe->key_file, cache->arena, &minted, fail));
    if (recipe->anchor == PLAN_ANCHOR_ROOT) {
        minted.anchor = minted.root;
    } else if (recipe->anchor == PLAN_ANCHOR_LEAF) {
        minted.anchor = minted.leaf;
    }
    struct certs_entry *entry = certs_table_add(
        &cache->table, cache->arena, canon, text_hash(canon));
    entry->minted = minted;
    entry->minted.recipe = entry->number;
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
            status = recipe->file != NULL ? certs_leaf_read(cache, recipe, text, ret, fail)
                                          : certs_leaf_make(cache, recipe, text, ret, fail);
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

enum status certs_check(
    const struct plan_certificate *recipe, const char *host, int64_t clock_s, struct fail *fail)
{
    struct arena *arena = arena_new();
    struct certs_recipe checked;
    struct certs_minted unused;
    enum status status = certs_recipe_check(recipe, host, clock_s, arena, &checked, fail);
    if (status == STATUS_OK && checked.file != NULL) {
        status = certs_file_read(checked.file, checked.key_file, arena, &unused, fail);
    }
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
    enum status status = certs_authority_of_clock(
        cache, CERTS_ROLE_ROOT, true, clock_s, &root, fail);
    if (status == STATUS_OK) {
        *ret = root->der;
    }
    arena_reset(cache->scratch);
    ERR_clear_error();
    return status;
}

enum status certs_anchors(struct certs_cache *cache, const struct plan_certificate *certificates,
    size_t certificates_len, const char *host, int64_t clock_s, struct span ret[CERTS_ANCHORS_MAX],
    size_t *ret_len, struct fail *fail)
{
    size_t len = 0;
    for (size_t i = 0; i < certificates_len && len < CERTS_ANCHORS_MAX; i++) {
        const struct certs_minted *minted;
        TRY(certs_mint(cache, &certificates[i], host, clock_s, &minted, fail));
        bool again = minted->anchor.len == 0;
        for (size_t j = 0; j < len; j++) {
            again = again || span_equal(ret[j], minted->anchor);
        }
        if (!again) {
            ret[len++] = minted->anchor;
        }
    }
    if (len == 0) {
        TRY(certs_trusted_root(cache, clock_s, &ret[len++], fail));
    }
    *ret_len = len;
    return STATUS_OK;
}
