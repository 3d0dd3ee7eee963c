/*
 * plan/script — the rules by which a fake server departs from normal behaviour.
 *
 * Knows: plain values. Refuses to know: YAML, how any of it is done. All of it lives in the suite's
 * arena.
 */
#ifndef SMTPVET_PLAN_SCRIPT_H
#define SMTPVET_PLAN_SCRIPT_H

#include "harness/base/diag.h"
#include "harness/base/span.h"

struct plan_text_list {
    const char *const *items;
    size_t len;
};

enum plan_moment {
    PLAN_MOMENT_CONNECT,
    PLAN_MOMENT_CLIENT_HELLO,
    PLAN_MOMENT_HANDSHAKE,
    PLAN_MOMENT_GREETING,
    PLAN_MOMENT_COMMAND, /* `verb` says which */
    PLAN_MOMENT_AUTH_RESPONSE,
    PLAN_MOMENT_BODY, /* after `body_after` octets */
    PLAN_MOMENT_MESSAGE,
    PLAN_MOMENT_IDLE, /* after `idle_us` without a byte from the client */
    PLAN_MOMENT_ANY,
    PLAN_MOMENT_UNKNOWN,
};

struct plan_moment_at {
    enum plan_moment moment;
    const char *verb; /* PLAN_MOMENT_COMMAND: in capitals */
};

enum plan_action_kind {
    PLAN_ACTION_REPLY,     /* lines: "451 later"; the first carries the code, the rest are text */
    PLAN_ACTION_SEND,      /* bytes, verbatim */
    PLAN_ACTION_CHALLENGE, /* 334 and base64 of bytes */
    PLAN_ACTION_BELOW_TLS, /* bytes put on the wire under TLS, as they are */
    PLAN_ACTION_NORMAL,    /* what would have happened without the rule */
    PLAN_ACTION_DELAY,     /* duration_us */
    PLAN_ACTION_FLUSH,     /* what follows goes out in another segment */
    PLAN_ACTION_START_TLS, /* the handshake begins; later actions act inside TLS */
    PLAN_ACTION_ALERT,     /* number: a fatal TLS alert */
    PLAN_ACTION_HANG,      /* reads on, says nothing more */
    PLAN_ACTION_STOP_READING,
    PLAN_ACTION_CLOSE, /* close */
    PLAN_ACTION_SET,   /* set_* */
    /* Modifiers of the next sending action: */
    PLAN_ACTION_INJECT,   /* bytes appended to what it sends, same side of the TLS seam */
    PLAN_ACTION_TRUNCATE, /* number: octets kept */
    PLAN_ACTION_CORRUPT,  /* number: offset of the octet that is flipped */
    PLAN_ACTION_EDIT,     /* find, put, inside_base64 */
    PLAN_ACTION_DRIP,     /* duration_us between `number` octets */
};

enum plan_close { PLAN_CLOSE_FIN, PLAN_CLOSE_RESET, PLAN_CLOSE_WITHOUT_CLOSE_NOTIFY };
enum plan_set { PLAN_SET_KEEP, PLAN_SET_FALSE, PLAN_SET_TRUE };

struct plan_action {
    enum plan_action_kind kind;
    struct plan_text_list lines;
    struct span bytes;
    int64_t duration_us;
    int64_t number;
    enum plan_close close;
    enum plan_set set_hello, set_logged_in, set_transaction;
    const char *find;
    struct span put;
    bool inside_base64;
};

/* `nth: 2`, `nth: 2..`, `nth: [1, 3]`: ranges, inclusive; last 0 means no end. */
struct plan_range {
    unsigned first, last;
};

struct plan_rule {
    struct mark mark;
    const struct plan_moment_at *on; /* any of these */
    size_t on_len;
    const struct plan_range *nth; /* nth_len 0: every time */
    size_t nth_len;
    unsigned connection; /* 0: any */
    int tls;             /* -1: any, 0: outside, 1: inside */
    const char *match;   /* PCRE2, caseless, on the line without CRLF; NULL: any */
    int64_t body_after;
    int64_t idle_us;
    const struct plan_action *actions;
    size_t actions_len;
};

#endif
