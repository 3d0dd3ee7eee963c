#include "harness/base/span.h"

#include "harness/tests/unit.h"

START_TEST(test_spans_of_things)
{
    ck_assert_uint_eq(span_text("abc").len, 3);
    ck_assert_uint_eq(span_text("").len, 0);
    ck_assert_uint_eq(span_text(NULL).len, 0);
    ck_assert_uint_eq(SPAN_LITERAL("a\0b").len, 3);
    ck_assert_uint_eq(SPAN_EMPTY.len, 0);
    ck_assert_uint_eq(span_of("abc", 2).len, 2);
}
END_TEST

START_TEST(test_equality_is_of_octets)
{
    ck_assert(span_equal(SPAN_LITERAL("a\0b"), SPAN_LITERAL("a\0b")));
    ck_assert(!span_equal(SPAN_LITERAL("a\0b"), SPAN_LITERAL("a\0c")));
    ck_assert(!span_equal(SPAN_LITERAL("a"), SPAN_LITERAL("ab")));
    ck_assert(!span_equal(SPAN_LITERAL("a"), SPAN_LITERAL("A")));
    ck_assert(span_equal(SPAN_EMPTY, span_text("")));
}
END_TEST

START_TEST(test_parts_stay_inside)
{
    struct span bytes = SPAN_LITERAL("250 ok");
    ck_assert(span_equal(span_from(bytes, 0), bytes));
    ck_assert(span_equal(span_from(bytes, 4), SPAN_LITERAL("ok")));
    ck_assert(span_equal(span_from(bytes, 6), SPAN_EMPTY));
    ck_assert(span_equal(span_from(bytes, 7), SPAN_EMPTY));
    ck_assert(span_equal(span_from(bytes, SIZE_MAX), SPAN_EMPTY));
    ck_assert(span_equal(span_first(bytes, 3), SPAN_LITERAL("250")));
    ck_assert(span_equal(span_first(bytes, 0), SPAN_EMPTY));
    ck_assert(span_equal(span_first(bytes, SIZE_MAX), bytes));
    ck_assert(span_equal(span_from(SPAN_EMPTY, 0), SPAN_EMPTY));
}
END_TEST

START_TEST(test_finding_a_byte)
{
    struct span bytes = SPAN_LITERAL("a\0b\xff");
    ck_assert_uint_eq(span_find(bytes, 'a'), 0);
    ck_assert_uint_eq(span_find(bytes, 0), 1);
    ck_assert_uint_eq(span_find(bytes, 0xff), 3);
    ck_assert_uint_eq(span_find(bytes, 'x'), 4);
    ck_assert_uint_eq(span_find(SPAN_EMPTY, 'x'), 0);
}
END_TEST

UNIT_MAIN(
    test_spans_of_things, test_equality_is_of_octets, test_parts_stay_inside, test_finding_a_byte)
