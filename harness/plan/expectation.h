/*
 * plan/expectation — what must come out: a fact and a matcher.
 *
 * Knows: plain values. Refuses to know: YAML, what a matcher means. All of it lives in the suite's
 * arena.
 */
#ifndef SMTPVET_PLAN_EXPECTATION_H
#define SMTPVET_PLAN_EXPECTATION_H

#include "harness/base/diag.h"
#include "harness/base/value.h"

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

#endif
