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
    const ASN1_INTEGER *of_leaf = leaf != NULL && recipe->revoked == PLAN_REVOKED_LEAF
                                      ? X509_get0_serialNumber(leaf)
                                      : NULL;
    const ASN1_INTEGER *of_intermediate = recipe->revoked == PLAN_REVOKED_INTERMEDIATE &&
                                                  above.intermediates_len > 0
                                              ? X509_get0_serialNumber(
                                                    above.intermediates[0]->certificate)
                                              : NULL;
    bool made = leaf != NULL &&
                certs_list(cache, above.issuer, of_leaf, recipe, arena, &ret->items[0]) &&
                certs_list(cache, above.root, of_intermediate, recipe, arena, &ret->items[1]);
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
