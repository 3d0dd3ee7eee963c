/*
 * plan — a decoded scenario case as plain values: what the server is, what the client is told, what
 * is expected.
 *
 * Knows: no logic but names of its own enums. Refuses to know: YAML, where values came from (but
 * for marks, so that a verdict can point at the line). All of it lives in the suite's arena.
 */
#ifndef SMTPVET_PLAN_PLAN_H
#define SMTPVET_PLAN_PLAN_H

#include "harness/base/value.h"
#include "harness/plan/client.h"

enum plan_matcher_kind {
    PLAN_MATCHER_EQUAL,    /* value */
    PLAN_MATCHER_LIST,     /* items: these, in any order, each as often */
    PLAN_MATCHER_CONTAINS, /* items: a list has each of them; a text has each as a part */
    PLAN_MATCHER_IN_ORDER, /* items: all of these, in this order, others may stand between */
    PLAN_MATCHER_ONE_OF,   /* items: any of them */
    PLAN_MATCHER_NOT,      /* items[0] */
    PLAN_MATCHER_MATCHES,  /* value: a PCRE2 pattern */
    PLAN_MATCHER_AT_LEAST, /* value */
    PLAN_MATCHER_AT_MOST,  /* value */
    PLAN_MATCHER_ABSENT,   /* value: truth */
    PLAN_MATCHER_COUNT,    /* items[0], on the number of items */
    PLAN_MATCHER_EACH,     /* items[0], on every item */
    PLAN_MATCHER_ANY,      /* items[0], on some item */
    PLAN_MATCHER_ALL_OF,   /* items: several matchers in one map */
};

struct plan_matcher {
    enum plan_matcher_kind kind;
    struct mark mark;
    const struct value *value;
    const struct plan_matcher *const *items;
    size_t items_len;
    const void
        *pattern; /* MATCHES: a struct match_pattern, compiled by the loader, owned by the suite */
};

struct plan_expectation {
    const char *fact; /* the whole dotted name, as written: "connections.2.reply.code" */
    struct mark mark;
    const struct plan_matcher *matcher;
};

enum plan_severity { PLAN_SEVERITY_NORMAL, PLAN_SEVERITY_SERIOUS, PLAN_SEVERITY_ADVICE };
enum plan_world { PLAN_WORLD_ANY, PLAN_WORLD_SIMULATED, PLAN_WORLD_WIRE };

#define PLAN_CLOCK_DEFAULT_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define PLAN_CLOCK_REAL INT64_MIN                /* the day on which it is run */
#define PLAN_TIMEOUT_DEFAULT_US \
    (INT64_C(3600) * 1000 * 1000) /* longer than all limits of RFC 5321 in turn */

struct plan_case {
    const char *id;   /* "starttls/hidden-auth#login" */
    struct mark mark; /* where the case stands */
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

    const struct plan_server *server; /* NULL: a real one */
    struct plan_client client;
    const struct plan_expectation *expectations;
    size_t expectations_len;
};

struct plan_suite {
    struct plan_case *cases; /* in the plan's order: files by path, cases as written */
    size_t len;
    uint64_t digest; /* of all ids and contents: two runs of one suite can tell */
};

/* "normal", "serious", "advice"; "any", "simulated", "wire" */
const char *plan_severity_name(enum plan_severity severity);
const char *plan_world_name(enum plan_world world);

#endif
