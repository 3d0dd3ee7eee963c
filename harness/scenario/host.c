#include "harness/scenario/host.h"

#include "harness/base/text.h"

#define HOST_GROUPS 8 /* of an IPv6 address */

static bool host_is_v4(struct span text)
{
    for (size_t part = 0; part < 4; part++) {
        int64_t number;
        size_t dot = span_find(text, '.');
        struct span digits = span_first(text, dot);
        if (digits.len == 0 || digits.len > 3 || !text_is_digit((char)digits.data[0]) ||
            (digits.len > 1 && digits.data[0] == '0') || !text_integer(digits, &number) ||
            number > 255 || (dot < text.len) != (part < 3)) {
            return false;
        }
        text = span_from(text, dot + 1);
    }
    return true;
}

/* One to four hexadecimal digits. */
static bool host_is_group(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text_lower((char)text.data[i]);
        if (!text_is_digit(c) && (c < 'a' || c > 'f')) {
            return false;
        }
    }
    return text.len >= 1 && text.len <= 4;
}

/* Groups with single colons between them, at the end of the address an IPv4 one may be the last
 * two; 0 where it is none. */
static size_t host_groups(struct span text, bool end)
{
    size_t groups = 0;
    while (true) {
        size_t colon = span_find(text, ':');
        bool last = colon == text.len;
        struct span group = span_first(text, colon);
        if (last && end && host_is_v4(group)) {
            return groups + 2;
        }
        if (!host_is_group(group)) {
            return 0;
        }
        groups++;
        if (last) {
            return groups;
        }
        text = span_from(text, colon + 1);
    }
}

static bool host_is_v6(struct span text)
{
    const uint8_t *gap = text.len < 2 ? NULL : memmem(text.data, text.len, "::", 2);
    if (gap == NULL) {
        return host_groups(text, true) == HOST_GROUPS;
    }
    struct span before = span_first(text, (size_t)(gap - text.data));
    struct span behind = span_from(text, before.len + 2);
    size_t groups = 0;
    for (int side = 0; side < 2; side++) {
        struct span half = side == 0 ? before : behind;
        size_t here = half.len == 0 ? 0 : host_groups(half, side == 1);
        if (here == 0 && half.len > 0) {
            return false;
        }
        groups += here;
    }
    return groups < HOST_GROUPS;
}

bool host_is_address(struct span text)
{
    return host_is_v4(text) || host_is_v6(text);
}

static bool host_is_number(struct span label)
{
    for (size_t i = 0; i < label.len; i++) {
        if (!text_is_digit((char)label.data[i])) {
            return false;
        }
    }
    return label.len > 0;
}

static const char *host_name_problem(struct span text, bool star)
{
    struct span rest = text, label = SPAN_EMPTY;
    if (rest.data[rest.len - 1] == '.') {
        rest = span_first(rest, rest.len - 1);
    }
    for (bool more = true; more;) {
        size_t dot = span_find(rest, '.');
        more = dot < rest.len;
        label = span_first(rest, dot);
        bool is_star = star && label.data == text.data && more &&
                       span_equal(label, SPAN_LITERAL("*"));
        if (label.len == 0) {
            return "nothing stands before, or between, its dots";
        }
        if (label.len > HOST_LABEL_MAX) {
            return "a part between its dots has more than 63 octets";
        }
        if (!is_star && span_find(label, '*') < label.len) {
            return star ? "a * is a whole first part: *.a.test" : "'*' cannot stand in one";
        }
        rest = span_from(rest, dot + 1);
        if (more && rest.len == 0) {
            return "nothing stands before, or between, its dots";
        }
    }
    return host_is_number(label) ? "its last part is a number, and it is no address" : NULL;
}

const char *host_problem(struct span text, bool star)
{
    if (text.len == 0 || text.len > HOST_NAME_MAX) {
        return "a name has 1 to 253 octets";
    }
    if (span_find(text, ':') < text.len) {
        return host_is_v6(text) ? NULL : "it is no IPv6 address, and ':' stands in no name";
    }
    return host_is_v4(text) ? NULL : host_name_problem(text, star);
}
