#include "harness/runner/runner.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/runner/attempt.h"
#include "harness/runner/needs.h"
#include "harness/runner/repeat.h"
#include "harness/tls/random.h"

/* The place of a case: its result from its end until it has been told. */
struct runner_place {
    struct case_result result;
    struct arena *arena; /* the result lives in it; NULL: there is none */
    bool ended;
};

struct runner {
    const struct plan_suite *suite;
    struct runner_options options;
    struct arena *arena; /* of what belongs to the whole run */
    struct mask_given given;
    struct worker *workers;
    size_t workers_len;
    struct case_result *results; /* all of them, unless they are forgotten */
    struct run_counts counts;

    pthread_mutex_t talk; /* around the callbacks; never taken with `lock` held */
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t told_more;
    struct runner_place *places;
    size_t next;      /* the first case that was not handed out */
    size_t told;      /* cases before this one are over and done with */
    size_t failed;    /* ended and bad: ends the handing out of cases with --fail-fast */
    bool telling;     /* somebody is at it */
    bool over;        /* nothing more will end */
    bool interrupted; /* stopped from outside before all was done */

    size_t failed_told; /* belongs to whoever is telling */
};

void runner_init(void)
{
    tls_library_init();
    tls_random_install();
}

const char *runner_libraries(void)
{
    static _Thread_local char text[128];
    snprintf(text, sizeof text, "%s, %s", tls_library_version(), client_libraries());
    return text;
}

static bool runner_is_failure(const struct case_result *result)
{
    return verdict_is_failure(result->verdict) || result->verdict == VERDICT_ERROR;
}

/* --- telling, in the plan's order --- */

static bool runner_has_failed_enough(const struct runner *runner)
{
    return runner->options.fail_fast > 0 && runner->failed_told >= runner->options.fail_fast;
}

/* --fail-fast: what stands behind the last failure that counts was not run, or is as if it had not
 * been, so that the log does not depend on who was faster. Or the run was stopped. */
static void runner_cut(struct runner *runner, size_t index)
{
    struct runner_place *place = &runner->places[index];
    struct worker teller = {
        .options = &runner->options, .arena = arena_new(), .given = &runner->given};
    const char *reason = "not run: the run was interrupted";
    if (runner_has_failed_enough(runner)) {
        reason = arena_printf(teller.arena, "not run: %zu failed", runner->failed_told);
    }
    attempt_skip(
        &teller, &runner->suite->cases[index], runner->options.seed, reason, &place->result);
    arena_free(place->arena);
    place->arena = teller.arena;
}

static void runner_tell_one(struct runner *runner, size_t index)
{
    const struct runner_options *options = &runner->options;
    struct runner_place *place = &runner->places[index];
    if (!place->ended || runner_has_failed_enough(runner)) {
        runner_cut(runner, index);
    }
    runner->failed_told += runner_is_failure(&place->result) ? 1 : 0;
    run_counts_add(&runner->counts, place->result.verdict);
    if (options->on_result != NULL) {
        pthread_mutex_lock(&runner->talk);
        options->on_result(options->context, &place->result);
        pthread_mutex_unlock(&runner->talk);
    }
    if (options->forget) {
        arena_free(place->arena);
        *place = (struct runner_place){.ended = true};
    } else {
        runner->results[index] = place->result;
    }
}

/* With the lock held. One at a time tells what is due; who comes meanwhile leaves it to that one.
 */
static void runner_tell(struct runner *runner)
{
    if (runner->telling) {
        return;
    }
    runner->telling = true;
    while (
        runner->told < runner->suite->len && (runner->places[runner->told].ended || runner->over)) {
        pthread_mutex_unlock(&runner->lock);
        runner_tell_one(runner, runner->told);
        pthread_mutex_lock(&runner->lock);
        runner->told++;
        pthread_cond_broadcast(&runner->told_more);
    }
    runner->telling = false;
}

/* --- working --- */

/* With the lock held. Cases are handed out in the plan's order: with enough failures, all that are
 * still to be handed out stand behind the last that counts. */
static bool runner_hand_out(struct runner *runner, size_t *ret)
{
    const struct runner_options *options = &runner->options;
    while (runner->next < runner->suite->len && runner->next - runner->told >= RUNNER_AHEAD_MAX) {
        pthread_cond_wait(&runner->told_more, &runner->lock);
    }
    if (runner->next == runner->suite->len ||
        (options->fail_fast > 0 && runner->failed >= options->fail_fast)) {
        return false;
    }
    if (runner->interrupted || (options->stopped != NULL && options->stopped(options->context))) {
        runner->interrupted = true;
        return false;
    }
    *ret = runner->next++;
    return true;
}

struct runner_hand { /* what a thread is given */
    struct runner *runner;
    struct worker *worker;
};

