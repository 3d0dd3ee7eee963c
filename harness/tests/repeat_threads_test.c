/*
 * Stopping early and running again: what is reported does not depend on who was faster.
 */
#include "harness/tests/suite.h"

#define HEAD                                                                                 \
    "version: 1\nserver: {host: mail.here.com, port: 25, tls: none}\nclient: {send: true}\n" \
    "expect: {outcome: sent}\ncases:\n"
static const char mixed[] = HEAD "- {id: a}\n"
                                 "- {id: b, expect: {outcome: refused}}\n"
                                 "- {id: c}\n"
                                 "- {id: d, server: null, client: {host: mail.here.com, port: 25, "
                                 "connect_to: \"127.0.0.1:1\"}}\n"
                                 "- {id: e, skip: {reason: not now}}\n"
                                 "- {id: f, expect: {outcome: refused}}\n"
                                 "- {id: g}\n";

static const char *verdicts(const struct run_result *result)
{
    static char text[512];
    text[0] = 0;
    for (size_t i = 0; i < result->len; i++) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%s", i == 0 ? "" : " ",
            verdict_name(result->cases[i].verdict));
    }
    return text;
}

static void check_cut(unsigned jobs, size_t fail_fast, const char *wanted)
{
    struct scenario_suite *suite = suite_load_text(mixed);
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.jobs = jobs, .seed = 1, .fail_fast = fail_fast}, &result);
    ck_assert_str_eq(verdicts(&result), wanted);
    if (fail_fast == 2) {
        ck_assert_str_eq(result.cases[4].message, "not run: 2 failed");
        ck_assert_str_eq(result.cases[6].message, "not run: 2 failed");
        ck_assert_str_eq(result.cases[6].id, "test#g");
        ck_assert_ptr_null(result.cases[6].facts);
        ck_assert_uint_eq(result.counts.by_verdict[VERDICT_SKIP], 3);
    }
    runner_free(runner);
    scenario_suite_free(suite);
}

START_TEST(test_fail_fast_goes_by_the_plans_order)
{
    for (unsigned jobs = 1; jobs <= 4; jobs++) {
        check_cut(jobs, 0, "pass fail pass error skip fail pass");
        check_cut(jobs, 1, "pass fail skip skip skip skip skip");
        check_cut(jobs, 2, "pass fail pass error skip skip skip");
        check_cut(jobs, 3, "pass fail pass error skip fail skip");
        check_cut(jobs, 4, "pass fail pass error skip fail pass");
    }
}
END_TEST

START_TEST(test_the_log_is_the_same_with_any_number_of_workers)
{
    struct scenario_suite *suite = suite_load_text(mixed);
    struct buf first = suite_log(
        suite, &(struct runner_options){.jobs = 1, .seed = 1, .fail_fast = 1});
    for (unsigned jobs = 2; jobs <= 8; jobs++) {
        struct buf other = suite_log(
            suite, &(struct runner_options){.jobs = jobs, .seed = 1, .fail_fast = 1});
        ck_assert_str_eq(buf_text(&first), buf_text(&other));
        buf_done(&other);
    }
    buf_done(&first);
    scenario_suite_free(suite);
}
END_TEST

/* --- told as they come --- */

struct told {
    struct buf log;
    size_t results, ends;
};

static void tell(void *context, const struct case_result *result)
{
    struct told *told = context;
    told->results++;
    run_log_write_case(result, false, &told->log);
}

static void tell_end(void *context)
{
    ((struct told *)context)->ends++;
}

static void check_told(struct scenario_suite *suite, unsigned jobs, size_t fail_fast, bool forget)
{
    struct told told = {.results = 0};
    struct runner_options how = {.jobs = jobs,
        .seed = 1,
        .fail_fast = fail_fast,
        .forget = forget,
        .on_end = tell_end,
        .on_result = tell,
        .context = &told};
    struct run_result result;
    buf_init(&told.log, SUITE_LOG_MAX);
    struct run_header header = runner_header(scenario_suite_plan(suite), &how);
    run_log_write_header(&header, &told.log);
    struct runner *runner = suite_run(suite, &how, &result);
    run_log_write_trailer(&result.counts, false, &told.log);
    struct buf whole = suite_log(
        suite, &(struct runner_options){.jobs = 1, .seed = 1, .fail_fast = fail_fast});
    ck_assert(span_equal(buf_span(&told.log), buf_span(&whole)));
    ck_assert_uint_eq(told.results, scenario_suite_plan(suite)->len);
    ck_assert(fail_fast > 0 || told.ends == told.results);
    ck_assert_uint_eq(result.len, forget ? 0 : told.results);
    ck_assert_uint_eq(result.counts.total, told.results);
    buf_done(&whole);
    buf_done(&told.log);
    runner_free(runner);
}

