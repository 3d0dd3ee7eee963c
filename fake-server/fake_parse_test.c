#include "fake-server/fake_parse.h"

#include "harness/base/status.h"
#include "harness/tests/unit.h"

static void check_word(const char *text, const char *word, const char *rest)
{
    struct span left = span_text(text);
    struct span found = fake_parse_word(&left);
    ck_assert_msg(span_equal(found, span_text(word)), "'%s'", text);
    ck_assert_msg(span_equal(left, span_text(rest)), "'%s'", text);
}

START_TEST(test_words)
{
    check_word("", "", "");
    check_word("NOOP", "NOOP", "");
    check_word("EHLO a b", "EHLO", "a b");
    check_word("EHLO \t a ", "EHLO", "a ");
    check_word(" EHLO", "", "EHLO");
    struct span rest = SPAN_LITERAL("NO\0OP x");
    ck_assert(span_equal(fake_parse_word(&rest), SPAN_LITERAL("NO\0OP")));
}
END_TEST

START_TEST(test_capitals)
{
    char room[4];
    ck_assert(span_equal(
        fake_parse_capitals(SPAN_LITERAL("nO1"), room, sizeof room), SPAN_LITERAL("NO1")));
    ck_assert(span_equal(
        fake_parse_capitals(SPAN_LITERAL("starttls"), room, sizeof room), SPAN_LITERAL("STAR")));
    ck_assert_uint_eq(fake_parse_capitals(SPAN_EMPTY, room, sizeof room).len, 0);
}
END_TEST

static const struct {
    const char *argument, *address, *parameters; /* address NULL: not of that form */
} paths[] = {
    {"FROM:<joe@here.com>", "joe@here.com", ""},
    {"from:<joe@here.com>", "joe@here.com", ""},
    {"FROM: <joe@here.com>", "joe@here.com", ""},
    {"FROM:<>", "", ""},
    {"FROM:<joe@here.com> SIZE=1 BODY=8BITMIME", "joe@here.com", "SIZE=1 BODY=8BITMIME"},
    {"FROM:<joe@here.com>  SIZE=1 ", "joe@here.com", "SIZE=1"},
    {"FROM:<\"a>b\"@here.com> X", "\"a>b\"@here.com", "X"},
    {"FROM:<\"a\\\">\"@here.com>", "\"a\\\">\"@here.com", ""},
    {"FROM:<@a.test,@b.test:joe@here.com>", "joe@here.com", ""},
    {"FROM:<@a.test>", NULL, NULL},
    {"FROM:<@a.test:>", NULL, NULL},
    {"FROM:<joe@here.com>SIZE=1", NULL, NULL},
    {"FROM:joe@here.com", NULL, NULL},
    {"FROM:<joe@here.com", NULL, NULL},
    {"FROM:<\"joe@here.com>", NULL, NULL},
    {"FROM:", NULL, NULL},
    {"FROM", NULL, NULL},
    {"TO:<joe@here.com>", NULL, NULL},
    {"", NULL, NULL},
};

START_TEST(test_paths)
{
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct span address = SPAN_LITERAL("untouched");
        struct span parameters = SPAN_LITERAL("untouched");
        bool found = fake_parse_path(span_text(paths[i].argument), "FROM:", &address, &parameters);
        const char *wanted = paths[i].address == NULL ? "untouched" : paths[i].address;
        ck_assert_msg(found == (paths[i].address != NULL), "%s", paths[i].argument);
        ck_assert_msg(span_equal(address, span_text(wanted)), "%s", paths[i].argument);
        wanted = paths[i].address == NULL ? "untouched" : paths[i].parameters;
        ck_assert_msg(span_equal(parameters, span_text(wanted)), "%s", paths[i].argument);
    }
}
END_TEST

START_TEST(test_parameters)
{
    struct span rest = SPAN_LITERAL("SIZE=12 SMTPUTF8 X= =y A=b=c");
    static const char *const wanted[][2] = {
        {"SIZE", "12"}, {"SMTPUTF8", ""}, {"X", ""}, {"", "y"}, {"A", "b=c"}};
    struct span name;
    struct span value;
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        ck_assert(fake_parse_parameter(&rest, &name, &value));
        ck_assert(span_equal(name, span_text(wanted[i][0])));
        ck_assert(span_equal(value, span_text(wanted[i][1])));
    }
    ck_assert(!fake_parse_parameter(&rest, &name, &value));
}
END_TEST

static void check_number(const char *text, int64_t wanted)
{
    int64_t number = -7;
    bool found = fake_parse_number(span_text(text), &number);
    ck_assert_msg(found == (wanted >= 0), "%s", text);
    ck_assert_msg(number == (wanted < 0 ? -7 : wanted), "%s: %lld", text, (long long)number);
}

START_TEST(test_numbers)
{
    check_number("0", 0);
    check_number("00120", 120);
    check_number("9223372036854775807", INT64_MAX);
    check_number("9223372036854775808", INT64_MAX);
    check_number("99999999999999999999", INT64_MAX);
    check_number("999999999999999999990", INT64_MAX);
    check_number("", -1);
    check_number("-1", -1);
    check_number("+1", -1);
    check_number("1k", -1);
    check_number("99999999999999999999k", -1);
}
END_TEST

UNIT_MAIN(test_words, test_capitals, test_paths, test_parameters, test_numbers)
