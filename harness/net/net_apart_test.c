/*
 * The real world with a far end outside of its net: here a second net of the same thread, which TCP
 * alone joins to the first. And names, which only the real world knows.
 */
#include <netdb.h>
#include <netinet/tcp.h>

#include "harness/net/net_play.h"
#include "harness/net/real.h"

#define TURNS_MAX 20000 /* of a millisecond each: as good as never */

/* The client lives in one net, the server in the other. */
struct apart {
    struct play near, far;
    bool done;
};

static struct apart *apart; /* of the test that runs */

static void apart_init(struct apart *ret, const struct net_shape *shape)
{
    *ret = (struct apart){.done = false};
    play_init(&ret->near, play_net(PLAY_REAL, 1));
    play_init(&ret->far, play_net(PLAY_REAL, 1));
    play_listen(&ret->far, shape);
    apart = ret;
}

static void apart_done(struct apart *it)
{
    net_free(it->near.net);
    net_free(it->far.net);
    play_done(&it->near);
    play_done(&it->far);
}

/* Both nets in turn, until a reaction says that the test is over. */
static void apart_run(struct apart *it)
{
    it->done = false;
    for (unsigned turn = 0; turn < TURNS_MAX && !it->done; turn++) {
        play_run_for(&it->near, PLAY_MS);
        play_run_for(&it->far, PLAY_MS);
    }
    ck_assert_msg(it->done, "it stood still; client: %s, server: %s", play_told(&it->near.client),
        play_told(&it->far.server));
}

static void apart_turns(struct apart *it, unsigned turns)
{
    for (unsigned turn = 0; turn < turns; turn++) {
        play_run_for(&it->near, PLAY_MS);
        play_run_for(&it->far, PLAY_MS);
    }
}

static void apart_connect(struct apart *it)
{
    play_connect(&it->near, net_listener_port(it->far.listener));
}

static void done_when_over(struct play_end *end, const struct wire_event *event)
{
    (void)end;
    if (event->kind == WIRE_FIN || event->kind == WIRE_RESET || event->kind == WIRE_FAILED) {
        apart->done = true;
    }
}

static void done_when_reset(struct play_end *end, const struct wire_event *event)
{
    (void)end;
    apart->done = apart->done || event->kind == WIRE_RESET;
}

static void echo(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_BYTES) {
        net_stream_send(end->stream, event->bytes);
    } else if (event->kind == WIRE_FIN) {
        play_release(end);
    }
}

static void hello(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "hello");
        net_stream_shut(end->stream);
    }
    done_when_over(end, event);
}

START_TEST(test_echo_over_tcp)
{
    struct apart it;
    apart_init(&it, NULL);
    it.near.client.react = hello;
    it.far.server.react = echo;
    apart_connect(&it);
    apart_run(&it);
    ck_assert_str_eq(play_told(&it.near.client), "opened 5 bytes fin ");
    ck_assert_str_eq(play_told(&it.far.server), "opened 5 bytes fin ");
    ck_assert_uint_eq(it.near.client.flushed, 1);
    apart_done(&it);
}
END_TEST

static void greet_and_abort(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "220 hello");
        play_abort(end);
    }
}

START_TEST(test_what_came_before_a_reset_is_read)
{
    struct apart it;
    apart_init(&it, NULL);
    it.near.client.react = done_when_over;
    it.far.server.react = greet_and_abort;
    apart_connect(&it);
    apart_run(&it);
    ck_assert_str_eq(play_told(&it.near.client), "opened 9 bytes reset ");
    apart_done(&it);
}
END_TEST

/* More than TCP takes at once: RST waits until libuv has written it all. */
#define MUCH ((size_t)24 * 1024 * 1024)

static void abort_behind_much(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        uint8_t *bytes = mem_zalloc(1, MUCH);
        net_stream_send(end->stream, span_of(bytes, MUCH));
        mem_free(bytes);
        play_abort(end);
    }
}

