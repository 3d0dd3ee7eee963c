/*
 * No report of the whole suite holds a password in any form, unless it was asked for; and no
 * verdict depends on whether it was.
 */
#include "harness/tests/suite.h"
#include "reports/report.h"

static const char *hunter(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "PW") == 0 ? "hunter2hunter2" : NULL;
}

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
    bool found = secret_set_hides(secrets, buf_span(&text)); /* in any case of letters */
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

/* Nor does any verdict of the suite depend on what is masked. */
START_TEST(test_every_verdict_is_the_same_when_secrets_are_shown)
{
    struct scenario_suite *suite = suite_load("scenarios");
    struct run_result results[2];
    struct runner *runners[2];
    for (int show = 0; show < 2; show++) {
        runners[show] = suite_run(
            suite, &(struct runner_options){.seed = 1, .show_secrets = show > 0}, &results[show]);
    }
    ck_assert_uint_gt(results[0].len, 0);
    ck_assert_uint_eq(results[0].len, results[1].len);
    for (size_t i = 0; i < results[0].len; i++) {
        const struct case_result *masked = &results[0].cases[i], *shown = &results[1].cases[i];
        ck_assert_msg(
            masked->verdict == shown->verdict && masked->reasons_len == shown->reasons_len,
            "%s is %s, and with --show-secrets %s", masked->id, verdict_name(masked->verdict),
            verdict_name(shown->verdict));
    }
    runner_free(runners[0]);
    runner_free(runners[1]);
    scenario_suite_free(suite);
}
END_TEST

/* What one case has from `secrets` is masked in all of a run: another may say the same. */
START_TEST(test_a_secret_of_another_case)
{
    suite_init();
    static const char text[] =
        "version: 1\nsecrets: {pw: {env: PW}}\nserver: {host: a.test, port: 25, tls: none}\n"
        "client: {ssl_mode: none}\nexpect: {greeting.text: x}\ncases:\n"
        "- {id: says, server: {greeting: mail hunter2hunter2 here}}\n"
        "- {id: has, server: {auth: {before_tls: [PLAIN], users: {joe: \"${{ secrets.pw }}\"}}}}\n";
    const struct scenario_options given = {.environment = hunter};
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    diag_list_init(&diags);
    ck_assert_int_eq(
        scenario_load_text("test.yaml", span_text(text), &given, &diags, &suite, &fail), STATUS_OK);
    struct run_result result;
    struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 1}, &result);
    ck_assert_str_eq(result.cases[0].reasons[0].found, "mail *** here");
    for (size_t i = 0; i < result.cases[0].transcript_len; i++) {
        struct span line = result.cases[0].transcript[i].text;
        ck_assert_ptr_null(memmem(line.data, line.len, "hunter2", 7));
    }
    runner_free(runner);
    scenario_suite_free(suite);
    diag_list_done(&diags);
}
END_TEST

/* A line that never ended may end with the beginning of a secret. */
START_TEST(test_half_of_a_secret_in_half_a_line)
{
    struct scenario_suite *suite = suite_load_text(
        "version: 1\nserver: {host: a.test, port: 25, tls: none, auth: {before_tls: [PLAIN], "
        "users: "
        "{joe: Hunter2Hunter2}}, script: [{on: EHLO, do: [{send: \"250-Hunter2Hunter\"}, {close: "
        "reset}]}]}\nclient: {ssl_mode: none}\nexpect: {outcome: disconnected}\n");
    struct run_result result;
    struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 1}, &result);
    bool seen = false;
    for (size_t i = 0; i < result.cases[0].transcript_len; i++) {
        struct span line = result.cases[0].transcript[i].text;
        seen = seen || span_equal(line, SPAN_LITERAL("250-***"));
        ck_assert_ptr_null(memmem(line.data, line.len, "Hunter2", 7));
    }
    ck_assert(seen);
    runner_free(runner);
    scenario_suite_free(suite);
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

/* What the server saw is judged as it came, whether it is known to be a secret or is one by its
 * place alone. */
