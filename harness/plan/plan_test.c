#include "harness/plan/plan.h"

#include "harness/tests/unit.h"

#define MINUTE (INT64_C(60) * 1000 * 1000)

START_TEST(test_every_stage_has_its_name_and_limit)
{
    static const struct {
        enum plan_stage stage;
        const char *name;
        int64_t limit_us;
    } rows[] = {
        {PLAN_STAGE_RESOLVE, "resolve", 5 * MINUTE},
        {PLAN_STAGE_CONNECT, "connect", 5 * MINUTE},
        {PLAN_STAGE_HANDSHAKE, "handshake", 5 * MINUTE},
        {PLAN_STAGE_GREETING, "greeting", 5 * MINUTE}, /* RFC 5321 §4.5.3.2.1 */
        {PLAN_STAGE_HELLO, "hello", 5 * MINUTE},
        {PLAN_STAGE_STARTTLS, "starttls", 5 * MINUTE},
        {PLAN_STAGE_AUTH, "auth", 5 * MINUTE},
        {PLAN_STAGE_MAIL, "mail", 5 * MINUTE},        /* §4.5.3.2.2 */
        {PLAN_STAGE_RCPT, "rcpt", 5 * MINUTE},        /* §4.5.3.2.3 */
        {PLAN_STAGE_DATA, "data", 2 * MINUTE},        /* §4.5.3.2.4 */
        {PLAN_STAGE_BODY, "body", 3 * MINUTE},        /* §4.5.3.2.5 */
        {PLAN_STAGE_MESSAGE, "message", 10 * MINUTE}, /* §4.5.3.2.6 */
        {PLAN_STAGE_RSET, "rset", 5 * MINUTE},
        {PLAN_STAGE_QUIT, "quit", 5 * MINUTE},
    };
    ck_assert_uint_eq(ARRAY_LEN(rows), PLAN_STAGE_COUNT);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_str_eq(plan_stage_name(rows[i].stage), rows[i].name);
        ck_assert_int_eq(plan_stage_default_limit_us(rows[i].stage), rows[i].limit_us);
    }
}
END_TEST

START_TEST(test_the_limits_of_rfc5321_in_turn_fit_into_a_case)
{
    static const enum plan_stage stages[] = {PLAN_STAGE_GREETING, PLAN_STAGE_MAIL, PLAN_STAGE_RCPT,
        PLAN_STAGE_DATA, PLAN_STAGE_BODY, PLAN_STAGE_MESSAGE};
    int64_t sum = 0;
    for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
        sum += plan_stage_default_limit_us(stages[i]);
    }
    ck_assert_int_eq(sum, 30 * MINUTE);
    ck_assert_int_gt(PLAN_TIMEOUT_DEFAULT_US, sum);
}
END_TEST

START_TEST(test_every_mode_has_a_name_of_its_own)
{
    static const char *const names[] = {"auto", "none", "on-connect", "starttls",
        "starttls-if-supported", "starttls-opportunistic", "starttls-if-auth-hidden"};
    ck_assert_uint_eq(ARRAY_LEN(names), PLAN_SSL_MODE_COUNT);
    for (int mode = 0; mode < PLAN_SSL_MODE_COUNT; mode++) {
        ck_assert_str_eq(plan_ssl_mode_name((enum plan_ssl_mode)mode), names[mode]);
    }
}
END_TEST

START_TEST(test_severities_and_worlds)
{
    ck_assert_str_eq(plan_severity_name(PLAN_SEVERITY_NORMAL), "normal");
    ck_assert_str_eq(plan_severity_name(PLAN_SEVERITY_SERIOUS), "serious");
    ck_assert_str_eq(plan_severity_name(PLAN_SEVERITY_ADVICE), "advice");
    ck_assert_str_eq(plan_world_name(PLAN_WORLD_ANY), "any");
    ck_assert_str_eq(plan_world_name(PLAN_WORLD_SIMULATED), "simulated");
    ck_assert_str_eq(plan_world_name(PLAN_WORLD_WIRE), "wire");
}
END_TEST

/* What is zeroed is the default: the loader and every test begin with `= {0}`. */
START_TEST(test_zero_is_the_default)
{
    struct plan_case plan = {0};
    ck_assert_str_eq(plan_severity_name(plan.severity), "normal");
    ck_assert_str_eq(plan_world_name(plan.world), "any");
    ck_assert_str_eq(plan_ssl_mode_name(plan.client.ssl_mode), "auto");
    ck_assert_int_eq(plan.client.verify.mode, PLAN_VERIFY_ALL);
    ck_assert_int_eq(plan.client.hello, PLAN_HELLO_AUTO);
    ck_assert_int_eq(plan.client.login.initial_response, PLAN_AUTO);
    ck_assert_ptr_null(plan.skip_reason);
}
END_TEST

UNIT_MAIN(test_every_stage_has_its_name_and_limit,
    test_the_limits_of_rfc5321_in_turn_fit_into_a_case, test_every_mode_has_a_name_of_its_own,
    test_severities_and_worlds, test_zero_is_the_default)
