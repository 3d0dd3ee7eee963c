#include "harness/evidence/event.h"

#include <jansson.h>

#include "harness/evidence/run_log_text.h"

static json_t *event_text(struct span bytes)
{
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    run_log_text_escape(bytes, &text);
    const char *escaped = buf_text(&text);
    json_t *string = json_stringn(escaped, text.len);
    buf_done(&text);
    return string;
}

static json_t *event_value(const struct value *value);

static json_t *event_items(const struct value *value)
{
    json_t *all = value->kind == VALUE_MAP ? json_object() : json_array();
    for (size_t i = 0; i < value->len; i++) {
        json_t *item = event_value(value->items[i]);
        int failed;
        if (value->kind == VALUE_MAP) {
            struct buf key;
            buf_init(&key, SIZE_MAX / 2);
            run_log_text_escape(span_text(value->keys[i]), &key);
            failed = json_object_set_new(all, buf_text(&key), item);
            buf_done(&key);
        } else {
            failed = json_array_append_new(all, item);
        }
        if (failed != 0) { /* no memory: no half of an event */
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static json_t *event_value(const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        break;
    case VALUE_TRUTH:
        return json_boolean(value->truth);
    case VALUE_INTEGER:
        return json_integer(value->integer);
    case VALUE_TEXT:
        return event_text(value_shown(value)->text);
    case VALUE_LIST:
    case VALUE_MAP:
        return event_items(value);
    }
    return json_null();
}

static int event_take(const char *bytes, size_t len, void *context)
{
    return buf_append(context, span_of(bytes, len)) ? 0 : -1;
}

void event_write(const struct value *map, struct buf *out)
{
    size_t start = out->len;
    json_t *root = event_value(map);
    if (root == NULL || json_dump_callback(root, event_take, out, JSON_COMPACT) != 0 ||
        !buf_append_byte(out, '\n')) {
        out->over = true;
        out->len = start;
    }
    json_decref(root);
}
