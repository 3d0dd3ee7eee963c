#include "fake-server/fake_observe.h"

#include "fake-server/fake_parse.h"
#include "harness/base/text.h"
#include "harness/tests/unit.h"

#define PASSWORD "correct-horse"

/* What was seen of one connection, and how it comes out. */
struct seen {
    struct arena *arena;
    struct secret_set *passwords, *all;
    struct fake_observe saw;
    struct facts *facts;
};

static void seen_init(struct seen *seen)
{
    *seen = (struct seen){
        .arena = arena_new(), .passwords = secret_set_new(), .all = secret_set_new()};
    secret_set_add(seen->passwords, SPAN_LITERAL(PASSWORD));
    secret_set_add(seen->all, SPAN_LITERAL(PASSWORD));
    secret_set_add(seen->all, SPAN_LITERAL("another-secret"));
    seen->facts = facts_new(seen->arena, seen->all);
    fake_observe_init(
        &seen->saw, seen->arena, (struct fake_observe_secrets){seen->passwords, seen->all});
}

static void seen_done(struct seen *seen)
{
    fake_observe_done(&seen->saw);
    secret_set_free(seen->passwords);
    secret_set_free(seen->all);
    arena_free(seen->arena);
}

static void seen_fact(struct seen *seen, const char *name, const char *wanted)
{
    struct buf shown;
    buf_init(&shown, 1024 * 1024);
    fake_observe_record(&seen->saw, NULL, seen->facts);
    const struct value *value = facts_get(seen->facts, name);
    if (value != NULL) {
        value_show(value, &shown);
    }
    ck_assert_msg(strcmp(buf_text(&shown), wanted) == 0, "%s is %s, wanted %s", name,
        buf_text(&shown), wanted);
    buf_done(&shown);
}

/* One item of a list: what came, and what the tree of facts shows of it. */
static void seen_item(
    struct seen *seen, const char *name, size_t at, const char *came, const char *shown)
{
    fake_observe_record(&seen->saw, NULL, seen->facts);
    const struct value *list = facts_get(seen->facts, name);
    const struct value *tree = value_get_path(facts_tree(seen->facts, seen->arena, true), name);
    ck_assert_uint_lt(at, list->len);
    ck_assert_str_eq(value_as_text(list->items[at]), came);
    ck_assert_str_eq(value_as_text(tree->items[at]), shown);
}

static void says(struct seen *seen, const char *text, bool known, bool tls)
{
    struct fake_line line = {.text = span_text(text), .octets = strlen(text) + 2};
    char capitals[FAKE_OBSERVE_VERB_MAX];
    struct span rest = line.text;
    struct span verb = fake_parse_capitals(fake_parse_word(&rest), capitals, sizeof capitals);
    fake_observe_command(
        &seen->saw, &(struct fake_observe_line){
                        .line = &line, .verb = verb, .argument = rest, .known = known, .tls = tls});
}

static void responds(struct seen *seen, struct span plain, bool tls)
{
    struct buf encoded;
    buf_init(&encoded, 1000);
    text_base64_encode(plain, &encoded);
    fake_observe_response(&seen->saw, &(struct fake_line){.text = buf_span(&encoded)}, tls);
    buf_done(&encoded);
}

START_TEST(test_nothing)
{
    struct seen seen;
    seen_init(&seen);
    seen_fact(&seen, "server.saw.commands", "[]");
    seen_fact(&seen, "server.saw.lines", "[]");
    seen_fact(&seen, "server.saw.auth_mechanisms", "[]");
    seen_fact(&seen, "server.saw.auth_attempts", "0");
    seen_fact(&seen, "server.saw.longest_line", "0");
    seen_fact(&seen, "server.saw.password_in_clear", "false");
    seen_fact(&seen, "server.saw.tls", "false");
    seen_fact(&seen, "server.saw.left", "still-there");
    seen_fact(&seen, "server.saw.hello_name", "");
    seen_done(&seen);
}
END_TEST

