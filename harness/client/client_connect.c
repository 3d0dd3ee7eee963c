/* From the connection to the last hello: greeting, capabilities, STARTTLS, what each mode decides.
 */
#include "harness/client/client_connect.h"
#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/client/client_batch.h"
#include "harness/client/client_end.h"
#include "harness/client/client_finding.h"
#include "harness/client/client_login.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

/* --- connecting --- */

void client_connect_enter(struct client *client)
{
    struct facts *facts = client->environment.facts;
    client_channel_reset(&client->channel);
    client_reply_reset(&client->reader);
    client_capabilities_forget(&client->offered);
    client->gone = CLIENT_GONE_NOT;
    client->greeted = client->goodbye = client->starttls_granted = client->owed = false;
    client->starttls_offered = false;
    client->memory = (struct client_memory){0};
    client->auth_attempts = 0;
    client_batch_forget(client);
    client->connection = facts_next_connection(facts);
    facts_integer(facts, FACT_CONNECTIONS_COUNT, client->connection);
    if (client->target_at > 0) {
        client_record_detection(client);
    }
    facts_text(facts, FACT_CONNECTION_HOST, client_host(client));
    facts_integer(facts, FACT_CONNECTION_PORT, client->detection.port);
    client_note(client, TRANSCRIPT_NOTE, "connecting to %s port %u", client_host(client),
        (unsigned)client->detection.port);
    wire_queue_act(&client->queue, WIRE_CONNECT);
}

void client_pause_enter(struct client *client)
{
    int64_t pause_us = client->plan->pause_us;
    client->deadline_us = pause_us > WIRE_NEVER - client->now_us ? WIRE_NEVER
                                                                 : client->now_us + pause_us;
}

void client_connect_again(struct client *client)
{
    bool pauses = client->plan->pause_us > 0 && client_keeps(CLIENT_RULE_PAUSE_IS_KEPT);
    client_hang_up(client);
    client_enter(client, pauses ? CLIENT_STATE_PAUSE : CLIENT_STATE_CONNECT);
}

void client_connect_opened(struct client *client)
{
    facts_truth(client->environment.facts, FACT_CONNECTION_SECURE, false);
    client_note(client, TRANSCRIPT_NOTE, "connected");
    client->connected = true;
    if (client->mode != PLAN_SSL_MODE_ON_CONNECT) {
        client_enter(client, CLIENT_STATE_GREETING);
    } else if (client_is_manual(client)) {
        client_step_over(client);
    } else {
        client_enter(client, CLIENT_STATE_HANDSHAKE);
    }
}

/* --- TLS --- */

static bool client_is_starttls(const struct client *client)
{
    if (client_is_manual(client)) {
        return client->greeted;
    }
    return client->mode != PLAN_SSL_MODE_ON_CONNECT;
}

/* TLS that is not certain is taken against those who only listen; without a password there is
 * nothing that a certificate could protect from the others (RFC 7435). */
static bool client_tls_is_uncertain(const struct client *client)
{
    switch (client->mode) {
    case PLAN_SSL_MODE_STARTTLS_IF_SUPPORTED:
    case PLAN_SSL_MODE_STARTTLS_OPPORTUNISTIC:
    case PLAN_SSL_MODE_STARTTLS_IF_AUTH_HIDDEN:
        return !client->plan->login.wanted ||
               !client_keeps(CLIENT_RULE_NO_PASSWORD_TO_THE_UNVERIFIED);
    default:
        return false;
    }
}

static unsigned client_forgiven(const struct plan_verify *verify)
{
    switch (verify->mode) {
    case PLAN_VERIFY_NONE:
        return CERTIFICATE_FLAGS_ALL;
    case PLAN_VERIFY_EXCEPT:
        return verify->flags;
    case PLAN_VERIFY_ONLY:
        return CERTIFICATE_FLAGS_ALL & ~verify->flags;
    case PLAN_VERIFY_ALL:
        break;
    }
    return 0;
}

static bool client_stops_on_problem(const struct client *client)
{
    switch (client->plan->verify.on_problem) {
    case PLAN_ON_PROBLEM_STOP:
        return true;
    case PLAN_ON_PROBLEM_CONTINUE:
        return false;
    case PLAN_ON_PROBLEM_DEFAULT:
        break;
    }
    return !client_tls_is_uncertain(client);
}

