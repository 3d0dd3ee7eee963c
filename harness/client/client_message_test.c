#include "harness/client/client_message.h"

#include "harness/tests/unit.h"

static const char *const two[] = {"jane@there.com", "jim@there.com"};

/* The octets that go over the line, and the message's own. */
static struct buf on_the_line(const struct plan_message *plan, size_t *ret_octets)
{
    struct client_message message;
    struct buf out;
    buf_init(&out, CLIENT_MESSAGE_MAX);
    ck_assert(client_message_init(
        &message, plan, &(struct client_message_setting){"client.test", 1767225600, false}));
    *ret_octets = message.raw.len;
    while (client_message_block(&message, &out)) {
    }
    ck_assert(message.ended);
    client_message_done(&message);
    return out;
}

static void check_body(const char *body, const char *wanted)
{
    size_t octets = 0;
    struct plan_message plan = {
        .from = "joe@here.com", .to = {two, 1}, .subject = "s", .body = span_text(body)};
    struct buf out = on_the_line(&plan, &octets);
    const char *found = strstr(buf_text(&out), "\r\n\r\n");
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(found + 4, wanted);
    buf_done(&out);
}

START_TEST(test_line_ends_and_dots)
{
    check_body("Hello.", "Hello.\r\n.\r\n");
    check_body("Hello.\r\n", "Hello.\r\n.\r\n");
    check_body("a\nb\rc\r\nd", "a\r\nb\r\nc\r\nd\r\n.\r\n");
    check_body(".\n..\n.three\nend\n", "..\r\n...\r\n..three\r\nend\r\n.\r\n");
    check_body("", ".\r\n");
    check_body("\n", "\r\n.\r\n");
    check_body("\n.\n", "\r\n..\r\n.\r\n");
}
END_TEST

START_TEST(test_the_header)
{
    size_t octets = 0;
    struct plan_message plan = {
        .from = "joe@here.com", .to = {two, 2}, .subject = "Test message", .body = span_text("x")};
    struct buf out = on_the_line(&plan, &octets);
    ck_assert_ptr_nonnull(strstr(buf_text(&out), "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&out), "From: <joe@here.com>\r\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&out), "To: <jane@there.com>,\r\n <jim@there.com>\r\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&out), "Subject: Test message\r\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&out), "@client.test>\r\n"));
    ck_assert_uint_eq(out.len, octets + 3);
    buf_done(&out);
}
END_TEST

/* A body of dots at the beginnings of lines, cut by blocks at every place. */
START_TEST(test_dots_are_stuffed_across_blocks)
{
    struct buf body;
    size_t octets = 0, stuffed = 0;
    buf_init(&body, 1024 * 1024);
    for (size_t i = 0; i < 20000; i++) {
        buf_append_text(&body, i % 3 == 0 ? ".\r\n" : "..x\r\n");
    }
    struct plan_message plan = {.from = "", .to = {two, 1}, .body = buf_span(&body)};
    struct buf out = on_the_line(&plan, &octets);
    struct span rest = buf_span(&out);
    while (rest.len > 0) {
        size_t end = span_find(rest, '\n');
        struct span line = span_first(rest, end + 1);
        bool last = rest.len == 3;
        ck_assert(line.len >= 2 && line.data[line.len - 2] == '\r');
        if (line.data[0] == '.' && !last) {
            ck_assert_uint_eq(line.data[1], '.');
            stuffed++;
        }
        rest = span_from(rest, line.len);
    }
    ck_assert_uint_eq(stuffed, 20000);
    ck_assert_uint_eq(out.len, octets + stuffed + 3);
    buf_done(&out);
    buf_done(&body);
}
END_TEST

START_TEST(test_a_generated_body_has_its_size)
{
    for (int64_t size = 2; size < 400; size++) {
        size_t octets = 0;
        struct plan_message plan = {.from = "a@b", .to = {two, 1}, .size = size};
        struct buf out = on_the_line(&plan, &octets);
        const char *body = strstr(buf_text(&out), "\r\n\r\n") + 4;
        ck_assert_int_eq((int64_t)strlen(body) - 3, size);
        buf_done(&out);
    }
}
END_TEST

START_TEST(test_eight_bits_are_told)
{
    struct client_message message;
    struct plan_message plan = {
        .from = "a@b", .to = {two, 1}, .body = span_text("gr\xc3\xbc\xc3\x9f")};
    ck_assert(
        client_message_init(&message, &plan, &(struct client_message_setting){.hello_name = "c"}));
    ck_assert(message.eight_bit);
    ck_assert_ptr_nonnull(strstr(buf_text(&message.raw), "Content-Transfer-Encoding: 8bit"));
    client_message_done(&message);
}
END_TEST

START_TEST(test_what_may_stand_in_a_command)
{
    ck_assert(client_message_is_safe_address(""));
    ck_assert(client_message_is_safe_address("joe@here.com"));
    ck_assert(client_message_is_safe_address("\"a b>\\\"c\"@here.com"));
    ck_assert(!client_message_is_safe_address("joe@here.com\r\nRCPT TO:<x@y>"));
    ck_assert(!client_message_is_safe_address("joe@here.com> SIZE=1"));
    ck_assert(!client_message_is_safe_address("joe <joe@here.com"));
    ck_assert(!client_message_is_safe_address("\"joe@here.com"));
    ck_assert(!client_message_is_safe_address("joe@here.com\x7f"));
    ck_assert(client_message_is_safe("a b"));
    ck_assert(!client_message_is_safe("a\nb"));
    ck_assert(!client_message_is_safe("a\tb"));
}
END_TEST

UNIT_MAIN(test_line_ends_and_dots, test_the_header, test_dots_are_stuffed_across_blocks,
    test_a_generated_body_has_its_size, test_eight_bits_are_told, test_what_may_stand_in_a_command)
