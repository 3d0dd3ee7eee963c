#include "fake-server/fake_script.h"

static enum status fake_script_compile(const struct plan_rule *plan, const char *pattern,
    bool caseless, struct match_pattern **ret, struct fail *fail)
{
    struct fail why = {0};
    *ret = match_pattern_new(span_text(pattern), caseless, &why);
    if (*ret == NULL) {
        return fail_set(fail, why.class, "%s:%u: the rule's pattern '%s': %s",
            plan->mark.file == NULL ? "script" : plan->mark.file, plan->mark.line, pattern,
            why.text);
    }
    return STATUS_OK;
}

static enum status fake_script_rule_init(
    struct fake_rule *rule, const struct plan_rule *plan, struct fail *fail)
{
    rule->plan = plan;
    rule->edits = mem_zalloc(plan->actions_len + 1, sizeof(struct match_pattern *));
    if (plan->match != NULL) {
        TRY(fake_script_compile(plan, plan->match, true, &rule->match, fail));
    }
    for (size_t i = 0; i < plan->actions_len; i++) {
        const struct plan_action *action = &plan->actions[i];
        if (action->kind == PLAN_ACTION_EDIT && action->find != NULL) {
            TRY(fake_script_compile(plan, action->find, false, &rule->edits[i], fail));
        }
    }
    return STATUS_OK;
}

enum status fake_script_init(
    struct fake_script *script, const struct plan_server *plan, struct fail *fail)
{
    *script = (struct fake_script){
        .rules = mem_zalloc(plan->script_len + 1, sizeof(struct fake_rule)),
        .len = plan->script_len,
    };
    for (size_t i = 0; i < plan->script_len; i++) {
        TRY(fake_script_rule_init(&script->rules[i], &plan->script[i], fail));
    }
    return STATUS_OK;
}

void fake_script_done(struct fake_script *script)
{
    for (size_t i = 0; i < script->len; i++) {
        struct fake_rule *rule = &script->rules[i];
        match_pattern_free(rule->match);
        for (size_t j = 0; rule->edits != NULL && j < rule->plan->actions_len; j++) {
            match_pattern_free(rule->edits[j]);
        }
        mem_free(rule->edits);
    }
    mem_free(script->rules);
    *script = (struct fake_script){0};
}

void fake_script_counts_init(struct fake_script_counts *counts, const struct fake_script *script)
{
    counts->met = mem_zalloc(script->len + 1, sizeof(unsigned));
}

void fake_script_counts_done(struct fake_script_counts *counts)
{
    mem_free(counts->met);
    counts->met = NULL;
}

/* `after: 0` of a body means its first octet: nothing can be said of a body that has not begun. */
static int64_t fake_script_threshold(const struct plan_rule *rule, enum plan_moment moment)
{
    if (moment == PLAN_MOMENT_IDLE) {
        return rule->idle_us;
    }
    return rule->body_after < 1 ? 1 : rule->body_after;
}

static bool fake_script_on(const struct plan_rule *rule, const struct fake_moment *moment)
{
    for (size_t i = 0; i < rule->on_len; i++) {
        const struct plan_moment_at *on = &rule->on[i];
        if (moment->kind == PLAN_MOMENT_COMMAND) {
            if (on->moment == PLAN_MOMENT_ANY ||
                (on->moment == PLAN_MOMENT_UNKNOWN && !moment->known) ||
                (on->moment == PLAN_MOMENT_COMMAND &&
                    span_equal(moment->verb, span_text(on->verb)))) {
                return true;
            }
        } else if (on->moment == moment->kind) {
            bool by_amount = on->moment == PLAN_MOMENT_BODY || on->moment == PLAN_MOMENT_IDLE;
            if (!by_amount || fake_script_threshold(rule, on->moment) == moment->reached) {
                return true;
            }
        }
    }
    return false;
}

static bool fake_script_nth(const struct plan_rule *rule, unsigned count)
{
    for (size_t i = 0; i < rule->nth_len; i++) {
        const struct plan_range *range = &rule->nth[i];
        if (count >= range->first && (range->last == 0 || count <= range->last)) {
            return true;
        }
    }
    return rule->nth_len == 0;
}

/* All narrowings but nth. A pattern that gave up has not matched, and is told. */
static bool fake_script_meets(struct fake_script_counts *counts, const struct fake_rule *rule,
    const struct fake_moment *moment)
{
    const struct plan_rule *plan = rule->plan;
    if (!fake_script_on(plan, moment) ||
        (plan->connection != 0 && plan->connection != moment->connection) ||
        (plan->tls >= 0 && (plan->tls > 0) != moment->tls)) {
        return false;
    }
    if (rule->match != NULL && counts->gave_up != NULL) {
        return false; /* the case is lost: thousands of such patterns take no longer than one */
    }
    enum match_result result = rule->match == NULL
                                   ? MATCH_YES
                                   : match_pattern_find(rule->match, moment->line, NULL, NULL);
    if (result == MATCH_GAVE_UP) {
        counts->gave_up = plan;
    }
    return result == MATCH_YES;
}

const struct fake_rule *fake_script_match(const struct fake_script *script,
    struct fake_script_counts *counts, const struct fake_moment *moment)
{
    const struct fake_rule *first = NULL;
    for (size_t i = 0; i < script->len; i++) {
        if (!fake_script_meets(counts, &script->rules[i], moment)) {
            continue;
        }
        counts->met[i]++;
        if (first == NULL && fake_script_nth(script->rules[i].plan, counts->met[i])) {
            first = &script->rules[i];
        }
    }
    return first;
}

bool fake_script_has(const struct fake_script *script, enum plan_moment moment)
{
    for (size_t i = 0; i < script->len; i++) {
        const struct plan_rule *rule = script->rules[i].plan;
        for (size_t j = 0; j < rule->on_len; j++) {
            if (rule->on[j].moment == moment) {
                return true;
            }
        }
    }
    return false;
}

bool fake_script_does(const struct fake_script *script, enum plan_action_kind action)
{
    for (size_t i = 0; i < script->len; i++) {
        const struct plan_rule *rule = script->rules[i].plan;
        for (size_t j = 0; j < rule->actions_len; j++) {
            if (rule->actions[j].kind == action) {
                return true;
            }
        }
    }
    return false;
}

int64_t fake_script_next(const struct fake_script *script, enum plan_moment moment, int64_t reached)
{
    int64_t next = FAKE_SCRIPT_NEVER;
    for (size_t i = 0; i < script->len; i++) {
        const struct plan_rule *rule = script->rules[i].plan;
        for (size_t j = 0; j < rule->on_len; j++) {
            int64_t threshold = fake_script_threshold(rule, moment);
            if (rule->on[j].moment == moment && threshold > reached && threshold < next) {
                next = threshold;
            }
        }
    }
    return next;
}
