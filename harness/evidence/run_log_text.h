/*
 * run_log_text — any bytes as text that JSON can hold, and back.
 *
 * Knows: the notation of all reports (text_escape): printable characters stand for themselves, a
 * backslash is doubled, everything else is \r \t \0 or \xNN; a line feed stays one, because
 * it harms nobody and keeps replies of several lines readable. No form means two texts: what merely
 * looks escaped (a backslash and an x) has its backslash doubled.
 * Refuses to know: JSON, which adds escapes of its own around this.
 */
#ifndef SMTPVET_EVIDENCE_RUN_LOG_TEXT_H
#define SMTPVET_EVIDENCE_RUN_LOG_TEXT_H

#include "harness/base/buf.h"

/* Appends valid UTF-8 without control characters but LF. */
void run_log_text_escape(struct span bytes, struct buf *out);
/* Appends the bytes that run_log_text_escape made `text` of; false (and `out` as it was) on a
 * backslash that begins no escape. */
bool run_log_text_unescape(struct span text, struct buf *out);

#endif