START_TEST(test_commands_and_lines)
{
    struct seen seen;
    seen_init(&seen);
    says(&seen, "ehlo client.test", true, false);
    says(&seen, "NOOP", true, false);
    says(&seen, "XYZZY 1 2", false, false);
    says(&seen, "AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl", true, true);
    says(&seen, "AUTH LOGIN", true, true);
    fake_observe_response(&seen.saw, &(struct fake_line){.text = SPAN_LITERAL("am9l")}, true);
    fake_observe_response(&seen.saw, &(struct fake_line){.text = SPAN_LITERAL("*")}, true);
    fake_observe_response(&seen.saw, &(struct fake_line){.text = SPAN_EMPTY}, true);
    says(&seen, "auth", true, true);
    seen_fact(&seen, "server.saw.commands", "[EHLO, NOOP, XYZZY, AUTH, AUTH, AUTH]");
    seen_fact(&seen, "server.saw.lines",
        "[ehlo client.test, NOOP, XYZZY 1 2, AUTH PLAIN ***, AUTH LOGIN, ***, *, \"\", auth]");
    seen_fact(&seen, "server.saw.auth_mechanisms", "[PLAIN, LOGIN]");
    seen_fact(&seen, "server.saw.auth_attempts", "3");
    seen_fact(&seen, "server.saw.hello_name", "client.test");
    seen_fact(&seen, "server.saw.longest_line", "37");
    seen_fact(&seen, "server.saw.password_in_clear", "false");
    seen_fact(&seen, "server.saw.mail_in_clear", "false");
    says(&seen, "RCPT TO:<a@b>", true, true);
    seen_fact(&seen, "server.saw.mail_in_clear", "false");
    says(&seen, "RCPT TO:<a@b>", true, false);
    seen_fact(&seen, "server.saw.mail_in_clear", "true");
    seen_done(&seen);
}
END_TEST

/* What stands where a mechanism proves something is judged as it came and never seen, however short
 * and whatever it is. */
