#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/evidence/alert.h"
#include "harness/evidence/certificate_flag.h"
#include "harness/evidence/fact.h"
#include "harness/evidence/finding.h"
#include "harness/scenario/words.h"

/* What a value is compared with: a fact, or an item of one, or a number of items. */
struct expect_subject {
    enum fact_type type;
    enum fact fact; /* FACT_COUNT: no fact's own value */
    const char *name;
};

static const struct plan_matcher *decode_expect_value(
    struct decode *decode, const struct expect_subject *subject, const struct node *node);

/* --- types --- */

/* How people call it, by what it is compared as, and an example. */
static const struct {
    enum match_kind kind;
    const char *what;
    enum fact_type item; /* of a list */
    bool list;
} types[] = {
    [FACT_TYPE_TRUTH] = {MATCH_KIND_TEXT, "true or false"},
    [FACT_TYPE_INTEGER] = {MATCH_KIND_INTEGER, "a number"},
    [FACT_TYPE_WORD] = {MATCH_KIND_TEXT, "a word"},
    [FACT_TYPE_TEXT] = {MATCH_KIND_TEXT, "text"},
    [FACT_TYPE_VERSION] = {MATCH_KIND_VERSION, "ssl2, ssl3, tls1, tls1.1, tls1.2 or tls1.3"},
    [FACT_TYPE_CODE] = {MATCH_KIND_CODE, "a reply code such as 250 or 5xx"},
    [FACT_TYPE_ENHANCED] = {MATCH_KIND_ENHANCED, "an enhanced code such as 5.7.1 or 5.7.x"},
    [FACT_TYPE_DATE] = {MATCH_KIND_DATE, "a date such as 2026-01-31, or +14d"},
    [FACT_TYPE_DURATION] = {MATCH_KIND_DURATION, "a duration such as 10s"},
    [FACT_TYPE_SIZE] = {MATCH_KIND_SIZE, "a size such as 10MiB"},
    [FACT_TYPE_LIST] = {MATCH_KIND_TEXT, "a list", FACT_TYPE_TEXT, true},
    [FACT_TYPE_VERSIONS] = {MATCH_KIND_VERSION, "a list of versions", FACT_TYPE_VERSION, true},
    [FACT_TYPE_CODES] = {MATCH_KIND_CODE, "a list of codes", FACT_TYPE_CODE, true},
    [FACT_TYPE_SIZES] = {MATCH_KIND_SIZE, "a list of sizes", FACT_TYPE_SIZE, true},
};

static struct expect_subject decode_expect_item(const struct expect_subject *subject)
{
    struct expect_subject item = *subject;
    item.type = types[subject->type].list ? types[subject->type].item : subject->type;
    return item;
}

/* --- scalars --- */

/* The words that a text of this fact can be, or NULL: any. */
static const char *const *decode_expect_words(
    struct decode *decode, const struct expect_subject *subject)
{
    switch (subject->fact) {
    case FACT_CERTIFICATE_FLAGS:
    case FACT_CERTIFICATE_UNFORGIVEN:
        return certificate_flag_names();
    case FACT_FINDINGS:
        return finding_names();
    case FACT_TLS_ALERT_SENT:
    case FACT_TLS_ALERT_RECEIVED:
    case FACT_SAW_TLS_ALERT_RECEIVED:
        return alert_names();
    default:
        break;
    }
    const char *allowed = subject->fact == FACT_COUNT ? NULL : fact_row(subject->fact)->allowed;
    return allowed == NULL ? NULL : words_list(decode->scratch, allowed);
}

static const struct value *decode_expect_word(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, const char *const *words)
{
    const char *not_yet = fact_not_yet(subject->fact);
    if (not_yet != NULL && words_find(not_yet, node->text) >= 0) {
        decode_not_yet(decode, node,
            arena_printf(decode->scratch, "%s: %s", subject->name, (const char *)node->text.data));
        return NULL;
    }
    for (size_t i = 0; words[i] != NULL; i++) {
        if (node_is(node, words[i])) {
            return value_text(decode->arena, words[i]);
        }
    }
    const char *allowed = fact_row(subject->fact)->allowed;
    const char *shown = allowed != NULL ? words_show(decode->scratch, allowed)
                                        : types[subject->type].what;
    tell_error(decode->tell, node, tell_nearest(decode->tell, (const char *)node->text.data, words),
        "'%s' can never be %s%s%s", subject->name, node_got(decode->scratch, node),
        allowed != NULL ? ": it is " : "", allowed != NULL ? shown : "");
    return NULL;
}

