/* What is noticed of mechanisms: those that are offered, and how an exchange went. */
#include "harness/client/client_finding.h"
#include "harness/client/client_scram.h"

static void client_find_where(struct client *client, bool found, enum finding finding)
{
    if (found) {
        client_find(client, finding);
    }
}

/* RFC 4422 §A.1: there is nothing outside that could tell who it is. */
void client_find_in_mechanisms(struct client *client)
{
    client_find_where(client,
        !client_channel_is_tls(&client->channel) &&
            client_capabilities_has_mechanism(&client->offered, "EXTERNAL"),
        FINDING_EXTERNAL_IN_CLEAR);
}

void client_find_in_exchange(struct client *client)
{
    struct client_exchange_seen seen = client_exchange_seen(client->exchange);
    client_find_where(client, seen.iterations > 0 && seen.iterations < CLIENT_SCRAM_ITERATIONS_MIN,
        FINDING_ITERATIONS_LOW);
    client_find_where(
        client, seen.iterations > CLIENT_SCRAM_ITERATIONS_MAX, FINDING_ITERATIONS_ENDLESS);
    client_find_where(client, seen.server_unproven, FINDING_SERVER_UNPROVEN);
}

static bool client_finding_is_bindable(const struct client *client)
{
    return client_channel_is_tls(&client->channel) && !client->mechanism->binds &&
           client->mechanism->proof == CLIENT_PROOF_PASSWORD &&
           (client_capabilities_has_mechanism(&client->offered, "SCRAM-SHA-256-PLUS") ||
               client_capabilities_has_mechanism(&client->offered, "SCRAM-SHA-1-PLUS"));
}

void client_find_in_login(struct client *client, const struct client_reply *reply)
{
    bool success = reply->code == 235;
    client_find_where(client, success && client->mechanism->weak, FINDING_MECHANISM_WEAK);
    client_find_where(
        client, success && client_finding_is_bindable(client), FINDING_CHANNEL_BINDING_UNUSED);
    client_find_where(
        client, client->mechanism->binds && reply->code == 535, FINDING_CHANNEL_BINDING_REFUSED);
    client_find_where(client, client->mechanism->proof == CLIENT_PROOF_TOKEN && reply->code == 501,
        FINDING_TOKEN_MALFORMED);
}
