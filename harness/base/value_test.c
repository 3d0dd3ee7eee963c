#include "harness/base/value.h"

#include "harness/tests/unit.h"

static void show_is(const struct value *value, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    value_show(value, &out);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_done(&out);
}

START_TEST(test_scalars_are_what_they_were_made_of)
{
    struct arena *arena = arena_new();
    ck_assert_int_eq(value_null(arena)->kind, VALUE_NULL);
    ck_assert(value_truth(arena, true)->truth);
    ck_assert_int_eq(value_integer(arena, INT64_MIN)->integer, INT64_MIN);
    ck_assert_str_eq(value_as_text(value_text(arena, "text")), "text");
    ck_assert(span_equal(value_bytes(arena, SPAN_LITERAL("a\0b"))->text, SPAN_LITERAL("a\0b")));
    ck_assert_ptr_null(value_as_text(value_integer(arena, 1)));
    ck_assert_ptr_null(value_as_text(NULL));
    ck_assert_str_eq(value_as_text(value_text(arena, NULL)), "");
    arena_free(arena);
}
END_TEST

START_TEST(test_maps_keep_the_order_and_replace)
{
    struct arena *arena = arena_new();
    struct value *map = value_map(arena);
    char key[] = "beta";
    value_put(arena, map, key, value_integer(arena, 1));
    key[0] = 'B'; /* the key was copied */
    value_put(arena, map, "alpha", value_integer(arena, 2));
    value_put(arena, map, "beta", value_integer(arena, 3));
    ck_assert_uint_eq(map->len, 2);
    show_is(map, "{beta: 3, alpha: 2}");
    ck_assert_int_eq(value_get(map, "alpha")->integer, 2);
    ck_assert_ptr_null(value_get(map, "gamma"));
    ck_assert_ptr_null(value_get(map, "alph"));
    ck_assert_ptr_null(value_get(NULL, "alpha"));
    ck_assert_ptr_null(value_get(value_list(arena), "alpha"));
    ck_assert_ptr_null(value_get(value_text(arena, "alpha"), "alpha"));
    arena_free(arena);
}
END_TEST

START_TEST(test_paths)
{
    struct arena *arena = arena_new();
    struct value *map = value_map(arena);
    value_put_path(arena, map, "tls.version", value_text(arena, "TLSv1.3"));
    value_put_path(arena, map, "tls.group", value_text(arena, "x25519"));
    value_put_path(arena, map, "outcome", value_text(arena, "sent"));
    value_put_path(arena, map, "a.b.c.d", value_integer(arena, 1));
    show_is(map, "{tls: {version: TLSv1.3, group: x25519}, outcome: sent, a: {b: {c: {d: 1}}}}");
    ck_assert_str_eq(value_as_text(value_get_path(map, "tls.group")), "x25519");
    ck_assert_int_eq(value_get_path(map, "a.b.c.d")->integer, 1);
    ck_assert_int_eq(value_get_path(map, "a.b")->kind, VALUE_MAP);
    ck_assert_ptr_null(value_get_path(map, "a.b.c.d.e"));
    ck_assert_ptr_null(value_get_path(map, "tls."));
    ck_assert_ptr_null(value_get_path(map, ".tls"));
    ck_assert_ptr_null(value_get_path(map, ""));
    ck_assert_ptr_null(value_get_path(NULL, "tls"));
    value_put_path(arena, map, "outcome.inner", value_integer(arena, 2)); /* a map in its place */
    ck_assert_int_eq(value_get_path(map, "outcome.inner")->integer, 2);
    arena_free(arena);
}
END_TEST

/* {list: [a, 1, true, null], map: {k: v}}, with the last item as given. */
static struct value *tree(struct arena *arena, const char *last)
{
    struct value *map = value_map(arena), *list = value_list(arena);
    value_append(arena, list, value_text(arena, "a"));
    value_append(arena, list, value_integer(arena, 1));
    value_append(arena, list, value_truth(arena, true));
    value_append(arena, list, value_null(arena));
    value_put(arena, map, "list", list);
    value_put_path(arena, map, "map.k", value_text(arena, last));
    return map;
}

START_TEST(test_equality)
{
    struct arena *arena = arena_new();
    ck_assert(value_equal(tree(arena, "v"), tree(arena, "v")));
    ck_assert(!value_equal(tree(arena, "v"), tree(arena, "w")));
    ck_assert(!value_equal(tree(arena, "v"), NULL));
    ck_assert(value_equal(NULL, NULL));
    ck_assert(!value_equal(value_text(arena, "1"), value_integer(arena, 1)));
    ck_assert(!value_equal(value_truth(arena, true), value_truth(arena, false)));
    ck_assert(!value_equal(value_integer(arena, 1), value_integer(arena, 2)));
    ck_assert(value_equal(value_null(arena), value_null(arena)));
    ck_assert(!value_equal(value_list(arena), value_map(arena)));
    struct value *longer = value_list(arena), *shorter = value_list(arena);
    value_append(arena, longer, value_null(arena));
    ck_assert(!value_equal(longer, shorter));
    struct value *a = value_map(arena), *b = value_map(arena);
    value_put(arena, a, "a", value_null(arena));
    value_put(arena, b, "b", value_null(arena));
    ck_assert(!value_equal(a, b));
    arena_free(arena);
}
END_TEST

