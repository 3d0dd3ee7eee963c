/*
 * What of a scenario the runner acts on around a session: `retry`, `timeout`, `needs`, `secrets`.
 */
#include "harness/runner/needs.h"
#include "harness/tests/suite.h"

#define LINE_US 1000000

/* The greeting comes on the connection, and so in the attempt, that the rule does not hold up. */
#define HEAD                                                                                   \
    "version: 1\nserver: {host: a.test, port: 25, tls: none, network: {jitter: 10s, latency: " \
    "1ms}}\nclient: {ssl_mode: none}\nexpect: {outcome: negotiated}\n"

static void run(const char *text, const struct runner_options *options, struct run_result *ret,
    struct runner **ret_runner, struct scenario_suite **ret_suite)
{
    *ret_suite = suite_load_text(text);
    *ret_runner = suite_run(*ret_suite, options, ret);
}

/* Whether a whole session fits into a few seconds of `timing.total` is a matter of its seed: with
 * enough attempts one does. */
START_TEST(test_passing_on_a_retry_is_flaky)
{
    struct run_result result;
    struct runner *runner;
    struct scenario_suite *suite;
    bool flaky = false;
    for (uint64_t seed = 1; seed < 20 && !flaky; seed++) {
        run("version: 1\nserver: {host: a.test, port: 25, tls: none, network: {jitter: 10s}}\n"
            "client: {ssl_mode: none}\nretry: {count: 30, delay: 1s}\n"
            "expect: {outcome: negotiated, timing.total: {at_most: 25s}}\n",
            &(struct runner_options){.seed = seed}, &result, &runner, &suite);
        const struct case_result *one = &result.cases[0];
        if (one->attempts > 1 && one->verdict == VERDICT_FLAKY) {
            char begin[64];
            flaky = true;
            snprintf(begin, sizeof begin,
                "passed on attempt %u of 31; attempt 1: fail (timing.total", one->attempts);
            ck_assert_msg(strncmp(one->message, begin, strlen(begin)) == 0, "%s", one->message);
            ck_assert_uint_eq(one->reasons_len, 0);
            ck_assert_int_eq(run_counts_exit_code(&result.counts), 0);
        } else {
            ck_assert_uint_eq(one->attempts, 1);
            ck_assert_int_eq(one->verdict, VERDICT_PASS);
        }
        runner_free(runner);
        scenario_suite_free(suite);
    }
    ck_assert(flaky);
}
END_TEST

/* Connections are counted within the case: what a server does to the first is over on a retry. */
START_TEST(test_connections_are_counted_over_attempts)
{
    static const char *const servers[] = {
        "faults: [greylists-first]",
        "script: [{on: greeting, connection: 1, reply: \"554 no\"}]",
        "script: [{on: MAIL, connection: 1, reply: \"451 later\"}]",
    };
    for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
        char text[1024];
        struct run_result result;
        struct runner *runner;
        struct scenario_suite *suite;
        snprintf(text, sizeof text,
            "version: 1\nserver: {host: a.test, port: 25, tls: none, %s}\n"
            "client: {ssl_mode: none, send: true}\nretry: {count: 2, delay: 1s}\n"
            "expect: {outcome: sent, server.saw.connections: 1}\ncases: [{id: a}, {id: b}]\n",
            servers[i]);
        run(text, &(struct runner_options){.seed = 1, .jobs = 1}, &result, &runner, &suite);
        for (size_t j = 0; j < result.len; j++) { /* the second case begins anew */
            ck_assert_msg(result.cases[j].verdict == VERDICT_FLAKY && result.cases[j].attempts == 2,
                "%s: %s after %u", servers[i], verdict_name(result.cases[j].verdict),
                result.cases[j].attempts);
        }
        runner_free(runner);
        scenario_suite_free(suite);
    }
}
END_TEST