void client_handshake_enter(struct client *client)
{
    const struct plan_client *plan = client->plan;
    const struct plan_verify *verify = &plan->verify;
    bool told = verify->name != NULL && client_keeps(CLIENT_RULE_EXPECTED_NAME_COUNTS);
    const struct tls_client_options options = {
        .worker = client->environment.tls_worker,
        .trust = client->environment.trust,
        .name = !client_keeps(CLIENT_RULE_NAME_IS_CHECKED) ? NULL
                : told                                     ? verify->name
                                                           : client_host(client),
        .sni = !client_keeps(CLIENT_RULE_SNI_IS_SENT) ? NULL
               : plan->sni != NULL                    ? plan->sni
                                                      : client_host(client),
        .protocols = plan->protocols,
        .ciphers = plan->ciphers,
        .groups = plan->groups,
        .signatures = plan->signatures,
        .identity = client->environment.identity,
        .memory = client->sessions,
        .port = client->detection.port,
        .now_s = client->environment.clock_s + client->now_us / UNITS_US_PER_S,
        .post_handshake_auth = (plan->tls_options & PLAN_TLS_OPTION_POST_HANDSHAKE_AUTH) != 0,
        .fallback_scsv = (plan->tls_options & PLAN_TLS_OPTION_FALLBACK_SCSV) != 0,
        .alpn = client->alpn_dropped ? SPAN_EMPTY : plan->alpn,
        .security_level = verify->level,
        .forgiven = client_forgiven(verify),
        .asks_for_staple = verify->revocation != PLAN_REVOCATION_NONE,
        .judges_staple = verify->revocation == PLAN_REVOCATION_OCSP_STAPLED &&
                         client_keeps(CLIENT_RULE_STAPLE_COUNTS),
        .checks_lists = verify->revocation == PLAN_REVOCATION_CRL &&
                        client_keeps(CLIENT_RULE_REVOKED_IS_A_PROBLEM),
        .lists = client->environment.lists,
        .lists_len = client->environment.lists_len,
        .pins = client->environment.pins,
        .pins_len = client_keeps(CLIENT_RULE_PIN_COUNTS) ? client->environment.pins_len : 0,
        .stop_on_problem = client_stops_on_problem(client) &&
                           client_keeps(CLIENT_RULE_CERTIFICATE_PROBLEM_STOPS),
        .verify_at_s = verify->at_s != PLAN_VERIFY_NOW &&
                               client_keeps(CLIENT_RULE_VERIFY_AT_IS_KEPT)
                           ? verify->at_s
                           : client->environment.clock_s + client->now_us / UNITS_US_PER_S,
    };
    struct tls_session *tls = tls_session_new_client(&options, &client->fail);
    if (tls == NULL) {
        client_end_fail(client);
        return;
    }
    client->handshake_us = client->now_us;
    bool granted = client_is_manual(client) ? client->starttls_granted : client_is_starttls(client);
    client_channel_start_tls(&client->channel, tls, granted);
}

/* A hello, where steps do not say otherwise. */
static void client_say_hello_next(struct client *client)
{
    if (client_is_manual(client)) {
        client_step_over(client);
    } else {
        bool helo = client->plan->hello == PLAN_HELLO_HELO ||
                    !client_keeps(CLIENT_RULE_EHLO_COMES_FIRST);
        client_enter(client, helo ? CLIENT_STATE_HELO : CLIENT_STATE_EHLO);
    }
}

static void client_handshake_done(struct client *client)
{
    struct facts *facts = client->environment.facts;
    struct buf summary;
    buf_init(&summary, TRANSCRIPT_LINE_MAX);
    tls_session_summary(client->channel.tls, &summary);
    client_note(client, TRANSCRIPT_TLS, "TLS: %s", buf_text(&summary));
    buf_done(&summary);
    facts_truth(facts, FACT_CONNECTION_SECURE, true);
    facts_integer(facts, FACT_TIMING_HANDSHAKE, client->now_us - client->handshake_us);
    if (client_is_manual(client)) {
        client_record_tls(
            client); /* for the conditions of later steps; else it waits for the end */
    }
    if (tls_session_certificate_flags(client->channel.tls) != 0) {
        facts_truth(facts, FACT_SECURITY_UNVERIFIED, true);
    }
    if (client_is_starttls(client)) {
        /* RFC 3207 §4.2: nothing that was learnt in clear text is remembered. */
        facts_truth(facts, FACT_STARTTLS_USED, true);
        if (client_keeps(CLIENT_RULE_CAPABILITIES_ARE_FORGOTTEN)) {
            client_capabilities_forget(&client->offered);
        }
        client_say_hello_next(client);
    } else {
        client_enter(client, CLIENT_STATE_GREETING);
    }
}

