#include "harness/base/text.h"

char text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

char text_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool text_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool text_equal_caseless(struct span a, struct span b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (text_lower((char)a.data[i]) != text_lower((char)b.data[i])) {
            return false;
        }
    }
    return true;
}

bool text_starts_caseless(struct span text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && text_equal_caseless(span_first(text, len), span_text(prefix));
}

bool text_ends(const char *text, const char *suffix)
{
    size_t text_len = strlen(text), suffix_len = strlen(suffix);
    return text_len >= suffix_len && strcmp(text + text_len - suffix_len, suffix) == 0;
}

struct span text_trim(struct span text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text = span_from(text, 1);
    }
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

bool text_integer(struct span text, int64_t *ret)
{
    bool negative = text.len > 0 && text.data[0] == '-';
    if (negative || (text.len > 0 && text.data[0] == '+')) {
        text = span_from(text, 1);
    }
    if (text.len == 0) {
        return false;
    }
    int64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!text_is_digit((char)text.data[i])) {
            return false;
        }
        int64_t digit = text.data[i] - '0';
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, digit, &number)) { /* downwards: INT64_MIN fits */
            return false;
        }
    }
    if (!negative && number == INT64_MIN) {
        return false;
    }
    *ret = negative ? number : -number;
    return true;
}

/* The length of the UTF-8 sequence at the start of `bytes` (RFC 3629), 0 when there is none. */
static size_t text_utf8_sequence(struct span bytes, uint32_t *ret_point)
{
    uint8_t lead = bytes.data[0];
    size_t len = lead < 0x80   ? 1
                 : lead < 0xc2 ? 0
                 : lead < 0xe0 ? 2
                 : lead < 0xf0 ? 3
                 : lead < 0xf5 ? 4
                               : 0;
    if (len == 0 || len > bytes.len) {
        return 0;
    }
    uint32_t point = len == 1 ? lead : lead & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((bytes.data[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (bytes.data[i] & 0x3f);
    }
    bool overlong = (len == 3 && point < 0x800) || (len == 4 && point < 0x10000);
    if (overlong || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) {
        return 0;
    }
    *ret_point = point;
    return len;
}

/* Characters that move the cursor, turn the writing direction or break the line unseen. */
static bool text_is_hidden(uint32_t point)
{
    return (point >= 0x80 && point < 0xa0) || (point >= 0x200b && point <= 0x200f) ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x2069) ||
           point == 0xfeff || point == 0x061c;
}

size_t text_character(struct span bytes, bool *ret_plain)
{
    uint32_t point = 0;
    size_t len = text_utf8_sequence(bytes, &point);
    *ret_plain = len > 0 && point >= 0x20 && point != 0x7f && !text_is_hidden(point);
    return len == 0 ? 1 : len;
}

struct text_range {
    uint32_t first, last;
};

static bool text_is_within(uint32_t point, const struct text_range *ranges, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* By blocks: single characters of other width within one are not worth their rows. */
unsigned text_width(struct span character)
{
    static const struct text_range joined[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
        {0x064b, 0x065f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d}, {0x20d0, 0x20ff},
        {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}};
    static const struct text_range wide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
        {0xa960, 0xa97f}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
        {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
        {0x20000, 0x3fffd}};
    uint32_t point = 0;
    if (text_utf8_sequence(character, &point) == 0) {
        return 1;
    }
    return text_is_within(point, joined, ARRAY_LEN(joined)) ? 0
           : text_is_within(point, wide, ARRAY_LEN(wide))   ? 2
                                                            : 1;
}

static void text_escape_byte(uint8_t byte, struct buf *out)
{
    switch (byte) {
    case '\r':
        buf_append_text(out, "\\r");
        break;
    case '\n':
        buf_append_text(out, "\\n");
        break;
    case '\t':
        buf_append_text(out, "\\t");
        break;
    case '\\':
        buf_append_text(out, "\\\\");
        break;
    case 0:
        buf_append_text(out, "\\0");
        break;
    default:
        buf_printf(out, "\\x%02x", byte);
        break;
    }
}

void text_escape(struct span bytes, bool keep_utf8, struct buf *out)
{
    size_t plain = 0; /* printable ASCII that waits to be copied in one go */
    for (size_t i = 0; i < bytes.len;) {
        uint8_t byte = bytes.data[i];
        if (byte >= 0x20 && byte < 0x7f && byte != '\\') {
            plain++;
            i++;
            continue;
        }
        buf_append(out, span_of(bytes.data + i - plain, plain));
        plain = 0;
        bool shown = false;
        size_t len = text_character(span_from(bytes, i), &shown);
        if (keep_utf8 && len > 1 && shown) {
            buf_append(out, span_of(bytes.data + i, len));
            i += len;
        } else {
            text_escape_byte(byte, out);
            i++;
        }
    }
    if (plain > 0) { /* an empty span may have no place to count from */
        buf_append(out, span_of(bytes.data + bytes.len - plain, plain));
    }
}

bool text_is_utf8(struct span bytes)
{
    uint32_t point;
    for (size_t i = 0; i < bytes.len;) {
        size_t len = text_utf8_sequence(span_from(bytes, i), &point);
        if (len == 0) {
            return false;
        }
        i += len;
    }
    return true;
}

#define TEXT_WORD_MAX 63 /* longer words are not compared: nobody mistypes those */

size_t text_distance(const char *a, const char *b, size_t limit)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > TEXT_WORD_MAX || b_len > TEXT_WORD_MAX ||
        (a_len > b_len ? a_len - b_len : b_len - a_len) > limit) {
        return limit + 1;
    }
    size_t rows[3][TEXT_WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_len; j++) {
        above[j] = j;
        before[j] = 0;
    }
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            bool same = text_lower(a[i - 1]) == text_lower(b[j - 1]);
            size_t least = above[j - 1] + (same ? 0 : 1);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = now[j - 1] + 1 < least ? now[j - 1] + 1 : least;
            if (i > 1 && j > 1 && text_lower(a[i - 1]) == text_lower(b[j - 2]) &&
                text_lower(a[i - 2]) == text_lower(b[j - 1]) && before[j - 2] + 1 < least) {
                least = before[j - 2] + 1;
            }
            now[j] = least;
        }
        size_t *oldest = before;
        before = above;
        above = now;
        now = oldest;
    }
    return above[b_len];
}

