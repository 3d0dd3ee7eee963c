#include "harness/match/match.h"

#include "harness/tests/unit.h"

#define NOW INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

/* --- globs --- */

START_TEST(test_globs)
{
    static const struct {
        const char *glob, *text;
        bool holds;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"*", "", true},
        {"*", "auth/plain#login", true},
        {"**", "a", true},
        {"auth/*", "auth/plain", true},
        {"auth/*", "auth/", true},
        {"auth/*", "mode/auth/plain", false},
        {"*/plain", "auth/plain", true},
        {"*/plain", "auth/plain#x", false},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXbYbZ", false},
        {"*ab", "aab", true},
        {"?", "", false},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true},
        {"[^a-c]x", "bx", false},
        {"[!a]", "!", true},
        {"[]a]", "]", true},
        {"[]a]", "a", true},
        {"[a-]", "-", true},
        {"[a-]", "b", false},
        {"[abc", "[abc", true}, /* never closed: as it stands */
        {"[abc", "a", false},
        {"*[0-9]", "case7", true},
        {"*[0-9]", "case", false},
        {"A", "a", false},
        {"x[tls=*]", "xt", true}, /* a class; matrix cells want their bracket in one */
        {"x[[]tls=*]", "x[tls=1.3]", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_msg(match_glob(rows[i].glob, rows[i].text) == rows[i].holds, "%s on %s",
            rows[i].glob, rows[i].text);
    }
}
END_TEST

START_TEST(test_hostile_globs_come_to_an_end)
{
    enum { LEN = 150000 };
    CLEANUP(mem_free_at) char *text = mem_zalloc(1, LEN + 1);
    memset(text, 'a', LEN);
    ck_assert(!match_glob("*a*a*a*a*a*a*a*a*b", text));
    text[LEN - 1] = 'b';
    ck_assert(!match_glob("*a*ab", text)); /* it would, but nobody walks so far */
    ck_assert(match_glob("*ab", text + LEN - 10000));
}
END_TEST

/* --- kinds --- */

#define T MATCH_KIND_TEXT
#define I MATCH_KIND_INTEGER
#define V MATCH_KIND_VERSION
#define C MATCH_KIND_CODE
#define E MATCH_KIND_ENHANCED
#define D MATCH_KIND_DATE
#define U MATCH_KIND_DURATION
#define Z MATCH_KIND_SIZE

