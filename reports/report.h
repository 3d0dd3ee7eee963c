/*
 * report — a run as people and programs want to read it: one writer for each format.
 *
 * Knows: the table of formats; each writer is a pure function of a run_result, so that a report can
 * be made again from a stored run log.
 * Refuses to know: files, terminals, how the result came about.
 */
#ifndef SMTPVET_REPORTS_REPORT_H
#define SMTPVET_REPORTS_REPORT_H

#include "harness/evidence/result.h"

struct report_options {
    unsigned verbosity; /* 1: whole transcripts of failures; 2: of everything */
    bool color;         /* `text` only */
};

struct report_format {
    const char *name; /* "text", "junit", "json" */
    const char *sentence;
    /* Appends the whole report; sets `out->over` where it does not fit. */
    void (*write)(
        const struct run_result *result, const struct report_options *options, struct buf *out);
};

/* The format of that name, NULL when there is none. */
const struct report_format *report_find(const char *name);
/* All names in the table's order, ended by NULL. */
const char *const *report_names(void);

#endif
