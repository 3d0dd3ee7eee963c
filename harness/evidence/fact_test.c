#include "harness/evidence/fact.h"

#include "harness/tests/unit.h"

static struct arena *arena;
static struct facts *facts;

static void begin(const struct secret_set *secrets)
{
    arena = arena_new();
    facts = facts_new(arena, secrets);
}

static void end(void)
{
    arena_free(arena);
}

/* --- the table --- */

START_TEST(test_rows_are_whole)
{
    for (size_t i = 0; i < FACT_COUNT; i++) {
        const struct fact_row *row = fact_row((enum fact)i);
        ck_assert_msg(
            strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789_.<>") == strlen(row->name),
            "%s", row->name);
        ck_assert_msg(row->sentence[strlen(row->sentence) - 1] == '.', "%s", row->name);
        ck_assert_ptr_nonnull(row->source);
        ck_assert_msg((row->type == FACT_TYPE_WORD) == (row->allowed != NULL),
            "%s: allowed words are for words", row->name);
        ck_assert_msg((row->flags & FACT_FLAG_ALWAYS) == 0 || row->type == FACT_TYPE_TRUTH,
            "%s: only a truth can be false by default", row->name);
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(row->name, fact_row((enum fact)j)->name);
        }
    }
}
END_TEST

/* No fact stands where another needs a map: the tree would lose one of them. */
START_TEST(test_no_name_is_the_beginning_of_another)
{
    for (size_t i = 0; i < FACT_COUNT; i++) {
        ck_assert_msg(
            !fact_is_prefix(fact_row((enum fact)i)->name), "%s", fact_row((enum fact)i)->name);
    }
}
END_TEST

START_TEST(test_every_name_finds_its_fact)
{
    for (size_t i = 0; i < FACT_COUNT; i++) {
        enum fact found = FACT_COUNT;
        unsigned connection = 99;
        struct span key = SPAN_LITERAL("x");
        if (strchr(fact_row((enum fact)i)->name, '<') != NULL) {
            continue;
        }
        ck_assert(fact_find(fact_row((enum fact)i)->name, &found, &connection, &key));
        ck_assert_uint_eq(found, i);
        ck_assert_uint_eq(connection, 0);
        ck_assert_uint_eq(key.len, 0);
        ck_assert(fact_find(fact_row((enum fact)i)->name, &found, NULL, NULL));
    }
}
END_TEST

static void check_found(const char *name, enum fact fact, unsigned connection, const char *key)
{
    enum fact found = FACT_COUNT;
    unsigned found_connection = 99;
    struct span found_key = SPAN_LITERAL("x");
    ck_assert_msg(fact_find(name, &found, &found_connection, &found_key), "%s", name);
    ck_assert_int_eq(found, fact);
    ck_assert_uint_eq(found_connection, connection);
    ck_assert_msg(span_equal(found_key, span_text(key)), "%s", name);
}

START_TEST(test_placeholders_and_connections)
{
    check_found("replies.mail.code", FACT_REPLIES_CODE, 0, "mail");
    check_found("replies.greeting.text", FACT_REPLIES_TEXT, 0, "greeting");
    check_found("hello.parameters.size", FACT_HELLO_PARAMETERS, 0, "size");
    check_found("connections.2.reply.code", FACT_REPLY_CODE, 2, "");
    check_found("connections.1.replies.rcpt.enhanced", FACT_REPLIES_ENHANCED, 1, "rcpt");
    check_found("connections.64.hello.parameters.auth", FACT_HELLO_PARAMETERS, 64, "auth");
    check_found("connections.count", FACT_CONNECTIONS_COUNT, 0, "");
}
END_TEST

START_TEST(test_names_that_are_none)
{
    static const char *const names[] = {"", ".", "tls", "tls.", "tls.versions", "tls.version.",
        "TLS.version", "replies.mail", "replies..code", "replies.nonsense.code", "replies.code",
        "hello.parameters", "hello.parameters.", "hello.parameters.a.b", "connections",
        "connections.2", "connections.0.reply.code", "connections.65.reply.code",
        "connections.-1.reply.code", "connections.+1.reply.code", "connections.2.outcome",
        "connections.99999999999999999999.reply.code", "connections..reply.code",
        "connections.2.connections.2.reply.code", "connections.2.nonsense"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        enum fact untouched = FACT_STAGE;
        ck_assert_msg(!fact_find(names[i], &untouched, NULL, NULL), "'%s'", names[i]);
        ck_assert_int_eq(untouched, FACT_STAGE);
    }
}
END_TEST

