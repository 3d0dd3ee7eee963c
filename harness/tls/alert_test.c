#include "harness/tests/unit.h"
#include "harness/tls/session.h"

START_TEST(test_names_and_numbers_agree)
{
    size_t named = 0;
    for (unsigned alert = 0; alert <= UINT8_MAX; alert++) {
        const char *name = tls_alert_name(alert);
        if (strcmp(name, "unknown") != 0) {
            ck_assert_int_eq(tls_alert_find(name), (int)alert);
            named++;
        }
    }
    ck_assert_uint_eq(named, 34);
}
END_TEST

/* Spot checks against the library's numbers. */
START_TEST(test_numbers_are_the_librarys)
{
    static const struct {
        const char *name;
        int alert;
    } cases[] = {
        {"close_notify", SSL_AD_CLOSE_NOTIFY},
        {"handshake_failure", SSL_AD_HANDSHAKE_FAILURE},
        {"bad_certificate", SSL_AD_BAD_CERTIFICATE},
        {"certificate_expired", SSL_AD_CERTIFICATE_EXPIRED},
        {"unknown_ca", SSL_AD_UNKNOWN_CA},
        {"protocol_version", SSL_AD_PROTOCOL_VERSION},
        {"internal_error", SSL_AD_INTERNAL_ERROR},
        {"user_canceled", SSL_AD_USER_CANCELLED},
        {"unrecognized_name", SSL_AD_UNRECOGNIZED_NAME},
        {"certificate_required", SSL_AD_CERTIFICATE_REQUIRED},
        {"no_application_protocol", SSL_AD_NO_APPLICATION_PROTOCOL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ck_assert_int_eq(tls_alert_find(cases[i].name), cases[i].alert);
    }
}
END_TEST

START_TEST(test_what_is_no_alert)
{
    ck_assert_str_eq(tls_alert_name(1), "unknown");
    ck_assert_str_eq(tls_alert_name(40 + 256), "unknown");
    ck_assert_int_eq(tls_alert_find("unknown"), -1);
    ck_assert_int_eq(tls_alert_find(""), -1);
    ck_assert_int_eq(tls_alert_find("HANDSHAKE_FAILURE"), -1);
}
END_TEST

UNIT_MAIN(test_names_and_numbers_agree, test_numbers_are_the_librarys, test_what_is_no_alert)
