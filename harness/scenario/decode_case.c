#include "harness/scenario/decode.h"

#include "harness/base/secret.h"
#include "harness/base/text.h"
#include "harness/scenario/decode_servers.h"

#define DECODE_ID_MAX 200 /* octets of a case's own part of its id: it names files in reports */

void decode_case_file_only(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)at;
    tell_error(decode->tell, value, NULL,
        "'%s' stands at the top of a file, not in a case or a template", keys_row(key)->name);
}

void decode_case_id(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)at; /* decode_case has the whole id */
    bool good = value->kind == NODE_SCALAR && value->text.len > 0;
    for (size_t i = 0; good && i < value->text.len; i++) {
        char c = text_lower((char)value->text.data[i]);
        good = (c >= 'a' && c <= 'z') || text_is_digit(c) || c == '.' || c == '_' || c == '-';
    }
    if (!good) {
        decode_expected(
            decode, value, "an id of letters, digits, dots, dashes and underscores", NULL);
    } else if (value->text.len > DECODE_ID_MAX) {
        tell_error(decode->tell, value, NULL, "an id has at most %d octets", DECODE_ID_MAX);
    }
}

void decode_case_seed(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_case *plan = at;
    int64_t number;
    if (decode_take_number(decode, value, keys_row(key)->allowed, &number)) {
        plan->seed = (uint64_t)number;
        plan->seed_given = true;
    }
}

static void decode_case_reason(
    struct decode *decode, const char *section, const struct node *value, void *at)
{
    if (value->kind == NODE_SCALAR && value->text.len > 0) {
        decode_expected(decode, value, tell_hint(decode->tell, "a map with keys of %s", section),
            "write {reason: ...}");
    } else if (decode_section(decode, section, NULL, value, at)) {
        (void)decode_demand(decode, value, "reason");
    }
}

void decode_case_skip(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_case_reason(decode, "skip", value, at);
}

void decode_case_known_fail(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_case_reason(decode, "known_fail", value, at);
}

void decode_case_needs(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    unsigned needs = 0;
    if (!decode_take_list(decode, value, "a list of words")) {
        return;
    }
    for (size_t i = 0; i < value->len; i++) {
        int word;
        if (decode_take_word(decode, value->items[i], keys_row(key)->allowed, &word)) {
            needs |= 1u << word;
        }
    }
    *(unsigned *)at = needs;
}

void decode_case_count(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int64_t number;
    if (decode_take_number(decode, value, keys_row(key)->allowed, &number)) {
        *(unsigned *)at = (unsigned)number;
    }
}

void decode_case_retry(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (decode_section(decode, "retry", NULL, value, at)) {
        (void)decode_demand(decode, value, "count");
    }
}

/* {simulated: "reason"}, {wire: "reason"}, {only: wire, reason: "reason"}: fills world and returns
 * where the reason stands; NULL where there is none. */
static const struct node *decode_case_world_map(
    struct decode *decode, const struct node *value, enum plan_world *ret)
{
    const struct node *simulated = node_get(value, "simulated"), *wire = node_get(value, "wire");
    const struct node *only = node_get(value, "only"), *reason = node_get(value, "reason");
    int word;
    if ((simulated != NULL) + (wire != NULL) + (only != NULL) != 1) {
        tell_error(decode->tell, value, "write {simulated: why} or {wire: why}",
            "one world is named, with its reason");
        return NULL;
    }
    if (only == NULL && reason != NULL) {
        tell_error(decode->tell, reason, NULL, "the reason stands here twice");
        return NULL;
    }
    if (only != NULL) {
        if (!decode_take_word(decode, only, "simulated|wire", &word) ||
            !decode_demand(decode, value, "reason")) {
            return NULL;
        }
        *ret = word == 0 ? PLAN_WORLD_SIMULATED : PLAN_WORLD_WIRE;
        return reason;
    }
    *ret = simulated != NULL ? PLAN_WORLD_SIMULATED : PLAN_WORLD_WIRE;
    return simulated != NULL ? simulated : wire;
}

