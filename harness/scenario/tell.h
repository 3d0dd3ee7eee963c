/*
 * tell — mistakes of scenario files, each told once.
 *
 * Knows: that defaults are decoded anew for each of their cases, so that one mistake is found many
 * times; how many mistakes there were all the same (a case that had one makes no plan).
 * Refuses to know: what is wrong, who reads it.
 */
#ifndef SMTPVET_SCENARIO_TELL_H
#define SMTPVET_SCENARIO_TELL_H

#include "harness/scenario/node.h"

#define TELL_SECRET_MIN 4 /* octets of a secret that are looked for in a message about it */

struct tell {
    struct diag_list *diags;    /* the caller's */
    const struct span *secrets; /* texts that no message may hold; whoever told owns them */
    size_t secrets_len;
    size_t raised;                 /* errors so far, repetitions counted */
    uint64_t seen[DIAG_COUNT_MAX]; /* place and words of what was told */
    size_t seen_len;
};

void tell_init(struct tell *tell, struct diag_list *diags);

/* From now on the text is masked in all messages; it must live as long as `tell`. What is told of a
 * place where a secret was put in, or a password stands, says nothing that shares TELL_SECRET_MIN
 * octets with it. */
void tell_keep_secret(struct tell *tell, struct span text);

/* `at` is the node that the caret points to; `hint` may be NULL. */
void tell_error(struct tell *tell, const struct node *at, const char *hint, const char *format, ...)
    PRINTF_LIKE(4, 5);
void tell_warning(struct tell *tell, const struct node *at, const char *hint, const char *format,
    ...) PRINTF_LIKE(4, 5);
/* For places without a node. A source whose text is empty shows no line. */
void tell_at(struct tell *tell, enum diag_severity severity, const struct node_source *source,
    struct mark mark, const char *hint, const char *format, ...) PRINTF_LIKE(6, 7);

/* True when further mistakes are only counted: nobody needs to look for the nearest word then. */
bool tell_is_full(const struct tell *tell);

/* A hint, kept as long as the messages; NULL where `word` is NULL. "did you mean 'starttls'?" */
const char *tell_did_you_mean(struct tell *tell, const char *word);
const char *tell_hint(struct tell *tell, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same for the nearest of `words` (ended by NULL), where one is near. */
const char *tell_nearest(struct tell *tell, const char *word, const char *const *words);

/* Puts what was told from position `from` on into the order of its places: decoders go by sections,
 * people read from top to bottom. */
void tell_sort(struct tell *tell, size_t from);

#endif
