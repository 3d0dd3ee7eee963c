/*
 * The scenarios notice, and what never ends is ended. Each rule of the client engine
 * (harness/client/client_rules.def) is broken alone, and some shipped scenario must fail for it;
 * with none broken all pass. The engine is compiled into this program once more, in a form whose
 * rules can be broken.
 */
#define UNIT_TIMEOUT_S 540 /* the whole suite, as often as there are rules */

#include "harness/client/client_rules.h"
#include "harness/tests/suite.h"

enum client_rule client_rule_broken = CLIENT_RULE_COUNT;

static const struct {
    const char *name, *sentence;
} rules[] = {
#define CLIENT_RULE(symbol, sentence, source) {#symbol, sentence},
#include "harness/client/client_rules.def"
#undef CLIENT_RULE
};

#define STRIDE 7919 /* a prime that no suite is a multiple of */

/* The same cases, near ones far apart: most rules are noticed by several cases of one folder, and
 * the first of them is met sooner. */
static struct plan_suite spread(const struct plan_suite *all, struct arena *arena)
{
    struct plan_suite some = {.len = all->len, .digest = all->digest};
    some.cases = arena_alloc(arena, (all->len + 1) * sizeof *some.cases);
    ck_assert(all->len % STRIDE != 0);
    for (size_t i = 0; i < all->len; i++) {
        some.cases[i] = all->cases[i * STRIDE % all->len];
    }
    return some;
}

/* Whether some case does not do what it did; the first one, where the run stops. */
static bool is_red(const struct plan_suite *suite, const char **ret_first)
{
    struct run_result result;
    struct runner *runner = NULL;
    struct fail fail = {0};
    const struct runner_options options = {.seed = 1, .fail_fast = 1, .today_s = SUITE_TODAY_S};
    ck_assert_msg(
        runner_run(suite, &options, &runner, &result, &fail) == STATUS_OK, "%s", fail.text);
    bool red = false;
    *ret_first = NULL;
    for (size_t i = 0; i < result.len; i++) {
        enum verdict verdict = result.cases[i].verdict;
        bool as_it_should = verdict == VERDICT_PASS || verdict == VERDICT_SKIP ||
                            verdict == VERDICT_KNOWN_FAIL || verdict == VERDICT_FLAKY;
        if (!as_it_should && !red) {
            *ret_first = suite->cases[i].id;
            red = true;
        }
    }
    runner_free(runner);
    return red;
}

START_TEST(test_no_rule_can_be_broken_unnoticed)
{
    struct scenario_suite *suite = suite_load("scenarios");
    struct arena *arena = arena_new();
    const struct plan_suite cases = spread(scenario_suite_plan(suite), arena);
    const char *first;
    size_t unnoticed = 0;
    ck_assert_msg(!is_red(&cases, &first), "%s fails with every rule kept", first);
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        client_rule_broken = (enum client_rule)i;
        bool red = is_red(&cases, &first);
        client_rule_broken = CLIENT_RULE_COUNT;
        if (!red) {
            fprintf(stderr, "nobody notices without %s: %s\n", rules[i].name, rules[i].sentence);
            unnoticed++;
        } else {
            printf("%-38s %s\n", rules[i].name, first);
        }
    }
    ck_assert_uint_ge(ARRAY_LEN(rules), 25);
    ck_assert_msg(
        unnoticed == 0, "%zu of %zu rules can be broken unnoticed", unnoticed, ARRAY_LEN(rules));
    arena_free(arena);
    scenario_suite_free(suite);
}
END_TEST

/* Two machines that answer each other at once let no time pass: it is counted what they say. */
START_TEST(test_a_client_that_never_ends_is_an_error)
{
    struct scenario_suite *suite = suite_load_text(
        "version: 1\nserver: {host: a.test, port: 25, tls: none}\nclient: {ssl_mode: none}\n"
        "expect: {outcome: negotiated}\n");
    const struct runner_options worlds[] = {{.seed = 1}, {.wire = true, .time_scale = 1000}};
    client_rule_broken = CLIENT_RULE_HELLO_IS_SAID_ONCE;
    for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
        struct run_result result;
        struct runner *runner = suite_run(suite, &worlds[i], &result);
        ck_assert_int_eq(result.cases[0].verdict, VERDICT_ERROR);
        ck_assert_str_eq(result.cases[0].message,
            "a livelock: the client sent more than 20000 segments, and no time limit was reached");
        runner_free(runner);
    }
    client_rule_broken = CLIENT_RULE_COUNT;
    scenario_suite_free(suite);
}
END_TEST

UNIT_MAIN(test_no_rule_can_be_broken_unnoticed, test_a_client_that_never_ends_is_an_error)
