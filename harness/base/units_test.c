#include "harness/base/units.h"

#include "harness/tests/unit.h"

#define S UNITS_US_PER_S

/* Read from `text`; written as `shown`. */
static const struct {
    const char *text;
    int64_t us;
    const char *shown;
} durations[] = {
    {"0s", 0, "0s"},
    {"1us", 1, "1us"},
    {"999us", 999, "999us"},
    {"1001us", 1001, "1.001ms"},
    {"250ms", 250000, "250ms"},
    {"1000ms", S, "1s"},
    {"1s", S, "1s"},
    {"1.5s", 1500000, "1.5s"},
    {"0.5s", 500000, "500ms"},
    {"1.000001s", 1000001, "1.000001s"},
    {"90.25s", 90250000, "90.25s"},
    {"10s", 10 * S, "10s"},
    {"60s", 60 * S, "1m"},
    {"5m", 300 * S, "5m"},
    {"90s", 90 * S, "90s"},
    {"2h", 7200 * S, "2h"},
    {"90m", 5400 * S, "90m"},
    {"1d", 86400 * S, "1d"},
    {"14d", 14 * 86400 * S, "14d"},
    {"2w", 14 * 86400 * S, "14d"},
    {"-1d", -86400 * S, "-1d"},
    {"+14d", 14 * 86400 * S, "14d"},
    {"-0.5s", -500000, "-500ms"},
    {"-1.5h", -5400 * S, "-90m"},
    {"106751991d", INT64_C(106751991) * 86400 * S, "106751991d"},
    {"9223372036854775807us", INT64_MAX, "9223372036854.775807s"},
    {"-9223372036854775808us", INT64_MIN, "-9223372036854.775808s"},
};

START_TEST(test_durations_both_ways)
{
    for (size_t i = 0; i < ARRAY_LEN(durations); i++) {
        int64_t us = 99;
        ck_assert_msg(
            units_duration_us(span_text(durations[i].text), &us), "%s", durations[i].text);
        ck_assert_int_eq(us, durations[i].us);
        struct buf out;
        buf_init(&out, 100);
        units_show_duration(us, &out);
        ck_assert_str_eq(buf_text(&out), durations[i].shown);
        int64_t again = 99;
        if (us != INT64_MIN && us != INT64_MAX) {
            ck_assert(units_duration_us(buf_span(&out), &again));
            ck_assert_int_eq(again, us);
        }
        buf_done(&out);
    }
}
END_TEST

START_TEST(test_what_is_no_duration)
{
    static const char *const bad[] = {"", "s", "5", "0", "-", "-s", "5 s", " 5s", "5s ", "5S",
        "5sec", "5M", "1.s", ".5s", "1.5", "1.5.5s", "1e3s", "0x5s", "--5s", "5m30s", "0.5us",
        "1.0000001s", /* finer than a microsecond */
        "106751992d", "9223372036854775808us", "-9223372036854775809us", "99999999999999999999s",
        "153722867281m", "9223372036854.775808s"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t us = 99;
        ck_assert_msg(!units_duration_us(span_text(bad[i]), &us), "%s", bad[i]);
        ck_assert_int_eq(us, 99);
    }
}
END_TEST

static const struct {
    const char *text;
    int64_t octets;
    const char *shown;
} sizes[] = {
    {"0", 0, "0"},
    {"512", 512, "512"},
    {"70000", 70000, "70000"},
    {"1024", 1024, "1KiB"},
    {"12B", 12, "12"},
    {"1KB", 1000, "1000"},
    {"10KiB", 10240, "10KiB"},
    {"10MiB", INT64_C(10485760), "10MiB"},
    {"35MB", INT64_C(35000000), "35000000"},
    {"1.5MiB", INT64_C(1572864), "1536KiB"},
    {"2GB", INT64_C(2000000000), "1953125KiB"},
    {"4GiB", INT64_C(4294967296), "4GiB"},
    {"9223372036854775807", INT64_MAX, "9223372036854775807"},
};

