#include "harness/client/client.h"
#include "harness/tests/unit.h"

static void check(const char *host, uint16_t port, enum plan_ssl_mode mode,
    enum plan_ssl_mode wanted, uint16_t wanted_port, const char *reason)
{
    struct client_detection found = client_detect(host, port, mode);
    ck_assert_msg(
        found.mode == wanted && found.port == wanted_port && strcmp(found.reason, reason) == 0,
        "%s:%u %s: found %s on port %u by %s", host, port, plan_ssl_mode_name(mode),
        plan_ssl_mode_name(found.mode), found.port, found.reason);
}

START_TEST(test_the_port_decides)
{
    check("a.test", 25, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_NONE, 25, "port");
    check("a.test", 465, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_ON_CONNECT, 465, "port");
    check("a.test", 587, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_STARTTLS_IF_SUPPORTED, 587, "port");
    check("a.test", 2525, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_NONE, 2525, "default");
    check("a.test", 0, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_NONE, 25, "default");
}
END_TEST

START_TEST(test_a_well_known_host_decides_where_no_port_is_given)
{
    check("smtp.gmail.com", 0, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_ON_CONNECT, 465, "host");
    check("SMTP.Gmail.com.", 0, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_ON_CONNECT, 465, "host");
    check("smtp.live.com", 0, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_STARTTLS, 587, "host");
    check("email-smtp.eu-west-1.amazonaws.com", 0, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_ON_CONNECT,
        465, "host");
    check("smtp.gmail.com", 25, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_NONE, 25, "port");
    check("smtp.gmail.com.evil.test", 0, PLAN_SSL_MODE_AUTO, PLAN_SSL_MODE_NONE, 25, "default");
}
END_TEST

START_TEST(test_an_explicit_mode_always_wins)
{
    for (int mode = PLAN_SSL_MODE_NONE; mode < PLAN_SSL_MODE_COUNT; mode++) {
        check("smtp.gmail.com", 465, (enum plan_ssl_mode)mode, (enum plan_ssl_mode)mode, 465,
            "explicit");
    }
    check("a.test", 0, PLAN_SSL_MODE_NONE, PLAN_SSL_MODE_NONE, 25, "explicit");
    check("a.test", 0, PLAN_SSL_MODE_ON_CONNECT, PLAN_SSL_MODE_ON_CONNECT, 465, "explicit");
    check("a.test", 0, PLAN_SSL_MODE_STARTTLS, PLAN_SSL_MODE_STARTTLS, 587, "explicit");
}
END_TEST

UNIT_MAIN(test_the_port_decides, test_a_well_known_host_decides_where_no_port_is_given,
    test_an_explicit_mode_always_wins)