static void *runner_work(void *context)
{
    struct runner *runner = ((struct runner_hand *)context)->runner;
    struct worker *worker = ((struct runner_hand *)context)->worker;
    size_t index;
    pthread_mutex_lock(&runner->lock);
    while (runner_hand_out(runner, &index)) {
        struct runner_place *place = &runner->places[index];
        pthread_mutex_unlock(&runner->lock);
        bool whole = repeat_case(worker, &runner->suite->cases[index], &place->result);
        place->arena = worker->arena;
        worker->arena = arena_new();
        if (runner->options.on_end != NULL) {
            pthread_mutex_lock(&runner->talk);
            runner->options.on_end(runner->options.context);
            pthread_mutex_unlock(&runner->talk);
        }
        pthread_mutex_lock(&runner->lock);
        place->ended = true;
        runner->interrupted = runner->interrupted || !whole;
        runner->failed += runner_is_failure(&place->result) ? 1 : 0;
        runner_tell(runner);
    }
    pthread_mutex_unlock(&runner->lock);
    return NULL;
}

static size_t runner_jobs(const struct runner_options *options, size_t cases)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = options->jobs != 0 ? options->jobs : (processors < 1 ? 1 : (size_t)processors);
    jobs = jobs > RUNNER_JOBS_MAX ? RUNNER_JOBS_MAX : jobs;
    return jobs > cases ? (cases == 0 ? 1 : cases) : jobs;
}

static enum status runner_start(struct runner *runner, struct fail *fail)
{
    pthread_t threads[RUNNER_JOBS_MAX];
    struct runner_hand hands[RUNNER_JOBS_MAX];
    size_t started = 0;
    unsigned needs = 0;
    for (size_t i = 0; i < runner->suite->len; i++) {
        needs |= runner->suite->cases[i].needs;
    }
    unsigned met = needs == 0 ? 0 : needs_check(needs);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < runner->workers_len && status == STATUS_OK; i++) {
        status = worker_init(&runner->workers[i], &runner->options, fail);
        runner->workers[i].needs_met = met;
        runner->workers[i].given = &runner->given;
        hands[i] = (struct runner_hand){runner, &runner->workers[i]};
    }
    /* The first worker works on this thread: one job needs no other. */
    for (size_t i = 1; i < runner->workers_len && status == STATUS_OK; i++) {
        if (pthread_create(&threads[started], NULL, runner_work, &hands[i]) != 0) {
            break; /* fewer threads than asked for still do all the work */
        }
        started++;
    }
    if (status == STATUS_OK) {
        runner_work(&hands[0]);
    }
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    for (size_t i = 0; i < runner->workers_len; i++) {
        worker_done(&runner->workers[i]);
    }
    return status;
}

struct run_header runner_header(
    const struct plan_suite *suite, const struct runner_options *options)
{
    return (struct run_header){
        .version = SMTPVET_VERSION,
        .libraries = runner_libraries(),
        .world = options->wire ? "wire" : "simulated",
        .seed = options->seed,
        .suite_digest = suite->digest,
        .cases = suite->len,
        .secrets_shown = options->show_secrets,
        .time_scale = options->time_scale,
    };
}

enum status runner_run(const struct plan_suite *suite, const struct runner_options *options,
    struct runner **ret_runner, struct run_result *ret, struct fail *fail)
{
    struct runner *runner = mem_zalloc(1, sizeof *runner);
    runner->suite = suite;
    runner->options = *options;
    runner->arena = arena_new();
    runner->given = mask_given(runner->arena, suite, options->show_secrets);
    runner->places = mem_zalloc(suite->len, sizeof *runner->places);
    runner->results = mem_zalloc(options->forget ? 0 : suite->len, sizeof *runner->results);
    pthread_mutex_init(&runner->talk, NULL);
    pthread_mutex_init(&runner->lock, NULL);
    pthread_cond_init(&runner->told_more, NULL);
    runner->workers_len = runner_jobs(options, suite->len);
    runner->workers = mem_zalloc(runner->workers_len, sizeof *runner->workers);
    *ret_runner = runner;
    TRY(runner_start(runner, fail));
    pthread_mutex_lock(&runner->lock);
    runner->over = true;
    runner_tell(runner);
    pthread_mutex_unlock(&runner->lock);

    *ret = (struct run_result){
        .header = runner_header(suite, options),
        .cases = options->forget ? NULL : runner->results,
        .len = options->forget ? 0 : suite->len,
        .counts = runner->counts,
        .complete = true,
        .interrupted = runner->interrupted,
    };
    return STATUS_OK;
}

void runner_free(struct runner *runner)
{
    if (runner == NULL) {
        return;
    }
    for (size_t i = 0; i < runner->suite->len; i++) {
        arena_free(runner->places[i].arena);
    }
    arena_free(runner->arena);
    pthread_cond_destroy(&runner->told_more);
    pthread_mutex_destroy(&runner->lock);
    pthread_mutex_destroy(&runner->talk);
    mem_free(runner->workers);
    mem_free(runner->results);
    mem_free(runner->places);
    mem_free(runner);
}
