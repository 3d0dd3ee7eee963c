#include "harness/net/lane.h"

#include <assert.h>

#include "harness/base/units.h"

int64_t net_time_add(int64_t a_us, int64_t b_us)
{
    int64_t sum_us;
    return __builtin_add_overflow(a_us, b_us, &sum_us) ? INT64_MAX : sum_us;
}

void net_lane_done(struct net_lane *lane)
{
    mem_free(lane->bytes);
    mem_free(lane->segments);
    *lane = (struct net_lane){.cut_after = -1};
}

void net_lane_clear(struct net_lane *lane)
{
    lane->bytes_first = lane->bytes_len = 0;
    lane->segments_first = lane->segments_len = 0;
    lane->planned = false;
}

void net_lane_renew(struct net_lane *lane)
{
    if (lane->bytes_capacity > NET_LANE_KEEP) {
        mem_free(lane->bytes);
        lane->bytes = NULL;
        lane->bytes_capacity = 0;
    }
    if (lane->segments_capacity * sizeof *lane->segments > NET_LANE_KEEP) {
        mem_free(lane->segments);
        lane->segments = NULL;
        lane->segments_capacity = 0;
    }
    *lane = (struct net_lane){
        .bytes = lane->bytes,
        .bytes_capacity = lane->bytes_capacity,
        .segments = lane->segments,
        .segments_capacity = lane->segments_capacity,
        .cut_after = -1,
    };
}

void net_lane_shape(
    struct net_lane *lane, const struct net_shape *shape, enum net_lane_side side, uint64_t seed)
{
    assert(net_lane_is_empty(lane));
    enum net_cut_from own_cut = side == NET_LANE_FROM_SERVER ? NET_CUT_SERVER : NET_CUT_CLIENT;
    lane->shaped = true;
    lane->latency_us = shape->latency_us;
    lane->jitter_us = shape->jitter_us;
    lane->bandwidth_per_s = shape->bandwidth_per_s;
    lane->segment = shape->segment;
    lane->gap_us = shape->gap_us;
    if (side == NET_LANE_FROM_SERVER) {
        lane->split_at = shape->split_at;
        lane->split_at_len = shape->split_at_len;
    }
    lane->cut_after = shape->cut_from == own_cut ? shape->cut_after : -1;
    if (lane->jitter_us > 0 || lane->segment < 0) {
        random_seed(&lane->random, seed);
    }
}

/* Room for `len` more bytes behind those that wait: what has passed is given up first. */
static void lane_make_room(struct net_lane *lane, size_t len)
{
    if (lane->bytes_capacity - lane->bytes_first - lane->bytes_len >= len) {
        return;
    }
    size_t needed = lane->bytes_len + len;
    if (needed > lane->bytes_capacity / 2) {
        /* Doubling, and moving only when half is waste, keeps a long queue linear. */
        size_t capacity = lane->bytes_capacity == 0 ? 512 : lane->bytes_capacity;
        while (capacity < needed * 2) {
            capacity *= 2;
        }
        uint8_t *bytes = mem_alloc(capacity);
        if (lane->bytes_len > 0) {
            memcpy(bytes, lane->bytes + lane->bytes_first, lane->bytes_len);
        }
        mem_free(lane->bytes);
        lane->bytes = bytes;
        lane->bytes_capacity = capacity;
    } else if (lane->bytes_len > 0) {
        memmove(lane->bytes, lane->bytes + lane->bytes_first, lane->bytes_len);
    }
    lane->bytes_first = 0;
}

void net_lane_push(struct net_lane *lane, enum net_mark mark, struct span bytes, int64_t now_us)
{
    size_t end = lane->segments_first + lane->segments_len;
    if (end == lane->segments_capacity && lane->segments_first > lane->segments_capacity / 2) {
        memmove(lane->segments, lane->segments + lane->segments_first,
            lane->segments_len * sizeof *lane->segments);
        lane->segments_first = 0;
        end = lane->segments_len;
    }
    lane->segments = mem_grow(
        lane->segments, end, &lane->segments_capacity, sizeof *lane->segments);
    lane->segments[end] = (struct net_segment){.len = bytes.len, .at_us = now_us, .mark = mark};
    lane->segments_len++;
    if (bytes.len > 0) {
        lane_make_room(lane, bytes.len);
        memcpy(lane->bytes + lane->bytes_first + lane->bytes_len, bytes.data, bytes.len);
        lane->bytes_len += bytes.len;
    }
}

