/*
 * diag — messages about a place in a file: errors and warnings, all of one pass together.
 *
 * Knows: file:line:column, the line itself, a caret, a hint. Refuses to know: how files are read.
 */
#ifndef SMTPVET_BASE_DIAG_H
#define SMTPVET_BASE_DIAG_H

#include "harness/base/buf.h"

#define DIAG_COUNT_MAX 200 /* of one run; further ones are counted, not kept */

/* A place: file name (kept by reference), line and column from 1, columns counted in characters.
 * line 0: the file as a whole. */
struct mark {
    const char *file;
    unsigned line, column;
    unsigned width; /* characters to underline; 0 and 1 are a lone caret */
};

enum diag_severity { DIAG_WARNING, DIAG_ERROR };

struct diag {
    enum diag_severity severity;
    struct mark mark;
    const char *message;
    const char *hint;        /* NULL: none. "did you mean 'starttls'?" */
    const char *source_line; /* NULL when unknown */
};

struct diag_list {
    struct arena *arena; /* owns all text */
    struct diag *items;
    size_t len;
    size_t errors, warnings; /* all, also those beyond DIAG_COUNT_MAX */
};

void diag_list_init(struct diag_list *list);
void diag_list_done(struct diag_list *list);

/* diag_add appends a message. `source` is the whole text of the file that the mark points into
 * (SPAN_EMPTY when unknown): the line is copied from it. `hint` may be NULL. */
void diag_add(struct diag_list *list, enum diag_severity severity, struct mark mark,
    struct span source, const char *hint, const char *format, ...) PRINTF_LIKE(6, 7);

/* diag_show appends one message as compilers do:
 *   file:14:9: error: unknown key 'starttsl' in server (did you mean 'starttls'?)
 *      14 |   starttsl: required
 *         |   ^~~~~~~~
 */
void diag_show(const struct diag *diag, struct buf *out);

#endif
