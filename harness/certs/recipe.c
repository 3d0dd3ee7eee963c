#include "harness/certs/recipe.h"

#include "harness/base/text.h"
#include "harness/certs/key.h"

#define RECIPE_BIT(n) (1U << (n))
#define RECIPE_DIGITAL_SIGNATURE RECIPE_BIT(0)
#define RECIPE_KEY_ENCIPHERMENT RECIPE_BIT(2)
#define RECIPE_KEY_CERT_SIGN RECIPE_BIT(5)
#define RECIPE_CRL_SIGN RECIPE_BIT(6)
#define RECIPE_SERVER_AUTH RECIPE_BIT(0)
#define RECIPE_CLIENT_AUTH RECIPE_BIT(1)

/* --- names --- */

static enum status certs_recipe_names(const struct plan_certificate *plan, const char *host,
    struct arena *arena, struct certs_body *body, struct fail *fail)
{
    size_t len = plan->names_len + plan->octet_names_len;
    if (len > CERTS_NAMES_MAX) {
        return fail_set(
            fail, FAIL_USAGE, "certificate: %zu names, %d are the most", len, CERTS_NAMES_MAX);
    }
    bool by_host = len == 0 && !plan->names_written;
    struct certs_name *names = arena_alloc(arena, (len + 1) * sizeof *names);
    if (by_host) {
        TRY(certs_name_of_host(host, &names[0], fail));
    }
    for (size_t i = 0; i < plan->names_len; i++) {
        TRY(certs_name_parse(plan->names[i], &names[i], fail));
    }
    for (size_t i = 0; i < plan->octet_names_len; i++) {
        struct span octets = plan->octet_names[i];
        if (octets.len > CERTS_NAME_MAX) {
            return certs_name_refuse(fail, octets, "is longer than 253 octets");
        }
        names[plan->names_len + i] = (struct certs_name){.kind = CERTS_NAME_DNS, .text = octets};
    }
    body->names = names;
    body->names_len = by_host ? 1 : len;
    return STATUS_OK;
}

static enum status certs_recipe_check_common_name(const char *name, struct fail *fail)
{
    if (strlen(name) > CERTS_COMMON_NAME_MAX) {
        return certs_name_refuse(
            fail, span_text(name), "is longer than the 64 octets of a common name");
    }
    if (!text_is_utf8(span_text(name))) {
        return certs_name_refuse(fail, span_text(name), "is no UTF-8");
    }
    return STATUS_OK;
}

static enum status certs_recipe_common_name(const struct plan_certificate *plan, const char *host,
    struct certs_body *body, struct fail *fail)
{
    if (plan->common_name != NULL) {
        body->common_name = plan->common_name;
        return certs_recipe_check_common_name(plan->common_name, fail);
    }
    const char *first = plan->names_len > 0         ? plan->names[0]
                        : plan->octet_names_len > 0 ? ""
                        : host == NULL              ? ""
                                                    : host;
    const char *colon = strchr(first, ':');
    if (plan->names_len > 0 && colon != NULL) {
        first = colon + 1; /* behind the kind */
    }
    /* As public CAs do with a name that does not fit: it stands in the list alone. */
    body->common_name = strlen(first) > CERTS_COMMON_NAME_MAX ? "" : first;
    return STATUS_OK;
}

/* --- time --- */

static bool certs_recipe_moment(int64_t clock_s, int64_t offset_s, int64_t *ret)
{
    return !__builtin_add_overflow(clock_s, offset_s, ret) && *ret >= CERTS_TIME_MIN_S &&
           *ret <= CERTS_TIME_MAX_S;
}

/* An end before the beginning is allowed: people do mint that. */
static enum status certs_recipe_times(const struct plan_certificate *plan, int64_t clock_s,
    struct certs_body *body, struct fail *fail)
{
    if (!certs_recipe_moment(clock_s, plan->not_before_s, &body->not_before_s) ||
        !certs_recipe_moment(clock_s, plan->not_after_s, &body->not_after_s)) {
        return fail_set(fail, FAIL_USAGE,
            "certificate: not_before or not_after is outside of the years 1 to 9999");
    }
    return STATUS_OK;
}

/* --- what depends on the role --- */

/* RFC 5280 §4.2.1.3: only an RSA key enciphers the other side's secret. */
static unsigned certs_recipe_key_usage(enum certs_role role, enum plan_key key)
{
    switch (role) {
    case CERTS_ROLE_ROOT:
        return RECIPE_KEY_CERT_SIGN | RECIPE_CRL_SIGN;
    case CERTS_ROLE_INTERMEDIATE:
        return RECIPE_DIGITAL_SIGNATURE | RECIPE_KEY_CERT_SIGN | RECIPE_CRL_SIGN;
    case CERTS_ROLE_LEAF:
        break;
    }
    return RECIPE_DIGITAL_SIGNATURE | (certs_key_enciphers(key) ? RECIPE_KEY_ENCIPHERMENT : 0);
}

