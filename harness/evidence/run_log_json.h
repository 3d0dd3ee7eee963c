/*
 * run_log_json — bytes as a JSON string, and a JSON value as a line.
 *
 * Knows: jansson, and the notation of run_log_text. Refuses to know: what is said. For this room.
 */
#ifndef SMTPVET_EVIDENCE_RUN_LOG_JSON_H
#define SMTPVET_EVIDENCE_RUN_LOG_JSON_H

#include <jansson.h>

#include "harness/base/buf.h"

/* The caller's to decref; NULL when there is no memory. */
json_t *run_log_json_text(struct span bytes);
/* Appends `root` and LF, and frees it. False, `out` over and as long as it was, where it is NULL or
 * has no room. */
bool run_log_json_line(json_t *root, struct buf *out);

#endif
