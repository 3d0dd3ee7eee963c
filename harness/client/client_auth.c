/* The exchange of AUTH (RFC 4954 §4). */
#include "harness/client/client_auth.h"

#include "harness/base/text.h"
#include "harness/client/client_end.h"
#include "harness/client/client_finding.h"
#include "harness/client/client_login.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"
#include "harness/tls/binding.h"

/* RFC 4954 §4: a line of an exchange has at most 12288 octets; the code and CRLF go off. */
#define CLIENT_CHALLENGE_MAX ((size_t)12288 - 6)

/* RFC 4954 §4: a response that makes the line of AUTH longer goes in a line of its own. */
#define CLIENT_AUTH_LINE_MAX ((size_t)512)
/* Octets of base64 that look drawn: no word is that long. */
#define CLIENT_AUTH_SHIELD_MIN ((size_t)20)

/* --- what was seen --- */

static void client_auth_record_seen(struct client *client)
{
    struct facts *facts = client->environment.facts;
    struct client_exchange_seen seen = client_exchange_seen(client->exchange);
    facts_text(facts, FACT_AUTH_CHANNEL_BINDING, seen.binding == NULL ? "none" : seen.binding);
    if (client->mechanism->proves_server) {
        facts_truth(facts, FACT_AUTH_SERVER_VERIFIED, seen.server_verified);
    }
    if (seen.iterations > 0) {
        facts_integer(facts, FACT_AUTH_ITERATIONS, seen.iterations);
    }
    if (seen.server_failed) {
        facts_bytes(facts, FACT_AUTH_ERROR, seen.error);
    }
    client_find_in_exchange(client);
}

/* What an earlier attempt has shown. */
static void client_auth_forget_seen(struct client *client)
{
    struct facts *facts = client->environment.facts;
    facts_forget(facts, FACT_AUTH_CHANNEL_BINDING);
    facts_forget(facts, FACT_AUTH_SERVER_VERIFIED);
    facts_forget(facts, FACT_AUTH_ITERATIONS);
    facts_forget(facts, FACT_AUTH_ERROR);
}

void client_auth_shield(struct client *client, struct span line)
{
    bool inside = client->state == CLIENT_STATE_AUTH || client->state == CLIENT_STATE_AUTH_RESPONSE;
    if (!inside || client->mechanism == NULL || !client->mechanism->proves_server) {
        return;
    }
    struct buf octets;
    buf_init(&octets, CLIENT_REPLY_OCTETS_MAX);
    for (struct span rest = line; rest.len > 0;) {
        struct span word = span_first(rest, span_find(rest, ' '));
        rest = span_from(rest, word.len + 1);
        if (word.len >= CLIENT_AUTH_SHIELD_MIN && text_base64_decode(text_trim(word), &octets)) {
            secret_set_add_veil(client->environment.secrets, text_trim(word));
        }
    }
    buf_done(&octets);
}

/* --- saying --- */

/* Asks the mechanism for its next response. */
static enum client_exchange_result client_auth_step(
    struct client *client, bool decoded, struct span challenge)
{
    buf_clear(&client->response);
    enum client_exchange_result result = client_exchange_step(
        client->exchange, decoded, challenge, &client->response, &client->response_shows);
    client->response_given = result == CLIENT_EXCHANGE_RESPONSE;
    client_auth_record_seen(client);
    return result;
}

/* What is computed of a password can be tried against a list of them. */
static bool client_auth_is_secret(const struct client *client)
{
    bool computed = client->mechanism->proof == CLIENT_PROOF_PASSWORD &&
                    !client->mechanism->shows_password;
    return client->response_shows ||
           (computed && client->response_given && client->response.len > 0);
}

