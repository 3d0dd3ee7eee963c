/* Timers, shaping, backpressure, limits: over both worlds where that makes sense. */
#include <time.h>

#include "harness/base/random.h"
#include "harness/net/net_play.h"

/* --- timers --- */

#define BELLS_MAX 16

struct bell {
    struct net *net;
    struct net_timer timer;
    struct bells *bells;
    char name;
    int64_t rang_at_us;
    void (*react)(struct bell *bell);
};

struct bells {
    struct bell bell[BELLS_MAX];
    char rung[BELLS_MAX * 4];
    size_t rung_len;
};

static void bell_rings(void *context)
{
    struct bell *bell = context;
    bell->bells->rung[bell->bells->rung_len++] = bell->name;
    bell->rang_at_us = net_now_us(bell->net);
    ck_assert_int_ge(bell->rang_at_us, bell->timer.at_us);
    if (bell->react != NULL) {
        bell->react(bell);
    }
}

static void bells_init(struct bells *bells, struct net *net)
{
    *bells = (struct bells){0};
    for (size_t i = 0; i < BELLS_MAX; i++) {
        bells->bell[i] = (struct bell){.net = net,
            .bells = bells,
            .name = (char)('a' + i),
            .timer = {.function = bell_rings, .context = &bells->bell[i]}};
    }
}

static void bell_set(struct bells *bells, char name, int64_t at_us)
{
    struct bell *bell = &bells->bell[name - 'a'];
    net_timer_set(bell->net, &bell->timer, at_us);
}

static void check_order(struct play *play)
{
    struct bells bells;
    bells_init(&bells, play->net);
    int64_t now_us = net_now_us(play->net);
    bell_set(&bells, 'd', now_us + 4 * PLAY_MS);
    bell_set(&bells, 'b', now_us + 2 * PLAY_MS);
    bell_set(&bells, 'c', now_us + 2 * PLAY_MS); /* the same moment: in the order of setting */
    bell_set(&bells, 'a', now_us + PLAY_MS);
    bell_set(&bells, 'e', now_us + PLAY_MS);
    bell_set(&bells, 'e', now_us + 6 * PLAY_MS); /* setting again moves */
    bell_set(&bells, 'f', now_us + 3 * PLAY_MS);
    net_timer_clear(play->net, &bells.bell['f' - 'a'].timer);
    net_timer_clear(play->net, &bells.bell['f' - 'a'].timer);
    bell_set(&bells, 'g', now_us - 5 * PLAY_MS); /* long due */
    play_run_for(play, 10 * PLAY_MS);
    ck_assert_str_eq(bells.rung, "gabcde");
}

START_TEST(test_timers_keep_order)
{
    play_in_all_worlds(NULL, check_order);
}
END_TEST

START_TEST(test_many_timers_come_in_order)
{
    struct net *net = play_net(PLAY_SIMULATED, 1);
    static struct bells many[64];
    struct random_source random;
    random_seed(&random, 5);
    for (size_t i = 0; i < ARRAY_LEN(many); i++) {
        bells_init(&many[i], net);
        for (char name = 'a'; name < 'a' + BELLS_MAX; name++) {
            bell_set(&many[i], name, (int64_t)random_below(&random, 500));
        }
    }
    /* Half are moved, a quarter is cleared: the heap loses from its middle. */
    for (size_t i = 0; i < ARRAY_LEN(many); i++) {
        for (char name = 'a'; name < 'a' + BELLS_MAX; name += 2) {
            bell_set(&many[i], name, (int64_t)random_below(&random, 500));
        }
        for (char name = 'b'; name < 'a' + BELLS_MAX; name += 4) {
            net_timer_clear(net, &many[i].bell[name - 'a'].timer);
        }
    }
    ck_assert_int_eq(net_run(net, 100000, NULL), STATUS_OK);
    for (size_t i = 0; i < ARRAY_LEN(many); i++) {
        ck_assert_uint_eq(many[i].rung_len, BELLS_MAX * 3 / 4);
        for (size_t k = 0; k < BELLS_MAX; k++) {
            const struct bell *bell = &many[i].bell[k];
            ck_assert_int_eq(bell->rang_at_us, k % 4 == 1 ? 0 : bell->timer.at_us);
        }
    }
    net_free(net);
}
END_TEST

