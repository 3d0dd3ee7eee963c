/* AUTH (RFC 4954): whether to log in at all, by which mechanism, and the exchange. */
#include "harness/client/client_login.h"
#include "harness/base/text.h"
#include "harness/client/client_end.h"
#include "harness/client/client_finding.h"
#include "harness/client/client_mail.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

/* What may be used outside TLS: nothing, unless the scenario itself says `ssl_mode: none` or
 * `in_clear`. A default never sends a password in clear text (RFC 8314 §4.1). */
static enum plan_in_clear client_in_clear(const struct client *client)
{
    const struct plan_client *plan = client->plan;
    if (client_channel_is_tls(&client->channel) ||
        !client_keeps(CLIENT_RULE_NO_PASSWORD_IN_CLEAR)) {
        return PLAN_IN_CLEAR_ANY;
    }
    if (plan->login.in_clear != PLAN_IN_CLEAR_DEFAULT) {
        return plan->login.in_clear;
    }
    return plan->ssl_mode == PLAN_SSL_MODE_NONE && plan->ssl_mode_written ? PLAN_IN_CLEAR_ANY
                                                                          : PLAN_IN_CLEAR_NEVER;
}

/* No mechanism is left: why. */
static void client_login_impossible(struct client *client)
{
    const struct plan_login *login = &client->plan->login;
    bool in_clear_only = client_sasl_choose(login, &client->offered, 0, PLAN_IN_CLEAR_ANY) != NULL;
    if (in_clear_only && client->mechanisms_tried == 0) {
        client_end_stopped(client, "clear-text-login", PLAN_STAGE_AUTH, true,
            "logging in would show the password in clear text");
    } else {
        client_end_stopped(client, "no-common-mechanism", PLAN_STAGE_AUTH, true,
            "the server offers no mechanism that this client may use");
    }
}

static void client_login_next(struct client *client)
{
    client->mechanism = client_sasl_choose(
        &client->plan->login, &client->offered, client->mechanisms_tried, client_in_clear(client));
    if (client->mechanism == NULL) {
        client_login_impossible(client);
        return;
    }
    client->mechanisms_tried |= client_sasl_bit(client->mechanism);
    client->two_steps = false;
    client_enter(client, CLIENT_STATE_AUTH);
}

static void client_login_done(struct client *client)
{
    if (client_is_manual(client)) {
        client_step_over(client);
    } else {
        client_mail_begin(client);
    }
}

void client_login_begin(struct client *client)
{
    const struct plan_login *login = &client->plan->login;
    client->mechanisms_tried = 0;
    client->logged_in = false;
    if (!login->wanted) {
        client_login_done(client);
        return;
    }
    facts_truth(client->environment.facts, FACT_AUTH_CREDENTIALS_SENT, false);
    if (client->offered.mechanisms_len > 0 || login->try_unlisted ||
        !client_keeps(CLIENT_RULE_LOGIN_NEEDS_AN_OFFER)) {
        client_login_next(client);
    } else if (login->required && client_keeps(CLIENT_RULE_LOGIN_IS_A_MUST)) {
        client_end_stopped(client, "auth-missing", PLAN_STAGE_AUTH, true,
            "the server does not offer AUTH, which this client must have");
    } else {
        client_login_done(client);
    }
}

/* --- the exchange --- */

/* RFC 4954 §4: a line of an exchange has at most 12288 octets; the code and CRLF go off. */
#define CLIENT_CHALLENGE_MAX ((size_t)12288 - 6)

/* Asks the mechanism for its next response; false where it has none for such a challenge. */
static bool client_auth_step(struct client *client, struct span challenge)
{
    buf_clear(&client->response);
    client->response_given = client_sasl_step(client->sasl, challenge, &client->response,
                                 &client->response_shows) == CLIENT_SASL_RESPONSE;
    return client->response_given;
}

/* The response leaves: it and what it holds are secret from now on, in every encoding. */
static void client_auth_record_sent(struct client *client, struct span encoded)
{
    struct facts *facts = client->environment.facts;
    if (!client->response_shows) {
        return;
    }
    secret_set_add_form(client->environment.secrets, encoded);
    facts_truth(facts, FACT_AUTH_CREDENTIALS_SENT, true);
    if (!client_channel_is_tls(&client->channel)) {
        facts_truth(facts, FACT_SECURITY_PASSWORD_IN_CLEAR, true);
    }
}

