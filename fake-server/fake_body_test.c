#include "fake-server/fake_body.h"

#include "harness/tests/unit.h"

struct row {
    struct span wire, message;
    size_t taken; /* of the wire, when the message has ended */
    bool ended;
};
#define BYTES(text)                               \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }
#define ROW(wire, message, taken, ended)          \
    {                                             \
        BYTES(wire), BYTES(message), taken, ended \
    }

static const struct row rows[] = {
    ROW(".\r\n", "", 3, true),
    ROW("a\r\n.\r\n", "a\r\n", 6, true),
    ROW("a\r\n.\r\nNOOP\r\n", "a\r\n", 6, true),
    /* RFC 5321 §4.5.2: a dot in front is taken off */
    ROW("..\r\n.\r\n", ".\r\n", 7, true),
    ROW("..a\r\n...\r\n.b\r\n.\r\n", ".a\r\n..\r\nb\r\n", 17, true),
    ROW("a.\r\n.\r\n", "a.\r\n", 7, true),
    ROW("\r\n.\r\n", "\r\n", 5, true),
    /* §4.1.1.4: nothing but CRLF.CRLF ends it */
    ROW("a\n.\n", "a\n.\n", 4, false),
    ROW("a\n.\r\n", "a\n.\r\n", 5, false),
    ROW("a\r\n.\n", "a\r\n\n", 5, false),
    ROW("a\r\n.\n.\r\n", "a\r\n\n.\r\n", 8, false),
    ROW("a\r.\r", "a\r.\r", 4, false),
    ROW("a\r\r\n.\r\n", "a\r\r\n", 7, true),
    ROW("a\r\n.\r.\r\n", "a\r\n\r.\r\n", 8, false),
    ROW("a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", 10, true),
    ROW("a\r\n\0.\r\n", "a\r\n\0.\r\n", 7, false),
    ROW("a\r\n. \r\n.\r\n", "a\r\n \r\n", 10, true),
    ROW("a\r\n.", "a\r\n", 4, false),
    ROW("a\r\n.\r", "a\r\n", 5, false),
};

#define END(name) FAKE_BODY_END_##name
static const struct {
    enum fake_body_end end;
    struct row row;
} wrong_ends[] = {
    {END(LF_DOT_LF), ROW("a\n.\nb", "a\n", 4, true)},
    {END(LF_DOT_LF), ROW("a\r\n.\nb", "a\r\n", 5, true)},
    {END(LF_DOT_LF), ROW(".\nb", "", 2, true)},
    {END(LF_DOT_LF), ROW("a\n.\r\n", "a\n.\r\n", 5, false)},
    {END(LF_DOT_CRLF), ROW("a\n.\r\nb", "a\n", 5, true)},
    {END(LF_DOT_CRLF), ROW("a\n.\n", "a\n.\n", 4, false)},
    {END(CRLF_DOT_LF), ROW("a\r\n.\nb", "a\r\n", 5, true)},
    {END(CRLF_DOT_LF), ROW("a\n.\n", "a\n.\n", 4, false)},
    {END(CR_DOT_CR), ROW("a\r.\rb", "a\r", 4, true)},
    {END(CR_DOT_CRLF), ROW("a\r.\r\nb", "a\r", 5, true)},
    {END(CRLF_NUL_DOT_CRLF), ROW("a\r\n\0.\r\nb", "a\r\n", 7, true)},
    {END(CRCRLF_DOT_CRCRLF), ROW("a\r\r\n.\r\r\nb", "a\r\r\n", 8, true)},
    {END(CRCRLF_DOT_CRCRLF), ROW("a\r\n.\r\r\n", "a\r\n\r\r\n", 7, false)},
    /* the right one ends it all the same */
    {END(CR_DOT_CR), ROW("..a\r\n.\r\nb", ".a\r\n", 8, true)},
    {END(LF_DOT_LF), ROW("a\n..\n\r\n.\r\n", "a\n..\n\r\n", 10, true)},
};

static void check_with(const struct row *row, size_t piece, unsigned ends)
{
    struct fake_body body;
    size_t taken = 0;
    fake_body_init(&body);
    body.ends = ends;
    while (taken < row->wire.len && !body.ended) {
        struct span rest = span_from(row->wire, taken);
        taken += fake_body_take(&body, span_first(rest, piece), SIZE_MAX);
    }
    const char *wire = (const char *)row->wire.data;
    ck_assert_msg(body.ended == row->ended, "%s", wire);
    ck_assert_msg(taken == row->taken, "%s: %zu", wire, taken);
    ck_assert_msg(span_equal(buf_span(&body.head), row->message), "%s", wire);
    ck_assert_int_eq(body.octets, (int64_t)row->message.len);
    ck_assert_int_eq(body.taken, (int64_t)row->taken);
    fake_body_done(&body);
}

