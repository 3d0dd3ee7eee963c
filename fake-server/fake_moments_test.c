/* Moments that are no matter of one command, and ends. */
#include "fake-server/fake_play_rules.h"
#include "harness/tests/unit.h"

static void plays_any(struct play *play)
{
    play_hears(play, PLAY_WELCOME);
    play_asks(play, "EHLO a\r\n", "250 hello\r\n");
    play_asks(play, "HELO a\r\n", "250 hello\r\n");
    play_asks(play, "XYZZY\r\n", "502 what\r\n");
    play_asks(play, "NOOP\r\n", "421 enough\r\n");
    play_asks(play, "MAIL FROM:<Joe@b>\r\n", "250 you\r\n");
    play_asks(play, "MAIL FROM:<jim@b>\r\n", "421 enough\r\n");
}

START_TEST(test_lists_any_unknown_match)
{
    PLAY_RULES(plays_any, NULL,
        PLAY_RULE(PLAY_ON_ANY_OF(-1, PLAY_MOMENT(COMMAND, "EHLO"), PLAY_MOMENT(COMMAND, "HELO")),
            PLAY_DO(PLAY_REPLY("250 hello"))),
        PLAY_RULE(PLAY_ON(UNKNOWN), PLAY_DO(PLAY_REPLY("502 what"))),
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"), .match = "<joe@", PLAY_DO(PLAY_REPLY("250 you"))),
        PLAY_RULE(PLAY_ON(ANY), PLAY_DO(PLAY_REPLY("421 enough"))));
}
END_TEST

static void plays_body(struct play *play)
{
    play_hello(play);
    play_says(play, PLAY_MAIL PLAY_RCPT "DATA\r\n");
    play_hears_anything(play);
    play_asks(play, "123456789", "");
    play_asks(play, "0", "552 too big\r\n");
    play_asks(play, "1234567890\r\n.\r\n", "");
    play_asks(play, "NOOP\r\n", PLAY_OK);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
}

static void saw_body(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.sizes", "[\"22\"]");
}

START_TEST(test_body)
{
    PLAY_RULES(plays_body, saw_body,
        PLAY_RULE(PLAY_ON(BODY), .body_after = 10, PLAY_DO(PLAY_REPLY("552 too big"))),
        PLAY_RULE(PLAY_ON(MESSAGE), PLAY_DO(PLAY_REPLY("250 unheard"))));
}
END_TEST

static void plays_idle(struct play *play)
{
    play_hello(play);
    play_waits(play, 299);
    play_asks(play, "NOOP\r\n", PLAY_OK);
    play_waits(play, 299);
    play_hears(play, "");
    play_waits(play, 1);
    play_hears(play, "250 still there?\r\n");
    play_asks(play, "NOOP\r\n", PLAY_OK);
    play_waits(play, 300);
    play_hears(play, "250 still there?\r\n");
    play_waits(play, 299);
    play_hears(play, "");
    play_waits(play, 1);
    play_hears(play, "421 bye\r\n");
    ck_assert(play->shut);
    play_waits(play, 10000);
    play_asks(play, "NOOP\r\n", "");
}

static void saw_idle(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, NOOP, NOOP, NOOP]");
    play_fact(facts, "server.saw.left", "still-there");
}

START_TEST(test_idle)
{
    PLAY_RULES(plays_idle, saw_idle,
        PLAY_RULE(PLAY_ON(IDLE), .idle_us = 600 * PLAY_SECOND,
            PLAY_DO(PLAY_REPLY("421 bye"), PLAY_CLOSE(FIN))),
        PLAY_RULE(
            PLAY_ON(IDLE), .idle_us = 300 * PLAY_SECOND, PLAY_DO(PLAY_REPLY("250 still there?"))));
}
END_TEST

static void plays_connections(struct play *play)
{
    play_hears(play, "421 busy\r\n");
    ck_assert(play->shut);
    play_ends(play, WIRE_FIN);
    play_connects(play);
    play_hello(play);
}

