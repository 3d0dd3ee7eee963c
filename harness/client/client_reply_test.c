#include "harness/client/client_reply.h"

#include <stdio.h>

#include "harness/tests/unit.h"

struct row {
    const char *wire;
    unsigned code; /* 0: no reply comes of it */
    size_t lines;
    const char *text, *enhanced;
    const char *problem; /* part of it */
};

static const struct row rows[] = {
    {"250 ok\r\n", 250, 1, "ok", "", NULL},
    {"250\r\n", 250, 1, "", "", NULL},
    {"250 \r\n", 250, 1, "", "", NULL},
    {"250-a\r\n250-b\r\n250 c\r\n", 250, 3, "a\nb\nc", "", NULL},
    {"250-\r\n250 \r\n", 250, 2, "\n", "", NULL},
    {"250-234 Text\r\n250 ok\r\n", 250, 2, "234 Text\nok", "", NULL},
    {"250 ok\n", 250, 1, "ok", "", NULL},
    {"250 a\rb\r\n", 250, 1, "a\rb", "", NULL},
    {"250\tok\r\n", 250, 1, "ok", "", NULL},
    {"250OK\r\n", 250, 1, "OK", "", NULL},
    {"599 x\r\n", 599, 1, "x", "", NULL},
    {"550 5.7.1 no\r\n", 550, 1, "5.7.1 no", "5.7.1", NULL},
    {"550 5.123.456\r\n", 550, 1, "5.123.456", "5.123.456", NULL},
    {"550-no\r\n550 5.7.1 no\r\n", 550, 2, "no\n5.7.1 no", "5.7.1", NULL},
    {"450 5.1.1 contradiction\r\n", 450, 1, "5.1.1 contradiction", "", NULL},
    {"550 5.7 no\r\n", 550, 1, "5.7 no", "", NULL},
    {"550 5.7.1x no\r\n", 550, 1, "5.7.1x no", "", NULL},
    {"550 5.7.1234 no\r\n", 550, 1, "5.7.1234 no", "", NULL},
    {"550 55.7.1 no\r\n", 550, 1, "55.7.1 no", "", NULL},
    {"220-hello\r\n521 no\r\n", 0, 0, NULL, NULL, "220 and 521"},
    {"600 what\r\n", 0, 0, NULL, NULL, "no reply code 600"},
    {"199 what\r\n", 0, 0, NULL, NULL, "no reply code 199"},
    {"099 what\r\n", 0, 0, NULL, NULL, "no reply code 099"},
    {"2500 what\r\n", 0, 0, NULL, NULL, "three digits"},
    {"25\r\n", 0, 0, NULL, NULL, "no code"},
    {"\r\n", 0, 0, NULL, NULL, "no code"},
    {"\n", 0, 0, NULL, NULL, "no code"},
    {"hello there\r\n", 0, 0, NULL, NULL, "no code"},
    {" 250 ok\r\n", 0, 0, NULL, NULL, "no code"},
    {"+50 ok\r\n", 0, 0, NULL, NULL, "no code"},
};

/* Reads a whole wire text, `step` octets arriving at a time; the last progress. */
static enum client_reply_progress read_in_steps(struct client_reply_reader *reader,
    struct span wire, size_t step, struct client_reply *reply, size_t *ret_read)
{
    struct buf input;
    enum client_reply_progress progress = CLIENT_REPLY_MORE;
    buf_init(&input, 1024 * 1024);
    *ret_read = 0;
    for (size_t at = 0; at < wire.len;) {
        struct span piece = span_first(span_from(wire, at), step);
        buf_append(&input, piece);
        at += piece.len;
        do {
            size_t taken = 0;
            struct span line;
            progress = client_reply_read(reader, buf_span(&input), &taken, &line, reply);
            buf_consume(&input, taken);
            *ret_read += taken;
        } while (progress == CLIENT_REPLY_LINE);
        if (progress != CLIENT_REPLY_MORE) {
            break;
        }
    }
    buf_done(&input);
    return progress;
}

