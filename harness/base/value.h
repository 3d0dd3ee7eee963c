/*
 * value — a small tree of plain data: what a fact holds, what an expectation names, what JSON
 * shows.
 *
 * Knows: truth, whole numbers, text (bytes), lists, maps in order of insertion.
 * Refuses to know: YAML, JSON, what the text means.
 * A text may carry another one that stands for it wherever it is seen (a response of SASL: `***`);
 * compared is the text itself.
 * All of it lives in an arena; nothing is freed alone. A value is not changed once it is shared.
 */
#ifndef SMTPVET_BASE_VALUE_H
#define SMTPVET_BASE_VALUE_H

#include "harness/base/buf.h"

enum value_kind {
    VALUE_NULL,
    VALUE_TRUTH,
    VALUE_INTEGER,
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_MAP,
};

struct value {
    enum value_kind kind;
    unsigned noted; /* its owner's: of a fact, the transcript's length when it was recorded */
    union {
        bool truth;
        int64_t integer;
        struct {
            struct span text;    /* any bytes; a NUL stands behind them */
            struct value *shown; /* a text; NULL: itself */
        };
        struct {
            struct value **items;
            const char **keys; /* VALUE_MAP only, as many as items */
            size_t len;
        };
    };
};

struct value *value_null(struct arena *arena);
struct value *value_truth(struct arena *arena, bool truth);
struct value *value_integer(struct arena *arena, int64_t integer);
struct value *value_text(struct arena *arena, const char *text);
struct value *value_bytes(struct arena *arena, struct span bytes);
struct value *value_list(struct arena *arena);
struct value *value_map(struct arena *arena);
/* What is to be seen of a text: the other one that it carries, else itself. */
void value_set_shown(struct arena *arena, struct value *text, struct span shown);
const struct value *value_shown(const struct value *value); /* for any kind */
void value_append(struct arena *arena, struct value *list, struct value *item);
/* value_put sets `key` (copied) of a map, replacing what stood there. */
void value_put(struct arena *arena, struct value *map, const char *key, struct value *item);
/* value_put_path puts at a dotted path, making the maps on the way: "tls.version". */
void value_put_path(struct arena *arena, struct value *map, const char *path, struct value *item);
/* The item under `key`, or NULL (also when `map` is NULL or no map). */
struct value *value_get(const struct value *map, const char *key);
/* The item at a dotted path, or NULL. */
struct value *value_get_path(const struct value *map, const char *path);
bool value_equal(const struct value *a, const struct value *b);
struct value *value_copy(struct arena *arena, const struct value *value);
/* The text of a VALUE_TEXT, or NULL for anything else. */
const char *value_as_text(const struct value *value);

/* value_show appends the value for a person to read: `[PLAIN, LOGIN]`, `{offered: true}`; text that
 * could be misread (empty, spaces at the ends, control bytes, `true`) is quoted and escaped. */
void value_show(const struct value *value, struct buf *out);

#endif
