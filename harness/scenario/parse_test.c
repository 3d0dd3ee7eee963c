/*
 * YAML to nodes: places, aliases, `<<`, and everything that is no scenario file.
 */
#include "harness/scenario/parse.h"

#include <stdio.h>

#include "harness/scenario/files.h"
#include "harness/scenario/scenario.h"
#include "harness/tests/unit.h"

static struct arena *arena;
static struct diag_list diags;
static struct tell tell;

static const struct node *parse_span(struct span text, size_t piece)
{
    arena_free(arena);
    diag_list_done(&diags);
    arena = arena_new();
    diag_list_init(&diags);
    tell_init(&tell, &diags);
    return parse_text(arena, "a.yaml", text, piece, &tell);
}

static const struct node *parse(const char *text)
{
    return parse_span(span_text(text), 0);
}

static void parse_end(void)
{
    arena_free(arena);
    diag_list_done(&diags);
    arena = NULL;
}

static const struct node *parse_good(const char *text)
{
    const struct node *root = parse(text);
    ck_assert_msg(diags.errors == 0, "%s", diags.len > 0 ? diags.items[0].message : "");
    ck_assert_ptr_nonnull(root);
    return root;
}

/* The first message, its place and its hint. */
static void check_mistake(
    const char *text, unsigned line, unsigned column, const char *message, const char *hint)
{
    (void)parse(text);
    ck_assert_msg(diags.len == 1, "%zu messages about %s", diags.len, text);
    ck_assert_str_eq(diags.items[0].message, message);
    ck_assert_uint_eq(diags.items[0].mark.line, line);
    ck_assert_uint_eq(diags.items[0].mark.column, column);
    if (hint == NULL) {
        ck_assert_ptr_null(diags.items[0].hint);
    } else {
        ck_assert_ptr_nonnull(diags.items[0].hint);
        ck_assert_str_eq(diags.items[0].hint, hint);
    }
}

static void check_place(const struct node *node, unsigned line, unsigned column, unsigned width)
{
    ck_assert_uint_eq(node->mark.line, line);
    ck_assert_uint_eq(node->mark.column, column);
    ck_assert_uint_eq(node->mark.width, width);
}

START_TEST(test_nodes_know_their_place)
{
    const struct node *root = parse_good(
        "a: [x, \"y z\"]\nb:\n  \u00e9\u00e9: 'q'\n  c: |\n    l\n");
    ck_assert_int_eq(root->kind, NODE_MAP);
    check_place(root->keys[0], 1, 1, 1);
    const struct node *list = node_get(root, "a");
    ck_assert_int_eq(list->kind, NODE_LIST);
    check_place(list->items[1], 1, 8, 5);
    ck_assert_int_eq(list->items[1]->style, NODE_DOUBLE_QUOTED);
    const struct node *b = node_get(root, "b");
    check_place(b->keys[0], 3, 3, 2); /* characters, not octets */
    ck_assert_int_eq(node_get(b, "\u00e9\u00e9")->style, NODE_SINGLE_QUOTED);
    check_place(node_get(b, "\u00e9\u00e9"), 3, 7, 3);
    ck_assert_int_eq(node_get(b, "c")->style, NODE_LITERAL);
    ck_assert(node_is(node_get(b, "c"), "l\n"));
    ck_assert_ptr_null(node_get(root, "z"));
    ck_assert_uint_eq(root->weight, 11); /* every key, value, list and map */
    ck_assert_uint_eq(root->height, 3);
    parse_end();
}
END_TEST

START_TEST(test_a_byte_order_mark_is_no_column)
{
    const struct node *root = parse_good("\xef\xbb\xbf"
                                         "a: b\n");
    check_place(root->keys[0], 1, 1, 1);
    parse_end();
}
END_TEST

START_TEST(test_null_is_one_word)
{
    const struct node *root = parse_good("[null, \"null\", ~, Null, x]\n");
    for (size_t i = 0; i < root->len; i++) {
        ck_assert_int_eq(node_is_null(root->items[i]), i == 0);
    }
    root = parse_good("{a: , b: \"\"}\n");
    ck_assert(node_is_empty(node_get(root, "a")) && !node_is_empty(node_get(root, "b")));
    parse_end();
}
END_TEST