void decode_case_world(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_case *plan = at;
    if (node_is(value, "any")) {
        plan->world = PLAN_WORLD_ANY;
        return;
    }
    if (node_is(value, "simulated") || node_is(value, "wire")) {
        const char *world = (const char *)value->text.data;
        tell_error(decode->tell, value,
            tell_hint(decode->tell, "write world: {%s: \"why\"}", world),
            "a case that makes sense in one world only says why");
        return;
    }
    if (value->kind == NODE_SCALAR) {
        int word;
        (void)decode_take_word(decode, value, "any|simulated|wire", &word);
        return;
    }
    enum plan_world world = PLAN_WORLD_ANY;
    if (decode_section(decode, "world", NULL, value, plan)) {
        const struct node *reason = decode_case_world_map(decode, value, &world);
        if (reason != NULL) {
            decode_reason(decode, key, reason, &plan->world_reason);
            plan->world = world;
        }
    }
}

/* --- the case --- */

/* Passwords of the client and of the server's users: told where one also stands in the message. */
static bool decode_case_is_sent(const struct plan_client *client, struct span password)
{
    if (password.len < SECRET_SCAN_MIN) {
        return false;
    }
    for (size_t i = 0; i < client->messages_len; i++) {
        const struct plan_message *message = &client->messages[i];
        struct span subject = span_text(message->subject);
        if ((message->body.len > 0 &&
                memmem(message->body.data, message->body.len, password.data, password.len)) ||
            (subject.len > 0 &&
                memmem(subject.data, subject.len, password.data, password.len) != NULL)) {
            return true;
        }
    }
    return false;
}

static void decode_case_passwords(struct decode *decode, const struct plan_client *client)
{
    for (size_t i = 0; i < decode->passwords_len; i++) {
        if (decode_case_is_sent(client, decode->passwords[i]->text)) {
            tell_warning(decode->tell, decode->passwords[i], NULL,
                "the password also stands in the message, and will be masked there");
        }
    }
}

/* Is this value, by which the cell is called, a password of the case? */
static void decode_case_label(struct decode *decode, const struct node *value)
{
    const struct node *id = node_get(value, "id");
    value = id != NULL ? id : value;
    for (size_t i = 0; value->kind == NODE_LIST && i < value->len; i++) {
        if (value->items[i]->kind == NODE_SCALAR) {
            decode_case_label(decode, value->items[i]);
        }
    }
    for (size_t i = 0; value->kind == NODE_SCALAR && i < decode->passwords_len; i++) {
        const struct span password = decode->passwords[i]->text;
        if (password.len > 0 && span_equal(password, value->text)) {
            tell_at(decode->tell, DIAG_ERROR, NULL, value->mark,
                "give it a name: {id: NAME, password: ...}, and put in matrix.DIMENSION.password",
                "this password would name the cell, and stand in the case's id");
            return;
        }
    }
}

/* An id is printed by everybody, and masked it would be that of another cell as well. */
static void decode_case_labels(struct decode *decode, const struct decode_place *place)
{
    const struct node *id = node_get(place->values, "id");
    if (id != NULL) { /* a cell of its own, or a dimension of that name */
        decode_case_label(decode, id);
    }
    for (size_t i = 0; place->values != NULL && id == NULL && i < place->values->len; i++) {
        decode_case_label(decode, place->values->items[i]);
    }
}

/* A run masks so many and no more: what it could not mask must not run. */
static void decode_case_secrets(struct decode *decode, const struct node *map,
    const struct decode_place *place, struct plan_case *plan)
{
    const char **texts = arena_alloc(decode->arena, (place->secrets_len + 1) * sizeof *texts);
    for (size_t i = 0; i < place->secrets_len; i++) {
        texts[i] = (const char *)place->secrets[i].data;
    }
    plan->secrets = (struct plan_text_list){texts, place->secrets_len};
    size_t all = place->secrets_len;
    for (size_t i = 0; i < decode->passwords_len; i++) {
        bool known = false;
        for (size_t j = 0; j < place->secrets_len && !known; j++) {
            known = span_equal(place->secrets[j], decode->passwords[i]->text);
        }
        all += known ? 0 : 1;
    }
    if (all > PLAN_SECRETS_MAX) {
        tell_error(decode->tell, map, NULL, "a case has at most %d passwords and secrets, not %zu",
            PLAN_SECRETS_MAX, all);
    }
}

