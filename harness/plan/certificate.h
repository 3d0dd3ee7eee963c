/*
 * plan/certificate — a certificate as a scenario describes it: the recipe, not the certificate.
 *
 * Knows: plain values. Refuses to know: YAML, OpenSSL. All of it lives in the suite's arena.
 */
#ifndef SMTPVET_PLAN_CERTIFICATE_H
#define SMTPVET_PLAN_CERTIFICATE_H

#include "harness/base/span.h"

enum plan_issuer {
    PLAN_ISSUER_SELF,      /* signed with its own key */
    PLAN_ISSUER_TRUSTED,   /* under the case's own CA, which the client trusts: root, intermediate,
                              leaf */
    PLAN_ISSUER_UNTRUSTED, /* under a CA that nobody trusts */
};

enum plan_chain {
    PLAN_CHAIN_COMPLETE,             /* leaf, then intermediates; the root stays home */
    PLAN_CHAIN_MISSING_INTERMEDIATE, /* leaf only */
    PLAN_CHAIN_REVERSED,             /* intermediates, then leaf */
    PLAN_CHAIN_WITH_ROOT,            /* complete, and the root as well */
};

enum plan_key {
    PLAN_KEY_P256,
    PLAN_KEY_P384,
    PLAN_KEY_RSA2048,
    PLAN_KEY_RSA1024,
    PLAN_KEY_ED25519
};
enum plan_digest { PLAN_DIGEST_SHA256, PLAN_DIGEST_SHA384, PLAN_DIGEST_SHA1, PLAN_DIGEST_MD5 };

/* The OCSP answer that is stapled to it. */
enum plan_ocsp {
    PLAN_OCSP_NONE,
    PLAN_OCSP_GOOD,
    PLAN_OCSP_REVOKED,
    PLAN_OCSP_UNKNOWN,           /* the responder does not know it */
    PLAN_OCSP_STALE,             /* its time is over */
    PLAN_OCSP_WRONG_RESPONDER,   /* signed by somebody whom the issuer has not asked to */
    PLAN_OCSP_OTHER_CERTIFICATE, /* tells of another one */
    PLAN_OCSP_TRY_LATER,         /* the responder's own word that it has no answer */
    PLAN_OCSP_GARBAGE,           /* no answer at all */
};
/* Who stands on its issuer's list. */
enum plan_revoked { PLAN_REVOKED_NOBODY, PLAN_REVOKED_LEAF, PLAN_REVOKED_INTERMEDIATE };
/* The lists that a client which looks at them has. */
enum plan_lists {
    PLAN_LISTS_CURRENT,
    PLAN_LISTS_STALE,  /* their time is over */
    PLAN_LISTS_FORGED, /* not signed by the issuers */
    PLAN_LISTS_NONE,
};

struct plan_certificate {
    enum plan_issuer issuer;
    const char *const *names; /* "a.test", "*.a.test", "ip:127.0.0.1"; names_len 0: none where it
                                 was written so, */
    size_t names_len;         /* else the server's host */
    bool names_written;
    const char *common_name; /* NULL: the first name */
    enum plan_key key;
    enum plan_digest digest;
    int64_t not_before_s; /* relative to the case's clock, in seconds */
    int64_t not_after_s;
    enum plan_chain chain;
    bool must_staple; /* says that it comes with an OCSP answer or not at all (RFC 7633) */
    enum plan_ocsp ocsp;
    enum plan_revoked revoked;
    enum plan_lists lists;
    const char *for_sni; /* NULL: the default; with several certificates, for this name */
};

#define PLAN_CERTIFICATE_NOT_BEFORE_S (-INT64_C(86400))    /* a day before the case's clock */
#define PLAN_CERTIFICATE_NOT_AFTER_S (INT64_C(90) * 86400) /* as public CAs do today */

#endif