/* Verbs and mechanisms are recorded in capitals: others would never be found. */
static bool decode_expect_is_capital(
    struct decode *decode, const struct expect_subject *subject, const struct node *node)
{
    if (subject->fact != FACT_SAW_COMMANDS) {
        return true;
    }
    for (size_t i = 0; i < node->text.len; i++) {
        if (text_upper((char)node->text.data[i]) != (char)node->text.data[i]) {
            tell_error(decode->tell, node, NULL, "'%s' has verbs in capitals, got %s",
                subject->name, node_got(decode->scratch, node));
            return false;
        }
    }
    return true;
}

/* A bound of codes is a number, and need be no code itself: `at_most: 299`. */
static bool decode_expect_is_bound(struct span text)
{
    int64_t number;
    return text.len == 3 && text_integer(text, &number) && number >= 200 && number < 600;
}

static const char *decode_expect_code_hint(struct span text, bool ordered)
{
    bool code = match_is_well_formed(MATCH_KIND_CODE, text);
    return code && ordered ? "a pattern has no order"
           : text.len == 3
               ? "a code begins with 2 to 5, a pattern's second digit is 0 to 5 (RFC 5321 §4.2)"
               : NULL;
}

/* Codes, versions, dates, durations, sizes: as text, which the judge reads by the fact's type. */
static const struct value *decode_expect_measure(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, bool ordered)
{
    enum match_kind kind = types[subject->type].kind;
    int64_t number;
    int order;
    bool good = match_is_well_formed(kind, node->text);
    if (kind == MATCH_KIND_CODE && ordered) {
        good = decode_expect_is_bound(node->text);
    } else if (kind == MATCH_KIND_VERSION) {
        good = match_compare(kind, node->text, SPAN_LITERAL("tls1.3"), 0, &order);
    } else if (kind == MATCH_KIND_DURATION && text_integer(node->text, &number)) {
        (void)decode_take_duration(decode, node, &number); /* tells of the missing unit */
        return NULL;
    } else if (good && ordered) {
        good = match_compare(kind, node->text, node->text, 0, &order);
    }
    if (!good) {
        const char *hint = decode_number_hint(decode, node);
        decode_expected(decode, node, types[subject->type].what,
            hint == NULL && kind == MATCH_KIND_CODE ? decode_expect_code_hint(node->text, ordered)
                                                    : hint);
        return NULL;
    }
    return value_bytes(decode->arena, node->text);
}

static const struct value *decode_expect_scalar(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, bool ordered)
{
    bool truth;
    int64_t number;
    if (node->kind != NODE_SCALAR || node_is_empty(node) || node_is_null(node)) {
        decode_expected(decode, node, types[subject->type].what,
            node_is_null(node) ? "write {absent: true} for what never came to be" : NULL);
        return NULL;
    }
    const char *const *words = decode_expect_words(decode, subject);
    switch (subject->type) {
    case FACT_TYPE_TRUTH:
        return decode_take_truth(decode, node, &truth) ? value_truth(decode->arena, truth) : NULL;
    case FACT_TYPE_INTEGER:
        return decode_take_number(decode, node, NULL, &number)
                   ? value_integer(decode->arena, number)
                   : NULL;
    case FACT_TYPE_WORD:
    case FACT_TYPE_TEXT:
        if (words != NULL) {
            return decode_expect_word(decode, subject, node, words);
        }
        return decode_expect_is_capital(decode, subject, node)
                   ? value_bytes(decode->arena, node->text)
                   : NULL;
    case FACT_TYPE_VERSION:
    case FACT_TYPE_CODE:
    case FACT_TYPE_ENHANCED:
    case FACT_TYPE_DATE:
    case FACT_TYPE_DURATION:
    case FACT_TYPE_SIZE:
        return decode_expect_measure(decode, subject, node, ordered);
    case FACT_TYPE_LIST:
    case FACT_TYPE_VERSIONS:
    case FACT_TYPE_CODES:
    case FACT_TYPE_SIZES:
        break;
    }
    decode_expected(decode, node, types[subject->type].what,
        tell_hint(decode->tell, "write [%.60s], or {contains: [%.60s]}",
            (const char *)node->text.data, (const char *)node->text.data));
    return NULL;
}

