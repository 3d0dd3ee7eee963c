/*
 * event — one thing that happened, as a line of JSON, told while it happens.
 *
 * Knows: jansson; that bytes which are not UTF-8 are escaped as in the run log (run_log_text). The
 * order of the keys is that of the map. Refuses to know: which events there are, where lines go.
 */
#ifndef SMTPVET_EVIDENCE_EVENT_H
#define SMTPVET_EVIDENCE_EVENT_H

#include "harness/base/value.h"

/* event_write appends `map` as one line with its LF. What does not fit sets `out->over`, and
 * nothing is appended. Texts are written as they may be seen (value_shown); who makes the map masks
 * the rest. */
void event_write(const struct value *map, struct buf *out);

#endif
