/* Streams: what their owners see, above either world. */
#include "harness/net/net_internal.h"

#include <assert.h>
#include <stdio.h>

static void stream_in_due(void *context);
static void stream_out_due(void *context);
static void stream_notice_due(void *context);
static void stream_linger_due(void *context);

/* --- the life of a stream --- */

struct net_stream *net_stream_new(struct net *net)
{
    struct net_stream *stream = net->spare;
    if (stream == NULL) {
        stream = mem_zalloc(1, sizeof *stream);
    } else {
        net->spare = stream->next;
    }
    struct net_lane in = stream->in, out = stream->out;
    *stream = (struct net_stream){
        .net = net,
        .next = net->streams,
        .in = in,
        .out = out,
        .in_timer = {.function = stream_in_due, .context = stream},
        .out_timer = {.function = stream_out_due, .context = stream},
        .notice_timer = {.function = stream_notice_due, .context = stream},
        .linger_timer = {.function = stream_linger_due, .context = stream},
        .reading = true,
    };
    if (net->streams != NULL) {
        net->streams->previous = stream;
    }
    net->streams = stream;
    return stream;
}

/* The stream is nobody's any more. Its memory waits until the callback that runs now has returned.
 */
static void stream_end(struct net_stream *stream)
{
    struct net *net = stream->net;
    if (stream->ended) {
        return;
    }
    stream->ended = true;
    net_timer_clear(net, &stream->in_timer);
    net_timer_clear(net, &stream->out_timer);
    net_timer_clear(net, &stream->notice_timer);
    net_timer_clear(net, &stream->linger_timer);
    if (stream->previous != NULL) {
        stream->previous->next = stream->next;
    } else {
        net->streams = stream->next;
    }
    if (stream->next != NULL) {
        stream->next->previous = stream->previous;
    }
    stream->next = net->dead;
    net->dead = stream;
}

void net_streams_bury(struct net *net)
{
    while (net->dead != NULL) {
        struct net_stream *stream = net->dead;
        net->dead = stream->next;
        net_lane_renew(&stream->in);
        net_lane_renew(&stream->out);
        stream->next = net->spare;
        net->spare = stream;
    }
}

void net_streams_drop_all(struct net *net)
{
    while (net->streams != NULL) {
        stream_end(net->streams);
    }
    net_streams_bury(net);
}

void net_streams_free(struct net *net)
{
    while (net->spare != NULL) {
        struct net_stream *stream = net->spare;
        net->spare = stream->next;
        net_lane_done(&stream->in);
        net_lane_done(&stream->out);
        mem_free(stream);
    }
}

void net_streams_forsake(struct net *net, const struct net_listener *listener)
{
    struct net_stream *stream = net->streams;
    while (stream != NULL) {
        if (stream->listener != listener) {
            stream = stream->next;
            continue;
        }
        if (!stream->gone) {
            net->world->abort(stream);
        }
        stream_end(stream);
        stream = net->streams; /* the far end may have ended with it, whichever that is */
    }
}

static void stream_settle(struct net_stream *stream)
{
    if (stream->ended || !stream->released) {
        return;
    }
    if (!stream->gone && stream->shut && stream->far_fin && net_lane_is_empty(&stream->out) &&
        stream->net->world->is_drained(stream)) {
        stream->net->world->close(stream);
        stream->gone = true;
    }
    if (stream->gone) {
        stream_end(stream);
    }
}

/* --- what is due --- */

void net_stream_notice(struct net_stream *stream, enum net_notice notice, int64_t at_us)
{
    if (stream->notices == 0) {
        net_timer_set(stream->net, &stream->notice_timer, at_us);
    }
    stream->notices |= notice;
}

static void stream_kick(
    struct net_stream *stream, struct net_lane *lane, struct net_timer *timer, bool may_pass)
{
    struct net *net = stream->net;
    if (!may_pass || net_lane_is_empty(lane)) {
        net_timer_clear(net, timer);
    } else if (timer->heap_index == 0) {
        int64_t due_us = net_lane_due(lane), now_us = net_now_us(net);
        if (due_us != WIRE_NEVER) {
            net_timer_set(net, timer, due_us > now_us ? due_us : now_us);
        }
    }
}

static void stream_kick_in(struct net_stream *stream)
{
    bool told = stream->opened && (stream->notices & NET_NOTICE_OPENED) == 0;
    stream_kick(stream, &stream->in, &stream->in_timer, told && stream->reading);
}

