/*
 * fact — what a session turned out to be: a typed table of named values.
 *
 * Knows: every fact's name, type, allowed words, sentence and source (facts.def is the table);
 * which connection a fact speaks of; which always exist; which vary from run to run. Refuses to
 * know: what was expected, who recorded it.
 *
 * Facts live in the arena given at facts_new. They are kept as they came, so that a verdict is the
 * same whatever is masked; facts_tree, which is all that leaves, redacts text with the case's
 * secrets. What is secret by its place alone is recorded with what is to be seen of it
 * (facts_append_shown). Setting a fact again replaces it. Recording is by the table's enum, so a
 * fact that is not in the table cannot be recorded.
 */
#ifndef SMTPVET_EVIDENCE_FACT_H
#define SMTPVET_EVIDENCE_FACT_H

#include "harness/base/secret.h"
#include "harness/base/value.h"
#include "harness/evidence/finding.h"

#define FACTS_CONNECTIONS_MAX 64 /* of one case: more are not tried (the runner's limit) */

enum fact_type {
    FACT_TYPE_TRUTH,
    FACT_TYPE_INTEGER,
    FACT_TYPE_WORD, /* one of `allowed` */
    FACT_TYPE_TEXT,
    FACT_TYPE_VERSION,  /* "TLSv1.3" */
    FACT_TYPE_CODE,     /* 250 */
    FACT_TYPE_ENHANCED, /* "5.7.1" */
    FACT_TYPE_DATE,     /* "2026-01-01T00:00:00Z" */
    FACT_TYPE_DURATION, /* microseconds */
    FACT_TYPE_SIZE,     /* octets */
    FACT_TYPE_LIST,     /* of text or words */
    FACT_TYPE_VERSIONS, /* a list of versions */
    FACT_TYPE_CODES,    /* a list of codes */
    FACT_TYPE_SIZES,    /* a list of octets */
};

enum fact_flag {
    FACT_FLAG_PER_CONNECTION = 1 << 0, /* unprefixed it speaks of the last connection */
    FACT_FLAG_VARIES = 1 << 1,         /* differs from run to run: not in the log, not compared */
    FACT_FLAG_NEEDS_FAKE = 1 << 2,     /* only a fake server can tell */
    FACT_FLAG_ALWAYS = 1 << 3,         /* a truth that is false until recorded */
};

enum fact {
#define FACT(symbol, name, type, flags, allowed, sentence, source) FACT_##symbol,
#include "harness/evidence/facts.def"
#undef FACT
    FACT_COUNT,
};

/* A row of the table. A name may hold one placeholder: "replies.<stage>.code" (stage names),
 * "hello.parameters.<keyword>" (any word). */
struct fact_row {
    const char *name;
    enum fact_type type;
    unsigned flags;
    const char *allowed; /* "a|b|c", or NULL */
    const char *sentence;
    const char *source;
};
const struct fact_row *fact_row(enum fact fact);
/* Those of `allowed` that nothing makes yet, "a|b|c"; NULL: all can come to be. */
const char *fact_not_yet(enum fact fact);

/* fact_find tells which fact a dotted name means: "tls.version", "connections.2.reply.code",
 * "replies.mail.code", "hello.parameters.size". False when there is none. `ret_connection` is 0 for
 * an unprefixed name; `ret_key` (the placeholder's part) is empty for a name without one. All but
 * `ret` may be NULL. */
bool fact_find(const char *name, enum fact *ret, unsigned *ret_connection, struct span *ret_key);
/* True when some fact's name begins with `prefix` and a dot (the loader descends into maps by it).
 */
bool fact_is_prefix(const char *prefix);
/* Nearest names for "did you mean"; NULL when none is near. */
const char *fact_nearest(const char *name);

struct facts;
struct transcript;

/* `secrets` may be NULL; it must outlive the facts. */
struct facts *facts_new(struct arena *arena, const struct secret_set *secrets);
/* What must be masked wherever a fact is shown to somebody; NULL: nothing. */
const struct secret_set *facts_secrets(const struct facts *facts);

/* facts_watch: each fact recorded from now on notes how long the transcript is then (value's
 * `noted`). It must outlive the facts. */
void facts_watch(struct facts *facts, const struct transcript *transcript);

/* facts_next_connection: what is recorded from now on with FACT_FLAG_PER_CONNECTION speaks of a new
 * connection. The first is 1. Returns its number. */
unsigned facts_next_connection(struct facts *facts);
unsigned facts_connections(const struct facts *facts);
/* facts_at_connection: what is recorded from now on speaks of connection `number` (from 1; those up
 * to it come to be). For a server that records when all is over. */
void facts_at_connection(struct facts *facts, unsigned number);
/* Of which connection they speak now; 0: none yet. */
unsigned facts_connection(const struct facts *facts);

/* Recording. `key` is the placeholder's part, NULL for names without one. Text may be any bytes. */
void facts_truth(struct facts *facts, enum fact fact, bool truth);
void facts_integer(struct facts *facts, enum fact fact, int64_t integer);
void facts_text(struct facts *facts, enum fact fact, const char *text);
void facts_bytes(struct facts *facts, enum fact fact, struct span bytes);
void facts_append(struct facts *facts, enum fact fact, struct span item); /* to a list */
/* The same where something else is to be seen: `shown` takes the item's place in facts_tree and in
 * reasons (redacted like all text); judged is the item. */
void facts_append_shown(struct facts *facts, enum fact fact, struct span item, struct span shown);
/* facts_bytes_first keeps the first `max` octets; no half of a secret that lies across the cut is
 * ever shown. */
void facts_bytes_first(struct facts *facts, enum fact fact, struct span bytes, size_t max);
void facts_empty_list(struct facts *facts, enum fact fact); /* a list with nothing in it */
/* facts_finding adds to FACT_FINDINGS: each once, in the table's order, whoever finds first. */
void facts_finding(struct facts *facts, enum finding finding);
void facts_integer_at(struct facts *facts, enum fact fact, const char *key, int64_t integer);
void facts_bytes_at(struct facts *facts, enum fact fact, const char *key, struct span bytes);
void facts_forget(struct facts *facts, enum fact fact); /* as if it had never been (all keys) */

/* The value of a fact by its dotted name, NULL when it never came to be (FACT_FLAG_ALWAYS ones are
 * false instead). Not redacted: it is for judging; who shows it takes what value_show says of it
 * through facts_secrets. Valid as long as the arena and
 * until the next recording of that fact. */
const struct value *facts_get(const struct facts *facts, const char *name);
const struct value *facts_value(const struct facts *facts, enum fact fact);

/* All of it, redacted, as a tree for the run log and reports, in the table's order; varying ones
 * only when asked for. With more than one connection each has its own under `connections.1`,
 * `connections.2`…: value_get_path finds a fact by its dotted name. */
struct value *facts_tree(const struct facts *facts, struct arena *arena, bool with_varying);

#endif
