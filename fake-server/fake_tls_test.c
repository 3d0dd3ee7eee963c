#include "fake-server/fake_play_tls.h"
#include "harness/tests/unit.h"

#define WELCOME "220 mail.here.com ESMTP ready\r\n"
#define GO "220 2.0.0 Ready to start TLS\r\n"
#define HELLO(more) "250-mail.here.com\r\n250-ENHANCEDSTATUSCODES\r\n" more
#define HELLO_CLEAR HELLO("250-STARTTLS\r\n250 AUTH LOGIN\r\n")
#define HELLO_TLS HELLO("250 AUTH PLAIN\r\n")
#define OK "250 2.0.0 Ok\r\n"
#define LOGIN "AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl\r\n"
#define ALERT_HANDSHAKE_FAILURE 40
#define ALERT_INTERNAL_ERROR 80

static void leaves_in_order(struct play *play)
{
    tls_session_close_notify(play->tls);
    play_tls_output(play);
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void comes_to_starttls(struct play *play)
{
    play_hears(play, WELCOME);
    play_asks(play, "EHLO a\r\n", HELLO_CLEAR);
}

/* --- as it should be --- */

static void plays_starttls(struct play *play)
{
    comes_to_starttls(play);
    play_asks(play, "STARTTLS now\r\n", "501 5.5.4 STARTTLS takes no parameter\r\n");
    play_asks(play, "STARTTLS\r\n", GO);
    play_begins_tls(play);
    play_is_inside_tls(play);
    play_hears(play, "");
    play_asks(play, "MAIL FROM:<a@b>\r\n", "503 5.5.1 Send EHLO first\r\n"); /* all is forgotten */
    play_asks(play, "AUTH PLAIN\r\n", "503 5.5.1 Send EHLO first\r\n");
    play_asks(play, "EHLO a\r\n", HELLO_TLS);
    play_asks(play, "STARTTLS\r\n", "503 5.5.1 TLS is already active\r\n");
    play_asks(play, LOGIN, "235 2.7.0 Authentication successful\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n",
        "250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n354 End with CRLF.CRLF\r\n"
        "250 2.0.0 Queued as 1-1\r\n221 2.0.0 Goodbye\r\n");
    ck_assert(play->shut);
    ck_assert(tls_session_close_notify_received(play->tls));
    leaves_in_order(play);
}

static void saw_starttls(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands",
        "[EHLO, STARTTLS, STARTTLS, MAIL, AUTH, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, QUIT]");
    play_fact(facts, "server.saw.tls", "true");
    play_fact(facts, "server.saw.client_hello.sni", "mail.here.com");
    play_fact(facts, "server.saw.logged_in", "joe");
    play_fact(facts, "server.saw.password_in_clear", "false");
    play_fact(facts, "server.saw.mail_in_clear", "false");
    play_fact(facts, "server.saw.early_bytes", "false");
    play_fact(facts, "server.saw.bytes_before_client_hello", "false");
    play_fact(facts, "server.saw.messages.count", "1");
    play_fact(facts, "server.saw.left", "quit");
}

START_TEST(test_starttls)
{
    play_open();
    PLAY_TLS(plays_starttls, saw_starttls, STARTTLS, .starttls = PLAN_STARTTLS_OFFERED);
    PLAY_TLS(plays_starttls, saw_starttls, STARTTLS, .starttls = PLAN_STARTTLS_REQUIRED);
    PLAY_TLS(plays_starttls, saw_starttls, STARTTLS, .protocols = PLAN_PROTOCOL_TLS1_2);
    PLAY_TLS(plays_starttls, saw_starttls, STARTTLS, .network = {.record = 20});
    play_close();
}
END_TEST

static void plays_on_connect(struct play *play)
{
    play_hears(play, "");
    play->eager = "EHLO a\r\n"; /* in one segment with the end of the handshake */
    play_begins_tls(play);
    play_is_inside_tls(play);
    play_hears(play, WELCOME HELLO_TLS);
    play_asks(play, "STARTTLS\r\n", "503 5.5.1 TLS is already active\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_on_connect(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS]");
    play_fact(facts, "server.saw.early_bytes", "false");
    play_fact(facts, "server.saw.left", "no-close-notify");
}

