/* The real world: TCP by libuv. The loop, the clock, listening. */
#include <stdio.h>

#include <assert.h>

#include "harness/base/units.h"
#include "harness/net/real.h"

#define REAL_BACKLOG 128 /* connections that wait to be accepted; one case opens far fewer */
/* Callbacks of owners between two looks at the sockets: enough that a look costs nothing beside
 * them, few enough that a busy owner does not keep the others waiting. */
#define REAL_FIRED_MAX 64
/* Turns of the loop in which what one end sent reaches the other end in this net. One is enough as
 * a rule; with a system that is slower than this many, it is waited for. */
#define REAL_TURNS_MAX 64
/* How long bytes that are on their way within this net are waited for, while the clock stands. They
 * take microseconds; this only ends what would otherwise be waited for for ever. */
#define REAL_PATIENCE_MS 1000

/* --- the clock ---
 *
 * At scale 1 it is the monotonic clock. At a larger scale (tests) it runs, times the scale, only
 * while there is nothing to do but wait, and stops at the moment of the first timer. If it ran on
 * while smtpvet computes, a handshake of five milliseconds would take five seconds of the net's
 * time, and which of two timers comes before an answer would be the machine's doing. */

/* Since the clock began to run, in the net's time. */
static int64_t real_passed_us(const struct real *real)
{
    uint64_t passed_us = (uv_hrtime() - real->clock_since_ns) / 1000;
    uint64_t scaled_us;
    if (__builtin_mul_overflow(passed_us, real->scale, &scaled_us) || scaled_us > INT64_MAX) {
        scaled_us = INT64_MAX;
    }
    return (int64_t)scaled_us;
}

static int64_t real_now_us(const struct net *net)
{
    const struct real *real = net->real;
    if (!real->clock_runs) {
        return real->clock_us;
    }
    int64_t now_us = net_time_add(real->clock_us, real_passed_us(real));
    return now_us < real->clock_until_us ? now_us : real->clock_until_us;
}

static void real_clock_start(struct real *real, int64_t until_us)
{
    real->clock_runs = true;
    real->clock_since_ns = uv_hrtime();
    real->clock_until_us = until_us;
}

static void real_clock_stop(struct net *net)
{
    net->real->clock_us = real_now_us(net);
    net->real->clock_runs = false;
}

static void real_clock_reset(struct real *real)
{
    real->clock_us = 0;
    real->clock_runs = false;
    if (real->scale == 1) {
        real_clock_start(real, INT64_MAX);
    }
}

/* --- the loop --- */

struct real_pipe_guard real_pipe_hold(void)
{
    struct real_pipe_guard guard = {.held = false};
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (pthread_sigmask(SIG_BLOCK, &pipe, &guard.before) == 0) {
        guard.held = sigismember(&guard.before, SIGPIPE) == 0;
    }
    return guard;
}

void real_pipe_restore(struct real_pipe_guard *guard)
{
    if (!guard->held) {
        return;
    }
    sigset_t pending;
    if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1) {
        sigset_t pipe;
        int signal_number;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        (void)sigwait(&pipe, &signal_number);
    }
    (void)pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
    guard->held = false;
}

static void real_timer_fired(uv_timer_t *timer)
{
    struct real *real = timer->data;
    real->woken = true;
    /* A turn of the loop fires timers before it waits for sockets, and would then wait for them
     * without any timer. */
    uv_stop(&real->loop);
}

static void real_timer_arm(struct real *real, uint64_t wait_ms)
{
    /* libuv counts from when its loop last looked at the clock. */
    uv_update_time(&real->loop);
    int armed = uv_timer_start(&real->timer, real_timer_fired, wait_ms, 0);
    assert(armed == 0);
    (void)armed;
}

static void real_turn(struct net *net, uv_run_mode mode)
{
    struct real_pipe_guard guard = {.held = false};
    if (!net->running) {
        guard = real_pipe_hold();
    }
    net->real->moved = false;
    net->real->fired = 0;
    net->real->turning = true;
    (void)uv_run(&net->real->loop, mode);
    net->real->turning = false;
    real_pipe_restore(&guard);
}