static void bell_stops(struct bell *bell)
{
    net_stop(bell->net);
}

static void check_stop(struct play *play)
{
    struct bells bells;
    bells_init(&bells, play->net);
    int64_t now_us = net_now_us(play->net);
    bells.bell[1].react = bell_stops;
    bell_set(&bells, 'a', now_us);
    bell_set(&bells, 'b', now_us);
    bell_set(&bells, 'c', now_us);
    ck_assert_int_eq(net_run(play->net, 1000, NULL), STATUS_OK);
    ck_assert_str_eq(bells.rung, "ab"); /* what is due behind the stop waits */
    play_run_for(play, PLAY_MS);
    ck_assert_str_eq(bells.rung, "abc");
}

START_TEST(test_stop_holds_between_callbacks)
{
    play_in_all_worlds(NULL, check_stop);
}
END_TEST

static void bell_rings_again(struct bell *bell)
{
    net_timer_set(bell->net, &bell->timer, net_now_us(bell->net));
}

static void check_events_max(struct play *play)
{
    struct bells bells;
    struct fail fail = {0};
    bells_init(&bells, play->net);
    bells.bell[0].react = bell_rings_again;
    bell_set(&bells, 'a', 0);
    ck_assert_int_eq(net_run(play->net, 20, &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_LIMIT);
    ck_assert_uint_eq(bells.rung_len, 20);
    net_timer_clear(play->net, &bells.bell[0].timer);
}

START_TEST(test_a_loop_without_an_end_is_a_limit)
{
    play_in_all_worlds(NULL, check_events_max);
}
END_TEST

static void check_nothing_left(struct play *play)
{
    struct fail fail = {0};
    net_listener_close(play->listener);
    ck_assert_int_eq(net_run(play->net, 1000, &fail), STATUS_OK);
    struct bells bells;
    bells_init(&bells, play->net);
    bell_set(&bells, 'a', net_now_us(play->net) + PLAY_MS);
    ck_assert_int_eq(net_run(play->net, 1000, &fail), STATUS_OK);
    ck_assert_str_eq(bells.rung, "a");
}

START_TEST(test_run_ends_when_nothing_is_left)
{
    play_in_all_worlds(NULL, check_nothing_left);
}
END_TEST

/* Two ends of one connection that both wait for each other: nothing can come of that either. */
static void check_both_wait(struct play *play)
{
    struct fail fail = {0};
    play_connect(play, net_listener_port(play->listener));
    play_run_for(play, 20 * PLAY_MS);
    net_listener_close(play->listener);
    ck_assert_str_eq(play_told(&play->client), "opened ");
    ck_assert_str_eq(play_told(&play->server), "opened ");
    ck_assert_int_eq(net_run(play->net, 1000, &fail), STATUS_OK);
}

START_TEST(test_run_ends_when_both_ends_wait)
{
    play_in_all_worlds(NULL, check_both_wait);
}
END_TEST

static int64_t monotonic_us(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * PLAY_SECOND + now.tv_nsec / 1000;
}

/* In the simulated world it would fail here, were there a wait: the test's own limit is a minute.
 */
START_TEST(test_five_minutes_pass_at_once)
{
    struct net *net = play_net(PLAY_SIMULATED, 1);
    struct bells bells;
    bells_init(&bells, net);
    bell_set(&bells, 'a', 300 * PLAY_SECOND);
    ck_assert_int_eq(net_run(net, 1000, NULL), STATUS_OK);
    ck_assert_int_eq(bells.bell[0].rang_at_us, 300 * PLAY_SECOND);
    ck_assert_int_eq(net_now_us(net), 300 * PLAY_SECOND);
    net_reset(net, 1);
    ck_assert_int_eq(net_now_us(net), 0);
    net_free(net);
}
END_TEST

START_TEST(test_five_minutes_divided_are_not_early)
{
    struct net *net = play_net(PLAY_SCALED, 1);
    struct bells bells;
    bells_init(&bells, net);
    int64_t began_us = monotonic_us();
    bell_set(&bells, 'a', net_now_us(net) + 300 * PLAY_SECOND);
    ck_assert_int_eq(net_run(net, 1000, NULL), STATUS_OK);
    ck_assert_int_ge(monotonic_us() - began_us, 300 * PLAY_SECOND / PLAY_SCALE);
    ck_assert_int_ge(bells.bell[0].rang_at_us, 300 * PLAY_SECOND);
    net_free(net);
}
END_TEST

static struct net *timer_net;
static unsigned short_waits;

static void ring_again(void *context)
{
    struct net_timer *timer = context;
    if (--short_waits > 0) {
        net_timer_set(timer_net, timer, net_now_us(timer_net) + PLAY_MS);
    }
}

/* A millisecond divided is less than can be waited for: one by one they would take a minute. */
START_TEST(test_short_waits_divided_take_as_long_as_one)
{
    timer_net = play_net(PLAY_SCALED, 1);
    struct net_timer timer = {.function = ring_again, .context = &timer};
    int64_t began_us = monotonic_us();
    short_waits = 60000;
    net_timer_set(timer_net, &timer, PLAY_MS);
    ck_assert_int_eq(net_run(timer_net, 100000, NULL), STATUS_OK);
    ck_assert_int_eq(net_now_us(timer_net), 60 * PLAY_SECOND);
    int64_t passed_us = monotonic_us() - began_us;
    ck_assert_int_ge(passed_us, 60 * PLAY_SECOND / PLAY_SCALE);
    ck_assert_int_le(passed_us, 30 * PLAY_SECOND);
    net_free(timer_net);
}
END_TEST

START_TEST(test_real_waits_are_not_early)
{
    struct net *net = play_net(PLAY_REAL, 1);
    struct bells bells;
    bells_init(&bells, net);
    for (int64_t wait_us = 1; wait_us < 20 * PLAY_MS; wait_us = wait_us * 3 + 1) {
        int64_t began_us = monotonic_us(), now_us = net_now_us(net);
        bell_set(&bells, 'a', now_us + wait_us);
        ck_assert_int_eq(net_run(net, 1000, NULL), STATUS_OK);
        int64_t net_passed_us = net_now_us(net) - now_us;
        int64_t passed_us = monotonic_us() - began_us;
        ck_assert_int_ge(passed_us, wait_us - 1); /* both clocks round down */
        ck_assert_int_le(net_passed_us, passed_us + 1);
    }
    net_free(net);
}
END_TEST

/* --- shaping --- */

static void greet(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "220 mail.here.com");
        net_stream_shut(end->stream);
    }
}

