/*
 * staple — the OCSP answer that a server staples to its certificate.
 *
 * Knows: RFC 6960's answers and who may sign them, the extension by which a certificate demands one
 * (RFC 7633), how either side has it from the library (RFC 6066 §8). Times are compared with the
 * moment that is given: the library would ask the time of day.
 * Refuses to know: which problems are forgiven. For the files of this room only.
 */
#ifndef SMTPVET_TLS_STAPLE_H
#define SMTPVET_TLS_STAPLE_H

#include <openssl/ssl.h>

#include "harness/base/span.h"

/* Answers that are looked through for the one about the certificate; public responders give one. */
#define TLS_STAPLE_ANSWERS_MAX 64
#define TLS_STAPLE_SKEW_S 300 /* that a responder's clock may be ahead */
/* For how long an answer that does not say so is good: the longest that the CA/Browser Forum's
 * baseline requirements allow (§4.9.10). */
#define TLS_STAPLE_LIFE_S (INT64_C(10) * 86400)

enum tls_ocsp {
    TLS_OCSP_NOT_ASKED,
    TLS_OCSP_ABSENT,
    TLS_OCSP_GOOD,
    TLS_OCSP_REVOKED,
    TLS_OCSP_UNKNOWN,   /* the responder does not know the certificate */
    TLS_OCSP_STALE,     /* its time is over */
    TLS_OCSP_EARLY,     /* its time has not begun */
    TLS_OCSP_MALFORMED, /* no answer at all */
    TLS_OCSP_REFUSED,   /* the responder says that it has none: try later, unauthorized … */
    TLS_OCSP_UNTRUSTED, /* signed by nobody who may, or who that is cannot be told */
    TLS_OCSP_OTHER_CERTIFICATE, /* it is about others only */
};
/* "good"; never NULL. */
const char *tls_staple_name(enum tls_ocsp ocsp);

/* RFC 6960 §3.2. `issuer` may be NULL: it is not known. `at_s`: unix seconds. Empty: ABSENT. */
enum tls_ocsp tls_staple_read(struct span der, X509 *leaf, X509 *issuer, int64_t at_s);
/* RFC 7633 §4.2.3.1: it comes with a stapled answer, or something is wrong. */
bool tls_staple_is_demanded(X509 *leaf);

/* What the peer's ServerHello or Certificate brought; empty: nothing (yet). */
struct span tls_staple_of(const SSL *ssl);

/* What OpenSSL calls: a server that is asked, a client that has the whole first flight. */
int tls_staple_answer(SSL *ssl, void *unused);
int tls_staple_seen(SSL *ssl, void *unused);

#endif
