/*
 * The same seed, files and version give the same run log, byte for byte: twice in a row, and with
 * one worker or four. Under ThreadSanitizer this is also the test of the workers.
 */
#include "harness/tests/suite.h"

#define SCENARIOS "scenarios"

static void same_log(unsigned jobs_a, unsigned jobs_b, uint64_t seed_b, bool expect_same)
{
    struct scenario_suite *suite = suite_load(SCENARIOS);
    struct buf a = suite_log(suite, &(struct runner_options){.jobs = jobs_a, .seed = 7});
    struct buf b = suite_log(suite, &(struct runner_options){.jobs = jobs_b, .seed = seed_b});
    ck_assert_uint_gt(a.len, 1000);
    bool same = span_equal(buf_span(&a), buf_span(&b));
    ck_assert_msg(same == expect_same, "logs of -j%u and -j%u under seeds 7 and %llu: %s", jobs_a,
        jobs_b, (unsigned long long)seed_b, same ? "equal" : "differ");
    buf_done(&a);
    buf_done(&b);
    scenario_suite_free(suite);
}

START_TEST(test_two_runs_give_the_same_log)
{
    same_log(1, 1, 7, true);
}
END_TEST

START_TEST(test_the_number_of_workers_does_not_show)
{
    same_log(1, 4, 7, true);
}
END_TEST

START_TEST(test_another_seed_shows)
{
    same_log(1, 1, 8, false); /* else the two tests above would compare nothing */
}
END_TEST

START_TEST(test_results_stand_in_the_order_of_the_plan)
{
    struct scenario_suite *suite = suite_load(SCENARIOS);
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.jobs = 4, .seed = 1}, &result);
    const struct plan_suite *plan = scenario_suite_plan(suite);
    ck_assert_uint_eq(result.len, plan->len);
    for (size_t i = 0; i < result.len; i++) {
        ck_assert_str_eq(result.cases[i].id, plan->cases[i].id);
    }
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

UNIT_MAIN(test_two_runs_give_the_same_log, test_the_number_of_workers_does_not_show,
    test_another_seed_shows, test_results_stand_in_the_order_of_the_plan)
