/*
 * fake_reply — the fake server's own reply writer, and its reading of what it has said.
 *
 * Knows: RFC 5321 §4.2.1 from the writing side. fake_answer follows the server's own output,
 * scripted bytes included, and finds the first complete reply in it: that is the server's answer.
 * Refuses to know: sessions, the client's parser.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_REPLY_H
#define SMTPVET_FAKE_SERVER_FAKE_REPLY_H

#include "harness/base/buf.h"
#include "harness/plan/script.h"

/* fake_reply_write appends "CODE ENHANCED TEXT" and CRLF; `enhanced` NULL: none (RFC 2034 §4). */
void fake_reply_write(struct buf *out, unsigned code, const char *enhanced, const char *text);

/* fake_reply_write_lines appends a scripted reply: the first line carries the code, the others are
 * text ("250 a", "b" → "250-a", "250 b"). */
void fake_reply_write_lines(struct buf *out, const struct plan_text_list *lines);

/* fake_reply_write_challenge appends 334 and base64 of `bytes` (RFC 4954 §4). */
void fake_reply_write_challenge(struct buf *out, struct span bytes);

/* Zeroed before the first byte. */
struct fake_answer {
    unsigned column; /* octets of the present line, counted up to 4 */
    unsigned digits; /* of its code so far */
    bool well_formed, continued;
    unsigned code; /* of the first complete reply; 0: none yet */
};

/* fake_answer_feed follows `bytes`; what comes behind the first complete reply is not looked at. */
void fake_answer_feed(struct fake_answer *answer, struct span bytes);

#endif
