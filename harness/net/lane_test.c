#include "harness/net/lane.h"

#include "harness/tests/unit.h"

#define PIECES_MAX 4096

struct pieces {
    size_t len;
    size_t lens[PIECES_MAX];
    int64_t due_us[PIECES_MAX];
    enum net_mark marks[PIECES_MAX];
    uint8_t bytes[PIECES_MAX];
    size_t bytes_len;
};

static struct pieces pieces; /* large; each test program runs one test at a time */

/* Takes piece after piece until the lane is empty or cut. */
static void take_all(struct net_lane *lane)
{
    pieces.len = pieces.bytes_len = 0;
    while (!net_lane_is_empty(lane) && !net_lane_is_cut(lane)) {
        struct span bytes;
        ck_assert_uint_lt(pieces.len, PIECES_MAX);
        pieces.due_us[pieces.len] = net_lane_due(lane);
        ck_assert_int_eq(net_lane_due(lane), pieces.due_us[pieces.len]);
        pieces.marks[pieces.len] = net_lane_take(lane, &bytes);
        pieces.lens[pieces.len++] = bytes.len;
        for (size_t i = 0; i < bytes.len && pieces.bytes_len < PIECES_MAX; i++) {
            pieces.bytes[pieces.bytes_len++] = bytes.data[i];
        }
    }
}

static void push_text(struct net_lane *lane, const char *text, int64_t now_us)
{
    net_lane_push(lane, NET_DATA, span_text(text), now_us);
}

static void push_counted(struct net_lane *lane, size_t len, int64_t now_us)
{
    uint8_t *bytes = mem_alloc(len);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    }
    net_lane_push(lane, NET_DATA, span_of(bytes, len), now_us);
    mem_free(bytes);
}

static struct net_lane shaped(const struct net_shape *shape, enum net_lane_side side, uint64_t seed)
{
    struct net_lane lane = {0};
    net_lane_shape(&lane, shape, side, seed);
    return lane;
}