static void check_single_octets(struct play *play)
{
    play->server.react = greet;
    play->client.react = play_stop_when_over;
    play_connect(play, net_listener_port(play->listener));
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 17 bytes fin ");
    ck_assert_str_eq(buf_text(&play->client.bytes), "220 mail.here.com");
    ck_assert_uint_eq(play->client.pieces, 17);
}

START_TEST(test_segments_of_one_octet_arrive_one_by_one)
{
    play_in_all_worlds(&(const struct net_shape){.segment = 1}, check_single_octets);
}
END_TEST

START_TEST(test_random_segments_are_the_same_under_one_seed)
{
    const struct net_shape shape = {.segment = -1, .latency_us = 5, .jitter_us = 50};
    static uint8_t body[30000];
    size_t pieces[3];
    int64_t ended_us[3];
    for (size_t i = 0; i < 3; i++) {
        struct net *net = play_net(PLAY_SIMULATED, i == 2 ? 8 : 7);
        struct play play;
        play_init(&play, net);
        play_listen(&play, &shape);
        play.server.react = play_stop_when_over;
        play_connect(&play, net_listener_port(play.listener));
        play_run_for(&play, PLAY_MS);
        net_stream_send(play.client.stream, span_of(body, sizeof body));
        net_stream_shut(play.client.stream);
        play_run(&play);
        ck_assert_uint_eq(play.server.bytes.len, sizeof body);
        pieces[i] = play.server.pieces;
        ended_us[i] = net_now_us(net);
        net_free(net);
        play_done(&play);
    }
    ck_assert_uint_gt(pieces[0], 20);
    ck_assert_uint_eq(pieces[0], pieces[1]);
    ck_assert_int_eq(ended_us[0], ended_us[1]);
    ck_assert(pieces[0] != pieces[2] || ended_us[0] != ended_us[2]);
}
END_TEST

static int64_t opened_at_us;

static void note_opened(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        opened_at_us = net_now_us(end->play->net);
    }
    play_stop_when_over(end, event);
}

