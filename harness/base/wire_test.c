#include "harness/base/wire.h"

#include "harness/tests/unit.h"

static void wire_check(
    const struct wire_queue *queue, size_t index, enum wire_action_kind kind, const char *bytes)
{
    ck_assert_uint_lt(index, queue->len);
    ck_assert_int_eq(queue->actions[index].kind, kind);
    if (bytes != NULL) {
        ck_assert(span_equal(wire_queue_bytes(queue, &queue->actions[index]), span_text(bytes)));
    }
}

START_TEST(test_each_send_is_a_segment)
{
    struct wire_queue queue;
    wire_queue_init(&queue);
    wire_queue_act(&queue, WIRE_CONNECT);
    wire_queue_send(&queue, SPAN_LITERAL("EHLO a\r\n"));
    wire_queue_send(&queue, SPAN_LITERAL("MAIL FROM:<>\r\n"));
    wire_queue_act(&queue, WIRE_SHUT);
    ck_assert_uint_eq(queue.len, 4);
    wire_check(&queue, 0, WIRE_CONNECT, NULL);
    wire_check(&queue, 1, WIRE_SEND, "EHLO a\r\n");
    wire_check(&queue, 2, WIRE_SEND, "MAIL FROM:<>\r\n");
    wire_check(&queue, 3, WIRE_SHUT, NULL);
    wire_queue_done(&queue);
}
END_TEST

START_TEST(test_sending_nothing_is_nothing)
{
    struct wire_queue queue;
    wire_queue_init(&queue);
    wire_queue_send(&queue, SPAN_EMPTY);
    wire_queue_extend(&queue, SPAN_EMPTY);
    ck_assert_uint_eq(queue.len, 0);
    wire_queue_done(&queue);
}
END_TEST

START_TEST(test_extending_goes_on_with_the_last_segment)
{
    struct wire_queue queue;
    wire_queue_init(&queue);
    wire_queue_extend(&queue, SPAN_LITERAL("a"));
    wire_queue_extend(&queue, SPAN_LITERAL("b"));
    wire_queue_act(&queue, WIRE_STOP_READING);
    wire_queue_extend(&queue, SPAN_LITERAL("c")); /* not before what was asked for meanwhile */
    wire_queue_send(&queue, SPAN_LITERAL("d"));
    wire_queue_extend(&queue, SPAN_LITERAL("e"));
    ck_assert_uint_eq(queue.len, 4);
    wire_check(&queue, 0, WIRE_SEND, "ab");
    wire_check(&queue, 1, WIRE_STOP_READING, NULL);
    wire_check(&queue, 2, WIRE_SEND, "c");
    wire_check(&queue, 3, WIRE_SEND, "de");
    wire_queue_done(&queue);
}
END_TEST

START_TEST(test_clearing_begins_again)
{
    struct wire_queue queue;
    wire_queue_init(&queue);
    wire_queue_send(&queue, SPAN_LITERAL("first"));
    wire_queue_clear(&queue);
    ck_assert_uint_eq(queue.len, 0);
    wire_queue_extend(&queue, SPAN_LITERAL("second"));
    ck_assert_uint_eq(queue.len, 1);
    wire_check(&queue, 0, WIRE_SEND, "second");
    wire_queue_done(&queue);
    wire_queue_done(&queue); /* a done one is like a zeroed one */
}
END_TEST

START_TEST(test_many_segments_keep_their_bytes)
{
    struct wire_queue queue;
    wire_queue_init(&queue);
    for (uint32_t i = 0; i < 5000; i++) {
        wire_queue_send(&queue, span_of(&i, sizeof i));
    }
    for (uint32_t i = 0; i < 5000; i++) {
        ck_assert(span_equal(wire_queue_bytes(&queue, &queue.actions[i]), span_of(&i, sizeof i)));
    }
    wire_queue_done(&queue);
}
END_TEST

START_TEST(test_what_is_too_much_is_told)
{
    struct wire_queue queue;
    wire_queue_init(&queue);
    CLEANUP(mem_free_at) uint8_t *much = mem_zalloc(1, WIRE_QUEUE_BYTES_MAX + 1);
    wire_queue_send(&queue, span_of(much, WIRE_QUEUE_BYTES_MAX + 1));
    ck_assert_uint_eq(queue.len, 0);
    ck_assert(queue.bytes.over);
    wire_queue_clear(&queue);
    wire_queue_send(&queue, span_of(much, WIRE_QUEUE_BYTES_MAX));
    ck_assert(!queue.bytes.over);
    wire_queue_extend(&queue, SPAN_LITERAL("x"));
    ck_assert(queue.bytes.over);
    ck_assert_uint_eq(queue.actions[0].len, WIRE_QUEUE_BYTES_MAX);
    wire_queue_done(&queue);
}
END_TEST

START_TEST(test_problems_have_names)
{
    ck_assert_ptr_null(wire_problem_name(WIRE_PROBLEM_NONE));
    ck_assert_str_eq(wire_problem_name(WIRE_PROBLEM_REFUSED), "refused");
    ck_assert_str_eq(wire_problem_name(WIRE_PROBLEM_TIMED_OUT), "timed-out");
    ck_assert_str_eq(wire_problem_name(WIRE_PROBLEM_UNREACHABLE), "unreachable");
    ck_assert_str_eq(wire_problem_name(WIRE_PROBLEM_NO_SUCH_NAME), "no-such-name");
}
END_TEST

UNIT_MAIN(test_each_send_is_a_segment, test_sending_nothing_is_nothing,
    test_extending_goes_on_with_the_last_segment, test_clearing_begins_again,
    test_many_segments_keep_their_bytes, test_what_is_too_much_is_told, test_problems_have_names)
