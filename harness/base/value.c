#include "harness/base/value.h"

#include "harness/base/text.h"

static struct value *value_new(struct arena *arena, enum value_kind kind)
{
    struct value *value = arena_alloc(arena, sizeof *value);
    value->kind = kind;
    return value;
}

struct value *value_null(struct arena *arena)
{
    return value_new(arena, VALUE_NULL);
}

struct value *value_truth(struct arena *arena, bool truth)
{
    struct value *value = value_new(arena, VALUE_TRUTH);
    value->truth = truth;
    return value;
}

struct value *value_integer(struct arena *arena, int64_t integer)
{
    struct value *value = value_new(arena, VALUE_INTEGER);
    value->integer = integer;
    return value;
}

struct value *value_text(struct arena *arena, const char *text)
{
    return value_bytes(arena, span_text(text));
}

struct value *value_bytes(struct arena *arena, struct span bytes)
{
    struct value *value = value_new(arena, VALUE_TEXT);
    value->text = arena_span(arena, bytes);
    return value;
}

void value_set_shown(struct arena *arena, struct value *text, struct span shown)
{
    text->shown = value_bytes(arena, shown);
}

const struct value *value_shown(const struct value *value)
{
    return value->kind == VALUE_TEXT && value->shown != NULL ? value->shown : value;
}

struct value *value_list(struct arena *arena)
{
    return value_new(arena, VALUE_LIST);
}

struct value *value_map(struct arena *arena)
{
    return value_new(arena, VALUE_MAP);
}

void value_append(struct arena *arena, struct value *list, struct value *item)
{
    list->items = arena_push(arena, list->items, list->len, sizeof(struct value *));
    list->items[list->len++] = item;
}

static size_t value_index(const struct value *map, struct span key)
{
    for (size_t i = 0; i < map->len; i++) {
        if (span_equal(span_text(map->keys[i]), key)) {
            return i;
        }
    }
    return map->len;
}

static void value_put_span(
    struct arena *arena, struct value *map, struct span key, struct value *item)
{
    size_t index = value_index(map, key);
    if (index < map->len) {
        map->items[index] = item;
        return;
    }
    map->items = arena_push(arena, map->items, map->len, sizeof(struct value *));
    map->keys = arena_push(arena, map->keys, map->len, sizeof *map->keys);
    map->keys[map->len] = arena_memdup(arena, key.data, key.len);
    map->items[map->len++] = item;
}

void value_put(struct arena *arena, struct value *map, const char *key, struct value *item)
{
    value_put_span(arena, map, span_text(key), item);
}

void value_put_path(struct arena *arena, struct value *map, const char *path, struct value *item)
{
    struct span rest = span_text(path);
    for (;;) {
        size_t dot = span_find(rest, '.');
        struct span key = span_first(rest, dot);
        if (dot == rest.len) {
            value_put_span(arena, map, key, item);
            return;
        }
        size_t index = value_index(map, key);
        if (index == map->len || map->items[index]->kind != VALUE_MAP) {
            value_put_span(arena, map, key, value_map(arena));
            index = value_index(map, key);
        }
        map = map->items[index];
        rest = span_from(rest, dot + 1);
    }
}

static struct value *value_get_span(const struct value *map, struct span key)
{
    if (map == NULL || map->kind != VALUE_MAP) {
        return NULL;
    }
    size_t index = value_index(map, key);
    return index < map->len ? map->items[index] : NULL;
}

struct value *value_get(const struct value *map, const char *key)
{
    return value_get_span(map, span_text(key));
}

struct value *value_get_path(const struct value *map, const char *path)
{
    struct span rest = span_text(path);
    for (;;) {
        size_t dot = span_find(rest, '.');
        struct value *item = value_get_span(map, span_first(rest, dot));
        if (item == NULL || dot == rest.len) {
            return item;
        }
        map = item;
        rest = span_from(rest, dot + 1);
    }
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a == NULL || b == NULL || a->kind != b->kind) {
        return a == b;
    }
    switch (a->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_TRUTH:
        return a->truth == b->truth;
    case VALUE_INTEGER:
        return a->integer == b->integer;
    case VALUE_TEXT:
        return span_equal(a->text, b->text);
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    if (a->len != b->len) {
        return false;
    }
    for (size_t i = 0; i < a->len; i++) {
        if (a->kind == VALUE_MAP && strcmp(a->keys[i], b->keys[i]) != 0) {
            return false;
        }
        if (!value_equal(a->items[i], b->items[i])) {
            return false;
        }
    }
    return true;
}

struct value *value_copy(struct arena *arena, const struct value *value)
{
    struct value *copy = value_new(arena, value->kind);
    *copy = *value;
    if (value->kind == VALUE_TEXT) {
        copy->text = arena_span(arena, value->text);
        copy->shown = value->shown == NULL ? NULL : value_copy(arena, value->shown);
    } else if (value->kind == VALUE_LIST || value->kind == VALUE_MAP) {
        copy->items = NULL;
        copy->keys = NULL;
        copy->len = 0;
        for (size_t i = 0; i < value->len; i++) {
            struct value *item = value_copy(arena, value->items[i]);
            if (value->kind == VALUE_MAP) {
                value_put(arena, copy, value->keys[i], item);
            } else {
                value_append(arena, copy, item);
            }
        }
    }
    return copy;
}

const char *value_as_text(const struct value *value)
{
    return value == NULL || value->kind != VALUE_TEXT ? NULL : (const char *)value->text.data;
}

/* Text that a person could take for something else when it stands bare. */
static bool value_needs_quotes(struct span text)
{
    int64_t number;
    if (text.len == 0 || text_integer(text, &number) || span_equal(text, SPAN_LITERAL("true")) ||
        span_equal(text, SPAN_LITERAL("false")) || span_equal(text, SPAN_LITERAL("null"))) {
        return true;
    }
    if (text_trim(text).len != text.len) {
        return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c < 0x20 || c == 0x7f || c == '"' || c == ',' || c == '[' || c == ']' || c == '{' ||
            c == '}') {
            return true;
        }
    }
    return false;
}

static void value_show_text(struct span text, struct buf *out)
{
    if (!value_needs_quotes(text)) {
        text_escape(text, true, out);
        return;
    }
    buf_append_byte(out, '"');
    for (size_t quote = span_find(text, '"'); quote < text.len; quote = span_find(text, '"')) {
        text_escape(span_first(text, quote), true, out);
        buf_append_text(out, "\\\"");
        text = span_from(text, quote + 1);
    }
    text_escape(text, true, out);
    buf_append_byte(out, '"');
}

void value_show(const struct value *value, struct buf *out)
{
    switch (value->kind) {
    case VALUE_NULL:
        buf_append_text(out, "null");
        return;
    case VALUE_TRUTH:
        buf_append_text(out, value->truth ? "true" : "false");
        return;
    case VALUE_INTEGER:
        buf_printf(out, "%lld", (long long)value->integer);
        return;
    case VALUE_TEXT:
        value_show_text(value_shown(value)->text, out);
        return;
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    buf_append_byte(out, value->kind == VALUE_LIST ? '[' : '{');
    for (size_t i = 0; i < value->len; i++) {
        buf_append_text(out, i == 0 ? "" : ", ");
        if (value->kind == VALUE_MAP) {
            text_escape(span_text(value->keys[i]), true, out);
            buf_append_text(out, ": ");
        }
        value_show(value->items[i], out);
    }
    buf_append_byte(out, value->kind == VALUE_LIST ? ']' : '}');
}
