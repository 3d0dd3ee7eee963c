/* LMTP: its hello, and a reply for each recipient behind the message, however octets are cut. */
#include "fake-server/fake_play_rules.h"
#include "harness/tests/unit.h"

#define PLAY_LMTP(plays, seen, ...)                                                              \
    play_both(                                                                                   \
        &(struct play_stage){                                                                    \
            .plan = &(struct plan_server){PLAY_SERVER, .lmtp = true, .capabilities_given = true, \
                .capabilities_before_tls = PLAY_LIST("CHUNKING"), __VA_ARGS__}},                 \
        (struct play_plot){plays, seen})

static void begins(struct play *play)
{
    play_hears(play, "220 mail.here.com LMTP ready\r\n");
    play_asks(play, "EHLO a\r\n", "500 Unknown command\r\n");
    play_asks(play, "HELO a\r\n", "500 Unknown command\r\n");
    play_asks(play, PLAY_MAIL, "503 Send EHLO first\r\n");
    play_asks(play, "LHLO a\r\n", "250-mail.here.com\r\n250 CHUNKING\r\n");
    play_asks(play, PLAY_MAIL, "250 Sender ok\r\n");
    play_asks(play, "RCPT TO:<c@d>\r\nRCPT TO:<>\r\nRCPT TO:<e@f>\r\n",
        "250 Recipient ok\r\n501 Syntax: RCPT TO:<address>\r\n250 Recipient ok\r\n");
}

static void plays_data(struct play *play)
{
    begins(play);
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(play, ".\r\nNOOP\r\n", "250 Queued as 1-1\r\n250 Queued as 1-1\r\n250 Ok\r\n");
    play_ends(play, WIRE_FIN);
}

static void plays_chunk(struct play *play)
{
    begins(play);
    play_asks(play, "BDAT 2\r\n\r\n", "250 More, please\r\n");
    play_asks(play, "BDAT 0 LAST\r\n", "250 Queued as 1-1\r\n250 Queued as 1-1\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_both(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.to", "[c@d, e@f]");
    play_fact(facts, "server.saw.hello_name", "a");
}

START_TEST(test_replies)
{
    PLAY_LMTP(plays_data, saw_both, .faults = 0);
    PLAY_LMTP(plays_chunk, saw_both, .faults = 0);
}
END_TEST

static void plays_refused(struct play *play)
{
    begins(play);
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(play, ".\r\n", "250 one\r\n452 two\r\n");
    play_asks(play, PLAY_RCPT, "503 Send MAIL first\r\n");
    play_ends(play, WIRE_FIN);
}

START_TEST(test_rule)
{
    PLAY_LMTP(plays_refused, saw_both,
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON(MESSAGE), PLAY_DO(PLAY_SEND("250 one\r\n452 two\r\n")))));
}
END_TEST

static void plays_smtp(struct play *play)
{
    play_hears(play, PLAY_WELCOME);
    play_asks(play, "LHLO a\r\n", "500 5.5.1 Unknown command\r\n");
    play_ends(play, WIRE_FIN);
}

START_TEST(test_smtp)
{
    const struct plan_server plan = {PLAY_SERVER};
    play_both(&(struct play_stage){.plan = &plan}, (struct play_plot){plays_smtp, NULL});
}
END_TEST

UNIT_MAIN(test_replies, test_rule, test_smtp)
