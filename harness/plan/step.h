/*
 * plan/step — manual control of a client: what it does, one thing after the other.
 *
 * Knows: plain values. Refuses to know: YAML, how any of it is done. All of it lives in the suite's
 * arena.
 */
#ifndef SMTPVET_PLAN_STEP_H
#define SMTPVET_PLAN_STEP_H

#include "harness/plan/expectation.h"
#include "harness/plan/script.h"

enum plan_step_kind {
    PLAN_STEP_CONNECT,   /* and reads the greeting, but where TLS is to come first */
    PLAN_STEP_HELLO,     /* EHLO, or HELO where `text` says so */
    PLAN_STEP_STARTTLS,  /* the command and its reply; no handshake */
    PLAN_STEP_HANDSHAKE, /* on a fresh connection it also reads the greeting behind it */
    PLAN_STEP_LOGIN,     /* the whole exchange */
    PLAN_STEP_MAIL,      /* of the next message */
    PLAN_STEP_RCPT,      /* all its recipients, one after the other */
    PLAN_STEP_DATA,      /* DATA, the message, the final dot */
    PLAN_STEP_NOOP,
    PLAN_STEP_RSET,
    PLAN_STEP_COMMAND,    /* the line `text`, and its reply */
    PLAN_STEP_RAW,        /* `bytes` in one segment; nothing is read */
    PLAN_STEP_BELOW_TLS,  /* `bytes` on the wire, under TLS */
    PLAN_STEP_READ,       /* one reply */
    PLAN_STEP_WAIT,       /* `duration_us`; what comes meanwhile stays unread */
    PLAN_STEP_SILENCE,    /* nothing may come for `duration_us` */
    PLAN_STEP_QUIT,       /* the command and its reply */
    PLAN_STEP_DISCONNECT, /* close_notify, FIN, and the server's end is waited for */
    PLAN_STEP_CLOSE,      /* as `close` says, at once */
    PLAN_STEP_COUNT,
};

struct plan_step {
    enum plan_step_kind kind;
    struct mark mark;
    const char *text;
    struct span bytes;
    int64_t duration_us;
    enum plan_close close;
    const struct plan_expectation *condition; /* `if`: else the step is left out */
    size_t condition_len;
    const struct plan_expectation *expectations; /* judged when the step is over; they take the
                                                    place of ending at a refusal */
    size_t expectations_len;
};

/* "connect", "hello" … */
const char *plan_step_name(enum plan_step_kind kind);

#endif
