/* `steps`: manual control of the client. */
#include "harness/scenario/decode.h"
#include "harness/scenario/merge.h"

#define STEP_MAX 1000 /* of one case; manual dialogues have some tens */

/* The key of a step's map that says what it does; NULL, and told, where there is none or two. */
static const struct node *decode_step_name(
    struct decode *decode, const struct node *map, const struct node **ret_value)
{
    const struct node *name = NULL;
    for (size_t i = 0; i < map->len; i++) {
        if (node_is(map->keys[i], "if") || node_is(map->keys[i], "expect")) {
            continue;
        }
        if (name != NULL) {
            tell_error(decode->tell, map->keys[i], "each step is an item of its own",
                "the step has two things to do: '%s' is the second",
                (const char *)map->keys[i]->text.data);
            return NULL;
        }
        name = map->keys[i];
        *ret_value = map->items[i];
    }
    if (name == NULL) {
        tell_error(decode->tell, map, NULL, "the step does nothing");
    }
    return name;
}

static bool decode_step_is_bare(enum plan_step_kind kind)
{
    switch (kind) {
    case PLAN_STEP_COMMAND:
    case PLAN_STEP_RAW:
    case PLAN_STEP_BELOW_TLS:
    case PLAN_STEP_WAIT:
    case PLAN_STEP_SILENCE:
    case PLAN_STEP_CLOSE:
        return false;
    default:
        return true;
    }
}

/* `value` NULL: the bare word. */
static void decode_step_do(struct decode *decode, const struct node *name, const struct node *value,
    struct plan_step *step)
{
    const struct key *key = keys_find("step", name->text);
    if (key == NULL || node_is(name, "if") || node_is(name, "expect")) {
        decode_unknown(decode, (const char *const[]){"step", NULL}, name);
        return;
    }
    step->kind = (enum plan_step_kind)key->first;
    if (value != NULL && !node_is_null(value)) {
        decode_entry(decode, key, name, value, step);
    } else if (value != NULL || !decode_step_is_bare(step->kind)) {
        tell_error(decode->tell, name,
            tell_hint(decode->tell, "write {%s: ...}", keys_row(key)->name),
            "the step '%s' needs a value", keys_row(key)->name);
    }
}

/* What a step expects is judged when it is over; what the server saw is told when all is. */
static void decode_step_facts(struct decode *decode, const struct node *step, const char *which,
    const struct plan_expectation **ret, size_t *ret_len)
{
    const struct node *map = node_get(step, which);
    struct merge merge = {.arena = decode->scratch, .tell = decode->tell};
    if (map == NULL || node_is_null(map)) {
        return;
    }
    if (map->kind != NODE_MAP) {
        decode_expected(decode, map, "a map of facts", NULL);
        return;
    }
    decode_expectations(decode, merge_facts(&merge, map), ret, ret_len);
    for (size_t i = 0; i < *ret_len; i++) {
        if (strncmp((*ret)[i].fact, "server.saw.", strlen("server.saw.")) == 0) {
            tell_error(decode->tell, map, "write it below the case's `expect`",
                "what the server saw is known only when all is over");
            return;
        }
    }
}

static void decode_step(struct decode *decode, const struct node *item, struct plan_step *step)
{
    *step = (struct plan_step){.mark = item->mark};
    if (item->kind == NODE_SCALAR && item->text.len > 0) {
        decode_step_do(decode, item, NULL, step);
        return;
    }
    if (item->kind != NODE_MAP) {
        decode_expected(decode, item, "a step such as hello or {command: NOOP}", NULL);
        return;
    }
    const struct node *value = NULL;
    const struct node *name = decode_step_name(decode, item, &value);
    if (name != NULL) {
        decode_step_do(decode, name, value, step);
    }
    decode_step_facts(decode, item, "if", &step->condition, &step->condition_len);
    decode_step_facts(decode, item, "expect", &step->expectations, &step->expectations_len);
}

void decode_steps(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_client *client = at;
    (void)key;
    if (!decode_take_list(decode, value, "a list of steps")) {
        return;
    }
    if (value->len == 0 || value->len > STEP_MAX) {
        tell_error(
            decode->tell, value, NULL, "there are 1 to %d steps, not %zu", STEP_MAX, value->len);
        return;
    }
    struct plan_step *steps = arena_alloc(decode->arena, value->len * sizeof *steps);
    size_t raised = decode->tell->raised;
    for (size_t i = 0; i < value->len; i++) {
        decode_step(decode, value->items[i], &steps[i]);
    }
    if (decode->tell->raised == raised && steps[0].kind != PLAN_STEP_CONNECT) {
        tell_error(decode->tell, value->items[0], "begin with: - connect",
            "the first step needs a connection");
    }
    decode->steps_good = decode->tell->raised == raised;
    client->steps = steps;
    client->steps_len = value->len;
}

void decode_step_bare(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    bool truth = false;
    (void)at;
    if (decode_take_truth(decode, value, &truth) && !truth) {
        tell_error(decode->tell, value, NULL, "a step that is not to be done is left out: '%s'",
            keys_row(key)->name);
    }
}

void decode_step_hello(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    static const char *const commands[] = {"ehlo", "helo"};
    struct plan_step *step = at;
    int word = 0;
    if (node_is_plain(value, "true")) {
        return;
    }
    if (decode_take_word(decode, value, keys_row(key)->allowed, &word)) {
        step->text = commands[word];
    }
}
