/* MAIL, RCPT, DATA and the message (RFC 5321 §3.3), one command at a time. */
#include "harness/client/client_mail.h"
#include "harness/base/units.h"
#include "harness/client/client_address.h"
#include "harness/client/client_batch.h"
#include "harness/client/client_check.h"
#include "harness/client/client_chunk.h"
#include "harness/client/client_connect.h"
#include "harness/client/client_end.h"
#include "harness/client/client_group.h"
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

/* Makes the present message; false, with the session ended, where that cannot be. */
static bool client_mail_prepare(struct client *client)
{
    struct facts *facts = client->environment.facts;
    if (client->message_at == client->plan->messages_len) {
        client_mail_none_left(client);
        return false;
    }
    const struct plan_message *message = client_present_message(client);
    const struct client_message_setting setting = {
        .hello_name = client_hello_name(client),
        .date_s = client->environment.clock_s + client->now_us / UNITS_US_PER_S,
        .utf8 = client_check_needs_utf8(message),
    };
    client_message_done(&client->message);
    if (!client_message_init(&client->message, message, &setting)) {
        (void)fail_set(
            &client->fail, FAIL_LIMIT, "the message is larger than %zu octets", CLIENT_MESSAGE_MAX);
        client_end_fail(client);
        return false;
    }
    client_batch_begin(client);
    client->turns.begun = true;
    client->turns.delivered = false;
    facts_integer(facts, FACT_MESSAGE_SIZE, (int64_t)client->message.raw.len);
    return true;
}

bool client_renew(struct client *client, bool said)
{
    bool used = client->turns.mails_here > (said ? 1 : 0);
    if (!used || client->finished || client_is_manual(client) ||
        client->turns.reconnects >= client->plan->reconnect ||
        !client_keeps(CLIENT_RULE_USED_CONNECTION_IS_RENEWED)) {
        return false;
    }
    client->turns.reconnects++;
    client_batch_again(client);
    client_note(client, TRANSCRIPT_NOTE, "this connection has served its time; another one");
    client_connect_again(client);
    return true;
}

/* This connection has room for no further transaction (RFC 9422); another one has. */
static void client_mail_move(struct client *client)
{
    client_note(client, TRANSCRIPT_NOTE, "this connection has carried all that it may");
    client->turns.moving = true;
    client_enter(client, CLIENT_STATE_QUIT);
}

static void client_recipients_forget(struct client *client)
{
    client->recipients_accepted = 0;
    client->turns.answered = client->turns.kept = client->turns.taken_len = 0;
    client->turns.taken = NULL;
}

void client_mail_begin(struct client *client)
{
    struct facts *facts = client->environment.facts;
    bool again = client->turns.begun && !client_is_manual(client);
    if (!again && !client_mail_prepare(client)) {
        return;
    }
    if (!again) {
        client_record_fate(client, "not-sent");
        facts_empty_list(facts, FACT_MESSAGE_RECIPIENTS_ACCEPTED);
        facts_empty_list(facts, FACT_MESSAGE_RECIPIENTS_REFUSED);
        if (client->plan->lmtp) {
            facts_empty_list(facts, FACT_MESSAGE_RECIPIENTS_DELIVERED);
        }
    }
    if (!client_check_offer(client)) {
        return;
    }
    if (!client_batch_choose(client)) {
        client_mail_move(client);
        return;
    }
    client_message_rewind(&client->message);
    client->recipient_at = client_batch_next(client, 0);
    client_recipients_forget(client);
    client_enter(client, CLIENT_STATE_MAIL);
}

/* A transaction is over: other recipients of the message, or the next message, if there is one.
 * `open`: the server still waits for recipients. */