START_TEST(test_connection)
{
    PLAY_RULES(plays_connections, NULL,
        PLAY_RULE(
            PLAY_ON(GREETING), .connection = 1, PLAY_DO(PLAY_REPLY("421 busy"), PLAY_CLOSE(FIN))));
}
END_TEST

/* --- ends --- */

static void plays_hang(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, "250 yes\r\n");
    play_asks(play, PLAY_RCPT "DATA\r\n", "");
    play_waits(play, 100000);
    play_asks(play, "QUIT\r\n", "");
    ck_assert(!play->shut && !play->closed);
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void saw_hang(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, RCPT, DATA, QUIT]");
    play_fact(facts, "server.saw.left", "quit");
    play_fact(facts, "server.saw.pipelined", "false");
}

START_TEST(test_hang)
{
    PLAY_RULES(plays_hang, saw_hang,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"),
            PLAY_DO(PLAY_REPLY("250 yes"), PLAY_HANG, PLAY_REPLY("250 never"))));
}
END_TEST

static void plays_close(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL PLAY_RCPT, "451 a\r\n");
    ck_assert(play->shut && !play->closed);
    play_asks(play, "QUIT\r\n", "");
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void saw_close(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, RCPT, QUIT]");
    play_fact(facts, "server.saw.left", "quit");
}

START_TEST(test_close)
{
    PLAY_RULES(plays_close, saw_close,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"),
            PLAY_DO(PLAY_REPLY("451 a"), PLAY_CLOSE(FIN), PLAY_REPLY("451 never"))));
    PLAY_RULES(plays_close, saw_close,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"),
            PLAY_DO(PLAY_REPLY("451 a"), PLAY_CLOSE(WITHOUT_CLOSE_NOTIFY))));
}
END_TEST

/* A reset overtakes what was pipelined, whether it had come already or not. */
static void plays_own_reset(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL "AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl\r\n", "");
    ck_assert(play->aborted);
    play_waits(play, 10);
}

static void saw_own_reset(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL]");
    play_fact(facts, "server.saw.password_in_clear", "false");
    play_fact(facts, "server.saw.left", "still-there");
}

START_TEST(test_own_reset)
{
    PLAY_RULES(plays_own_reset, saw_own_reset,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"), PLAY_DO(PLAY_CLOSE(RESET), PLAY_NORMAL)));
}
END_TEST

static void plays_deaf(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL PLAY_RCPT, PLAY_SENDER_OK);
    ck_assert(play->stopped_reading);
}

static void saw_deaf(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL]");
    play_fact(facts, "server.saw.left", "still-there");
}

START_TEST(test_stop_reading)
{
    PLAY_RULES(plays_deaf, saw_deaf,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"), PLAY_DO(PLAY_STOP_READING, PLAY_NORMAL)));
}
END_TEST

/* The client loses patience: what it said meanwhile is told all the same. */
static void plays_impatience(struct play *play)
{
    play_hello(play);
    play_says(play, PLAY_MAIL);
    play_waits(play, 300);
    play_says(play, "QUIT\r\nAUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl");
    play_ends(play, WIRE_FIN);
}

static void plays_impatience_by_reset(struct play *play)
{
    plays_impatience(play);
    play_ends(play, WIRE_RESET);
}

static void saw_impatience(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, QUIT]");
    play_fact(facts, "server.saw.left", "quit");
    play_fact(facts, "server.saw.password_in_clear", "true");
}

static void saw_impatience_by_reset(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, QUIT]");
    play_fact(facts, "server.saw.left", "reset");
    play_fact(facts, "server.saw.password_in_clear", "true");
}

START_TEST(test_impatience)
{
    PLAY_RULES(plays_impatience, saw_impatience,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"), PLAY_DO(PLAY_DELAY(600), PLAY_NORMAL)));
    PLAY_RULES(plays_impatience_by_reset, saw_impatience_by_reset,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"), PLAY_DO(PLAY_DELAY(600), PLAY_NORMAL)));
}
END_TEST

UNIT_MAIN(test_lists_any_unknown_match, test_body, test_idle, test_connection, test_hang,
    test_close, test_own_reset, test_stop_reading, test_impatience)
