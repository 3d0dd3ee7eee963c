#include "harness/base/secret.h"

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/tests/unit.h"

static void redacted_is(const struct secret_set *set, struct span bytes, const char *wanted)
{
    struct buf out;
    buf_init(&out, 65536);
    secret_set_redact(set, bytes, &out);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_done(&out);
}

static struct secret_set *set_of(const char *secret)
{
    struct secret_set *set = secret_set_new();
    secret_set_add(set, span_text(secret));
    return set;
}

START_TEST(test_the_secret_itself)
{
    struct secret_set *set = set_of("correct-horse");
    redacted_is(set, SPAN_LITERAL("pass correct-horse now"), "pass *** now");
    redacted_is(set, SPAN_LITERAL("correct-horse"), "***");
    redacted_is(set, SPAN_LITERAL("correct-horsecorrect-horse!"), "******!");
    redacted_is(set, SPAN_LITERAL("correct-hors e"), "correct-hors e");
    redacted_is(set, SPAN_EMPTY, "");
    ck_assert(secret_set_found(set, SPAN_LITERAL("xxcorrect-horse")));
    ck_assert(!secret_set_found(set, SPAN_LITERAL("xxcorrect-hors")));
    ck_assert(!secret_set_found(set, SPAN_EMPTY));
    secret_set_free(set);
    secret_set_free(NULL);
}
END_TEST

/* Whoever reads it in other letters has it as well; what is judged is another question. */
START_TEST(test_the_case_of_letters_hides_nothing)
{
    struct secret_set *set = set_of("Pass/w0rd");
    redacted_is(set, SPAN_LITERAL("is PASS/W0RD so"), "is *** so");
    redacted_is(set, SPAN_LITERAL("is pass/w0rd so"), "is *** so");
    redacted_is(set, SPAN_LITERAL("pASS/w0RDPASS/w0rd"), "******");
    redacted_is(set, SPAN_LITERAL("pass/w0rt"), "pass/w0rt");
    redacted_is(set, SPAN_LITERAL("PASS%2FW0RD"), "***");
    redacted_is(set, SPAN_LITERAL("pass%2fw0rd"), "***");
    redacted_is(set,
        SPAN_LITERAL("506173732f773072"
                     "64"),
        "***");
    redacted_is(set, SPAN_LITERAL("UGFzcy93MHJk"), "***");
    redacted_is(set, SPAN_LITERAL("UGFZCY93MHJK"), "UGFZCY93MHJK"); /* other octets */
    ck_assert(secret_set_hides(set, SPAN_LITERAL("is PASS/W0RD so")));
    ck_assert(!secret_set_found(set, SPAN_LITERAL("is PASS/W0RD so")));
    ck_assert(secret_set_found(set, SPAN_LITERAL("is Pass/w0rd so")));
    secret_set_add_form(set, SPAN_LITERAL("aBcD=")); /* an encoded value is what it is */
    redacted_is(set, SPAN_LITERAL("aBcD= abcd="), "*** abcd=");
    secret_set_free(set);
    set = set_of("p\xc3\xa4ssw\xc3\xb6rt"); /* beyond ASCII nothing is folded */
    redacted_is(set, SPAN_LITERAL("P\xc3\xa4SSW\xc3\xb6RT"), "***");
    redacted_is(set, SPAN_LITERAL("P\xc3\x84SSW\xc3\x96RT"), "P\xc3\x84SSW\xc3\x96RT");
    secret_set_free(set);
    set = set_of("@[`{"); /* neighbours of letters are none */
    redacted_is(set, SPAN_LITERAL("@[`{ `{@["), "*** `{@[");
    secret_set_free(set);
}
END_TEST

/* As people see values, and as certificates have names. */
START_TEST(test_forms_with_escapes)
{
    struct secret_set *set = set_of("pass\\wo\"rd, 1\x1b");
    redacted_is(set, SPAN_LITERAL("a match of /pass\\\\wo\"rd, 1\\x1b/"), "a match of /***/");
    redacted_is(set, SPAN_LITERAL("\"pass\\\\wo\\\"rd, 1\\x1b\""), "\"***\"");
    redacted_is(set, SPAN_LITERAL("\"PASS\\\\WO\\\"RD, 1\\x1b\""), "\"***\"");
    redacted_is(set, SPAN_LITERAL("CN=pass\\\\wo\\\"rd\\, 1\\1B"), "CN=***");
    redacted_is(set, SPAN_LITERAL("\"CN=pass\\\\\\\\wo\\\\\\\"rd\\\\, 1\\\\1B\""), "\"CN=***\"");
    secret_set_free(set);
    set = set_of(" in front ");
    redacted_is(set, SPAN_LITERAL("CN=\\ in front\\ "), "CN=***");
    secret_set_free(set);
    set = set_of("#number");
    redacted_is(set, SPAN_LITERAL("CN=\\#number"), "CN=***");
    secret_set_free(set);
}
END_TEST