START_TEST(test_a_reset_waits_for_what_was_written)
{
    struct apart it;
    apart_init(&it, NULL);
    it.near.client.react = done_when_over;
    it.far.server.react = abort_behind_much;
    apart_connect(&it);
    apart_run(&it);
    const char *told = play_told(&it.near.client);
    ck_assert_ptr_nonnull(strstr(told, "reset"));
    /* What the far system still held when RST was sent is lost: TCP allows no better. */
    ck_assert_uint_gt(it.near.client.bytes.len, MUCH / 4);
    apart_done(&it);
}
END_TEST

static void never_read(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        net_stream_read(end->stream, false);
    }
}

START_TEST(test_a_reset_does_not_wait_for_ever)
{
    struct apart it;
    apart_init(&it, NULL);
    it.near.client.react = never_read;
    it.far.server.react = abort_behind_much;
    apart_connect(&it);
    apart_turns(&it, 100);
    net_listener_close(it.far.listener);
    /* Nothing is left in the far net but the socket that cannot write; it ends by itself. */
    int64_t began_us = net_now_us(it.far.net);
    ck_assert_int_eq(net_run(it.far.net, 1000, NULL), STATUS_OK);
    ck_assert_int_le(net_now_us(it.far.net) - began_us, 3 * NET_LINGER_US);
    it.near.client.react = done_when_reset;
    net_stream_read(it.near.client.stream, true);
    apart_run(&it);
    apart_done(&it);
}
END_TEST

/* The server leaves the client's bytes unread, says a last word (an alert) and closes: RST. The
 * client, writing on, fails, and yet reads the last word before it learns of the reset. */
static void last_word(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        net_stream_read(end->stream, false);
    }
}

START_TEST(test_a_failed_write_leaves_what_can_be_read)
{
    struct apart it;
    apart_init(&it, NULL);
    it.near.client.react = never_read;
    it.far.server.react = last_word;
    apart_connect(&it);
    apart_turns(&it, 5);
    play_send(&it.near.client, "unread");
    apart_turns(&it, 5);
    play_send(&it.far.server, "an alert");
    net_reset(it.far.net, 1); /* RST without regard to anything */
    for (unsigned i = 0; i < 5; i++) {
        play_send(&it.near.client, "more"); /* SIGPIPE would end the test here */
        play_run_for(&it.near, PLAY_MS);
    }
    ck_assert_str_eq(play_told(&it.near.client), "opened ");
    it.near.client.react = done_when_over;
    net_stream_read(it.near.client.stream, true);
    apart_run(&it);
    ck_assert_str_eq(play_told(&it.near.client), "opened 8 bytes reset ");
    apart_done(&it);
}
END_TEST

static void close_at_once(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_OPENED) {
        play_send(end, "421 bye");
        play_release(end);
    }
}

static void write_on(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_FLUSHED || event->kind == WIRE_FIN) {
        play_send(end, "on and on ");
    }
    done_when_reset(end, event);
}

START_TEST(test_writing_to_who_has_gone_ends_in_a_reset)
{
    struct apart it;
    apart_init(&it, NULL);
    it.near.client.react = write_on;
    it.far.server.react = close_at_once;
    apart_connect(&it);
    apart_run(&it);
    ck_assert_str_eq(play_told(&it.near.client), "opened 7 bytes fin reset ");
    apart_done(&it);
}
END_TEST

/* 10 MiB to a reader that stops: the writer is held up by TCP alone. */
#define BODY ((size_t)10 * 1024 * 1024)
#define CHUNK ((size_t)512 * 1024)

static void send_body(struct play_end *end, const struct wire_event *event)
{
    static uint8_t chunk[CHUNK];
    if (event->kind != WIRE_OPENED && event->kind != WIRE_FLUSHED) {
        return;
    }
    if (end->flushed == BODY / CHUNK) {
        net_stream_shut(end->stream);
        return;
    }
    for (size_t i = 0; i < CHUNK; i++) {
        chunk[i] = (uint8_t)((end->flushed * CHUNK + i) % 251);
    }
    net_stream_send(end->stream, span_of(chunk, CHUNK));
}

static void stop_at_first(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_BYTES && end->pieces == 1) {
        net_stream_read(end->stream, false);
    }
    done_when_over(end, event);
}

