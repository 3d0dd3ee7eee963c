/* The reading half of run_log. A log may come from anywhere: nothing in it is believed. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "harness/base/text.h"
#include "harness/evidence/run_log.h"
#include "harness/evidence/run_log_text.h"

struct run_log_reader {
    const char *file;
    size_t line; /* from 1 */
    struct arena *arena;
    struct fail *fail;
    bool any_header;
};

/* --- pieces of a record --- */

static enum status run_log_bad(struct run_log_reader *reader, const char *key, const char *due)
{
    return fail_set(reader->fail, FAIL_USAGE, "%s:%zu: no run log: '%s' is not %s", reader->file,
        reader->line, key, due);
}

static enum status run_log_unescape(
    struct run_log_reader *reader, const char *key, struct span escaped, struct span *ret)
{
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    bool good = run_log_text_unescape(escaped, &text);
    if (good) {
        *ret = arena_span(reader->arena, buf_span(&text));
    }
    buf_done(&text);
    return good ? STATUS_OK : run_log_bad(reader, key, "text: a backslash begins no escape");
}

static enum status run_log_bytes_of(
    struct run_log_reader *reader, const json_t *item, const char *key, struct span *ret)
{
    if (!json_is_string(item)) {
        return run_log_bad(reader, key, "text");
    }
    return run_log_unescape(
        reader, key, span_of(json_string_value(item), json_string_length(item)), ret);
}

static enum status run_log_text_of(
    struct run_log_reader *reader, const json_t *item, const char *key, const char **ret)
{
    struct span bytes;
    TRY(run_log_bytes_of(reader, item, key, &bytes));
    if (span_find(bytes, 0) != bytes.len) {
        return run_log_bad(reader, key, "text without NUL");
    }
    *ret = (const char *)bytes.data;
    return STATUS_OK;
}

static enum status run_log_take_text(
    struct run_log_reader *reader, const json_t *object, const char *key, const char **ret)
{
    return run_log_text_of(reader, json_object_get(object, key), key, ret);
}

static enum status run_log_take_text_or_null(
    struct run_log_reader *reader, const json_t *object, const char *key, const char **ret)
{
    if (json_is_null(json_object_get(object, key))) {
        *ret = NULL;
        return STATUS_OK;
    }
    return run_log_take_text(reader, object, key, ret);
}

static enum status run_log_take_integer(struct run_log_reader *reader, const json_t *object,
    const char *key, int64_t min, int64_t max, int64_t *ret)
{
    const json_t *item = json_object_get(object, key);
    int64_t integer = json_integer_value(item);
    if (!json_is_integer(item) || integer < min || integer > max) {
        return run_log_bad(reader, key, "a whole number in its range");
    }
    *ret = integer;
    return STATUS_OK;
}

static enum status run_log_take_unsigned(
    struct run_log_reader *reader, const json_t *object, const char *key, unsigned *ret)
{
    int64_t integer;
    TRY(run_log_take_integer(reader, object, key, 0, UINT32_MAX, &integer));
    *ret = (unsigned)integer;
    return STATUS_OK;
}

static enum status run_log_take_size(
    struct run_log_reader *reader, const json_t *object, const char *key, size_t *ret)
{
    int64_t integer;
    TRY(run_log_take_integer(reader, object, key, 0, INT64_MAX, &integer));
    *ret = (size_t)integer;
    return STATUS_OK;
}

static enum status run_log_take_truth(
    struct run_log_reader *reader, const json_t *object, const char *key, bool *ret)
{
    const json_t *item = json_object_get(object, key);
    if (!json_is_boolean(item)) {
        return run_log_bad(reader, key, "true or false");
    }
    *ret = json_is_true(item);
    return STATUS_OK;
}

/* A whole text of digits, as written: no sign, no space. */
static enum status run_log_take_digits(
    struct run_log_reader *reader, const json_t *object, const char *key, int base, uint64_t *ret)
{
    const char *text = json_string_value(json_object_get(object, key));
    const char *digits = base == 10 ? "0123456789" : "0123456789abcdef";
    if (text == NULL || text[0] == 0 || strspn(text, digits) != strlen(text)) {
        return run_log_bad(reader, key, "a number as text");
    }
    errno = 0;
    unsigned long long number = strtoull(text, NULL, base);
    if (errno != 0) {
        return run_log_bad(reader, key, "a number of 64 bits");
    }
    *ret = number;
    return STATUS_OK;
}

