/*
 * Variables that nobody puts in are told all the same, and what another case may have is not.
 */
#include "harness/scenario/names.h"

#include <stdio.h>

#include "harness/scenario/testing.h"

#define BEFORE "version: 1\nserver: {}\nexpect: {outcome: negotiated}\n"

static const struct {
    const char *vars, *message, *hint;
} rows[] = {
    {"{a: \"${{ vars.b }}\", b: \"x ${{ vars.a }}\"}", "the variables go in a circle: a -> b -> a",
        ""},
    {"{a: \"${{ vars.a }}\"}", "the variables go in a circle: a -> a", ""},
    {"{a: {b: [\"${{ vars.prot.x }}\"]}, port: 5}", "unknown variable 'prot'",
        "did you mean 'port'?"},
    {"{a: \"${{ vars.zzz }} ${{ vars.zzz }}\"}", "unknown variable 'zzz'", ""},
};

START_TEST(test_variables_that_nobody_uses)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[400];
        snprintf(text, sizeof text, BEFORE "vars: %s\n", rows[i].vars);
        struct testing testing = testing_load(text);
        ck_assert_msg(testing.diags.len == 1, "%s%s", text, buf_text(&testing.shown));
        const struct diag *diag = &testing.diags.items[0];
        ck_assert_str_eq(diag->message, rows[i].message);
        ck_assert_str_eq(diag->hint == NULL ? "" : diag->hint, rows[i].hint);
        ck_assert_uint_eq(diag->mark.line, 4);
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_all_of_them_in_one_pass)
{
    struct testing testing = testing_load(
        BEFORE "vars: {a: \"${{ vars.b }}\", b: \"${{ vars.a }}\", c: \"${{ vars.no }}\"}\n"
               "name: \"${{ vars.neither }}\"\n");
    ck_assert_uint_eq(testing.diags.len, 2); /* a circle waits until its case has no mistake */
    testing_done(&testing);
    testing = testing_load(
        BEFORE "vars: {a: \"${{ vars.b }}\", b: \"${{ vars.a }}\", c: \"${{ vars.no }}\"}\n");
    ck_assert_uint_eq(testing.diags.len, 2);
    testing_done(&testing);
    testing = testing_load(BEFORE "vars: {a: \"${{ vars.no }}\"}\nname: \"${{ vars.a }}\"\n");
    ck_assert_uint_eq(testing.diags.len, 1); /* it is used, and told once */
    testing_done(&testing);
}
END_TEST

START_TEST(test_what_is_no_mistake)
{
    static const char *const good[] = {
        BEFORE "vars: {a: \"$${{ vars.b }}\", c: \"${{ matrix.x }}\", d: \"${{ secrets.y }}\"}\n",
        /* what one case lacks, another may have; and so may who extends a template */
        BEFORE "vars: {a: \"${{ vars.own }}\"}\n"
               "cases: [{id: x, name: \"${{ vars.a }}\", vars: {own: o}}, {id: y}]\n",
        BEFORE "templates: {t: {name: \"${{ vars.own }}\"}}\n",
        BEFORE "vars: {a: \"${{ vars.b.c }}\", b: {c: \"${{ vars.d }}\"}, d: 5}\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct testing testing = testing_load_good(good[i]);
        testing_done(&testing);
    }
}
END_TEST

UNIT_MAIN(test_variables_that_nobody_uses, test_all_of_them_in_one_pass, test_what_is_no_mistake)