const char *text_nearest(const char *word, const char *const *words)
{
    size_t limit = strlen(word) / 3 == 0 ? 1 : strlen(word) / 3;
    const char *nearest = NULL;
    size_t least = limit + 1;
    for (; *words != NULL; words++) {
        size_t distance = text_distance(word, *words, limit);
        /* Nothing in common is no likeness, however short the words are. */
        if (distance < least && distance < strlen(*words) && strcmp(word, *words) != 0) {
            least = distance;
            nearest = *words;
        }
    }
    return nearest;
}

static const char text_base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_hex_encode(struct span bytes, const char *digits, struct buf *out)
{
    for (size_t i = 0; i < bytes.len; i++) {
        buf_append_byte(out, (uint8_t)digits[bytes.data[i] >> 4]);
        buf_append_byte(out, (uint8_t)digits[bytes.data[i] & 15]);
    }
}

void text_base64_encode(struct span bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16 |
                         (left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0) |
                         (left > 2 ? bytes.data[i + 2] : 0);
        char quad[4] = {
            text_base64_letters[group >> 18],
            text_base64_letters[group >> 12 & 63],
            left > 1 ? text_base64_letters[group >> 6 & 63] : '=',
            left > 2 ? text_base64_letters[group & 63] : '=',
        };
        buf_append(out, span_of(quad, sizeof quad));
    }
}

static int text_base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool text_base64_decode(struct span text, struct buf *out)
{
    size_t start = out->len;
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.data[text.len - 1 - padding] == '=') {
        padding++;
    }
    if (text.len % 4 != 0) {
        return false;
    }
    uint32_t group = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool pad = i >= text.len - padding;
        int value = pad ? 0 : text_base64_value(text.data[i]);
        group = group << 6 | (uint32_t)value;
        /* Bits behind the last octet must be zero, else two texts would mean one value. */
        bool stray = i + 1 == text.len && ((padding == 1 && (group & 0xff) != 0) ||
                                              (padding == 2 && (group & 0xffff) != 0));
        if (value < 0 || stray) {
            out->len = start;
            return false;
        }
        if (i % 4 == 3) {
            uint8_t octets[3] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
            size_t octets_len = i + 1 == text.len ? 3 - padding : 3;
            if (!buf_append(out, span_of(octets, octets_len))) {
                out->len = start;
                return false;
            }
            group = 0;
        }
    }
    return true;
}

uint64_t text_hash(struct span bytes)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ bytes.data[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}
