/*
 * plan/revocation — what issuers say of a certificate after they have signed it.
 *
 * Knows: plain values. Refuses to know: OpenSSL, who asks.
 */
#ifndef SMTPVET_PLAN_REVOCATION_H
#define SMTPVET_PLAN_REVOCATION_H

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

#endif