/* One turn, for what is on its way within this net. Who has waited for REAL_PATIENCE_MS and heard
 * nothing gives up. A machine that was held up itself has heard something: the turn that finds the
 * time over still looks at the sockets. */
static void real_turn_patiently(struct net *net)
{
    struct real *real = net->real;
    real->woken = false;
    real->heard = false;
    real_timer_arm(real, REAL_PATIENCE_MS);
    real_turn(net, UV_RUN_ONCE);
    real->gave_up_on = real->woken && !real->heard;
}

static bool real_is_awaited(const struct net_stream *stream)
{
    return stream->dial != NULL
               ? real_dial_is_in_flight(stream->dial)
               : stream->socket != NULL && real_socket_is_in_flight(stream->socket);
}

void real_let_arrive(struct net_stream *stream)
{
    struct net *net = stream->net;
    struct real *real = net->real;
    for (unsigned turn = 0; turn < REAL_TURNS_MAX && !real->turning && real_is_awaited(stream);
         turn++) {
        real_turn(net, UV_RUN_NOWAIT);
    }
    while (!real->turning && !real->gave_up_on && real_is_awaited(stream)) {
        real_turn_patiently(net);
    }
}

static bool real_is_in_flight(const struct net *net)
{
    for (const struct real_socket *socket = net->real->sockets; socket != NULL;
         socket = socket->next) {
        if (real_socket_is_in_flight(socket)) {
            return true;
        }
    }
    return real_dials_in_flight(net);
}

static bool real_may_happen(const struct net *net)
{
    for (const struct real_socket *socket = net->real->sockets; socket != NULL;
         socket = socket->next) {
        if (real_socket_may_happen(socket)) {
            return true;
        }
    }
    return real_dials_may_happen(net);
}

uint64_t real_wait_ms(const struct net *net, int64_t at_us)
{
    int64_t now_us = real_now_us(net);
    if (at_us <= now_us) {
        return 0; /* it has fallen due since it was looked at */
    }
    uint64_t wait_us = (uint64_t)(at_us - now_us);
    uint64_t unit_us = (uint64_t)UNITS_US_PER_MS * net->real->scale;
    return wait_us / unit_us + (wait_us % unit_us == 0 ? 0 : 1);
}

/* A scaled wait lasts a millisecond at least, which may be much more than was asked for. What was
 * waited too much is owed to the waits behind it, so that very many short ones take no longer than
 * one long one. True when the wait until `at_us` is paid for. */
static bool real_wait_is_paid(struct real *real, int64_t at_us)
{
    int64_t wait_us = at_us - real->clock_us;
    if (real->scale == 1 || wait_us > real->waited_ahead_us) {
        return false;
    }
    real->waited_ahead_us -= wait_us;
    real->clock_us = at_us;
    return true;
}

/* The clock stands again, which stood at `before_us` until the wait began. */
static void real_wait_settle(struct net *net, int64_t before_us)
{
    struct real *real = net->real;
    int64_t most_us = UNITS_US_PER_MS * (int64_t)real->scale;
    real_clock_stop(net);
    int64_t passed_us = real_passed_us(real); /* no less than the clock has moved */
    int64_t ahead_us = net_time_add(
        passed_us - (real->clock_us - before_us), real->waited_ahead_us);
    real->waited_ahead_us = ahead_us < most_us ? ahead_us : most_us;
}

/* Nothing is due: waits for what comes first. False when nothing can come. */
static bool real_wait(struct net *net)
{
    struct real *real = net->real;
    const struct net_timer *first = net_timers_first(net);
    if (first == NULL && !real_may_happen(net)) {
        return false;
    }
    if (real->scale > 1 && !real->gave_up_on && real_is_in_flight(net)) {
        real_turn_patiently(net);
        return true;
    }
    real->gave_up_on = false;
    if (first != NULL && real_wait_is_paid(real, first->at_us)) {
        real_turn(net, UV_RUN_NOWAIT);
        return true;
    }
    int64_t before_us = real->clock_us;
    if (first == NULL) {
        (void)uv_timer_stop(&real->timer);
    } else {
        real_timer_arm(real, real_wait_ms(net, first->at_us));
    }
    if (real->scale > 1) {
        real_clock_start(real, first == NULL ? INT64_MAX : first->at_us);
    }
    real_turn(net, UV_RUN_ONCE);
    if (real->scale > 1) {
        real_wait_settle(net, before_us);
    }
    return true;
}

