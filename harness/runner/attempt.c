#include "harness/runner/attempt.h"

#include <stdio.h>
#include <time.h>

#include "harness/base/units.h"
#include "harness/judge/judge.h"
#include "harness/runner/mask.h"
#include "harness/runner/needs.h"
#include "harness/runner/session.h"

#define ATTEMPT_NOTES_MAX 5 /* that a message has: it is one line */

static int64_t attempt_real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * UNITS_US_PER_S + now.tv_nsec / 1000;
}

/* A failure as it may be seen: a file that cannot be read may be named by a secret. A text that
 * fills its place was cut. */
static const char *attempt_redact_fail(
    struct arena *arena, const struct secret_set *secrets, const struct fail *fail)
{
    struct span text = span_text(fail->text);
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    if (text.len == FAIL_TEXT_MAX - 1) {
        secret_set_redact_stump(secrets, text, &shown);
    } else {
        secret_set_redact(secrets, text, &shown);
    }
    const char *kept = arena_strdup(arena, buf_text(&shown));
    buf_done(&shown);
    return kept;
}

static const char **attempt_redact_list(
    struct arena *arena, const struct secret_set *secrets, const struct plan_text_list *list)
{
    const char **shown = arena_alloc(arena, (list->len + 1) * sizeof *shown);
    for (size_t i = 0; i < list->len; i++) {
        shown[i] = mask_text(arena, secrets, list->items[i]);
    }
    return shown;
}

/* Whoever writes a scenario may name a case by its password. The file's path stays: it is needed to
 * find the case again. */
static void attempt_describe(struct worker *worker, const struct plan_case *plan,
    const struct secret_set *secrets, struct case_result *result)
{
    struct arena *arena = worker->arena;
    *result = (struct case_result){
        .id = mask_text(arena, secrets, plan->id),
        .name = mask_text(arena, secrets, plan->name),
        .requirement = mask_text(arena, secrets, plan->requirement),
        .file = plan->mark.file,
        .line = plan->mark.line,
        .within = plan->within,
        .given = arena_alloc(arena, (plan->given.len + 1) * sizeof *result->given),
        .given_len = plan->given.len,
        .severity = plan_severity_name(plan->severity),
        .spec = attempt_redact_list(arena, secrets, &plan->spec),
        .covers = attempt_redact_list(arena, secrets, &plan->covers),
        .tags = attempt_redact_list(arena, secrets, &plan->tags),
        .spec_len = plan->spec.len,
        .covers_len = plan->covers.len,
        .tags_len = plan->tags.len,
    };
    for (size_t i = 0; i < plan->given.len; i++) {
        result->given[i] = mask_given_shown(worker->given, plan->given.items[i]);
    }
}

/* Against a real server, not to have reached it says nothing about the server. */
static bool attempt_never_reached(const struct plan_case *plan, const struct facts *facts)
{
    const char *outcome = value_as_text(facts_value(facts, FACT_OUTCOME));
    const struct value *connections = facts_value(facts, FACT_CONNECTIONS_COUNT);
    bool before = connections != NULL && connections->integer > 1; /* the last was not reached */
    return plan->server == NULL && !before && outcome != NULL &&
           strcmp(outcome, "unreachable") == 0;
}

/* What was wanted is the scenario's own text, with the names of facts; the judge has masked the
 * rest, where it knew of the secrets. */
static void attempt_redact_reasons(
    struct arena *arena, const struct secret_set *secrets, struct case_result *result)
{
    for (size_t i = 0; i < result->reasons_len; i++) {
        struct reason *reason = &result->reasons[i];
        reason->fact = mask_text(arena, secrets, reason->fact);
        reason->wanted = mask_text(arena, secrets, reason->wanted);
        reason->found = mask_text(arena, secrets, reason->found);
    }
}

