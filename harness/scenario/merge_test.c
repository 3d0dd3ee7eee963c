/*
 * A case over its file's defaults.
 */
#include "harness/scenario/merge.h"

#include "harness/scenario/parse.h"
#include "harness/tests/unit.h"

static struct arena *arena;
static struct diag_list diags;
static struct tell tell;

static void merge_begin(void)
{
    arena = arena_new();
    diag_list_init(&diags);
    tell_init(&tell, &diags);
}

static void merge_end(void)
{
    arena_free(arena);
    diag_list_done(&diags);
}

/* Nodes as text: {a: 1, b: [x]}. */
static void show(const struct node *node, struct buf *out)
{
    if (node->kind == NODE_SCALAR) {
        buf_append(out, node->text);
        return;
    }
    buf_append_byte(out, node->kind == NODE_MAP ? '{' : '[');
    for (size_t i = 0; i < node->len; i++) {
        buf_append_text(out, i == 0 ? "" : ", ");
        if (node->kind == NODE_MAP) {
            show(node->keys[i], out);
            buf_append_text(out, ": ");
        }
        show(node->items[i], out);
    }
    buf_append_byte(out, node->kind == NODE_MAP ? '}' : ']');
}

static void check_merge(const char *defaults, const char *own, const char *expected)
{
    struct merge merge = {.arena = arena, .tell = &tell};
    const struct node *base = parse_text(arena, "base.yaml", span_text(defaults), 0, &tell);
    const struct node *over = parse_text(arena, "own.yaml", span_text(own), 0, &tell);
    const struct node *whole = merge_case(&merge, merge_case(&merge, NULL, base), over);
    struct buf text;
    buf_init(&text, 65536);
    show(whole, &text);
    ck_assert_str_eq(buf_text(&text), expected);
    buf_done(&text);
}

START_TEST(test_maps_merge_deeply_and_lists_replace)
{
    merge_begin();
    check_merge("{a: {b: 1, c: {d: 2}}, l: [1, 2]}", "{a: {c: {e: 3}}, l: [4], x: y}",
        "{a: {b: 1, c: {d: 2, e: 3}}, l: [4], x: y}");
    check_merge("{a: {b: 1}}", "{a: word}", "{a: word}");
    check_merge("{a: word}", "{a: {b: 1}}", "{a: {b: 1}}");
    check_merge("{a: [{b: 1}]}", "{a: [{c: 2}]}", "{a: [{c: 2}]}");
    ck_assert_uint_eq(diags.errors, 0);
    merge_end();
}
END_TEST

START_TEST(test_null_deletes)
{
    merge_begin();
    check_merge("{a: {b: 1, c: 2}, d: 3}", "{a: {b: null}, d: null}", "{a: {c: 2}}");
    check_merge("{a: null, b: {c: null, d: 1}}", "{}", "{b: {d: 1}}");
    check_merge("{a: {b: 1}}", "{a: {z: {y: null}}}", "{a: {b: 1, z: {}}}");
    check_merge("{a: 1}", "{a: \"null\"}", "{a: null}"); /* a text */
    ck_assert_uint_eq(diags.errors, 0);
    merge_end();
}
END_TEST

START_TEST(test_both_spellings_of_a_fact_are_one)
{
    merge_begin();
    check_merge("{expect: {starttls: {used: true, offered: true}}}",
        "{expect: {starttls.used: false}}",
        "{expect: {starttls.offered: true, starttls.used: false}}");
    check_merge("{expect: {starttls.used: true, outcome: sent}}",
        "{expect: {starttls: {used: false}}}", "{expect: {outcome: sent, starttls.used: false}}");
    check_merge("{expect: {server.saw: {client_hello: {sni: a}}}}",
        "{expect: {server: {saw.client_hello.sni: b}}}",
        "{expect: {server.saw.client_hello.sni: b}}");
    check_merge("{expect: {connections: {2: {reply: {code: 250}}}}}",
        "{expect: {connections.2.reply.code: 550}}", "{expect: {connections.2.reply.code: 550}}");
    check_merge("{expect: {hello: {parameters: {size: \"1\"}}, replies: {mail: {code: 250}}}}",
        "{expect: {replies.mail.code: 4xx}}",
        "{expect: {hello.parameters.size: 1, replies.mail.code: 4xx}}");
    ck_assert_uint_eq(diags.errors, 0);
    merge_end();
}
END_TEST

