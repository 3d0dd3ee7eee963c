#include "harness/client/client_sasl.h"

#include "harness/tests/unit.h"

static const char *plain_login[] = {"PLAIN", "LOGIN"};
static const char *login_plain[] = {"LOGIN", "PLAIN"};

static const char *choose(const struct plan_login *login, const char **names, size_t names_len,
    unsigned tried, enum plan_in_clear in_clear)
{
    struct client_capabilities offered = {
        .extended = true, .auth = true, .mechanisms = names, .mechanisms_len = names_len};
    struct client_sasl_setting setting = {.in_clear = in_clear};
    const struct client_mechanism *found = client_sasl_choose(login, &offered, tried, &setting);
    return found == NULL ? "none" : found->name;
}

START_TEST(test_choice_by_order_and_restriction)
{
    struct plan_login login = {.wanted = true, .user = "joe", .password = "correct-horse"};
    ck_assert_str_eq(choose(&login, login_plain, 2, 0, PLAN_IN_CLEAR_ANY), "PLAIN");
    login.order = PLAN_ORDER_SIMPLE;
    ck_assert_str_eq(choose(&login, plain_login, 2, 0, PLAN_IN_CLEAR_ANY), "LOGIN");
    login.order = PLAN_ORDER_LISTED;
    ck_assert_str_eq(choose(&login, plain_login, 2, 0, PLAN_IN_CLEAR_ANY), "PLAIN");
    ck_assert_str_eq(choose(&login, login_plain, 2, 0, PLAN_IN_CLEAR_ANY), "LOGIN");
    login.mechanisms = (struct plan_text_list){login_plain, 2};
    ck_assert_str_eq(choose(&login, plain_login, 2, 0, PLAN_IN_CLEAR_ANY), "LOGIN");
    login.mechanisms = (struct plan_text_list){login_plain, 1};
    ck_assert_str_eq(choose(&login, plain_login, 1, 0, PLAN_IN_CLEAR_ANY), "none");
    login.try_unlisted = true;
    ck_assert_str_eq(choose(&login, NULL, 0, 0, PLAN_IN_CLEAR_ANY), "LOGIN");
}
END_TEST

START_TEST(test_choice_leaves_out_what_was_tried_and_what_is_forbidden)
{
    struct plan_login login = {.wanted = true, .user = "joe", .password = "correct-horse"};
    unsigned tried = client_sasl_bit(client_sasl_find("plain"));
    ck_assert_str_eq(choose(&login, plain_login, 2, tried, PLAN_IN_CLEAR_ANY), "LOGIN");
    ck_assert_str_eq(choose(&login, plain_login, 2, 0, PLAN_IN_CLEAR_NEVER), "none");
    ck_assert_str_eq(choose(&login, plain_login, 2, 0, PLAN_IN_CLEAR_CHALLENGE_RESPONSE), "none");
}
END_TEST

static const char *choose_at(
    const struct plan_login *login, const struct client_sasl_setting *setting)
{
    static const char *names[] = {"ANONYMOUS", "LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER",
        "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "EXTERNAL"};
    struct client_capabilities offered = {
        .extended = true, .auth = true, .mechanisms = names, .mechanisms_len = ARRAY_LEN(names)};
    const struct client_mechanism *found = client_sasl_choose(login, &offered, 0, setting);
    return found == NULL ? "none" : found->name;
}

START_TEST(test_choice_by_what_there_is_to_prove_it_with)
{
    struct plan_login login = {.wanted = true, .user = "joe", .password = "correct-horse"};
    struct client_sasl_setting setting = {.in_clear = PLAN_IN_CLEAR_ANY};
    ck_assert_str_eq(choose_at(&login, &setting), "SCRAM-SHA-256");
    setting.binding = true;
    ck_assert_str_eq(choose_at(&login, &setting), "SCRAM-SHA-256-PLUS");
    setting.certificate = true;
    ck_assert_str_eq(choose_at(&login, &setting), "EXTERNAL");
    login.order = PLAN_ORDER_SIMPLE;
    ck_assert_str_eq(choose_at(&login, &setting), "LOGIN");
    setting.no_simple = true;
    ck_assert_str_eq(choose_at(&login, &setting), "CRAM-MD5");
    setting = (struct client_sasl_setting){.in_clear = PLAN_IN_CLEAR_CHALLENGE_RESPONSE};
    ck_assert_str_eq(choose_at(&login, &setting), "CRAM-MD5");
    login = (struct plan_login){.wanted = true, .user = "joe", .token = "a-token-of-mine"};
    ck_assert_str_eq(choose_at(&login, &setting), "none");
    setting.in_clear = PLAN_IN_CLEAR_ANY;
    ck_assert_str_eq(choose_at(&login, &setting), "OAUTHBEARER");
    static const char *anonymous[] = {"ANONYMOUS"};
    login = (struct plan_login){.wanted = true};
    ck_assert_str_eq(choose_at(&login, &setting), "none");
    login.mechanisms = (struct plan_text_list){anonymous, 1};
    ck_assert_str_eq(choose_at(&login, &setting), "ANONYMOUS");
}
END_TEST

START_TEST(test_what_is_spoken)
{
    const char *why = "";
    ck_assert(client_sasl_speaks("scram-sha-256-plus", &why));
    ck_assert(why == NULL && !client_sasl_speaks("GSSAPI", &why));
    ck_assert(why == NULL && !client_sasl_speaks("SCRAM-SHA-512", &why));
    ck_assert_str_eq(why, "libgsasl has SCRAM with SHA-1 and SHA-256 only");
}
END_TEST

UNIT_MAIN(test_choice_by_order_and_restriction,
    test_choice_leaves_out_what_was_tried_and_what_is_forbidden,
    test_choice_by_what_there_is_to_prove_it_with, test_what_is_spoken)
