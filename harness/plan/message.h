/*
 * plan/message — a message that the client of a case is to send.
 *
 * Knows: plain values. Refuses to know: YAML, how it is built and sent. All of it lives in the
 * suite's arena.
 */
#ifndef SMTPVET_PLAN_MESSAGE_H
#define SMTPVET_PLAN_MESSAGE_H

#include "harness/plan/script.h"

/* Delivery reports that are asked for (RFC 3461). */
enum plan_dsn_notify {
    PLAN_DSN_NEVER = 1 << 0,
    PLAN_DSN_SUCCESS = 1 << 1,
    PLAN_DSN_FAILURE = 1 << 2,
    PLAN_DSN_DELAY = 1 << 3,
};
enum plan_dsn_return { PLAN_DSN_RETURN_DEFAULT, PLAN_DSN_RETURN_FULL, PLAN_DSN_RETURN_HEADERS };

struct plan_dsn {
    bool wanted;
    unsigned notify; /* enum plan_dsn_notify bits; 0: the server's default */
    enum plan_dsn_return returns;
    const char *envelope_id; /* NULL: none */
};

struct plan_field {
    const char *name, *value;
};

struct plan_message {
    const char *from;         /* "" is the null reverse-path */
    struct plan_text_list to; /* all recipients of the envelope */
    struct plan_text_list cc; /* the last of them: named in Cc, the others in To */
    const char *subject;      /* NULL: none */
    const struct plan_field *fields;
    size_t fields_len; /* further header fields, or instead of the usual ones */
    struct span body;
    int64_t size;         /* octets of generated body; 0: `body` */
    bool partial_abandon; /* one refused recipient abandons the message; default: send to the others
                           */
    struct plan_dsn dsn;
    bool binary;      /* its body goes as it is, by BDAT (RFC 3030) */
    bool require_tls; /* inside TLS all the way or not at all (RFC 8689) */
};

#endif
