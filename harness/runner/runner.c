#include "harness/runner/runner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/judge/judge.h"
#include "harness/runner/needs.h"
#include "harness/runner/session.h"
#include "harness/tls/random.h"

#define RUNNER_NOTES_MAX 5 /* attempts that a message tells of: it is one line */

struct runner {
    const struct plan_suite *suite;
    struct runner_options options;
    struct case_result *results; /* a place for each case of the plan */
    unsigned needs_met;          /* enum plan_need bits: of those that a case has */
    atomic_size_t next;
    atomic_size_t failed; /* so far: ends the handing out of cases with --fail-fast */
    pthread_mutex_t telling;
    struct worker *workers;
    size_t workers_len;
};

static struct runner *runner_of(const struct worker *worker)
{
    return (struct runner *)((char *)worker->options - offsetof(struct runner, options));
}

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

/* A secret, and what it looks like where values are shown: reasons are masked as they are read. */
static void runner_add_secret(struct secret_set *secrets, const char *text)
{
    struct span rest = span_text(text);
    struct buf shown;
    secret_set_add(secrets, rest);
    buf_init(&shown, SIZE_MAX / 2);
    text_escape(rest, true, &shown);
    secret_set_add_form(secrets, buf_span(&shown)); /* as a name, or within a pattern */
    buf_clear(&shown);
    for (size_t quote = span_find(rest, '"'); quote < rest.len; quote = span_find(rest, '"')) {
        text_escape(span_first(rest, quote), true, &shown);
        buf_append_text(&shown, "\\\"");
        rest = span_from(rest, quote + 1);
    }
    text_escape(rest, true, &shown);
    secret_set_add_form(secrets, buf_span(&shown)); /* within quotes */
    buf_wipe(&shown);
}

/* What must never be seen: what the client logs in with, what the fake server would accept, and
 * what the scenario had from `secrets`. */
static struct secret_set *runner_secrets(const struct plan_case *plan, bool show)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_show_all(secrets, show);
    if (plan->client.login.password != NULL) {
        runner_add_secret(secrets, plan->client.login.password);
    }
    if (plan->server != NULL) {
        for (size_t i = 0; i < plan->server->auth.users_len; i++) {
            runner_add_secret(secrets, plan->server->auth.users[i].password);
        }
    }
    for (size_t i = 0; i < plan->secrets.len; i++) {
        runner_add_secret(secrets, plan->secrets.items[i]);
    }
    return secrets;
}

/* `text` as it may be seen: itself where no secret is in it. NULL stays NULL. */
static const char *runner_redact(
    struct arena *arena, const struct secret_set *secrets, const char *text)
{
    if (text == NULL || !secret_set_found(secrets, span_text(text))) {
        return text;
    }
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    secret_set_redact(secrets, span_text(text), &shown);
    const char *kept = arena_strdup(arena, buf_text(&shown));
    buf_done(&shown);
    return kept;
}

static const char **runner_redact_list(
    struct arena *arena, const struct secret_set *secrets, const struct plan_text_list *list)
{
    const char **shown = arena_alloc(arena, (list->len + 1) * sizeof *shown);
    for (size_t i = 0; i < list->len; i++) {
        shown[i] = runner_redact(arena, secrets, list->items[i]);
    }
    return shown;
}

/* Whoever writes a scenario may name a case by its password. The file's path stays: it is needed to
 * find the case again. */
