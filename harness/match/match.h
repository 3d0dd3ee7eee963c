/*
 * match — comparing text, patterns, reply codes, versions, enhanced status codes.
 *
 * Knows: PCRE2 with limits against hostile text, and how each kind of thing is ordered.
 * Refuses to know: facts, expectations, where the things came from.
 */
#ifndef SMTPVET_MATCH_MATCH_H
#define SMTPVET_MATCH_MATCH_H

#include "harness/base/buf.h"

/* --- patterns --- */
#define MATCH_PATTERN_MAX 4096         /* octets of a pattern; longer ones are refused */
#define MATCH_STEPS_MAX 200000         /* PCRE2 match limit: about 10 ms */
#define MATCH_SUBJECT_MAX (256 * 1024) /* octets looked at; what lies behind is not searched */

struct match_pattern;

/* match_pattern_new compiles a PCRE2 pattern, unanchored; `caseless` as asked. Bytes, not UTF.
 * Fails with FAIL_USAGE and a text that names the offset and what is wrong there. Free with _free.
 */
struct match_pattern *match_pattern_new(struct span pattern, bool caseless, struct fail *fail);
void match_pattern_free(struct match_pattern *pattern); /* NULL is fine */

enum match_result { MATCH_NO, MATCH_YES, MATCH_GAVE_UP /* a limit was reached */ };
/* Thread-safe on one pattern. `ret_start` and `ret_end` (may be NULL) are offsets of the whole
 * match. */
enum match_result match_pattern_find(
    const struct match_pattern *pattern, struct span subject, size_t *ret_start, size_t *ret_end);

const char *match_libraries(void); /* "PCRE2 10.42" */

/* `*` any run, `?` any octet, `[a-z]` a class; whole text; for selecting case ids. False also where
 * telling would take more steps than any id is worth. */
bool match_glob(const char *glob, const char *text);

/* --- order --- */
enum match_kind {
    MATCH_KIND_TEXT, /* octet order */
    MATCH_KIND_INTEGER,
    MATCH_KIND_VERSION,  /* "tls1.2", "TLSv1.2", "ssl3": the protocol's age; else dotted numbers */
    MATCH_KIND_CODE,     /* 250; `2xx`, `25x` as a pattern (RFC 5321 §4.2) */
    MATCH_KIND_ENHANCED, /* "5.7.1"; `5.7.x`, `5.x.x` as a pattern (RFC 3463) */
    MATCH_KIND_DATE,     /* "2026-01-01…", or relative to `now_unix_s`: "+14d" */
    MATCH_KIND_DURATION, /* "5m"; a number is microseconds */
    MATCH_KIND_SIZE,     /* "10MiB"; a number is octets */
};

/* match_equal: does `found` satisfy the wanted text? Patterns of codes are honoured, versions and
 * units are normalised, everything else is octet equality. */
bool match_equal(enum match_kind kind, struct span wanted, struct span found, int64_t now_unix_s);

/* match_compare orders `found` against `wanted`: *ret_order < 0, 0, > 0. False when either is not
 * of the kind. */
bool match_compare(enum match_kind kind, struct span found, struct span wanted, int64_t now_unix_s,
    int *ret_order);

/* True when `text` can stand as a wanted value of the kind (loader checks). */
bool match_is_well_formed(enum match_kind kind, struct span text);

#endif
