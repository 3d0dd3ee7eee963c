/* Tickets, the client's own certificate, and the server's wish for one. */
#include "harness/scenario/decode.h"

void decode_tls_demand(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_client_certificate_demand *demand = at;
    int word;
    bool require = false;
    if (value->kind != NODE_MAP) {
        if (decode_take_word(decode, value, keys_row(key)->allowed, &word)) {
            demand->ask = (enum plan_ask)word;
        }
        return;
    }
    (void)decode_section(decode, "server.client_certificate", NULL, value, demand);
    const struct node *node = node_get(value, "require"), *issuer = node_get(value, "issuer");
    if (node != NULL && !node_is_null(node)) {
        (void)decode_take_truth(decode, node, &require);
    }
    demand->ask = require ? PLAN_ASK_REQUIRE : PLAN_ASK_REQUEST;
    demand->issuer_given = issuer != NULL && !node_is_null(issuer);
}

/* Keys of a file are not those of a recipe. */
static void decode_tls_own(
    struct decode *decode, const struct node *value, struct plan_client_certificate *certificate)
{
    const struct node *file = node_get(value, "file"), *store = node_get(value, "store");
    const struct node *password = node_get(value, "password");
    if (file == NULL && store == NULL) {
        decode_certificate_one(decode, value, &certificate->minted);
        return;
    }
    (void)decode_section(decode, "client.certificate", NULL, value, certificate);
    if (file != NULL && store != NULL) {
        tell_error(
            decode->tell, store, "null deletes the other", "'file' and 'store' exclude each other");
    }
    if (password != NULL && password->kind == NODE_SCALAR) {
        decode->passwords[decode->passwords_len++] = password;
    }
}

void decode_tls_certificate(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    static const enum plan_issuer issuers[] = {
        PLAN_ISSUER_SELF, PLAN_ISSUER_TRUSTED, PLAN_ISSUER_UNTRUSTED};
    struct plan_client_certificate *certificate = at;
    int word;
    certificate->wanted = true;
    if (value->kind == NODE_MAP) {
        decode_tls_own(decode, value, certificate);
    } else if (decode_take_word(decode, value, keys_row(key)->allowed, &word)) {
        decode_certificate_default(&certificate->minted);
        certificate->minted.issuer = issuers[word];
    }
}

void decode_tls_tickets(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_tickets *tickets = at;
    tickets->lifetime_us = PLAN_TICKETS_LIFETIME_US;
    if (value->kind == NODE_MAP) {
        tickets->count = PLAN_TICKETS_COUNT;
        (void)decode_section(decode, "server.tickets", NULL, value, tickets);
    } else {
        (void)decode_take_number(decode, value, keys_row(key)->allowed, &tickets->count);
    }
}
