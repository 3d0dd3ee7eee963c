#include "harness/judge/matcher.h"

#include "harness/tests/unit.h"

#define NOW INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static struct arena *arena;

/* --- short ways to values and matchers; all in `arena` --- */

static struct value *text(const char *content)
{
    return value_text(arena, content);
}

static struct value *number(int64_t integer)
{
    return value_integer(arena, integer);
}

/* A list of words, separated by blanks. */
static struct value *words(const char *content)
{
    struct value *list = value_list(arena);
    struct span rest = span_text(content);
    while (rest.len > 0) {
        size_t blank = span_find(rest, ' ');
        value_append(arena, list, value_bytes(arena, span_first(rest, blank)));
        rest = span_from(rest, blank + 1);
    }
    return list;
}

static struct plan_matcher *matcher(enum plan_matcher_kind kind, const struct value *value)
{
    struct plan_matcher *made = arena_alloc(arena, sizeof *made);
    made->kind = kind;
    made->value = value;
    return made;
}

static struct plan_matcher *with_items(
    enum plan_matcher_kind kind, const struct plan_matcher *const *items, size_t items_len)
{
    struct plan_matcher *made = matcher(kind, NULL);
    const struct plan_matcher **copies = arena_alloc(arena, (items_len + 1) * sizeof *copies);
    for (size_t i = 0; i < items_len; i++) {
        copies[i] = items[i];
    }
    made->items = copies;
    made->items_len = items_len;
    return made;
}

static struct plan_matcher *around(enum plan_matcher_kind kind, const struct plan_matcher *inner)
{
    return with_items(kind, (const struct plan_matcher *const[]){inner}, 1);
}

static struct plan_matcher *equal(const char *content)
{
    return matcher(PLAN_MATCHER_EQUAL, text(content));
}

/* Matchers that equal words, separated by blanks, under one of `kind`. */
static struct plan_matcher *of_words(enum plan_matcher_kind kind, const char *content)
{
    struct value *list = words(content);
    const struct plan_matcher **items = arena_alloc(arena, (list->len + 1) * sizeof *items);
    for (size_t i = 0; i < list->len; i++) {
        items[i] = matcher(PLAN_MATCHER_EQUAL, list->items[i]);
    }
    return with_items(kind, items, list->len);
}

static struct plan_matcher *pattern(const char *regex)
{
    struct plan_matcher *made = matcher(PLAN_MATCHER_MATCHES, text(regex));
    struct match_pattern *compiled = match_pattern_new(span_text(regex), false, NULL);
    ck_assert_ptr_nonnull(compiled);
    made->pattern = compiled;
    return made;
}

static void pattern_done(struct plan_matcher *made)
{
    match_pattern_free((struct match_pattern *)(uintptr_t)made->pattern);
}

static bool holds_as(
    enum match_kind kind, const struct plan_matcher *wanted, const struct value *found)
{
    bool gave_up = true;
    bool holds = matcher_holds(wanted, kind, found, NOW, &gave_up);
    ck_assert(!gave_up);
    ck_assert_int_eq(matcher_holds(wanted, kind, found, NOW, NULL), holds);
    return holds;
}

static bool holds(const struct plan_matcher *wanted, const struct value *found)
{
    return holds_as(MATCH_KIND_TEXT, wanted, found);
}

static void begin(void)
{
    arena = arena_new();
}

static void end(void)
{
    arena_free(arena);
}

/* --- scalars --- */

START_TEST(test_equal)
{
    begin();
    ck_assert(holds(equal("sent"), text("sent")));
    ck_assert(!holds(equal("sent"), text("refused")));
    ck_assert(!holds(equal("sent"), words("sent")));
    ck_assert(
        holds(matcher(PLAN_MATCHER_EQUAL, value_truth(arena, true)), value_truth(arena, true)));
    ck_assert(
        !holds(matcher(PLAN_MATCHER_EQUAL, value_truth(arena, true)), value_truth(arena, false)));
    ck_assert(!holds(equal("true"), value_truth(arena, true))); /* a word is no truth */
    ck_assert(holds_as(MATCH_KIND_INTEGER, matcher(PLAN_MATCHER_EQUAL, number(3)), number(3)));
    ck_assert(!holds_as(MATCH_KIND_INTEGER, matcher(PLAN_MATCHER_EQUAL, number(3)), number(4)));
    ck_assert(holds(matcher(PLAN_MATCHER_EQUAL, number(1000000)), text("1000000")));
    ck_assert(!holds(matcher(PLAN_MATCHER_EQUAL, value_null(arena)), text("")));
    end();
}
END_TEST