START_TEST(test_a_copy_stands_alone)
{
    struct arena *first = arena_new(), *second = arena_new();
    struct value *copy = value_copy(second, tree(first, "v"));
    arena_free(first);
    ck_assert(value_equal(copy, tree(second, "v")));
    show_is(copy, "{list: [a, 1, true, null], map: {k: v}}");
    arena_free(second);
}
END_TEST

START_TEST(test_text_that_could_be_misread_is_quoted)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"PLAIN", "PLAIN"},
        {"two words", "two words"},
        {"", "\"\""},
        {"true", "\"true\""},
        {"false", "\"false\""},
        {"null", "\"null\""},
        {"True", "True"},
        {"250", "\"250\""},
        {"-1", "\"-1\""},
        {"2.0", "2.0"},
        {" a", "\" a\""},
        {"a\t", "\"a\\t\""},
        {"a\r\n", "\"a\\r\\n\""},
        {"a, b", "\"a, b\""},
        {"[a]", "\"[a]\""},
        {"{a", "\"{a\""},
        {"say \"hi\"", "\"say \\\"hi\\\"\""},
        {"\"", "\"\\\"\""},
        {"C:\\x", "C:\\\\x"},
        {"\x1b[31m", "\"\\x1b[31m\""},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"\xff", "\\xff"},
        {"\xe2\x80\xae", "\\xe2\\x80\\xae"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        show_is(value_text(arena, rows[i].text), rows[i].shown);
    }
    arena_free(arena);
}
END_TEST

START_TEST(test_the_rest_as_people_read_it)
{
    struct arena *arena = arena_new();
    show_is(value_null(arena), "null");
    show_is(value_truth(arena, false), "false");
    show_is(value_integer(arena, -42), "-42");
    show_is(value_list(arena), "[]");
    show_is(value_map(arena), "{}");
    struct value *map = value_map(arena);
    value_put(arena, map, "x\x1b[2J\n", value_null(arena)); /* a keyword that a peer sent */
    show_is(map, "{x\\x1b[2J\\n: null}");
    arena_free(arena);
}
END_TEST

/* What is seen is one thing, what is compared another. */
START_TEST(test_what_is_shown_of_a_text)
{
    struct arena *arena = arena_new();
    struct value *list = value_list(arena), *text = value_text(arena, "AUTH PLAIN abc");
    value_append(arena, list, text);
    show_is(list, "[AUTH PLAIN abc]");
    ck_assert_ptr_eq(value_shown(text), text);
    ck_assert_ptr_eq(value_shown(list), list);
    value_set_shown(arena, text, SPAN_LITERAL("AUTH PLAIN ***"));
    show_is(list, "[AUTH PLAIN ***]");
    show_is(value_copy(arena, list), "[AUTH PLAIN ***]");
    ck_assert_str_eq(value_as_text(value_shown(text)), "AUTH PLAIN ***");
    ck_assert_str_eq(value_as_text(text), "AUTH PLAIN abc");
    ck_assert(value_equal(text, value_text(arena, "AUTH PLAIN abc")));
    ck_assert(!value_equal(text, value_text(arena, "AUTH PLAIN ***")));
    arena_free(arena);
}
END_TEST

START_TEST(test_long_lists_keep_their_items)
{
    struct arena *arena = arena_new();
    struct value *list = value_list(arena), *map = value_map(arena);
    for (int64_t i = 0; i < 1000; i++) {
        value_append(arena, list, value_integer(arena, i));
        value_put(arena, map, arena_printf(arena, "k%d", (int)i), value_integer(arena, i));
    }
    ck_assert_uint_eq(list->len, 1000);
    ck_assert_uint_eq(map->len, 1000);
    for (size_t i = 0; i < 1000; i++) {
        ck_assert_int_eq(list->items[i]->integer, (int64_t)i);
        ck_assert_int_eq(map->items[i]->integer, (int64_t)i);
    }
    arena_free(arena);
}
END_TEST

UNIT_MAIN(test_scalars_are_what_they_were_made_of, test_maps_keep_the_order_and_replace, test_paths,
    test_equality, test_a_copy_stands_alone, test_text_that_could_be_misread_is_quoted,
    test_the_rest_as_people_read_it, test_what_is_shown_of_a_text, test_long_lists_keep_their_items)
