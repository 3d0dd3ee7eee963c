/*
 * client_message — a message as it goes over the line: built from a plan, then sent in blocks.
 *
 * Knows: the header of a plain text message (RFC 5322; in UTF-8 RFC 6532), CRLF at every line's
 * end, dots stuffed (RFC 5321 §4.5.2), the final dot. Refuses to know: MIME beyond plain text,
 * replies, TLS.
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

#define CLIENT_MESSAGE_LINE_MAX                                       \
    ((size_t)998) /* octets of a line, without CRLF: RFC 5322 §2.1.1 \
                   */

struct client_message {
    struct buf raw; /* header, empty line, body; CRLF everywhere and at its end */
    size_t at;      /* octets sent */
    bool in_line;   /* the octet before `at` ended no line */
    bool utf8;      /* it goes as RFC 6531 has it: addresses and header may be beyond ASCII */
    bool eight_bit; /* octets beyond ASCII, anywhere; in the body */
    bool eight_bit_body;
    bool ended; /* the final dot has gone out */
};

/* What a message is built from besides its plan. */
struct client_message_setting {
    const char *hello_name; /* the right side of the Message-ID */
    int64_t date_s;         /* unix seconds */
    bool utf8;              /* else what is beyond ASCII in the header is encoded */
};
/* client_message_init builds it. False when it would pass CLIENT_MESSAGE_MAX. Free with _done in
 * either case. */
bool client_message_init(struct client_message *message, const struct plan_message *plan,
    const struct client_message_setting *setting);
/* The same message from its beginning, for other recipients. */
void client_message_rewind(struct client_message *message);
void client_message_done(struct client_message *message); /* a zeroed struct is fine */

/* client_message_block appends the next block with its dots stuffed, and CRLF.CRLF's dot behind the
 * last. False when nothing is left. */
bool client_message_block(struct client_message *message, struct buf *out);

/* What may not stand in a command or in a header field: control octets. An address also has no
 * blanks or brackets outside quotes (RFC 5321 §4.1.2): a line end in it would be a command. */
bool client_message_is_safe(const char *text);
bool client_message_is_safe_address(const char *address);

#endif
