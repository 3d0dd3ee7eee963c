/*
 * certs/ocsp — the answer of an OCSP responder about one certificate, good or wrong on purpose.
 *
 * Knows: RFC 6960's responses, signed by the issuer itself or by somebody who may not; that every
 * time in them comes from the clock that is given. Refuses to know: recipes, who staples it.
 */
#ifndef SMTPVET_CERTS_OCSP_H
#define SMTPVET_CERTS_OCSP_H

#include <openssl/x509.h>

#include "harness/base/mem.h"
#include "harness/plan/certificate.h"

#define CERTS_OCSP_AGE_S INT64_C(3600)           /* how long ago a fresh answer was made */
#define CERTS_OCSP_LIFE_S (INT64_C(7) * 86400)   /* as long as public CAs' */
#define CERTS_OCSP_STALE_S (INT64_C(14) * 86400) /* how long ago a stale one was */

struct certs_ocsp_order {
    enum plan_ocsp kind; /* not NONE */
    int64_t clock_s;
    X509 *certificate, *issuer; /* the same where it signed itself */
    EVP_PKEY *issuer_key;
};

/* certs_ocsp_mint writes the answer as DER (but for PLAN_OCSP_GARBAGE, which is none) into the
 * arena. Draws from OpenSSL's randomness, the answer's signature last. False when OpenSSL cannot:
 * its error queue says why. */
bool certs_ocsp_mint(const struct certs_ocsp_order *order, struct arena *arena, struct span *ret);

#endif
