#include "harness/client/client_end.h"

#include <assert.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/client/client_chunk.h"
#include "harness/client/client_connect.h"
#include "harness/client/client_failover.h"
#include "harness/client/client_finding.h"
#include "harness/client/client_group.h"
#include "harness/client/client_mail.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

#define CLIENT_END_TEXT_MAX 512

/* How a session is left once its outcome stands. */
enum client_leave {
    CLIENT_LEAVE_QUIT,  /* the connection can still be used to say goodbye */
    CLIENT_LEAVE_CLOSE, /* it cannot: what came or went on it is not in step any more */
};

enum client_outcome {
    CLIENT_OUTCOME_CONNECTED,
    CLIENT_OUTCOME_NEGOTIATED,
    CLIENT_OUTCOME_LOGGED_IN,
    CLIENT_OUTCOME_SENT,
    CLIENT_OUTCOME_REFUSED,
    CLIENT_OUTCOME_STOPPED,
    CLIENT_OUTCOME_TLS_FAILED,
    CLIENT_OUTCOME_PROTOCOL_ERROR,
    CLIENT_OUTCOME_DISCONNECTED,
    CLIENT_OUTCOME_TIMED_OUT,
    CLIENT_OUTCOME_UNREACHABLE,
    CLIENT_OUTCOME_COUNT,
};

static const char *const client_outcome_names[] = {
    [CLIENT_OUTCOME_CONNECTED] = "connected",
    [CLIENT_OUTCOME_NEGOTIATED] = "negotiated",
    [CLIENT_OUTCOME_LOGGED_IN] = "logged-in",
    [CLIENT_OUTCOME_SENT] = "sent",
    [CLIENT_OUTCOME_REFUSED] = "refused",
    [CLIENT_OUTCOME_STOPPED] = "stopped",
    [CLIENT_OUTCOME_TLS_FAILED] = "tls-failed",
    [CLIENT_OUTCOME_PROTOCOL_ERROR] = "protocol-error",
    [CLIENT_OUTCOME_DISCONNECTED] = "disconnected",
    [CLIENT_OUTCOME_TIMED_OUT] = "timed-out",
    [CLIENT_OUTCOME_UNREACHABLE] = "unreachable",
};
static_assert(ARRAY_LEN(client_outcome_names) == CLIENT_OUTCOME_COUNT, "a name for each outcome");

/* --- leaving --- */

void client_record_tls(struct client *client)
{
    if (client->channel.tls != NULL) {
        tls_session_record_client(client->channel.tls, client->environment.facts);
        client_find_in_tls(client);
    }
}

void client_hang_up(struct client *client)
{
    if (client->connected) {
        client_channel_close_tls(&client->channel);
        client_record_tls(client);
        wire_queue_act(&client->queue, WIRE_CLOSE);
        client->connected = false;
    }
}

void client_done_enter(struct client *client)
{
    client_hang_up(client);
    client_find_at_end(client);
    facts_integer(client->environment.facts, FACT_TIMING_TOTAL, client->now_us - client->begin_us);
    client->deadline_us = WIRE_NEVER;
}

void client_quit_enter(struct client *client)
{
    client_say(client, "QUIT", NULL);
}

/* Whatever is said to QUIT, it is over. */
void client_quit_reply(struct client *client, const struct client_reply *reply)
{
    (void)reply;
    if (client_is_manual(client)) {
        client_step_over(client);
    } else {
        client_enter(client, CLIENT_STATE_CLOSING);
    }
}

/* The server's close_notify and FIN are waited for: how TLS ends is worth a fact, and whoever
 * closes first with something unread resets the connection. */
void client_closing_enter(struct client *client)
{
    client_channel_close_tls(&client->channel);
    wire_queue_act(&client->queue, WIRE_SHUT);
}

/* Where the goodbye was for this connection only. However that went, the next one follows. */
static bool client_moves_on(struct client *client)
{
    if (!client->turns.moving) {
        return false;
    }
    client->turns.moving = false;
    client_connect_again(client);
    return true;
}

