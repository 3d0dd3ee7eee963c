#include "harness/scenario/node.h"

#include "harness/base/secret.h"
#include "harness/base/text.h"

#define NODE_GOT_MAX 60 /* octets of a text that a message quotes */

size_t node_find(const struct node *map, struct span key)
{
    for (size_t i = 0; i < map->len; i++) {
        if (span_equal(map->keys[i]->text, key)) {
            return i;
        }
    }
    return map->len;
}

const struct node *node_get(const struct node *map, const char *key)
{
    if (map == NULL || map->kind != NODE_MAP) {
        return NULL;
    }
    size_t at = node_find(map, span_text(key));
    return at == map->len ? NULL : map->items[at];
}

bool node_is(const struct node *node, const char *text)
{
    return node->kind == NODE_SCALAR && span_equal(node->text, span_text(text));
}

bool node_is_plain(const struct node *node, const char *text)
{
    return node->style == NODE_PLAIN && node_is(node, text);
}

bool node_is_null(const struct node *node)
{
    return node_is_plain(node, "null");
}

bool node_is_empty(const struct node *node)
{
    return node_is_plain(node, "");
}

void node_fill(
    struct node *node, const struct node *const *keys, const struct node *const *items, size_t len)
{
    node->keys = keys;
    node->items = items;
    node->len = len;
    node->weight = 1;
    node->height = 1;
    node->open = node->guarded = false;
    for (size_t i = 0; i < len; i++) {
        node->open = node->open || items[i]->open || (keys != NULL && keys[i]->open);
        node->guarded = node->guarded || items[i]->guarded;
        node->weight += items[i]->weight + (keys == NULL ? 0 : 1);
        node->height = items[i]->height >= node->height ? items[i]->height + 1 : node->height;
    }
}

struct node *node_map_new(struct arena *arena, const struct node *like,
    const struct node *const *keys, const struct node *const *items, size_t len)
{
    struct node *map = arena_alloc(arena, sizeof *map);
    *map = *like;
    map->kind = NODE_MAP;
    node_fill(map, keys, items, len);
    return map;
}

/* The keys of `map` that `names` has, or those that it has not. */
static const struct node *node_part(
    struct arena *arena, const struct node *map, const char *const *names, bool wanted)
{
    const struct node **keys = arena_alloc(arena, map->len * sizeof *keys);
    const struct node **items = arena_alloc(arena, map->len * sizeof *items);
    size_t len = 0;
    for (size_t i = 0; i < map->len; i++) {
        bool there = false;
        for (size_t j = 0; names[j] != NULL && !there; j++) {
            there = node_is(map->keys[i], names[j]);
        }
        if (there == wanted) {
            keys[len] = map->keys[i];
            items[len++] = map->items[i];
        }
    }
    return node_map_new(arena, map, keys, items, len);
}

const struct node *node_without(
    struct arena *arena, const struct node *map, const char *const *names)
{
    return node_part(arena, map, names, false);
}

const struct node *node_only(struct arena *arena, const struct node *map, const char *const *names)
{
    return node_part(arena, map, names, true);
}

const struct node *node_blank(struct arena *arena, const struct node *node)
{
    if (!node->open) {
        return node;
    }
    struct node *blank = arena_alloc(arena, sizeof *blank);
    *blank = *node;
    if (node->kind == NODE_SCALAR) {
        blank->text = (struct span){(const uint8_t *)"", 0};
        blank->lost = true;
    } else {
        const struct node **keys = arena_alloc(arena, node->len * sizeof *keys);
        const struct node **items = arena_alloc(arena, node->len * sizeof *items);
        size_t len = 0;
        for (size_t i = 0; i < node->len; i++) {
            if (node->kind == NODE_MAP && node->keys[i]->open) {
                blank->lost = true;
                continue;
            }
            keys[len] = node->kind == NODE_MAP ? node->keys[i] : NULL;
            items[len++] = node_blank(arena, node->items[i]);
        }
        node_fill(blank, node->kind == NODE_MAP ? keys : NULL, items, len);
    }
    blank->open = false;
    return blank;
}

const char *node_got(struct arena *arena, const struct node *node)
{
    if (node->kind != NODE_SCALAR) {
        return node->kind == NODE_LIST ? "a list" : "a map";
    }
    if (node->secret) {
        return SECRET_MASK;
    }
    if (node_is_empty(node)) {
        return "nothing";
    }
    bool cut = node->text.len > NODE_GOT_MAX;
    size_t shown = cut ? NODE_GOT_MAX : node->text.len;
    while (cut && shown > 0 && (node->text.data[shown] & 0xc0) == 0x80) {
        shown--; /* not through the middle of a character */
    }
    /* diag_show escapes what is not printable; a NUL would end the message here. */
    char *text = arena_printf(
        arena, "'%.*s%s'", (int)shown, (const char *)node->text.data, cut ? "..." : "");
    return text;
}
