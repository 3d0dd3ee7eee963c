#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/scenario/words.h"

#define SCRIPT_RULES_MAX 1000   /* of one server */
#define SCRIPT_ACTIONS_MAX 1000 /* of one rule */
#define SCRIPT_MOMENTS_MAX 64   /* of one rule */
#define SCRIPT_VERB_MAX 64      /* octets; RFC 5321's have four, extensions' some more */
#define SCRIPT_CODE_LEN 4       /* octets of a code and what stands behind it */
#define SCRIPT_FRAME_MAX 6      /* octets of that and CRLF */

/* --- moments --- */

static const struct {
    const char *name;
    enum plan_moment moment;
} moments[] = {
    {"connect", PLAN_MOMENT_CONNECT},
    {"client-hello", PLAN_MOMENT_CLIENT_HELLO},
    {"handshake", PLAN_MOMENT_HANDSHAKE},
    {"greeting", PLAN_MOMENT_GREETING},
    {"auth-response", PLAN_MOMENT_AUTH_RESPONSE},
    {"body", PLAN_MOMENT_BODY},
    {"message", PLAN_MOMENT_MESSAGE},
    {"idle", PLAN_MOMENT_IDLE},
    {"any", PLAN_MOMENT_ANY},
    {"unknown", PLAN_MOMENT_UNKNOWN},
};

static bool decode_rule_is_verb(struct span word)
{
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.data[i];
        if (!(c >= 'A' && c <= 'Z') && !(i > 0 && (text_is_digit((char)c) || c == '-'))) {
            return false;
        }
    }
    return word.len > 0 && word.len <= SCRIPT_VERB_MAX;
}

static const char *decode_rule_on_hint(
    struct decode *decode, const struct key *key, const char *word)
{
    for (const char *const *verb = words_verbs(); *verb != NULL; verb++) {
        if (text_equal_caseless(span_text(word), span_text(*verb))) {
            return tell_hint(decode->tell, "verbs stand in capitals: %s", *verb);
        }
    }
    return tell_nearest(decode->tell, word, words_list(decode->scratch, keys_row(key)->allowed));
}

/* Servers may know any verb; one that is nearly a verb of SMTP is most likely that one. */
static void decode_rule_warn_verb(struct decode *decode, const struct node *node)
{
    bool known = false;
    for (const char *const *verb = words_verbs(); *verb != NULL && !known; verb++) {
        known = node_is(node, *verb);
    }
    const char *near = known ? NULL : text_nearest((const char *)node->text.data, words_verbs());
    if (near != NULL) {
        tell_warning(decode->tell, node, tell_did_you_mean(decode->tell, near),
            "no command of SMTP is called %s", node_got(decode->scratch, node));
    }
}

static bool decode_rule_moment(struct decode *decode, const struct key *key,
    const struct node *node, struct plan_moment_at *ret)
{
    if (node->kind != NODE_SCALAR || node->text.len == 0) {
        decode_expected(decode, node, "a moment, or a command's verb in capitals", NULL);
        return false;
    }
    const char *word = (const char *)node->text.data;
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        if (node_is(node, moments[i].name)) {
            ret->moment = moments[i].moment;
            return true;
        }
    }
    if (!decode_rule_is_verb(node->text)) {
        tell_error(decode->tell, node, decode_rule_on_hint(decode, key, word),
            "%s is no moment, nor a command's verb in capitals", node_got(decode->scratch, node));
        return false;
    }
    decode_rule_warn_verb(decode, node);
    ret->moment = PLAN_MOMENT_COMMAND;
    ret->verb = arena_strdup(decode->arena, word);
    return true;
}

void decode_rule_on(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_rule *rule = at;
    bool several = value->kind == NODE_LIST;
    size_t len = several ? value->len : 1, made = 0;
    if (len == 0 || len > SCRIPT_MOMENTS_MAX) {
        tell_error(decode->tell, value, NULL, "a rule has 1 to %d moments, this has %zu",
            SCRIPT_MOMENTS_MAX, len);
        return;
    }
    struct plan_moment_at *on = arena_alloc(decode->arena, len * sizeof *on);
    for (size_t i = 0; i < len; i++) {
        const struct node *node = several ? value->items[i] : value;
        made += decode_rule_moment(decode, key, node, &on[made]) ? 1 : 0;
    }
    rule->on = on;
    rule->on_len = made;
}

