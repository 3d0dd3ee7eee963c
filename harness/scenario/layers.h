/*
 * layers — what lies under a case: the defaults of its file and of what that includes, and the
 * templates that it extends.
 *
 * Knows: their order, the undermost first: defaults of included files in the order of `include`,
 * the file's own templates and defaults, the case's templates, the case. A template lies above what
 * it extends itself; names of templates mean those of the file that the name stands in, then those
 * of the files that it includes, the last one first.
 * Refuses to know: how a layer is laid over others.
 */
#ifndef SMTPVET_SCENARIO_LAYERS_H
#define SMTPVET_SCENARIO_LAYERS_H

#include "harness/scenario/library.h"

#define LAYERS_MAX 100      /* of one case: more are a family tree that grows by doubling */
#define LAYERS_CHAIN_MAX 32 /* templates that extend templates */

/* Maps without the keys that only say how they are put together. */
struct layers {
    struct arena *arena;
    struct tell *tell;
    const struct node *items[LAYERS_MAX];
    size_t len;
    const struct node *chain[LAYERS_CHAIN_MAX]; /* names of templates that are being followed */
    size_t chain_len;
    bool lost; /* told: something is missing or too much */
    bool full; /* too much: nothing more is added */
};

/* layers_add_file appends the defaults of a file and of all that it includes; `own` are its own. */
void layers_add_file(
    struct layers *layers, const struct library_file *file, const struct node *own);
/* layers_add appends what the map extends, and the map; names mean templates of `file`. */
void layers_add(struct layers *layers, const struct library_file *file, const struct node *map);
/* layers_prune is `layer` without what `over`, a layer above, replaces whatever is put into either:
 * no expression is worked out for nothing. `*visited` grows by the work. */
const struct node *layers_prune(
    struct arena *arena, const struct node *layer, const struct node *over, size_t *visited);
/* What of a file's tree are its defaults. */
const struct node *layers_defaults(struct arena *arena, const struct library_file *file);

#endif
