/*
 * Cells of a matrix: which there are, in which order, how they are called, what they put in. The
 * first table is what GitHub Actions documents of `strategy.matrix`, in our spelling.
 */
#include <stdio.h>

#include "harness/scenario/testing.h"

#include "harness/scenario/matrix.h"
#include "harness/scenario/parse.h"

/* Each case's id and name, one a line. */
static struct buf shown_cases(const struct testing *testing)
{
    const struct plan_suite *plan = scenario_suite_plan(testing->suite);
    struct buf text;
    buf_init(&text, 65536);
    for (size_t i = 0; i < plan->len; i++) {
        buf_printf(&text, "%s %s\n", plan->cases[i].id, plan->cases[i].name);
    }
    return text;
}

static void check_cells(const char *text, const char *expected)
{
    struct buf whole;
    buf_init(&whole, 65536);
    buf_printf(&whole, "version: 1\nserver: {}\nexpect: {outcome: negotiated}\n%s", text);
    struct testing testing = testing_load_good(buf_text(&whole));
    struct buf found = shown_cases(&testing);
    ck_assert_str_eq(buf_text(&found), expected);
    buf_done(&found);
    buf_done(&whole);
    testing_done(&testing);
}

START_TEST(test_what_github_documents)
{
    static const struct {
        const char *text, *cells;
    } rows[] = {
        /* one dimension, and two: the first turns slowest */
        {"matrix: {version: [10, 12, 14]}\nname: \"${{ matrix.version }}\"\n",
            "test[version=10] 10\ntest[version=12] 12\ntest[version=14] 14\n"},
        {"matrix: {os: [u20, u22], version: [10, 12]}\n"
         "name: ${{ matrix.os }}/${{ matrix.version }}\n",
            "test[os=u20,version=10] u20/10\ntest[os=u20,version=12] u20/12\n"
            "test[os=u22,version=10] u22/10\ntest[os=u22,version=12] u22/12\n"},
        /* an include that agrees with a cell extends it */
        {"matrix: {os: [w, u], node: [14, 16], include: [{os: w, node: 16, npm: 6}]}\n"
         "vars: {npm: none}\nname: ${{ matrix.os }}\n",
            "test[os=w,node=14] w\ntest[os=w,node=16] w\ntest[os=u,node=14] u\n"
            "test[os=u,node=16] u\n"},
        /* one that would overwrite a dimension is a cell of its own */
        {"matrix: {os: [m, w, u], node: [12, 14], include: [{os: w, node: 17}]}\n"
         "name: ${{ matrix.os }} ${{ matrix.node }}\n",
            "test[os=m,node=12] m 12\ntest[os=m,node=14] m 14\ntest[os=w,node=12] w 12\n"
            "test[os=w,node=14] w 14\ntest[os=u,node=12] u 12\ntest[os=u,node=14] u 14\n"
            "test[os=w,node=17] w 17\n"},
        /* only include */
        {"matrix: {include: [{site: prod, center: a}, {site: stag, center: b}]}\n"
         "name: ${{ matrix.site }} ${{ matrix.center }}\n",
            "test[site=prod,center=a] prod a\ntest[site=stag,center=b] stag b\n"},
        /* exclude: all that have these values, however few are named */
        {"matrix:\n"
         "  os: [m, w]\n  version: [12, 14, 16]\n  environment: [s, p]\n"
         "  exclude: [{os: m, version: 12, environment: p}, {os: w, version: 16}]\n"
         "name: x\n",
            "test[os=m,version=12,environment=s] x\ntest[os=m,version=14,environment=s] x\n"
            "test[os=m,version=14,environment=p] x\ntest[os=m,version=16,environment=s] x\n"
            "test[os=m,version=16,environment=p] x\ntest[os=w,version=12,environment=s] x\n"
            "test[os=w,version=12,environment=p] x\ntest[os=w,version=14,environment=s] x\n"
            "test[os=w,version=14,environment=p] x\n"},
        /* exclude goes first: include brings back what it took */
        {"matrix: {a: [1, 2], exclude: [{a: 2}], include: [{a: 2}]}\nname: \"${{ matrix.a }}\"\n",
            "test[a=1] 1\ntest[a=2] 2\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check_cells(rows[i].text, rows[i].cells);
    }
}
END_TEST

/* The documentation's own example of how several entries of `include` work together. */
START_TEST(test_fruits_and_animals)
{
    static const char text[] = "fruit: [apple, pear]\n"
                               "animal: [cat, dog]\n"
                               "include:\n"
                               "- color: green\n"
                               "- {color: pink, animal: cat}\n"
                               "- {fruit: apple, shape: circle}\n"
                               "- fruit: banana\n"
                               "- {fruit: banana, animal: cat}\n";
    static const char *const labels[] = {"[fruit=apple,animal=cat]", "[fruit=apple,animal=dog]",
        "[fruit=pear,animal=cat]", "[fruit=pear,animal=dog]", "[fruit=banana]",
        "[fruit=banana,animal=cat]"};
    static const char *const values[] = {"fruit=apple animal=cat color=pink shape=circle ",
        "fruit=apple animal=dog color=green shape=circle ", "fruit=pear animal=cat color=pink ",
        "fruit=pear animal=dog color=green ", "fruit=banana ", "fruit=banana animal=cat "};
    struct arena *arena = arena_new();
    struct diag_list diags;
    struct tell tell;
    struct matrix_cell *cells;
    size_t cells_len = 0;
    diag_list_init(&diags);
    tell_init(&tell, &diags);
    const struct node *map = parse_text(arena, "test.yaml", span_text(text), 0, &tell);
    ck_assert(matrix_cells(arena, &tell, map, &cells, &cells_len));
    ck_assert_uint_eq(cells_len, ARRAY_LEN(labels));
    for (size_t i = 0; i < cells_len; i++) {
        struct buf shown;
        buf_init(&shown, 4096);
        for (size_t j = 0; j < cells[i].values->len; j++) {
            buf_printf(&shown, "%s=%s ", (const char *)cells[i].values->keys[j]->text.data,
                (const char *)cells[i].values->items[j]->text.data);
        }
        ck_assert_str_eq(cells[i].label, labels[i]);
        ck_assert_str_eq(buf_text(&shown), values[i]);
        buf_done(&shown);
    }
    diag_list_done(&diags);
    arena_free(arena);
}
END_TEST

START_TEST(test_ranges)
{
    check_cells("matrix: {n: {from: 1, to: 3}}\nname: n${{ matrix.n }}\n",
        "test[n=1] n1\ntest[n=2] n2\ntest[n=3] n3\n");
    check_cells("matrix: {n: {from: 1, to: 60, step: 25}}\nname: n${{ matrix.n }}\n",
        "test[n=1] n1\ntest[n=26] n26\ntest[n=51] n51\n");
    check_cells("matrix: {n: {from: 2, to: -2, step: -2}}\nname: n${{ matrix.n }}\n",
        "test[n=2] n2\ntest[n=0] n0\ntest[n=-2] n-2\n");
    check_cells("matrix: {n: {from: 7, to: 7}}\nname: x\n", "test[n=7] x\n");
    check_cells("matrix: {from: [a], to: [b]}\nname: x\n", "test[from=a,to=b] x\n");
}
END_TEST

START_TEST(test_labels)
{
    check_cells("matrix: {s: [{id: plain, a: 1}, {id: \"odd, [one]\", a: 2}]}\n"
                "name: a${{ matrix.s.a }}\n",
        "test[s=plain] a1\ntest[s=odd___one_] a2\n");
    check_cells("matrix: {m: [[PLAIN, LOGIN], [PLAIN], []]}\nname: x\n",
        "test[m=PLAIN+LOGIN] x\ntest[m=PLAIN] x\ntest[m=none] x\n");
    check_cells("matrix: {m: [\"\", \"#/\"]}\nname: x\n", "test[m=empty] x\ntest[m=__] x\n");
    check_cells("matrix: {include: [{id: one, n: 1}, {id: two, n: 2}]}\nname: n${{ matrix.n }}\n",
        "test[one] n1\ntest[two] n2\n");
    check_cells("matrix: {n: [1], include: [{n: 2, what: {a: b}}]}\nname: x\n",
        "test[n=1] x\ntest[n=2] x\n");
    check_cells("cases:\n- {id: a, matrix: {n: [1, 2]}}\n- {id: b}\n",
        "test#a[n=1] test\ntest#a[n=2] test\ntest#b test\n");
}
END_TEST

START_TEST(test_entries_meet_maps_by_their_id_or_their_keys)
{
    static const char before[] = "matrix:\n  n: [1]\n"
                                 "  s: [{id: a, tls: none}, {id: b, tls: none}, {id: c, tls: x}]\n";
    struct buf text;
    buf_init(&text, 4096);
    buf_printf(&text, "%s  exclude: [{s: a}]\nname: x\n", before);
    check_cells(buf_text(&text), "test[n=1,s=b] x\ntest[n=1,s=c] x\n");
    buf_clear(&text);
    buf_printf(&text, "%s  exclude: [{s: {tls: none}}]\nname: x\n", before);
    check_cells(buf_text(&text), "test[n=1,s=c] x\n");
    buf_clear(&text);
    buf_printf(&text,
        "%s  include: [{more: \"-\"}, {s: b, more: \"+\"}]\n"
        "name: ${{ matrix.s.id }}${{ matrix.more }}\n",
        before);
    check_cells(buf_text(&text), "test[n=1,s=a] a-\ntest[n=1,s=b] b+\ntest[n=1,s=c] c-\n");
    buf_done(&text);
}
END_TEST

START_TEST(test_of_the_file_and_of_the_case)
{
    check_cells("matrix: {a: [1, 2]}\nname: a${{ matrix.a }}\ncases:\n"
                "- id: x\n"
                "- id: y\n  matrix: {a: [3], b: [z]}\n"
                "- id: n\n  matrix: null\n  name: none\n"
                "- id: t\n  extends: t\n"
                "templates: {t: {matrix: {a: {from: 8, to: 9}}}}\n",
        "test#x[a=1] a1\ntest#x[a=2] a2\ntest#y[a=3,b=z] a3\ntest#n none\n"
        "test#t[a=8] a8\ntest#t[a=9] a9\n");
    check_cells("vars: {list: [1, 2]}\nmatrix: {a: \"${{ vars.list }}\"}\nname: a${{ matrix.a }}\n",
        "test[a=1] a1\ntest[a=2] a2\n");
}
END_TEST

START_TEST(test_a_map_is_merged_as_if_written_there)
{
    struct testing testing = testing_load_good(
        "version: 1\nserver: {host: a.test, port: 25, tls: starttls}\n"
        "client: {ssl_mode: auto}\nexpect: {outcome: negotiated}\n"
        "cases:\n- id: a\n  server: ${{ matrix.server }}\n"
        "  matrix: {server: [{id: x, port: 587}, {id: y, host: b.test, tls: null}]}\n");
    const struct plan_case *x = testing_case(&testing, 0), *y = testing_case(&testing, 1);
    ck_assert_str_eq(x->id, "test#a[server=x]");
    ck_assert_str_eq(x->server->host, "a.test");
    ck_assert_uint_eq(x->server->port, 587);
    ck_assert_int_eq(x->server->tls, PLAN_TLS_STARTTLS);
    ck_assert_str_eq(y->server->host, "b.test");
    ck_assert_uint_eq(y->server->port, 25);
    ck_assert_int_eq(y->server->tls, PLAN_TLS_NONE);
    testing_done(&testing);
}
END_TEST

/* Ids are printed by everybody: a password must not be part of one. */
START_TEST(test_a_password_names_no_cell)
{
    static const struct {
        const char *matrix, *use;
        size_t errors;
    } rows[] = {
        {"{pw: [Hunter2xyz, other-one]}", "${{ matrix.pw }}", 2},
        {"{pw: [Hunter2xyz], tls: [a, b]}", "${{ matrix.pw }}", 1}, /* each once */
        {"{pw: [a, b], include: [{pw: Hunter2xyz}]}", "${{ matrix.pw }}", 3},
        {"{pw: [[Hunter2xyz, b]], q: [{id: x, pw: b}]}", "${{ matrix.q.pw }}", 1},
        {"{pw: [{id: Hunter2xyz, is: Hunter2xyz}]}", "${{ matrix.pw.is }}", 1},
        {"{pw: [{id: a, is: Hunter2xyz}, {id: b, is: other-one}]}", "${{ matrix.pw.is }}", 0},
        {"{include: [{id: a, pw: Hunter2xyz}]}", "${{ matrix.pw }}", 0},
        {"{pw: [\"\"]}", "${{ matrix.pw }}", 0}, /* nothing to be hidden */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[1024];
        snprintf(text, sizeof text,
            "version: 1\nmatrix: %s\nexpect: {outcome: sent}\n"
            "server: {auth: {users: {joe: \"%s\"}}}\nclient: {login: true}\n",
            rows[i].matrix, rows[i].use);
        struct testing testing = testing_load(text);
        ck_assert_msg(testing.diags.errors == rows[i].errors, "%s: %zu\n%s", rows[i].matrix,
            testing.diags.errors, buf_text(&testing.shown));
        for (size_t j = 0; j < rows[i].errors; j++) {
            ck_assert_str_eq(testing.diags.items[j].message,
                "this password would name the cell, and stand in the case's id");
        }
        ck_assert_ptr_null(strstr(buf_text(&testing.shown), "Hunter2xyz"));
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_ten_thousand_cells)
{
    struct testing testing = testing_load_good(
        "version: 1\nserver: {tls: none}\nclient: {ssl_mode: none}\n"
        "expect: {outcome: negotiated}\nname: \"${{ matrix.a }}-${{ matrix.b }}\"\n"
        "matrix: {a: {from: 1, to: 100}, b: {from: 1, to: 100}}\n");
    ck_assert_uint_eq(scenario_suite_plan(testing.suite)->len, SCENARIO_CELLS_MAX);
    ck_assert_str_eq(testing_case(&testing, 9999)->name, "100-100");
    testing_done(&testing);
}
END_TEST

UNIT_MAIN(test_what_github_documents, test_fruits_and_animals, test_ranges, test_labels,
    test_entries_meet_maps_by_their_id_or_their_keys, test_of_the_file_and_of_the_case,
    test_a_map_is_merged_as_if_written_there, test_a_password_names_no_cell,
    test_ten_thousand_cells)