static enum status run_log_take_array(struct run_log_reader *reader, const json_t *object,
    const char *key, const json_t **ret, size_t *ret_len)
{
    *ret = json_object_get(object, key);
    *ret_len = json_array_size(*ret);
    return json_is_array(*ret) ? STATUS_OK : run_log_bad(reader, key, "a list");
}

static enum status run_log_take_texts(struct run_log_reader *reader, const json_t *object,
    const char *key, const char ***ret, size_t *ret_len)
{
    const json_t *array;
    size_t len;
    TRY(run_log_take_array(reader, object, key, &array, &len));
    const char **texts = arena_alloc(reader->arena, (len + 1) * sizeof *texts);
    for (size_t i = 0; i < len; i++) {
        TRY(run_log_text_of(reader, json_array_get(array, i), key, &texts[i]));
    }
    *ret = texts;
    *ret_len = len;
    return STATUS_OK;
}

/* --- facts --- */

static enum status run_log_take_value(
    struct run_log_reader *reader, const json_t *json, unsigned depth, struct value **ret);

static enum status run_log_take_map(
    struct run_log_reader *reader, const json_t *json, unsigned depth, struct value **ret)
{
    struct value *map = value_map(reader->arena);
    /* Not value_put, which looks for the key first: jansson has refused duplicates. */
    size_t len = json_object_size(json);
    map->items = arena_alloc(reader->arena, (len + 1) * sizeof(struct value *));
    map->keys = arena_alloc(reader->arena, (len + 1) * sizeof *map->keys);
    for (void *at = json_object_iter((json_t *)json); at != NULL;
         at = json_object_iter_next((json_t *)json, at)) {
        const json_t *item = json_object_iter_value(at);
        struct span name;
        TRY(run_log_unescape(reader, "facts", span_text(json_object_iter_key(at)), &name));
        if (span_find(name, 0) != name.len) {
            return run_log_bad(reader, "facts", "a tree of names without NUL");
        }
        TRY(run_log_take_value(reader, item, depth + 1, &map->items[map->len]));
        map->keys[map->len++] = (const char *)name.data;
    }
    *ret = map;
    return STATUS_OK;
}

static enum status run_log_take_list(
    struct run_log_reader *reader, const json_t *json, unsigned depth, struct value **ret)
{
    struct value *list = value_list(reader->arena);
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct value *item;
        TRY(run_log_take_value(reader, json_array_get(json, i), depth + 1, &item));
        value_append(reader->arena, list, item);
    }
    *ret = list;
    return STATUS_OK;
}

static enum status run_log_take_value(
    struct run_log_reader *reader, const json_t *json, unsigned depth, struct value **ret)
{
    struct span text;
    if (depth > RUN_LOG_DEPTH_MAX) {
        return run_log_bad(reader, "facts", "a tree of so few levels that it can be facts");
    }
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return run_log_take_map(reader, json, depth, ret);
    case JSON_ARRAY:
        return run_log_take_list(reader, json, depth, ret);
    case JSON_STRING:
        TRY(run_log_bytes_of(reader, json, "facts", &text));
        *ret = value_bytes(reader->arena, text);
        return STATUS_OK;
    case JSON_INTEGER:
        *ret = value_integer(reader->arena, json_integer_value(json));
        return STATUS_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        *ret = value_truth(reader->arena, json_is_true(json));
        return STATUS_OK;
    case JSON_NULL:
        *ret = value_null(reader->arena);
        return STATUS_OK;
    case JSON_REAL:
        break;
    }
    return run_log_bad(reader, "facts", "free of fractions");
}

/* --- records --- */