static void check_row(const struct row *row, size_t step)
{
    struct client_reply_reader reader;
    struct client_reply reply = {0};
    size_t read = 0;
    client_reply_init(&reader);
    enum client_reply_progress progress = read_in_steps(
        &reader, span_text(row->wire), step, &reply, &read);
    if (row->code == 0) {
        ck_assert_msg(progress == CLIENT_REPLY_BAD, "%s is taken for a reply", row->wire);
        ck_assert_msg(
            strstr(reader.problem, row->problem) != NULL, "%s: %s", row->wire, reader.problem);
    } else {
        ck_assert_msg(progress == CLIENT_REPLY_WHOLE, "%s: %s", row->wire, reader.problem);
        ck_assert_uint_eq(reply.code, row->code);
        ck_assert_uint_eq(reply.lines, row->lines);
        ck_assert_str_eq(reply.enhanced, row->enhanced);
        ck_assert_msg(span_equal(reply.text, span_text(row->text)), "%s", row->wire);
        ck_assert_uint_eq(read, strlen(row->wire));
    }
    client_reply_done(&reader);
}

START_TEST(test_each_row_in_pieces_of_every_size)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t step = 1; step <= strlen(rows[i].wire); step++) {
            check_row(&rows[i], step);
        }
    }
}
END_TEST

START_TEST(test_what_stands_behind_a_reply_is_left)
{
    struct client_reply_reader reader;
    struct client_reply reply;
    struct span line;
    size_t taken = 0;
    client_reply_init(&reader);
    struct span wire = SPAN_LITERAL("250 one\r\n354 two\r\n");
    ck_assert_int_eq(client_reply_read(&reader, wire, &taken, &line, &reply), CLIENT_REPLY_WHOLE);
    ck_assert_uint_eq(reply.code, 250);
    ck_assert_uint_eq(taken, 9);
    ck_assert_int_eq(client_reply_read(&reader, span_from(wire, taken), &taken, &line, &reply),
        CLIENT_REPLY_WHOLE);
    ck_assert_uint_eq(reply.code, 354);
    ck_assert(span_equal(reply.text, SPAN_LITERAL("two")));
    client_reply_done(&reader);
}
END_TEST

START_TEST(test_nul_and_eight_bit_octets_are_text)
{
    struct client_reply_reader reader;
    struct client_reply reply;
    struct span line;
    size_t taken = 0;
    client_reply_init(&reader);
    struct span wire = SPAN_LITERAL("550 \0\xff no\r\n");
    ck_assert_int_eq(client_reply_read(&reader, wire, &taken, &line, &reply), CLIENT_REPLY_WHOLE);
    ck_assert(span_equal(reply.text, SPAN_LITERAL("\0\xff no")));
    client_reply_done(&reader);
}
END_TEST

static enum client_reply_progress read_repeated(const char *line, size_t times, const char **why)
{
    static struct client_reply_reader reader;
    struct client_reply reply;
    struct buf wire;
    size_t read = 0;
    buf_init(&wire, 2 * 1024 * 1024);
    for (size_t i = 0; i < times; i++) {
        buf_append_text(&wire, line);
    }
    client_reply_init(&reader);
    enum client_reply_progress progress = read_in_steps(
        &reader, buf_span(&wire), 4096, &reply, &read);
    client_reply_done(&reader);
    buf_done(&wire);
    *why = reader.problem;
    return progress;
}

START_TEST(test_a_line_without_end_is_bounded)
{
    const char *why;
    ck_assert_int_eq(read_repeated("AAAAAAAAAAAAAAAA", 30000, &why), CLIENT_REPLY_BAD);
    ck_assert_ptr_nonnull(strstr(why, "longer than"));
    ck_assert_int_eq(read_repeated("AAAAAAAAAAAAAAAA", 1000, &why), CLIENT_REPLY_MORE);
}
END_TEST

START_TEST(test_a_reply_without_end_is_bounded)
{
    const char *why;
    ck_assert_int_eq(read_repeated("250-more\r\n", 60000, &why), CLIENT_REPLY_BAD);
    ck_assert_ptr_nonnull(strstr(why, "more than"));
    ck_assert_int_eq(
        read_repeated("250-more\r\n", CLIENT_REPLY_LINES_MAX, &why), CLIENT_REPLY_MORE);
}
END_TEST

START_TEST(test_lines_of_a_reply_one_by_one)
{
    struct span rest = SPAN_LITERAL("a\n\nb"), line;
    size_t lines = 3;
    ck_assert(client_reply_next_line(&rest, &lines, &line));
    ck_assert(span_equal(line, SPAN_LITERAL("a")));
    ck_assert(client_reply_next_line(&rest, &lines, &line));
    ck_assert_uint_eq(line.len, 0);
    ck_assert(client_reply_next_line(&rest, &lines, &line));
    ck_assert(span_equal(line, SPAN_LITERAL("b")));
    ck_assert(!client_reply_next_line(&rest, &lines, &line));
}
END_TEST

