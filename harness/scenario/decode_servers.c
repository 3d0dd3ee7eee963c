#include "harness/scenario/decode_servers.h"

#include <stdio.h>

#include "harness/base/text.h"

static bool decode_server_is(const struct plan_server *server, const struct plan_target *target)
{
    return text_equal_caseless(span_text(server->host), span_text(target->host)) &&
           (target->port == 0 || target->port == server->port);
}

void decode_servers(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_case *plan = at;
    if (value->kind != NODE_MAP || value->len == 0 || value->len > DECODE_SERVERS_MAX) {
        decode_expected(decode, value,
            tell_hint(decode->tell, "a map of 1 to %d servers by name", DECODE_SERVERS_MAX), NULL);
        return;
    }
    const struct plan_server **servers = arena_alloc(decode->arena, value->len * sizeof *servers);
    size_t good = 0;
    for (size_t i = 0; i < value->len; i++) {
        const struct plan_server *server = NULL;
        decode_server(decode, key, value->items[i], &server);
        for (size_t j = 0; server != NULL && j < good; j++) {
            if (decode_server_is(servers[j],
                    &(struct plan_target){.host = server->host, .port = server->port})) {
                tell_error(decode->tell, value->items[i], "give each a `host` of its own",
                    "%s port %u is already another server's", server->host, (unsigned)server->port);
            }
        }
        if (server != NULL) {
            servers[good++] = server;
        }
    }
    if (good == value->len) {
        plan->server = decode->server = servers[0];
        plan->servers = servers;
        plan->servers_len = good;
    }
}

void decode_client_targets(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_client *client = at;
    (void)key;
    if (!decode_take_list(decode, value, "a list such as [{host: a.test}, {host: b.test}]")) {
        return;
    }
    if (value->len == 0 || value->len > DECODE_SERVERS_MAX) {
        tell_error(decode->tell, value, NULL, "a client has 1 to %d servers, this has %zu",
            DECODE_SERVERS_MAX, value->len);
        return;
    }
    struct plan_target *targets = arena_alloc(decode->arena, value->len * sizeof *targets);
    size_t len = 0;
    for (size_t i = 0; i < value->len; i++) {
        struct plan_target target = {0};
        if (!decode_section(decode, "client.server", NULL, value->items[i], &target) ||
            !decode_demand(decode, value->items[i], "host") || target.host == NULL) {
            continue;
        }
        size_t place = len++;
        for (; place > 0 && targets[place - 1].priority > target.priority; place--) {
            targets[place] = targets[place - 1];
        }
        targets[place] = target;
    }
    client->targets = targets;
    client->targets_len = len;
}

/* With a fake server of another name nobody would be there. */
static void decode_servers_check(
    struct decode *decode, const struct node *value, const struct plan_case *plan)
{
    for (size_t i = 0; i < plan->client.targets_len; i++) {
        const struct plan_target *target = &plan->client.targets[i];
        bool known = plan->server == NULL;
        for (size_t j = 0; j < plan_servers_len(plan); j++) {
            known = known || decode_server_is(plan_server_at(plan, j), target);
        }
        if (!known) {
            char port[8] = "auto";
            if (target->port != 0) {
                snprintf(port, sizeof port, "%u", (unsigned)target->port);
            }
            tell_error(
                decode->tell, value, NULL, "no server of the case is %s:%s", target->host, port);
        }
    }
}

void decode_servers_finish(struct decode *decode, const struct node *map, struct plan_case *plan)
{
    static const char *const beside[] = {"host", "port", "steps", "connect_to"};
    struct plan_client *client = &plan->client;
    const struct node *node = node_get(map, "client"), *value = node_get(node, "servers");
    const struct node *one = node_get(map, "server"), *host = node_get(node, "host");
    if (plan->servers_len > 0 && one != NULL && !node_is_null(one)) {
        tell_error(decode->tell, one, "server: null deletes it",
            "'server' and 'servers' stand beside each other: write all of them below `servers`");
    }
    for (size_t i = 0; value != NULL && !node_is_null(value) && i < ARRAY_LEN(beside); i++) {
        const struct node *other = node_get(node, beside[i]);
        if (other != NULL && !node_is_null(other)) {
            tell_error(
                decode->tell, other, NULL, "'%s' does not go together with `servers`", beside[i]);
        }
    }
    if (value != NULL && !decode->partial) {
        decode_servers_check(decode, value, plan);
    }
    bool told = host != NULL && !node_is_null(host);
    if (client->targets_len == 0 && plan->servers_len > 0 && client->steps_len == 0 && !told) {
        struct plan_target *targets = arena_alloc(
            decode->arena, plan->servers_len * sizeof *targets);
        for (size_t i = 0; i < plan->servers_len; i++) {
            targets[i] = (struct plan_target){
                .host = plan->servers[i]->host, .port = plan->servers[i]->port};
        }
        client->targets = targets;
        client->targets_len = plan->servers_len;
    }
    if (client->targets_len > 0) {
        client->host = client->targets[0].host;
        client->port = client->targets[0].port;
    }
}
