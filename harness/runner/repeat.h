/*
 * repeat — a case run several times, each time with another seed, and one result of it.
 *
 * Knows: how several results of a case become one. Run k of N has the seed of the options plus k-1.
 * The result is that of the first run in which the case failed or could not be told, else of the
 * first in which it was flaky, else that of the first run. Where the verdicts differ, the message
 * says in how many runs it was what, and with which seed first. Skips say nothing about a case and
 * do not count. Refuses to know: how a case is run.
 */
#ifndef SMTPVET_RUNNER_REPEAT_H
#define SMTPVET_RUNNER_REPEAT_H

#include "harness/runner/worker.h"

#define REPEAT_MAX 100000

/* repeat_case runs the case as often as the worker's options say (at least once) and fills `ret`,
 * which lives in the worker's arena. With `fail_fast` no further run begins behind one that
 * failed. False where the run was stopped before the case was run as often as that. */
bool repeat_case(struct worker *worker, const struct plan_case *plan, struct case_result *ret);

#endif
