/*
 * unit — one main for every unit test: `UNIT_MAIN(test_a, test_b)` at the end of an x_test.c.
 *
 * Knows: Check. CK_FORK=no is set under sanitizers by the build. A test is written with
 * START_TEST(test_a) { … } END_TEST.
 */
#ifndef SMTPVET_TESTS_UNIT_H
#define SMTPVET_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

#ifndef UNIT_TIMEOUT_S
#define UNIT_TIMEOUT_S 60 /* of one test; generous, because sanitizers are slow */
#endif

static inline int unit_run(const char *name, const TTest *const *tests, size_t tests_len)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, UNIT_TIMEOUT_S);
    for (size_t i = 0; i < tests_len; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define UNIT_MAIN(...)                                                                   \
    int main(void)                                                                       \
    {                                                                                    \
        const TTest *const unit_tests[] = {__VA_ARGS__};                                 \
        return unit_run(__FILE__, unit_tests, sizeof unit_tests / sizeof unit_tests[0]); \
    }

#endif
