/*
 * The recipes of certificates: every one of the catalogue is shown by a shipped scenario that bears
 * its number as a tag, and where it is said to have problems these are the recipe's, for with a
 * good certificate in its place the scenario fails.
 */
#include "harness/tests/suite.h"

#define FOLDER "scenarios/certificate"
#define RECIPES_MAX 67 /* C68 is DANE's */

/* Staples and lists are more than a certificate: they have scenarios of their own. */
static bool is_of_revocation(unsigned number)
{
    return number == 60 || number == 65;
}

/* The number of "C07"; 0 where it is no such tag. */
static unsigned recipe_of_tag(const char *tag)
{
    bool is = tag[0] == 'C' && strlen(tag) == 3 && strspn(tag + 1, "0123456789") == 2;
    return is ? (unsigned)((tag[1] - '0') * 10 + (tag[2] - '0')) : 0;
}

static unsigned recipe_of(const struct plan_case *plan)
{
    unsigned number = 0;
    for (size_t i = 0; i < plan->tags.len && number == 0; i++) {
        number = recipe_of_tag(plan->tags.items[i]);
    }
    return number;
}

static const struct scenario_suite *recipes_suite(void)
{
    static struct scenario_suite *suite; /* for the whole process */
    if (suite == NULL) {
        suite = suite_load(FOLDER);
    }
    return suite;
}

START_TEST(test_each_recipe_has_a_scenario)
{
    const struct plan_suite *plan = scenario_suite_plan(recipes_suite());
    size_t shown[RECIPES_MAX + 1] = {0}, missing = 0;
    for (size_t i = 0; i < plan->len; i++) {
        unsigned number = recipe_of(&plan->cases[i]);
        ck_assert_msg(number <= RECIPES_MAX, "%s: there is no such recipe", plan->cases[i].id);
        shown[number]++;
    }
    for (unsigned i = 1; i <= RECIPES_MAX; i++) {
        if (shown[i] == 0 && !is_of_revocation(i)) {
            fprintf(stderr, "C%02u has no scenario\n", i);
            missing++;
        }
    }
    ck_assert_uint_eq(missing, 0);
}
END_TEST

static bool has_problems(const struct case_result *result)
{
    const struct value *certificate = value_get(result->facts, "certificate");
    const struct value *flags = certificate == NULL ? NULL : value_get(certificate, "flags");
    return flags != NULL && flags->len > 0;
}

static struct runner *run(const struct plan_suite *plan, struct run_result *ret)
{
    const struct runner_options options = {.seed = 1, .today_s = SUITE_TODAY_S};
    struct runner *runner = NULL;
    struct fail fail = {0};
    ck_assert_msg(runner_run(plan, &options, &runner, ret, &fail) == STATUS_OK, "%s", fail.text);
    return runner;
}

START_TEST(test_the_problems_are_the_recipes)
{
    static const struct plan_certificate stock = {.issuer = PLAN_ISSUER_TRUSTED,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S};
    const struct plan_suite *all = scenario_suite_plan(recipes_suite());
    struct arena *arena = arena_new();
    struct plan_suite some = {.digest = all->digest};
    some.cases = arena_alloc(arena, (all->len + 1) * sizeof *some.cases);
    struct run_result as_written, with_a_good_one;
    struct runner *first = run(all, &as_written);
    for (size_t i = 0; i < all->len; i++) {
        if (recipe_of(&all->cases[i]) == 0 || !has_problems(&as_written.cases[i])) {
            continue;
        }
        struct plan_server *server = arena_alloc(arena, sizeof *server);
        *server = *all->cases[i].server;
        server->certificates = &stock;
        server->certificates_len = 1;
        some.cases[some.len] = all->cases[i];
        some.cases[some.len++].server = server;
    }
    ck_assert_uint_ge(some.len, 100);
    struct runner *second = run(&some, &with_a_good_one);
    for (size_t i = 0; i < with_a_good_one.len; i++) {
        ck_assert_msg(with_a_good_one.cases[i].verdict == VERDICT_FAIL,
            "%s passes with a good certificate", with_a_good_one.cases[i].id);
    }
    runner_free(first);
    runner_free(second);
    arena_free(arena);
}
END_TEST

UNIT_MAIN(test_each_recipe_has_a_scenario, test_the_problems_are_the_recipes)
