#include "fake-server/fake_command.h"

#include <stdio.h>

#include "fake-server/fake_fault.h"
#include "fake-server/fake_parse.h"
#include "fake-server/fake_reply.h"
#include "fake-server/fake_watch.h"
#include "harness/base/text.h"

void fake_auth_end(struct fake_session *session)
{
    fake_observe_exchange(
        &session->saw, &(struct fake_observe_exchange){.user = buf_span(&session->sasl.user),
                           .authorize_as = buf_span(&session->sasl.authorization),
                           .binding = buf_span(&session->sasl.binding)});
    fake_sasl_done(&session->sasl);
    if (session->mode == FAKE_MODE_AUTH) {
        session->mode = FAKE_MODE_COMMANDS;
    }
}

/* Gives one response to the mechanism. `text` is as it came on the wire; `given` false: there is
 * none. FAKE_SASL_MALFORMED also for what is no base64. */
static enum fake_sasl_result fake_auth_step(
    struct fake_session *session, bool given, struct span text, struct buf *challenge)
{
    struct buf response;
    buf_init(&response, FAKE_LINES_MAX);
    enum fake_sasl_result result = FAKE_SASL_MALFORMED;
    session->sasl_stepped = true;
    if (text_base64_decode(text, &response)) {
        result = fake_sasl_step(&session->sasl, given, buf_span(&response), challenge);
    }
    buf_wipe(&response);
    return result;
}

static void fake_auth_lock_out(struct fake_session *session)
{
    fake_session_reply(session, 421, "4.7.0", "Too many failed logins");
    session->quitting = true;
}

/* Further data has no place in a success (RFC 4954 §4): some servers put it into its text. */
static void fake_auth_succeed_with(struct fake_session *session, struct span data)
{
    struct buf text;
    buf_init(&text, FAKE_LINES_MAX);
    text_base64_encode(data, &text);
    fake_session_reply(session, 235, NULL, buf_text(&text));
    buf_done(&text);
}

static void fake_auth_reply(
    struct fake_session *session, enum fake_sasl_result result, const struct buf *challenge)
{
    if (result == FAKE_SASL_REFUSED && fake_fault_is_on(session, PLAN_FAULT_ANY_PASSWORD)) {
        result = FAKE_SASL_ACCEPTED;
    }
    if (result == FAKE_SASL_REFUSED && fake_fault_locks_out(session)) {
        fake_auth_lock_out(session);
        return;
    }
    switch (result) {
    case FAKE_SASL_CHALLENGE:
        fake_reply_write_challenge(&session->piece, buf_span(challenge));
        break;
    case FAKE_SASL_ACCEPTED:
        if (challenge->len > 0) {
            fake_auth_succeed_with(session, buf_span(challenge));
            break;
        }
        fake_session_reply(session, 235, "2.7.0", "Authentication successful");
        break;
    case FAKE_SASL_REFUSED:
        fake_session_reply(session, 535, "5.7.8", "Authentication credentials invalid");
        break;
    case FAKE_SASL_MALFORMED:
        fake_session_reply(session, 501, "5.5.2", "Malformed authentication response");
        break;
    }
}

/* The mechanism and the initial response of an AUTH line. RFC 4954 §4: `=` is an empty one. */
static struct span fake_auth_arguments(
    const struct fake_session *session, bool *ret_given, struct span *ret_initial)
{
    struct span rest = session->argument;
    struct span mechanism = fake_parse_word(&rest);
    *ret_given = rest.len > 0;
    *ret_initial = span_equal(rest, SPAN_LITERAL("=")) ? SPAN_EMPTY : rest;
    return mechanism;
}

static bool fake_auth_is_offered(const struct fake_session *session, struct span mechanism)
{
    struct fake_capabilities at = fake_session_capabilities(session);
    struct plan_text_list list = fake_capabilities_mechanisms(&at);
    if (fake_fault_is_on(session, PLAN_FAULT_AUTH_REFUSED)) {
        return false;
    }
    if (!at.tls && fake_fault_is_on(session, PLAN_FAULT_UNLISTED_AUTH_IN_CLEAR)) {
        return fake_sasl_knows(mechanism);
    }
    for (size_t i = 0; i < list.len; i++) {
        if (text_equal_caseless(mechanism, span_text(list.items[i]))) {
            return fake_sasl_knows(mechanism);
        }
    }
    return false;
}