START_TEST(test_what_the_server_saw_is_judged_as_it_came)
{
    static const struct {
        const char *expect;
        enum verdict verdict;
        bool told; /* only where a report shows lines with the password when asked */
    } rows[] = {
        {"{contains: [AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl]}", VERDICT_PASS, true},
        {"{contains: ['AUTH PLAIN ***']}", VERDICT_FAIL, true},
        {"{not: {contains: [AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl]}}", VERDICT_FAIL, true},
        {"{not: {contains: ['AUTH PLAIN ***']}}", VERDICT_PASS, true},
        {"{any: {matches: '^AUTH PLAIN [A-Za-z0-9+/]+=*$'}}", VERDICT_PASS, true},
        {"{any: {matches: '[*]'}}", VERDICT_FAIL, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        snprintf(text, sizeof text, SERVER(PASSWORD, "") "expect: {server.saw.lines: %s}\n",
            rows[i].expect);
        check_masked(text, rows[i].verdict, rows[i].told);
    }
}
END_TEST

#define STEPS(steps, expect)                                                                  \
    "version: 1\n"                                                                            \
    "server: {host: a.test, port: 587, tls: none, auth: {before_tls: [PLAIN, LOGIN], users: " \
    "{joe: correct-horse}}}\n"                                                                \
    "client: {ssl_mode: none, steps: [connect, hello, " steps "]}\n"                          \
    "expect: {" expect "}\n"

START_TEST(test_what_stands_where_no_password_belongs)
{
    check_masked(
        STEPS(
            "{command: correct-horse, expect: {reply.code: 500}}, {command: Y29ycmVjdC1ob3JzZQ==}",
            "server.saw.commands: [EHLO, CORRECT-HORSE, Y29YCMVJDC1OB3JZZQ==]"),
        VERDICT_PASS, true);
    check_masked(STEPS("{command: correct-horse}", "server.saw.commands: [EHLO, '***']"),
        VERDICT_FAIL, true);
    check_masked(STEPS("{command: EHLO correct-horse}", "server.saw.hello_name: correct-horse"),
        VERDICT_PASS, true);
    check_masked(STEPS("{command: \"MAIL FROM:<correct-horse@a>\"}",
                     "server.saw.lines: {contains: [\"MAIL FROM:<correct-horse@a>\"]}"),
        VERDICT_PASS, true);
    check_masked(STEPS("{command: AUTH Y29ycmVjdC1ob3JzZQ==, expect: {reply.code: 504}}",
                     "server.saw.auth_mechanisms: [Y29YCMVJDC1OB3JZZQ==]"),
        VERDICT_PASS, true);
}
END_TEST

/* A response that nobody could look for: three octets, or a password that nobody has. */
START_TEST(test_responses_are_masked_by_their_place)
{
    static const char text[] = STEPS(
        "{command: AUTH PLAIN x=z, expect: {reply.code: 501}}, {command: AUTH LOGIN}, "
        "{command: d3Jvbmc=}, {command: b2s, expect: {reply.code: 501}}",
        "server.saw.lines: {in_order: [AUTH PLAIN x=z, AUTH LOGIN, d3Jvbmc=, b2s]}, "
        "server.saw.commands: [EHLO]");
    static const char *const found[] = {
        "[EHLO client.smtpvet.test, AUTH PLAIN ***, AUTH LOGIN, ***, ***]",
        "[EHLO client.smtpvet.test, AUTH PLAIN x=z, AUTH LOGIN, d3Jvbmc=, b2s]",
    };
    for (int show = 0; show < 2; show++) {
        struct scenario_suite *suite = suite_load_text(text);
        struct run_result result;
        struct runner *runner = suite_run(
            suite, &(struct runner_options){.seed = 1, .show_secrets = show > 0}, &result);
        struct buf lines;
        buf_init(&lines, 4096);
        value_show(value_get_path(result.cases[0].facts, "server.saw.lines"), &lines);
        ck_assert_str_eq(buf_text(&lines), found[show]);
        ck_assert_uint_eq(result.cases[0].reasons_len, 1); /* that of the commands */
        ck_assert_str_eq(result.cases[0].reasons[0].found, "[EHLO, AUTH, AUTH]");
        buf_done(&lines);
        runner_free(runner);
        scenario_suite_free(suite);
    }
}
END_TEST

START_TEST(test_a_reason_shows_a_response_masked)
{
    static const char text[] = STEPS("{command: AUTH PLAIN x=z, expect: {reply.code: 501}}",
        "server.saw.lines: {contains: [QUIT]}");
    struct scenario_suite *suite = suite_load_text(text);
    struct run_result result;
    struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 1}, &result);
    ck_assert_uint_eq(result.cases[0].reasons_len, 1);
    ck_assert_str_eq(
        result.cases[0].reasons[0].found, "[EHLO client.smtpvet.test, AUTH PLAIN ***]");
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

