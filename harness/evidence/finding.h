/*
 * finding — what is worth telling of a server or a session whatever a case expects, one table.
 *
 * Knows: each finding's id, how bad it is, a sentence for people, where it is demanded, and the ids
 * of the catalogue that it speaks of (findings.def). Refuses to know: how it is noticed; what it
 * means for a verdict (nothing, unless a case names `findings`).
 */
#ifndef SMTPVET_EVIDENCE_FINDING_H
#define SMTPVET_EVIDENCE_FINDING_H

#include <stddef.h>

enum finding_severity {
    FINDING_SEVERITY_SECURITY, /* confidentiality, integrity, credentials */
    FINDING_SEVERITY_INTEROP,  /* mail fails, hangs, is lost or doubled */
    FINDING_SEVERITY_HYGIENE,  /* works, and should be mended */
    FINDING_SEVERITY_COUNT,
};
const char *finding_severity_name(enum finding_severity severity); /* "security" … */

enum finding {
#define FINDING(symbol, name, severity, sentence, source, covers) FINDING_##symbol,
#include "harness/evidence/findings.def"
#undef FINDING
    FINDING_COUNT,
};

struct finding_row {
    const char *name; /* "reply-bare-line-feed" */
    enum finding_severity severity;
    const char *sentence;
    const char *source; /* "RFC 5321 §2.3.8" */
    const char *covers; /* "RPL-04 RPL-05" */
};
const struct finding_row *finding_row(size_t index); /* index < FINDING_COUNT */
/* The finding of a name, FINDING_COUNT when there is none. */
enum finding finding_find(const char *name);
/* Names ended by NULL, for "did you mean". */
const char *const *finding_names(void);

#endif
