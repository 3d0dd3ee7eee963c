/*
 * mask — what of a run must never be seen.
 *
 * Knows: which texts of a plan are secrets, and what they look like where values are shown. Refuses
 * to know: who shows what.
 */
#ifndef SMTPVET_RUNNER_MASK_H
#define SMTPVET_RUNNER_MASK_H

#include "harness/base/secret.h"
#include "harness/plan/plan.h"

struct mask_given;

/* mask_secrets makes the set of a case: what the client logs in with, what the fake server would
 * accept, what the scenario had from `secrets`. With `show` nothing of it is masked. Free with
 * secret_set_free. */
struct secret_set *mask_secrets(
    const struct plan_case *plan, const struct mask_given *given, bool show);
/* `text` as it may be seen: itself where no secret is in it, else a copy in the arena. NULL stays
 * NULL. */
const char *mask_text(struct arena *arena, const struct secret_set *secrets, const char *text);

/* The --var that cases of a suite were loaded with, each as it was given and as it may be seen:
 * what one case has for a password another would show, so that no secret of any case stands there.
 */
struct mask_given {
    struct mask_given_pair {
        const char *text, *shown;
    } * pairs;
    size_t len;
    const char **secrets; /* what any of its cases had from `secrets` */
    size_t secrets_len;
};
struct mask_given mask_given(struct arena *arena, const struct plan_suite *suite, bool show);
/* `text` is one that a case of that suite has. */
const char *mask_given_shown(const struct mask_given *given, const char *text);

#endif