START_TEST(test_aliases_are_what_they_name)
{
    const struct node *root = parse_good("a: &x {k: [1, 2]}\nb: *x\nc: &x 3\nd: *x\n");
    const struct node *b = node_get(root, "b");
    ck_assert_int_eq(b->kind, NODE_MAP);
    check_place(b, 2, 4, 2);
    ck_assert_ptr_eq(node_get(b, "k"), node_get(node_get(root, "a"), "k")); /* not copied */
    ck_assert_uint_eq(b->weight, node_get(root, "a")->weight);
    ck_assert(node_is(node_get(root, "d"), "3")); /* the newest of that name */
    check_mistake("a: *b\n", 1, 4, "nothing is named '&b'", "an anchor stands before its aliases");
    check_mistake(
        "a: &base 1\nb: *bsae\n", 2, 4, "nothing is named '&bsae'", "did you mean '*base'?");
    check_mistake("a: &a [*a]\n", 1, 8, "nothing is named '&a'",
        "it stands inside what it names: that would have no end");
    parse_end();
}
END_TEST

START_TEST(test_merge_keys)
{
    const struct node *root = parse_good("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n"
                                         "c: {<<: *a, y: own}\nd: {<<: [*b, *a], z: own}\n"
                                         "e: {\"<<\": 5}\n");
    const struct node *c = node_get(root, "c"), *d = node_get(root, "d");
    ck_assert(node_is(node_get(c, "x"), "1") && node_is(node_get(c, "y"), "own"));
    ck_assert_uint_eq(c->len, 2);
    ck_assert(node_is(node_get(d, "x"), "1") && node_is(node_get(d, "y"), "3") &&
              node_is(node_get(d, "z"), "own"));
    ck_assert_uint_eq(d->len, 3);
    ck_assert(node_is(node_get(node_get(root, "e"), "<<"), "5")); /* in quotes it is a key */
    check_mistake("<<: 5\n", 1, 5, "'<<' takes a map or a list of maps", NULL);
    check_mistake("<<: [5]\n", 1, 6, "'<<' takes a map or a list of maps", NULL);
    check_mistake("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n", 4, 3,
        "the key '<<' stands here a second time", "the first one is on line 3");
    parse_end();
}
END_TEST

START_TEST(test_keys)
{
    check_mistake("a: 1\nb: 2\na: 3\n", 3, 1, "the key 'a' stands here a second time",
        "the first one is on line 1");
    ck_assert_uint_eq(parse("a: 1\na: 2\n")->len, 1);
    check_mistake("? [x]\n: 1\nb: 2\n", 1, 3, "a key must be a word, not a list or a map", NULL);
    ck_assert(node_is(node_get(parse("? [x]\n: 1\nb: 2\n"), "b"), "2")); /* the rest is there */
    check_mistake("\"a\\0b\": 1\n", 1, 1, "a key cannot hold a NUL octet", NULL);
    parse_end();
}
END_TEST

START_TEST(test_tags_mean_nothing)
{
    check_mistake("a: !env HOME\n", 1, 4, "the tag '!env' means nothing in a scenario",
        "quotes make a text of anything");
    check_mistake("a: !!str 1\n", 1, 4,
        "the tag 'tag:yaml.org,2002:str' means nothing in a scenario",
        "quotes make a text of anything");
    check_mistake("a: !x {b: 1}\n", 1, 4, "the tag '!x' means nothing in a scenario",
        "quotes make a text of anything");
    check_mistake("a: !x [b]\n", 1, 4, "the tag '!x' means nothing in a scenario",
        "quotes make a text of anything");
    (void)parse("a: !x 1\nb: !y 2\nb: 3\n");
    ck_assert_uint_eq(diags.errors, 3); /* one does not hide the others */
    parse_end();
}
END_TEST

START_TEST(test_one_document)
{
    check_mistake("a: 1\n---\nb: 2\n", 2, 1, "a file is one document",
        "several cases stand in one list under `cases`");
    ck_assert_ptr_nonnull(parse_good("---\na: 1\n...\n"));
    check_mistake("", 0, 0, "the file says nothing", "a scenario begins with `version: 1`");
    check_mistake(
        "# nothing\n", 0, 0, "the file says nothing", "a scenario begins with `version: 1`");
    parse_end();
}
END_TEST