void client_closing_over(struct client *client)
{
    client_find_at_closing(client);
    if (client_moves_on(client)) {
        return;
    }
    if (client_is_manual(client) && !client->finished) {
        client_parted(client); /* a step said so, and others may follow */
    } else {
        client_enter(client, CLIENT_STATE_DONE);
    }
}

static void client_leave(struct client *client, enum client_leave how)
{
    if (client_is_manual(client)) {
        how = CLIENT_LEAVE_CLOSE; /* QUIT is a step */
    }
    bool usable = client->state != CLIENT_STATE_IDLE && client->state != CLIENT_STATE_CONNECT &&
                  client->gone == CLIENT_GONE_NOT &&
                  (client->channel.kind == CLIENT_CHANNEL_PLAIN ||
                      client->channel.kind == CLIENT_CHANNEL_OPEN);
    if (how != CLIENT_LEAVE_QUIT || !usable || !client_keeps(CLIENT_RULE_QUIT_IS_SAID)) {
        client_enter(client, CLIENT_STATE_DONE);
    } else {
        client_enter(client, client_group_owes(client) ? CLIENT_STATE_DRAIN : CLIENT_STATE_QUIT);
    }
}

/* --- the outcome --- */

/* What a session that did all that was asked is called by. */
static enum client_outcome client_achieved(const struct client *client)
{
    const struct plan_client *plan = client->plan;
    if (plan->messages_len > 0 && client->messages_accepted == (int64_t)plan->messages_len) {
        return CLIENT_OUTCOME_SENT; /* RFC 5321 §4.2.1: 2yz behind the data of every one */
    }
    if (client->logged_in) {
        return CLIENT_OUTCOME_LOGGED_IN;
    }
    return client->helloed ? CLIENT_OUTCOME_NEGOTIATED : CLIENT_OUTCOME_CONNECTED;
}

/* Where QUIT is a step, no outcome stands yet: trouble in it undoes nothing of what was done, where
 * nothing was still to be done. */
static bool client_quit_was_enough(const struct client *client)
{
    return client_is_manual(client) && client_is_quitting(client) && !client->finished &&
           client_step_was_last(client) && client_keeps(CLIENT_RULE_QUIT_UNDOES_NOTHING);
}

/* Records the first cause; false when one stands already. `text` NULL: nothing to say of it. */
static bool client_settle(
    struct client *client, enum client_outcome outcome, enum plan_stage stage, const char *text)
{
    struct facts *facts = client->environment.facts;
    if (client->finished && client_keeps(CLIENT_RULE_QUIT_UNDOES_NOTHING)) {
        return false;
    }
    if (client_quit_was_enough(client)) {
        client->finished = true;
        facts_text(facts, FACT_OUTCOME, client_outcome_names[client_achieved(client)]);
        return false;
    }
    client->finished = true;
    facts_text(facts, FACT_OUTCOME, client_outcome_names[outcome]);
    if (outcome > CLIENT_OUTCOME_SENT) {
        facts_text(facts, FACT_STAGE, plan_stage_name(stage));
    }
    if (text != NULL) {
        struct buf shown;
        buf_init(&shown, 2 * CLIENT_END_TEXT_MAX);
        facts_bytes_first(facts, FACT_PROBLEM, span_text(text), CLIENT_END_TEXT_MAX);
        secret_set_redact_first(
            client->environment.secrets, span_text(text), CLIENT_END_TEXT_MAX, &shown);
        client_note(
            client, TRANSCRIPT_NOTE, "%s: %s", client_outcome_names[outcome], buf_text(&shown));
        buf_done(&shown);
    }
    return true;
}

static void client_record_temporary(struct client *client, bool temporary)
{
    facts_truth(client->environment.facts, FACT_TEMPORARY, temporary);
}

void client_end_well(struct client *client)
{
    (void)client_settle(client, client_achieved(client), PLAN_STAGE_QUIT, NULL);
    if (client_is_manual(client) && client->connected) {
        client_enter(client, CLIENT_STATE_CLOSING);
    } else {
        client_leave(client, CLIENT_LEAVE_QUIT);
    }
}

