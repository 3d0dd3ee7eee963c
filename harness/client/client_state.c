#include <assert.h>

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/client/client_auth.h"
#include "harness/client/client_chunk.h"
#include "harness/client/client_connect.h"
#include "harness/client/client_end.h"
#include "harness/client/client_finding.h"
#include "harness/client/client_group.h"
#include "harness/client/client_mail.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

static const struct client_state_row client_states[] = {
    [CLIENT_STATE_IDLE] = {"idle", "a beginning", PLAN_STAGE_CONNECT, false, NULL, NULL},
    [CLIENT_STATE_PAUSE] = {"pause", "the next connection", PLAN_STAGE_CONNECT, false,
        client_pause_enter, NULL},
    [CLIENT_STATE_CONNECT] = {"connect", "the connection", PLAN_STAGE_CONNECT, false,
        client_connect_enter, NULL},
    [CLIENT_STATE_HANDSHAKE] = {"handshake", "the TLS handshake", PLAN_STAGE_HANDSHAKE, false,
        client_handshake_enter, NULL},
    [CLIENT_STATE_LISTEN] = {"listen", "the end of a line", PLAN_STAGE_HANDSHAKE, false, NULL,
        NULL},
    [CLIENT_STATE_GREETING] = {"greeting", "the greeting", PLAN_STAGE_GREETING, false, NULL,
        client_greeting_reply},
    [CLIENT_STATE_EHLO] = {"ehlo", "the reply to EHLO", PLAN_STAGE_HELLO, true, client_ehlo_enter,
        client_ehlo_reply},
    [CLIENT_STATE_HELO] = {"helo", "the reply to HELO", PLAN_STAGE_HELLO, true, client_helo_enter,
        client_helo_reply},
    [CLIENT_STATE_STARTTLS] = {"starttls", "the reply to STARTTLS", PLAN_STAGE_STARTTLS, true,
        client_starttls_enter, client_starttls_reply},
    [CLIENT_STATE_AUTH] = {"auth", "the reply to AUTH", PLAN_STAGE_AUTH, true, client_auth_enter,
        client_auth_reply},
    [CLIENT_STATE_AUTH_RESPONSE] = {"auth-response", "the next step of AUTH", PLAN_STAGE_AUTH, true,
        client_auth_response_enter, client_auth_reply},
    [CLIENT_STATE_AUTH_CANCEL] = {"auth-cancel", "the end of AUTH", PLAN_STAGE_AUTH, true,
        client_auth_cancel_enter, client_auth_cancel_reply},
    [CLIENT_STATE_MAIL] = {"mail", "the reply to MAIL", PLAN_STAGE_MAIL, true, client_mail_enter,
        client_mail_reply},
    [CLIENT_STATE_RCPT] = {"rcpt", "the reply to RCPT", PLAN_STAGE_RCPT, true, client_rcpt_enter,
        client_rcpt_reply},
    [CLIENT_STATE_DATA] = {"data", "the reply to DATA", PLAN_STAGE_DATA, true, client_data_enter,
        client_data_reply},
    [CLIENT_STATE_BODY] = {"body", "room for more of the message", PLAN_STAGE_BODY, true,
        client_body_enter, client_body_reply},
    [CLIENT_STATE_MESSAGE] = {"message", "the reply to the final dot", PLAN_STAGE_MESSAGE, false,
        NULL, client_message_reply},
    [CLIENT_STATE_CHUNK] = {"chunk", "the reply to BDAT", PLAN_STAGE_DATA, true, client_chunk_enter,
        client_chunk_reply},
    [CLIENT_STATE_LAST_CHUNK] = {"last-chunk", "the reply to the last chunk", PLAN_STAGE_MESSAGE,
        true, client_chunk_enter, client_last_chunk_reply},
    [CLIENT_STATE_DRAIN] = {"drain", "the reply to a command that went out together with others",
        CLIENT_STAGE_PRESENT, false, client_group_drain_enter, client_group_drained},
    [CLIENT_STATE_RSET] = {"rset", "the reply to RSET", PLAN_STAGE_RSET, true, client_rset_enter,
        client_rset_reply},
    [CLIENT_STATE_COMMAND] = {"command", "the reply", CLIENT_STAGE_PRESENT, true,
        client_command_enter, client_command_reply},
    [CLIENT_STATE_WAIT] = {"wait", "time", CLIENT_STAGE_PRESENT, false, client_wait_enter, NULL},
    [CLIENT_STATE_SILENCE] = {"silence", "silence", CLIENT_STAGE_PRESENT, false, client_wait_enter,
        NULL},
    [CLIENT_STATE_QUIT] = {"quit", "the reply to QUIT", PLAN_STAGE_QUIT, true, client_quit_enter,
        client_quit_reply},
    [CLIENT_STATE_CLOSING] = {"closing", "the server to close", PLAN_STAGE_QUIT, false,
        client_closing_enter, NULL},
    [CLIENT_STATE_DONE] = {"done", "nothing", PLAN_STAGE_QUIT, false, client_done_enter, NULL},
};
static_assert(ARRAY_LEN(client_states) == CLIENT_STATE_COUNT, "a row for each state");