/* --- matchers --- */

static struct plan_matcher *decode_expect_new(
    struct decode *decode, enum plan_matcher_kind kind, const struct node *node)
{
    struct plan_matcher *matcher = arena_alloc(decode->arena, sizeof *matcher);
    matcher->kind = kind;
    matcher->mark = node->mark;
    return matcher;
}

/* Fills the items of `matcher` from a list; NULL, and told, when one is wrong. */
static const struct plan_matcher *decode_expect_items(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, struct plan_matcher *matcher)
{
    bool good = decode_take_list(decode, node, "a list");
    const struct plan_matcher **items = arena_alloc(
        decode->arena, (good ? node->len : 0) * sizeof *items);
    for (size_t i = 0; node->kind == NODE_LIST && good && i < node->len; i++) {
        items[i] = decode_expect_value(decode, subject, node->items[i]);
    }
    for (size_t i = 0; good && i < node->len; i++) {
        good = items[i] != NULL;
    }
    matcher->items = items;
    matcher->items_len = good ? node->len : 0;
    return good ? matcher : NULL;
}

static const struct plan_matcher *decode_expect_one(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, struct plan_matcher *matcher)
{
    const struct plan_matcher **items = arena_alloc(decode->arena, sizeof *items);
    items[0] = decode_expect_value(decode, subject, node);
    matcher->items = items;
    matcher->items_len = 1;
    return items[0] == NULL ? NULL : matcher;
}

/* Each reads the value behind the matcher's word. */
static const struct plan_matcher *decode_expect_contains(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, struct plan_matcher *matcher)
{
    struct expect_subject item = decode_expect_item(subject);
    if (!types[subject->type].list && subject->type != FACT_TYPE_TEXT) {
        tell_error(decode->tell, node, NULL, "'%s' is %s, which contains nothing", subject->name,
            types[subject->type].what);
        return NULL;
    }
    if (subject->type == FACT_TYPE_TEXT) {
        item.fact = FACT_COUNT; /* a part of a word is no word */
    }
    return decode_expect_items(decode, &item, node, matcher);
}

static const struct plan_matcher *decode_expect_of_items(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, struct plan_matcher *matcher)
{
    struct expect_subject item = decode_expect_item(subject);
    if (!types[subject->type].list) {
        tell_error(decode->tell, node, NULL, "'%s' is %s, not a list", subject->name,
            types[subject->type].what);
        return NULL;
    }
    if (matcher->kind == PLAN_MATCHER_IN_ORDER) {
        return decode_expect_items(decode, &item, node, matcher);
    }
    if (matcher->kind == PLAN_MATCHER_COUNT) {
        item = (struct expect_subject){FACT_TYPE_INTEGER, FACT_COUNT, "count"};
    }
    return decode_expect_one(decode, &item, node, matcher);
}

static const struct plan_matcher *decode_expect_matches(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, struct plan_matcher *matcher)
{
    if (types[subject->type].list) {
        tell_error(decode->tell, node, "write {any: {matches: ...}} or {each: {matches: ...}}",
            "'%s' is a list, and a pattern fits one text", subject->name);
        return NULL;
    }
    struct match_pattern *pattern = decode_take_pattern(decode, node, false);
    if (pattern == NULL) {
        return NULL;
    }
    matcher->pattern = decode_keep_pattern(decode, pattern);
    matcher->value = value_bytes(decode->arena, node->text);
    return matcher;
}

static const struct plan_matcher *decode_expect_order(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, struct plan_matcher *matcher)
{
    bool count = types[subject->type].list;
    if (count || subject->type == FACT_TYPE_TRUTH || subject->type == FACT_TYPE_WORD ||
        subject->type == FACT_TYPE_TEXT) {
        tell_error(decode->tell, node, count ? "write {count: {at_least: ...}}" : NULL,
            "'%s' is %s, which has no order", subject->name, types[subject->type].what);
        return NULL;
    }
    matcher->value = decode_expect_scalar(decode, subject, node, true);
    return matcher->value == NULL ? NULL : matcher;
}