START_TEST(test_prefixes)
{
    static const char *const yes[] = {"tls", "server", "server.saw", "server.saw.client_hello",
        "replies", "replies.mail", "hello", "hello.parameters", "connections", "connections.2",
        "connections.2.tls", "connections.2.replies.mail"};
    static const char *const no[] = {"", "t", "tl", "tls.version", "tls.", "replies.nonsense",
        "hello.parameters.size", "connection.", "connections.x", "connections.2.nonsense",
        "outcome"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        ck_assert_msg(fact_is_prefix(yes[i]), "'%s'", yes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        ck_assert_msg(!fact_is_prefix(no[i]), "'%s'", no[i]);
    }
    char *longest = mem_zalloc(10001, 1);
    memset(longest, 'a', 10000);
    ck_assert(!fact_is_prefix(longest));
    mem_free(longest);
}
END_TEST

START_TEST(test_nearest)
{
    ck_assert_str_eq(fact_nearest("tls.verison"), "tls.version");
    ck_assert_str_eq(fact_nearest("outcom"), "outcome");
    ck_assert_str_eq(fact_nearest("auth.mechanisms"), "auth.mechanism");
    ck_assert_ptr_null(fact_nearest("zzzzzzzzzzzzz"));
}
END_TEST

/* --- recording --- */

static void check_text(const char *name, const char *text)
{
    const struct value *value = facts_get(facts, name);
    ck_assert_msg(value != NULL, "%s never came to be", name);
    ck_assert_int_eq(value->kind, VALUE_TEXT);
    ck_assert_str_eq(value_as_text(value), text);
}

START_TEST(test_recording_and_replacing)
{
    begin(NULL);
    ck_assert_ptr_null(facts_get(facts, "outcome"));
    ck_assert_ptr_null(facts_get(facts, "no.such.fact"));
    facts_text(facts, FACT_OUTCOME, "sent");
    facts_text(facts, FACT_OUTCOME, "refused");
    check_text("outcome", "refused");
    facts_integer(facts, FACT_MESSAGE_SIZE, INT64_MIN);
    ck_assert_int_eq(facts_value(facts, FACT_MESSAGE_SIZE)->integer, INT64_MIN);
    facts_truth(facts, FACT_TEMPORARY, true);
    ck_assert(facts_get(facts, "temporary")->truth);
    facts_bytes(facts, FACT_PROBLEM, span_of("a\0b\xff", 4));
    ck_assert(span_equal(facts_get(facts, "problem")->text, span_of("a\0b\xff", 4)));
    facts_forget(facts, FACT_OUTCOME);
    ck_assert_ptr_null(facts_get(facts, "outcome"));
    end();
}
END_TEST

START_TEST(test_lists)
{
    begin(NULL);
    facts_empty_list(facts, FACT_CERTIFICATE_FLAGS);
    ck_assert_uint_eq(facts_get(facts, "certificate.flags")->len, 0);
    facts_append(facts, FACT_CERTIFICATE_FLAGS, SPAN_LITERAL("expired"));
    facts_append(facts, FACT_CERTIFICATE_FLAGS, SPAN_LITERAL("name-mismatch"));
    const struct value *flags = facts_get(facts, "certificate.flags");
    ck_assert_uint_eq(flags->len, 2);
    ck_assert_str_eq(value_as_text(flags->items[1]), "name-mismatch");
    for (size_t i = 0; i < 5000; i++) {
        facts_append(facts, FACT_SAW_COMMANDS, SPAN_LITERAL("NOOP"));
    }
    ck_assert_uint_eq(facts_get(facts, "server.saw.commands")->len, 4096); /* FACTS_LIST_MAX */
    end();
}
END_TEST

START_TEST(test_placeholders_are_recorded_by_key)
{
    begin(NULL);
    facts_integer_at(facts, FACT_REPLIES_CODE, "mail", 250);
    facts_integer_at(facts, FACT_REPLIES_CODE, "rcpt", 550);
    facts_integer_at(facts, FACT_REPLIES_CODE, "mail", 451);
    facts_bytes_at(facts, FACT_REPLIES_TEXT, "mail", SPAN_LITERAL("later"));
    ck_assert_int_eq(facts_get(facts, "replies.mail.code")->integer, 451);
    ck_assert_int_eq(facts_get(facts, "replies.rcpt.code")->integer, 550);
    check_text("replies.mail.text", "later");
    ck_assert_ptr_null(facts_get(facts, "replies.data.code"));
    facts_forget(facts, FACT_REPLIES_CODE);
    ck_assert_ptr_null(facts_get(facts, "replies.mail.code"));
    ck_assert_ptr_null(facts_get(facts, "replies.rcpt.code"));
    check_text("replies.mail.text", "later");
    facts_integer_at(facts, FACT_REPLY_CODE, NULL, 250); /* a name without one */
    ck_assert_int_eq(facts_get(facts, "reply.code")->integer, 250);
    for (int i = 0; i < 1000; i++) { /* a hello of a thousand keywords: FACTS_KEYED_MAX are kept */
        facts_bytes_at(
            facts, FACT_HELLO_PARAMETERS, arena_printf(arena, "k%d", i), SPAN_LITERAL("v"));
    }
    ck_assert_ptr_nonnull(facts_get(facts, "hello.parameters.k200"));
    ck_assert_ptr_null(facts_get(facts, "hello.parameters.k300"));
    end();
}
END_TEST

START_TEST(test_unprefixed_names_speak_of_the_last_connection)
{
    begin(NULL);
    ck_assert_uint_eq(facts_connections(facts), 0);
    ck_assert_uint_eq(facts_next_connection(facts), 1);
    facts_integer(facts, FACT_REPLY_CODE, 421);
    ck_assert_uint_eq(facts_next_connection(facts), 2);
    ck_assert_ptr_null(facts_get(facts, "reply.code")); /* the second has said nothing yet */
    facts_integer(facts, FACT_REPLY_CODE, 250);
    ck_assert_int_eq(facts_get(facts, "reply.code")->integer, 250);
    ck_assert_int_eq(facts_get(facts, "connections.1.reply.code")->integer, 421);
    ck_assert_int_eq(facts_get(facts, "connections.2.reply.code")->integer, 250);
    ck_assert_ptr_null(facts_get(facts, "connections.3.reply.code"));
    facts_at_connection(facts, 1); /* a server that records when all is over */
    facts_append(facts, FACT_SAW_COMMANDS, SPAN_LITERAL("EHLO"));
    ck_assert_uint_eq(facts_connections(facts), 2);
    ck_assert_ptr_nonnull(facts_get(facts, "connections.1.server.saw.commands"));
    ck_assert_ptr_null(facts_get(facts, "server.saw.commands"));
    end();
}
END_TEST

START_TEST(test_connections_have_a_limit)
{
    begin(NULL);
    facts_at_connection(facts, 0);
    ck_assert_uint_eq(facts_connections(facts), 1);
    for (int i = 0; i < 100; i++) {
        facts_next_connection(facts);
        facts_integer(facts, FACT_REPLY_CODE, i);
    }
    ck_assert_uint_eq(facts_connections(facts), 64); /* FACTS_CONNECTIONS_MAX */
    ck_assert_int_eq(facts_get(facts, "connections.64.reply.code")->integer, 99);
    end();
}
END_TEST

START_TEST(test_some_truths_are_false_until_recorded)
{
    begin(NULL);
    const struct value *value = facts_get(facts, "security.password_in_clear");
    ck_assert_ptr_nonnull(value);
    ck_assert(value->kind == VALUE_TRUTH && !value->truth);
    ck_assert(!facts_value(facts, FACT_SAW_EARLY_BYTES)->truth);
    ck_assert(!facts_value(facts, FACT_SAW_TLS)->truth);
    ck_assert_ptr_null(facts_get(facts, "connections.1.server.saw.tls")); /* there was none */
    ck_assert_uint_eq(facts_next_connection(facts), 1);
    ck_assert(!facts_get(facts, "connections.1.server.saw.tls")->truth);
    ck_assert_ptr_null(facts_get(facts, "connections.2.server.saw.tls"));
    ck_assert_ptr_null(facts_get(facts, "connection.secure")); /* not of that kind */
    facts_truth(facts, FACT_SECURITY_PASSWORD_IN_CLEAR, true);
    ck_assert(facts_get(facts, "security.password_in_clear")->truth);
    end();
}
END_TEST

/* Judged as it came, shown redacted. */
START_TEST(test_secrets_are_redacted_in_the_tree)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_add(secrets, SPAN_LITERAL("correct-horse"));
    begin(secrets);
    facts_text(facts, FACT_REPLY_TEXT, "no such user: correct-horse");
    facts_append(facts, FACT_SAW_LINES, SPAN_LITERAL("PASS correct-horse"));
    facts_bytes_at(facts, FACT_HELLO_PARAMETERS, "correct-horse", SPAN_LITERAL("correct-horse"));
    check_text("reply.text", "no such user: correct-horse");
    check_text("hello.parameters.correct-horse", "correct-horse");
    const struct value *tree = facts_tree(facts, arena, true);
    ck_assert_str_eq(value_as_text(value_get_path(tree, "reply.text")), "no such user: ***");
    ck_assert_str_eq(value_as_text(value_get_path(tree, "server.saw.lines")->items[0]), "PASS ***");
    ck_assert_str_eq(value_as_text(value_get_path(tree, "hello.parameters.***")), "***");
    struct buf shown;
    buf_init(&shown, 1024 * 1024);
    value_show(tree, &shown);
    ck_assert(!secret_set_found(secrets, buf_span(&shown)));
    /* What was recorded is still what it was. */
    ck_assert_str_eq(
        value_as_text(facts_get(facts, "server.saw.lines")->items[0]), "PASS correct-horse");
    secret_set_show_all(secrets, true);
    tree = facts_tree(facts, arena, true);
    ck_assert_str_eq(
        value_as_text(value_get_path(tree, "hello.parameters.correct-horse")), "correct-horse");
    buf_done(&shown);
    end();
    secret_set_free(secrets);
}
END_TEST