START_TEST(test_what_is_expected_of_a_fact_is_replaced_whole)
{
    merge_begin();
    check_merge("{expect: {tls.version: {at_least: tls1.2}}}",
        "{expect: {tls: {version: {at_most: tls1.1}}}}",
        "{expect: {tls.version: {at_most: tls1.1}}}");
    check_merge("{expect: {outcome: {not: sent}}}", "{expect: {outcome: {one_of: [refused]}}}",
        "{expect: {outcome: {one_of: [refused]}}}");
    ck_assert_uint_eq(diags.errors, 0);
    merge_end();
}
END_TEST

START_TEST(test_null_deletes_facts_and_groups)
{
    merge_begin();
    check_merge("{expect: {outcome: sent, starttls: {used: true, offered: true}}}",
        "{expect: {starttls.used: null}}", "{expect: {outcome: sent, starttls.offered: true}}");
    check_merge("{expect: {outcome: sent, starttls: {used: true, offered: true}}}",
        "{expect: {starttls: null}}", "{expect: {outcome: sent}}");
    check_merge("{expect: {outcome: sent}, a: 1}", "{expect: null}", "{a: 1}");
    check_merge("{expect: {outcome: sent}}", "{a: 1}", "{a: 1, expect: {outcome: sent}}");
    ck_assert_uint_eq(diags.errors, 0);
    merge_end();
}
END_TEST

START_TEST(test_a_fact_is_expected_once)
{
    merge_begin();
    check_merge("{}", "{expect: {starttls.used: true,\n  starttls: {used: false}}}",
        "{expect: {starttls.used: true}}");
    ck_assert_uint_eq(diags.len, 1);
    ck_assert_str_eq(diags.items[0].message, "the fact 'starttls.used' is expected a second time");
    ck_assert_str_eq(diags.items[0].hint, "the first time is on line 1");
    ck_assert_uint_eq(diags.items[0].mark.line, 2);
    ck_assert_uint_eq(diags.items[0].mark.column, 14);
    merge_end();
}
END_TEST

START_TEST(test_what_is_no_fact_stays_for_the_decoder)
{
    merge_begin();
    check_merge("{expect: {nonsense: {a: 1}}}", "{expect: {starttls: 5}}",
        "{expect: {nonsense: {a: 1}, starttls: 5}}");
    check_merge("{expect: word}", "{}", "{expect: word}");
    check_merge("{expect: word}", "{expect: {outcome: sent}}", "{expect: {outcome: sent}}");
    ck_assert_uint_eq(diags.errors, 0);
    merge_end();
}
END_TEST

START_TEST(test_places_are_those_of_what_was_written)
{
    merge_begin();
    struct merge merge = {.arena = arena, .tell = &tell};
    const struct node *base = parse_text(
        arena, "base.yaml", SPAN_LITERAL("a: {b: 1}\nc: 2\n"), 0, &tell);
    const struct node *own = parse_text(
        arena, "own.yaml", SPAN_LITERAL("\n\na: {d: 3}\n"), 0, &tell);
    const struct node *whole = merge_case(&merge, base, own);
    ck_assert_str_eq(whole->mark.file, "own.yaml");
    const struct node *a = node_get(whole, "a");
    ck_assert_str_eq(node_get(a, "b")->mark.file, "base.yaml");
    ck_assert_uint_eq(node_get(a, "b")->mark.line, 1);
    ck_assert_str_eq(node_get(a, "d")->mark.file, "own.yaml");
    ck_assert_uint_eq(node_get(a, "d")->mark.line, 3);
    ck_assert_uint_eq(whole->weight, 9);
    merge_end();
}
END_TEST

START_TEST(test_the_work_of_a_file_has_a_limit)
{
    merge_begin();
    struct merge merge = {.arena = arena, .tell = &tell, .nodes = MERGE_NODES_MAX - 10};
    const struct node *own = parse_text(
        arena, "own.yaml", SPAN_LITERAL("{a: [1, 2, 3, 4]}"), 0, &tell);
    ck_assert_ptr_nonnull(merge_case(&merge, NULL, own));
    ck_assert_ptr_null(merge_case(&merge, NULL, own));
    ck_assert_uint_eq(diags.errors, 1);
    ck_assert_str_eq(
        diags.items[0].message, "the cases of this file have more than 2000000 values");
    merge_end();
}
END_TEST

UNIT_MAIN(test_maps_merge_deeply_and_lists_replace, test_null_deletes,
    test_both_spellings_of_a_fact_are_one, test_what_is_expected_of_a_fact_is_replaced_whole,
    test_null_deletes_facts_and_groups, test_a_fact_is_expected_once,
    test_what_is_no_fact_stays_for_the_decoder, test_places_are_those_of_what_was_written,
    test_the_work_of_a_file_has_a_limit)