/* Sends `prefix` and the response; the transcript gets stars where the password is inside. */
static void client_auth_send(struct client *client, const char *prefix)
{
    struct buf line, shown;
    buf_init(&line, CLIENT_LINE_MAX);
    buf_init(&shown, CLIENT_LINE_MAX);
    buf_append_text(&line, prefix);
    buf_append_text(&shown, prefix);
    size_t at = line.len;
    if (client->response_given && client->response.len == 0 && prefix[0] != '\0') {
        buf_append_text(&line, "="); /* RFC 4954 §4: an initial response that is empty */
    } else if (client->response_given) {
        text_base64_encode(buf_span(&client->response), &line);
    }
    struct span encoded = span_from(buf_span(&line), at);
    client_auth_record_sent(client, encoded);
    if (client->response_shows) {
        secret_show(client->environment.secrets, encoded, &shown);
    } else {
        buf_append(&shown, encoded);
    }
    client_say(client, buf_text(&line), buf_text(&shown));
    buf_wipe(&line);
    buf_wipe(&shown);
    buf_wipe(&client->response);
    buf_init(&client->response, CLIENT_SASL_RESPONSE_MAX);
}

static bool client_sends_initial(const struct client *client)
{
    switch (client->plan->login.initial_response) {
    case PLAN_YES:
        return true;
    case PLAN_NO:
        return false;
    case PLAN_AUTO:
        break;
    }
    return client->mechanism->initial_by_default;
}

void client_auth_enter(struct client *client)
{
    struct facts *facts = client->environment.facts;
    struct buf prefix;
    client_sasl_free(client->sasl);
    client->sasl = client_sasl_new(
        client->environment.worker, client->mechanism, &client->plan->login, &client->fail);
    if (client->sasl == NULL) {
        client_end_fail(client);
        return;
    }
    facts_text(facts, FACT_AUTH_MECHANISM, client->mechanism->name);
    facts_integer(facts, FACT_AUTH_ATTEMPTS, ++client->auth_attempts);
    client->response_given = false;
    client->response_shows = false;
    buf_init(&prefix, CLIENT_CAPABILITIES_KEYWORD_MAX);
    buf_printf(&prefix, "AUTH %s", client->mechanism->name);
    client->initial_sent = !client->two_steps && client_sends_initial(client) &&
                           client_auth_step(client, SPAN_EMPTY);
    if (client->initial_sent) {
        buf_append_byte(&prefix, ' ');
    }
    client_auth_send(client, buf_text(&prefix));
    buf_done(&prefix);
}

void client_auth_response_enter(struct client *client)
{
    client_auth_send(client, "");
}

/* RFC 4954 §4: a line with a single `*` gives up; the server answers 501. */
void client_auth_cancel_enter(struct client *client)
{
    client_say(client, "*", NULL);
}

void client_auth_cancel_reply(struct client *client, const struct client_reply *reply)
{
    /* The outcome stands. A server that does not take the cancelling for a refusal is out of step:
     * QUIT would be taken for a response. */
    bool in_step = reply->code >= 400 || !client_keeps(CLIENT_RULE_CANCEL_IS_A_REFUSAL);
    client_enter(
        client, in_step && !client_is_manual(client) ? CLIENT_STATE_QUIT : CLIENT_STATE_DONE);
}

static void client_auth_give_up(struct client *client, const char *why)
{
    client_end_protocol(client, PLAN_STAGE_AUTH, "%s", why);
}

/* Mechanisms that do not look at the challenge get through with one that is no base64: servers
 * write prompts in clear (`334 Username:`). */
static void client_auth_challenge(struct client *client, const struct client_reply *reply)
{
    struct buf challenge;
    buf_init(&challenge, CLIENT_REPLY_OCTETS_MAX);
    /* Several lines have a line feed between them: no base64 either. */
    bool decoded = text_base64_decode(text_trim(reply->text), &challenge);
    if (!decoded) {
        client_find(client, FINDING_CHALLENGE_NOT_BASE64);
    }
    if (reply->text.len > CLIENT_CHALLENGE_MAX &&
        client_keeps(CLIENT_RULE_CHALLENGES_ARE_BOUNDED)) {
        client_auth_give_up(client, "the challenge is longer than any may be");
    } else if (!decoded && !client->mechanism->shows_password) {
        client_auth_give_up(client, "the challenge is not base64");
    } else if (!client_auth_step(client, buf_span(&challenge)) &&
               client_keeps(CLIENT_RULE_CHALLENGE_BEYOND_THE_END)) {
        client_auth_give_up(client, "the server asks for more than the mechanism has to say");
    } else {
        client_enter(client, CLIENT_STATE_AUTH_RESPONSE);
    }
    buf_done(&challenge);
}

