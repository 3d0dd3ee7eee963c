/*
 * suite — what a whole suite costs: loading many files, running the shipped scenarios.
 *
 * Knows: wall time of this process, temporary folders. Refuses to know: single sessions.
 */
#ifndef SMTPVET_BENCH_SUITE_H
#define SMTPVET_BENCH_SUITE_H

/* Prints cases per second of the scenarios in `folder`, simulated, on two workers. False, with a
 * word on standard error, where they cannot be loaded or do not pass. */
int suite_bench_run(const char *folder);
/* Prints how long a thousand files take to be loaded and validated. */
int suite_bench_load(void);

#endif
