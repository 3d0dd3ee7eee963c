#include "harness/client/client_step.h"

#include "harness/base/text.h"
#include "harness/client/client_connect.h"
#include "harness/client/client_end.h"
#include "harness/client/client_finding.h"
#include "harness/client/client_login.h"
#include "harness/client/client_mail.h"

#define CLIENT_STEP_SHOWN_MAX ((size_t)1024) /* octets of raw bytes kept as a fact */

bool client_is_manual(const struct client *client)
{
    return client->plan->steps_len > 0;
}

/* NULL where there is none at present. */
static const struct plan_step *client_step_present(const struct client *client)
{
    return client->step_at < client->plan->steps_len ? &client->plan->steps[client->step_at] : NULL;
}

bool client_step_is_judged(const struct client *client)
{
    const struct plan_step *step = client_is_manual(client) ? client_step_present(client) : NULL;
    return step != NULL && step->expectations_len > 0 && !client->finished;
}

bool client_step_only_reads(const struct client *client)
{
    const struct plan_step *step = client_is_manual(client) ? client_step_present(client) : NULL;
    return step != NULL && (step->kind == PLAN_STEP_READ || step->kind == PLAN_STEP_SILENCE);
}

enum plan_stage client_step_stage(const struct client *client, enum plan_stage present)
{
    static const struct {
        const char *verb;
        enum plan_stage stage;
    } verbs[] = {
        {"EHLO", PLAN_STAGE_HELLO},
        {"HELO", PLAN_STAGE_HELLO},
        {"STARTTLS", PLAN_STAGE_STARTTLS},
        {"AUTH", PLAN_STAGE_AUTH},
        {"MAIL", PLAN_STAGE_MAIL},
        {"RCPT", PLAN_STAGE_RCPT},
        {"DATA", PLAN_STAGE_DATA},
        {"RSET", PLAN_STAGE_RSET},
        {"QUIT", PLAN_STAGE_QUIT},
    };
    const struct plan_step *step = client_step_present(client);
    if (step == NULL || step->kind != PLAN_STEP_COMMAND) {
        return present;
    }
    struct span verb = span_text(step->text);
    verb = span_first(verb, span_find(verb, ' '));
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (text_equal_caseless(verb, span_text(verbs[i].verb))) {
            return verbs[i].stage;
        }
    }
    return present;
}

bool client_is_quitting(const struct client *client)
{
    if (client->state != CLIENT_STATE_COMMAND) {
        return client->state == CLIENT_STATE_QUIT;
    }
    const struct plan_step *step = client_step_present(client);
    return step != NULL && step->kind == PLAN_STEP_COMMAND &&
           text_equal_caseless(text_trim(span_text(step->text)), SPAN_LITERAL("QUIT"));
}

bool client_step_was_last(const struct client *client)
{
    for (size_t i = client->step_at + 1; i < client->plan->steps_len; i++) {
        switch (client->plan->steps[i].kind) {
        case PLAN_STEP_READ:
        case PLAN_STEP_WAIT:
        case PLAN_STEP_SILENCE:
        case PLAN_STEP_QUIT:
        case PLAN_STEP_DISCONNECT:
        case PLAN_STEP_CLOSE:
            break;
        default:
            return false;
        }
    }
    return true;
}

static bool client_step_applies(struct client *client, const struct plan_step *step)
{
    const struct client_environment *environment = &client->environment;
    return step->condition_len == 0 ||
           environment->holds(environment->context, step->condition, step->condition_len);
}

static void client_step_judge(struct client *client, const struct plan_step *step)
{
    const struct client_environment *environment = &client->environment;
    if (step->expectations_len > 0) {
        environment->judge(environment->context, step->expectations, step->expectations_len);
    }
}

/* --- steps that the usual order has not --- */

/* Octets as they are, past every check of ours: a password among them still counts. */
static void client_step_send(struct client *client, const struct plan_step *step)
{
    bool below = step->kind == PLAN_STEP_BELOW_TLS;
    bool tls = client_channel_is_tls(&client->channel);
    client->owed = true;
    if (!below && !client_channel_is_open(&client->channel)) {
        client_note(client, TRANSCRIPT_NOTE, "(nothing is sent: TLS is not open)");
        return;
    }
    transcript_add(client->environment.transcript, client->now_us, client->connection,
        TRANSCRIPT_SENT, tls && !below, step->bytes);
    if ((below || !tls) && secret_set_found(client->environment.secrets, step->bytes)) {
        facts_truth(client->environment.facts, FACT_SECURITY_PASSWORD_IN_CLEAR, true);
    }
    client_probe_feed(&client->turns.probe, below ? SPAN_EMPTY : step->bytes);
    if (below) {
        wire_queue_send(&client->queue, step->bytes);
    } else {
        client_channel_send(&client->channel, step->bytes);
    }
}

