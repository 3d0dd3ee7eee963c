/*
 * parse — YAML text to a node tree.
 *
 * Knows: libyaml's events; that a key stands once in a map, that tags mean nothing here, that one
 * file is one document; aliases, counted as what they name; `<<` with a map or a list of maps;
 * which values are passwords, so that no message shows them. Refuses to know: what the keys mean
 * otherwise.
 */
#ifndef SMTPVET_SCENARIO_PARSE_H
#define SMTPVET_SCENARIO_PARSE_H

#include "harness/scenario/tell.h"

#define PARSE_ANCHORS_MAX 1000 /* of one file */

/* parse_text reads `text`, which messages call `file`. All mistakes that can be found in one pass
 * are told. Returns the root, which may be any kind of node, or NULL where there is no tree: no
 * YAML, too large, empty. A tree may come back although something was told: what could not be kept
 * is left out, so that the rest can be checked as well; tell->raised has grown then.
 * Nodes, and the copy of the text that they point to, live in `arena`; `file` must live as long as
 * what is decoded from the tree. `piece` is how many octets libyaml is given at a time (0: as many
 * as it likes). */
const struct node *parse_text(
    struct arena *arena, const char *file, struct span text, size_t piece, struct tell *tell);
const char *parse_library_version(void); /* "0.2.5" */

#endif