/* The response leaves: it and what it holds are secret from now on, in every encoding. */
static void client_auth_record_sent(struct client *client, struct span encoded)
{
    struct facts *facts = client->environment.facts;
    if (client_auth_is_secret(client)) {
        secret_set_add_veil(client->environment.secrets, encoded);
    }
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
    if (client_auth_is_secret(client)) {
        secret_show(client->environment.secrets, encoded, &shown);
    } else {
        buf_append(&shown, encoded);
    }
    client_say(client, buf_text(&line), buf_text(&shown));
    buf_wipe(&line);
    buf_wipe(&shown);
    buf_wipe(&client->response);
    buf_init(&client->response, CLIENT_EXCHANGE_RESPONSE_MAX);
}

static bool client_sends_initial(const struct client *client)
{
    if (client->mechanism->server_first) {
        return false;
    }
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

bool client_auth_can_bind(const struct client *client)
{
    return client_channel_is_tls(&client->channel) &&
           tls_session_keys_are_unique(client->channel.tls);
}

const char *client_auth_binding(const struct client *client, struct buf *out)
{
    static const enum tls_binding kinds[] = {TLS_BINDING_UNIQUE, TLS_BINDING_EXPORTER};
    const struct tls_session *tls = client->channel.tls;
    if (!client_auth_can_bind(client)) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (tls_session_channel_binding(tls, kinds[i], out)) {
            return tls_binding_name(kinds[i]);
        }
    }
    return NULL;
}

/* A new exchange in place of the last one; false, and the session ended, where there can be none.
 */
static bool client_auth_open(struct client *client)
{
    struct buf binding;
    struct client_exchange_setting setting = {
        .login = &client->plan->login, .host = client_host(client), .port = client->detection.port};
    buf_init(&binding, TLS_BINDING_MAX);
    if (client->mechanism->binds) {
        setting.binding_name = client_auth_binding(client, &binding);
        setting.binding = buf_span(&binding);
    }
    client_exchange_free(client->exchange);
    client->exchange = client_exchange_new(
        client->environment.worker, client->mechanism, &setting, &client->fail);
    buf_wipe(&binding);
    if (client->exchange == NULL) {
        client_end_fail(client);
    }
    return client->exchange != NULL;
}

/* Does the response that stands ready make the line of AUTH too long? */
static bool client_auth_is_long(const struct client *client)
{
    size_t encoded = (client->response.len + 2) / 3 * 4;
    size_t line = strlen("AUTH ") + strlen(client->mechanism->name) + 1 + encoded + 2;
    return line > CLIENT_AUTH_LINE_MAX && client->plan->login.initial_response != PLAN_YES &&
           client_keeps(CLIENT_RULE_LONG_RESPONSES_GO_ALONE);
}

/* True where a response stands ready that goes with AUTH; the exchange is as new where none does.
 */
static bool client_auth_begin_response(struct client *client)
{
    if (client->two_steps || !client_sends_initial(client) ||
        client_auth_step(client, true, SPAN_EMPTY) != CLIENT_EXCHANGE_RESPONSE) {
        return false;
    }
    if (!client_auth_is_long(client)) {
        return true;
    }
    client->response_given = client->response_shows = false;
    buf_wipe(&client->response);
    buf_init(&client->response, CLIENT_EXCHANGE_RESPONSE_MAX);
    (void)client_auth_open(client);
    return false;
}

