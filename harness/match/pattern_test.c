#include "harness/match/match.h"
#include "harness/tests/unit.h"

static struct match_pattern *pattern_of(const char *text, bool caseless)
{
    struct fail fail = {0};
    struct match_pattern *pattern = match_pattern_new(span_text(text), caseless, &fail);
    ck_assert_msg(pattern != NULL, "%s: %s", text, fail.text);
    return pattern;
}

static enum match_result find(const char *text, bool caseless, struct span subject)
{
    struct match_pattern *pattern = pattern_of(text, caseless);
    enum match_result result = match_pattern_find(pattern, subject, NULL, NULL);
    match_pattern_free(pattern);
    return result;
}

START_TEST(test_what_fits_and_what_does_not)
{
    static const struct {
        const char *pattern;
        bool caseless;
        const char *subject;
        enum match_result result;
    } rows[] = {
        {"ready", false, "220 ready", MATCH_YES},
        {"ready", false, "220 READY", MATCH_NO},
        {"ready", true, "220 READY", MATCH_YES},
        {"^ready", false, "220 ready", MATCH_NO},
        {"^220 .*y$", false, "220 ready", MATCH_YES},
        {"", false, "", MATCH_YES},
        {"", false, "x", MATCH_YES},
        {".", false, "", MATCH_NO},
        {"^$", false, "", MATCH_YES},
        {"RCPT TO:<(.+)>", true, "rcpt to:<joe@here.com>", MATCH_YES},
        {"a{3}", false, "aa", MATCH_NO},
        {"\\d{3}[ -]", false, "250-", MATCH_YES},
        {"(?i)x", false, "X", MATCH_YES},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_msg(
            find(rows[i].pattern, rows[i].caseless, span_text(rows[i].subject)) == rows[i].result,
            "/%s/ on \"%s\"", rows[i].pattern, rows[i].subject);
    }
}
END_TEST

START_TEST(test_subjects_are_octets)
{
    ck_assert_int_eq(find("a.b", false, SPAN_LITERAL("a\0b")), MATCH_YES);
    ck_assert_int_eq(find("^a\\x00b$", false, SPAN_LITERAL("a\0b")), MATCH_YES);
    ck_assert_int_eq(find("\\xff", false, SPAN_LITERAL("\xff\xfe")), MATCH_YES);
    ck_assert_int_eq(find("^..$", false, SPAN_LITERAL("\xc3\xbc")), MATCH_YES); /* two, not one */
    ck_assert_int_eq(find("b$", false, SPAN_EMPTY), MATCH_NO);
    struct fail fail = {0};
    ck_assert_ptr_null(match_pattern_new(SPAN_LITERAL("(*UTF)x"), false, &fail));
    ck_assert_int_eq(fail.class, FAIL_USAGE);
}
END_TEST

START_TEST(test_offsets_are_those_of_the_whole_match)
{
    struct match_pattern *pattern = pattern_of("v=([^,]*)", false);
    size_t start = 99, end = 99;
    ck_assert_int_eq(
        match_pattern_find(pattern, SPAN_LITERAL("e=x,v=abc,z"), &start, &end), MATCH_YES);
    ck_assert_uint_eq(start, 4);
    ck_assert_uint_eq(end, 9);
    start = end = 99;
    ck_assert_int_eq(match_pattern_find(pattern, SPAN_LITERAL("e=x"), &start, &end), MATCH_NO);
    ck_assert_uint_eq(start, 99); /* untouched */
    ck_assert_uint_eq(end, 99);
    ck_assert_int_eq(match_pattern_find(pattern, SPAN_LITERAL("v="), &start, NULL), MATCH_YES);
    ck_assert_uint_eq(start, 0);
    match_pattern_free(pattern);
    match_pattern_free(NULL);
}
END_TEST

