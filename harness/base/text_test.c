#include "harness/base/text.h"

#include "harness/tests/unit.h"

/* --- words --- */

START_TEST(test_case_is_that_of_ascii)
{
    for (int c = 0; c < 256; c++) {
        bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        ck_assert_int_eq((uint8_t)text_lower((char)c), upper ? c + 32 : c);
        ck_assert_int_eq((uint8_t)text_upper((char)c), lower ? c - 32 : c);
        ck_assert_int_eq(text_is_digit((char)c), c >= '0' && c <= '9');
    }
    ck_assert(text_equal_caseless(SPAN_LITERAL("StartTLS"), SPAN_LITERAL("STARTTLS")));
    ck_assert(!text_equal_caseless(SPAN_LITERAL("STARTTLS"), SPAN_LITERAL("STARTTLS ")));
    ck_assert(!text_equal_caseless(SPAN_LITERAL("\xc3\xa4"), SPAN_LITERAL("\xc3\x84")));
    ck_assert(!text_equal_caseless(SPAN_LITERAL("@"), SPAN_LITERAL("`"))); /* beside the letters */
    ck_assert(text_equal_caseless(SPAN_EMPTY, SPAN_EMPTY));
}
END_TEST

START_TEST(test_beginnings_and_ends)
{
    ck_assert(text_starts_caseless(SPAN_LITERAL("auth PLAIN"), "AUTH "));
    ck_assert(text_starts_caseless(SPAN_LITERAL("x"), ""));
    ck_assert(!text_starts_caseless(SPAN_LITERAL("AUT"), "AUTH"));
    ck_assert(!text_starts_caseless(SPAN_EMPTY, "A"));
    ck_assert(text_ends("a/b.yaml", ".yaml"));
    ck_assert(text_ends("a", ""));
    ck_assert(!text_ends("yaml", ".yaml"));
    ck_assert(!text_ends("a.YAML", ".yaml"));
    ck_assert(span_equal(text_trim(SPAN_LITERAL(" \t a b \t")), SPAN_LITERAL("a b")));
    ck_assert_uint_eq(text_trim(SPAN_LITERAL(" \t ")).len, 0);
    ck_assert_uint_eq(text_trim(SPAN_EMPTY).len, 0);
    ck_assert(span_equal(text_trim(SPAN_LITERAL("\r\na\n")), SPAN_LITERAL("\r\na\n")));
}
END_TEST

/* --- numbers --- */

START_TEST(test_integers)
{
    static const struct {
        const char *text;
        int64_t number;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"250", 250},
        {"007", 7},
        {"-1", -1},
        {"9223372036854775807", INT64_MAX},
        {"+9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"00000000000000000000000000000000000042", 42},
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t number = 99;
        ck_assert_msg(text_integer(span_text(good[i].text), &number), "%s", good[i].text);
        ck_assert_int_eq(number, good[i].number);
    }
    static const char *const bad[] = {"", "-", "+", " 1", "1 ", "1.0", "0x10", "1e3", "--1", "+-1",
        "9223372036854775808", "-9223372036854775809", "92233720368547758070",
        "99999999999999999999999999999999", "\xd9\xa1", "1\n"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t number = 99;
        ck_assert_msg(!text_integer(span_text(bad[i]), &number), "%s", bad[i]);
        ck_assert_int_eq(number, 99);
    }
    int64_t number = 99;
    ck_assert(!text_integer(SPAN_LITERAL("1\0002"), &number));
    ck_assert_int_eq(number, 99);
}
END_TEST

/* --- escapes --- */

static void escape_is(struct span bytes, bool keep_utf8, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    text_escape(bytes, keep_utf8, &out);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_done(&out);
}

START_TEST(test_every_octet_escapes_to_printable_ascii)
{
    for (int c = 0; c < 256; c++) {
        uint8_t byte = (uint8_t)c;
        struct buf out;
        buf_init(&out, 16);
        text_escape(span_of(&byte, 1), c % 2 == 0, &out);
        bool plain = c >= 0x20 && c < 0x7f && c != '\\';
        ck_assert_uint_eq(out.len == 1, plain);
        for (size_t i = 0; i < out.len; i++) {
            ck_assert(out.data[i] >= 0x20 && out.data[i] < 0x7f);
        }
        buf_done(&out);
    }
}
END_TEST

START_TEST(test_escapes)
{
    escape_is(SPAN_LITERAL("250 ok\r\n"), true, "250 ok\\r\\n");
    escape_is(SPAN_LITERAL("a\tb\0c\\d"), true, "a\\tb\\0c\\\\d");
    escape_is(SPAN_LITERAL("\x1b[31m\x7f\x01"), true, "\\x1b[31m\\x7f\\x01");
    escape_is(SPAN_EMPTY, true, "");
    escape_is(SPAN_LITERAL("gr\xc3\xbc\xc3\x9f"), true, "gr\xc3\xbc\xc3\x9f");
    escape_is(SPAN_LITERAL("gr\xc3\xbc\xc3\x9f"), false, "gr\\xc3\\xbc\\xc3\\x9f");
    escape_is(SPAN_LITERAL("\xf0\x9f\x93\xa7"), true, "\xf0\x9f\x93\xa7");
}
END_TEST

