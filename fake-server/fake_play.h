/*
 * fake_play — one dialogue with a fake server, driven by hand, for the tests of this room.
 *
 * Knows: how a connection is driven (harness/base/wire.h) in virtual time, its bytes in pieces of
 * any size; a client's TLS where a dialogue has it. Refuses to know: what is tested.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_PLAY_H
#define SMTPVET_FAKE_SERVER_FAKE_PLAY_H

#include <check.h>

#include "fake-server/fake_play_plan.h"
#include "fake-server/fake_server.h"

#define PLAY_TEXT_MAX ((size_t)64 * 1024 * 1024)

struct play {
    struct arena *arena;
    struct secret_set *secrets;
    struct fake_server_worker *worker;
    struct fake_server *server;
    struct fake_session *session;
    int64_t now_us;
    size_t piece; /* octets of an event; 0: all at once */

    struct buf under_way; /* from the client, and from under_way_at on not yet told */
    size_t under_way_at;
    bool busy; /* telling */

    struct tls_session *tls; /* the client's; NULL outside TLS. Owned by the play */
    const char *eager;       /* said as soon as the handshake has succeeded; NULL: nothing */
    struct buf heard;        /* text for the client, decrypted where there is TLS */
    size_t heard_at;         /* what play_hears has looked at */
    struct buf raw;          /* the same as it stood on the wire */
    unsigned segments;
    bool shut, aborted, closed, stopped_reading;
};

static inline void play_perform(struct play *play);
static inline void play_tls_output(struct play *play);

static inline void play_event(struct play *play, const struct wire_event *event)
{
    fake_session_event(play->session, event, play->now_us);
    play_perform(play);
}

/* Bytes on the wire, as they are, behind those that are still under way. */
static inline void play_wire(struct play *play, struct span bytes)
{
    ck_assert(buf_append(&play->under_way, bytes));
    while (!play->busy && play->under_way.len > play->under_way_at && !play->stopped_reading) {
        struct span rest = span_from(buf_span(&play->under_way), play->under_way_at);
        struct span part = span_first(rest, play->piece == 0 ? rest.len : play->piece);
        part = arena_span(play->arena, part);
        play->under_way_at += part.len;
        play->busy = true;
        play_event(play, &(struct wire_event){.kind = WIRE_BYTES, .bytes = part});
        play->busy = false;
        play_tls_output(play);
    }
    if (play->under_way_at == play->under_way.len) {
        buf_clear(&play->under_way);
        play->under_way_at = 0;
    }
}

/* What the client's TLS has to say goes to the server. */
static inline void play_tls_output(struct play *play)
{
    struct buf *output = play->tls == NULL ? NULL : tls_session_output(play->tls);
    if (output != NULL && output->len > 0) {
        struct span bytes = arena_span(play->arena, buf_span(output));
        buf_clear(output);
        play_wire(play, bytes);
    }
}

static inline void play_client_receives(struct play *play, struct span bytes)
{
    buf_append(&play->raw, bytes);
    if (play->tls == NULL) {
        buf_append(&play->heard, bytes);
        return;
    }
    enum tls_state state = tls_session_feed(play->tls, bytes);
    if (play->eager != NULL && state == TLS_STATE_OPEN) {
        ck_assert(tls_session_write(play->tls, span_text(play->eager)));
        play->eager = NULL;
    }
    buf_append(&play->heard, buf_span(tls_session_plain(play->tls)));
    buf_clear(tls_session_plain(play->tls));
}

static inline void play_perform(struct play *play)
{
    struct wire_queue *queue = fake_session_queue(play->session);
    for (size_t i = 0; i < queue->len; i++) {
        const struct wire_action *action = &queue->actions[i];
        ck_assert_msg(!play->aborted && !play->closed, "something behind the end");
        switch (action->kind) {
        case WIRE_SEND:
            ck_assert_msg(!play->shut, "bytes behind FIN");
            play->segments++;
            play_client_receives(play, wire_queue_bytes(queue, action));
            break;
        case WIRE_SHUT:
            play->shut = true;
            break;
        case WIRE_ABORT:
            play->aborted = true;
            break;
        case WIRE_CLOSE:
            play->closed = true;
            break;
        case WIRE_STOP_READING:
            play->stopped_reading = true;
            break;
        case WIRE_CONNECT:
            ck_abort_msg("a server that connects");
        }
    }
    wire_queue_clear(queue);
    play_tls_output(play);
}

#endif
