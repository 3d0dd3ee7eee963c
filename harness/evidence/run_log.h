/*
 * run_log — a run as NDJSON: a header, a record per case, a trailer. Written and read.
 *
 * Knows: jansson; that bytes which are not UTF-8 must be escaped first, and how they are told from
 * text that looks escaped (run_log_text); the fields and their order. Refuses to know: files; it
 * appends to and reads from memory.
 *
 * The same simulated run gives the same bytes whatever the number of workers: no time of day, no
 * fact that varies stands in it unless asked for.
 */
#ifndef SMTPVET_EVIDENCE_RUN_LOG_H
#define SMTPVET_EVIDENCE_RUN_LOG_H

#include "harness/evidence/result.h"

#define RUN_LOG_FORMAT_VERSION 1
#define RUN_LOG_LINE_MAX                                                         \
    ((size_t)16 * 1024 * 1024)     /* of one record; far above what limits allow \
                                    */
#define RUN_LOG_VALUES_MAX 1000000 /* JSON values in one record: each costs memory to read */
#define RUN_LOG_DEPTH_MAX 32       /* of nesting in one record; facts need five */
#define RUN_LOG_CASES_MAX 100000   /* as many as a run may have */

/* Each appends one record with its LF. What does not fit sets `out->over`, and the log is spoilt.
 * run_log_write_case leaves out facts that vary unless `with_varying`. A record that the limits
 * above would keep from being read back is written without facts and transcript, `transcript_cut`
 * set: its verdict and reasons stay. */
const char *run_log_libraries(void); /* "jansson 2.14" */

void run_log_write_header(const struct run_header *header, struct buf *out);
void run_log_write_case(const struct case_result *result, bool with_varying, struct buf *out);
void run_log_write_trailer(const struct run_counts *counts, bool interrupted, struct buf *out);

/* Is a line short and simple enough to be parsed? */
bool run_log_is_bounded(struct span line);

/* run_log_read makes a run_result of a log, in the arena. A log that was cut off is read as far as
 * it goes (`complete` false): its last line lacks the LF and is no whole record, or there is no
 * trailer. Fails with FAIL_USAGE, naming file and line, when it is no run log, of a later format,
 * or malformed before its end. `file` is for messages only. */
enum status run_log_read(struct span log, const char *file, struct arena *arena,
    struct run_result *ret, struct fail *fail);

#endif