static void stream_kick_out(struct net_stream *stream)
{
    stream_kick(stream, &stream->out, &stream->out_timer, stream->opened);
}

static void stream_clear_lane(
    struct net_stream *stream, struct net_lane *lane, struct net_timer *timer)
{
    net_lane_clear(lane);
    net_timer_clear(stream->net, timer);
}

static void stream_check_flushed(struct net_stream *stream)
{
    if (stream->dirty && stream->opened && !stream->gone && !stream->released &&
        net_lane_is_empty(&stream->out) && stream->net->world->is_drained(stream)) {
        net_stream_notice(stream, NET_NOTICE_FLUSHED, net_now_us(stream->net));
    }
}

bool net_stream_wants(const struct net_stream *stream)
{
    if (stream->ended || stream->gone || stream->far_fin || !stream->opened) {
        return false;
    }
    return stream->released || stream->cut ||
           (stream->reading && stream->in.bytes_len < NET_WINDOW);
}

static void stream_tell(struct net_stream *stream, const struct wire_event *event)
{
    if (!stream->released && !stream->ended && stream->handler.event != NULL) {
        stream->handler.event(stream->handler.context, stream, event);
    }
}

/* --- sending --- */

static void stream_linger(struct net_stream *stream)
{
    struct net *net = stream->net;
    net_timer_set(net, &stream->linger_timer, net_time_add(net_now_us(net), NET_LINGER_US));
}

static void stream_linger_due(void *context)
{
    struct net_stream *stream = context;
    stream->net->world->close(stream);
    stream->gone = true;
    stream_settle(stream);
}

static void stream_shut_now(struct net_stream *stream)
{
    stream->shut = true;
    stream->net->world->shut(stream);
    if (!stream->ended && !stream->gone && stream->released) {
        stream_linger(stream);
    }
}

/* The line is cut: what has not passed is lost, in both directions, and both ends learn of it. That
 * the far end had reset already is among what has not passed. */
static void stream_cut(struct net_stream *stream)
{
    struct net *net = stream->net;
    if (stream->ended || stream->cut) {
        return;
    }
    stream->cut = true;
    stream->shut_asked = true;
    stream->dirty = false;
    stream->notices &= ~(unsigned)NET_NOTICE_FLUSHED;
    stream_clear_lane(stream, &stream->in, &stream->in_timer);
    stream_clear_lane(stream, &stream->out, &stream->out_timer);
    net_lane_renew(&stream->in); /* the end is learnt of at once */
    if (stream->shape.cut_reset) {
        if (!stream->gone) {
            net->world->abort(stream);
            stream->gone = true;
        }
        net_lane_push(&stream->in, NET_RESET, SPAN_EMPTY, net_now_us(net));
    } else {
        if (!stream->fin_told) {
            net_lane_push(&stream->in, NET_FIN, SPAN_EMPTY, net_now_us(net));
        }
        if (!stream->gone && !stream->shut) {
            stream_shut_now(stream);
        }
        if (!stream->gone) {
            stream_linger(stream);
            net->world->room(stream);
        }
    }
    if (stream->released) {
        stream_clear_lane(stream, &stream->in, &stream->in_timer);
        stream_settle(stream);
    } else {
        stream_kick_in(stream);
    }
}

static void stream_out_due(void *context)
{
    struct net_stream *stream = context;
    struct net *net = stream->net;
    struct span bytes;
    switch (net_lane_take(&stream->out, &bytes)) {
    case NET_DATA:
        net->world->write(stream, bytes);
        break;
    case NET_FIN:
        stream_shut_now(stream);
        break;
    case NET_RESET:
        net->world->abort(stream);
        stream->gone = true;
        break;
    }
    if (stream->ended) {
        return;
    }
    if (net_lane_is_cut(&stream->out)) {
        stream_cut(stream);
    } else {
        stream_kick_out(stream);
    }
    stream_check_flushed(stream);
    stream_settle(stream);
}

/* Nothing holds back what is sent now. */
static bool stream_passes_at_once(const struct net_stream *stream)
{
    return stream->opened && !stream->out.shaped && net_lane_is_empty(&stream->out);
}

static bool stream_is_over(const struct net_stream *stream)
{
    return stream->ended || stream->released || stream->gone;
}

