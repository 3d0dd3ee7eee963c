/*
 * result — what came of one case, and of a run: the only thing that reports look at.
 *
 * Knows: verdicts, reasons, facts as a tree, the transcript. Refuses to know: how they came about.
 * The same struct is filled by the runner and by reading a run log back, so that a report is a pure
 * function of the log.
 */
#ifndef SMTPVET_EVIDENCE_RESULT_H
#define SMTPVET_EVIDENCE_RESULT_H

#include "harness/base/diag.h"
#include "harness/base/value.h"
#include "harness/evidence/transcript.h"

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,       /* an expectation was not met */
    VERDICT_ERROR,      /* smtpvet could not tell */
    VERDICT_SKIP,       /* with a reason */
    VERDICT_KNOWN_FAIL, /* declared, and failing */
    VERDICT_FIXED,      /* declared known-fail, yet passes: counts as failure */
    VERDICT_FLAKY,      /* passed on a retry */
    VERDICT_COUNT,
};
const char *verdict_name(enum verdict verdict); /* "pass", "known-fail" … */
bool verdict_find(const char *name, enum verdict *ret);
bool verdict_is_failure(enum verdict verdict); /* fail and fixed */

/* One expectation that was not met. */
struct reason {
    const char *fact;
    const char *wanted, *found; /* for people; found "(never came to be)" */
    const char *file;
    unsigned line, column;
    size_t transcript_line; /* the entry that shows it, from 1; 0: none */
};

struct case_result {
    const char *id, *name, *requirement;
    const char *file;
    unsigned line;
    const char *severity; /* "normal" … */
    const char *world;    /* "simulated" or "wire" */
    const char **spec, **covers, **tags;
    size_t spec_len, covers_len, tags_len;
    uint64_t seed;
    /* What it takes to run the case again beside its file and the run's header. */
    const char *within; /* the path to give instead of the file; NULL: the file will do */
    const char **given; /* NAME=VALUE of --var; a secret in it is masked */
    size_t given_len;
    bool repeated;     /* the case as it was in a later run of --repeat, */
    uint64_t run_seed; /* which had this seed */
    enum verdict verdict;
    const char *message; /* one line: why error, skip, known-fail; NULL for pass and plain fail */
    unsigned attempts;   /* with `retry`; the evidence is the last one's. A log read back says 0
                            where it was one */
    size_t expectations; /* how many were judged */
    struct reason *reasons;
    size_t reasons_len;
    const struct value *facts; /* a map; NULL when nothing ran */
    struct transcript_entry *transcript;
    size_t transcript_len;
    bool transcript_cut;
    int64_t virtual_us; /* time that passed in the session */
    int64_t elapsed_us; /* real time it took, all runs of --repeat; varies: not in the log */
};

struct run_counts {
    size_t by_verdict[VERDICT_COUNT];
    size_t total;
};

struct run_header {
    const char *version;   /* smtpvet's */
    const char *libraries; /* "OpenSSL 3.0.22 …" */
    const char *world;
    uint64_t seed;
    uint64_t suite_digest;
    size_t cases;        /* how many there will be */
    bool secrets_shown;  /* nothing was masked */
    unsigned time_scale; /* waits on real TCP were divided by it; 0 and 1: real time */
};

struct run_result {
    struct run_header header;
    struct case_result *cases; /* in the plan's order */
    size_t len;
    struct run_counts counts;
    bool complete;    /* false: the log ended before its trailer */
    bool interrupted; /* stopped from outside: cases that had not begun are skips */
};

void run_counts_add(struct run_counts *counts, enum verdict verdict);
/* The process's exit code for a run: 0, 1, 3, 5 as the design says (fail before error). */
int run_counts_exit_code(const struct run_counts *counts);

#endif
