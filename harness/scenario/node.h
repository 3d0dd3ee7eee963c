/*
 * node — what a YAML file says, as a tree in which everything knows where it stands.
 *
 * Knows: texts with their style, lists, maps in the order of the file; the place of each in its
 * file; how many nodes a node stands for once aliases are counted as what they name.
 * Refuses to know: libyaml, what the keys mean, types: a plain `10` is text until somebody asks.
 *
 * Nodes live in the arena that they were made in and are never changed once they are part of a
 * tree: an alias, a `<<` and a merged case share them.
 */
#ifndef SMTPVET_SCENARIO_NODE_H
#define SMTPVET_SCENARIO_NODE_H

#include "harness/base/diag.h"

#define NODE_MAP_MAX \
    1000 /* keys of one map: no section has a hundred, no server a thousand users */

/* A file that nodes come from. `text` is what messages show of it, passwords masked. */
struct node_source {
    const char *file;
    struct span text;
};

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

enum node_style {
    NODE_PLAIN,
    NODE_SINGLE_QUOTED,
    NODE_DOUBLE_QUOTED,
    NODE_LITERAL, /* | */
    NODE_FOLDED,  /* > */
};

struct node {
    enum node_kind kind;
    enum node_style style; /* NODE_SCALAR */
    bool secret;           /* NODE_SCALAR: a password; messages never quote it */
    bool open;             /* `${{` stands in it, or in something that it holds */
    bool lost;             /* it could not be put in; what would be said of it is not told */
    bool guarded;          /* text of `secrets` was put into it, or into something that it holds */
    struct mark mark;
    unsigned end_line, end_column; /* just behind it, from 1; 0 of an alias */
    const struct node_source *source;
    struct span text;                /* NODE_SCALAR: UTF-8, a NUL stands behind */
    const struct node *const *keys;  /* NODE_MAP: scalars, each once */
    const struct node *const *items; /* NODE_LIST, NODE_MAP: items, values */
    size_t len;
    size_t weight;   /* nodes that it stands for, itself counted */
    unsigned height; /* of the tree below: 1 for a scalar */
};

/* The value under `key`, or NULL (also when `map` is NULL or no map). */
const struct node *node_get(const struct node *map, const char *key);
/* The position of `key`, or map->len. */
size_t node_find(const struct node *map, struct span key);

bool node_is(const struct node *node, const char *text); /* a scalar with this text */
bool node_is_plain(const struct node *node, const char *text);
bool node_is_null(const struct node *node);  /* the plain word null */
bool node_is_empty(const struct node *node); /* nothing at all behind a key or a dash */

/* node_fill gives a list or a map its content and counts weight and height. `keys` is NULL for a
 * list. The arrays must live as long as the node. */
void node_fill(
    struct node *node, const struct node *const *keys, const struct node *const *items, size_t len);

/* node_map_new makes a map that stands where `like` stands. */
struct node *node_map_new(struct arena *arena, const struct node *like,
    const struct node *const *keys, const struct node *const *items, size_t len);

/* node_without is `map` without the keys of `names` (ended by NULL). */
const struct node *node_without(
    struct arena *arena, const struct node *map, const char *const *names);

/* node_only is `map` with no other keys than those of `names` (ended by NULL). */
const struct node *node_only(struct arena *arena, const struct node *map, const char *const *names);

/* node_blank is `node` as far as it is known without its expressions: scalars that have some are
 * lost, keys that have some are gone and their map is lost. */
const struct node *node_blank(struct arena *arena, const struct node *node);

/* node_got says what stands there, for "expected …, got …": 'soon', a list, nothing. Lives in the
 * arena; long text is cut, passwords are masked. */
const char *node_got(struct arena *arena, const struct node *node);

#endif
