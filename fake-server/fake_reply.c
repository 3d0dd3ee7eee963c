#include "fake-server/fake_reply.h"

#include "harness/base/text.h"

void fake_reply_write(struct buf *out, unsigned code, const char *enhanced, const char *text)
{
    if (enhanced == NULL) {
        buf_printf(out, "%03u %s\r\n", code, text);
    } else {
        buf_printf(out, "%03u %s %s\r\n", code, enhanced, text);
    }
}

void fake_reply_write_lines(struct buf *out, const struct plan_text_list *lines)
{
    if (lines->len == 0) {
        return;
    }
    struct span first = span_text(lines->items[0]);
    struct span code = span_first(first, 3);
    struct span text = span_from(first, 4);
    for (size_t i = 0; i < lines->len; i++) {
        buf_append(out, code);
        if (i + 1 < lines->len) {
            buf_append_byte(out, '-');
        } else if (i > 0 || first.len > 3) {
            buf_append_byte(out, ' ');
        }
        buf_append(out, i == 0 ? text : span_text(lines->items[i]));
        buf_append_text(out, "\r\n");
    }
}

void fake_reply_write_challenge(struct buf *out, struct span bytes)
{
    buf_append_text(out, "334 ");
    text_base64_encode(bytes, out);
    buf_append_text(out, "\r\n");
}

static void fake_answer_end_line(struct fake_answer *answer)
{
    if (answer->column >= 3 && answer->well_formed && !answer->continued) {
        answer->code = answer->digits;
    }
    *answer = (struct fake_answer){.code = answer->code};
}

void fake_answer_feed(struct fake_answer *answer, struct span bytes)
{
    for (size_t i = 0; i < bytes.len && answer->code == 0; i++) {
        uint8_t byte = bytes.data[i];
        if (byte == '\n') {
            fake_answer_end_line(answer);
            continue;
        }
        if (answer->column == 0) {
            answer->well_formed = true;
        }
        if (answer->column < 3) {
            answer->well_formed = answer->well_formed && text_is_digit((char)byte);
            answer->digits = answer->digits * 10 + (unsigned)(byte - '0') % 10;
        } else if (answer->column == 3) {
            answer->continued = byte == '-';
        }
        if (answer->column < 4) {
            answer->column++;
        }
    }
}