/* Whole and in pieces; the first line of several counts as the last does. */
START_TEST(test_oddities_of_lines)
{
    static const struct {
        const char *wire;
        unsigned oddities;
    } lines[] = {
        {"250-ok\r\n250 ok\r\n", 0},
        {"250\r\n", 0},
        {"250 a\tb\r\n", 0},
        {"550 5.1.1 no\r\n", 0},
        {"354 2.0.0 go\r\n", 0},
        {"250 1.2.3 is a version\r\n", 0},
        {"250 ok\n", CLIENT_REPLY_ODD_LINE_FEED},
        {"250-ok\n250 ok\r\n", CLIENT_REPLY_ODD_LINE_FEED},
        {"250 a\rb\r\n", CLIENT_REPLY_ODD_CARRIAGE_RETURN},
        {"250 a\r\r\n", CLIENT_REPLY_ODD_CARRIAGE_RETURN},
        {"250 \x1b[2J\r\n", CLIENT_REPLY_ODD_CONTROL},
        {"250 \x7f\r\n", CLIENT_REPLY_ODD_CONTROL},
        {"250 \xc3\xbc\r\n", CLIENT_REPLY_ODD_EIGHT_BIT},
        {"250\tok\r\n", CLIENT_REPLY_ODD_SEPARATOR},
        {"250OK\n", CLIENT_REPLY_ODD_SEPARATOR | CLIENT_REPLY_ODD_LINE_FEED},
        {"450 5.1.1 no\r\n", CLIENT_REPLY_ODD_ENHANCED},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        for (size_t step = 1; step < 30; step += 9) {
            struct client_reply_reader reader;
            struct client_reply reply;
            size_t taken;
            client_reply_init(&reader);
            ck_assert_int_eq(read_in_steps(&reader, span_text(lines[i].wire), step, &reply, &taken),
                CLIENT_REPLY_WHOLE);
            ck_assert_msg(reply.oddities == lines[i].oddities, "row %zu: 0x%x", i, reply.oddities);
            client_reply_done(&reader);
        }
    }
}
END_TEST

static unsigned oddities_of_length(const char *begin, size_t len)
{
    struct buf line;
    struct client_reply_reader reader;
    struct client_reply reply;
    size_t taken;
    buf_init(&line, len + 2);
    buf_append_text(&line, begin);
    while (line.len + 2 < len) {
        buf_append_byte(&line, 'A');
    }
    buf_append_text(&line, "\r\n");
    client_reply_init(&reader);
    ck_assert_int_eq(
        read_in_steps(&reader, buf_span(&line), SIZE_MAX, &reply, &taken), CLIENT_REPLY_WHOLE);
    client_reply_done(&reader);
    buf_done(&line);
    return reply.oddities;
}

START_TEST(test_long_lines_are_odd_and_challenges_may_be_longer)
{
    ck_assert_uint_eq(oddities_of_length("250 ", 512), 0);
    ck_assert_uint_eq(oddities_of_length("250 ", 513), CLIENT_REPLY_ODD_LENGTH);
    ck_assert_uint_eq(oddities_of_length("334 ", 12288), 0);
    ck_assert_uint_eq(oddities_of_length("334 ", 12289), CLIENT_REPLY_ODD_LENGTH);
}
END_TEST

/* What was odd about a reply is not told of the next one. */
START_TEST(test_oddities_are_of_one_reply)
{
    static const char wire[] = "250 a\n250 b\r\n";
    struct client_reply_reader reader;
    struct client_reply reply;
    struct span line;
    size_t taken;
    client_reply_init(&reader);
    ck_assert_int_eq(
        client_reply_read(&reader, SPAN_LITERAL(wire), &taken, &line, &reply), CLIENT_REPLY_WHOLE);
    ck_assert_uint_eq(reply.oddities, CLIENT_REPLY_ODD_LINE_FEED);
    ck_assert_int_eq(
        client_reply_read(&reader, span_from(SPAN_LITERAL(wire), taken), &taken, &line, &reply),
        CLIENT_REPLY_WHOLE);
    ck_assert_uint_eq(reply.oddities, 0);
    client_reply_done(&reader);
}
END_TEST

UNIT_MAIN(test_each_row_in_pieces_of_every_size, test_what_stands_behind_a_reply_is_left,
    test_nul_and_eight_bit_octets_are_text, test_a_line_without_end_is_bounded,
    test_a_reply_without_end_is_bounded, test_lines_of_a_reply_one_by_one, test_oddities_of_lines,
    test_long_lines_are_odd_and_challenges_may_be_longer, test_oddities_are_of_one_reply)