START_TEST(test_credentials_by_their_place)
{
    static const struct {
        const char *auth, *shown;
    } rows[] = {
        {"AUTH PLAIN x", "AUTH PLAIN ***"},
        {"auth  plain\tAGpvZQB3cm9uZw==", "auth  plain\t***"},
        {"AUTH PLAIN a b ", "AUTH PLAIN ***"},
        {"AUTH XYZZY =", "AUTH XYZZY ***"},
        {"AUTH PLAIN", "AUTH PLAIN"},
        {"AUTH", "AUTH"},
        {"AUTH correct-horse x", "AUTH *** ***"},
        {"AUTH PLAIN=AGpvZQB3cm9uZw== x", "AUTH ***"},
        {"AUTH AAAAAAAAAAAAAAAAAAAAA", "AUTH ***"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct seen seen;
        seen_init(&seen);
        says(&seen, rows[i].auth, true, true);
        seen_item(&seen, "server.saw.lines", 0, rows[i].auth, rows[i].shown);
        fake_observe_response(&seen.saw, &(struct fake_line){.text = SPAN_LITERAL("b2s")}, true);
        seen_item(&seen, "server.saw.lines", 1, "b2s", "***");
        secret_set_show_all(seen.all, true);
        fake_observe_response(&seen.saw, &(struct fake_line){.text = SPAN_LITERAL("b2s")}, true);
        seen_item(&seen, "server.saw.lines", 2, "b2s", "b2s");
        seen_done(&seen);
    }
}
END_TEST

/* The server is in no exchange, and the client goes on with one. */
START_TEST(test_credentials_astray)
{
    static const char *const wrong[] = {"d3Jvbmc=", " AUTH PLAIN d3Jvbmc="};
    struct seen seen;
    seen_init(&seen);
    says(&seen, "d3Jvbmc=", false, true); /* nobody spoke of a login */
    says(&seen, "AUTH LOGIN", true, true);
    says(&seen, wrong[0], false, true);
    says(&seen, "b r", false, true);
    says(&seen, "*", false, true);
    says(&seen, "NOOP", true, true);
    says(&seen, "XYZZY", false, true);
    says(&seen, wrong[1], false, true);
    says(&seen, "AUTH PLAIN=d3Jvbmc=", true, true);
    seen_item(&seen, "server.saw.lines", 0, "d3Jvbmc=", "d3Jvbmc=");
    seen_item(&seen, "server.saw.lines", 2, wrong[0], "***");
    seen_item(&seen, "server.saw.commands", 2, "D3JVBMC=", "***");
    seen_item(&seen, "server.saw.lines", 3, "b r", "***");
    seen_item(&seen, "server.saw.commands", 3, "B", "***");
    seen_item(&seen, "server.saw.lines", 4, "*", "*");
    seen_item(&seen, "server.saw.lines", 6, "XYZZY", "XYZZY");
    seen_item(&seen, "server.saw.lines", 7, wrong[1], "***");
    seen_item(&seen, "server.saw.auth_mechanisms", 1, "PLAIN=D3JVBMC=", "***");
    seen_done(&seen);
}
END_TEST

START_TEST(test_passwords_astray)
{
    struct seen seen;
    seen_init(&seen);
    says(&seen, "AUTH LOGIN", true, false);
    says(&seen, "am9l", false, false);
    seen_fact(&seen, "server.saw.password_in_clear", "false");
    says(&seen, "d3Jvbmc=", false, false);
    seen_fact(&seen, "server.saw.password_in_clear", "true");
    seen_fact(&seen, "server.saw.auth_responses", "0");
    says(&seen, "OP", false, true);
    seen_item(&seen, "server.saw.lines", 2, "d3Jvbmc=", "***");
    seen_item(&seen, "server.saw.lines", 3, "OP", "OP");
    seen_done(&seen);
}
END_TEST

START_TEST(test_long_credentials_by_their_place)
{
    struct seen seen;
    char text[FAKE_OBSERVE_LINE_MAX + 64] = "AUTH PLAIN ";
    memset(text + 11, 'x', sizeof text - 12);
    seen_init(&seen);
    says(&seen, text, true, true);
    text[FAKE_OBSERVE_LINE_MAX] = '\0';
    seen_item(&seen, "server.saw.lines", 0, text, "AUTH PLAIN ***");
    seen_done(&seen);
}
END_TEST

/* A NUL does not end what was seen, else `QUIT\0x` would be told as QUIT. */
START_TEST(test_nul)
{
    struct seen seen;
    seen_init(&seen);
    fake_observe_command(
        &seen.saw, &(struct fake_observe_line){
                       .line = &(struct fake_line){.text = SPAN_LITERAL("QUIT\0x"), .octets = 8},
                       .verb = SPAN_LITERAL("QUIT\0X"),
                   });
    seen.saw.fin = true;
    seen_fact(&seen, "server.saw.commands", "[\"QUIT\\0X\"]");
    seen_fact(&seen, "server.saw.left", "fin");
    seen_done(&seen);
}
END_TEST

/* A password that stands where a command was due, and one that lies across the cut of a line. */
START_TEST(test_no_half_of_a_secret)
{
    struct seen seen;
    char text[FAKE_OBSERVE_LINE_MAX + 64];
    seen_init(&seen);
    says(&seen, PASSWORD, false, true);
    says(&seen, "Y29ycmVjdC1ob3JzZQ==", false, true);
    says(&seen, "AUTH Y29ycmVjdC1ob3JzZQ==", true, true); /* a mechanism was forgotten */
    seen_item(&seen, "server.saw.commands", 0, "CORRECT-HORSE", "***");
    seen_item(&seen, "server.saw.commands", 1, "Y29YCMVJDC1OB3JZZQ==", "***");
    seen_item(&seen, "server.saw.lines", 0, PASSWORD, "***");
    seen_item(&seen, "server.saw.lines", 1, "Y29ycmVjdC1ob3JzZQ==", "***");
    seen_item(&seen, "server.saw.lines", 2, "AUTH Y29ycmVjdC1ob3JzZQ==", "AUTH ***");
    seen_item(&seen, "server.saw.auth_mechanisms", 0, "Y29YCMVJDC1OB3JZZQ==", "***");
    memset(text, 'x', sizeof text);
    memcpy(text, "NOOP ", 5);
    memcpy(text + FAKE_OBSERVE_LINE_MAX - 5, PASSWORD, sizeof PASSWORD);
    says(&seen, text, true, true);
    struct fake_observe_text last = seen.saw.lines[seen.saw.lines_len - 1];
    ck_assert(span_equal(last.text, span_of(text, FAKE_OBSERVE_LINE_MAX)));
    ck_assert_uint_eq(last.shown.len, FAKE_OBSERVE_LINE_MAX - 2);
    ck_assert(span_equal(span_from(last.shown, last.shown.len - 4), SPAN_LITERAL("x***")));
    memset(text, 'x', FAKE_OBSERVE_VERB_MAX); /* and across that of a verb */
    memcpy(text + FAKE_OBSERVE_VERB_MAX - 6, "Y29ycmVjdC1ob3JzZQ==", sizeof "Y29ycmVjdC1ob3JzZQ==");
    says(&seen, text, false, true);
    last = seen.saw.commands[seen.saw.commands_len - 1];
    ck_assert(span_equal(span_from(last.text, last.text.len - 7), SPAN_LITERAL("XY29YCM")));
    ck_assert(span_equal(span_from(last.shown, last.shown.len - 4), SPAN_LITERAL("X***")));
    struct fake_line line = {.text = span_of(text, FAKE_LINES_HEAD), .too_long = true};
    fake_observe_command(
        &seen.saw, &(struct fake_observe_line){.line = &line, .verb = SPAN_LITERAL("CORRECT-HO")});
    fake_observe_command(&seen.saw,
        &(struct fake_observe_line){.line = &line, .verb = SPAN_LITERAL("NOOP"), .known = true});
    last = seen.saw.commands[seen.saw.commands_len - 2];
    ck_assert(span_equal(last.text, SPAN_LITERAL("(LONG)")));
    last = seen.saw.lines[seen.saw.lines_len - 1];
    ck_assert(span_equal(last.text, SPAN_LITERAL("NOOP")));
    fake_observe_command(&seen.saw,
        &(struct fake_observe_line){
            .line = &line, .verb = SPAN_LITERAL("EHLO"), .argument = line.text, .known = true});
    seen_fact(&seen, "server.saw.hello_name", "(LONG)");
    seen_done(&seen);
}
END_TEST

static const struct {
    const char *text; /* in clear, in a stream */
    bool found;
} streams[] = {
    {"AUTH LOGIN\r\nam9l\r\nY29ycmVjdC1ob3JzZQ==\r\n", true},
    {"AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl\r\n", true},
    {"AUTH PLAIN am9lAGpvZQBjb3JyZWN0LWhvcnNl\r\n", true},
    {"XPASS correct-horse\r\n", true},
    {"XPASS 636f72726563742d686f727365\r\n", true},
    {"XPASS 636F72726563742D686F727365\r\n", true},
    {"XTOKEN another-secret\r\n", true},
    {"XPASS correct-hors\r\n", false},
    {"XPASS correct-\r\nhorse\r\n", false},
    {"AUTH PLAIN AGpvZQB3cm9uZy1ob3JzZQ==\r\n", false},
};

START_TEST(test_secrets_in_a_stream)
{
    for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
        struct span text = span_text(streams[i].text);
        for (size_t piece = 1; piece <= text.len; piece++) {
            struct seen seen;
            seen_init(&seen);
            for (struct span rest = text; rest.len > 0; rest = span_from(rest, piece)) {
                fake_observe_clear(&seen.saw, span_first(rest, piece));
            }
            seen_fact(&seen, "server.saw.password_in_clear", streams[i].found ? "true" : "false");
            seen_done(&seen);
        }
    }
}
END_TEST