START_TEST(test_wrong_patterns_say_where)
{
    static const struct {
        const char *pattern, *where;
    } rows[] = {
        {"a(b", "at character 4"}, {"ab[c", "at character 5"}, {"*a", "at character 1"},
        {"a\\Cb", "at character 4"}, /* one code unit: nonsense where everything is octets */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fail fail = {0};
        ck_assert_ptr_null(match_pattern_new(span_text(rows[i].pattern), false, &fail));
        ck_assert_int_eq(fail.class, FAIL_USAGE);
        ck_assert_msg(
            strstr(fail.text, rows[i].where) == fail.text, "%s: %s", rows[i].pattern, fail.text);
        ck_assert_uint_gt(strlen(fail.text), strlen(rows[i].where) + 5); /* and what is wrong */
    }
    ck_assert_ptr_null(match_pattern_new(SPAN_LITERAL("("), false, NULL));
}
END_TEST

START_TEST(test_a_pattern_has_a_longest_length)
{
    CLEANUP(mem_free_at) uint8_t *text = mem_alloc(MATCH_PATTERN_MAX + 1);
    memset(text, 'a', MATCH_PATTERN_MAX + 1);
    struct fail fail = {0};
    ck_assert_ptr_null(match_pattern_new(span_of(text, MATCH_PATTERN_MAX + 1), false, &fail));
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    struct match_pattern *longest = match_pattern_new(
        span_of(text, MATCH_PATTERN_MAX), false, NULL);
    ck_assert_ptr_nonnull(longest);
    match_pattern_free(longest);
}
END_TEST

/* Most of them would take longer than the universe has lasted, the last a second. */
START_TEST(test_catastrophic_patterns_give_up)
{
    static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "^(a*)*b$", "(x+x+)+[yz]",
        "^(([a-z])+.)+[A-Z]([a-z])+$", "(?:a?){60}a{60}[bc]", ".*a.*a.*a[xy]"};
    CLEANUP(mem_free_at) uint8_t *text = mem_alloc(5000);
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        size_t len = i == 6 ? 200 : 5000;
        memset(text, i == 3 ? 'x' : 'a', 5000);
        text[len - 1] = '!';
        enum match_result result = find(patterns[i], false, span_of(text, len));
        ck_assert_msg(result == MATCH_GAVE_UP, "%s: %d", patterns[i], result);
    }
}
END_TEST

START_TEST(test_honest_patterns_on_long_text_do_not)
{
    CLEANUP(mem_free_at) uint8_t *text = mem_alloc(16000);
    memset(text, 'a', 16000);
    text[15999] = 'c';
    ck_assert_int_eq(find("(?:a|b)*c", false, span_of(text, 16000)), MATCH_YES);
    ck_assert_int_eq(find("^(?:a|\\r\\n)*c$", false, span_of(text, 16000)), MATCH_YES);
    ck_assert_int_eq(find("^.*c$", false, span_of(text, 16000)), MATCH_YES);
    ck_assert_int_eq(find("d", false, span_of(text, 16000)), MATCH_NO);
}
END_TEST

START_TEST(test_what_lies_behind_the_limit_is_not_searched)
{
    size_t len = MATCH_SUBJECT_MAX + 10;
    CLEANUP(mem_free_at) uint8_t *text = mem_zalloc(1, len);
    text[MATCH_SUBJECT_MAX - 1] = 'x';
    text[MATCH_SUBJECT_MAX] = 'y';
    ck_assert_int_eq(find("x", false, span_of(text, len)), MATCH_YES);
    ck_assert_int_eq(find("y", false, span_of(text, len)), MATCH_NO);
}
END_TEST

UNIT_MAIN(test_what_fits_and_what_does_not, test_subjects_are_octets,
    test_offsets_are_those_of_the_whole_match, test_wrong_patterns_say_where,
    test_a_pattern_has_a_longest_length, test_catastrophic_patterns_give_up,
    test_honest_patterns_on_long_text_do_not, test_what_lies_behind_the_limit_is_not_searched)