static void client_mail_next(struct client *client, bool open)
{
    client_batch_over(client);
    client->turns.repeated = false;
    if (client_is_manual(client) || !client_batch_is_left(client)) {
        facts_integer(
            client->environment.facts, FACT_MESSAGE_ACCEPTED, ++client->messages_accepted);
        client->message_at++;
        client->turns.begun = false;
    }
    if (client_is_manual(client)) {
        client_step_over(client);
    } else if (open && client->message_at < client->plan->messages_len) {
        client_enter(client, CLIENT_STATE_RSET);
    } else {
        client_mail_begin(client);
    }
}

/* --- MAIL --- */

/* RFC 3461 §4: what reports bring back, and what they call the message by. */
static void client_mail_put_dsn(const struct plan_dsn *dsn, struct buf *line)
{
    static const char *const returns[] = {
        [PLAN_DSN_RETURN_FULL] = "FULL", [PLAN_DSN_RETURN_HEADERS] = "HDRS"};
    if (dsn->returns != PLAN_DSN_RETURN_DEFAULT) {
        buf_printf(line, " RET=%s", returns[dsn->returns]);
    }
    if (dsn->envelope_id == NULL) {
        return;
    }
    buf_append_text(line, " ENVID=");
    for (const char *at = dsn->envelope_id; *at != '\0'; at++) { /* xtext */
        if (*at > ' ' && *at <= '~' && *at != '+' && *at != '=') {
            buf_append_byte(line, (uint8_t)*at);
        } else {
            buf_printf(line, "+%02X", (unsigned)(uint8_t)*at);
        }
    }
}

/* RFC 6152, RFC 3030 §3 */
static const char *client_mail_body_type(const struct client *client)
{
    if (client_present_message(client)->binary) {
        return " BODY=BINARYMIME";
    }
    bool said = client->message.eight_bit && client_keeps(CLIENT_RULE_EIGHT_BIT_IS_SAID) &&
                client_check_extension(client, PLAN_EXTENSION_8BITMIME) != NULL;
    return said ? " BODY=8BITMIME" : "";
}

void client_mail_put(struct client *client, struct buf *line)
{
    const struct plan_message *message = client_present_message(client);
    buf_append_text(line, "MAIL FROM:<");
    (void)client_address_put(span_text(message->from), line);
    buf_append_text(line, ">");
    if (client_check_extension(client, PLAN_EXTENSION_SIZE) != NULL &&
        client_keeps(CLIENT_RULE_SIZE_IS_SAID)) { /* RFC 1870 §6 */
        buf_printf(line, " SIZE=%zu", client->message.raw.len);
    }
    buf_append_text(line, client_mail_body_type(client));
    if (client->message.utf8 && client_keeps(CLIENT_RULE_UTF8_IS_SAID) &&
        client_check_extension(client, PLAN_EXTENSION_SMTPUTF8) != NULL) {
        buf_append_text(line, " SMTPUTF8"); /* RFC 6531 §3.4 */
    }
    if (message->require_tls && client_keeps(CLIENT_RULE_REQUIRETLS_IS_SAID)) {
        buf_append_text(line, " REQUIRETLS"); /* RFC 8689 §2 */
    }
    if (message->dsn.wanted && client_check_extension(client, PLAN_EXTENSION_DSN) != NULL) {
        client_mail_put_dsn(&message->dsn, line);
    }
}

void client_mail_enter(struct client *client)
{
    client->turns.mails_here++;
    client_group_say(client);
}

/* RFC 5321 §4.2.1: the first digit decides, also of codes that nobody knows. 221 is known: it says
 * that the server closes, and grants nothing. */
bool client_mail_is_positive(const struct client_reply *reply)
{
    return reply->code / 100 == 2 &&
           (reply->code != 221 || !client_keeps(CLIENT_RULE_GOODBYE_GRANTS_NOTHING));
}

void client_mail_reply(struct client *client, const struct client_reply *reply)
{
    bool enough = reply->code == 421 || reply->code == 503;
    if (client_mail_is_positive(reply)) {
        client_mail_go_on(client, CLIENT_STATE_RCPT);
    } else if (!enough || !client_renew(client, true)) {
        client_end_reply(client, reply, PLAN_STAGE_MAIL);
    }
}

