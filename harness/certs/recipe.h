/*
 * certs/recipe — a recipe that has been checked and filled in, and the text that stands for it.
 *
 * Knows: what a recipe may ask for, the defaults that depend on the host and the clock, how names
 * are written. Refuses to know: keys, signatures, the cache.
 *
 * A checked recipe borrows the texts of the plan and of the host.
 */
#ifndef SMTPVET_CERTS_RECIPE_H
#define SMTPVET_CERTS_RECIPE_H

#include "harness/base/buf.h"
#include "harness/certs/certs.h"

#define CERTS_ADDRESS_MAX 16 /* octets: IPv6 */
/* Octets of a canonical text: every name at its longest, in quotes of some 10 octets, and the rest.
 */
#define CERTS_CANON_MAX ((size_t)(CERTS_NAMES_MAX + 1) * (CERTS_NAME_MAX + 16) + 512)

/* RFC 5280 §4.1.2.5.2: GeneralizedTime has years of four digits. */
#define CERTS_TIME_MIN_S (-INT64_C(62135596800)) /* 0001-01-01T00:00:00Z */
#define CERTS_TIME_MAX_S INT64_C(253402300799)   /* 9999-12-31T23:59:59Z */

struct certs_name {
    const char *dns; /* NULL: an address */
    uint8_t address[CERTS_ADDRESS_MAX];
    size_t address_len; /* 4 or 16 */
};

struct certs_recipe {
    enum plan_issuer issuer;
    enum plan_chain chain;
    enum plan_key key;
    enum plan_digest digest;
    const struct certs_name *names;
    size_t names_len;
    const char *common_name; /* "": none */
    int64_t clock_s;
    int64_t not_before_s, not_after_s; /* unix seconds */
    bool must_staple;
    enum plan_ocsp ocsp;
    enum plan_revoked revoked;
    enum plan_lists lists;
};

/* A moment near the ends of the calendar, put inside. */
static inline int64_t certs_recipe_clamp(int64_t moment_s)
{
    moment_s = moment_s < CERTS_TIME_MIN_S ? CERTS_TIME_MIN_S : moment_s;
    return moment_s > CERTS_TIME_MAX_S ? CERTS_TIME_MAX_S : moment_s;
}

/* certs_recipe_check fills `ret`, its names in `arena`. Fails with FAIL_USAGE (certs_mint says
 * when) and leaves traces in OpenSSL's error queue. */
enum status certs_recipe_check(const struct plan_certificate *plan, const char *host,
    int64_t clock_s, struct arena *arena, struct certs_recipe *ret, struct fail *fail);

/* certs_recipe_canon appends a text that is the same exactly where what is minted is the same. */
void certs_recipe_canon(const struct certs_recipe *recipe, struct buf *out);

#endif
