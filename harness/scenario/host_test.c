#include "harness/scenario/host.h"

#include "harness/base/mem.h"
#include "harness/tests/unit.h"

static const char long_label[] =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test"; /* 64 */

START_TEST(test_hosts)
{
    static const char *const good[] = {"a", "a.test", "a.test.", "_smtp._tcp.a.test", "-a.test",
        "xn--mller-kva.test", "1.2.3.com", "127.0.0.1", "255.255.255.255", "::", "::1",
        "1::", "2001:db8::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::ffff:127.0.0.1",
        "1:2:3:4:5:6:1.2.3.4"};
    static const char *const wrong[] = {"", ".", "..", ".a", "a..b", "a..", "*", "*.a.test",
        "a*b.c", "1.2.3", "1", "256.1.1.1", "1.2.3.4.5", "01.2.3.4", "1.2.3.", ":",
        ":::", "1::2::3", "::zz", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::", "::1.2.3", "1.2.3.4::", "fe80::1%eth0", "a:25", ":1",
        "1:", long_label};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        const char *problem = host_problem(span_text(good[i]), false);
        ck_assert_msg(problem == NULL, "%s: %s", good[i], problem);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        ck_assert_msg(host_problem(span_text(wrong[i]), false) != NULL, "%s", wrong[i]);
    }
}
END_TEST

START_TEST(test_stars)
{
    ck_assert_ptr_null(host_problem(SPAN_LITERAL("*.a.test"), true));
    static const char *const wrong[] = {"*", "a.*.test", "*.*.a", "a*.b"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        ck_assert_msg(host_problem(span_text(wrong[i]), true) != NULL, "%s", wrong[i]);
    }
}
END_TEST

START_TEST(test_addresses)
{
    ck_assert(host_is_address(SPAN_LITERAL("::1")) && host_is_address(SPAN_LITERAL("1.2.3.4")));
    ck_assert(!host_is_address(SPAN_LITERAL("a.test")) && !host_is_address(SPAN_LITERAL("")) &&
              !host_is_address(SPAN_LITERAL("1.2")));
}
END_TEST

UNIT_MAIN(test_hosts, test_stars, test_addresses)
