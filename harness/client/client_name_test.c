#include "harness/client/client_name.h"

#include "harness/tests/unit.h"

START_TEST(test_names_in_other_scripts)
{
    static const char *const rows[][2] = {
        {"a.test", "a.test"},
        {"m\xc3\xbcller.test", "xn--mller-kva.test"},
        {"M\xc3\x9cLLER.test", "xn--mller-kva.test"},
        {"mu\xcc\x88ller.test", "xn--mller-kva.test"}, /* u and a combining diaeresis */
        {"*.m\xc3\xbcller.test", "*.xn--mller-kva.test"},
        {"stra\xc3\x9f"
         "e.test",
            "xn--strae-oqa.test"},
        {"\xe6\x97\xa5\xe6\x9c\xac.jp", "xn--wgv71a.jp"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out;
        struct fail fail = {0};
        buf_init(&out, 1024);
        ck_assert_msg(client_name_ascii(rows[i][0], &out, &fail) == STATUS_OK, "%s: %s", rows[i][0],
            fail.text);
        ck_assert_str_eq(buf_text(&out), rows[i][1]);
        buf_done(&out);
    }
}
END_TEST

START_TEST(test_what_is_no_name)
{
    static const char *const rows[] = {
        "\xe2\x98\x95.test", /* a symbol */
        "\xe2\x80\xae"
        "a.test", /* right-to-left override */
        "\xcc\x88"
        "a.test",     /* begins with a combining mark */
        "\xc3(.test", /* no UTF-8 */
        "\xd7\x90"
        "a1.test", /* both directions in one label */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out;
        struct fail fail = {0};
        buf_init(&out, 1024);
        ck_assert_msg(
            client_name_ascii(rows[i], &out, &fail) == STATUS_FAILED, "%zu: %s", i, buf_text(&out));
        ck_assert_int_eq(fail.class, FAIL_USAGE);
        ck_assert_uint_eq(out.len, 0);
        buf_done(&out);
    }
}
END_TEST

UNIT_MAIN(test_names_in_other_scripts, test_what_is_no_name)
