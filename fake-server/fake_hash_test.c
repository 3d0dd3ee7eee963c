#include "fake-server/fake_hash.h"

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/tests/unit.h"

static void check(const struct fake_hash *hash, const char *wanted)
{
    struct buf hex;
    buf_init(&hex, 2 * FAKE_HASH_MAX);
    text_hex_encode(fake_hash_span(hash), "0123456789abcdef", &hex);
    ck_assert_str_eq(buf_text(&hex), wanted);
    buf_done(&hex);
}

/* RFC 1321 §A.5, RFC 2202 §2. */
START_TEST(test_digests)
{
    struct fake_hash hash = fake_hash_of("MD5", SPAN_LITERAL("abc"));
    check(&hash, "900150983cd24fb0d6963f7d28e17f72");
    hash = fake_hash_keyed(
        "MD5", SPAN_LITERAL("Jefe"), SPAN_LITERAL("what do ya want for nothing?"));
    check(&hash, "750c783e6ab0b503eaa86e310a5db738");
    hash = fake_hash_keyed("MD5", SPAN_EMPTY, SPAN_EMPTY);
    check(&hash, "74e6f7298a9c2d168935f58c001bad88");
}
END_TEST

START_TEST(test_no_such_digest)
{
    struct fake_hash hash = fake_hash_of("MD77", SPAN_LITERAL("abc"));
    ck_assert_uint_eq(hash.len, 0);
    ck_assert(!fake_hash_equal(&hash, SPAN_EMPTY));
    hash = fake_hash_keyed("MD77", SPAN_LITERAL("abc"), SPAN_LITERAL("abc"));
    ck_assert_uint_eq(hash.len, 0);
}
END_TEST

static struct fake_salted store; /* too large for a stack */

static struct fake_hash salt(const char *password, const char *salted_by, unsigned iterations)
{
    return fake_hash_salted(&store,
        &(struct fake_salting){"SHA1", span_text(password), span_text(salted_by), iterations});
}

/* RFC 6070 §2. */
START_TEST(test_salted)
{
    for (int i = 0; i < 3; i++) { /* computed once, then remembered */
        struct fake_hash hash = salt("password", "salt", 1);
        check(&hash, "0c60c80f961f0e71f3a9b524af6012062fe037a6");
        hash = salt("password", "salt", 4096);
        check(&hash, "4b007901b765489abead49d926f721d065a429c1");
        hash = salt("password", "sal", 1);
        ck_assert(!fake_hash_equal(&hash, SPAN_EMPTY));
        ck_assert_uint_eq(store.len, 3);
    }
    struct fake_hash none = salt("password", "salt", 0);
    ck_assert_uint_eq(none.len, 0);
    none = salt("password", "salt", FAKE_HASH_ITERATIONS_MAX + 1);
    ck_assert_uint_eq(none.len, 0);
}
END_TEST

/* What two saltings are made of is not one text. */
START_TEST(test_salted_apart)
{
    struct fake_hash a = salt("ab", "c", 1);
    struct fake_hash b = salt("a", "bc", 1);
    ck_assert(!fake_hash_equal(&a, fake_hash_span(&b)));
}
END_TEST

START_TEST(test_store_is_full)
{
    char text[20];
    for (unsigned i = 0; i < 2 * FAKE_HASH_SALTED_MAX + 7; i++) {
        snprintf(text, sizeof text, "%u", i);
        (void)salt(text, "salt", 1);
    }
    ck_assert_uint_eq(store.len, FAKE_HASH_SALTED_MAX);
    struct fake_hash hash = salt("password", "salt", 1);
    check(&hash, "0c60c80f961f0e71f3a9b524af6012062fe037a6");
}
END_TEST

UNIT_MAIN(test_digests, test_no_such_digest, test_salted, test_salted_apart, test_store_is_full)
