#include "harness/judge/judge.h"

#include "harness/match/match.h"

#include "harness/tests/unit.h"

#define DAY INT64_C(86400)

static struct arena *arena;
static struct facts *facts;
static struct transcript transcript;

/* What a good session leaves behind. */
static void begin(void)
{
    arena = arena_new();
    facts = facts_new(arena, NULL);
    facts_text(facts, FACT_OUTCOME, "sent");
    facts_next_connection(facts);
    facts_text(facts, FACT_TLS_VERSION, "TLSv1.3");
    facts_integer(facts, FACT_REPLY_CODE, 250);
    facts_text(facts, FACT_REPLY_ENHANCED, "2.1.5");
    facts_integer_at(facts, FACT_REPLIES_CODE, "rcpt", 250);
    facts_bytes_at(facts, FACT_HELLO_PARAMETERS, "size", SPAN_LITERAL("10485760"));
    facts_text(facts, FACT_CERTIFICATE_NOT_AFTER, "2026-01-20T00:00:00Z");
    facts_integer(facts, FACT_MESSAGE_SIZE, 1048576);
    facts_append(facts, FACT_AUTH_OFFERED_AFTER_TLS, SPAN_LITERAL("PLAIN"));
    facts_append(facts, FACT_AUTH_OFFERED_AFTER_TLS, SPAN_LITERAL("LOGIN"));
    facts_empty_list(facts, FACT_CERTIFICATE_FLAGS);
    facts_truth(facts, FACT_STARTTLS_USED, true);
    transcript_init(&transcript, arena, NULL);
    transcript_add(&transcript, 0, 1, TRANSCRIPT_NOTE, false, SPAN_LITERAL("connected"));
    transcript_add(&transcript, 1, 1, TRANSCRIPT_RECEIVED, false, SPAN_LITERAL("220 ready"));
    transcript_add(&transcript, 2, 1, TRANSCRIPT_TLS, false, SPAN_LITERAL("TLSv1.3"));
    transcript_add(&transcript, 3, 1, TRANSCRIPT_RECEIVED, true, SPAN_LITERAL("250 ok"));
    transcript_add(&transcript, 4, 1, TRANSCRIPT_SENT, true, SPAN_LITERAL("QUIT"));
}

static void end(void)
{
    arena_free(arena);
}

static const struct plan_matcher *matcher(enum plan_matcher_kind kind, const struct value *value)
{
    struct plan_matcher *made = arena_alloc(arena, sizeof *made);
    made->kind = kind;
    made->value = value;
    return made;
}

static const struct plan_matcher *equal(const char *text)
{
    return matcher(PLAN_MATCHER_EQUAL, value_text(arena, text));
}

static const struct plan_matcher *truth(bool is_true)
{
    return matcher(PLAN_MATCHER_EQUAL, value_truth(arena, is_true));
}

static const struct plan_matcher *list_of(const char *first, const char *second)
{
    struct plan_matcher *made = arena_alloc(arena, sizeof *made);
    const struct plan_matcher **items = arena_alloc(arena, 2 * sizeof *items);
    items[0] = equal(first);
    items[1] = equal(second);
    made->kind = PLAN_MATCHER_LIST;
    made->items = items;
    made->items_len = 2;
    return made;
}

static struct plan_case case_of(const struct plan_expectation *expectations, size_t len)
{
    return (struct plan_case){.id = "a/case",
        .clock_s = PLAN_CLOCK_DEFAULT_S,
        .expectations = expectations,
        .expectations_len = len};
}

/* Judges by the facts and by the stored tree; both must say the same. */
static size_t judge_both(const struct plan_case *plan, struct reason **ret_reasons)
{
    struct reason *of_tree = NULL;
    size_t unmet = judge_facts(plan, facts, &transcript, arena, ret_reasons);
    const struct value *tree = facts_tree(facts, arena, false);
    ck_assert_uint_eq(judge_tree(plan, tree, &transcript, arena, &of_tree), unmet);
    for (size_t i = 0; i < unmet; i++) {
        ck_assert_str_eq(of_tree[i].fact, (*ret_reasons)[i].fact);
        ck_assert_str_eq(of_tree[i].wanted, (*ret_reasons)[i].wanted);
        ck_assert_str_eq(of_tree[i].found, (*ret_reasons)[i].found);
        ck_assert_uint_eq(of_tree[i].line, (*ret_reasons)[i].line);
        ck_assert_uint_eq(of_tree[i].transcript_line, (*ret_reasons)[i].transcript_line);
    }
    return unmet;
}

