#include "harness/client/client.h"

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/client/client_address.h"
#include "harness/client/client_auth.h"
#include "harness/client/client_check.h"
#include "harness/client/client_connect.h"
#include "harness/client/client_end.h"
#include "harness/client/client_finding.h"
#include "harness/client/client_mail.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"
#include "harness/tls/memory.h"

#define CLIENT_PARTIAL_MAX ((size_t)200) /* octets shown of a line that never ended */

/* RFC 6531 §3.7.1: before EHLO is answered nothing beyond ASCII may be said. What has no form in
 * ASCII stays as it is, and client_check_input sees it. */
static const char *client_make_hello_name(struct arena *arena, const char *told)
{
    CLEANUP(buf_done) struct buf name = {0};
    buf_init(&name, CLIENT_LINE_MAX);
    if (told == NULL) {
        return CLIENT_HELLO_NAME;
    }
    return client_address_put_domain(span_text(told), &name)
               ? arena_printf(arena, "%s", buf_text(&name))
               : told;
}

struct client *client_new(
    const struct plan_client *plan, const struct client_environment *environment)
{
    struct client *client = mem_zalloc(1, sizeof *client);
    client->plan = plan;
    client->environment = *environment;
    client->arena = arena_new();
    client->deadline_us = WIRE_NEVER;
    wire_queue_init(&client->queue);
    client_channel_init(&client->channel, &client->queue);
    client_reply_init(&client->reader);
    buf_init(&client->response, CLIENT_EXCHANGE_RESPONSE_MAX);
    client->hello_name = client_make_hello_name(client->arena, plan->hello_name);
    client->stage = PLAN_STAGE_CONNECT;
    client->sessions = (plan->tls_options & PLAN_TLS_OPTION_RESUME) != 0 ? tls_memory_new() : NULL;
    client->detection = client_detect(plan->host, plan->port, plan->ssl_mode);
    client->mode = client->detection.mode;
    return client;
}

void client_free(struct client *client)
{
    if (client == NULL) {
        return;
    }
    client_exchange_free(client->exchange);
    client_channel_done(&client->channel);
    tls_memory_free(client->sessions);
    client_message_done(&client->message);
    buf_wipe(&client->response);
    client_reply_done(&client->reader);
    wire_queue_done(&client->queue);
    arena_free(client->arena);
    mem_free(client);
}

const char *client_host(const struct client *client)
{
    const struct plan_client *plan = client->plan;
    return plan->targets_len > 0 ? plan->targets[client->target_at].host : plan->host;
}

const char *client_hello_name(const struct client *client)
{
    return client->hello_name;
}

/* --- speaking --- */

void client_note(struct client *client, enum transcript_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    transcript_note_list(client->environment.transcript, client->now_us, client->connection, kind,
        client_channel_is_tls(&client->channel), format, arguments);
    va_end(arguments);
}

void client_say(struct client *client, const char *line, const char *shown)
{
    struct buf segment;
    buf_init(&segment, CLIENT_LINE_MAX);
    buf_append_text(&segment, line);
    buf_append_text(&segment, "\r\n");
    transcript_add(client->environment.transcript, client->now_us, client->connection,
        TRANSCRIPT_SENT, client_channel_is_tls(&client->channel),
        span_text(shown != NULL ? shown : line));
    client_channel_send(&client->channel, buf_span(&segment));
    buf_wipe(&segment);
}

/* --- reading --- */

static void client_heard(struct client *client, struct span line)
{
    transcript_add(client->environment.transcript, client->now_us, client->connection,
        TRANSCRIPT_RECEIVED, client_channel_is_tls(&client->channel), line);
}

static void client_record_stage_reply(struct client *client, const struct client_reply *reply)
{
    struct facts *facts = client->environment.facts;
    const char *stage = plan_stage_name(client->stage);
    facts_integer_at(facts, FACT_REPLIES_CODE, stage, reply->code);
    facts_bytes_at(facts, FACT_REPLIES_TEXT, stage, reply->text);
    if (reply->enhanced[0] != '\0') {
        facts_bytes_at(facts, FACT_REPLIES_ENHANCED, stage, span_text(reply->enhanced));
    }
}

/* The reply of this moment as facts: of its stage always, as *the* reply until the outcome stands
 * or QUIT is said. */
