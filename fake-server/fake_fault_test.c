/* Faults that are not one normal reply in place of another: what they do does not depend on how the
 * client's octets are cut. */
#include "fake-server/fake_play_tls.h"
#include "harness/tests/unit.h"

#define WELCOME "220 mail.here.com ESMTP ready\r\n"
#define GO "220 2.0.0 Ready to start TLS\r\n"
#define HELLO(more) "250-mail.here.com\r\n250-ENHANCEDSTATUSCODES\r\n" more
#define HELLO_CLEAR HELLO("250-STARTTLS\r\n250 AUTH LOGIN\r\n")
#define OK "250 2.0.0 Ok\r\n"
#define FAULTS(...) .faults = fault_bits((const int[]){__VA_ARGS__, -1})
#define FAULT(name) PLAN_FAULT_##name

static plan_fault_set fault_bits(const int *faults)
{
    plan_fault_set bits = 0;
    for (; *faults >= 0; faults++) {
        bits |= PLAN_FAULT_BIT(*faults);
    }
    return bits;
}

static void leaves(struct play *play)
{
    if (play->tls != NULL) {
        tls_session_close_notify(play->tls);
        play_tls_output(play);
    }
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

/* --- the seam --- */

static void begins_with_more(struct play *play, const char *more)
{
    play_hears(play, WELCOME);
    play_asks(play, "EHLO a\r\n", HELLO_CLEAR);
    play_says(play, more);
    play_hears(play, GO);
    play_begins_tls(play);
    play_is_inside_tls(play);
}

static void plays_lines_kept(struct play *play)
{
    begins_with_more(play, "STARTTLS\r\nNOOP\r\nMAIL FROM:<a@b>\r\nNOO");
    play_hears(play, OK "503 5.5.1 Send EHLO first\r\n");
    play_asks(play, "P\r\n", "500 5.5.1 Unknown command\r\n");
    leaves(play);
}

static void saw_lines_kept(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS, NOOP, MAIL, P]");
    play_fact(facts, "server.saw.bytes_before_client_hello", "true");
    play_fact(facts, "server.saw.mail_in_clear", "true");
    play_fact(facts, "server.saw.left", "fin");
}

static void plays_part_kept(struct play *play)
{
    begins_with_more(play, "STARTTLS\r\nNOOP\r\nHEL");
    play_hears(play, "");
    play_asks(play, "P\r\nNOOP\r\n", "214 2.0.0 See RFC 5321\r\n" OK);
    leaves(play);
}

static void saw_part_kept(const struct facts *facts)
{
    play_fact(facts, "server.saw.bytes_before_client_hello", "true");
    play_fact(facts, "server.saw.mail_in_clear", "false");
}

static void plays_all_kept(struct play *play)
{
    begins_with_more(play, "STARTTLS\r\nMAIL FROM:<a@b>\r\nAUTH PLAIN AGpvZQBjb3JyZ");
    play_hears(play, "250 2.1.0 Sender ok\r\n");
    play_asks(play, "WN0LWhvcnNl\r\n", "503 5.5.1 Not now\r\n");
    leaves(play);
}

static void saw_all_kept(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS, MAIL, AUTH]");
    play_fact(facts, "server.saw.mail_in_clear", "true");
}

static void plays_kept_and_failed(struct play *play)
{
    play_asks(play, "EHLO a\r\n", WELCOME HELLO_CLEAR);
    play_says(play, "STARTTLS\r\nAUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl\r\nNO");
    play_ends(play, WIRE_FIN);
}

static void saw_kept_and_failed(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, STARTTLS, AUTH]");
    play_fact(facts, "server.saw.password_in_clear", "true");
    play_fact(facts, "server.saw.logged_in", "absent");
}

START_TEST(test_seam)
{
    play_open();
    PLAY_TLS(plays_lines_kept, saw_lines_kept, STARTTLS, FAULTS(FAULT(STARTTLS_KEEPS_BUFFER)));
    PLAY_TLS(plays_part_kept, saw_part_kept, STARTTLS, FAULTS(FAULT(STARTTLS_KEEPS_PARTIAL_LINE)));
    PLAY_TLS(plays_all_kept, saw_all_kept, STARTTLS,
        FAULTS(FAULT(STARTTLS_KEEPS_BUFFER), FAULT(STARTTLS_KEEPS_PARTIAL_LINE),
            FAULT(STATE_SURVIVES_TLS)));
    PLAY_TLS(
        plays_kept_and_failed, saw_kept_and_failed, STARTTLS, FAULTS(FAULT(STARTTLS_KEEPS_BUFFER)));
    play_close();
}
END_TEST

/* --- pauses --- */

static void plays_slowly(struct play *play)
{
    play_hears(play, "");
    play_waits(play, 19);
    play_hears(play, "");
    play_waits(play, 1);
    play_hears(play, WELCOME);
    play_says(play, "EHLO a\r\nNOOP\r\n");
    play_waits(play, 20);
    play_hears(play, "250-mail.here.com\r\n250 SIZE 100\r\n");
    play_waits(play, 20);
    play_hears(play, "250 Ok\r\n");
    leaves(play);
}