/* Steps that were never come to, and conditions. */
START_TEST(test_steps_are_masked)
{
    check_masked("version: 1\n"
                 "server: {host: a.test, port: 25, tls: none, script: [{on: greeting, reply: \"554 "
                 "no\"}], auth: {before_tls: [PLAIN], users: {joe: correct-horse}}}\n"
                 "client: {ssl_mode: none, steps: [connect, hello, {noop: true, expect: "
                 "{reply.text: {matches: correct-horse}}}]}\n"
                 "expect: {outcome: refused}\n",
        VERDICT_FAIL, true);
    check_masked(STEPS("{command: HELP correct-horse, expect: {reply.text: CORRECT-horse}}",
                     "outcome: negotiated"),
        VERDICT_FAIL, true);
    check_masked(STEPS("{command: HELP, if: {greeting.text: {not: correct-horse}}, expect: "
                       "{reply.text: {not: correct-horse}}}",
                     "outcome: negotiated"),
        VERDICT_PASS, false);
}
END_TEST

/* A server may say it in capitals. */
START_TEST(test_the_case_of_letters_hides_nothing)
{
    check_masked(
        SERVER(PASSWORD,
            ", script: [{on: AUTH, reply: \"235 hello CORRECT-Horse\"}]") "expect: "
                                                                          "{replies.auth.text: "
                                                                          "hello CORRECT-Horse}\n",
        VERDICT_PASS, true);
    check_masked(SERVER(PASSWORD, ", script: [{on: AUTH, reply: \"235 %x 636F72726563742d686f72736"
                                  "5\"}]") "expect: {outcome: refused}\n",
        VERDICT_FAIL, true);
    /* The password in other letters is none: nothing is said of it in clear text. */
    check_masked(STEPS("{command: HELP CORRECT-HORSE}",
                     "security.password_in_clear: false, server.saw.password_in_clear: false"),
        VERDICT_PASS, true);
    check_masked(STEPS("{raw: \"HELP correct-horse\\r\\n\"}, read",
                     "security.password_in_clear: true, server.saw.password_in_clear: true"),
        VERDICT_PASS, true);
}
END_TEST

/* --- cuts --- */

/* Wherever a long text is cut: no part of the password that is worth something. */
static void check_no_part(const char *scenario, unsigned from, unsigned to)
{
    const char *times_at = strstr(scenario, "TIMES");
    ck_assert_ptr_nonnull(times_at);
    for (unsigned times = from; times < to; times++) {
        char text[2048];
        ck_assert_int_lt(snprintf(text, sizeof text, "%.*s%u%s", (int)(times_at - scenario),
                             scenario, times, times_at + strlen("TIMES")),
            (int)sizeof text);
        struct scenario_suite *suite = suite_load_text(text);
        struct run_result result;
        struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 1}, &result);
        struct buf report;
        buf_init(&report, SUITE_LOG_MAX);
        report_write(
            report_find("text"), &result, &(struct report_options){.verbosity = 2}, &report);
        report_write(
            report_find("json"), &result, &(struct report_options){.verbosity = 2}, &report);
        ck_assert_msg(
            strstr(buf_text(&report), "corr") == NULL, "with %u:\n%s", times, buf_text(&report));
        buf_done(&report);
        runner_free(runner);
        scenario_suite_free(suite);
    }
}