const struct client_state_row *client_state_row(enum client_state state)
{
    return &client_states[state];
}

void client_renew_deadline(struct client *client)
{
    enum plan_stage stage = client->stage;
    int64_t limit_us = client->plan->time_limit_us[stage];
    if (limit_us == 0) {
        limit_us = plan_stage_default_limit_us(stage);
    }
    if (client->state == CLIENT_STATE_CLOSING && limit_us > CLIENT_PARTING_US) {
        limit_us = CLIENT_PARTING_US;
    }
    if (client->state == CLIENT_STATE_LISTEN && limit_us > CLIENT_LISTEN_US) {
        limit_us = CLIENT_LISTEN_US;
    }
    client->deadline_us = limit_us > WIRE_NEVER - client->now_us ? WIRE_NEVER
                                                                 : client->now_us + limit_us;
    if (client->state == CLIENT_STATE_IDLE || client->state == CLIENT_STATE_DONE) {
        client->deadline_us = WIRE_NEVER;
    }
}

/* Something came before it was asked for: whose answer that would be taken for, nobody can say. */
static void client_refuse_surplus(struct client *client, enum client_state next)
{
    enum plan_stage stage = client->stage;
    if (client->finished) {
        client_enter(client, CLIENT_STATE_DONE);
        return;
    }
    struct span came = client_channel_unread(&client->channel);
    if (next == CLIENT_STATE_MAIL && text_starts_caseless(came, "421") &&
        client_renew(client, false)) { /* RFC 5321 §3.8: that may come at any time */
        return;
    }
    client_find(client, FINDING_SPOKE_UNASKED);
    client_end_protocol(client, stage, "the server said more than it was asked for");
}

/* What cannot be said has no answer: whatever stands in the input is none. Why it cannot is seen
 * when an answer is looked for. */
static void client_say_nothing(struct client *client)
{
    struct span unread = client_channel_unread(&client->channel);
    if (unread.len > 0) {
        transcript_add(client->environment.transcript, client->now_us, client->connection,
            TRANSCRIPT_RECEIVED, client_channel_is_tls(&client->channel), unread);
        client_channel_drop(&client->channel, unread.len);
    }
}

void client_enter(struct client *client, enum client_state state)
{
    enum plan_stage before = client->stage;
    if (client->state == CLIENT_STATE_DONE) {
        return;
    }
    bool said = client_group_said(client, state);
    if (client_keeps(CLIENT_RULE_NOTHING_COMES_UNASKED) && !client_is_manual(client) && !said &&
        client_states[state].speaks && client_channel_unread(&client->channel).len > 0) {
        client_refuse_surplus(client, state);
        return;
    }
    client->state = state;
    client->stage = client_states[state].stage == CLIENT_STAGE_PRESENT
                        ? client_step_stage(client, before)
                        : client_states[state].stage;
    client_renew_deadline(client);
    if (said) {
        return; /* only its reply is to be read */
    }
    if (client_states[state].speaks && !client_step_only_reads(client) &&
        !client_channel_is_open(&client->channel)) {
        client_say_nothing(client);
    } else if (client_states[state].enter != NULL) {
        client_states[state].enter(client);
    }
}
