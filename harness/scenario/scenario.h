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

struct scenario_suite;

/* scenario_load reads every path: a file, a folder (all *.yaml and *.yml below it, in the order of
 * their paths; names that begin with a dot are passed over), or "FILE#case" for one case of a file.
 * Each file is read once. A case's id is its file's path below the suite folder without the ending,
 * then '#' and the case's `id` where it has one. The suite folder is the nearest folder above (or
 * the given one) that is named `scenarios`, else the folder given, else the file's own.
 *
 * Mistakes go to `diags`, and a case that has one is not in the plan; STATUS_OK then still means
 * that the files could be read: ask diags->errors. Fails with FAIL_REACH (no such file, with the
 * nearest name that is there) or FAIL_LIMIT. `*ret` is set in any case that is STATUS_OK; free with
 * scenario_suite_free. */
enum status scenario_load(const char *const *paths, size_t paths_len, struct diag_list *diags,
    struct scenario_suite **ret, struct fail *fail);

/* The same from memory: `file` names it in messages and makes the id ("a/b.yaml" gives "a/b"). */
enum status scenario_load_text(const char *file, struct span text, struct diag_list *diags,
    struct scenario_suite **ret, struct fail *fail);

const char *scenario_libraries(void);                   /* "libyaml 0.2.5" */
void scenario_suite_free(struct scenario_suite *suite); /* NULL is fine */
const struct plan_suite *scenario_suite_plan(const struct scenario_suite *suite);

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
