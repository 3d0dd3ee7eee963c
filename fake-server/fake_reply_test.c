#include "fake-server/fake_reply.h"

#include "harness/tests/unit.h"

static void check_lines(const char *const *items, size_t len, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1000);
    fake_reply_write_lines(&out, &(struct plan_text_list){items, len});
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_done(&out);
}

START_TEST(test_scripted_lines)
{
    static const char *const items[] = {"250 a", "b", "", "STARTTLS"};
    static const char *const bare[] = {"250", "b"};
    check_lines(items, 0, "");
    check_lines(items, 1, "250 a\r\n");
    check_lines(items, 2, "250-a\r\n250 b\r\n");
    check_lines(items, 3, "250-a\r\n250-b\r\n250 \r\n");
    check_lines(items, 4, "250-a\r\n250-b\r\n250-\r\n250 STARTTLS\r\n");
    check_lines(bare, 1, "250\r\n");
    check_lines(bare, 2, "250-\r\n250 b\r\n");
}
END_TEST

START_TEST(test_replies_and_challenges)
{
    struct buf out;
    buf_init(&out, 1000);
    fake_reply_write(&out, 250, "2.0.0", "Ok");
    fake_reply_write(&out, 354, NULL, "Go");
    fake_reply_write_challenge(&out, SPAN_LITERAL("Username:"));
    fake_reply_write_challenge(&out, SPAN_EMPTY);
    fake_reply_write_challenge(&out, SPAN_LITERAL("\0\xff"));
    ck_assert_str_eq(
        buf_text(&out), "250 2.0.0 Ok\r\n354 Go\r\n334 VXNlcm5hbWU6\r\n334 \r\n334 AP8=\r\n");
    buf_done(&out);
}
END_TEST

static const struct {
    const char *bytes;
    unsigned code;
} answers[] = {
    {"", 0},
    {"250", 0},
    {"250 Ok\r", 0},
    {"250 Ok\r\n", 250},
    {"250 Ok\n", 250},
    {"250\r\n", 250},
    {"250\n", 250},
    {"334 \r\n", 334},
    {"250-a\r\n", 0},
    {"250-a\r\n250 b\r\n", 250},
    {"250-a\r\n550 b\r\n", 550},
    {"250-\r\n250-\r\n250\r\n", 250},
    {"220 a\r\n554 b\r\n", 220},
    {"25\r\n", 0},
    {"\r\n", 0},
    {"\n\n250 a\n", 250},
    {"* OK\r\n", 0},
    {"hello there\r\n250 a\r\n", 250},
    {"2x0 a\r\n", 0},
    {"600 a\r\n", 600},
    {"099 a\r\n", 99},
    {"250-a\r\ngarbage\r\n451 b\r\n", 451},
};

START_TEST(test_first_complete_reply)
{
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct span bytes = span_text(answers[i].bytes);
        for (size_t piece = 1; piece <= bytes.len + 1; piece++) {
            struct fake_answer answer = {0};
            for (struct span rest = bytes; rest.len > 0; rest = span_from(rest, piece)) {
                fake_answer_feed(&answer, span_first(rest, piece));
            }
            ck_assert_msg(answer.code == answers[i].code, "'%s' in pieces of %zu: %u",
                answers[i].bytes, piece, answer.code);
        }
    }
}
END_TEST

UNIT_MAIN(test_scripted_lines, test_replies_and_challenges, test_first_complete_reply)