void client_auth_enter(struct client *client)
{
    struct facts *facts = client->environment.facts;
    struct buf prefix;
    client->response_given = client->response_shows = false;
    if (!client_auth_open(client)) {
        return;
    }
    facts_text(facts, FACT_AUTH_MECHANISM, client->mechanism->name);
    facts_integer(facts, FACT_AUTH_ATTEMPTS, ++client->auth_attempts);
    client_auth_forget_seen(client);
    client->initial_sent = client_auth_begin_response(client);
    if (client->exchange == NULL) {
        return; /* it could not be begun anew, and all is over */
    }
    client_auth_record_seen(client);
    buf_init(&prefix, CLIENT_CAPABILITIES_KEYWORD_MAX);
    buf_printf(&prefix, "AUTH %s%s", client->mechanism->name, client->initial_sent ? " " : "");
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

static void client_auth_stop(struct client *client)
{
    client_end_stopped(
        client, "sasl-failed", PLAN_STAGE_AUTH, true, "%s", client_exchange_why(client->exchange));
}

static void client_auth_answer(struct client *client, bool decoded, struct span challenge)
{
    switch (client_auth_step(client, decoded, challenge)) {
    case CLIENT_EXCHANGE_RESPONSE:
        client_enter(client, CLIENT_STATE_AUTH_RESPONSE);
        break;
    case CLIENT_EXCHANGE_STOPPED:
        client_auth_stop(client);
        break;
    case CLIENT_EXCHANGE_REFUSED:
        if (client_keeps(CLIENT_RULE_CHALLENGE_BEYOND_THE_END)) {
            client_auth_give_up(client, client_exchange_why(client->exchange));
        } else {
            client_enter(client, CLIENT_STATE_AUTH_RESPONSE);
        }
        break;
    }
}

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
    } else {
        client_auth_answer(client, decoded, buf_span(&challenge));
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
    if (client->plan->login.on_failure != PLAN_ON_FAILURE_STOP && code >= 500) {
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
    client->better_refused = client->better_refused || !client->mechanism->shows_password;
    if (!client_auth_may_be_said_again(client)) {
        client_end_reply(client, reply, PLAN_STAGE_AUTH);
    } else if (client_auth_may_go_in_two_steps(client, reply->code)) {
        client->two_steps = true;
        client_enter(client, CLIENT_STATE_AUTH);
    } else if (client_auth_leaves_another(client, reply->code, &out) &&
               client_login_choose(client, client->mechanisms_tried | out) != NULL) {
        client->mechanisms_tried |= out;
        client_login_next(client);
    } else {
        client_end_reply(client, reply, PLAN_STAGE_AUTH);
    }
}

/* What a mechanism says last may come with the success, behind its enhanced code or without one. */
static void client_auth_success_data(const struct client_reply *reply, struct buf *out)
{
    static const char *const begins[] = {"v=", "e=", "rspauth="};
    for (struct span rest = reply->text; rest.len > 0;) {
        struct span word = span_first(rest, span_find(rest, ' '));
        rest = span_from(rest, word.len + 1);
        buf_clear(out);
        bool decoded = word.len > 0 && text_base64_decode(word, out);
        for (size_t i = 0; i < ARRAY_LEN(begins) && decoded; i++) {
            if (text_starts_caseless(buf_span(out), begins[i])) {
                return;
            }
        }
    }
    buf_clear(out);
}

static void client_auth_success(struct client *client, const struct client_reply *reply)
{
    struct buf data;
    buf_init(&data, CLIENT_REPLY_OCTETS_MAX);
    client_auth_success_data(reply, &data);
    enum client_exchange_result result = client_exchange_succeed(client->exchange, buf_span(&data));
    buf_done(&data);
    client_auth_record_seen(client);
    facts_truth(client->environment.facts, FACT_AUTH_SUCCEEDED, result == CLIENT_EXCHANGE_RESPONSE);
    switch (result) {
    case CLIENT_EXCHANGE_RESPONSE:
        client->logged_in = true;
        client_login_done(client);
        break;
    case CLIENT_EXCHANGE_STOPPED:
        client_auth_stop(client);
        break;
    case CLIENT_EXCHANGE_REFUSED:
        client_auth_give_up(client, client_exchange_why(client->exchange));
        break;
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
    client_find_in_login(client, reply);
    if (reply->code >= 400) {
        client_auth_refused(client, reply);
    } else if (reply->code != 235 &&
               client_keeps(
                   CLIENT_RULE_LOGIN_NEEDS_235)) { /* RFC 4954 §6: nothing else is success */
        facts_truth(facts, FACT_AUTH_SUCCEEDED, false);
        client_end_reply(client, reply, PLAN_STAGE_AUTH);
    } else {
        client_auth_success(client, reply);
    }
}
