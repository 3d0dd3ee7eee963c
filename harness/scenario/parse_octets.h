/*
 * parse_octets — is this text at all?
 *
 * Knows: what libyaml does not look for, or tells less well: size, NUL octets, UTF-8.
 * Refuses to know: YAML.
 */
#ifndef SMTPVET_SCENARIO_PARSE_OCTETS_H
#define SMTPVET_SCENARIO_PARSE_OCTETS_H

#include "harness/scenario/tell.h"

/* False, and told without showing a line, when `text` cannot be a scenario file. */
bool parse_octets_check(const char *file, struct span text, struct tell *tell);
/* The place of an octet. */
struct mark parse_octets_mark(const char *file, struct span text, size_t offset);

#endif