static bool decode_rule_has(const struct plan_rule *rule, enum plan_moment moment)
{
    for (size_t i = 0; i < rule->on_len; i++) {
        if (rule->on[i].moment == moment) {
            return true;
        }
    }
    return false;
}

/* --- narrowings --- */

/* "2", "2..", "2..4" */
static bool decode_rule_range(
    struct decode *decode, const struct key *key, const struct node *node, struct plan_range *ret)
{
    int64_t first, last = 0;
    struct span text = node->kind == NODE_SCALAR ? node->text : SPAN_EMPTY;
    size_t dot = span_find(text, '.');
    if (dot == text.len) {
        if (!decode_take_number(decode, node, keys_row(key)->allowed, &first)) {
            return false;
        }
        *ret = (struct plan_range){(unsigned)first, (unsigned)first};
        return true;
    }
    struct span rest = span_from(text, dot + 2);
    bool good = span_equal(span_first(span_from(text, dot), 2), SPAN_LITERAL("..")) &&
                text_integer(span_first(text, dot), &first) && first >= 1 && first <= 1000000 &&
                (rest.len == 0 || (text_integer(rest, &last) && last >= first && last <= 1000000));
    if (!good) {
        decode_expected(decode, node, "a number such as 2, or a range such as 2.. or 2..4", NULL);
        return false;
    }
    *ret = (struct plan_range){(unsigned)first, (unsigned)last};
    return true;
}

void decode_rule_nth(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_rule *rule = at;
    bool several = value->kind == NODE_LIST;
    size_t len = several ? value->len : 1, made = 0;
    if (len == 0) {
        tell_error(decode->tell, value, NULL, "an empty list is no time at all");
        return;
    }
    struct plan_range *nth = arena_alloc(decode->arena, len * sizeof *nth);
    for (size_t i = 0; i < len; i++) {
        const struct node *node = several ? value->items[i] : value;
        made += decode_rule_range(decode, key, node, &nth[made]) ? 1 : 0;
    }
    rule->nth = nth;
    rule->nth_len = made;
}

void decode_rule_connection(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int64_t number;
    if (decode_take_number(decode, value, keys_row(key)->allowed, &number)) {
        *(unsigned *)at = (unsigned)number;
    }
}

void decode_rule_tls(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    bool inside;
    (void)key;
    if (decode_take_truth(decode, value, &inside)) {
        *(int *)at = inside ? 1 : 0;
    }
}

void decode_rule_after(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_rule *rule = at;
    bool body = decode_rule_has(rule, PLAN_MOMENT_BODY);
    bool idle = decode_rule_has(rule, PLAN_MOMENT_IDLE);
    if (body && idle) {
        tell_error(decode->tell, value, "write two rules",
            "'after' is octets of a body and a time of idleness: it cannot be both");
    } else if (body) {
        decode_size(decode, key, value, &rule->body_after);
    } else if (idle) {
        decode_limit(decode, key, value, &rule->idle_us);
    } else if (rule->on_len > 0) {
        tell_error(decode->tell, value, NULL, "'after' goes with the moments body and idle");
    }
}

/* Before a command, and between commands, there is no line that could fit. */
static void decode_rule_check_match(
    struct decode *decode, const struct node *node, const struct plan_rule *rule)
{
    static const enum plan_moment lines[] = {
        PLAN_MOMENT_COMMAND, PLAN_MOMENT_ANY, PLAN_MOMENT_UNKNOWN, PLAN_MOMENT_AUTH_RESPONSE};
    bool has_line = false;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        has_line = has_line || decode_rule_has(rule, lines[i]);
    }
    if (rule->match != NULL && rule->on_len > 0 && !has_line) {
        tell_error(decode->tell, node_get(node, "match"), NULL,
            "'match' goes with commands, any, unknown and auth-response: the others have no line");
    }
}

