#include "fake-server/fake_play_rules.h"
#include "harness/tests/unit.h"

/* --- what an answer changes --- */

static void plays_refused_mail(struct play *play)
{
    play_hello(play);
    play_says(play, PLAY_MAIL);
    play_hears_anything(play);
    play_asks(play, PLAY_RCPT, "503 5.5.1 Send MAIL first\r\n");
}

static void plays_accepted_mail(struct play *play)
{
    play_hello(play);
    play_says(play, PLAY_MAIL);
    play_waits(play, 10);
    play_hears_anything(play);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
}

START_TEST(test_first_complete_reply_is_the_answer)
{
#define ON_MAIL PLAY_ON_COMMAND("MAIL")
    PLAY_RULES(plays_refused_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_REPLY("451 later"))));
    PLAY_RULES(plays_refused_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_REPLY("354 go"))));
    PLAY_RULES(plays_refused_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_SEND("250 Ok"))));
    PLAY_RULES(plays_refused_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_SEND("250-Ok\r\n"))));
    PLAY_RULES(
        plays_refused_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_SEND("450 a\r\n250 b\r\n"))));
    PLAY_RULES(
        plays_refused_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_REPLY("450 a"), PLAY_NORMAL)));
    PLAY_RULES(plays_refused_mail, NULL,
        PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_EDIT("^250", "550"), PLAY_NORMAL)));
    PLAY_RULES(
        plays_refused_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_TRUNCATE(5), PLAY_NORMAL)));
    PLAY_RULES(plays_refused_mail, NULL,
        PLAY_RULE(
            ON_MAIL, PLAY_DO(PLAY_NORMAL, PLAY_ACTION(SET, .set_transaction = PLAN_SET_FALSE))));
    PLAY_RULES(
        plays_accepted_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_REPLY("250 yes", "indeed"))));
    PLAY_RULES(plays_accepted_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_SEND("259\n"))));
    PLAY_RULES(plays_accepted_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_NORMAL)));
    PLAY_RULES(
        plays_accepted_mail, NULL, PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_NORMAL, PLAY_REPLY("550 b"))));
    PLAY_RULES(plays_accepted_mail, NULL,
        PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_SEND("250-a\r\n25"), PLAY_DELAY(3), PLAY_SEND("0 b\r\n"))));
    PLAY_RULES(plays_accepted_mail, NULL,
        PLAY_RULE(ON_MAIL,
            PLAY_DO(PLAY_REPLY("550 no"), PLAY_ACTION(SET, .set_transaction = PLAN_SET_TRUE))));
    PLAY_RULES(plays_accepted_mail, NULL,
        PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_INJECT("550 forged\r\n"), PLAY_NORMAL)));
    PLAY_RULES(plays_accepted_mail, NULL,
        PLAY_RULE(ON_MAIL, PLAY_DO(PLAY_DRIP(1, 5), PLAY_REPLY("250 a"))));
}
END_TEST

/* Two replies to one command: the second is said, and changes nothing. */
static void plays_second_reply(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK "250 again\r\n");
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(play, ".\r\n", "250 2.0.0 Queued as 1-1\r\n");
}

static void saw_second_reply(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.to", "[c@d]");
}

START_TEST(test_second_reply)
{
    PLAY_RULES(plays_second_reply, saw_second_reply,
        PLAY_RULE(PLAY_ON_COMMAND("RCPT"), PLAY_DO(PLAY_NORMAL, PLAY_REPLY("250 again"))));
}
END_TEST

static void plays_data_answers(struct play *play)
{
    play_hello(play);
    play_asks(play, PLAY_MAIL, PLAY_SENDER_OK);
    play_asks(play, PLAY_RCPT, PLAY_RCPT_OK);
    play_asks(play, "DATA\r\n", "250 go\r\n");
    play_asks(play, "NOOP\r\n", PLAY_OK); /* no body has begun */
    play_asks(play, "AUTH PLAIN\r\n", "354 go\r\n");
    play_asks(play, "NOOP\r\n", PLAY_OK); /* and no exchange */
    play_asks(play, "DATA\r\n", "354-go\r\n354 ahead\r\n");
    play_asks(play, "NOOP\r\n.\r\n", "451 later\r\n");
    play_asks(play, PLAY_RCPT, "503 5.5.1 Send MAIL first\r\n");
    play_asks(play, "DATA\r\n", "354 go\r\n"); /* out of turn, as the script says */
    play_asks(play, ".\r\n", "554 5.5.1 No valid recipients\r\n");
}

