/* The writing half; run_log_read.c is the other. */
#include "harness/evidence/run_log.h"

#include "harness/base/text.h"
#include "harness/evidence/fact.h"
#include "harness/evidence/run_log_json.h"
#include "harness/evidence/run_log_text.h"

/* --- limits, the same for both halves --- */

bool run_log_is_bounded(struct span line)
{
    size_t values = 0;
    bool inside = false; /* of a string */
    if (line.len > RUN_LOG_LINE_MAX) {
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        uint8_t c = line.data[i];
        if (c == '"') {
            inside = !inside;
        } else if (inside && c == '\\') {
            i++;
        } else if (!inside && (c == ',' || c == '[' || c == '{')) {
            values++;
        }
    }
    return values <= RUN_LOG_VALUES_MAX;
}

/* --- pieces of a record --- */

/* A record in the making. jansson says that memory ran out by NULL and -1: the record is spoilt
 * then, and never written in part. */
struct run_log_record {
    json_t *root;
    bool spoilt;
};

static void run_log_put(
    struct run_log_record *record, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) {
        record->spoilt = true;
    }
}

static void run_log_add(struct run_log_record *record, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        record->spoilt = true;
    }
}

static void run_log_put_text(
    struct run_log_record *record, json_t *object, const char *key, const char *text)
{
    run_log_put(
        record, object, key, text == NULL ? json_null() : run_log_json_text(span_text(text)));
}

static void run_log_put_integer(
    struct run_log_record *record, json_t *object, const char *key, int64_t integer)
{
    run_log_put(record, object, key, json_integer(integer));
}

/* As text: many readers of JSON hold numbers as doubles, and half a seed is none. */
static void run_log_put_seed(
    struct run_log_record *record, json_t *object, const char *key, uint64_t seed)
{
    run_log_put(record, object, key, json_sprintf("%llu", (unsigned long long)seed));
}

static void run_log_put_texts(struct run_log_record *record, json_t *object, const char *key,
    const char *const *texts, size_t texts_len)
{
    json_t *array = json_array();
    for (size_t i = 0; i < texts_len; i++) {
        run_log_add(record, array, run_log_json_text(span_text(texts[i])));
    }
    run_log_put(record, object, key, array);
}

static void run_log_begin(struct run_log_record *record, const char *type)
{
    *record = (struct run_log_record){.root = json_object()};
    run_log_put(record, record->root, "type", json_string(type));
}

/* Frees the record. A whole line, with its LF, or nothing. */
static void run_log_end(struct run_log_record *record, struct buf *out)
{
    if (record->spoilt) {
        json_decref(record->root);
        record->root = NULL;
    }
    (void)run_log_json_line(record->root, out);
}

/* --- facts --- */

/* Where a fact stands in the tree: "connections.2.tls.version". */
struct run_log_path {
    const struct run_log_path *above;
    const char *key;
};

static void run_log_path_show(const struct run_log_path *path, struct buf *out)
{
    if (path->above != NULL) {
        run_log_path_show(path->above, out);
        buf_append_byte(out, '.');
    }
    buf_append_text(out, path->key);
}

static bool run_log_varies(const struct run_log_path *path)
{
    bool varies = false;
    for (size_t i = 0; i < FACT_COUNT && !varies; i++) {
        const struct fact_row *row = fact_row((enum fact)i);
        /* The name is put together only for what may be it by its last word. */
        if ((row->flags & FACT_FLAG_VARIES) == 0 ||
            (strchr(row->name, '<') == NULL && !text_ends(row->name, path->key))) {
            continue;
        }
        struct buf name;
        buf_init(&name, SIZE_MAX / 2);
        run_log_path_show(path, &name);
        enum fact fact;
        varies = fact_find(buf_text(&name), &fact, NULL, NULL) && fact == (enum fact)i;
        buf_done(&name);
    }
    return varies;
}

struct run_log_facts {
    struct run_log_record *record;
    bool with_varying;
};

