#include "harness/base/random.h"

#include "harness/base/status.h"
#include "harness/tests/unit.h"

/* The published sequence of splitmix64 from state 0; it fills the state of xoshiro256**. */
START_TEST(test_a_seed_goes_through_splitmix64)
{
    static const uint64_t wanted[4] = {UINT64_C(0xe220a8397b1dcdaf), UINT64_C(0x6e789e6aa1b965f4),
        UINT64_C(0x06c45d188009454f), UINT64_C(0xf88bb8a8724c81ec)};
    struct random_source source;
    random_seed(&source, 0);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(source.state[i], wanted[i]);
    }
}
END_TEST

/* The reference implementation's first numbers from the state 1, 2, 3, 4. */
START_TEST(test_the_numbers_are_those_of_xoshiro256starstar)
{
    static const uint64_t wanted[] = {UINT64_C(11520), 0, UINT64_C(1509978240),
        UINT64_C(1215971899390074240), UINT64_C(1216172134540287360), UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625), UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777), UINT64_C(2904607092377533576)};
    struct random_source source = {{1, 2, 3, 4}};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        ck_assert_uint_eq(random_next(&source), wanted[i]);
    }
}
END_TEST

START_TEST(test_octets_are_the_numbers_from_their_low_end)
{
    struct random_source source = {{1, 2, 3, 4}};
    uint8_t bytes[20];
    random_fill(&source, bytes, sizeof bytes);
    /* 11520 is 0x2d00, then 0, then 1509978240 is 0x5a008080 … the last number is cut. */
    static const uint8_t wanted[8] = {0x00, 0x2d, 0, 0, 0, 0, 0, 0};
    ck_assert_mem_eq(bytes, wanted, 8);
    for (size_t i = 8; i < 16; i++) {
        ck_assert_uint_eq(bytes[i], 0);
    }
    uint32_t third = (uint32_t)bytes[16] | (uint32_t)bytes[17] << 8 | (uint32_t)bytes[18] << 16 |
                     (uint32_t)bytes[19] << 24;
    ck_assert_uint_eq(third, 1509978240);
}
END_TEST

START_TEST(test_numbers_below_a_bound)
{
    struct random_source source;
    random_seed(&source, 42);
    ck_assert_uint_eq(random_below(&source, 0), 0);
    ck_assert_uint_eq(random_below(&source, 1), 0);
    size_t counts[7] = {0};
    for (size_t i = 0; i < 7000; i++) {
        uint64_t number = random_below(&source, 7);
        ck_assert_uint_lt(number, 7);
        counts[number]++;
    }
    for (size_t i = 0; i < 7; i++) {
        ck_assert_uint_gt(counts[i], 800);
        ck_assert_uint_lt(counts[i], 1200);
    }
    for (size_t i = 0; i < 100; i++) {
        ck_assert_uint_lt(
            random_below(&source, UINT64_C(0x8000000000000001)), UINT64_C(0x8000000000000001));
    }
}
END_TEST

START_TEST(test_the_same_seed_is_the_same_sequence)
{
    struct random_source a, b, c;
    random_seed(&a, 7);
    random_seed(&b, 7);
    random_seed(&c, 8);
    size_t same = 0;
    for (size_t i = 0; i < 100; i++) {
        uint64_t number = random_next(&a);
        ck_assert_uint_eq(number, random_next(&b));
        same += number == random_next(&c) ? 1 : 0;
    }
    ck_assert_uint_eq(same, 0);
}
END_TEST

START_TEST(test_a_case_has_a_seed_of_its_own)
{
    uint64_t a = random_derive(1, SPAN_LITERAL("auth/plain"));
    ck_assert_uint_eq(a, random_derive(1, SPAN_LITERAL("auth/plain")));
    ck_assert_uint_ne(a, random_derive(2, SPAN_LITERAL("auth/plain")));
    ck_assert_uint_ne(a, random_derive(1, SPAN_LITERAL("auth/login")));
    /* Part of the run log's promise: another value would change every stored log. */
    ck_assert_uint_eq(random_derive(0, SPAN_EMPTY), UINT64_C(0xc3817c016ba4ff30));
}
END_TEST

UNIT_MAIN(test_a_seed_goes_through_splitmix64, test_the_numbers_are_those_of_xoshiro256starstar,
    test_octets_are_the_numbers_from_their_low_end, test_numbers_below_a_bound,
    test_the_same_seed_is_the_same_sequence, test_a_case_has_a_seed_of_its_own)