/* --- rules --- */

static bool decode_rule_sends(enum plan_action_kind kind)
{
    return kind == PLAN_ACTION_REPLY || kind == PLAN_ACTION_SEND || kind == PLAN_ACTION_CHALLENGE ||
           kind == PLAN_ACTION_BELOW_TLS || kind == PLAN_ACTION_NORMAL;
}

/* The octets of what an action sends, at most; SIZE_MAX where that is known at the run only. */
static size_t decode_rule_octets(const struct plan_action *action)
{
    size_t octets = 0;
    switch (action->kind) {
    case PLAN_ACTION_SEND:
    case PLAN_ACTION_BELOW_TLS:
        return action->bytes.len;
    case PLAN_ACTION_CHALLENGE:
        return SCRIPT_FRAME_MAX + (action->bytes.len + 2) / 3 * 4;
    case PLAN_ACTION_REPLY:
        for (size_t i = 0; i < action->lines.len; i++) {
            octets += SCRIPT_FRAME_MAX + strlen(action->lines.items[i]);
        }
        return octets - (octets > 0 ? SCRIPT_CODE_LEN : 0); /* the first line has its own */
    default:
        return SIZE_MAX;
    }
}

/* What begins behind the end of the text that it is to change changes nothing. */
static void decode_rule_reach(struct decode *decode, const struct node *list,
    const struct plan_rule *rule, size_t at, size_t octets)
{
    for (size_t i = at; i > 0 && rule->actions[i - 1].kind >= PLAN_ACTION_INJECT; i--) {
        if (rule->actions[i - 1].kind == PLAN_ACTION_INJECT ||
            rule->actions[i - 1].kind == PLAN_ACTION_EDIT) {
            return; /* it may grow */
        }
    }
    for (size_t i = at; i > 0 && rule->actions[i - 1].kind >= PLAN_ACTION_INJECT; i--) {
        const struct plan_action *action = &rule->actions[i - 1];
        bool truncates = action->kind == PLAN_ACTION_TRUNCATE; /* to all of it: a row's last cell */
        if ((action->kind == PLAN_ACTION_CORRUPT || truncates) &&
            (uint64_t)action->number >= octets + (truncates ? 1 : 0)) {
            tell_warning(decode->tell, list->items[i - 1], NULL,
                "this changes nothing: what is sent next has %zu octets", octets);
        }
    }
}

/* A modifier that has nothing to change was meant to stand elsewhere. */
static void decode_rule_modifiers(
    struct decode *decode, const struct node *list, const struct plan_rule *rule)
{
    bool sends = false;
    for (size_t i = rule->actions_len; i > 0; i--) {
        const struct plan_action *action = &rule->actions[i - 1];
        if (action->kind >= PLAN_ACTION_INJECT && !sends) {
            const struct node *item = list->items[i - 1];
            const struct node *name = item->kind == NODE_MAP && item->len > 0 ? item->keys[0]
                                                                              : item;
            tell_error(decode->tell, name, NULL,
                "'%s' changes what is sent next, and nothing is sent behind it",
                (const char *)name->text.data);
        }
        sends = sends || decode_rule_sends(action->kind);
        if (decode_rule_octets(action) < SIZE_MAX) {
            decode_rule_reach(decode, list, rule, i - 1, decode_rule_octets(action));
        }
    }
}

static bool decode_rule_item(
    struct decode *decode, const struct node *item, struct plan_action *ret)
{
    if (item->kind == NODE_SCALAR && item->text.len > 0) {
        return decode_action(decode, item, NULL, ret);
    }
    if (item->kind != NODE_MAP) {
        decode_expected(decode, item, "an action such as {reply: \"250 ok\"} or normal", NULL);
        return false;
    }
    if (item->len != 1) {
        tell_error(decode->tell, item, "each action is an item of its own",
            "an action has one key, this has %zu", item->len);
        return false;
    }
    return decode_action(decode, item->keys[0], item->items[0], ret);
}

