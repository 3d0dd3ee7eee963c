/*
 * quote — any text inside the quotes of another language.
 *
 * Knows: JSON strings (RFC 8259 §7), cells of Markdown tables. Refuses to know: what is written.
 */
#ifndef SMTPVET_BASE_QUOTE_H
#define SMTPVET_BASE_QUOTE_H

#include "harness/base/buf.h"

/* Appends a JSON string with its quotes. Bytes that are not UTF-8 come out as text_escape shows
 * them: what is written is JSON whatever `bytes` are. */
void quote_json(struct span bytes, struct buf *out);

/* Appends text for a cell of a table: bars are escaped, line ends become blanks, and what Markdown
 * would take for HTML is not. */
void quote_markdown(struct span text, struct buf *out);

#endif