void client_end_reply(
    struct client *client, const struct client_reply *reply, enum plan_stage stage)
{
    char text[CLIENT_END_TEXT_MAX];
    const char *waited_for = client_state_row(client->state)->waits_for;
    if (client_step_is_judged(client)) {
        client_step_over(client);
        return;
    }
    if (reply->code < 400) {
        client_end_protocol(
            client, stage, "%u is no answer that SMTP allows for %s", reply->code, waited_for);
        return;
    }
    if (client_fail_over(client, reply->code)) {
        return;
    }
    snprintf(text, sizeof text, "%s is %u", waited_for, reply->code);
    if (client_settle(client, CLIENT_OUTCOME_REFUSED, stage, text)) {
        client_record_temporary(client, reply->code < 500);
    }
    /* RFC 5321 §3.8: behind a 421 the server closes; inside a message nothing can be said. */
    bool over = (reply->code == 421 && client_keeps(CLIENT_RULE_NO_QUIT_BEHIND_421)) ||
                (stage == PLAN_STAGE_BODY && client_keeps(CLIENT_RULE_NO_QUIT_WITHIN_A_MESSAGE));
    client_leave(client, over ? CLIENT_LEAVE_CLOSE : CLIENT_LEAVE_QUIT);
}

/* The server still waits for a response of a login: RFC 4954 §4. */
static bool client_is_asked(const struct client *client, enum plan_stage stage)
{
    return stage == PLAN_STAGE_AUTH && client->state != CLIENT_STATE_AUTH_CANCEL &&
           client->exchange != NULL && client_channel_unread(&client->channel).len == 0 &&
           client->reader.whole && client->reader.code == 334;
}

