/*
 * The table of keys against itself and against the structs that it fills.
 */
#include "harness/scenario/keys.h"

#include <stdio.h>

#include "harness/scenario/testing.h"
#include "harness/scenario/words.h"

START_TEST(test_every_row_says_what_it_is)
{
    size_t len;
    const struct scenario_key_row *rows = scenario_keys(&len);
    ck_assert_uint_gt(len, 150);
    for (size_t i = 0; i < len; i++) {
        const struct key *key = keys_find(rows[i].section, span_text(rows[i].name));
        ck_assert_msg(
            keys_row(key) == &rows[i], "%s.%s stands there twice", rows[i].section, rows[i].name);
        ck_assert_uint_gt(strlen(rows[i].type), 0);
        ck_assert_ptr_nonnull(rows[i].source);
        size_t sentence_len = strlen(rows[i].sentence);
        ck_assert_msg(sentence_len > 0 && rows[i].sentence[sentence_len - 1] == '.', "%s.%s",
            rows[i].section, rows[i].name);
        ck_assert(!rows[i].not_yet || key->take == NULL);
    }
}
END_TEST

START_TEST(test_a_decoder_fills_just_its_field)
{
    size_t len;
    const struct scenario_key_row *rows = scenario_keys(&len);
    for (size_t i = 0; i < len; i++) {
        const struct key *key = keys_find(rows[i].section, span_text(rows[i].name));
        ck_assert_msg(key->filled == 0 || key->size == 0 || key->filled == key->size,
            "%s.%s: the decoder fills %zu octets, the field has %zu", rows[i].section, rows[i].name,
            key->filled, key->size);
    }
}
END_TEST

START_TEST(test_rows_of_a_section_stand_together)
{
    size_t len;
    const struct scenario_key_row *rows = scenario_keys(&len);
    for (size_t i = 1; i < len; i++) {
        for (size_t j = 0; j + 1 < i && strcmp(rows[i].section, rows[i - 1].section) != 0; j++) {
            ck_assert_str_ne(rows[i].section, rows[j].section);
        }
    }
}
END_TEST

START_TEST(test_words)
{
    ck_assert_int_eq(words_find("a|bc|d", SPAN_LITERAL("bc")), 1);
    ck_assert_int_eq(words_find("a|bc|d", SPAN_LITERAL("b")), -1);
    ck_assert_int_eq(words_find("a|bc|d", SPAN_LITERAL("")), -1);
    ck_assert_int_eq(words_find("a|bc|d", SPAN_LITERAL("a|bc")), -1);
    struct arena *arena = arena_new();
    ck_assert_str_eq(words_show(arena, "a|bc|d"), "a, bc or d");
    ck_assert_str_eq(words_show(arena, "a"), "a");
    arena_free(arena);
}
END_TEST

/* A text in which `key: value` stands in the section; false where the test does not know it. */
static bool place(const char *section, const char *key, const char *value, char *out, size_t size)
{
    static const struct {
        const char *section, *text;
    } places[] = {
        {"case", "%s: %s\n"},
        {"server", "server: {%s: %s}\n"},
        {"server.auth", "server: {auth: {%s: %s}}\n"},
        {"server.certificate", "server: {tls: starttls, certificate: {%s: %s}}\n"},
        {"client", "client: {%s: %s}\n"},
        {"client.verify", "client: {verify: {%s: %s}}\n"},
        {"client.login", "client: {login: {user: a, password: b, %s: %s}}\n"},
        {"client.send", "client: {send: {%s: %s}}\n"},
        {"client.time_limits", "client: {time_limits: {%s: %s}}\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (strcmp(places[i].section, section) == 0) {
            char line[512];
            _Pragma("GCC diagnostic push");
            _Pragma("GCC diagnostic ignored \"-Wformat-nonliteral\"");
            snprintf(line, sizeof line, places[i].text, key, value);
            _Pragma("GCC diagnostic pop");
            snprintf(out, size, "version: 1\nexpect: {outcome: sent}\n%s%s", line,
                strncmp(section, "server", 6) == 0 ? "" : "server: {}\n");
            return true;
        }
    }
    return false;
}

START_TEST(test_what_cannot_be_acted_on_says_so)
{
    size_t len, tried = 0;
    const struct scenario_key_row *rows = scenario_keys(&len);
    for (size_t i = 0; i < len; i++) {
        char text[1024], message[256];
        if (!rows[i].not_yet) {
            continue;
        }
        ck_assert_msg(place(rows[i].section, rows[i].name, "{x: 1}", text, sizeof text), "%s",
            rows[i].section);
        snprintf(message, sizeof message,
            "`%s` is part of the language, but this version cannot act on it yet", rows[i].name);
        struct testing testing = testing_load(text);
        ck_assert_msg(testing.diags.errors == 1, "%s%s", text, buf_text(&testing.shown));
        ck_assert_str_eq(testing.diags.items[0].message, message);
        ck_assert_uint_eq(testing.diags.items[0].mark.line, 3);
        ck_assert_uint_eq(testing.diags.items[0].mark.width, strlen(rows[i].name));
        testing_done(&testing);
        tried++;
    }
    ck_assert_uint_gt(tried, 3);
}
END_TEST

UNIT_MAIN(test_every_row_says_what_it_is, test_a_decoder_fills_just_its_field,
    test_rows_of_a_section_stand_together, test_words, test_what_cannot_be_acted_on_says_so)
