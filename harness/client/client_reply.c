#include "harness/client/client_reply.h"

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/client/client_rules.h"

#define CLIENT_REPLY_CODE_LEN 3
#define CLIENT_REPLY_LINE_LEN 512        /* RFC 5321 §4.5.3.1.5 */
#define CLIENT_REPLY_CHALLENGE_LEN 12288 /* RFC 4954 §4 */

void client_reply_init(struct client_reply_reader *reader)
{
    *reader = (struct client_reply_reader){0};
    buf_init(&reader->text, CLIENT_REPLY_OCTETS_MAX);
}

void client_reply_done(struct client_reply_reader *reader)
{
    buf_done(&reader->text);
}

void client_reply_reset(struct client_reply_reader *reader)
{
    buf_clear(&reader->text);
    reader->scanned = 0;
    reader->octets = 0;
    reader->lines = 0;
    reader->code = 0;
    reader->enhanced[0] = '\0';
    reader->oddities = 0;
    reader->whole = false;
    reader->problem[0] = '\0';
}

static enum client_reply_progress client_reply_bad(
    struct client_reply_reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);

static enum client_reply_progress client_reply_bad(
    struct client_reply_reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->problem, sizeof reader->problem, format, arguments);
    va_end(arguments);
    return CLIENT_REPLY_BAD;
}

/* Digits of one part of an enhanced code: 1 to 3 of them. 0: it is none. */
static size_t client_reply_digits(struct span text)
{
    size_t len = 0;
    while (len < text.len && text_is_digit((char)text.data[len])) {
        len++;
    }
    return len <= 3 ? len : 0;
}

/* RFC 2034 §4: class.subject.detail before the text, in the class of the code. One that
 * contradicts the code is just text. */
static void client_reply_find_enhanced(struct client_reply_reader *reader, struct span text)
{
    size_t at = 0;
    for (int part = 0; part < 3; part++) {
        size_t digits = client_reply_digits(span_from(text, at));
        at += digits;
        bool wrong = digits == 0 || (part == 0 && digits != 1);
        bool dotted = at < text.len && text.data[at] == '.';
        if (wrong || (part < 2 && !dotted)) {
            return;
        }
        at += part < 2 ? 1 : 0;
    }
    bool ended = at == text.len || text.data[at] == ' ' || text.data[at] == '\t';
    bool consistent = text.data[0] == (uint8_t)('0' + reader->code / 100) ||
                      !client_keeps(CLIENT_RULE_ENHANCED_CODES_AGREE);
    if (ended && text.data[0] != (uint8_t)('0' + reader->code / 100) && reader->code / 100 != 3 &&
        strchr("245", text.data[0]) != NULL) {
        reader->oddities |= CLIENT_REPLY_ODD_ENHANCED;
    }
    if (ended && consistent && at < sizeof reader->enhanced) {
        memcpy(reader->enhanced, text.data, at);
        reader->enhanced[at] = '\0';
    }
}

/* RFC 5321 §4.2: three digits, the first 2 to 5. */
static unsigned client_reply_code(struct span line)
{
    if (client_reply_digits(span_first(line, CLIENT_REPLY_CODE_LEN)) != CLIENT_REPLY_CODE_LEN) {
        return 0;
    }
    return (unsigned)(line.data[0] - '0') * 100 + (unsigned)(line.data[1] - '0') * 10 +
           (unsigned)(line.data[2] - '0');
}

static enum client_reply_progress client_reply_take_line(
    struct client_reply_reader *reader, struct span line)
{
    unsigned code = client_reply_code(line);
    char separator = line.len > CLIENT_REPLY_CODE_LEN ? (char)line.data[CLIENT_REPLY_CODE_LEN]
                                                      : '\0';
    if (code == 0 && !client_keeps(CLIENT_RULE_CODES_HAVE_THREE_DIGITS)) {
        code = 250;
    }
    if (code == 0) {
        return client_reply_bad(reader, "this is no reply: no code stands at its beginning");
    }
    if (text_is_digit(separator)) {
        return client_reply_bad(reader, "this is no reply: a code has three digits");
    }
    if ((code < 200 || code > 599) && client_keeps(CLIENT_RULE_CODES_ARE_2_TO_5)) {
        return client_reply_bad(reader, "there is no reply code %03u", code);
    }
    if (reader->lines > 0 && code != reader->code &&
        client_keeps(CLIENT_RULE_CODES_OF_A_REPLY_AGREE)) {
        return client_reply_bad(
            reader, "the lines of one reply have the codes %u and %u", reader->code, code);
    }
    reader->code = code;
    bool separated = separator == ' ' || separator == '-' || separator == '\t';
    struct span text = span_from(line, CLIENT_REPLY_CODE_LEN + (separated ? 1 : 0));
    if (reader->lines > 0) {
        buf_append_byte(&reader->text, '\n');
    }
    buf_append(&reader->text, text);
    reader->lines++;
    if (reader->enhanced[0] == '\0') {
        client_reply_find_enhanced(reader, text);
    }
    if (separator != '-' || !client_keeps(CLIENT_RULE_REPLIES_END_WITHOUT_DASH)) {
        reader->whole = true;
        return CLIENT_REPLY_WHOLE;
    }
    return CLIENT_REPLY_LINE;
}

