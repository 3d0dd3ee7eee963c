/*
 * report_show — what several reports show in the same way.
 *
 * Knows: lines of text for people: reasons, transcripts, the command that runs a case again.
 * Refuses to know: the formats around them. What it appends is printable (text_escape), with LF
 * behind each line where it says lines.
 */
#ifndef SMTPVET_REPORTS_REPORT_SHOW_H
#define SMTPVET_REPORTS_REPORT_SHOW_H

#include "reports/report.h"

#define REPORT_TRANSCRIPT_LINES 12 /* of a failure, in brief: about half a screen */

/* Text that was made for people (a reason, a message, a name) on one line: ends trimmed, line feeds
 * as spaces, anything unprintable escaped. A backslash stays single, because such text is often in
 * the notation of text_escape already. NULL appends nothing. */
void report_show_line(const char *text, struct buf *out);

/* "tls.version: wanted at least TLSv1.3, found TLSv1.2 (FILE:40:5, transcript line 7)" */
void report_show_reason(const struct reason *reason, struct buf *out);
/* "FILE:40:5"; nothing when there is no file. */
void report_show_place(const char *file, unsigned line, unsigned column, struct buf *out);

/* The last `lines` entries as lines, and those that a reason points to; "..." stands for what is
 * left out, a line of its own begins each connection where there are several. `indent` may be "".
 */
void report_show_transcript(
    const struct case_result *result, size_t lines, const char *indent, struct buf *out);

/* The command that plays this one case again, on one line: "smtpvet run 'FILE#case' --seed 7". */
void report_show_command(
    const struct run_header *header, const struct case_result *result, struct buf *out);

/* "3 passed, 1 failed, 1 skipped, 5 cases in the simulated world" */
void report_show_counts(const struct report *report, struct buf *out);

/* Why a report is not that of the whole run, as one word, NULL where it is: "incomplete",
 * "interrupted". */
const char *report_lack(const struct report *report);
/* "the run log ends after 3 of 9 cases": only where something lacks. */
void report_show_missing(const struct report *report, struct buf *out);

/* --- the formats; `report.c` has the table --- */

struct report_format {
    const char *name; /* "text", "junit", "json" */
    const char *sentence;
    void (*begin)(struct report *report, struct buf *out); /* may be NULL */
    void (*add)(struct report *report, const struct case_result *result, struct buf *out);
    void (*end)(struct report *report, struct buf *out);
    void (*free)(struct report *report); /* of `own`; may be NULL */
};

struct report {
    const struct report_format *format;
    const struct run_header *header;
    struct report_options options;
    struct run_counts counts;
    size_t elsewhere; /* cases that ran on the wire in a run that is not called one */
    size_t findings, cases_with_findings;
    bool complete, interrupted; /* known at the end */
    void *own;                  /* the format's */
};

void report_text_begin(struct report *report, struct buf *out);
void report_text_free(struct report *report);
void report_text_add(struct report *report, const struct case_result *result, struct buf *out);
void report_text_end(struct report *report, struct buf *out);
void report_junit_begin(struct report *report, struct buf *out);
void report_junit_add(struct report *report, const struct case_result *result, struct buf *out);
void report_junit_end(struct report *report, struct buf *out);
void report_junit_free(struct report *report);
void report_json_begin(struct report *report, struct buf *out);
void report_json_add(struct report *report, const struct case_result *result, struct buf *out);
void report_json_end(struct report *report, struct buf *out);

#endif
