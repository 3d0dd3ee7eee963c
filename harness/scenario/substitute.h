/*
 * substitute — `${{ ... }}` in a tree: variables, the matrix cell, secrets.
 *
 * Knows: how an expression is spelt (`vars.host`, `matrix.server.port`, `secrets.pw`); that a value
 * which is nothing but one takes the whole shape of what it names and stands for the place where
 * that was written, and that text around it makes text; `$${{`, which is a `${{` that means
 * nothing; variables that use others, and circles of them; that a secret goes into `server` and
 * `client` only, and is never part of a key.
 * Refuses to know: where variables, cells and secrets come from.
 *
 * One struct serves one case (or one cell of it): the values of variables are worked out once each.
 */
#ifndef SMTPVET_SCENARIO_SUBSTITUTE_H
#define SMTPVET_SCENARIO_SUBSTITUTE_H

#include "harness/scenario/given.h"
#include "harness/scenario/tell.h"

#define SUBSTITUTE_CHAIN_MAX 32 /* variables that use each other: deeper is a mistake */
#define SUBSTITUTE_TEXT_MAX ((size_t)1024 * 1024)     /* octets of one text: as a whole file */
#define SUBSTITUTE_ALL_MAX ((size_t)64 * 1024 * 1024) /* octets that one case, or cell, puts in */

struct substitute {
    struct arena *arena; /* of what is made */
    struct tell *tell;
    struct given *given;
    const struct node *vars;    /* a map; NULL: none */
    const struct node *secrets; /* a map; NULL: none */
    const struct node *matrix;  /* values by name; NULL: no cell is at hand */
    /* The rest begins as zeros: */
    const struct node **values;         /* of variables, once they are worked out */
    size_t chain[SUBSTITUTE_CHAIN_MAX]; /* positions of variables that are being worked out */
    size_t chain_len;
    size_t octets;
    bool stopped;      /* a limit was passed: nothing more is put in */
    struct span *used; /* secrets that were put in; their text is the suite's */
    size_t used_len;
};

/* substitute_map is `map` with everything put in, `map` itself where there is nothing to put in.
 * What is wrong is told, and what held it goes without; NULL where a whole key of `map` would have
 * to. `with_secrets`: its keys `server` and `client` may have secrets. */
const struct node *substitute_map(
    struct substitute *substitute, const struct node *map, bool with_secrets);

/* The place of the `number`th `${{` of a scalar, from 0: its column is what helps in a long line.
 */
struct node substitute_place(const struct node *node, size_t number);

#endif