START_TEST(test_backpressure_over_tcp)
{
    struct apart it;
    apart_init(&it, NULL);
    it.near.client.react = send_body;
    it.far.server.react = stop_at_first;
    apart_connect(&it);
    apart_turns(&it, 50);
    ck_assert_uint_le(it.far.server.bytes.len, NET_WINDOW);
    size_t before = it.near.client.flushed;
    ck_assert_uint_lt(before, BODY / CHUNK);
    net_stream_read(it.far.server.stream, true);
    apart_run(&it);
    ck_assert_uint_eq(it.far.server.bytes.len, BODY);
    size_t same = 0;
    while (same < BODY && it.far.server.bytes.data[same] == same % 251) {
        same++;
    }
    ck_assert_uint_eq(same, BODY);
    apart_done(&it);
}
END_TEST

/* The far net does one thing at a time (a limit of one event), and each is looked at: however late
 * a gap ends, no two pieces are sent in one step. */
START_TEST(test_pieces_with_a_gap_arrive_one_by_one)
{
    const struct net_shape shape = {.segment = 1, .gap_us = PLAY_MS};
    struct apart it;
    apart_init(&it, &shape);
    it.near.client.react = done_when_over;
    it.far.server.react = close_at_once;
    apart_connect(&it);
    play_run_for(&it.near, PLAY_MS);
    for (unsigned step = 0; step < 100 && !it.done; step++) {
        struct fail fail = {0};
        ck_assert_int_eq(net_run(it.far.net, 1, &fail), STATUS_FAILED);
        ck_assert_int_eq(fail.class, FAIL_LIMIT);
        play_run_for(&it.near, PLAY_MS);
    }
    ck_assert_str_eq(play_told(&it.near.client), "opened 7 bytes fin ");
    ck_assert_uint_eq(it.near.client.pieces, 7);
    apart_done(&it);
}
END_TEST

/* --- addresses and names --- */

static void check_failure(const char *host, uint16_t port, const char *wanted)
{
    struct play play;
    play_init(&play, play_net(PLAY_REAL, 1));
    play.client.react = play_stop_when_over;
    play.client.stream = net_connect(
        play.net, host, port, (struct net_handler){.event = play_event, .context = &play.client});
    play_run(&play);
    ck_assert_str_eq(play_told(&play.client), wanted);
    net_free(play.net);
    play_done(&play);
}

START_TEST(test_problems_are_told_apart)
{
    char name[301];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    check_failure(name, 25, "failed (no-such-name: no such name) ");
    name[70] = '\0'; /* RFC 1035 §2.3.4: labels have at most 63 octets */
    check_failure(name, 25, "failed (no-such-name: no such name) ");
    check_failure("", 25, "failed (no-such-name: no such name) ");
    /* The broadcast address of the loopback network: TCP has no way there. */
    check_failure("127.255.255.255", 25, "failed (unreachable: network is unreachable) ");
}
END_TEST

/* All of 127.0.0.0/8 is this machine; only 127.0.0.1 is listened on. */
static void connect_in_turn(struct play *play, const char *const *texts, size_t len, uint16_t port)
{
    static struct addrinfo list[8];
    static struct sockaddr_storage addresses[8];
    ck_assert_uint_le(len, ARRAY_LEN(list));
    for (size_t i = 0; i < len; i++) {
        ck_assert(real_address_parse(texts[i], 0, &addresses[i]));
        list[i] = (struct addrinfo){.ai_family = addresses[i].ss_family,
            .ai_addr = (struct sockaddr *)&addresses[i],
            .ai_next = i + 1 < len ? &list[i + 1] : NULL};
    }
    play->client.stream = net_stream_new(play->net);
    play->client.stream->handler = (struct net_handler){
        .event = play_event, .context = &play->client};
    real_connect_in_turn(play->client.stream, len == 0 ? NULL : list, port);
}

static void check_in_turn(const char *const *texts, size_t len, const char *wanted)
{
    struct play play;
    play_init(&play, play_net(PLAY_REAL, 1));
    play_listen(&play, NULL);
    play.client.react = play_stop_when_over;
    play.server.react = close_at_once;
    connect_in_turn(&play, texts, len, net_listener_port(play.listener));
    play_run(&play);
    ck_assert_str_eq(play_told(&play.client), wanted);
    if (play.client.stream != NULL) {
        ck_assert_str_eq(net_stream_peer_address(play.client.stream), "127.0.0.1");
        ck_assert_uint_eq(
            net_stream_peer_port(play.client.stream), net_listener_port(play.listener));
    }
    net_free(play.net);
    play_done(&play);
}

