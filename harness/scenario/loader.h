/*
 * loader — one scenario file after the other into a suite.
 *
 * Knows: the way of a file: parse, version, defaults, cases laid over them, decode; that a case
 * with a mistake is no part of the plan; the suite's digest.
 * Refuses to know: where files are found, what any key means.
 */
#ifndef SMTPVET_SCENARIO_LOADER_H
#define SMTPVET_SCENARIO_LOADER_H

#include "harness/scenario/decode.h"

struct scenario_suite {
    struct arena *arena;
    struct decode_patterns patterns;
    struct plan_suite plan; /* its cases are on the heap: they move as they grow in number */
    size_t capacity;
};

struct loader {
    struct scenario_suite *suite;
    struct arena *scratch; /* nodes of the file at hand */
    struct tell tell;
    struct decode decode;
};

/* loader_init begins a suite; loader_done frees what only loading needed, and leaves the suite. */
void loader_init(struct loader *loader, struct diag_list *diags);
void loader_done(struct loader *loader);

/* One file: `path` for messages, `id` for its cases; `cases` are the only ones that are meant
 * (their ids), cases_len 0: all. */
struct loader_source {
    const char *path, *id;
    struct span text;
    const char *const *cases;
    size_t cases_len;
};

/* loader_take appends the file's cases to the suite and tells all mistakes, in the order in which
 * they stand. Fails with FAIL_LIMIT (SCENARIO_CASES_MAX). */
enum status loader_take(
    struct loader *loader, const struct loader_source *source, struct fail *fail);

#endif