START_TEST(test_attempts_that_came_to_the_same_are_told_as_one)
{
    struct run_result result;
    struct runner *runner;
    struct scenario_suite *suite;
    run("version: 1\nserver: {host: a.test, port: 25, tls: none}\nclient: {ssl_mode: none}\n"
        "retry: {count: 3, delay: 1s}\nexpect: {outcome: refused}\n",
        &(struct runner_options){.seed = 1}, &result, &runner, &suite);
    ck_assert_str_eq(result.cases[0].message,
        "attempts 1 to 3: fail (outcome: wanted refused, found negotiated)");
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

START_TEST(test_as_often_as_it_says)
{
    static const struct {
        const char *text;
        unsigned attempts;
        enum verdict verdict;
    } rows[] = {
        {"", 1, VERDICT_FAIL},
        {"retry: {count: 2}\n", 3, VERDICT_FAIL},
        {"retry: {count: 1, delay: 1h}\ntimeout: 1d\n", 2, VERDICT_FAIL},
        {"retry: {count: 5, delay: 10s}\ntimeout: 25s\n", 3, VERDICT_FAIL},
        {"retry: {count: 2}\nknown_fail: {reason: x}\n", 1, VERDICT_KNOWN_FAIL},
        {"retry: {count: 2}\nknown_fail: {reason: x, until: 2025-01-01}\n", 3, VERDICT_FAIL},
        {"retry: {count: 2}\nknown_fail: {reason: x, until: 2026-01-02}\n", 1, VERDICT_KNOWN_FAIL},
        {"retry: {count: 2}\nskip: {reason: x}\n", 0, VERDICT_SKIP},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[512];
        struct run_result result;
        struct runner *runner;
        struct scenario_suite *suite;
        snprintf(text, sizeof text,
            "version: 1\nserver: {host: a.test, port: 25, tls: none}\nclient: {ssl_mode: none}\n"
            "expect: {outcome: sent}\n%s",
            rows[i].text);
        run(text, &(struct runner_options){.seed = 1}, &result, &runner, &suite);
        ck_assert_msg(
            result.cases[0].attempts == rows[i].attempts, "%s%u", text, result.cases[0].attempts);
        ck_assert_msg(result.cases[0].verdict == rows[i].verdict, "%s", text);
        ck_assert_uint_eq(result.cases[0].reasons_len, rows[i].verdict == VERDICT_SKIP ? 0 : 1);
        runner_free(runner);
        scenario_suite_free(suite);
    }
}
END_TEST

START_TEST(test_a_timeout_is_of_all_attempts)
{
    struct run_result result;
    struct runner *runner;
    struct scenario_suite *suite;
    run("version: 1\nserver: {host: a.test, port: 25, tls: none, script: [{on: greeting, do: "
        "[hang]}]}\nclient: {ssl_mode: none}\nexpect: {outcome: sent}\nretry: {count: 9}\n"
        "timeout: 2s\n",
        &(struct runner_options){.seed = 1}, &result, &runner, &suite);
    ck_assert_int_eq(result.cases[0].verdict, VERDICT_ERROR);
    ck_assert_uint_eq(result.cases[0].attempts, 1);
    ck_assert_str_eq(result.cases[0].message, "the case took longer than its `timeout`");
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

/* Over real TCP the delay passes; the scale divides it, and the log says how often it was tried. */
START_TEST(test_over_real_tcp)
{
    struct run_result result;
    struct runner *runner;
    struct scenario_suite *suite;
    run("version: 1\nserver: {host: a.test, port: 25, tls: none}\nclient: {ssl_mode: none}\n"
        "expect: {outcome: sent}\nretry: {count: 2, delay: 5m}\n",
        &(struct runner_options){.seed = 1, .wire = true, .time_scale = 1000}, &result, &runner,
        &suite);
    ck_assert_int_eq(result.cases[0].verdict, VERDICT_FAIL);
    ck_assert_uint_eq(result.cases[0].attempts, 3);
    ck_assert_int_ge(result.cases[0].elapsed_us, 2 * 300 * LINE_US / 1000);
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

START_TEST(test_the_log_counts_attempts)
{
    struct scenario_suite *suite = suite_load_text(
        "version: 1\nserver: {host: a.test, port: 25, tls: none}\nclient: {ssl_mode: none}\n"
        "expect: {outcome: sent}\ncases: [{id: a}, {id: b, retry: {count: 1}}]\n");
    struct buf log = suite_log(suite, &(struct runner_options){.seed = 1});
    struct arena *arena = arena_new();
    struct run_result read;
    struct fail fail = {0};
    ck_assert_msg(
        run_log_read(buf_span(&log), "log", arena, &read, &fail) == STATUS_OK, "%s", fail.text);
    ck_assert_uint_eq(read.cases[0].attempts, 0);
    ck_assert_uint_eq(read.cases[1].attempts, 2);
    arena_free(arena);
    buf_done(&log);
    scenario_suite_free(suite);
}
END_TEST

START_TEST(test_needs)
{
    struct run_result result;
    struct runner *runner;
    struct scenario_suite *suite;
    unsigned all = (1u << PLAN_NEED_COUNT) - 1;
    run(HEAD "cases: [{id: a, needs: [openssl-3.2]}, {id: b, needs: [openssl-3.5]}, {id: c, needs: "
             "[ipv6]}]\n",
        &(struct runner_options){.seed = 1}, &result, &runner, &suite);
    unsigned there = needs_check(all);
    for (unsigned i = 0; i < 2; i++) {
        bool met = (there & (i == 0 ? (unsigned)PLAN_NEED_OPENSSL_3_2 : PLAN_NEED_OPENSSL_3_5)) !=
                   0;
        ck_assert_int_eq(result.cases[i].verdict, met ? VERDICT_PASS : VERDICT_SKIP);
        ck_assert(met || strncmp(result.cases[i].message, "needs openssl-3.", 16) == 0);
    }
    ck_assert_int_eq(result.cases[2].verdict, VERDICT_PASS); /* simulated: it is always there */
    runner_free(runner);
    scenario_suite_free(suite);
    run(HEAD "needs: [ipv6]\n",
        &(struct runner_options){.seed = 1, .wire = true, .time_scale = 1000}, &result, &runner,
        &suite);
    ck_assert_int_eq(
        result.cases[0].verdict, (there & PLAN_NEED_IPV6) != 0 ? VERDICT_PASS : VERDICT_SKIP);
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

START_TEST(test_versions_and_reasons)
{
    struct arena *arena = arena_new();
    ck_assert(needs_is_at_least("OpenSSL 3.0.22", (const int64_t[]){3, 0, 15}));
    ck_assert(needs_is_at_least("OpenSSL 3.0.15", (const int64_t[]){3, 0, 15}));
    ck_assert(needs_is_at_least("OpenSSL 3.5.0-beta1", (const int64_t[]){3, 5, 0}));
    ck_assert(!needs_is_at_least("OpenSSL 3.0.13", (const int64_t[]){3, 0, 15}));
    ck_assert(!needs_is_at_least("OpenSSL 3.0", (const int64_t[]){3, 0, 15}));
    ck_assert(needs_is_at_least("OpenSSL 3.2.0", (const int64_t[]){3, 2, 0}));
    ck_assert(needs_is_at_least("OpenSSL 3.10.1", (const int64_t[]){3, 5, 0}));
    ck_assert(needs_is_at_least("OpenSSL 4.0.0", (const int64_t[]){3, 5, 0}));
    ck_assert(!needs_is_at_least("OpenSSL 3.1.9", (const int64_t[]){3, 2, 0}));
    ck_assert(!needs_is_at_least("OpenSSL 2.9.9", (const int64_t[]){3, 2, 0}));
    ck_assert(!needs_is_at_least("something else", (const int64_t[]){3, 2, 0}));
    ck_assert_str_eq(needs_reason(arena, PLAN_NEED_IPV6 | PLAN_NEED_OPENSSL_3_2),
        "needs ipv6 (::1 can be listened on), openssl-3.2 (OpenSSL is 3.2 or newer)");
    arena_free(arena);
}
END_TEST

static const char *environment(void *context, const char *name)
{
    (void)context;
    (void)name;
    return "open-sesame";
}

/* Neither the transcript nor a fact nor a reason has it, in no encoding. */
START_TEST(test_secrets_are_masked)
{
    static const char text[] =
        "version: 1\nsecrets: {pw: {env: X}}\n"
        "server: {host: a.test, port: 25, tls: none, greeting: \"hello ${{ secrets.pw }}\", auth: "
        "{before_tls: [PLAIN], users: {joe: \"x${{ secrets.pw }}x\"}}}\n"
        "client: {ssl_mode: none, login: {user: joe, password: \"x${{ secrets.pw }}x\"}}\n"
        "expect: {greeting.text: nothing like it, outcome: sent}\n";
    struct scenario_options given = {.environment = environment};
    struct scenario_suite *suite = NULL;
    struct diag_list diags;
    struct fail fail = {0};
    suite_init();
    diag_list_init(&diags);
    ck_assert_int_eq(
        scenario_load_text("t.yaml", span_text(text), &given, &diags, &suite, &fail), STATUS_OK);
    ck_assert_msg(diags.len == 0, "%s", diags.len > 0 ? diags.items[0].message : "");
    struct buf log = suite_log(suite, &(struct runner_options){.seed = 1});
    ck_assert_ptr_null(strstr(buf_text(&log), "sesame"));
    ck_assert_ptr_nonnull(strstr(buf_text(&log), "hello ***"));
    buf_done(&log);
    log = suite_log(suite, &(struct runner_options){.seed = 1, .show_secrets = true});
    ck_assert_ptr_nonnull(strstr(buf_text(&log), "hello open-sesame"));
    buf_done(&log);
    diag_list_done(&diags);
    scenario_suite_free(suite);
}
END_TEST

UNIT_MAIN(test_connections_are_counted_over_attempts,
    test_attempts_that_came_to_the_same_are_told_as_one, test_passing_on_a_retry_is_flaky,
    test_as_often_as_it_says, test_a_timeout_is_of_all_attempts, test_over_real_tcp,
    test_the_log_counts_attempts, test_needs, test_versions_and_reasons, test_secrets_are_masked)
