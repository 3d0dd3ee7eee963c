#include "harness/base/buf.h"

#include "harness/tests/unit.h"

START_TEST(test_appending_keeps_order)
{
    struct buf buf;
    buf_init(&buf, 100);
    ck_assert(buf_append_text(&buf, "MAIL "));
    ck_assert(buf_append(&buf, SPAN_LITERAL("FROM:")));
    ck_assert(buf_append_byte(&buf, '<'));
    ck_assert(buf_printf(&buf, "%s@%d>", "joe", 25));
    ck_assert_str_eq(buf_text(&buf), "MAIL FROM:<joe@25>");
    ck_assert_uint_eq(buf.len, 18);
    ck_assert(!buf.over);
    buf_done(&buf);
}
END_TEST

START_TEST(test_what_does_not_fit_is_not_half_appended)
{
    struct buf buf;
    buf_init(&buf, 8);
    ck_assert(buf_append_text(&buf, "12345678"));
    ck_assert(!buf.over);
    ck_assert(!buf_append_byte(&buf, '9'));
    ck_assert(buf.over);
    ck_assert(buf_append_text(&buf, "")); /* nothing always fits */
    buf_consume(&buf, 3);
    ck_assert(!buf_append_text(&buf, "abcd"));
    ck_assert(!buf_printf(&buf, "%d", 1000));
    ck_assert_str_eq(buf_text(&buf), "45678");
    ck_assert(buf_append_text(&buf, "abc"));
    ck_assert_str_eq(buf_text(&buf), "45678abc");
    buf_done(&buf);
}
END_TEST

START_TEST(test_the_maximum_may_be_anything)
{
    struct buf buf;
    buf_init(&buf, 0);
    ck_assert_str_eq(buf_text(&buf), "");
    ck_assert(!buf_append_byte(&buf, 'a'));
    buf_done(&buf);
    buf_init(&buf, SIZE_MAX);
    ck_assert(buf_append_byte(&buf, 'a'));
    ck_assert_ptr_null(buf_reserve(&buf, SIZE_MAX));
    ck_assert_str_eq(buf_text(&buf), "a");
    buf_done(&buf);
}
END_TEST

START_TEST(test_reserve_and_commit)
{
    struct buf buf;
    buf_init(&buf, 1000);
    buf_append_text(&buf, "head ");
    uint8_t *room = buf_reserve(&buf, 995);
    ck_assert_ptr_nonnull(room);
    memset(room, 'x', 995);
    ck_assert_uint_eq(buf.len, 5); /* not counted before the commit */
    buf_commit(&buf, 4);
    ck_assert_str_eq(buf_text(&buf), "head xxxx");
    ck_assert_ptr_null(buf_reserve(&buf, 992));
    ck_assert(buf.over);
    buf_done(&buf);
}
END_TEST

START_TEST(test_consume_takes_from_the_front)
{
    struct buf buf;
    buf_init(&buf, 100);
    buf_append_text(&buf, "220 ready\r\n250 ok\r\n");
    buf_consume(&buf, 0);
    ck_assert_uint_eq(buf.len, 19);
    buf_consume(&buf, 11);
    ck_assert_str_eq(buf_text(&buf), "250 ok\r\n");
    buf_consume(&buf, 1000);
    ck_assert_uint_eq(buf.len, 0);
    ck_assert_str_eq(buf_text(&buf), "");
    buf_consume(&buf, 1);
    buf_done(&buf);
}
END_TEST

START_TEST(test_clear_forgets_what_was_refused)
{
    struct buf buf;
    buf_init(&buf, 2);
    buf_append_text(&buf, "abc");
    ck_assert(buf.over);
    buf_clear(&buf);
    ck_assert(!buf.over);
    ck_assert(buf_append_text(&buf, "ab"));
    buf_done(&buf);
    ck_assert_uint_eq(buf.len, 0);
    ck_assert_uint_eq(buf.max, 2);
    ck_assert(buf_append_text(&buf, "cd")); /* as good as new */
    buf_done(&buf);
}
END_TEST

START_TEST(test_a_buffer_of_zeroes_can_be_done_and_wiped)
{
    struct buf buf = {0};
    buf_done(&buf);
    buf_wipe(&buf);
    ck_assert_ptr_null(buf.data);
    buf_init(&buf, 100);
    buf_append_text(&buf, "correct-horse");
    buf_wipe(&buf);
    ck_assert_ptr_null(buf.data);
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(test_one_octet_at_a_time_is_the_same)
{
    struct buf whole, pieces;
    buf_init(&whole, 100000);
    buf_init(&pieces, 100000);
    for (unsigned i = 0; i < 100000; i++) {
        uint8_t byte = (uint8_t)(i * 7);
        if (!buf_append_byte(&pieces, byte) || !buf_append(&whole, span_of(&byte, 1))) {
            ck_abort_msg("octet %u", i);
        }
    }
    ck_assert(!buf_append_byte(&pieces, 0));
    ck_assert(span_equal(buf_span(&whole), buf_span(&pieces)));
    for (unsigned i = 0; i < 100000; i += 100) {
        ck_assert_uint_eq(pieces.data[0], (uint8_t)(i * 7));
        buf_consume(&pieces, 100);
    }
    ck_assert_uint_eq(pieces.len, 0);
    buf_done(&whole);
    buf_done(&pieces);
}
END_TEST

START_TEST(test_the_text_ends_where_the_content_ends)
{
    struct buf buf;
    buf_init(&buf, 64);
    for (size_t i = 0; i < 64; i++) { /* at every fill, also where capacity and length agree */
        ck_assert_uint_eq(strlen(buf_text(&buf)), i);
        buf_append_byte(&buf, 'x');
    }
    ck_assert_uint_eq(strlen(buf_text(&buf)), 64);
    ck_assert(!buf.over);
    ck_assert_uint_eq(buf.max, 64);
    buf_done(&buf);
}
END_TEST

UNIT_MAIN(test_appending_keeps_order, test_what_does_not_fit_is_not_half_appended,
    test_the_maximum_may_be_anything, test_reserve_and_commit, test_consume_takes_from_the_front,
    test_clear_forgets_what_was_refused, test_a_buffer_of_zeroes_can_be_done_and_wiped,
    test_one_octet_at_a_time_is_the_same, test_the_text_ends_where_the_content_ends)
