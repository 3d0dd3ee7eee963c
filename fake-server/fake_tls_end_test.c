/* Moments inside the handshake, names, and how TLS ends. */
#include "fake-server/fake_play_tls.h"
#include "harness/base/random.h"
#include "harness/tests/unit.h"

#define WELCOME "220 mail.here.com ESMTP ready\r\n"
#define OK "250 2.0.0 Ok\r\n"
#define ALERT_INTERNAL_ERROR 80

/* --- the handshake moment, and start_tls elsewhere --- */

static void plays_banner_inside(struct play *play)
{
    play_says(play, "EHLO a\r\nSTARTTLS\r\n");
    play_hears_anything(play);
    play_begins_tls(play);
    play_hears(play, "220 again\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\n", "503 5.5.1 Send EHLO first\r\n");
}

static void plays_refusal_behind_handshake(struct play *play)
{
    play_begins_tls(play);
    play_hears(play, "421 not you\r\n");
    ck_assert(play->shut);
    ck_assert(tls_session_close_notify_received(play->tls));
}

static void plays_greeting_of_its_own(struct play *play)
{
    play_begins_tls(play);
    play_hears(play, "220 hi\r\n");
    play_asks(play, "NOOP\r\n", OK);
}

/* Half a line in clear is none of what is said inside TLS. */
static void plays_tls_when_idle(struct play *play)
{
    play_asks(play, "NO", WELCOME);
    play_waits(play, 9);
    play_begins_tls(play);
    play_is_inside_tls(play);
    play_asks(play, "\r\nNOOP\r\n", "500 5.5.1 Unknown command\r\n" OK);
}

static void plays_tls_on_connect_after_all(struct play *play)
{
    play_begins_tls(play);
    play_hears(play, WELCOME);
    play_asks(play, "NOOP\r\n", OK);
}

START_TEST(test_handshake_moment)
{
    play_open();
    PLAY_TLS(plays_banner_inside, NULL, STARTTLS,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(HANDSHAKE), PLAY_DO(PLAY_SEND("220 again\r\n")))));
    PLAY_TLS(plays_refusal_behind_handshake, NULL, ON_CONNECT,
        PLAY_SCRIPT(
            PLAY_RULE(PLAY_ON(HANDSHAKE), PLAY_DO(PLAY_REPLY("421 not you"), PLAY_CLOSE(FIN)))));
    PLAY_TLS(plays_greeting_of_its_own, NULL, ON_CONNECT,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(HANDSHAKE), PLAY_DO(PLAY_REPLY("220 hi")))));
    PLAY_TLS(plays_tls_when_idle, NULL, STARTTLS,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(IDLE), .idle_us = 9 * PLAY_SECOND, PLAY_DO(PLAY_START_TLS))));
    PLAY_TLS(plays_tls_on_connect_after_all, NULL, STARTTLS,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(CONNECT), PLAY_DO(PLAY_START_TLS, PLAY_NORMAL))));
    play_close();
}
END_TEST

static void plays_dripping_handshake(struct play *play)
{
    play_begins_tls(play);
    ck_assert_int_eq(tls_session_state(play->tls), TLS_STATE_HANDSHAKE);
    play_waits(play, 5000);
    play_is_inside_tls(play);
    play_hears(play, WELCOME);
}

START_TEST(test_dripping_handshake)
{
    play_open();
    PLAY_TLS(plays_dripping_handshake, NULL, ON_CONNECT,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(CLIENT_HELLO), PLAY_DO(PLAY_DRIP(1, 1), PLAY_NORMAL))));
    play_close();
}
END_TEST

/* --- names --- */

static const char *asked_for, *presented;

static void plays_name(struct play *play)
{
    struct arena *arena = arena_new();
    struct facts *facts = facts_new(arena, NULL);
    play_begins_tls_for(play, asked_for);
    play_is_inside_tls(play);
    tls_session_record_client(play->tls, facts);
    play_fact(facts, "certificate.names", presented);
    arena_free(arena);
}

static void saw_name(const struct facts *facts)
{
    play_fact(facts, "server.saw.client_hello.sni", asked_for);
}

