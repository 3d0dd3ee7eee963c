#include "harness/client/client_header.h"

#include <strings.h>

#include "harness/base/text.h"
#include "harness/client/client_address.h"
#include "harness/client/client_rules.h"

/* RFC 2047 §2: a line with encoded words has at most 76 octets. 36 make 48 of base64, with what
 * stands around them 60: the name of the field has room too. */
#define CLIENT_HEADER_WORD_MAX ((size_t)36)

bool client_header_has_addresses(const char *name)
{
    static const char *const fields[] = {"From", "Sender", "Reply-To", "To", "Cc", "Bcc",
        "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Bcc"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (strcasecmp(name, fields[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* --- encoded words --- */

/* Characters stay whole: each word is read for itself (RFC 2047 §5). */
static size_t client_header_word_len(struct span text)
{
    size_t len = 0;
    while (len < text.len) {
        bool plain;
        size_t next = text_character(span_from(text, len), &plain);
        if (len + next > CLIENT_HEADER_WORD_MAX) {
            break;
        }
        len += next;
    }
    return len;
}

static void client_header_put_words(struct span text, struct buf *out)
{
    while (text.len > 0) {
        size_t len = client_header_word_len(text);
        buf_append_text(out, "=?utf-8?B?");
        text_base64_encode(span_first(text, len), out);
        buf_append_text(out, "?=");
        text = span_from(text, len);
        if (text.len > 0) {
            buf_append_text(out, "\r\n ");
        }
    }
}

static void client_header_put_text(struct span text, struct buf *out)
{
    if (client_address_is_ascii(text)) {
        buf_append(out, text);
    } else {
        client_header_put_words(text, out);
    }
}

/* --- lists of addresses (RFC 5322 §3.4) --- */

static bool client_header_is_delimiter(uint8_t byte)
{
    return byte != 0 && strchr("<>,;:()", byte) != NULL;
}

static size_t client_header_quoted_len(struct span text)
{
    size_t end = 1;
    while (end < text.len && text.data[end] != '"') {
        end += text.data[end] == '\\' ? 2 : 1;
    }
    return end + 1;
}

/* Takes the first piece off `*rest`: one delimiter, a quoted text (with the `@` and domain behind
 * it), or what stands between, blanks and all: names of several words are one phrase. */
static struct span client_header_piece(struct span *rest)
{
    bool quoted = rest->data[0] == '"', delimits = client_header_is_delimiter(rest->data[0]);
    size_t end = quoted ? client_header_quoted_len(*rest) : 1;
    bool more = !delimits && (!quoted || (end < rest->len && rest->data[end] == '@'));
    while (more && end < rest->len && rest->data[end] != '"' &&
           !client_header_is_delimiter(rest->data[end])) {
        end++;
    }
    struct span piece = span_first(*rest, end);
    *rest = span_from(*rest, end);
    return piece;
}

/* An `@` that stands in no quotes. */
static bool client_header_is_address(struct span piece)
{
    bool found = false;
    for (size_t i = 0; i < piece.len; i++) {
        found = (found || piece.data[i] == '@') && piece.data[i] != '"';
    }
    return found;
}

bool client_header_needs_utf8(const char *name, const char *value)
{
    struct span rest = span_text(value);
    if (!client_header_has_addresses(name)) {
        return false;
    }
    while (rest.len > 0) {
        struct span piece = client_header_piece(&rest);
        if (client_header_is_address(piece) && client_address_needs_utf8(piece)) {
            return true;
        }
    }
    return false;
}

static bool client_header_put_piece(struct span piece, struct buf *out)
{
    struct span text = text_trim(piece);
    size_t before = text.len == 0 ? piece.len : (size_t)(text.data - piece.data);
    bool quoted = text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"';
    bool good = true;
    buf_append(out, span_first(piece, before));
    if (client_header_is_address(text)) {
        good = client_address_put(text, out);
    } else if (quoted && !client_address_is_ascii(text)) { /* RFC 2047 §5: not inside quotes */
        client_header_put_words(span_first(span_from(text, 1), text.len - 2), out);
    } else {
        client_header_put_text(text, out);
    }
    buf_append(out, span_from(piece, before + text.len));
    return good;
}

bool client_header_put(const char *name, const char *value, bool utf8, struct buf *out)
{
    struct span rest = span_text(value);
    if (utf8 || client_address_is_ascii(rest) || !client_keeps(CLIENT_RULE_HEADERS_ARE_ENCODED)) {
        return text_is_utf8(rest) && buf_append(out, rest);
    }
    if (!text_is_utf8(rest) || client_header_needs_utf8(name, value)) {
        return false;
    }
    if (!client_header_has_addresses(name)) {
        client_header_put_words(rest, out);
        return !out->over;
    }
    bool good = true;
    while (rest.len > 0 && good) {
        good = client_header_put_piece(client_header_piece(&rest), out);
    }
    return good && !out->over;
}
