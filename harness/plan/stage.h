/*
 * plan/stage — the stages of a session: keys of time_limits and replies.*, and the fact `stage`.
 *
 * Knows: their names, and how long RFC 5321 lets each take. Refuses to know: what is done in them.
 */
#ifndef SMTPVET_PLAN_STAGE_H
#define SMTPVET_PLAN_STAGE_H

#include <stdint.h>

enum plan_stage {
    PLAN_STAGE_RESOLVE,
    PLAN_STAGE_CONNECT,
    PLAN_STAGE_HANDSHAKE,
    PLAN_STAGE_GREETING,
    PLAN_STAGE_HELLO,
    PLAN_STAGE_STARTTLS,
    PLAN_STAGE_AUTH,
    PLAN_STAGE_MAIL,
    PLAN_STAGE_RCPT,
    PLAN_STAGE_DATA,
    PLAN_STAGE_BODY,
    PLAN_STAGE_MESSAGE,
    PLAN_STAGE_RSET,
    PLAN_STAGE_QUIT,
    PLAN_STAGE_COUNT,
};
/* "resolve", "connect" …; never NULL for a stage. */
const char *plan_stage_name(enum plan_stage stage);
/* RFC 5321 §4.5.3.2: greeting, MAIL, RCPT 5 min; DATA 2 min; a block of the body 3 min; the reply
 * to the final dot 10 min. What it does not name has 5 minutes. In microseconds. */
int64_t plan_stage_default_limit_us(enum plan_stage stage);

#endif