START_TEST(test_certificates_by_name)
{
    static const char *const names[] = {"a.test", "b.test"};
    play_open();
    const struct plan_certificate certificates[] = {
        play_certificate(NULL, NULL),
        play_certificate(&names[0], "a.test"),
        play_certificate(&names[1], "b.test"),
    };
    const struct plan_server plan = {PLAY_SERVER, .tls = PLAN_TLS_ON_CONNECT,
        .certificates = certificates, .certificates_len = 3};
    static const char *const rows[][2] = {
        {"a.test", "[a.test]"}, {"b.test", "[b.test]"}, {"mail.here.com", "[mail.here.com]"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        asked_for = rows[i][0];
        presented = rows[i][1];
        play_certified(&plan, (struct play_plot){plays_name, saw_name});
    }
    play_close();
}
END_TEST

/* --- ends --- */

static void plays_truncation(struct play *play)
{
    play_begins_tls(play);
    play_hears(play, WELCOME);
    play_asks(play, "NOOP\r\n", "250 bye\r\n");
    ck_assert(play->shut);
    ck_assert(!tls_session_close_notify_received(play->tls));
    play_says(play, "QUIT\r\n");
    tls_session_close_notify(play->tls);
    play_tls_output(play);
    play_ends(play, WIRE_FIN);
}

static void plays_half_close(struct play *play)
{
    play_begins_tls(play);
    play_says(play, "EHLO a\r\nNOOP\r\n");
    tls_session_close_notify(play->tls);
    play_tls_output(play);
    play_waits(play, 5);
    ck_assert(play->shut && !play->closed);
    ck_assert(tls_session_close_notify_received(play->tls));
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void plays_rude_quit(struct play *play)
{
    play_begins_tls(play);
    play_says(play, "QUIT\r\n");
    play_ends(play, WIRE_FIN);
}

static void plays_rude_quit_in_a_pause(struct play *play)
{
    play_begins_tls(play);
    play_says(play, "NOOP\r\nQUIT\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_quit(const struct facts *facts)
{
    play_fact(facts, "server.saw.left", "quit");
}

static void saw_half_close(const struct facts *facts)
{
    play_fact(facts, "server.saw.left", "fin");
    play_fact(facts, "server.saw.commands", "[EHLO, NOOP]");
}

static void saw_rude_quit(const struct facts *facts)
{
    play_fact(facts, "server.saw.left", "no-close-notify");
}

START_TEST(test_close_notify)
{
#define PAUSE PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("NOOP"), PLAY_DO(PLAY_DELAY(3), PLAY_NORMAL)))
    play_open();
    for (unsigned bits = PLAN_PROTOCOL_TLS1_2; bits <= PLAN_PROTOCOL_TLS1_3; bits <<= 1) {
        PLAY_TLS(plays_truncation, saw_quit, ON_CONNECT, .protocols = bits,
            PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("NOOP"),
                PLAY_DO(PLAY_REPLY("250 bye"), PLAY_CLOSE(WITHOUT_CLOSE_NOTIFY)))));
        PLAY_TLS(plays_half_close, saw_half_close, ON_CONNECT, .protocols = bits, PAUSE);
        PLAY_TLS(plays_rude_quit, saw_rude_quit, ON_CONNECT, .protocols = bits);
        PLAY_TLS(plays_rude_quit_in_a_pause, saw_rude_quit, ON_CONNECT, .protocols = bits, PAUSE);
    }
    play_close();
}
END_TEST

/* What came inside TLS stays inside TLS when TLS fails before it is taken up; what follows a
 * failure in clear does not. */
static void plays_failure_in_a_pause(struct play *play)
{
    play_begins_tls(play);
    play_says(play, "EHLO a\r\nNOOP\r\nMAIL FROM:<a@b>\r\n");
    tls_session_send_alert(play->tls, ALERT_INTERNAL_ERROR);
    play_tls_output(play);
    ck_assert(play->shut);
    play_waits(play, 10);
}

static void saw_failure_in_a_pause(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, NOOP, MAIL]");
    play_fact(facts, "server.saw.mail_in_clear", "false");
    play_fact(facts, "server.saw.tls_alert", "internal_error");
}

static void plays_clear_text_behind_tls(struct play *play)
{
    play_begins_tls(play);
    play_hears_anything(play);
    play_says(play, "EHLO a\r\n");
    play_wire(play, SPAN_LITERAL("MAIL FROM:<a@b>\r\n"));
    ck_assert(play->shut);
    play_ends(play, WIRE_FIN);
}

static void saw_clear_text_behind_tls(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL]");
    play_fact(facts, "server.saw.mail_in_clear", "true");
    play_fact(facts, "server.saw.tls", "true");
}

START_TEST(test_failures)
{
    play_open();
    PLAY_TLS(plays_failure_in_a_pause, saw_failure_in_a_pause, ON_CONNECT, PAUSE);
    PLAY_TLS(plays_clear_text_behind_tls, saw_clear_text_behind_tls, ON_CONNECT,
        .starttls = PLAN_STARTTLS_OFFERED);
    play_close();
}
END_TEST

/* A certificate that the client refuses: no command comes, and the alert is known. */
static void plays_refused_certificate(struct play *play)
{
    play_begins_tls_for(play, "other.test");
    ck_assert_int_eq(tls_session_failure(play->tls)->kind, TLS_FAILURE_CERTIFICATE);
    play_ends(play, WIRE_FIN);
}

static void saw_refused_certificate(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[]");
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.tls_alert", "bad_certificate");
    play_fact(facts, "server.saw.left", "fin");
}

START_TEST(test_refused_certificate)
{
    play_open();
    PLAY_TLS(plays_refused_certificate, saw_refused_certificate, ON_CONNECT,
        .starttls = PLAN_STARTTLS_OFFERED);
    play_close();
}
END_TEST

/* --- garbage inside TLS, and in its place --- */

static struct random_source garbage;

static void plays_garbage(struct play *play)
{
    struct random_source random = garbage; /* the same however it is cut */
    uint8_t noise[200];
    play_begins_tls(play);
    play_hears_anything(play);
    random_fill(&random, noise, sizeof noise);
    play_says(play, "EHLO a\r\nNOOP\r\n");
    play_says_bytes(play, span_of(noise, random_below(&random, sizeof noise)));
    play_says(play, "\r\nMAIL FROM:<a@b>\r\nNOOP\r\n");
    random_fill(&random, noise, sizeof noise);
    noise[0] = random_below(&random, 2) == 0 ? 0x17 : noise[0];
    play_wire(play, span_of(noise, 1 + random_below(&random, sizeof noise - 1)));
    play_waits(play, (int64_t)random_below(&random, 10));
    play_ends(play, random_below(&random, 2) == 0 ? WIRE_FIN : WIRE_RESET);
    play_waits(play, 10);
}

START_TEST(test_garbage)
{
    play_open();
    random_seed(&garbage, 6);
    for (int round = 0; round < 40; round++) {
        (void)random_next(&garbage);
        PLAY_TLS(plays_garbage, NULL, ON_CONNECT, PAUSE);
    }
    play_close();
}
END_TEST

UNIT_MAIN(test_handshake_moment, test_dripping_handshake, test_certificates_by_name,
    test_close_notify, test_failures, test_refused_certificate, test_garbage)
