/*
 * fake_body — the message data behind 354, as it comes in.
 *
 * Knows: dots stuffed and not, the one right end CRLF.CRLF (RFC 5321 §4.1.1.4, §4.5.2) and wrong
 * ones that may be taken for it, chunks (RFC 3030), how many octets there were, of which kinds, the
 * Subject. Keeps the head of a message only.
 * Refuses to know: sessions, replies, size limits.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_BODY_H
#define SMTPVET_FAKE_SERVER_FAKE_BODY_H

#include "harness/base/buf.h"

#define FAKE_BODY_HEAD_MAX ((size_t)64 * 1024) /* header sections of real mail stay below */

enum fake_body_state {
    FAKE_BODY_LINE_START,
    FAKE_BODY_DOT,    /* `.` at the start of a line: the end, or a stuffed dot */
    FAKE_BODY_DOT_CR, /* the end, if LF follows */
    FAKE_BODY_IN_LINE,
    FAKE_BODY_CR,
};

/* Ends that are none: the rows of a table in fake_body.c, as bits. */
enum fake_body_end {
    FAKE_BODY_END_LF_DOT_LF,
    FAKE_BODY_END_LF_DOT_CRLF,
    FAKE_BODY_END_CRLF_DOT_LF,
    FAKE_BODY_END_CR_DOT_CR,
    FAKE_BODY_END_CR_DOT_CRLF,
    FAKE_BODY_END_CRLF_NUL_DOT_CRLF,
    FAKE_BODY_END_CRCRLF_DOT_CRCRLF,
    FAKE_BODY_END_COUNT,
};
#define FAKE_BODY_RECENT 8 /* octets that are looked back on: the longest such end has seven */

/* Who wants the octets of a message as it is kept; NULL: nobody. */
struct fake_body_sink {
    void (*bytes)(void *context, struct span bytes);
    void *context;
};

struct fake_body {
    struct fake_body_sink sink;
    enum fake_body_state state;
    unsigned ends; /* bits of enum fake_body_end: what else is taken for the end; 0: nothing */
    uint8_t recent[FAKE_BODY_RECENT];    /* the latest octets on the wire, the last one last */
    int64_t octets_at[FAKE_BODY_RECENT]; /* `octets` behind each of them */
    int64_t taken;                       /* octets on the wire */
    int64_t octets;  /* of the message, after dots were unstuffed, without the final dot's line */
    struct buf head; /* its first FAKE_BODY_HEAD_MAX octets */
    bool ended;
    /* of its octets */
    uint8_t last;
    int64_t line, longest_line; /* octets of a line, with CRLF */
    bool eight_bit, nul, bare;  /* bare: a CR or LF that is not one of a CRLF */
};

void fake_body_init(struct fake_body *body);
void fake_body_done(struct fake_body *body); /* a zeroed struct is fine */
/* fake_body_take reads from `input` up to the end of the message, at most `max` octets, and returns
 * how many it took. A bare LF is content: it neither ends a line nor the message. */
size_t fake_body_take(struct fake_body *body, struct span input, size_t max);
/* fake_body_take_chunk takes all of `input`, which has no dots to be unstuffed and no end. */
void fake_body_take_chunk(struct fake_body *body, struct span input);
/* fake_body_subject appends the Subject field's text, unfolded (RFC 5322 §2.2.3); nothing when
 * there is none. */
void fake_body_subject(const struct fake_body *body, struct buf *out);

#endif