static unsigned certs_recipe_extended_key_usage(enum certs_role role)
{
    return role == CERTS_ROLE_LEAF           ? RECIPE_SERVER_AUTH
           : role == CERTS_ROLE_INTERMEDIATE ? RECIPE_SERVER_AUTH | RECIPE_CLIENT_AUTH
                                             : 0;
}

static const char *certs_recipe_authority_name(enum certs_role role, bool trusted)
{
    if (role == CERTS_ROLE_ROOT) {
        return trusted ? "smtpvet trusted root" : "smtpvet untrusted root";
    }
    return trusted ? "smtpvet trusted intermediate" : "smtpvet untrusted intermediate";
}

/* All that is neither names nor dates. */
static void certs_recipe_fill(const struct plan_certificate *plan, enum certs_role role,
    size_t below, struct certs_body *body)
{
    bool leaf = role == CERTS_ROLE_LEAF;
    body->key = plan->key;
    body->digest = plan->digest;
    body->key_usage = plan->key_usage == 0 ? certs_recipe_key_usage(role, plan->key)
                                           : plan->key_usage & ~PLAN_USAGE_WRITTEN;
    body->extended_key_usage = plan->extended_key_usage == 0
                                   ? certs_recipe_extended_key_usage(role)
                                   : plan->extended_key_usage & ~PLAN_USAGE_WRITTEN;
    body->ca = plan->ca != PLAN_CA_DEFAULT ? plan->ca : leaf ? PLAN_CA_NO : PLAN_CA_YES;
    body->path_length = plan->path_length.written ? plan->path_length.number
                        : role == CERTS_ROLE_INTERMEDIATE && below == 0 && body->ca == PLAN_CA_YES
                            ? 0
                            : -1;
    body->serial = plan->serial.written ? plan->serial.number : -1;
    body->version = plan->version == 0 ? 3 : plan->version;
    body->signature = plan->signature;
    body->subject_identifier = plan->identifiers != PLAN_IDENTIFIERS_NONE;
    body->authority_identifier = body->subject_identifier && role != CERTS_ROLE_ROOT;
    body->authority_is_wrong = plan->identifiers == PLAN_IDENTIFIERS_WRONG_AUTHORITY;
    body->not_critical = plan->not_critical;
    body->must_staple = plan->must_staple;
    body->permit = plan->permit.items;
    body->permit_len = plan->permit.len;
    body->exclude = plan->exclude.items;
    body->exclude_len = plan->exclude.len;
    body->extensions = plan->extensions;
    body->extensions_len = plan->extensions_len;
}

void certs_recipe_authority(
    enum certs_role role, bool trusted, int64_t clock_s, struct certs_body *ret)
{
    bool root = role == CERTS_ROLE_ROOT;
    const struct plan_certificate stock = {0};
    *ret = (struct certs_body){
        .common_name = certs_recipe_authority_name(role, trusted),
        .not_before_s = certs_recipe_clamp(
            clock_s + (root ? PLAN_ROOT_NOT_BEFORE_S : PLAN_AUTHORITY_NOT_BEFORE_S)),
        .not_after_s = certs_recipe_clamp(
            clock_s + (root ? PLAN_ROOT_NOT_AFTER_S : PLAN_AUTHORITY_NOT_AFTER_S)),
    };
    certs_recipe_fill(&stock, role, 0, ret);
}

/* --- checks --- */

static bool certs_recipe_is_known(const struct plan_certificate *plan)
{
    return (unsigned)plan->issuer <= PLAN_ISSUER_UNTRUSTED &&
           (unsigned)plan->chain <= PLAN_CHAIN_LISTED && (unsigned)plan->key <= PLAN_KEY_LAST &&
           (unsigned)plan->digest <= PLAN_DIGEST_MD5 && (unsigned)plan->ca <= PLAN_CA_ABSENT &&
           (unsigned)plan->signature <= PLAN_SIGNATURE_WRONG_SIGNER &&
           (unsigned)plan->identifiers <= PLAN_IDENTIFIERS_WRONG_AUTHORITY &&
           (unsigned)plan->ocsp <= PLAN_OCSP_GARBAGE &&
           (unsigned)plan->revoked <= PLAN_REVOKED_INTERMEDIATE &&
           (unsigned)plan->lists <= PLAN_LISTS_NONE &&
           (unsigned)plan->anchor <= PLAN_ANCHOR_NOTHING && plan->version >= 0 &&
           plan->version <= 3;
}

