#include "harness/certs/recipe.h"

#include <openssl/x509v3.h>

#include "harness/base/text.h"
#include "harness/certs/key.h"

#define RECIPE_ADDRESS_TEXT_MAX 45 /* six groups of IPv6 and a dotted IPv4 */
#define RECIPE_ADDRESS_GROUP_MAX 4 /* digits between the dots or colons */

static enum status certs_recipe_refuse(struct fail *fail, const char *name, const char *why)
{
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    text_escape(span_text(name), true, &shown); /* whole: it may hold what is masked later */
    fail_set(fail, FAIL_USAGE, "certificate: a name %s: '%s'", why, buf_text(&shown));
    buf_done(&shown);
    return STATUS_FAILED;
}

/* a2i_IPADDRESS forgives blanks, signs and numbers that overflow: those are sorted out before. */
static bool certs_recipe_is_address_text(const char *text)
{
    size_t len = strlen(text), group = 0;
    if (len > RECIPE_ADDRESS_TEXT_MAX) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        bool separator = text[i] == '.' || text[i] == ':';
        char c = text_lower(text[i]);
        if (!separator && !text_is_digit(c) && (c < 'a' || c > 'f')) {
            return false;
        }
        group = separator ? 0 : group + 1;
        if (group > RECIPE_ADDRESS_GROUP_MAX) {
            return false;
        }
    }
    return true;
}

static bool certs_recipe_address(const char *text, struct certs_name *ret)
{
    if (!certs_recipe_is_address_text(text)) {
        return false;
    }
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(text);
    if (address == NULL) {
        return false;
    }
    *ret = (struct certs_name){.address_len = (size_t)ASN1_STRING_length(address)};
    memcpy(ret->address, ASN1_STRING_get0_data(address), ret->address_len);
    ASN1_OCTET_STRING_free(address);
    return true;
}

static enum status certs_recipe_dns(const char *text, struct certs_name *ret, struct fail *fail)
{
    size_t len = strlen(text);
    if (len == 0) {
        return fail_set(fail, FAIL_USAGE, "certificate: a name is empty");
    }
    if (len > CERTS_NAME_MAX) {
        return certs_recipe_refuse(fail, text, "is longer than 253 octets");
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~') { /* RFC 5280 §7.2: other scripts as xn-- */
            return certs_recipe_refuse(
                fail, text, "has a character that no DNS name has (other scripts go as xn--…)");
        }
        if (text[i] == ':') {
            return certs_recipe_refuse(
                fail, text, "is of no kind that is known (addresses go as ip:…)");
        }
    }
    *ret = (struct certs_name){.dns = text};
    return STATUS_OK;
}

static enum status certs_recipe_name(const char *text, struct certs_name *ret, struct fail *fail)
{
    if (strncmp(text, "ip:", 3) != 0) {
        return certs_recipe_dns(text, ret, fail);
    }
    if (!certs_recipe_address(text + 3, ret)) {
        return certs_recipe_refuse(fail, text, "holds no IP address");
    }
    return STATUS_OK;
}

static enum status certs_recipe_names(const struct plan_certificate *plan, const char *host,
    struct arena *arena, struct certs_recipe *recipe, struct fail *fail)
{
    if (plan->names_len > CERTS_NAMES_MAX) {
        return fail_set(fail, FAIL_USAGE, "certificate: %zu names, %d are the most",
            plan->names_len, CERTS_NAMES_MAX);
    }
    bool by_host = plan->names_len == 0 && !plan->names_written;
    size_t len = by_host ? 1 : plan->names_len;
    struct certs_name *names = arena_alloc(arena, len * sizeof *names);
    if (by_host) {
        host = host == NULL ? "" : host;
        if (!certs_recipe_address(host, &names[0])) {
            TRY(certs_recipe_dns(host, &names[0], fail));
        }
    }
    for (size_t i = 0; i < plan->names_len; i++) {
        TRY(certs_recipe_name(plan->names[i], &names[i], fail));
    }
    recipe->names = names;
    recipe->names_len = len;
    return STATUS_OK;
}

static enum status certs_recipe_common_name(const struct plan_certificate *plan, const char *host,
    struct certs_recipe *recipe, struct fail *fail)
{
    if (plan->common_name == NULL) {
        const char *first = plan->names_len == 0 ? host : plan->names[0];
        if (recipe->names_len > 0 && recipe->names[0].dns == NULL &&
            strncmp(first, "ip:", 3) == 0) {
            first += 3;
        }
        /* As public CAs do with a name that does not fit: it stands in the list alone. */
        recipe->common_name = strlen(first) > CERTS_COMMON_NAME_MAX ? "" : first;
        return STATUS_OK;
    }
    recipe->common_name = plan->common_name;
    if (strlen(plan->common_name) > CERTS_COMMON_NAME_MAX) {
        return certs_recipe_refuse(
            fail, plan->common_name, "is longer than the 64 octets of a common name");
    }
    if (!text_is_utf8(span_text(plan->common_name))) {
        return certs_recipe_refuse(fail, plan->common_name, "is no UTF-8");
    }
    return STATUS_OK;
}

