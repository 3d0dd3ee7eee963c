/*
 * plan/need — what a case can need of the machine that it runs on.
 *
 * Knows: the table needs.def. Refuses to know: how it is found out (harness/runner/needs.c).
 */
#ifndef SMTPVET_PLAN_NEED_H
#define SMTPVET_PLAN_NEED_H

#include <stddef.h>

enum plan_need_position {
#define NEED(symbol, name, sentence) PLAN_NEED_POSITION_##symbol,
#include "harness/plan/needs.def"
#undef NEED
    PLAN_NEED_COUNT,
};

/* Bits of plan_case.needs. */
enum plan_need {
#define NEED(symbol, name, sentence) PLAN_NEED_##symbol = 1 << PLAN_NEED_POSITION_##symbol,
#include "harness/plan/needs.def"
#undef NEED
};

struct plan_need_row {
    const char *name, *sentence;
};

/* All words with bars between them, as the table of keys has them. */
#define PLAN_NEED_WORDS "ipv6|openssl-3.0.15|openssl-3.2|openssl-3.5"

const struct plan_need_row *plan_need_row(size_t position);

#endif