START_TEST(test_without_a_shape_segments_pass_as_they_came)
{
    struct net_lane lane = {0};
    ck_assert(net_lane_is_empty(&lane));
    push_text(&lane, "abc", 5);
    push_text(&lane, "de", 7);
    net_lane_push(&lane, NET_FIN, SPAN_EMPTY, 9);
    take_all(&lane);
    ck_assert_uint_eq(pieces.len, 3);
    ck_assert_uint_eq(pieces.lens[0], 3);
    ck_assert_uint_eq(pieces.lens[1], 2);
    ck_assert_int_eq(pieces.due_us[0], 5);
    ck_assert_int_eq(pieces.due_us[1], 7);
    ck_assert_int_eq(pieces.marks[1], NET_DATA);
    ck_assert_int_eq(pieces.marks[2], NET_FIN);
    ck_assert_mem_eq(pieces.bytes, "abcde", 5);
    ck_assert(!net_lane_is_cut(&lane));
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_no_piece_is_larger_than_a_window)
{
    struct net_lane lane = {0};
    push_counted(&lane, NET_WINDOW * 2 + 1, 0);
    take_all(&lane);
    ck_assert_uint_eq(pieces.len, 3);
    ck_assert_uint_eq(pieces.lens[0], NET_WINDOW);
    ck_assert_uint_eq(pieces.lens[2], 1);
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_segment_limits_each_piece)
{
    const struct net_shape shape = {.segment = 3};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_CLIENT, 1);
    push_text(&lane, "abcdefgh", 0);
    push_text(&lane, "ij", 0);
    take_all(&lane);
    ck_assert_uint_eq(pieces.len, 4);
    ck_assert_uint_eq(pieces.lens[0], 3);
    ck_assert_uint_eq(pieces.lens[1], 3);
    ck_assert_uint_eq(pieces.lens[2], 2); /* segments are not joined */
    ck_assert_uint_eq(pieces.lens[3], 2);
    ck_assert_mem_eq(pieces.bytes, "abcdefghij", 10);
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_random_segments_follow_the_seed)
{
    const struct net_shape shape = {.segment = -1};
    size_t lens[2][64];
    for (size_t run = 0; run < 2; run++) {
        struct net_lane lane = shaped(&shape, NET_LANE_FROM_SERVER, 42);
        push_counted(&lane, 20000, 0);
        take_all(&lane);
        ck_assert_uint_ge(pieces.len, 20000 / NET_PACKET);
        ck_assert_uint_lt(pieces.len, 64);
        size_t sum = 0;
        for (size_t i = 0; i < pieces.len; i++) {
            ck_assert_uint_ge(pieces.lens[i], 1);
            ck_assert_uint_le(pieces.lens[i], NET_PACKET);
            lens[run][i] = pieces.lens[i];
            sum += pieces.lens[i];
        }
        ck_assert_uint_eq(sum, 20000);
        net_lane_done(&lane);
    }
    ck_assert_mem_eq(lens[0], lens[1], pieces.len * sizeof lens[0][0]);
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_SERVER, 43);
    push_counted(&lane, 20000, 0);
    take_all(&lane);
    ck_assert_mem_ne(lens[0], pieces.lens, 8 * sizeof lens[0][0]);
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_split_at_counts_the_servers_octets)
{
    const int64_t split_at[] = {0, 2, 5, 6, 100};
    const struct net_shape shape = {.split_at = split_at, .split_at_len = ARRAY_LEN(split_at)};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_SERVER, 1);
    push_text(&lane, "abcd", 0);
    push_text(&lane, "efgh", 0);
    take_all(&lane);
    const size_t wanted[] = {2, 2, 1, 1, 2};
    ck_assert_uint_eq(pieces.len, ARRAY_LEN(wanted));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        ck_assert_uint_eq(pieces.lens[i], wanted[i]);
    }
    net_lane_done(&lane);
    lane = shaped(&shape, NET_LANE_FROM_CLIENT, 1);
    push_text(&lane, "abcd", 0);
    take_all(&lane);
    ck_assert_uint_eq(pieces.len, 1);
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_latency_delays_each_piece_once)
{
    const struct net_shape shape = {.latency_us = 1000, .segment = 1};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_CLIENT, 1);
    push_text(&lane, "ab", 10);
    net_lane_push(&lane, NET_FIN, SPAN_EMPTY, 20);
    take_all(&lane);
    ck_assert_int_eq(pieces.due_us[0], 1010);
    ck_assert_int_eq(pieces.due_us[1], 1010);
    ck_assert_int_eq(pieces.due_us[2], 1020);
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_an_endless_latency_does_not_wrap)
{
    const struct net_shape shape = {.latency_us = INT64_MAX};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_CLIENT, 1);
    push_text(&lane, "a", 1000);
    ck_assert_int_eq(net_lane_due(&lane), INT64_MAX);
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_jitter_keeps_the_order)
{
    const struct net_shape shape = {.latency_us = 1000, .jitter_us = 500, .segment = 1};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_CLIENT, 7);
    for (int64_t i = 0; i < 200; i++) {
        push_text(&lane, "ab", i);
    }
    take_all(&lane);
    bool moved = false;
    for (size_t i = 0; i < pieces.len; i++) {
        int64_t sent_us = (int64_t)(i / 2);
        ck_assert_int_ge(pieces.due_us[i], sent_us + 1000);
        ck_assert_int_le(pieces.due_us[i], 199 + 1500);
        moved = moved || pieces.due_us[i] > sent_us + 1000;
        if (i > 0) {
            ck_assert_int_ge(pieces.due_us[i], pieces.due_us[i - 1]);
        }
    }
    ck_assert(moved);
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_bandwidth_takes_its_time)
{
    const struct net_shape shape = {.bandwidth_per_s = 1000};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_CLIENT, 1);
    push_counted(&lane, NET_PACKET + 540, 0);
    push_counted(&lane, 1000, 0);
    push_counted(&lane, 1000, 10000000);
    take_all(&lane);
    ck_assert_uint_eq(pieces.lens[0], NET_PACKET);
    ck_assert_int_eq(pieces.due_us[0], NET_PACKET * 1000);
    ck_assert_int_eq(pieces.due_us[1], 2000000);
    ck_assert_int_eq(pieces.due_us[2], 3000000);
    ck_assert_int_eq(pieces.due_us[3], 11000000); /* the line was idle: nothing is saved up */
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_gap_lies_between_pieces)
{
    const struct net_shape shape = {.segment = 1, .gap_us = 100, .latency_us = 5};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_CLIENT, 1);
    push_text(&lane, "abc", 0);
    push_text(&lane, "d", 0);
    take_all(&lane);
    ck_assert_int_eq(pieces.due_us[0], 5);
    ck_assert_int_eq(pieces.due_us[1], 105);
    ck_assert_int_eq(pieces.due_us[2], 205);
    ck_assert_int_eq(pieces.due_us[3], 305); /* of the next segment too */
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_gap_lies_between_whole_segments)
{
    const struct net_shape shape = {.gap_us = 100, .latency_us = 5};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_SERVER, 1);
    push_text(&lane, "abc", 1);
    push_text(&lane, "de", 2);
    push_text(&lane, "f", 900);
    net_lane_push(&lane, NET_FIN, SPAN_EMPTY, 901);
    take_all(&lane);
    ck_assert_int_eq(pieces.due_us[0], 6);
    ck_assert_int_eq(pieces.due_us[1], 106);
    ck_assert_int_eq(pieces.due_us[2], 905); /* later than the gap ended */
    ck_assert_int_eq(pieces.due_us[3], 906); /* the end waits for nothing */
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_the_cut_comes_exactly_after_its_octets)
{
    for (int64_t after = 1; after <= 6; after++) {
        struct net_shape shape = {.cut_from = NET_CUT_SERVER, .cut_after = after};
        struct net_lane lane = shaped(&shape, NET_LANE_FROM_SERVER, 1);
        push_text(&lane, "abc", 0);
        push_text(&lane, "def", 0);
        ck_assert(!net_lane_is_cut(&lane));
        take_all(&lane);
        ck_assert(net_lane_is_cut(&lane));
        ck_assert_int_eq((int64_t)pieces.bytes_len, after);
        ck_assert_mem_eq(pieces.bytes, "abcdef", (size_t)after);
        net_lane_done(&lane);
        /* Only the side that is named is counted. */
        shape.cut_from = NET_CUT_CLIENT;
        lane = shaped(&shape, NET_LANE_FROM_SERVER, 1);
        push_text(&lane, "abcdef", 0);
        take_all(&lane);
        ck_assert(!net_lane_is_cut(&lane));
        ck_assert_uint_eq(pieces.bytes_len, 6);
        net_lane_done(&lane);
    }
    const struct net_shape at_once = {.cut_from = NET_CUT_CLIENT, .cut_after = 0};
    struct net_lane lane = shaped(&at_once, NET_LANE_FROM_CLIENT, 1);
    ck_assert(net_lane_is_cut(&lane));
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_bytes_survive_growth_and_reuse)
{
    const struct net_shape shape = {.segment = -1};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_CLIENT, 3);
    uint64_t pushed = 0, taken = 0;
    struct random_source random;
    random_seed(&random, 11);
    for (unsigned round = 0; round < 3000; round++) {
        uint8_t bytes[900];
        size_t len = (size_t)random_below(&random, sizeof bytes + 1);
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (uint8_t)(pushed++ % 251);
        }
        if (len > 0) {
            net_lane_push(&lane, NET_DATA, span_of(bytes, len), round);
        }
        /* Mostly growing for the first half, then shrinking. */
        uint64_t pieces_wanted = random_below(&random, round < 1500 ? 3 : 6);
        for (; pieces_wanted > 0 && !net_lane_is_empty(&lane); pieces_wanted--) {
            struct span piece;
            ck_assert_int_eq(net_lane_take(&lane, &piece), NET_DATA);
            bool same = true;
            for (size_t i = 0; i < piece.len; i++) {
                same = same && piece.data[i] == taken++ % 251;
            }
            ck_assert(same);
        }
        ck_assert_uint_eq(lane.bytes_len, pushed - taken);
    }
    ck_assert_uint_gt(taken, 500000);
    net_lane_renew(&lane);
    ck_assert(net_lane_is_empty(&lane));
    ck_assert(!net_lane_is_cut(&lane));
    ck_assert_uint_le(lane.bytes_capacity, NET_LANE_KEEP);
    push_text(&lane, "as new", 1);
    take_all(&lane);
    ck_assert_uint_eq(pieces.len, 1);
    ck_assert_mem_eq(pieces.bytes, "as new", 6);
    net_lane_done(&lane);
}
END_TEST

