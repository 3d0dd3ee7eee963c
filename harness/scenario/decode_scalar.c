#include "harness/scenario/decode.h"

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/scenario/files.h"
#include "harness/scenario/words.h"

void decode_expected(
    struct decode *decode, const struct node *node, const char *what, const char *hint)
{
    tell_error(decode->tell, node, hint, "expected %s, got %s",
        what == NULL ? "something else" : what, node_got(decode->scratch, node));
}

/* --- text --- */

/* `~` and its kin are null for other readers of YAML; here only the word null is. */
static bool decode_is_odd_null(const struct node *node)
{
    return node_is_plain(node, "~") || node_is_plain(node, "Null") || node_is_plain(node, "NULL");
}

bool decode_take_text(
    struct decode *decode, const struct node *node, const char *what, const char **ret)
{
    if (node->kind != NODE_SCALAR || node_is_empty(node) || node_is_null(node)) {
        decode_expected(decode, node, what, NULL);
        return false;
    }
    if (decode_is_odd_null(node)) {
        decode_expected(decode, node, what, "write null to delete a key, quotes for text");
        return false;
    }
    if (span_find(node->text, 0) < node->text.len) {
        tell_error(decode->tell, node, NULL, "a NUL octet cannot stand here");
        return false;
    }
    *ret = arena_memdup(decode->arena, node->text.data, node->text.len);
    return true;
}

bool decode_take_file(struct decode *decode, const struct node *node, const char **ret)
{
    const char *name;
    if (!decode_take_text(decode, node, "the name of a file", &name)) {
        return false;
    }
    const char *slash = strrchr(node->mark.file, '/');
    if (name[0] != '/' && slash != NULL) {
        name = arena_printf(
            decode->arena, "%.*s/%s", (int)(slash - node->mark.file), node->mark.file, name);
    }
    if (files_is_odd(name)) {
        tell_error(decode->tell, node, NULL, "'%s' is no file", name);
        return false;
    }
    *ret = name;
    return true;
}

void decode_file(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_take_file(decode, value, at);
}

void decode_text(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_take_text(decode, value, "text", at);
}

/* One line: what goes to reports, or where CRLF is added by whoever sends it. */
static bool decode_take_line(struct decode *decode, const struct node *node, const char **ret)
{
    const char *text;
    if (!decode_take_text(decode, node, "one line of text", &text)) {
        return false;
    }
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '\n' && node->style >= NODE_LITERAL) {
        len--; /* a block's own end */
    }
    if (strcspn(text, "\r\n") < len) {
        tell_error(decode->tell, node, NULL, "expected one line of text, got several");
        return false;
    }
    *ret = arena_memdup(decode->arena, text, len);
    return true;
}

void decode_line(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_take_line(decode, value, at);
}

/* --- words --- */

bool decode_take_word(struct decode *decode, const struct node *node, const char *allowed, int *ret)
{
    if (node->kind != NODE_SCALAR) {
        decode_expected(decode, node, words_show(decode->scratch, allowed), NULL);
        return false;
    }
    int found = words_find(allowed, node->text);
    if (found < 0) {
        const char *text = (const char *)node->text.data;
        decode_expected(decode, node, words_show(decode->scratch, allowed),
            tell_nearest(decode->tell, text, words_list(decode->scratch, allowed)));
        return false;
    }
    *ret = found;
    return true;
}

void decode_word(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int found;
    if (decode_take_word(decode, value, keys_row(key)->allowed, &found)) {
        found += key->first;
        memcpy(at, &found, sizeof found); /* an enum of some kind: as large as an int */
    }
}

void decode_either(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int found;
    if (decode_take_word(decode, value, keys_row(key)->allowed, &found)) {
        *(bool *)at = found == 1;
    }
}

bool decode_take_truth(struct decode *decode, const struct node *node, bool *ret)
{
    bool yes = node_is_plain(node, "true");
    if (!yes && !node_is_plain(node, "false")) {
        bool quoted = node->kind == NODE_SCALAR && node->style != NODE_PLAIN;
        decode_expected(decode, node, "true or false",
            quoted ? "in quotes it is text: write true or false" : "write true or false");
        return false;
    }
    *ret = yes;
    return true;
}

void decode_truth(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_take_truth(decode, value, at);
}

void decode_choice(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    bool yes;
    (void)key;
    if (decode_take_truth(decode, value, &yes)) {
        *(enum plan_tristate *)at = yes ? PLAN_YES : PLAN_NO;
    }
}

/* --- numbers --- */

/* A plain decimal number as YAML 1.2 and 1.1 both read it. */
static bool decode_is_number(const struct node *node, int64_t *ret)
{
    struct span text = node->text;
    if (node->kind != NODE_SCALAR || node->style != NODE_PLAIN || !text_integer(text, ret)) {
        return false;
    }
    struct span digits = text.data[0] == '-' ? span_from(text, 1) : text;
    return digits.data[0] != '+' && (digits.len == 1 || digits.data[0] != '0');
}

