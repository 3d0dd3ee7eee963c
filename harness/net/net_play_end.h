/*
 * net_play_end — for this room's tests: a client's and a server's end of one connection, each
 * writing down what it is told.
 *
 * Knows: what an end was told, in which order. Refuses to know: what a test expects; a test reacts
 * to events through `react`.
 */
#ifndef SMTPVET_NET_NET_PLAY_END_H
#define SMTPVET_NET_NET_PLAY_END_H

#include "harness/net/net.h"
#include "harness/tests/unit.h"

#define PLAY_BYTES_MAX ((size_t)32 * 1024 * 1024)

struct play_end {
    struct play *play;
    struct net_stream *stream; /* NULL once released, aborted, reset or failed */
    struct buf log;            /* "opened 12 bytes fin reset " */
    struct buf bytes;          /* all that came */
    size_t unlogged;           /* octets since the last word of the log */
    size_t pieces, flushed;    /* BYTES and FLUSHED events */
    struct buf flushes;        /* the moments of FLUSHED, with log_times */
    bool log_times;
    void (*react)(struct play_end *end, const struct wire_event *event); /* may be NULL */
};

struct play {
    struct net *net;
    struct net_listener *listener;
    struct play_end client, server;
    unsigned accepted;
    struct net_timer guard;
    bool guard_fired;
    /* Real time: a busy machine is late, so a wait begins again when anything was told in it. */
    bool waits_for_quiet;
    int64_t wait_us;
    uint64_t told, told_before; /* events of both ends */
};

static inline void play_log(struct play_end *end, const char *word)
{
    if (end->log_times) {
        buf_printf(&end->log, "%lld:", (long long)net_now_us(end->play->net));
    }
    buf_printf(&end->log, "%s ", word);
}

/* Bytes that came in several events are one word: how they are cut is the world's business. */
static inline void play_log_bytes(struct play_end *end)
{
    if (end->unlogged > 0) {
        buf_printf(&end->log, "%zu bytes ", end->unlogged);
        end->unlogged = 0;
    }
}

static inline const char *play_told(struct play_end *end)
{
    play_log_bytes(end);
    return buf_text(&end->log);
}

static inline void play_event(
    void *context, struct net_stream *stream, const struct wire_event *event)
{
    static const char *const words[] = {
        "opened", "failed", "bytes", "fin", "reset", "time", "flushed"};
    struct play_end *end = context;
    ck_assert_ptr_eq(stream, end->stream);
    end->play->told++;
    if (event->kind == WIRE_BYTES) {
        ck_assert_uint_gt(event->bytes.len, 0);
        ck_assert(buf_append(&end->bytes, event->bytes));
        end->unlogged += event->bytes.len;
        end->pieces++;
    } else if (event->kind == WIRE_FLUSHED) {
        end->flushed++;
        if (end->log_times) {
            buf_printf(&end->flushes, "%lld ", (long long)net_now_us(end->play->net));
        }
    } else {
        play_log_bytes(end);
        play_log(end, words[event->kind]);
    }
    if (event->kind == WIRE_FAILED) {
        buf_printf(&end->log, "(%s: %s) ", wire_problem_name(event->problem), event->text);
    }
    if (event->kind == WIRE_FAILED || event->kind == WIRE_RESET) {
        end->stream = NULL;
    }
    if (end->react != NULL) {
        end->react(end, event);
    }
}

static inline void play_send(struct play_end *end, const char *text)
{
    net_stream_send(end->stream, span_text(text));
}

static inline void play_release(struct play_end *end)
{
    net_stream_release(end->stream);
    end->stream = NULL;
}

static inline void play_abort(struct play_end *end)
{
    net_stream_abort(end->stream);
    end->stream = NULL;
}

/* A reaction: the net stops when the connection is over, or never came to be. */
static inline void play_stop_when_over(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_FIN || event->kind == WIRE_RESET || event->kind == WIRE_FAILED) {
        net_stop(end->play->net);
    }
}

#endif
