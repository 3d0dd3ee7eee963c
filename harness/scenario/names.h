/*
 * names — the variables that a file's expressions name, where nobody puts them in.
 *
 * Knows: which are named in variables that no case uses, and in cases that cannot be put together;
 * which of them the file cannot have from anywhere; which go in a circle.
 * Refuses to know: values: what is put in is judged by substitute, and nothing is told twice.
 *
 * What one case lacks another may have, so names are judged when the whole file has been read.
 */
#ifndef SMTPVET_SCENARIO_NAMES_H
#define SMTPVET_SCENARIO_NAMES_H

#include "harness/scenario/given.h"
#include "harness/scenario/library.h"

#define NAMES_MAX 100          /* of one file: where more are unknown, the cause is one */
#define NAMES_WORK_MAX 1000000 /* values looked at, of one file: thrice as many as it can hold */

struct names_seen {
    const struct node *at;
    struct span word;
    bool lost; /* something of its case is not at hand: the name may stand there */
};

/* Begins as zeros but for the arena and tell. */
struct names {
    struct arena *arena;
    struct tell *tell;
    struct names_seen *items; /* each word once */
    size_t len;
    size_t work;
};

/* names_note takes the names in a case of which something is not at hand. */
void names_note(struct names *names, const struct node *node);
/* names_vars takes those in a case's variables; with `circles` it tells the first circle of these.
 */
void names_vars(struct names *names, const struct node *vars, bool circles);
/* names_tell tells which of all that were taken neither the file has, nor what it includes, nor
 * --var. */
void names_tell(struct names *names, const struct library_file *file, struct given *given);

#endif