START_TEST(test_all_addresses_are_tried_in_turn)
{
    static const char *const last[] = {"127.0.0.2", "::1", "127.255.255.255", "127.0.0.1"};
    static const char *const first[] = {"127.0.0.1", "127.0.0.2"};
    static const char *const none[] = {"127.0.0.2", "127.255.255.255"};
    check_in_turn(last, ARRAY_LEN(last), "opened 7 bytes fin ");
    check_in_turn(first, ARRAY_LEN(first), "opened 7 bytes fin ");
    /* That one address was refused says more than that another has no route. */
    check_in_turn(none, ARRAY_LEN(none), "failed (refused: connection refused) ");
    check_in_turn(&none[1], 1, "failed (unreachable: network is unreachable) ");
    check_in_turn(NULL, 0, "failed (no-such-name: no such name) ");
}
END_TEST

START_TEST(test_a_name_is_looked_up)
{
    struct play play;
    play_init(&play, play_net(PLAY_REAL, 1));
    play_listen(&play, NULL);
    play.client.react = play_stop_when_over;
    play.server.react = close_at_once;
    play.client.stream = net_connect(play.net, "localhost", net_listener_port(play.listener),
        (struct net_handler){.event = play_event, .context = &play.client});
    play_run(&play);
    ck_assert_str_eq(play_told(&play.client), "opened 7 bytes fin ");
    ck_assert_str_eq(net_stream_peer_address(play.client.stream), "127.0.0.1");
    uint16_t port = net_stream_peer_port(play.client.stream);
    net_free(play.net);
    play_done(&play);
    /* Nobody is there any more: whatever is tried is refused. */
    check_failure("localhost", port, "failed (refused: connection refused) ");
}
END_TEST