static void plays_on_connect_early(struct play *play)
{
    play->eager = "EHLO a\r\n";
    play_begins_tls(play);
    play_hears(play, "");
    play_waits(play, 5);
    play_hears(play, WELCOME HELLO_TLS);
    leaves_in_order(play);
}

static void saw_on_connect_early(const struct facts *facts)
{
    play_fact(facts, "server.saw.early_bytes", "true");
    play_fact(facts, "server.saw.left", "fin");
}

START_TEST(test_on_connect)
{
    play_open();
    PLAY_TLS(plays_on_connect, saw_on_connect, ON_CONNECT, .starttls = PLAN_STARTTLS_OFFERED);
    PLAY_TLS(plays_on_connect, saw_on_connect, ON_CONNECT, .protocols = PLAN_PROTOCOL_TLS1_2);
    PLAY_TLS(plays_on_connect_early, saw_on_connect_early, ON_CONNECT,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(GREETING), PLAY_DO(PLAY_DELAY(5), PLAY_NORMAL))));
    play_close();
}
END_TEST

static void plays_refused(struct play *play)
{
    comes_to_starttls(play);
    play_asks(play, "STARTTLS\r\n", "454 4.7.0 TLS is not available\r\n");
    play_asks(play, "NOOP\r\n", OK);
}

static void plays_unlisted(struct play *play)
{
    play_hears(play, WELCOME);
    play_asks(play, "STARTTLS\r\n", "503 5.5.1 Send EHLO first\r\n");
    play_asks(play, "EHLO a\r\n", HELLO("250 AUTH LOGIN\r\n"));
    play_asks(play, "STARTTLS\r\n", GO);
    play_begins_tls(play);
    play_asks(play, "NOOP\r\n", OK);
}

START_TEST(test_refused_and_unlisted)
{
    play_open();
    PLAY_TLS(plays_refused, NULL, STARTTLS, .starttls = PLAN_STARTTLS_REFUSED);
    PLAY_TLS(plays_unlisted, NULL, STARTTLS, .starttls = PLAN_STARTTLS_UNLISTED);
    play_close();
}
END_TEST

/* RFC 3207 §4.2: a login in clear is worth nothing inside TLS. */
static void plays_login_before_tls(struct play *play)
{
    comes_to_starttls(play);
    play_says(play, "AUTH LOGIN am9l\r\nY29ycmVjdC1ob3JzZQ==\r\n");
    play_hears_anything(play);
    play_asks(play, "STARTTLS\r\n", "220 go\r\n");
    play_begins_tls(play);
    play_asks(play, "EHLO a\r\n", HELLO_TLS);
    play_asks(play, "MAIL FROM:<a@b>\r\n", "530 5.7.0 Authentication required\r\n");
    play_asks(play, LOGIN, "235 2.7.0 Authentication successful\r\n");
}

static void plays_login_then_starttls(struct play *play)
{
    comes_to_starttls(play);
    play_says(play, "AUTH LOGIN am9l\r\nY29ycmVjdC1ob3JzZQ==\r\n");
    play_hears_anything(play);
    play_asks(play, "STARTTLS\r\n", "503 5.5.1 Not now\r\n");
}

START_TEST(test_login_is_forgotten)
{
    play_open();
    PLAY_TLS(plays_login_then_starttls, NULL, STARTTLS, .starttls = PLAN_STARTTLS_OFFERED);
    const struct plan_certificate certificate = play_certificate(NULL, NULL);
    const struct plan_server plan = {PLAY_SERVER, .tls = PLAN_TLS_STARTTLS,
        .certificates = &certificate, .certificates_len = 1, .capabilities_given = true,
        .capabilities_before_tls = PLAY_LIST("ENHANCEDSTATUSCODES"),
        .capabilities_after_tls = PLAY_LIST("ENHANCEDSTATUSCODES"),
        .auth = {.before_tls = PLAY_LIST("LOGIN"),
            .after_tls = PLAY_LIST("PLAIN"),
            .require = true,
            PLAY_USERS},
        PLAY_SCRIPT(
            PLAY_RULE(PLAY_ON_COMMAND("STARTTLS"), PLAY_DO(PLAY_REPLY("220 go"), PLAY_START_TLS)))};
    play_certified(&plan, (struct play_plot){plays_login_before_tls, NULL});
    play_close();
}
END_TEST

