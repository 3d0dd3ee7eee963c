/*
 * runner — runs the cases of a plan: workers, worlds, deadlines; joins a client with a fake server
 * or a real one, and has the outcome judged.
 *
 * Knows: threads; that results come in the plan's order whatever worker finished first, each as
 * soon as all before it have come, and that only those under way need be held in memory.
 * Refuses to know: files, arguments, how results are shown.
 */
#ifndef SMTPVET_RUNNER_RUNNER_H
#define SMTPVET_RUNNER_RUNNER_H

#include "harness/evidence/result.h"
#include "harness/plan/plan.h"

#define RUNNER_JOBS_MAX 256
#define RUNNER_TIME_SCALE_MAX 100000
/* Cases that may be handed out while one before them is still under way: what they came to is held
 * until then. Some 64 MiB where all of them say much. */
#define RUNNER_AHEAD_MAX 1024

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
    size_t repeat; /* how often each case is run (repeat.h); 0 and 1: once */
    bool forget;   /* a result is gone when on_result returns; of the run, the counts stay */
    /* Called one at a time from the workers' threads; each may be NULL. on_end: one more case has
     * ended. on_result: the next case in the plan's order. */
    void (*on_end)(void *context);
    void (*on_result)(void *context, const struct case_result *result);
    /* Asked by any worker before it begins a case: true ends the handing out, and what was not
     * begun is a skip. May be NULL. */
    bool (*stopped)(void *context);
    void *context;
};

struct runner;

/* What stands at the head of the run's log: known before anything runs. */
struct run_header runner_header(
    const struct plan_suite *suite, const struct runner_options *options);
/* runner_run runs every case and fills `ret`, which lives as long as `*ret_runner` (free it with
 * runner_free, also after a failure) and `suite`. With `forget` it has no cases. Fails with
 * FAIL_INTERNAL when a worker cannot be made; what goes wrong in a case is that case's verdict. */
enum status runner_run(const struct plan_suite *suite, const struct runner_options *options,
    struct runner **ret_runner, struct run_result *ret, struct fail *fail);
void runner_free(struct runner *runner); /* NULL is fine */

/* Once in a process, first of all: libraries, seeded randomness. */
void runner_init(void);
/* "OpenSSL 3.0.22, GNU SASL 2.2.0": what shows in the bytes of a session; stands in the run log. */
const char *runner_libraries(void);

#endif
