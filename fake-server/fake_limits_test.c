/* What a server keeps to because it announced it (RFC 9422), addresses beyond ASCII (RFC 6531), and
 * what it notes of messages. */
#include "fake-server/fake_play_both.h"
#include "harness/tests/unit.h"

#define GREETING "220 mail.here.com ESMTP ready\r\n"
#define SENDER_OK "250 Sender ok\r\n"
#define RECIPIENT_OK "250 Recipient ok\r\n"

static void play_offering(const char *const *capabilities, size_t len, struct play_plot plot)
{
    const struct plan_server plan = {PLAY_SERVER, .capabilities_given = true,
        .capabilities_before_tls = {(const char **)(uintptr_t)capabilities, len}};
    play_both(&(struct play_stage){.plan = &plan}, plot);
}

static void says_hello(struct play *play)
{
    play_hears(play, GREETING);
    play_says(play, "EHLO client.test\r\n");
    play_hears_anything(play);
}

static void plays_limits(struct play *play)
{
    says_hello(play);
    play_asks(play, "MAIL FROM:<a@b>\r\n", SENDER_OK);
    play_asks(play, "RCPT TO:<c@one.test>\r\n", RECIPIENT_OK);
    play_asks(play, "RCPT TO:<d@two.test>\r\n", "452 Too many domains in this session\r\n");
    play_asks(play, "RCPT TO:<e@ONE.test>\r\n", RECIPIENT_OK);
    play_asks(play, "RCPT TO:<f@one.test>\r\n", "452 Too many recipients for one message\r\n");
    play_asks(play, "RSET\r\n", "250 Ok\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\n", SENDER_OK);
    play_asks(play, "RCPT TO:<g@two.test>\r\n", "452 Too many domains in this session\r\n");
    play_asks(play, "RCPT TO:<\"x@y\"@one.test>\r\n", RECIPIENT_OK);
    play_asks(play, "RSET\r\n", "250 Ok\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\n", "452 Too many messages in this session\r\n");
    play_ends(play, WIRE_FIN);
}

START_TEST(test_limits)
{
    static const char *const offer[] = {"LIMITS rcptmax=3 MAILMAX=2 RCPTDOMAINMAX=1"};
    play_offering(offer, 1, (struct play_plot){plays_limits, NULL});
}
END_TEST

static void plays_without_limits(struct play *play)
{
    play_hears(play, GREETING);
    play_asks(play, "HELO client.test\r\n", "250 mail.here.com\r\n"); /* HELO has no extensions */
    play_asks(play, "MAIL FROM:<a@b>\r\n", SENDER_OK);
    play_asks(play, "RCPT TO:<c@d>\r\n", RECIPIENT_OK);
    play_asks(play, "RCPT TO:<c@e>\r\n", RECIPIENT_OK);
    play_ends(play, WIRE_FIN);
}

START_TEST(test_no_limits)
{
    static const char *const offer[] = {"LIMITS RCPTMAX=1 RCPTDOMAINMAX=1"};
    play_offering(offer, 1, (struct play_plot){plays_without_limits, NULL});
}
END_TEST

static void plays_utf8(struct play *play)
{
    says_hello(play);
    play_asks(play, "MAIL FROM:<ü@b>\r\n", "553 An address beyond ASCII wants SMTPUTF8\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\n", SENDER_OK);
    play_asks(play, "RCPT TO:<ü@d>\r\n", "553 An address beyond ASCII wants SMTPUTF8\r\n");
    play_asks(play, "RSET\r\n", "250 Ok\r\n");
    play_asks(play, "MAIL FROM:<ü@b> BODY=8BITMIME smtputf8\r\n", SENDER_OK);
    play_asks(play, "RCPT TO:<ü@d>\r\n", RECIPIENT_OK);
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(play, "Subject: ü\r\n\r\nshort\r\n.\r\n", "250 Queued as 1-1\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_utf8(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.from", "[ü@b]");
    play_fact(facts, "server.saw.messages.subjects", "[ü]");
    play_fact(facts, "server.saw.messages.eight_bit", "true");
    play_fact(facts, "server.saw.messages.nul", "false");
    play_fact(facts, "server.saw.messages.bare_line_end", "false");
    play_fact(facts, "server.saw.messages.longest_line", "13");
}

START_TEST(test_utf8)
{
    static const char *const offer[] = {"8BITMIME", "SMTPUTF8"};
    play_offering(offer, 2, (struct play_plot){plays_utf8, saw_utf8});
}
END_TEST

/* --- what stands in a message --- */

static const char *body;

static void plays_body(struct play *play)
{
    says_hello(play);
    play_asks(play, "MAIL FROM:<a@b>\r\n", SENDER_OK);
    play_asks(play, "RCPT TO:<c@d>\r\n", RECIPIENT_OK);
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_says(play, body);
    play_asks(play, "\r\n.\r\n", "250 Queued as 1-1\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_bare(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.bare_line_end", "true");
    play_fact(facts, "server.saw.messages.eight_bit", "false");
}

static void saw_none_bare(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.bare_line_end", "false");
}

START_TEST(test_bare_line_ends)
{
    static const char *const bare[] = {"a\nb", "a\rb", "\n", "a\r\r\nb", ".\nb", "a\r\n.\rb"};
    static const char *const good[] = {"a\r\nb", "..\r\nb", "", "a\r\n\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(bare); i++) {
        body = bare[i];
        play_offering(NULL, 0, (struct play_plot){plays_body, saw_bare});
    }
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        body = good[i];
        play_offering(NULL, 0, (struct play_plot){plays_body, saw_none_bare});
    }
}
END_TEST

UNIT_MAIN(test_limits, test_no_limits, test_utf8, test_bare_line_ends)