START_TEST(test_each_line_of_a_secret)
{
    struct secret_set *set = set_of("first one\r\nxy\nthe third\n");
    redacted_is(set, SPAN_LITERAL("> first one"), "> ***");
    redacted_is(set, SPAN_LITERAL("> xy"), "> xy"); /* too short to be looked for */
    redacted_is(set, SPAN_LITERAL("> The Third"), "> ***");
    redacted_is(set, SPAN_LITERAL("first one\r\nxy\nthe third\n"), "***");
    secret_set_free(set);
    set = set_of("first one\nlast one");
    redacted_is(set, SPAN_LITERAL("> last one"), "> ***");
    secret_set_free(set);
}
END_TEST

/* However much stands before and behind, no run of the secret's own letters stays. */
START_TEST(test_base64_at_every_alignment)
{
    static const char *const secrets[] = {
        "correct-horse", "pass", "12345", "abcdef", "\xff\xfe\xfd\xfc"};
    for (size_t s = 0; s < ARRAY_LEN(secrets); s++) {
        struct secret_set *set = set_of(secrets[s]);
        for (size_t before = 0; before < 9; before++) {
            for (size_t behind = 0; behind < 4; behind++) {
                struct buf plain, encoded, redacted;
                buf_init(&plain, 1000);
                buf_init(&encoded, 1000);
                buf_init(&redacted, 1000);
                buf_append(&plain, span_first(SPAN_LITERAL("user\0user\0"), before));
                buf_append_text(&plain, secrets[s]);
                buf_append(&plain, span_first(SPAN_LITERAL("tail"), behind));
                text_base64_encode(buf_span(&plain), &encoded);
                secret_set_redact(set, buf_span(&encoded), &redacted);
                ck_assert(secret_set_found(set, buf_span(&encoded)));
                ck_assert_ptr_nonnull(strstr(buf_text(&redacted), SECRET_MASK));
                /* At most the letters that are shared with the neighbours remain. */
                size_t shared = (before * 8 + 5) / 6 +
                                (encoded.len - (before + strlen(secrets[s])) * 8 / 6);
                ck_assert_uint_le(redacted.len - strlen(SECRET_MASK), shared);
                ck_assert(!secret_set_found(set, buf_span(&redacted)));
                buf_done(&plain);
                buf_done(&encoded);
                buf_done(&redacted);
            }
        }
        secret_set_free(set);
    }
}
END_TEST

START_TEST(test_base64_alone_leaves_nothing)
{
    struct secret_set *set = set_of("correct-horse");
    redacted_is(set, SPAN_LITERAL("334 Y29ycmVjdC1ob3JzZQ==\r\n"), "334 ***\r\n");
    redacted_is(set, SPAN_LITERAL("Y29ycmVjdC1ob3JzZQ"), "***Q"); /* a letter of two bits of it */
    secret_set_free(set);
}
END_TEST

START_TEST(test_hexadecimal_and_percent)
{
    struct secret_set *set = set_of("p\xc3\xa4ss/w%");
    redacted_is(set, SPAN_LITERAL("70c3a473732f7725"), "***");
    redacted_is(set, SPAN_LITERAL("x 70C3A473732F7725 y"), "x *** y");
    redacted_is(set, SPAN_LITERAL("70C3a473732F7725"), "***");
    redacted_is(set, SPAN_LITERAL("smtp://joe:p%C3%A4ss%2Fw%25@here"), "smtp://joe:***@here");
    redacted_is(set, SPAN_LITERAL("smtp://joe:p%c3%a4ss%2fw%25@here"), "smtp://joe:***@here");
    secret_set_free(set);
    set = set_of("aZ09-._~");
    redacted_is(set, SPAN_LITERAL("aZ09-._~"), "***"); /* unreserved: RFC 3986 §2.3 */
    secret_set_free(set);
}
END_TEST

START_TEST(test_encoded_values_that_somebody_computed)
{
    struct secret_set *set = secret_set_new();
    secret_set_add_form(set, SPAN_LITERAL("am9lIDkxM2Q="));
    redacted_is(set, SPAN_LITERAL("am9lIDkxM2Q=\r\n"), "***\r\n");
    redacted_is(set, SPAN_LITERAL("am9lIDkxM2Q"), "am9lIDkxM2Q"); /* this form alone */
    secret_set_add_form(set, SPAN_LITERAL("abc"));                /* too short to be looked for */
    redacted_is(set, SPAN_LITERAL("abc"), "abc");
    secret_set_free(set);
}
END_TEST