void client_command_enter(struct client *client)
{
    const struct plan_step *step = client_step_present(client);
    switch (step->kind) {
    case PLAN_STEP_NOOP:
        client_say(client, "NOOP", NULL);
        break;
    case PLAN_STEP_COMMAND:
        client_say(client, step->text, NULL);
        break;
    default: /* PLAN_STEP_READ: nothing is said */
        break;
    }
}

/* Commands by hand that are more than a line and its reply: TLS may begin, a hello is a hello. */
static void client_command_note(
    struct client *client, struct span command, const struct client_reply *reply)
{
    if (text_equal_caseless(command, SPAN_LITERAL("STARTTLS"))) {
        client->starttls_granted = reply->code == 220;
    } else if (text_equal_caseless(command, SPAN_LITERAL("DATA")) && reply->code == 354) {
        client_probe_begin(&client->turns.probe);
    } else if (text_starts_caseless(command, "EHLO ") || text_starts_caseless(command, "HELO ")) {
        client->helloed = client->helloed || reply->code == 250;
    }
}

void client_command_reply(struct client *client, const struct client_reply *reply)
{
    const struct plan_step *step = client_step_present(client);
    if (step->kind == PLAN_STEP_COMMAND) {
        client_command_note(client, span_text(step->text), reply);
    }
    if (reply->code >= 400 && !client_is_quitting(client)) { /* goes on where the step expects */
        client_end_reply(client, reply, client->stage);
    } else {
        client_step_over(client);
    }
}

void client_wait_enter(struct client *client)
{
    int64_t duration_us = client_step_present(client)->duration_us;
    client->deadline_us = duration_us > WIRE_NEVER - client->now_us ? WIRE_NEVER
                                                                    : client->now_us + duration_us;
}

/* How the server's end was closed, as the fact step.closed says it; NULL: it was not. */
static const char *client_step_closed(const struct client *client)
{
    if (client->gone == CLIENT_GONE_RESET) {
        return "reset";
    }
    if (client->channel.kind == CLIENT_CHANNEL_CLOSED) {
        return "close-notify";
    }
    return client->gone == CLIENT_GONE_FIN ? "fin" : NULL;
}

/* Nothing can come any more. Where a reply is owed, it is waited for, in vain. */
static void client_silence_closed(struct client *client, const char *how)
{
    facts_text(client->environment.facts, FACT_STEP_CLOSED, how);
    if (client->owed) {
        client_step_judge(client, client_step_present(client));
        client_enter(client, CLIENT_STATE_COMMAND);
        client->step_at++;
        return;
    }
    client_note(client, TRANSCRIPT_NOTE, "the server's end is closed: %s", how);
    client_step_over(client);
}

/* What came is the step's: it is shown once, and no later command takes it for its answer. */
static void client_silence_took(struct client *client, struct span came)
{
    facts_bytes_first(client->environment.facts, FACT_STEP_BYTES, came, CLIENT_STEP_SHOWN_MAX);
    transcript_add(client->environment.transcript, client->now_us, client->connection,
        TRANSCRIPT_RECEIVED, client_channel_is_tls(&client->channel), came);
    client_find_in_probe(client, came);
    client->owed = client->owed && span_find(came, '\n') == came.len;
    client_channel_drop(&client->channel, came.len);
    client_reply_reset(&client->reader);
}

/* Something came, and no more is waited for. */
static void client_silence_broken(struct client *client, struct span came)
{
    bool judged = client_step_is_judged(client);
    client_silence_took(client, came);
    if (judged) {
        client_step_over(client);
    } else {
        client_end_protocol(client, client->stage, "the server spoke where silence was due");
    }
}

void client_wait_over(struct client *client)
{
    struct span came = client_channel_unread(&client->channel);
    if (client->state == CLIENT_STATE_SILENCE && came.len > 0) {
        client_silence_broken(client, came);
    } else {
        client_step_over(client);
    }
}

/* Who judges what comes wants all of it, however it is cut into segments; else the first line is
 * enough. */
bool client_silence_step(struct client *client)
{
    struct span came = client_channel_unread(&client->channel);
    const char *closed = client_step_closed(client);
    bool failed = client->channel.kind == CLIENT_CHANNEL_FAILED;
    bool ended = failed && tls_session_failure(client->channel.tls)->kind == TLS_FAILURE_END;
    size_t line_len = span_find(came, '\n') + 1;
    if (!client_step_is_judged(client) && line_len <= came.len) {
        client_silence_broken(client, span_first(came, line_len));
        return true;
    }
    if (closed == NULL && !failed) {
        return false;
    }
    if (closed != NULL && came.len > 0) {
        facts_text(client->environment.facts, FACT_STEP_CLOSED, closed);
    }
    if (came.len > 0) {
        client_silence_broken(client, came);
    } else if (failed && !ended) {
        client_end_tls(client);
    } else {
        client_silence_closed(client, closed);
    }
    return true;
}

