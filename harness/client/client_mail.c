/* MAIL, RCPT, DATA and the message (RFC 5321 §3.3), one command at a time. */
#include "harness/client/client_mail.h"
#include "harness/base/units.h"
#include "harness/client/client_end.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

static const struct plan_message *client_present_message(const struct client *client)
{
    return &client->plan->messages[client->message_at];
}

static void client_record_fate(struct client *client, const char *fate)
{
    facts_text(client->environment.facts, FACT_MESSAGE_FATE, fate);
}

/* A line end in an address would be another command, and one in a field another field. */
static bool client_mail_is_safe(const struct plan_message *message)
{
    bool safe = client_message_is_safe_address(message->from) &&
                (message->subject == NULL || client_message_is_safe(message->subject));
    for (size_t i = 0; i < message->to.len; i++) {
        safe = safe && client_message_is_safe_address(message->to.items[i]);
    }
    return safe || !client_keeps(CLIENT_RULE_UNSAFE_INPUT_IS_REFUSED);
}

bool client_mail_check_safety(struct client *client)
{
    const char *name = client_hello_name(client);
    if (!client_message_is_safe(name) || strchr(name, ' ') != NULL) {
        client_end_stopped(client, "unsafe-input", PLAN_STAGE_HELLO, false,
            "the hello name holds octets that may not stand in a command");
        return false;
    }
    for (size_t i = 0; i < client->plan->messages_len; i++) {
        if (!client_mail_is_safe(&client->plan->messages[i])) {
            client_end_stopped(client, "unsafe-input", PLAN_STAGE_MAIL, false,
                "an address or the subject holds octets that may not stand in a command");
            return false;
        }
    }
    return true;
}

static void client_mail_none_left(struct client *client)
{
    if (client_is_manual(client)) {
        (void)fail_set(&client->fail, FAIL_USAGE,
            "step %zu, %s: all messages of `send` were sent already", client->step_at + 1,
            plan_step_name(client->plan->steps[client->step_at].kind));
        client_end_fail(client);
    } else {
        client_end_well(client);
    }
}

/* Where a part is through: the next step, or the state that follows in the usual order. */
static void client_mail_go_on(struct client *client, enum client_state next)
{
    if (client_is_manual(client)) {
        client_step_over(client);
    } else {
        client_enter(client, next);
    }
}

/* Makes the present message anew; false, with the session ended, where that cannot be. */
static bool client_mail_prepare(struct client *client)
{
    if (client->message_at == client->plan->messages_len) {
        client_mail_none_left(client);
        return false;
    }
    client_message_done(&client->message);
    int64_t date_s = client->environment.clock_s + client->now_us / UNITS_US_PER_S;
    if (!client_message_init(
            &client->message, client_present_message(client), client_hello_name(client), date_s)) {
        (void)fail_set(
            &client->fail, FAIL_LIMIT, "the message is larger than %zu octets", CLIENT_MESSAGE_MAX);
        client_end_fail(client);
        return false;
    }
    facts_integer(client->environment.facts, FACT_MESSAGE_SIZE, (int64_t)client->message.raw.len);
    return true;
}

void client_mail_begin(struct client *client)
{
    struct facts *facts = client->environment.facts;
    if (!client_mail_prepare(client)) {
        return;
    }
    client->recipient_at = 0;
    client->recipients_accepted = 0;
    client_record_fate(client, "not-sent");
    facts_empty_list(facts, FACT_MESSAGE_RECIPIENTS_ACCEPTED);
    facts_empty_list(facts, FACT_MESSAGE_RECIPIENTS_REFUSED);
    int64_t limit = client_capabilities_size(&client->offered);
    if (client_keeps(CLIENT_RULE_SIZE_IS_RESPECTED) && limit > 0 &&
        (int64_t)client->message.raw.len > limit) { /* RFC 1870 §6.1 */
        client_end_stopped(client, "size", PLAN_STAGE_MAIL, true,
            "the message has %zu octets, the server takes %lld", client->message.raw.len,
            (long long)limit);
        return;
    }
    client_enter(client, CLIENT_STATE_MAIL);
}

void client_mail_enter(struct client *client)
{
    const struct client_capabilities *offered = &client->offered;
    struct buf line;
    buf_init(&line, CLIENT_LINE_MAX);
    buf_printf(&line, "MAIL FROM:<%s>", client_present_message(client)->from);
    if (client_capabilities_find(offered, "SIZE") != NULL) {
        buf_printf(&line, " SIZE=%zu", client->message.raw.len);
    }
    if (client->message.eight_bit && client_capabilities_find(offered, "8BITMIME") != NULL) {
        buf_append_text(&line, " BODY=8BITMIME"); /* RFC 6152 */
    }
    client_say(client, buf_text(&line), NULL);
    buf_done(&line);
}

/* RFC 5321 §4.2.1: the first digit decides, also of codes that nobody knows. 221 is known: it says
 * that the server closes, and grants nothing. */
