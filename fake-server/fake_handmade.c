#include "fake-server/fake_handmade.h"

#define TLS_RECORD_HEADER 5
#define TLS_RECORD_ALERT 21
#define TLS_RECORD_HANDSHAKE 22
#define TLS_RECORD_SSL2 0x80 /* the top bit of a length of two octets (RFC 5246 §E.2) */
#define TLS_MESSAGE_CLIENT_HELLO 1

static const struct fake_handmade_fault {
    enum plan_fault fault;
    enum tls_handmade kind;
} fake_handmade_faults[] = {
    {PLAN_FAULT_DOWNGRADE_SENTINEL, TLS_HANDMADE_DOWNGRADE},
    {PLAN_FAULT_WRONG_CIPHER, TLS_HANDMADE_CIPHER},
    {PLAN_FAULT_WRONG_GROUP, TLS_HANDMADE_GROUP},
    {PLAN_FAULT_WRONG_VERSION, TLS_HANDMADE_VERSION},
    {PLAN_FAULT_EXTENSION_UNASKED, TLS_HANDMADE_EXTENSION},
    {PLAN_FAULT_HEARTBEAT_UNASKED, TLS_HANDMADE_HEARTBEAT},
    {PLAN_FAULT_COMPRESSION_CHOSEN, TLS_HANDMADE_COMPRESSION},
    {PLAN_FAULT_NO_SECURE_RENEGOTIATION, TLS_HANDMADE_NO_RENEGOTIATION},
    {PLAN_FAULT_WRONG_SESSION_ID, TLS_HANDMADE_SESSION_ID},
    {PLAN_FAULT_HELLO_RETRY_SAME_GROUP, TLS_HANDMADE_RETRY_SAME_GROUP},
    {PLAN_FAULT_HELLO_RETRY_WRONG_GROUP, TLS_HANDMADE_RETRY_UNKNOWN_GROUP},
    {PLAN_FAULT_HELLO_RETRY_NOTHING, TLS_HANDMADE_RETRY_NOTHING},
    {PLAN_FAULT_HELLO_RETRY_TWICE, TLS_HANDMADE_RETRY_TWICE},
};

enum tls_handmade fake_handmade_kind(const struct plan_server *plan)
{
    for (size_t i = 0; i < ARRAY_LEN(fake_handmade_faults); i++) {
        if ((plan->faults & PLAN_FAULT_BIT(fake_handmade_faults[i].fault)) != 0) {
            return fake_handmade_faults[i].kind;
        }
    }
    /* The newest of these that it has, where it has nothing that the library speaks. */
    if (plan->protocols >= PLAN_PROTOCOL_TLS1_0 || plan->protocols == 0) {
        return TLS_HANDMADE_NONE;
    }
    return (plan->protocols & PLAN_PROTOCOL_SSL3) != 0 ? TLS_HANDMADE_SSL3 : TLS_HANDMADE_SSL2;
}

/* TLS reads along, so that what the client offered is known; what it would say is not said. */
static enum tls_state fake_handmade_read(struct fake_channel *channel, struct span bytes)
{
    enum tls_state state = tls_session_feed(channel->tls, bytes);
    buf_clear(tls_session_output(channel->tls));
    return state;
}

/* How much of something else stands there, clear text or an alert, depends on how it came. */
static bool fake_handmade_is_hello(struct span bytes)
{
    return bytes.len > TLS_RECORD_HEADER &&
           (bytes.data[0] == TLS_RECORD_SSL2 ||
               (bytes.data[0] == TLS_RECORD_HANDSHAKE &&
                   bytes.data[TLS_RECORD_HEADER] == TLS_MESSAGE_CLIENT_HELLO));
}

void fake_handmade_answer(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    struct span hello = buf_span(&channel->hello);
    (void)fake_handmade_read(channel, hello);
    if (!fake_handmade_is_hello(hello)) {
        channel->kind = FAKE_CHANNEL_DEAD;
        channel->failed = true;
        buf_clear(&channel->hello);
        return;
    }
    tls_handmade_answer(session->server->handmade, hello, 0, &session->piece);
    channel->handmade = 1;
    buf_clear(&channel->hello);
}

/* RFC 8446 §6: behind a fatal alert nothing comes. */
static void fake_handmade_take(struct fake_session *session, struct span record)
{
    struct fake_channel *channel = &session->channel;
    if (record.data[0] == TLS_RECORD_ALERT) {
        if (fake_handmade_read(channel, record) == TLS_STATE_FAILED) {
            channel->kind = FAKE_CHANNEL_DEAD;
            channel->failed = true;
        }
    } else if (record.data[0] == TLS_RECORD_HANDSHAKE) {
        tls_handmade_answer(
            session->server->handmade, record, channel->handmade++, &channel->segment);
    }
}

void fake_handmade_feed(struct fake_session *session, struct span bytes)
{
    struct fake_channel *channel = &session->channel;
    bool kept = buf_append(&channel->hello, bytes);
    struct span held = buf_span(&channel->hello);
    if (!kept || (held.len > 0 && !tls_is_record(held.data[0]))) { /* clear text, or without end */
        channel->kind = FAKE_CHANNEL_DEAD;
        channel->failed = true;
        return;
    }
    if (held.len < TLS_RECORD_HEADER) {
        return;
    }
    size_t len = TLS_RECORD_HEADER + ((size_t)held.data[3] << 8 | held.data[4]);
    if (held.len >= len) {
        fake_handmade_take(session, span_first(held, len));
        buf_consume(&channel->hello, len);
    }
}
