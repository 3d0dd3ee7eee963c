/* The simulated world: two ends that hand each other bytes, and a clock that jumps. */
#include "harness/net/net_internal.h"

/* Where ports begin; the same numbers in every run. */
#define SIMULATED_LISTENER_PORT 49152
#define SIMULATED_CLIENT_PORT 32768

static int64_t simulated_now_us(const struct net *net)
{
    return net->simulated_now_us;
}

static void simulated_reset(struct net *net)
{
    net->simulated_now_us = 0;
    net->next_listener_port = SIMULATED_LISTENER_PORT;
    net->next_client_port = SIMULATED_CLIENT_PORT;
}

static void simulated_free(struct net *net)
{
    (void)net;
}

static enum status simulated_run(struct net *net, struct fail *fail)
{
    enum status status = STATUS_OK;
    struct net_timer *timer;
    while ((timer = net_timers_first(net)) != NULL) {
        if (net_run_is_over(net, fail, &status)) {
            break;
        }
        if (timer->at_us > net->simulated_now_us) {
            net->simulated_now_us = timer->at_us;
        }
        net_timers_fire(net, timer);
    }
    return status;
}

static enum status simulated_listen(struct net_listener *listener, struct fail *fail)
{
    struct net *net = listener->net;
    if (listener->port == 0) {
        do {
            listener->port = net->next_listener_port++;
            if (net->next_listener_port == 0) {
                net->next_listener_port = SIMULATED_LISTENER_PORT;
            }
        } while (net_find_listener(net, listener->address, listener->port) != NULL);
        return STATUS_OK;
    }
    if (net_find_listener(net, listener->address, listener->port) != NULL) {
        return fail_set(fail, FAIL_REACH, "cannot listen on %s port %u: address already in use",
            listener->address, (unsigned)listener->port);
    }
    return STATUS_OK;
}

static void simulated_unlisten(struct net_listener *listener)
{
    (void)listener;
}

static void simulated_connect(struct net_stream *stream, const char *host, uint16_t port)
{
    struct net *net = stream->net;
    struct net_listener *listener = net_find_listener(net, host, port);
    net_world_dials(stream, listener);
    if (listener == NULL || listener->shape.connect == NET_CONNECT_REFUSED) {
        net_world_failed(stream, WIRE_PROBLEM_REFUSED, "connection refused");
        return;
    }
    if (listener->shape.connect == NET_CONNECT_DROPPED) {
        return;
    }
    uint16_t client_port = net->next_client_port;
    net->next_client_port = client_port + 1 == SIMULATED_LISTENER_PORT
                                ? SIMULATED_CLIENT_PORT
                                : (uint16_t)(client_port + 1);
    struct net_stream *peer = net_world_accepted(listener, listener->address, client_port);
    peer->peer = stream;
    stream->peer = peer;
    net_world_opened(stream);
}

/* Parts the two ends; returns the other one, or NULL when it had gone before. */
static struct net_stream *simulated_part(struct net_stream *stream)
{
    struct net_stream *peer = stream->peer;
    stream->peer = NULL;
    if (peer != NULL) {
        peer->peer = NULL;
    }
    return peer;
}

static void simulated_write(struct net_stream *stream, struct span bytes)
{
    if (stream->peer == NULL) {
        /* Nobody is there any more: TCP answers with RST. */
        net_world_arrived(stream, NET_RESET, SPAN_EMPTY);
    } else {
        net_world_arrived(stream->peer, NET_DATA, bytes);
    }
}

static void simulated_shut(struct net_stream *stream)
{
    if (stream->peer != NULL) {
        net_world_arrived(stream->peer, NET_FIN, SPAN_EMPTY);
    }
}

static void simulated_abort(struct net_stream *stream)
{
    struct net_stream *peer = simulated_part(stream);
    if (peer != NULL) {
        net_world_arrived(peer, NET_RESET, SPAN_EMPTY);
    }
}

static void simulated_close(struct net_stream *stream)
{
    bool unread = !net_lane_is_empty(&stream->in) && stream->in.bytes_len > 0;
    struct net_stream *peer = simulated_part(stream);
    if (peer == NULL) {
        return;
    }
    if (unread) {
        net_world_arrived(peer, NET_RESET, SPAN_EMPTY);
    } else if (!stream->shut) {
        net_world_arrived(peer, NET_FIN, SPAN_EMPTY);
    }
}

/* What the far end has taken in, read or not, has left the near end. */
static bool simulated_is_drained(const struct net_stream *stream)
{
    return stream->peer == NULL || stream->peer->in.bytes_len <= NET_WINDOW;
}

static void simulated_room(struct net_stream *stream)
{
    if (stream->peer != NULL) {
        net_world_drained(stream->peer);
    }
}

const struct net_world net_world_simulated = {
    .now_us = simulated_now_us,
    .run = simulated_run,
    .reset = simulated_reset,
    .free = simulated_free,
    .listen = simulated_listen,
    .unlisten = simulated_unlisten,
    .connect = simulated_connect,
    .write = simulated_write,
    .shut = simulated_shut,
    .abort = simulated_abort,
    .close = simulated_close,
    .room = simulated_room,
    .is_drained = simulated_is_drained,
};