static bool is_met(const char *fact, const struct plan_matcher *wanted)
{
    const struct plan_expectation expectation = {fact, {"a.yaml", 7, 3, 1}, wanted};
    struct plan_case plan = case_of(&expectation, 1);
    struct reason *reasons = NULL;
    return judge_both(&plan, &reasons) == 0;
}

START_TEST(test_facts_are_compared_as_what_they_are)
{
    begin();
    ck_assert(is_met("outcome", equal("sent")));
    ck_assert(!is_met("outcome", equal("refused")));
    ck_assert(is_met("tls.version", equal("tls1.3")));
    ck_assert(is_met("tls.version", matcher(PLAN_MATCHER_AT_LEAST, value_text(arena, "tls1.2"))));
    ck_assert(!is_met("tls.version", matcher(PLAN_MATCHER_AT_MOST, value_text(arena, "tls1.2"))));
    ck_assert(is_met("reply.code", equal("2xx")));
    ck_assert(!is_met("reply.code", equal("4xx")));
    ck_assert(is_met("reply.enhanced", equal("2.1.x")));
    ck_assert(is_met("replies.rcpt.code", equal("25x")));
    ck_assert(!is_met("replies.mail.code", equal("25x"))); /* never came */
    ck_assert(is_met("hello.parameters.size", equal("10485760")));
    ck_assert(is_met("message.size", equal("1MiB")));
    ck_assert(is_met("starttls.used", truth(true)));
    /* The clock is the case's: fourteen days after the new year, the certificate has six more. */
    ck_assert(
        is_met("certificate.not_after", matcher(PLAN_MATCHER_AT_LEAST, value_text(arena, "+14d"))));
    ck_assert(!is_met(
        "certificate.not_after", matcher(PLAN_MATCHER_AT_LEAST, value_text(arena, "+30d"))));
    ck_assert(is_met("auth.offered_after_tls", list_of("LOGIN", "PLAIN")));
    ck_assert(!is_met("auth.offered_after_tls", list_of("LOGIN", "LOGIN")));
    end();
}
END_TEST

START_TEST(test_what_never_came_and_what_always_exists)
{
    begin();
    const struct plan_matcher *absent = matcher(PLAN_MATCHER_ABSENT, value_truth(arena, true));
    ck_assert(is_met("stage", absent));
    ck_assert(!is_met("outcome", absent));
    ck_assert(!is_met("certificate.flags", absent)); /* an empty list has come to be */
    ck_assert(is_met("security.password_in_clear", truth(false)));
    ck_assert(is_met("server.saw.password_in_clear", truth(false)));
    facts_truth(facts, FACT_SECURITY_PASSWORD_IN_CLEAR, true);
    ck_assert(!is_met("security.password_in_clear", truth(false)));
    ck_assert(!is_met("starttls.offered", truth(false))); /* not recorded is not false */
    end();
}
END_TEST

START_TEST(test_facts_of_connections)
{
    begin();
    ck_assert(is_met("connections.1.reply.code", equal("250"))); /* the only one has a number too */
    ck_assert(!is_met("connections.2.reply.code", equal("250")));
    facts_next_connection(facts);
    facts_integer(facts, FACT_REPLY_CODE, 421);
    ck_assert(is_met("reply.code", equal("421"))); /* unprefixed: the last one */
    ck_assert(is_met("connections.1.reply.code", equal("250")));
    ck_assert(is_met("connections.2.reply.code", equal("421")));
    ck_assert(!is_met("connections.3.reply.code", equal("421")));
    ck_assert(is_met("connections.1.tls.version", equal("tls1.3")));
    ck_assert(!is_met("tls.version", equal("tls1.3")));
    end();
}
END_TEST

