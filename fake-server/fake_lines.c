#include "fake-server/fake_lines.h"

void fake_lines_done(struct fake_lines *lines)
{
    mem_free(lines->head);
    *lines = (struct fake_lines){0};
}

static void fake_lines_keep_head(struct fake_lines *lines, struct span input)
{
    size_t room = FAKE_LINES_HEAD -
                  (lines->dropped < FAKE_LINES_HEAD ? lines->dropped : FAKE_LINES_HEAD);
    size_t len = input.len < room ? input.len : room;
    if (lines->head == NULL) {
        lines->head = mem_zalloc(1, FAKE_LINES_HEAD);
    }
    if (len > 0) {
        memcpy(lines->head + lines->dropped, input.data, len);
    }
}

bool fake_lines_take(
    struct fake_lines *lines, struct span input, size_t *ret_taken, struct fake_line *ret)
{
    struct span unseen = span_from(input, lines->scanned);
    size_t at = lines->scanned + span_find(unseen, '\n');
    *ret_taken = 0;
    if (at >= input.len) {
        lines->scanned = input.len;
        if (lines->dropped + input.len > FAKE_LINES_MAX) {
            fake_lines_keep_head(lines, input);
            lines->dropped += input.len;
            lines->scanned = 0;
            *ret_taken = input.len;
        }
        return false;
    }
    size_t octets = lines->dropped + at + 1;
    bool has_cr = at > 0 && input.data[at - 1] == '\r';
    *ret = (struct fake_line){.octets = octets, .too_long = octets > FAKE_LINES_MAX};
    if (ret->too_long) {
        fake_lines_keep_head(lines, span_first(input, at));
        ret->text = span_of(lines->head, FAKE_LINES_HEAD);
    } else {
        ret->text = span_first(input, has_cr ? at - 1 : at);
        ret->bare_lf = !has_cr;
    }
    *ret_taken = at + 1;
    lines->scanned = 0;
    lines->dropped = 0;
    return true;
}
