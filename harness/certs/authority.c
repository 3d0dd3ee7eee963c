#include "harness/base/text.h"
#include "harness/certs/cache.h"

#define AUTHORITY_NAME_MAX (CERTS_COMMON_NAME_MAX + 16) /* a common name and a number */

/* --- signing --- */

/* Somebody with a key of his own who calls himself like the issuer. */
static X509 *certs_sign_in_anothers_name(
    const struct certs_body *body, EVP_PKEY *key, const struct certs_entry *issuer)
{
    struct certs_body impostor = *body;
    impostor.signature = PLAN_SIGNATURE_GOOD;
    bool rsa = issuer != NULL ? EVP_PKEY_get_base_id(issuer->key) == EVP_PKEY_RSA
                              : EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    EVP_PKEY *other = certs_key_new_authority(
        rsa ? PLAN_KEY_RSA2048 : PLAN_KEY_P256, CERTS_KEY_IMPOSTOR);
    X509 *named = other == NULL ? NULL : X509_new(), *signed_by_other = NULL;
    const X509_NAME *name = issuer == NULL ? NULL : X509_get_subject_name(issuer->certificate);
    if (named != NULL && X509_set_pubkey(named, other) == 1 &&
        (name == NULL || X509_set_subject_name(named, name) == 1)) {
        const struct certs_blueprint bare = {.body = &impostor, .issuer = named};
        const struct certs_body ca = {
            .ca = PLAN_CA_YES, .subject_identifier = true, .path_length = -1, .common_name = ""};
        bool identified = certs_extensions_add(
            named, &(struct certs_blueprint){.body = &ca, .issuer = NULL});
        struct certs_blueprint blueprint = bare;
        blueprint.signer = other;
        if (issuer == NULL) {
            blueprint.issuer = NULL;
        }
        signed_by_other = identified ? certs_mint_certificate(&blueprint, key) : NULL;
    }
    X509_free(named);
    EVP_PKEY_free(other);
    return signed_by_other;
}

X509 *certs_sign(const struct certs_body *body, EVP_PKEY *key, const struct certs_entry *issuer)
{
    if (body->signature == PLAN_SIGNATURE_WRONG_SIGNER) {
        return certs_sign_in_anothers_name(body, key, issuer);
    }
    const struct certs_blueprint blueprint = {
        .body = body,
        .issuer = issuer == NULL ? NULL : issuer->certificate,
        .signer = issuer == NULL ? NULL : issuer->key,
    };
    return certs_mint_certificate(&blueprint, key);
}

/* --- one CA --- */

/* `shared`: a key that the CA has already, under another signature; NULL: its own. */
struct certs_authority {
    const struct certs_body *body;
    const struct certs_entry *issuer; /* NULL: signs itself */
    enum certs_key_owner owner;
    EVP_PKEY *shared;
};

static EVP_PKEY *certs_authority_key(const struct certs_authority *authority)
{
    if (authority->shared == NULL) {
        return certs_key_new_authority(authority->body->key, authority->owner);
    }
    return EVP_PKEY_up_ref(authority->shared) == 1 ? authority->shared : NULL;
}