/* What says something in other company only. */
static void decode_case_idle(
    struct decode *decode, const struct node *map, const struct plan_case *plan)
{
    if (plan->server != NULL || node_get(map, "server") != NULL ||
        node_get(map, "servers") != NULL) {
        return;
    }
    if (plan->world == PLAN_WORLD_SIMULATED) {
        tell_error(decode->tell, node_get(map, "world"), NULL,
            "a case without `server` is for a real one: it cannot be simulated");
    }
    if (plan->seed_given) {
        tell_error(decode->tell, node_get(map, "seed"), "seed: null deletes it",
            "'seed' has no effect without `server`: a real one has its own chance");
    }
}

/* A step that waits for longer than the whole case may take. */
static void decode_case_waits(
    struct decode *decode, const struct node *map, const struct plan_case *plan)
{
    const struct node *steps = node_get(node_get(map, "client"), "steps");
    for (size_t i = 0; decode->steps_good && i < plan->client.steps_len; i++) {
        const struct plan_step *step = &plan->client.steps[i];
        bool waits = step->kind == PLAN_STEP_WAIT || step->kind == PLAN_STEP_SILENCE;
        if (waits && step->condition_len == 0 && step->duration_us >= plan->timeout_us) {
            tell_error(decode->tell, steps->items[i], "the case's `timeout` is an hour unless said",
                "the step waits for longer than the whole case may take");
        }
    }
}

static const char *decode_case_whole_id(
    struct decode *decode, const struct node *map, const struct decode_place *place)
{
    const struct node *own = node_get(map, "id");
    if (own == NULL || own->kind != NODE_SCALAR || node_is_null(own)) {
        return place->cell[0] == 0 ? place->file
                                   : arena_printf(decode->arena, "%s%s", place->file, place->cell);
    }
    return arena_printf(
        decode->arena, "%s#%s%s", place->file, (const char *)own->text.data, place->cell);
}

void decode_case(struct decode *decode, const struct node *map, const struct decode_place *place,
    struct plan_case *ret)
{
    *ret = (struct plan_case){
        .id = decode_case_whole_id(decode, map, place),
        .mark = map->mark,
        .timeout_us = PLAN_TIMEOUT_DEFAULT_US,
        .clock_s = PLAN_CLOCK_REAL,
    };
    size_t raised = decode->tell->raised;
    decode->server = NULL;
    decode->steps_good = decode->unknown = false;
    for (size_t i = 0; map->kind == NODE_MAP && i < map->len; i++) {
        decode->unknown = decode->unknown || keys_find("case", map->keys[i]->text) == NULL;
    }
    decode->passwords_len = decode->doubts_len = 0;
    decode_client_init(&ret->client);
    if (!decode_section(decode, "case", "server", map, ret)) {
        return;
    }
    if (ret->clock_s == PLAN_CLOCK_REAL && ret->server != NULL) {
        ret->clock_s = PLAN_CLOCK_DEFAULT_S;
    }
    if (ret->name == NULL) {
        const char *slash = strrchr(place->file, '/');
        ret->name = slash == NULL ? place->file : slash + 1;
    }
    decode_servers_finish(decode, map, ret);
    decode_client_finish(decode, map, &ret->client);
    if (decode->partial) {
        return;
    }
    if (ret->expectations_len == 0 && decode->tell->raised == raised) {
        tell_warning(decode->tell, map, NULL, "the case expects nothing, so it always passes");
    }
    decode_case_idle(decode, map, ret);
    decode_case_waits(decode, map, ret);
    decode_check(decode, map, ret, decode->tell->raised == raised);
    decode_case_passwords(decode, &ret->client);
    decode_case_labels(decode, place);
    decode_case_secrets(decode, map, place, ret);
}
