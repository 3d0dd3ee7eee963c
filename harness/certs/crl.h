/*
 * certs/crl — the list of what an issuer took back.
 *
 * Knows: version 2 of RFC 5280 §5's lists, with the extensions that each must have. Refuses to
 * know: recipes, which certificate is the case's.
 */
#ifndef SMTPVET_CERTS_CRL_H
#define SMTPVET_CERTS_CRL_H

#include <openssl/x509.h>

#include "harness/base/mem.h"

#define CERTS_CRL_AGE_S INT64_C(3600)           /* how long ago a fresh list was made */
#define CERTS_CRL_LIFE_S (INT64_C(7) * 86400)   /* until its next update, as public CAs have it */
#define CERTS_CRL_STALE_S (INT64_C(14) * 86400) /* how long ago a stale one was */

struct certs_crl_order {
    X509 *issuer;
    EVP_PKEY *issuer_key;        /* or another, where the list is a forgery */
    const ASN1_INTEGER *revoked; /* the one serial number on the list; NULL: none is */
    int64_t made_s;              /* unix seconds */
};

/* certs_crl_mint writes the list as DER into the arena; its signature is drawn last. False when
 * OpenSSL cannot: its error queue says why. */
bool certs_crl_mint(const struct certs_crl_order *order, struct arena *arena, struct span *ret);

#endif