/* --- RCPT --- */

void client_rcpt_begin(struct client *client)
{
    if (client->message_at == client->plan->messages_len) {
        client_mail_none_left(client);
        return;
    }
    client_batch_begin(client);
    (void)client_batch_choose(client); /* all of them: this is a step */
    client->recipient_at = 0;
    client_enter(client, CLIENT_STATE_RCPT);
}

static void client_rcpt_put_dsn(const struct plan_dsn *dsn, struct buf *line)
{
    static const char *const words[] = {"NEVER", "SUCCESS", "FAILURE", "DELAY"};
    const char *before = " NOTIFY=";
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if ((dsn->notify & 1U << i) != 0) {
            buf_printf(line, "%s%s", before, words[i]);
            before = ",";
        }
    }
}

void client_rcpt_put(struct client *client, size_t at, struct buf *line)
{
    const struct plan_message *message = client_present_message(client);
    buf_append_text(line, "RCPT TO:<");
    (void)client_address_put(span_text(message->to.items[at]), line);
    buf_append_text(line, ">");
    if (message->dsn.wanted && client_check_extension(client, PLAN_EXTENSION_DSN) != NULL) {
        client_rcpt_put_dsn(&message->dsn, line);
    }
}

void client_rcpt_enter(struct client *client)
{
    struct buf line;
    buf_init(&line, CLIENT_LINE_MAX);
    client_rcpt_put(client, client->recipient_at, &line);
    client_say(client, buf_text(&line), NULL);
    buf_done(&line);
}

void client_mail_given_up(struct client *client)
{
    client_mail_next(client, true);
}

static void client_rcpt_over(struct client *client, const struct client_reply *reply)
{
    bool chunks = client_chunk_is_used(client);
    if (!chunks) { /* else BDAT may be unknown, and all this for nothing */
        client_batch_over(client);
    }
    if (client->recipients_accepted > 0 || !client_keeps(CLIENT_RULE_RECIPIENTS_ARE_NEEDED)) {
        if (chunks) {
            client_chunk_begin(client);
        } else {
            client_mail_go_on(client, CLIENT_STATE_DATA);
        }
    } else if (!client_is_manual(client) &&
               (client_batch_is_left(client) || client->turns.delivered)) {
        if (client_group_owes(client)) {
            client_enter(client, CLIENT_STATE_DRAIN);
        } else {
            client_mail_given_up(client);
        }
    } else {
        client_end_reply(client, reply, PLAN_STAGE_RCPT);
    }
}

/* RFC 5321 §4.5.3.1.10: the server has enough recipients for one message, not enough of this one.
 * An enhanced code may say that it is something else. */
static bool client_rcpt_comes_later(struct client *client, const struct client_reply *reply)
{
    bool other = reply->enhanced[0] != '\0' && strcmp(reply->enhanced + 1, ".5.3") != 0;
    return (reply->code == 452 || reply->code == 552) && !other &&
           client->recipients_accepted > 0 && !client_is_manual(client) &&
           client_keeps(CLIENT_RULE_TOO_MANY_RECIPIENTS_COME_LATER);
}

static void client_rcpt_record(struct client *client, const struct client_reply *reply)
{
    struct facts *facts = client->environment.facts;
    const struct plan_message *message = client_present_message(client);
    struct span recipient = span_text(message->to.items[client->recipient_at]);
    enum client_turn *turn = &client->turns.all[client->recipient_at];
    if (client_mail_is_positive(reply)) {
        client->recipients_accepted++;
        client->turns.taken = arena_push(client->arena, client->turns.taken,
            client->turns.taken_len, sizeof *client->turns.taken);
        client->turns.taken[client->turns.taken_len++] = recipient;
        if (!client->turns.repeated) {
            facts_append(facts, FACT_MESSAGE_RECIPIENTS_ACCEPTED, recipient);
        }
    } else if (client_rcpt_comes_later(client, reply)) {
        *turn = CLIENT_TURN_WAITS;
    } else if (reply->code >= 400) {
        *turn = CLIENT_TURN_OVER;
        facts_append(facts, FACT_MESSAGE_RECIPIENTS_REFUSED, recipient);
    }
}