static int no_delay(const struct net_stream *stream)
{
    uv_os_fd_t descriptor;
    int on = 0;
    socklen_t size = sizeof on;
    ck_assert_int_eq(uv_fileno((const uv_handle_t *)&stream->socket->handle, &descriptor), 0);
    ck_assert_int_eq(getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
    return on;
}

START_TEST(test_nothing_is_held_back_for_company)
{
    struct apart it;
    apart_init(&it, NULL);
    apart_connect(&it);
    apart_turns(&it, 5);
    ck_assert_int_ne(no_delay(it.near.client.stream), 0);
    ck_assert_int_ne(no_delay(it.far.server.stream), 0);
    apart_done(&it);
}
END_TEST

START_TEST(test_a_name_that_is_looked_up_can_be_given_up)
{
    struct net *net = play_net(PLAY_REAL, 1);
    struct play play;
    play_init(&play, net);
    for (unsigned i = 0; i < 8; i++) { /* more than libuv looks up at once */
        play.client.stream = net_connect(net, "localhost", 1,
            (struct net_handler){.event = play_event, .context = &play.client});
        if (i % 2 == 0) {
            play_release(&play.client);
        }
    }
    net_reset(net, 1);
    play_run_for(&play, 5 * PLAY_MS);
    play.client.stream = net_connect(
        net, "localhost", 1, (struct net_handler){.event = play_event, .context = &play.client});
    net_free(net);
    ck_assert_str_eq(play_told(&play.client), "");
    play_done(&play);
}
END_TEST

START_TEST(test_ipv6)
{
    struct fail fail = {0};
    struct play play;
    play_init(&play, play_net(PLAY_REAL, 1));
    play.listener = net_listen(play.net, "::1", 0, NULL, play_accept, &play, &fail);
    if (play.listener != NULL) { /* a machine may have no IPv6; then that is what is said */
        play.server.react = close_at_once;
        play.client.react = play_stop_when_over;
        play.client.stream = net_connect(play.net, "::1", net_listener_port(play.listener),
            (struct net_handler){.event = play_event, .context = &play.client});
        play_run(&play);
        ck_assert_str_eq(play_told(&play.client), "opened 7 bytes fin ");
        ck_assert_str_eq(net_stream_peer_address(play.client.stream), "::1");
    } else {
        ck_assert_int_eq(fail.class, FAIL_REACH);
    }
    net_free(play.net);
    play_done(&play);
}
END_TEST

START_TEST(test_a_listener_wants_an_address)
{
    struct fail fail = {0};
    struct net *net = play_net(PLAY_REAL, 1);
    ck_assert_ptr_null(net_listen(net, "localhost", 0, NULL, play_accept, NULL, &fail));
    ck_assert_int_eq(fail.class, FAIL_REACH);
    ck_assert_str_eq(fail.text, "cannot listen on 'localhost': not an address");
    net_free(net);
}
END_TEST

/* Within one net what is sent is there at once on most systems. Here the loop is kept from turning
 * meanwhile, as if the system were slower: the reset still waits for what came before it. */
START_TEST(test_a_reset_waits_for_slow_delivery)
{
    struct play play;
    play_init(&play, play_net(PLAY_REAL, 1));
    play_listen(&play, NULL);
    play_connect(&play, net_listener_port(play.listener));
    play_run_for(&play, 5 * PLAY_MS);
    play.net->real->turning = true;
    play_send(&play.server, "last words");
    net_stream_shut(play.server.stream);
    play_abort(&play.server);
    play.net->real->turning = false;
    ck_assert_str_eq(play_told(&play.client), "opened ");
    play_run_for(&play, 5 * PLAY_MS);
    ck_assert_str_eq(play_told(&play.client), "opened 10 bytes fin reset ");
    net_free(play.net);
    play_done(&play);
}
END_TEST

/* --- waits that are over while they are being prepared --- */

START_TEST(test_waits_are_rounded_up_and_never_wrap)
{
    struct net *net = play_net(PLAY_SCALED, 1); /* its clock stands: a millisecond is a second */
    ck_assert_int_eq(net_now_us(net), 0);
    ck_assert_uint_eq(real_wait_ms(net, -PLAY_SECOND), 0);
    ck_assert_uint_eq(real_wait_ms(net, 0), 0);
    ck_assert_uint_eq(real_wait_ms(net, 1), 1);
    ck_assert_uint_eq(real_wait_ms(net, PLAY_SECOND), 1);
    ck_assert_uint_eq(real_wait_ms(net, PLAY_SECOND + 1), 2);
    ck_assert_uint_eq(real_wait_ms(net, INT64_MAX), (uint64_t)INT64_MAX / 1000000 + 1);
    net_free(net);
}
END_TEST

/* The timer falls due between being set and the turn of the loop that should wait for it. */
START_TEST(test_a_timer_that_fires_first_ends_the_turn)
{
    struct play play;
    play_init(&play, play_net(PLAY_REAL, 1));
    play_listen(&play, NULL); /* something to wait for, for ever */
    play_run_for(&play, PLAY_MS);
    struct real *real = play.net->real;
    real->woken = false;
    ck_assert_int_eq(uv_timer_start(&real->timer, real->timer.timer_cb, 0, 0), 0);
    ck_assert_int_ne(uv_run(&real->loop, UV_RUN_ONCE), 0);
    ck_assert(real->woken);
    net_free(play.net);
    play_done(&play);
}
END_TEST

UNIT_MAIN(test_echo_over_tcp, test_what_came_before_a_reset_is_read,
    test_a_reset_waits_for_what_was_written, test_a_reset_does_not_wait_for_ever,
    test_a_failed_write_leaves_what_can_be_read, test_writing_to_who_has_gone_ends_in_a_reset,
    test_backpressure_over_tcp, test_pieces_with_a_gap_arrive_one_by_one,
    test_problems_are_told_apart, test_all_addresses_are_tried_in_turn, test_a_name_is_looked_up,
    test_nothing_is_held_back_for_company, test_a_name_that_is_looked_up_can_be_given_up, test_ipv6,
    test_a_listener_wants_an_address, test_a_reset_waits_for_slow_delivery,
    test_waits_are_rounded_up_and_never_wrap, test_a_timer_that_fires_first_ends_the_turn)