static void attempt_judge(struct worker *worker, const struct plan_case *plan,
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
        result->message = attempt_redact_fail(worker->arena, secrets, fail);
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
    attempt_redact_reasons(worker->arena, secrets, result);
    if (attempt_never_reached(plan, outcome->facts) && !judge_expects_unreachable(plan)) {
        result->verdict = VERDICT_ERROR;
        const struct value *problem = facts_value(outcome->facts, FACT_PROBLEM);
        result->message = problem == NULL ? "the server could not be reached"
                                          : mask_text(worker->arena, secrets,
                                                value_as_text(value_shown(problem)));
        return;
    }
    result->verdict = judge_verdict(plan, result->reasons_len, worker->options->today_s);
    if (result->verdict == VERDICT_KNOWN_FAIL || result->verdict == VERDICT_FIXED) {
        result->message = mask_text(worker->arena, secrets, plan->known_fail_reason);
    }
}

static bool attempt_is_simulated(const struct runner_options *options, const struct plan_case *plan)
{
    return plan->server != NULL && (!options->wire || plan->world == PLAN_WORLD_SIMULATED) &&
           plan->world != PLAN_WORLD_WIRE;
}

/* --- attempts --- */

static bool attempt_is_bad(enum verdict verdict)
{
    return verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
}

static void attempt_wait_over(void *context)
{
    net_stop(context);
}

/* Before an attempt over real TCP time passes; a simulated one begins with a clock of its own. */
static void attempt_wait(struct worker *worker, bool simulated, int64_t delay_us)
{
    struct net *net;
    struct fail fail = {0};
    if (simulated || delay_us == 0 ||
        worker_net(worker, false, 0, &net, &fail) != STATUS_OK) { /* then the attempt says so */
        return;
    }
    struct net_timer timer = {.function = attempt_wait_over, .context = net};
    net_timer_set(net, &timer, net_now_us(net) + delay_us);
    (void)net_run(net, SESSION_EVENTS_MAX, &fail);
    net_reset(net, 0);
}

/* What came of the attempts before the last one. Those that follow each other and came to the same
 * are told as one. */
struct attempt_notes {
    const char *told; /* NULL: nothing yet */
    const char *last; /* what attempts `from` to `to` came to; NULL: there was none */
    unsigned from, to;
    size_t len;
};

/* "attempt 1: error (connection refused); attempts 2 to 4: fail (outcome: ...)" */
static const char *attempt_notes_text(struct worker *worker, const struct attempt_notes *notes)
{
    const char *told = notes->told == NULL ? "" : notes->told;
    const char *join = notes->told == NULL ? "" : "; ";
    if (notes->last == NULL) {
        return notes->told;
    }
    return notes->from == notes->to ? arena_printf(worker->arena, "%s%sattempt %u: %s", told, join,
                                          notes->from, notes->last)
                                    : arena_printf(worker->arena, "%s%sattempts %u to %u: %s", told,
                                          join, notes->from, notes->to, notes->last);
}

/* "fail (outcome: wanted sent, found refused)" */
static const char *attempt_outcome(struct worker *worker, const struct case_result *result)
{
    const struct reason *first = result->reasons_len > 0 ? &result->reasons[0] : NULL;
    const char *verdict = verdict_name(result->verdict);
    if (result->message != NULL) {
        return arena_printf(worker->arena, "%s (%s)", verdict, result->message);
    }
    return first == NULL ? verdict
                         : arena_printf(worker->arena, "%s (%s: wanted %.100s, found %.100s)",
                               verdict, first->fact, first->wanted, first->found);
}

static void attempt_note(
    struct worker *worker, const struct case_result *result, struct attempt_notes *notes)
{
    const char *outcome = attempt_outcome(worker, result);
    if (notes->last != NULL && strcmp(notes->last, outcome) == 0) {
        notes->to = result->attempts;
    } else if (notes->len < ATTEMPT_NOTES_MAX) {
        notes->told = attempt_notes_text(worker, notes);
        notes->last = outcome;
        notes->from = notes->to = result->attempts;
        notes->len++;
    }
}

static uint64_t attempt_seed(const struct case_result *result)
{
    char name[32];
    if (result->attempts == 1) {
        return result->seed;
    }
    snprintf(name, sizeof name, "attempt %u", result->attempts);
    return random_derive(result->seed, span_text(name));
}

