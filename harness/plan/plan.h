/*
 * plan — a decoded scenario case as plain values: what the server is, what the client is told, what
 * is expected.
 *
 * Knows: no logic but names of its own enums. Refuses to know: YAML, where values came from (but
 * for marks, so that a verdict can point at the line). All of it lives in the suite's arena.
 */
#ifndef SMTPVET_PLAN_PLAN_H
#define SMTPVET_PLAN_PLAN_H

#include "harness/plan/client.h"
#include "harness/plan/expectation.h"
#include "harness/plan/need.h"

enum plan_severity { PLAN_SEVERITY_NORMAL, PLAN_SEVERITY_SERIOUS, PLAN_SEVERITY_ADVICE };
enum plan_world { PLAN_WORLD_ANY, PLAN_WORLD_SIMULATED, PLAN_WORLD_WIRE };

#define PLAN_CLOCK_DEFAULT_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define PLAN_CLOCK_REAL INT64_MIN                /* the day on which it is run */
#define PLAN_SECRETS_MAX 51 /* of a case, passwords counted: SECRET_FORMS_MAX has room for them */
#define PLAN_TIMEOUT_DEFAULT_US \
    (INT64_C(3600) * 1000 * 1000) /* longer than all limits of RFC 5321 in turn */

struct plan_case {
    const char *id;   /* "starttls/hidden-auth#login" */
    struct mark mark; /* where the case stands */
    /* The path that must be given for the case to have its id and its includes, because its file
     * alone makes other ones; NULL: the file does. */
    const char *within;
    struct plan_text_list given; /* of the run's --var those that it cannot be loaded without */
    const char *name, *requirement;
    struct plan_text_list spec, covers, tags;
    enum plan_severity severity;

    const char *skip_reason;       /* NULL: not skipped */
    const char *known_fail_reason; /* NULL: none */
    int64_t known_fail_until_s;    /* unix seconds; 0: no end */
    int64_t timeout_us;
    bool seed_given;
    uint64_t seed;
    int64_t clock_s; /* unix seconds; PLAN_CLOCK_REAL: a real server, and no clock was given */
    enum plan_world world;
    const char *world_reason;
    unsigned needs;                /* enum plan_need bits: what must be there, else it is skipped */
    unsigned retries;              /* further attempts behind one that failed */
    int64_t retry_delay_us;        /* before each of them */
    struct plan_text_list secrets; /* what was put in from `secrets`: masked wherever it shows */

    const struct plan_server *server;         /* NULL: a real one; of several the first */
    const struct plan_server *const *servers; /* all, where `servers` names several; servers_len 0:
                                                 there is `server` alone, or none */
    size_t servers_len;
    struct plan_client client;
    const struct plan_expectation *expectations;
    size_t expectations_len;
};

struct plan_suite {
    struct plan_case *cases; /* in the plan's order: files by path, cases as written */
    size_t len;
    uint64_t digest; /* of all ids and contents: two runs of one suite can tell */
};

/* How many fake servers the case has, and the index-th of them (index below that). */
size_t plan_servers_len(const struct plan_case *plan);
const struct plan_server *plan_server_at(const struct plan_case *plan, size_t index);

/* "normal", "serious", "advice"; "any", "simulated", "wire" */
const char *plan_severity_name(enum plan_severity severity);
const char *plan_world_name(enum plan_world world);

#endif
