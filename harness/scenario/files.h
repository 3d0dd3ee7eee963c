/*
 * files — from the paths that somebody gave to the scenario files that are meant.
 *
 * Knows: files, folders in bytewise order, "FILE#case", where a suite begins.
 * Refuses to know: what stands in a file.
 */
#ifndef SMTPVET_SCENARIO_FILES_H
#define SMTPVET_SCENARIO_FILES_H

#include "harness/base/mem.h"

#define FILES_FOLDERS_MAX 32 /* of folders within folders */

struct files_entry {
    const char *path;   /* as it was given, and what lies below: opened, and shown in messages */
    const char *id;     /* below the suite's folder, without the ending */
    const char *real;   /* tells two names of one file */
    const char **cases; /* the only ones that are meant; cases_len 0: all */
    size_t cases_len;
};

struct files_list {
    struct arena *arena; /* owns all text */
    struct files_entry *items;
    size_t len;
};

/* files_find appends what `path` means, each file once. Fails with FAIL_REACH (nothing there, with
 * the nearest name that is; not readable) or FAIL_LIMIT (SCENARIO_FILES_MAX, FILES_FOLDERS_MAX). */
enum status files_find(struct files_list *list, const char *path, struct fail *fail);

/* files_read appends the content of `path` to an arena's text. Fails with FAIL_REACH. A file that
 * is larger than `max` octets comes back with max + 1 of them. */
enum status files_read(
    struct arena *arena, const char *path, size_t max, struct span *ret, struct fail *fail);

/* "a/b.yaml" without its ending, in the arena. */
const char *files_stem(struct arena *arena, const char *name);

#endif
