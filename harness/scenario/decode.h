/*
 * decode — a merged case to plan values, driven by the table of keys.
 *
 * Knows: how a section is walked, and what scalars of each type look like. The decoders that the
 * table names are declared by keys.h; decode_X.c has those of section X.
 * Refuses to know: files, merging, how anything is run.
 *
 * Everything that a plan points to is copied into the suite's arena. A decoder tells what is wrong
 * and goes on, so that all mistakes are found in one pass; a case that had one is not part of the
 * plan, so half-decoded values are seen by nobody.
 */
#ifndef SMTPVET_SCENARIO_DECODE_H
#define SMTPVET_SCENARIO_DECODE_H

#include "harness/match/match.h"
#include "harness/plan/plan.h"
#include "harness/scenario/decode_check.h"
#include "harness/scenario/keys.h"
#include "harness/scenario/tell.h"

#define DECODE_BYTES_MAX ((size_t)10 * 1024 * 1024) /* octets of one BYTES */
#define DECODE_BYTES_ALL_MAX                                             \
    ((size_t)64 * 1024 * 1024) /* of all of one run: they stay in memory \
                                */
#define DECODE_LIST_MAX 4096   /* items of one list, as many as a fact keeps */
#define DECODE_USERS_MAX \
    50 /* of a server, and as many tokens; each has some ten forms in SECRET_FORMS_MAX */
#define DECODE_CERTIFICATES_MAX 16 /* of a server */

/* Compiled patterns, which no arena can free. */
struct decode_patterns {
    struct match_pattern **items;
    size_t len, capacity;
};

struct decode {
    const struct scenario_checks *checks; /* NULL: nobody judges */
    struct arena *arena;                  /* the suite's */
    struct arena *scratch;                /* words of messages; emptied behind each file */
    struct tell *tell;
    struct decode_patterns *patterns; /* the suite's */
    size_t bytes;                     /* octets of BYTES made so far */
    /* The case at hand: */
    const struct plan_server *server; /* NULL: none */
    struct plan_message *messages;    /* of its client, which has no host yet */
    const struct node *passwords[2 * DECODE_USERS_MAX + 3];
    size_t passwords_len;
    struct decode_doubt doubts[DECODE_DOUBTS_MAX];
    size_t doubts_len;
    bool unknown;    /* it has keys that nobody knows: one may be its `server` */
    bool steps_good; /* there are some, and each is right by itself */
    bool partial; /* something of it is not at hand: nothing is missed, nothing judged as a whole */
};

/* --- sections (decode.c) --- */

/* decode_section hands every key of `map` to the decoder that the table names for it; `first` (may
 * be NULL) begins the keys that go before the others. False, and told, when it is no map. */
bool decode_section(struct decode *decode, const char *section, const char *first,
    const struct node *map, void *out);
/* One key of a section: `key` may be NULL (not in the table). */
void decode_entry(struct decode *decode, const struct key *key, const struct node *name,
    const struct node *value, void *out);
/* Tells that no section of `sections` (ended by NULL) has the key, with the nearest that it has. */
void decode_unknown(struct decode *decode, const char *const *sections, const struct node *name);
/* False, and told, where the map lacks a key that it must have. */
bool decode_demand(struct decode *decode, const struct node *map, const char *key);
void decode_not_yet(struct decode *decode, const struct node *at, const char *what);

/* --- scalars (decode_scalar.c) --- */

/* Tells "expected WHAT, got …". `hint` may be NULL. */
void decode_expected(
    struct decode *decode, const struct node *node, const char *what, const char *hint);
/* Each returns false, and has told, when the node is no such thing. */
/* The name of a file that can be read to its end; a relative one begins where the scenario file
 * stands, so that a suite can be moved. */
bool decode_take_file(struct decode *decode, const struct node *node, const char **ret);
bool decode_take_text(
    struct decode *decode, const struct node *node, const char *what, const char **ret);
bool decode_take_truth(struct decode *decode, const struct node *node, bool *ret);
bool decode_take_word(struct decode *decode, const struct node *node, const char *allowed,
    int *ret); /* the position in "a|b|c" */
bool decode_take_number(struct decode *decode, const struct node *node, const char *range,
    int64_t *ret); /* "0..5", or NULL */
bool decode_take_duration(struct decode *decode, const struct node *node, int64_t *ret_us);
bool decode_take_list(struct decode *decode, const struct node *node, const char *of);
/* A hint for what an older YAML reads as something else: "write true or false"; NULL where the text
 * is no such trap. In the decoder's scratch arena. */
const char *decode_number_hint(struct decode *decode, const struct node *node);

/* A name in another script as it goes on the wire; others as they are. NULL, and told, where it has
 * no such form. */
const char *decode_ascii(struct decode *decode, const struct node *node, struct span text);
/* The text as a host, by host_problem, as it goes on the wire; NULL, and told, where it is none. */
const char *decode_take_host(
    struct decode *decode, const struct node *node, struct span text, bool star);

/* --- bytes (decode_bytes.c) --- */
bool decode_take_bytes(struct decode *decode, const struct node *node, struct span *ret);
/* Warns of backslashes that stayed backslashes, and of a `#` that swallowed the rest of a line. */
void decode_warn_wire(struct decode *decode, const struct node *node);

/* The pattern, which the caller frees or gives to decode_keep_pattern; NULL, and told, when it is
 * wrong. */
struct match_pattern *decode_take_pattern(
    struct decode *decode, const struct node *node, bool caseless);
/* The suite frees it. */
const struct match_pattern *decode_keep_pattern(
    struct decode *decode, struct match_pattern *pattern);

/* --- a case (decode_case.c) --- */

/* A case's place: `file` is the file's part of its id, `cell` its matrix cell ("[tls=1.3]"; ""
 * where it has none). `secrets`, texts that were put into it, live as long as the suite. */
struct decode_place {
    const char *file, *cell;
    const struct node *values; /* of the cell, a map; NULL: there is no matrix */
    const struct span *secrets;
    size_t secrets_len;
};

/* decode_case fills `ret` from a merged case. */
void decode_case(struct decode *decode, const struct node *map, const struct decode_place *place,
    struct plan_case *ret);

/* What the client has from the server and what both need of each other (decode_client.c). */
void decode_client_finish(
    struct decode *decode, const struct node *map, struct plan_client *client);
void decode_client_init(struct plan_client *client);
void decode_certificate_default(struct plan_certificate *ret);
/* One certificate: a word, or a map. */
void decode_certificate_one(
    struct decode *decode, const struct node *node, struct plan_certificate *ret);
/* Expectations from a map whose keys are whole names of facts, as merging leaves it. */
void decode_expectations(struct decode *decode, const struct node *map,
    const struct plan_expectation **ret, size_t *ret_len);
/* One action by its key; false when it was told to be wrong. `value` is NULL for a bare word. */
bool decode_action(struct decode *decode, const struct node *name, const struct node *value,
    struct plan_action *ret);

#endif