START_TEST(test_sizes_both_ways)
{
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        int64_t octets = 99;
        ck_assert_msg(units_size(span_text(sizes[i].text), &octets), "%s", sizes[i].text);
        ck_assert_int_eq(octets, sizes[i].octets);
        struct buf out;
        buf_init(&out, 100);
        units_show_size(octets, &out);
        ck_assert_str_eq(buf_text(&out), sizes[i].shown);
        int64_t again = 99;
        ck_assert(units_size(buf_span(&out), &again));
        ck_assert_int_eq(again, octets);
        buf_done(&out);
    }
}
END_TEST

START_TEST(test_what_is_no_size)
{
    static const char *const bad[] = {"", "B", "-1", "-1KiB", "1.5", "1.5B", "10 MiB", "10mib",
        "10Mib", "10M", "10TiB", "9223372036854775808", "8589934592GiB", "KiB", "1..5KiB"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t octets = 99;
        ck_assert_msg(!units_size(span_text(bad[i]), &octets), "%s", bad[i]);
        ck_assert_int_eq(octets, 99);
    }
}
END_TEST

static const struct {
    const char *text;
    int64_t unix_s;
} dates[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:01Z", 1},
    {"1969-12-31T23:59:59Z", -1},
    {"2026-01-01T00:00:00Z", INT64_C(1767225600)},
    {"2000-02-29T12:34:56Z", INT64_C(951827696)},
    {"1900-02-28T00:00:00Z", INT64_C(-2203977600)},
    {"2038-01-19T03:14:08Z", INT64_C(2147483648)},
    {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
    {"0001-01-01T00:00:00Z", INT64_C(-62135596800)},
};

START_TEST(test_dates_both_ways)
{
    for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
        int64_t unix_s = 99;
        ck_assert_msg(units_date(span_text(dates[i].text), &unix_s), "%s", dates[i].text);
        ck_assert_int_eq(unix_s, dates[i].unix_s);
        struct buf out;
        buf_init(&out, 100);
        units_show_date(unix_s, &out);
        ck_assert_str_eq(buf_text(&out), dates[i].text);
        buf_done(&out);
    }
    int64_t unix_s = 99;
    ck_assert(units_date(SPAN_LITERAL("2026-01-01"), &unix_s)); /* its first moment */
    ck_assert_int_eq(unix_s, INT64_C(1767225600));
}
END_TEST

START_TEST(test_every_day_of_four_centuries)
{
    struct buf out;
    buf_init(&out, 100);
    for (int64_t day = -146097; day < 146097; day++) {
        int64_t again = 0;
        buf_clear(&out);
        units_show_date(day * 86400 + 86399, &out);
        if (!units_date(buf_span(&out), &again) || again != day * 86400 + 86399) {
            ck_abort_msg("%s", buf_text(&out)); /* an assertion for each would take seconds */
        }
    }
    buf_done(&out);
}
END_TEST

START_TEST(test_what_is_no_date)
{
    static const char *const bad[] = {"", "2026", "2026-01", "2026-1-1", "2026-00-01", "2026-13-01",
        "2026-01-00", "2026-01-32", "2026-02-29", "1900-02-29", "2026-04-31", "0000-01-01",
        "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01T00:00:00+01:00", "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00z", "2026/01/01", "26-01-01", "+2026-01-01", "2026-01-01T", "+14d",
        "20x6-01-01", "2026-01-01T00:00:0", "12026-01-01"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t unix_s = 99;
        ck_assert_msg(!units_date(span_text(bad[i]), &unix_s), "%s", bad[i]);
        ck_assert_int_eq(unix_s, 99);
    }
}
END_TEST

UNIT_MAIN(test_durations_both_ways, test_what_is_no_duration, test_sizes_both_ways,
    test_what_is_no_size, test_dates_both_ways, test_every_day_of_four_centuries,
    test_what_is_no_date)
