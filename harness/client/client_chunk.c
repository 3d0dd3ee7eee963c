#include "harness/client/client_chunk.h"

#include "harness/client/client_batch.h"
#include "harness/client/client_check.h"
#include "harness/client/client_connect.h"
#include "harness/client/client_end.h"
#include "harness/client/client_mail.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

static bool client_chunk_is_binary(const struct client *client)
{
    return client->plan->messages[client->message_at].binary;
}

bool client_chunk_is_used(const struct client *client)
{
    bool offered = client_check_extension(client, PLAN_EXTENSION_CHUNKING) != NULL ||
                   !client_keeps(CLIENT_RULE_CHUNKS_NEED_AN_OFFER);
    bool wanted = client->plan->chunk > 0 || client_chunk_is_binary(client);
    return wanted && offered && !client->turns.chunks_refused && !client_is_manual(client);
}

/* Of the message, from what was sent on. */
static struct span client_chunk_next(const struct client *client)
{
    int64_t most = client->plan->chunk > 0 ? client->plan->chunk : CLIENT_CHUNK_DEFAULT;
    return span_first(span_from(buf_span(&client->message.raw), client->message.at), (size_t)most);
}

static void client_chunk_go_on(struct client *client)
{
    size_t end = client->message.at + client_chunk_next(client).len;
    client_enter(
        client, end == client->message.raw.len ? CLIENT_STATE_LAST_CHUNK : CLIENT_STATE_CHUNK);
}

void client_chunk_begin(struct client *client)
{
    client->turns.chunks_taken = 0;
    client_chunk_go_on(client);
}

void client_chunk_enter(struct client *client)
{
    CLEANUP(buf_done) struct buf segment = {0};
    struct span chunk = client_chunk_next(client);
    bool last = client->state == CLIENT_STATE_LAST_CHUNK;
    buf_init(&segment, CLIENT_LINE_MAX + chunk.len);
    buf_printf(&segment, "BDAT %zu%s",
        client_keeps(CLIENT_RULE_CHUNKS_ARE_OF_THEIR_SIZE) ? chunk.len : chunk.len + 1,
        last ? " LAST" : "");
    client_note(client, TRANSCRIPT_SENT, "%s", buf_text(&segment));
    buf_append_text(&segment, "\r\n");
    buf_append(&segment, chunk);
    client_channel_send(&client->channel, buf_span(&segment));
    client->message.at += chunk.len;
    client->message.ended = last;
    if (last && client_keeps(CLIENT_RULE_FATE_IS_UNKNOWN_BEHIND_THE_DOT)) {
        facts_text(client->environment.facts, FACT_MESSAGE_FATE, "unknown");
    }
}

/* DATA does in another transaction what BDAT does not do in this one (RFC 3030 §2). */
static bool client_chunk_falls_back(struct client *client, const struct client_reply *reply)
{
    bool unknown = reply->code == 500 || reply->code == 502 || reply->code == 503 ||
                   reply->code == 504;
    if (!unknown || client->turns.chunks_taken > 0 || client_chunk_is_binary(client) ||
        !client_keeps(CLIENT_RULE_CHUNKS_GIVE_WAY)) {
        return false;
    }
    client_note(client, TRANSCRIPT_NOTE, "BDAT is offered and refused; once more, by DATA");
    facts_text(client->environment.facts, FACT_MESSAGE_FATE, "not-sent");
    client->turns.chunks_refused = client->turns.repeated = true;
    client_batch_again(client);
    client_enter(client, CLIENT_STATE_RSET);
    return true;
}

bool client_chunk_renew(struct client *client)
{
    bool may = client->state == CLIENT_STATE_CHUNK && client->turns.chunks_taken == 0 &&
               client->turns.reconnects < client->plan->reconnect && !client->finished &&
               !client_chunk_is_binary(client);
    if (!may) {
        return false;
    }
    client_note(client, TRANSCRIPT_NOTE, "BDAT is offered and not answered; elsewhere, by DATA");
    client->turns.reconnects++;
    client->turns.chunks_refused = client->turns.repeated = true;
    client_batch_again(client);
    client_connect_again(client);
    return true;
}

void client_chunk_reply(struct client *client, const struct client_reply *reply)
{
    if (client_mail_is_positive(reply)) {
        client->turns.chunks_taken++;
        client_chunk_go_on(client);
    } else if (!client_chunk_falls_back(client, reply)) {
        client_end_reply(client, reply, PLAN_STAGE_DATA);
    }
}

void client_last_chunk_reply(struct client *client, const struct client_reply *reply)
{
    if (client_mail_is_positive(reply) || !client_chunk_falls_back(client, reply)) {
        client_message_reply(client, reply);
    }
}
