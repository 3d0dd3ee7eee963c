#include "harness/runner/runner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/units.h"
#include "harness/judge/judge.h"
#include "harness/runner/session.h"
#include "harness/tls/random.h"

struct runner {
    const struct plan_suite *suite;
    struct runner_options options;
    struct case_result *results; /* a place for each case of the plan */
    atomic_size_t next;
    pthread_mutex_t telling;
    struct worker *workers;
    size_t workers_len;
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

static int64_t runner_real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * UNITS_US_PER_S + now.tv_nsec / 1000;
}

/* What must never be seen: what the client logs in with, and what the fake server would accept. */
static struct secret_set *runner_secrets(const struct plan_case *plan, bool show)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_show_all(secrets, show);
    if (plan->client.login.password != NULL) {
        secret_set_add(secrets, span_text(plan->client.login.password));
    }
    if (plan->server != NULL) {
        for (size_t i = 0; i < plan->server->auth.users_len; i++) {
            secret_set_add(secrets, span_text(plan->server->auth.users[i].password));
        }
    }
    return secrets;
}

static void runner_describe(const struct plan_case *plan, struct case_result *result)
{
    *result = (struct case_result){
        .id = plan->id,
        .name = plan->name,
        .requirement = plan->requirement,
        .file = plan->mark.file,
        .line = plan->mark.line,
        .severity = plan_severity_name(plan->severity),
        .spec = (const char **)plan->spec.items,
        .covers = (const char **)plan->covers.items,
        .tags = (const char **)plan->tags.items,
        .spec_len = plan->spec.len,
        .covers_len = plan->covers.len,
        .tags_len = plan->tags.len,
    };
}

/* Against a real server, not to have reached it says nothing about the server. */
static bool runner_never_reached(const struct plan_case *plan, const struct facts *facts)
{
    const char *outcome = value_as_text(facts_value(facts, FACT_OUTCOME));
    return plan->server == NULL && outcome != NULL && strcmp(outcome, "unreachable") == 0;
}

static void runner_judge(struct worker *worker, const struct plan_case *plan,
    const struct session_outcome *outcome, const struct fail *fail, struct case_result *result)
{
    result->facts = facts_tree(outcome->facts, worker->arena, false);
    result->transcript = outcome->transcript.entries;
    result->transcript_len = outcome->transcript.len;
    result->transcript_cut = outcome->transcript.cut;
    result->virtual_us = outcome->virtual_us;
    result->expectations = plan->expectations_len + outcome->judged;
    if (fail->class != FAIL_NONE) {
        result->verdict = VERDICT_ERROR;
        result->message = arena_strdup(worker->arena, fail->text);
        return;
    }
    struct reason *unmet;
    size_t unmet_len = judge_facts(
        plan, outcome->facts, &outcome->transcript, worker->arena, &unmet);
    result->reasons = outcome->reasons;
    result->reasons_len = outcome->reasons_len;
    for (size_t i = 0; i < unmet_len; i++) {
        result->reasons = arena_push(
            worker->arena, result->reasons, result->reasons_len, sizeof *result->reasons);
        result->reasons[result->reasons_len++] = unmet[i];
    }
    if (result->reasons_len > 0 && runner_never_reached(plan, outcome->facts)) {
        result->verdict = VERDICT_ERROR;
        const char *problem = value_as_text(facts_value(outcome->facts, FACT_PROBLEM));
        result->message = problem != NULL ? problem : "the server could not be reached";
        return;
    }
    result->verdict = judge_verdict(plan, result->reasons_len, worker->options->today_s);
    if (result->verdict == VERDICT_KNOWN_FAIL || result->verdict == VERDICT_FIXED) {
        result->message = plan->known_fail_reason;
    }
}

