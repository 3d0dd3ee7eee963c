/*
 * client_rules — what the client keeps to, as a table, and a way to break it for tests.
 *
 * Knows: the rules of client_rules.def. In the program client_keeps is always true and costs
 * nothing; compiled with CLIENT_RULES_BREAKABLE one rule can be broken, so that a test can see the
 * scenarios notice. Refuses to know: where a rule is kept.
 */
#ifndef SMTPVET_CLIENT_CLIENT_RULES_H
#define SMTPVET_CLIENT_CLIENT_RULES_H

#include <stdbool.h>

enum client_rule {
#define CLIENT_RULE(symbol, sentence, source) CLIENT_RULE_##symbol,
#include "harness/client/client_rules.def"
#undef CLIENT_RULE
    CLIENT_RULE_COUNT,
};

#ifdef CLIENT_RULES_BREAKABLE
/* Set it between runs only: workers read it. CLIENT_RULE_COUNT: none is broken. */
extern enum client_rule client_rule_broken;

static inline bool client_keeps(enum client_rule rule)
{
    return rule != client_rule_broken;
}
#else
static inline bool client_keeps(enum client_rule rule)
{
    (void)rule;
    return true;
}
#endif

#endif
