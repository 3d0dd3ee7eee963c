#include "harness/evidence/event.h"

#include "harness/evidence/run_log_json.h"
#include "harness/evidence/run_log_text.h"

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
        return run_log_json_text(value_shown(value)->text);
    case VALUE_LIST:
    case VALUE_MAP:
        return event_items(value);
    }
    return json_null();
}

void event_write(const struct value *map, struct buf *out)
{
    (void)run_log_json_line(event_value(map), out);
}
