#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/evidence/certificate_flag.h"
#include "harness/scenario/words.h"

#define CLIENT_MESSAGES_MAX 1000 /* of one case */
#define CLIENT_SNI_MAX 255
#define CLIENT_FROM_DEFAULT "smtpvet@client.smtpvet.test"
#define CLIENT_SUBJECT_DEFAULT "Test message"
#define CLIENT_BODY_DEFAULT "A test message of smtpvet.\n"

/* --- where and how --- */

void decode_client_connect_to(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_client *client = at;
    const char *text;
    (void)key;
    if (!decode_take_text(decode, value, "an address and a port: \"127.0.0.1:2525\"", &text)) {
        return;
    }
    const char *colon = strrchr(text, ':');
    const char *end = colon;
    bool brackets = text[0] == '[' && colon != NULL && colon[-1] == ']';
    int64_t port = 0;
    bool good = colon != NULL && colon > text + (brackets ? 2 : 0) && text_is_digit(colon[1]) &&
                text_integer(span_text(colon + 1), &port) &&
                (brackets || strchr(text, ':') == colon);
    if (!good) {
        decode_expected(
            decode, value, "an address and a port: \"127.0.0.1:2525\" or \"[::1]:25\"", NULL);
        return;
    }
    if (port < 1 || port > UINT16_MAX) {
        tell_error(decode->tell, value, NULL, "%lld is out of range: ports go from 1 to 65535",
            (long long)port);
        return;
    }
    const char *start = brackets ? text + 1 : text;
    end -= brackets ? 1 : 0;
    if (brackets && memchr(start, ':', (size_t)(end - start)) == NULL) {
        tell_error(
            decode->tell, value, NULL, "an IPv6 address stands in brackets, and nothing else");
        return;
    }
    client->connect_to_host = decode_take_host(
        decode, value, span_of(start, (size_t)(end - start)), false);
    client->connect_to_port = (uint16_t)port;
}

void decode_client_ssl_mode(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_client *client = at;
    decode_word(decode, key, value, &client->ssl_mode);
    client->ssl_mode_written = true;
}

#define DECODE_CLIENT_SSL (PLAN_PROTOCOL_SSL2 | PLAN_PROTOCOL_SSL3)

static bool decode_client_protocol(
    struct decode *decode, const struct key *key, const struct node *node, unsigned *ret_bits)
{
    int word;
    if (!decode_take_word(decode, node, keys_row(key)->allowed, &word)) {
        return false;
    }
    *ret_bits |= 1u << word;
    return true;
}

/* One end of a range; false, and told, when it is no version. Nothing stands for the oldest or the
 * newest that the client speaks. */
static bool decode_client_protocol_end(struct decode *decode, const struct key *key,
    const struct node *range, struct span text, unsigned open, unsigned *ret_bits)
{
    struct node end = *range;
    end.text = span_text(arena_memdup(decode->scratch, text.data, text.len));
    if (text.len == 0) {
        *ret_bits = open;
    }
    return text.len == 0 || decode_client_protocol(decode, key, &end, ret_bits);
}

/* "tls1.1..tls1.3", "tls1.2..", "..tls1.2" */
static void decode_client_protocol_range(
    struct decode *decode, const struct key *key, const struct node *value, unsigned *ret_bits)
{
    struct span text = value->text;
    size_t at = (size_t)(strstr((const char *)text.data, "..") - (const char *)text.data);
    unsigned from = 0, to = 0;
    if (text.len == 2) {
        tell_error(decode->tell, value, "write tls1.2.., ..tls1.2 or auto",
            "the range has no end on either side");
        return;
    }
    bool good = decode_client_protocol_end(
        decode, key, value, span_first(text, at), PLAN_PROTOCOL_TLS1_0, &from);
    if (!decode_client_protocol_end(
            decode, key, value, span_from(text, at + 2), PLAN_PROTOCOL_TLS1_3, &to) ||
        !good) {
        return;
    }
    if (from > to) {
        tell_error(decode->tell, value, "the older version goes first", "the range is empty");
        return;
    }
    *ret_bits = (to << 1) - from;
}

