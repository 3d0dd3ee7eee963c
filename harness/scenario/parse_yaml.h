/*
 * parse_yaml — libyaml's words in ours.
 *
 * Knows: styles of scalars; what people get wrong when libyaml says that something is no YAML.
 * Refuses to know: the tree.
 */
#ifndef SMTPVET_SCENARIO_PARSE_YAML_H
#define SMTPVET_SCENARIO_PARSE_YAML_H

#include "harness/scenario/node.h"

enum node_style parse_yaml_style(int style); /* a yaml_scalar_style_t */
/* What may help with libyaml's `problem` at `mark`, a place in `text`; NULL: nothing known. */
const char *parse_yaml_hint(const char *problem, struct span text, struct mark mark);

#endif
