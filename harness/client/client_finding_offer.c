/* What is noticed of offers that have a syntax of their own: ALPN, LIMITS. */
#include "harness/base/text.h"
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