static void check_latency(struct play *play)
{
    int64_t began_us = net_now_us(play->net);
    play->client.react = note_opened;
    play->server.react = greet;
    play_connect(play, net_listener_port(play->listener));
    play_run(play);
    ck_assert_int_ge(opened_at_us - began_us, 20 * PLAY_MS); /* there and back */
    ck_assert_int_ge(net_now_us(play->net) - began_us, 20 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->client), "opened 17 bytes fin ");
}

START_TEST(test_latency_counts_for_opening_too)
{
    play_in_all_worlds(&(const struct net_shape){.latency_us = 10 * PLAY_MS}, check_latency);
}
END_TEST

/* --- cuts: exactly so many octets, and both ends learn of it --- */

static void talk(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "0123456789");
        play_send(end, "abcdefghij");
    }
}

static void play_cut(struct play *play, const char *client_told, const char *server_told)
{
    play->server.react = talk;
    play_connect(play, net_listener_port(play->listener));
    play_run_for(play, 40 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->client), client_told);
    ck_assert_str_eq(play_told(&play->server), server_told);
}

static void check_cut_server_reset(struct play *play)
{
    play_cut(play, "opened 13 bytes reset ", "opened reset ");
}

static void check_cut_server_fin(struct play *play)
{
    play_cut(play, "opened 13 bytes fin ", "opened fin ");
}

START_TEST(test_the_servers_octets_are_cut)
{
    struct net_shape shape = {
        .latency_us = 5 * PLAY_MS, .cut_from = NET_CUT_SERVER, .cut_after = 13, .cut_reset = true};
    play_in_all_worlds(&shape, check_cut_server_reset);
    shape.cut_reset = false;
    play_in_all_worlds(&shape, check_cut_server_fin);
}
END_TEST

static void check_cut_client(struct play *play)
{
    play->client.react = talk;
    play_connect(play, net_listener_port(play->listener));
    play_run_for(play, 40 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->client), "opened reset ");
    ck_assert_str_eq(play_told(&play->server), "opened 13 bytes reset ");
}

static void check_cut_client_fin(struct play *play)
{
    play->client.react = talk;
    play_connect(play, net_listener_port(play->listener));
    play_run_for(play, 40 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->client), "opened fin ");
    ck_assert_str_eq(play_told(&play->server), "opened 13 bytes fin ");
}

START_TEST(test_the_clients_octets_are_cut)
{
    struct net_shape shape = {.cut_from = NET_CUT_CLIENT, .cut_after = 13, .cut_reset = true};
    play_in_all_worlds(&shape, check_cut_client);
    shape.cut_reset = false;
    play_in_all_worlds(&shape, check_cut_client_fin);
}
END_TEST

/* The client has reset before the line is cut: the reset lies behind the cut and never passes. */
static void talk_and_abort(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "0123456789");
        play_abort(end);
    }
}

static void check_cut_before_reset(struct play *play)
{
    play->client.react = talk_and_abort;
    play->server.react = play_stop_when_over;
    play_connect(play, net_listener_port(play->listener));
    play_run(play);
    play_run_for(play, 5 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->server), "opened 7 bytes fin ");
}

static void check_cut_instead_of_reset(struct play *play)
{
    play->client.react = talk_and_abort;
    play->server.react = play_stop_when_over;
    play_connect(play, net_listener_port(play->listener));
    play_run(play);
    play_run_for(play, 5 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->server), "opened 7 bytes reset ");
}

START_TEST(test_a_cut_comes_before_the_reset_behind_it)
{
    struct net_shape shape = {.cut_from = NET_CUT_CLIENT, .cut_after = 7};
    play_in_all_worlds(&shape, check_cut_before_reset);
    shape.cut_reset = true;
    play_in_all_worlds(&shape, check_cut_instead_of_reset);
}
END_TEST

/* --- much data --- */

#define BODY ((size_t)10 * 1024 * 1024)
#define CHUNK ((size_t)256 * 1024)

static void send_chunk(struct play_end *end)
{
    static uint8_t chunk[CHUNK];
    size_t sent = end->flushed * CHUNK;
    for (size_t i = 0; i < CHUNK; i++) {
        chunk[i] = (uint8_t)((sent + i) % 251);
    }
    net_stream_send(end->stream, span_of(chunk, CHUNK));
}

