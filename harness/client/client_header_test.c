#include "harness/client/client_header.h"

#include "harness/base/text.h"
#include "harness/tests/unit.h"

/* NULL: it has no form in ASCII. */
static void check_ascii(const char *name, const char *value, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    ck_assert_msg(client_header_put(name, value, false, &out) == (wanted != NULL), "%s", value);
    if (wanted != NULL) {
        ck_assert_str_eq(buf_text(&out), wanted);
    }
    buf_done(&out);
}

START_TEST(test_text)
{
    check_ascii("Subject", "", "");
    check_ascii("Subject", "Hello, world", "Hello, world");
    check_ascii("Subject", "Grüße", "=?utf-8?B?R3LDvMOfZQ==?=");
    check_ascii("Subject", "a@b ü", "=?utf-8?B?YUBiIMO8?="); /* no list of addresses */
    check_ascii("Subject", "\xff", NULL);
}
END_TEST

START_TEST(test_addresses)
{
    check_ascii(
        "From", "Jürgen Groß <joe@here.com>", "=?utf-8?B?SsO8cmdlbiBHcm/Dnw==?= <joe@here.com>");
    check_ascii("To", "\"Jäne, Doe\" <jane@there.com>, jim@there.com",
        "=?utf-8?B?SsOkbmUsIERvZQ==?= <jane@there.com>, jim@there.com");
    check_ascii("Reply-To", "joe@bücher.example", "joe@xn--bcher-kva.example");
    check_ascii("cc", "<joe@bücher.example> (Jürgen)",
        "<joe@xn--bcher-kva.example> (=?utf-8?B?SsO8cmdlbg==?=)");
    check_ascii("To", "\"a@b\"@bücher.example", "\"a@b\"@xn--bcher-kva.example");
    check_ascii("To", "  ü  ", "  =?utf-8?B?w7w=?=  ");
    check_ascii("To", "\"ü", "=?utf-8?B?IsO8?="); /* quotes that do not end */
    check_ascii("To", "jürgen@here.com", NULL);
    check_ascii("To", "\"ü x\"@here.com", NULL);
    check_ascii("Sender", "Joe <jürgen@here.com>", NULL);
}
END_TEST

START_TEST(test_what_needs_utf8)
{
    ck_assert(client_header_needs_utf8("From", "Joe <jürgen@here.com>"));
    ck_assert(client_header_needs_utf8("resent-cc", "a@b, jürgen@here.com"));
    ck_assert(!client_header_needs_utf8("From", "Jürgen <joe@here.com>"));
    ck_assert(!client_header_needs_utf8("From", "\"jürgen@here.com\" <joe@here.com>"));
    ck_assert(!client_header_needs_utf8("Subject", "jürgen@here.com"));
}
END_TEST

START_TEST(test_with_utf8_everything_stays)
{
    struct buf out;
    buf_init(&out, 4096);
    ck_assert(client_header_put("From", "Jürgen <jürgen@bücher.example>", true, &out));
    ck_assert_str_eq(buf_text(&out), "Jürgen <jürgen@bücher.example>");
    buf_done(&out);
}
END_TEST

/* Each word is UTF-8 of its own, and no line is longer than 76 octets (RFC 2047 §2). */
START_TEST(test_words_are_whole)
{
    for (size_t shift = 0; shift < 4; shift++) {
        struct buf value, out, back;
        buf_init(&value, 4096);
        buf_init(&out, 8192);
        buf_init(&back, 4096);
        for (size_t i = 0; i < 60; i++) {
            buf_append_text(&value, i < shift ? "a" : i % 3 == 0 ? "😀" : i % 3 == 1 ? "ü" : "€");
        }
        ck_assert(client_header_put("Subject", buf_text(&value), false, &out));
        struct span rest = buf_span(&out);
        while (rest.len > 0) {
            size_t end = span_find(rest, '\n');
            struct span line = text_trim(span_first(rest, end));
            line.len -= end < rest.len ? 1 : 0; /* CR */
            ck_assert_uint_le(line.len, 64);
            ck_assert(text_starts_caseless(line, "=?utf-8?B?"));
            size_t before = back.len;
            ck_assert(text_base64_decode(span_first(span_from(line, 10), line.len - 12), &back));
            ck_assert(text_is_utf8(span_from(buf_span(&back), before)));
            rest = span_from(rest, end + 1);
        }
        ck_assert(span_equal(buf_span(&back), buf_span(&value)));
        buf_done(&value);
        buf_done(&out);
        buf_done(&back);
    }
}
END_TEST

UNIT_MAIN(test_text, test_addresses, test_what_needs_utf8, test_with_utf8_everything_stays,
    test_words_are_whole)
