/*
 * text — small questions about ASCII text.
 *
 * Knows: ASCII case, printable escapes, the nearest word, base64 (RFC 4648 §4), UTF-8 validity.
 * Refuses to know: locales. Everything here is the same whatever LC_ALL says.
 */
#ifndef SMTPVET_BASE_TEXT_H
#define SMTPVET_BASE_TEXT_H

#include "harness/base/buf.h"

char text_lower(char c);
char text_upper(char c);
bool text_is_digit(char c);
bool text_equal_caseless(struct span a, struct span b);
bool text_starts_caseless(struct span text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
struct span text_trim(struct span text); /* spaces and tabs off both ends */

/* text_integer reads a whole decimal number, optionally signed; false on anything else, on
 * overflow, on an empty text. `ret` is untouched then. */
bool text_integer(struct span text, int64_t *ret);

/* text_escape appends `bytes` with everything that is not printable ASCII as \r \n \t \0 \xNN and a
 * backslash doubled: safe for any terminal and any report. Valid UTF-8 sequences of printable
 * characters are kept when `keep_utf8`. C1 controls, bidi overrides and line separators are escaped
 * even then. */
void text_escape(struct span bytes, bool keep_utf8, struct buf *out);

/* text_character is one step of that: the octets of the first character of `bytes` (not empty), 1
 * for what is no UTF-8. `*ret_plain` tells whether it may be shown as it is. */
size_t text_character(struct span bytes, bool *ret_plain);

/* The columns that the character takes on a terminal: 2 where it is wide (Unicode's East Asian
 * Width), 0 where it joins the one before it. */
unsigned text_width(struct span character);

bool text_is_utf8(struct span bytes); /* RFC 3629: no overlongs, no surrogates */

/* text_nearest returns the word of `words` (ended by NULL) nearest to `word` by edit distance with
 * transpositions, or NULL when none is near enough to be meant (more than a third of the letters
 * wrong, at least one allowed). Never the very word: who wrote it meant it. */
const char *text_nearest(const char *word, const char *const *words);
/* The distance that text_nearest compares by; `limit` cuts the work short. */
size_t text_distance(const char *a, const char *b, size_t limit);

/* text_hex_encode appends two digits for each octet; `digits` holds the sixteen. */
void text_hex_encode(struct span bytes, const char *digits, struct buf *out);
void text_base64_encode(struct span bytes, struct buf *out);
/* text_base64_decode appends the octets; false (and `out` as it was) on a character or padding that
 * RFC 4648 §4 does not allow. */
bool text_base64_decode(struct span text, struct buf *out);

uint64_t text_hash(struct span bytes); /* FNV-1a, 64 bit: stable over platforms and versions */

#endif
