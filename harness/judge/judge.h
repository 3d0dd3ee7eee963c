/*
 * judge — expectations against facts: a pure function to a verdict with reasons.
 *
 * Knows: what each matcher means, and that every fact is compared as what it is (a version, a code,
 * a date); that facts are judged as they are and only shown redacted (facts_secrets), so that no
 * verdict depends on what is masked. Refuses to know: how the facts came about. It can judge again
 * from a stored run log.
 */
#ifndef SMTPVET_JUDGE_JUDGE_H
#define SMTPVET_JUDGE_JUDGE_H

#include "harness/evidence/fact.h"
#include "harness/evidence/result.h"
#include "harness/plan/plan.h"

/* judge_facts judges every expectation of the case and lists all that were not met, in the order in
 * which they were written. `transcript` (may be NULL) is where the line that shows it is looked
 * for. Returns their number; *ret_reasons lives in the arena. */
size_t judge_facts(const struct plan_case *plan, const struct facts *facts,
    const struct transcript *transcript, struct arena *arena, struct reason **ret_reasons);

/* The same for some expectations and the facts as they are at this moment: those of a manual step,
 * and its condition. */
size_t judge_now(const struct plan_expectation *expectations, size_t expectations_len,
    int64_t clock_s, const struct facts *facts, const struct transcript *transcript,
    struct arena *arena, struct reason **ret_reasons);

/* Expectations of a step that the session did not come to: none of them was met. What they wanted
 * is shown without `secrets` (may be NULL). */
size_t judge_unreached(const struct plan_expectation *expectations, size_t expectations_len,
    const struct secret_set *secrets, struct arena *arena, struct reason **ret_reasons);

/* The same on a stored fact tree (struct case_result.facts), which is redacted already: what was
 * masked in it is judged as "***", and what was wanted is not redacted. */
size_t judge_tree(const struct plan_case *plan, const struct value *tree,
    const struct transcript *transcript, struct arena *arena, struct reason **ret_reasons);

/* judge_expects_unreachable: does the case, or one of its steps, say by a positive expectation of
 * `outcome` that no connection is to come about? Against a real server only then is that a result;
 * else it says nothing of the server. */
bool judge_expects_unreachable(const struct plan_case *plan);

/* judge_verdict turns the number of unmet expectations into pass, fail, known-fail or fixed. A
 * known failure counts until the day it names; `today_s` in unix seconds. */
enum verdict judge_verdict(const struct plan_case *plan, size_t unmet, int64_t today_s);

#endif
