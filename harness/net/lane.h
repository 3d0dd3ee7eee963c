/*
 * lane — one direction of a connection: segments wait in it and pass piece by piece.
 *
 * Knows: order, where a segment is cut into pieces, when each piece is due (latency, jitter,
 * bandwidth, gap), and when so much has passed that the line is cut. Time is given, never asked.
 * Refuses to know: worlds, streams, timers, who sends and who receives.
 * A lane owns its bytes; the caller owns the struct. Pieces are cut when they come to the front, so
 * that ten megabytes in pieces of one octet cost ten megabytes.
 */
#ifndef SMTPVET_NET_LANE_H
#define SMTPVET_NET_LANE_H

#include "harness/base/random.h"
#include "harness/net/net.h"

/* The largest piece, and what a receiver takes in unread: the window that TCP starts with. */
#define NET_WINDOW ((size_t)64 * 1024)
/* The largest piece on a line with a bandwidth and the largest random one: the payload of an
 * Ethernet frame. A slow line that brought 64 KiB at a stroke would be no slow line. */
#define NET_PACKET 1460
/* Memory that an emptied lane keeps for its next use; one large message shall not stay for ever. */
#define NET_LANE_KEEP ((size_t)256 * 1024)

enum net_mark { NET_DATA, NET_FIN, NET_RESET };

struct net_segment {
    size_t len; /* octets that still wait; 0 for NET_FIN and NET_RESET */
    int64_t at_us;
    enum net_mark mark;
};

struct net_lane {
    uint8_t *bytes; /* those that wait begin at bytes_first */
    size_t bytes_first, bytes_len, bytes_capacity;
    struct net_segment *segments;
    size_t segments_first, segments_len, segments_capacity;

    bool shaped;
    int64_t latency_us, jitter_us, bandwidth_per_s, segment, gap_us;
    const int64_t *split_at;
    size_t split_at_len;
    int64_t cut_after; /* -1: never */
    struct random_source random;

    int64_t passed;            /* octets, since net_lane_shape */
    int64_t begin_us, free_us; /* of the last piece: when it began, when the line was free again */
    int64_t last_due_us;
    bool planned; /* the piece at the front has its length and its time */
    size_t piece_len;
    int64_t due_us;
};

enum net_lane_side { NET_LANE_FROM_SERVER, NET_LANE_FROM_CLIENT };

/* A zeroed lane is an empty lane without a shape. */
void net_lane_done(struct net_lane *lane);
/* net_lane_renew: as new, keeping the memory up to NET_LANE_KEEP. */
void net_lane_renew(struct net_lane *lane);
/* net_lane_clear drops what waits; shape and counters stay. */
void net_lane_clear(struct net_lane *lane);
/* net_lane_rest: an empty lane gives its memory back. */
void net_lane_rest(struct net_lane *lane);
/* net_lane_shape applies the shape to an empty lane; `seed` is of this lane alone. */
void net_lane_shape(
    struct net_lane *lane, const struct net_shape *shape, enum net_lane_side side, uint64_t seed);

void net_lane_push(struct net_lane *lane, enum net_mark mark, struct span bytes, int64_t now_us);
bool net_lane_is_empty(const struct net_lane *lane);
/* net_lane_due: when the piece at the front may pass; call it on a lane that is not empty. */
int64_t net_lane_due(struct net_lane *lane);
/* net_lane_take removes the piece at the front; `ret` is valid until the next push or renewal. */
enum net_mark net_lane_take(struct net_lane *lane, struct span *ret);
/* True when as many octets as the shape allows have passed. */
bool net_lane_is_cut(const struct net_lane *lane);

/* a + b, at most INT64_MAX: a latency of a million years is no reason to wrap around. */
int64_t net_time_add(int64_t a_us, int64_t b_us);

#endif
