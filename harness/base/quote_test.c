#include "harness/base/quote.h"

#include "harness/tests/unit.h"

static const char *shown(void (*quote)(struct span, struct buf *), struct span text)
{
    static struct buf out;
    buf_done(&out);
    buf_init(&out, 4096);
    quote(text, &out);
    return buf_text(&out);
}

START_TEST(test_json_strings)
{
    ck_assert_str_eq(shown(quote_json, span_text("")), "\"\"");
    ck_assert_str_eq(shown(quote_json, span_text("a\"b\\c\r\n\t\x01\x7f")),
        "\"a\\\"b\\\\c\\r\\n\\t\\u0001\\u007f\"");
    ck_assert_str_eq(shown(quote_json, span_text("§ é")), "\"§ é\"");
    ck_assert_str_eq(shown(quote_json, span_of((const uint8_t *)"\0", 1)), "\"\\u0000\"");
}
END_TEST

START_TEST(test_what_is_no_utf8_is_json_too)
{
    ck_assert_str_eq(shown(quote_json, span_text("a\xff\"")), "\"a\\\\xff\\\"\"");
}
END_TEST

START_TEST(test_cells)
{
    ck_assert_str_eq(shown(quote_markdown, span_text("a|b <c>\nd_e*")), "a\\|b &lt;c> d\\_e\\*");
}
END_TEST

UNIT_MAIN(test_json_strings, test_what_is_no_utf8_is_json_too, test_cells)