/* A client of OpenSSL offers what lies before the first hole, and nothing behind it. */
static void decode_client_protocol_list(
    struct decode *decode, const struct key *key, const struct node *value, unsigned *ret_bits)
{
    size_t raised = decode->tell->raised;
    unsigned bits = 0;
    for (size_t i = 0; i < value->len; i++) {
        (void)decode_client_protocol(decode, key, value->items[i], &bits);
    }
    if (value->len == 0) {
        tell_error(decode->tell, value, NULL, "an empty list leaves nothing to use");
    } else if (decode->tell->raised == raised) {
        unsigned lowest = bits & (~bits + 1);
        if ((bits & (bits + lowest)) != 0) { /* carried into a second run of versions */
            tell_error(decode->tell, value, "name them as a range: tls1.1..tls1.3",
                "a client cannot leave out a version between two others");
        }
    }
    *ret_bits = bits;
}

void decode_client_ssl_protocol(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    unsigned bits = 0;
    if (value->kind == NODE_LIST) {
        decode_client_protocol_list(decode, key, value, &bits);
    } else if (value->kind == NODE_SCALAR && strstr((const char *)value->text.data, "..") != NULL) {
        decode_client_protocol_range(decode, key, value, &bits);
    } else if (!node_is(value, "auto")) {
        (void)decode_client_protocol(decode, key, value, &bits);
    }
    if ((bits & DECODE_CLIENT_SSL) != 0 && (bits & (bits - 1)) != 0) {
        tell_error(decode->tell, value, "write ssl3, or tls1..",
            "SSL 2 and SSL 3 are only looked for, and one at a time");
    }
    *(unsigned *)at = bits;
}

#define CLIENT_PROTOCOL_NAME_MAX 255 /* octets: its length has one (RFC 7301 §3.1) */
#define CLIENT_PROTOCOLS_MAX 1024    /* octets of all; a fake server notes so many */

void decode_protocol_names(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (!decode_take_list(decode, value, "a list of protocols")) {
        return;
    }
    if (value->len == 0) {
        tell_error(decode->tell, value, "null: no ALPN", "an empty list leaves nothing to use");
        return;
    }
    uint8_t *names = arena_alloc(decode->arena, CLIENT_PROTOCOLS_MAX);
    size_t len = 0;
    for (size_t i = 0; i < value->len; i++) {
        const char *name;
        if (!decode_take_text(decode, value->items[i], "a protocol: smtp", &name)) {
            continue;
        }
        size_t name_len = strlen(name);
        if (name_len == 0 || name_len > CLIENT_PROTOCOL_NAME_MAX ||
            len + 1 + name_len > CLIENT_PROTOCOLS_MAX) {
            tell_error(decode->tell, value->items[i], NULL,
                "a protocol's name has 1 to %d octets, and all of them at most %d",
                CLIENT_PROTOCOL_NAME_MAX, CLIENT_PROTOCOLS_MAX);
            return;
        }
        names[len++] = (uint8_t)name_len;
        memcpy(names + len, name, name_len);
        len += name_len;
    }
    *(struct span *)at = span_of(names, len);
}

/* The list has what may be used, the plan what may not: nothing said is nothing left alone. */
void decode_client_extensions(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    unsigned used = 0, all = 0;
    if (!decode_take_list(decode, value, "a list of extensions")) {
        return;
    }
    for (size_t i = 0; i < value->len; i++) {
        int word;
        if (decode_take_word(decode, value->items[i], keys_row(key)->allowed, &word)) {
            used |= 1u << word;
        }
    }
    for (const char *bar = keys_row(key)->allowed; bar != NULL; bar = strchr(bar + 1, '|')) {
        all = all << 1 | 1u;
    }
    *(unsigned *)at = all & ~used;
}

void decode_client_tls_options(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    unsigned options = 0;
    if (!decode_take_list(decode, value, "a list of words")) {
        return;
    }
    for (size_t i = 0; i < value->len; i++) {
        int word;
        if (decode_take_word(decode, value->items[i], keys_row(key)->allowed, &word)) {
            options |= 1u << word;
            if (node_is(value->items[i], "early-data")) {
                decode_not_yet(decode, value->items[i], "tls_options: [early-data]");
            }
        }
    }
    *(unsigned *)at = options;
}

void decode_client_time_limits(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_section(decode, "client.time_limits", NULL, value, at);
}

/* --- verify --- */

