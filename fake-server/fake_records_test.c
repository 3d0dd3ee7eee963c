#include "fake-server/fake_records.h"

#include "harness/base/status.h"
#include "harness/tests/unit.h"

/* Goes over `wire` in pieces; returns where it is over, `wire.len` when it never is. */
static size_t over_at(struct span wire, size_t piece)
{
    struct fake_records records = {0};
    size_t at = 0;
    while (at < wire.len) {
        size_t taken = fake_records_take(&records, span_first(span_from(wire, at), piece));
        if (taken == 0) {
            ck_assert(records.over);
            ck_assert_uint_eq(fake_records_take(&records, SPAN_LITERAL("\x16")), 0);
            return at;
        }
        at += taken;
    }
    return at;
}

#define BYTES(text)                               \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static const struct {
    struct span wire;
    size_t over_at;
} rows[] = {
    {BYTES("EHLO"), 0},
    {BYTES("\x16\3\1\0\2abEHLO"), 7},
    {BYTES("\x16\3\1\0\2ab\x17\3\3\0\1c\x15\3\3\0\2\2\x28"), 20},
    {BYTES("\x16\3\1\0\0\x14\3\3\0\1\1QUIT"), 11},
    {BYTES("\x16\3\1\0\7QUIT\r\n"), 11},
    {BYTES("\x16\3\1\0\6QUIT\r\nQ"), 11},
    {BYTES("\x80\3abcQUIT"), 5},
    {BYTES("\x16\3\1\0\1a\x80\1a"), 6},
    {BYTES("\x18\3\1\0\1a"), 0},
    {BYTES("\0"), 0},
    {BYTES("\x16\3\1\xff"), 4},
};

START_TEST(test_where_it_is_over)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t piece = 1; piece <= rows[i].wire.len; piece++) {
            size_t at = over_at(rows[i].wire, piece);
            ck_assert_msg(at == rows[i].over_at, "row %zu in pieces of %zu: %zu", i, piece, at);
        }
    }
}
END_TEST

START_TEST(test_one_record_at_a_time)
{
    struct fake_records records = {0};
    struct span wire = SPAN_LITERAL("\x16\3\1\0\2ab\x17\3\3\0\0\x17\3\3\0\1c");
    ck_assert_uint_eq(fake_records_take(&records, wire), 7);
    ck_assert_uint_eq(fake_records_take(&records, span_from(wire, 7)), 5);
    ck_assert_uint_eq(fake_records_take(&records, span_from(wire, 12)), 6);
    ck_assert(!records.over);
}
END_TEST

UNIT_MAIN(test_where_it_is_over, test_one_record_at_a_time)
