/*
 * report — a run as people and programs want to read it: one writer for each format.
 *
 * Knows: the table of formats; that a report is made case by case, as results come in the plan's
 * order, and holds no more of them than its format needs; each is a pure function of the header,
 * the results and whether they are all, so that it can be made again from a stored run log (in
 * which no real times stand: `junit` then has none).
 * Refuses to know: files, terminals, how the result came about.
 */
#ifndef SMTPVET_REPORTS_REPORT_H
#define SMTPVET_REPORTS_REPORT_H

#include "harness/evidence/result.h"

struct report_options {
    unsigned verbosity; /* 1: whole transcripts of failures; 2: of everything */
    bool color;         /* `text` only */
    unsigned width;     /* `text` only: columns after which prose is broken; 0: it is not */
    /* What a log does not hold, because no two runs have it alike; `junit` only. */
    int64_t started_s; /* unix seconds; 0: not known */
    const char *host;  /* the machine's name; NULL: not known */
};

struct report_format; /* a row of the table */
struct report;        /* one in the making */

/* The format of that name, NULL when there is none. */
const struct report_format *report_find(const char *name);
const char *report_name(const struct report_format *format); /* "text", "junit", "json" */
/* All names in the table's order, ended by NULL. */
const char *const *report_names(void);

/* Each of the three appends to `out` what can be written by then, and sets `out->over` where it
 * does not fit; whoever has written it may clear `out`. The header must outlive the report, a
 * result need not outlive the call. report_end with `complete` false says that cases are
 * missing, with `interrupted` that the run was stopped from outside. */
struct report *report_begin(const struct report_format *format, const struct run_header *header,
    const struct report_options *options, struct buf *out);
void report_add(struct report *report, const struct case_result *result, struct buf *out);
void report_end(struct report *report, bool complete, bool interrupted, struct buf *out);
void report_free(struct report *report); /* NULL is fine */

/* The whole report of a run that is there. */
void report_write(const struct report_format *format, const struct run_result *result,
    const struct report_options *options, struct buf *out);

#endif