static json_t *run_log_value(
    const struct run_log_facts *facts, const struct value *value, const struct run_log_path *path);

static json_t *run_log_map(
    const struct run_log_facts *facts, const struct value *map, const struct run_log_path *path)
{
    json_t *object = json_object();
    for (size_t i = 0; i < map->len; i++) {
        struct run_log_path below = {path, map->keys[i]};
        if (!facts->with_varying && run_log_varies(&below)) {
            continue;
        }
        const struct value *value = map->items[i];
        json_t *item = run_log_value(facts, value, &below);
        if (item != NULL && value->kind == VALUE_MAP && value->len > 0 &&
            json_object_size(item) == 0) {
            json_decref(item); /* all that stood in it varies: then it would not be there at all */
            continue;
        }
        struct buf key;
        buf_init(&key, SIZE_MAX / 2);
        run_log_text_escape(span_text(map->keys[i]), &key);
        run_log_put(facts->record, object, buf_text(&key), item);
        buf_done(&key);
    }
    return object;
}

static json_t *run_log_value(
    const struct run_log_facts *facts, const struct value *value, const struct run_log_path *path)
{
    switch (value->kind) {
    case VALUE_NULL:
        break;
    case VALUE_TRUTH:
        return json_boolean(value->truth);
    case VALUE_INTEGER:
        return json_integer(value->integer);
    case VALUE_TEXT:
        return run_log_json_text(value->text);
    case VALUE_MAP:
        return run_log_map(facts, value, path);
    case VALUE_LIST: {
        json_t *array = json_array();
        for (size_t i = 0; i < value->len; i++) {
            run_log_add(facts->record, array, run_log_value(facts, value->items[i], path));
        }
        return array;
    }
    }
    return json_null();
}

/* --- records --- */

void run_log_write_header(const struct run_header *header, struct buf *out)
{
    struct run_log_record record;
    run_log_begin(&record, "header");
    run_log_put_integer(&record, record.root, "format", RUN_LOG_FORMAT_VERSION);
    run_log_put_text(&record, record.root, "version", header->version);
    run_log_put_text(&record, record.root, "libraries", header->libraries);
    run_log_put_text(&record, record.root, "world", header->world);
    run_log_put_seed(&record, record.root, "seed", header->seed);
    run_log_put(&record, record.root, "suite",
        json_sprintf("%016llx", (unsigned long long)header->suite_digest));
    run_log_put_integer(&record, record.root, "cases", (int64_t)header->cases);
    if (header->secrets_shown) {
        run_log_put(&record, record.root, "secrets_shown", json_true());
    }
    if (header->time_scale > 1) {
        run_log_put_integer(&record, record.root, "time_scale", header->time_scale);
    }
    run_log_end(&record, out);
}

static json_t *run_log_unmet(
    struct run_log_record *record, const struct reason *reasons, size_t reasons_len)
{
    json_t *array = json_array();
    for (size_t i = 0; i < reasons_len; i++) {
        json_t *object = json_object();
        run_log_put_text(record, object, "fact", reasons[i].fact);
        run_log_put_text(record, object, "wanted", reasons[i].wanted);
        run_log_put_text(record, object, "found", reasons[i].found);
        run_log_put_text(record, object, "file", reasons[i].file);
        run_log_put_integer(record, object, "line", reasons[i].line);
        run_log_put_integer(record, object, "column", reasons[i].column);
        run_log_put_integer(record, object, "transcript_line", (int64_t)reasons[i].transcript_line);
        run_log_add(record, array, object);
    }
    return array;
}

static json_t *run_log_transcript(
    struct run_log_record *record, const struct transcript_entry *entries, size_t entries_len)
{
    json_t *array = json_array();
    for (size_t i = 0; i < entries_len; i++) {
        json_t *object = json_object();
        run_log_put_integer(record, object, "time_us", entries[i].time_us);
        run_log_put(record, object, "kind", json_string(transcript_kind_name(entries[i].kind)));
        run_log_put_integer(record, object, "connection", entries[i].connection);
        run_log_put(record, object, "tls", json_boolean(entries[i].inside_tls));
        run_log_put(record, object, "text", run_log_json_text(entries[i].text));
        run_log_add(record, array, object);
    }
    return array;
}

