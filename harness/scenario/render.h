/*
 * render — a case as it is once everything is merged and put in, as YAML that loads again.
 *
 * Knows: libyaml's emitter; what a file has that a single case has not (defaults, templates,
 * variables, a matrix): what came of these stands in the case. Passwords are masked, each distinct
 * one by a mask of its own, so that what was equal stays equal. Refuses to know: how a case was put
 * together, what its keys mean.
 *
 * The rendered text means the same case, but for its passwords where they are masked, for what is
 * named relative to the folder of its file, and for its matrix cell, which no `id` can name.
 * Rendering it again gives the same text.
 */
#ifndef SMTPVET_SCENARIO_RENDER_H
#define SMTPVET_SCENARIO_RENDER_H

#include "harness/plan/plan.h"
#include "harness/scenario/node.h"

#define RENDER_MAX ((size_t)64 * 1024 * 1024) /* octets of one case: far more than a file has */

/* render_case appends the text. `merged` is the map that `plan` was decoded from. Fails with
 * FAIL_LIMIT where `out` is too small. */
enum status render_case(const struct node *merged, const struct plan_case *plan, bool show_secrets,
    struct buf *out, struct fail *fail);

#endif
