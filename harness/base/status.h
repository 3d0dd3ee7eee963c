/*
 * status — how a call says that it failed.
 *
 * Knows: the two outcomes of a call, and a caller-owned record that says what went wrong.
 * Refuses to know: errno, OpenSSL's error queue, who is going to print the record.
 *
 * A peer's bad behaviour is never a failure: it is a fact. Failures are what keeps smtpvet itself
 * from telling (a file that is not there, an address in use, a limit of its own).
 */
#ifndef SMTPVET_BASE_STATUS_H
#define SMTPVET_BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum status {
    STATUS_OK = 0,
    STATUS_FAILED = 1,
};

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

/* CLEANUP runs `function(&variable)` when the variable leaves its scope. Initialise the variable
 * where it is declared: a goto over the declaration runs the function on garbage. */
#define CLEANUP(function) __attribute__((cleanup(function)))

enum fail_class {
    FAIL_NONE = 0,
    FAIL_USAGE,    /* what the user wrote is wrong: exit code 2 */
    FAIL_REACH,    /* no route, no such host, no such file: exit code 3 */
    FAIL_LIMIT,    /* one of smtpvet's own limits: exit code 3 */
    FAIL_INTERNAL, /* a fault of smtpvet: exit code 4 */
};

#define FAIL_TEXT_MAX 512 /* one line for a person; longer text is cut */

/* A failure, owned by the caller. `fail = {0}` is a fresh record. */
struct fail {
    enum fail_class class;
    char text[FAIL_TEXT_MAX];
};

/* fail_set fills `fail` (may be NULL) and returns STATUS_FAILED, so that a function can end with
 * `return fail_set(fail, FAIL_REACH, "…")`. The first failure stays: a later one is ignored. */
enum status fail_set(struct fail *fail, enum fail_class class, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* TRY leaves the function with STATUS_FAILED when the call failed. The only hidden return. */
#define TRY(call)                  \
    do {                           \
        if ((call) != STATUS_OK) { \
            return STATUS_FAILED;  \
        }                          \
    } while (0)

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
