#include "harness/scenario/merge.h"

#include "harness/base/text.h"
#include "harness/evidence/fact.h"

/* A map being made. */
struct merge_list {
    const struct node **keys, **items;
    size_t len;
};

static void merge_push(
    struct merge *merge, struct merge_list *list, const struct node *key, const struct node *item)
{
    list->keys = arena_push(merge->arena, list->keys, list->len, sizeof *list->keys);
    list->items = arena_push(merge->arena, list->items, list->len, sizeof *list->items);
    list->keys[list->len] = key;
    list->items[list->len++] = item;
}

static const struct node *merge_map(
    struct merge *merge, const struct merge_list *list, const struct node *like)
{
    return node_map_new(merge->arena, like, list->keys, list->items, list->len);
}

/* --- everything but expect --- */

static const struct node *merge_nodes(
    struct merge *merge, const struct node *base, const struct node *own);

static const struct node *merge_maps(
    struct merge *merge, const struct node *base, const struct node *own)
{
    struct merge_list list = {0};
    for (size_t i = 0; base != NULL && i < base->len; i++) {
        size_t at = node_find(own, base->keys[i]->text);
        if (at == own->len) {
            merge_push(merge, &list, base->keys[i], base->items[i]);
        } else if (!node_is_null(own->items[at])) {
            merge_push(
                merge, &list, own->keys[at], merge_nodes(merge, base->items[i], own->items[at]));
        }
    }
    for (size_t i = 0; i < own->len; i++) {
        bool there = base != NULL && node_find(base, own->keys[i]->text) < base->len;
        if (!there && !node_is_null(own->items[i])) {
            merge_push(merge, &list, own->keys[i], merge_nodes(merge, NULL, own->items[i]));
        }
    }
    return merge_map(merge, &list, own);
}

static const struct node *merge_nodes(
    struct merge *merge, const struct node *base, const struct node *own)
{
    if (own->kind != NODE_MAP) {
        return own;
    }
    return merge_maps(merge, base != NULL && base->kind == NODE_MAP ? base : NULL, own);
}

/* --- expect --- */

static const struct node *merge_key(struct merge *merge, const struct node *key, const char *prefix)
{
    if (prefix == NULL) {
        return key;
    }
    struct node *whole = arena_alloc(merge->arena, sizeof *whole);
    *whole = *key;
    whole->text = span_text(arena_printf(
        merge->arena, "%s.%.*s", prefix, (int)key->text.len, (const char *)key->text.data));
    return whole;
}

static bool merge_is_told_twice(
    struct merge *merge, const struct merge_list *list, const struct node *key)
{
    for (size_t i = 0; i < list->len; i++) {
        if (span_equal(list->keys[i]->text, key->text)) {
            tell_error(merge->tell, key,
                tell_hint(merge->tell, "the first time is on line %u", list->keys[i]->mark.line),
                "the fact '%s' is expected a second time", (const char *)key->text.data);
            return true;
        }
    }
    return false;
}

/* Appends what `map` expects, each under its fact's whole name. A map behind a name that is no fact
 * but leads to some is descended into; whatever else stays as it is and is told when it is decoded.
 */
static void merge_flatten(
    struct merge *merge, const struct node *map, const char *prefix, struct merge_list *list)
{
    for (size_t i = 0; i < map->len && list->len < MERGE_FACTS_MAX; i++) {
        const struct node *key = merge_key(merge, map->keys[i], prefix);
        const char *name = (const char *)key->text.data;
        enum fact fact;
        if (map->items[i]->kind == NODE_MAP && !fact_find(name, &fact, NULL, NULL) &&
            fact_is_prefix(name)) {
            merge_flatten(merge, map->items[i], name, list);
        } else if (!merge_is_told_twice(merge, list, key)) {
            merge_push(merge, list, key, map->items[i]);
        }
    }
}

/* "starttls" deletes starttls.offered as well. */
static bool merge_reaches(struct span name, struct span fact)
{
    return span_equal(name, fact) ||
           (fact.len > name.len && memcmp(fact.data, name.data, name.len) == 0 &&
               fact.data[name.len] == '.');
}

/* The last of `own` that speaks of the fact: itself, or a null for it or for a group above. */
static size_t merge_fact(const struct merge_list *own, struct span fact)
{
    for (size_t i = 0; i < own->len; i++) {
        if (node_is_null(own->items[i]) ? merge_reaches(own->keys[i]->text, fact)
                                        : span_equal(own->keys[i]->text, fact)) {
            return i;
        }
    }
    return own->len;
}

static const struct node *merge_expect(
    struct merge *merge, const struct node *base, const struct node *own)
{
    struct merge_list facts = {0}, list = {0};
    if (own->kind != NODE_MAP) {
        return own;
    }
    merge_flatten(merge, own, NULL, &facts);
    if (facts.len == MERGE_FACTS_MAX) {
        tell_error(merge->tell, own, NULL, "a case expects %d facts or more", MERGE_FACTS_MAX);
    }
    for (size_t i = 0; base != NULL && base->kind == NODE_MAP && i < base->len; i++) {
        if (merge_fact(&facts, base->keys[i]->text) == facts.len) {
            merge_push(merge, &list, base->keys[i], base->items[i]);
        }
    }
    for (size_t i = 0; i < facts.len; i++) {
        if (!node_is_null(facts.items[i])) {
            merge_push(merge, &list, facts.keys[i], facts.items[i]);
        }
    }
    return merge_map(merge, &list, own);
}

/* --- a case --- */

bool merge_count(struct merge *merge, const struct node *at, size_t weight)
{
    if (weight > MERGE_NODES_MAX - merge->nodes) {
        tell_error(merge->tell, at, "each case, and each matrix cell, counts with all its defaults",
            "the cases of this file have more than %zu values", MERGE_NODES_MAX);
        return false;
    }
    merge->nodes += weight;
    return true;
}

const struct node *merge_facts(struct merge *merge, const struct node *map)
{
    return merge_expect(merge, NULL, map);
}

const struct node *merge_case(
    struct merge *merge, const struct node *defaults, const struct node *own)
{
    static const char *const expect_key[] = {"expect", NULL};
    const struct node *base = node_get(defaults, "expect");
    const struct node *over = node_get(own, "expect");
    const struct node *whole = merge_maps(merge,
        defaults == NULL ? NULL : node_without(merge->arena, defaults, expect_key),
        node_without(merge->arena, own, expect_key));
    if (over != NULL ? !node_is_null(over) : base != NULL) {
        const struct node *from = over != NULL ? own : defaults;
        struct merge_list list = {0};
        for (size_t i = 0; i < whole->len; i++) {
            merge_push(merge, &list, whole->keys[i], whole->items[i]);
        }
        merge_push(merge, &list, from->keys[node_find(from, SPAN_LITERAL("expect"))],
            over != NULL ? merge_expect(merge, base, over) : base);
        whole = merge_map(merge, &list, own);
    }
    return merge_count(merge, own, whole->weight) ? whole : NULL;
}
