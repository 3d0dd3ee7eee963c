#include "harness/base/diag.h"

#include "harness/tests/unit.h"

static void show_is(const struct diag *diag, const char *wanted)
{
    struct buf out;
    buf_init(&out, 65536);
    diag_show(diag, &out);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_done(&out);
}

static const char source[] = "version: 1\nserver:\n  starttsl: required\n\ttabbed: \"x\"\r\n"
                             "  name: gr\xc3\xbc\xc3\x9f nach\nlast: line";

/* One diagnostic about a place of `text`, shown. */
static void picture_is(struct mark mark, const char *text, const char *hint, const char *wanted)
{
    struct diag_list list;
    diag_list_init(&list);
    diag_add(&list, DIAG_ERROR, mark, span_text(text), hint, "unknown key '%s'", "x");
    ck_assert_uint_eq(list.len, 1);
    show_is(&list.items[0], wanted);
    diag_list_done(&list);
}

START_TEST(test_the_picture)
{
    picture_is((struct mark){"a.yaml", 3, 3, 8}, source, "did you mean 'starttls'?",
        "a.yaml:3:3: error: unknown key 'x' (did you mean 'starttls'?)\n"
        "    3 |   starttsl: required\n"
        "      |   ^~~~~~~~\n");
}
END_TEST

START_TEST(test_the_caret_stands_under_its_place)
{
    picture_is((struct mark){"a.yaml", 4, 10, 0}, source, NULL,
        "a.yaml:4:10: error: unknown key 'x'\n"
        "    4 | \ttabbed: \"x\"\n" /* the tab is kept in both lines, CR is not */
        "      | \t        ^\n");
    picture_is((struct mark){"a.yaml", 5, 14, 4}, source, NULL,
        "a.yaml:5:14: error: unknown key 'x'\n"
        "    5 |   name: gr\xc3\xbc\xc3\x9f nach\n" /* columns are characters, not octets */
        "      |              ^~~~\n");
    picture_is((struct mark){"a.yaml", 6, 1, 1}, source, NULL,
        "a.yaml:6:1: error: unknown key 'x'\n"
        "    6 | last: line\n"
        "      | ^\n");
    picture_is((struct mark){"a.yaml", 6, 500, 1}, source, NULL,
        "a.yaml:6:500: error: unknown key 'x'\n"
        "    6 | last: line\n"
        "      |           ^\n");
}
END_TEST

START_TEST(test_the_caret_stands_behind_wide_and_joined_characters)
{
    static const char wide[] = "a: [\xe6\x97\xa5\xe6\x9c\xac, e\xcc\x81, x]\n";
    picture_is((struct mark){"a.yaml", 1, 9, 2}, wide, NULL,
        "a.yaml:1:9: error: unknown key 'x'\n"
        "    1 | a: [\xe6\x97\xa5\xe6\x9c\xac, e\xcc\x81, x]\n" /* two of two columns, then an
                                                                   accent */
        "      |           ^\n");
    picture_is((struct mark){"a.yaml", 1, 13, 1}, wide, NULL,
        "a.yaml:1:13: error: unknown key 'x'\n"
        "    1 | a: [\xe6\x97\xa5\xe6\x9c\xac, e\xcc\x81, x]\n"
        "      |              ^\n");
    picture_is((struct mark){"a.yaml", 1, 5, 2}, wide, NULL,
        "a.yaml:1:5: error: unknown key 'x'\n"
        "    1 | a: [\xe6\x97\xa5\xe6\x9c\xac, e\xcc\x81, x]\n"
        "      |     ^~~~\n");
}
END_TEST

START_TEST(test_a_hint_is_to_be_written_as_it_stands)
{
    picture_is((struct mark){"a.yaml", 0, 0, 0}, source, "write send: \"150 x\\r\\n\" \x1b",
        "a.yaml: error: unknown key 'x' (write send: \"150 x\\r\\n\" \\x1b)\n");
}
END_TEST