static void client_record_reply(struct client *client, const struct client_reply *reply)
{
    struct facts *facts = client->environment.facts;
    bool of_stage = client->state != CLIENT_STATE_COMMAND ||
                    client_step_stage(client, CLIENT_STAGE_PRESENT) != CLIENT_STAGE_PRESENT;
    if (of_stage) { /* not of a NOOP, which belongs to whatever was before it */
        client_record_stage_reply(client, reply);
    }
    if (client_is_manual(client)) {
        facts_integer(facts, FACT_STEP_REPLY, reply->code);
    }
    if (client->finished || client_is_quitting(client)) {
        return;
    }
    facts_integer(facts, FACT_REPLY_CODE, reply->code);
    facts_bytes(facts, FACT_REPLY_TEXT, reply->text);
    facts_forget(facts, FACT_REPLY_ENHANCED);
    if (reply->enhanced[0] != '\0') {
        facts_text(facts, FACT_REPLY_ENHANCED, reply->enhanced);
    }
}

/* What speaks there instead of SMTP, told by its first octets. */
static const char *client_other_protocol(struct span line)
{
    static const struct {
        const char *begin, *name;
    } protocols[] = {
        {"* OK", "IMAP"},
        {"* PREAUTH", "IMAP"},
        {"* BYE", "IMAP"},
        {"+OK", "POP3"},
        {"-ERR", "POP3"},
        {"SSH-", "SSH"},
        {"HTTP/", "HTTP"},
        {"RFB ", "VNC"},
        {"PROXY ", "the protocol of proxies"},
    };
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        if (text_starts_caseless(line, protocols[i].begin)) {
            return protocols[i].name;
        }
    }
    return line.len > 1 && line.data[0] >= 20 && line.data[0] <= 23 && line.data[1] == 3 ? "TLS"
                                                                                         : NULL;
}

static void client_malformed(struct client *client, struct span line)
{
    const char *other = client->state == CLIENT_STATE_GREETING ? client_other_protocol(line) : NULL;
    enum plan_stage stage = client->stage;
    client_heard(client, line);
    if (other != NULL) {
        client_find(client, FINDING_ANOTHER_PROTOCOL);
        client_end_protocol(client, stage, "this port speaks %s, not SMTP", other);
    } else {
        client_end_protocol(client, stage, "%s", client->reader.problem);
    }
}

/* Half a line says nothing, but whoever looks for the cause wants to see it. */
static void client_show_partial(struct client *client)
{
    struct span rest = client_channel_unread(&client->channel);
    if (rest.len > 0 && !client->finished) {
        struct buf part;
        buf_init(&part, 2 * CLIENT_PARTIAL_MAX);
        if (rest.len <= CLIENT_PARTIAL_MAX) { /* its end may be the beginning of a secret */
            secret_set_redact_stump(client->environment.secrets, rest, &part);
        } else {
            secret_set_redact_first(client->environment.secrets, rest, CLIENT_PARTIAL_MAX, &part);
        }
        client_heard(client, buf_span(&part));
        buf_done(&part);
        client_note(client, TRANSCRIPT_NOTE, "(the line above never ended)");
    }
}

static void client_take_reply(struct client *client, const struct client_reply *reply)
{
    client->owed = false;
    client->goodbye = client->goodbye || client_is_quitting(client);
    client_record_reply(client, reply);
    client_find_in_reply(client, reply);
    client_state_row(client->state)->on_reply(client, reply);
}

/* Reads on; false when there is nothing more to be read. */
static bool client_read(struct client *client)
{
    struct client_reply reply;
    struct span line;
    size_t taken = 0;
    enum client_reply_progress progress = client_reply_read(
        &client->reader, client_channel_unread(&client->channel), &taken, &line, &reply);
    switch (progress) {
    case CLIENT_REPLY_MORE:
        break;
    case CLIENT_REPLY_BAD:
        client_malformed(client, line);
        return true;
    case CLIENT_REPLY_LINE:
    case CLIENT_REPLY_WHOLE:
        client_auth_shield(client, line);
        client_heard(client, line);
        client_channel_drop(&client->channel, taken);
        if (progress == CLIENT_REPLY_WHOLE) {
            client_take_reply(client, &reply);
        }
        return true;
    }
    if (client->channel.kind == CLIENT_CHANNEL_FAILED) {
        client_show_partial(client);
        client_end_tls(client);
        return true;
    }
    bool closed = client->channel.kind == CLIENT_CHANNEL_CLOSED &&
                  client_keeps(CLIENT_RULE_CLOSE_NOTIFY_IS_AN_END);
    if (client->gone != CLIENT_GONE_NOT || closed) {
        client_show_partial(client);
        client_end_lost(client);
        return true;
    }
    return false;
}