static void saw_data_answers(const struct facts *facts)
{
    play_fact(facts, "server.saw.messages.count", "2");
    play_fact(facts, "server.saw.messages.sizes", "[\"6\", \"0\"]");
}

START_TEST(test_answers_to_data)
{
    PLAY_RULES(plays_data_answers, saw_data_answers,
        PLAY_RULE(PLAY_ON_COMMAND("DATA"), .nth = &(struct plan_range){1, 1}, .nth_len = 1,
            PLAY_DO(PLAY_REPLY("250 go"))),
        PLAY_RULE(PLAY_ON_COMMAND("DATA"), .nth = &(struct plan_range){2, 2}, .nth_len = 1,
            PLAY_DO(PLAY_REPLY("354 go", "ahead"))),
        PLAY_RULE(PLAY_ON_COMMAND("DATA"), PLAY_DO(PLAY_REPLY("354 go"))),
        PLAY_RULE(PLAY_ON_COMMAND("AUTH"), PLAY_DO(PLAY_REPLY("354 go"))),
        PLAY_RULE(PLAY_ON(MESSAGE), .nth = &(struct plan_range){1, 1}, .nth_len = 1,
            PLAY_DO(PLAY_REPLY("451 later"))));
}
END_TEST

static void plays_scripted_login(struct play *play)
{
    play_hello(play);
    play_asks(play, "AUTH LOGIN\r\n", "334 VXNlciBOYW1lAA==\r\n");
    play_asks(play, "am9l\r\n", "334 \r\n");
    play_asks(play, "d3Jvbmc=\r\n", "235-welcome\r\n235 joe\r\n");
    play_asks(play, "AUTH LOGIN\r\n", "334 VXNlciBOYW1lAA==\r\n");
    play_asks(play, "*\r\n", "501 5.7.0 Authentication cancelled\r\n");
    play_asks(play, "NOOP\r\n", PLAY_OK);
}

static void saw_scripted_login(const struct facts *facts)
{
    play_fact(facts, "server.saw.logged_in", "joe");
    play_fact(facts, "server.saw.password_in_clear", "true");
}

START_TEST(test_scripted_login)
{
    PLAY_RULES(plays_scripted_login, saw_scripted_login,
        PLAY_RULE(PLAY_ON_COMMAND("AUTH"), PLAY_DO(PLAY_REPLY("334 VXNlciBOYW1lAA=="))),
        PLAY_RULE(PLAY_ON(AUTH_RESPONSE), .nth = &(struct plan_range){1, 1}, .nth_len = 1,
            PLAY_DO(PLAY_CHALLENGE(""))),
        PLAY_RULE(PLAY_ON(AUTH_RESPONSE), .nth = &(struct plan_range){2, 2}, .nth_len = 1,
            PLAY_DO(PLAY_REPLY("235 welcome", "joe"))));
}
END_TEST