bool client_handshake_step(struct client *client)
{
    if (client_channel_is_tls(&client->channel)) { /* what came of it behind that is seen later */
        client_handshake_done(client);
        return true;
    }
    switch (client->channel.kind) {
    case CLIENT_CHANNEL_FAILED:
        if (client->channel.clear && client_keeps(CLIENT_RULE_CLEAR_TEXT_IS_READ)) {
            client_enter(client, CLIENT_STATE_LISTEN); /* which service this is, its line says */
        } else {
            client_end_tls(client);
        }
        return true;
    case CLIENT_CHANNEL_LEFTOVER:
        client_end_leftover(client);
        return true;
    case CLIENT_CHANNEL_PLAIN:
    case CLIENT_CHANNEL_SEAM:
    case CLIENT_CHANNEL_HANDSHAKE:
    case CLIENT_CHANNEL_OPEN:
    case CLIENT_CHANNEL_CLOSED:
        break;
    }
    if (client->gone != CLIENT_GONE_NOT) {
        client_end_lost(client);
        return true;
    }
    return false;
}

bool client_listen_step(struct client *client)
{
    struct span came = client_channel_unread(&client->channel);
    bool over = span_find(came, '\n') < came.len || came.len >= CLIENT_LISTEN_MAX ||
                client->gone != CLIENT_GONE_NOT;
    if (over) {
        client_end_tls(client);
    }
    return over;
}

/* --- greeting --- */

void client_greeting_reply(struct client *client, const struct client_reply *reply)
{
    struct facts *facts = client->environment.facts;
    client->greeted = true;
    facts_integer(facts, FACT_GREETING_CODE, reply->code);
    facts_bytes(facts, FACT_GREETING_TEXT, reply->text);
    facts_integer(facts, FACT_GREETING_LINES, (int64_t)reply->lines);
    if (reply->code != 220 && client_keeps(CLIENT_RULE_GREETING_IS_220)) {
        client_end_reply(client, reply, PLAN_STAGE_GREETING);
        return;
    }
    client_say_hello_next(client);
}

/* --- hello --- */

/* RFC 2033 §4.1 */
static bool client_is_lmtp(const struct client *client)
{
    return client->plan->lmtp && client_keeps(CLIENT_RULE_LMTP_SAYS_LHLO);
}

static void client_say_hello(struct client *client, const char *command)
{
    struct buf line;
    buf_init(&line, CLIENT_LINE_MAX);
    buf_printf(&line, "%s %s", command, client_hello_name(client));
    client_say(client, buf_text(&line), NULL);
    buf_done(&line);
}

void client_ehlo_enter(struct client *client)
{
    client_say_hello(client, client_is_lmtp(client) ? "LHLO" : "EHLO");
}

void client_helo_enter(struct client *client)
{
    client_say_hello(client, "HELO");
}

static void client_record_offered(struct client *client, bool tls)
{
    struct facts *facts = client->environment.facts;
    const struct client_capabilities *offered = &client->offered;
    enum fact list = tls ? FACT_HELLO_CAPABILITIES_AFTER_TLS : FACT_HELLO_CAPABILITIES_BEFORE_TLS;
    facts_empty_list(facts, list);
    facts_forget(facts, FACT_HELLO_PARAMETERS);
    for (size_t i = 0; i < offered->keywords_len; i++) {
        const struct client_keyword *keyword = &offered->keywords[i];
        facts_append(facts, list, span_text(keyword->name));
        bool first = client_capabilities_find(offered, keyword->name) == keyword;
        if (!first || strchr(keyword->name, '.') != NULL) {
            continue; /* a dot would read as another fact's name */
        }
        char key[CLIENT_CAPABILITIES_KEYWORD_MAX + 1] = {0};
        for (size_t j = 0; keyword->name[j] != '\0'; j++) {
            key[j] = text_lower(keyword->name[j]);
        }
        facts_bytes_at(facts, FACT_HELLO_PARAMETERS, key, keyword->parameters);
    }
    enum fact mechanisms = tls ? FACT_AUTH_OFFERED_AFTER_TLS : FACT_AUTH_OFFERED_BEFORE_TLS;
    if (offered->auth) {
        facts_empty_list(facts, mechanisms);
    }
    for (size_t i = 0; i < offered->mechanisms_len; i++) {
        facts_append(facts, mechanisms, span_text(offered->mechanisms[i]));
    }
}