/* Nonces come from the seed, and no two exchanges of a case have the same. */
static struct fake_sasl_setting fake_auth_setting(const struct fake_session *session)
{
    const struct fake_server *server = session->server;
    char name[64];
    snprintf(name, sizeof name, "login %u.%u", session->in_case, session->saw.auth_attempts);
    struct fake_sasl_setting setting = {.auth = &server->plan->auth,
        .host = server->plan->host,
        .faults = server->plan->faults,
        .tls = fake_session_inside_tls(session) ? session->channel.tls : NULL,
        .salted = fake_server_salted(server),
        .seed = random_derive(server->environment.seed, span_text(name))};
    struct fake_capabilities at = fake_session_capabilities(session);
    struct plan_text_list list = fake_capabilities_mechanisms(&at);
    for (size_t i = 0; i < list.len; i++) {
        setting.offers_binding |= fake_sasl_binds(span_text(list.items[i]));
    }
    return setting;
}

static enum fake_sasl_result fake_auth_begin(struct fake_session *session, struct buf *challenge)
{
    bool given = false;
    struct span initial;
    struct span mechanism = fake_auth_arguments(session, &given, &initial);
    fake_sasl_done(&session->sasl);
    struct fake_sasl_setting setting = fake_auth_setting(session);
    fake_sasl_init(&session->sasl, &setting, mechanism);
    return fake_auth_step(session, given, initial, challenge);
}

void fake_auth_perform(struct fake_session *session)
{
    bool given = false;
    struct span initial;
    struct span mechanism = fake_auth_arguments(session, &given, &initial);
    if (!session->hello || !session->extended) {
        fake_session_reply(session, 503, "5.5.1", "Send EHLO first");
    } else if (fake_fault_is_locked(session)) {
        fake_auth_lock_out(session);
    } else if (session->logged_in || session->transaction.open) { /* RFC 4954 §4 */
        fake_session_reply(session, 503, "5.5.1", "Not now");
    } else if (mechanism.len == 0) {
        fake_session_reply(session, 501, "5.5.4", "Syntax: AUTH mechanism");
    } else if (!fake_auth_is_offered(session, mechanism)) {
        fake_session_reply(session, 504, "5.5.4", "Unrecognized authentication mechanism");
    } else {
        struct buf challenge;
        buf_init(&challenge, FAKE_LINES_MAX);
        fake_auth_reply(session, fake_auth_begin(session, &challenge), &challenge);
        buf_done(&challenge);
    }
}

/* A script has spoken in the mechanism's place: the mechanism takes the response all the same, so
 * that the normal behaviour of the next one fits. */
static void fake_auth_step_silently(struct fake_session *session, bool begins)
{
    if (session->sasl_stepped) {
        return;
    }
    struct buf challenge;
    buf_init(&challenge, FAKE_LINES_MAX);
    if (begins) {
        (void)fake_auth_begin(session, &challenge);
    } else {
        (void)fake_auth_step(session, true, buf_span(&session->line), &challenge);
    }
    buf_done(&challenge);
}

static void fake_auth_advance_either(struct fake_session *session, unsigned code, bool begins)
{
    fake_auth_step_silently(session, begins);
    if (code == 334) {
        session->mode = FAKE_MODE_AUTH;
        return;
    }
    if (code / 100 == 2) {
        session->logged_in = true;
        fake_observe_login(&session->saw, buf_span(&session->sasl.user));
        fake_watch_tell(session, FAKE_NEWS_LOGIN, buf_span(&session->sasl.user));
    }
    fake_auth_end(session);
}

void fake_auth_advance(struct fake_session *session, unsigned code)
{
    fake_auth_advance_either(session, code, true);
}

void fake_auth_perform_response(struct fake_session *session)
{
    struct span text = buf_span(&session->line);
    if (session->line_too_long) {
        fake_session_reply(session, 500, "5.5.6", "Authentication exchange line is too long");
    } else if (span_equal(text, SPAN_LITERAL("*"))) {
        fake_session_reply(session, 501, "5.7.0", "Authentication cancelled");
    } else {
        struct buf challenge;
        buf_init(&challenge, FAKE_LINES_MAX);
        enum fake_sasl_result result = fake_auth_step(session, true, text, &challenge);
        fake_auth_reply(session, result, &challenge);
        buf_done(&challenge);
    }
}

void fake_auth_advance_response(struct fake_session *session, unsigned code)
{
    fake_auth_advance_either(session, code, false);
}
