/*
 * files — from the paths that somebody gave to the scenario files that are meant.
 *
 * Knows: files, folders in bytewise order (what begins with a dot or with _ is passed over),
 * "FILE#case" and "FILE[cell]", where a suite begins.
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
    const char *suite;  /* the real path of the folder that it may include files of */
    const char *within; /* the folder that was given, where the file alone has another suite */
    const char **cases; /* the only ones that are meant, "case", "case[cell]" or "[cell]"; cases_len
                           0: all */
    size_t cases_len;
};

struct files_list {
    struct arena *arena; /* owns all text */
    struct files_entry *items;
    size_t len;
    const char **lost; /* what could not be reached, each with the reason */
    size_t lost_len;
};

/* files_find appends what `path` means, each file once. What cannot be reached becomes one of
 * `lost`: the path itself (with the nearest name that is there), or something in the folder. Fails
 * with FAIL_LIMIT (SCENARIO_FILES_MAX, FILES_FOLDERS_MAX). */
enum status files_find(struct files_list *list, const char *path, struct fail *fail);
void files_lose(struct files_list *list, const char *text);
/* FAIL_REACH where something was lost, with all of it as far as a message goes. */
enum status files_check(const struct files_list *list, struct fail *fail);

/* files_read appends the content of `path` to an arena's text. Fails with FAIL_REACH. A file that
 * is larger than `max` octets comes back with max + 1 of them. */
enum status files_read(
    struct arena *arena, const char *path, size_t max, struct span *ret, struct fail *fail);

/* `name`, relative to the folder of the file `from`, as one would write it: "a/../b" is "b". */
const char *files_beside(struct arena *arena, const char *from, const char *name);
/* files_below finds the real path of `name`, relative to the folder of the file whose real path is
 * `from`. Fails with FAIL_USAGE where it lies outside of the folder `suite`, also by a link, and
 * with FAIL_REACH where there is no such file. */
enum status files_below(struct arena *arena, const char *from, const char *name, const char *suite,
    const char **ret, struct fail *fail);
/* A file beside `path` that is spelt nearly so, or NULL. */
const char *files_near(struct arena *arena, const char *path);
bool files_is_regular(const char *path); /* to read it never waits */
bool files_is_odd(const char *path);     /* something is there, and to read it may never end */

/* "a/b.yaml" without its ending, in the arena. */
const char *files_stem(struct arena *arena, const char *name);

#endif