/* RFC 4954 §3. What was learnt in clear text stays learnt: only its use is forgotten. */
static void client_record_availability(struct client *client, bool tls)
{
    struct facts *facts = client->environment.facts;
    const struct value *known = facts_value(facts, FACT_AUTH_AVAILABILITY);
    const char *before = value_as_text(known);
    bool here = client->offered.mechanisms_len > 0;
    if (!tls) {
        facts_text(facts, FACT_AUTH_AVAILABILITY,
            here                       ? "clear-text"
            : client->starttls_offered ? "unknown"
                                       : "none");
    } else if (before == NULL || strcmp(before, "clear-text") != 0) {
        facts_text(facts, FACT_AUTH_AVAILABILITY, here ? "tls-only" : "none");
    }
}

static bool client_wants_starttls(const struct client *client)
{
    switch (client->mode) {
    case PLAN_SSL_MODE_STARTTLS:
        return true; /* without an offer it ends instead */
    case PLAN_SSL_MODE_STARTTLS_IF_SUPPORTED:
    case PLAN_SSL_MODE_STARTTLS_OPPORTUNISTIC:
        return client->starttls_offered && !client->fallen_back &&
               client_keeps(CLIENT_RULE_IF_SUPPORTED_TAKES_IT);
    case PLAN_SSL_MODE_STARTTLS_IF_AUTH_HIDDEN:
        return client->starttls_offered &&
               (client->offered.mechanisms_len == 0
                       ? client_keeps(CLIENT_RULE_HIDDEN_AUTH_TAKES_STARTTLS)
                       : !client_keeps(CLIENT_RULE_SHOWN_AUTH_TAKES_NO_STARTTLS));
    default:
        return client->starttls_offered && !client_keeps(CLIENT_RULE_NONE_TAKES_NO_STARTTLS);
    }
}

/* The hello in force was accepted: STARTTLS, or what was asked for. */
static void client_hello_done(struct client *client)
{
    bool tls = client_channel_is_tls(&client->channel);
    client->helloed = true;
    if (!tls) {
        client->starttls_offered = client_capabilities_find(&client->offered, "STARTTLS") != NULL;
        facts_truth(client->environment.facts, FACT_STARTTLS_OFFERED, client->starttls_offered);
        facts_truth(client->environment.facts, FACT_STARTTLS_USED, false);
    }
    client_record_availability(client, tls);
    if (client_is_manual(client)) {
        client_step_over(client);
    } else if (!client_keeps(CLIENT_RULE_HELLO_IS_SAID_ONCE)) {
        client_say_hello_next(client);
    } else if ((tls && client_keeps(CLIENT_RULE_NO_STARTTLS_INSIDE_TLS)) ||
               !client_wants_starttls(client)) {
        client_login_begin(client);
    } else if (client->starttls_offered) {
        client_enter(client, CLIENT_STATE_STARTTLS);
    } else if (!client_keeps(CLIENT_RULE_MUST_HAVE_STARTTLS)) {
        client_login_begin(client);
    } else {
        client_end_stopped(client, "starttls-missing", PLAN_STAGE_HELLO, true,
            "the server does not offer STARTTLS, which this client must have");
    }
}

/* HELO knows neither STARTTLS nor AUTH: where one of them is a must, falling back to it would be a
 * downgrade that anybody in between can force (RFC 3207 §6). */
static void client_ehlo_unknown(struct client *client, const struct client_reply *reply)
{
    bool tls = client_channel_is_tls(&client->channel);
    if (client->plan->hello == PLAN_HELLO_EHLO || client_is_manual(client)) {
        client_end_reply(client, reply, PLAN_STAGE_HELLO);
    } else if (!tls && client->mode == PLAN_SSL_MODE_STARTTLS &&
               client_keeps(CLIENT_RULE_NO_HELO_WHERE_TLS_IS_A_MUST)) {
        client_end_stopped(client, "starttls-missing", PLAN_STAGE_HELLO, true,
            "the server does not know EHLO, so there is no STARTTLS, which this client must have");
    } else if (client->plan->login.wanted && client->plan->login.required &&
               client_keeps(CLIENT_RULE_NO_HELO_WHERE_LOGIN_IS_A_MUST)) {
        client_end_stopped(client, "auth-missing", PLAN_STAGE_HELLO, true,
            "the server does not know EHLO, so there is no AUTH, which this client must have");
    } else {
        client_enter(client, CLIENT_STATE_HELO);
    }
}

