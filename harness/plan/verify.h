/*
 * plan/verify — how the client of a case checks the server's certificate.
 *
 * Knows: plain values. Refuses to know: YAML, OpenSSL. All of it lives in the suite's arena.
 */
#ifndef SMTPVET_PLAN_VERIFY_H
#define SMTPVET_PLAN_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum plan_verify_mode { PLAN_VERIFY_ALL, PLAN_VERIFY_NONE, PLAN_VERIFY_EXCEPT, PLAN_VERIFY_ONLY };
enum plan_on_problem {
    PLAN_ON_PROBLEM_DEFAULT, /* stop; continue where TLS is not certain and there is no login */
    PLAN_ON_PROBLEM_STOP,
    PLAN_ON_PROBLEM_CONTINUE,
};
enum plan_trust { PLAN_TRUST_DEFAULT, PLAN_TRUST_SYSTEM, PLAN_TRUST_SCENARIO, PLAN_TRUST_FILE };

enum plan_revocation {
    PLAN_REVOCATION_DEFAULT, /* asks for a stapled answer, for those certificates that demand one */
    PLAN_REVOCATION_NONE,    /* asks for nothing */
    PLAN_REVOCATION_OCSP_STAPLED, /* what was stapled counts */
    PLAN_REVOCATION_CRL, /* the issuers' lists count; asks for a stapled answer as by default */
};

#define PLAN_VERIFY_NOW INT64_MIN
#define PLAN_PINS_MAX \
    16                  /* of a client: a handful of servers behind one name, and their next keys */
#define PLAN_PIN_LEN 32 /* octets: SHA-256 */

struct plan_pin {
    bool server;                  /* the key of whatever certificate the case's server has; else: */
    uint8_t sha256[PLAN_PIN_LEN]; /* of a certificate, or of its public key */
};

struct plan_verify {
    enum plan_verify_mode mode;
    unsigned flags; /* enum certificate_flag bits, of EXCEPT and ONLY */
    enum plan_on_problem on_problem;
    enum plan_trust trust; /* default: scenario with a fake server, else system */
    const char *trust_file;
    const char *name; /* NULL: the logical host */
    enum plan_revocation revocation;
    const struct plan_pin *pins; /* one of them must fit; pins_len 0: any certificate will do */
    size_t pins_len;
    int level;    /* OpenSSL security level 0…5; -1: the library's */
    int64_t at_s; /* unix seconds: the moment to check for; PLAN_VERIFY_NOW: that of the session */
};

#endif
