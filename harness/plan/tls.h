/*
 * plan/tls — what else of TLS both sides are told: server names, tickets, certificates of clients.
 *
 * Knows: plain values. Refuses to know: YAML, OpenSSL. All of it lives in the suite's arena.
 */
#ifndef SMTPVET_PLAN_TLS_H
#define SMTPVET_PLAN_TLS_H

#include "harness/plan/certificate.h"

/* --- the server --- */

/* What becomes of a server name that the server does not have, or of a hello without one. */
enum plan_name { PLAN_NAME_DEFAULT, PLAN_NAME_WARN, PLAN_NAME_ALERT, PLAN_NAME_CLOSE };
struct plan_sni {
    bool required; /* a hello without a name is refused */
    enum plan_name unknown, missing;
};

/* What clients resume by; count 0: nothing. */
struct plan_tickets {
    int64_t count;
    int64_t early_data; /* octets */
    int64_t lifetime_us;
    bool refuse, again;
};
#define PLAN_TICKETS_COUNT 2 /* where it is not said: as OpenSSL has it */
#define PLAN_TICKETS_LIFETIME_US (INT64_C(7200) * 1000 * 1000)

/* Whether clients are asked for a certificate. */
enum plan_ask {
    PLAN_ASK_NOT,
    PLAN_ASK_REQUEST,
    PLAN_ASK_REQUIRE,
    PLAN_ASK_LATER /* behind the handshake (RFC 8446 §4.6.2) */
};
struct plan_client_certificate_demand {
    enum plan_ask ask;
    bool issuer_given;       /* certificates of others are refused; else only noted */
    enum plan_issuer issuer; /* trusted or untrusted */
    int64_t authorities;     /* octets of further names of CAs that are sent along */
};

/* --- the client --- */

/* What else of TLS a client uses, as bits. */
enum plan_tls_option {
    PLAN_TLS_OPTION_FALLBACK_SCSV = 1 << 0,       /* RFC 7507 */
    PLAN_TLS_OPTION_POST_HANDSHAKE_AUTH = 1 << 1, /* RFC 8446 §4.2.6 */
    PLAN_TLS_OPTION_RESUME = 1 << 2,              /* RFC 8446 §2.2 */
};

#define PLAN_CLIENT_CERTIFICATE_HOST "client.smtpvet.test"
/* The client's own certificate: minted, or from a file or a store. */
struct plan_client_certificate {
    struct plan_certificate minted; /* first: the keys of server.certificate fill it */
    bool wanted;
    const char *uri;      /* of a file or store; NULL: minted */
    const char *key_uri;  /* NULL: the key is there as well */
    const char *password; /* NULL: none */
};

#endif
