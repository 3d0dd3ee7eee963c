#include "fake-server/fake_md4.h"

#include "harness/base/text.h"
#include "harness/tests/unit.h"

static void check(const char *text, const char *wanted)
{
    struct buf hex;
    buf_init(&hex, 100);
    struct fake_hash hash = fake_md4_of(span_text(text));
    text_hex_encode(fake_hash_span(&hash), "0123456789abcdef", &hex);
    ck_assert_str_eq(buf_text(&hex), wanted);
    buf_done(&hex);
}

/* RFC 1320 §A.5. */
START_TEST(test_suite_of_the_standard)
{
    check("", "31d6cfe0d16ae931b73c59d7e0c089c0");
    check("a", "bde52cb31de33e46245e05fbdbd6fb24");
    check("abc", "a448017aaf21d8525fc10ae87aa6729d");
    check("message digest", "d9130a8164549fe818874806e1c7014b");
    check("abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9");
    check("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        "043f8582f241db351ce627e153e7f0e4");
    check("1234567890123456789012345678901234567890"
          "1234567890123456789012345678901234567890",
        "e33b4ddc9c38f2199c3e7b164fcc0536");
}
END_TEST

/* Around the ends of blocks nothing is read or written beside them. */
START_TEST(test_lengths)
{
    uint8_t octets[130] = {0};
    for (size_t len = 0; len < sizeof octets; len++) {
        struct fake_hash a = fake_md4_of(span_of(octets, len));
        struct fake_hash b = fake_md4_of(span_of(octets, len + (len + 1 < sizeof octets)));
        ck_assert(len + 1 == sizeof octets || !fake_hash_equal(&a, fake_hash_span(&b)));
    }
}
END_TEST

UNIT_MAIN(test_suite_of_the_standard, test_lengths)
