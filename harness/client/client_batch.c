#include "harness/client/client_batch.h"

#include "harness/base/text.h"
#include "harness/client/client_address.h"
#include "harness/client/client_check.h"
#include "harness/client/client_group.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_step.h"

#define CLIENT_LIMIT_DIGITS_MAX 6 /* RFC 9422 §4 */

/* --- LIMITS --- */

/* 0 where it is no value. */
static int64_t client_limits_value(struct span text)
{
    int64_t value = 0;
    bool good = text.len > 0 && text.len <= CLIENT_LIMIT_DIGITS_MAX && text.data[0] >= '1' &&
                text.data[0] <= '9' && text_integer(text, &value);
    return good ? value : 0;
}

static void client_limits_take(struct span word, struct client_limits *limits, bool *odd)
{
    const struct {
        const char *name;
        int64_t *value;
    } rows[] = {
        {"MAILMAX", &limits->mails},
        {"RCPTMAX", &limits->recipients},
        {"RCPTDOMAINMAX", &limits->domains},
    };
    size_t equals = span_find(word, '=');
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!text_equal_caseless(span_first(word, equals), span_text(rows[i].name))) {
            continue;
        }
        int64_t value = client_limits_value(span_from(word, equals + 1));
        *odd = *odd || value == 0;
        if (value > 0 && (*rows[i].value == 0 || value < *rows[i].value)) {
            *rows[i].value = value;
        }
    }
}

void client_limits_read(struct span parameters, struct client_limits *ret, bool *ret_odd)
{
    bool odd = false;
    *ret = (struct client_limits){0};
    while (parameters.len > 0) {
        size_t end = span_find(parameters, ' ');
        client_limits_take(text_trim(span_first(parameters, end)), ret, &odd);
        parameters = span_from(parameters, end + 1);
    }
    if (ret_odd != NULL) {
        *ret_odd = odd;
    }
}

static struct client_limits client_batch_limits(const struct client *client)
{
    struct client_limits limits = {0};
    const struct client_keyword *row = client_check_extension(client, PLAN_EXTENSION_LIMITS);
    if (row != NULL) {
        client_limits_read(row->parameters, &limits, NULL);
    }
    return limits;
}

/* --- turns --- */

static const struct plan_message *client_batch_message(const struct client *client)
{
    return &client->plan->messages[client->message_at];
}

void client_batch_forget(struct client *client)
{
    client_group_forget(client);
    client->turns.mails_here = 0;
    client->turns.domains_len = 0;
    client->turns.domains = NULL;
}

void client_batch_begin(struct client *client)
{
    size_t len = client_batch_message(client)->to.len;
    client->turns.all = arena_alloc(client->arena, len * sizeof *client->turns.all);
    for (size_t i = 0; i < len; i++) {
        client->turns.all[i] = CLIENT_TURN_WAITS;
    }
}

/* False where the domain would be one too many on this connection. */
static bool client_batch_take_domain(struct client *client, struct span domain, int64_t max)
{
    for (size_t i = 0; i < client->turns.domains_len; i++) {
        if (text_equal_caseless(client->turns.domains[i], domain)) {
            return true;
        }
    }
    if (max > 0 && (int64_t)client->turns.domains_len >= max &&
        client_keeps(CLIENT_RULE_RCPTDOMAINMAX_IS_RESPECTED)) {
        return false;
    }
    client->turns.domains = arena_push(client->arena, client->turns.domains,
        client->turns.domains_len, sizeof *client->turns.domains);
    client->turns.domains[client->turns.domains_len++] = domain;
    return true;
}

bool client_batch_choose(struct client *client)
{
    const struct plan_message *message = client_batch_message(client);
    struct client_limits limits = client_batch_limits(client);
    int64_t chosen = 0;
    if (client_is_manual(client)) {
        limits = (struct client_limits){0};
    }
    int64_t most = client->plan->per_connection;
    if (most > 0 && client->turns.mails_here >= most && !client_is_manual(client) &&
        client_keeps(CLIENT_RULE_PER_CONNECTION_IS_KEPT)) {
        return false;
    }
    if (limits.mails > 0 && client->turns.mails_here >= limits.mails &&
        client_keeps(CLIENT_RULE_MAILMAX_IS_RESPECTED)) {
        return false;
    }
    for (size_t i = 0; i < message->to.len; i++) {
        struct span domain = client_address_domain(span_text(message->to.items[i]));
        bool full = limits.recipients > 0 && chosen >= limits.recipients &&
                    client_keeps(CLIENT_RULE_RCPTMAX_IS_RESPECTED);
        if (client->turns.all[i] == CLIENT_TURN_WAITS && !full &&
            client_batch_take_domain(client, domain, limits.domains)) {
            client->turns.all[i] = CLIENT_TURN_NOW;
            chosen++;
        }
    }
    return chosen > 0;
}

size_t client_batch_next(const struct client *client, size_t at)
{
    size_t len = client_batch_message(client)->to.len;
    while (at < len && client->turns.all[at] != CLIENT_TURN_NOW) {
        at++;
    }
    return at;
}

void client_batch_again(struct client *client)
{
    for (size_t i = 0; i < client_batch_message(client)->to.len; i++) {
        if (client->turns.all[i] == CLIENT_TURN_NOW) {
            client->turns.all[i] = CLIENT_TURN_WAITS;
        }
    }
}

void client_batch_over(struct client *client)
{
    for (size_t i = 0; i < client_batch_message(client)->to.len; i++) {
        if (client->turns.all[i] == CLIENT_TURN_NOW) {
            client->turns.all[i] = CLIENT_TURN_OVER;
        }
    }
}

bool client_batch_is_left(const struct client *client)
{
    for (size_t i = 0; i < client_batch_message(client)->to.len; i++) {
        if (client->turns.all[i] == CLIENT_TURN_WAITS) {
            return true;
        }
    }
    return false;
}
