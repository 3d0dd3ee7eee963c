#include <openssl/err.h>

#include "harness/base/text.h"
#include "harness/certs/cache.h"
#include "harness/certs/crl.h"

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

/* From the leaf's issuer up. A root has nobody above it who would list it. */
static bool certs_lists_of(struct certs_cache *cache, const struct certs_above *above,
    const X509 *leaf, const struct certs_recipe *recipe, struct arena *arena,
    struct certs_lists *ret)
{
    size_t below_len = above->intermediates_len;
    size_t len = below_len + (above->older_root == NULL ? 1 : 2);
    for (size_t i = 0; i < len && i < CERTS_LISTS_MAX; i++) {
        const struct certs_entry *issuer = i < below_len    ? above->intermediates[i]
                                           : i == below_len ? above->root
                                                            : above->older_root;
        const ASN1_INTEGER *revoked = NULL;
        if (i == 0 && recipe->revoked == PLAN_REVOKED_LEAF) {
            revoked = X509_get0_serialNumber(leaf);
        } else if (i == 1 && below_len > 0 && recipe->revoked == PLAN_REVOKED_INTERMEDIATE) {
            revoked = X509_get0_serialNumber(above->intermediates[0]->certificate);
        }
        if (!certs_list(cache, issuer, revoked, recipe, arena, &ret->items[i])) {
            ret->len = 0;
            return false;
        }
        ret->len++;
    }
    return true;
}

static enum status certs_lists_mint(struct certs_cache *cache, const struct certs_recipe *recipe,
    struct span leaf_der, struct arena *arena, struct certs_lists *ret, struct fail *fail)
{
    struct certs_above above;
    const unsigned char *at = leaf_der.data;
    *ret = (struct certs_lists){0};
    if (recipe->file != NULL) {
        return STATUS_OK; /* nobody has its issuer's key */
    }
    TRY(certs_authority_above(cache, recipe, &above, fail));
    if (above.root == NULL || recipe->lists == PLAN_LISTS_NONE) {
        return STATUS_OK;
    }
    X509 *leaf = d2i_X509(NULL, &at, (long)leaf_der.len);
    bool made = leaf != NULL && certs_lists_of(cache, &above, leaf, recipe, arena, ret);
    X509_free(leaf);
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
