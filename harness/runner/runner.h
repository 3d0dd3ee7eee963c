/*
 * runner — runs the cases of a plan: workers, worlds, deadlines; joins a client with a fake server
 * or a real one, and has the outcome judged.
 *
 * Knows: threads; which case goes into which world; that results stand in the plan's order whatever
 * worker finished first.
 * Refuses to know: files, arguments, how results are shown.
 */
#ifndef SMTPVET_RUNNER_RUNNER_H
#define SMTPVET_RUNNER_RUNNER_H

#include "harness/evidence/result.h"
#include "harness/plan/plan.h"

#define RUNNER_JOBS_MAX 256
#define RUNNER_TIME_SCALE_MAX 100000

struct runner_options {
    bool wire;           /* fake servers are met over real TCP too */
    unsigned jobs;       /* workers; 0: one for each processor */
    uint64_t seed;       /* of the run; each case derives its own from it and its id */
    unsigned time_scale; /* tests only: waits on real TCP are divided by it; 0 and 1: real time */
    bool show_secrets;
    int64_t today_s; /* unix seconds: whether a known failure has expired */
    /* Stop behind so many cases that failed or could not be told; 0: never. The plan's order
     * counts, not that of ending: what stands behind the last of them is a skip, run or not. */
    size_t fail_fast;
    /* Called as cases end, in the order of their ending, one at a time; may be NULL. */
    void (*on_result)(void *context, const struct case_result *result);
    void *context;
};

struct runner;

/* runner_run runs every case and fills `ret`, which lives as long as `*ret_runner` (free it with
 * runner_free, also after a failure). Fails with FAIL_INTERNAL when a worker cannot be made; what
 * goes wrong in a case is that case's verdict. */
enum status runner_run(const struct plan_suite *suite, const struct runner_options *options,
    struct runner **ret_runner, struct run_result *ret, struct fail *fail);
void runner_free(struct runner *runner); /* NULL is fine */

/* Once in a process, first of all: libraries, seeded randomness. */
void runner_init(void);
/* "OpenSSL 3.0.22, GNU SASL 2.2.0": what shows in the bytes of a session; stands in the run log. */
const char *runner_libraries(void);

#endif
