#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/scenario/words.h"

#define SERVER_HOST_DEFAULT "mail.smtpvet.test"

/* --- what is said --- */

void decode_server_greeting(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    decode_wire_line(decode, key, value, at);
    if (value->kind == NODE_SCALAR && text_starts_caseless(value->text, "220")) {
        tell_warning(decode->tell, value, "for another code write a rule on greeting",
            "the code is added: this greets with 220 220");
    }
}

void decode_server_capabilities(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_server *server = at;
    server->capabilities_given = true;
    if (value->kind == NODE_MAP) {
        (void)decode_section(decode, "server.capabilities", NULL, value, server);
    } else {
        decode_wire_lines(decode, key, value, &server->capabilities_before_tls);
        server->capabilities_after_tls = server->capabilities_before_tls;
    }
}

/* --- login --- */

void decode_server_auth(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_section(decode, "server.auth", NULL, value, at);
}

/* RFC 4422 §3.1: capitals, digits, dash, underscore, 1 to 20. A server may show others by a rule.
 */
static bool decode_server_is_mechanism(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        if (!(c >= 'A' && c <= 'Z') && !text_is_digit((char)c) && c != '-' && c != '_') {
            return false;
        }
    }
    return name.len >= 1 && name.len <= 20;
}

void decode_server_mechanisms(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    decode_lines(decode, key, value, at);
    for (size_t i = 0; value->kind == NODE_LIST && i < value->len; i++) {
        const struct node *item = value->items[i];
        if (item->kind != NODE_SCALAR || item->text.len == 0) {
            continue; /* told by decode_lines, or below */
        }
        const char *text = (const char *)item->text.data;
        const char *hint = tell_nearest(decode->tell, text, words_mechanisms());
        bool known = false;
        for (const char *const *word = words_mechanisms(); *word != NULL; word++) {
            known = known || node_is(item, *word);
        }
        if (!decode_server_is_mechanism(item->text)) {
            tell_error(decode->tell, item, hint, "'%.100s' is no name of a mechanism", text);
        } else if (!known && hint != NULL) {
            tell_error(decode->tell, item, hint, "'%.100s' is no known mechanism", text);
        }
    }
}

void decode_server_style(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_auth *auth = at;
    if (!decode_take_list(decode, value, "a list of standard and equals")) {
        return;
    }
    if (value->len == 0) {
        tell_error(decode->tell, value, NULL, "an empty list leaves nothing to use");
        return;
    }
    auth->style_standard = auth->style_equals = false;
    for (size_t i = 0; i < value->len; i++) {
        int word;
        if (decode_take_word(decode, value->items[i], keys_row(key)->allowed, &word)) {
            *(word == 0 ? &auth->style_standard : &auth->style_equals) = true;
        }
    }
}

/* Whoever logs in and what proves it, a password or a token: both are secrets. */
static size_t decode_server_logins(struct decode *decode, const struct node *value,
    const char *whole, const char *what, const struct plan_user **ret)
{
    if (value->kind != NODE_MAP) {
        decode_expected(decode, value, whole, NULL);
        return 0;
    }
    if (value->len > DECODE_USERS_MAX) {
        tell_error(decode->tell, value, NULL, "a server has at most %d users", DECODE_USERS_MAX);
        return 0;
    }
    struct plan_user *users = arena_alloc(decode->arena, value->len * sizeof *users);
    size_t len = 0;
    for (size_t i = 0; i < value->len; i++) {
        if (decode_take_text(decode, value->items[i], what, &users[len].password) &&
            decode_take_text(decode, value->keys[i], "a user's name", &users[len].name)) {
            decode->passwords[decode->passwords_len++] = value->items[i];
            len++;
        }
    }
    *ret = users;
    return len;
}

void decode_server_users(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_auth *auth = at;
    (void)key;
    auth->users_len = decode_server_logins(
        decode, value, "a map of users and their passwords", "this user's password", &auth->users);
}

void decode_server_tokens(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_auth *auth = at;
    (void)key;
    auth->tokens_len = decode_server_logins(
        decode, value, "a map of users and their tokens", "this user's token", &auth->tokens);
}

/* --- TLS --- */

void decode_server_protocols(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    unsigned bits = 0;
    if (!decode_take_list(decode, value, "a list of versions such as [tls1.2, tls1.3]")) {
        return;
    }
    if (value->len == 0) {
        tell_error(decode->tell, value, NULL, "an empty list leaves nothing to use");
    }
    for (size_t i = 0; i < value->len; i++) {
        int word;
        if (!decode_take_word(decode, value->items[i], keys_row(key)->allowed, &word)) {
            continue;
        }
        bits |= 1u << word;
    }
    *(unsigned *)at = bits;
}

/* The sizes of which there are well-known fields. */
void decode_server_dh_bits(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    static const int sizes[] = {512, 768, 1024, 1536, 2048};
    int64_t bits;
    if (!decode_take_number(decode, value, keys_row(key)->allowed, &bits)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        if (sizes[i] == bits) {
            *(int *)at = sizes[i];
            return;
        }
    }
    tell_error(decode->tell, value, NULL, "it has fields of 512, 768, 1024, 1536 and 2048 bits");
}

void decode_server_sni(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_section(decode, "server.sni", NULL, value, at);
}

/* --- faults --- */