/* What is secret by its place alone comes with what is seen of it. */
START_TEST(test_what_is_seen_may_be_another_text)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_add(secrets, SPAN_LITERAL("correct-horse"));
    begin(secrets);
    facts_append_shown(
        facts, FACT_SAW_LINES, SPAN_LITERAL("AUTH PLAIN abc"), SPAN_LITERAL("AUTH PLAIN ***"));
    facts_append_shown(facts, FACT_SAW_LINES, SPAN_LITERAL("AUTH correct-horse abc"),
        SPAN_LITERAL("AUTH correct-horse ***"));
    facts_append(facts, FACT_SAW_LINES, SPAN_LITERAL("abc"));
    const struct value *lines = facts_get(facts, "server.saw.lines");
    ck_assert_str_eq(value_as_text(lines->items[0]), "AUTH PLAIN abc");
    ck_assert_str_eq(value_as_text(lines->items[1]), "AUTH correct-horse abc");
    const struct value *tree = value_get_path(facts_tree(facts, arena, true), "server.saw.lines");
    ck_assert_str_eq(value_as_text(tree->items[0]), "AUTH PLAIN ***");
    ck_assert_str_eq(value_as_text(tree->items[1]), "AUTH *** ***");
    ck_assert_str_eq(value_as_text(tree->items[2]), "abc");
    for (size_t i = 0; i < 5000; i++) { /* FACTS_LIST_MAX */
        facts_append_shown(facts, FACT_SAW_LINES, SPAN_LITERAL("a"), SPAN_LITERAL("b"));
    }
    ck_assert_uint_eq(facts_get(facts, "server.saw.lines")->len, 4096);
    end();
    begin(NULL); /* nothing to be looked for, and yet */
    facts_append_shown(facts, FACT_SAW_LINES, SPAN_LITERAL("abc"), SPAN_LITERAL("***"));
    tree = value_get_path(facts_tree(facts, arena, true), "server.saw.lines");
    ck_assert_str_eq(value_as_text(tree->items[0]), "***");
    end();
    secret_set_free(secrets);
}
END_TEST

