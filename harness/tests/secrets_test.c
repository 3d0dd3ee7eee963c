/*
 * No report of the whole suite holds a password in any form, unless it was asked for.
 */
#include "harness/tests/suite.h"
#include "reports/report.h"

static struct secret_set *passwords_of(const struct plan_suite *plan)
{
    struct secret_set *secrets = secret_set_new();
    for (size_t i = 0; i < plan->len; i++) {
        if (plan->cases[i].client.login.password != NULL) {
            secret_set_add(secrets, span_text(plan->cases[i].client.login.password));
        }
    }
    return secrets;
}

static bool leaks(const struct report_format *format, bool show)
{
    struct scenario_suite *suite = suite_load("scenarios");
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.seed = 1, .show_secrets = show}, &result);
    struct secret_set *secrets = passwords_of(scenario_suite_plan(suite));
    struct buf text;
    buf_init(&text, SUITE_LOG_MAX);
    format->write(&result, &(struct report_options){.verbosity = 2}, &text);
    ck_assert_uint_gt(text.len, 100);
    bool found = secret_set_found(secrets, buf_span(&text));
    buf_done(&text);
    secret_set_free(secrets);
    runner_free(runner);
    scenario_suite_free(suite);
    return found;
}

START_TEST(test_no_report_holds_a_password)
{
    for (const char *const *name = report_names(); *name != NULL; name++) {
        ck_assert_msg(!leaks(report_find(*name), false), "the %s report holds a password", *name);
    }
}
END_TEST

START_TEST(test_the_search_would_find_one)
{
    ck_assert(leaks(report_find("text"), true));
}
END_TEST

UNIT_MAIN(test_no_report_holds_a_password, test_the_search_would_find_one)
