/*
 * certs/recipe — a recipe that has been checked and filled in, and the text that stands for it.
 *
 * Knows: what a recipe may ask for, the defaults that depend on the host, the clock and the role.
 * Refuses to know: keys, signatures, the cache.
 *
 * A checked recipe borrows the texts of the plan and of the host.
 */
#ifndef SMTPVET_CERTS_RECIPE_H
#define SMTPVET_CERTS_RECIPE_H

#include "harness/base/buf.h"
#include "harness/certs/certs.h"
#include "harness/certs/name.h"

/* RFC 5280 §4.1.2.5.2: GeneralizedTime has years of four digits. */
#define CERTS_TIME_MIN_S (-INT64_C(62135596800)) /* 0001-01-01T00:00:00Z */
#define CERTS_TIME_MAX_S INT64_C(253402300799)   /* 9999-12-31T23:59:59Z */

enum certs_role { CERTS_ROLE_LEAF, CERTS_ROLE_INTERMEDIATE, CERTS_ROLE_ROOT };

/* One certificate, everything decided but who signs it. */
struct certs_body {
    const char *common_name; /* "": none */
    const struct certs_name *names;
    size_t names_len;
    enum plan_key key;
    enum plan_digest digest;                /* of the signature; Ed25519 and Ed448 have their own */
    int64_t not_before_s, not_after_s;      /* unix seconds */
    unsigned key_usage, extended_key_usage; /* bits; 0: not there */
    enum plan_ca ca;                        /* never PLAN_CA_DEFAULT */
    int64_t path_length, serial;            /* -1: none; one that is drawn */
    int version;                            /* 1 to 3 */
    enum plan_signature signature;
    bool subject_identifier, authority_identifier, authority_is_wrong;
    unsigned not_critical;
    bool must_staple;
    const char *const *permit, *const *exclude;
    size_t permit_len, exclude_len;
    const struct plan_certificate_extension *extensions;
    size_t extensions_len;
};

struct certs_recipe {
    enum plan_issuer issuer;
    enum plan_chain chain;
    enum plan_anchor anchor;     /* never PLAN_ANCHOR_DEFAULT */
    const enum plan_link *links; /* PLAN_CHAIN_LISTED */
    size_t links_len;
    int64_t clock_s;
    const char *file, *key_file; /* NULL: minted */
    struct certs_body leaf;
    /* Where a CA has no recipe of its own it is that of the clock, and its body is not filled. */
    bool own_root, own_intermediate, has_older_root;
    struct certs_body root, intermediate, older_root;
    size_t intermediates;
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

/* certs_recipe_check fills `ret`, what it needs in `arena`. Fails with FAIL_USAGE (certs_mint says
 * when) and leaves traces in OpenSSL's error queue. */
enum status certs_recipe_check(const struct plan_certificate *plan, const char *host,
    int64_t clock_s, struct arena *arena, struct certs_recipe *ret, struct fail *fail);

/* The body of a CA of the clock: what everybody has who writes no recipe of his own. */
void certs_recipe_authority(
    enum certs_role role, bool trusted, int64_t clock_s, struct certs_body *ret);

/* certs_recipe_canon appends a text that is the same exactly where what is minted is the same;
 * certs_body_canon that of one certificate. */
void certs_recipe_canon(const struct certs_recipe *recipe, struct buf *out);
void certs_body_canon(const struct certs_body *body, struct buf *out);

/* Octets of a canonical text: four bodies with every name, domain and extension at its longest, and
 * the rest. */
#define CERTS_CANON_NAME_MAX ((size_t)CERTS_NAME_MAX + 32)
#define CERTS_CANON_BODY_MAX                                                            \
    ((size_t)(CERTS_NAMES_MAX + 2 * CERTS_DOMAINS_MAX + 1) * 2 * CERTS_CANON_NAME_MAX + \
        (size_t)CERTS_EXTENSIONS_MAX * 2 * (CERTS_EXTENSION_MAX + CERTS_CANON_NAME_MAX) + 512)
#define CERTS_CANON_MAX (4 * CERTS_CANON_BODY_MAX + 2 * CERTS_FILE_MAX)

#endif