/* --- the seam --- */

static void plays_leftovers(struct play *play)
{
    comes_to_starttls(play);
    play_asks(play, "STARTTLS\r\nNOOP\r\n" LOGIN "NO", GO);
    play_begins_tls(play);
    play_is_inside_tls(play);
    play_hears(play, "");
    play_asks(play, "OP\r\n", "500 5.5.1 Unknown command\r\n");
    play_asks(play, "NOOP\r\n", OK);
}

static void saw_leftovers(const struct facts *facts)
{
    play_fact(facts, "server.saw.bytes_before_client_hello", "true");
    play_fact(facts, "server.saw.password_in_clear", "true");
    play_fact(facts, "server.saw.logged_in", "absent");
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS, NOOP, AUTH, OP, NOOP]");
}

START_TEST(test_leftovers)
{
    play_open();
    PLAY_TLS(plays_leftovers, saw_leftovers, STARTTLS, .starttls = PLAN_STARTTLS_OFFERED);
    play_close();
}
END_TEST

static void plays_clear_text_for_ever(struct play *play)
{
    comes_to_starttls(play);
    play_asks(play, "STARTTLS\r\n", GO);
    struct buf text;
    buf_init(&text, 100000);
    for (size_t i = 0; i < 1000; i++) {
        buf_append_text(&text, "MAIL FROM:<a@b>\r\n");
    }
    play_says_bytes(play, buf_span(&text));
    buf_done(&text);
    ck_assert(play->shut);
    play_hears(play, "");
}

static void saw_clear_text_for_ever(const struct facts *facts)
{
    play_fact(facts, "server.saw.mail_in_clear", "true");
    play_fact(facts, "server.saw.bytes_before_client_hello", "true");
    ck_assert_uint_eq(facts_value(facts, FACT_SAW_COMMANDS)->len, 1002);
}

START_TEST(test_clear_text_for_ever)
{
    play_open();
    PLAY_TLS(plays_clear_text_for_ever, saw_clear_text_for_ever, STARTTLS,
        .starttls = PLAN_STARTTLS_OFFERED);
    play_close();
}
END_TEST

static void plays_injected(struct play *play)
{
    comes_to_starttls(play);
    unsigned before = play->segments;
    play_asks(play, "STARTTLS\r\n", GO "250-forged\r\n");
    ck_assert_uint_eq(play->segments, before + 1);
    play_begins_tls(play);
    play_is_inside_tls(play);
    play_asks(play, "EHLO a\r\n", "250 a\r\n250 forged\r\n");
    play_says(play, "NOOP\r\n");
    play_hears(play, ""); /* the bytes below TLS are none of TLS: the client has failed */
    ck_assert_int_eq(tls_session_state(play->tls), TLS_STATE_FAILED);
}

START_TEST(test_injected)
{
    play_open();
    PLAY_TLS(plays_injected, NULL, STARTTLS,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("STARTTLS"),
                        PLAY_DO(PLAY_INJECT("250-forged\r\n"), PLAY_NORMAL)),
            PLAY_RULE(PLAY_ON_ANY_OF(1, PLAY_MOMENT(COMMAND, "EHLO")),
                PLAY_DO(PLAY_INJECT("250 forged\r\n"), PLAY_REPLY("250 a"))),
            PLAY_RULE(
                PLAY_ON_COMMAND("NOOP"), PLAY_DO(PLAY_BELOW_TLS("250 clear\r\n"), PLAY_NORMAL))));
    play_close();
}
END_TEST

/* A 220 whose TLS comes late, or never: the ClientHello is no command. */
static void plays_late_tls(struct play *play)
{
    comes_to_starttls(play);
    play_asks(play, "STARTTLS\r\n", "220 go\r\n");
    play_begins_tls(play);
    ck_assert_int_eq(tls_session_state(play->tls), TLS_STATE_HANDSHAKE);
    play_waits(play, 5);
    play_is_inside_tls(play);
    play_hears(play, "250-inside\r\n");
}