START_TEST(test_places_without_a_line)
{
    picture_is((struct mark){"a.yaml", 0, 0, 0}, source, NULL, "a.yaml: error: unknown key 'x'\n");
    picture_is((struct mark){NULL, 0, 0, 0}, NULL, NULL, "error: unknown key 'x'\n");
    picture_is(
        (struct mark){"a.yaml", 2, 1, 0}, NULL, NULL, "a.yaml:2:1: error: unknown key 'x'\n");
    picture_is((struct mark){"a.yaml", 99, 1, 0}, source, NULL,
        "a.yaml:99:1: error: unknown key 'x'\n"
        "   99 | \n"
        "      | ^\n");
}
END_TEST

START_TEST(test_hostile_lines_are_harmless_and_stay_in_place)
{
    picture_is((struct mark){"a\x1b.yaml", 1, 12, 2}, "a\x1b[2J\x9b\xff\xc2\x9b\xe2\x80\xae!xy\x7f",
        "a\nhint",
        "a\\x1b.yaml:1:12: error: unknown key 'x' (a\\nhint)\n"
        "    1 | a?[2J???"
        "?!xy?\n"
        "      |            ^~\n");
}
END_TEST

START_TEST(test_long_lines_and_marks_are_cut)
{
    struct arena *arena = arena_new();
    char *line = arena_alloc(arena, 100000);
    memset(line, 'a', 99999);
    struct diag_list list;
    diag_list_init(&list);
    diag_add(&list, DIAG_WARNING, (struct mark){"a.yaml", 1, 1, 4000000000u}, span_text(line), NULL,
        "%s", line);
    ck_assert_uint_lt(strlen(list.items[0].source_line), 1000);
    ck_assert_uint_lt(strlen(list.items[0].message), 2000);
    struct buf out;
    buf_init(&out, 65536);
    diag_show(&list.items[0], &out);
    ck_assert(!out.over);
    ck_assert_uint_lt(out.len, 4000);
    buf_done(&out);
    diag_list_done(&list);
    arena_free(arena);
}
END_TEST

START_TEST(test_the_list_counts_what_it_does_not_keep)
{
    struct diag_list list;
    diag_list_init(&list);
    for (unsigned i = 0; i < DIAG_COUNT_MAX + 50; i++) {
        diag_add(&list, i % 2 == 0 ? DIAG_ERROR : DIAG_WARNING, (struct mark){"a.yaml", 1, 1, 1},
            span_text(source), NULL, "message %u", i);
    }
    ck_assert_uint_eq(list.len, DIAG_COUNT_MAX);
    ck_assert_uint_eq(list.errors, (DIAG_COUNT_MAX + 50) / 2);
    ck_assert_uint_eq(list.warnings, (DIAG_COUNT_MAX + 50) / 2);
    ck_assert_str_eq(list.items[0].message, "message 0");
    ck_assert_str_eq(list.items[1].message, "message 1");
    ck_assert_int_eq(list.items[1].severity, DIAG_WARNING);
    show_is(&list.items[1], "a.yaml:1:1: warning: message 1\n"
                            "    1 | version: 1\n"
                            "      | ^\n");
    diag_list_done(&list);
    ck_assert_uint_eq(list.len, 0);
}
END_TEST

START_TEST(test_the_list_owns_its_text)
{
    struct diag_list list;
    char file[] = "a.yaml", text[] = "version: 2", hint[] = "a hint";
    diag_list_init(&list);
    diag_add(&list, DIAG_ERROR, (struct mark){file, 1, 10, 1}, span_text(text), hint, "wrong");
    memset(file, 'z', sizeof file - 1);
    memset(text, 'z', sizeof text - 1);
    memset(hint, 'z', sizeof hint - 1);
    show_is(&list.items[0], "a.yaml:1:10: error: wrong (a hint)\n"
                            "    1 | version: 2\n"
                            "      |          ^\n");
    diag_list_done(&list);
}
END_TEST

UNIT_MAIN(test_the_picture, test_the_caret_stands_under_its_place,
    test_the_caret_stands_behind_wide_and_joined_characters,
    test_a_hint_is_to_be_written_as_it_stands, test_places_without_a_line,
    test_hostile_lines_are_harmless_and_stay_in_place, test_long_lines_and_marks_are_cut,
    test_the_list_counts_what_it_does_not_keep, test_the_list_owns_its_text)
