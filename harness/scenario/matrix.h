/*
 * matrix — the cells of a case's matrix.
 *
 * Knows: dimensions that are lists or ranges, in the order in which they are written, the first
 * turning slowest; `exclude`, then `include`, with the meaning that GitHub Actions gives them: an
 * entry of `include` extends every cell whose dimensions it agrees with, and is a cell of its own
 * where there is none; how a cell is labelled.
 * Refuses to know: what a cell's values are put into.
 */
#ifndef SMTPVET_SCENARIO_MATRIX_H
#define SMTPVET_SCENARIO_MATRIX_H

#include "harness/scenario/tell.h"

#define MATRIX_DIMENSIONS_MAX 16 /* more make no label that anybody reads */
#define MATRIX_WORK_MAX \
    ((size_t)20 * 1000 * 1000) /* comparisons of one matrix: 10000 cells with 1000 entries */
#define MATRIX_LABEL_MAX 40    /* octets of one value in a label */

struct matrix_cell {
    const char *label;         /* "[tls=1.3,mech=PLAIN]" */
    const struct node *values; /* a map: each dimension's value, and what `include` added */
};

/* matrix_cells lists the cells of `map`, a `matrix` with everything put in; all lives in the arena.
 * False, and told, where it is none, or has no cell. */
bool matrix_cells(struct arena *arena, struct tell *tell, const struct node *map,
    struct matrix_cell **ret, size_t *ret_len);

#endif
