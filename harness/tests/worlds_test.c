/*
 * Every shipped scenario in both worlds: the same verdict and the same facts. On real TCP waits are
 * divided, so that RFC 5321's minutes fit into a test.
 */
#include "harness/tests/suite.h"

#define SCENARIOS "scenarios"
#define TIME_SCALE 1000 /* five minutes in 0.3 seconds */

static void show_facts(const struct case_result *result, struct buf *out)
{
    buf_printf(out, "%s", verdict_name(result->verdict));
    for (size_t i = 0; i < result->reasons_len; i++) {
        buf_printf(out, "; %s: wanted %s, found %s", result->reasons[i].fact,
            result->reasons[i].wanted, result->reasons[i].found);
    }
    if (result->message != NULL) {
        buf_printf(out, "; %s", result->message);
    }
    if (result->facts != NULL) {
        buf_append_byte(out, '\n');
        value_show(result->facts, out);
    }
}

START_TEST(test_every_scenario_is_the_same_in_both_worlds)
{
    struct scenario_suite *suite = suite_load(SCENARIOS);
    const struct plan_suite *plan = scenario_suite_plan(suite);
    struct run_result simulated, wire;
    struct runner *runners[2];
    runners[0] = suite_run(suite, &(struct runner_options){.seed = 3}, &simulated);
    runners[1] = suite_run(
        suite, &(struct runner_options){.seed = 3, .wire = true, .time_scale = TIME_SCALE}, &wire);
    size_t compared = 0, only_one_world = 0, different = 0;
    for (size_t i = 0; i < plan->len; i++) {
        if (plan->cases[i].world != PLAN_WORLD_ANY || plan->cases[i].skip_reason != NULL ||
            plan->cases[i].server == NULL) {
            only_one_world++;
            continue;
        }
        const struct case_result *a = &simulated.cases[i], *b = &wire.cases[i];
        ck_assert_str_eq(a->world, "simulated");
        ck_assert_str_eq(b->world, "wire");
        ck_assert_ptr_nonnull(a->facts);
        ck_assert_ptr_nonnull(b->facts);
        compared++;
        if (a->verdict != b->verdict || !value_equal(a->facts, b->facts)) {
            struct buf text;
            buf_init(&text, 1024 * 1024);
            buf_printf(&text, "\n%s differs\nsimulated: ", a->id);
            show_facts(a, &text);
            buf_append_text(&text, "\nwire: ");
            show_facts(b, &text);
            fprintf(stderr, "%s\n", buf_text(&text));
            buf_done(&text);
            different++;
        }
    }
    printf("%zu cases compared in both worlds, %zu make sense in one only\n", compared,
        only_one_world);
    ck_assert_uint_ge(compared, 40);
    ck_assert_msg(
        different == 0, "%zu of %zu cases differ between the worlds", different, compared);
    runner_free(runners[0]);
    runner_free(runners[1]);
    scenario_suite_free(suite);
}
END_TEST

START_TEST(test_every_scenario_passes)
{
    struct scenario_suite *suite = suite_load(SCENARIOS);
    struct run_result result;
    struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 1}, &result);
    for (size_t i = 0; i < result.len; i++) {
        struct buf text;
        buf_init(&text, 1024 * 1024);
        show_facts(&result.cases[i], &text);
        ck_assert_msg(result.cases[i].verdict == VERDICT_PASS ||
                          result.cases[i].verdict == VERDICT_SKIP ||
                          result.cases[i].verdict == VERDICT_KNOWN_FAIL,
            "%s: %s", result.cases[i].id, buf_text(&text));
        buf_done(&text);
    }
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

UNIT_MAIN(test_every_scenario_is_the_same_in_both_worlds, test_every_scenario_passes)
