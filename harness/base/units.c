#include "harness/base/units.h"

#include "harness/base/text.h"

struct units_row {
    const char *name;
    int64_t factor;
};

static const struct units_row durations[] = {
    {"us", 1},
    {"ms", UNITS_US_PER_MS},
    {"s", UNITS_US_PER_S},
    {"m", 60 * UNITS_US_PER_S},
    {"h", 3600 * UNITS_US_PER_S},
    {"d", 86400 * UNITS_US_PER_S},
    {"w", 7 * 86400 * UNITS_US_PER_S},
};

static const struct units_row sizes[] = {
    {"", 1},
    {"B", 1},
    {"KB", 1000},
    {"MB", 1000 * 1000},
    {"GB", 1000 * 1000 * 1000},
    {"KiB", 1024},
    {"MiB", 1024 * 1024},
    {"GiB", 1024 * 1024 * 1024},
};

/* A whole number, or one with up to six decimals, and a unit of the table behind it. */
static bool units_parse(
    struct span text, const struct units_row *rows, size_t rows_len, int64_t *ret)
{
    size_t digits = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;
    while (digits < text.len && text_is_digit((char)text.data[digits])) {
        digits++;
    }
    int64_t whole;
    if (!text_integer(span_first(text, digits), &whole)) {
        return false;
    }
    bool negative = text.data[0] == '-';
    struct span rest = span_from(text, digits);
    int64_t fraction = 0, scale = 1;
    if (rest.len > 1 && rest.data[0] == '.') {
        size_t at = 1;
        for (; at < rest.len && text_is_digit((char)rest.data[at]) && scale < 1000000; at++) {
            fraction = fraction * 10 + (rest.data[at] - '0');
            scale *= 10;
        }
        if (at == 1) {
            return false;
        }
        rest = span_from(rest, at);
    }
    for (size_t i = 0; i < rows_len; i++) {
        if (!span_equal(rest, span_text(rows[i].name))) {
            continue;
        }
        if (scale > 1 && rows[i].factor == 1) {
            return false; /* there is no half an octet, and no half of a microsecond */
        }
        int64_t value, part;
        if (__builtin_mul_overflow(whole, rows[i].factor, &value) ||
            __builtin_mul_overflow(fraction, rows[i].factor, &part)) {
            return false;
        }
        part /= scale;
        if (negative ? __builtin_sub_overflow(value, part, &value)
                     : __builtin_add_overflow(value, part, &value)) {
            return false;
        }
        *ret = value;
        return true;
    }
    return false;
}

bool units_duration_us(struct span text, int64_t *ret_us)
{
    return units_parse(text, durations, ARRAY_LEN(durations), ret_us);
}

bool units_size(struct span text, int64_t *ret_octets)
{
    int64_t size;
    if (!units_parse(text, sizes, ARRAY_LEN(sizes), &size) || size < 0) {
        return false;
    }
    *ret_octets = size;
    return true;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t units_days(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2 ? 1 : 0;
    int64_t era = year / 400, of_era = year % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool units_field(struct span text, size_t at, size_t len, int64_t *ret)
{
    for (size_t i = at; i < at + len; i++) {
        if (i >= text.len || !text_is_digit((char)text.data[i])) {
            return false;
        }
    }
    return text_integer(span_of(text.data + at, len), ret);
}

static int64_t units_month_days(int64_t year, int64_t month)
{
    return units_days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
           units_days(year, month, 1);
}

bool units_date(struct span text, int64_t *ret_unix_s)
{
    int64_t year, month, day, hour = 0, minute = 0, second = 0;
    if (!units_field(text, 0, 4, &year) || !units_field(text, 5, 2, &month) ||
        !units_field(text, 8, 2, &day) || text.data[4] != '-' || text.data[7] != '-') {
        return false;
    }
    if (text.len != 10 &&
        (text.len != 20 || text.data[10] != 'T' || text.data[13] != ':' || text.data[16] != ':' ||
            text.data[19] != 'Z' || !units_field(text, 11, 2, &hour) ||
            !units_field(text, 14, 2, &minute) || !units_field(text, 17, 2, &second))) {
        return false;
    }
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > units_month_days(year, month) ||
        hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    *ret_unix_s = units_days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}

/* "1.5s": `digits` of the part behind the point, without zeros at its end. */
static void units_show_decimal(
    uint64_t size, uint64_t factor, size_t digits, const char *unit, struct buf *out)
{
    char decimals[8];
    uint64_t part = size % factor;
    size_t len = digits;
    for (size_t i = digits; i > 0; i--, part /= 10) {
        decimals[i - 1] = (char)('0' + part % 10);
    }
    while (len > 1 && decimals[len - 1] == '0') {
        len--;
    }
    buf_printf(out, "%llu.%.*s%s", (unsigned long long)(size / factor), (int)len, decimals, unit);
}

void units_show_duration(int64_t duration_us, struct buf *out)
{
    if (duration_us < 0) {
        buf_append_byte(out, '-');
    }
    uint64_t size = duration_us < 0 ? 0 - (uint64_t)duration_us : (uint64_t)duration_us;
    static const struct units_row shown[] = {
        {"d", 86400 * UNITS_US_PER_S},
        {"h", 3600 * UNITS_US_PER_S},
        {"m", 60 * UNITS_US_PER_S},
        {"s", UNITS_US_PER_S},
    };
    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        uint64_t factor = (uint64_t)shown[i].factor;
        if (size >= factor && size % factor == 0) {
            buf_printf(out, "%llu%s", (unsigned long long)(size / factor), shown[i].name);
            return;
        }
    }
    if (size == 0) {
        buf_append_text(out, "0s");
    } else if (size > UNITS_US_PER_S) {
        units_show_decimal(size, UNITS_US_PER_S, 6, "s", out);
    } else if (size % UNITS_US_PER_MS == 0) {
        buf_printf(out, "%llums", (unsigned long long)(size / UNITS_US_PER_MS));
    } else if (size > UNITS_US_PER_MS) {
        units_show_decimal(size, UNITS_US_PER_MS, 3, "ms", out);
    } else {
        buf_printf(out, "%lluus", (unsigned long long)size);
    }
}

void units_show_size(int64_t octets, struct buf *out)
{
    for (size_t i = ARRAY_LEN(sizes); i-- > 5;) {
        if (octets >= sizes[i].factor && octets % sizes[i].factor == 0) {
            buf_printf(out, "%lld%s", (long long)(octets / sizes[i].factor), sizes[i].name);
            return;
        }
    }
    buf_printf(out, "%lld", (long long)octets);
}

void units_show_date(int64_t unix_s, struct buf *out)
{
    int64_t days = unix_s / 86400 - (unix_s % 86400 < 0 ? 1 : 0);
    int64_t rest = unix_s - days * 86400;
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    int64_t year = years + era * 400 + (month <= 2 ? 1 : 0);
    buf_printf(out, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ", (long long)year, (long long)month,
        (long long)day, (long long)(rest / 3600), (long long)(rest / 60 % 60),
        (long long)(rest % 60));
}
