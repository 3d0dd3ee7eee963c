/*
 * attempt — one case run on one worker: its attempts, until it passes or none is left.
 *
 * Knows: which world a case goes to, why it is skipped, what its secrets are, how what came of a
 * session is judged. Refuses to know: other cases, threads. Results live in the worker's arena.
 */
#ifndef SMTPVET_RUNNER_ATTEMPT_H
#define SMTPVET_RUNNER_ATTEMPT_H

#include "harness/runner/worker.h"

/* attempt_case runs `plan` and fills `ret`. `seed` is that of the run. What goes wrong is the
 * verdict. */
void attempt_case(
    struct worker *worker, const struct plan_case *plan, uint64_t seed, struct case_result *ret);
/* attempt_skip fills `ret` for a case that is not run for a reason of the run's, not of its own. */
void attempt_skip(struct worker *worker, const struct plan_case *plan, uint64_t seed,
    const char *reason, struct case_result *ret);

#endif
