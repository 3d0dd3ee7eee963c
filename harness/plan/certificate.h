/*
 * plan/certificate — a certificate as a scenario describes it: the recipe, not the certificate.
 *
 * Knows: plain values; all zero is what a public CA does. Refuses to know: YAML, OpenSSL. All of it
 * lives in the suite's arena.
 */
#ifndef SMTPVET_PLAN_CERTIFICATE_H
#define SMTPVET_PLAN_CERTIFICATE_H

#include "harness/plan/revocation.h"
#include "harness/plan/script.h"

enum plan_issuer {
    PLAN_ISSUER_SELF,      /* signed with its own key */
    PLAN_ISSUER_TRUSTED,   /* under the case's own CA, which the client trusts */
    PLAN_ISSUER_UNTRUSTED, /* under a CA that nobody trusts */
};

enum plan_chain {
    PLAN_CHAIN_COMPLETE,             /* leaf, then intermediates; the root stays home */
    PLAN_CHAIN_MISSING_INTERMEDIATE, /* leaf only */
    PLAN_CHAIN_REVERSED,             /* complete, the other way round */
    PLAN_CHAIN_WITH_ROOT,            /* complete, and the root as well */
    PLAN_CHAIN_LISTED,               /* by `links` */
};

enum plan_link {
    PLAN_LINK_LEAF,
    PLAN_LINK_INTERMEDIATE, /* all of them, the leaf's issuer first */
    PLAN_LINK_ROOT,
    PLAN_LINK_CROSS, /* the root once more, as the older root signed it */
    PLAN_LINK_OTHER, /* an intermediate that has nothing to do with it */
};

enum plan_key {
    PLAN_KEY_P256,
    PLAN_KEY_P384,
    PLAN_KEY_RSA2048,
    PLAN_KEY_RSA1024,
    PLAN_KEY_ED25519,
    PLAN_KEY_P192,
    PLAN_KEY_P521,
    PLAN_KEY_P256_EXPLICIT, /* the curve is spelt out instead of named */
    PLAN_KEY_ED448,
    PLAN_KEY_RSA512,
    PLAN_KEY_RSA768,
    PLAN_KEY_RSA2047,
    PLAN_KEY_RSA3072,
    PLAN_KEY_RSA4096,
    PLAN_KEY_RSA_PSS,
    PLAN_KEY_LAST = PLAN_KEY_RSA_PSS, /* 2048 bits, for PSS alone (RFC 4055 §1.2) */
};
enum plan_digest { PLAN_DIGEST_SHA256, PLAN_DIGEST_SHA384, PLAN_DIGEST_SHA1, PLAN_DIGEST_MD5 };

enum plan_ca { PLAN_CA_DEFAULT, PLAN_CA_YES, PLAN_CA_NO, PLAN_CA_ABSENT };

enum plan_signature {
    PLAN_SIGNATURE_GOOD,
    PLAN_SIGNATURE_BROKEN,       /* of the right key, and then an octet was changed */
    PLAN_SIGNATURE_WRONG_SIGNER, /* of another key, whose owner calls itself like the issuer */
};

enum plan_identifiers {
    PLAN_IDENTIFIERS_COMPLETE,
    PLAN_IDENTIFIERS_NONE,
    PLAN_IDENTIFIERS_WRONG_AUTHORITY, /* the authority's is nobody's */
};

/* What of the chain a client holds that trusts the scenario's CA. */
enum plan_anchor {
    PLAN_ANCHOR_DEFAULT, /* the root where the issuer is trusted, else nothing of it */
    PLAN_ANCHOR_ROOT,
    PLAN_ANCHOR_OLDER_ROOT,
    PLAN_ANCHOR_LEAF,
    PLAN_ANCHOR_NOTHING,
};

/* Bit n of a key usage is bit n of RFC 5280 §4.2.1.3; of an extended one the n-th word of its key.
 */
#define PLAN_KEY_USAGES 9
#define PLAN_EXTENDED_KEY_USAGES 7
#define PLAN_USAGE_WRITTEN (1u << 31) /* alone: the extension is left out; 0: by role */

enum plan_not_critical { /* extensions that should be */
    PLAN_NOT_CRITICAL_CONSTRAINTS = 1 << 0,
    PLAN_NOT_CRITICAL_KEY_USAGE = 1 << 1,
    PLAN_NOT_CRITICAL_NAMES = 1 << 2,
};

struct plan_count {
    bool written;
    int64_t number;
};

struct plan_certificate_extension {
    const char *oid; /* "1.2.3" */
    bool critical;
    struct span value; /* DER, or not */
};

struct plan_certificate {
    enum plan_issuer issuer;
    const char *const
        *names;       /* "*.a.test", "ip:127.0.0.1", "srv:_submission.a.test", "email:a@b" */
    size_t names_len; /* 0: none where it was written so, else the server's host */
    bool names_written;
    const struct span *octet_names; /* dNSNames that no text can write, behind the others */
    size_t octet_names_len;
    const char *common_name; /* NULL: the first name */
    enum plan_key key;
    enum plan_digest digest;
    int64_t not_before_s; /* relative to the case's clock, in seconds */
    int64_t not_after_s;
    enum plan_chain chain;
    const enum plan_link *links; /* PLAN_CHAIN_LISTED */
    size_t links_len;
    bool must_staple; /* it comes with an OCSP answer or not at all (RFC 7633) */
    enum plan_ocsp ocsp;
    enum plan_revoked revoked;
    enum plan_lists lists;
    const char *for_sni; /* NULL: the default; with several certificates, for this name */

    unsigned key_usage, extended_key_usage; /* bits, and PLAN_USAGE_WRITTEN */
    enum plan_ca ca;
    struct plan_count path_length;
    struct plan_count serial;
    int version; /* 1 to 3; 0: 3 */
    enum plan_signature signature;
    enum plan_identifiers identifiers;
    unsigned not_critical;                               /* plan_not_critical */
    struct plan_text_list permit, exclude;               /* domains, of the name constraints */
    const struct plan_certificate_extension *extensions; /* further ones */
    size_t extensions_len;
    const struct plan_certificate *intermediate, *root, *older_root;
    struct plan_count count; /* of an intermediate: how many of them */
    enum plan_anchor anchor;
    const char *file, *key_file; /* PEM; NULL: it is minted */
};

#define PLAN_CERTIFICATE_DAY_S INT64_C(86400)
#define PLAN_CERTIFICATE_NOT_BEFORE_S (-PLAN_CERTIFICATE_DAY_S)
#define PLAN_CERTIFICATE_NOT_AFTER_S (90 * PLAN_CERTIFICATE_DAY_S)
#define PLAN_AUTHORITY_NOT_BEFORE_S (-5 * 365 * PLAN_CERTIFICATE_DAY_S)
#define PLAN_AUTHORITY_NOT_AFTER_S (10 * 365 * PLAN_CERTIFICATE_DAY_S)
#define PLAN_ROOT_NOT_BEFORE_S (-10 * 365 * PLAN_CERTIFICATE_DAY_S)
#define PLAN_ROOT_NOT_AFTER_S (20 * 365 * PLAN_CERTIFICATE_DAY_S)
#define PLAN_INTERMEDIATES_MAX 120 /* more than any verifier follows: OpenSSL's limit is 100 */
#define PLAN_LINKS_MAX 8           /* of a listed chain, all intermediates being one */

#endif