START_TEST(test_hidden_characters_are_escaped_even_in_utf8)
{
    escape_is(SPAN_LITERAL("a\xc2\x9b"
                           "b"),
        true, "a\\xc2\\x9bb");                                        /* C1: CSI */
    escape_is(SPAN_LITERAL("\xc2\x85"), true, "\\xc2\\x85");          /* C1: next line */
    escape_is(SPAN_LITERAL("\xe2\x80\xae"), true, "\\xe2\\x80\\xae"); /* right-to-left override */
    escape_is(SPAN_LITERAL("\xe2\x80\xa8"), true, "\\xe2\\x80\\xa8"); /* line separator */
    escape_is(SPAN_LITERAL("\xe2\x81\xa6"), true, "\\xe2\\x81\\xa6"); /* isolate */
    escape_is(SPAN_LITERAL("\xe2\x80\x8b"), true, "\\xe2\\x80\\x8b"); /* no width */
    escape_is(SPAN_LITERAL("\xd8\x9c"), true, "\\xd8\\x9c");          /* Arabic letter mark */
    escape_is(SPAN_LITERAL("\xef\xbb\xbf"), true, "\\xef\\xbb\\xbf"); /* byte order mark */
    escape_is(SPAN_LITERAL("\xe2\x80\x94"), true, "\xe2\x80\x94");    /* a dash is none of them */
}
END_TEST

START_TEST(test_what_is_no_utf8_is_escaped)
{
    escape_is(SPAN_LITERAL("\xff\xfe"), true, "\\xff\\xfe");
    escape_is(SPAN_LITERAL("\xc3"), true, "\\xc3");
    escape_is(SPAN_LITERAL("\xc3("), true, "\\xc3(");
    escape_is(SPAN_LITERAL("\xc0\x80"), true, "\\xc0\\x80");          /* overlong NUL */
    escape_is(SPAN_LITERAL("\xed\xa0\x80"), true, "\\xed\\xa0\\x80"); /* surrogate */
    escape_is(SPAN_LITERAL("\xe2\x82"), true, "\\xe2\\x82");
    escape_is(SPAN_LITERAL("\xe2\x82\xc3\xbc"), true, "\\xe2\\x82\xc3\xbc");
}
END_TEST

START_TEST(test_validity_of_utf8)
{
    static const char *const good[] = {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        ck_assert_msg(text_is_utf8(span_text(good[i])), "row %zu", i);
    }
    static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ",
        "\xe0\x9f\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe1\x80", "\xe1\x80 ",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "ok\xfe",
        "\xf0\x90\x80"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        ck_assert_msg(!text_is_utf8(span_text(bad[i])), "row %zu", i);
    }
    ck_assert(text_is_utf8(SPAN_LITERAL("a\0b")));
}
END_TEST

START_TEST(test_characters_one_by_one)
{
    bool plain;
    ck_assert_uint_eq(text_character(SPAN_LITERAL("ab"), &plain), 1);
    ck_assert(plain);
    ck_assert_uint_eq(text_character(SPAN_LITERAL("\xc3\xbcx"), &plain), 2);
    ck_assert(plain);
    ck_assert_uint_eq(text_character(SPAN_LITERAL("\xe2\x80\xaex"), &plain), 3);
    ck_assert(!plain);
    ck_assert_uint_eq(text_character(SPAN_LITERAL("\xff\xff"), &plain), 1);
    ck_assert(!plain);
    ck_assert_uint_eq(text_character(SPAN_LITERAL("\n"), &plain), 1);
    ck_assert(!plain);
}
END_TEST

/* --- the nearest word --- */

START_TEST(test_distance)
{
    ck_assert_uint_eq(text_distance("starttls", "starttls", 5), 0);
    ck_assert_uint_eq(text_distance("starttsl", "starttls", 5), 1); /* transposed */
    ck_assert_uint_eq(text_distance("STARTTLS", "starttls", 5), 0);
    ck_assert_uint_eq(text_distance("starttl", "starttls", 5), 1);
    ck_assert_uint_eq(text_distance("stxrttls", "starttls", 5), 1);
    ck_assert_uint_eq(text_distance("kitten", "sitting", 5), 3);
    ck_assert_uint_eq(text_distance("", "abc", 5), 3);
    ck_assert_uint_eq(text_distance("", "", 5), 0);
    ck_assert_uint_gt(text_distance("a", "abcdefgh", 3), 3);
    static const char long_word[] =
        "0123456789012345678901234567890123456789012345678901234567890123456789";
    ck_assert_uint_eq(text_distance(long_word, long_word, 3), 4); /* too long to be compared */
    ck_assert_uint_eq(text_distance(long_word + 7, long_word + 7, 3), 0);
}
END_TEST

