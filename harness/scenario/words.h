/*
 * words — lists of words as the key table writes them, and two vocabularies of the protocols.
 *
 * Knows: "a|b|c"; SMTP's verbs, SASL mechanisms.
 * Refuses to know: which key takes which words.
 */
#ifndef SMTPVET_SCENARIO_WORDS_H
#define SMTPVET_SCENARIO_WORDS_H

#include "harness/base/mem.h"

#define WORDS_MAX 64 /* of one list */

/* The position of `word` in "a|b|c", or -1. */
int words_find(const char *allowed, struct span word);
/* The words as an array ended by NULL, in the arena. */
const char *const *words_list(struct arena *arena, const char *allowed);
/* "a, b or c", in the arena. */
const char *words_show(struct arena *arena, const char *allowed);

/* Verbs of SMTP and its extensions that people write; servers may know others. Ended by NULL. */
const char *const *words_verbs(void);
/* Registered SASL mechanisms, and two that are in use without; ended by NULL. */
const char *const *words_mechanisms(void);
/* What a login has to have for a mechanism; a password for those that nobody knows. */
enum words_proof { WORDS_PROOF_NOTHING, WORDS_PROOF_PASSWORD, WORDS_PROOF_TOKEN };
enum words_proof words_mechanism_proof(const char *mechanism);

#endif
