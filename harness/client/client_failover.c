#include "harness/client/client_failover.h"

#include "harness/client/client_connect.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

/* 554 and 521 speak of this host only (RFC 5321 §3.1, RFC 7504 §3); any other 5yz would be said by
 * the next one too. */
static bool client_code_leads_on(const struct client *client, unsigned code)
{
    bool greeting = client->state == CLIENT_STATE_GREETING;
    bool host_only = greeting && (code == 554 || code == 521);
    return code < 500 || (host_only && client_keeps(CLIENT_RULE_REFUSING_HOST_LEADS_ON)) ||
           !client_keeps(CLIENT_RULE_REFUSAL_LEADS_NOWHERE);
}

bool client_fail_over(struct client *client, unsigned code)
{
    const struct plan_client *plan = client->plan;
    bool early = client->state == CLIENT_STATE_CONNECT || client->state == CLIENT_STATE_GREETING ||
                 client->state == CLIENT_STATE_EHLO || client->state == CLIENT_STATE_HELO;
    if (!early || client->finished || client_is_manual(client) || client->helloed ||
        client->target_at + 1 >= plan->targets_len || !client_code_leads_on(client, code) ||
        !client_keeps(CLIENT_RULE_NEXT_SERVER_IS_TRIED)) {
        return false;
    }
    client->target_at++;
    const struct plan_target *target = &plan->targets[client->target_at];
    client->detection = client_detect(target->host, target->port, plan->ssl_mode);
    client->mode = client->detection.mode;
    client_note(client, TRANSCRIPT_NOTE, "turning to the next server");
    if (code != 0 && code != 421) { /* RFC 5321 §3.8: behind a 421 the server closes */
        client->turns.moving = true;
        client_enter(client, CLIENT_STATE_QUIT);
    } else {
        client_connect_again(client);
    }
    return true;
}
