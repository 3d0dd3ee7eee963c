#include "harness/evidence/certificate_flag.h"

#include "harness/tests/unit.h"

START_TEST(test_names_and_bits_are_unique)
{
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        const struct certificate_flag_row *row = certificate_flag_row(i);
        ck_assert_uint_eq(row->bit, 1u << i);
        ck_assert_uint_eq(certificate_flag_find(row->name), row->bit); /* the first of its name */
        ck_assert_str_eq(certificate_flag_names()[i], row->name);
        ck_assert_uint_eq(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(row->name));
        ck_assert_uint_gt(strlen(row->sentence), 5);
        ck_assert_int_eq(row->sentence[strlen(row->sentence) - 1], '.');
    }
    ck_assert_ptr_null(certificate_flag_names()[CERTIFICATE_FLAG_COUNT]);
    ck_assert_uint_eq(CERTIFICATE_FLAGS_ALL, (1u << CERTIFICATE_FLAG_COUNT) - 1);
    ck_assert_uint_eq(certificate_flag_find("no-such-flag"), 0);
    ck_assert_uint_eq(certificate_flag_find(""), 0);
}
END_TEST

/* The seed guide's code: the enumeration is a signed 32-bit integer whose bits are walked by
 * doubling, compared with `> 0`, and turned to names one by one. */
START_TEST(test_seed_values_are_single_positive_bits_of_32)
{
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        uint32_t value = certificate_flag_row(i)->seed_value;
        ck_assert_msg(value != 0 && (value & (value - 1)) == 0, "%s: 0x%x is no single bit",
            certificate_flag_row(i)->name, (unsigned)value);
        ck_assert_msg((int32_t)value > 0, "%s: negative in 32 bits", certificate_flag_row(i)->name);
    }
}
END_TEST

/* Several flags may fold into one name of the guide, but a name has one value, a value one name. */
START_TEST(test_seed_names_and_values_belong_together)
{
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct certificate_flag_row *a = certificate_flag_row(i),
                                              *b = certificate_flag_row(j);
            ck_assert_msg(
                (strcmp(a->seed_name, b->seed_name) == 0) == (a->seed_value == b->seed_value),
                "%s and %s disagree", a->name, b->name);
        }
    }
}
END_TEST

/* `All - IsUntrustedRoot`, an arithmetic difference in the guide, must clear exactly that bit. */
START_TEST(test_all_contains_untrusted_root)
{
    int32_t all = 0, untrusted_root = 0;
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        const struct certificate_flag_row *row = certificate_flag_row(i);
        all |= (int32_t)row->seed_value;
        if (strcmp(row->seed_name, "IsUntrustedRoot") == 0) {
            untrusted_root = (int32_t)row->seed_value;
            ck_assert_str_eq(row->name, "untrusted-root");
        }
    }
    ck_assert_int_eq(untrusted_root, 0x20);
    ck_assert_int_gt(all, 0);
    ck_assert_int_eq(all & untrusted_root, untrusted_root);
    ck_assert_int_eq(all - untrusted_root, all & ~untrusted_root);
}
END_TEST

UNIT_MAIN(test_names_and_bits_are_unique, test_seed_values_are_single_positive_bits_of_32,
    test_seed_names_and_values_belong_together, test_all_contains_untrusted_root)
