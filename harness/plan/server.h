/*
 * plan/server — what the fake server of a case is, and what its network does.
 *
 * Knows: plain values. Refuses to know: YAML, sockets, how any of it is done. All of it lives in
 * the suite's arena.
 */
#ifndef SMTPVET_PLAN_SERVER_H
#define SMTPVET_PLAN_SERVER_H

#include "harness/plan/certificate.h"
#include "harness/plan/fault.h"
#include "harness/plan/script.h"
#include "harness/plan/tls.h"

enum plan_tls { PLAN_TLS_NONE, PLAN_TLS_STARTTLS, PLAN_TLS_ON_CONNECT };
enum plan_starttls {
    PLAN_STARTTLS_OFFERED,
    PLAN_STARTTLS_REQUIRED, /* 530 to all but EHLO NOOP QUIT STARTTLS (RFC 3207 §4) */
    PLAN_STARTTLS_UNLISTED, /* works, but is not advertised */
    PLAN_STARTTLS_REFUSED,  /* advertised, answered 454 */
};

struct plan_user {
    const char *name, *password;
};

struct plan_auth {
    struct plan_text_list before_tls, after_tls; /* mechanisms, advertised and accepted */
    bool style_standard, style_equals;           /* `AUTH X`, `AUTH=X`; standard by default */
    bool require;                                /* 530 before MAIL without login (RFC 4954 §6) */
    const struct plan_user *users;
    size_t users_len;
    const struct plan_user *tokens; /* of a user; tokens stand in place of passwords */
    size_t tokens_len;
    int64_t iterations;       /* of salted passwords; 0: 4096 */
    const char *salt, *realm; /* NULL: made of the user's name; the host */
};

/* Protocol versions as bits, oldest first. */
enum plan_protocol {
    PLAN_PROTOCOL_SSL2 = 1 << 0,
    PLAN_PROTOCOL_SSL3 = 1 << 1,
    PLAN_PROTOCOL_TLS1_0 = 1 << 2,
    PLAN_PROTOCOL_TLS1_1 = 1 << 3,
    PLAN_PROTOCOL_TLS1_2 = 1 << 4,
    PLAN_PROTOCOL_TLS1_3 = 1 << 5,
};

/* --- network (same meaning as net_shape; times in microseconds) --- */
enum plan_connect { PLAN_CONNECT_ACCEPTED, PLAN_CONNECT_REFUSED, PLAN_CONNECT_DROPPED };
enum plan_cut_from { PLAN_CUT_NONE, PLAN_CUT_SERVER, PLAN_CUT_CLIENT };
struct plan_network {
    enum plan_connect connect;
    int64_t latency_us, jitter_us, gap_us;
    int64_t bandwidth_per_s;
    int64_t segment; /* -1: random */
    int64_t record;  /* largest TLS record the server sends, octets; 0: the library's */
    const int64_t *split_at;
    size_t split_at_len;
    enum plan_cut_from cut_from;
    int64_t cut_after;
    bool cut_reset;
};

struct plan_server {
    const char *host;
    uint16_t port;
    enum plan_tls tls;
    enum plan_starttls starttls;
    const char *greeting; /* without code; NULL: "<host> ESMTP ready" */
    bool lmtp;            /* RFC 2033: LHLO, and a reply for each recipient behind the message */
    bool helo_only;       /* EHLO is answered 502 */
    struct plan_text_list capabilities_before_tls, capabilities_after_tls, capabilities_after_auth;
    bool capabilities_given; /* false: PIPELINING, 8BITMIME, SIZE 10485760, ENHANCEDSTATUSCODES … */
    bool capabilities_exact; /* STARTTLS and AUTH are not added */
    struct plan_auth auth;
    const struct plan_certificate *certificates; /* at least one where tls is not none */
    size_t certificates_len;
    unsigned protocols;                        /* enum plan_protocol bits; 0: TLS 1.2 and 1.3 */
    const char *ciphers, *groups, *signatures; /* OpenSSL lists; NULL: the library's */
    struct plan_sni sni;
    struct plan_tickets tickets;
    struct plan_client_certificate_demand client_certificate;
    int dh_bits;      /* of finite fields: 512, 768, 1024, 1536, 2048; 0: as its certificate is */
    struct span alpn; /* protocols that it speaks, as RFC 7301 §3.1 lists them; empty: no ALPN */
    struct plan_network network;
    const struct plan_rule *script;
    size_t script_len;
    plan_fault_set faults; /* PLAN_FAULT_BIT of each fault that it has */
};

#endif
