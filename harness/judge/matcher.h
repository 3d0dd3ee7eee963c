/*
 * matcher — one matcher against one value.
 *
 * Knows: equality and order by kind, lists in any order. Refuses to know: names of facts.
 */
#ifndef SMTPVET_JUDGE_MATCHER_H
#define SMTPVET_JUDGE_MATCHER_H

#include "harness/match/match.h"
#include "harness/plan/plan.h"

/* matcher_holds: `found` may be NULL, a fact that never came to be: that satisfies only `absent`
 * and `not`. `now_unix_s` is what relative dates are counted from.
 *
 * Where a pattern ran into the limits of harness/match nothing is known, so nothing holds, not even
 * a `not` around it: a peer must not pass by text that is hard to search. `*ret_gave_up` (may be
 * NULL) tells. */
bool matcher_holds(const struct plan_matcher *matcher, enum match_kind kind,
    const struct value *found, int64_t now_unix_s, bool *ret_gave_up);

/* Appends the matcher for people: `at least tls1.2`, `[PLAIN, LOGIN] in any order`. */
void matcher_show(const struct plan_matcher *matcher, struct buf *out);

#endif
