/*
 * net_play — for this room's tests: two ends (net_play_end.h) in each of the worlds.
 *
 * Knows: how to make each world, how to run it until something is over. Refuses to know: what a
 * test expects.
 */
#ifndef SMTPVET_NET_NET_PLAY_H
#define SMTPVET_NET_NET_PLAY_H

#include "harness/net/net_play_end.h"

#define PLAY_MS INT64_C(1000)
#define PLAY_SECOND INT64_C(1000000)
#define PLAY_SCALE 1000
#define PLAY_LIMIT_US (20 * PLAY_SECOND) /* nothing that works takes that long */
#define PLAY_EVENTS_MAX UINT64_C(50000000)

enum play_world { PLAY_SIMULATED, PLAY_REAL, PLAY_SCALED };

static inline struct net *play_net(enum play_world world, uint64_t seed)
{
    if (world == PLAY_SIMULATED) {
        return net_simulated_new(&(struct net_simulated_options){.seed = seed});
    }
    struct fail fail = {0};
    struct net *net = net_real_new(
        &(struct net_real_options){.time_scale = world == PLAY_REAL ? 1 : PLAY_SCALE}, &fail);
    ck_assert_msg(net != NULL, "%s", fail.text);
    net_reset(net, seed);
    return net;
}

static inline struct net_handler play_accept(void *context, struct net_stream *stream)
{
    struct play *play = context;
    play->accepted++;
    play->server.stream = stream;
    return (struct net_handler){.event = play_event, .context = &play->server};
}

static inline void play_guard_fired(void *context)
{
    struct play *play = context;
    if (play->waits_for_quiet && play->wait_us > 0 && play->told != play->told_before) {
        play->told_before = play->told;
        net_timer_set(play->net, &play->guard, net_now_us(play->net) + play->wait_us);
        return;
    }
    play->guard_fired = true;
    net_stop(play->net);
}

static inline void play_init(struct play *play, struct net *net)
{
    *play = (struct play){.net = net, .client = {.play = play}, .server = {.play = play}};
    play->guard = (struct net_timer){.function = play_guard_fired, .context = play};
    struct play_end *ends[] = {&play->client, &play->server};
    for (size_t i = 0; i < 2; i++) {
        buf_init(&ends[i]->log, PLAY_BYTES_MAX);
        buf_init(&ends[i]->bytes, PLAY_BYTES_MAX);
        buf_init(&ends[i]->flushes, PLAY_BYTES_MAX);
    }
}

static inline void play_done(struct play *play)
{
    struct play_end *ends[] = {&play->client, &play->server};
    for (size_t i = 0; i < 2; i++) {
        buf_done(&ends[i]->log);
        buf_done(&ends[i]->bytes);
        buf_done(&ends[i]->flushes);
    }
}

static inline void play_listen(struct play *play, const struct net_shape *shape)
{
    struct fail fail = {0};
    play->listener = net_listen(play->net, "127.0.0.1", 0, shape, play_accept, play, &fail);
    ck_assert_msg(play->listener != NULL, "%s", fail.text);
}

static inline void play_connect(struct play *play, uint16_t port)
{
    play->client.stream = net_connect(play->net, "127.0.0.1", port,
        (struct net_handler){.event = play_event, .context = &play->client});
}

static inline void play_in_world(
    enum play_world world, const struct net_shape *shape, void (*test)(struct play *play))
{
    struct net *net = play_net(world, 1);
    struct play play;
    play_init(&play, net);
    play.waits_for_quiet = world == PLAY_REAL;
    play_listen(&play, shape);
    test(&play);
    net_free(net);
    play_done(&play);
}

static inline void play_in_all_worlds(
    const struct net_shape *shape, void (*test)(struct play *play))
{
    play_in_world(PLAY_SIMULATED, shape, test);
    play_in_world(PLAY_REAL, shape, test);
    play_in_world(PLAY_SCALED, shape, test);
}

/* For tests that wait for seconds: not in the world where a second takes one. */
static inline void play_in_quick_worlds(
    const struct net_shape *shape, void (*test)(struct play *play))
{
    play_in_world(PLAY_SIMULATED, shape, test);
    play_in_world(PLAY_SCALED, shape, test);
}

/* Runs until a reaction stops the net; fails when none does. */
static inline void play_run(struct play *play)
{
    struct fail fail = {0};
    net_timer_set(play->net, &play->guard, net_now_us(play->net) + PLAY_LIMIT_US);
    ck_assert_msg(net_run(play->net, PLAY_EVENTS_MAX, &fail) == STATUS_OK, "%s", fail.text);
    ck_assert_msg(!play->guard_fired, "it stood still; client: %s, server: %s",
        play_told(&play->client), play_told(&play->server));
    net_timer_clear(play->net, &play->guard);
}

/* Lets the time pass and stops. */
static inline void play_run_for(struct play *play, int64_t wait_us)
{
    struct fail fail = {0};
    play->wait_us = wait_us;
    net_timer_set(play->net, &play->guard, net_now_us(play->net) + wait_us);
    ck_assert_int_eq(net_run(play->net, PLAY_EVENTS_MAX, &fail), STATUS_OK);
    ck_assert(play->guard_fired);
    play->guard_fired = false;
    play->wait_us = 0;
}

#endif
