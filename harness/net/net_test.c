/* One set of tests over both worlds; the real one also with its time divided. */
#include "harness/net/net.h"

#include "harness/net/net_play.h"

static void connect_both(struct play *play)
{
    play_connect(play, net_listener_port(play->listener));
}

/* --- connecting --- */

static void echo_server(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_BYTES) {
        net_stream_send(end->stream, event->bytes);
    } else if (event->kind == WIRE_FIN) {
        play_release(end);
    }
}

static void echo_client(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        ck_assert_uint_eq(end->play->accepted, 1); /* the server's end is first */
        play_send(end, "hello");
    } else if (event->kind == WIRE_BYTES && end->bytes.len == 5) {
        net_stream_shut(end->stream);
    }
    play_stop_when_over(end, event);
}

static void check_echo(struct play *play)
{
    play->server.react = echo_server;
    play->client.react = echo_client;
    ck_assert_uint_ne(net_listener_port(play->listener), 0);
    connect_both(play);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 5 bytes fin ");
    ck_assert_str_eq(play_told(&play->server), "opened 5 bytes fin ");
    ck_assert_str_eq(buf_text(&play->client.bytes), "hello");
    ck_assert_uint_eq(play->accepted, 1);
    ck_assert_uint_eq(play->client.flushed, 1);
    ck_assert_str_eq(net_stream_peer_address(play->client.stream), "127.0.0.1");
    ck_assert_uint_eq(net_stream_peer_port(play->client.stream), net_listener_port(play->listener));
}

START_TEST(test_connect_accept_echo)
{
    play_in_all_worlds(NULL, check_echo);
}
END_TEST

START_TEST(test_echo_in_pieces_with_latency)
{
    const struct net_shape shape = {.segment = 1, .latency_us = 3 * PLAY_MS, .jitter_us = PLAY_MS};
    play_in_all_worlds(&shape, check_echo);
}
END_TEST

static void check_server_sees_peer(struct play *play)
{
    play->server.react = play_stop_when_over;
    connect_both(play);
    play_run_for(play, 20 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->server), "opened ");
    ck_assert_str_eq(net_stream_peer_address(play->server.stream), "127.0.0.1");
    ck_assert_uint_ne(net_stream_peer_port(play->server.stream), 0);
}

START_TEST(test_the_server_knows_its_peer)
{
    play_in_all_worlds(NULL, check_server_sees_peer);
}
END_TEST

static void check_refused(struct play *play)
{
    play->client.react = play_stop_when_over;
    connect_both(play);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "failed (refused: connection refused) ");
    ck_assert_uint_eq(play->accepted, 0);
}

START_TEST(test_refused_by_shape)
{
    play_in_all_worlds(&(const struct net_shape){.connect = NET_CONNECT_REFUSED}, check_refused);
}
END_TEST

static void check_refused_after_close(struct play *play)
{
    uint16_t port = net_listener_port(play->listener);
    net_listener_close(play->listener);
    play->client.react = play_stop_when_over;
    play_connect(play, port);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "failed (refused: connection refused) ");
}

START_TEST(test_refused_where_nobody_listens)
{
    play_in_all_worlds(NULL, check_refused_after_close);
}
END_TEST

static void check_dropped(struct play *play)
{
    connect_both(play);
    play_run_for(play, 30 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->client), "");
    ck_assert_uint_eq(play->accepted, 0);
    play_release(&play->client); /* the client gives up */
    play_run_for(play, PLAY_MS);
}

START_TEST(test_dropped_is_never_answered)
{
    play_in_all_worlds(&(const struct net_shape){.connect = NET_CONNECT_DROPPED}, check_dropped);
}
END_TEST

static void check_listening(struct play *play)
{
    struct fail fail = {0};
    uint16_t port = net_listener_port(play->listener);
    ck_assert_ptr_null(net_listen(play->net, "127.0.0.1", port, NULL, play_accept, play, &fail));
    ck_assert_int_eq(fail.class, FAIL_REACH);
    ck_assert_ptr_nonnull(strstr(fail.text, "address already in use"));
    char address[200];
    memset(address, '1', sizeof address - 1);
    address[sizeof address - 1] = '\0';
    fail = (struct fail){0};
    ck_assert_ptr_null(net_listen(play->net, address, 0, NULL, play_accept, play, &fail));
    ck_assert_int_eq(fail.class, FAIL_REACH);
    struct net_listener *second = net_listen(
        play->net, "127.0.0.1", 0, NULL, play_accept, play, &fail);
    ck_assert_ptr_nonnull(second);
    ck_assert_uint_ne(net_listener_port(second), port);
    net_listener_close(second);
}

