#include "harness/evidence/alert.h"

#include "harness/tests/unit.h"

START_TEST(test_names_and_numbers_agree)
{
    size_t named = 0;
    for (unsigned alert = 0; alert <= UINT8_MAX; alert++) {
        const char *name = alert_name(alert);
        if (strcmp(name, "unknown") != 0) {
            ck_assert_int_eq(alert_find(name), (int)alert);
            named++;
        }
    }
    ck_assert_uint_eq(named, 34);
    for (const char *const *name = alert_names(); *name != NULL; name++) {
        ck_assert_int_ge(alert_find(*name), 0);
        named--;
    }
    ck_assert_uint_eq(named, 0);
}
END_TEST

START_TEST(test_what_is_no_alert)
{
    ck_assert_str_eq(alert_name(1), "unknown");
    ck_assert_str_eq(alert_name(40 + 256), "unknown");
    ck_assert_int_eq(alert_find("unknown"), -1);
    ck_assert_int_eq(alert_find(""), -1);
    ck_assert_int_eq(alert_find("HANDSHAKE_FAILURE"), -1);
}
END_TEST

START_TEST(test_levels)
{
    ck_assert_uint_eq(alert_level((unsigned)alert_find("close_notify")), 1);
    ck_assert_uint_eq(alert_level((unsigned)alert_find("unexpected_message")), 2);
    ck_assert_uint_eq(alert_level((unsigned)alert_find("no_application_protocol")), 2);
    ck_assert_uint_eq(alert_level(1), 2);
}
END_TEST

UNIT_MAIN(test_names_and_numbers_agree, test_what_is_no_alert, test_levels)