static void plays_never_tls(struct play *play)
{
    comes_to_starttls(play);
    play_asks(play, "STARTTLS\r\n", "220 go\r\n");
    play_begins_tls(play);
    play_waits(play, 500);
    play_ends(play, WIRE_FIN);
}

static void saw_late_tls(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS]");
    play_fact(facts, "server.saw.pipelined", "false");
    play_fact(facts, "server.saw.early_bytes", "false");
    play_fact(facts, "server.saw.bytes_before_client_hello", "false");
}

START_TEST(test_late_tls)
{
    play_open();
    PLAY_TLS(plays_late_tls, saw_late_tls, STARTTLS,
        PLAY_SCRIPT(PLAY_RULE(
            PLAY_ON_COMMAND("STARTTLS"), PLAY_DO(PLAY_REPLY("220 go"), PLAY_DELAY(5),
                                             PLAY_START_TLS, PLAY_SEND("250-inside\r\n")))));
    PLAY_TLS(plays_never_tls, saw_late_tls, STARTTLS,
        PLAY_SCRIPT(
            PLAY_RULE(PLAY_ON_COMMAND("STARTTLS"), PLAY_DO(PLAY_REPLY("220 go"), PLAY_HANG))));
    play_close();
}
END_TEST

static void plays_late_tls_on_connect(struct play *play)
{
    play_begins_tls(play);
    play_waits(play, 3);
    play_is_inside_tls(play);
    play_hears(play, WELCOME);
}

static void plays_hang_on_connect(struct play *play)
{
    play_begins_tls(play);
    play_waits(play, 300);
    play_ends(play, WIRE_FIN);
}

static void saw_nothing_said(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[]");
    play_fact(facts, "server.saw.early_bytes", "false");
}

START_TEST(test_connect_moment)
{
    play_open();
    PLAY_TLS(plays_late_tls_on_connect, saw_nothing_said, ON_CONNECT,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(CONNECT), PLAY_DO(PLAY_DELAY(3), PLAY_NORMAL))));
    PLAY_TLS(plays_hang_on_connect, saw_nothing_said, ON_CONNECT,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(CONNECT), PLAY_DO(PLAY_HANG))));
    play_close();
}
END_TEST

/* --- the handshake --- */

static void plays_alert(struct play *play)
{
    comes_to_starttls(play);
    play_asks(play, "STARTTLS\r\n", GO);
    play_begins_tls(play);
    ck_assert_str_eq(tls_session_failure(play->tls)->alert, "handshake_failure");
    ck_assert(play->shut);
    /* Nobody who has failed should talk on (RFC 3207 §4.1). Who does is found out. */
    play_wire(play, SPAN_LITERAL("QUIT\r\n" LOGIN "MAIL FROM:<a@b>\r\n"));
    play_ends(play, WIRE_FIN);
}

static void saw_alert(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS, QUIT, AUTH, MAIL]");
    play_fact(facts, "server.saw.client_hello.sni", "mail.here.com");
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.password_in_clear", "true");
    play_fact(facts, "server.saw.mail_in_clear", "true");
}

static void plays_alert_at_once(struct play *play)
{
    comes_to_starttls(play);
    play_says(play, "STARTTLS\r\n");
    ck_assert(span_equal(span_from(buf_span(&play->heard), play->heard.len - 7),
        SPAN_LITERAL("\x15\3\3\0\2\2\x28")));
    play_begins_tls(play);
    play_ends(play, WIRE_FIN);
}

static void saw_alert_at_once(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS]");
    play_fact(facts, "server.saw.left", "fin");
}

static void plays_alert_inside(struct play *play)
{
    play_begins_tls(play);
    play_hears(play, WELCOME);
    play_asks(play, "EHLO a\r\n", "250 a\r\n");
    ck_assert_str_eq(tls_session_failure(play->tls)->alert, "internal_error");
    ck_assert(play->shut);
    ck_assert(memmem(play->raw.data, play->raw.len, "never", 5) == NULL);
}

