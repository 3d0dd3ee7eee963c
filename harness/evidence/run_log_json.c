#include "harness/evidence/run_log_json.h"

#include "harness/evidence/run_log_text.h"

json_t *run_log_json_text(struct span bytes)
{
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    run_log_text_escape(bytes, &text);
    const char *escaped = buf_text(&text);
    json_t *string = json_stringn(escaped, text.len);
    buf_done(&text);
    return string;
}

static int run_log_json_take(const char *bytes, size_t len, void *context)
{
    return buf_append(context, span_of(bytes, len)) ? 0 : -1;
}

bool run_log_json_line(json_t *root, struct buf *out)
{
    size_t start = out->len;
    bool whole = root != NULL &&
                 json_dump_callback(root, run_log_json_take, out, JSON_COMPACT) == 0 &&
                 buf_append_byte(out, '\n');
    if (!whole) {
        out->over = true;
        out->len = start;
    }
    json_decref(root);
    return whole;
}
