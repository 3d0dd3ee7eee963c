/*
 * progress — how far a run is, on a terminal: "12 of 340 cases", redrawn in its line, erased at the
 * end.
 *
 * Knows: how often a line is worth redrawing. Refuses to know: cases, what else is written there;
 * whoever writes to the terminal ends the line first.
 */
#ifndef SMTPVET_CLI_PROGRESS_H
#define SMTPVET_CLI_PROGRESS_H

#include "harness/base/buf.h"

#define PROGRESS_EVERY_US 100000 /* between two drawings: more is read by nobody */

struct progress {
    int descriptor; /* -1: nobody looks, nothing is written */
    size_t done, total;
    bool drawn;
    int64_t drawn_us;
};

/* progress_begin looks whether the descriptor, which stays the caller's, is a terminal. */
void progress_begin(struct progress *progress, int descriptor, size_t total);
/* One more is done. `now_us` is of any clock that does not go back. */
void progress_step(struct progress *progress, int64_t now_us);
/* Erases the line, so that something else can stand there; the next step draws it again. */
void progress_clear(struct progress *progress);
/* Erases the line; nothing more is written. */
void progress_end(struct progress *progress);

#endif