static void plays_hung_login(struct play *play)
{
    play_hello(play);
    play_asks(play, "AUTH PLAIN\r\n", "334 \r\n");
    play_asks(play, "AGpvZQB3cm9uZw==\r\n", "");
    play_asks(play, "QUIT\r\n", "");
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void saw_hung_login(const struct facts *facts)
{
    play_fact(facts, "server.saw.lines", "[EHLO client.test, AUTH PLAIN, ***, QUIT]");
    play_fact(facts, "server.saw.password_in_clear", "true");
    play_fact(facts, "server.saw.logged_in", "absent");
    play_fact(facts, "server.saw.left", "quit");
}

START_TEST(test_hung_login)
{
    PLAY_RULES(
        plays_hung_login, saw_hung_login, PLAY_RULE(PLAY_ON(AUTH_RESPONSE), PLAY_DO(PLAY_HANG)));
}
END_TEST

static void plays_no_service(struct play *play)
{
    play_hears(play, "554 no\r\n");
    play_asks(play, "EHLO a\r\n", "503 5.5.1 No service here\r\n");
    play_asks(play, "QUIT\r\n", "221 2.0.0 Goodbye\r\n");
    ck_assert(play->shut);
}

START_TEST(test_no_service)
{
    PLAY_RULES(plays_no_service, NULL, PLAY_RULE(PLAY_ON(GREETING), PLAY_DO(PLAY_REPLY("554 no"))));
    PLAY_RULES(plays_no_service, NULL, PLAY_RULE(PLAY_ON(CONNECT), PLAY_DO(PLAY_REPLY("554 no"))));
    PLAY_RULES(plays_no_service, NULL,
        PLAY_RULE(PLAY_ON(GREETING), PLAY_DO(PLAY_EDIT("220.*(?=\r)", "554 no"), PLAY_NORMAL)));
}
END_TEST

/* --- modifiers, segments, pauses --- */

static void plays_modified(struct play *play)
{
    play_hello(play);
    unsigned before = play->segments;
    play_asks(play, "NOOP\r\n", "250 2.0.0 Fine\r\nlook\r\n250 more\r\n");
    ck_assert_uint_eq(play->segments, before + 1);
    play_asks(play, "RSET\r\n", "250 a\r\n250 b\r\n250 c\r\n");
    ck_assert_uint_eq(play->segments, before + 3);
    play_asks(play, "VRFY a\r\n", "250 one\r\n");
    play_waits(play, 4);
    play_hears(play, "");
    play_waits(play, 1);
    play_hears(play, "350 two\r\n");
}

START_TEST(test_modifiers_and_segments)
{
    PLAY_RULES(plays_modified, NULL,
        PLAY_RULE(PLAY_ON_COMMAND("NOOP"), PLAY_DO(PLAY_EDIT("Ok", "Fine"), PLAY_INJECT("look\r\n"),
                                               PLAY_NORMAL, PLAY_REPLY("250 more"))),
        PLAY_RULE(PLAY_ON_COMMAND("RSET"),
            PLAY_DO(PLAY_REPLY("250 a"), PLAY_FLUSH, PLAY_REPLY("250 b"), PLAY_REPLY("250 c"))),
        /* A modifier waits for the next sending action, whatever stands between. */
        PLAY_RULE(PLAY_ON_COMMAND("VRFY"),
            PLAY_DO(PLAY_REPLY("250 one"), PLAY_ACTION(CORRUPT, .number = 0), PLAY_DELAY(5),
                PLAY_FLUSH, PLAY_REPLY("250 two"))));
}
END_TEST

static void plays_segments(struct play *play)
{
    play_hello(play);
    unsigned before = play->segments;
    play_asks(play, "NOOP\r\n", "250 a\r\n250 b\r\n");
    ck_assert_uint_eq(play->segments, before + 2);
    play_asks(play, "RSET\r\n", "250 c\r\n");
    ck_assert_uint_eq(play->segments, before + 4);
}

START_TEST(test_what_ends_a_segment)
{
    PLAY_RULES(plays_segments, NULL,
        PLAY_RULE(PLAY_ON_COMMAND("NOOP"),
            PLAY_DO(PLAY_REPLY("250 a"), PLAY_DELAY(0), PLAY_REPLY("250 b"))),
        PLAY_RULE(PLAY_ON_COMMAND("RSET"),
            PLAY_DO(PLAY_SEND("2"), PLAY_DRIP(0, 100), PLAY_SEND("50 c\r\n"))));
}
END_TEST

static void plays_drip(struct play *play)
{
    play_hello(play);
    play_asks(play, "NOOP\r\n", "25");
    play_waits(play, 2);
    play_hears(play, "");
    play_waits(play, 1);
    play_hears(play, "0 ");
    play_says(play, "RSET\r\n");
    play_hears(play, "");
    play_waits(play, 3);
    play_hears(play, "Ok");
    play_waits(play, 3);
    play_hears(play, "\r\n250 then\r\n" PLAY_OK);
    play_waits(play, 1000);
    play_hears(play, "");
}

static void saw_haste(const struct facts *facts)
{
    play_fact(facts, "server.saw.pipelined", "true");
    play_fact(facts, "server.saw.early_bytes", "false");
}

START_TEST(test_drip)
{
    PLAY_RULES(plays_drip, saw_haste,
        PLAY_RULE(PLAY_ON_COMMAND("NOOP"),
            PLAY_DO(PLAY_DRIP(3, 2), PLAY_REPLY("250 Ok"), PLAY_REPLY("250 then"))));
}
END_TEST

static void plays_forever(struct play *play)
{
    play_hello(play);
    play_says(play, "NOOP\r\n");
    play_waits(play, 1000);
    play_hears(play, "");
    ck_assert(fake_session_deadline_us(play->session) == WIRE_NEVER);
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

START_TEST(test_pause_beyond_all_time)
{
    PLAY_RULES(plays_forever, NULL,
        PLAY_RULE(PLAY_ON_COMMAND("NOOP"),
            PLAY_DO(PLAY_ACTION(DELAY, .duration_us = INT64_MAX), PLAY_NORMAL)));
}
END_TEST

/* --- what comes too early --- */

static void plays_haste(struct play *play)
{
    play_hello(play);
    play_says(play, PLAY_MAIL PLAY_RCPT "DATA\r\nx\r\n.\r\nQUIT\r\n");
    play_hears(play, "");
    play_waits(play, 30);
    play_hears(play,
        PLAY_SENDER_OK PLAY_RCPT_OK "354 End with CRLF.CRLF\r\n250 2.0.0 Queued as 1-1\r\n"
                                    "221 2.0.0 Goodbye\r\n");
}

START_TEST(test_pipelined)
{
    PLAY_RULES(plays_haste, saw_haste,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"), PLAY_DO(PLAY_DELAY(30), PLAY_NORMAL)));
}
END_TEST

static void plays_patience(struct play *play)
{
    play_hello(play);
    play_says(play, PLAY_MAIL);
    play_waits(play, 30);
    play_asks(play, PLAY_RCPT, PLAY_SENDER_OK PLAY_RCPT_OK);
    play_says(play, "NOOP\r\n");
    play_asks(play, "RSET\r\n", PLAY_OK); /* while the script still pauses, behind its reply */
    play_waits(play, 30);
    play_hears(play, PLAY_OK);
}

static void saw_patience(const struct facts *facts)
{
    play_fact(facts, "server.saw.pipelined", "false");
    play_fact(facts, "server.saw.early_bytes", "false");
}

START_TEST(test_not_pipelined)
{
    PLAY_RULES(plays_patience, saw_patience,
        PLAY_RULE(PLAY_ON_COMMAND("MAIL"), PLAY_DO(PLAY_DELAY(30), PLAY_NORMAL)),
        PLAY_RULE(PLAY_ON_COMMAND("NOOP"), PLAY_DO(PLAY_NORMAL, PLAY_DELAY(30))));
}
END_TEST

static void plays_early(struct play *play)
{
    play_hears_anything(play);
    play_says(play, "EHLO a\r\n");
    play_waits(play, 60);
    play_ends(play, WIRE_FIN);
}

static void saw_early(const struct facts *facts)
{
    play_fact(facts, "server.saw.early_bytes", "true");
    play_fact(facts, "server.saw.pipelined", "false");
    play_fact(facts, "server.saw.commands", "[EHLO]");
}

START_TEST(test_early)
{
    PLAY_RULES(
        plays_early, saw_early, PLAY_RULE(PLAY_ON(GREETING), PLAY_DO(PLAY_DELAY(30), PLAY_NORMAL)));
    PLAY_RULES(
        plays_early, saw_early, PLAY_RULE(PLAY_ON(CONNECT), PLAY_DO(PLAY_DELAY(30), PLAY_NORMAL)));
    PLAY_RULES(plays_early, saw_early, PLAY_RULE(PLAY_ON(GREETING), PLAY_DO(PLAY_HANG)));
    PLAY_RULES(plays_early, saw_early,
        PLAY_RULE(PLAY_ON(GREETING),
            PLAY_DO(PLAY_SEND("220-a\r\n"), PLAY_DELAY(6), PLAY_SEND("220 b\r\n"))));
    PLAY_RULES(plays_early, saw_early,
        PLAY_RULE(PLAY_ON(GREETING), PLAY_DO(PLAY_DRIP(1, 1), PLAY_REPLY("220 b"))));
}
END_TEST

static void plays_late_greeting(struct play *play)
{
    play_hears(play, "");
    play_waits(play, 30);
    play_hello(play);
}

START_TEST(test_not_early)
{
    PLAY_RULES(plays_late_greeting, saw_patience,
        PLAY_RULE(PLAY_ON(GREETING), PLAY_DO(PLAY_DELAY(30), PLAY_NORMAL)));
}
END_TEST

UNIT_MAIN(test_first_complete_reply_is_the_answer, test_second_reply, test_answers_to_data,
    test_scripted_login, test_hung_login, test_no_service, test_modifiers_and_segments,
    test_what_ends_a_segment, test_drip, test_pause_beyond_all_time, test_pipelined,
    test_not_pipelined, test_early, test_not_early)
