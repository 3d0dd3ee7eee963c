/*
 * run_log — a run as NDJSON: a header, a record per case, a trailer. Written and read.
 *
 * Knows: jansson; that bytes which are not UTF-8 must be escaped first (and how they are told from
 * text that looks escaped). Refuses to know: files; it appends to and reads from memory.
 *
 * The same run gives the same bytes whatever the number of workers: no real time, no fact that
 * varies stands in it unless asked for.
 */
#ifndef SMTPVET_EVIDENCE_RUN_LOG_H
#define SMTPVET_EVIDENCE_RUN_LOG_H

#include "harness/evidence/result.h"

#define RUN_LOG_FORMAT_VERSION 1
#define RUN_LOG_LINE_MAX                                                     \
    ((size_t)16 * 1024 * 1024) /* of one record; far above what limits allow \
                                */

void run_log_write_header(const struct run_header *header, struct buf *out);
void run_log_write_case(const struct case_result *result, bool with_varying, struct buf *out);
void run_log_write_trailer(const struct run_counts *counts, struct buf *out);

/* run_log_read makes a run_result of a log, in the arena. A log that was cut off is read as far as
 * it goes (`complete` false). Fails with FAIL_USAGE, naming the line, when it is no run log, of a
 * later format, or malformed before its end. */
enum status run_log_read(struct span log, const char *file, struct arena *arena,
    struct run_result *ret, struct fail *fail);

#endif
