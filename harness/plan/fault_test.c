#include "harness/plan/fault.h"

#include <stdbool.h>
#include <string.h>

#include "harness/tests/unit.h"

/* Words in small letters with dashes between them. */
static bool is_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
    return len > 0 && name[len] == '\0' && name[0] != '-' && name[len - 1] != '-';
}

START_TEST(test_each_row_is_whole_and_found)
{
    plan_fault_set all = 0;
    for (size_t i = 0; i < PLAN_FAULT_COUNT; i++) {
        const struct plan_fault_row *row = plan_fault_row(i);
        ck_assert_msg(is_name(row->name), "%s", row->name);
        ck_assert_msg(row->sentence[strlen(row->sentence) - 1] == '.', "%s", row->name);
        ck_assert_msg(row->source[0] != '\0', "%s", row->name);
        ck_assert(plan_fault_find(row->name) == PLAN_FAULT_BIT(i));
        ck_assert_str_eq(plan_fault_names()[i], row->name);
        ck_assert((all & PLAN_FAULT_BIT(i)) == 0);
        all |= PLAN_FAULT_BIT(i);
    }
    ck_assert_ptr_null(plan_fault_names()[PLAN_FAULT_COUNT]);
}
END_TEST

START_TEST(test_what_is_no_name)
{
    ck_assert(plan_fault_find("") == 0);
    ck_assert(plan_fault_find("any-passwor") == 0);
    ck_assert(plan_fault_find("Any-Password") == 0);
}
END_TEST

UNIT_MAIN(test_each_row_is_whole_and_found, test_what_is_no_name)
