/*
 * fake_script — which rule acts at a moment.
 *
 * Knows: rules with their compiled patterns, narrowings, and how often a rule's moments have come
 * on a connection. Refuses to know: what the actions do.
 *
 * A fake_script is one server's; fake_script_counts is one connection's.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_SCRIPT_H
#define SMTPVET_FAKE_SERVER_FAKE_SCRIPT_H

#include "harness/match/match.h"
#include "harness/plan/server.h"

struct fake_rule {
    const struct plan_rule *plan;
    struct match_pattern *match;  /* NULL: any line */
    struct match_pattern **edits; /* as many as actions; NULL where there is nothing to find */
};

struct fake_script {
    struct fake_rule *rules;
    size_t len;
};

struct fake_script_counts {
    unsigned *met; /* for each rule: moments that met all its narrowings but nth */
    const struct plan_rule
        *gave_up; /* its pattern ran into a limit: whether it acts is not known */
};

/* A moment as rules see it. */
struct fake_moment {
    enum plan_moment
        kind; /* never PLAN_MOMENT_ANY, PLAN_MOMENT_UNKNOWN: those are ways to name commands */
    struct span verb; /* COMMAND: in capitals */
    bool known;       /* COMMAND: the server has it */
    struct span line; /* COMMAND, AUTH_RESPONSE: without line end */
    int64_t reached;  /* BODY: octets, IDLE: microseconds; rules for just that much */
    bool tls;
    unsigned connection;
};

/* fake_script_init compiles. FAIL_USAGE with the rule's line for a pattern that is wrong; the
 * script must be given to fake_script_done even then. `plan` must outlive it. */
enum status fake_script_init(
    struct fake_script *script, const struct plan_server *plan, struct fail *fail) MUST_USE;
void fake_script_done(struct fake_script *script);

void fake_script_counts_init(struct fake_script_counts *counts, const struct fake_script *script);
void fake_script_counts_done(struct fake_script_counts *counts);

/* The first rule whose narrowings all hold, or NULL. Every rule that the moment meets is counted,
 * also those behind the one that acts. */
const struct fake_rule *fake_script_match(const struct fake_script *script,
    struct fake_script_counts *counts, const struct fake_moment *moment);

/* True when some rule is for that moment, when some rule does that. */
bool fake_script_has(const struct fake_script *script, enum plan_moment moment);
bool fake_script_does(const struct fake_script *script, enum plan_action_kind action);

#define FAKE_SCRIPT_NEVER INT64_MAX

/* The next amount after `reached` that a rule waits for, of BODY (octets) or IDLE (microseconds);
 * FAKE_SCRIPT_NEVER when there is none. */
int64_t fake_script_next(
    const struct fake_script *script, enum plan_moment moment, int64_t reached);

#endif
