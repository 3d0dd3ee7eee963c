/*
 * decode_check — what a scenario says that only those can judge who act on it.
 *
 * Knows: which values those are, and where each stands; which item of a list, which key of a
 * certificate is to blame. Refuses to know: how they judge (struct scenario_checks).
 */
#ifndef SMTPVET_SCENARIO_DECODE_CHECK_H
#define SMTPVET_SCENARIO_DECODE_CHECK_H

#include "harness/plan/plan.h"
#include "harness/scenario/node.h"

struct decode;

#define DECODE_DOUBTS_MAX 8 /* of a case: lists of both sides, a file */

/* A value that somebody else judges when the case is decoded. */
enum decode_doubt_kind {
    DECODE_DOUBT_CIPHERS,
    DECODE_DOUBT_GROUPS,
    DECODE_DOUBT_SIGNATURES,
    DECODE_DOUBT_TRUST
};
struct decode_doubt {
    enum decode_doubt_kind kind;
    const struct node *node;
    const char *text;
};

void decode_doubt(
    struct decode *decode, enum decode_doubt_kind kind, const struct node *node, const char *text);
/* Tells what of `plan`, decoded from `map`, nobody can act on. `good`: it has no other mistake. */
void decode_check(
    struct decode *decode, const struct node *map, const struct plan_case *plan, bool good);

#endif
