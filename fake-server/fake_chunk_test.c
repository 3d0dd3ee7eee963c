/* BDAT: what is a chunk and what is a command, however octets are cut. */
#include "fake-server/fake_play_rules.h"
#include "harness/tests/unit.h"

#define OFFERED \
    .capabilities_given = true, .capabilities_before_tls = PLAY_LIST("CHUNKING", "BINARYMIME")
#define MORE "250 More, please\r\n"
#define QUEUED "250 Queued as 1-1\r\n"
#define PLAY_CHUNKS(plays, seen, ...)                                                           \
    play_both(                                                                                  \
        &(struct play_stage){.plan = &(struct plan_server){PLAY_SERVER, OFFERED, __VA_ARGS__}}, \
        (struct play_plot){plays, seen})

static void begins(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, "250 Sender ok\r\n");
    play_asks(play, PLAY_RCPT, "250 Recipient ok\r\n");
}

static void plays_chunks(struct play *play)
{
    begins(play);
    play_asks(play, "BDAT 3\r\n.\r\n", MORE);
    play_asks(play, "BDAT 0\r\n", MORE);
    play_asks(play, "bdat 8 last\r\nQUIT\r\n\r\nNOOP\r\n", QUEUED "250 Ok\r\n");
    play_asks(play, "BDAT 2 LAST\r\n\r\n", "503 Send MAIL first\r\n");
    play_asks(play, "DATA\r\n", "503 Send MAIL first\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_chunks(const struct facts *facts)
{
    play_fact(
        facts, "server.saw.commands", "[EHLO, MAIL, RCPT, BDAT, BDAT, BDAT, NOOP, BDAT, DATA]");
    play_fact(facts, "server.saw.messages.sizes", "[\"11\"]");
    play_fact(facts, "server.saw.mail_in_clear", "true");
}

START_TEST(test_chunks)
{
    PLAY_CHUNKS(plays_chunks, saw_chunks, .faults = 0);
}
END_TEST

static void plays_no_recipients(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, "250 Sender ok\r\n");
    play_asks(play, "BDAT 6 LAST\r\nNOOP\r\n", "554 No valid recipients\r\n");
    play_asks(play, "BDAT 6\r\nNOOP\r\n", "554 No valid recipients\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_no_message(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.count", "0");
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, BDAT, BDAT]");
}

static void plays_executed(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, "250 Sender ok\r\n");
    play_asks(play, "BDAT 6 LAST\r\nNOOP\r\n", "554 No valid recipients\r\n250 Ok\r\n");
    play_asks(play, PLAY_RCPT, "250 Recipient ok\r\n");
    play_asks(play, "BDAT 6 LAST\r\nNOOP\r\n", QUEUED);
    play_ends(play, WIRE_FIN);
}

START_TEST(test_no_recipients)
{
    PLAY_CHUNKS(plays_no_recipients, saw_no_message, .faults = 0);
    PLAY_CHUNKS(plays_executed, NULL, .faults = PLAN_FAULT_BIT(PLAN_FAULT_BDAT_NOT_DISCARDED));
}
END_TEST

static void plays_refused_by_rule(struct play *play)
{
    begins(play);
    play_asks(play, "BDAT 6 LAST\r\nNOOP\r\n", "502 no\r\n");
    play_asks(play, "DATA\r\n", "503 This message wants BDAT\r\n");
    play_asks(play, "RSET\r\n", "250 Ok\r\n");
    play_asks(play, PLAY_MAIL, "250 Sender ok\r\n");
    play_asks(play, PLAY_RCPT, "250 Recipient ok\r\n");
    play_asks(play, "BDAT 6 LAST\r\nNOOP\r\n", QUEUED);
    play_ends(play, WIRE_FIN);
}

static void saw_one(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.count", "1");
}

static void plays_message_rule(struct play *play)
{
    begins(play);
    play_asks(play, "BDAT 2\r\n\r\n", MORE);
    play_asks(play, "BDAT 2 LAST\r\n\r\n", "451 later\r\n");
    play_asks(play, PLAY_RCPT, "503 Send MAIL first\r\n");
    play_ends(play, WIRE_FIN);
}

static void plays_early_answer(struct play *play)
{
    begins(play);
    play_asks(play, "BDAT 4\r\nab", "552 enough\r\n");
    play_asks(play, "cd", "");
    play_ends(play, WIRE_FIN);
}

START_TEST(test_rules)
{
    PLAY_CHUNKS(plays_refused_by_rule, saw_one,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("BDAT"), .nth = (struct plan_range[]){{1, 1}},
            .nth_len = 1, PLAY_DO(PLAY_REPLY("502 no")))));
    PLAY_CHUNKS(plays_message_rule, saw_one,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(MESSAGE), PLAY_DO(PLAY_REPLY("451 later")))));
    PLAY_CHUNKS(plays_early_answer, NULL,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(BODY), .body_after = 2, PLAY_DO(PLAY_REPLY("552 enough")))));
}
END_TEST

static void plays_malformed(struct play *play)
{
    begins(play);
    play_asks(play, "BDAT\r\n", "501 Syntax: BDAT size [LAST]\r\n");
    play_asks(play, "BDAT x\r\n", "501 Syntax: BDAT size [LAST]\r\n");
    play_asks(play, "BDAT 99999999999999999999999 LAST\r\nab", "");
    play_ends(play, WIRE_FIN);
}

static void plays_binary(struct play *play)
{
    play_hello(play);
    play_asks(play, "MAIL FROM:<a@b> BODY=BINARYMIME\r\n", "250 Sender ok\r\n");
    play_asks(play, PLAY_RCPT, "250 Recipient ok\r\n");
    play_asks(play, "DATA\r\n", "503 This message wants BDAT\r\n");
    play_says_bytes(play, SPAN_LITERAL("BDAT 3 LAST\r\n\0\n\xff"));
    play_hears(play, QUEUED);
    play_ends(play, WIRE_FIN);
}

START_TEST(test_malformed_and_binary)
{
    PLAY_CHUNKS(plays_malformed, NULL, .faults = 0);
    PLAY_CHUNKS(plays_binary, saw_one, .faults = 0);
}
END_TEST

UNIT_MAIN(test_chunks, test_no_recipients, test_rules, test_malformed_and_binary)