static enum status certs_recipe_extensions(const struct certs_body *body, struct fail *fail)
{
    if (body->extensions_len > CERTS_EXTENSIONS_MAX) {
        return fail_set(fail, FAIL_USAGE, "certificate: %zu extensions, %d are the most",
            body->extensions_len, CERTS_EXTENSIONS_MAX);
    }
    for (size_t i = 0; i < body->extensions_len; i++) {
        const struct plan_certificate_extension *extension = &body->extensions[i];
        ASN1_OBJECT *object = OBJ_txt2obj(extension->oid, 1);
        bool known = object != NULL && strlen(extension->oid) <= CERTS_NAME_MAX;
        ASN1_OBJECT_free(object);
        if (!known) {
            return fail_set(fail, FAIL_USAGE,
                "certificate: '%.80s' is no object identifier (those are numbers with dots)",
                extension->oid);
        }
        if (extension->value.len > CERTS_EXTENSION_MAX) {
            return fail_set(fail, FAIL_USAGE,
                "certificate: an extension of %zu octets, %d are the most", extension->value.len,
                CERTS_EXTENSION_MAX);
        }
    }
    return STATUS_OK;
}

static enum status certs_recipe_domains(const char *const *domains, size_t len, struct fail *fail)
{
    if (len > CERTS_DOMAINS_MAX) {
        return fail_set(fail, FAIL_USAGE, "certificate: constraints of %zu names, %d are the most",
            len, CERTS_DOMAINS_MAX);
    }
    for (size_t i = 0; i < len; i++) {
        if (strlen(domains[i]) > CERTS_NAME_MAX) {
            return certs_name_refuse(fail, span_text(domains[i]), "is longer than 253 octets");
        }
    }
    return STATUS_OK;
}

static enum status certs_recipe_body(const struct plan_certificate *plan, enum certs_role role,
    size_t below, int64_t clock_s, struct certs_body *body, struct fail *fail)
{
    if (!certs_recipe_is_known(plan)) {
        return fail_set(fail, FAIL_USAGE, "certificate: unknown issuer, chain, key or digest");
    }
    certs_recipe_fill(plan, role, below, body);
    TRY(certs_recipe_times(plan, clock_s, body, fail));
    TRY(certs_recipe_domains(body->permit, body->permit_len, fail));
    TRY(certs_recipe_domains(body->exclude, body->exclude_len, fail));
    return certs_recipe_extensions(body, fail);
}

static enum status certs_recipe_own(const struct plan_certificate *plan, enum certs_role role,
    bool trusted, const char *name, size_t below, int64_t clock_s, struct certs_body *ret,
    struct fail *fail)
{
    *ret = (struct certs_body){
        .common_name = name != NULL ? name : certs_recipe_authority_name(role, trusted)};
    if (plan->common_name != NULL) {
        ret->common_name = plan->common_name;
        TRY(certs_recipe_check_common_name(plan->common_name, fail));
    }
    return certs_recipe_body(plan, role, below, clock_s, ret, fail);
}

static enum status certs_recipe_authorities(
    const struct plan_certificate *plan, struct certs_recipe *recipe, struct fail *fail)
{
    bool trusted = plan->issuer == PLAN_ISSUER_TRUSTED;
    recipe->own_root = plan->root != NULL;
    recipe->own_intermediate = plan->intermediate != NULL;
    recipe->has_older_root = plan->older_root != NULL;
    recipe->intermediates = 1;
    if (recipe->own_intermediate && plan->intermediate->count.written) {
        int64_t count = plan->intermediate->count.number;
        if (count < 0 || count > PLAN_INTERMEDIATES_MAX) {
            return fail_set(fail, FAIL_USAGE, "certificate: 0 to %d intermediates can be minted",
                PLAN_INTERMEDIATES_MAX);
        }
        recipe->intermediates = (size_t)count;
    }
    if (recipe->own_root) {
        TRY(certs_recipe_own(
            plan->root, CERTS_ROLE_ROOT, trusted, NULL, 0, recipe->clock_s, &recipe->root, fail));
    }
    if (recipe->own_intermediate) {
        TRY(certs_recipe_own(plan->intermediate, CERTS_ROLE_INTERMEDIATE, trusted, NULL,
            recipe->intermediates > 1 ? 1 : 0, recipe->clock_s, &recipe->intermediate, fail));
    }
    if (recipe->has_older_root) {
        TRY(certs_recipe_own(plan->older_root, CERTS_ROLE_ROOT, trusted, "smtpvet older root", 0,
            recipe->clock_s, &recipe->older_root, fail));
    }
    return STATUS_OK;
}

/* --- who signs what --- */