/* Looks at a line of a reply, its end included: `raw` is what was taken, `line` is without its end.
 */
static void client_reply_notice(
    struct client_reply_reader *reader, struct span raw, struct span line)
{
    unsigned odd = raw.len < line.len + 2 ? CLIENT_REPLY_ODD_LINE_FEED : 0;
    for (size_t i = 0; i < line.len; i++) {
        uint8_t octet = line.data[i];
        if (octet == '\r') {
            odd |= CLIENT_REPLY_ODD_CARRIAGE_RETURN;
        } else if ((octet < ' ' && octet != '\t') || octet == 0x7f) {
            odd |= CLIENT_REPLY_ODD_CONTROL;
        } else if (octet >= 0x80) {
            odd |= CLIENT_REPLY_ODD_EIGHT_BIT;
        }
    }
    if (raw.len > (reader->code == 334 ? CLIENT_REPLY_CHALLENGE_LEN : CLIENT_REPLY_LINE_LEN)) {
        odd |= CLIENT_REPLY_ODD_LENGTH;
    }
    uint8_t separator = line.len > CLIENT_REPLY_CODE_LEN ? line.data[CLIENT_REPLY_CODE_LEN] : ' ';
    if (separator != ' ' && separator != '-') {
        odd |= CLIENT_REPLY_ODD_SEPARATOR;
    }
    reader->oddities |= odd;
}

/* A line is ended by LF. CRLF is what it should be; a CR anywhere else is just an octet: taking it
 * for an end would let two readers see two replies (RFC 5321 §2.3.8). */
enum client_reply_progress client_reply_read(struct client_reply_reader *reader, struct span input,
    size_t *ret_taken, struct span *ret_line, struct client_reply *ret)
{
    if (reader->whole) {
        client_reply_reset(reader);
    }
    size_t at = reader->scanned + span_find(span_from(input, reader->scanned), '\n');
    *ret_taken = 0;
    *ret_line = input;
    bool ended = at < input.len;
    if (at > CLIENT_REPLY_LINE_MAX && client_keeps(CLIENT_RULE_LINES_ARE_BOUNDED)) {
        return client_reply_bad(
            reader, "a line of a reply is longer than %zu octets", CLIENT_REPLY_LINE_MAX);
    }
    if (!ended) {
        reader->scanned = input.len;
        return CLIENT_REPLY_MORE;
    }
    reader->scanned = 0;
    reader->octets += at + 1;
    *ret_taken = at + 1;
    *ret_line = span_first(input, at > 0 && input.data[at - 1] == '\r' ? at - 1 : at);
    bool over = reader->octets > CLIENT_REPLY_OCTETS_MAX || reader->lines == CLIENT_REPLY_LINES_MAX;
    if (over && client_keeps(CLIENT_RULE_REPLIES_ARE_BOUNDED)) {
        return client_reply_bad(reader, "a reply has more than %d lines or %zu octets",
            CLIENT_REPLY_LINES_MAX, CLIENT_REPLY_OCTETS_MAX);
    }
    enum client_reply_progress progress = client_reply_take_line(reader, *ret_line);
    if (progress != CLIENT_REPLY_BAD) {
        client_reply_notice(reader, span_first(input, *ret_taken), *ret_line);
    }
    if (progress == CLIENT_REPLY_WHOLE) {
        *ret = (struct client_reply){.code = reader->code,
            .lines = reader->lines,
            .text = buf_span(&reader->text),
            .oddities = reader->oddities};
        memcpy(ret->enhanced, reader->enhanced, sizeof ret->enhanced);
    }
    return progress;
}

bool client_reply_next_line(struct span *rest, size_t *lines, struct span *ret_line)
{
    if (*lines == 0) {
        return false;
    }
    size_t end = span_find(*rest, '\n');
    *ret_line = span_first(*rest, end);
    *rest = span_from(*rest, end + 1);
    (*lines)--;
    return true;
}
