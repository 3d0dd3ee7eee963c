/* Whether to log in at all, and by which mechanism (RFC 4954 §3, §4). */
#include "harness/client/client_login.h"
#include "harness/base/text.h"
#include "harness/client/client_auth.h"
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

static struct client_sasl_setting client_login_setting(const struct client *client)
{
    const struct value *shown = facts_value(
        client->environment.facts, FACT_TLS_CLIENT_CERTIFICATE_SENT);
    return (struct client_sasl_setting){
        .binding = client_auth_can_bind(client) && client_keeps(CLIENT_RULE_LOGINS_ARE_BOUND),
        .in_clear = client_in_clear(client),
        .certificate = shown != NULL && shown->kind == VALUE_TRUTH && shown->truth,
        .no_simple = client->better_refused &&
                     client->plan->login.on_failure == PLAN_ON_FAILURE_NEXT_SECURE &&
                     client_keeps(CLIENT_RULE_SECURE_FAILURES_LEAD_TO_NOTHING_SIMPLE),
    };
}

const struct client_mechanism *client_login_choose(const struct client *client, unsigned tried)
{
    struct client_sasl_setting setting = client_login_setting(client);
    return client_sasl_choose(&client->plan->login, &client->offered, tried, &setting);
}

/* No mechanism is left: why. */
static void client_login_impossible(struct client *client)
{
    const struct plan_login *login = &client->plan->login;
    struct client_sasl_setting setting = client_login_setting(client);
    setting.in_clear = PLAN_IN_CLEAR_ANY;
    bool in_clear_only = client_sasl_choose(login, &client->offered, 0, &setting) != NULL;
    if (in_clear_only && client->mechanisms_tried == 0) {
        client_end_stopped(client, "clear-text-login", PLAN_STAGE_AUTH, true,
            "logging in would show the password in clear text");
    } else {
        client_end_stopped(client, "no-common-mechanism", PLAN_STAGE_AUTH, true,
            "the server offers no mechanism that this client may use");
    }
}

void client_login_next(struct client *client)
{
    client->mechanism = client_login_choose(client, client->mechanisms_tried);
    if (client->mechanism == NULL) {
        client_login_impossible(client);
        return;
    }
    client->mechanisms_tried |= client_sasl_bit(client->mechanism);
    client->two_steps = false;
    client_enter(client, CLIENT_STATE_AUTH);
}

void client_login_done(struct client *client)
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
    client->better_refused = client->logged_in = false;
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