START_TEST(test_equal_compares_things_as_what_they_are)
{
    begin();
    ck_assert(holds_as(MATCH_KIND_CODE, equal("2xx"), number(250)));
    ck_assert(!holds_as(MATCH_KIND_CODE, equal("2xx"), number(354)));
    ck_assert(holds_as(MATCH_KIND_CODE, matcher(PLAN_MATCHER_EQUAL, number(250)), number(250)));
    ck_assert(holds_as(MATCH_KIND_VERSION, equal("tls1.3"), text("TLSv1.3")));
    ck_assert(!holds_as(MATCH_KIND_VERSION, equal("tls1.3"), text("TLSv1.2")));
    ck_assert(holds_as(MATCH_KIND_ENHANCED, equal("5.7.x"), text("5.7.26")));
    ck_assert(!holds_as(MATCH_KIND_ENHANCED, equal("5.7.x"), text("5.1.1")));
    ck_assert(holds_as(MATCH_KIND_DATE, equal("+14d"), text("2026-01-15T00:00:00Z")));
    ck_assert(holds_as(MATCH_KIND_SIZE, equal("10MiB"), number(10485760)));
    ck_assert(!holds_as(MATCH_KIND_SIZE, equal("10MB"), number(10485760)));
    ck_assert(holds_as(MATCH_KIND_DURATION, equal("5m"), number(300000000)));
    end();
}
END_TEST

START_TEST(test_order)
{
    begin();
    struct plan_matcher *tls12 = matcher(PLAN_MATCHER_AT_LEAST, text("tls1.2"));
    ck_assert(holds_as(MATCH_KIND_VERSION, tls12, text("TLSv1.2")));
    ck_assert(holds_as(MATCH_KIND_VERSION, tls12, text("TLSv1.3")));
    ck_assert(!holds_as(MATCH_KIND_VERSION, tls12, text("TLSv1.1")));
    ck_assert(!holds_as(MATCH_KIND_VERSION, tls12, text("SSLv3")));
    struct plan_matcher *at_most = matcher(PLAN_MATCHER_AT_MOST, text("tls1.2"));
    ck_assert(holds_as(MATCH_KIND_VERSION, at_most, text("TLSv1")));
    ck_assert(!holds_as(MATCH_KIND_VERSION, at_most, text("TLSv1.3")));
    struct plan_matcher *fortnight = matcher(PLAN_MATCHER_AT_LEAST, text("+14d"));
    ck_assert(holds_as(MATCH_KIND_DATE, fortnight, text("2026-01-15T00:00:00Z")));
    ck_assert(!holds_as(MATCH_KIND_DATE, fortnight, text("2026-01-14T23:59:59Z")));
    struct plan_matcher *size = matcher(PLAN_MATCHER_AT_MOST, text("10MiB"));
    ck_assert(holds_as(MATCH_KIND_SIZE, size, number(10485760)));
    ck_assert(!holds_as(MATCH_KIND_SIZE, size, number(10485761)));
    struct plan_matcher *few = matcher(PLAN_MATCHER_AT_MOST, number(9));
    ck_assert(holds_as(MATCH_KIND_INTEGER, few, number(9)));
    ck_assert(!holds_as(MATCH_KIND_INTEGER, few, number(10)));     /* as numbers, not as text */
    ck_assert(!holds_as(MATCH_KIND_INTEGER, few, words("1 2")));   /* a list has no order … */
    ck_assert(!holds_as(MATCH_KIND_VERSION, tls12, text("none"))); /* … nor has nonsense */
    ck_assert(!holds_as(MATCH_KIND_VERSION, at_most, text("none")));
    end();
}
END_TEST