START_TEST(test_all_that_is_unmet_is_listed)
{
    begin();
    const struct plan_expectation expectations[] = {
        {"outcome", {"a.yaml", 10, 12, 4}, equal("refused")},
        {"tls.version", {"a.yaml", 11, 16, 6}, equal("tls1.3")},
        {"stage", {"a.yaml", 12, 10, 4}, equal("auth")},
        {"reply.code", {"a.yaml", 13, 15, 3}, equal("5xx")},
        {"certificate.flags", {"a.yaml", 14, 22, 9}, list_of("expired", "name-mismatch")},
    };
    struct plan_case plan = case_of(expectations, ARRAY_LEN(expectations));
    struct reason *reasons = NULL;
    ck_assert_uint_eq(judge_both(&plan, &reasons), 4);
    ck_assert_str_eq(reasons[0].fact, "outcome"); /* in the order in which they were written */
    ck_assert_str_eq(reasons[0].wanted, "refused");
    ck_assert_str_eq(reasons[0].found, "sent");
    ck_assert_str_eq(reasons[0].file, "a.yaml");
    ck_assert_uint_eq(reasons[0].line, 10);
    ck_assert_uint_eq(reasons[0].column, 12);
    ck_assert_str_eq(reasons[1].fact, "stage");
    ck_assert_str_eq(reasons[1].found, "(never came to be)");
    ck_assert_str_eq(reasons[2].fact, "reply.code");
    ck_assert_str_eq(reasons[2].wanted, "5xx");
    ck_assert_str_eq(reasons[2].found, "250");
    ck_assert_str_eq(reasons[3].wanted, "[expired, name-mismatch] in any order");
    ck_assert_str_eq(reasons[3].found, "[]");
    end();
}
END_TEST

START_TEST(test_what_was_found_has_its_unit)
{
    begin();
    facts_integer(facts, FACT_TIMING_TOTAL, 333548);
    facts_append(facts, FACT_SAW_MESSAGES_SIZES, SPAN_LITERAL("2048"));
    const struct plan_expectation expectations[] = {
        {"timing.total", {"a.yaml", 1, 1, 1},
            matcher(PLAN_MATCHER_AT_MOST, value_text(arena, "330ms"))},
        {"message.size", {"a.yaml", 2, 1, 1}, equal("2MiB")},
        {"server.saw.messages.sizes", {"a.yaml", 3, 1, 1}, list_of("2KiB", "3KiB")},
    };
    struct plan_case plan = case_of(expectations, ARRAY_LEN(expectations));
    struct reason *reasons = NULL;
    ck_assert_uint_eq(judge_facts(&plan, facts, NULL, arena, &reasons), 3);
    ck_assert_str_eq(reasons[0].wanted, "at most 330ms");
    ck_assert_str_eq(reasons[0].found, "333.548ms");
    ck_assert_str_eq(reasons[1].found, "1MiB");
    ck_assert_str_eq(reasons[2].found, "[2KiB]");
    facts_append(facts, FACT_SAW_MESSAGES_SIZES, SPAN_LITERAL("3072"));
    ck_assert_uint_eq(judge_facts(&plan, facts, NULL, arena, &reasons), 2);
    end();
}
END_TEST

START_TEST(test_the_line_that_shows_it)
{
    begin();
    const struct plan_expectation expectations[] = {
        {"outcome", {"a.yaml", 1, 1, 1}, equal("refused")},
        {"tls.version", {"a.yaml", 2, 1, 1}, equal("tls1.2")},
        {"tls.cipher", {"a.yaml", 3, 1, 1}, equal("x")},
        {"certificate.names", {"a.yaml", 4, 1, 1}, equal("x")},
        {"starttls.used", {"a.yaml", 5, 1, 1}, truth(false)},
    };
    struct plan_case plan = case_of(expectations, ARRAY_LEN(expectations));
    struct reason *reasons = NULL;
    ck_assert_uint_eq(judge_both(&plan, &reasons), 5);
    ck_assert_uint_eq(reasons[0].transcript_line, 4); /* the last reply */
    for (size_t i = 1; i < 5; i++) {
        ck_assert_uint_eq(reasons[i].transcript_line, 3); /* the switch to TLS */
    }
    ck_assert_uint_eq(judge_facts(&plan, facts, NULL, arena, &reasons), 5);
    ck_assert_uint_eq(reasons[0].transcript_line, 0);
    transcript.len = 1; /* nothing but a note */
    ck_assert_uint_eq(judge_both(&plan, &reasons), 5);
    ck_assert_uint_eq(reasons[0].transcript_line, 0);
    ck_assert_uint_eq(reasons[1].transcript_line, 0);
    end();
}
END_TEST