static enum status real_run(struct net *net, struct fail *fail)
{
    struct real *real = net->real;
    struct real_pipe_guard guard = real_pipe_hold();
    enum status status = STATUS_OK;
    while (!net_run_is_over(net, fail, &status)) {
        /* What a callback caused outside of this net, and what it lets in, comes before what falls
         * due later. */
        if (real->moved || real->fired >= REAL_FIRED_MAX) {
            real_turn(net, UV_RUN_NOWAIT);
        }
        struct net_timer *timer = net_timers_first(net);
        if (timer != NULL && timer->at_us <= real_now_us(net)) {
            real->fired++;
            net_timers_fire(net, timer);
        } else if (!real_wait(net)) {
            break;
        }
    }
    real_pipe_restore(&guard);
    return status;
}

/* --- addresses --- */

bool real_address_parse(const char *text, uint16_t port, struct sockaddr_storage *ret)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    *ret = (struct sockaddr_storage){0};
    if (uv_ip4_addr(text, port, &v4) == 0) {
        memcpy(ret, &v4, sizeof v4);
        return true;
    }
    if (uv_ip6_addr(text, port, &v6) == 0) {
        memcpy(ret, &v6, sizeof v6);
        return true;
    }
    return false;
}

void real_address_show(
    const struct sockaddr_storage *address, char ret_text[NET_ADDRESS_MAX], uint16_t *ret_port)
{
    ret_text[0] = '\0';
    *ret_port = 0;
    if (address->ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        (void)uv_ip4_name(&v4, ret_text, NET_ADDRESS_MAX);
        *ret_port = ntohs(v4.sin_port);
    } else if (address->ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        (void)uv_ip6_name(&v6, ret_text, NET_ADDRESS_MAX);
        *ret_port = ntohs(v6.sin6_port);
    }
}

/* --- listening --- */

static void real_accept(uv_stream_t *server, int status)
{
    const struct real_socket *listening = server->data;
    struct net_listener *listener = listening->listener;
    listening->net->real->heard = true;
    if (status < 0 || listener == NULL) {
        return;
    }
    struct real_socket *socket = real_socket_new(listener->net);
    if (uv_accept(server, (uv_stream_t *)&socket->handle) != 0) {
        real_socket_close(socket);
        return;
    }
    (void)uv_tcp_nodelay(&socket->handle, 1);
    /* Either may fail when the far end has reset already: that is read from the socket next. */
    struct real_ends ends = {0};
    int len = (int)sizeof ends.remote;
    (void)uv_tcp_getpeername(&socket->handle, (struct sockaddr *)&ends.remote, &len);
    char address[NET_ADDRESS_MAX];
    uint16_t port;
    real_address_show(&ends.remote, address, &port);
    real_socket_attach(socket, net_world_accepted(listener, address, port));
    if (listener->net->real->dialled) {
        len = (int)sizeof ends.local;
        (void)uv_tcp_getsockname(&socket->handle, (struct sockaddr *)&ends.local, &len);
        socket->ends = mem_alloc(sizeof ends);
        *socket->ends = ends;
        real_socket_find_pair(socket);
    }
    if (socket->pair != NULL && socket->pair->dial != NULL) {
        real_dial_meet(socket->pair->dial);
    }
}