void decode_client_verify(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_verify *verify = at;
    int word;
    if (value->kind == NODE_MAP) {
        (void)decode_section(decode, "client.verify", NULL, value, verify);
        if (node_get(value, "except") != NULL && node_get(value, "only") != NULL) {
            tell_error(decode->tell, node_get(value, "only"), "null deletes the other",
                "'except' and 'only' exclude each other");
        }
    } else if (decode_take_word(decode, value, keys_row(key)->allowed, &word)) {
        verify->mode = word == 0 ? PLAN_VERIFY_ALL : PLAN_VERIFY_NONE;
        /* Written out, it holds also where a default would only warn. */
        verify->on_problem = word == 0 ? PLAN_ON_PROBLEM_STOP : verify->on_problem;
    }
}

void decode_client_flags(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_verify *verify = (struct plan_verify *)(void *)((char *)at - key->offset);
    unsigned flags = 0;
    if (!decode_take_list(decode, value, "a list of certificate flags")) {
        return;
    }
    for (size_t i = 0; i < value->len; i++) {
        const struct node *item = value->items[i];
        unsigned flag = item->kind == NODE_SCALAR
                            ? certificate_flag_find((const char *)item->text.data)
                            : 0;
        if (flag == 0) {
            decode_expected(decode, item, "a certificate flag",
                item->kind == NODE_SCALAR
                    ? tell_nearest(
                          decode->tell, (const char *)item->text.data, certificate_flag_names())
                    : NULL);
        }
        flags |= flag;
    }
    verify->mode = (enum plan_verify_mode)key->first;
    verify->flags = flags;
}

void decode_client_trust(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_verify *verify = at;
    int word;
    if (value->kind == NODE_MAP) {
        (void)decode_section(decode, "client.verify.trust", NULL, value, verify);
    } else if (decode_take_word(decode, value, keys_row(key)->allowed, &word)) {
        verify->trust = word == 0 ? PLAN_TRUST_SYSTEM : PLAN_TRUST_SCENARIO;
    }
}

void decode_client_trust_file(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_verify *verify = at;
    const char *name;
    (void)key;
    if (!decode_take_file(decode, value, &name)) {
        return;
    }
    verify->trust = PLAN_TRUST_FILE;
    verify->trust_file = name;
    decode_doubt(decode, DECODE_DOUBT_TRUST, value, name);
}

/* --- login --- */

void decode_client_mechanisms(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    if (node_is(value, "auto")) {
        *(struct plan_text_list *)at = (struct plan_text_list){0};
        return;
    }
    size_t raised = decode->tell->raised;
    struct plan_text_list *list = at;
    decode_server_mechanisms(decode, key, value, list);
    for (size_t i = 0; decode->checks != NULL && decode->tell->raised == raised && i < list->len;
         i++) {
        const char *why = NULL;
        if (!decode->checks->speaks(list->items[i], &why)) {
            tell_error(decode->tell, value->items[i], why, "the client cannot log in by %s",
                list->items[i]);
            raised = decode->tell->raised;
        }
    }
    if (value->kind == NODE_LIST && value->len == 0) {
        tell_error(decode->tell, value, "mechanisms: auto takes any",
            "an empty list leaves nothing to use");
    }
}

static void decode_client_first_user(
    struct decode *decode, const struct node *value, struct plan_login *login)
{
    if (decode->server == NULL || decode->server->auth.users_len == 0) {
        login->wanted = true;
        if (decode->partial) {
            return;
        }
        tell_error(decode->tell, value, "write login: {user: ..., password: ...}",
            "`login: true` logs in as the server's first user, and there is none");
        return;
    }
    login->wanted = true;
    login->user = decode->server->auth.users[0].name;
    login->password = decode->server->auth.users[0].password;
}

/* What is missing is told: a password, unless every mechanism that is wanted goes without it or
 * there is a token in its place. */
static void decode_client_demand(
    struct decode *decode, const struct node *value, const struct plan_login *login)
{
    const struct plan_text_list *list = &login->mechanisms;
    bool password = list->len == 0, token = false;
    for (size_t i = 0; i < list->len; i++) {
        enum words_proof proof = words_mechanism_proof(list->items[i]);
        password = password || proof == WORDS_PROOF_PASSWORD;
        token = token || proof == WORDS_PROOF_TOKEN;
    }
    if (login->token == NULL && password) {
        (void)(decode_demand(decode, value, "user") && decode_demand(decode, value, "password"));
    } else if (token && login->password == NULL) {
        (void)decode_demand(decode, value, "token");
    }
}

