#include "fake-server/fake_capabilities.h"

#include "harness/tests/unit.h"

static const char *const clear_mechanisms[] = {"LOGIN"};
static const char *const tls_mechanisms[] = {"PLAIN", "LOGIN"};

#define LIST(array) ((struct plan_text_list){array, ARRAY_LEN(array)})

static struct plan_server plan_of(enum plan_tls tls, enum plan_starttls starttls)
{
    return (struct plan_server){
        .host = "mail.here.com",
        .tls = tls,
        .starttls = starttls,
        .auth = {.before_tls = LIST(clear_mechanisms), .after_tls = LIST(tls_mechanisms)},
    };
}

static void check(const struct fake_capabilities *at, const char *wanted)
{
    struct buf out;
    buf_init(&out, 10000);
    fake_capabilities_write(at, &out);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_done(&out);
}

#define STOCK "250-mail.here.com\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n"

START_TEST(test_stock_list)
{
    struct plan_server plan = plan_of(PLAN_TLS_STARTTLS, PLAN_STARTTLS_OFFERED);
    check(&(struct fake_capabilities){.plan = &plan},
        STOCK "250-ENHANCEDSTATUSCODES\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n");
    check(&(struct fake_capabilities){.plan = &plan, .tls = true},
        STOCK "250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN\r\n");
}
END_TEST

