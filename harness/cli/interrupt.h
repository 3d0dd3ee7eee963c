/*
 * interrupt — SIGINT and SIGTERM while cases run: the first one asks the run to end, a second one
 * ends the program at once.
 *
 * Knows: signals; which files are half written and must not stay. Refuses to know: what a run is;
 * whoever hands out work asks interrupt_signal.
 *
 * A signal that was ignored when the program was started stays ignored.
 */
#ifndef SMTPVET_CLI_INTERRUPT_H
#define SMTPVET_CLI_INTERRUPT_H

#include "harness/base/buf.h"

#define INTERRUPT_FILES_MAX 32  /* half written at one time: more than there can be reports */
#define INTERRUPT_EXIT_BASE 128 /* a shell's notation: exit code 128 + signal */

/* From interrupt_begin to interrupt_end the first signal is told on standard error and kept. */
void interrupt_begin(void);
void interrupt_end(void);
/* The signal that came since interrupt_begin, 0 for none. Any thread may ask. */
int interrupt_signal(void);

/* A file that is removed when the program is ended at once, until interrupt_release. The text is
 * the caller's and stays until then. More than INTERRUPT_FILES_MAX are not looked after. */
void interrupt_keep(const char *path);
void interrupt_release(const char *path);

#endif
