/* What a scenario says that only those can judge who act on it. */
#include "harness/scenario/decode.h"
#include "harness/scenario/files.h"

void decode_doubt(
    struct decode *decode, enum decode_doubt_kind kind, const struct node *node, const char *text)
{
    if (text != NULL && !node->lost && decode->doubts_len < DECODE_DOUBTS_MAX) {
        decode->doubts[decode->doubts_len++] = (struct decode_doubt){kind, node, text};
    }
}

/* --- lists and files --- */

/* The list without one of its items, joined as decode_joined does. */
static const char *decode_check_without(
    struct decode *decode, const struct node *list, size_t without)
{
    const char *joined = "";
    for (size_t i = 0; i < list->len; i++) {
        if (i != without) {
            joined = arena_printf(decode->scratch, "%s%s%s", joined, joined[0] == 0 ? "" : ":",
                (const char *)list->items[i]->text.data);
        }
    }
    return joined;
}

/* The item that the list goes well without; the list itself where there is none. */
static const struct node *decode_check_culprit(struct decode *decode, const struct node *node,
    enum status (*check)(const char *list, struct fail *fail))
{
    for (size_t i = 0; node->kind == NODE_LIST && node->len > 1 && i < node->len; i++) {
        if (check(decode_check_without(decode, node, i), NULL) == STATUS_OK) {
            return node->items[i];
        }
    }
    return node->kind == NODE_LIST && node->len == 1 ? node->items[0] : node;
}

static void decode_check_doubt(struct decode *decode, const struct decode_doubt *doubt)
{
    const struct scenario_checks *checks = decode->checks;
    struct fail fail = {0};
    bool is_file = doubt->kind == DECODE_DOUBT_TRUST;
    enum status (*const all[])(const char *, struct fail *) = {
        [DECODE_DOUBT_CIPHERS] = checks->ciphers,
        [DECODE_DOUBT_GROUPS] = checks->groups,
        [DECODE_DOUBT_SIGNATURES] = checks->signatures,
        [DECODE_DOUBT_TRUST] = checks->trust,
    };
    enum status (*check)(const char *, struct fail *) = all[doubt->kind];
    if (is_file && !files_is_regular(doubt->text)) {
        tell_error(decode->tell, doubt->node,
            "a relative name begins at the folder of the scenario", "there is no file %.200s",
            doubt->text);
    } else if (check(doubt->text, &fail) != STATUS_OK) {
        const struct node *at = is_file ? doubt->node
                                        : decode_check_culprit(decode, doubt->node, check);
        tell_error(decode->tell, at, NULL, "%s", fail.text);
    }
}

/* --- certificates --- */

/* What is to blame for the recipe: the key without which it would do, else the clock, else the
 * place where the recipe stands. */
static const struct node *decode_check_blame(struct decode *decode, const struct node *map,
    const struct node *recipe, const char *host, int64_t clock_s)
{
    const struct node *clock = node_get(map, "clock");
    for (size_t i = 0; recipe->kind == NODE_MAP && i < recipe->len; i++) {
        const char *const names[] = {(const char *)recipe->keys[i]->text.data, NULL};
        struct plan_certificate without;
        decode_certificate_one(decode, node_without(decode->scratch, recipe, names), &without);
        if (decode->checks->certificate(&without, host, clock_s, NULL) == STATUS_OK) {
            return recipe->items[i];
        }
    }
    struct plan_certificate stock;
    decode_certificate_default(&stock);
    bool timely = decode->checks->certificate(&stock, host, PLAN_CLOCK_DEFAULT_S, NULL) ==
                  STATUS_OK;
    return timely && clock != NULL ? clock : recipe;
}

static void decode_check_certificates(struct decode *decode, const struct node *map,
    const struct node *server, const struct plan_server *plan, int64_t clock_s)
{
    const struct node *node = node_get(server, "certificate");
    const struct node none = {.kind = NODE_SCALAR, .mark = server->mark, .source = server->source};
    for (size_t i = 0; i < plan->certificates_len; i++) {
        const struct plan_certificate *certificate = &plan->certificates[i];
        const struct node *recipe = node == NULL              ? &none
                                    : node->kind == NODE_LIST ? node->items[i]
                                                              : node;
        struct fail fail = {0};
        if (decode->checks->certificate(certificate, plan->host, clock_s, &fail) != STATUS_OK) {
            const struct node *at = decode_check_blame(decode, map, recipe, plan->host, clock_s);
            tell_error(decode->tell, at, NULL, "%s", fail.text);
        }
    }
}

void decode_check(
    struct decode *decode, const struct node *map, const struct plan_case *plan, bool good)
{
    if (decode->checks == NULL || !decode->checks->has(plan->needs)) {
        return;
    }
    decode->partial = true; /* recipes are taken apart */
    for (size_t i = 0; i < decode->doubts_len; i++) {
        decode_check_doubt(decode, &decode->doubts[i]);
    }
    const struct node *several = node_get(map, "servers");
    for (size_t i = 0; good && i < plan_servers_len(plan); i++) {
        const struct node *server = plan->servers_len > 0 ? several->items[i]
                                                          : node_get(map, "server");
        decode_check_certificates(decode, map, server, plan_server_at(plan, i), plan->clock_s);
    }
    decode->partial = false;
}