static void runner_case(
    struct worker *worker, const struct plan_case *planned, struct case_result *result)
{
    struct plan_case resolved = *planned;
    const struct plan_case *plan = &resolved;
    if (resolved.clock_s == PLAN_CLOCK_REAL) {
        resolved.clock_s = worker->options->today_s;
    }
    const struct runner_options *options = worker->options;
    bool simulated = plan->server != NULL &&
                     (!options->wire || plan->world == PLAN_WORLD_SIMULATED) &&
                     plan->world != PLAN_WORLD_WIRE;
    runner_describe(plan, result);
    result->world = simulated ? "simulated" : "wire";
    result->seed = plan->seed_given ? plan->seed
                                    : random_derive(options->seed, span_text(plan->id));
    if (plan->skip_reason != NULL) {
        result->verdict = VERDICT_SKIP;
        result->message = plan->skip_reason;
        return;
    }
    if (options->wire && plan->world == PLAN_WORLD_SIMULATED) {
        result->verdict = VERDICT_SKIP;
        result->message = arena_printf(
            worker->arena, "makes sense simulated only: %s", plan->world_reason);
        return;
    }
    int64_t begin_us = runner_real_us();
    struct secret_set *secrets = runner_secrets(plan, options->show_secrets);
    struct session_outcome outcome;
    struct fail fail = {0};
    if (session_run(worker, plan, simulated, result->seed, secrets, &outcome, &fail) != STATUS_OK &&
        fail.class == FAIL_NONE) {
        (void)fail_set(&fail, FAIL_INTERNAL, "the session failed without saying why");
    }
    runner_judge(worker, plan, &outcome, &fail, result);
    secret_set_free(secrets);
    result->elapsed_us = runner_real_us() - begin_us;
}

static void *runner_work(void *context)
{
    struct worker *worker = context;
    struct runner *runner = (struct runner *)((char *)worker->options -
                                              offsetof(struct runner, options));
    for (;;) {
        size_t index = atomic_fetch_add(&runner->next, 1);
        if (index >= runner->suite->len) {
            return NULL;
        }
        runner_case(worker, &runner->suite->cases[index], &runner->results[index]);
        if (runner->options.on_result != NULL) {
            pthread_mutex_lock(&runner->telling);
            runner->options.on_result(runner->options.context, &runner->results[index]);
            pthread_mutex_unlock(&runner->telling);
        }
    }
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
    size_t started = 0;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < runner->workers_len && status == STATUS_OK; i++) {
        status = worker_init(&runner->workers[i], &runner->options, fail);
    }
    /* The first worker works on this thread: one job needs no other. */
    for (size_t i = 1; i < runner->workers_len && status == STATUS_OK; i++) {
        if (pthread_create(&threads[started], NULL, runner_work, &runner->workers[i]) != 0) {
            break; /* fewer threads than asked for still do all the work */
        }
        started++;
    }
    if (status == STATUS_OK) {
        runner_work(&runner->workers[0]);
    }
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    for (size_t i = 0; i < runner->workers_len; i++) {
        worker_done(&runner->workers[i]);
    }
    return status;
}

enum status runner_run(const struct plan_suite *suite, const struct runner_options *options,
    struct runner **ret_runner, struct run_result *ret, struct fail *fail)
{
    struct runner *runner = mem_zalloc(1, sizeof *runner);
    runner->suite = suite;
    runner->options = *options;
    runner->results = mem_zalloc(suite->len, sizeof *runner->results);
    pthread_mutex_init(&runner->telling, NULL);
    runner->workers_len = runner_jobs(options, suite->len);
    runner->workers = mem_zalloc(runner->workers_len, sizeof *runner->workers);
    *ret_runner = runner;
    TRY(runner_start(runner, fail));

    *ret = (struct run_result){
        .header =
            {
                .version = SMTPVET_VERSION,
                .libraries = runner_libraries(),
                .world = options->wire ? "wire" : "simulated",
                .seed = options->seed,
                .suite_digest = suite->digest,
                .cases = suite->len,
            },
        .cases = runner->results,
        .len = suite->len,
        .complete = true,
    };
    for (size_t i = 0; i < ret->len; i++) {
        run_counts_add(&ret->counts, ret->cases[i].verdict);
    }
    return STATUS_OK;
}

void runner_free(struct runner *runner)
{
    if (runner == NULL) {
        return;
    }
    for (size_t i = 0; i < runner->workers_len; i++) {
        arena_free(runner->workers[i].arena);
    }
    pthread_mutex_destroy(&runner->telling);
    mem_free(runner->workers);
    mem_free(runner->results);
    mem_free(runner);
}
