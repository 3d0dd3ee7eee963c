/*
 * schema — the JSON Schema (draft-07) of scenario files, for editors.
 *
 * Knows: how the tables read as a schema: a section is a definition, a key a property with its
 * sentence, the name of its type says what may stand there ("word, or section world": `or` and
 * commas part alternatives, `list of` and `section` mean what they say). Below `expect` the facts,
 * nested and dotted. Wherever a value stands, `null` and `${{ ... }}` may stand too. A key that
 * nobody acts on yet is there, and nothing fits it.
 * Refuses to know: what a schema cannot say (which keys exclude each other, the order of a list);
 * the loader is the authority.
 */
#ifndef SMTPVET_SCENARIO_SCHEMA_H
#define SMTPVET_SCENARIO_SCHEMA_H

#include "harness/base/buf.h"

/* Appends the schema, one property a line; the same bytes for the same tables. */
void schema_write(struct buf *out);

/* The first type of the key table that the schema cannot read, or NULL: it would let everything
 * pass there. A new name of a type is a row in schema_types.c. */
const char *schema_unknown_type(void);

#endif
