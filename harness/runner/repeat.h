/*
 * repeat — a suite run several times, each time with another seed.
 *
 * Knows: how several results of a case become one. Run k of N has the seed of the options plus k-1.
 * Of each case the result is that of the first run in which it failed or could not be told, else
 * that of the first run. Where its verdicts differ, its message says in how many runs it was what,
 * and with which seed first. Skips say nothing about a case and do not count.
 * Refuses to know: how a suite is run.
 */
#ifndef SMTPVET_RUNNER_REPEAT_H
#define SMTPVET_RUNNER_REPEAT_H

#include "harness/runner/runner.h"

#define REPEAT_MAX 100000

struct repeat;

/* repeat_run runs the suite `times` times (at least once) and fills `ret`, which lives as long as
 * `*ret_repeat` (free it with repeat_free, also after a failure). With `options->fail_fast` no
 * further run begins behind one that was cut short. Fails as runner_run does. */
enum status repeat_run(const struct plan_suite *suite, const struct runner_options *options,
    size_t times, struct repeat **ret_repeat, struct run_result *ret, struct fail *fail);
void repeat_free(struct repeat *repeat); /* NULL is fine */

#endif
