#include "fake-server/fake_lines.h"

#include <stdio.h>

#include "harness/tests/unit.h"

/* Cuts `input` into lines, feeding `piece` octets at a time (0: at once), and appends what comes
 * of each: "text|octets flags\n". */
static void cut(struct span input, size_t piece, struct buf *out)
{
    struct fake_lines lines = {0};
    struct buf waiting;
    buf_init(&waiting, 4 * FAKE_LINES_MAX);
    while (input.len > 0) {
        struct span part = span_first(input, piece == 0 ? input.len : piece);
        struct fake_line line;
        size_t taken = 0;
        ck_assert(buf_append(&waiting, part));
        input = span_from(input, part.len);
        while (fake_lines_take(&lines, buf_span(&waiting), &taken, &line)) {
            buf_append(out, span_first(line.text, 20));
            buf_printf(out, "|%zu:%zu%s%s\n", line.text.len, line.octets,
                line.bare_lf ? " bare" : "", line.too_long ? " long" : "");
            ck_assert_uint_gt(taken, 0);
            buf_consume(&waiting, taken);
        }
        buf_consume(&waiting, taken);
    }
    buf_printf(out, "rest %zu\n", waiting.len);
    fake_lines_done(&lines);
    buf_done(&waiting);
}

static void check(struct span input, const char *wanted)
{
    static const size_t pieces[] = {0, 1, 2, 3, 7, 1000};
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct buf out;
        buf_init(&out, 1024 * 1024);
        cut(input, pieces[i], &out);
        ck_assert_str_eq(buf_text(&out), wanted);
        buf_done(&out);
    }
}

START_TEST(test_ends_of_lines)
{
    check(SPAN_LITERAL("EHLO a\r\n"), "EHLO a|6:8\nrest 0\n");
    check(SPAN_LITERAL("EHLO a\n\r\nx"), "EHLO a|6:7 bare\n|0:2\nrest 1\n");
    check(SPAN_LITERAL("a\rb\r\n"), "a\rb|3:5\nrest 0\n");
    check(SPAN_LITERAL("a\r\r\n"), "a\r|2:4\nrest 0\n");
    check(SPAN_LITERAL("\n\n\r\n"), "|0:1 bare\n|0:1 bare\n|0:2\nrest 0\n");
    check(SPAN_LITERAL("a\r"), "rest 2\n");
}
END_TEST

START_TEST(test_nul_is_a_byte)
{
    struct fake_lines lines = {0};
    struct fake_line line;
    size_t taken = 0;
    ck_assert(fake_lines_take(&lines, SPAN_LITERAL("NO\0OP\r\n"), &taken, &line));
    ck_assert(span_equal(line.text, SPAN_LITERAL("NO\0OP")));
    ck_assert_uint_eq(taken, 7);
}
END_TEST

/* A line of `len` octets without its end, then a short one. */
static void check_length(size_t len, bool too_long)
{
    struct buf input;
    char wanted[128];
    buf_init(&input, 4 * FAKE_LINES_MAX);
    for (size_t i = 0; i < len; i++) {
        buf_append_byte(&input, (uint8_t)('a' + i % 26));
    }
    buf_append_text(&input, "\r\nNOOP\r\n");
    snprintf(wanted, sizeof wanted, "abcdefghijklmnopqrst|%zu:%zu%s\nNOOP|4:6\nrest 0\n",
        too_long ? (size_t)FAKE_LINES_HEAD : len, len + 2, too_long ? " long" : "");
    check(buf_span(&input), wanted);
    buf_done(&input);
}

START_TEST(test_lengths)
{
    check_length(512, false);
    check_length(FAKE_LINES_MAX - 2, false);
    check_length(FAKE_LINES_MAX - 1, true);
    check_length(FAKE_LINES_MAX, true);
    check_length(2 * FAKE_LINES_MAX + 5, true);
}
END_TEST

START_TEST(test_head_of_a_long_line)
{
    struct fake_lines lines = {0};
    struct fake_line line;
    struct buf input;
    size_t taken = 0;
    buf_init(&input, 4 * FAKE_LINES_MAX);
    for (size_t i = 0; i < FAKE_LINES_MAX + 10; i++) {
        buf_append_byte(&input, (uint8_t)(i / 2));
        input.data[i] = input.data[i] == '\n' ? 'x' : input.data[i];
    }
    ck_assert(!fake_lines_take(&lines, buf_span(&input), &taken, &line));
    ck_assert_uint_eq(taken, input.len);
    ck_assert(fake_lines_take(&lines, SPAN_LITERAL("end\n"), &taken, &line));
    ck_assert(line.too_long);
    ck_assert_uint_eq(line.octets, FAKE_LINES_MAX + 14);
    ck_assert(span_equal(line.text, span_first(buf_span(&input), FAKE_LINES_HEAD)));
    fake_lines_done(&lines);
    buf_done(&input);
}
END_TEST

UNIT_MAIN(test_ends_of_lines, test_nul_is_a_byte, test_lengths, test_head_of_a_long_line)