static bool certs_recipe_moment(int64_t clock_s, int64_t offset_s, int64_t *ret)
{
    return !__builtin_add_overflow(clock_s, offset_s, ret) && *ret >= CERTS_TIME_MIN_S &&
           *ret <= CERTS_TIME_MAX_S;
}

/* An end before the beginning is allowed: people do mint that. */
static enum status certs_recipe_times(const struct plan_certificate *plan, int64_t clock_s,
    struct certs_recipe *recipe, struct fail *fail)
{
    if (!certs_recipe_moment(clock_s, 0, &recipe->clock_s)) {
        return fail_set(
            fail, FAIL_USAGE, "certificate: the clock is outside of the years 1 to 9999");
    }
    if (!certs_recipe_moment(clock_s, plan->not_before_s, &recipe->not_before_s) ||
        !certs_recipe_moment(clock_s, plan->not_after_s, &recipe->not_after_s)) {
        return fail_set(fail, FAIL_USAGE,
            "certificate: not_before or not_after is outside of the years 1 to 9999");
    }
    return STATUS_OK;
}

static bool certs_recipe_is_known(const struct plan_certificate *plan)
{
    return (unsigned)plan->issuer <= PLAN_ISSUER_UNTRUSTED &&
           (unsigned)plan->chain <= PLAN_CHAIN_WITH_ROOT &&
           (unsigned)plan->ocsp <= PLAN_OCSP_GARBAGE &&
           (unsigned)plan->revoked <= PLAN_REVOKED_INTERMEDIATE &&
           (unsigned)plan->lists <= PLAN_LISTS_NONE && (unsigned)plan->key <= PLAN_KEY_ED25519 &&
           (unsigned)plan->digest <= PLAN_DIGEST_MD5;
}

enum status certs_recipe_check(const struct plan_certificate *plan, const char *host,
    int64_t clock_s, struct arena *arena, struct certs_recipe *ret, struct fail *fail)
{
    if (!certs_recipe_is_known(plan)) {
        return fail_set(fail, FAIL_USAGE, "certificate: unknown issuer, chain, key or digest");
    }
    struct certs_recipe recipe = {
        .issuer = plan->issuer,
        .chain = plan->chain,
        .key = plan->key,
        .digest = plan->digest,
        .must_staple = plan->must_staple,
        .ocsp = plan->ocsp,
        .revoked = plan->revoked,
        .lists = plan->lists,
    };
    TRY(certs_recipe_names(plan, host, arena, &recipe, fail));
    TRY(certs_recipe_common_name(plan, host, &recipe, fail));
    TRY(certs_recipe_times(plan, clock_s, &recipe, fail));
    if (plan->issuer == PLAN_ISSUER_SELF) {
        if (plan->digest == PLAN_DIGEST_MD5 && certs_key_is_ec(plan->key)) {
            return fail_set(fail, FAIL_USAGE,
                "certificate: there is no ECDSA signature with MD5 (take key: rsa2048)");
        }
        recipe.chain = PLAN_CHAIN_COMPLETE;
        if (plan->key == PLAN_KEY_ED25519) { /* RFC 8032: the digest is part of the signature */
            recipe.digest = PLAN_DIGEST_SHA256;
        }
    }
    *ret = recipe;
    return STATUS_OK;
}

void certs_recipe_canon(const struct certs_recipe *recipe, struct buf *out)
{
    buf_printf(out,
        "leaf issuer %d chain %d key %d digest %d clock %lld from %lld until %lld cn %zu:%s",
        (int)recipe->issuer, (int)recipe->chain, (int)recipe->key, (int)recipe->digest,
        (long long)recipe->clock_s, (long long)recipe->not_before_s, (long long)recipe->not_after_s,
        strlen(recipe->common_name), recipe->common_name);
    if (recipe->must_staple || recipe->ocsp != PLAN_OCSP_NONE) {
        buf_printf(out, " staple %d ocsp %d", (int)recipe->must_staple, (int)recipe->ocsp);
    }
    for (size_t i = 0; i < recipe->names_len; i++) {
        const struct certs_name *name = &recipe->names[i];
        if (name->dns != NULL) {
            buf_printf(out, " dns %zu:%s", strlen(name->dns), name->dns);
            continue;
        }
        buf_append_text(out, " ip ");
        for (size_t j = 0; j < name->address_len; j++) {
            buf_printf(out, "%02x", name->address[j]);
        }
    }
}
