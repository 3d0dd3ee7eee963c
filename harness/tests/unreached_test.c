/*
 * A real server that is not there says nothing of itself: neither a pass nor a failure. Nothing
 * listens on port 1 of this machine.
 */
#include "harness/tests/suite.h"

#define HEAD \
    "version: 1\nclient: {host: 127.0.0.1, port: 1, ssl_mode: starttls, send: true}\ncases:\n"

static void check(const char *expect, enum verdict wanted)
{
    char text[1024];
    snprintf(text, sizeof text, HEAD "- {id: a, %s}\n", expect);
    struct scenario_suite *suite = suite_load_text(text);
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.jobs = 1, .seed = 1}, &result);
    ck_assert_msg(
        result.cases[0].verdict == wanted, "%s: %s", expect, verdict_name(result.cases[0].verdict));
    ck_assert(wanted != VERDICT_ERROR || result.cases[0].message != NULL);
    runner_free(runner);
    scenario_suite_free(suite);
}

START_TEST(test_what_was_not_reached_proves_nothing)
{
    check("expect: {security.password_in_clear: false, findings: []}", VERDICT_ERROR);
    check("expect: {certificate.flags: {not: [expired]}}", VERDICT_ERROR);
    check("expect: {outcome: {not: sent}}", VERDICT_ERROR);
    check("expect: {outcome: {not: unreachable}}", VERDICT_ERROR);
    check("expect: {outcome: sent}", VERDICT_ERROR);
    check(
        "known_fail: {reason: not yet, until: 2030-01-01}, expect: {outcome: sent}", VERDICT_ERROR);
}
END_TEST

START_TEST(test_unless_that_is_expected)
{
    check("expect: {outcome: unreachable}", VERDICT_PASS);
    check("expect: {outcome: {one_of: [unreachable, refused]}}", VERDICT_PASS);
    check("expect: {outcome: {matches: ^unreach}}", VERDICT_PASS);
    check("expect: {outcome: unreachable, stage: hello}", VERDICT_FAIL);
    check("client: {send: null, steps: [{connect: true, expect: {outcome: unreachable}}, hello]}, "
          "expect: {stage: connect}",
        VERDICT_PASS);
    check("client: {send: null, steps: [{connect: true, expect: {outcome: negotiated}}]}, expect: "
          "{outcome: unreachable}",
        VERDICT_FAIL);
    check("client: {send: null, steps: [connect, {hello: ehlo, expect: {stage: connect}}]}, "
          "expect: {outcome: unreachable}",
        VERDICT_FAIL);
}
END_TEST

UNIT_MAIN(test_what_was_not_reached_proves_nothing, test_unless_that_is_expected)