void client_end_stopped(struct client *client, const char *because, enum plan_stage stage,
    bool quits, const char *format, ...)
{
    char text[CLIENT_END_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (client_settle(client, CLIENT_OUTCOME_STOPPED, stage, text)) {
        facts_text(client->environment.facts, FACT_STOPPED_BECAUSE, because);
    }
    if (client_is_asked(client, stage)) {
        client_enter(client, CLIENT_STATE_AUTH_CANCEL);
    } else {
        client_leave(client, quits ? CLIENT_LEAVE_QUIT : CLIENT_LEAVE_CLOSE);
    }
}

void client_end_protocol(struct client *client, enum plan_stage stage, const char *format, ...)
{
    char text[CLIENT_END_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (client_moves_on(client)) {
        return;
    }
    (void)client_settle(client, CLIENT_OUTCOME_PROTOCOL_ERROR, stage, text);
    if (client_is_asked(client, stage)) {
        client_enter(client, CLIENT_STATE_AUTH_CANCEL);
    } else {
        client_leave(client, CLIENT_LEAVE_CLOSE);
    }
}

void client_end_leftover(struct client *client)
{
    struct span bytes = client_channel_unread(&client->channel);
    facts_truth(client->environment.facts, FACT_SECURITY_LEFTOVER_BEFORE_TLS, true);
    transcript_add(client->environment.transcript, client->now_us, client->connection,
        TRANSCRIPT_RECEIVED, false, bytes);
    client_end_protocol(client, PLAN_STAGE_STARTTLS,
        "%zu octets that are not TLS followed the 220 to STARTTLS: somebody in between may have "
        "put them there",
        bytes.len);
}

static void client_end_certificate(struct client *client, const char *text)
{
    if (client_settle(client, CLIENT_OUTCOME_STOPPED, PLAN_STAGE_HANDSHAKE, text)) {
        facts_text(client->environment.facts, FACT_STOPPED_BECAUSE, "certificate");
    }
    client_leave(client, CLIENT_LEAVE_CLOSE);
}

/* In TLS 1.3 the client's side of the handshake is done before the server has judged it: an alert
 * before the first decrypted octet still belongs to the handshake. */
static enum plan_stage client_tls_stage(const struct client *client)
{
    return tls_session_plain_seen(client->channel.tls) ? client->stage : PLAN_STAGE_HANDSHAKE;
}

/* What the server said in clear text where TLS was due: "plain text, 220 mail.here.com". */
static void client_show_clear(struct client *client, const char *failure, char *text, size_t size)
{
    struct span line = client_channel_unread(&client->channel);
    struct buf part, shown;
    size_t len = span_find(line, '\n');
    line = span_first(
        line, len > 0 && len < line.len && line.data[len - 1] == '\r' ? len - 1 : len);
    transcript_add(client->environment.transcript, client->now_us, client->connection,
        TRANSCRIPT_RECEIVED, false, line);
    buf_init(&part, CLIENT_END_TEXT_MAX);
    buf_init(&shown, CLIENT_END_TEXT_MAX);
    secret_set_redact_first(client->environment.secrets, line, CLIENT_END_TEXT_MAX / 8,
        &part); /* an octet may need four to be shown */
    text_escape(buf_span(&part), true, &shown);
    bool is_greeting = client->mode == PLAN_SSL_MODE_ON_CONNECT && !client->greeted &&
                       text_starts_caseless(line, "220");
    snprintf(text, size, "%s: %s%s", failure, buf_text(&shown),
        is_greeting ? "; perhaps this port wants STARTTLS" : "");
    buf_done(&part);
    buf_done(&shown);
}

/* RFC 8446 §4.4.2.4: behind the client's side of the handshake, so that it looks like an answer to
 * whatever was said meanwhile. */
static void client_explain_certificate(struct client *client, char *text, size_t size)
{
    tls_session_record_client(client->channel.tls, client->environment.facts);
    if (client_find_is_about_certificate(client)) {
        size_t len = strlen(text);
        snprintf(text + len, size - len, "; the server %s",
            client->environment.identity == NULL
                ? "asked for a certificate of the client, which has none"
                : "was shown the client's certificate");
    }
}

void client_end_tls(struct client *client)
{
    const struct tls_failure *failure = tls_session_failure(client->channel.tls);
    char text[CLIENT_END_TEXT_MAX];
    snprintf(text, sizeof text, "%s", failure->text);
    switch (failure->kind) {
    case TLS_FAILURE_END:
        client_end_lost(client);
        return;
    case TLS_FAILURE_CERTIFICATE:
        client_end_certificate(client, failure->text);
        return;
    case TLS_FAILURE_NONE:
    case TLS_FAILURE_ALERT_RECEIVED:
    case TLS_FAILURE_NOT_TLS:
    case TLS_FAILURE_LIBRARY:
        break;
    }
    if (client_moves_on(client)) {
        return;
    }
    if (client->state == CLIENT_STATE_LISTEN) {
        client_show_clear(client, failure->text, text, sizeof text);
    }
    if (!client->finished) {
        client_note(client, TRANSCRIPT_TLS, "TLS failed: %s", failure->text);
    }
    if (client_drop_alpn(client, failure->alert) || client_fall_back(client)) {
        return;
    }
    client_explain_certificate(client, text, sizeof text);
    (void)client_settle(client, CLIENT_OUTCOME_TLS_FAILED, client_tls_stage(client), text);
    client_leave(client, CLIENT_LEAVE_CLOSE);
}

/* What stands of a reply whose last line never came: it often says why. */
static void client_add_half_reply(const struct client *client, struct buf *text)
{
    const struct client_reply_reader *reader = &client->reader;
    if (reader->lines > 0 && !reader->whole) {
        buf_printf(text, "; all that came of it: %u ", reader->code);
        text_escape(buf_span(&reader->text), true, text);
    }
}

void client_end_lost(struct client *client)
{
    struct buf text;
    bool reset = client->gone == CLIENT_GONE_RESET;
    const struct client_state_row *row = client_state_row(client->state);
    client_find_at_loss(client);
    if (client_is_manual(client) && client_is_quitting(client) && !client->finished) {
        client_note(client, TRANSCRIPT_NOTE, "the server closed the connection without a word");
        client_step_over(client); /* it is over, and later steps find what there is to be found */
        return;
    }
    if (!client->finished) {
        facts_text(client->environment.facts, FACT_CONNECTION_PROBLEM, reset ? "reset" : "fin");
        client_note(client, TRANSCRIPT_NOTE,
            reset ? "the connection was reset" : "the server closed the connection");
    }
    if (client_fall_back(client) || client_moves_on(client) || client_fail_over(client, 0) ||
        (client->state == CLIENT_STATE_MAIL && client_renew(client, true))) {
        return;
    }
    buf_init(&text, SIZE_MAX / 2);
    buf_printf(&text, "the server %s the connection while %s was owed", reset ? "reset" : "closed",
        row->waits_for);
    client_add_half_reply(client, &text);
    if (client_settle(client, CLIENT_OUTCOME_DISCONNECTED, client->stage, buf_text(&text))) {
        client_record_temporary(client, true);
    }
    buf_done(&text);
    client_leave(client, CLIENT_LEAVE_CLOSE);
}

void client_end_time(struct client *client)
{
    const struct client_state_row *row = client_state_row(client->state);
    struct buf limit, text;
    if (client->state == CLIENT_STATE_CONNECT) {
        client_end_unreachable(client, WIRE_PROBLEM_TIMED_OUT, NULL);
        return;
    }
    if (client->state == CLIENT_STATE_LISTEN) {
        client_end_tls(client);
        return;
    }
    if (client->state == CLIENT_STATE_PAUSE) {
        client_enter(client, CLIENT_STATE_CONNECT);
        return;
    }
    if (client->state == CLIENT_STATE_WAIT || client->state == CLIENT_STATE_SILENCE) {
        client_wait_over(client);
        return;
    }
    if (client->state == CLIENT_STATE_CLOSING) {
        client_closing_over(client);
        return;
    }
    client_find_at_limit(client);
    if (client_chunk_renew(client)) {
        return;
    }
    if ((client_keeps(CLIENT_RULE_SILENCE_FALLS_BACK) && client_fall_back(client)) ||
        client_moves_on(client) || client_fail_over(client, 0)) {
        return;
    }
    buf_init(&limit, 64);
    int64_t limit_us = client->plan->time_limit_us[client->stage];
    units_show_duration(
        limit_us != 0 ? limit_us : plan_stage_default_limit_us(client->stage), &limit);
    buf_init(&text, SIZE_MAX / 2);
    buf_printf(&text, "%s did not come within %s%s", row->waits_for, buf_text(&limit),
        client->state == CLIENT_STATE_GREETING && client->channel.tls == NULL &&
                client->reader.lines == 0 && client_channel_unread(&client->channel).len == 0
            ? "; perhaps this port wants TLS from the first byte"
            : "");
    buf_done(&limit);
    client_add_half_reply(client, &text);
    if (client_settle(client, CLIENT_OUTCOME_TIMED_OUT, client->stage, buf_text(&text))) {
        client_record_temporary(client, true);
    }
    buf_done(&text);
    client_enter(client, CLIENT_STATE_DONE); /* a late reply would be taken for another's */
}

void client_end_unreachable(struct client *client, enum wire_problem problem, const char *text)
{
    const char *name = wire_problem_name(problem);
    facts_text(
        client->environment.facts, FACT_CONNECTION_PROBLEM, name == NULL ? "unreachable" : name);
    if (client_fail_over(client, 0)) {
        return;
    }
    if (text == NULL) {
        text = "nobody answered";
    }
    enum plan_stage stage = problem == WIRE_PROBLEM_NO_SUCH_NAME ? PLAN_STAGE_RESOLVE
                                                                 : PLAN_STAGE_CONNECT;
    if (client_settle(client, CLIENT_OUTCOME_UNREACHABLE, stage, text)) {
        client_record_temporary(client, true);
    }
    client_enter(client, CLIENT_STATE_DONE);
}

void client_end_fail(struct client *client)
{
    client->finished = true;
    client_leave(client, CLIENT_LEAVE_CLOSE);
}
