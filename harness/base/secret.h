/*
 * secret — what must never be seen, and everything that would give it away.
 *
 * Knows: a secret's bytes and the forms in which it may show: itself, each of its lines, base64 of
 * it at each of the three alignments, hexadecimal, percent-encoding, as it stands in a
 * certificate's name, what it looks like where values are shown to people (text_escape, with and
 * without quotes), and whole encoded values that somebody computed with it (a SASL response:
 * secret_set_add_form). Finds them in any bytes and puts `***` there. Refuses to know: who prints,
 * and what is true. A verdict is computed from bytes as they came; secrets are masked on the way
 * out, by whoever shows or stores what leaves: facts_tree, the transcript, the judge's reasons, the
 * runner's messages, the loader's complaints. So nothing that a scenario expects depends on what is
 * masked, or on --show-secrets.
 *
 * Two questions, two answers. What *is* a secret (secret_set_found: a fact that is judged) compares
 * octet by octet. What must not be *seen* (secret_set_hides, secret_set_redact) passes over the
 * case of ASCII letters as well, but in base64: a server that echoes a password in capitals shows
 * it.
 *
 * Each call looks at its own bytes: a secret that lies across two calls is not seen in either. Who
 * receives piece by piece puts a line together before it is shown, and who shows only the first
 * octets of a text masks before cutting (secret_set_redact_first).
 *
 * A set belongs to one case. Secrets under SECRET_SCAN_MIN octets cannot be looked for in other
 * people's text without turning it to stars: those are masked only where the writer knows the span
 * (secret_show), and a fact that has such a span carries what is shown beside its value
 * (value_set_shown).
 */
#ifndef SMTPVET_BASE_SECRET_H
#define SMTPVET_BASE_SECRET_H

#include "harness/base/buf.h"

#define SECRET_SCAN_MIN 4
/* Of one set, some fifteen for each secret and one for each of its lines; a case with more secrets
 * is refused when it is loaded. */
#define SECRET_FORMS_MAX 8192
#define SECRET_LINES_MAX 16 /* of one secret: the loader refuses what has more */
#define SECRET_MASK "***"

struct secret_set;

struct secret_set *secret_set_new(void);
void secret_set_free(struct secret_set *set); /* wipes; NULL is fine */
/* secret_set_add remembers `bytes` with all its derived forms. Copies. Twice is once. */
void secret_set_add(struct secret_set *set, struct span bytes);
/* secret_set_add_form remembers just these bytes: an encoded response that contains a secret. */
void secret_set_add_form(struct secret_set *set, struct span bytes);
/* secret_set_add_veil remembers bytes that are to be masked and are no secret all the same: what a
 * secret was computed into beyond finding, and what differs from run to run for no reason. */
void secret_set_add_veil(struct secret_set *set, struct span bytes);
/* --show-secrets: nothing is masked any more. */
void secret_set_show_all(struct secret_set *set, bool show);

/* True when `bytes` holds a secret of the set in any form, octet by octet and whatever is shown:
 * this is what facts are made of. */
bool secret_set_found(const struct secret_set *set, struct span bytes);

/* True when secret_set_redact would change something. `set` may be NULL. */
bool secret_set_hides(const struct secret_set *set, struct span bytes);
/* secret_set_redact appends `bytes` with every form of every secret replaced by SECRET_MASK, in
 * whatever case its letters are; overlapping forms become one mask. `set` may be NULL: then the
 * bytes are appended as they are. */
void secret_set_redact(const struct secret_set *set, struct span bytes, struct buf *out);
/* Of the first `max` octets only; a secret that lies across the cut is masked whole, so that no
 * part of it is seen. */
void secret_set_redact_first(
    const struct secret_set *set, struct span bytes, size_t max, struct buf *out);
/* Of a text whose end was lost before anybody could mask it: what may be the beginning of a secret
 * there (SECRET_SCAN_MIN octets at least) is masked as well. */
void secret_set_redact_stump(const struct secret_set *set, struct span bytes, struct buf *out);
/* For spans that are secret by their place: SECRET_MASK, or the bytes when all is shown. */
void secret_show(const struct secret_set *set, struct span bytes, struct buf *out);

#endif
