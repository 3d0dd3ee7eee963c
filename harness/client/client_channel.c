#include "harness/client/client_channel.h"
#include "harness/client/client_rules.h"

void client_channel_init(struct client_channel *channel, struct wire_queue *queue)
{
    *channel = (struct client_channel){.queue = queue};
    buf_init(&channel->input, CLIENT_CHANNEL_INPUT_MAX);
}

void client_channel_done(struct client_channel *channel)
{
    tls_session_free(channel->tls);
    buf_done(&channel->input);
    *channel = (struct client_channel){0};
}

void client_channel_reset(struct client_channel *channel)
{
    struct wire_queue *queue = channel->queue;
    client_channel_done(channel);
    client_channel_init(channel, queue);
}

bool client_channel_is_tls(const struct client_channel *channel)
{
    if (!client_keeps(CLIENT_RULE_FAILED_TLS_IS_NO_CLEAR_TEXT)) {
        return channel->kind == CLIENT_CHANNEL_OPEN || channel->kind == CLIENT_CHANNEL_CLOSED;
    }
    return channel->tls != NULL && tls_session_opened(channel->tls);
}

bool client_channel_is_open(const struct client_channel *channel)
{
    /* The server's half is closed, ours is not (RFC 8446 §6.1). */
    return channel->kind == CLIENT_CHANNEL_PLAIN || channel->kind == CLIENT_CHANNEL_OPEN ||
           channel->kind == CLIENT_CHANNEL_CLOSED;
}

struct span client_channel_unread(const struct client_channel *channel)
{
    return span_from(buf_span(&channel->input), channel->input_at);
}

void client_channel_drop(struct client_channel *channel, size_t len)
{
    channel->input_at += len;
    if (channel->input_at >= channel->input.len) {
        buf_clear(&channel->input);
        channel->input_at = 0;
    }
}

static void client_channel_drain(struct client_channel *channel)
{
    struct buf *output = tls_session_output(channel->tls);
    if (output->len > 0) {
        wire_queue_send(channel->queue, buf_span(output));
        buf_clear(output);
    }
}

static bool client_channel_keep(struct client_channel *channel, struct span bytes)
{
    if (channel->input_at > 0) {
        buf_consume(&channel->input, channel->input_at);
        channel->input_at = 0;
    }
    return buf_append(&channel->input, bytes);
}

static bool client_channel_feed(struct client_channel *channel, struct span bytes)
{
    bool first = !channel->heard && bytes.len > 0;
    channel->heard = channel->heard || first;
    enum tls_state state = tls_session_feed(channel->tls, bytes);
    client_channel_drain(channel);
    switch (state) {
    case TLS_STATE_HANDSHAKE:
        break;
    case TLS_STATE_OPEN:
        channel->kind = CLIENT_CHANNEL_OPEN;
        break;
    case TLS_STATE_CLOSED:
        channel->kind = CLIENT_CHANNEL_CLOSED;
        break;
    case TLS_STATE_FAILED:
        channel->kind = CLIENT_CHANNEL_FAILED;
        channel->clear = first && !tls_is_record(bytes.data[0]);
        break;
    }
    if (channel->clear) {
        return client_channel_keep(channel, bytes);
    }
    struct buf *plain = tls_session_plain(channel->tls);
    bool fits = client_channel_keep(channel, buf_span(plain));
    buf_clear(plain);
    return fits;
}

bool client_channel_receive(struct client_channel *channel, struct span bytes)
{
    if (bytes.len == 0) {
        return true;
    }
    switch (channel->kind) {
    case CLIENT_CHANNEL_PLAIN:
        return client_channel_keep(channel, bytes);
    case CLIENT_CHANNEL_SEAM:
        if (!tls_is_record(bytes.data[0]) && client_keeps(CLIENT_RULE_LEFTOVER_ENDS_IT)) {
            channel->kind = CLIENT_CHANNEL_LEFTOVER;
            return client_channel_keep(channel, bytes);
        }
        channel->kind = CLIENT_CHANNEL_HANDSHAKE;
        return client_channel_feed(channel, bytes);
    case CLIENT_CHANNEL_HANDSHAKE:
    case CLIENT_CHANNEL_OPEN:
        return client_channel_feed(channel, bytes);
    case CLIENT_CHANNEL_FAILED:
        return !channel->clear || client_channel_keep(channel, bytes);
    case CLIENT_CHANNEL_CLOSED:
    case CLIENT_CHANNEL_LEFTOVER:
        break;
    }
    return true;
}

void client_channel_end(struct client_channel *channel)
{
    bool tls = channel->kind == CLIENT_CHANNEL_SEAM || channel->kind == CLIENT_CHANNEL_HANDSHAKE ||
               channel->kind == CLIENT_CHANNEL_OPEN;
    if (tls && tls_session_feed_end(channel->tls) == TLS_STATE_FAILED) {
        channel->kind = CLIENT_CHANNEL_FAILED;
    }
}

void client_channel_send(struct client_channel *channel, struct span text)
{
    if (channel->kind == CLIENT_CHANNEL_PLAIN) {
        wire_queue_send(channel->queue, text);
    } else if (client_channel_is_open(channel)) {
        if (!tls_session_write(channel->tls, text)) {
            channel->kind = CLIENT_CHANNEL_FAILED;
        }
        client_channel_drain(channel);
    }
}

void client_channel_start_tls(struct client_channel *channel, struct tls_session *tls, bool seam)
{
    struct span early = client_channel_unread(channel);
    tls_session_free(channel->tls); /* a step may ask for TLS twice */
    channel->tls = tls;
    if (seam && early.len > 0 && !tls_is_record(early.data[0]) &&
        client_keeps(CLIENT_RULE_LEFTOVER_ENDS_IT)) {
        channel->kind = CLIENT_CHANNEL_LEFTOVER; /* not a byte of ours follows */
        return;
    }
    struct buf before = channel->input;
    buf_init(&channel->input, CLIENT_CHANNEL_INPUT_MAX);
    channel->input_at = 0;
    channel->kind = CLIENT_CHANNEL_HANDSHAKE;
    (void)client_channel_feed(channel, SPAN_EMPTY);
    if (seam && channel->kind == CLIENT_CHANNEL_HANDSHAKE) {
        channel->kind = CLIENT_CHANNEL_SEAM;
    }
    (void)client_channel_receive(channel, early);
    buf_done(&before);
}

void client_channel_close_tls(struct client_channel *channel)
{
    if (client_channel_is_tls(channel) && client_keeps(CLIENT_RULE_CLOSE_NOTIFY_IS_SENT)) {
        tls_session_close_notify(channel->tls);
        client_channel_drain(channel);
    }
}