static int real_bind(struct net_listener *listener, const struct sockaddr_storage *address)
{
    struct real_socket *socket = listener->socket;
    int error = uv_tcp_bind(&socket->handle, (const struct sockaddr *)address, 0);
    if (error == 0 && listener->shape.connect == NET_CONNECT_ACCEPTED) {
        error = uv_listen((uv_stream_t *)&socket->handle, REAL_BACKLOG, real_accept);
    }
    /* A port that is bound and not listened on answers with RST, and stays ours. A dropped one is
     * known by its listener (dial_try): a connection attempt without an answer would want a filter
     * or a full backlog, and what a full backlog does differs from system to system and from one
     * attempt to the next. So only clients within this net meet silence; others are refused. */
    struct sockaddr_storage bound;
    int len = (int)sizeof bound;
    if (error == 0) {
        error = uv_tcp_getsockname(&socket->handle, (struct sockaddr *)&bound, &len);
    }
    if (error == 0) {
        char text[NET_ADDRESS_MAX];
        real_address_show(&bound, text, &listener->port);
    }
    return error;
}

static enum status real_listen(struct net_listener *listener, struct fail *fail)
{
    struct sockaddr_storage address;
    if (!real_address_parse(listener->address, listener->port, &address)) {
        return fail_set(
            fail, FAIL_REACH, "cannot listen on '%s': not an address", listener->address);
    }
    listener->socket = real_socket_new(listener->net);
    listener->socket->listener = listener;
    int error = real_bind(listener, &address);
    if (error != 0) {
        listener->socket->listener = NULL;
        real_socket_close(listener->socket);
        listener->socket = NULL;
        char text[NET_PROBLEM_TEXT_MAX];
        return fail_set(fail, FAIL_REACH, "cannot listen on %s port %u: %s", listener->address,
            (unsigned)listener->port, uv_strerror_r(error, text, sizeof text));
    }
    return STATUS_OK;
}

static void real_unlisten(struct net_listener *listener)
{
    listener->socket->listener = NULL;
    real_socket_close(listener->socket);
    listener->socket = NULL;
    real_dials_forsake(listener->net, listener);
}

/* --- the life of the world --- */

static void real_reset(struct net *net)
{
    struct real *real = net->real;
    real_dials_give_up(net);
    for (struct real_socket *socket = real->sockets; socket != NULL; socket = socket->next) {
        real_socket_reset(socket);
    }
    (void)uv_timer_stop(&real->timer);
    while (real->sockets != NULL) {
        real_turn(net, UV_RUN_NOWAIT);
    }
    real->moved = false;
    real->dialled = false;
    real->gave_up_on = false;
    real->waited_ahead_us = 0;
    real_clock_reset(real);
}

static void real_free(struct net *net)
{
    struct real *real = net->real;
    assert(real->sockets == NULL);
    uv_close((uv_handle_t *)&real->timer, NULL);
    /* A name that is being looked up cannot be taken back: its answer is waited for. */
    (void)uv_run(&real->loop, UV_RUN_DEFAULT);
    assert(real->dials == NULL);
    int closed = uv_loop_close(&real->loop);
    assert(closed == 0);
    (void)closed;
    mem_free(real->arrived);
    mem_free(real);
    net->real = NULL;
}

struct net *net_real_make(struct net *net, unsigned time_scale, struct fail *fail)
{
    struct real *real = mem_zalloc(1, sizeof *real);
    int error = uv_loop_init(&real->loop);
    if (error != 0) {
        char text[NET_PROBLEM_TEXT_MAX];
        (void)fail_set(fail, FAIL_INTERNAL, "libuv cannot make a loop: %s",
            uv_strerror_r(error, text, sizeof text));
        mem_free(real);
        return NULL;
    }
    (void)uv_timer_init(&real->loop, &real->timer); /* cannot fail */
    real->timer.data = real;
    real->scale = time_scale;
    real->arrived = mem_alloc(NET_WINDOW);
    net->real = real;
    real_clock_reset(real);
    return net;
}

const struct net_world net_world_real = {
    .now_us = real_now_us,
    .run = real_run,
    .reset = real_reset,
    .free = real_free,
    .listen = real_listen,
    .unlisten = real_unlisten,
    .connect = real_connect,
    .write = real_write,
    .shut = real_shut,
    .abort = real_abort,
    .close = real_close,
    .room = real_room,
    .is_drained = real_is_drained,
};

const char *net_libraries(void)
{
    static _Thread_local char text[32];
    snprintf(text, sizeof text, "libuv %s", uv_version_string());
    return text;
}
