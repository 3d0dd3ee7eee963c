/*
 * tables — the vocabularies for people: keys, facts, certificate flags.
 *
 * Knows: how a table is set out on a page. Refuses to know: what stands in it.
 */
#ifndef SMTPVET_CLI_TABLES_H
#define SMTPVET_CLI_TABLES_H

#include "harness/base/buf.h"

void tables_keys(struct buf *out);
void tables_facts(struct buf *out);
void tables_flags(struct buf *out);

#endif
