/*
 * The machine driven by hand, in clear text: what it says, what it concludes, and that neither
 * depends on how the server's octets are cut. TLS is what the scenarios are for.
 */
#include "harness/client/client.h"

#include <stdio.h>

#include "harness/base/random.h"
#include "harness/base/units.h"
#include "harness/evidence/fact.h"
#include "harness/tests/unit.h"

#define CLOCK_S INT64_C(1767225600)

static const char *const jane[] = {"jane@there.com"};
static const char *const both[] = {"jane@there.com", "jim@there.com"};

struct stage {
    struct arena *arena;
    struct secret_set *secrets;
    struct facts *facts;
    struct transcript transcript;
    struct client_worker *worker;
    struct tls_worker *tls;
    struct client *client;
    struct buf said; /* everything the client sent */
    size_t said_at;
    size_t connections;
    bool closed;
};

static void stage_perform(struct stage *stage)
{
    struct wire_queue *queue = client_queue(stage->client);
    for (size_t i = 0; i < queue->len; i++) {
        const struct wire_action *action = &queue->actions[i];
        if (action->kind == WIRE_SEND) {
            buf_append(&stage->said, wire_queue_bytes(queue, action));
        } else if (action->kind == WIRE_CONNECT) {
            stage->connections++;
            stage->closed = false;
        } else {
            stage->closed = true;
        }
    }
    wire_queue_clear(queue);
}

static void stage_init(struct stage *stage, const struct plan_client *plan)
{
    struct fail fail = {0};
    *stage = (struct stage){.arena = arena_new(), .secrets = secret_set_new()};
    tls_library_init();
    stage->facts = facts_new(stage->arena, stage->secrets);
    transcript_init(&stage->transcript, stage->arena, stage->secrets);
    stage->worker = client_worker_new(&fail);
    stage->tls = tls_worker_new(&fail);
    ck_assert_ptr_nonnull(stage->worker);
    ck_assert_ptr_nonnull(stage->tls);
    buf_init(&stage->said, 16 * 1024 * 1024);
    struct client_environment environment = {
        .worker = stage->worker,
        .tls_worker = stage->tls,
        .facts = stage->facts,
        .transcript = &stage->transcript,
        .secrets = stage->secrets,
        .clock_s = CLOCK_S,
    };
    stage->client = client_new(plan, &environment);
    client_start(stage->client, 0);
    stage_perform(stage);
}

static void stage_done(struct stage *stage)
{
    client_free(stage->client);
    client_worker_free(stage->worker);
    tls_worker_free(stage->tls);
    buf_done(&stage->said);
    secret_set_free(stage->secrets);
    arena_free(stage->arena);
}

static void stage_tell(struct stage *stage, enum wire_event_kind kind, int64_t now_us)
{
    client_event(stage->client, &(struct wire_event){.kind = kind}, now_us);
    stage_perform(stage);
}

static void stage_hear(struct stage *stage, struct span bytes, size_t step)
{
    while (bytes.len > 0) {
        struct span piece = span_first(bytes, step);
        client_event(stage->client, &(struct wire_event){.kind = WIRE_BYTES, .bytes = piece}, 1000);
        stage_perform(stage);
        bytes = span_from(bytes, piece.len);
    }
}

/* What was said since the last question. */
static const char *stage_said(struct stage *stage)
{
    const char *text = buf_text(&stage->said) + stage->said_at;
    stage->said_at = stage->said.len;
    return text;
}

static const char *stage_word(struct stage *stage, const char *fact)
{
    const char *word = value_as_text(facts_get(stage->facts, fact));
    return word == NULL ? "(none)" : word;
}

struct turn {
    const char *server, *client; /* what is heard; what must be said then, NULL: anything */
};

/* Plays a dialogue, the server's octets `step` at a time; the facts it leaves. */
static struct value *stage_play(struct stage *stage, const struct plan_client *plan,
    const struct turn *turns, size_t turns_len, size_t step)
{
    stage_init(stage, plan);
    stage_tell(stage, WIRE_OPENED, 0);
    for (size_t i = 0; i < turns_len; i++) {
        stage_hear(stage, span_text(turns[i].server), step);
        stage_tell(stage, WIRE_FLUSHED, 1000);
        const char *said = stage_said(stage);
        if (turns[i].client != NULL) {
            ck_assert_msg(strcmp(said, turns[i].client) == 0,
                "after '%s' the client says '%s', not '%s'", turns[i].server, said,
                turns[i].client);
        }
    }
    if (!client_is_done(stage->client)) {
        stage_tell(stage, WIRE_FIN, 1000);
    }
    ck_assert(client_is_done(stage->client));
    ck_assert(stage->closed);
    return facts_tree(stage->facts, stage->arena, false);
}

