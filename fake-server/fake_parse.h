/*
 * fake_parse — the fake server's own reading of a command line.
 *
 * Knows: verb and argument, `FROM:<path> NAME=value …` (RFC 5321 §4.1.2).
 * Refuses to know: which commands there are, state, replies. Everything returned points into the
 * line.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_PARSE_H
#define SMTPVET_FAKE_SERVER_FAKE_PARSE_H

#include "harness/base/span.h"

/* fake_parse_word takes the first word (up to a space or tab) off `*rest` and the blanks behind it.
 */
struct span fake_parse_word(struct span *rest);

/* fake_parse_capitals puts the first `max` octets of `word` into `capitals`, in capitals. */
struct span fake_parse_capitals(struct span word, char *capitals, size_t max);

/* fake_parse_path reads `<keyword><path>`, keyword as "FROM:" in any case; blanks before the path
 * are let pass, as most servers do. A quoted local part may hold `>` and blanks; a source route is
 * left out of the address (RFC 5321 §4.1.1.3). False when it is not of that form. */
bool fake_parse_path(struct span argument, const char *keyword, struct span *ret_address,
    struct span *ret_parameters);

/* fake_parse_number reads digits and nothing else; what is larger than INT64_MAX (RFC 1870 §4 has
 * 20 digits) is INT64_MAX. False, and `ret` untouched, for anything else. */
bool fake_parse_number(struct span text, int64_t *ret);

/* fake_parse_parameter takes `NAME` or `NAME=value` off `*rest`; false at its end. */
bool fake_parse_parameter(struct span *rest, struct span *ret_name, struct span *ret_value);

#endif
