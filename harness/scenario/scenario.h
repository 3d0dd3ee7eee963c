/*
 * scenario — YAML files to a plan.
 *
 * Knows: libyaml's events, the key table (keys.def), marks, merged defaults, the loader's checks.
 * Every mistake of every file is told in one pass, with file, line, column, the line itself and the
 * nearest right word.
 * Refuses to know: how a case is run.
 *
 * A suite owns everything that its plan points to.
 */
#ifndef SMTPVET_SCENARIO_SCENARIO_H
#define SMTPVET_SCENARIO_SCENARIO_H

#include "harness/base/diag.h"
#include "harness/plan/plan.h"

#define SCENARIO_FILE_MAX                                                           \
    ((size_t)1024 * 1024)         /* octets of one file; ten thousand lines of YAML \
                                   */
#define SCENARIO_FILES_MAX 20000  /* of one run */
#define SCENARIO_DEPTH_MAX 32     /* of nesting in one file */
#define SCENARIO_NODES_MAX 200000 /* of one file, aliases counted as what they stand for */
#define SCENARIO_CASES_MAX 100000 /* of one run */
#define SCENARIO_IDS_SHOWN_MAX ((size_t)1024) /* octets of ids in one message */

#define SCENARIO_CELLS_MAX 10000 /* of one case's matrix */

struct scenario_suite;

/* What a scenario says that only those can judge who act on it: what is wrong is told on loading,
 * with its place. Each fails with FAIL_USAGE or FAIL_REACH and a text that does not repeat what the
 * value's key says. */
struct scenario_checks {
    enum status (*ciphers)(const char *list, struct fail *fail); /* as OpenSSL writes lists */
    enum status (*groups)(const char *list, struct fail *fail);
    enum status (*signatures)(const char *list, struct fail *fail);
    enum status (*trust)(const char *file, struct fail *fail); /* roots in PEM */
    /* Appends the ASCII form of a host name in another script. */
    enum status (*name)(const char *name, struct buf *out, struct fail *fail);
    enum status (*certificate)(const struct plan_certificate *recipe, const char *host,
        int64_t clock_s, struct fail *fail);
    /* The client, in a login; where not, `*ret_why` is a sentence or NULL. */
    bool (*speaks)(const char *mechanism, const char **ret_why);
    bool (*has)(unsigned needs); /* else nothing of the case is judged: it is going to be skipped */
};

/* What scenarios are given from outside. */
struct scenario_options {
    const char *const *vars; /* "NAME=VALUE": takes the place of what files give the variable */
    size_t vars_len;
    /* The environment, for `secrets: {pw: {env: NAME}}`; NULL where a name is not set. The text
     * must last until loading is over. No function: nothing of the environment is to be seen. */
    const char *(*environment)(void *context, const char *name);
    void *context;
    const struct scenario_checks *checks; /* NULL: nobody judges, and names are ASCII */
};

/* scenario_load reads every path: a file, a folder (all *.yaml and *.yml below it, in the order of
 * their paths; names that begin with a dot or with _ are passed over), "FILE#case" for one case of
 * a file with all cells of its matrix, "FILE#case[cell]" (or "FILE[cell]") for one of these. Each
 * file is read once. `options` may be NULL. A case's id is its file's path below the suite folder
 * without the ending, then '#' and the case's `id` where it has one, then its matrix cell where it
 * has one: "a/b#login[tls=1.3]". The suite folder is the
 * nearest folder above (or the given one) that is named `scenarios`, else the folder given, else
 * the file's own.
 *
 * A file that has nothing but `templates` and what may stand beside them for others to include
 * makes no case, nor does one without `cases` and `expect` that another file of the run includes.
 * A case that is asked for by name and is not there is no mistake: see scenario_suite_missing.
 *
 * Mistakes go to `diags`, and a case that has one is not in the plan; STATUS_OK then still means
 * that the files could be read: ask diags->errors. Fails with FAIL_REACH (no such file, with the
 * nearest name that is there; a link that leads nowhere, an unreadable folder: all other files are
 * looked through and their mistakes told before), FAIL_LIMIT (files), or FAIL_USAGE (a variable of
 * `options` is none). `*ret` is set in any case that is STATUS_OK; free with scenario_suite_free.
 */
enum status scenario_load(const char *const *paths, size_t paths_len,
    const struct scenario_options *options, struct diag_list *diags, struct scenario_suite **ret,
    struct fail *fail);

/* The same from memory: `file` names it in messages and makes the id ("a/b.yaml" gives "a/b"). */
enum status scenario_load_text(const char *file, struct span text,
    const struct scenario_options *options, struct diag_list *diags, struct scenario_suite **ret,
    struct fail *fail);

const char *scenario_libraries(void);                   /* "libyaml 0.2.5" */
void scenario_suite_free(struct scenario_suite *suite); /* NULL is fine */
const struct plan_suite *scenario_suite_plan(const struct scenario_suite *suite);
/* Which cases that were named ("FILE#case") are not there, and what is near; "" where all are. */
const char *scenario_suite_missing(const struct scenario_suite *suite);

/* scenario_suite_select drops the cases that are not meant; what is left stays in its order, and
 * the plan's digest then speaks of it alone. FAIL_USAGE: the expression is wrong. `notes` receives
 * what select_explain has to say. That nothing is left is STATUS_OK: ask the plan's len. */
struct select_options;
enum status scenario_suite_select(struct scenario_suite *suite,
    const struct select_options *options, struct buf *notes, struct fail *fail);

/* scenario_render loads like scenario_load and appends to `out` the one case that `select` means,
 * as YAML that loads again and means the same: merged, everything put in. Passwords are masked
 * unless `show_secrets`. Fails as scenario_load does, and with FAIL_USAGE where several cases fit.
 * Where none fits, `out` stays as it was and `notes` receives what is near; where a file has
 * mistakes, ask diags->errors. */
struct scenario_render_options {
    const struct select_options *select;
    const struct scenario_options *given; /* NULL: nothing */
    bool show_secrets;
};
enum status scenario_render(const char *const *paths, size_t paths_len,
    const struct scenario_render_options *options, struct diag_list *diags, struct buf *notes,
    struct buf *out, struct fail *fail);

/* The key table, for references and completion. `section` is "case", "server", "client.login" … */
struct scenario_key_row {
    const char *section, *name;
    const char *type;    /* "word", "text", "duration", "section server" … */
    const char *allowed; /* "a|b|c", a range "0..5", or NULL */
    bool not_yet;        /* part of the language; this version says so and stops with code 2 */
    const char *sentence;
    const char *source;
};
const struct scenario_key_row *scenario_keys(size_t *ret_len);

#endif