static enum status run_log_take_header(
    struct run_log_reader *reader, const json_t *root, struct run_header *ret)
{
    int64_t format;
    TRY(run_log_take_integer(reader, root, "format", 1, INT64_MAX, &format));
    if (format > RUN_LOG_FORMAT_VERSION) {
        return fail_set(reader->fail, FAIL_USAGE,
            "%s:%zu: a run log of format %lld; this smtpvet reads up to format %d", reader->file,
            reader->line, (long long)format, RUN_LOG_FORMAT_VERSION);
    }
    TRY(run_log_take_text(reader, root, "version", &ret->version));
    TRY(run_log_take_text(reader, root, "libraries", &ret->libraries));
    TRY(run_log_take_text(reader, root, "world", &ret->world));
    TRY(run_log_take_digits(reader, root, "seed", 10, &ret->seed));
    TRY(run_log_take_digits(reader, root, "suite", 16, &ret->suite_digest));
    ret->secrets_shown = false;
    if (json_object_get(root, "secrets_shown") != NULL) {
        TRY(run_log_take_truth(reader, root, "secrets_shown", &ret->secrets_shown));
    }
    ret->time_scale = 1;
    if (json_object_get(root, "time_scale") != NULL) {
        TRY(run_log_take_unsigned(reader, root, "time_scale", &ret->time_scale));
    }
    return run_log_take_size(reader, root, "cases", &ret->cases);
}

static enum status run_log_take_unmet(
    struct run_log_reader *reader, const json_t *root, struct case_result *result)
{
    const json_t *array;
    TRY(run_log_take_array(reader, root, "unmet", &array, &result->reasons_len));
    result->reasons = arena_alloc(
        reader->arena, (result->reasons_len + 1) * sizeof *result->reasons);
    for (size_t i = 0; i < result->reasons_len; i++) {
        const json_t *object = json_array_get(array, i);
        struct reason *reason = &result->reasons[i];
        TRY(run_log_take_text(reader, object, "fact", &reason->fact));
        TRY(run_log_take_text(reader, object, "wanted", &reason->wanted));
        TRY(run_log_take_text(reader, object, "found", &reason->found));
        TRY(run_log_take_text_or_null(reader, object, "file", &reason->file));
        TRY(run_log_take_unsigned(reader, object, "line", &reason->line));
        TRY(run_log_take_unsigned(reader, object, "column", &reason->column));
        TRY(run_log_take_size(reader, object, "transcript_line", &reason->transcript_line));
    }
    return STATUS_OK;
}

static enum status run_log_take_transcript(
    struct run_log_reader *reader, const json_t *root, struct case_result *result)
{
    const json_t *array;
    TRY(run_log_take_array(reader, root, "transcript", &array, &result->transcript_len));
    result->transcript = arena_alloc(
        reader->arena, (result->transcript_len + 1) * sizeof *result->transcript);
    for (size_t i = 0; i < result->transcript_len; i++) {
        const json_t *object = json_array_get(array, i);
        struct transcript_entry *entry = &result->transcript[i];
        const char *kind;
        TRY(run_log_take_integer(reader, object, "time_us", INT64_MIN, INT64_MAX, &entry->time_us));
        TRY(run_log_take_text(reader, object, "kind", &kind));
        if (!transcript_kind_find(kind, &entry->kind)) {
            return run_log_bad(reader, "kind", "sent, received, note or tls");
        }
        TRY(run_log_take_unsigned(reader, object, "connection", &entry->connection));
        TRY(run_log_take_truth(reader, object, "tls", &entry->inside_tls));
        TRY(run_log_bytes_of(reader, json_object_get(object, "text"), "text", &entry->text));
    }
    return run_log_take_truth(reader, root, "transcript_cut", &result->transcript_cut);
}

static enum status run_log_take_facts(
    struct run_log_reader *reader, const json_t *root, struct case_result *result)
{
    const json_t *item = json_object_get(root, "facts");
    struct value *facts = NULL;
    if (json_is_null(item)) {
        return STATUS_OK;
    }
    if (!json_is_object(item)) {
        return run_log_bad(reader, "facts", "a tree");
    }
    TRY(run_log_take_value(reader, item, 0, &facts));
    result->facts = facts;
    return STATUS_OK;
}