bool net_lane_is_empty(const struct net_lane *lane)
{
    return lane->segments_len == 0;
}

bool net_lane_is_cut(const struct net_lane *lane)
{
    return lane->shaped && lane->cut_after >= 0 && lane->passed >= lane->cut_after;
}

static size_t lane_at_most(size_t len, int64_t limit)
{
    return limit >= 0 && (uint64_t)limit < len ? (size_t)limit : len;
}

static size_t lane_piece_len(struct net_lane *lane, size_t len)
{
    if (lane->bandwidth_per_s > 0) {
        len = lane_at_most(len, NET_PACKET);
    }
    if (lane->segment > 0) {
        len = lane_at_most(len, lane->segment);
    } else if (lane->segment < 0) {
        len = lane_at_most(len, 1 + (int64_t)random_below(&lane->random, NET_PACKET));
    }
    while (lane->split_at_len > 0 && lane->split_at[0] <= lane->passed) {
        lane->split_at++;
        lane->split_at_len--;
    }
    if (lane->split_at_len > 0) {
        len = lane_at_most(len, lane->split_at[0] - lane->passed);
    }
    if (lane->cut_after >= 0) {
        len = lane_at_most(len, lane->cut_after - lane->passed);
    }
    return len;
}

static int64_t lane_piece_due(
    struct net_lane *lane, const struct net_segment *segment, size_t piece_len)
{
    int64_t begin_us = segment->at_us > lane->free_us ? segment->at_us : lane->free_us;
    if (piece_len > 0 && lane->passed > 0) { /* FIN and RST are no segments to be kept apart */
        int64_t gap_end_us = net_time_add(lane->begin_us, lane->gap_us);
        begin_us = begin_us > gap_end_us ? begin_us : gap_end_us;
    }
    int64_t sending_us = 0;
    if (lane->bandwidth_per_s > 0) {
        sending_us = (int64_t)piece_len * UNITS_US_PER_S / lane->bandwidth_per_s;
    }
    lane->begin_us = begin_us;
    lane->free_us = net_time_add(begin_us, sending_us);
    int64_t due_us = net_time_add(lane->free_us, lane->latency_us);
    if (lane->jitter_us > 0) {
        uint64_t bound = (uint64_t)lane->jitter_us + 1;
        due_us = net_time_add(due_us, (int64_t)random_below(&lane->random, bound));
    }
    return due_us > lane->last_due_us ? due_us : lane->last_due_us;
}

int64_t net_lane_due(struct net_lane *lane)
{
    assert(!net_lane_is_empty(lane));
    const struct net_segment *segment = &lane->segments[lane->segments_first];
    if (!lane->planned) {
        lane->planned = true;
        lane->piece_len = lane_at_most(segment->len, (int64_t)NET_WINDOW);
        lane->due_us = segment->at_us;
        if (lane->shaped) {
            lane->piece_len = lane_piece_len(lane, lane->piece_len);
            lane->due_us = lane_piece_due(lane, segment, lane->piece_len);
        }
    }
    return lane->due_us;
}

enum net_mark net_lane_take(struct net_lane *lane, struct span *ret)
{
    (void)net_lane_due(lane);
    struct net_segment *segment = &lane->segments[lane->segments_first];
    enum net_mark mark = segment->mark;
    *ret = SPAN_EMPTY;
    if (lane->piece_len > 0) {
        *ret = span_of(lane->bytes + lane->bytes_first, lane->piece_len);
    }
    segment->len -= lane->piece_len;
    lane->bytes_first += lane->piece_len;
    lane->bytes_len -= lane->piece_len;
    lane->passed += (int64_t)lane->piece_len;
    lane->last_due_us = lane->due_us;
    lane->planned = false;
    if (segment->len == 0) {
        lane->segments_first++;
        lane->segments_len--;
    }
    if (lane->bytes_len == 0) {
        lane->bytes_first = 0;
    }
    if (lane->segments_len == 0) {
        lane->segments_first = 0;
    }
    return mark;
}

void net_lane_rest(struct net_lane *lane)
{
    if (net_lane_is_empty(lane)) {
        mem_free(lane->bytes);
        mem_free(lane->segments);
        lane->bytes = NULL;
        lane->segments = NULL;
        lane->bytes_first = lane->bytes_len = lane->bytes_capacity = 0;
        lane->segments_first = lane->segments_len = lane->segments_capacity = 0;
    }
}
