#include "harness/match/match.h"

#include "harness/base/text.h"
#include "harness/base/units.h"

#define MATCH_GLOB_STEPS_MAX 100000 /* `*a*a*a…` against hostile text */

/* --- globs --- */

/* `[a-z]` or `[!a-z]` at the start of `glob`: its length, or 0 when it never closes. */
static size_t match_class(const char *glob, char c, bool *ret_holds)
{
    size_t i = 1;
    bool inverted = glob[i] == '!' || glob[i] == '^';
    i += inverted ? 1 : 0;
    bool holds = false;
    for (bool first = true; glob[i] != 0 && (first || glob[i] != ']'); first = false) {
        if (glob[i + 1] == '-' && glob[i + 2] != 0 && glob[i + 2] != ']') {
            holds = holds || (c >= glob[i] && c <= glob[i + 2]);
            i += 3;
        } else {
            holds = holds || c == glob[i];
            i++;
        }
    }
    *ret_holds = holds != inverted;
    return glob[i] == ']' ? i + 1 : 0;
}

bool match_glob(const char *glob, const char *text)
{
    const char *star = NULL, *resume = NULL;
    for (size_t steps = 0; steps < MATCH_GLOB_STEPS_MAX; steps++) {
        bool holds = false;
        size_t class_len = *glob == '[' && *text != 0 ? match_class(glob, *text, &holds) : 0;
        if (*glob == '*') {
            star = ++glob;
            resume = text;
        } else if (*text == 0) {
            return *glob == 0;
        } else if (class_len > 0 ? holds : (*glob == '?' || *glob == *text)) {
            glob += class_len > 0 ? class_len : 1;
            text++;
        } else if (star != NULL) {
            glob = star;
            text = ++resume;
        } else {
            return false;
        }
    }
    return false;
}

/* --- versions --- */

struct match_version_row {
    const char *name;
    int order;
};

/* By age; the wire's spelling and the scenario's. */
static const struct match_version_row versions[] = {
    {"ssl2", 0},
    {"sslv2", 0},
    {"ssl3", 1},
    {"sslv3", 1},
    {"tls1", 2},
    {"tlsv1", 2},
    {"tls1.0", 2},
    {"tlsv1.0", 2},
    {"tls1.1", 3},
    {"tlsv1.1", 3},
    {"tls1.2", 4},
    {"tlsv1.2", 4},
    {"tls1.3", 5},
    {"tlsv1.3", 5},
};

static int match_protocol(struct span text)
{
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        if (text_equal_caseless(text, span_text(versions[i].name))) {
            return versions[i].order;
        }
    }
    return -1;
}

/* Takes the next number of "3.0.22" off; false where there is none. */
static bool match_part(struct span *text, int64_t *ret)
{
    size_t dot = span_find(*text, '.');
    if (dot + 1 == text->len || !text_is_digit((char)text->data[0]) ||
        !text_integer(span_first(*text, dot), ret)) {
        return false;
    }
    *text = span_from(*text, dot + 1);
    return true;
}

static bool match_version_compare(struct span found, struct span wanted, int *ret_order)
{
    int a = match_protocol(found), b = match_protocol(wanted);
    if (a >= 0 && b >= 0) {
        *ret_order = a - b;
        return true;
    }
    if (found.len == 0 || wanted.len == 0) {
        return false;
    }
    while (found.len > 0 || wanted.len > 0) {
        int64_t x = 0, y = 0; /* 3.0 is 3.0.0 */
        if ((found.len > 0 && !match_part(&found, &x)) ||
            (wanted.len > 0 && !match_part(&wanted, &y))) {
            return false;
        }
        if (x != y) {
            *ret_order = x < y ? -1 : 1;
            return true;
        }
    }
    *ret_order = 0;
    return true;
}

/* --- codes --- */

/* "250" against "2xx"; both of `len` characters, digits of the code or x in the pattern. */
static bool match_code_fits(struct span wanted, struct span found)
{
    if (wanted.len != found.len) {
        return false;
    }
    for (size_t i = 0; i < wanted.len; i++) {
        if (text_lower((char)wanted.data[i]) != 'x' && wanted.data[i] != found.data[i]) {
            return false;
        }
    }
    return true;
}

/* RFC 5321 §4.2: 2 to 5, then 0 to 5, then any digit; what is none of these may be sent, and nobody
 * can wait for it. Servers do send 571 and 599, though, and the first digit says what they mean
 * (§4.2.1): a code that is written out may have any digits behind the first. */
static bool match_code_is_well_formed(struct span text)
{
    if (text.len != 3 || text.data[0] < '2' || text.data[0] > '5') {
        return false;
    }
    char second = (char)text.data[1], third = (char)text.data[2];
    if (text_is_digit(second) && text_is_digit(third)) {
        return true;
    }
    return ((second >= '0' && second <= '5') || text_lower(second) == 'x') &&
           (text_is_digit(third) || text_lower(third) == 'x');
}

