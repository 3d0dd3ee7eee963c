#include "harness/scenario/decode.h"

#include "harness/base/text.h"

#define DECODE_BLOCK ((size_t)4096) /* octets that are repeated at a time */

/* --- warnings --- */

/* The octets of the line on which the node ends, from its end on. */
static struct span decode_rest_of_line(const struct node *node)
{
    struct span line = node->source->text;
    for (unsigned at = 1; at < node->end_line; at++) {
        line = span_from(line, span_find(line, '\n') + 1);
    }
    line = span_first(line, span_find(line, '\n'));
    size_t at = 0;
    for (unsigned column = 1; column < node->end_column && at < line.len; column++) {
        do {
            at++;
        } while (at < line.len && (line.data[at] & 0xc0) == 0x80);
    }
    return span_from(line, at);
}

void decode_warn_wire(struct decode *decode, const struct node *node)
{
    if (node->kind != NODE_SCALAR || tell_is_full(decode->tell)) {
        return;
    }
    for (size_t i = 0; i + 1 < node->text.len && node->style != NODE_DOUBLE_QUOTED; i++) {
        uint8_t next = node->text.data[i + 1];
        if (node->text.data[i] == '\\' && (next == 'r' || next == 'n')) {
            tell_warning(decode->tell, node, "use double quotes",
                "written in single or no quotes, this is a backslash and an %c", next);
            break;
        }
    }
    if (node->style == NODE_PLAIN && node->end_line > 0) {
        struct span rest = text_trim(decode_rest_of_line(node));
        if (rest.len > 0 && rest.data[0] == '#') {
            tell_warning(decode->tell, node, "use quotes if it belongs to the text",
                "what follows the # is a comment and not sent");
        }
    }
}

/* --- bytes --- */

static bool decode_bytes_hex(struct decode *decode, const struct node *node, struct buf *out)
{
    if (node->kind != NODE_SCALAR) {
        decode_expected(decode, node, "hexadecimal digits", NULL);
        return false;
    }
    unsigned octet = 0, digits = 0;
    for (size_t i = 0; i < node->text.len; i++) {
        char c = text_lower((char)node->text.data[i]);
        int digit = text_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (c == ' ' && digits % 2 == 0) {
            continue;
        }
        if (digit < 0) {
            decode_expected(decode, node, "hexadecimal digits, two for each octet", NULL);
            return false;
        }
        octet = octet << 4 | (unsigned)digit;
        if (++digits % 2 == 0) {
            buf_append_byte(out, (uint8_t)octet);
        }
    }
    if (digits % 2 != 0) {
        tell_error(decode->tell, node, "two digits make an octet",
            "%u hexadecimal digits are no whole number of octets", digits);
        return false;
    }
    return true;
}

static bool decode_bytes_append(struct decode *decode, const struct node *node, struct buf *out);

/* Counted before it is made: what does not fit is not begun. */
static void decode_bytes_repeat(const struct buf *once, int64_t times, struct buf *out)
{
    size_t left = DECODE_BYTES_MAX - out->len, len = once->len;
    if (once->over || (len > 0 && (uint64_t)times > left / len)) {
        out->over = true;
        return;
    }
    struct buf block; /* a few octets many times go in larger pieces */
    size_t in_block = len == 0 || (uint64_t)times * len < 2 * DECODE_BLOCK ? 0 : DECODE_BLOCK / len;
    buf_init(&block, DECODE_BLOCK);
    for (size_t i = 0; i < in_block; i++) {
        buf_append(&block, buf_span(once));
    }
    int64_t i = 0;
    for (; in_block > 0 && times - i >= (int64_t)in_block; i += (int64_t)in_block) {
        buf_append(out, buf_span(&block));
    }
    for (; len > 0 && i < times; i++) {
        buf_append(out, buf_span(once));
    }
    buf_done(&block);
}