static enum status certs_authority_make(struct certs_cache *cache,
    const struct certs_authority *authority, struct span canon, const struct certs_entry **ret,
    struct fail *fail)
{
    uint64_t hash = text_hash(canon);
    const struct certs_entry *found = certs_table_find(&cache->table, canon, hash);
    if (found != NULL) {
        *ret = found;
        return STATUS_OK;
    }
    TRY(certs_room(cache, fail));
    certs_enter(cache, hash);
    EVP_PKEY *key = certs_authority_key(authority);
    X509 *certificate = key == NULL ? NULL : certs_sign(authority->body, key, authority->issuer);
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

/* --- the CAs of a clock --- */

/* MD5 signatures are RSA's (there is no ECDSA with MD5), so there is a second intermediate of the
 * same name. */
static enum status certs_authority_stock(struct certs_cache *cache, enum certs_role role,
    bool trusted, bool rsa, int64_t clock_s, const struct certs_entry **ret, struct fail *fail)
{
    struct certs_body body;
    const struct certs_entry *root = NULL;
    if (role == CERTS_ROLE_INTERMEDIATE) {
        TRY(certs_authority_stock(cache, CERTS_ROLE_ROOT, trusted, false, clock_s, &root, fail));
    }
    certs_recipe_authority(role, trusted, clock_s, &body);
    body.key = rsa ? PLAN_KEY_RSA2048 : PLAN_KEY_P256;
    struct span canon = span_text(
        arena_printf(cache->scratch, "authority %d rsa %d trusted %d clock %lld", (int)role,
            (int)rsa, (int)trusted, (long long)clock_s));
    const struct certs_authority authority = {
        .body = &body, .issuer = root, .owner = trusted ? CERTS_KEY_TRUSTED : CERTS_KEY_UNTRUSTED};
    return certs_authority_make(cache, &authority, canon, ret, fail);
}

enum status certs_authority_of_clock(struct certs_cache *cache, enum certs_role role, bool trusted,
    int64_t clock_s, const struct certs_entry **ret, struct fail *fail)
{
    return certs_authority_stock(cache, role, trusted, false, clock_s, ret, fail);
}

/* --- CAs with recipes of their own --- */

/* The canon has the issuer's number, which no other certificate of the cache has. */
static enum status certs_authority_own(struct certs_cache *cache, const char *what,
    const struct certs_authority *authority, const struct certs_entry **ret, struct fail *fail)
{
    struct buf canon;
    buf_init(&canon, CERTS_CANON_MAX);
    buf_printf(&canon, "own %s under %016llx ", what,
        authority->issuer == NULL ? 0ULL : (unsigned long long)authority->issuer->number);
    certs_body_canon(authority->body, &canon);
    enum status status = canon.over
                             ? fail_set(fail, FAIL_INTERNAL, "the text of a CA is too long")
                             : certs_authority_make(cache, authority, buf_span(&canon), ret, fail);
    buf_done(&canon);
    return status;
}

static enum status certs_authority_roots(struct certs_cache *cache,
    const struct certs_recipe *recipe, struct certs_above *above, struct fail *fail)
{
    bool trusted = recipe->issuer == PLAN_ISSUER_TRUSTED;
    struct certs_body body = recipe->root;
    if (recipe->own_root) {
        const struct certs_authority root = {.body = &body, .owner = CERTS_KEY_ROOT};
        TRY(certs_authority_own(cache, "root", &root, &above->root, fail));
    } else {
        certs_recipe_authority(CERTS_ROLE_ROOT, trusted, recipe->clock_s, &body);
        TRY(certs_authority_of_clock(
            cache, CERTS_ROLE_ROOT, trusted, recipe->clock_s, &above->root, fail));
    }
    if (!recipe->has_older_root) {
        return STATUS_OK;
    }
    const struct certs_authority older = {
        .body = &recipe->older_root, .owner = CERTS_KEY_OLDER_ROOT};
    TRY(certs_authority_own(cache, "older root", &older, &above->older_root, fail));
    body.authority_identifier = body.subject_identifier;
    const struct certs_authority cross = {
        .body = &body, .issuer = above->older_root, .shared = above->root->key};
    const char *what = arena_printf(
        cache->scratch, "cross of %016llx", (unsigned long long)above->root->number);
    return certs_authority_own(cache, what, &cross, &above->cross, fail);
}

static enum status certs_authority_intermediates(struct certs_cache *cache,
    const struct certs_recipe *recipe, struct certs_above *above, struct fail *fail)
{
    size_t len = recipe->intermediates;
    const struct certs_entry *issuer = above->root;
    above->intermediates = arena_alloc(cache->scratch, (len + 1) * sizeof(void *));
    above->intermediates_len = len;
    for (size_t i = len; i > 0; i--) {
        struct certs_body body = recipe->intermediate;
        if (i > 1) { /* the leaf's issuer has the name alone */
            body.common_name = arena_printf(
                cache->scratch, "%.*s %zu", CERTS_COMMON_NAME_MAX - 4, body.common_name, i);
        }
        const struct certs_authority own = {
            .body = &body, .issuer = issuer, .owner = CERTS_KEY_INTERMEDIATE};
        TRY(certs_authority_own(cache, "intermediate", &own, &above->intermediates[i - 1], fail));
        issuer = above->intermediates[i - 1];
    }
    return STATUS_OK;
}

/* The intermediate of the clock stands under the root of the clock; under another root there is one
 * that is like it. */
static enum status certs_authority_intermediate(struct certs_cache *cache,
    const struct certs_recipe *recipe, struct certs_above *above, struct fail *fail)
{
    bool trusted = recipe->issuer == PLAN_ISSUER_TRUSTED;
    bool rsa = recipe->leaf.digest == PLAN_DIGEST_MD5;
    if (recipe->own_root) {
        struct certs_recipe like = *recipe;
        certs_recipe_authority(
            CERTS_ROLE_INTERMEDIATE, trusted, recipe->clock_s, &like.intermediate);
        like.intermediate.key = rsa ? PLAN_KEY_RSA2048 : PLAN_KEY_P256;
        return certs_authority_intermediates(cache, &like, above, fail);
    }
    above->intermediates = arena_alloc(cache->scratch, sizeof(void *));
    above->intermediates_len = 1;
    return certs_authority_stock(cache, CERTS_ROLE_INTERMEDIATE, trusted, rsa, recipe->clock_s,
        &above->intermediates[0], fail);
}

static bool certs_authority_wants_other(const struct certs_recipe *recipe)
{
    for (size_t i = 0; recipe->chain == PLAN_CHAIN_LISTED && i < recipe->links_len; i++) {
        if (recipe->links[i] == PLAN_LINK_OTHER) {
            return true;
        }
    }
    return false;
}

enum status certs_authority_above(struct certs_cache *cache, const struct certs_recipe *recipe,
    struct certs_above *ret, struct fail *fail)
{
    struct certs_above above = {0};
    bool trusted = recipe->issuer == PLAN_ISSUER_TRUSTED;
    if (certs_authority_wants_other(recipe)) {
        TRY(certs_authority_of_clock(
            cache, CERTS_ROLE_INTERMEDIATE, !trusted, recipe->clock_s, &above.other, fail));
    }
    if (recipe->issuer != PLAN_ISSUER_SELF) {
        TRY(certs_authority_roots(cache, recipe, &above, fail));
        TRY(recipe->own_intermediate ? certs_authority_intermediates(cache, recipe, &above, fail)
                                     : certs_authority_intermediate(cache, recipe, &above, fail));
        above.issuer = above.intermediates_len > 0 ? above.intermediates[0] : above.root;
    }
    *ret = above;
    return STATUS_OK;
}
