/*
 * select — which cases of a suite are meant.
 *
 * Knows: expressions over words (`starttls and not slow`), globs over ids, what lies near when
 * nothing fits. A case's words are its tags, its severity, and the world that it is written for
 * ("any" included).
 * Refuses to know: paths (files, which come first), the order in which cases run: what is left
 * stays in the plan's order.
 */
#ifndef SMTPVET_SCENARIO_SELECT_H
#define SMTPVET_SCENARIO_SELECT_H

#include "harness/base/buf.h"
#include "harness/plan/plan.h"

#define SELECT_EXPRESSION_MAX 1000 /* octets: longer than anybody types */
#define SELECT_WORDS_MAX 200       /* words and operators of one expression */
#define SELECT_DEPTH_MAX 32        /* of parentheses and `not` within each other */
#define SELECT_GLOBS_MAX 256

/* What was asked for. */
struct select_options {
    const char *const *globs; /* -k: any of them fits; none: every case does */
    size_t globs_len;
    const char *expression; /* -t: NULL where there is none */
};

struct select;

/* select_new reads the expression: `and`, `or`, `not`, parentheses; `not` binds most, `or` least.
 * Fails with FAIL_USAGE: the text names the column and the cure. Free with select_free. */
enum status select_new(
    const struct select_options *options, struct select **ret, struct fail *fail);
void select_free(struct select *select); /* NULL is fine */

/* A glob fits a whole id; so does the id itself, whatever characters it has. */
bool select_fits(const struct select *select, const struct plan_case *plan);

/* select_offer appends what is near to an id that is not there, from its semicolon to its line
 * feed: up to 3 of `ids`, else how to see all. */
void select_offer(const char *wanted, const char *const *ids, size_t ids_len, struct buf *out);

/* select_explain appends sentences, each with its line feed: which glob fits nothing and which ids
 * are near it (up to 3), which word of the expression no case of the suite has. `suite` is the
 * whole one. A word that is near to none that some case has is told only when `nothing` was
 * selected: `not slow` is no mistake where nothing is slow. */
void select_explain(
    const struct select *select, const struct plan_suite *suite, bool nothing, struct buf *out);

#endif
