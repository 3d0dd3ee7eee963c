/*
 * merge — a case laid over its file's defaults.
 *
 * Knows: maps merge deeply, lists and scalars replace, `null` deletes; below `expect` the unit is
 * the fact, however it is spelt: `starttls: {used: true}` and `starttls.used: true` are one, and
 * what is expected of a fact is replaced whole.
 * Refuses to know: what any other key means.
 *
 * What comes out has no nulls in its maps, and an `expect` whose keys are whole names of facts.
 */
#ifndef SMTPVET_SCENARIO_MERGE_H
#define SMTPVET_SCENARIO_MERGE_H

#include "harness/scenario/tell.h"

/* Values of all cases of one file together, defaults counted for each: bounds the work of a file
 * whose many cases share large defaults. */
#define MERGE_NODES_MAX ((size_t)2 * 1000 * 1000)
#define MERGE_FACTS_MAX 1000 /* expected of one case */

struct merge {
    struct arena *arena;
    struct tell *tell;
    size_t nodes; /* so far */
};

/* merge_case lays the map `own` over `defaults`, which merge_case made before (`own` alone where
 * there is none: NULL). NULL, and told, where a limit is passed. */
const struct node *merge_case(
    struct merge *merge, const struct node *defaults, const struct node *own);
/* merge_count counts `weight` values more, of a case that stands at `at`. False, and told, where
 * that passes MERGE_NODES_MAX. */
bool merge_count(struct merge *merge, const struct node *at, size_t weight);
/* A map of facts alone, each under its whole name. */
const struct node *merge_facts(struct merge *merge, const struct node *map);

#endif