void client_rcpt_reply(struct client *client, const struct client_reply *reply)
{
    const struct plan_message *message = client_present_message(client);
    bool refusal = reply->code >= 400;
    bool ends = !client_mail_is_positive(reply) &&
                (!refusal ||
                    (message->partial_abandon && client_keeps(CLIENT_RULE_PARTIAL_MAY_ABANDON)) ||
                    reply->code == 421);
    client_rcpt_record(client, reply);
    client->recipient_at = client_batch_next(client, client->recipient_at + 1);
    if (ends) {
        client_end_reply(client, reply, PLAN_STAGE_RCPT);
    } else if (client->recipient_at == message->to.len) {
        client_rcpt_over(client, reply);
    } else {
        client_enter(client, CLIENT_STATE_RCPT);
    }
}

/* A transaction without recipients: RFC 5321 §4.1.1.5. */
void client_rset_enter(struct client *client)
{
    client_say(client, "RSET", NULL);
}

void client_rset_reply(struct client *client, const struct client_reply *reply)
{
    if (client_is_manual(client)) {
        client_command_reply(client, reply);
    } else if (client_mail_is_positive(reply)) {
        client_mail_begin(client);
    } else {
        client_end_reply(client, reply, PLAN_STAGE_RSET);
    }
}

/* --- DATA and the message --- */

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
    if (!client_channel_is_open(&client->channel)) {
        return;
    }
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
    if (client_keeps(CLIENT_RULE_LIMIT_IS_OF_EACH_BLOCK)) {
        client_renew_deadline(client);
    }
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

/* RFC 2033 §4.2: a reply for each recipient that was taken, in their order. True where more are to
 * come. What the last one says ends it where none was a consent. */
static bool client_message_answer(struct client *client, const struct client_reply *reply)
{
    struct facts *facts = client->environment.facts;
    struct client_turns *turns = &client->turns;
    if (turns->answered < turns->taken_len) {
        bool kept = client_mail_is_positive(reply);
        facts_append(facts,
            kept ? FACT_MESSAGE_RECIPIENTS_DELIVERED : FACT_MESSAGE_RECIPIENTS_REFUSED,
            turns->taken[turns->answered++]);
        turns->kept += kept ? 1 : 0;
    }
    if (reply->code / 100 == 3 || reply->code == 421) {
        return false; /* no answer, or one for all */
    }
    if (turns->answered < turns->taken_len) {
        client_renew_deadline(client);
        return true;
    }
    return false;
}

static bool client_message_is_kept(const struct client *client, const struct client_reply *reply)
{
    bool lmtp = client->plan->lmtp && client->turns.taken_len > 0;
    return client_mail_is_positive(reply) || !client_keeps(CLIENT_RULE_MESSAGE_NEEDS_2YZ) ||
           (lmtp && client->turns.kept > 0 && reply->code >= 400 && reply->code != 421);
}

void client_message_reply(struct client *client, const struct client_reply *reply)
{
    if (client->plan->lmtp && client_keeps(CLIENT_RULE_LMTP_HAS_A_REPLY_FOR_EACH) &&
        client_message_answer(client, reply)) {
        return;
    }
    if (client_message_is_kept(client, reply)) {
        client_record_fate(client, "accepted");
        client->turns.delivered = true;
        client_mail_next(client, false);
        return;
    }
    if (reply->code >= 400) {
        client_record_fate(client, "refused");
    }
    client_end_reply(client, reply, PLAN_STAGE_MESSAGE);
}