/* A failure's text fills its place, and the password lies across its end. */
START_TEST(test_no_half_of_a_secret_in_an_error)
{
    for (int len = 470; len < 512; len++) {
        char text[2048], name[513];
        memset(name, 'x', sizeof name);
        snprintf(text, sizeof text,
            "version: 1\n"
            "server: {host: a.test, port: 587, tls: starttls, auth: {after_tls: [PLAIN], users: "
            "{joe: correct-horse}}}\n"
            "client: {login: true, verify: {trust: {file: %.*scorrect-horse.pem}}}\n"
            "expect: {outcome: sent}\n",
            len, name);
        struct scenario_suite *suite = suite_load_text(text);
        struct run_result result;
        struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 1}, &result);
        ck_assert_int_eq(result.cases[0].verdict, VERDICT_ERROR);
        ck_assert_ptr_null(strstr(result.cases[0].message, "corr"));
        ck_assert_ptr_nonnull(strstr(result.cases[0].message, "xxxx"));
        runner_free(runner);
        scenario_suite_free(suite);
    }
}
END_TEST

#define LONG(rule, mode, does)                                                                  \
    "version: 1\n"                                                                              \
    "server: {host: a.test, port: 587, tls: starttls, auth: {after_tls: [PLAIN], users: {joe: " \
    "correct-horse}}, script: [" rule "]}\n"                                                    \
    "client: {ssl_mode: " mode ", " does "}\n"                                                  \
    "expect: {outcome: sent}\n"
#define LONG_SECRET "{text: x, times: TIMES}, correct-horse, yyyy"

START_TEST(test_no_half_of_a_secret_at_a_cut)
{
    check_no_part(
        LONG("{on: MAIL, do: [{send: [\"250-\", " LONG_SECRET ", \"\\r\\n\"]}, {close: fin}]}",
            "none", "send: true"),
        380, 520); /* the problem's text */
    check_no_part(
        LONG("{on: MAIL, do: [{send: [" LONG_SECRET "]}, {close: fin}]}", "none", "send: true"),
        180, 205); /* a line that never ended */
    check_no_part(
        LONG("{on: MAIL, do: [{send: [" LONG_SECRET ", \"\\r\\n\"]}]}", "none", "send: true"), 1005,
        1030); /* no reply */
    check_no_part(
        LONG("{on: STARTTLS, do: [{inject: [" LONG_SECRET "]}, normal]}", "starttls", "send: true"),
        1005, 1030); /* glued before TLS */
    check_no_part(LONG("{on: NOOP, do: [{send: [" LONG_SECRET "]}, hang]}", "none",
                      "steps: [connect, hello, {raw: \"NOOP\\r\\n\"}, {silence: 2s}]"),
        1005, 1030); /* what came in a silence */
    check_no_part(
        LONG("{on: MAIL, reply: \"550 no\"}", "none",
            "steps: [connect, hello, {raw: [\"HELP \", " LONG_SECRET ", \"\\r\\n\"]}, read]"),
        1000, 1025); /* what the server saw */
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

UNIT_MAIN(test_a_secret_of_another_case, test_half_of_a_secret_in_half_a_line,
    test_no_report_holds_a_password, test_every_verdict_is_the_same_when_secrets_are_shown,
    test_what_the_server_saw_is_judged_as_it_came, test_what_stands_where_no_password_belongs,
    test_responses_are_masked_by_their_place, test_a_reason_shows_a_response_masked,
    test_steps_are_masked, test_the_case_of_letters_hides_nothing,
    test_no_half_of_a_secret_at_a_cut, test_no_half_of_a_secret_in_an_error,
    test_the_search_would_find_one, test_a_verdict_does_not_depend_on_masking,
    test_what_was_wanted_is_masked, test_what_is_shown_with_escapes_is_masked,
    test_what_describes_a_case_is_masked, test_an_error_is_masked,
    test_passwords_of_the_servers_users_are_masked)