START_TEST(test_nothing_expected_is_met)
{
    begin();
    struct plan_case plan = case_of(NULL, 0);
    struct reason *reasons = NULL;
    ck_assert_uint_eq(judge_both(&plan, &reasons), 0);
    end();
}
END_TEST

/* The loader refuses such a name; a stored plan of another version may hold one. */
START_TEST(test_a_fact_that_does_not_exist_is_unmet)
{
    begin();
    ck_assert(!is_met("tls.versoin", equal("tls1.3")));
    ck_assert(!is_met("tls.versoin", matcher(PLAN_MATCHER_ABSENT, value_truth(arena, true))));
    end();
}
END_TEST

START_TEST(test_long_values_are_cut_between_characters)
{
    begin();
    char text[20001];
    for (size_t i = 0; i < 10000; i++) {
        memcpy(text + 2 * i, "\xc3\xbc", 2);
    }
    text[20000] = 0;
    facts_text(facts, FACT_REPLY_TEXT, text);
    const struct plan_expectation expectation = {"reply.text", {"a.yaml", 1, 1, 1}, equal("short")};
    struct plan_case plan = case_of(&expectation, 1);
    struct reason *reasons = NULL;
    ck_assert_uint_eq(judge_both(&plan, &reasons), 1);
    size_t len = strlen(reasons[0].found);
    ck_assert_uint_eq(len, 4096 + 3);
    ck_assert_mem_eq(reasons[0].found, text, 4096);
    ck_assert_str_eq(reasons[0].found + 4096, "...");
    text[0] = 'x'; /* now the limit falls into a character */
    text[1] = 'x';
    memmove(text + 1, text + 2, 19999);
    facts_text(facts, FACT_REPLY_TEXT, text);
    ck_assert_uint_eq(judge_both(&plan, &reasons), 1);
    ck_assert_uint_eq(strlen(reasons[0].found), 4095 + 3);
    end();
}
END_TEST

START_TEST(test_a_search_that_was_given_up_says_so)
{
    begin();
    char text[5001];
    memset(text, 'a', 5000);
    text[4999] = '!';
    text[5000] = 0;
    facts_text(facts, FACT_REPLY_TEXT, text);
    struct match_pattern *pattern = match_pattern_new(SPAN_LITERAL("^(a+)+$"), false, NULL);
    struct plan_matcher regex = {
        .kind = PLAN_MATCHER_MATCHES, .value = value_text(arena, "^(a+)+$"), .pattern = pattern};
    const struct plan_matcher *items[] = {&regex};
    const struct plan_matcher inverted = {.kind = PLAN_MATCHER_NOT, .items = items, .items_len = 1};
    const struct plan_expectation expectation = {"reply.text", {"a.yaml", 1, 1, 1}, &inverted};
    struct plan_case plan = case_of(&expectation, 1);
    struct reason *reasons = NULL;
    ck_assert_uint_eq(judge_both(&plan, &reasons), 1);
    ck_assert_ptr_eq(
        strstr(reasons[0].found, "(the pattern's search was given up) aaa"), reasons[0].found);
    match_pattern_free(pattern);
    end();
}
END_TEST