START_TEST(test_matches)
{
    begin();
    struct plan_matcher *regex = pattern("^OK .*[0-9]$");
    ck_assert(holds(regex, text("OK queued as 7")));
    ck_assert(!holds(regex, text("queued as 7")));
    ck_assert(!holds(regex, words("OK1")));
    pattern_done(regex);
    regex = pattern("^25");
    ck_assert(holds_as(MATCH_KIND_CODE, regex, number(250)));
    ck_assert(!holds_as(MATCH_KIND_CODE, regex, number(350)));
    pattern_done(regex);
    end();
}
END_TEST

START_TEST(test_a_search_that_gives_up_proves_nothing)
{
    begin();
    char hostile[5001];
    memset(hostile, 'a', 5000);
    hostile[4999] = '!';
    hostile[5000] = 0;
    struct plan_matcher *regex = pattern("^(a+)+$");
    const struct plan_matcher *wanted[] = {regex, around(PLAN_MATCHER_NOT, regex),
        around(PLAN_MATCHER_NOT, around(PLAN_MATCHER_NOT, regex))};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        bool gave_up = false;
        ck_assert(!matcher_holds(wanted[i], MATCH_KIND_TEXT, text(hostile), NOW, &gave_up));
        ck_assert(gave_up);
    }
    ck_assert(holds(around(PLAN_MATCHER_NOT, regex), text("b")));
    pattern_done(regex);
    end();
}
END_TEST

/* --- lists --- */

