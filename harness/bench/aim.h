/*
 * aim — a figure and the limit that it is to keep, printed on one line with whether it does, and
 * how many did.
 *
 * Knows: how lines look. Refuses to know: what is measured. Nothing fails: figures are not
 * asserted.
 */
#ifndef SMTPVET_BENCH_AIM_H
#define SMTPVET_BENCH_AIM_H

#include <stdbool.h>

enum aim_kind { AIM_AT_MOST, AIM_AT_LEAST };

/* "  cases a second, on two workers      1834.2   at least 1000      met" */
void aim_tell(const char *what, double found, enum aim_kind kind, double limit);
/* The last line: "3 of 4 limits met". */
void aim_count(void);

#endif
