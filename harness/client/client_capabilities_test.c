#include "harness/client/client_capabilities.h"

#include "harness/tests/unit.h"

/* Reads a reply whose lines are joined by LF. */
static struct client_capabilities read_text(struct arena *arena, const char *text)
{
    struct client_capabilities capabilities = {0};
    size_t lines = 1;
    for (const char *at = text; *at != '\0'; at++) {
        lines += *at == '\n' ? 1 : 0;
    }
    struct client_reply reply = {.code = 250, .lines = lines, .text = span_text(text)};
    client_capabilities_read(&capabilities, arena, &reply);
    return capabilities;
}

static void check_mechanisms(const char *text, const char *wanted)
{
    struct arena *arena = arena_new();
    struct client_capabilities capabilities = read_text(arena, text);
    struct buf found;
    buf_init(&found, 4096);
    for (size_t i = 0; i < capabilities.mechanisms_len; i++) {
        buf_printf(&found, "%s%s", i == 0 ? "" : " ", capabilities.mechanisms[i]);
    }
    ck_assert_str_eq(buf_text(&found), wanted);
    buf_done(&found);
    arena_free(arena);
}

START_TEST(test_mechanisms_in_every_spelling)
{
    check_mechanisms("h\nAUTH PLAIN LOGIN", "PLAIN LOGIN");
    check_mechanisms("h\nauth plain login", "PLAIN LOGIN");
    check_mechanisms("h\nAUTH=LOGIN PLAIN", "LOGIN PLAIN");
    check_mechanisms("h\nAUTH PLAIN\nAUTH=PLAIN LOGIN", "PLAIN LOGIN");
    check_mechanisms("h\nAUTH LOGIN\nAUTH PLAIN", "LOGIN PLAIN");
    check_mechanisms("h\n AUTH \t PLAIN   LOGIN \t", "PLAIN LOGIN");
    check_mechanisms("h\nAUTH PLAIN LOGIN ,CRAM-MD5", "PLAIN LOGIN");
    check_mechanisms("h\nAUTH", "");
    check_mechanisms("h\nAUTH    ", "");
    check_mechanisms("h\nXAUTH PLAIN\nAUTHX PLAIN\nX AUTH PLAIN", "");
    check_mechanisms("AUTH PLAIN", ""); /* the first line is a greeting */
}
END_TEST

START_TEST(test_keywords_are_first_words_of_later_lines)
{
    struct arena *arena = arena_new();
    struct client_capabilities capabilities = read_text(
        arena, "STARTTLS hello\nXSTARTTLS\nSTARTTLSX\nX STARTTLS\nsize 100\n\n8BITMIME");
    ck_assert(capabilities.extended);
    ck_assert_ptr_null(client_capabilities_find(&capabilities, "STARTTLS"));
    ck_assert_ptr_nonnull(client_capabilities_find(&capabilities, "8BITMIME"));
    ck_assert(span_equal(
        client_capabilities_find(&capabilities, "SIZE")->parameters, SPAN_LITERAL("100")));
    ck_assert_uint_eq(capabilities.keywords_len, 5);
    client_capabilities_forget(&capabilities);
    ck_assert(!capabilities.extended);
    ck_assert_ptr_null(client_capabilities_find(&capabilities, "8BITMIME"));
    arena_free(arena);
}
END_TEST

START_TEST(test_size_in_and_out_of_range)
{
    static const struct {
        const char *text;
        int64_t size;
    } rows[] = {
        {"h\nSIZE 100", 100},
        {"h\nSIZE", 0},
        {"h\nSIZE 0", 0},
        {"h\nSIZE 99999999999999999999", 0},
        {"h\nSIZE abc", 0},
        {"h\nSIZE -5", 0},
        {"h", 0},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct client_capabilities capabilities = read_text(arena, rows[i].text);
        ck_assert_int_eq(client_capabilities_size(&capabilities), rows[i].size);
    }
    arena_free(arena);
}
END_TEST

START_TEST(test_hostile_keywords_are_passed_over)
{
    struct arena *arena = arena_new();
    struct buf text;
    buf_init(&text, 1024 * 1024);
    buf_append_text(&text, "h\nAUTH");
    for (size_t i = 0; i < 2 * CLIENT_CAPABILITIES_MECHANISMS_MAX; i++) {
        buf_printf(&text, " M%zu", i);
    }
    buf_append_byte(&text, '\n');
    for (size_t i = 0; i < 100; i++) {
        buf_append_text(&text, "AAAAAAAAAA");
    }
    buf_append_text(&text, "\n\xff\xfe\nSIZE 7");
    struct client_capabilities capabilities = read_text(arena, buf_text(&text));
    ck_assert_uint_eq(capabilities.mechanisms_len, CLIENT_CAPABILITIES_MECHANISMS_MAX);
    ck_assert_uint_eq(capabilities.keywords_len, 2);
    ck_assert_int_eq(client_capabilities_size(&capabilities), 7);
    buf_done(&text);
    arena_free(arena);
}
END_TEST

/* What stands behind a NUL is part of the word, and the word is no keyword. */
START_TEST(test_no_keyword_has_a_nul)
{
    struct arena *arena = arena_new();
    struct client_capabilities capabilities = {0};
    struct client_reply reply = {
        .code = 250, .lines = 3, .text = SPAN_LITERAL("h\nSTARTTLS\0x\nAUTH\0 PLAIN")};
    client_capabilities_read(&capabilities, arena, &reply);
    ck_assert_uint_eq(capabilities.keywords_len, 0);
    ck_assert(!capabilities.auth);
    arena_free(arena);
}
END_TEST

UNIT_MAIN(test_mechanisms_in_every_spelling, test_keywords_are_first_words_of_later_lines,
    test_size_in_and_out_of_range, test_hostile_keywords_are_passed_over, test_no_keyword_has_a_nul)