START_TEST(test_syntax)
{
    check_mistake("a:\n\t- b\n", 2, 1,
        "found character that cannot start any token while "
        "scanning for the next token",
        "a tab cannot indent YAML; use spaces");
    check_mistake("a: @b\n", 1, 4,
        "found character that cannot start any token while scanning "
        "for the next token",
        "a text that begins like this needs quotes");
    check_mistake("a: b: c\n", 1, 5, "mapping values are not allowed in this context",
        "a text with ': ' in it needs quotes");
    check_mistake("a: [1,\n  2\nb: 3\n", 3, 2,
        "did not find expected ',' or ']' while parsing a flow sequence that begins on line 1",
        NULL);
    check_mistake("a: \"\x07\"\n", 1, 5, "the character U+0007 cannot stand in YAML",
        "in double quotes it is written \"\\x..\"");
    ck_assert_ptr_null(parse("a: [\n"));
    parse_end();
}
END_TEST

START_TEST(test_octets)
{
    struct span nul = SPAN_LITERAL("a: b\nc: \0\n");
    ck_assert_ptr_null(parse_span(nul, 0));
    ck_assert_str_eq(diags.items[0].message, "a NUL octet cannot stand in YAML");
    ck_assert_uint_eq(diags.items[0].mark.line, 2);
    ck_assert_uint_eq(diags.items[0].mark.column, 4);
    static const char *const bad[] = {
        "\xff", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf5\x80\x80\x80"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) { /* alone, overlong, cut, a surrogate, too large */
        char text[32];
        snprintf(text, sizeof text, "\u00e9: %s", bad[i]);
        ck_assert_ptr_null(parse(text));
        ck_assert_uint_eq(diags.len, 1);
        ck_assert_ptr_nonnull(strstr(diags.items[0].message, "is not UTF-8 here"));
        ck_assert_uint_eq(diags.items[0].mark.column, 4);
    }
    parse_end();
}
END_TEST