void client_ehlo_reply(struct client *client, const struct client_reply *reply)
{
    bool unknown = reply->code == 500 || reply->code == 502 ||
                   (reply->code > 502 &&
                       !client_keeps(CLIENT_RULE_HELO_ONLY_WHERE_EHLO_IS_UNKNOWN));
    if (unknown && !client_is_lmtp(client) && client_keeps(CLIENT_RULE_HELO_AFTER_UNKNOWN_EHLO)) {
        client_ehlo_unknown(client, reply);
        return;
    }
    if (reply->code != 250 && (reply->code >= 400 || client_keeps(CLIENT_RULE_HELLO_IS_250))) {
        client_end_reply(client, reply, PLAN_STAGE_HELLO);
        return;
    }
    facts_text(
        client->environment.facts, FACT_HELLO_COMMAND, client_is_lmtp(client) ? "LHLO" : "EHLO");
    client_capabilities_read(&client->offered, client->arena, reply);
    client_record_offered(client, client_channel_is_tls(&client->channel));
    client_find_in_hello(client, reply);
    client_hello_done(client);
}

void client_helo_reply(struct client *client, const struct client_reply *reply)
{
    if (reply->code != 250) {
        client_end_reply(client, reply, PLAN_STAGE_HELLO);
        return;
    }
    facts_text(client->environment.facts, FACT_HELLO_COMMAND, "HELO");
    client_capabilities_forget(&client->offered);
    client_hello_done(client);
}

/* --- STARTTLS --- */

void client_starttls_enter(struct client *client)
{
    client_say(client, "STARTTLS", NULL);
}

static void client_record_downgrade(struct client *client)
{
    client->fallen_back = true;
    facts_truth(client->environment.facts, FACT_SECURITY_DOWNGRADED, true);
    client_note(client, TRANSCRIPT_NOTE, "going on in clear text");
}

static bool client_may_go_on_in_clear(const struct client *client)
{
    return client->mode == PLAN_SSL_MODE_STARTTLS_OPPORTUNISTIC
               ? client_keeps(CLIENT_RULE_OPPORTUNISTIC_FALLS_BACK)
               : !client_keeps(CLIENT_RULE_REFUSED_STARTTLS_ENDS_IT);
}

void client_starttls_reply(struct client *client, const struct client_reply *reply)
{
    bool refusal = reply->code >= 400 && reply->code != 421;
    bool granted = reply->code == 220 ||
                   (reply->code < 400 && !client_keeps(CLIENT_RULE_STARTTLS_NEEDS_220));
    facts_integer(client->environment.facts, FACT_STARTTLS_REPLY, reply->code);
    if (granted && client_is_manual(client)) {
        client->starttls_granted = true;
        client_step_over(client);
    } else if (granted) {
        client_enter(client, CLIENT_STATE_HANDSHAKE);
    } else if (refusal && !client_is_manual(client) && client_may_go_on_in_clear(client)) {
        client_record_downgrade(client);
        client_login_begin(client);
    } else {
        client_end_reply(client, reply, PLAN_STAGE_STARTTLS);
    }
}

/* RFC 7301 §3.2: the server speaks none of what was offered. SMTP has no name there, so many do
 * without: another connection offers nothing. */
bool client_drop_alpn(struct client *client, const char *alert)
{
    bool refused = client->plan->alpn.len > 0 && client->state == CLIENT_STATE_HANDSHAKE &&
                   alert != NULL && strcmp(alert, "no_application_protocol") == 0;
    if (!refused || client->finished) {
        return false;
    }
    client_find(client, FINDING_ALPN_REFUSED);
    if (client_is_manual(client) || client->alpn_dropped ||
        !client_keeps(CLIENT_RULE_ALPN_IS_NO_MUST)) {
        return false;
    }
    client->alpn_dropped = true;
    client_note(client, TRANSCRIPT_NOTE, "trying again without ALPN");
    client_connect_again(client);
    return true;
}

bool client_fall_back(struct client *client)
{
    bool allowed = !client_is_manual(client) &&
                   (client->mode == PLAN_SSL_MODE_STARTTLS_OPPORTUNISTIC
                           ? client_keeps(CLIENT_RULE_OPPORTUNISTIC_FALLS_BACK)
                           : !client_keeps(CLIENT_RULE_FAILED_TLS_ENDS_IT)) &&
                   client->state == CLIENT_STATE_HANDSHAKE && !client->fallen_back &&
                   !client->finished;
    if (!allowed) {
        return false;
    }
    client_record_downgrade(client);
    client_connect_again(client);
    return true;
}
