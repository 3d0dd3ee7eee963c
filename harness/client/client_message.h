/*
 * client_message — a message as it goes over the line: built from a plan, then sent in blocks.
 *
 * Knows: the header of a plain text message (RFC 5322), CRLF at every line's end, dots stuffed
 * (RFC 5321 §4.5.2), the final dot. Refuses to know: MIME beyond plain text, replies, TLS.
 */
#ifndef SMTPVET_CLIENT_CLIENT_MESSAGE_H
#define SMTPVET_CLIENT_CLIENT_MESSAGE_H

#include "harness/base/buf.h"
#include "harness/plan/client.h"

#define CLIENT_MESSAGE_MAX                                                \
    ((size_t)64 * 1024 * 1024) /* octets; what servers take ends at 35 MB \
                                */
#define CLIENT_MESSAGE_BLOCK \
    ((size_t)16 * 1024) /* octets sent before the line must be free again */

struct client_message {
    struct buf raw; /* header, empty line, body; CRLF everywhere and at its end */
    size_t at;      /* octets sent */
    bool in_line;   /* the octet before `at` ended no line */
    bool eight_bit;
    bool ended; /* the final dot has gone out */
};

/* client_message_init builds it. `date_s` is unix seconds, `hello_name` the right side of the
 * Message-ID. False when it would pass CLIENT_MESSAGE_MAX. Free with _done in either case. */
bool client_message_init(struct client_message *message, const struct plan_message *plan,
    const char *hello_name, int64_t date_s);
void client_message_done(struct client_message *message); /* a zeroed struct is fine */

/* client_message_block appends the next block with its dots stuffed, and CRLF.CRLF's dot behind the
 * last. False when nothing is left. */
bool client_message_block(struct client_message *message, struct buf *out);

/* What may not stand in a command or in a header field: control octets. An address also has no
 * blanks or brackets outside quotes (RFC 5321 §4.1.2): a line end in it would be a command. */
bool client_message_is_safe(const char *text);
bool client_message_is_safe_address(const char *address);

#endif