void decode_rule_do(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_rule *rule = at;
    size_t made = 0;
    (void)key;
    if (!decode_take_list(decode, value, "a list of actions")) {
        return;
    }
    if (value->len > SCRIPT_ACTIONS_MAX) {
        tell_error(
            decode->tell, value, NULL, "a rule has more than %d actions", SCRIPT_ACTIONS_MAX);
        return;
    }
    struct plan_action *actions = arena_alloc(decode->arena, value->len * sizeof *actions);
    for (size_t i = 0; i < value->len; i++) {
        made += decode_rule_item(decode, value->items[i], &actions[made]) ? 1 : 0;
    }
    rule->actions = actions;
    rule->actions_len = made;
    if (made == value->len) {
        decode_rule_modifiers(decode, value, rule);
    }
}

/* A single action beside `on`. */
static void decode_rule_single(
    struct decode *decode, const struct node *map, size_t at, struct plan_rule *rule)
{
    const struct node *name = map->keys[at], *value = map->items[at];
    if (rule->actions != NULL || node_get(map, "do") != NULL) {
        tell_error(decode->tell, name, "several actions stand in a list under `do`",
            "the rule has two things to do: '%s' is the second", (const char *)name->text.data);
        return;
    }
    struct plan_action *action = arena_alloc(decode->arena, sizeof *action);
    rule->actions = action;
    if (decode_action(decode, name, value, action)) {
        rule->actions_len = 1;
        if (action->kind >= PLAN_ACTION_INJECT) {
            tell_error(decode->tell, name, "write do: [{...}, normal]",
                "'%s' changes what is sent next, and nothing is sent behind it",
                (const char *)name->text.data);
        }
    }
}

static void decode_rule(struct decode *decode, const struct node *node, struct plan_rule *ret)
{
    *ret = (struct plan_rule){.mark = node->mark, .tls = -1};
    if (node->kind != NODE_MAP) {
        decode_expected(decode, node, "a rule such as {on: MAIL, reply: \"451 later\"}", NULL);
        return;
    }
    const struct node *on = node_get(node, "on");
    if (on != NULL && !node_is_null(on)) {
        size_t at = node_find(node, SPAN_LITERAL("on"));
        decode_entry(decode, keys_find("rule", SPAN_LITERAL("on")), node->keys[at], on, ret);
    } else {
        (void)decode_demand(decode, node, "on");
    }
    for (size_t i = 0; i < node->len; i++) {
        const struct node *name = node->keys[i];
        const struct key *key = keys_find("rule", name->text);
        if (node_is(name, "on") || node_is_null(node->items[i])) {
            continue;
        }
        if (key != NULL) {
            decode_entry(decode, key, name, node->items[i], ret);
        } else if (keys_find("action", name->text) != NULL) {
            decode_rule_single(decode, node, i, ret);
        } else {
            decode_unknown(decode, (const char *const[]){"rule", "action", NULL}, name);
        }
    }
    if (ret->actions == NULL && node_get(node, "do") == NULL) {
        tell_error(decode->tell, node, NULL, "the rule says nothing that is to be done");
    }
    decode_rule_check_match(decode, node, ret);
    if (decode_rule_has(ret, PLAN_MOMENT_IDLE) && node_get(node, "after") == NULL) {
        tell_error(decode->tell, node, NULL, "idle has an `after`: how long");
    }
}

void decode_script(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_server *server = at;
    (void)key;
    if (!decode_take_list(decode, value, "a list of rules")) {
        return;
    }
    if (value->len > SCRIPT_RULES_MAX) {
        tell_error(decode->tell, value, NULL, "a server has more than %d rules", SCRIPT_RULES_MAX);
        return;
    }
    struct plan_rule *rules = arena_alloc(decode->arena, value->len * sizeof *rules);
    bool partial = decode->partial;
    decode->partial = false; /* lists are replaced: a rule that is there is there as a whole */
    for (size_t i = 0; i < value->len; i++) {
        decode_rule(decode, value->items[i], &rules[i]);
    }
    decode->partial = partial;
    server->script = rules;
    server->script_len = value->len;
}