static void runner_describe(struct arena *arena, const struct plan_case *plan,
    const struct secret_set *secrets, struct case_result *result)
{
    *result = (struct case_result){
        .id = runner_redact(arena, secrets, plan->id),
        .name = runner_redact(arena, secrets, plan->name),
        .requirement = runner_redact(arena, secrets, plan->requirement),
        .file = plan->mark.file,
        .line = plan->mark.line,
        .severity = plan_severity_name(plan->severity),
        .spec = runner_redact_list(arena, secrets, &plan->spec),
        .covers = runner_redact_list(arena, secrets, &plan->covers),
        .tags = runner_redact_list(arena, secrets, &plan->tags),
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

/* What was wanted is the scenario's own text, with the names of facts; the judge has masked the
 * rest, where it knew of the secrets. */
static void runner_redact_reasons(
    struct arena *arena, const struct secret_set *secrets, struct case_result *result)
{
    for (size_t i = 0; i < result->reasons_len; i++) {
        struct reason *reason = &result->reasons[i];
        reason->fact = runner_redact(arena, secrets, reason->fact);
        reason->wanted = runner_redact(arena, secrets, reason->wanted);
        reason->found = runner_redact(arena, secrets, reason->found);
    }
}

static void runner_judge(struct worker *worker, const struct plan_case *plan,
    const struct session_outcome *outcome, const struct secret_set *secrets,
    const struct fail *fail, struct case_result *result)
{
    result->facts = facts_tree(outcome->facts, worker->arena, false);
    result->transcript = outcome->transcript.entries;
    result->transcript_len = outcome->transcript.len;
    result->transcript_cut = outcome->transcript.cut;
    result->virtual_us = outcome->virtual_us;
    result->expectations = plan->expectations_len + outcome->judged;
    result->reasons = NULL; /* of an attempt before */
    result->reasons_len = 0;
    result->message = NULL;
    if (fail->class != FAIL_NONE) {
        result->verdict = VERDICT_ERROR;
        /* A file that cannot be read may be named by a secret. */
        result->message = runner_redact(
            worker->arena, secrets, arena_strdup(worker->arena, fail->text));
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
    runner_redact_reasons(worker->arena, secrets, result);
    if (result->reasons_len > 0 && runner_never_reached(plan, outcome->facts)) {
        result->verdict = VERDICT_ERROR;
        const char *problem = value_as_text(facts_value(outcome->facts, FACT_PROBLEM));
        result->message = problem == NULL ? "the server could not be reached"
                                          : runner_redact(worker->arena, secrets, problem);
        return;
    }
    result->verdict = judge_verdict(plan, result->reasons_len, worker->options->today_s);
    if (result->verdict == VERDICT_KNOWN_FAIL || result->verdict == VERDICT_FIXED) {
        result->message = runner_redact(worker->arena, secrets, plan->known_fail_reason);
    }
}

static bool runner_is_simulated(const struct runner_options *options, const struct plan_case *plan)
{
    return plan->server != NULL && (!options->wire || plan->world == PLAN_WORLD_SIMULATED) &&
           plan->world != PLAN_WORLD_WIRE;
}

/* --- attempts --- */

static bool runner_is_bad(enum verdict verdict)
{
    return verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
}

static void runner_wait_over(void *context)
{
    net_stop(context);
}

/* Before an attempt over real TCP time passes; a simulated one begins with a clock of its own. */
static void runner_wait(struct worker *worker, bool simulated, int64_t delay_us)
{
    struct net *net;
    struct fail fail = {0};
    if (simulated || delay_us == 0 ||
        worker_net(worker, false, 0, &net, &fail) != STATUS_OK) { /* then the attempt says so */
        return;
    }
    struct net_timer timer = {.function = runner_wait_over, .context = net};
    net_timer_set(net, &timer, net_now_us(net) + delay_us);
    (void)net_run(net, SESSION_EVENTS_MAX, &fail);
    net_reset(net, 0);
}

/* "attempt 1: fail (outcome: wanted sent, found refused)" */
static const char *runner_note(
    struct worker *worker, const struct case_result *result, const char *before)
{
    const struct reason *first = result->reasons_len > 0 ? &result->reasons[0] : NULL;
    const char *text = arena_printf(worker->arena, "%s%sattempt %u: %s",
        before == NULL ? "" : before, before == NULL ? "" : "; ", result->attempts,
        verdict_name(result->verdict));
    if (result->message != NULL) {
        return arena_printf(worker->arena, "%s (%s)", text, result->message);
    }
    return first == NULL ? text
                         : arena_printf(worker->arena, "%s (%s: wanted %.100s, found %.100s)", text,
                               first->fact, first->wanted, first->found);
}

static uint64_t runner_seed(const struct case_result *result)
{
    char name[32];
    if (result->attempts == 1) {
        return result->seed;
    }
    snprintf(name, sizeof name, "attempt %u", result->attempts);
    return random_derive(result->seed, span_text(name));
}

/* False where another attempt would come to the same: a limit was passed. */
static bool runner_attempt(struct worker *worker, const struct plan_case *plan, bool simulated,
    struct secret_set *secrets, struct case_result *result)
{
    struct session_outcome outcome;
    struct fail fail = {0};
    uint64_t seed = runner_seed(result);
    if (session_run(worker, plan, simulated, seed, secrets, &outcome, &fail) != STATUS_OK &&
        fail.class == FAIL_NONE) {
        (void)fail_set(&fail, FAIL_INTERNAL, "the session failed without saying why");
    }
    runner_judge(worker, plan, &outcome, secrets, &fail, result);
    return fail.class != FAIL_LIMIT;
}

/* Until it passes, or no attempt or no time is left. What came of the attempts before the last
 * stands in the message. */
static void runner_attempts(struct worker *worker, struct plan_case *plan, bool simulated,
    struct secret_set *secrets, struct case_result *result)
{
    const char *notes = NULL;
    for (;;) {
        result->attempts++;
        bool again = runner_attempt(worker, plan, simulated, secrets, result);
        plan->timeout_us -= result->virtual_us + plan->retry_delay_us;
        if (!again || !runner_is_bad(result->verdict) || result->attempts > plan->retries ||
            plan->timeout_us <= 0) {
            break;
        }
        notes = result->attempts <= RUNNER_NOTES_MAX ? runner_note(worker, result, notes) : notes;
        runner_wait(worker, simulated, plan->retry_delay_us);
    }
    if (notes != NULL && result->verdict == VERDICT_PASS) {
        result->verdict = VERDICT_FLAKY;
        result->message = arena_printf(worker->arena, "passed on attempt %u of %u; %s",
            result->attempts, plan->retries + 1, notes);
    } else if (notes != NULL) {
        result->message = result->message == NULL
                              ? notes
                              : arena_printf(worker->arena, "%s; %s", result->message, notes);
    }
}

/* Why the case is not run; NULL: it is. */
static const char *runner_skip(struct worker *worker, const struct plan_case *plan, bool simulated)
{
    const struct runner *runner = runner_of(worker);
    unsigned unmet = plan->needs & ~runner->needs_met;
    unmet &= simulated ? ~(unsigned)PLAN_NEED_IPV6 : ~0u; /* its addresses are simulated too */
    if (plan->skip_reason != NULL) {
        return plan->skip_reason;
    }
    if (worker->options->wire && plan->world == PLAN_WORLD_SIMULATED) {
        return arena_printf(worker->arena, "makes sense simulated only: %s", plan->world_reason);
    }
    return unmet == 0 ? NULL : needs_reason(worker->arena, unmet);
}

static void runner_case(
    struct worker *worker, const struct plan_case *planned, struct case_result *result)
{
    struct plan_case plan = *planned;
    if (plan.clock_s == PLAN_CLOCK_REAL) {
        plan.clock_s = worker->options->today_s;
    }
    const struct runner_options *options = worker->options;
    bool simulated = runner_is_simulated(options, &plan);
    struct secret_set *secrets = runner_secrets(&plan, options->show_secrets);
    runner_describe(worker->arena, &plan, secrets, result);
    result->world = simulated ? "simulated" : "wire";
    result->seed = plan.seed_given ? plan.seed : random_derive(options->seed, span_text(plan.id));
    const char *reason = runner_skip(worker, &plan, simulated);
    if (reason != NULL) {
        result->verdict = VERDICT_SKIP;
        result->message = runner_redact(worker->arena, secrets, reason);
    } else {
        int64_t begin_us = runner_real_us();
        runner_attempts(worker, &plan, simulated, secrets, result);
        result->elapsed_us = runner_real_us() - begin_us;
    }
    secret_set_free(secrets);
}

static bool runner_is_failure(const struct case_result *result)
{
    return verdict_is_failure(result->verdict) || result->verdict == VERDICT_ERROR;
}

/* --fail-fast: what stands behind the last failure that counts was not run, or is as if it had not
 * been, so that the log does not depend on who was faster. */
static void runner_cut(struct runner *runner)
{
    const struct runner_options *options = &runner->options;
    size_t failed = 0;
    for (size_t i = 0; i < runner->suite->len; i++) {
        const struct plan_case *plan = &runner->suite->cases[i];
        struct case_result *result = &runner->results[i];
        if (options->fail_fast == 0 || failed < options->fail_fast) {
            failed += runner_is_failure(result) ? 1 : 0;
            continue;
        }
        struct secret_set *secrets = runner_secrets(plan, options->show_secrets);
        runner_describe(runner->workers[0].arena, plan, secrets, result);
        secret_set_free(secrets);
        result->world = runner_is_simulated(options, plan) ? "simulated" : "wire";
        result->seed = plan->seed_given ? plan->seed
                                        : random_derive(options->seed, span_text(plan->id));
        result->verdict = VERDICT_SKIP;
        result->message = arena_printf(runner->workers[0].arena, "not run: %zu failed", failed);
    }
}

static void *runner_work(void *context)
{
    struct worker *worker = context;
    struct runner *runner = runner_of(worker);
    for (;;) {
        /* Cases are handed out in the plan's order: with enough failures, all that are still to be
         * handed out stand behind the last that counts. */
        bool enough = runner->options.fail_fast > 0 &&
                      atomic_load(&runner->failed) >= runner->options.fail_fast;
        size_t index = enough ? runner->suite->len : atomic_fetch_add(&runner->next, 1);
        if (index >= runner->suite->len) {
            return NULL;
        }
        runner_case(worker, &runner->suite->cases[index], &runner->results[index]);
        if (runner_is_failure(&runner->results[index])) {
            atomic_fetch_add(&runner->failed, 1);
        }
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
    unsigned needs = 0;
    for (size_t i = 0; i < suite->len; i++) {
        needs |= suite->cases[i].needs;
    }
    runner->needs_met = needs == 0 ? 0 : needs_check(needs);
    TRY(runner_start(runner, fail));
    runner_cut(runner);

    *ret = (struct run_result){
        .header =
            {
                .version = SMTPVET_VERSION,
                .libraries = runner_libraries(),
                .world = options->wire ? "wire" : "simulated",
                .seed = options->seed,
                .suite_digest = suite->digest,
                .cases = suite->len,
                .secrets_shown = options->show_secrets,
                .time_scale = options->time_scale,
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