/* 0x1F, 0o17, 0b11 as YAML and C write them. */
static bool decode_based(struct span text, int64_t *ret)
{
    int base = text.len < 3 || text.data[0] != '0'     ? 0
               : text_lower((char)text.data[1]) == 'x' ? 16
               : text_lower((char)text.data[1]) == 'o' ? 8
               : text_lower((char)text.data[1]) == 'b' ? 2
                                                       : 0;
    int64_t number = 0;
    for (size_t i = 2; base != 0 && i < text.len; i++) {
        char c = text_lower((char)text.data[i]);
        int digit = text_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
        if (digit >= base || __builtin_mul_overflow(number, base, &number) ||
            __builtin_add_overflow(number, digit, &number)) {
            return false;
        }
    }
    *ret = number;
    return base != 0;
}

const char *decode_number_hint(struct decode *decode, const struct node *node)
{
    int64_t number;
    if (node->kind != NODE_SCALAR || node->text.len == 0 || decode_is_number(node, &number)) {
        return NULL;
    }
    struct span text = node->text;
    if (node->style != NODE_PLAIN && text_integer(text, &number)) {
        return "in quotes it is text: write it without";
    }
    if (decode_based(text, &number)) {
        return tell_hint(decode->tell, "write it in decimal: %lld", (long long)number);
    }
    if (text_integer(text, &number)) { /* and yet no number: it has zeros in front, or a plus */
        return tell_hint(decode->tell, "octal for some readers: write %lld", (long long)number);
    }
    if (text_is_digit((char)text.data[0]) && span_find(text, '_') < text.len) {
        return "a number is digits alone";
    }
    if (text_is_digit((char)text.data[0]) && span_find(text, ':') < text.len) {
        return "a number of sixties for some readers: quote it if it is text";
    }
    return NULL;
}

/* Reads "LOW..HIGH". */
static void decode_range(const char *range, int64_t *ret_low, int64_t *ret_high)
{
    struct span text = span_text(range);
    size_t dot = span_find(text, '.');
    struct span high = span_from(text, dot + 2);
    (void)text_integer(span_first(text, dot), ret_low);
    (void)text_integer(span_first(high, span_find(high, '|')), ret_high);
}

static bool decode_in_range(
    struct decode *decode, const struct node *node, const char *range, int64_t number)
{
    int64_t low = INT64_MIN, high = INT64_MAX;
    if (range == NULL) {
        return true;
    }
    decode_range(range, &low, &high);
    if (number < low || number > high) {
        tell_error(decode->tell, node, NULL, "%lld is out of range: from %lld to %lld are allowed",
            (long long)number, (long long)low, (long long)high);
        return false;
    }
    return true;
}

bool decode_take_number(
    struct decode *decode, const struct node *node, const char *range, int64_t *ret)
{
    int64_t number;
    if (!decode_is_number(node, &number)) {
        decode_expected(decode, node, "a number", decode_number_hint(decode, node));
        return false;
    }
    if (!decode_in_range(decode, node, range, number)) {
        return false;
    }
    *ret = number;
    return true;
}

void decode_number(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)decode_take_number(decode, value, keys_row(key)->allowed, at);
}

void decode_small(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int64_t number;
    if (decode_take_number(decode, value, keys_row(key)->allowed, &number)) {
        *(int *)at = (int)number;
    }
}

void decode_port(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int64_t number = 0;
    bool may_be_auto = strchr(keys_row(key)->allowed, '|') != NULL;
    if (may_be_auto && node_is(value, "auto")) {
        *(uint16_t *)at = 0;
    } else if (!decode_is_number(value, &number)) {
        decode_expected(decode, value,
            may_be_auto ? "a port from 1 to 65535, or auto" : "a port from 1 to 65535",
            decode_number_hint(decode, value));
    } else if (decode_in_range(decode, value, keys_row(key)->allowed, number)) {
        *(uint16_t *)at = (uint16_t)number;
    }
}

/* --- durations, sizes, dates --- */

bool decode_take_duration(struct decode *decode, const struct node *node, int64_t *ret_us)
{
    int64_t number;
    if (node->kind == NODE_SCALAR && units_duration_us(node->text, ret_us)) {
        return true;
    }
    if (node->kind == NODE_SCALAR && text_integer(node->text, &number)) {
        tell_error(decode->tell, node,
            tell_hint(decode->tell, "did you mean '%llds'?", (long long)number),
            "expected a duration such as 10s, got %lld: bare numbers have no unit",
            (long long)number);
        return false;
    }
    decode_expected(decode, node, "a duration such as 10s", "units are us, ms, s, m, h, d and w");
    return false;
}

/* At least `least_us`: a duration that is waited for. */
static void decode_span_of_time(struct decode *decode, const struct node *value, int64_t least_us,
    const char *problem, int64_t *at)
{
    int64_t duration_us;
    if (!decode_take_duration(decode, value, &duration_us)) {
        return;
    }
    if (duration_us < least_us) {
        tell_error(decode->tell, value, NULL, "%s", problem);
        return;
    }
    *at = duration_us;
}