START_TEST(test_verdicts)
{
    const int64_t today = PLAN_CLOCK_DEFAULT_S;
    struct plan_case plan = {0};
    ck_assert_int_eq(judge_verdict(&plan, 0, today), VERDICT_PASS);
    ck_assert_int_eq(judge_verdict(&plan, 1, today), VERDICT_FAIL);
    plan.known_fail_reason = "a bug of theirs";
    ck_assert_int_eq(judge_verdict(&plan, 2, today), VERDICT_KNOWN_FAIL);
    ck_assert_int_eq(judge_verdict(&plan, 0, today), VERDICT_FIXED);
    plan.known_fail_until_s = today + DAY;
    ck_assert_int_eq(judge_verdict(&plan, 1, today), VERDICT_KNOWN_FAIL);
    ck_assert_int_eq(judge_verdict(&plan, 1, today + DAY - 1), VERDICT_KNOWN_FAIL);
    ck_assert_int_eq(judge_verdict(&plan, 1, today + DAY), VERDICT_FAIL); /* the day it names */
    ck_assert_int_eq(judge_verdict(&plan, 1, today + 9 * DAY), VERDICT_FAIL);
    ck_assert_int_eq(judge_verdict(&plan, 0, today + 9 * DAY), VERDICT_FIXED);
    plan.known_fail_until_s = 0; /* for ever */
    ck_assert_int_eq(judge_verdict(&plan, 1, INT64_MAX), VERDICT_KNOWN_FAIL);
}
END_TEST

/* Masked before the cut, too: no half of it stays. */
START_TEST(test_secrets_are_judged_and_not_shown)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_add(secrets, SPAN_LITERAL("correct-horse"));
    begin();
    facts = facts_new(arena, secrets);
    facts_text(facts, FACT_REPLY_TEXT, "hello correct-horse");
    char text[4096 + 8]; /* JUDGE_SHOWN_MAX is 4096 */
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    memcpy(text + 4096 - 7, "correct-horse", 13);
    const struct plan_expectation expectations[] = {
        {.fact = "reply.text", .matcher = equal("hello correct-horse")},
        {.fact = "reply.text", .matcher = equal("hello ***")},
        {.fact = "reply.text", .matcher = equal(text)},
    };
    struct plan_case plan = case_of(expectations, 3);
    struct reason *reasons;
    ck_assert_uint_eq(judge_facts(&plan, facts, &transcript, arena, &reasons), 2);
    ck_assert_str_eq(reasons[0].wanted, "hello ***");
    ck_assert_str_eq(reasons[0].found, "hello ***");
    ck_assert_ptr_null(strstr(reasons[1].wanted, "correct"));
    end();
    secret_set_free(secrets);
}
END_TEST

/* A step that was never come to knows what must not be seen as well. */
START_TEST(test_what_was_never_reached_is_not_shown)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_add(secrets, SPAN_LITERAL("correct-horse"));
    begin();
    char text[4096 + 8];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    memcpy(text + 4096 - 7, "correct-horse", 13);
    const struct plan_expectation expectations[] = {
        {.fact = "reply.text", .matcher = equal("hello correct-horse")},
        {.fact = "reply.text", .matcher = equal(text)},
    };
    struct reason *reasons;
    ck_assert_uint_eq(judge_unreached(expectations, 2, secrets, arena, &reasons), 2);
    ck_assert_str_eq(reasons[0].wanted, "hello ***");
    ck_assert_str_eq(reasons[0].found, "(the step was never reached)");
    ck_assert_ptr_null(strstr(reasons[1].wanted, "corr"));
    secret_set_show_all(secrets, true);
    ck_assert_uint_eq(judge_unreached(expectations, 2, secrets, arena, &reasons), 2);
    ck_assert_str_eq(reasons[0].wanted, "hello correct-horse");
    ck_assert_uint_eq(judge_unreached(expectations, 2, NULL, arena, &reasons), 2);
    ck_assert_str_eq(reasons[0].wanted, "hello correct-horse");
    end();
    secret_set_free(secrets);
}
END_TEST