START_TEST(test_clear_keeps_shape_and_counters)
{
    const struct net_shape shape = {.segment = 2, .cut_from = NET_CUT_CLIENT, .cut_after = 5};
    struct net_lane lane = shaped(&shape, NET_LANE_FROM_CLIENT, 1);
    struct span piece;
    push_text(&lane, "abcd", 0);
    (void)net_lane_take(&lane, &piece);
    ck_assert_uint_eq(piece.len, 2);
    net_lane_clear(&lane);
    ck_assert(net_lane_is_empty(&lane));
    push_text(&lane, "efgh", 0);
    take_all(&lane);
    ck_assert_uint_eq(pieces.bytes_len, 3); /* two had passed before */
    ck_assert_mem_eq(pieces.bytes, "efg", 3);
    net_lane_done(&lane);
}
END_TEST

UNIT_MAIN(test_without_a_shape_segments_pass_as_they_came, test_no_piece_is_larger_than_a_window,
    test_segment_limits_each_piece, test_random_segments_follow_the_seed,
    test_split_at_counts_the_servers_octets, test_latency_delays_each_piece_once,
    test_an_endless_latency_does_not_wrap, test_jitter_keeps_the_order,
    test_bandwidth_takes_its_time, test_gap_lies_between_pieces,
    test_gap_lies_between_whole_segments, test_the_cut_comes_exactly_after_its_octets,
    test_bytes_survive_growth_and_reuse, test_clear_keeps_shape_and_counters)