static void decode_client_secret(struct decode *decode, const struct node *value)
{
    if (value != NULL && value->kind == NODE_SCALAR) {
        decode->passwords[decode->passwords_len++] = value;
    }
}

void decode_client_login(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_login *login = at;
    bool wanted = false;
    (void)key;
    if (value->kind != NODE_MAP) {
        if (decode_take_truth(decode, value, &wanted) && wanted) {
            decode_client_first_user(decode, value, login);
        }
        return;
    }
    (void)decode_section(decode, "client.login", NULL, value, login);
    login->wanted = true;
    decode_client_demand(decode, value, login);
    decode_client_secret(decode, node_get(value, "password"));
    decode_client_secret(decode, node_get(value, "token"));
}

/* --- send --- */

static bool decode_client_message(
    struct decode *decode, const struct node *node, struct plan_message *ret)
{
    bool wanted;
    if (node->kind == NODE_MAP) {
        (void)decode_section(decode, "client.send", NULL, node, ret);
        const struct node *to = node_get(node, "to");
        if (to != NULL && to->kind == NODE_LIST && to->len == 0) {
            tell_error(decode->tell, to, NULL, "a message needs a recipient");
        }
        return true;
    }
    if (!decode_take_truth(decode, node, &wanted) || !wanted) {
        return false;
    }
    ret->subject = CLIENT_SUBJECT_DEFAULT;
    return true;
}

void decode_client_send(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_client *client = at;
    bool several = value->kind == NODE_LIST;
    size_t len = several ? value->len : 1, made = 0;
    (void)key;
    if (len == 0 || len > CLIENT_MESSAGES_MAX) {
        tell_error(decode->tell, value, "send: null sends none",
            "a list of messages has 1 to %d, this has %zu", CLIENT_MESSAGES_MAX, len);
        return;
    }
    struct plan_message *messages = arena_alloc(decode->arena, len * sizeof *messages);
    for (size_t i = 0; i < len; i++) {
        const struct node *node = several ? value->items[i] : value;
        made += decode_client_message(decode, node, &messages[made]) ? 1 : 0;
    }
    decode->messages = messages;
    client->messages = messages;
    client->messages_len = made;
}

/* What a message leaves out is taken from the stock message. */
static void decode_client_finish_message(
    struct decode *decode, const char *host, struct plan_message *message)
{
    if (message->from == NULL) {
        message->from = CLIENT_FROM_DEFAULT;
    }
    if (message->to.items == NULL) {
        const char **to = arena_alloc(decode->arena, sizeof *to);
        to[0] = arena_printf(decode->arena, "postmaster@%s", host);
        message->to = (struct plan_text_list){to, 1};
    }
    if (message->cc.len > 0) {
        size_t len = message->to.len + message->cc.len;
        const char **all = arena_alloc(decode->arena, len * sizeof *all);
        memcpy(all, message->to.items, message->to.len * sizeof *all);
        memcpy(all + message->to.len, message->cc.items, message->cc.len * sizeof *all);
        message->to = (struct plan_text_list){all, len};
    }
    if (message->body.data == NULL && message->size == 0) {
        message->body = SPAN_LITERAL(CLIENT_BODY_DEFAULT);
    }
}

/* --- the whole --- */

void decode_client_init(struct plan_client *client)
{
    *client = (struct plan_client){
        .verify = {.level = -1, .at_s = PLAN_VERIFY_NOW}, .login.required = true};
}

void decode_client(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_section(decode, "client", NULL, value, at);
}

/* RFC 6066 §3: a DNS name. */
static void decode_client_check_sni(
    struct decode *decode, const struct node *node, const struct plan_client *client)
{
    if (client->sni != NULL && strlen(client->sni) > CLIENT_SNI_MAX) {
        tell_error(decode->tell, node_get(node, "sni"), NULL,
            "a server name has at most %d octets, this has %zu", CLIENT_SNI_MAX,
            strlen(client->sni));
    }
}

/* What says something in other company only. */
static void decode_client_idle(
    struct decode *decode, const struct node *node, const struct plan_client *client)
{
    const struct node *to = node_get(node, "connect_to"), *hello = node_get(node, "hello");
    if (client->connect_to_host != NULL && decode->server != NULL) {
        tell_error(decode->tell, to, "connect_to: null deletes it",
            "'connect_to' has no effect beside `server`: the fake server is met where it listens");
    }
    if (client->steps_len > 0 && hello != NULL && !node_is_null(hello)) {
        tell_error(decode->tell, hello, "write the step {hello: helo}",
            "'hello' has no effect beside `steps`: each step says which one");
    }
}