void decode_server_faults(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    plan_fault_set faults = 0;
    if (!decode_take_list(decode, value, "a list of faults such as [any-password]")) {
        return;
    }
    for (size_t i = 0; i < value->len; i++) {
        const struct node *item = value->items[i];
        const char *name = item->kind == NODE_SCALAR ? (const char *)item->text.data : NULL;
        plan_fault_set fault = name == NULL ? 0 : plan_fault_find(name);
        if (fault == 0) {
            decode_expected(decode, item, "a fault",
                name == NULL ? NULL : tell_nearest(decode->tell, name, plan_fault_names()));
        } else if ((faults & fault) != 0) {
            tell_error(decode->tell, item, NULL, "the fault '%s' stands there twice", name);
        } else if (plan_fault_rival(faults, fault) != NULL) {
            tell_error(decode->tell, item, "write two cases", "a server has '%s' or '%s', not both",
                plan_fault_rival(faults, fault), name);
        }
        faults |= fault;
    }
    *(plan_fault_set *)at = faults;
}

/* --- network --- */

void decode_server_network(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_section(decode, "server.network", NULL, value, at);
}

void decode_server_segment(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    if (node_is(value, "random")) {
        *(int64_t *)at = -1;
    } else if (node_is_plain(value, "") || value->kind != NODE_SCALAR ||
               (value->text.len > 0 && !text_is_digit((char)value->text.data[0]) &&
                   value->text.data[0] != '-')) {
        decode_expected(decode, value, "a number of octets, or random",
            value->kind == NODE_SCALAR ? tell_nearest(decode->tell, (const char *)value->text.data,
                                             (const char *const[]){"random", NULL})
                                       : NULL);
    } else {
        (void)decode_take_number(decode, value, keys_row(key)->allowed, at);
    }
}

void decode_server_split_at(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_network *network = at;
    if (!decode_take_list(decode, value, "a list of numbers")) {
        return;
    }
    int64_t *offsets = arena_alloc(decode->arena, value->len * sizeof *offsets);
    size_t len = 0;
    for (size_t i = 0; i < value->len; i++) {
        if (!decode_take_number(decode, value->items[i], keys_row(key)->allowed, &offsets[len])) {
            continue;
        }
        if (len > 0 && offsets[len] <= offsets[len - 1]) {
            tell_error(decode->tell, value->items[i], NULL,
                "the places rise: %lld comes behind %lld", (long long)offsets[len],
                (long long)offsets[len - 1]);
        }
        len++;
    }
    network->split_at = offsets;
    network->split_at_len = len;
}

void decode_server_cut(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (decode_section(decode, "server.network.cut", NULL, value, at)) {
        (void)decode_demand(decode, value, "from");
    }
}

/* --- the whole --- */

static bool decode_server_starts_tls(const struct plan_server *server)
{
    for (size_t i = 0; i < server->script_len; i++) {
        for (size_t j = 0; j < server->script[i].actions_len; j++) {
            if (server->script[i].actions[j].kind == PLAN_ACTION_START_TLS) {
                return true;
            }
        }
    }
    return false;
}

/* Who says how TLS is to be and not that it is to be has forgotten something; where `tls: none` is
 * written, it is one of several. */
static void decode_server_idle(
    struct decode *decode, const struct node *map, const struct plan_server *server)
{
    static const char *const names[] = {"certificate", "protocols", "ciphers", "groups",
        "signatures", "sni", "dh_bits", "tickets", "client_certificate"};
    const struct node *tls = node_get(map, "tls");
    if (decode->partial || server->tls != PLAN_TLS_NONE || (tls != NULL && !node_is_null(tls)) ||
        decode_server_starts_tls(server)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct node *value = node_get(map, names[i]);
        if (value != NULL && !node_is_null(value)) {
            tell_error(decode->tell, value, "write tls: starttls, or tls: on-connect",
                "'%s' has no effect: the server has no TLS", names[i]);
        }
    }
}

static void decode_server_defaults(
    struct decode *decode, const struct node *map, bool good, struct plan_server *server)
{
    const struct node *starttls = node_get(map, "starttls");
    bool has_starttls = starttls != NULL && !node_is_null(starttls);
    static const uint16_t ports[] = {
        [PLAN_TLS_NONE] = 25, [PLAN_TLS_STARTTLS] = 587, [PLAN_TLS_ON_CONNECT] = 465};
    if (has_starttls && node_get(map, "tls") == NULL) {
        server->tls = PLAN_TLS_STARTTLS;
    } else if (has_starttls && good && server->tls != PLAN_TLS_STARTTLS && !decode->partial) {
        tell_error(decode->tell, starttls, "starttls: null deletes it",
            "'starttls' says something only beside `tls: starttls`");
    }
    if (server->host == NULL) {
        server->host = SERVER_HOST_DEFAULT;
    }
    if (server->port == 0) {
        server->port = ports[server->tls];
    }
    if (server->certificates_len == 0 && server->tls != PLAN_TLS_NONE) {
        struct plan_certificate *certificate = arena_alloc(decode->arena, sizeof *certificate);
        decode_certificate_default(certificate);
        server->certificates = certificate;
        server->certificates_len = 1;
    }
}

void decode_server(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    struct plan_server *server = arena_alloc(decode->arena, sizeof *server);
    server->auth.style_standard = true;
    size_t raised = decode->tell->raised;
    if (decode_section(decode, "server", NULL, value, server)) {
        bool good = decode->tell->raised == raised;
        decode_server_defaults(decode, value, good, server);
        if (good) {
            decode_server_idle(decode, value, server);
        }
        *(const struct plan_server **)at = server;
        decode->server = server;
    }
}