static void send_body(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED ||
        (event->kind == WIRE_FLUSHED && end->flushed < BODY / CHUNK)) {
        send_chunk(end);
    } else if (event->kind == WIRE_FLUSHED) {
        net_stream_shut(end->stream);
    }
}

static void stop_reading(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        net_stream_read(end->stream, false);
    }
    play_stop_when_over(end, event);
}

static void check_backpressure(struct play *play)
{
    play->client.react = send_body;
    play->server.react = stop_reading;
    play_connect(play, net_listener_port(play->listener));
    play_run_for(play, 50 * PLAY_MS);
    /* Who is not read from gets no further than one window, whatever the system would hold. */
    ck_assert_uint_eq(play->server.bytes.len, 0);
    ck_assert_uint_eq(play->client.flushed, 0);
    net_stream_read(play->server.stream, true);
    play_run(play);
    ck_assert_uint_eq(play->server.bytes.len, BODY);
    size_t same = 0;
    while (same < BODY && play->server.bytes.data[same] == same % 251) {
        same++;
    }
    ck_assert_uint_eq(same, BODY);
    ck_assert_uint_eq(play->client.flushed, BODY / CHUNK);
}

START_TEST(test_a_reader_that_stops_holds_the_writer_up)
{
    play_in_all_worlds(NULL, check_backpressure);
}
END_TEST

/* --- reset --- */

static void check_reset(struct play *play)
{
    struct bells bells;
    for (uint64_t round = 1; round <= 3; round++) {
        struct play again;
        play_init(&again, play->net);
        again.waits_for_quiet = play->waits_for_quiet;
        play_listen(&again, &(const struct net_shape){.latency_us = PLAY_MS});
        again.server.react = talk;
        again.client.react = talk;
        play_connect(&again, net_listener_port(again.listener));
        play_run_for(&again, 10 * PLAY_MS);
        ck_assert_str_eq(play_told(&again.client), "opened 20 bytes ");
        /* Everything that can be open: connecting, unread, queued, lingering, a timer. */
        static uint8_t much[1024 * 1024];
        net_stream_read(again.server.stream, false);
        net_stream_send(again.client.stream, span_of(much, sizeof much));
        play_connect(&again, net_listener_port(again.listener));
        play_release(&again.client);
        play_connect(&again, net_listener_port(again.listener));
        bells_init(&bells, play->net);
        bell_set(&bells, 'a', net_now_us(play->net) + PLAY_MS);
        net_reset(play->net, round);
        ck_assert_int_lt(net_now_us(play->net), PLAY_SECOND);
        ck_assert_int_eq(net_run(play->net, 1000, NULL), STATUS_OK); /* nothing is left */
        ck_assert_uint_eq(bells.rung_len, 0);
        ck_assert_str_eq(play_told(&again.client), "opened 20 bytes ");
        play_done(&again);
    }
}

START_TEST(test_reset_with_everything_open)
{
    play_in_all_worlds(NULL, check_reset);
}
END_TEST

static void check_free_when_open(struct play *play)
{
    play->server.react = talk;
    play_connect(play, net_listener_port(play->listener));
    play_run_for(play, 10 * PLAY_MS);
    play_connect(play, net_listener_port(play->listener));
}

START_TEST(test_free_with_everything_open)
{
    play_in_all_worlds(NULL, check_free_when_open);
    net_free(NULL);
}
END_TEST

UNIT_MAIN(test_timers_keep_order, test_many_timers_come_in_order, test_stop_holds_between_callbacks,
    test_a_loop_without_an_end_is_a_limit, test_run_ends_when_nothing_is_left,
    test_run_ends_when_both_ends_wait, test_five_minutes_pass_at_once,
    test_five_minutes_divided_are_not_early, test_short_waits_divided_take_as_long_as_one,
    test_real_waits_are_not_early, test_segments_of_one_octet_arrive_one_by_one,
    test_random_segments_are_the_same_under_one_seed, test_latency_counts_for_opening_too,
    test_the_servers_octets_are_cut, test_the_clients_octets_are_cut,
    test_a_cut_comes_before_the_reset_behind_it, test_a_reader_that_stops_holds_the_writer_up,
    test_reset_with_everything_open, test_free_with_everything_open)
