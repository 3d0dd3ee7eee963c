#include "harness/client/client_sasl.h"

#include "harness/tests/unit.h"

static const char *plain_login[] = {"PLAIN", "LOGIN"};
static const char *login_plain[] = {"LOGIN", "PLAIN"};

static const char *choose(const struct plan_login *login, const char **names, size_t names_len,
    unsigned tried, enum plan_in_clear in_clear)
{
    struct client_capabilities offered = {
        .extended = true, .auth = true, .mechanisms = names, .mechanisms_len = names_len};
    const struct client_mechanism *found = client_sasl_choose(login, &offered, tried, in_clear);
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
    ck_assert(!client_sasl_keeps_password()); /* else there are mechanisms to test here */
}
END_TEST

static struct client_sasl *begin(
    struct client_worker **ret_worker, const char *name, const struct plan_login *login)
{
    struct fail fail = {0};
    *ret_worker = client_worker_new(&fail);
    ck_assert_ptr_nonnull(*ret_worker);
    struct client_sasl *sasl = client_sasl_new(*ret_worker, client_sasl_find(name), login, &fail);
    ck_assert_msg(sasl != NULL, "%s", fail.text);
    return sasl;
}

static void step(struct client_sasl *sasl, const char *challenge, struct span wanted, bool shows)
{
    struct buf response;
    bool shown = false;
    buf_init(&response, CLIENT_SASL_RESPONSE_MAX);
    ck_assert_int_eq(
        client_sasl_step(sasl, span_text(challenge), &response, &shown), CLIENT_SASL_RESPONSE);
    ck_assert(span_equal(buf_span(&response), wanted));
    ck_assert_int_eq(shown, shows);
    buf_done(&response);
}

static void step_is_refused(struct client_sasl *sasl)
{
    struct buf response;
    bool shown;
    buf_init(&response, CLIENT_SASL_RESPONSE_MAX);
    ck_assert_int_eq(client_sasl_step(sasl, SPAN_EMPTY, &response, &shown), CLIENT_SASL_REFUSED);
    buf_done(&response);
}

START_TEST(test_plain)
{
    struct client_worker *worker;
    struct plan_login login = {.user = "joe", .password = "correct-horse"};
    struct client_sasl *sasl = begin(&worker, "PLAIN", &login);
    ck_assert(!client_sasl_is_complete(sasl));
    step(sasl, "", SPAN_LITERAL("\0joe\0correct-horse"), true);
    ck_assert(client_sasl_is_complete(sasl));
    step_is_refused(sasl);
    client_sasl_free(sasl);
    login.authorize_as = "admin";
    struct fail fail = {0};
    sasl = client_sasl_new(worker, client_sasl_find("PLAIN"), &login, &fail);
    step(sasl, "", SPAN_LITERAL("admin\0joe\0correct-horse"), true);
    client_sasl_free(sasl);
    client_worker_free(worker);
}
END_TEST

START_TEST(test_login)
{
    struct client_worker *worker;
    struct plan_login login = {.user = "joe", .password = "correct-horse"};
    struct client_sasl *sasl = begin(&worker, "LOGIN", &login);
    step(sasl, "anything", SPAN_LITERAL("joe"), false);
    ck_assert(!client_sasl_is_complete(sasl));
    step(sasl, "", SPAN_LITERAL("correct-horse"), true);
    ck_assert(client_sasl_is_complete(sasl));
    step_is_refused(sasl);
    client_sasl_free(sasl);
    client_worker_free(worker);
}
END_TEST

UNIT_MAIN(test_choice_by_order_and_restriction,
    test_choice_leaves_out_what_was_tried_and_what_is_forbidden, test_plain, test_login)