START_TEST(test_starttls_is_shown_where_it_is_offered)
{
    static const struct {
        enum plan_tls tls;
        enum plan_starttls starttls;
        bool shown;
    } rows[] = {
        {PLAN_TLS_STARTTLS, PLAN_STARTTLS_OFFERED, true},
        {PLAN_TLS_STARTTLS, PLAN_STARTTLS_REQUIRED, true},
        {PLAN_TLS_STARTTLS, PLAN_STARTTLS_REFUSED, true},
        {PLAN_TLS_STARTTLS, PLAN_STARTTLS_UNLISTED, false},
        {PLAN_TLS_NONE, PLAN_STARTTLS_OFFERED, false},
        {PLAN_TLS_ON_CONNECT, PLAN_STARTTLS_OFFERED, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (int tls = 0; tls < 2; tls++) {
            struct plan_server plan = plan_of(rows[i].tls, rows[i].starttls);
            struct fake_capabilities at = {.plan = &plan, .tls = tls > 0};
            struct buf out;
            buf_init(&out, 10000);
            fake_capabilities_write(&at, &out);
            bool found = strstr(buf_text(&out), "STARTTLS") != NULL;
            ck_assert_msg(found == (rows[i].shown && !at.tls), "row %zu, tls %d", i, tls);
            buf_done(&out);
        }
    }
}
END_TEST

START_TEST(test_styles_of_auth)
{
    struct plan_server plan = plan_of(PLAN_TLS_NONE, PLAN_STARTTLS_OFFERED);
    plan.capabilities_given = true;
    struct fake_capabilities at = {.plan = &plan};
    check(&at, "250-mail.here.com\r\n250 AUTH LOGIN\r\n");
    plan.auth.style_equals = true;
    check(&at, "250-mail.here.com\r\n250 AUTH=LOGIN\r\n");
    plan.auth.style_standard = true;
    check(&at, "250-mail.here.com\r\n250-AUTH LOGIN\r\n250 AUTH=LOGIN\r\n");
    plan.auth.before_tls = (struct plan_text_list){0};
    check(&at, "250 mail.here.com\r\n");
}
END_TEST

START_TEST(test_lists_of_their_own)
{
    static const char *const before[] = {"SIZE 100"}, *const after[] = {"SIZE 200", "DSN"},
                             *const logged_in[] = {"XTHANKS"};
    struct plan_server plan = plan_of(PLAN_TLS_STARTTLS, PLAN_STARTTLS_OFFERED);
    plan.capabilities_given = true;
    plan.capabilities_exact = true;
    plan.capabilities_before_tls = LIST(before);
    plan.capabilities_after_tls = LIST(after);
    check(&(struct fake_capabilities){.plan = &plan}, "250-mail.here.com\r\n250 SIZE 100\r\n");
    check(&(struct fake_capabilities){.plan = &plan, .tls = true},
        "250-mail.here.com\r\n250-SIZE 200\r\n250 DSN\r\n");
    check(&(struct fake_capabilities){.plan = &plan, .tls = true, .logged_in = true},
        "250-mail.here.com\r\n250-SIZE 200\r\n250 DSN\r\n");
    plan.capabilities_after_auth = LIST(logged_in);
    check(&(struct fake_capabilities){.plan = &plan, .tls = true, .logged_in = true},
        "250-mail.here.com\r\n250 XTHANKS\r\n");
}
END_TEST

/* The limit that a server with one line of capabilities has. */
static int64_t limit_of(const char *item)
{
    struct plan_server plan = plan_of(PLAN_TLS_NONE, PLAN_STARTTLS_OFFERED);
    plan.capabilities_given = true;
    plan.capabilities_before_tls = (struct plan_text_list){&item, 1};
    return fake_capabilities_size_limit(&(struct fake_capabilities){.plan = &plan});
}

START_TEST(test_size_limit)
{
    ck_assert_int_eq(limit_of("SIZE 1000"), 1000);
    ck_assert_int_eq(limit_of("size  1000 "), 1000);
    ck_assert_int_eq(limit_of("SIZE"), 0);
    ck_assert_int_eq(limit_of("SIZE 0"), 0);
    ck_assert_int_eq(limit_of("SIZE abc"), 0);
    ck_assert_int_eq(limit_of("SIZE -5"), 0);
    ck_assert_int_eq(limit_of("SIZE 99999999999999999999"), INT64_MAX);
    ck_assert_int_eq(limit_of("SIZEX 1000"), 0);
    ck_assert_int_eq(limit_of("DSN"), 0);
}
END_TEST

START_TEST(test_parameters)
{
    static const struct {
        const char *capability, *name;
        enum fake_parameter_of of;
        bool allowed;
    } rows[] = {
        {"SIZE", "SIZE", FAKE_PARAMETER_OF_MAIL, true},
        {"SIZE", "size", FAKE_PARAMETER_OF_MAIL, true},
        {"SIZE", "SIZE", FAKE_PARAMETER_OF_RCPT, false},
        {"DSN", "SIZE", FAKE_PARAMETER_OF_MAIL, false},
        {"DSN", "RET", FAKE_PARAMETER_OF_MAIL, true},
        {"DSN", "NOTIFY", FAKE_PARAMETER_OF_MAIL, false},
        {"dsn", "NOTIFY", FAKE_PARAMETER_OF_RCPT, true},
        {"8BITMIME", "BODY", FAKE_PARAMETER_OF_MAIL, true},
        {"BINARYMIME", "BODY", FAKE_PARAMETER_OF_MAIL, true},
        {"SMTPUTF8", "BODY", FAKE_PARAMETER_OF_MAIL, false},
        {"SIZE", "AUTH", FAKE_PARAMETER_OF_MAIL, true}, /* from its own key */
        {"SIZE", "AUTH", FAKE_PARAMETER_OF_RCPT, false},
        {"XUNKNOWN", "XUNKNOWN", FAKE_PARAMETER_OF_MAIL, false},
        {"SIZE", "", FAKE_PARAMETER_OF_MAIL, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct plan_server plan = plan_of(PLAN_TLS_NONE, PLAN_STARTTLS_OFFERED);
        plan.capabilities_given = true;
        plan.capabilities_before_tls = (struct plan_text_list){&rows[i].capability, 1};
        struct fake_capabilities at = {.plan = &plan};
        bool allowed = fake_capabilities_allow_parameter(&at, rows[i].of, span_text(rows[i].name));
        ck_assert_msg(allowed == rows[i].allowed, "row %zu", i);
    }
}
END_TEST

UNIT_MAIN(test_stock_list, test_starttls_is_shown_where_it_is_offered, test_styles_of_auth,
    test_lists_of_their_own, test_size_limit, test_parameters)