static const char few[] = HEAD "- {id: a}\n"
                               "- {id: b, expect: {outcome: refused}}\n"
                               "- {id: c, skip: {reason: not now}}\n"
                               "- {id: d, expect: {outcome: refused}}\n"
                               "- {id: e}\n";
/* The first case takes longest, so that the others wait for it to be told. */
static const char many[] = HEAD
    "- {id: long, server: {network: {segment: 1}}, client: {send: {from: a@b.c, to: [d@e.f], size: "
    "1MiB}}}\n"
    "- {id: short, matrix: {n: {from: 1, to: 1500}}}\n";

START_TEST(test_results_are_told_in_the_plans_order)
{
    struct scenario_suite *small = suite_load_text(few), *large = suite_load_text(many);
    for (unsigned jobs = 1; jobs <= 8; jobs++) {
        check_told(small, jobs, 0, false);
        check_told(small, jobs, 0, true);
        check_told(small, jobs, 2, true);
    }
    check_told(large, 4, 0, true);
    scenario_suite_free(small);
    scenario_suite_free(large);
}
END_TEST

/* Chance decides: the jitter of each segment against a limit. */
static const char chance[] = HEAD
    "- {id: always}\n"
    "- {id: sometimes, server: {network: {jitter: 20s}}, client: {time_limits: {hello: 20s}}}\n"
    "- {id: never, skip: {reason: not now}}\n";

/* The first seed with which that case passes, or fails, while the next does the other thing. */
static uint64_t seed_that(enum verdict wanted)
{
    struct scenario_suite *suite = suite_load_text(chance);
    enum verdict before = VERDICT_SKIP;
    uint64_t seed = 1;
    for (;; seed++) {
        ck_assert_uint_lt(seed, 100);
        struct run_result result;
        struct runner *runner = suite_run(
            suite, &(struct runner_options){.jobs = 1, .seed = seed}, &result);
        enum verdict verdict = result.cases[1].verdict;
        runner_free(runner);
        if (before == wanted && verdict != wanted) {
            break;
        }
        before = verdict;
    }
    scenario_suite_free(suite);
    return seed - 1;
}

static void check_repeat(
    uint64_t seed, size_t times, size_t fail_fast, void (*check)(const struct run_result *))
{
    struct scenario_suite *suite = suite_load_text(chance);
    struct run_result result;
    struct runner *runner = suite_run(suite,
        &(struct runner_options){.jobs = 2, .seed = seed, .fail_fast = fail_fast, .repeat = times},
        &result);
    check(&result);
    runner_free(runner);
    scenario_suite_free(suite);
}

static int64_t number_behind(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    int64_t number = 0;
    ck_assert_msg(at != NULL, "'%s' is not in: %s", words, text);
    at += strlen(words);
    ck_assert(text_integer(span_of(at, strspn(at, "0123456789")), &number));
    return number;
}

static void check_differing(const struct run_result *result)
{
    ck_assert_str_eq(verdicts(result), "pass fail skip");
    ck_assert_ptr_null(result->cases[0].message);
    const char *message = result->cases[1].message;
    ck_assert_ptr_nonnull(message);
    int64_t passed = number_behind(message, ": pass in "),
            failed = number_behind(message, "fail in ");
    uint64_t passed_seed = (uint64_t)number_behind(strstr(message, "pass"), "(seed ");
    uint64_t failed_seed = (uint64_t)number_behind(strstr(message, "fail"), "(seed ");
    ck_assert_int_eq(passed + failed, 20);
    ck_assert_uint_eq(passed_seed < failed_seed ? passed_seed : failed_seed, result->header.seed);
    ck_assert_uint_eq(result->cases[1].reasons_len, 1); /* of the run that failed */
    ck_assert_str_eq(result->cases[2].message, "not now");
    ck_assert_uint_eq(result->counts.by_verdict[VERDICT_FAIL], 1);
    ck_assert_uint_eq(result->counts.total, 3);
}

static void check_once(const struct run_result *result)
{
    for (size_t i = 0; i + 1 < result->len; i++) {
        ck_assert_ptr_null(result->cases[i].message);
    }
}

