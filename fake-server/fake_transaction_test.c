/*
 * What a rule's `set` makes of the transaction, the hello and the login: it holds, before the
 * answer as behind it, and whatever that is.
 */
#include "fake-server/fake_play_rules.h"
#include "harness/tests/unit.h"

#define SET_TRUE PLAY_ACTION(SET, .set_transaction = PLAN_SET_TRUE)
#define SET_FALSE PLAY_ACTION(SET, .set_transaction = PLAN_SET_FALSE)

static void plays_accepted_mail(struct play *play)
{
    play_hello(play);
    play_says(play, PLAY_MAIL);
    play_hears_anything(play);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
}

static void plays_granted_rcpt(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, PLAY_RCPT, "550 x\r\n");
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(play, ".\r\n", "250 2.0.0 Queued as 1-1\r\n");
}

static void saw_one_recipient(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.to", "[c@d]");
}

static void plays_ungranted_rcpt(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
    play_asks(play, PLAY_MAIL, "503 5.5.1 A transaction is open\r\n");
    play_asks(play, "DATA\r\n", "554 5.5.1 No valid recipients\r\n");
}

START_TEST(test_set_transaction_at_rcpt)
{
#define ON_RCPT PLAY_ON_COMMAND("RCPT")
    PLAY_RULES(plays_granted_rcpt, saw_one_recipient,
        PLAY_RULE(ON_RCPT, PLAY_DO(PLAY_REPLY("550 x"), SET_TRUE)));
    PLAY_RULES(plays_granted_rcpt, saw_one_recipient,
        PLAY_RULE(ON_RCPT, PLAY_DO(SET_TRUE, PLAY_REPLY("550 x"))));
    PLAY_RULES(plays_granted_rcpt, saw_one_recipient,
        PLAY_RULE(ON_RCPT, PLAY_DO(SET_FALSE, PLAY_REPLY("550 x"), SET_TRUE, SET_TRUE)));
    PLAY_RULES(plays_ungranted_rcpt, NULL, PLAY_RULE(ON_RCPT, PLAY_DO(PLAY_NORMAL, SET_FALSE)));
    PLAY_RULES(plays_ungranted_rcpt, NULL, PLAY_RULE(ON_RCPT, PLAY_DO(SET_FALSE, PLAY_NORMAL)));
    PLAY_RULES(plays_accepted_mail, NULL, PLAY_RULE(ON_RCPT, PLAY_DO(SET_TRUE, PLAY_NORMAL)));
}
END_TEST

static void plays_granted_data(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
    play_asks(play, "DATA\r\n", "550 x\r\n");
    play_asks(play, "NOOP\r\n.\r\n", "250 2.0.0 Queued as 1-1\r\n");
}

static void plays_ungranted_data(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(play, "NOOP\r\n", PLAY_OK);
    play_asks(play, PLAY_MAIL, "503 5.5.1 A transaction is open\r\n");
}

START_TEST(test_set_transaction_at_data)
{
#define ON_DATA PLAY_ON_COMMAND("DATA")
    PLAY_RULES(plays_granted_data, saw_one_recipient,
        PLAY_RULE(ON_DATA, PLAY_DO(PLAY_REPLY("550 x"), SET_TRUE)));
    PLAY_RULES(plays_granted_data, saw_one_recipient,
        PLAY_RULE(ON_DATA, PLAY_DO(SET_TRUE, PLAY_REPLY("550 x"))));
    PLAY_RULES(plays_ungranted_data, NULL, PLAY_RULE(ON_DATA, PLAY_DO(PLAY_NORMAL, SET_FALSE)));
    PLAY_RULES(plays_ungranted_data, NULL, PLAY_RULE(ON_DATA, PLAY_DO(SET_FALSE, PLAY_NORMAL)));
}
END_TEST

static void plays_dropped(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, "RSET\r\n", "550 x\r\n");
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
}

static void plays_kept(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, "RSET\r\n", PLAY_OK);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
}

static void plays_opened_by_noop(struct play *play)
{
    play_hello(play);
    play_asks(play, "NOOP\r\n", PLAY_OK);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
}

static void plays_behind_a_message(struct play *play, const char *answer)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(play, ".\r\n", "250 2.0.0 Queued as 1-1\r\n");
    play_asks(play, PLAY_RCPT, answer);
}

static void plays_over(struct play *play)
{
    plays_behind_a_message(play, "503 5.5.1 Send MAIL first\r\n");
}

static void plays_not_over(struct play *play)
{
    plays_behind_a_message(play, PLAY_RCPT_OK);
}

START_TEST(test_set_transaction_elsewhere)
{
#define ON_MESSAGE PLAY_ON(MESSAGE)
    PLAY_RULES(plays_over, NULL, PLAY_RULE(ON_MESSAGE, PLAY_DO(PLAY_NORMAL)));
    PLAY_RULES(plays_over, NULL, PLAY_RULE(ON_MESSAGE, PLAY_DO(PLAY_NORMAL, SET_FALSE)));
    PLAY_RULES(plays_not_over, NULL, PLAY_RULE(ON_MESSAGE, PLAY_DO(PLAY_NORMAL, SET_TRUE)));

#define ON_RSET PLAY_ON_COMMAND("RSET")
    PLAY_RULES(plays_dropped, NULL, PLAY_RULE(ON_RSET, PLAY_DO(PLAY_REPLY("550 x"), SET_TRUE)));
    PLAY_RULES(plays_kept, NULL, PLAY_RULE(ON_RSET, PLAY_DO(PLAY_NORMAL, SET_FALSE)));
    PLAY_RULES(plays_opened_by_noop, NULL,
        PLAY_RULE(PLAY_ON_COMMAND("NOOP"), PLAY_DO(PLAY_NORMAL, SET_TRUE)));
}
END_TEST

static void plays_no_hello(struct play *play)
{
    play_hears(play, PLAY_WELCOME);
    play_says(play, "EHLO client.test\r\n");
    play_hears_anything(play);
    play_asks(play, PLAY_MAIL, "503 5.5.1 Send EHLO first\r\n");
}

START_TEST(test_set_hello)
{
#define ON_EHLO PLAY_ON_COMMAND("EHLO")
#define NO_HELLO PLAY_ACTION(SET, .set_hello = PLAN_SET_FALSE)
#define A_HELLO PLAY_ACTION(SET, .set_hello = PLAN_SET_TRUE)
    PLAY_RULES(plays_no_hello, NULL, PLAY_RULE(ON_EHLO, PLAY_DO(PLAY_NORMAL, NO_HELLO)));
    PLAY_RULES(plays_no_hello, NULL, PLAY_RULE(ON_EHLO, PLAY_DO(NO_HELLO, PLAY_NORMAL)));
    PLAY_RULES(
        plays_accepted_mail, NULL, PLAY_RULE(ON_EHLO, PLAY_DO(PLAY_REPLY("550 x"), A_HELLO)));
    PLAY_RULES(
        plays_accepted_mail, NULL, PLAY_RULE(ON_EHLO, PLAY_DO(A_HELLO, PLAY_REPLY("550 x"))));
    PLAY_RULES(
        plays_accepted_mail, NULL, PLAY_RULE(ON_EHLO, PLAY_DO(NO_HELLO, PLAY_NORMAL, A_HELLO)));
}
END_TEST

UNIT_MAIN(test_set_transaction_at_rcpt, test_set_transaction_at_data,
    test_set_transaction_elsewhere, test_set_hello)
