/*
 * No report of the whole suite holds a password in any form, unless it was asked for; and no
 * verdict depends on whether it was.
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
        const struct plan_server *server = plan->cases[i].server;
        for (size_t j = 0; server != NULL && j < server->auth.users_len; j++) {
            secret_set_add(secrets, span_text(server->auth.users[j].password));
        }
    }
    return secrets;
}

/* Runs the suite and takes it. `ret_verdict` (may be NULL) is that of the first case. */
static bool suite_leaks(struct scenario_suite *suite, const struct report_format *format, bool show,
    enum verdict *ret_verdict)
{
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.seed = 1, .show_secrets = show}, &result);
    struct secret_set *secrets = passwords_of(scenario_suite_plan(suite));
    struct buf text;
    buf_init(&text, SUITE_LOG_MAX);
    report_write(format, &result, &(struct report_options){.verbosity = 2}, &text);
    ck_assert_uint_gt(text.len, 50);
    bool found = secret_set_found(secrets, buf_span(&text));
    if (ret_verdict != NULL) {
        *ret_verdict = result.cases[0].verdict;
    }
    buf_done(&text);
    secret_set_free(secrets);
    runner_free(runner);
    scenario_suite_free(suite);
    return found;
}

static bool leaks(const struct report_format *format, bool show)
{
    return suite_leaks(suite_load("scenarios"), format, show, NULL);
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

/* --- one case at a time --- */

#define SERVER(password, rest)                                            \
    "version: 1\n"                                                        \
    "server: {host: a.test, port: 587, tls: starttls, auth: {after_tls: " \
    "[PLAIN], users: {joe: '" password "'}}" rest "}\n"                   \
    "client: {ssl_mode: starttls, login: {user: joe, password: '" password "'}, send: true}\n"
#define ECHOES ", script: [{on: AUTH, reply: \"235 hello correct-horse\"}]"
#define PASSWORD "correct-horse"

static bool has(const char *text, const char *format, bool show, enum verdict wanted)
{
    enum verdict verdict;
    bool leaks = suite_leaks(suite_load_text(text), report_find(format), show, &verdict);
    ck_assert_msg(verdict == wanted, "%s %s secrets is %s, not %s:\n%s", format,
        show ? "with" : "without", verdict_name(verdict), verdict_name(wanted), text);
    return leaks;
}

/* The verdict is the same whatever is shown, and no report shows it unasked. With `told` the
 * password is in the report when it is asked for: the case would leak it. */
static void check_masked(const char *text, enum verdict wanted, bool told)
{
    for (const char *const *name = report_names(); *name != NULL; name++) {
        ck_assert_msg(!has(text, *name, false, wanted), "the %s report of\n%s", *name, text);
    }
    ck_assert_msg(has(text, "json", true, wanted) == told, "%s", text);
}

START_TEST(test_a_verdict_does_not_depend_on_masking)
{
    check_masked(SERVER(PASSWORD, ECHOES) "expect: {replies.auth.text: {not: {contains: "
                                          "[correct-horse]}}}\n",
        VERDICT_FAIL, true);
    check_masked(
        SERVER(PASSWORD, ECHOES) "expect: {replies.auth.text: {contains: [correct-horse]}}\n",
        VERDICT_PASS, true);
    check_masked(SERVER(PASSWORD, ECHOES) "expect: {replies.auth.text: {contains: ['***']}}\n",
        VERDICT_FAIL, true);
}
END_TEST

START_TEST(test_what_was_wanted_is_masked)
{
    check_masked(
        SERVER(PASSWORD, "") "expect: {outcome: {matches: correct-horse}}\n", VERDICT_FAIL, true);
    check_masked(
        SERVER(PASSWORD, "") "expect: {replies.auth.text: correct-horse}\n", VERDICT_FAIL, true);
    check_masked(SERVER(PASSWORD, "") "expect: {replies.auth.text: {contains: [\"AUTH PLAIN "
                                      "AGpvZQBjb3JyZWN0LWhvcnNl\"]}}\n",
        VERDICT_FAIL, true);
    check_masked(
        SERVER(PASSWORD, "") "expect: {hello.parameters.correct-horse: '1'}\n", VERDICT_FAIL, true);
}
END_TEST

/* Reasons show text with marks of their own: a secret is found behind those too. */
START_TEST(test_what_is_shown_with_escapes_is_masked)
{
    static const char text[] = SERVER("pass\\wo\"rd, 1", "") "expect: {replies.auth.text: {one_of: "
                                                             "['pass\\wo\"rd, 1', "
                                                             "{matches: 'pass\\wo\"rd, 1'}]}}\n";
    struct scenario_suite *suite = suite_load_text(text);
    struct run_result result;
    struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 1}, &result);
    ck_assert_int_eq(result.cases[0].verdict, VERDICT_FAIL);
    ck_assert_str_eq(result.cases[0].reasons[0].wanted, "\"***\" or a match of /***/");
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

START_TEST(test_what_describes_a_case_is_masked)
{
    static const char *const lines[] = {
        "id: a-correct-horse\n",
        "name: logs in with correct-horse\n",
        "requirement: correct-horse is right\n",
        "tags: [correct-horse]\n",
        "spec: ['RFC 4954 correct-horse']\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[1024];
        snprintf(text, sizeof text, SERVER(PASSWORD, "") "%sexpect: {outcome: sent}\n", lines[i]);
        check_masked(text, VERDICT_PASS, true);
    }
    check_masked(SERVER(PASSWORD, "") "skip: {reason: correct-horse is old}\n"
                                      "expect: {outcome: sent}\n",
        VERDICT_SKIP, true);
    check_masked(SERVER(PASSWORD, "") "known_fail: {reason: correct-horse is old}\n"
                                      "expect: {outcome: refused}\n",
        VERDICT_KNOWN_FAIL, true);
}
END_TEST

START_TEST(test_an_error_is_masked)
{
    check_masked("version: 1\n"
                 "server: {host: a.test, port: 587, tls: starttls, auth: {after_tls: [PLAIN], "
                 "users: {joe: correct-horse}}}\n"
                 "client: {ssl_mode: starttls, login: {user: joe, password: correct-horse}, "
                 "send: true, verify: {trust: {file: correct-horse.pem}}}\n"
                 "expect: {outcome: sent}\n",
        VERDICT_ERROR, true);
}
END_TEST

/* Nobody logs in: what the fake server would accept is a secret all the same. */
START_TEST(test_passwords_of_the_servers_users_are_masked)
{
    check_masked("version: 1\n"
                 "name: another-horse\n"
                 "server: {host: a.test, port: 25, tls: none, greeting: hello another-horse, "
                 "auth: {before_tls: [PLAIN], users: {joe: another-horse}}}\n"
                 "client: {ssl_mode: none, send: true}\n"
                 "expect: {greeting.text: {not: {contains: [another-horse]}}}\n",
        VERDICT_FAIL, true);
}
END_TEST

UNIT_MAIN(test_no_report_holds_a_password, test_the_search_would_find_one,
    test_a_verdict_does_not_depend_on_masking, test_what_was_wanted_is_masked,
    test_what_is_shown_with_escapes_is_masked, test_what_describes_a_case_is_masked,
    test_an_error_is_masked, test_passwords_of_the_servers_users_are_masked)