/* Whole and one octet at a time: the same words, the same facts. `stage` keeps the latter. */
static void play(
    struct stage *stage, const struct plan_client *plan, const struct turn *turns, size_t turns_len)
{
    struct stage whole;
    struct value *a = stage_play(&whole, plan, turns, turns_len, SIZE_MAX);
    struct value *b = stage_play(stage, plan, turns, turns_len, 1);
    ck_assert(value_equal(a, b));
    stage_done(&whole);
}

#define PLAY(stage, plan, ...)                      \
    do {                                            \
        const struct turn turns[] = {__VA_ARGS__};  \
        play(stage, plan, turns, ARRAY_LEN(turns)); \
    } while (0)

static struct plan_client plan_of(const struct plan_message *message)
{
    return (struct plan_client){
        .host = "mail.here.com",
        .port = 2525,
        .ssl_mode = PLAN_SSL_MODE_NONE,
        .ssl_mode_written = true,
        .verify = {.level = -1},
        .login = {.required = true},
        .messages = message,
        .messages_len = message == NULL ? 0 : 1,
    };
}

static const struct plan_message to_jane = {
    .from = "joe@here.com", .to = {jane, 1}, .subject = "s", .body = {(const uint8_t *)"x", 1}};

START_TEST(test_a_message_is_sent)
{
    struct stage stage;
    struct plan_client plan = plan_of(&to_jane);
    PLAY(&stage, &plan, {"220 hi\r\n", "EHLO client.smtpvet.test\r\n"},
        {"250-mail\r\n250 8BITMIME\r\n", "MAIL FROM:<joe@here.com>\r\n"},
        {"250 ok\r\n", "RCPT TO:<jane@there.com>\r\n"}, {"250 ok\r\n", "DATA\r\n"},
        {"354 go\r\n", NULL}, {"250 2.0.0 ok\r\n", "QUIT\r\n"}, {"221 bye\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "sent");
    ck_assert_str_eq(stage_word(&stage, "message.fate"), "accepted");
    ck_assert_str_eq(stage_word(&stage, "reply.enhanced"), "2.0.0");
    stage_done(&stage);
}
END_TEST

START_TEST(test_size_and_eight_bits_are_declared_where_offered)
{
    struct stage stage;
    struct plan_message message = to_jane;
    message.body = SPAN_LITERAL("\xc3\xbc");
    struct plan_client plan = plan_of(&message);
    PLAY(&stage, &plan, {"220 hi\r\n", "EHLO client.smtpvet.test\r\n"},
        {"250-mail\r\n250-SIZE 5000\r\n250 8BITMIME\r\n", NULL}, {"550 no\r\n", "QUIT\r\n"},
        {"221 bye\r\n", ""});
    ck_assert_ptr_nonnull(strstr(buf_text(&stage.said), "> SIZE="));
    ck_assert_ptr_nonnull(strstr(buf_text(&stage.said), " BODY=8BITMIME\r\n"));
    ck_assert_str_eq(stage_word(&stage, "outcome"), "refused");
    ck_assert_str_eq(stage_word(&stage, "stage"), "mail");
    stage_done(&stage);
}
END_TEST

START_TEST(test_recipients_are_answered_one_by_one)
{
    struct stage stage;
    struct plan_message message = to_jane;
    message.to = (struct plan_text_list){both, 2};
    struct plan_client plan = plan_of(&message);
    PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {"250 mail\r\n", NULL}, {"250 ok\r\n", NULL},
        {"550 5.1.1 nobody\r\n", "RCPT TO:<jim@there.com>\r\n"}, {"250 ok\r\n", "DATA\r\n"},
        {"354 go\r\n", NULL}, {"250 ok\r\n", "QUIT\r\n"}, {"221 bye\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "sent");
    ck_assert_uint_eq(facts_get(stage.facts, "message.recipients_refused")->len, 1);
    stage_done(&stage);
    message.partial_abandon = true;
    PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {"250 mail\r\n", NULL}, {"250 ok\r\n", NULL},
        {"550 5.1.1 nobody\r\n", "QUIT\r\n"}, {"221 bye\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "refused");
    stage_done(&stage);
}
END_TEST

START_TEST(test_what_came_unasked_is_never_an_answer)
{
    struct stage stage;
    struct plan_client plan = plan_of(&to_jane);
    stage_init(&stage, &plan);
    stage_tell(&stage, WIRE_OPENED, 0);
    stage_hear(&stage, SPAN_LITERAL("220 hi\r\n250 mail\r\n"), SIZE_MAX);
    ck_assert_str_eq(stage_said(&stage), "");
    ck_assert(client_is_done(stage.client));
    ck_assert_str_eq(stage_word(&stage, "outcome"), "protocol-error");
    ck_assert_str_eq(stage_word(&stage, "stage"), "greeting");
    stage_done(&stage);
}
END_TEST

START_TEST(test_a_goodbye_grants_nothing)
{
    struct stage stage;
    struct plan_client plan = plan_of(&to_jane);
    PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {"250 mail\r\n", NULL}, {"250 ok\r\n", NULL},
        {"250 ok\r\n", NULL}, {"354 go\r\n", NULL}, {"221 bye\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "protocol-error");
    ck_assert_str_eq(stage_word(&stage, "message.fate"), "unknown");
    stage_done(&stage);
    PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {"250 mail\r\n", NULL}, {"221 bye\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "protocol-error");
    ck_assert_str_eq(stage_word(&stage, "stage"), "mail");
    stage_done(&stage);
}
END_TEST

START_TEST(test_half_a_reply_is_shown)
{
    struct stage stage;
    struct plan_client plan = plan_of(&to_jane);
    PLAY(&stage, &plan, {"421-too\x1b busy\r\n421-come", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "disconnected");
    ck_assert_ptr_nonnull(strstr(stage_word(&stage, "problem"), ": 421 too\\x1b busy"));
    ck_assert_ptr_null(strstr(stage_word(&stage, "problem"), "come"));
    stage_done(&stage);
}
END_TEST

START_TEST(test_leftover_behind_the_220_to_starttls)
{
    struct stage stage;
    struct plan_client plan = plan_of(&to_jane);
    plan.ssl_mode = PLAN_SSL_MODE_STARTTLS;
    stage_init(&stage, &plan);
    stage_tell(&stage, WIRE_OPENED, 0);
    stage_hear(&stage, SPAN_LITERAL("220 hi\r\n"), SIZE_MAX);
    stage_hear(&stage, SPAN_LITERAL("250-mail\r\n250 STARTTLS\r\n"), SIZE_MAX);
    (void)stage_said(&stage);
    stage_hear(&stage, SPAN_LITERAL("220 go\r\n250 X"), SIZE_MAX);
    ck_assert_str_eq(stage_said(&stage), ""); /* not even a ClientHello */
    ck_assert_str_eq(stage_word(&stage, "outcome"), "protocol-error");
    ck_assert_str_eq(stage_word(&stage, "stage"), "starttls");
    ck_assert(facts_get(stage.facts, "security.leftover_before_tls")->truth);
    stage_done(&stage);
}
END_TEST

START_TEST(test_time_limits_are_those_of_the_stage)
{
    struct stage stage;
    struct plan_client plan = plan_of(&to_jane);
    stage_init(&stage, &plan);
    ck_assert_int_eq(client_deadline_us(stage.client), 300 * UNITS_US_PER_S);
    stage_tell(&stage, WIRE_OPENED, 7);
    ck_assert_int_eq(client_deadline_us(stage.client), 300 * UNITS_US_PER_S + 7);
    stage_hear(&stage, SPAN_LITERAL("220-"), SIZE_MAX); /* half a reply renews nothing */
    ck_assert_int_eq(client_deadline_us(stage.client), 300 * UNITS_US_PER_S + 7);
    stage_tell(&stage, WIRE_TIME, 300 * UNITS_US_PER_S);
    ck_assert(!client_is_done(stage.client)); /* too early */
    stage_tell(&stage, WIRE_TIME, 300 * UNITS_US_PER_S + 7);
    ck_assert(client_is_done(stage.client));
    ck_assert_str_eq(stage_word(&stage, "outcome"), "timed-out");
    stage_done(&stage);
}
END_TEST

START_TEST(test_a_password_is_never_shown)
{
    struct stage stage;
    struct plan_client plan = plan_of(NULL);
    plan.login = (struct plan_login){
        .wanted = true, .user = "joe", .password = "abc", .required = true};
    PLAY(&stage, &plan, {"220 hi\r\n", NULL},
        {"250-mail\r\n250 AUTH PLAIN\r\n", "AUTH PLAIN AGpvZQBhYmM=\r\n"},
        {"235 ok\r\n", "QUIT\r\n"}, {"221 bye\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "logged-in");
    bool masked = false;
    for (size_t i = 0; i < stage.transcript.len; i++) {
        struct span text = stage.transcript.entries[i].text;
        ck_assert_ptr_null(memmem(text.data, text.len, "AGpvZQ", 6));
        masked = masked || span_equal(text, SPAN_LITERAL("AUTH PLAIN ***"));
    }
    ck_assert(masked); /* though three octets are too few to be looked for */
    stage_done(&stage);
}
END_TEST

START_TEST(test_a_challenge_too_many_is_cancelled)
{
    struct stage stage;
    struct plan_client plan = plan_of(NULL);
    plan.login = (struct plan_login){
        .wanted = true, .user = "joe", .password = "correct-horse", .required = true};
    PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {"250-mail\r\n250 AUTH PLAIN\r\n", NULL},
        {"334 \r\n", "*\r\n"}, {"501 cancelled\r\n", "QUIT\r\n"}, {"221 bye\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "protocol-error");
    ck_assert_str_eq(stage_word(&stage, "stage"), "auth");
    stage_done(&stage);
}
END_TEST

START_TEST(test_success_before_the_end_of_the_mechanism_is_none)
{
    struct stage stage;
    struct plan_client plan = plan_of(NULL);
    plan.login = (struct plan_login){
        .wanted = true, .user = "joe", .password = "correct-horse", .required = true};
    PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {"250-mail\r\n250 AUTH LOGIN\r\n", "AUTH LOGIN\r\n"},
        {"235 ok\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "protocol-error");
    ck_assert(!facts_get(stage.facts, "auth.credentials_sent")->truth);
    stage_done(&stage);
}
END_TEST

START_TEST(test_the_next_mechanism_after_a_failure_where_allowed)
{
    struct stage stage;
    struct plan_client plan = plan_of(NULL);
    plan.login = (struct plan_login){.wanted = true,
        .user = "joe",
        .password = "correct-horse",
        .required = true,
        .on_failure = PLAN_ON_FAILURE_NEXT};
    PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {"250-mail\r\n250 AUTH PLAIN LOGIN\r\n", NULL},
        {"535 no\r\n", "AUTH LOGIN\r\n"}, {"535 no\r\n", "QUIT\r\n"}, {"221 bye\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "outcome"), "refused");
    ck_assert_int_eq(facts_get(stage.facts, "auth.attempts")->integer, 2);
    stage_done(&stage);
}
END_TEST

/* Refusals that speak of how it was asked, not of who asked. */
START_TEST(test_a_login_asked_for_in_another_way)
{
    static const struct {
        const char *offered, *first, *refusal, *second;
        enum plan_order order;
    } cases[] = {
        {"PLAIN LOGIN", NULL, "504 5.5.4 no\r\n", "AUTH LOGIN\r\n", PLAN_ORDER_STRONG},
        {"PLAIN LOGIN", "AUTH LOGIN\r\n", "534 5.7.9 weak\r\n",
            "AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl\r\n", PLAN_ORDER_SIMPLE},
        {"PLAIN LOGIN", NULL, "534 5.7.9 weak\r\n", "QUIT\r\n", PLAN_ORDER_STRONG},
        {"PLAIN", NULL, "500 5.5.6 long\r\n", "AUTH PLAIN\r\n", PLAN_ORDER_STRONG},
        {"PLAIN", NULL, "501 5.5.2 what\r\n", "AUTH PLAIN\r\n", PLAN_ORDER_STRONG},
        {"LOGIN", "AUTH LOGIN\r\n", "501 5.5.2 what\r\n", "QUIT\r\n", PLAN_ORDER_STRONG},
        {"PLAIN LOGIN", NULL, "535 5.7.8 no\r\n", "QUIT\r\n", PLAN_ORDER_STRONG},
        {"PLAIN LOGIN", "AUTH LOGIN\r\n", "432 4.7.12 once\r\n", "QUIT\r\n",
            PLAN_ORDER_SIMPLE}, /* not in clear text */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct stage stage;
        struct plan_client plan = plan_of(NULL);
        char hello[64];
        snprintf(hello, sizeof hello, "250-mail\r\n250 AUTH %s\r\n", cases[i].offered);
        plan.login = (struct plan_login){.wanted = true,
            .user = "joe",
            .password = "correct-horse",
            .required = true,
            .order = cases[i].order};
        PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {hello, cases[i].first},
            {cases[i].refusal, cases[i].second});
        stage_done(&stage);
    }
}
END_TEST

START_TEST(test_a_cancelled_login_that_goes_on_is_left)
{
    static const char *const answers[] = {"334 \r\n", "235 ok\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct stage stage;
        struct plan_client plan = plan_of(NULL);
        plan.login = (struct plan_login){
            .wanted = true, .user = "joe", .password = "correct-horse", .required = true};
        PLAY(&stage, &plan, {"220 hi\r\n", NULL}, {"250-mail\r\n250 AUTH PLAIN\r\n", NULL},
            {"334 \r\n", "*\r\n"}, {answers[i], ""});
        ck_assert_str_eq(stage_word(&stage, "outcome"), "protocol-error");
        ck_assert(stage.closed);
        stage_done(&stage);
    }
}
END_TEST

START_TEST(test_unsafe_input_goes_nowhere)
{
    static const char *const evil[] = {"jane@there.com>\r\nRSET"};
    struct stage stage;
    struct plan_message message = to_jane;
    message.to = (struct plan_text_list){evil, 1};
    struct plan_client plan = plan_of(&message);
    stage_init(&stage, &plan);
    ck_assert(client_is_done(stage.client));
    ck_assert_uint_eq(stage.connections, 0);
    ck_assert_str_eq(stage_word(&stage, "stopped_because"), "unsafe-input");
    stage_done(&stage);
}
END_TEST

START_TEST(test_another_protocol_is_named)
{
    struct stage stage;
    struct plan_client plan = plan_of(&to_jane);
    PLAY(&stage, &plan, {"+OK POP3 ready\r\n", ""});
    ck_assert_str_eq(stage_word(&stage, "problem"), "this port speaks POP3, not SMTP");
    stage_done(&stage);
}
END_TEST

START_TEST(test_a_reply_inside_the_message_ends_it)
{
    struct stage stage;
    struct plan_message message = to_jane;
    message.size = 100000;
    struct plan_client plan = plan_of(&message);
    stage_init(&stage, &plan);
    stage_tell(&stage, WIRE_OPENED, 0);
    stage_hear(&stage, SPAN_LITERAL("220 hi\r\n"), SIZE_MAX);
    stage_hear(&stage, SPAN_LITERAL("250 mail\r\n"), SIZE_MAX);
    stage_hear(&stage, SPAN_LITERAL("250 ok\r\n"), SIZE_MAX);
    stage_hear(&stage, SPAN_LITERAL("250 ok\r\n"), SIZE_MAX);
    stage_hear(&stage, SPAN_LITERAL("354 go\r\n"), SIZE_MAX);
    ck_assert_uint_lt(strlen(stage_said(&stage)), 40000); /* a block, not all of it */
    stage_tell(&stage, WIRE_FLUSHED, 1000);
    ck_assert_uint_gt(strlen(stage_said(&stage)), 10000);
    stage_hear(&stage, SPAN_LITERAL("552 too much\r\n"), SIZE_MAX);
    ck_assert(client_is_done(stage.client));
    ck_assert_str_eq(stage_word(&stage, "outcome"), "refused");
    ck_assert_str_eq(stage_word(&stage, "stage"), "body");
    ck_assert_str_eq(stage_word(&stage, "message.fate"), "refused");
    stage_done(&stage);
}
END_TEST

static void check_findings(const struct stage *stage, const char *shown)
{
    struct buf text;
    buf_init(&text, 4096);
    value_show(facts_get(stage->facts, "findings"), &text);
    ck_assert_str_eq(buf_text(&text), shown);
    buf_done(&text);
}

START_TEST(test_findings_are_recorded_and_always_a_list)
{
    struct stage stage;
    struct plan_client plan = plan_of(NULL);
    PLAY(&stage, &plan, {"220 mail.here.com\r\n", NULL}, {"250 mail.here.com\r\n", "QUIT\r\n"},
        {"221 bye\r\n", ""});
    check_findings(&stage, "[]");
    stage_done(&stage);
    PLAY(&stage, &plan, {"220-mail.here.com\n220 hi\r\n", NULL},
        {"250-mail.here.com\r\n250-AUTH\r\n250 SIZE no\r\n", "QUIT\r\n"}, {"250 bye\r\n", ""});
    check_findings(&stage, "[reply-bare-line-feed, size-unreadable, auth-without-mechanism, "
                           "goodbye-is-not-221]");
    stage_done(&stage);
}
END_TEST

/* Version numbers in a greeting or a capability are no enhanced codes. */
START_TEST(test_enhanced_codes_are_not_sought_in_a_hello)
{
    struct stage stage;
    struct plan_client plan = plan_of(&to_jane);
    PLAY(&stage, &plan, {"220 5.1.1 mail\r\n", NULL}, {"250-mail.here.com\r\n250 4.4.4\r\n", NULL},
        {"550 2.1.0 no\r\n", "QUIT\r\n"}, {"221 bye\r\n", ""});
    check_findings(&stage, "[reply-enhanced-contradicts]");
    stage_done(&stage);
    PLAY(&stage, &plan, {"220 5.1.1 mail\r\n", NULL}, {"250-mail.here.com\r\n250 4.4.4\r\n", NULL},
        {"550 5.1.0 no\r\n", "QUIT\r\n"}, {"221 bye\r\n", ""});
    check_findings(&stage, "[]");
    stage_done(&stage);
}
END_TEST

START_TEST(test_findings_of_lost_sessions)
{
    struct stage stage;
    struct plan_client plan = plan_of(NULL);
    stage_init(&stage, &plan);
    check_findings(&stage, "[]"); /* from the start on, also where nobody answers */
    stage_tell(&stage, WIRE_OPENED, 0);
    stage_tell(&stage, WIRE_TIME, 3600 * UNITS_US_PER_S);
    check_findings(&stage, "[greeting-absent]");
    stage_done(&stage);
    stage_init(&stage, &plan);
    stage_tell(&stage, WIRE_OPENED, 0);
    stage_hear(&stage, SPAN_LITERAL("220 mail.here.com\r\n"), SIZE_MAX);
    stage_hear(&stage, SPAN_LITERAL("250 mail.here.com\r\n"), SIZE_MAX);
    stage_tell(&stage, WIRE_TIME, 3600 * UNITS_US_PER_S);
    check_findings(&stage, "[goodbye-timed-out]");
    stage_done(&stage);
}
END_TEST

/* Any octets at all, in any cut: the machine ends or waits, and says no password. */
START_TEST(test_random_octets)
{
    static const char *const words[] = {"220 ", "250-", "250 AUTH PLAIN LOGIN", "250 STARTTLS",
        "334 ", "235 ok", "354 go", "\r\n", "\n", "\r", "421 ", "5", "\x16\x03\x01", "550 5.1.1 "};
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random_source random;
        struct stage stage;
        struct plan_client plan = plan_of(&to_jane);
        random_seed(&random, seed);
        plan.ssl_mode = (enum plan_ssl_mode)random_below(&random, PLAN_SSL_MODE_COUNT);
        plan.login = (struct plan_login){
            .wanted = true, .user = "joe", .password = "correct-horse"};
        stage_init(&stage, &plan);
        stage_tell(&stage, WIRE_OPENED, 0);
        for (int i = 0; i < 40 && !client_is_done(stage.client); i++) {
            const char *word = words[random_below(&random, ARRAY_LEN(words))];
            stage_hear(&stage, span_text(word), 1 + random_below(&random, 8));
            stage_tell(&stage, WIRE_FLUSHED, 1000);
        }
        stage_tell(&stage, random_below(&random, 2) == 0 ? WIRE_FIN : WIRE_RESET, 2000);
        stage_tell(&stage, WIRE_TIME, 3600 * UNITS_US_PER_S);
        stage_done(&stage);
    }
}
END_TEST

UNIT_MAIN(test_a_message_is_sent, test_size_and_eight_bits_are_declared_where_offered,
    test_recipients_are_answered_one_by_one, test_what_came_unasked_is_never_an_answer,
    test_leftover_behind_the_220_to_starttls, test_time_limits_are_those_of_the_stage,
    test_a_password_is_never_shown, test_a_challenge_too_many_is_cancelled,
    test_success_before_the_end_of_the_mechanism_is_none,
    test_the_next_mechanism_after_a_failure_where_allowed, test_a_login_asked_for_in_another_way,
    test_a_cancelled_login_that_goes_on_is_left, test_unsafe_input_goes_nowhere,
    test_another_protocol_is_named, test_a_reply_inside_the_message_ends_it, test_random_octets,
    test_findings_are_recorded_and_always_a_list, test_enhanced_codes_are_not_sought_in_a_hello,
    test_findings_of_lost_sessions, test_a_goodbye_grants_nothing, test_half_a_reply_is_shown)