/* Wherever it lies in a long stream, blocks or no. */
START_TEST(test_secrets_across_blocks)
{
    struct buf stream;
    buf_init(&stream, 4 * FAKE_OBSERVE_CLEAR_MAX);
    size_t room = FAKE_OBSERVE_CLEAR_MAX + FAKE_OBSERVE_OVERLAP;
    for (size_t at = room - sizeof PASSWORD - 2; at < room + 3; at++) {
        struct seen seen;
        buf_clear(&stream);
        memset(buf_reserve(&stream, at), 'x', at);
        buf_commit(&stream, at);
        buf_append_text(&stream, PASSWORD);
        memset(buf_reserve(&stream, room), 'y', room);
        buf_commit(&stream, room);
        seen_init(&seen);
        fake_observe_clear(&seen.saw, buf_span(&stream));
        seen_fact(&seen, "server.saw.password_in_clear", "true");
        seen_done(&seen);
    }
    buf_done(&stream);
}
END_TEST

/* A password that nobody knew is told by its place. */
static const struct {
    const char *auth; /* with an initial response, or NULL */
    struct span responses[2];
    size_t responses_len;
    bool found;
} exchanges[] = {
    {"AUTH PLAIN AGpvZQB3cm9uZw==", {{0}}, 0, true},
    {"AUTH plain AGpvZQB3cm9uZw==", {{0}}, 0, true},
    {"AUTH PLAIN AGpvZQA=", {{0}}, 0, false},
    {"AUTH PLAIN =", {{0}}, 0, false},
    {"AUTH PLAIN", {{(const uint8_t *)"\0joe\0wrong", 10}}, 1, true},
    {"AUTH PLAIN", {{(const uint8_t *)"joe", 3}}, 1, false},
    {"AUTH LOGIN", {{(const uint8_t *)"joe", 3}}, 1, false},
    {"AUTH LOGIN", {{(const uint8_t *)"joe", 3}, {(const uint8_t *)"wrong", 5}}, 2, true},
    {"AUTH LOGIN", {{(const uint8_t *)"joe", 3}, {NULL, 0}}, 2, false},
    {"AUTH LOGIN am9l", {{(const uint8_t *)"wrong", 5}}, 1, true},
    {"AUTH XOAUTH2 dXNlcj1qb2U=", {{0}}, 0, true},
    {"AUTH CRAM-MD5", {{(const uint8_t *)"joe 0123", 8}}, 1, false},
    {"AUTH SCRAM-SHA-1 bixhPWpvZQ==", {{0}}, 0, false},
    {"AUTH LOGIN *", {{0}}, 0, false},
};

