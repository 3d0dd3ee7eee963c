/*
 * library — scenario files and what they include.
 *
 * Knows: that the names in `include` are relative to the file that has them, lead to nothing
 * outside of the suite's folder, and go in no circle; each included file is read once in a run.
 * What of a file are templates, and what are defaults. Refuses to know: how templates and defaults
 * are laid over each other.
 */
#ifndef SMTPVET_SCENARIO_LIBRARY_H
#define SMTPVET_SCENARIO_LIBRARY_H

#include "harness/scenario/tell.h"

#define LIBRARY_DEPTH_MAX 16   /* of files that include files */
#define LIBRARY_FILES_MAX 1000 /* included in one run */
#define LIBRARY_LIST_MAX 100   /* files in one `include` */

/* A file as it was read. What its tree names lives as long as the arena that it was opened with. */
struct library_file {
    const char *path;             /* for messages; the suite's */
    const char *real;             /* NULL: a text from memory, which includes nothing */
    const char *suite;            /* the real path of its suite's folder */
    const struct node *root;      /* a map, or NULL: there is no such tree, and it was told */
    const struct node *templates; /* a map, or NULL */
    bool *used;                   /* by position in `templates`: something extends it */
    struct library_file **includes;
    size_t includes_len;
    struct library_file **all; /* itself, then all below, each once: the later in `include` first */
    size_t all_len;
    uint64_t visit;  /* the last walk that came by */
    unsigned height; /* of the files that it includes, itself counted */
    uint64_t digest; /* of its text and of all that it includes */
    bool lacking;    /* something that it includes is not there, or cannot be read at all */
    bool faulty;     /* something of it, or of what it includes, could not be read */
};

struct library {
    struct arena *arena; /* of included files; the library's own */
    struct arena *paths; /* the suite's */
    struct tell *tell;
    struct library_file **files; /* included so far */
    size_t files_len;
    const struct library_file *chain[LIBRARY_DEPTH_MAX]; /* files that are being opened */
    size_t chain_len;
    uint64_t visits;
};

void library_init(struct library *library, struct arena *paths, struct tell *tell);
void library_done(struct library *library);

/* library_open parses `text`, tells what is wrong with its version, and opens what it includes.
 * `file` comes with its path, real and suite; the rest is filled. Nodes live in `arena`. */
void library_open(
    struct library *library, struct arena *arena, struct span text, struct library_file *file);

/* Was the file with this real path included by one that was opened? */
bool library_has(const struct library *library, const char *real);

/* Does the file have nothing but what others include: templates, variables? */
bool library_is_shelf(const struct library_file *file);

#endif
