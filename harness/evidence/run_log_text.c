#include "harness/evidence/run_log_text.h"

#include "harness/base/text.h"

void run_log_text_escape(struct span bytes, struct buf *out)
{
    for (;;) {
        size_t line = span_find(bytes, '\n');
        text_escape(span_first(bytes, line), true, out);
        if (line == bytes.len) {
            return;
        }
        buf_append_byte(out, '\n');
        bytes = span_from(bytes, line + 1);
    }
}

static int run_log_text_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length of the escape at the start of `text`, which is a backslash; 0 when it is none. */
static size_t run_log_text_one(struct span text, uint8_t *ret)
{
    static const char letters[] = "\\rt0", meanings[] = "\\\r\t";
    if (text.len < 2) {
        return 0;
    }
    if (text.data[1] == 'x') {
        int high = text.len < 4 ? -1 : run_log_text_digit(text.data[2]);
        int low = text.len < 4 ? -1 : run_log_text_digit(text.data[3]);
        if (high < 0 || low < 0) {
            return 0;
        }
        *ret = (uint8_t)(high << 4 | low);
        return 4;
    }
    size_t index = span_find(span_text(letters), text.data[1]);
    if (index == sizeof letters - 1) {
        return 0;
    }
    *ret = (uint8_t)meanings[index]; /* the NUL behind the last meaning is that of `0` */
    return 2;
}

bool run_log_text_unescape(struct span text, struct buf *out)
{
    size_t start = out->len;
    while (text.len > 0) {
        size_t plain = span_find(text, '\\');
        bool whole = buf_append(out, span_first(text, plain));
        text = span_from(text, plain);
        if (whole && text.len == 0) {
            return true;
        }
        uint8_t byte = 0;
        size_t len = whole ? run_log_text_one(text, &byte) : 0;
        if (len == 0 || !buf_append_byte(out, byte)) {
            out->len = start;
            return false;
        }
        text = span_from(text, len);
    }
    return true;
}
