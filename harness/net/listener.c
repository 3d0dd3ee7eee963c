/* Listeners, and how both ends of a connection come to be. */
#include "harness/net/net_internal.h"

#include <assert.h>
#include <stdio.h>

struct net_listener *net_listen(struct net *net, const char *address, uint16_t port,
    const struct net_shape *shape, net_accept_function *accept, void *context, struct fail *fail)
{
    if (strlen(address) >= NET_ADDRESS_MAX) {
        (void)fail_set(fail, FAIL_REACH, "cannot listen on '%s': not an address", address);
        return NULL;
    }
    struct net_listener *listener = mem_zalloc(1, sizeof *listener);
    listener->net = net;
    memcpy(listener->address, address, strlen(address) + 1);
    listener->port = port;
    if (shape != NULL) {
        listener->shape = *shape;
        listener->has_shape = true;
    }
    listener->accept = accept;
    listener->context = context;
    if (net->world->listen(listener, fail) != STATUS_OK) {
        mem_free(listener);
        return NULL;
    }
    listener->next = net->listeners;
    net->listeners = listener;
    return listener;
}

uint16_t net_listener_port(const struct net_listener *listener)
{
    return listener->port;
}

void net_listener_close(struct net_listener *listener)
{
    struct net *net = listener->net;
    struct net_listener **at = &net->listeners;
    while (*at != listener) {
        at = &(*at)->next;
    }
    *at = listener->next;
    net_streams_forsake(net, listener);
    net->world->unlisten(listener);
    mem_free(listener);
}

struct net_listener *net_find_listener(const struct net *net, const char *address, uint16_t port)
{
    for (struct net_listener *listener = net->listeners; listener != NULL;
         listener = listener->next) {
        if (listener->port == port && strcmp(listener->address, address) == 0) {
            return listener;
        }
    }
    return NULL;
}

struct net_stream *net_connect(
    struct net *net, const char *host, uint16_t port, struct net_handler handler)
{
    struct net_stream *stream = net_stream_new(net);
    stream->handler = handler;
    stream->peer_port = port;
    if (strlen(host) < NET_ADDRESS_MAX) {
        memcpy(stream->peer_address, host, strlen(host) + 1);
    }
    stream->started_us = stream->opens_at_us = net_now_us(net);
    net->world->connect(stream, host, port);
    return stream;
}

void net_world_dials(struct net_stream *stream, const struct net_listener *listener)
{
    stream->opens_at_us = stream->started_us;
    if (listener != NULL) {
        stream->opens_at_us = net_time_add(stream->started_us,
            net_time_add(listener->shape.latency_us, listener->shape.latency_us));
    }
}

/* Each direction of each connection draws from numbers of its own, so that what one does never
 * moves the other. */
static uint64_t listener_lane_seed(const struct net *net, uint64_t connection, uint8_t side)
{
    uint8_t name[9];
    for (size_t i = 0; i < 8; i++) {
        name[i] = (uint8_t)(connection >> (8 * i));
    }
    name[8] = side;
    return random_derive(net->seed, span_of(name, sizeof name));
}

struct net_stream *net_world_accepted(
    struct net_listener *listener, const char *address, uint16_t port)
{
    struct net *net = listener->net;
    struct net_stream *stream = net_stream_new(net);
    stream->listener = listener;
    stream->peer_port = port;
    assert(strlen(address) < NET_ADDRESS_MAX);
    memcpy(stream->peer_address, address, strlen(address) + 1);
    uint64_t connection = net->accepted++;
    if (listener->has_shape) {
        stream->has_shape = true;
        stream->shape = listener->shape;
        net_lane_shape(&stream->out, &stream->shape, NET_LANE_FROM_SERVER,
            listener_lane_seed(net, connection, 0));
        net_lane_shape(&stream->in, &stream->shape, NET_LANE_FROM_CLIENT,
            listener_lane_seed(net, connection, 1));
    }
    net_stream_notice(
        stream, NET_NOTICE_ACCEPT, net_time_add(net_now_us(net), listener->shape.latency_us));
    return stream;
}