void net_stream_send(struct net_stream *stream, struct span bytes)
{
    if (stream_is_over(stream) || stream->shut_asked || bytes.len == 0) {
        return;
    }
    stream->dirty = true;
    if (stream_passes_at_once(stream)) {
        stream->net->world->write(stream, bytes);
        stream_check_flushed(stream);
    } else {
        net_lane_push(&stream->out, NET_DATA, bytes, net_now_us(stream->net));
        stream_kick_out(stream);
    }
}

void net_stream_shut(struct net_stream *stream)
{
    if (stream_is_over(stream) || stream->shut_asked) {
        return;
    }
    stream->shut_asked = true;
    if (stream_passes_at_once(stream)) {
        stream_shut_now(stream);
    } else {
        net_lane_push(&stream->out, NET_FIN, SPAN_EMPTY, net_now_us(stream->net));
        stream_kick_out(stream);
    }
}

void net_stream_read(struct net_stream *stream, bool on)
{
    if (stream->ended || stream->released) {
        return;
    }
    stream->reading = on;
    stream_kick_in(stream);
    if (!stream->gone) {
        stream->net->world->room(stream);
    }
}

/* The owner goes: nothing is told any more, and what arrives is dropped. */
static void stream_disown(struct net_stream *stream)
{
    stream->released = true;
    stream->handler = (struct net_handler){0};
    stream->notices = 0;
    net_timer_clear(stream->net, &stream->notice_timer);
    stream_clear_lane(stream, &stream->in, &stream->in_timer);
}

void net_stream_abort(struct net_stream *stream)
{
    if (stream->ended || stream->released) {
        return;
    }
    stream_disown(stream);
    if (!stream->gone && stream->opened && !net_lane_is_empty(&stream->out)) {
        net_lane_push(&stream->out, NET_RESET, SPAN_EMPTY, net_now_us(stream->net));
        stream_kick_out(stream);
        stream->net->world->room(stream);
        return;
    }
    if (!stream->gone) {
        stream->net->world->abort(stream);
        stream->gone = true;
    }
    stream_settle(stream);
}

void net_stream_release(struct net_stream *stream)
{
    if (stream->ended || stream->released) {
        return;
    }
    bool shut_asked = stream->shut_asked;
    if (!stream->gone && !stream->opened) {
        stream->net->world->close(stream);
        stream->gone = true;
    }
    if (!stream->gone && !shut_asked) {
        net_stream_shut(stream);
    }
    stream_disown(stream);
    if (!stream->gone) {
        if (stream->shut) {
            stream_linger(stream);
        }
        stream->net->world->room(stream);
    }
    stream_settle(stream);
}

bool net_stream_perform(struct net_stream *stream, struct wire_queue *queue)
{
    bool over = false;
    for (size_t i = 0; i < queue->len && !over; i++) {
        const struct wire_action *action = &queue->actions[i];
        switch (action->kind) {
        case WIRE_CONNECT:
            break;
        case WIRE_SEND:
            net_stream_send(stream, wire_queue_bytes(queue, action));
            break;
        case WIRE_SHUT:
            net_stream_shut(stream);
            break;
        case WIRE_ABORT:
            net_stream_abort(stream);
            over = true;
            break;
        case WIRE_CLOSE:
            net_stream_release(stream);
            over = true;
            break;
        case WIRE_STOP_READING:
            net_stream_read(stream, false);
            break;
        }
    }
    wire_queue_clear(queue);
    return over;
}

void net_stream_rest(struct net_stream *stream)
{
    net_lane_rest(&stream->in);
    net_lane_rest(&stream->out);
}

const char *net_stream_peer_address(const struct net_stream *stream)
{
    return stream->peer_address;
}

uint16_t net_stream_peer_port(const struct net_stream *stream)
{
    return stream->peer_port;
}

/* --- receiving --- */

static void stream_in_due(void *context)
{
    struct net_stream *stream = context;
    struct net *net = stream->net;
    struct wire_event event = {.kind = WIRE_BYTES};
    enum net_mark mark = net_lane_take(&stream->in, &event.bytes);
    bool cut = net_lane_is_cut(&stream->in);
    if (mark == NET_RESET) {
        stream_tell(stream, &(struct wire_event){.kind = WIRE_RESET});
        stream_end(stream);
        return;
    }
    if (mark == NET_FIN) {
        event.kind = WIRE_FIN;
        stream->fin_told = true;
    } else {
        /* A copy, because what the owner does in its callback may move the lane's memory. */
        memcpy(net->told, event.bytes.data, event.bytes.len);
        event.bytes.data = net->told;
    }
    if (!cut) {
        stream_kick_in(stream);
    }
    if (!stream->gone) {
        net->world->room(stream);
    }
    stream_tell(stream, &event);
    if (cut) {
        stream_cut(stream);
    }
}