/* Whether a refusal leaves room for another mechanism; `*ret_out` gets those that it rules out.
 * Most refusals speak of the user, whom more attempts may lock out: a scenario must ask for them.
 * Some speak of the mechanism only (RFC 4954 §6). */
static bool client_auth_leaves_another(
    const struct client *client, unsigned code, unsigned *ret_out)
{
    *ret_out = 0;
    if (client->plan->login.on_failure_next && code >= 500) {
        return true;
    }
    switch (code) {
    case 504: /* it is shown and not known */
        return client_keeps(CLIENT_RULE_UNKNOWN_MECHANISM_IS_PASSED_OVER);
    case 534: /* it is too weak */
        *ret_out = client_sasl_bits_up_to(client->mechanism);
        return client_keeps(CLIENT_RULE_WEAK_MECHANISM_GIVES_WAY);
    case 432: /* the server needs the password once, to keep it in another form */
        *ret_out = client_keeps(CLIENT_RULE_PASSWORD_TRANSITION_TAKES_NOTHING_ELSE)
                       ? ~client_sasl_bit(client_sasl_find("PLAIN"))
                       : 0;
        return client_channel_is_tls(&client->channel) &&
               client_keeps(CLIENT_RULE_PASSWORD_TRANSITION_TAKES_PLAIN);
    default:
        return false;
    }
}

/* Lines were shorter, and initial responses unknown, before RFC 4954: without one the same login
 * may succeed. */
static bool client_auth_may_go_in_two_steps(const struct client *client, unsigned code)
{
    return client->state == CLIENT_STATE_AUTH && client->initial_sent &&
           client->plan->login.initial_response != PLAN_YES && (code == 500 || code == 501) &&
           client_keeps(CLIENT_RULE_INITIAL_RESPONSE_MAY_WAIT);
}

static bool client_auth_may_be_said_again(const struct client *client)
{
    int64_t most = client->plan->login.attempts;
    return most == 0 || client->auth_attempts < most ||
           !client_keeps(CLIENT_RULE_LOGIN_ATTEMPTS_ARE_COUNTED);
}

static void client_auth_refused(struct client *client, const struct client_reply *reply)
{
    unsigned out = 0;
    facts_truth(client->environment.facts, FACT_AUTH_SUCCEEDED, false);
    if (!client_auth_may_be_said_again(client)) {
        client_end_reply(client, reply, PLAN_STAGE_AUTH);
    } else if (client_auth_may_go_in_two_steps(client, reply->code)) {
        client->two_steps = true;
        client_enter(client, CLIENT_STATE_AUTH);
    } else if (client_auth_leaves_another(client, reply->code, &out) &&
               client_sasl_choose(&client->plan->login, &client->offered,
                   client->mechanisms_tried | out, client_in_clear(client)) != NULL) {
        client->mechanisms_tried |= out;
        client_login_next(client);
    } else {
        client_end_reply(client, reply, PLAN_STAGE_AUTH);
    }
}

void client_auth_reply(struct client *client, const struct client_reply *reply)
{
    struct facts *facts = client->environment.facts;
    if (reply->code == 334) {
        client_auth_challenge(client, reply);
        return;
    }
    facts_integer(facts, FACT_AUTH_REPLY, reply->code);
    if (reply->code >= 400) {
        client_auth_refused(client, reply);
    } else if (reply->code != 235 &&
               client_keeps(
                   CLIENT_RULE_LOGIN_NEEDS_235)) { /* RFC 4954 §6: nothing else is success */
        facts_truth(facts, FACT_AUTH_SUCCEEDED, false);
        client_end_reply(client, reply, PLAN_STAGE_AUTH);
    } else if (!client_sasl_is_complete(client->sasl)) {
        facts_truth(facts, FACT_AUTH_SUCCEEDED, false);
        client_end_protocol(client, PLAN_STAGE_AUTH,
            "the server calls the login a success before the mechanism has come to its end");
    } else {
        facts_truth(facts, FACT_AUTH_SUCCEEDED, true);
        client->logged_in = true;
        client_login_done(client);
    }
}