/* {hex: …} or {text: …}, with `times`. */
static bool decode_bytes_map(struct decode *decode, const struct node *map, struct buf *out)
{
    const struct node *hex = node_get(map, "hex"), *text = node_get(map, "text");
    const struct node *times_node = node_get(map, "times");
    int64_t times = 1;
    bool good = true;
    for (size_t i = 0; i < map->len; i++) {
        if (keys_find("bytes", map->keys[i]->text) == NULL) {
            decode_unknown(decode, (const char *const[]){"bytes", NULL}, map->keys[i]);
            good = false;
        }
    }
    if (good && (hex == NULL) == (text == NULL)) {
        tell_error(decode->tell, map, NULL, "bytes are written {hex: ...} or {text: ...}");
        return false;
    }
    if (!good ||
        (times_node != NULL && !decode_take_number(decode, times_node, "0..10485760", &times))) {
        return false;
    }
    struct buf once;
    buf_init(&once, DECODE_BYTES_MAX);
    good = hex != NULL ? decode_bytes_hex(decode, hex, &once)
                       : decode_bytes_append(decode, text, &once);
    if (good) {
        decode_bytes_repeat(&once, times, out);
    }
    buf_done(&once);
    return good;
}

static bool decode_bytes_append(struct decode *decode, const struct node *node, struct buf *out)
{
    if (node->kind == NODE_MAP) {
        return decode_bytes_map(decode, node, out);
    }
    if (node->kind == NODE_LIST) {
        bool good = true;
        for (size_t i = 0; i < node->len; i++) {
            good = decode_bytes_append(decode, node->items[i], out) && good;
        }
        return good;
    }
    if (node_is_empty(node) || node_is_null(node)) {
        decode_expected(
            decode, node, "bytes: text, {hex: ...}, {text: ..., times: ...} or a list", NULL);
        return false;
    }
    decode_warn_wire(decode, node);
    buf_append(out, node->text);
    return true;
}

bool decode_take_bytes(struct decode *decode, const struct node *node, struct span *ret)
{
    struct buf bytes;
    buf_init(&bytes, DECODE_BYTES_MAX);
    bool full = decode->bytes > DECODE_BYTES_ALL_MAX; /* which was told: no more of them are made */
    bool good = !full && decode_bytes_append(decode, node, &bytes);
    if (good && bytes.over) {
        tell_error(decode->tell, node, NULL, "these are more than %zu octets", DECODE_BYTES_MAX);
        good = false;
    } else if (full || (good && bytes.len > DECODE_BYTES_ALL_MAX - decode->bytes)) {
        tell_error(decode->tell, node, NULL, "the bytes of all cases are more than %zu MiB",
            DECODE_BYTES_ALL_MAX / 1024 / 1024);
        decode->bytes = DECODE_BYTES_ALL_MAX + 1;
        good = false;
    }
    if (good) {
        decode->bytes += bytes.len;
        *ret = arena_span(decode->arena, buf_span(&bytes));
    }
    buf_done(&bytes);
    return good;
}

void decode_bytes(struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    (void)decode_take_bytes(decode, value, at);
}

/* --- patterns --- */

struct match_pattern *decode_take_pattern(
    struct decode *decode, const struct node *node, bool caseless)
{
    if (node->kind != NODE_SCALAR || node_is_empty(node)) {
        decode_expected(decode, node, "a pattern", NULL);
        return NULL;
    }
    struct fail why = {0};
    struct match_pattern *pattern = match_pattern_new(node->text, caseless, &why);
    if (pattern == NULL) {
        tell_error(decode->tell, node, NULL, "this is no pattern: %s", why.text);
    }
    return pattern;
}

const struct match_pattern *decode_keep_pattern(
    struct decode *decode, struct match_pattern *pattern)
{
    struct decode_patterns *patterns = decode->patterns;
    patterns->items = mem_grow(
        patterns->items, patterns->len, &patterns->capacity, sizeof *patterns->items);
    patterns->items[patterns->len++] = pattern;
    return pattern;
}

/* The plan has the text: whoever uses it compiles it anew, and it will not fail there. */
static void decode_checked_pattern(
    struct decode *decode, const struct node *value, bool caseless, void *at)
{
    struct match_pattern *pattern = decode_take_pattern(decode, value, caseless);
    if (pattern != NULL) {
        match_pattern_free(pattern);
        (void)decode_take_text(decode, value, "a pattern", at);
    }
}

void decode_pattern(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_checked_pattern(decode, value, false, at);
}

void decode_caseless_pattern(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    (void)key;
    decode_checked_pattern(decode, value, true, at);
}