static enum status certs_recipe_signs(
    enum plan_key signer, const struct certs_body *body, struct fail *fail)
{
    if (certs_key_signs(signer, body->digest)) {
        return STATUS_OK;
    }
    return body->digest == PLAN_DIGEST_MD5
               ? fail_set(fail, FAIL_USAGE,
                     "certificate: there is no ECDSA signature with MD5 (take key: rsa2048)")
               : fail_set(fail, FAIL_USAGE,
                     "certificate: the signer's key is too small for this digest");
}

static enum status certs_recipe_signatures(const struct certs_recipe *recipe, struct fail *fail)
{
    if (recipe->issuer == PLAN_ISSUER_SELF) {
        return certs_recipe_signs(recipe->leaf.key, &recipe->leaf, fail);
    }
    enum plan_key root = recipe->own_root ? recipe->root.key : PLAN_KEY_P256;
    if (recipe->own_root) {
        TRY(certs_recipe_signs(root, &recipe->root, fail));
    }
    if (recipe->has_older_root) {
        enum plan_key older = recipe->older_root.key;
        TRY(certs_recipe_signs(older, &recipe->older_root, fail));
        if (recipe->own_root) {
            TRY(certs_recipe_signs(older, &recipe->root, fail));
        }
    }
    if (recipe->intermediates == 0) {
        return certs_recipe_signs(root, &recipe->leaf, fail);
    }
    if (!recipe->own_intermediate) {
        return STATUS_OK; /* one with an RSA key is taken where it must be */
    }
    TRY(certs_recipe_signs(root, &recipe->intermediate, fail));
    if (recipe->intermediates > 1) {
        TRY(certs_recipe_signs(recipe->intermediate.key, &recipe->intermediate, fail));
    }
    return certs_recipe_signs(recipe->intermediate.key, &recipe->leaf, fail);
}

static enum plan_anchor certs_recipe_anchor(const struct plan_certificate *plan)
{
    if (plan->anchor != PLAN_ANCHOR_DEFAULT) {
        return plan->anchor;
    }
    return plan->issuer == PLAN_ISSUER_TRUSTED && plan->file == NULL ? PLAN_ANCHOR_ROOT
                                                                     : PLAN_ANCHOR_NOTHING;
}

static enum status certs_recipe_chain(
    const struct plan_certificate *plan, struct certs_recipe *recipe, struct fail *fail)
{
    bool self = plan->issuer == PLAN_ISSUER_SELF, older = plan->older_root != NULL;
    if (plan->links_len > PLAN_LINKS_MAX) {
        return fail_set(fail, FAIL_USAGE, "certificate: a chain of %zu parts, %d are the most",
            plan->links_len, PLAN_LINKS_MAX);
    }
    for (size_t i = 0; i < plan->links_len && !self; i++) {
        if (plan->links[i] == PLAN_LINK_CROSS && !older) {
            return fail_set(
                fail, FAIL_USAGE, "certificate: only an older_root makes a cross-signed one");
        }
    }
    if (recipe->anchor == PLAN_ANCHOR_OLDER_ROOT && !older) {
        return fail_set(fail, FAIL_USAGE, "certificate: there is no older_root to trust");
    }
    return STATUS_OK;
}

enum status certs_recipe_check(const struct plan_certificate *plan, const char *host,
    int64_t clock_s, struct arena *arena, struct certs_recipe *ret, struct fail *fail)
{
    struct certs_recipe recipe = {
        .issuer = plan->issuer,
        .chain = plan->chain,
        .anchor = certs_recipe_anchor(plan),
        .links = plan->links,
        .links_len = plan->links_len,
        .file = plan->file,
        .key_file = plan->key_file,
        .ocsp = plan->ocsp,
        .revoked = plan->revoked,
        .lists = plan->lists,
    };
    if (!certs_recipe_moment(clock_s, 0, &recipe.clock_s)) {
        return fail_set(
            fail, FAIL_USAGE, "certificate: the clock is outside of the years 1 to 9999");
    }
    TRY(certs_recipe_body(plan, CERTS_ROLE_LEAF, 0, clock_s, &recipe.leaf, fail));
    TRY(certs_recipe_names(plan, host, arena, &recipe.leaf, fail));
    TRY(certs_recipe_common_name(plan, host, &recipe.leaf, fail));
    if (plan->issuer != PLAN_ISSUER_SELF) {
        TRY(certs_recipe_authorities(plan, &recipe, fail));
    }
    TRY(certs_recipe_chain(plan, &recipe, fail));
    if (plan->issuer == PLAN_ISSUER_SELF) {
        recipe.chain = PLAN_CHAIN_COMPLETE; /* it stands alone */
        if (certs_key_hashes(plan->key)) {
            recipe.leaf.digest = PLAN_DIGEST_SHA256;
        }
    }
    TRY(certs_recipe_signatures(&recipe, fail));
    *ret = recipe;
    return STATUS_OK;
}