static bool client_is_positive(const struct client_reply *reply)
{
    return reply->code / 100 == 2 &&
           (reply->code != 221 || !client_keeps(CLIENT_RULE_GOODBYE_GRANTS_NOTHING));
}

void client_mail_reply(struct client *client, const struct client_reply *reply)
{
    if (client_is_positive(reply)) {
        client_mail_go_on(client, CLIENT_STATE_RCPT);
    } else {
        client_end_reply(client, reply, PLAN_STAGE_MAIL);
    }
}

void client_rcpt_begin(struct client *client)
{
    if (client->message_at == client->plan->messages_len) {
        client_mail_none_left(client);
        return;
    }
    client->recipient_at = 0;
    client_enter(client, CLIENT_STATE_RCPT);
}

void client_rcpt_enter(struct client *client)
{
    struct buf line;
    buf_init(&line, CLIENT_LINE_MAX);
    buf_printf(
        &line, "RCPT TO:<%s>", client_present_message(client)->to.items[client->recipient_at]);
    client_say(client, buf_text(&line), NULL);
    buf_done(&line);
}

void client_rcpt_reply(struct client *client, const struct client_reply *reply)
{
    struct facts *facts = client->environment.facts;
    const struct plan_message *message = client_present_message(client);
    struct span recipient = span_text(message->to.items[client->recipient_at]);
    bool refusal = reply->code >= 400;
    if (client_is_positive(reply)) {
        facts_append(facts, FACT_MESSAGE_RECIPIENTS_ACCEPTED, recipient);
        client->recipients_accepted++;
    } else if (refusal) {
        facts_append(facts, FACT_MESSAGE_RECIPIENTS_REFUSED, recipient);
    }
    bool ends = !client_is_positive(reply) &&
                (!refusal ||
                    (message->partial_abandon && client_keeps(CLIENT_RULE_PARTIAL_MAY_ABANDON)) ||
                    reply->code == 421);
    bool last = ++client->recipient_at == message->to.len;
    if (ends || (last && client->recipients_accepted == 0 &&
                    client_keeps(CLIENT_RULE_RECIPIENTS_ARE_NEEDED))) {
        client_end_reply(client, reply, PLAN_STAGE_RCPT);
    } else if (last) {
        client_mail_go_on(client, CLIENT_STATE_DATA);
    } else {
        client_enter(client, CLIENT_STATE_RCPT);
    }
}

void client_data_begin(struct client *client)
{
    if (client_mail_prepare(client)) {
        client_enter(client, CLIENT_STATE_DATA);
    }
}

void client_data_enter(struct client *client)
{
    client_say(client, "DATA", NULL);
}

void client_data_reply(struct client *client, const struct client_reply *reply)
{
    if (reply->code == 354 || (reply->code < 400 && !client_keeps(CLIENT_RULE_DATA_NEEDS_354))) {
        client_enter(client, CLIENT_STATE_BODY);
    } else {
        client_end_reply(client, reply, PLAN_STAGE_DATA);
    }
}

/* One block; the next one when the line is free again, so that a server which stops reading is
 * seen (RFC 5321 §4.5.3.2.5). */
static void client_send_block(struct client *client)
{
    struct buf block;
    buf_init(&block, 2 * CLIENT_MESSAGE_BLOCK + 16); /* every octet may be a dot to be stuffed */
    (void)client_message_block(&client->message, &block);
    client_channel_send(&client->channel, buf_span(&block));
    buf_done(&block);
    if (client->message.ended) {
        client_note(client, TRANSCRIPT_SENT, ".");
        if (client_keeps(CLIENT_RULE_FATE_IS_UNKNOWN_BEHIND_THE_DOT)) {
            client_record_fate(client, "unknown"); /* from here on until the reply */
        }
        client_enter(client, CLIENT_STATE_MESSAGE);
    }
}

void client_body_enter(struct client *client)
{
    client_note(client, TRANSCRIPT_NOTE, "(the message, %zu octets)", client->message.raw.len);
    client_send_block(client);
}

void client_body_flushed(struct client *client)
{
    client_renew_deadline(client);
    client_send_block(client);
}

/* A reply before the final dot: whatever it says, the server does not read the message as one. */
void client_body_reply(struct client *client, const struct client_reply *reply)
{
    if (reply->code >= 400) {
        client_record_fate(client, "refused");
    }
    client_end_reply(client, reply, PLAN_STAGE_BODY);
}

void client_message_reply(struct client *client, const struct client_reply *reply)
{
    if (client_is_positive(reply) || !client_keeps(CLIENT_RULE_MESSAGE_NEEDS_2YZ)) {
        client_record_fate(client, "accepted");
        facts_integer(
            client->environment.facts, FACT_MESSAGE_ACCEPTED, ++client->messages_accepted);
        client->message_at++;
        if (client_is_manual(client)) {
            client_step_over(client);
        } else {
            client_mail_begin(client);
        }
        return;
    }
    if (reply->code >= 400) {
        client_record_fate(client, "refused");
    }
    client_end_reply(client, reply, PLAN_STAGE_MESSAGE);
}
