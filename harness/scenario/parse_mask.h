/*
 * parse_mask — which parts of a scenario file a message must not show.
 *
 * Knows: the keys whose values are passwords, misspelt ones too, and where a node stands in the
 * text (lines end as libyaml ends them). Refuses to know: YAML.
 */
#ifndef SMTPVET_SCENARIO_PARSE_MASK_H
#define SMTPVET_SCENARIO_PARSE_MASK_H

#include "harness/base/secret.h"
#include "harness/scenario/node.h"

/* Is the value of this key a password: `password`, `token`, or what was meant to be one? */
bool parse_mask_is_secret(struct span key);
/* Is the value of this key of `login` surely no password? All others may be meant as one. */
bool parse_mask_is_harmless(struct span key);
/* Are the values of the map under this key passwords: `users`, `tokens`? */
bool parse_mask_has_secrets(struct span key);

/* True when a password may stand on the line, or one that began above it: by their words alone. */
bool parse_mask_is_suspect(struct span text, unsigned line);

struct parse_mask {
    struct arena *arena;
    struct node **scalars; /* that may hold a copy of a password */
    size_t scalars_len;
    struct span text;
    uint8_t *shown; /* a copy of `text` */
    /* How far the text was walked: nodes come in the order of the file, so it is walked once. */
    size_t offset;
    unsigned line, column;
};

void parse_mask_init(
    struct parse_mask *mask, struct arena *arena, struct span text, uint8_t *shown);
void parse_mask_note(struct parse_mask *mask, struct node *scalar);
/* parse_mask_node writes stars over the place of `node` in `shown`; every octet keeps its place. */
void parse_mask_node(struct parse_mask *mask, const struct node *node);
/* Stars over every line of `shown` that still holds one of the secrets, in any form; and no message
 * will quote a scalar that was noted and holds one. */
void parse_mask_copies(struct parse_mask *mask, const struct secret_set *secrets);

#endif