/* Three numbers, or x for the second and third (RFC 3463 §2). */
static bool match_enhanced_split(struct span text, int64_t *ret_parts)
{
    for (size_t i = 0; i < 3; i++) {
        size_t dot = span_find(text, '.');
        struct span part = span_first(text, dot);
        if (i > 0 && part.len == 1 && text_lower((char)part.data[0]) == 'x') {
            ret_parts[i] = -1;
        } else if (part.len == 0 || part.len > 3 || !text_is_digit((char)part.data[0]) ||
                   !text_integer(part, &ret_parts[i])) {
            return false;
        }
        if ((i < 2) != (dot < text.len)) {
            return false;
        }
        text = span_from(text, dot + 1);
    }
    return true;
}

static bool match_enhanced_fits(struct span wanted, struct span found)
{
    int64_t a[3], b[3];
    if (!match_enhanced_split(wanted, a) || !match_enhanced_split(found, b)) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if (a[i] >= 0 && a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

/* --- quantities --- */

static bool match_date(struct span text, int64_t now_unix_s, int64_t *ret)
{
    int64_t offset_us;
    if (text.len > 1 && (text.data[0] == '+' || text.data[0] == '-') &&
        units_duration_us(text, &offset_us)) {
        *ret = now_unix_s + offset_us / UNITS_US_PER_S;
        return true;
    }
    return units_date(text, ret);
}

static bool match_quantity(enum match_kind kind, struct span text, int64_t now_unix_s, int64_t *ret)
{
    switch (kind) {
    case MATCH_KIND_INTEGER:
    case MATCH_KIND_CODE:
        return text_integer(text, ret);
    case MATCH_KIND_DATE:
        return match_date(text, now_unix_s, ret);
    case MATCH_KIND_DURATION:
        return text_integer(text, ret) || units_duration_us(text, ret);
    case MATCH_KIND_SIZE:
        return units_size(text, ret);
    case MATCH_KIND_TEXT:
    case MATCH_KIND_VERSION:
    case MATCH_KIND_ENHANCED:
        break;
    }
    return false;
}

bool match_compare(
    enum match_kind kind, struct span found, struct span wanted, int64_t now_unix_s, int *ret_order)
{
    int64_t a, b;
    if (kind == MATCH_KIND_VERSION) {
        return match_version_compare(found, wanted, ret_order);
    }
    if (kind == MATCH_KIND_TEXT) {
        size_t common = found.len < wanted.len ? found.len : wanted.len;
        int order = common == 0 ? 0 : memcmp(found.data, wanted.data, common);
        *ret_order = order != 0 ? order : (found.len > wanted.len) - (found.len < wanted.len);
        return true;
    }
    if (kind == MATCH_KIND_ENHANCED) {
        int64_t x[3], y[3];
        if (!match_enhanced_split(found, x) || !match_enhanced_split(wanted, y) || x[1] < 0 ||
            x[2] < 0 || y[1] < 0 || y[2] < 0) {
            return false;
        }
        a = (x[0] * 1000 + x[1]) * 1000 + x[2];
        b = (y[0] * 1000 + y[1]) * 1000 + y[2];
    } else if (!match_quantity(kind, found, now_unix_s, &a) ||
               !match_quantity(kind, wanted, now_unix_s, &b)) {
        return false;
    }
    *ret_order = (a > b) - (a < b);
    return true;
}

bool match_equal(enum match_kind kind, struct span wanted, struct span found, int64_t now_unix_s)
{
    int order;
    switch (kind) {
    case MATCH_KIND_TEXT:
        return span_equal(wanted, found);
    case MATCH_KIND_CODE:
        return match_code_fits(wanted, found);
    case MATCH_KIND_ENHANCED:
        return match_enhanced_fits(wanted, found);
    case MATCH_KIND_INTEGER:
    case MATCH_KIND_VERSION:
    case MATCH_KIND_DATE:
    case MATCH_KIND_DURATION:
    case MATCH_KIND_SIZE:
        break;
    }
    return match_compare(kind, found, wanted, now_unix_s, &order) ? order == 0
                                                                  : span_equal(wanted, found);
}

bool match_is_well_formed(enum match_kind kind, struct span text)
{
    int64_t number, parts[3];
    int order;
    switch (kind) {
    case MATCH_KIND_TEXT:
        return true;
    case MATCH_KIND_VERSION:
        return match_version_compare(text, text, &order);
    case MATCH_KIND_CODE:
        return match_code_is_well_formed(text);
    case MATCH_KIND_ENHANCED:
        return match_enhanced_split(text, parts);
    case MATCH_KIND_INTEGER:
    case MATCH_KIND_DATE:
    case MATCH_KIND_DURATION:
    case MATCH_KIND_SIZE:
        break;
    }
    return match_quantity(kind, text, 0, &number);
}