/* Fields that stand there only where they say something. */
static enum status run_log_take_repeatable(
    struct run_log_reader *reader, const json_t *root, struct case_result *ret)
{
    ret->repeated = json_object_get(root, "run_seed") != NULL;
    if (ret->repeated) {
        TRY(run_log_take_digits(reader, root, "run_seed", 10, &ret->run_seed));
    }
    if (json_object_get(root, "within") != NULL) {
        TRY(run_log_take_text(reader, root, "within", &ret->within));
    }
    if (json_object_get(root, "given") != NULL) {
        TRY(run_log_take_texts(reader, root, "given", &ret->given, &ret->given_len));
    }
    return STATUS_OK;
}

static enum status run_log_take_case(
    struct run_log_reader *reader, const json_t *root, struct case_result *ret)
{
    const char *verdict;
    *ret = (struct case_result){0};
    TRY(run_log_take_text(reader, root, "id", &ret->id));
    if (ret->id[0] == 0) {
        return run_log_bad(reader, "id", "a name");
    }
    TRY(run_log_take_text_or_null(reader, root, "name", &ret->name));
    TRY(run_log_take_text_or_null(reader, root, "requirement", &ret->requirement));
    TRY(run_log_take_text_or_null(reader, root, "file", &ret->file));
    TRY(run_log_take_unsigned(reader, root, "line", &ret->line));
    TRY(run_log_take_text_or_null(reader, root, "severity", &ret->severity));
    TRY(run_log_take_text_or_null(reader, root, "world", &ret->world));
    TRY(run_log_take_texts(reader, root, "spec", &ret->spec, &ret->spec_len));
    TRY(run_log_take_texts(reader, root, "covers", &ret->covers, &ret->covers_len));
    TRY(run_log_take_texts(reader, root, "tags", &ret->tags, &ret->tags_len));
    TRY(run_log_take_digits(reader, root, "seed", 10, &ret->seed));
    TRY(run_log_take_repeatable(reader, root, ret));
    TRY(run_log_take_text(reader, root, "verdict", &verdict));
    if (!verdict_find(verdict, &ret->verdict)) {
        return run_log_bad(reader, "verdict", "a verdict");
    }
    TRY(run_log_take_text_or_null(reader, root, "message", &ret->message));
    if (json_object_get(root, "attempts") != NULL) {
        TRY(run_log_take_unsigned(reader, root, "attempts", &ret->attempts));
    }
    TRY(run_log_take_size(reader, root, "expectations", &ret->expectations));
    TRY(run_log_take_unmet(reader, root, ret));
    TRY(run_log_take_facts(reader, root, ret));
    TRY(run_log_take_transcript(reader, root, ret));
    return run_log_take_integer(reader, root, "virtual_us", INT64_MIN, INT64_MAX, &ret->virtual_us);
}

/* A trailer that counts otherwise than the records before it belongs to another log. */
static enum status run_log_take_trailer(
    struct run_log_reader *reader, const json_t *root, struct run_result *result)
{
    size_t total;
    const json_t *counts = json_object_get(root, "counts");
    bool same = true;
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        size_t count;
        TRY(run_log_take_size(reader, counts, verdict_name((enum verdict)i), &count));
        same = same && count == result->counts.by_verdict[i];
    }
    TRY(run_log_take_size(reader, root, "total", &total));
    if (!same || total != result->counts.total || total != result->header.cases) {
        return fail_set(reader->fail, FAIL_USAGE,
            "%s:%zu: the trailer does not count what stands before it: %zu of %zu cases",
            reader->file, reader->line, result->len, result->header.cases);
    }
    if (json_object_get(root, "interrupted") != NULL) {
        TRY(run_log_take_truth(reader, root, "interrupted", &result->interrupted));
    }
    result->complete = true;
    return STATUS_OK;
}