START_TEST(test_nearest)
{
    static const char *const words[] = {
        "starttls", "server", "client", "expect", "tls", "to", "cc", NULL};
    ck_assert_str_eq(text_nearest("starttsl", words), "starttls");
    ck_assert_str_eq(text_nearest("sever", words), "server");
    ck_assert_str_eq(text_nearest("Clinet", words), "client");
    ck_assert_str_eq(text_nearest("tsl", words), "tls");
    ck_assert_str_eq(text_nearest("expects", words), "expect");
    ck_assert_str_eq(text_nearest("TLS", words), "tls");
    ck_assert_ptr_null(text_nearest("client", words)); /* that is what was written */
    ck_assert_ptr_null(text_nearest("banana", words));
    ck_assert_ptr_null(text_nearest("x", words));
    ck_assert_ptr_null(text_nearest("zz", words));
    ck_assert_ptr_null(text_nearest("", words));
    static const char *const none[] = {NULL};
    ck_assert_ptr_null(text_nearest("tls", none));
}
END_TEST

/* --- base64 --- */

static const struct {
    const char *plain, *encoded;
} base64_rows[] = {
    /* RFC 4648 §10 */
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "+//+"},
};

START_TEST(test_base64_both_ways)
{
    for (size_t i = 0; i < ARRAY_LEN(base64_rows); i++) {
        struct buf out;
        buf_init(&out, 100);
        text_base64_encode(span_text(base64_rows[i].plain), &out);
        ck_assert_str_eq(buf_text(&out), base64_rows[i].encoded);
        buf_clear(&out);
        ck_assert(text_base64_decode(span_text(base64_rows[i].encoded), &out));
        ck_assert_str_eq(buf_text(&out), base64_rows[i].plain);
        buf_done(&out);
    }
    struct buf encoded, decoded;
    uint8_t bytes[256];
    buf_init(&encoded, 1000);
    buf_init(&decoded, 1000);
    for (size_t i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)(255 - i);
    }
    for (size_t len = 0; len <= 256; len++) {
        buf_clear(&encoded);
        buf_clear(&decoded);
        text_base64_encode(span_of(bytes, len), &encoded);
        ck_assert_uint_eq(encoded.len, (len + 2) / 3 * 4);
        ck_assert(text_base64_decode(buf_span(&encoded), &decoded));
        ck_assert(span_equal(buf_span(&decoded), span_of(bytes, len)));
    }
    buf_done(&encoded);
    buf_done(&decoded);
}
END_TEST

START_TEST(test_what_is_no_base64_changes_nothing)
{
    static const char *const bad[] = {"Z", "Zg",
        "Zg=", "Zg===", "Zm9v=", "====", "Zg==Zg==", "Z===", "=Zg=", "Zm=v", "Zm9 v", "Zm9v\r\n",
        "Zm9-", "Zm9_", "Zm9v*A==",
        /* bits behind the last octet (RFC 4648 §3.5) */
        "Zh==", "Zm9=", "Zm9vYh==", "/x=="};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out;
        buf_init(&out, 100);
        buf_append_text(&out, "before");
        ck_assert_msg(!text_base64_decode(span_text(bad[i]), &out), "%s", bad[i]);
        ck_assert_str_eq(buf_text(&out), "before");
        buf_done(&out);
    }
    struct buf small;
    buf_init(&small, 5);
    ck_assert(!text_base64_decode(SPAN_LITERAL("Zm9vYmFy"), &small)); /* six octets */
    ck_assert_uint_eq(small.len, 0);
    buf_done(&small);
}
END_TEST

START_TEST(test_the_hash_is_fnv1a)
{
    ck_assert_uint_eq(text_hash(SPAN_EMPTY), UINT64_C(0xcbf29ce484222325));
    ck_assert_uint_eq(text_hash(SPAN_LITERAL("a")), UINT64_C(0xaf63dc4c8601ec8c));
    ck_assert_uint_eq(text_hash(SPAN_LITERAL("foobar")), UINT64_C(0x85944171f73967e8));
}
END_TEST

UNIT_MAIN(test_case_is_that_of_ascii, test_beginnings_and_ends, test_integers,
    test_every_octet_escapes_to_printable_ascii, test_escapes,
    test_hidden_characters_are_escaped_even_in_utf8, test_what_is_no_utf8_is_escaped,
    test_validity_of_utf8, test_characters_one_by_one, test_distance, test_nearest,
    test_base64_both_ways, test_what_is_no_base64_changes_nothing, test_the_hash_is_fnv1a)
