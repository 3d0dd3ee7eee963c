/*
 * keys — the table of keys as the decoders use it.
 *
 * Knows: keys.def and key_types.def: which keys a section has, what each takes, where it goes.
 * Refuses to know: how a value is decoded.
 */
#ifndef SMTPVET_SCENARIO_KEYS_H
#define SMTPVET_SCENARIO_KEYS_H

#include "harness/scenario/scenario.h"

struct decode;
struct key;
struct node;

/* The decoders: each takes a value and fills `at`, the field that the key's row names (or the
 * section's struct, where it names none). What is wrong with the value is told, and the field left
 * alone. */
#define KEY_TYPE(symbol, name, size, decoder) \
    void decoder(struct decode *decode, const struct key *key, const struct node *value, void *at);
#include "harness/scenario/key_types.def"
#undef KEY_TYPE

struct key {
    void (*take)(/* NULL: the section's decoder looks for it itself, or nobody acts on it yet */
        struct decode *decode, const struct key *key, const struct node *value, void *at);
    size_t offset; /* of the field in the section's struct */
    size_t size;   /* of that field; 0: the section's struct is meant */
    size_t filled; /* octets that the decoder fills; 0: it is no simple field */
    int first;     /* what the first word stands for; an action's kind */
};

const struct scenario_key_row *keys_row(const struct key *key);
/* NULL where the section has no such key. */
const struct key *keys_find(const char *section, struct span name);
/* The key at `position` among those of a section, NULL behind the last. */
const struct key *keys_at(const char *section, size_t position);
/* Does the key of a case stand at the top of a file only? */
bool keys_is_of_file(struct span name);
/* Some section that has this key, or NULL. */
const char *keys_section_with(struct span name);

#endif
