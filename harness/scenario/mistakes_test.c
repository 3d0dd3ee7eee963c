/*
 * What is said about mistakes: each of mistakes.def alone, and many together in one pass.
 */
#include <stdio.h>

#include "harness/scenario/testing.h"

#define FILE_BEFORE ""
#define CASE_BEFORE "version: 1\nserver: {}\nexpect: {outcome: sent}\n"
#define SERVER_BEFORE "version: 1\nexpect: {outcome: sent}\n"
#define EXPECT_BEFORE "version: 1\nserver: {}\n"
#define ERROR_SEVERITY DIAG_ERROR
#define WARNING_SEVERITY DIAG_WARNING

static const struct mistake {
    const char *text;
    enum diag_severity severity;
    unsigned line, column;
    const char *message, *hint;
} mistakes[] = {
#define MISTAKE(before, text, severity, line, column, message, hint) \
    {before##_BEFORE text, severity##_SEVERITY, line, column, message, hint},
#include "harness/scenario/mistakes.def"
#undef MISTAKE
};

static const char *or_none(const char *text)
{
    return text == NULL ? "(none)" : text;
}

START_TEST(test_each_mistake)
{
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        const struct mistake *wanted = &mistakes[i];
        struct testing testing = testing_load(wanted->text);
        const struct diag *found = &testing.diags.items[0];
        ck_assert_msg(testing.diags.len == 1, "%s%zu messages\n%s", wanted->text, testing.diags.len,
            buf_text(&testing.shown));
        bool same = strcmp(found->message, wanted->message) == 0 &&
                    strcmp(or_none(found->hint), or_none(wanted->hint)) == 0 &&
                    found->severity == wanted->severity && found->mark.line == wanted->line &&
                    found->mark.column == wanted->column;
        ck_assert_msg(same, "%swanted %u:%u %s (%s)\n%s", wanted->text, wanted->line,
            wanted->column, wanted->message, or_none(wanted->hint), buf_text(&testing.shown));
        size_t cases_len = scenario_suite_plan(testing.suite)->len;
        if (wanted->severity == DIAG_WARNING) {
            ck_assert_uint_eq(cases_len, 1);
        } else if (strstr(wanted->text, "version: 1\n") != NULL &&
                   strstr(wanted->text, "cases:") == NULL) {
            ck_assert_msg(cases_len == 0, "%smakes a case", wanted->text);
        }
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_all_mistakes_of_a_file_in_one_pass_from_top_to_bottom)
{
    struct testing testing = testing_load("version: 1\n"
                                          "nmae: x\n"
                                          "client:\n"
                                          "  ssl_mode: start\n"
                                          "  login: true\n"
                                          "  verify: {except: [expird]}\n"
                                          "server:\n"
                                          "  port: 0\n"
                                          "  script:\n"
                                          "  - {on: mail, reply: 25}\n"
                                          "  - {on: RCPT, do: [hnag, {delay: 5}]}\n"
                                          "cases:\n"
                                          "- id: a\n"
                                          "  expect: {outcom: sent, stage: mial}\n"
                                          "- id: a\n"
                                          "  expect: {outcome: sent}\n"
                                          "  server: {tls: tls}\n"
                                          "- id: b\n"
                                          "  matrix: {}\n"
                                          "  expect: {starttls: true}\n");
    static const struct {
        unsigned line, column;
    } places[] = {{2, 1}, {4, 13}, {5, 10}, {6, 21}, {8, 9}, {10, 10}, {10, 23}, {11, 21}, {11, 35},
        {14, 12}, {14, 33}, {15, 7}, {17, 17}, {19, 11}, {20, 12}};
    ck_assert_msg(testing.diags.len == ARRAY_LEN(places), "%s", buf_text(&testing.shown));
    for (size_t i = 0; i < ARRAY_LEN(places);
         i++) { /* defaults have one each, not one for a case */
        ck_assert_uint_eq(testing.diags.items[i].mark.line, places[i].line);
        ck_assert_uint_eq(testing.diags.items[i].mark.column, places[i].column);
    }
    ck_assert_uint_eq(testing.diags.errors, ARRAY_LEN(places));
    testing_done(&testing);
}
END_TEST

START_TEST(test_a_message_shows_line_caret_and_hint)
{
    struct testing testing = testing_load(
        "version: 1\nserver:\n  starttsl: required\nexpect: {outcome: sent}\n");
    ck_assert_str_eq(buf_text(&testing.shown),
        "test.yaml:3:3: error: unknown key 'starttsl' in server (did you mean 'starttls'?)\n"
        "    3 |   starttsl: required\n"
        "      |   ^~~~~~~~\n");
    testing_done(&testing);
}
END_TEST

START_TEST(test_passwords_stay_out_of_messages)
{
    static const char *const texts[] = {
        "version: 1\nserver: {auth: {users: {joe: hunter2, jim: [x]}, requier: true}}\n",
        "version: 1\nserver: {}\nclient: {login: {user: joe, pasword: hunter2}}\n",
        "version: 1\nserver: {}\nclient: {login: {usr: joe, password: hunter2}}\n",
        "version: 1\nserver: {}\nclient: {login: {user: joe, password: \"hunter2\\0\"}}\n",
        "version: 1\nserver: {}\nclient: {login: {user: joe, token: hunter2}}\n",
        ("version: 1\nserver: {}\nclient:\n  login: {user: joe, password: hunter2}\n"
         "  send: {body: hunter2, bdoy: x}\n"),
        /* where it stands a second time, whole or in part, in other letters too */
        ("version: 1\nserver: {auth: {users: {joe: &p hunter2}}}\nclient: {login: true}\n"
         "expect: {outcome: hunter2, reply.code: *p, tls.version: {at_least: x-HUNTER2}}\n"),
        ("version: 1\nhunter2: 1\nserver: {auth: {users: {joe: hunter2}}}\nclient: {login: "
         "true, ssl_mode: hunter2, port: hunter2}\nexpect: {hunter2: sent}\n"),
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct testing testing = testing_load(texts[i]);
        ck_assert_uint_gt(testing.diags.len, 0);
        ck_assert_msg(strcasestr(buf_text(&testing.shown), "hunter2") == NULL, "%s",
            buf_text(&testing.shown));
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_there_is_an_end_to_messages)
{
    struct buf text;
    buf_init(&text, 1024 * 1024);
    buf_append_text(&text, "version: 1\nexpect: {outcome: sent}\nserver:\n");
    for (int i = 0; i < 900; i++) {
        buf_printf(&text, "  hst%d: a.test\n", i);
    }
    struct testing testing = testing_load_span(buf_span(&text));
    ck_assert_uint_eq(testing.diags.len, DIAG_COUNT_MAX);
    ck_assert_uint_eq(testing.diags.errors, 900);
    testing_done(&testing);
    buf_done(&text);
}
END_TEST

UNIT_MAIN(test_each_mistake, test_all_mistakes_of_a_file_in_one_pass_from_top_to_bottom,
    test_a_message_shows_line_caret_and_hint, test_passwords_stay_out_of_messages,
    test_there_is_an_end_to_messages)
