#include "fake-server/fake_channel.h"

#include "fake-server/fake_fault.h"
#include "fake-server/fake_handmade.h"
#include "fake-server/fake_tls_fault.h"
#include "fake-server/fake_watch.h"
#include "harness/base/units.h"
#include "harness/evidence/alert.h"

#define FAKE_CHANNEL_SEGMENT_MAX WIRE_QUEUE_BYTES_MAX
/* Real ones, with post-quantum shares, stay below 4 KiB; what grows longer goes to TLS as it is. */
#define FAKE_CHANNEL_HELLO_MAX ((size_t)32 * 1024)
/* A ClientHello with what came behind it while a rule waits: nobody says more before an answer. */
#define FAKE_CHANNEL_HELD_MAX ((size_t)1024 * 1024)
/* Clear text where TLS was due is taken in such pieces, no larger than a record. */
#define FAKE_CHANNEL_CLEAR_MAX ((size_t)16 * 1024)

/* Non-TLS bytes that are put up with behind the 220 to STARTTLS before the server gives up. */
#define FAKE_CHANNEL_SEAM_MAX 4096

#define TLS_RECORD_HANDSHAKE 22
#define TLS_RECORD_ALERT 21
#define TLS_RECORD_HEADER 5
#define SSL2_HELLO 0x80 /* the top bit of a length of two octets (RFC 5246 §E.2) */
#define SSL2_HEADER 2
#define TLS_MESSAGE_HEADER 4
#define TLS_MESSAGE_CLIENT_HELLO 1

void fake_channel_init(struct fake_channel *channel)
{
    *channel = (struct fake_channel){0};
    buf_init(&channel->text, FAKE_CHANNEL_SEGMENT_MAX);
    buf_init(&channel->segment, FAKE_CHANNEL_SEGMENT_MAX);
    buf_init(&channel->hello, FAKE_CHANNEL_HELD_MAX);
    buf_init(&channel->wire, 2 * FAKE_SESSION_INPUT_MAX); /* and what goes back to it */
}

void fake_channel_done(struct fake_channel *channel)
{
    if (channel->tls != NULL) {
        tls_filter_done(&channel->filter);
        tls_session_free(channel->tls);
        channel->tls = NULL;
    }
    buf_done(&channel->text);
    buf_done(&channel->segment);
    buf_done(&channel->hello);
    buf_wipe(&channel->wire);
}

/* What stands in the input when TLS comes into force came in clear: commands behind STARTTLS, or a
 * ClientHello that was quicker than a scripted pause. It is looked at again, as what follows it. */
static void fake_channel_return_input(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    struct buf wire;
    buf_init(&wire, channel->wire.max);
    (void)buf_append(&wire, span_from(buf_span(&session->input), session->input_at));
    (void)buf_append(&wire, span_from(buf_span(&channel->wire), channel->wire_at));
    buf_wipe(&channel->wire);
    buf_wipe(&session->input);
    channel->wire = wire;
    channel->wire_at = 0;
    session->input_at = 0;
    fake_lines_done(&session->lines);
}

/* --- out --- */

/* Moves what TLS wants to send through the record filter to `out`. */
static void fake_channel_drain(struct fake_channel *channel, struct buf *out)
{
    struct buf *output = tls_session_output(channel->tls);
    if (output->len > 0) {
        tls_filter_pass(&channel->filter, buf_span(output), out);
        buf_clear(output);
    }
}

/* Encrypts the text put so far: one write, so that it shares records where it can. */
static void fake_channel_settle(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    if (channel->text.len == 0) {
        return;
    }
    (void)tls_session_write(channel->tls, buf_span(&channel->text)); /* false: nobody listens */
    buf_clear(&channel->text);
    fake_channel_drain(channel, &channel->segment);
}

void fake_channel_put(struct fake_session *session, struct span text)
{
    struct fake_channel *channel = &session->channel;
    if (channel->kind != FAKE_CHANNEL_DEAD) {
        buf_append(channel->kind == FAKE_CHANNEL_TLS ? &channel->text : &channel->segment, text);
    }
}

void fake_channel_put_below(struct fake_session *session, struct span bytes)
{
    fake_channel_settle(session);
    buf_append(&session->channel.segment, bytes);
}

void fake_channel_flush(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    fake_channel_settle(session);
    if (session->life == FAKE_LIFE_SERVING || session->life == FAKE_LIFE_HUNG) {
        wire_queue_send(&session->queue, buf_span(&channel->segment));
    }
    buf_clear(&channel->segment);
}

void fake_channel_close_notify(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    if (channel->kind == FAKE_CHANNEL_TLS) {
        fake_channel_settle(session);
        tls_session_close_notify(channel->tls);
        fake_channel_drain(channel, &channel->segment);
    }
}