START_TEST(test_a_port_is_listened_on_once)
{
    play_in_all_worlds(NULL, check_listening);
}
END_TEST

static void check_listener_closed_under_it(struct play *play)
{
    play->client.react = play_stop_when_over;
    connect_both(play);
    net_listener_close(play->listener); /* nobody was told of the connection */
    play_run(play);
    const char *told = play_told(&play->client);
    ck_assert_msg(
        strcmp(told, "opened reset ") == 0 || strncmp(told, "failed ", 7) == 0, "%s", told);
    ck_assert_uint_eq(play->accepted, 0);
}

START_TEST(test_a_listener_may_close_before_it_accepts)
{
    play_in_all_worlds(NULL, check_listener_closed_under_it);
}
END_TEST

/* --- ends --- */

static void fin_both_client(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "QUIT");
        net_stream_shut(end->stream);
        play_send(end, "lost"); /* nothing may follow a FIN */
    }
    play_stop_when_over(end, event);
}

static void fin_both_server(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_FIN) {
        play_send(end, "221 bye"); /* half closed: this way is still open */
        net_stream_shut(end->stream);
    }
}

static void check_fin_both(struct play *play)
{
    play->client.react = fin_both_client;
    play->server.react = fin_both_server;
    connect_both(play);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 7 bytes fin ");
    ck_assert_str_eq(play_told(&play->server), "opened 4 bytes fin ");
}

START_TEST(test_fin_both_ways_and_half_close)
{
    play_in_all_worlds(NULL, check_fin_both);
}
END_TEST

static void abort_server(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "220 hello");
        play_send(end, ", world");
        play_abort(end);
    }
}

static void check_abort(struct play *play)
{
    play->client.react = play_stop_when_over;
    play->server.react = abort_server;
    connect_both(play);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 16 bytes reset ");
    ck_assert_str_eq(play_told(&play->server), "opened ");
}

START_TEST(test_data_before_an_abort_arrives_as_data)
{
    play_in_all_worlds(NULL, check_abort);
    const struct net_shape shape = {.segment = 3, .latency_us = PLAY_MS};
    play_in_all_worlds(&shape, check_abort);
}
END_TEST

static void abort_large_server(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        uint8_t *bytes = mem_zalloc(8, 1024 * 1024);
        net_stream_send(end->stream, span_of(bytes, (size_t)8 * 1024 * 1024));
        mem_free(bytes);
        play_abort(end);
    }
}

static void check_abort_large(struct play *play)
{
    play->client.react = play_stop_when_over;
    play->server.react = abort_large_server;
    connect_both(play);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 8388608 bytes reset ");
}

START_TEST(test_an_abort_waits_for_much_data)
{
    play_in_all_worlds(NULL, check_abort_large);
}
END_TEST

/* The client does not read what was written before the abort; it learns of nothing. */
static void unread_abort_client(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        net_stream_read(end->stream, false);
    }
}

static void check_unread_abort(struct play *play)
{
    play->client.react = unread_abort_client;
    play->server.react = abort_server;
    connect_both(play);
    play_run_for(play, 30 * PLAY_MS);
    ck_assert_str_eq(play_told(&play->client), "opened ");
    play_send(&play->client, "into the void");
    play_run_for(play, 10 * PLAY_MS);
    play->client.react = play_stop_when_over;
    net_stream_read(play->client.stream, true);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 16 bytes reset ");
}

START_TEST(test_a_reset_waits_behind_unread_data)
{
    play_in_all_worlds(NULL, check_unread_abort);
}
END_TEST

static void close_server(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "421 closing");
        play_release(end);
    }
}

static void late_writer(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_RESET) {
        net_stop(end->play->net);
    }
}

/* The server has gone and lingered; what the client writes then is answered with RST, behind what
 * the client had not read yet. */
static void check_write_after_close(struct play *play)
{
    play->client.react = unread_abort_client;
    play->server.react = close_server;
    connect_both(play);
    play_run_for(play, NET_LINGER_US + PLAY_SECOND);
    play->client.react = late_writer;
    play_send(&play->client, "EHLO");
    net_stream_read(play->client.stream, true);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 11 bytes fin reset ");
}

