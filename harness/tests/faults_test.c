/*
 * Every fault of the table is shown by a shipped scenario, and shown to matter: some case of
 * scenarios/faults fails once its server has that fault no more.
 */
#include "harness/tests/suite.h"

#define FOLDER "scenarios/faults"

static plan_fault_set faults_of(const struct plan_case *plan)
{
    return plan->server == NULL ? 0 : plan->server->faults;
}

static const struct scenario_suite *faults_suite(void)
{
    static struct scenario_suite *suite; /* for the whole process */
    if (suite == NULL) {
        suite = suite_load(FOLDER);
    }
    return suite;
}

/* Runs the cases that have `fault`, as they are or without it; how many do not pass. */
static size_t count_failing(struct arena *arena, plan_fault_set fault, bool without)
{
    const struct plan_suite *all = scenario_suite_plan(faults_suite());
    struct plan_suite some = {.digest = all->digest};
    some.cases = arena_alloc(arena, (all->len + 1) * sizeof *some.cases);
    for (size_t i = 0; i < all->len; i++) {
        if ((faults_of(&all->cases[i]) & fault) == 0) {
            continue;
        }
        struct plan_server *server = arena_alloc(arena, sizeof *server);
        *server = *all->cases[i].server;
        server->faults &= without ? ~fault : ~(plan_fault_set)0;
        some.cases[some.len] = all->cases[i];
        some.cases[some.len++].server = server;
    }
    struct run_result result;
    struct runner *runner = NULL;
    struct fail fail = {0};
    size_t failing = 0;
    const struct runner_options options = {.seed = 1, .today_s = SUITE_TODAY_S};
    ck_assert_msg(
        runner_run(&some, &options, &runner, &result, &fail) == STATUS_OK, "%s", fail.text);
    for (size_t i = 0; i < result.len; i++) {
        /* What this machine's libraries cannot show is nobody's failure. */
        bool skipped = result.cases[i].verdict == VERDICT_SKIP;
        failing += skipped ? without : result.cases[i].verdict != VERDICT_PASS;
    }
    runner_free(runner);
    return failing;
}

START_TEST(test_each_fault_has_a_scenario)
{
    const struct plan_suite *plan = scenario_suite_plan(faults_suite());
    plan_fault_set used = 0;
    for (size_t i = 0; i < plan->len; i++) {
        ck_assert_msg(faults_of(&plan->cases[i]) != 0, "%s has no fault: it stands elsewhere",
            plan->cases[i].id);
        used |= faults_of(&plan->cases[i]);
    }
    for (size_t i = 0; i < PLAN_FAULT_COUNT; i++) {
        ck_assert_msg((used & PLAN_FAULT_BIT(i)) != 0, "no scenario in " FOLDER " has %s",
            plan_fault_row(i)->name);
    }
}
END_TEST

START_TEST(test_each_fault_makes_a_difference)
{
    for (size_t i = 0; i < PLAN_FAULT_COUNT; i++) {
        struct arena *arena = arena_new();
        const char *name = plan_fault_row(i)->name;
        ck_assert_msg(count_failing(arena, PLAN_FAULT_BIT(i), false) == 0, "with %s", name);
        ck_assert_msg(count_failing(arena, PLAN_FAULT_BIT(i), true) > 0,
            "no case of " FOLDER " notices when %s is gone", name);
        arena_free(arena);
    }
}
END_TEST

/* What a row covers some case that has it says, too. */
START_TEST(test_what_a_fault_covers_is_covered)
{
    const struct plan_suite *plan = scenario_suite_plan(faults_suite());
    for (size_t i = 0; i < PLAN_FAULT_COUNT; i++) {
        struct span rest = span_text(plan_fault_row(i)->covers);
        while (rest.len > 0) {
            size_t len = span_find(rest, ' ');
            bool found = false;
            for (size_t j = 0; j < plan->len; j++) {
                const struct plan_case *one = &plan->cases[j];
                for (size_t k = 0; k < one->covers.len; k++) {
                    found = found ||
                            ((faults_of(one) & PLAN_FAULT_BIT(i)) != 0 &&
                                span_equal(span_text(one->covers.items[k]), span_first(rest, len)));
                }
            }
            ck_assert_msg(found, "no case with %s covers %.*s", plan_fault_row(i)->name, (int)len,
                (const char *)rest.data);
            rest = span_from(rest, len + 1);
        }
    }
}
END_TEST

UNIT_MAIN(test_each_fault_has_a_scenario, test_each_fault_makes_a_difference,
    test_what_a_fault_covers_is_covered)