START_TEST(test_passwords_by_their_place)
{
    for (size_t i = 0; i < ARRAY_LEN(exchanges); i++) {
        for (int tls = 0; tls < 2; tls++) {
            struct seen seen;
            seen_init(&seen);
            says(&seen, exchanges[i].auth, true, tls > 0);
            for (size_t j = 0; j < exchanges[i].responses_len; j++) {
                responds(&seen, exchanges[i].responses[j], tls > 0);
            }
            ck_assert_msg(seen.saw.password_in_clear == (exchanges[i].found && tls == 0),
                "row %zu, tls %d", i, tls);
            seen_done(&seen);
        }
    }
}
END_TEST

START_TEST(test_how_it_left)
{
    static const struct {
        bool quit, fin, reset, no_close_notify;
        const char *left;
    } rows[] = {
        {false, false, false, false, "still-there"},
        {true, false, false, false, "still-there"},
        {true, true, false, false, "quit"},
        {false, true, false, false, "fin"},
        {true, true, false, true, "no-close-notify"},
        {true, true, true, false, "reset"},
        {false, false, true, false, "reset"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct seen seen;
        seen_init(&seen);
        seen.saw.quit = rows[i].quit;
        seen.saw.fin = rows[i].fin;
        seen.saw.reset = rows[i].reset;
        seen.saw.no_close_notify = rows[i].no_close_notify;
        seen_fact(&seen, "server.saw.left", rows[i].left);
        seen_done(&seen);
    }
}
END_TEST

START_TEST(test_lists_are_bounded)
{
    struct seen seen;
    seen_init(&seen);
    for (size_t i = 0; i < FAKE_OBSERVE_LINES_MAX + 10; i++) {
        says(&seen, "AUTH PLAIN", true, true);
    }
    ck_assert_uint_eq(seen.saw.lines_len, FAKE_OBSERVE_LINES_MAX);
    ck_assert_uint_eq(seen.saw.commands_len, FAKE_OBSERVE_LINES_MAX);
    ck_assert_uint_eq(seen.saw.mechanisms_len, FAKE_OBSERVE_LINES_MAX);
    ck_assert_uint_eq(seen.saw.auth_attempts, FAKE_OBSERVE_LINES_MAX + 10);
    seen_done(&seen);
}
END_TEST

UNIT_MAIN(test_nothing, test_commands_and_lines, test_credentials_by_their_place,
    test_credentials_astray, test_passwords_astray, test_long_credentials_by_their_place, test_nul,
    test_no_half_of_a_secret, test_secrets_in_a_stream, test_secrets_across_blocks,
    test_passwords_by_their_place, test_how_it_left, test_lists_are_bounded)
