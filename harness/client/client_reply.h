/*
 * client_reply — the client's reader of replies (RFC 5321 §4.2).
 *
 * Knows: lines, codes, continuation, enhanced status codes, and how much a reply may hold. Reads a
 * reply by its code, a line at a time, resumable at any octet, and never guesses: lines of one
 * reply that disagree are no reply.
 * Refuses to know: commands, which code was expected, the fake server's writer.
 *
 * The input belongs to the caller, the text of a reply to the reader.
 */
#ifndef SMTPVET_CLIENT_CLIENT_REPLY_H
#define SMTPVET_CLIENT_CLIENT_REPLY_H

#include "harness/base/buf.h"

/* RFC 5321 §4.5.3.1.5 says 512, RFC 4954 §4 12288 for challenges; servers pass both. */
#define CLIENT_REPLY_LINE_MAX ((size_t)64 * 1024)
#define CLIENT_REPLY_OCTETS_MAX ((size_t)256 * 1024) /* of one reply: 60 KiB of EHLO were seen */
#define CLIENT_REPLY_LINES_MAX 2000                  /* of one reply */
#define CLIENT_REPLY_ENHANCED_MAX 12                 /* "5.123.123" and its NUL */
#define CLIENT_REPLY_PROBLEM_MAX 160

/* What is readable and yet not as it should be: bits, of all lines of a reply. */
enum client_reply_odd {
    CLIENT_REPLY_ODD_LINE_FEED = 1 << 0,       /* a line ends without CR */
    CLIENT_REPLY_ODD_CARRIAGE_RETURN = 1 << 1, /* CR inside a line */
    CLIENT_REPLY_ODD_CONTROL = 1 << 2,         /* control octets other than CR and tab */
    CLIENT_REPLY_ODD_EIGHT_BIT = 1 << 3,
    CLIENT_REPLY_ODD_LENGTH = 1 << 4,    /* RFC 5321 §4.5.3.1.5; challenges may be longer */
    CLIENT_REPLY_ODD_SEPARATOR = 1 << 5, /* no space and no hyphen before the text */
    CLIENT_REPLY_ODD_ENHANCED = 1 << 6,  /* an enhanced code of another class */
};

struct client_reply {
    unsigned code;                            /* 200 to 599 */
    size_t lines;                             /* at least 1 */
    struct span text;                         /* lines without code, joined by LF; raw octets */
    char enhanced[CLIENT_REPLY_ENHANCED_MAX]; /* RFC 3463, of the code's class; "" is none */
    unsigned oddities;                        /* enum client_reply_odd bits */
};

struct client_reply_reader {
    struct buf text;
    size_t scanned; /* octets of the input known to hold no LF */
    size_t octets, lines;
    unsigned code;
    char enhanced[CLIENT_REPLY_ENHANCED_MAX];
    unsigned oddities;
    bool whole; /* the next line begins another reply */
    char problem[CLIENT_REPLY_PROBLEM_MAX];
};

void client_reply_init(struct client_reply_reader *reader);
void client_reply_done(struct client_reply_reader *reader);
/* client_reply_reset forgets what was read of a reply. */
void client_reply_reset(struct client_reply_reader *reader);

enum client_reply_progress {
    CLIENT_REPLY_MORE,  /* no whole line yet */
    CLIENT_REPLY_LINE,  /* a line that is not the last */
    CLIENT_REPLY_WHOLE, /* the last line: `ret` is filled */
    CLIENT_REPLY_BAD,   /* no reply: `reader->problem` says why */
};

/* client_reply_read takes one line from the beginning of `input`. The caller drops `*ret_taken`
 * octets before the next call; after CLIENT_REPLY_MORE the next call continues the same input.
 * `*ret_line` is the line without its end, or with CLIENT_REPLY_BAD what was found in its place;
 * valid as long as the input. `ret` is valid until the next call. */
enum client_reply_progress client_reply_read(struct client_reply_reader *reader, struct span input,
    size_t *ret_taken, struct span *ret_line, struct client_reply *ret);

/* client_reply_next_line takes the first line off a reply's text; false at its end. Begin with
 * `*rest` = reply.text and `*lines` = reply.lines. */
bool client_reply_next_line(struct span *rest, size_t *lines, struct span *ret_line);

#endif
