/* What is noticed of offers that have a syntax of their own, ALPN and LIMITS, and of the ends of
 * messages. */
#include "harness/base/text.h"
#include "harness/client/client_address.h"
#include "harness/client/client_batch.h"
#include "harness/client/client_finding.h"

void client_find_in_limits(struct client *client)
{
    struct client_limits limits;
    bool odd = false;
    for (size_t i = 0; i < client->offered.keywords_len; i++) {
        const struct client_keyword *keyword = &client->offered.keywords[i];
        if (strcmp(keyword->name, "LIMITS") != 0) {
            continue;
        }
        client_limits_read(keyword->parameters, &limits, &odd);
        if (odd) {
            client_find(client, FINDING_LIMITS_UNREADABLE);
        }
    }
}

/* The host's own domain, or the one that the host stands in. */
static bool client_finding_is_local(const struct client *client, const char *address)
{
    struct span domain = client_address_domain(span_text(address));
    struct span host = span_text(client_host(client));
    struct span tail = domain.len < host.len ? span_from(host, host.len - domain.len) : host;
    return text_equal_caseless(tail, domain) &&
           (tail.len == host.len || host.data[host.len - tail.len - 1] == '.');
}

/* RFC 5321 §7.8: taken from a stranger for a stranger. */
static void client_find_in_recipient(struct client *client, const struct client_reply *reply)
{
    const struct plan_message *message = &client->plan->messages[client->message_at];
    if (reply->code / 100 == 2 && !client->logged_in &&
        !client_finding_is_local(client, message->from) &&
        !client_finding_is_local(client, message->to.items[client->recipient_at])) {
        client_find(client, FINDING_OPEN_RELAY);
    }
}

/* A consent to what has not ended. */
void client_find_in_probe(struct client *client, struct span came)
{
    if (client->turns.probe.open && came.len > 0 && came.data[0] == '2') {
        client_find(client, FINDING_SMUGGLING);
        client->turns.probe.open = false;
    }
}

/* "queued as " and nothing: whoever wrote that had nothing to put there. */
static void client_find_in_acceptance(struct client *client, const struct client_reply *reply)
{
    static const char *const before[] = {"queued as", "id=", "id", "queue-id:"};
    struct span text = text_trim(reply->text);
    for (size_t i = 0; i < ARRAY_LEN(before) && reply->code / 100 == 2; i++) {
        size_t len = strlen(before[i]);
        bool whole = text.len == len || (text.len > len && text.data[text.len - len - 1] == ' ');
        if (whole && text_starts_caseless(span_from(text, text.len - len), before[i])) {
            client_find(client, FINDING_QUEUE_ID_EMPTY);
        }
    }
}

static void client_find_in_chunk_reply(struct client *client, const struct client_reply *reply)
{
    if (reply->code == 500 || (reply->code >= 502 && reply->code <= 504)) {
        client_find(client, FINDING_CHUNKING_BROKEN);
    }
}

void client_find_at_handshake_loss(struct client *client)
{
    if (client->state == CLIENT_STATE_HANDSHAKE && client->gone == CLIENT_GONE_RESET &&
        !client->channel.heard) {
        client_find(client, FINDING_CLIENT_HELLO_NOT_ANSWERED);
    }
}

void client_find_at_delivery_limit(struct client *client)
{
    switch (client->state) {
    case CLIENT_STATE_RCPT:
    case CLIENT_STATE_DATA:
    case CLIENT_STATE_DRAIN:
        if (client->turns.grouped) {
            client_find(client, FINDING_PIPELINING_BROKEN);
        }
        break;
    case CLIENT_STATE_CHUNK:
    case CLIENT_STATE_LAST_CHUNK:
        client_find(client, FINDING_CHUNKING_BROKEN);
        break;
    default:
        break;
    }
}

void client_find_in_delivery(struct client *client, const struct client_reply *reply)
{
    switch (client->state) {
    case CLIENT_STATE_RCPT:
        client_find_in_recipient(client, reply);
        break;
    case CLIENT_STATE_CHUNK:
    case CLIENT_STATE_LAST_CHUNK:
        client_find_in_chunk_reply(client, reply);
        client_find_in_acceptance(client, reply);
        break;
    case CLIENT_STATE_MESSAGE:
        client_find_in_acceptance(client, reply);
        break;
    case CLIENT_STATE_COMMAND:
        client_find_in_probe(client, reply->code / 100 == 2 ? SPAN_LITERAL("2") : SPAN_EMPTY);
        break;
    default:
        break;
    }
}

/* A DNS name, maybe a wildcard, that is not the host which was dialled. Names of other kinds have
 * their kind in front. */
static bool client_finding_is_other_host(const struct client *client, struct span name)
{
    return span_find(name, ':') == name.len &&
           !text_equal_caseless(name, span_text(client_host(client)));
}

/* RFC 9325 §3.7, §3.8: whoever offers other protocols only, or dials another name, is no client of
 * this server. A server that talks to it all the same can be passed off as those other hosts. */
void client_find_cross_protocol(struct client *client)
{
    const struct facts *facts = client->environment.facts;
    const struct value *secure = facts_value(facts, FACT_CONNECTION_SECURE);
    const struct value *names = facts_value(facts, FACT_CERTIFICATE_NAMES);
    const char *sni = client->plan->sni;
    bool strange_protocol = client->plan->alpn.len > 0 && !client->alpn_dropped &&
                            facts_value(facts, FACT_TLS_ALPN) == NULL;
    bool strange_name = sni != NULL && sni[0] != '\0' &&
                        !text_equal_caseless(span_text(sni), span_text(client_host(client)));
    if (secure == NULL || !secure->truth || (!strange_protocol && !strange_name)) {
        return;
    }
    for (size_t i = 0; names != NULL && i < names->len; i++) {
        if (client_finding_is_other_host(client, names->items[i]->text)) {
            client_find(client, FINDING_CROSS_PROTOCOL);
        }
    }
}

void client_find_unanswered(struct client *client)
{
    const struct tls_session *tls = client->channel.tls;
    if (tls != NULL && tls_session_is_unanswered(tls)) {
        client_find(client, FINDING_CLIENT_HELLO_UNANSWERED);
    }
}
