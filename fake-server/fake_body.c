#include "fake-server/fake_body.h"

#include <assert.h>

#include "harness/base/text.h"

/* The end of the last line belongs to the message, as in CRLF.CRLF. */
static const struct {
    const char *line_end, *rest; /* both together */
    size_t rest_len;
} ends[] = {
    [FAKE_BODY_END_LF_DOT_LF] = {"\n", ".\n", 2},
    [FAKE_BODY_END_LF_DOT_CRLF] = {"\n", ".\r\n", 3},
    [FAKE_BODY_END_CRLF_DOT_LF] = {"\r\n", ".\n", 2},
    [FAKE_BODY_END_CR_DOT_CR] = {"\r", ".\r", 2},
    [FAKE_BODY_END_CR_DOT_CRLF] = {"\r", ".\r\n", 3},
    [FAKE_BODY_END_CRLF_NUL_DOT_CRLF] = {"\r\n", "\0.\r\n", 4},
    [FAKE_BODY_END_CRCRLF_DOT_CRCRLF] = {"\r\r\n", ".\r\r\n", 4},
};
static_assert(ARRAY_LEN(ends) == FAKE_BODY_END_COUNT, "a row for each end");

void fake_body_init(struct fake_body *body)
{
    *body = (struct fake_body){
        .state = FAKE_BODY_LINE_START,
        .recent = {[FAKE_BODY_RECENT - 2] = '\r', [FAKE_BODY_RECENT - 1] = '\n'},
    };
    buf_init(&body->head, FAKE_BODY_HEAD_MAX);
}

void fake_body_done(struct fake_body *body)
{
    buf_done(&body->head);
}

/* One octet, or a stretch of a line without CR. */
static void fake_body_notice(struct fake_body *body, struct span bytes)
{
    bool after_cr = body->last == '\r';
    bool feeds = bytes.data[0] == '\n';
    struct span rest = span_from(bytes, 1);
    uint8_t all = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        all |= bytes.data[i];
    }
    body->eight_bit = body->eight_bit || all >= 0x80;
    body->nul = body->nul || span_find(bytes, 0) < bytes.len;
    body->bare = body->bare || after_cr != feeds || span_find(rest, '\n') < rest.len;
    body->last = bytes.data[bytes.len - 1];
    body->line += (int64_t)bytes.len;
    if (body->line > body->longest_line) {
        body->longest_line = body->line;
    }
    if (after_cr && feeds) {
        body->line = 0;
    }
}

static void fake_body_keep_all(struct fake_body *body, struct span bytes)
{
    fake_body_notice(body, bytes);
    body->octets += (int64_t)bytes.len;
    if (body->sink.bytes != NULL) {
        body->sink.bytes(body->sink.context, bytes);
    }
    buf_append(&body->head, span_first(bytes, FAKE_BODY_HEAD_MAX - body->head.len));
}

static void fake_body_keep(struct fake_body *body, uint8_t byte)
{
    fake_body_keep_all(body, span_of(&byte, 1));
}

/* A byte of content; the state behind it depends on nothing but the byte. */
static void fake_body_content(struct fake_body *body, uint8_t byte)
{
    fake_body_keep(body, byte);
    body->state = byte == '\r' ? FAKE_BODY_CR : FAKE_BODY_IN_LINE;
}

static void fake_body_byte(struct fake_body *body, uint8_t byte)
{
    switch (body->state) {
    case FAKE_BODY_LINE_START:
        if (byte == '.') {
            body->state = FAKE_BODY_DOT;
            return;
        }
        break;
    case FAKE_BODY_DOT:
        if (byte == '\r') {
            body->state = FAKE_BODY_DOT_CR;
            return;
        }
        break;
    case FAKE_BODY_DOT_CR:
        if (byte == '\n') {
            body->ended = true;
            return;
        }
        fake_body_keep(body, '\r');
        break;
    case FAKE_BODY_CR:
        if (byte == '\n') {
            fake_body_keep(body, byte);
            body->state = FAKE_BODY_LINE_START;
            return;
        }
        break;
    case FAKE_BODY_IN_LINE:
        break;
    }
    fake_body_content(body, byte);
}

/* Does the octet that came last complete an end that is none? */
static void fake_body_look_back(struct fake_body *body, uint8_t byte)
{
    struct span recent = span_of(body->recent, sizeof body->recent);
    memmove(body->recent, body->recent + 1, sizeof body->recent - 1);
    memmove(body->octets_at, body->octets_at + 1, sizeof body->octets_at - sizeof(int64_t));
    body->recent[FAKE_BODY_RECENT - 1] = byte;
    body->octets_at[FAKE_BODY_RECENT - 1] = body->octets;
    for (size_t i = 0; i < FAKE_BODY_END_COUNT && !body->ended; i++) {
        struct span line_end = span_text(ends[i].line_end);
        struct span rest = span_of(ends[i].rest, ends[i].rest_len);
        struct span last = span_from(recent, recent.len - rest.len - line_end.len);
        if ((body->ends & 1U << i) == 0 || !span_equal(span_first(last, line_end.len), line_end) ||
            !span_equal(span_from(last, line_end.len), rest)) {
            continue;
        }
        body->ended = true;
        body->octets = body->octets_at[FAKE_BODY_RECENT - 1 - rest.len];
        if ((int64_t)body->head.len > body->octets) {
            body->head.len = (size_t)body->octets;
        }
    }
}

size_t fake_body_take(struct fake_body *body, struct span input, size_t max)
{
    size_t taken = 0;
    input = span_first(input, max);
    while (taken < input.len && !body->ended) {
        struct span rest = span_from(input, taken);
        /* Within a line nothing but CR means anything. */
        bool in_line = body->state == FAKE_BODY_IN_LINE && body->ends == 0;
        size_t plain = in_line ? span_find(rest, '\r') : 0;
        if (plain > 0) {
            fake_body_keep_all(body, span_first(rest, plain));
            taken += plain;
        } else {
            fake_body_byte(body, input.data[taken]);
            if (body->ends != 0) {
                fake_body_look_back(body, input.data[taken]);
            }
            taken++;
        }
    }
    body->taken += (int64_t)taken;
    return taken;
}

void fake_body_take_chunk(struct fake_body *body, struct span input)
{
    for (size_t at = 0; at < input.len;) {
        struct span rest = span_from(input, at);
        size_t plain = body->last == '\r' ? 0 : span_find(rest, '\r');
        struct span part = span_first(rest, plain == 0 ? 1 : plain);
        fake_body_keep_all(body, part);
        at += part.len;
    }
    body->taken += (int64_t)input.len;
}

static struct span fake_body_line(struct span *rest)
{
    size_t end = span_find(*rest, '\n');
    struct span line = span_first(*rest, end);
    *rest = span_from(*rest, end + 1);
    if (line.len > 0 && line.data[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

void fake_body_subject(const struct fake_body *body, struct buf *out)
{
    struct span rest = buf_span(&body->head);
    bool inside = false;
    while (rest.len > 0) {
        struct span line = fake_body_line(&rest);
        if (line.len == 0) {
            return;
        }
        bool folded = line.data[0] == ' ' || line.data[0] == '\t';
        if (inside && !folded) {
            return;
        }
        if (inside) {
            buf_append_byte(out, ' ');
            buf_append(out, text_trim(line));
        } else if (!folded && text_starts_caseless(line, "subject:")) {
            inside = true;
            buf_append(out, text_trim(span_from(line, strlen("subject:"))));
        }
    }
}
