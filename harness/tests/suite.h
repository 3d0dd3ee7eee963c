/*
 * suite — what tests across rooms share: a loaded suite and a run of it.
 *
 * Knows: how to load and run and to fail a test with the reason. Only tests include it.
 */
#ifndef SMTPVET_TESTS_SUITE_H
#define SMTPVET_TESTS_SUITE_H

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/evidence/run_log.h"
#include "harness/runner/check.h"
#include "harness/runner/runner.h"
#include "harness/scenario/scenario.h"
#include "harness/tests/unit.h"

#define SUITE_TODAY_S INT64_C(1767225600) /* fixed: no test depends on the day */
#define SUITE_LOG_MAX ((size_t)256 * 1024 * 1024)

static inline void suite_init(void)
{
    static bool done = false;
    if (!done) {
        runner_init();
        done = true;
    }
}

static inline struct scenario_suite *suite_load(const char *path)
{
    suite_init();
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    diag_list_init(&diags);
    const struct scenario_options options = {.checks = runner_checks()};
    enum status status = scenario_load(&path, 1, &options, &diags, &suite, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    if (diags.errors > 0) {
        struct buf text;
        buf_init(&text, 4096);
        diag_show(&diags.items[0], &text);
        ck_abort_msg("%s", buf_text(&text));
    }
    diag_list_done(&diags);
    return suite;
}

static inline struct scenario_suite *suite_load_text(const char *text)
{
    suite_init();
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    diag_list_init(&diags);
    enum status status = scenario_load_text(
        "test.yaml", span_text(text), NULL, &diags, &suite, &fail);
    ck_assert_msg(status == STATUS_OK && diags.errors == 0, "%s",
        diags.len > 0 ? diags.items[0].message : fail.text);
    diag_list_done(&diags);
    return suite;
}

static inline struct runner *suite_run(const struct scenario_suite *suite,
    const struct runner_options *options, struct run_result *ret)
{
    struct runner *runner = NULL;
    struct fail fail = {0};
    struct runner_options how = *options;
    how.today_s = SUITE_TODAY_S;
    enum status status = runner_run(scenario_suite_plan(suite), &how, &runner, ret, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    return runner;
}

/* The run log of one run; the caller frees it with buf_done. */
static inline struct buf suite_log(
    const struct scenario_suite *suite, const struct runner_options *options)
{
    struct run_result result;
    struct runner *runner = suite_run(suite, options, &result);
    struct buf log;
    buf_init(&log, SUITE_LOG_MAX);
    run_log_write_header(&result.header, &log);
    for (size_t i = 0; i < result.len; i++) {
        run_log_write_case(&result.cases[i], false, &log);
    }
    run_log_write_trailer(&result.counts, result.interrupted, &log);
    runner_free(runner);
    return log;
}

#endif
