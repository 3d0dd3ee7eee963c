#include "harness/scenario/select.h"

#include "harness/base/text.h"
#include "harness/scenario/testing.h"

#define BOTH "version: 1\nserver: {}\nexpect: {outcome: sent}\ncases:\n"
static const char suite_text[] = BOTH "- {id: one, tags: [starttls, slow], severity: serious}\n"
                                      "- {id: two, tags: [starttls]}\n"
                                      "- {id: three, tags: [auth, v1.2_x-y], world: {wire: why}}\n"
                                      "- {id: four}\n";

/* The own ids of the cases that are left, or what was told. */
static const char *selected(const char *expression, const char *const *globs, size_t globs_len)
{
    static struct buf out;
    struct testing testing = testing_load_good(suite_text);
    struct select_options options = {globs, globs_len, expression};
    struct fail fail = {0};
    struct buf notes;
    buf_init(&notes, 4096);
    buf_done(&out);
    buf_init(&out, 65536);
    if (scenario_suite_select(testing.suite, &options, &notes, &fail) != STATUS_OK) {
        ck_assert_int_eq(fail.class, FAIL_USAGE);
        buf_append_text(&out, fail.text);
    } else {
        const struct plan_suite *plan = scenario_suite_plan(testing.suite);
        for (size_t i = 0; i < plan->len; i++) {
            buf_printf(&out, "%s%s", i == 0 ? "" : " ", strchr(plan->cases[i].id, '#') + 1);
        }
        buf_printf(&out, "%s%s", notes.len > 0 ? "\n" : "", buf_text(&notes));
    }
    buf_done(&notes);
    testing_done(&testing);
    return buf_text(&out);
}

START_TEST(test_expressions)
{
    static const char *const rows[][2] = {
        {"starttls", "one two"},
        {"not starttls", "three four"},
        {"starttls and not slow", "two"},
        {"slow or auth", "one three"},
        {"auth or starttls and slow", "one three"}, /* and binds more than or */
        {"(auth or starttls) and slow", "one"},
        {"not (auth or slow)", "two four"},
        {"not not slow", "one"},
        {"serious", "one"},
        {"wire", "three"},
        {"any and normal", "two four"},
        {"v1.2_x-y", "three"},
        {" ( ( slow ) ) ", "one"},
        {"not slow and not auth", "two four"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_str_eq(selected(rows[i][0], NULL, 0), rows[i][1]);
    }
}
END_TEST

START_TEST(test_wrong_expressions_name_column_and_cure)
{
    static const char *const rows[][3] = {
        {"starttls adn slow", "column 10: ", "did you mean 'and'?"},
        {"starttls OR slow", "column 10: ", "did you mean 'or'?"},
        {"starttls slow", "column 10: ", "join two tags with and, or with or"},
        {"", "column 1: ", "got nothing more"},
        {"a and", "column 6: ", "expected a tag, not or '('"},
        {"and a", "column 1: ", "got 'and'"},
        {"(a or b", "column 8: ", "close the parenthesis of column 1"},
        {"a)", "column 2: ", "no parenthesis is open here"},
        {"a & b", "column 3: ", "got '&'"},
        {"not", "column 4: ", "got nothing more"},
        {"()", "column 2: ", "got ')'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *text = selected(rows[i][0], NULL, 0);
        ck_assert_msg(strstr(text, "the expression of --tag") != NULL &&
                          strstr(text, rows[i][1]) != NULL && strstr(text, rows[i][2]) != NULL,
            "%s: %s", rows[i][0], text);
    }
}
END_TEST

START_TEST(test_limits_of_expressions)
{
    char text[4096];
    memset(text, '(', sizeof text);
    text[100] = 0;
    ck_assert_ptr_nonnull(strstr(selected(text, NULL, 0), "more than 32 levels"));
    memset(text, 'a', sizeof text);
    text[1001] = 0;
    ck_assert_ptr_nonnull(strstr(selected(text, NULL, 0), "longer than 1000 octets"));
    struct buf many;
    buf_init(&many, 4096);
    for (int i = 0; i < 110; i++) {
        buf_append_text(&many, i == 0 ? "a" : " or a");
    }
    ck_assert_ptr_nonnull(strstr(selected(buf_text(&many), NULL, 0), "more than 200 words"));
    buf_done(&many);
}
END_TEST

START_TEST(test_globs)
{
    const char *const any[] = {"*#t*", "test#four"}, *const part[] = {"test"},
                      *const class[] = {"*#[of]*"};
    ck_assert_str_eq(selected(NULL, any, 2), "two three four");
    ck_assert_str_eq(selected("auth", any, 2), "three"); /* both must fit */
    ck_assert_str_eq(selected(NULL, class, 1), "one four");
    ck_assert_ptr_nonnull(strstr(selected(NULL, part, 1), "no case has an id that fits 'test'"));
}
END_TEST

START_TEST(test_what_lies_near)
{
    const char *const own[] = {"thre"}, *const far[] = {"qqqqqqqqqq"}, *const wild[] = {"tset#t*o"};
    const char *const file[] = {"test"};
    ck_assert_str_eq(
        selected(NULL, own, 1), "\nno case has an id that fits 'thre'; the nearest: test#three\n");
    ck_assert_ptr_nonnull(strstr(selected(NULL, wild, 1), "the nearest: test#two"));
    ck_assert_str_eq(selected(NULL, file, 1),
        "\nno case has an id that fits 'test'; the nearest: test#one, test#two, test#three\n");
    ck_assert_ptr_nonnull(strstr(selected(NULL, far, 1), "`smtpvet list` shows all ids"));
    ck_assert_str_eq(selected("startls", NULL, 0),
        "\nno case has the tag 'startls' (did you mean 'starttls'?)\n");
    ck_assert_str_eq(selected("qqqqqqq", NULL, 0), "\nno case has the tag 'qqqqqqq'\n");
    /* A word that nobody has is no mistake where it is excluded, but for one that is mistyped. */
    ck_assert_str_eq(selected("not qqqqqqq", NULL, 0), "one two three four");
    ck_assert_str_eq(selected("not slwo and slow", NULL, 0),
        "one\nno case has the tag 'slwo' (did you mean 'slow'?)\n");
    ck_assert_str_eq(selected("not simulated and slow", NULL, 0), "one");
}
END_TEST

START_TEST(test_the_digest_speaks_of_what_is_left)
{
    struct testing a = testing_load_good(suite_text), b = testing_load_good(suite_text);
    uint64_t whole = scenario_suite_plan(a.suite)->digest;
    struct buf notes;
    struct fail fail = {0};
    buf_init(&notes, 4096);
    struct select_options all = {.expression = "any or wire"}, slow = {.expression = "slow"};
    ck_assert_int_eq(scenario_suite_select(a.suite, &all, &notes, &fail), STATUS_OK);
    ck_assert(scenario_suite_plan(a.suite)->digest == whole);
    ck_assert_int_eq(scenario_suite_select(b.suite, &slow, &notes, &fail), STATUS_OK);
    ck_assert(scenario_suite_plan(b.suite)->digest != whole);
    buf_done(&notes);
    testing_done(&a);
    testing_done(&b);
}
END_TEST

UNIT_MAIN(test_expressions, test_wrong_expressions_name_column_and_cure, test_limits_of_expressions,
    test_globs, test_what_lies_near, test_the_digest_speaks_of_what_is_left)
