/*
 * secret — what must never be seen, and everything that would give it away.
 *
 * Knows: a secret's bytes and the forms in which it may show: itself, base64 of it at each of the
 * three alignments, hexadecimal, percent-encoding, and whole encoded values that somebody computed
 * with it (a SASL response: secret_set_add_form). Finds them in any bytes and puts `***` there.
 * Refuses to know: who prints. Every transcript, fact, log and error text passes through
 * secret_set_redact at the place where it is recorded.
 *
 * Each call looks at its own bytes: a secret that lies across two calls is not seen in either. Who
 * receives piece by piece puts a line together before it is recorded.
 *
 * A set belongs to one case. Secrets under SECRET_SCAN_MIN octets cannot be looked for in other
 * people's text without turning it to stars: those are redacted only where the writer knows the
 * span (secret_show).
 */
#ifndef SMTPVET_BASE_SECRET_H
#define SMTPVET_BASE_SECRET_H

#include "harness/base/buf.h"

#define SECRET_SCAN_MIN 4
/* Of one set, some ten for each secret; a case with more secrets is refused when it is loaded. */
#define SECRET_FORMS_MAX 512
#define SECRET_MASK "***"

struct secret_set;

struct secret_set *secret_set_new(void);
void secret_set_free(struct secret_set *set); /* wipes; NULL is fine */
/* secret_set_add remembers `bytes` with all its derived forms. Copies. Twice is once. */
void secret_set_add(struct secret_set *set, struct span bytes);
/* secret_set_add_form remembers just these bytes: an encoded response that contains a secret. */
void secret_set_add_form(struct secret_set *set, struct span bytes);
/* --show-secrets: nothing is masked any more. */
void secret_set_show_all(struct secret_set *set, bool show);
/* True when `bytes` holds a secret of the set in any form. Overlapping forms count. */
bool secret_set_found(const struct secret_set *set, struct span bytes);
/* secret_set_redact appends `bytes` with every form of every secret replaced by SECRET_MASK.
 * `set` may be NULL: then the bytes are appended as they are. */
void secret_set_redact(const struct secret_set *set, struct span bytes, struct buf *out);
/* For spans that are secret by their place: SECRET_MASK, or the bytes when all is shown. */
void secret_show(const struct secret_set *set, struct span bytes, struct buf *out);

#endif