/* What is known of a session before it is played: nothing, behind a step with a condition. */
struct client_foresight {
    bool known, connected;
    size_t messages; /* accepted for sure: else the session ends */
};

static void decode_client_foresee(struct decode *decode, const struct node *at,
    const struct plan_client *client, const struct plan_step *step, struct client_foresight *seen)
{
    bool connects = step->kind == PLAN_STEP_CONNECT;
    bool parts = step->kind == PLAN_STEP_DISCONNECT || step->kind == PLAN_STEP_CLOSE;
    bool mails = step->kind == PLAN_STEP_MAIL || step->kind == PLAN_STEP_RCPT ||
                 step->kind == PLAN_STEP_DATA;
    bool sure = step->condition_len == 0 && step->expectations_len == 0;
    if (seen->known && connects && seen->connected) {
        tell_error(decode->tell, at, "disconnect, or close, before",
            "the step 'connect' comes where there is a connection");
    } else if (seen->known && !connects && !parts && !seen->connected) {
        tell_error(decode->tell, at, "connect before",
            "the step '%s' comes where there is no connection", plan_step_name(step->kind));
    } else if (mails && seen->messages >= client->messages_len) {
        tell_error(decode->tell, at, "add one to `send`",
            "the step '%s' comes when all messages of `send` are sent", plan_step_name(step->kind));
    }
    if (connects || parts) {
        seen->known = step->condition_len == 0;
        seen->connected = connects;
    }
    seen->messages += step->kind == PLAN_STEP_DATA && sure ? 1 : 0;
}

/* A step that has nothing to do it with would pass without a word said. */
static void decode_client_check_step(struct decode *decode, const struct node *at,
    const struct plan_client *client, const struct plan_step *step, struct client_foresight *seen)
{
    enum plan_step_kind kind = step->kind;
    bool mails = kind == PLAN_STEP_MAIL || kind == PLAN_STEP_RCPT || kind == PLAN_STEP_DATA;
    if (mails && client->messages_len == 0) {
        tell_error(decode->tell, at, "add send: true to the client", "the step '%s' has no message",
            plan_step_name(kind));
    } else if (kind == PLAN_STEP_LOGIN && !client->login.wanted) {
        tell_error(decode->tell, at, "add login: {user: ..., password: ...} to the client",
            "the step 'login' has nothing to log in with");
    } else if (decode->steps_good) {
        decode_client_foresee(decode, at, client, step, seen);
    }
}

static void decode_client_check_steps(
    struct decode *decode, const struct node *node, const struct plan_client *client)
{
    const struct node *steps = node_get(node, "steps");
    struct client_foresight seen = {
        .known = client->steps_len > 0 && client->steps[0].kind == PLAN_STEP_CONNECT};
    size_t raised = decode->tell->raised;
    for (size_t i = 0; steps != NULL && i < client->steps_len && i < steps->len; i++) {
        decode_client_check_step(decode, steps->items[i], client, &client->steps[i], &seen);
        seen.known = seen.known && decode->tell->raised == raised; /* one word about it will do */
    }
}

void decode_client_finish(struct decode *decode, const struct node *map, struct plan_client *client)
{
    const struct node *node = node_get(map, "client"), *port = node_get(node, "port");
    const struct plan_server *server = decode->server;
    if (client->host == NULL && server != NULL) {
        client->host = server->host;
    }
    if (decode->partial) {
        return;
    }
    decode_client_idle(decode, node, client);
    decode_client_check_sni(decode, node, client);
    if (client->host == NULL && node_get(node, "host") == NULL && node_get(map, "server") == NULL &&
        node_get(map, "servers") == NULL && node_get(node, "servers") == NULL) {
        if (decode->unknown) {
            return;
        }
        tell_error(decode->tell, map, "add a `server`, or client: {host: ..., port: ...}",
            "the case has no `server`, and the client is told no host");
        return;
    }
    if ((port == NULL || node_is_null(port)) && server != NULL && client->targets_len == 0) {
        client->port = server->port;
    }
    decode_client_check_steps(decode, node, client);
    for (size_t i = 0; client->host != NULL && i < client->messages_len; i++) {
        decode_client_finish_message(decode, client->host, &decode->messages[i]);
    }
}
