#include "harness/client/client_group.h"

#include "harness/client/client_batch.h"
#include "harness/client/client_check.h"
#include "harness/client/client_chunk.h"
#include "harness/client/client_mail.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

static const struct plan_message *client_group_message(const struct client *client)
{
    return &client->plan->messages[client->message_at];
}

static bool client_group_is_used(const struct client *client)
{
    bool offered = client_check_extension(client, PLAN_EXTENSION_PIPELINING) != NULL ||
                   !client_keeps(CLIENT_RULE_PIPELINING_NEEDS_AN_OFFER);
    return client->plan->pipelining && offered && !client_is_manual(client);
}

static void client_group_add(struct client *client, struct buf *line, struct buf *segment)
{
    transcript_add(client->environment.transcript, client->now_us, client->connection,
        TRANSCRIPT_SENT, client_channel_is_tls(&client->channel), buf_span(line));
    buf_append(segment, buf_span(line));
    buf_append_text(segment, "\r\n");
    buf_clear(line);
    client->turns.ahead++;
}

/* RFC 2920 §3.1: DATA may only be the last of a group. What goes by BDAT waits for a recipient, and
 * where one refusal is enough to give it up nothing can be granted before all were heard. */
static void client_group_add_rest(struct client *client, struct buf *line, struct buf *segment)
{
    const struct plan_message *message = client_group_message(client);
    size_t at = client->recipient_at;
    while (at < message->to.len) {
        client_rcpt_put(client, at, line);
        if (segment->len + line->len > CLIENT_GROUP_MAX) {
            return;
        }
        client_group_add(client, line, segment);
        at = client_batch_next(client, at + 1);
    }
    if (!message->partial_abandon && !client_chunk_is_used(client)) {
        buf_append_text(line, "DATA");
        client_group_add(client, line, segment);
        client->turns.ahead_data = true;
    }
}

void client_group_say(struct client *client)
{
    CLEANUP(buf_done) struct buf line = {0};
    CLEANUP(buf_done) struct buf segment = {0};
    buf_init(&line, CLIENT_LINE_MAX);
    buf_init(&segment, CLIENT_LINE_MAX + CLIENT_GROUP_MAX);
    client_group_forget(client);
    client_mail_put(client, &line);
    client_group_add(client, &line, &segment);
    if (client_group_is_used(client)) {
        client_group_add_rest(client, &line, &segment);
    }
    client_channel_send(&client->channel, buf_span(&segment));
    client->turns.ahead--; /* MAIL itself is waited for now */
    client->turns.grouped = client->turns.ahead > 0;
}

bool client_group_said(struct client *client, enum client_state state)
{
    struct client_turns *turns = &client->turns;
    bool said = turns->ahead > 0 && (state == CLIENT_STATE_RCPT || state == CLIENT_STATE_DATA);
    if (said) {
        turns->ahead--;
    } else if (state != CLIENT_STATE_DRAIN) {
        turns->grouped = false;
    }
    return said;
}

bool client_group_owes(const struct client *client)
{
    return client->turns.ahead > 0 && client_keeps(CLIENT_RULE_OWED_REPLIES_ARE_READ);
}

void client_group_forget(struct client *client)
{
    client->turns.ahead = 0;
    client->turns.ahead_data = client->turns.grouped = client->turns.drained_one = false;
}

/* --- what is owed --- */

void client_group_drain_enter(struct client *client)
{
    bool data = client->turns.ahead_data && client->turns.ahead == 1;
    client->stage = data ? PLAN_STAGE_DATA : PLAN_STAGE_RCPT;
    client_renew_deadline(client);
}

/* DATA was granted with nobody to send to: RFC 2920 §3.1. */
static void client_group_end_data(struct client *client)
{
    if (client->turns.drained_one || client->recipients_accepted > 0) {
        client_note(client, TRANSCRIPT_NOTE, "a dot would send an empty message");
        client_enter(client, CLIENT_STATE_DONE);
        return;
    }
    client_note(client, TRANSCRIPT_SENT, ".");
    client_channel_send(&client->channel, SPAN_LITERAL(".\r\n"));
    client->turns.ahead = 1;
    client->turns.ahead_data = false;
    client->stage = PLAN_STAGE_MESSAGE;
    client_renew_deadline(client);
}

void client_group_drained(struct client *client, const struct client_reply *reply)
{
    struct client_turns *turns = &client->turns;
    bool data = client->stage == PLAN_STAGE_DATA;
    turns->ahead--;
    turns->drained_one = turns->drained_one ||
                         (client->stage == PLAN_STAGE_RCPT && reply->code / 100 == 2);
    if (data && reply->code == 354) {
        client_group_end_data(client);
    } else if (turns->ahead > 0) {
        client_group_drain_enter(client);
    } else if (client->finished) {
        client_enter(client, CLIENT_STATE_QUIT);
    } else {
        client_mail_given_up(client);
    }
}