START_TEST(test_equality_by_kind)
{
    static const struct {
        enum match_kind kind;
        const char *wanted, *found;
        bool equal;
    } rows[] = {
        {T, "PLAIN", "PLAIN", true},
        {T, "PLAIN", "plain", false},
        {T, "", "", true},
        {T, "2xx", "250", false},
        {I, "7", "7", true},
        {I, "07", "7", true},
        {I, "7", "8", false},
        {I, "seven", "seven", true},
        {V, "tls1.2", "TLSv1.2", true},
        {V, "TLSv1.3", "tls1.3", true},
        {V, "tls1", "TLSv1", true},
        {V, "tls1.0", "TLSv1", true},
        {V, "ssl3", "SSLv3", true},
        {V, "tls1.2", "TLSv1.3", false},
        {V, "tls1.2", "1.2", false},
        {V, "3.0", "3.0.0", true},
        {V, "3.0", "3.0.1", false},
        {V, "tls1.2", "unknown", false},
        {V, "unknown", "unknown", true},
        {C, "250", "250", true},
        {C, "250", "251", false},
        {C, "2xx", "250", true},
        {C, "2XX", "299", true},
        {C, "2xx", "350", false},
        {C, "25x", "259", true},
        {C, "25x", "260", false},
        {C, "2xx", "25", false},
        {C, "2xx", "2500", false},
        {E, "5.7.1", "5.7.1", true},
        {E, "5.7.x", "5.7.26", true},
        {E, "5.x.x", "5.1.2", true},
        {E, "5.7.x", "5.1.2", false},
        {E, "5.7.1", "5.7.01", true},
        {E, "5.7.1", "5.7.10", false},
        {E, "5.7.x", "5.7", false},
        {E, "5.7.x", "", false},
        {D, "2026-01-01", "2026-01-01T00:00:00Z", true},
        {D, "+14d", "2026-01-15T00:00:00Z", true},
        {D, "-1d", "2025-12-31T00:00:00Z", true},
        {D, "+14d", "2026-01-15T00:00:01Z", false},
        {U, "5m", "300000000", true},
        {U, "300s", "300000000", true},
        {U, "5m", "300000001", false},
        {Z, "10MiB", "10485760", true},
        {Z, "10KB", "10000", true},
        {Z, "10KB", "10240", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_msg(match_equal(rows[i].kind, span_text(rows[i].wanted), span_text(rows[i].found),
                          NOW) == rows[i].equal,
            "kind %d: %s, %s", rows[i].kind, rows[i].wanted, rows[i].found);
    }
}
END_TEST

START_TEST(test_order_by_kind)
{
    static const struct {
        enum match_kind kind;
        const char *found, *wanted;
        int order; /* 9: cannot be compared */
    } rows[] = {
        {T, "a", "b", -1},
        {T, "ab", "a", 1},
        {T, "", "a", -1},
        {T, "a", "a", 0},
        {T, "\xff", "a", 1},
        {I, "9", "10", -1},
        {I, "-1", "-2", 1},
        {I, "9223372036854775807", "-9223372036854775808", 1},
        {I, "x", "1", 9},
        {I, "1", "", 9},
        {V, "TLSv1.3", "tls1.2", 1},
        {V, "SSLv3", "tls1", -1},
        {V, "SSLv2", "ssl3", -1},
        {V, "TLSv1.1", "TLSv1.1", 0},
        {V, "TLSv1", "tls1.1", -1},
        {V, "1.10", "1.9", 1},
        {V, "3.0.22", "3.0.9", 1},
        {V, "3", "3.0.1", -1},
        {V, "1.2", "tls1.2", 9},
        {V, "", "1", 9},
        {V, "1.", "1", 9},
        {V, ".1", "1", 9},
        {V, "1..2", "1", 9},
        {V, "1.x", "1", 9},
        {V, "+1", "1", 9},
        {V, "-1", "1", 9},
        {V, "99999999999999999999", "1", 9},
        {C, "250", "400", -1},
        {C, "250", "2xx", 9}, /* a pattern has no place in the order */
        {E, "5.7.1", "5.7.10", -1},
        {E, "5.7.999", "5.8.0", -1},
        {E, "4.9.9", "5.0.0", -1},
        {E, "5.7.1", "5.7.x", 9},
        {E, "5.7.1", "5.x.1", 9},
        {E, "5.x.1", "5.7.1", 9},
        {E, "5.7", "5.7.1", 9},
        {D, "2026-01-16T00:00:00Z", "+14d", 1},
        {D, "2026-01-14T00:00:00Z", "+14d", -1},
        {D, "2026-01-15T00:00:00Z", "+14d", 0},
        {D, "2025-12-30T23:59:59Z", "-1d", -1},
        {D, "2026-01-01", "2027-01-01", -1},
        {D, "soon", "+14d", 9},
        {D, "2026-01-01", "14d", 9}, /* without a sign it is no date */
        {U, "299999999", "5m", -1},
        {U, "5m", "5m", 0},
        {U, "1h", "5m", 1},
        {U, "five", "5m", 9},
        {Z, "1048577", "1MiB", 1},
        {Z, "1MB", "1MiB", -1},
        {Z, "big", "1MiB", 9},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int order = 9;
        bool compared = match_compare(
            rows[i].kind, span_text(rows[i].found), span_text(rows[i].wanted), NOW, &order);
        int sign = order == 9 ? 9 : (order > 0) - (order < 0);
        ck_assert_msg(compared == (rows[i].order != 9) && sign == rows[i].order,
            "kind %d: %s, %s gives %d", rows[i].kind, rows[i].found, rows[i].wanted, sign);
    }
}
END_TEST

/* A peer may send what nobody can wait for: it is compared like any other. */
START_TEST(test_malformed_codes_are_data)
{
    int order;
    ck_assert(!match_equal(C, SPAN_LITERAL("2xx"), SPAN_LITERAL("699"), NOW));
    ck_assert(match_equal(C, SPAN_LITERAL("2xx"), SPAN_LITERAL("299"), NOW));
    ck_assert(match_compare(C, SPAN_LITERAL("699"), SPAN_LITERAL("559"), NOW, &order));
    ck_assert_int_gt(order, 0);
}
END_TEST

START_TEST(test_what_can_be_wanted)
{
    static const struct {
        enum match_kind kind;
        const char *text;
        bool well_formed;
    } rows[] = {
        {T, "", true},
        {T, "anything", true},
        {I, "-7", true},
        {I, "7x", false},
        {I, "", false},
        {V, "tls1.3", true},
        {V, "ssl2", true},
        {V, "1.2.3", true},
        {V, "tls1.4", false},
        {V, "1.2.", false},
        {V, "", false},
        {C, "250", true},
        {C, "2xx", true},
        {C, "25X", true},
        {C, "200", true},
        {C, "559", true},
        {C, "5x9", true},
        {C, "xxx", false},
        {C, "x50", false},
        {C, "150", false},
        {C, "1xx", false},
        {C, "6xx", false},
        {C, "999", false},
        {C, "571", true},
        {C, "26x", false},
        {C, "5x", false},
        {C, "5yz", false},
        {C, "099", false},
        {C, "25", false},
        {C, "2500", false},
        {C, "2-0", false},
        {E, "5.7.1", true},
        {E, "5.7.x", true},
        {E, "5.X.x", true},
        {E, "x.7.1", false},
        {E, "5.7", false},
        {E, "5.7.1.", false},
        {E, "5.7.1.2", false},
        {E, "5..1", false},
        {E, "5.7.1000", false},
        {E, "5.7.-1", false},
        {E, "", false},
        {D, "2026-01-01", true},
        {D, "2026-01-01T00:00:00Z", true},
        {D, "+14d", true},
        {D, "-90m", true},
        {D, "+", false},
        {D, "14d", false},
        {D, "tomorrow", false},
        {U, "5m", true},
        {U, "1000", true},
        {U, "5 minutes", false},
        {Z, "10MiB", true},
        {Z, "1000", true},
        {Z, "-1", false},
        {Z, "10 MiB", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_msg(
            match_is_well_formed(rows[i].kind, span_text(rows[i].text)) == rows[i].well_formed,
            "kind %d: %s", rows[i].kind, rows[i].text);
    }
}
END_TEST

/* What a peer sends is compared too: nothing may be read behind the end of a span. */
START_TEST(test_spans_end_where_they_end)
{
    ck_assert(match_equal(C, SPAN_LITERAL("250"), span_of("2501", 3), NOW));
    ck_assert(match_equal(E, SPAN_LITERAL("5.7.1"), span_of("5.7.12", 5), NOW));
    ck_assert(match_equal(V, SPAN_LITERAL("tls1.2"), span_of("TLSv1.23", 7), NOW));
    int order;
    ck_assert(match_compare(I, span_of("12", 1), SPAN_LITERAL("1"), NOW, &order));
    ck_assert_int_eq(order, 0);
    for (int kind = MATCH_KIND_TEXT; kind <= (int)MATCH_KIND_SIZE; kind++) {
        (void)match_compare((enum match_kind)kind, SPAN_EMPTY, SPAN_EMPTY, NOW, &order);
        (void)match_equal((enum match_kind)kind, SPAN_EMPTY, SPAN_EMPTY, NOW);
        ck_assert_int_eq(
            match_is_well_formed((enum match_kind)kind, SPAN_EMPTY), kind == MATCH_KIND_TEXT);
    }
}
END_TEST

UNIT_MAIN(test_globs, test_hostile_globs_come_to_an_end, test_equality_by_kind, test_order_by_kind,
    test_malformed_codes_are_data, test_malformed_codes_are_data, test_what_can_be_wanted,
    test_spans_end_where_they_end)