static void run_log_describe(struct run_log_record *record, const struct case_result *result)
{
    run_log_put_text(record, record->root, "id", result->id);
    run_log_put_text(record, record->root, "name", result->name);
    run_log_put_text(record, record->root, "requirement", result->requirement);
    run_log_put_text(record, record->root, "file", result->file);
    run_log_put_integer(record, record->root, "line", result->line);
    run_log_put_text(record, record->root, "severity", result->severity);
    run_log_put_text(record, record->root, "world", result->world);
    run_log_put_texts(record, record->root, "spec", result->spec, result->spec_len);
    run_log_put_texts(record, record->root, "covers", result->covers, result->covers_len);
    run_log_put_texts(record, record->root, "tags", result->tags, result->tags_len);
    run_log_put_seed(record, record->root, "seed", result->seed);
    if (result->repeated) { /* what is usual is not said */
        run_log_put_seed(record, record->root, "run_seed", result->run_seed);
    }
    if (result->within != NULL) {
        run_log_put_text(record, record->root, "within", result->within);
    }
    if (result->given_len > 0) {
        run_log_put_texts(record, record->root, "given", result->given, result->given_len);
    }
}

static void run_log_line(const struct case_result *result, bool with_varying, struct buf *line)
{
    struct run_log_record record;
    run_log_begin(&record, "case");
    run_log_describe(&record, result);
    run_log_put(&record, record.root, "verdict", json_string(verdict_name(result->verdict)));
    run_log_put_text(&record, record.root, "message", result->message);
    if (result->attempts > 1) { /* most cases have one, and say nothing of it */
        run_log_put_integer(&record, record.root, "attempts", result->attempts);
    }
    run_log_put_integer(&record, record.root, "expectations", (int64_t)result->expectations);
    run_log_put(&record, record.root, "unmet",
        run_log_unmet(&record, result->reasons, result->reasons_len));
    struct run_log_facts facts = {&record, with_varying};
    run_log_put(&record, record.root, "facts",
        result->facts == NULL ? json_null() : run_log_map(&facts, result->facts, NULL));
    run_log_put(&record, record.root, "transcript",
        run_log_transcript(&record, result->transcript, result->transcript_len));
    run_log_put(&record, record.root, "transcript_cut", json_boolean(result->transcript_cut));
    run_log_put_integer(&record, record.root, "virtual_us", result->virtual_us);
    run_log_end(&record, line);
}

void run_log_write_case(const struct case_result *result, bool with_varying, struct buf *out)
{
    struct buf line;
    buf_init(&line, SIZE_MAX / 2);
    run_log_line(result, with_varying, &line);
    if (!line.over && !run_log_is_bounded(buf_span(&line))) {
        struct case_result bare = *result;
        bare.facts = NULL;
        bare.transcript_len = 0;
        bare.transcript_cut = true;
        buf_clear(&line);
        run_log_line(&bare, with_varying, &line);
    }
    if (line.over) {
        out->over = true;
    } else {
        (void)buf_append(out, buf_span(&line));
    }
    buf_done(&line);
}

void run_log_write_trailer(const struct run_counts *counts, bool interrupted, struct buf *out)
{
    struct run_log_record record;
    run_log_begin(&record, "trailer");
    json_t *by_verdict = json_object();
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        run_log_put_integer(
            &record, by_verdict, verdict_name((enum verdict)i), (int64_t)counts->by_verdict[i]);
    }
    run_log_put(&record, record.root, "counts", by_verdict);
    run_log_put_integer(&record, record.root, "total", (int64_t)counts->total);
    if (interrupted) {
        run_log_put(&record, record.root, "interrupted", json_true());
    }
    run_log_end(&record, out);
}

const char *run_log_libraries(void)
{
    return "jansson " JANSSON_VERSION;
}