void fake_channel_alert(struct fake_session *session, unsigned alert)
{
    struct fake_channel *channel = &session->channel;
    /* A ClientHello that is still held is read when all is over: TLS must be able to. */
    if (channel->tls != NULL && !channel->holds_hello && channel->kind != FAKE_CHANNEL_DEAD) {
        fake_channel_settle(session);
        tls_session_send_alert(channel->tls, alert);
        fake_channel_drain(channel, &session->piece);
    } else {
        const uint8_t record[] = {TLS_RECORD_ALERT, 3, 3, 0, 2, alert_level(alert), (uint8_t)alert};
        buf_append(&session->piece, span_of(record, sizeof record));
    }
    if (channel->kind == FAKE_CHANNEL_PLAIN) {
        fake_channel_return_input(session);
    }
    channel->kind = FAKE_CHANNEL_DEAD;
}

/* --- in --- */

/* What TLS has decrypted, and what became of the session by that. */
static void fake_channel_decrypted(struct fake_session *session, enum tls_state state)
{
    struct fake_channel *channel = &session->channel;
    bool open = state == TLS_STATE_OPEN || state == TLS_STATE_CLOSED;
    if (open && channel->kind == FAKE_CHANNEL_HANDSHAKE) {
        channel->kind = FAKE_CHANNEL_TLS;
        channel->opened = true;
        fake_watch_tell(session, FAKE_NEWS_TLS, SPAN_EMPTY);
        fake_run_push(session, PLAN_MOMENT_HANDSHAKE, NULL, 0);
    }
    struct buf *plain = tls_session_plain(channel->tls);
    if (plain->len > 0) {
        fake_session_input(session, buf_span(plain));
        buf_clear(plain);
    }
    if (state == TLS_STATE_CLOSED) {
        session->client_finished = true;
    } else if (state == TLS_STATE_FAILED) {
        channel->kind = FAKE_CHANNEL_DEAD;
        channel->failed = true;
        fake_watch_tell(
            session, FAKE_NEWS_TLS_FAILED, span_text(tls_session_failure(channel->tls)->text));
    }
}

static void fake_channel_feed(struct fake_session *session, struct span bytes, struct buf *out)
{
    struct fake_channel *channel = &session->channel;
    enum tls_state state = tls_session_feed(channel->tls, bytes);
    fake_channel_drain(channel, out);
    fake_channel_decrypted(session, state);
}

bool fake_channel_hello_is_complete(struct span bytes)
{
    size_t wanted = TLS_MESSAGE_HEADER;
    size_t found = 0;
    uint8_t header[TLS_MESSAGE_HEADER] = {0};
    if (bytes.len > 0 && bytes.data[0] == SSL2_HELLO) {
        return bytes.len >= SSL2_HEADER && bytes.len - SSL2_HEADER >= bytes.data[1];
    }
    while (bytes.len >= TLS_RECORD_HEADER) {
        if (bytes.data[0] != TLS_RECORD_HANDSHAKE) {
            return true;
        }
        size_t record_len = (size_t)bytes.data[3] << 8 | bytes.data[4];
        struct span content = span_first(span_from(bytes, TLS_RECORD_HEADER), record_len);
        for (size_t i = 0; i < content.len && found + i < TLS_MESSAGE_HEADER; i++) {
            header[found + i] = content.data[i];
        }
        found += content.len;
        if (found >= TLS_MESSAGE_HEADER) {
            wanted = TLS_MESSAGE_HEADER +
                     ((size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3]);
        }
        bool whole = content.len == record_len; /* what else is in a record comes with it */
        if (whole && (found >= wanted || (found > 0 && header[0] != TLS_MESSAGE_CLIENT_HELLO))) {
            return true;
        }
        bytes = span_from(bytes, TLS_RECORD_HEADER + record_len);
    }
    return bytes.len > 0 && bytes.data[0] != TLS_RECORD_HANDSHAKE;
}

/* Rules see a ClientHello before TLS does. What follows it waits with it. */
static void fake_channel_feed_handshake(struct fake_session *session, struct span bytes)
{
    struct fake_channel *channel = &session->channel;
    if (channel->handmade > 0) {
        fake_handmade_feed(session, bytes);
        return;
    }
    if (!channel->holds_hello) {
        fake_channel_feed(session, bytes, &channel->segment);
        return;
    }
    if (!buf_append(&channel->hello, bytes)) {
        channel->kind = FAKE_CHANNEL_DEAD;
        channel->failed = true;
    } else if (!channel->hello_complete &&
               (channel->hello.len > FAKE_CHANNEL_HELLO_MAX ||
                   fake_channel_hello_is_complete(buf_span(&channel->hello)))) {
        channel->hello_complete = true;
        fake_run_push(session, PLAN_MOMENT_CLIENT_HELLO, NULL, 0);
    }
}

void fake_channel_answer_hello(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    if (channel->kind != FAKE_CHANNEL_HANDSHAKE || !channel->holds_hello) {
        return;
    }
    if (fake_tls_fault_drops_hello(session)) {
        return;
    }
    channel->holds_hello = false;
    if (session->server->handmade != TLS_HANDMADE_NONE) {
        fake_handmade_answer(session);
        return;
    }
    fake_channel_feed(session, buf_span(&channel->hello), &session->piece);
    buf_clear(&channel->hello);
}