static void check_stopped(const struct run_result *result)
{
    char wanted[200];
    snprintf(wanted, sizeof wanted,
        "differs from run to run: pass in 1 (seed %llu), fail in 1 (seed %llu)",
        (unsigned long long)result->header.seed, (unsigned long long)result->header.seed + 1);
    ck_assert_int_eq(result->cases[1].verdict, VERDICT_FAIL);
    ck_assert_str_eq(result->cases[1].message, wanted); /* and no run behind the one that failed */
}

/* One that passes at once in the first run, and in a later one on a retry, is no plain pass. */
START_TEST(test_repeat_tells_of_a_flaky_case)
{
    char text[sizeof chance + 64];
    snprintf(text, sizeof text, "%s%s", "retry: {count: 30, delay: 1s}\n", chance);
    struct scenario_suite *suite = suite_load_text(text);
    struct run_result result;
    struct runner *runner = suite_run(suite,
        &(struct runner_options){.jobs = 2, .seed = seed_that(VERDICT_PASS), .repeat = 20},
        &result);
    ck_assert_str_eq(verdicts(&result), "pass flaky skip");
    ck_assert_ptr_nonnull(strstr(result.cases[1].message, "differs from run to run: pass in "));
    ck_assert_uint_eq(result.counts.by_verdict[VERDICT_FLAKY], 1);
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

START_TEST(test_repeat)
{
    uint64_t passes = seed_that(VERDICT_PASS), fails = seed_that(VERDICT_FAIL);
    check_repeat(passes, 20, 0, check_differing); /* the result is that of a later run */
    check_repeat(fails, 20, 0, check_differing);
    check_repeat(passes, 1, 0, check_once);
    check_repeat(passes, 100, 1, check_stopped);
}
END_TEST

/* Asks for the end once so many cases have ended. */
struct stop {
    size_t ended, at;
};

static void stop_count(void *context)
{
    ((struct stop *)context)->ended++;
}

static bool stop_is_due(void *context)
{
    const struct stop *stop = context;
    return stop->ended >= stop->at;
}

static void check_stop(size_t at, size_t times, bool interrupted, const char *wanted)
{
    struct scenario_suite *suite = suite_load_text(mixed);
    struct run_result result;
    struct stop stop = {.at = at};
    struct runner *runner = suite_run(suite,
        &(struct runner_options){.jobs = 1,
            .seed = 1,
            .repeat = times,
            .on_end = stop_count,
            .stopped = stop_is_due,
            .context = &stop},
        &result);
    ck_assert_str_eq(verdicts(&result), wanted);
    ck_assert_int_eq(result.interrupted, interrupted);
    ck_assert_uint_eq(result.counts.total, 7);
    ck_assert_uint_eq(stop.ended, at > 7 ? 7 : at);
    if (at == 2) {
        ck_assert_str_eq(result.cases[6].message, "not run: the run was interrupted");
        ck_assert_str_eq(result.cases[6].id, "test#g");
    }
    runner_free(runner);
    scenario_suite_free(suite);
}

START_TEST(test_a_run_that_is_stopped)
{
    check_stop(0, 1, true, "skip skip skip skip skip skip skip");
    check_stop(2, 1, true, "pass fail skip skip skip skip skip");
    check_stop(2, 5, true, "pass fail skip skip skip skip skip");
    check_stop(7, 1, false, "pass fail pass error skip fail pass"); /* too late */
    check_stop(100, 2, false, "pass fail pass error skip fail pass");
}
END_TEST

/* Asked before the case and between its runs. */
static bool stop_is_due_soon(void *context)
{
    return ++((struct stop *)context)->ended > 3;
}

START_TEST(test_repetitions_that_are_stopped)
{
    struct scenario_suite *suite = suite_load_text(HEAD "- {id: a}\n");
    struct run_result result;
    struct stop stop = {0};
    struct runner *runner = suite_run(suite,
        &(struct runner_options){
            .jobs = 1, .seed = 1, .repeat = 100, .stopped = stop_is_due_soon, .context = &stop},
        &result);
    ck_assert_str_eq(verdicts(&result), "pass");
    ck_assert(result.interrupted);
    ck_assert_uint_le(stop.ended, 5);
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

UNIT_MAIN(test_repeat_tells_of_a_flaky_case, test_a_run_that_is_stopped,
    test_repetitions_that_are_stopped, test_fail_fast_goes_by_the_plans_order,
    test_the_log_is_the_same_with_any_number_of_workers, test_results_are_told_in_the_plans_order,
    test_repeat)