static enum status run_log_take_record(
    struct run_log_reader *reader, const json_t *root, struct run_result *result)
{
    const char *type = json_string_value(json_object_get(root, "type"));
    if (type == NULL) {
        return run_log_bad(reader, "type", "there");
    }
    if (strcmp(type, "header") == 0 && !reader->any_header) {
        reader->any_header = true;
        return run_log_take_header(reader, root, &result->header);
    }
    if (!reader->any_header || result->complete ||
        (strcmp(type, "case") != 0 && strcmp(type, "trailer") != 0)) {
        return run_log_bad(reader, "type", "what is due here: header, cases, trailer");
    }
    if (strcmp(type, "trailer") == 0) {
        return run_log_take_trailer(reader, root, result);
    }
    if (result->len == RUN_LOG_CASES_MAX) {
        return fail_set(reader->fail, FAIL_USAGE, "%s:%zu: more than %d cases", reader->file,
            reader->line, RUN_LOG_CASES_MAX);
    }
    result->cases = arena_push(reader->arena, result->cases, result->len, sizeof *result->cases);
    TRY(run_log_take_case(reader, root, &result->cases[result->len]));
    run_counts_add(&result->counts, result->cases[result->len].verdict);
    result->len++;
    return STATUS_OK;
}

/* --- the whole --- */

static enum status run_log_take_line(
    struct run_log_reader *reader, struct span line, bool ended, struct run_result *result)
{
    if (!run_log_is_bounded(line)) {
        return fail_set(reader->fail, FAIL_USAGE, "%s:%zu: no run log: longer than %zu octets",
            reader->file, reader->line, RUN_LOG_LINE_MAX);
    }
    json_error_t error;
    json_t *root = json_loadb((const char *)line.data, line.len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL && !ended && reader->any_header && !result->complete) {
        return STATUS_OK; /* the log was cut off here */
    }
    if (root == NULL) {
        struct buf said;
        buf_init(&said, 1024);
        text_escape(span_text(error.text), true, &said);
        (void)fail_set(reader->fail, FAIL_USAGE, "%s:%zu:%d: no run log: %s", reader->file,
            reader->line, error.column, buf_text(&said));
        buf_done(&said);
        return STATUS_FAILED;
    }
    enum status status = run_log_take_record(reader, root, result);
    json_decref(root);
    return status;
}

/* By id, then by place: equals stand side by side, the first one first. */
static int run_log_compare(const void *a, const void *b)
{
    const struct case_result *const *left = a, *const *right = b;
    int order = strcmp((*left)->id, (*right)->id);
    return order != 0 ? order : *left < *right ? -1 : *left > *right;
}

static enum status run_log_check_ids(struct run_log_reader *reader, const struct run_result *result)
{
    const struct case_result **sorted = mem_zalloc(result->len, sizeof *sorted);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < result->len; i++) {
        sorted[i] = &result->cases[i];
    }
    qsort(sorted, result->len, sizeof *sorted, run_log_compare);
    for (size_t i = 1; i < result->len && status == STATUS_OK; i++) {
        if (strcmp(sorted[i - 1]->id, sorted[i]->id) == 0) {
            struct buf id;
            buf_init(&id, FAIL_TEXT_MAX);
            text_escape(span_text(sorted[i]->id), true, &id);
            /* The header is line 1, and each case has its line. */
            status = fail_set(reader->fail, FAIL_USAGE,
                "%s:%zu: the case %s stands on line %zu already", reader->file,
                (size_t)(sorted[i] - result->cases) + 2, buf_text(&id),
                (size_t)(sorted[i - 1] - result->cases) + 2);
            buf_done(&id);
        }
    }
    mem_free(sorted);
    return status;
}

enum status run_log_read(struct span log, const char *file, struct arena *arena,
    struct run_result *ret, struct fail *fail)
{
    struct run_log_reader reader = {.file = file, .line = 1, .arena = arena, .fail = fail};
    struct run_result result = {0};
    if (log.len == 0) {
        return fail_set(fail, FAIL_USAGE, "%s: no run log: it is empty", file);
    }
    for (; log.len > 0; reader.line++) {
        size_t end = span_find(log, '\n');
        TRY(run_log_take_line(&reader, span_first(log, end), end < log.len, &result));
        log = span_from(log, end + 1);
    }
    if (!result.complete && result.len > result.header.cases) {
        return fail_set(fail, FAIL_USAGE, "%s: no run log: %zu cases where %zu were due", file,
            result.len, result.header.cases);
    }
    TRY(run_log_check_ids(&reader, &result));
    *ret = result;
    return STATUS_OK;
}
