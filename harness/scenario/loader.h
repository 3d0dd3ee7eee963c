/*
 * loader — one scenario file after the other into a suite.
 *
 * Knows: the way of a file: parsed, with what it includes; for each case its layers, its cells, and
 * for each cell everything put in, merged, decoded; that a case with a mistake is no part of the
 * plan; the suite's digest.
 * Refuses to know: where files are found, what any key means.
 */
#ifndef SMTPVET_SCENARIO_LOADER_H
#define SMTPVET_SCENARIO_LOADER_H

#include "harness/scenario/decode.h"
#include "harness/scenario/given.h"
#include "harness/scenario/layers.h"
#include "harness/scenario/merge.h"

struct scenario_suite {
    struct arena *arena;
    struct decode_patterns patterns;
    struct plan_suite plan; /* its cases are on the heap: they move as they grow in number */
    size_t capacity;
    const char *missing; /* sentences about cases that were asked for and are not there */
};

struct loader {
    struct scenario_suite *suite;
    struct arena *scratch; /* nodes of the file at hand */
    struct arena *cell;    /* of the case, or cell of its matrix, that is being decoded */
    struct library library;
    struct given given;
    struct tell tell;
    struct decode decode;
    bool full; /* SCENARIO_CASES_MAX was passed, which was told */
    /* Does another file of the run include the one with this real path? NULL: there are no others.
     */
    bool (*is_included)(void *peers, const char *real);
    void *peers;
    /* Told of each case without a mistake, with the whole map that it was decoded from. May be
     * NULL. */
    void (*on_case)(void *context, const struct node *whole, const struct plan_case *plan);
    void *context;
};

/* loader_init begins a suite; loader_done frees what only loading needed, and leaves the suite; it
 * is due after a failure too. `options` may be NULL, and outlives the loader. Fails with
 * FAIL_USAGE: a `--var` is none. */
enum status loader_init(struct loader *loader, const struct scenario_options *options,
    struct diag_list *diags, struct fail *fail);
void loader_done(struct loader *loader);

/* One file: `path` for messages, `id` for its cases; `cases` are the only ones that are meant
 * ("case", "case[cell]", "[cell]"), cases_len 0: all. */
struct loader_source {
    const char *path, *id;
    const char *real, *suite; /* of the file and of its suite's folder; NULL: a text from memory */
    const char *within;       /* as in struct plan_case */
    struct span text;
    const char *const *cases;
    size_t cases_len;
};

/* loader_take appends the file's cases to the suite and tells all mistakes, in the order in which
 * they stand; more than SCENARIO_CASES_MAX are one. */
void loader_take(struct loader *loader, const struct loader_source *source);

/* loader_check is due when all files were taken: tells mistakes in included templates that nobody
 * extends. FAIL_USAGE where a variable was given that no scenario has. */
enum status loader_check(struct loader *loader, struct fail *fail);

#endif
