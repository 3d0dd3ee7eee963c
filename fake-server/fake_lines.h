/*
 * fake_lines — the fake server's own way of cutting input into lines.
 *
 * Knows: CRLF, that some clients end a line with a bare LF, and how long a line may be.
 * Refuses to know: commands, replies, the client's reader. The input belongs to the caller.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_LINES_H
#define SMTPVET_FAKE_SERVER_FAKE_LINES_H

#include "harness/base/buf.h"

/* Generous, so that the length is observed rather than cut short: RFC 4954 §4 asks for 12288. */
#define FAKE_LINES_MAX ((size_t)64 * 1024)
#define FAKE_LINES_HEAD 512 /* octets kept of a line that is longer than that */

struct fake_line {
    struct span text; /* without the line end; the first FAKE_LINES_HEAD octets when too long */
    size_t octets;    /* with the line end, all of it */
    bool bare_lf;     /* the LF had no CR before it */
    bool too_long;
};

struct fake_lines {
    size_t scanned; /* octets of the input known to hold no LF */
    size_t dropped; /* octets of an overlong line that are gone already */
    uint8_t *head;  /* FAKE_LINES_HEAD octets of it; NULL before the first such line */
};

/* fake_lines_done frees, and begins anew. A zeroed struct is fine. */
void fake_lines_done(struct fake_lines *lines);

/* fake_lines_take looks for a line at the beginning of `input`. True: `ret` is filled, its text
 * valid as long as the input and until the next call. In both cases the caller drops `*ret_taken`
 * octets of the input before the next call, which otherwise continues the same input. RFC 5321
 * §2.3.8 */
bool fake_lines_take(
    struct fake_lines *lines, struct span input, size_t *ret_taken, struct fake_line *ret);

#endif