/* What is secret by its place is judged as it came. */
START_TEST(test_what_is_seen_may_be_another_text)
{
    begin();
    facts_append_shown(
        facts, FACT_SAW_LINES, SPAN_LITERAL("AUTH PLAIN x"), SPAN_LITERAL("AUTH PLAIN ***"));
    static const char *const texts[] = {"AUTH PLAIN x", "AUTH PLAIN ***"};
    const struct plan_matcher *items[2];
    struct plan_matcher lists[2];
    struct plan_expectation wanted[2];
    for (size_t i = 0; i < 2; i++) {
        items[i] = equal(texts[i]);
        lists[i] = (struct plan_matcher){
            .kind = PLAN_MATCHER_CONTAINS, .items = &items[i], .items_len = 1};
        wanted[i] = (struct plan_expectation){.fact = "server.saw.lines", .matcher = &lists[i]};
    }
    struct plan_case plan = case_of(wanted, 2);
    struct reason *reasons;
    ck_assert_uint_eq(judge_facts(&plan, facts, &transcript, arena, &reasons), 1);
    ck_assert_str_eq(reasons[0].wanted, "something with AUTH PLAIN ***");
    ck_assert_str_eq(reasons[0].found, "[AUTH PLAIN ***]");
    end();
}
END_TEST

/* What a session records as it goes is shown by what was said last then. */
START_TEST(test_the_line_that_was_last_when_it_was_recorded)
{
    begin();
    facts = facts_new(arena, NULL);
    transcript_init(&transcript, arena, NULL);
    facts_watch(facts, &transcript);
    transcript_add(&transcript, 1, 1, TRANSCRIPT_RECEIVED, false, SPAN_LITERAL("220 ready"));
    facts_text(facts, FACT_GREETING_TEXT, "ready");
    transcript_add(&transcript, 2, 1, TRANSCRIPT_SENT, false, SPAN_LITERAL("MAIL FROM:<>"));
    transcript_add(&transcript, 3, 1, TRANSCRIPT_RECEIVED, false, SPAN_LITERAL("550 no"));
    facts_integer(facts, FACT_REPLY_CODE, 550);
    facts_integer_at(facts, FACT_REPLIES_CODE, "mail", 550);
    transcript_add(&transcript, 4, 1, TRANSCRIPT_SENT, false, SPAN_LITERAL("QUIT"));
    transcript_add(&transcript, 5, 1, TRANSCRIPT_RECEIVED, false, SPAN_LITERAL("221 bye"));
    facts_text(facts, FACT_OUTCOME, "refused");
    facts_append(facts, FACT_SAW_COMMANDS, SPAN_LITERAL("MAIL"));
    const struct plan_expectation expectations[] = {
        {"greeting.text", {"a.yaml", 1, 1, 1}, equal("x")},
        {"reply.code", {"a.yaml", 2, 1, 1}, equal("250")},
        {"replies.mail.code", {"a.yaml", 3, 1, 1}, equal("250")},
        {"outcome", {"a.yaml", 4, 1, 1}, equal("sent")},
        {"server.saw.commands", {"a.yaml", 5, 1, 1}, equal("x")},
        {"auth.reply", {"a.yaml", 6, 1, 1}, equal("235")}, /* never came */
    };
    static const size_t lines[] = {1, 3, 3, 3, 3, 3};
    struct plan_case plan = case_of(expectations, ARRAY_LEN(expectations));
    struct reason *reasons = NULL;
    ck_assert_uint_eq(judge_facts(&plan, facts, &transcript, arena, &reasons), ARRAY_LEN(lines));
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        ck_assert_uint_eq(reasons[i].transcript_line, lines[i]);
    }
    end();
}
END_TEST

UNIT_MAIN(test_the_line_that_was_last_when_it_was_recorded,
    test_what_was_never_reached_is_not_shown, test_what_is_seen_may_be_another_text,
    test_facts_are_compared_as_what_they_are, test_what_never_came_and_what_always_exists,
    test_facts_of_connections, test_all_that_is_unmet_is_listed, test_the_line_that_shows_it,
    test_what_was_found_has_its_unit, test_nothing_expected_is_met,
    test_a_fact_that_does_not_exist_is_unmet, test_long_values_are_cut_between_characters,
    test_a_search_that_was_given_up_says_so, test_verdicts, test_secrets_are_judged_and_not_shown)
