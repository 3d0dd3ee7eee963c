/*
 * The table of findings against the shipped scenarios: each of its rows shows in one of them, a
 * case that expects findings expects real ones, and what the rows speak of is in the catalogue.
 */
#include "harness/evidence/finding.h"
#include "harness/scenario/catalogue.h"
#include "harness/tests/suite.h"

#define SCENARIOS "scenarios"

static size_t seen[FINDING_COUNT];

static void count_findings(const struct case_result *result)
{
    const struct value *findings = value_get(result->facts, "findings");
    if (result->facts == NULL) {
        return; /* skipped */
    }
    ck_assert_msg(
        findings != NULL, "%s: the client recorded no findings, not even none", result->id);
    enum finding last = FINDING_COUNT;
    for (size_t i = 0; i < findings->len; i++) {
        enum finding finding = finding_find(value_as_text(findings->items[i]));
        ck_assert_uint_lt(finding, FINDING_COUNT);
        ck_assert_msg(i == 0 || finding > last, "%s: not in the table's order", result->id);
        last = finding;
        seen[finding]++;
    }
}

START_TEST(test_every_finding_shows_in_some_scenario)
{
    struct scenario_suite *suite = suite_load(SCENARIOS);
    struct run_result result;
    struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 5}, &result);
    for (size_t i = 0; i < result.len; i++) {
        count_findings(&result.cases[i]);
    }
    size_t missing = 0;
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        if (seen[i] == 0) {
            fprintf(stderr, "%s shows in no scenario\n", finding_row(i)->name);
            missing++;
        }
    }
    ck_assert_uint_ge(FINDING_COUNT, 35);
    ck_assert_uint_eq(missing, 0);
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

START_TEST(test_findings_speak_of_the_catalogue)
{
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        for (struct span rest = span_text(finding_row(i)->covers); rest.len > 0;) {
            size_t area;
            unsigned number;
            struct span id = span_first(rest, span_find(rest, ' '));
            ck_assert_msg(catalogue_find(id, &area, &number), "%s speaks of %.*s",
                finding_row(i)->name, (int)id.len, (const char *)id.data);
            rest = span_from(rest, id.len + 1);
        }
    }
}
END_TEST

/* One case that expects nothing to be found, with something odd in it, fails and says what. */
START_TEST(test_an_empty_list_forbids_findings)
{
    struct scenario_suite *suite = suite_load_text(
        "version: 1\n"
        "name: x\n"
        "server: {host: a.test, port: 25, tls: none, script: [{on: QUIT, reply: 250 ok}]}\n"
        "client: {ssl_mode: none}\n"
        "expect: {outcome: negotiated, findings: []}\n");
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.jobs = 1, .seed = 5}, &result);
    ck_assert_uint_eq(result.len, 1);
    ck_assert_int_eq(result.cases[0].verdict, VERDICT_FAIL);
    ck_assert_uint_eq(result.cases[0].reasons_len, 1);
    ck_assert_str_eq(result.cases[0].reasons[0].fact, "findings");
    ck_assert_str_eq(result.cases[0].reasons[0].found, "[goodbye-is-not-221]");
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

UNIT_MAIN(test_every_finding_shows_in_some_scenario, test_findings_speak_of_the_catalogue,
    test_an_empty_list_forbids_findings)