START_TEST(test_alerts)
{
    play_open();
    PLAY_TLS(plays_alert, saw_alert, STARTTLS,
        PLAY_SCRIPT(
            PLAY_RULE(PLAY_ON(CLIENT_HELLO), PLAY_DO(PLAY_ALERT(ALERT_HANDSHAKE_FAILURE)))));
    PLAY_TLS(plays_alert_at_once, saw_alert_at_once, STARTTLS,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("STARTTLS"),
            PLAY_DO(PLAY_REPLY("220 go"), PLAY_ALERT(ALERT_HANDSHAKE_FAILURE)))));
    for (unsigned bits = PLAN_PROTOCOL_TLS1_2; bits <= PLAN_PROTOCOL_TLS1_3; bits <<= 1) {
        PLAY_TLS(plays_alert_inside, NULL, ON_CONNECT, .protocols = bits,
            PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("EHLO"),
                PLAY_DO(PLAY_REPLY("250 a"), PLAY_ALERT(ALERT_INTERNAL_ERROR),
                    PLAY_REPLY("250 never")))));
    }
    play_close();
}
END_TEST

static void plays_silent_handshake(struct play *play)
{
    comes_to_starttls(play);
    play_asks(play, "STARTTLS\r\n", GO);
    play_begins_tls(play);
    play_waits(play, 300);
    play_hears(play, "");
    ck_assert(!play->shut);
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void saw_silent_handshake(const struct facts *facts)
{
    play_fact(facts, "server.saw.client_hello.sni", "mail.here.com");
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS]");
    play_fact(facts, "server.saw.left", "fin");
}

static void plays_slow_handshake(struct play *play)
{
    play_begins_tls(play);
    play_waits(play, 2);
    play_is_inside_tls(play);
    play_hears(play, WELCOME);
}

static void plays_text_for_a_handshake(struct play *play)
{
    play_begins_tls(play);
    ck_assert_int_eq(tls_session_failure(play->tls)->kind, TLS_FAILURE_NOT_TLS);
}

START_TEST(test_client_hello_moment)
{
    play_open();
    PLAY_TLS(plays_silent_handshake, saw_silent_handshake, STARTTLS,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(CLIENT_HELLO), PLAY_DO(PLAY_HANG))));
    PLAY_TLS(plays_slow_handshake, NULL, ON_CONNECT,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(CLIENT_HELLO), PLAY_DO(PLAY_DELAY(2), PLAY_NORMAL))));
    PLAY_TLS(plays_text_for_a_handshake, NULL, ON_CONNECT,
        PLAY_SCRIPT(PLAY_RULE(
            PLAY_ON(CLIENT_HELLO), PLAY_DO(PLAY_SEND("500 what?\r\n"), PLAY_CLOSE(FIN)))));
    play_close();
}
END_TEST

static void plays_no_tls_at_all(struct play *play)
{
    play_wire(play, SPAN_LITERAL("EHLO a\r\nXPASS correct-horse\r\nMAIL FROM:<a@b>\r\nQUIT\r\n"));
    ck_assert(play->shut);
    play_hears(play, "");
    play_ends(play, WIRE_FIN);
}

static void saw_no_tls_at_all(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, XPASS, MAIL, QUIT]");
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.password_in_clear", "true");
    play_fact(facts, "server.saw.mail_in_clear", "true");
    play_fact(facts, "server.saw.early_bytes", "true");
    play_fact(facts, "server.saw.left", "quit");
}

START_TEST(test_no_tls_at_all)
{
    play_open();
    PLAY_TLS(plays_no_tls_at_all, saw_no_tls_at_all, ON_CONNECT, .starttls = PLAN_STARTTLS_OFFERED);
    play_close();
}
END_TEST

UNIT_MAIN(test_starttls, test_on_connect, test_refused_and_unlisted, test_login_is_forgotten,
    test_leftovers, test_clear_text_for_ever, test_injected, test_late_tls, test_connect_moment,
    test_alerts, test_client_hello_moment, test_no_tls_at_all)