START_TEST(test_a_veil_hides_and_is_no_secret)
{
    struct secret_set *set = secret_set_new();
    struct buf out;
    buf_init(&out, 64);
    secret_set_add_veil(set, SPAN_LITERAL("nonce-of-a-run"));
    ck_assert(!secret_set_found(set, SPAN_LITERAL("r=nonce-of-a-run")));
    ck_assert(secret_set_hides(set, SPAN_LITERAL("r=nonce-of-a-run")));
    secret_set_redact(set, SPAN_LITERAL("r=nonce-of-a-run,"), &out);
    ck_assert_str_eq(buf_text(&out), "r=***,");
    secret_set_add_form(set, SPAN_LITERAL("nonce-of-a-run")); /* a secret stays one */
    secret_set_add_veil(set, SPAN_LITERAL("nonce-of-a-run"));
    ck_assert(secret_set_found(set, SPAN_LITERAL("r=nonce-of-a-run")));
    buf_done(&out);
    secret_set_free(set);
}
END_TEST

START_TEST(test_overlapping_secrets_leave_no_rest)
{
    struct secret_set *set = secret_set_new();
    secret_set_add_form(set, SPAN_LITERAL("hunter22"));
    secret_set_add_form(set, SPAN_LITERAL("22years"));
    secret_set_add_form(set, SPAN_LITERAL("hunter"));
    redacted_is(set, SPAN_LITERAL("a hunter22years b"), "a *** b");
    redacted_is(set, SPAN_LITERAL("a hunter2 b"), "a ***2 b");
    redacted_is(set, SPAN_LITERAL("hunterhunter22"), "******");
    ck_assert(secret_set_found(set, SPAN_LITERAL("22years")));
    secret_set_free(set);
    set = set_of("aaaa");
    redacted_is(set, SPAN_LITERAL("aaaaaaa!"), "***!"); /* it begins again inside itself */
    secret_set_free(set);
}
END_TEST

static void first_is(const struct secret_set *set, const char *text, size_t max, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1000);
    secret_set_redact_first(set, span_text(text), max, &out);
    ck_assert_msg(strcmp(buf_text(&out), wanted) == 0, "the first %zu of %s: %s, not %s", max, text,
        buf_text(&out), wanted);
    buf_done(&out);
}

START_TEST(test_the_first_octets_of_a_text)
{
    struct secret_set *set = set_of("correct-horse");
    static const char text[] = "a correct-horse b";
    first_is(set, text, 0, "");
    first_is(set, text, 2, "a ");
    for (size_t max = 3; max <= 15; max++) {
        first_is(set, text, max, "a ***");
    }
    first_is(set, text, 16, "a *** ");
    first_is(set, text, 17, "a *** b");
    first_is(set, text, 1000, "a *** b");
    first_is(set, "a correct-hors", 5, "a cor"); /* no secret, so no mask */
    first_is(NULL, text, 5, "a cor");
    secret_set_add_form(set, SPAN_LITERAL("horse and cart")); /* a run of two forms */
    first_is(set, "correct-horse and cart", 4, "***");
    first_is(set, "correct-horse and cart!", 23, "***!");
    secret_set_show_all(set, true);
    first_is(set, text, 5, "a cor");
    secret_set_free(set);
}
END_TEST

static void stump_is(const struct secret_set *set, const char *text, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1000);
    secret_set_redact_stump(set, span_text(text), &out);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_done(&out);
}

START_TEST(test_a_text_whose_end_was_lost)
{
    struct secret_set *set = set_of("correct-horse");
    stump_is(set, "it is correct-hors", "it is ***");
    stump_is(set, "it is CORR", "it is ***");
    stump_is(set, "it is cor", "it is cor"); /* too short to tell */
    stump_is(set, "it is correct-horse", "it is ***");
    stump_is(set, "correct-horse, corrupt", "***, corrupt");
    stump_is(set, "correct-horse, correct", "***, ***");
    stump_is(set, "Y29ycmVj", "***");
    stump_is(set, "", "");
    stump_is(NULL, "it is correct-hors", "it is correct-hors");
    secret_set_add_form(set, SPAN_LITERAL("horse and cart")); /* one begins within the other */
    stump_is(set, "a correct-horse an", "a ***");
    secret_set_show_all(set, true);
    stump_is(set, "it is correct-hors", "it is correct-hors");
    secret_set_free(set);
}
END_TEST

START_TEST(test_short_secrets_are_not_looked_for)
{
    static const char *const secrets[] = {"", "a", "12", "abc"};
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        struct secret_set *set = set_of(secrets[i]);
        redacted_is(set, SPAN_LITERAL("abc 12 3132 616263 YWJj a"), "abc 12 3132 616263 YWJj a");
        struct buf out;
        buf_init(&out, 100);
        secret_show(set, span_text(secrets[i]), &out); /* but by its place it is masked */
        ck_assert_str_eq(buf_text(&out), SECRET_MASK);
        buf_done(&out);
        secret_set_free(set);
    }
    struct secret_set *set = set_of("abcd"); /* SECRET_SCAN_MIN */
    redacted_is(set, SPAN_LITERAL("abcd"), "***");
    secret_set_free(set);
}
END_TEST

