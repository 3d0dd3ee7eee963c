#include "harness/evidence/result.h"

#include "harness/tests/unit.h"

START_TEST(test_verdicts_have_names_that_are_found_again)
{
    static const char *const names[VERDICT_COUNT] = {
        "pass", "fail", "error", "skip", "known-fail", "fixed", "flaky"};
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        enum verdict found = VERDICT_COUNT;
        ck_assert_str_eq(verdict_name((enum verdict)i), names[i]);
        ck_assert(verdict_find(names[i], &found));
        ck_assert_uint_eq(found, i);
        ck_assert(verdict_is_failure((enum verdict)i) == (i == VERDICT_FAIL || i == VERDICT_FIXED));
    }
    enum verdict untouched = VERDICT_SKIP;
    ck_assert(!verdict_find("passed", &untouched));
    ck_assert(!verdict_find("", &untouched));
    ck_assert_int_eq(untouched, VERDICT_SKIP);
}
END_TEST

static int code_of(const enum verdict *verdicts, size_t verdicts_len)
{
    struct run_counts counts = {0};
    for (size_t i = 0; i < verdicts_len; i++) {
        run_counts_add(&counts, verdicts[i]);
    }
    ck_assert_uint_eq(counts.total, verdicts_len);
    return run_counts_exit_code(&counts);
}

#define CODE(...)                                \
    code_of((const enum verdict[]){__VA_ARGS__}, \
        sizeof((const enum verdict[]){__VA_ARGS__}) / sizeof(enum verdict))

START_TEST(test_exit_codes)
{
    ck_assert_int_eq(code_of(NULL, 0), 5);
    ck_assert_int_eq(CODE(VERDICT_PASS), 0);
    ck_assert_int_eq(CODE(VERDICT_SKIP), 0);
    ck_assert_int_eq(CODE(VERDICT_PASS, VERDICT_SKIP, VERDICT_KNOWN_FAIL, VERDICT_FLAKY), 0);
    ck_assert_int_eq(CODE(VERDICT_PASS, VERDICT_FAIL), 1);
    ck_assert_int_eq(CODE(VERDICT_FIXED), 1);
    ck_assert_int_eq(CODE(VERDICT_PASS, VERDICT_ERROR), 3);
    ck_assert_int_eq(CODE(VERDICT_ERROR, VERDICT_FAIL, VERDICT_ERROR), 1); /* fail before error */
}
END_TEST

START_TEST(test_each_case_is_counted_once)
{
    struct run_counts counts = {0};
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        for (size_t times = 0; times <= i; times++) {
            run_counts_add(&counts, (enum verdict)i);
        }
    }
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        ck_assert_uint_eq(counts.by_verdict[i], i + 1);
    }
    ck_assert_uint_eq(counts.total, VERDICT_COUNT * (VERDICT_COUNT + 1) / 2);
}
END_TEST

UNIT_MAIN(
    test_verdicts_have_names_that_are_found_again, test_exit_codes, test_each_case_is_counted_once)