START_TEST(test_limits)
{
    struct buf text;
    buf_init(&text, SCENARIO_FILE_MAX * 2);
    for (int i = 0; i < 33; i++) {
        buf_append_byte(&text, '[');
    }
    buf_append_text(&text, "1");
    for (int i = 0; i < 33; i++) {
        buf_append_byte(&text, ']');
    }
    check_mistake(buf_text(&text), 1, 33, "values are nested deeper than 32", NULL);
    text.data[0] = ' ';
    text.data[text.len - 1] = ' ';
    ck_assert_uint_eq(parse_good(buf_text(&text))->height, 33);
    buf_clear(&text);
    buf_append_text(&text, "a: &a [1]\n"); /* by aliases it would be deep as well */
    for (int i = 'b'; i < 'z'; i++) {
        buf_printf(&text, "%c: &%c [[*%c]]\n", i, i, i - 1);
    }
    (void)parse(buf_text(&text));
    ck_assert_uint_gt(diags.errors, 0);
    ck_assert_str_eq(diags.items[0].message, "values are nested deeper than 32");
    buf_clear(&text);
    buf_append_text(&text, "{");
    for (int i = 0; i <= NODE_MAP_MAX; i++) {
        buf_printf(&text, "k%d: 1, ", i);
    }
    buf_append_text(&text, "}");
    (void)parse(buf_text(&text));
    ck_assert_str_eq(diags.items[0].message, "a map has more than 1000 keys");
    buf_clear(&text);
    buf_append_text(&text, "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for (int i = 'b'; i < 'n'; i++) { /* a tenfold of the one before, each */
        buf_printf(&text, "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", i, i,
            i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    }
    ck_assert_ptr_null(parse(buf_text(&text)));
    ck_assert_str_eq(diags.items[0].message, "the file has more than 200000 values");
    ck_assert_uint_eq(diags.items[0].mark.line, 6);
    buf_clear(&text);
    while (text.len <= SCENARIO_FILE_MAX) {
        buf_append_text(&text, "# ..............................................\n");
    }
    check_mistake(buf_text(&text), 0, 0, "the file is larger than 1024 KiB", NULL);
    buf_done(&text);
    parse_end();
}
END_TEST

START_TEST(test_passwords_are_not_shown)
{
    static const char *const texts[] = {
        "users: {joe: hunter2, jim: hunter2}\nx: 1\nusers: {joe: 'hunter2'}\n",
        "login: {pasword: hunter2, a: 1, a: 2}\n",
        "login: {a: 1, a: 2, password: \"hunter2\"}\n",
        "login: {a: 1, token: hunter2, a: 2}\n",
        "a: &x hunter2\npassword: *x\nb: !t hunter2\n",
        "login: {a: @, password: hunter2}\n",
        "users:\n  joe: hunter2: x\n",
        "users:\n  jim: abcd\n  joe: @hunter2\n",
        "login: {user: joe, passphrase: hunter2, a: 1, a: 2}\n",
        "login: joe:hunter2\nb: !x 1\nb: 2\n",
        "a: 1\na: {users: {joe: [hunter2]}, b: 1, b: 2}\n",
        "password: hunter2\na: 1\na: [AUTH PLAIN AGpvZQBodW50ZXIy, hunter2]\n",
        "password: hunter2\n   extra: hunter2\n",
        "password: \"abcd\n   hunter2\": 5\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        (void)parse(texts[i]);
        ck_assert_uint_gt(diags.errors, 0);
        struct buf shown;
        buf_init(&shown, 65536);
        diag_show(&diags.items[0], &shown);
        bool out = strstr(buf_text(&shown), "hunter2") != NULL ||
                   strstr(buf_text(&shown), "odW50ZXIy") != NULL;
        ck_assert_msg(!out, "%s", buf_text(&shown));
        buf_done(&shown);
    }
    (void)parse("password: hunter2\nb: !x \xc3\xa9\n");
    ck_assert_str_eq(diags.items[0].source_line, "b: !x \xc3\xa9"); /* and others are */
    parse_end();
}
END_TEST

static void check_same(const struct node *a, const struct node *b)
{
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_int_eq(a->style, b->style);
    ck_assert_uint_eq(a->mark.line, b->mark.line);
    ck_assert_uint_eq(a->mark.column, b->mark.column);
    ck_assert_uint_eq(a->mark.width, b->mark.width);
    ck_assert_uint_eq(a->end_line, b->end_line);
    ck_assert_uint_eq(a->end_column, b->end_column);
    ck_assert(span_equal(a->text, b->text));
    ck_assert_uint_eq(a->len, b->len);
    for (size_t i = 0; i < a->len; i++) {
        check_same(a->items[i], b->items[i]);
        if (a->kind == NODE_MAP) {
            check_same(a->keys[i], b->keys[i]);
        }
    }
}

START_TEST(test_one_octet_at_a_time_is_the_same)
{
    struct arena *own = arena_new();
    struct files_list files = {.arena = own};
    struct fail fail = {0};
    ck_assert_int_eq(files_find(&files, "scenarios", &fail), STATUS_OK);
    ck_assert_uint_gt(files.len, 20);
    for (size_t i = 0; i < files.len; i++) {
        struct span text;
        struct diag_list told;
        struct tell own_tell;
        diag_list_init(&told);
        tell_init(&own_tell, &told);
        ck_assert_int_eq(
            files_read(own, files.items[i].path, SCENARIO_FILE_MAX, &text, &fail), STATUS_OK);
        const struct node *whole = parse_text(own, "a.yaml", text, 0, &own_tell);
        const struct node *pieces = parse_span(text, 1);
        ck_assert_uint_eq(told.len, diags.len);
        ck_assert((whole == NULL) == (pieces == NULL));
        if (whole != NULL) {
            check_same(whole, pieces);
        }
        diag_list_done(&told);
    }
    arena_free(own);
    parse_end();
}
END_TEST

UNIT_MAIN(test_nodes_know_their_place, test_a_byte_order_mark_is_no_column, test_null_is_one_word,
    test_aliases_are_what_they_name, test_merge_keys, test_keys, test_tags_mean_nothing,
    test_one_document, test_syntax, test_octets, test_limits, test_passwords_are_not_shown,
    test_one_octet_at_a_time_is_the_same)