/* False where another attempt would come to the same: a limit was passed. */
static bool attempt_once(struct worker *worker, const struct plan_case *plan, bool simulated,
    struct secret_set *secrets, struct case_result *result)
{
    struct session_outcome outcome;
    struct fail fail = {0};
    uint64_t seed = attempt_seed(result);
    if (session_run(worker, plan, simulated, seed, secrets, &outcome, &fail) != STATUS_OK &&
        fail.class == FAIL_NONE) {
        (void)fail_set(&fail, FAIL_INTERNAL, "the session failed without saying why");
    }
    attempt_judge(worker, plan, &outcome, secrets, &fail, result);
    return fail.class != FAIL_LIMIT;
}

/* Until it passes, or no attempt or no time is left. What came of the attempts before the last
 * stands in the message. */
static void attempt_all(struct worker *worker, struct plan_case *plan, bool simulated,
    struct secret_set *secrets, struct case_result *result)
{
    struct attempt_notes noted = {0};
    for (;;) {
        result->attempts++;
        bool again = attempt_once(worker, plan, simulated, secrets, result);
        plan->timeout_us -= result->virtual_us + plan->retry_delay_us;
        if (!again || !attempt_is_bad(result->verdict) || result->attempts > plan->retries ||
            plan->timeout_us <= 0) {
            break;
        }
        attempt_note(worker, result, &noted);
        attempt_wait(worker, simulated, plan->retry_delay_us);
    }
    const char *notes = attempt_notes_text(worker, &noted);
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
static const char *attempt_why_not(
    struct worker *worker, const struct plan_case *plan, bool simulated)
{
    unsigned unmet = plan->needs & ~worker->needs_met;
    unmet &= simulated ? ~(unsigned)PLAN_NEED_IPV6 : ~0u; /* its addresses are simulated too */
    if (plan->skip_reason != NULL) {
        return plan->skip_reason;
    }
    if (worker->options->wire && plan->world == PLAN_WORLD_SIMULATED) {
        return arena_printf(worker->arena, "makes sense simulated only: %s", plan->world_reason);
    }
    return unmet == 0 ? NULL : needs_reason(worker->arena, unmet);
}

/* What is true of a case before it runs, and where it does not. */
static struct secret_set *attempt_begin(
    struct worker *worker, const struct plan_case *plan, uint64_t seed, struct case_result *result)
{
    const struct runner_options *options = worker->options;
    struct secret_set *secrets = mask_secrets(plan, worker->given, options->show_secrets);
    attempt_describe(worker, plan, secrets, result);
    result->world = attempt_is_simulated(options, plan) ? "simulated" : "wire";
    result->seed = plan->seed_given ? plan->seed : random_derive(seed, span_text(plan->id));
    return secrets;
}

void attempt_case(struct worker *worker, const struct plan_case *planned, uint64_t seed,
    struct case_result *result)
{
    struct plan_case plan = *planned;
    worker->connections_before = 0;
    if (plan.clock_s == PLAN_CLOCK_REAL) {
        plan.clock_s = worker->options->today_s;
    }
    bool simulated = attempt_is_simulated(worker->options, &plan);
    struct secret_set *secrets = attempt_begin(worker, &plan, seed, result);
    const char *reason = attempt_why_not(worker, &plan, simulated);
    if (reason != NULL) {
        result->verdict = VERDICT_SKIP;
        result->message = mask_text(worker->arena, secrets, reason);
    } else {
        int64_t begin_us = attempt_real_us();
        attempt_all(worker, &plan, simulated, secrets, result);
        result->elapsed_us = attempt_real_us() - begin_us;
    }
    secret_set_free(secrets);
}

void attempt_skip(struct worker *worker, const struct plan_case *plan, uint64_t seed,
    const char *reason, struct case_result *result)
{
    secret_set_free(attempt_begin(worker, plan, seed, result));
    result->verdict = VERDICT_SKIP;
    result->message = reason;
}