/* Behind the 220 only TLS may follow. Whatever else comes is dropped, however it is cut into
 * pieces: a correct server runs no command from before the handshake behind it (CVE-2011-0411). */
static size_t fake_channel_skip_to_tls(struct fake_session *session, struct span bytes)
{
    struct fake_channel *channel = &session->channel;
    size_t most = FAKE_CHANNEL_SEAM_MAX - channel->seam_dropped;
    size_t skipped = 0;
    while (skipped < bytes.len && skipped < most && !tls_is_record(bytes.data[skipped])) {
        skipped++;
    }
    if (skipped == 0) { /* TLS at last; or so much else that TLS shall fail on it */
        channel->kind = FAKE_CHANNEL_HANDSHAKE;
        fake_fault_choose_clear(session);
        return 0;
    }
    session->saw.bytes_before_client_hello = true;
    if (fake_fault_keeps_clear(session)) {
        fake_session_input(session, span_first(bytes, skipped));
    } else {
        fake_session_overhear(session, span_first(bytes, skipped));
    }
    channel->seam_dropped += skipped;
    return skipped;
}

/* One record or a part of it; or, where that is no record, clear text: TLS fails on it, and a
 * client whose TLS had failed before ought not to have said it (RFC 3207 §4.1). */
static size_t fake_channel_take_record(struct fake_session *session, struct span bytes)
{
    struct fake_channel *channel = &session->channel;
    size_t len = fake_records_take(&channel->records, bytes);
    bytes = span_first(bytes, len == 0 ? FAKE_CHANNEL_CLEAR_MAX : len);
    if (len == 0) {
        fake_session_overhear(session, bytes);
    }
    if (channel->kind == FAKE_CHANNEL_HANDSHAKE) {
        fake_channel_feed_handshake(session, bytes);
    } else if (channel->kind == FAKE_CHANNEL_TLS) {
        fake_channel_feed(session, bytes, &channel->segment);
    }
    return bytes.len;
}

void fake_channel_receive(struct fake_session *session, struct span bytes)
{
    if (!session->deaf && !buf_append(&session->channel.wire, bytes)) {
        fake_session_close(session, PLAN_CLOSE_RESET);
    }
}

bool fake_channel_take(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    struct span bytes = span_from(buf_span(&channel->wire), channel->wire_at);
    if (bytes.len == 0 || session->deaf) {
        return false;
    }
    switch (channel->kind) {
    case FAKE_CHANNEL_PLAIN:
        channel->wire_at += bytes.len;
        fake_session_input(session, bytes);
        break;
    case FAKE_CHANNEL_SEAM:
        channel->wire_at += fake_channel_skip_to_tls(session, bytes);
        break;
    case FAKE_CHANNEL_HANDSHAKE:
    case FAKE_CHANNEL_TLS:
    case FAKE_CHANNEL_DEAD:
        channel->wire_at += fake_channel_take_record(session, bytes);
        break;
    }
    return true;
}

void fake_channel_read_hello(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    if (channel->tls != NULL && channel->holds_hello && channel->hello.len > 0) {
        channel->holds_hello = false;
        (void)tls_session_feed(channel->tls, buf_span(&channel->hello));
        buf_clear(tls_session_output(channel->tls));
    }
}

void fake_channel_end(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    if (channel->tls == NULL) {
        return;
    }
    session->saw.no_close_notify = channel->kind == FAKE_CHANNEL_TLS &&
                                   !tls_session_close_notify_received(channel->tls);
    (void)tls_session_feed_end(channel->tls);
    buf_clear(tls_session_output(channel->tls)); /* nobody is there to read it */
}

/* --- the switch --- */

void fake_channel_start_tls(struct fake_session *session, bool seam)
{
    struct fake_channel *channel = &session->channel;
    if (channel->kind != FAKE_CHANNEL_PLAIN) {
        return;
    }
    fake_channel_flush(session);
    channel->tls = fake_server_take_tls(session->server);
    if (channel->tls == NULL) { /* it could be made when the server was: a fault, seen as one */
        fake_session_close(session, PLAN_CLOSE_RESET);
        return;
    }
    tls_session_set_clock(
        channel->tls, session->server->environment.clock_s + session->now_us / UNITS_US_PER_S);
    struct tls_filter_options options = {
        .cut_at = TLS_FILTER_NONE,
        .corrupt_at = TLS_FILTER_NONE,
        .inject_at = TLS_FILTER_NONE,
        .repeat_record = TLS_FILTER_NONE,
        .fragment = session->server->tls_options.record_max,
    };
    fake_tls_fault_filter(session->server->plan, &options);
    tls_filter_init(&channel->filter, &options);
    channel->kind = seam ? FAKE_CHANNEL_SEAM : FAKE_CHANNEL_HANDSHAKE;
    channel->holds_hello = session->server->holds_hello;
    if (!fake_fault_is_on(session, PLAN_FAULT_STATE_SURVIVES_TLS)) {
        fake_session_forget(session);
    }
    fake_channel_return_input(session);
}
