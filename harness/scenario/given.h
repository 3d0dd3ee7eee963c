/*
 * given — what a scenario is given from outside: `--var`, the environment, files with secrets.
 *
 * Knows: scenario_options; which of the variables that were given somebody has; the text of each
 * secret, fetched once. Refuses to know: where it is put in.
 *
 * Texts of secrets live as long as the suite: runs mask them.
 */
#ifndef SMTPVET_SCENARIO_GIVEN_H
#define SMTPVET_SCENARIO_GIVEN_H

#include "harness/scenario/scenario.h"
#include "harness/scenario/tell.h"

#define GIVEN_FILE_MAX ((size_t)16 * 1024) /* octets of a secret: tokens have a few thousand */
#define GIVEN_SECRETS_MAX 100 /* of one run: all of them are masked in every case of it */

#define GIVEN_NAMES_MAX 1000 /* kept to find the nearest */
#define GIVEN_NAME_MAX 64    /* octets of a variable's, secret's or dimension's name */

/* Letters, digits, underscores and dashes, and no digit first. */
bool given_is_name(struct span name);

struct given_var {
    const char *name;
    const struct node *value;
    const char *text; /* NAME=VALUE, as it was given */
    bool known;       /* some scenario has it */
    bool asked;       /* since given_begin */
};

struct given_secret {
    const char *key; /* "env NAME", "file PATH" */
    struct span text;
    const char *problem, *cure; /* NULL: it is there */
};

struct given {
    struct arena *arena; /* the suite's */
    const struct scenario_options *options;
    bool files; /* may be read: what is loaded from memory has no folder */
    struct given_var *vars;
    size_t vars_len;
    const char **names; /* of variables that scenarios have; kept where some are given */
    size_t names_len;
    struct given_secret *secrets;
    size_t secrets_len;
};

/* given_init reads `options->vars`. Fails with FAIL_USAGE: no "NAME=VALUE", or a name twice. */
enum status given_init(struct given *given, struct arena *arena,
    const struct scenario_options *options, struct fail *fail);
/* FAIL_USAGE where a variable was given that nobody has, with the nearest that somebody has. */
enum status given_check(const struct given *given, struct fail *fail);

/* given_begin is due before each file; given_asked then tells which variables that file, with what
 * it includes, has or names: without the others it loads just so. */
void given_begin(struct given *given);
struct plan_text_list given_asked(const struct given *given);

/* Notes that some scenario has the variable. */
void given_know(struct given *given, struct span name);
/* The value that --var gives, or NULL. */
const struct node *given_var(struct given *given, struct span name);

/* given_secret fetches what the map `from` names: {env: NAME} or {file: PATH}. False, and told at
 * `name`, where it cannot. */
bool given_secret(struct given *given, struct tell *tell, const struct node *name,
    const struct node *from, struct span *ret);

#endif