void client_parted(struct client *client)
{
    client_hang_up(client);
    client_step_over(client);
}

static void client_step_close(struct client *client, enum plan_close how)
{
    if (how == PLAN_CLOSE_FIN) {
        client_hang_up(client);
        return;
    }
    client_record_tls(client);
    wire_queue_act(&client->queue, how == PLAN_CLOSE_RESET ? WIRE_ABORT : WIRE_CLOSE);
    client->connected = false;
}

/* --- one after the other --- */

static void client_step_enter(struct client *client, const struct plan_step *step)
{
    switch (step->kind) {
    case PLAN_STEP_CONNECT:
        client_enter(client, CLIENT_STATE_CONNECT);
        break;
    case PLAN_STEP_HELLO:
        client_enter(client, step->text != NULL && strcmp(step->text, "helo") == 0
                                 ? CLIENT_STATE_HELO
                                 : CLIENT_STATE_EHLO);
        break;
    case PLAN_STEP_STARTTLS:
        client_enter(client, CLIENT_STATE_STARTTLS);
        break;
    case PLAN_STEP_HANDSHAKE:
        client_enter(client, CLIENT_STATE_HANDSHAKE);
        break;
    case PLAN_STEP_LOGIN:
        client_login_begin(client);
        break;
    case PLAN_STEP_MAIL:
        client_mail_begin(client);
        break;
    case PLAN_STEP_RCPT:
        client_rcpt_begin(client);
        break;
    case PLAN_STEP_DATA:
        client_data_begin(client);
        break;
    case PLAN_STEP_NOOP:
    case PLAN_STEP_COMMAND:
    case PLAN_STEP_READ:
        client_enter(client, CLIENT_STATE_COMMAND);
        break;
    case PLAN_STEP_RSET:
        client_enter(client, CLIENT_STATE_RSET);
        break;
    case PLAN_STEP_WAIT:
        client_enter(client, CLIENT_STATE_WAIT);
        break;
    case PLAN_STEP_SILENCE:
        client_enter(client, CLIENT_STATE_SILENCE);
        break;
    case PLAN_STEP_QUIT:
        client_enter(client, CLIENT_STATE_QUIT);
        break;
    case PLAN_STEP_DISCONNECT:
        client_enter(client, CLIENT_STATE_CLOSING);
        break;
    case PLAN_STEP_RAW:
    case PLAN_STEP_BELOW_TLS:
    case PLAN_STEP_CLOSE:
    case PLAN_STEP_COUNT:
        break;
    }
}

/* True when the step was over as soon as it had begun. */
static bool client_step_at_once(struct client *client, const struct plan_step *step)
{
    switch (step->kind) {
    case PLAN_STEP_RAW:
    case PLAN_STEP_BELOW_TLS:
        client_step_send(client, step);
        return true;
    case PLAN_STEP_CLOSE:
        client_step_close(client, step->close);
        return true;
    default:
        return false;
    }
}

static bool client_step_has_connection(struct client *client, const struct plan_step *step)
{
    if (client->connected == (step->kind != PLAN_STEP_CONNECT)) {
        return true;
    }
    (void)fail_set(&client->fail, FAIL_USAGE,
        client->connected ? "step %zu, %s: there is a connection already; close it first"
                          : "step %zu, %s: there is no connection; connect first",
        client->step_at + 1, plan_step_name(step->kind));
    client_end_fail(client);
    return false;
}

static void client_step_go(struct client *client)
{
    const struct plan_step *step;
    while ((step = client_step_present(client)) != NULL && client->state != CLIENT_STATE_DONE) {
        if (!client_step_applies(client, step)) {
            client->step_at++;
            continue;
        }
        if (!client_step_has_connection(client, step)) {
            return;
        }
        if (client->connection > 0) {
            facts_forget(client->environment.facts, FACT_STEP_REPLY);
            facts_forget(client->environment.facts, FACT_STEP_BYTES);
            facts_forget(client->environment.facts, FACT_STEP_CLOSED);
        }
        client_note(client, TRANSCRIPT_NOTE, "step %zu: %s", client->step_at + 1,
            plan_step_name(step->kind));
        if (!client_step_at_once(client, step)) {
            client_step_enter(client, step);
            return;
        }
        client_step_judge(client, step);
        client->step_at++;
    }
    if (client->state != CLIENT_STATE_DONE) {
        client_end_well(client);
    }
}

void client_step_begin(struct client *client)
{
    client->step_at = 0;
    client_step_go(client);
}

void client_step_over(struct client *client)
{
    client_step_judge(client, client_step_present(client));
    client->step_at++;
    client_step_go(client);
}

size_t client_steps_reached(const struct client *client)
{
    return client->step_at;
}