/* --- the pump --- */

static bool client_step(struct client *client)
{
    switch (client->state) {
    case CLIENT_STATE_IDLE:
    case CLIENT_STATE_PAUSE:
    case CLIENT_STATE_CONNECT:
    case CLIENT_STATE_DONE:
    case CLIENT_STATE_WAIT:
        return false;
    case CLIENT_STATE_SILENCE:
        return client_silence_step(client);
    case CLIENT_STATE_HANDSHAKE:
        return client_handshake_step(client);
    case CLIENT_STATE_LISTEN:
        return client_listen_step(client);
    case CLIENT_STATE_CLOSING:
        client_channel_drop(&client->channel, SIZE_MAX / 2);
        if (client->gone != CLIENT_GONE_NOT) {
            client_closing_over(client);
        }
        return false;
    default:
        return client_read(client);
    }
}

static void client_pump(struct client *client)
{
    while (client_step(client)) {
    }
}

void client_record_detection(struct client *client)
{
    struct facts *facts = client->environment.facts;
    facts_text(facts, FACT_SSL_MODE_CONFIGURED, plan_ssl_mode_name(client->plan->ssl_mode));
    facts_text(facts, FACT_SSL_MODE_CHOSEN, plan_ssl_mode_name(client->detection.mode));
    facts_text(facts, FACT_SSL_MODE_REASON, client->detection.reason);
}

void client_start(struct client *client, int64_t now_us)
{
    struct facts *facts = client->environment.facts;
    client->now_us = client->begin_us = now_us;
    client_record_detection(client);
    facts_integer(facts, FACT_CONNECTIONS_COUNT, 0);
    facts_empty_list(facts, FACT_FINDINGS);
    if (client->plan->messages_len > 0) {
        facts_integer(facts, FACT_MESSAGE_ACCEPTED, 0);
        facts_text(facts, FACT_MESSAGE_FATE, "not-sent");
    }
    if (!client_check_input(client)) {
        return;
    }
    if (client_is_manual(client)) {
        client_step_begin(client);
    } else {
        client_enter(client, CLIENT_STATE_CONNECT);
    }
}

static void client_receive(struct client *client, struct span bytes)
{
    if (!client_keeps(CLIENT_RULE_LIMIT_IS_OF_THE_WHOLE_REPLY)) {
        client_renew_deadline(client);
    }
    if (!client_channel_receive(&client->channel, bytes) && !client->finished) {
        client_end_protocol(client, client->stage,
            "the server sent more than %zu octets that nobody asked for", CLIENT_CHANNEL_INPUT_MAX);
    }
}

void client_event(struct client *client, const struct wire_event *event, int64_t now_us)
{
    client->now_us = now_us;
    if (client->state == CLIENT_STATE_DONE || client->state == CLIENT_STATE_IDLE) {
        return;
    }
    switch (event->kind) {
    case WIRE_OPENED:
        if (client->state == CLIENT_STATE_CONNECT) {
            client_connect_opened(client);
        }
        break;
    case WIRE_FAILED:
        client_end_unreachable(client, event->problem, event->text);
        break;
    case WIRE_BYTES:
        client_receive(client, event->bytes);
        break;
    case WIRE_FIN:
        client->gone = CLIENT_GONE_FIN;
        client_channel_end(&client->channel);
        break;
    case WIRE_RESET:
        client->gone = CLIENT_GONE_RESET;
        break;
    case WIRE_TIME:
        if (now_us >= client->deadline_us) {
            if (client_state_row(client->state)->on_reply != NULL) {
                client_show_partial(client);
            }
            client_end_time(client);
        }
        break;
    case WIRE_FLUSHED:
        if (client->state == CLIENT_STATE_BODY) {
            client_body_flushed(client);
        }
        break;
    }
    client_pump(client);
}

struct wire_queue *client_queue(struct client *client)
{
    return &client->queue;
}

int64_t client_deadline_us(const struct client *client)
{
    return client->deadline_us;
}

bool client_is_done(const struct client *client)
{
    return client->state == CLIENT_STATE_DONE;
}

struct client_target client_target(const struct client *client)
{
    const struct plan_client *plan = client->plan;
    if (plan->connect_to_host != NULL) {
        return (struct client_target){plan->connect_to_host, plan->connect_to_port};
    }
    return (struct client_target){client_host(client), client->detection.port};
}

const struct fail *client_fail(const struct client *client)
{
    return client->fail.class == FAIL_NONE ? NULL : &client->fail;
}