START_TEST(test_lists_in_any_order)
{
    begin();
    static const struct {
        const char *wanted, *found;
        bool holds;
    } rows[] = {
        {"", "", true},
        {"", "PLAIN", false},
        {"PLAIN", "", false},
        {"PLAIN LOGIN", "PLAIN LOGIN", true},
        {"PLAIN LOGIN", "LOGIN PLAIN", true},
        {"PLAIN LOGIN", "PLAIN", false},
        {"PLAIN", "PLAIN LOGIN", false},
        {"PLAIN LOGIN", "PLAIN XOAUTH2", false},
        {"a a b", "a b a", true},
        {"a a b", "a b b", false}, /* each as often */
        {"a b", "a a b", false},
        {"a a b", "a b", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_msg(holds(of_words(PLAN_MATCHER_LIST, rows[i].wanted), words(rows[i].found)) ==
                          rows[i].holds,
            "[%s] and [%s]", rows[i].wanted, rows[i].found);
    }
    ck_assert(!holds(of_words(PLAN_MATCHER_LIST, "PLAIN"), text("PLAIN")));
    ck_assert(holds_as(MATCH_KIND_VERSION, of_words(PLAN_MATCHER_LIST, "tls1.2 tls1.3"),
        words("TLSv1.3 TLSv1.2")));
    ck_assert(holds_as(
        MATCH_KIND_CODE, of_words(PLAN_MATCHER_LIST, "2xx 250 354"), words("354 250 221")));
    end();
}
END_TEST

/* The first pattern takes what only the second one fits, unless it is made to give it back. */
START_TEST(test_lists_find_an_assignment_wherever_there_is_one)
{
    begin();
    struct plan_matcher *any_a = pattern("^a"), *ab = pattern("^ab"), *abc = pattern("^abc");
    const struct plan_matcher *const items[] = {any_a, ab, abc};
    struct plan_matcher *list = with_items(PLAN_MATCHER_LIST, items, 3);
    ck_assert(holds(list, words("abcd abx ax")));
    ck_assert(holds(list, words("ax abx abcd")));
    ck_assert(holds(list, words("abcd ax abx")));
    ck_assert(holds(list, words("abcd abce abcf")));
    ck_assert(!holds(list, words("abcd ax ay")));
    ck_assert(!holds(list, words("abx aby abz")));
    ck_assert(!holds(list, words("abcd abx")));
    pattern_done(any_a);
    pattern_done(ab);
    pattern_done(abc);
    end();
}
END_TEST

START_TEST(test_long_lists)
{
    begin();
    struct value *found = value_list(arena), *longer = value_list(arena);
    const struct plan_matcher **items = arena_alloc(arena, 1000 * sizeof *items);
    for (size_t i = 0; i < 1000; i++) {
        value_append(arena, found, text("NOOP"));
        value_append(arena, longer, text("NOOP"));
        items[i] = equal("NOOP");
    }
    value_append(arena, longer, text("QUIT"));
    struct plan_matcher *list = with_items(PLAN_MATCHER_LIST, items, 1000);
    ck_assert(holds(list, found));
    ck_assert(!holds(list, longer));
    ck_assert(holds(with_items(PLAN_MATCHER_CONTAINS, items, 1000), longer));
    ck_assert(holds(with_items(PLAN_MATCHER_IN_ORDER, items, 1000), longer));
    end();
}
END_TEST

START_TEST(test_contains)
{
    begin();
    struct plan_matcher *wanted = of_words(PLAN_MATCHER_CONTAINS, "MAIL RCPT");
    ck_assert(holds(wanted, words("EHLO RCPT MAIL QUIT")));
    ck_assert(!holds(wanted, words("EHLO MAIL QUIT")));
    ck_assert(!holds(wanted, value_list(arena)));
    ck_assert(!holds(of_words(PLAN_MATCHER_CONTAINS, "a a"), words("a b"))); /* each as often */
    ck_assert(holds(of_words(PLAN_MATCHER_CONTAINS, "queued 42"), text("Ok: queued as 42")));
    ck_assert(!holds(of_words(PLAN_MATCHER_CONTAINS, "queued 43"), text("Ok: queued as 42")));
    ck_assert(!holds(of_words(PLAN_MATCHER_CONTAINS, "OK"), text("Ok: queued")));
    ck_assert(holds(around(PLAN_MATCHER_CONTAINS, equal("")), text("x")));
    ck_assert(holds(
        around(PLAN_MATCHER_CONTAINS, matcher(PLAN_MATCHER_EQUAL, number(42))), text("as 42")));
    ck_assert(!holds(of_words(PLAN_MATCHER_CONTAINS, "2"), number(250)));
    ck_assert(!holds(of_words(PLAN_MATCHER_CONTAINS, "true"), value_truth(arena, true)));
    end();
}
END_TEST

START_TEST(test_in_order)
{
    begin();
    struct plan_matcher *wanted = of_words(PLAN_MATCHER_IN_ORDER, "EHLO STARTTLS EHLO");
    ck_assert(holds(wanted, words("EHLO STARTTLS EHLO MAIL")));
    ck_assert(holds(wanted, words("NOOP EHLO NOOP STARTTLS NOOP EHLO")));
    ck_assert(!holds(wanted, words("EHLO EHLO STARTTLS")));
    ck_assert(!holds(wanted, words("EHLO STARTTLS")));
    ck_assert(!holds(wanted, text("EHLO STARTTLS EHLO")));
    ck_assert(holds(of_words(PLAN_MATCHER_IN_ORDER, ""), value_list(arena)));
    end();
}
END_TEST

START_TEST(test_one_of)
{
    begin();
    struct plan_matcher *wanted = of_words(PLAN_MATCHER_ONE_OF, "tls-failed disconnected");
    ck_assert(holds(wanted, text("disconnected")));
    ck_assert(holds(wanted, text("tls-failed")));
    ck_assert(!holds(wanted, text("sent")));
    ck_assert(!holds(with_items(PLAN_MATCHER_ONE_OF, NULL, 0), text("sent")));
    end();
}
END_TEST

START_TEST(test_each_and_any)
{
    begin();
    struct plan_matcher *tls12 = matcher(PLAN_MATCHER_AT_LEAST, text("tls1.2"));
    struct plan_matcher *each = around(PLAN_MATCHER_EACH, tls12);
    struct plan_matcher *any = around(PLAN_MATCHER_ANY, tls12);
    struct value *new_ones = words("TLSv1.3 TLSv1.2"), *mixed = words("TLSv1 TLSv1.2"),
                 *old_ones = words("SSLv3 TLSv1"), *none = value_list(arena);
    ck_assert(holds_as(MATCH_KIND_VERSION, each, new_ones));
    ck_assert(!holds_as(MATCH_KIND_VERSION, each, mixed));
    ck_assert(holds_as(MATCH_KIND_VERSION, any, mixed));
    ck_assert(!holds_as(MATCH_KIND_VERSION, any, old_ones));
    ck_assert(holds_as(MATCH_KIND_VERSION, each, none)); /* of nothing, everything is true … */
    ck_assert(!holds_as(MATCH_KIND_VERSION, any, none)); /* … and nothing is there */
    ck_assert(!holds_as(MATCH_KIND_VERSION, each, text("TLSv1.3")));
    ck_assert(!holds_as(MATCH_KIND_VERSION, any, text("TLSv1.3")));
    end();
}
END_TEST

START_TEST(test_count)
{
    begin();
    struct plan_matcher *two = around(PLAN_MATCHER_COUNT, matcher(PLAN_MATCHER_EQUAL, number(2)));
    ck_assert(holds(two, words("a b")));
    ck_assert(!holds(two, words("a")));
    ck_assert(!holds(two, value_list(arena)));
    ck_assert(!holds(two, text("ab")));
    ck_assert(!holds(two, number(2)));
    struct plan_matcher *many = around(
        PLAN_MATCHER_COUNT, matcher(PLAN_MATCHER_AT_LEAST, number(10)));
    ck_assert(holds(many, words("a b c d e f g h i j"))); /* as numbers */
    ck_assert(!holds(many, words("a b c d e f g h i")));
    struct value *map = value_map(arena);
    value_put(arena, map, "a", number(1));
    value_put(arena, map, "b", number(2));
    ck_assert(holds(two, map));
    end();
}
END_TEST

/* --- what never came to be --- */

START_TEST(test_what_never_came_satisfies_only_absent_and_not)
{
    begin();
    struct plan_matcher *regex = pattern("");
    const struct plan_matcher *const unmet[] = {
        equal(""),
        of_words(PLAN_MATCHER_LIST, ""),
        of_words(PLAN_MATCHER_CONTAINS, ""),
        of_words(PLAN_MATCHER_IN_ORDER, ""),
        of_words(PLAN_MATCHER_ONE_OF, "a b"),
        regex,
        matcher(PLAN_MATCHER_AT_LEAST, number(0)),
        matcher(PLAN_MATCHER_AT_MOST, number(0)),
        around(PLAN_MATCHER_COUNT, matcher(PLAN_MATCHER_EQUAL, number(0))),
        around(PLAN_MATCHER_EACH, equal("a")),
        around(PLAN_MATCHER_ANY, equal("a")),
        matcher(PLAN_MATCHER_ABSENT, value_truth(arena, false)),
        around(PLAN_MATCHER_NOT, matcher(PLAN_MATCHER_ABSENT, value_truth(arena, true))),
    };
    for (size_t i = 0; i < ARRAY_LEN(unmet); i++) {
        ck_assert_msg(!holds(unmet[i], NULL), "matcher %zu", i);
        if (i != 11 && i != 12) {
            ck_assert_msg(holds(around(PLAN_MATCHER_NOT, unmet[i]), NULL), "not matcher %zu", i);
        }
    }
    ck_assert(holds(matcher(PLAN_MATCHER_ABSENT, value_truth(arena, true)), NULL));
    pattern_done(regex);
    end();
}
END_TEST

START_TEST(test_absent_of_what_came)
{
    begin();
    struct plan_matcher *absent = matcher(PLAN_MATCHER_ABSENT, value_truth(arena, true));
    struct plan_matcher *present = matcher(PLAN_MATCHER_ABSENT, value_truth(arena, false));
    ck_assert(!holds(absent, text("")));
    ck_assert(!holds(absent, value_list(arena)));
    ck_assert(!holds(absent, value_truth(arena, false)));
    ck_assert(holds(present, text("")));
    ck_assert(holds(present, value_list(arena)));
    end();
}
END_TEST

START_TEST(test_not_and_all_of)
{
    begin();
    ck_assert(!holds(around(PLAN_MATCHER_NOT, equal("a")), text("a")));
    ck_assert(holds(around(PLAN_MATCHER_NOT, equal("a")), text("b")));
    const struct plan_matcher *const range[] = {
        matcher(PLAN_MATCHER_AT_LEAST, number(3)), matcher(PLAN_MATCHER_AT_MOST, number(5))};
    struct plan_matcher *between = with_items(PLAN_MATCHER_ALL_OF, range, 2);
    ck_assert(!holds_as(MATCH_KIND_INTEGER, between, number(2)));
    ck_assert(holds_as(MATCH_KIND_INTEGER, between, number(3)));
    ck_assert(holds_as(MATCH_KIND_INTEGER, between, number(5)));
    ck_assert(!holds_as(MATCH_KIND_INTEGER, between, number(6)));
    ck_assert(!holds_as(MATCH_KIND_INTEGER, between, NULL));
    const struct plan_matcher *const either[] = {
        matcher(PLAN_MATCHER_ABSENT, value_truth(arena, true)), equal("a")};
    struct plan_matcher *choice = with_items(PLAN_MATCHER_ONE_OF, either, 2);
    ck_assert(holds(choice, NULL)); /* `absent` is among them */
    ck_assert(holds(choice, text("a")));
    ck_assert(!holds(choice, text("b")));
    end();
}
END_TEST

/* --- for people --- */

static void shown_is(const struct plan_matcher *wanted, const char *picture)
{
    struct buf out;
    buf_init(&out, 4096);
    matcher_show(wanted, &out);
    ck_assert_str_eq(buf_text(&out), picture);
    buf_done(&out);
}

START_TEST(test_matchers_as_people_read_them)
{
    begin();
    struct plan_matcher *regex = pattern("a\x1b/b");
    shown_is(equal("sent"), "sent");
    shown_is(equal(""), "\"\"");
    shown_is(of_words(PLAN_MATCHER_LIST, ""), "[]");
    shown_is(of_words(PLAN_MATCHER_LIST, "PLAIN"), "[PLAIN]");
    shown_is(of_words(PLAN_MATCHER_LIST, "PLAIN LOGIN"), "[PLAIN, LOGIN] in any order");
    shown_is(of_words(PLAN_MATCHER_CONTAINS, "a b"), "something with a and b");
    shown_is(of_words(PLAN_MATCHER_IN_ORDER, "a b"), "a, then b");
    shown_is(of_words(PLAN_MATCHER_ONE_OF, "a b c"), "a or b or c");
    shown_is(around(PLAN_MATCHER_NOT, equal("a")), "not a");
    shown_is(regex, "a match of /a\\x1b/b/");
    shown_is(matcher(PLAN_MATCHER_AT_LEAST, text("tls1.2")), "at least tls1.2");
    shown_is(matcher(PLAN_MATCHER_AT_MOST, number(5)), "at most 5");
    shown_is(matcher(PLAN_MATCHER_ABSENT, value_truth(arena, true)), "never to come to be");
    shown_is(matcher(PLAN_MATCHER_ABSENT, value_truth(arena, false)), "to come to be");
    shown_is(
        around(PLAN_MATCHER_COUNT, matcher(PLAN_MATCHER_AT_LEAST, number(2))), "at least 2 items");
    shown_is(around(PLAN_MATCHER_EACH, equal("a")), "each item a");
    shown_is(around(PLAN_MATCHER_ANY, equal("a")), "some item a");
    shown_is(of_words(PLAN_MATCHER_ALL_OF, "a b"), "a and b");
    pattern_done(regex);
    end();
}
END_TEST

UNIT_MAIN(test_equal, test_equal_compares_things_as_what_they_are, test_order, test_matches,
    test_a_search_that_gives_up_proves_nothing, test_lists_in_any_order,
    test_lists_find_an_assignment_wherever_there_is_one, test_long_lists, test_contains,
    test_in_order, test_one_of, test_each_and_any, test_count,
    test_what_never_came_satisfies_only_absent_and_not, test_absent_of_what_came,
    test_not_and_all_of, test_matchers_as_people_read_them)
