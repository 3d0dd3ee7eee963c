#include "fake-server/fake_modify.h"

#include "harness/base/text.h"

/* Appends `text` with the first match of `pattern` replaced; false when there is none. */
static bool fake_modify_replace(
    const struct match_pattern *pattern, struct span put, struct span text, struct buf *out)
{
    size_t start = 0;
    size_t end = 0;
    if (match_pattern_find(pattern, text, &start, &end) != MATCH_YES) {
        buf_append(out, text);
        return false;
    }
    buf_append(out, span_first(text, start));
    buf_append(out, put);
    buf_append(out, span_from(text, end));
    return true;
}

/* Octets of "334 " or "250-" at the beginning of a line. */
static size_t fake_modify_code_len(struct span line)
{
    for (size_t i = 0; i < 3; i++) {
        if (i >= line.len || !text_is_digit((char)line.data[i])) {
            return 0;
        }
    }
    return line.len > 3 && (line.data[3] == ' ' || line.data[3] == '-') ? 4 : 0;
}

static bool fake_modify_line_inside_base64(
    const struct match_pattern *pattern, struct span put, struct span line, struct buf *out)
{
    struct span text = line;
    while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r')) {
        text.len--;
    }
    size_t code_len = fake_modify_code_len(text);
    struct buf decoded;
    struct buf edited;
    buf_init(&decoded, line.len + 1);
    buf_init(&edited, line.len + put.len + 1);
    bool done = text_base64_decode(span_from(text, code_len), &decoded) &&
                fake_modify_replace(pattern, put, buf_span(&decoded), &edited);
    if (done) {
        buf_append(out, span_first(line, code_len));
        text_base64_encode(buf_span(&edited), out);
        buf_append(out, span_from(line, text.len));
    } else {
        buf_append(out, line);
    }
    buf_done(&decoded);
    buf_done(&edited);
    return done;
}

static void fake_modify_inside_base64(
    const struct match_pattern *pattern, struct span put, struct span text, struct buf *out)
{
    bool done = false;
    while (text.len > 0) {
        size_t end = span_find(text, '\n');
        struct span line = span_first(text, end + 1);
        if (done) {
            buf_append(out, line);
        } else {
            done = fake_modify_line_inside_base64(pattern, put, line, out);
        }
        text = span_from(text, line.len);
    }
}

static void fake_modify_edit(
    const struct plan_action *action, const struct match_pattern *pattern, struct buf *piece)
{
    if (pattern == NULL) {
        return;
    }
    struct buf out;
    buf_init(&out, piece->max);
    if (action->inside_base64) {
        fake_modify_inside_base64(pattern, action->put, buf_span(piece), &out);
    } else {
        fake_modify_replace(pattern, action->put, buf_span(piece), &out);
    }
    buf_clear(piece);
    buf_append(piece, buf_span(&out));
    buf_done(&out);
}

void fake_modify_apply(
    const struct plan_action *action, const struct match_pattern *pattern, struct buf *piece)
{
    switch (action->kind) {
    case PLAN_ACTION_INJECT:
        buf_append(piece, action->bytes);
        break;
    case PLAN_ACTION_TRUNCATE:
        if (action->number >= 0 && (uint64_t)action->number < piece->len) {
            piece->len = (size_t)action->number;
        }
        break;
    case PLAN_ACTION_CORRUPT:
        if (action->number >= 0 && (uint64_t)action->number < piece->len) {
            piece->data[action->number] ^= 1;
        }
        break;
    case PLAN_ACTION_EDIT:
        fake_modify_edit(action, pattern, piece);
        break;
    default:
        break;
    }
}