START_TEST(test_a_write_after_the_far_end_has_gone_is_reset)
{
    play_in_quick_worlds(NULL, check_write_after_close);
}
END_TEST

/* Released with the client's bytes coming: nobody is reset, last words arrive. */
static void linger_client(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED || event->kind == WIRE_BYTES) {
        play_send(end, "words without end");
    } else if (event->kind == WIRE_FIN) {
        play_send(end, "the last ones");
        play_release(end);
        net_stop(end->play->net);
    }
}

static void linger_server(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_BYTES && end->stream != NULL) {
        play_send(end, "554 go away");
        play_release(end);
    }
}

static void check_linger(struct play *play)
{
    play->client.react = linger_client;
    play->server.react = linger_server;
    connect_both(play);
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 11 bytes fin ");
    /* Both have let go: nothing is left that lingers. */
    int64_t before_us = net_now_us(play->net);
    net_listener_close(play->listener);
    struct fail fail = {0};
    ck_assert_int_eq(net_run(play->net, 1000, &fail), STATUS_OK);
    ck_assert_int_lt(net_now_us(play->net) - before_us, NET_LINGER_US);
}

START_TEST(test_release_lingers)
{
    play_in_all_worlds(NULL, check_linger);
}
END_TEST

static void open_and_release(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "220 x");
        play_release(end);
    }
}

/* The client never closes: the server's end is given up after NET_LINGER_US, not before. */
static void check_linger_ends(struct play *play)
{
    play->server.react = open_and_release;
    connect_both(play);
    play_run_for(play, NET_LINGER_US / 2);
    play->client.react = late_writer;
    play_send(&play->client, "still lingering");
    play_run_for(play, NET_LINGER_US);
    ck_assert_ptr_nonnull(play->client.stream);
    play_send(&play->client, "gone");
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "opened 5 bytes fin reset ");
}

START_TEST(test_lingering_ends)
{
    play_in_quick_worlds(NULL, check_linger_ends);
}
END_TEST

static void check_release_before_opened(struct play *play)
{
    play->server.react = play_stop_when_over;
    connect_both(play);
    play_release(&play->client);
    net_timer_set(play->net, &play->guard, net_now_us(play->net) + 200 * PLAY_MS);
    ck_assert_int_eq(net_run(play->net, 1000, NULL), STATUS_OK);
    ck_assert_str_eq(play_told(&play->client), "");
    /* The server is told of it or not at all, never of data. */
    const char *told = play_told(&play->server);
    ck_assert_msg(strcmp(told, "") == 0 || strcmp(told, "opened fin ") == 0 ||
                      strcmp(told, "opened reset ") == 0,
        "%s", told);
}

START_TEST(test_release_before_it_opened)
{
    play_in_all_worlds(NULL, check_release_before_opened);
}
END_TEST

/* The greeting is there before the client was told that it is connected; it goes, leaving that
 * unread: as close(2) does, it resets. */
static struct net_handler greet_too_late(void *context, struct net_stream *stream)
{
    struct play *play = context;
    struct net_handler handler = play_accept(context, stream);
    play_send(&play->server, "220 hello");
    play_release(&play->client);
    return handler;
}

static void check_release_with_unread(struct play *play)
{
    struct fail fail = {0};
    struct net_listener *listener = net_listen(
        play->net, "127.0.0.1", 0, NULL, greet_too_late, play, &fail);
    ck_assert_ptr_nonnull(listener);
    play->server.react = play_stop_when_over;
    play_connect(play, net_listener_port(listener));
    play_run(play);
    ck_assert_str_eq(play_told(&play->client), "");
    ck_assert_str_eq(play_told(&play->server), "opened reset ");
}

START_TEST(test_leaving_something_unread_is_a_reset)
{
    play_in_all_worlds(NULL, check_release_with_unread);
}
END_TEST

UNIT_MAIN(test_connect_accept_echo, test_echo_in_pieces_with_latency,
    test_the_server_knows_its_peer, test_refused_by_shape, test_refused_where_nobody_listens,
    test_dropped_is_never_answered, test_a_port_is_listened_on_once,
    test_a_listener_may_close_before_it_accepts, test_fin_both_ways_and_half_close,
    test_data_before_an_abort_arrives_as_data, test_an_abort_waits_for_much_data,
    test_a_reset_waits_behind_unread_data, test_a_write_after_the_far_end_has_gone_is_reset,
    test_release_lingers, test_lingering_ends, test_release_before_it_opened,
    test_leaving_something_unread_is_a_reset)