START_TEST(test_showing_all)
{
    struct secret_set *set = set_of("correct-horse");
    secret_set_show_all(set, true);
    redacted_is(set, SPAN_LITERAL("correct-horse"), "correct-horse");
    struct buf out;
    buf_init(&out, 100);
    secret_show(set, SPAN_LITERAL("correct-horse"), &out);
    ck_assert_str_eq(buf_text(&out), "correct-horse");
    ck_assert(secret_set_found(set, SPAN_LITERAL("correct-horse"))); /* shown, and still known */
    ck_assert(!secret_set_hides(set, SPAN_LITERAL("correct-horse")));
    secret_set_show_all(set, false);
    redacted_is(set, SPAN_LITERAL("correct-horse"), "***");
    buf_clear(&out);
    secret_show(NULL, SPAN_LITERAL("correct-horse"), &out);
    ck_assert_str_eq(buf_text(&out), "***");
    buf_done(&out);
    redacted_is(NULL, SPAN_LITERAL("correct-horse"), "correct-horse");
    secret_set_free(set);
}
END_TEST

/* The header says so: who receives piece by piece puts a line together first. */
START_TEST(test_a_secret_across_two_calls_is_not_seen)
{
    struct secret_set *set = set_of("correct-horse");
    struct buf out;
    buf_init(&out, 100);
    secret_set_redact(set, SPAN_LITERAL("correct-"), &out);
    secret_set_redact(set, SPAN_LITERAL("horse"), &out);
    ck_assert_str_eq(buf_text(&out), "correct-horse");
    buf_done(&out);
    secret_set_free(set);
}
END_TEST

START_TEST(test_the_set_copies_and_knows_each_once)
{
    struct secret_set *set = secret_set_new();
    char secret[] = "correct-horse";
    for (size_t i = 0; i < 2 * SECRET_FORMS_MAX; i++) {
        secret_set_add(set, span_text(secret)); /* would fill the set if it were not once */
    }
    memset(secret, 'x', sizeof secret - 1);
    redacted_is(set, SPAN_LITERAL("correct-horse"), "***");
    secret_set_add(set, SPAN_LITERAL("another-one"));
    redacted_is(set, SPAN_LITERAL("another-one"), "***");
    secret_set_free(set);
}
END_TEST

START_TEST(test_limits_are_kept)
{
    struct secret_set *set = secret_set_new();
    for (unsigned i = 0; i < 2 * SECRET_FORMS_MAX; i++) {
        char secret[32];
        snprintf(secret, sizeof secret, "secret-number-%u!", i);
        secret_set_add_form(set, span_text(secret));
    }
    redacted_is(set, SPAN_LITERAL("secret-number-8191!"), "***"); /* SECRET_FORMS_MAX is 8192 */
    redacted_is(set, SPAN_LITERAL("secret-number-8192!"), "secret-number-8192!");
    secret_set_free(set);
    set = secret_set_new();
    CLEANUP(mem_free_at) uint8_t *token = mem_zalloc(1, 200000);
    memset(token, 't', 200000);
    secret_set_add(set, span_of(token, 60000));
    ck_assert(secret_set_found(set, span_of(token, 60000)));
    ck_assert(!secret_set_found(set, span_of(token, 59999)));
    secret_set_add(set, span_of(token, 200000)); /* longer than any token: passed over */
    secret_set_free(set);
}
END_TEST

START_TEST(test_any_octets_may_be_secret)
{
    struct secret_set *set = secret_set_new();
    secret_set_add(set, SPAN_LITERAL("\0\1\0\xff\0"));
    struct buf out;
    buf_init(&out, 100);
    secret_set_redact(set, SPAN_LITERAL("a\0\1\0\xff\0b"), &out);
    ck_assert_str_eq(buf_text(&out), "a***b");
    buf_done(&out);
    secret_set_free(set);
}
END_TEST

UNIT_MAIN(test_the_secret_itself, test_the_case_of_letters_hides_nothing, test_forms_with_escapes,
    test_each_line_of_a_secret, test_the_first_octets_of_a_text, test_a_text_whose_end_was_lost,
    test_base64_at_every_alignment, test_base64_alone_leaves_nothing, test_hexadecimal_and_percent,
    test_encoded_values_that_somebody_computed, test_a_veil_hides_and_is_no_secret,
    test_overlapping_secrets_leave_no_rest, test_short_secrets_are_not_looked_for, test_showing_all,
    test_a_secret_across_two_calls_is_not_seen, test_the_set_copies_and_knows_each_once,
    test_limits_are_kept, test_any_octets_may_be_secret)