START_TEST(test_long_text_is_cut_after_redaction)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_add(secrets, SPAN_LITERAL("correct-horse"));
    begin(secrets);
    size_t max = 64 * 1024; /* FACTS_TEXT_MAX */
    char *text = mem_zalloc(max + 100, 1);
    memset(text, 'x', max + 99);
    memcpy(text + max - 7, "correct-horse", 13);
    facts_text(facts, FACT_REPLY_TEXT, text);
    ck_assert_uint_eq(facts_get(facts, "reply.text")->text.len, max);
    struct span kept = value_get_path(facts_tree(facts, arena, true), "reply.text")->text;
    ck_assert_uint_eq(kept.len, max - 7 + 3);
    ck_assert(span_equal(span_from(kept, max - 8), SPAN_LITERAL("x***")));
    facts_bytes_first(facts, FACT_STEP_BYTES, SPAN_LITERAL("220 correct-horse"), 10);
    check_text("step.bytes", "220 correc");
    kept = value_get_path(facts_tree(facts, arena, true), "step.bytes")->text;
    ck_assert(span_equal(kept, SPAN_LITERAL("220 ***")));
    secret_set_show_all(secrets, true);
    facts_bytes_first(facts, FACT_STEP_BYTES, SPAN_LITERAL("220 correct-horse"), 10);
    kept = value_get_path(facts_tree(facts, arena, true), "step.bytes")->text;
    ck_assert(span_equal(kept, SPAN_LITERAL("220 correc")));
    mem_free(text);
    end();
    secret_set_free(secrets);
}
END_TEST