static const struct plan_matcher *decode_expect_absent(struct decode *decode,
    const struct expect_subject *subject, const struct node *node, struct plan_matcher *matcher)
{
    bool absent;
    (void)subject;
    if (!decode_take_truth(decode, node, &absent)) {
        return NULL;
    }
    matcher->value = value_truth(decode->arena, absent);
    return matcher;
}

static const struct {
    const char *word;
    enum plan_matcher_kind kind;
    const struct plan_matcher *(*take)(struct decode *decode, const struct expect_subject *subject,
        const struct node *node, struct plan_matcher *matcher);
} matchers[] = {
    {"contains", PLAN_MATCHER_CONTAINS, decode_expect_contains},
    {"in_order", PLAN_MATCHER_IN_ORDER, decode_expect_of_items},
    {"one_of", PLAN_MATCHER_ONE_OF, decode_expect_items},
    {"not", PLAN_MATCHER_NOT, decode_expect_one},
    {"matches", PLAN_MATCHER_MATCHES, decode_expect_matches},
    {"at_least", PLAN_MATCHER_AT_LEAST, decode_expect_order},
    {"at_most", PLAN_MATCHER_AT_MOST, decode_expect_order},
    {"absent", PLAN_MATCHER_ABSENT, decode_expect_absent},
    {"count", PLAN_MATCHER_COUNT, decode_expect_of_items},
    {"each", PLAN_MATCHER_EACH, decode_expect_of_items},
    {"any", PLAN_MATCHER_ANY, decode_expect_of_items},
};

static const struct plan_matcher *decode_expect_entry(struct decode *decode,
    const struct expect_subject *subject, const struct node *name, const struct node *value)
{
    for (size_t i = 0; i < ARRAY_LEN(matchers); i++) {
        if (node_is(name, matchers[i].word)) {
            return matchers[i].take(
                decode, subject, value, decode_expect_new(decode, matchers[i].kind, name));
        }
    }
    decode_unknown(decode, (const char *const[]){"matcher", NULL}, name);
    return NULL;
}

static const struct plan_matcher *decode_expect_map(
    struct decode *decode, const struct expect_subject *subject, const struct node *map)
{
    if (map->len == 0) {
        tell_error(decode->tell, map, NULL, "an empty map expects nothing of '%s'", subject->name);
        return NULL;
    }
    struct plan_matcher *all = decode_expect_new(decode, PLAN_MATCHER_ALL_OF, map);
    const struct plan_matcher **items = arena_alloc(decode->arena, map->len * sizeof *items);
    bool good = true;
    for (size_t i = 0; i < map->len; i++) {
        items[i] = decode_expect_entry(decode, subject, map->keys[i], map->items[i]);
        good = good && items[i] != NULL;
    }
    all->items = items;
    all->items_len = map->len;
    return !good ? NULL : map->len == 1 ? items[0] : all;
}

/* A scalar, a list or a map of matchers, for something of the subject's type. */
static const struct plan_matcher *decode_expect_value(
    struct decode *decode, const struct expect_subject *subject, const struct node *node)
{
    if (node->kind == NODE_MAP) {
        return decode_expect_map(decode, subject, node);
    }
    if (node->kind == NODE_LIST && types[subject->type].list) {
        struct expect_subject item = decode_expect_item(subject);
        return decode_expect_items(
            decode, &item, node, decode_expect_new(decode, PLAN_MATCHER_LIST, node));
    }
    if (node->kind == NODE_LIST) {
        tell_error(decode->tell, node, "write {one_of: [...]} for any of these",
            "'%s' is %s, not a list", subject->name, types[subject->type].what);
        return NULL;
    }
    struct plan_matcher *matcher = decode_expect_new(decode, PLAN_MATCHER_EQUAL, node);
    matcher->value = decode_expect_scalar(decode, subject, node, false);
    return matcher->value == NULL ? NULL : matcher;
}