static void check(const struct row *row, size_t piece)
{
    check_with(row, piece, 0);
}

START_TEST(test_wrong_ends)
{
    for (size_t i = 0; i < ARRAY_LEN(wrong_ends); i++) {
        for (size_t piece = 1; piece < 12; piece++) {
            check_with(&wrong_ends[i].row, piece, 1U << wrong_ends[i].end);
        }
    }
}
END_TEST

START_TEST(test_chunks_are_kept_as_they_are)
{
    struct fake_body body;
    fake_body_init(&body);
    fake_body_take_chunk(&body, SPAN_LITERAL("Subject: one\r"));
    fake_body_take_chunk(&body, SPAN_LITERAL(""));
    fake_body_take_chunk(&body, SPAN_LITERAL("\n.\r\n..a\r\n"));
    ck_assert(!body.ended && !body.bare && !body.nul);
    ck_assert_int_eq(body.octets, 22);
    ck_assert_int_eq(body.taken, 22);
    ck_assert_str_eq(buf_text(&body.head), "Subject: one\r\n.\r\n..a\r\n");
    fake_body_take_chunk(&body, SPAN_LITERAL("a\nb\0"));
    ck_assert(body.bare && body.nul);
    fake_body_done(&body);
}
END_TEST

START_TEST(test_dots_and_ends)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check(&rows[i], SIZE_MAX);
        check(&rows[i], 1);
        check(&rows[i], 2);
    }
}
END_TEST

START_TEST(test_no_more_than_asked_for)
{
    struct fake_body body;
    struct span wire = SPAN_LITERAL("abc\r\n.\r\n");
    fake_body_init(&body);
    ck_assert_uint_eq(fake_body_take(&body, wire, 0), 0);
    ck_assert_uint_eq(fake_body_take(&body, wire, 3), 3);
    ck_assert_int_eq(body.taken, 3);
    ck_assert_uint_eq(fake_body_take(&body, span_from(wire, 3), 100), 5);
    ck_assert(body.ended);
    ck_assert_uint_eq(fake_body_take(&body, wire, 100), 0);
    fake_body_done(&body);
}
END_TEST

START_TEST(test_head_is_bounded_and_all_is_counted)
{
    struct fake_body body;
    fake_body_init(&body);
    for (size_t i = 0; i < FAKE_BODY_HEAD_MAX; i++) {
        ck_assert_uint_eq(fake_body_take(&body, SPAN_LITERAL("ab"), SIZE_MAX), 2);
    }
    ck_assert_int_eq(body.octets, 2 * (int64_t)FAKE_BODY_HEAD_MAX);
    ck_assert_uint_eq(body.head.len, FAKE_BODY_HEAD_MAX);
    fake_body_done(&body);
}
END_TEST

static void check_subject(const char *message, const char *wanted)
{
    struct fake_body body;
    struct buf subject;
    fake_body_init(&body);
    buf_init(&subject, FAKE_BODY_HEAD_MAX);
    (void)fake_body_take(&body, span_text(message), SIZE_MAX);
    fake_body_subject(&body, &subject);
    ck_assert_str_eq(buf_text(&subject), wanted);
    buf_done(&subject);
    fake_body_done(&body);
}

START_TEST(test_subject)
{
    check_subject("", "");
    check_subject("Subject: one\r\n\r\nbody", "one");
    check_subject("From: a\r\nSUBJECT:two  \r\nTo: b\r\n\r\n", "two");
    check_subject("Subject: one\r\n two\r\n\tthree\r\nTo: b\r\n", "one two three");
    check_subject("Subject: one\nTo: b\n", "one");
    check_subject("To: b\r\n\r\nSubject: of the body\r\n", "");
    check_subject("To: b\r\n Subject: folded away\r\n\r\n", "");
    check_subject("Subject:", "");
    check_subject("Subject: without end", "without end");
    check_subject("Subject: first\r\nSubject: second\r\n", "first");
}
END_TEST

START_TEST(test_zeroed_is_done)
{
    struct fake_body body = {0};
    fake_body_done(&body);
}
END_TEST

UNIT_MAIN(test_dots_and_ends, test_wrong_ends, test_chunks_are_kept_as_they_are,
    test_no_more_than_asked_for, test_head_is_bounded_and_all_is_counted, test_subject,
    test_zeroed_is_done)
