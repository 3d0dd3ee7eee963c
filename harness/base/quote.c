#include "harness/base/quote.h"

#include "harness/base/text.h"

static void quote_json_utf8(struct span text, struct buf *out)
{
    static const char short_of[] = "\bb\ff\nn\rr\tt\"\"\\\\"; /* an octet, and its letter */
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        size_t at = 0;
        while (at < sizeof short_of - 1 && (uint8_t)short_of[at] != c) {
            at += 2;
        }
        if (at < sizeof short_of - 1) {
            buf_append_byte(out, '\\');
            buf_append_byte(out, (uint8_t)short_of[at + 1]);
        } else if (c < 0x20 || c == 0x7f) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_append_byte(out, c);
        }
    }
}

void quote_json(struct span bytes, struct buf *out)
{
    buf_append_byte(out, '"');
    if (text_is_utf8(bytes)) {
        quote_json_utf8(bytes, out);
    } else {
        struct buf shown;
        buf_init(&shown, SIZE_MAX / 2);
        text_escape(bytes, true, &shown);
        quote_json_utf8(buf_span(&shown), out);
        buf_done(&shown);
    }
    buf_append_byte(out, '"');
}

void quote_markdown(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.data[i]) {
        case '|':
        case '*':
        case '_':
        case '`':
        case '\\':
            buf_append_byte(out, '\\');
            buf_append_byte(out, text.data[i]);
            break;
        case '<':
            buf_append_text(out, "&lt;");
            break;
        case '\r':
        case '\n':
            buf_append_byte(out, ' ');
            break;
        default:
            buf_append_byte(out, text.data[i]);
            break;
        }
    }
}
