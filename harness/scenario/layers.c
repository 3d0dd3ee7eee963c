#include "harness/scenario/layers.h"

#include "harness/base/text.h"
#include "harness/scenario/keys.h"

#define LAYERS_WORDS_MAX 200 /* names of templates that "did you mean" looks through */

/* --- finding a template --- */

struct layers_found {
    const struct node *name, *map;
    const struct library_file *file;
    size_t at; /* among its file's templates */
};

static bool layers_find(const struct library_file *file, struct span name, struct layers_found *ret)
{
    for (size_t i = 0; i < file->all_len; i++) {
        const struct library_file *there = file->all[i];
        size_t at = there->templates == NULL ? 0 : node_find(there->templates, name);
        if (there->templates != NULL && at < there->templates->len) {
            *ret = (struct layers_found){
                there->templates->keys[at], there->templates->items[at], there, at};
            return true;
        }
    }
    return false;
}

static void layers_words(const struct library_file *file, const char **words, size_t *len)
{
    for (size_t i = 0; i < file->all_len; i++) {
        const struct node *templates = file->all[i]->templates;
        for (size_t j = 0; templates != NULL && j < templates->len && *len < LAYERS_WORDS_MAX;
             j++) {
            words[(*len)++] = (const char *)templates->keys[j]->text.data;
        }
    }
}

static void layers_unknown(
    struct layers *layers, const struct library_file *file, const struct node *name)
{
    const char *words[LAYERS_WORDS_MAX + 1] = {NULL};
    size_t len = 0;
    layers->lost = true;
    layers_words(file, words, &len);
    const char *hint = tell_nearest(layers->tell, (const char *)name->text.data, words);
    hint = hint == NULL && file->faulty ? "it may stand in what is not there, or cannot be read"
           : hint == NULL && len == 0   ? "there is none, here or in what is included"
                                        : hint;
    tell_error(layers->tell, name, hint, "unknown template %s", node_got(layers->arena, name));
}

/* --- following it --- */

static void layers_push(struct layers *layers, const struct node *map)
{
    static const char *const names[] = {"extends", NULL};
    if (layers->len == LAYERS_MAX) {
        if (!layers->lost) {
            tell_error(layers->tell, map, NULL,
                "a case lies on more than %d templates and defaults", LAYERS_MAX);
        }
        layers->lost = layers->full = true;
        return;
    }
    layers->items[layers->len++] = node_without(layers->arena, map, names);
}

static void layers_circle(struct layers *layers, const struct node *at, size_t from)
{
    const char *chain = "";
    for (size_t i = from; i < layers->chain_len; i++) {
        chain = arena_printf(
            layers->arena, "%s%.100s -> ", chain, (const char *)layers->chain[i]->text.data);
    }
    tell_error(layers->tell, at, NULL, "templates extend each other in a circle: %s%.100s", chain,
        (const char *)layers->chain[from]->text.data);
    layers->lost = true;
}

static void layers_extend(
    struct layers *layers, const struct library_file *file, const struct node *name)
{
    struct layers_found found;
    if (name->kind != NODE_SCALAR || name->text.len == 0) {
        tell_error(layers->tell, name, NULL, "expected the name of a template, got %s",
            node_got(layers->arena, name));
        layers->lost = true;
        return;
    }
    if (!layers_find(file, name->text, &found)) {
        layers_unknown(layers, file, name);
        return;
    }
    found.file->used[found.at] = true;
    for (size_t i = 0; i < layers->chain_len; i++) {
        if (layers->chain[i] == found.name) {
            layers_circle(layers, name, i);
            return;
        }
    }
    if (layers->chain_len == LAYERS_CHAIN_MAX) {
        tell_error(layers->tell, name, NULL, "templates extend templates more than %d deep",
            LAYERS_CHAIN_MAX);
        layers->lost = true;
        return;
    }
    if (found.map->kind == NODE_MAP) { /* else it was told */
        layers->chain[layers->chain_len++] = found.name;
        layers_add(layers, found.file, found.map);
        layers->chain_len--;
    }
}

void layers_add(struct layers *layers, const struct library_file *file, const struct node *map)
{
    const struct node *extends = node_get(map, "extends");
    if (extends != NULL && extends->kind == NODE_LIST) {
        for (size_t i = 0; i < extends->len && !layers->full; i++) {
            layers_extend(layers, file, extends->items[i]);
        }
    } else if (extends != NULL && !node_is_null(extends)) {
        layers_extend(layers, file, extends);
    }
    layers_push(layers, map);
}

/* --- what a layer above replaces --- */

/* May the value turn out to be a map once everything is put in? */
static bool layers_may_be_map(const struct node *value)
{
    return value->kind == NODE_MAP ||
           (value->kind == NODE_SCALAR && value->open && text_starts_caseless(value->text, "${{"));
}

const struct node *layers_prune(
    struct arena *arena, const struct node *layer, const struct node *over, size_t *visited)
{
    const struct node **keys = arena_alloc(arena, layer->len * sizeof *keys);
    const struct node **items = arena_alloc(arena, layer->len * sizeof *items);
    size_t len = 0;
    for (size_t i = 0; i < layer->len; i++) {
        const struct node *item = layer->items[i];
        size_t at = node_find(over, layer->keys[i]->text);
        ++*visited;
        if (at < over->len && item->open && item->kind == NODE_MAP &&
            over->items[at]->kind == NODE_MAP) {
            item = layers_prune(arena, item, over->items[at], visited);
        }
        if (at == over->len || layers_may_be_map(over->items[at])) {
            keys[len] = layer->keys[i];
            items[len++] = item;
        }
    }
    return node_map_new(arena, layer, keys, items, len);
}

/* --- defaults --- */

const struct node *layers_defaults(struct arena *arena, const struct library_file *file)
{
    const struct node *root = file->root;
    const struct node **keys = arena_alloc(arena, root->len * sizeof *keys);
    const struct node **items = arena_alloc(arena, root->len * sizeof *items);
    size_t len = 0;
    for (size_t i = 0; i < root->len; i++) {
        if (!keys_is_of_file(root->keys[i]->text) &&
            !text_starts_caseless(root->keys[i]->text, "x-")) {
            keys[len] = root->keys[i];
            items[len++] = root->items[i];
        }
    }
    return node_map_new(arena, root, keys, items, len);
}

void layers_add_file(struct layers *layers, const struct library_file *file, const struct node *own)
{
    static const char *const names[] = {"id", NULL};
    for (size_t i = 0; i < file->includes_len && !layers->full; i++) {
        const struct library_file *included = file->includes[i];
        if (included->root != NULL) {
            layers_add_file(layers, included,
                node_without(layers->arena, layers_defaults(layers->arena, included), names));
        }
    }
    layers_add(layers, file, own);
}
