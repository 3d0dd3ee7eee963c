/*
 * tables — the vocabularies for people: keys, facts, certificate flags, findings, faults.
 *
 * Knows: how a table is set out in a terminal and in Markdown. Refuses to know: what stands in it.
 */
#ifndef SMTPVET_CLI_TABLES_H
#define SMTPVET_CLI_TABLES_H

#include "harness/base/buf.h"

void tables_keys(bool markdown, struct buf *out);
void tables_facts(bool markdown, struct buf *out);
void tables_flags(bool markdown, struct buf *out);
void tables_findings(bool markdown, struct buf *out);
void tables_faults(bool markdown, struct buf *out);

/* All of them in Markdown, with the words of the protocols: the reference of the language. */
void tables_reference(struct buf *out);

#endif
