#include "harness/client/client_address.h"

#include "harness/tests/unit.h"

/* NULL: it has no form. */
static void check_form(const char *address, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    buf_append_text(&out, "<");
    bool good = client_address_put(span_text(address), &out);
    ck_assert_msg(good == (wanted != NULL), "%s", address);
    ck_assert_str_eq(buf_text(&out) + 1, wanted == NULL ? "" : wanted);
    buf_done(&out);
}

START_TEST(test_the_form_of_an_address)
{
    check_form("", "");
    check_form("joe@here.com", "joe@here.com");
    check_form("postmaster", "postmaster");
    check_form("joe@[192.0.2.1]", "joe@[192.0.2.1]");
    check_form("joe@bücher.example", "joe@xn--bcher-kva.example");
    check_form("joe@BÜCHER.Example", "joe@xn--bcher-kva.example");
    check_form("joe@xn--bcher-kva.example", "joe@xn--bcher-kva.example");
    check_form("\"a@b\"@bücher.example", "\"a@b\"@xn--bcher-kva.example");
    check_form("jürgen@bücher.example", "jürgen@bücher.example");
    check_form("jürgen", "jürgen");
    check_form("joe@a..ü", NULL);
    check_form("joe@-ü-.example", NULL);
    check_form("joe@\xff.example", NULL);
    check_form("j\xff@here.com", NULL);
    check_form("joe@[ü]", NULL);
}
END_TEST

START_TEST(test_what_needs_utf8)
{
    ck_assert(client_address_needs_utf8(span_text("jürgen@here.com")));
    ck_assert(client_address_needs_utf8(span_text("jürgen")));
    ck_assert(client_address_needs_utf8(span_text("\"ü@\"@here.com")));
    ck_assert(!client_address_needs_utf8(span_text("joe@bücher.example")));
    ck_assert(!client_address_needs_utf8(span_text("")));
    ck_assert(
        span_equal(client_address_domain(span_text("\"a@b\"@here.com")), SPAN_LITERAL("here.com")));
    ck_assert_uint_eq(client_address_domain(span_text("joe")).len, 0);
}
END_TEST

START_TEST(test_a_long_domain)
{
    struct buf name, out;
    buf_init(&name, 100000);
    buf_init(&out, 100000);
    for (size_t i = 0; i < 2000; i++) {
        buf_append_text(&name, "ü");
    }
    ck_assert(!client_address_put_domain(buf_span(&name), &out));
    ck_assert_uint_eq(out.len, 0);
    ck_assert(!client_address_put_domain(span_of("\xc3\xbc\0x", 4), &out));
    buf_done(&name);
    buf_done(&out);
}
END_TEST

UNIT_MAIN(test_the_form_of_an_address, test_what_needs_utf8, test_a_long_domain)
