/*
 * plan/client — what the client of a case is told.
 *
 * Knows: plain values. Refuses to know: YAML, how any of it is done. All of it lives in the suite's
 * arena.
 */
#ifndef SMTPVET_PLAN_CLIENT_H
#define SMTPVET_PLAN_CLIENT_H

#include "harness/plan/message.h"
#include "harness/plan/server.h"
#include "harness/plan/stage.h"
#include "harness/plan/step.h"
#include "harness/plan/verify.h"

enum plan_ssl_mode {
    PLAN_SSL_MODE_AUTO, /* by port and well-known host */
    PLAN_SSL_MODE_NONE,
    PLAN_SSL_MODE_ON_CONNECT,
    PLAN_SSL_MODE_STARTTLS,
    PLAN_SSL_MODE_STARTTLS_IF_SUPPORTED,
    PLAN_SSL_MODE_STARTTLS_OPPORTUNISTIC,
    PLAN_SSL_MODE_STARTTLS_IF_AUTH_HIDDEN,
    PLAN_SSL_MODE_COUNT,
};

/* "auto", "none", "on-connect" … */
const char *plan_ssl_mode_name(enum plan_ssl_mode mode);

enum plan_in_clear {
    PLAN_IN_CLEAR_DEFAULT,
    PLAN_IN_CLEAR_NEVER,
    PLAN_IN_CLEAR_CHALLENGE_RESPONSE,
    PLAN_IN_CLEAR_ANY
};
/* After a refusal the next mechanism is tried; one that shows the password only where none was
 * refused that does not. */
enum plan_on_failure { PLAN_ON_FAILURE_STOP, PLAN_ON_FAILURE_NEXT, PLAN_ON_FAILURE_NEXT_SECURE };
enum plan_order { PLAN_ORDER_STRONG, PLAN_ORDER_SIMPLE, PLAN_ORDER_LISTED };
enum plan_tristate { PLAN_AUTO, PLAN_NO, PLAN_YES };

struct plan_login {
    bool wanted;
    const char *user, *password;      /* NULL: none */
    const char *token;                /* in place of a password (RFC 6750); NULL: none */
    struct plan_text_list mechanisms; /* empty: auto */
    const char *authorize_as;         /* NULL: nobody else */
    enum plan_tristate initial_response;
    bool required;               /* default true: no AUTH offered stops the client */
    enum plan_in_clear in_clear; /* default: any where `ssl_mode: none` is written, else never */
    enum plan_on_failure on_failure;
    enum plan_order order;
    bool try_unlisted;
    int64_t attempts; /* AUTH commands at most; 0: as many as there are mechanisms to try */
};

/* Extensions that a server may offer and a client may leave alone, as bits. */
enum plan_extension {
    PLAN_EXTENSION_SIZE = 1 << 0,
    PLAN_EXTENSION_8BITMIME = 1 << 1,
    PLAN_EXTENSION_SMTPUTF8 = 1 << 2,
    PLAN_EXTENSION_DSN = 1 << 3,
    PLAN_EXTENSION_LIMITS = 1 << 4,
    PLAN_EXTENSION_PIPELINING = 1 << 5,
    PLAN_EXTENSION_CHUNKING = 1 << 6,
    PLAN_EXTENSION_BINARYMIME = 1 << 7,
    PLAN_EXTENSION_REQUIRETLS = 1 << 8,
};

enum plan_hello { PLAN_HELLO_AUTO, PLAN_HELLO_EHLO, PLAN_HELLO_HELO };

/* Where a client can turn to (client.servers). */
struct plan_target {
    const char *host;
    uint16_t port;    /* 0: auto, by detection */
    int64_t priority; /* 0 goes first */
};

struct plan_client {
    const char *host;                  /* the logical name; NULL never: default is the server's */
    uint16_t port;                     /* 0: auto, by detection */
    const struct plan_target *targets; /* in the order in which they are tried; targets_len 0: host
                                          and port alone */
    size_t targets_len;
    const char *connect_to_host; /* NULL: the logical address */
    uint16_t connect_to_port;
    enum plan_ssl_mode ssl_mode;
    bool ssl_mode_written; /* `ssl_mode: none` in the file allows clear-text login, a default does
                              not */
    unsigned protocols;    /* enum plan_protocol bits; 0: auto */
    const char *ciphers, *groups, *signatures;
    unsigned tls_options; /* enum plan_tls_option bits */
    struct plan_client_certificate certificate;
    const char *sni;  /* NULL: the logical host; "": none */
    struct span alpn; /* protocols to offer, as RFC 7301 §3.1 lists them; empty: none */
    struct plan_verify verify;
    struct plan_login login;
    const struct plan_message *messages;
    size_t messages_len;
    unsigned extensions_left_alone; /* enum plan_extension bits */
    bool pipelining;                /* MAIL, RCPT and DATA go together where that is offered */
    int64_t chunk;                  /* octets of a BDAT, where that is offered; 0: DATA */
    int64_t per_connection;         /* transactions on one connection; 0: as many as there are */
    int64_t pause_us;               /* between two connections */
    int64_t reconnect;              /* how often to connect anew where the server has had enough */
    bool lmtp;                      /* RFC 2033 */
    enum plan_hello hello;
    const char *hello_name;                  /* NULL: "client.smtpvet.test" */
    int64_t time_limit_us[PLAN_STAGE_COUNT]; /* 0: the default */
    const struct plan_step *steps;           /* manual control; steps_len 0: the usual order */
    size_t steps_len;
};

#endif