static void stream_accept(struct net_stream *stream)
{
    struct net_listener *listener = stream->listener;
    stream->listener = NULL;
    stream->opened = true;
    net_stream_notice(stream, NET_NOTICE_OPENED, net_now_us(stream->net));
    struct net_handler handler = listener->accept(listener->context, stream);
    if (!stream->released && !stream->ended) {
        stream->handler = handler;
    }
}

static void stream_open(struct net_stream *stream)
{
    stream->opened = true;
    stream_kick_in(stream);
    stream_kick_out(stream);
    if (!stream->gone) {
        stream->net->world->room(stream);
    }
    stream_tell(stream, &(struct wire_event){.kind = WIRE_OPENED});
    if (stream->has_shape && stream->shape.cut_from != NET_CUT_NONE &&
        stream->shape.cut_after == 0) {
        stream_cut(stream);
    }
}

static void stream_fail(struct net_stream *stream)
{
    stream->gone = true;
    stream_tell(
        stream, &(struct wire_event){
                    .kind = WIRE_FAILED, .problem = stream->problem, .text = stream->problem_text});
    stream_end(stream);
}

static void stream_notice_due(void *context)
{
    struct net_stream *stream = context;
    unsigned notice = stream->notices & -stream->notices; /* the lowest */
    stream->notices &= ~notice;
    if (stream->notices != 0) {
        net_timer_set(stream->net, &stream->notice_timer, net_now_us(stream->net));
    }
    switch (notice) {
    case NET_NOTICE_ACCEPT:
        stream_accept(stream);
        break;
    case NET_NOTICE_OPENED:
        stream_open(stream);
        break;
    case NET_NOTICE_FAILED:
        stream_fail(stream);
        break;
    case NET_NOTICE_FLUSHED:
        if (stream->dirty && net_lane_is_empty(&stream->out) &&
            stream->net->world->is_drained(stream)) {
            stream->dirty = false;
            stream_tell(stream, &(struct wire_event){.kind = WIRE_FLUSHED});
        }
        break;
    default:
        break;
    }
}

/* --- what a world reports --- */

static int64_t stream_answer_us(const struct net_stream *stream)
{
    int64_t now_us = net_now_us(stream->net);
    return stream->opens_at_us > now_us ? stream->opens_at_us : now_us;
}

void net_world_opened(struct net_stream *stream)
{
    net_stream_notice(stream, NET_NOTICE_OPENED, stream_answer_us(stream));
}

void net_world_failed(struct net_stream *stream, enum wire_problem problem, const char *text)
{
    stream->problem = problem;
    snprintf(stream->problem_text, sizeof stream->problem_text, "%s", text);
    net_stream_notice(stream, NET_NOTICE_FAILED, stream_answer_us(stream));
}

void net_world_arrived(struct net_stream *stream, enum net_mark mark, struct span bytes)
{
    if (stream->ended || stream->gone || (stream->far_fin && mark != NET_RESET)) {
        return;
    }
    bool dropped = stream->released || stream->cut;
    switch (mark) {
    case NET_DATA:
        if (dropped) {
            return;
        }
        break;
    case NET_FIN:
        stream->far_fin = true;
        if (dropped) {
            stream_settle(stream);
            return;
        }
        break;
    case NET_RESET:
        stream->gone = true;
        stream->notices &= ~(unsigned)NET_NOTICE_FLUSHED;
        stream_clear_lane(stream, &stream->out, &stream->out_timer);
        net_timer_clear(stream->net, &stream->linger_timer);
        if (stream->released) {
            stream_settle(stream);
            return;
        }
        break;
    }
    net_lane_push(&stream->in, mark, bytes, net_now_us(stream->net));
    stream_kick_in(stream);
}

void net_world_drained(struct net_stream *stream)
{
    if (!stream->ended && !stream->gone) {
        stream_check_flushed(stream);
        stream_settle(stream);
    }
}