static void saw_slowly(const struct facts *facts)
{
    play_fact(facts, "server.saw.pipelined", "true");
    play_fact(facts, "server.saw.early_bytes", "false");
    play_fact(facts, "server.saw.left", "fin");
}

static void plays_deaf(struct play *play)
{
    play_hears(play, WELCOME);
    play_says(play, "EHLO a\r\nMAIL FROM:<a@b>\r\nNOOP\r\nQU");
    play_hears(play, "");
    play_waits(play, 1);
    play_hears(play, "250-mail.here.com\r\n250 SIZE 100\r\n");
    play_says(play, "IT\r\n");
    play_waits(play, 1);
    play_hears(play, "221 Goodbye\r\n");
    leaves(play);
}

static void saw_deaf(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, NOOP, QUIT]");
    play_fact(facts, "server.saw.pipelined", "true");
    play_fact(facts, "server.saw.left", "quit");
}

#define PLAY_PLAIN(plays, seen, ...)                                                              \
    do {                                                                                          \
        const struct plan_server play_plan = {PLAY_SERVER, .capabilities_given = true,            \
            .capabilities_before_tls = PLAY_LIST("SIZE 100"), .auth = {PLAY_USERS}, __VA_ARGS__}; \
        play_both(&(struct play_stage){.plan = &play_plan}, (struct play_plot){plays, seen});     \
    } while (0)

START_TEST(test_pauses)
{
    PLAY_PLAIN(plays_slowly, saw_slowly, FAULTS(FAULT(SLOW_EVERYWHERE)));
    PLAY_PLAIN(plays_deaf, saw_deaf, FAULTS(FAULT(SILENT_DROP_PIPELINED)));
}
END_TEST

/* --- replies --- */

static void plays_bare(struct play *play)
{
    play_hears(play, "220 mail.here.com ESMTP ready\n");
    play_asks(play, "EHLO a\r\n", "250-mail.here.com\n250 SIZE 100\n");
    play_asks(play, "NOOP\r\n", "250-a\n250 b\n");
    play_asks(play, "RSET\r\n", "250 \r\n"); /* as it is written */
    leaves(play);
}

static void plays_double(struct play *play)
{
    play_hears(play, WELCOME);
    play_asks(play, "EHLO a\r\n",
        "250-mail.here.com\r\n250 SIZE 100\r\n250-mail.here.com\r\n250 SIZE 100\r\n");
    play_asks(play, "QUIT\r\n", "221 Goodbye\r\n221 Goodbye\r\n");
    ck_assert(play->shut);
    leaves(play);
}

START_TEST(test_replies)
{
    PLAY_PLAIN(plays_bare, NULL, FAULTS(FAULT(BARE_LF_REPLIES)),
        PLAY_SCRIPT(PLAY_RULE(PLAY_ON_COMMAND("NOOP"), PLAY_DO(PLAY_REPLY("250 a", "b"))),
            PLAY_RULE(PLAY_ON_COMMAND("RSET"), PLAY_DO(PLAY_SEND("250 \r\n")))));
    PLAY_PLAIN(plays_double, NULL, FAULTS(FAULT(DOUBLE_REPLY)));
}
END_TEST

/* --- logins --- */

#define WRONG "AUTH PLAIN AGpvZQB3cm9uZw==\r\n"
#define RIGHT "AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl\r\n"
#define REFUSED "535 Authentication credentials invalid\r\n"
#define LOCKED "421 Too many failed logins\r\n"

static void plays_locked_out(struct play *play)
{
    play_hears(play, WELCOME);
    play_asks(play, "EHLO a\r\n" WRONG,
        "250-mail.here.com\r\n250-SIZE 100\r\n250 AUTH PLAIN\r\n" REFUSED);
    play_asks(play, WRONG, REFUSED);
    play_asks(play, WRONG "NOOP\r\n", LOCKED);
    ck_assert(play->shut);
    leaves(play);
    play_connects(play);
    play_hears(play, WELCOME);
    play_asks(
        play, "EHLO a\r\n" RIGHT, "250-mail.here.com\r\n250-SIZE 100\r\n250 AUTH PLAIN\r\n" LOCKED);
    leaves(play);
}

static void saw_locked_out(const struct facts *facts)
{
    play_fact(facts, "server.saw.logged_in", "absent");
    play_fact(facts, "server.saw.connections", "2");
}

START_TEST(test_logins)
{
    const struct plan_server plan = {PLAY_SERVER, .capabilities_given = true,
        .capabilities_before_tls = PLAY_LIST("SIZE 100"),
        .auth = {.before_tls = PLAY_LIST("PLAIN"), PLAY_USERS},
        FAULTS(FAULT(LOCKOUT_AFTER_FAILURES))};
    play_both(
        &(struct play_stage){.plan = &plan}, (struct play_plot){plays_locked_out, saw_locked_out});
}
END_TEST

UNIT_MAIN(test_seam, test_pauses, test_replies, test_logins)