/* --- the tree --- */

static void check_tree(const struct value *tree, const char *shown)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    value_show(tree, &out);
    ck_assert_str_eq(buf_text(&out), shown);
    buf_done(&out);
}

#define NO_SECURITY                                                     \
    "security: {password_in_clear: false, leftover_before_tls: false, " \
    "downgraded: false, unverified: false}"

START_TEST(test_tree_is_in_the_tables_order)
{
    begin(NULL);
    check_tree(facts_tree(facts, arena, false), "{" NO_SECURITY "}");
    facts_text(facts, FACT_TLS_VERSION, "TLSv1.3");
    facts_text(facts, FACT_OUTCOME, "sent");
    facts_integer_at(facts, FACT_REPLIES_CODE, "mail", 250);
    facts_bytes_at(facts, FACT_REPLIES_TEXT, "mail", SPAN_LITERAL("ok"));
    check_tree(facts_tree(facts, arena, false), "{outcome: sent, replies: {mail: {code: 250, text: "
                                                "ok}}, tls: {version: TLSv1.3}, " NO_SECURITY "}");
    end();
}
END_TEST

START_TEST(test_tree_holds_varying_facts_only_when_asked)
{
    begin(NULL);
    facts_text(facts, FACT_CONNECTION_ADDRESS, "127.0.0.1:49152");
    facts_integer(facts, FACT_TIMING_TOTAL, 12);
    ck_assert_ptr_null(value_get_path(facts_tree(facts, arena, false), "connection"));
    ck_assert_ptr_null(value_get_path(facts_tree(facts, arena, false), "timing"));
    const struct value *tree = facts_tree(facts, arena, true);
    ck_assert_str_eq(value_as_text(value_get_path(tree, "connection.address")), "127.0.0.1:49152");
    ck_assert_int_eq(value_get_path(tree, "timing.total")->integer, 12);
    end();
}
END_TEST

START_TEST(test_tree_has_each_connection_where_there_are_several)
{
    begin(NULL);
    facts_next_connection(facts);
    facts_integer(facts, FACT_REPLY_CODE, 421);
    ck_assert_ptr_null(value_get_path(facts_tree(facts, arena, false), "connections"));
    facts_next_connection(facts);
    facts_integer(facts, FACT_REPLY_CODE, 250);
    facts_integer(facts, FACT_CONNECTIONS_COUNT, 2);
    const struct value *tree = facts_tree(facts, arena, false);
    /* A fact is found in the tree by the name by which it is found in the facts. */
    static const char *const names[] = {"reply.code", "connections.1.reply.code",
        "connections.2.reply.code", "connections.count", "security.downgraded"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        ck_assert_msg(value_equal(value_get_path(tree, names[i]), facts_get(facts, names[i])), "%s",
            names[i]);
    }
    end();
}
END_TEST

START_TEST(test_tree_speaks_of_the_fake_server_only_where_there_was_one)
{
    begin(NULL);
    ck_assert_ptr_null(value_get_path(facts_tree(facts, arena, false), "server"));
    facts_integer(facts, FACT_SAW_CONNECTIONS, 1);
    const struct value *tree = facts_tree(facts, arena, false);
    ck_assert_ptr_nonnull(value_get_path(tree, "server.saw.password_in_clear"));
    ck_assert(!value_get_path(tree, "server.saw.password_in_clear")->truth);
    end();
}
END_TEST

UNIT_MAIN(test_rows_are_whole, test_no_name_is_the_beginning_of_another,
    test_every_name_finds_its_fact, test_placeholders_and_connections, test_names_that_are_none,
    test_prefixes, test_nearest, test_recording_and_replacing, test_lists,
    test_placeholders_are_recorded_by_key, test_unprefixed_names_speak_of_the_last_connection,
    test_connections_have_a_limit, test_some_truths_are_false_until_recorded,
    test_secrets_are_redacted_in_the_tree, test_what_is_seen_may_be_another_text,
    test_long_text_is_cut_after_redaction, test_tree_is_in_the_tables_order,
    test_tree_holds_varying_facts_only_when_asked,
    test_tree_has_each_connection_where_there_are_several,
    test_tree_speaks_of_the_fake_server_only_where_there_was_one)
