/*
 * schema_types — the names of types as JSON Schema.
 *
 * Knows: the words that key_types.def and keys.def call types by, and how they are put together.
 * Refuses to know: keys, sections, facts.
 */
#ifndef SMTPVET_SCENARIO_SCHEMA_TYPES_H
#define SMTPVET_SCENARIO_SCHEMA_TYPES_H

#include "harness/base/buf.h"

#define SCHEMA_DEPTH_MAX 32 /* of JSON values within each other; the schema needs about ten */

/* A JSON text being written. */
struct schema_json {
    struct buf *out;
    unsigned depth;
    bool begun[SCHEMA_DEPTH_MAX]; /* an item stands there already */
    bool lines[SCHEMA_DEPTH_MAX]; /* each item has a line of its own */
};

void schema_open(struct schema_json *json, char bracket, bool lines);
void schema_close(struct schema_json *json, char bracket);
void schema_item(struct schema_json *json); /* what goes before an item of a list */
void schema_key(struct schema_json *json, const char *key);
void schema_text(struct schema_json *json, const char *text);
void schema_raw(struct schema_json *json, const char *text);
/* "key": {"$ref": "#/definitions/NAME"} without its key; `name` is the prefix's rest. */
void schema_reference(struct schema_json *json, const char *prefix, struct span name);
/* {"enum": [...]} of "a|b|c" */
void schema_words(struct schema_json *json, const char *allowed);

/* Appends the alternatives that `type` names as items of the list at hand. False where a part of
 * the name is not known; what is written then lets everything pass. */
bool schema_type(struct schema_json *json, struct span type, const char *allowed);

/* The definitions that types refer to, as keys of the map at hand. */
void schema_type_definitions(struct schema_json *json);

#endif