void decode_duration(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_span_of_time(decode, value, 0, "a duration cannot be negative here", at);
}

void decode_limit(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_span_of_time(decode, value, 1, "it must be longer than nothing", at);
}

void decode_moment_s(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int64_t duration_us;
    (void)key;
    if (decode_take_duration(decode, value, &duration_us)) {
        *(int64_t *)at = duration_us / UNITS_US_PER_S;
    }
}

void decode_size(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    int64_t octets;
    const char *hint = decode_number_hint(decode, value);
    bool trap = hint != NULL && value->style == NODE_PLAIN &&
                !text_ends((const char *)value->text.data, "B");
    int64_t bare;
    bool number = value->kind == NODE_SCALAR && text_integer(value->text, &bare);
    if (value->kind != NODE_SCALAR || !units_size(value->text, &octets) ||
        (trap && number && !decode_is_number(value, &bare))) {
        decode_expected(decode, value, "a size such as 10MiB",
            trap ? hint : "units are B, KB, MB, GB, KiB, MiB and GiB");
    } else if (decode_in_range(decode, value, keys_row(key)->allowed, octets)) {
        *(int64_t *)at = octets;
    }
}

void decode_date(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (value->kind != NODE_SCALAR || !units_date(value->text, at)) {
        decode_expected(decode, value, "a date such as 2026-01-31 or 2026-01-31T12:00:00Z", NULL);
    }
}

/* --- lists of text --- */

bool decode_take_list(struct decode *decode, const struct node *node, const char *of)
{
    if (node->kind != NODE_LIST) {
        bool scalar = node->kind == NODE_SCALAR && !node_is_empty(node) && !node->secret;
        decode_expected(decode, node, of,
            scalar ? tell_hint(decode->tell, "write [%.100s]", (const char *)node->text.data)
                   : NULL);
        return false;
    }
    if (node->len > DECODE_LIST_MAX) {
        tell_error(decode->tell, node, NULL, "a list has more than %d items", DECODE_LIST_MAX);
        return false;
    }
    return true;
}

static void decode_list(struct decode *decode, const struct node *value, bool lines, void *at)
{
    if (!decode_take_list(decode, value, "a list of text")) {
        return;
    }
    const char **items = arena_alloc(decode->arena, value->len * sizeof *items);
    size_t len = 0;
    for (size_t i = 0; i < value->len; i++) {
        bool taken = lines ? decode_take_line(decode, value->items[i], &items[len])
                           : decode_take_text(decode, value->items[i], "text", &items[len]);
        len += taken ? 1 : 0;
    }
    *(struct plan_text_list *)at = (struct plan_text_list){items, len};
}

void decode_texts(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_list(decode, value, false, at);
}

void decode_lines(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_list(decode, value, true, at);
}

/* Why something is so: nothing is no reason. */
void decode_reason(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    if (value->kind == NODE_SCALAR && text_trim(value->text).len == 0 && !node_is_empty(value)) {
        tell_error(decode->tell, value, NULL, "an empty reason says nothing");
        return;
    }
    (void)decode_take_line(decode, value, at);
}

/* What is sent as it is written, but for the CRLF behind it. */
void decode_wire_line(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    decode_line(decode, key, value, at);
    decode_warn_wire(decode, value);
}

void decode_wire_lines(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    decode_lines(decode, key, value, at);
    for (size_t i = 0; value->kind == NODE_LIST && i < value->len; i++) {
        decode_warn_wire(decode, value->items[i]);
    }
}

/* OpenSSL's lists have colons; ours may be lists. */
static void decode_joined(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_text_list list = {0};
    if (value->kind == NODE_SCALAR) {
        decode_line(decode, key, value, at);
        return;
    }
    decode_list(decode, value, true, &list);
    const char *joined = list.len == 0 ? NULL : list.items[0];
    for (size_t i = 1; i < list.len; i++) {
        joined = arena_printf(decode->arena, "%s:%s", joined, list.items[i]);
    }
    if (joined != NULL) {
        *(const char **)at = joined;
    } else if (value->kind == NODE_LIST && value->len == 0) {
        tell_error(decode->tell, value, NULL, "an empty list leaves nothing to use");
    }
}

void decode_ciphers(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    size_t raised = decode->tell->raised;
    decode_joined(decode, key, value, at);
    if (decode->tell->raised == raised) {
        decode_doubt(decode, DECODE_DOUBT_CIPHERS, value, *(const char **)at);
    }
}

void decode_groups(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    size_t raised = decode->tell->raised;
    decode_joined(decode, key, value, at);
    if (decode->tell->raised == raised) {
        decode_doubt(decode, DECODE_DOUBT_GROUPS, value, *(const char **)at);
    }
}

void decode_signatures(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    size_t raised = decode->tell->raised;
    decode_joined(decode, key, value, at);
    if (decode->tell->raised == raised) {
        decode_doubt(decode, DECODE_DOUBT_SIGNATURES, value, *(const char **)at);
    }
}