/* --- facts --- */

/* "replies.mial.code": the stage is mistyped. NULL where that is not it. */
static const char *decode_expect_stage(struct decode *decode, const char *name)
{
    static const char prefix[] = "replies.";
    const char *stage = name + sizeof prefix - 1;
    const char *dot = strncmp(name, prefix, sizeof prefix - 1) == 0 ? strchr(stage, '.') : NULL;
    if (dot == NULL) {
        return NULL;
    }
    const char *near = text_nearest(arena_memdup(decode->scratch, stage, (size_t)(dot - stage)),
        words_list(decode->scratch, fact_row(FACT_STAGE)->allowed));
    return near == NULL ? NULL : arena_printf(decode->scratch, "%s%s%s", prefix, near, dot);
}

static const char *decode_expect_hint(struct decode *decode, const char *name)
{
    const char *end = name; /* of "connections.2." */
    if (tell_is_full(decode->tell)) {
        return NULL;
    }
    if (strncmp(name, "connections.", 12) == 0 && text_is_digit(name[12]) &&
        strchr(name + 12, '.') != NULL) {
        end = strchr(name + 12, '.') + 1;
    }
    enum fact fact;
    if (end != name && fact_find(end, &fact, NULL, NULL)) {
        return (fact_row(fact)->flags & FACT_FLAG_PER_CONNECTION) == 0
                   ? tell_hint(decode->tell, "'%s' is of the whole session: write it alone", end)
                   : tell_hint(
                         decode->tell, "connections count from 1 to %d", FACTS_CONNECTIONS_MAX);
    }
    const char *near = decode_expect_stage(decode, end);
    near = near == NULL ? fact_nearest(end) : near;
    return near == NULL
               ? NULL
               : tell_hint(decode->tell, "did you mean '%.*s%s'?", (int)(end - name), name, near);
}

static void decode_expect_unknown(struct decode *decode, const struct node *name)
{
    const char *text = (const char *)name->text.data;
    if (fact_is_prefix(text)) {
        tell_error(decode->tell, name, "name the fact itself: starttls.used, starttls.offered ...",
            "'%.100s' is a group of facts, not a fact", text);
    } else {
        tell_error(
            decode->tell, name, decode_expect_hint(decode, text), "unknown fact '%.100s'", text);
    }
}

static bool decode_expect_fact(struct decode *decode, const struct node *name,
    const struct node *value, struct plan_expectation *ret)
{
    enum fact fact;
    const char *text = (const char *)name->text.data;
    if (!fact_find(text, &fact, NULL, NULL)) {
        decode_expect_unknown(decode, name);
        return false;
    }
    bool needs_fake = (fact_row(fact)->flags & FACT_FLAG_NEEDS_FAKE) != 0;
    if (needs_fake && decode->server == NULL && !decode->partial && !decode->unknown) {
        tell_error(decode->tell, name, NULL,
            "only a fake server can tell '%s', and the case has no `server`", text);
        return false;
    }
    struct expect_subject subject = {fact_row(fact)->type, fact, text};
    if (node_is_empty(value)) {
        tell_error(decode->tell, name, "null deletes what the defaults expect",
            "nothing stands behind '%s'", text);
        return false;
    }
    ret->fact = arena_strdup(decode->arena, text);
    ret->mark = name->mark;
    ret->matcher = decode_expect_value(decode, &subject, value);
    return ret->matcher != NULL;
}

void decode_expectations(struct decode *decode, const struct node *map,
    const struct plan_expectation **ret, size_t *ret_len)
{
    struct plan_expectation *made = arena_alloc(decode->arena, map->len * sizeof *made);
    size_t len = 0;
    for (size_t i = 0; i < map->len; i++) {
        len += decode_expect_fact(decode, map->keys[i], map->items[i], &made[len]) ? 1 : 0;
    }
    *ret = made;
    *ret_len = len;
}

void decode_expect(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_case *plan = at;
    (void)key;
    if (value->kind != NODE_MAP) {
        decode_expected(decode, value, "a map of facts", NULL);
        return;
    }
    decode_expectations(decode, value, &plan->expectations, &plan->expectations_len);
}
