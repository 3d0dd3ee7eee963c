#include "fake-server/fake_play_both.h"
#include "harness/tests/unit.h"

#define GREETING "220 mail.here.com ESMTP ready\r\n"
#define STOCK "250-mail.here.com\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n"
#define HELLO STOCK "250 ENHANCEDSTATUSCODES\r\n"
#define HELLO_WITH(more) STOCK "250-ENHANCEDSTATUSCODES\r\n" more

static void play(const struct plan_server *plan, struct play_plot plot)
{
    play_both(&(struct play_stage){.plan = plan}, plot);
}

static void says_hello(struct play *play)
{
    play_hears(play, GREETING);
    play_says(play, "EHLO client.test\r\n");
    play_hears_anything(play);
}

static void opens_mail(struct play *play)
{
    says_hello(play);
    play_asks(play, "MAIL FROM:<joe@here.com>\r\n", "250 2.1.0 Sender ok\r\n");
    play_asks(play, "RCPT TO:<jane@there.com>\r\n", "250 2.1.5 Recipient ok\r\n");
}

static void quits(struct play *play)
{
    play_asks(play, "QUIT\r\n", "221 2.0.0 Goodbye\r\n");
    ck_assert(play->shut);
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

/* --- a message goes through --- */

static void plays_message(struct play *play)
{
    play_hears(play, GREETING);
    play_asks(play, "EHLO client.test\r\n", HELLO);
    play_asks(
        play, "MAIL FROM:<joe@here.com> SIZE=100 BODY=8BITMIME\r\n", "250 2.1.0 Sender ok\r\n");
    play_asks(play, "RCPT TO:<jane@there.com>\r\n", "250 2.1.5 Recipient ok\r\n");
    play_asks(play, "rcpt to:<jim@there.com>\r\n", "250 2.1.5 Recipient ok\r\n");
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(
        play, "Subject: one\r\n two\r\n\r\n..\r\nQUIT\r\n.\r\n", "250 2.0.0 Queued as 1-1\r\n");
    play_asks(play, "DATA\r\n", "503 5.5.1 Send MAIL first\r\n");
    quits(play);
}

static void saw_message(const struct facts *facts)
{
    play_fact(facts, "server.saw.connections", "1");
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, RCPT, RCPT, DATA, DATA, QUIT]");
    play_fact(facts, "server.saw.lines",
        "[EHLO client.test, MAIL FROM:<joe@here.com> SIZE=100 BODY=8BITMIME, "
        "RCPT TO:<jane@there.com>, rcpt to:<jim@there.com>, DATA, DATA, QUIT]");
    play_fact(facts, "server.saw.hello_name", "client.test");
    play_fact(facts, "server.saw.messages.count", "1");
    play_fact(facts, "server.saw.messages.from", "[joe@here.com]");
    play_fact(facts, "server.saw.messages.to", "[jane@there.com, jim@there.com]");
    play_fact(facts, "server.saw.messages.sizes", "[\"31\"]");
    play_fact(facts, "server.saw.messages.subjects", "[one two]");
    play_fact(facts, "server.saw.mail_in_clear", "true");
    play_fact(facts, "server.saw.tls", "false");
    play_fact(facts, "server.saw.early_bytes", "false");
    play_fact(facts, "server.saw.pipelined", "false");
    play_fact(facts, "server.saw.bare_lf", "false");
    play_fact(facts, "server.saw.longest_line", "49");
    play_fact(facts, "server.saw.left", "quit");
}

START_TEST(test_message)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_message, saw_message});
}
END_TEST

/* All of it in one go, as a client that pipelines says it. */
static void plays_pipelined(struct play *play)
{
    play_hears(play, GREETING);
    play_says(play, "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@c>\r\nDATA\r\nx\r\n.\r\n"
                    "MAIL FROM:<d@e>\r\nRSET\r\nQUIT\r\nNOOP\r\nNO");
    play_hears(play, HELLO "250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n"
                           "354 End with CRLF.CRLF\r\n250 2.0.0 Queued as 1-1\r\n"
                           "250 2.1.0 Sender ok\r\n250 2.0.0 Ok\r\n221 2.0.0 Goodbye\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_pipelined(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, RCPT, DATA, MAIL, RSET, QUIT, NOOP]");
    play_fact(facts, "server.saw.messages.from", "[\"\"]");
    play_fact(facts, "server.saw.left", "quit");
}

START_TEST(test_pipelined)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_pipelined, saw_pipelined});
}
END_TEST

/* --- order, syntax, the small commands --- */

static void plays_out_of_order(struct play *play)
{
    play_hears(play, GREETING);
    play_asks(play, "MAIL FROM:<a@b>\r\n", "503 5.5.1 Send EHLO first\r\n");
    play_asks(play, "RCPT TO:<a@b>\r\n", "503 5.5.1 Send MAIL first\r\n");
    play_asks(play, "DATA\r\n", "503 5.5.1 Send MAIL first\r\n");
    play_asks(play, "AUTH PLAIN\r\n", "503 5.5.1 Send EHLO first\r\n");
    play_asks(play, "STARTTLS\r\n", "502 5.5.1 Command not implemented\r\n");
    play_asks(play, "EHLO\r\n", "501 EHLO wants a domain or an address literal\r\n");
    play_asks(play, "HELO \r\n", "501 HELO wants a domain\r\n");
    play_asks(play, "EHLO a\r\n", HELLO);
    play_asks(play, "MAIL FROM:a@b\r\n", "501 5.5.4 Syntax: MAIL FROM:<address>\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\n", "250 2.1.0 Sender ok\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\n", "503 5.5.1 A transaction is open\r\n");
    play_asks(play, "DATA\r\n", "554 5.5.1 No valid recipients\r\n");
    play_asks(play, "RCPT TO:<>\r\n", "501 5.5.4 Syntax: RCPT TO:<address>\r\n");
    play_asks(play, "RCPT TO:<c@d>\r\n", "250 2.1.5 Recipient ok\r\n");
    play_asks(play, "DATA now\r\n", "501 5.5.4 DATA takes no parameter\r\n");
    play_asks(play, "EHLO a\r\n", HELLO); /* RFC 5321 §4.1.4: as RSET */
    play_asks(play, "DATA\r\n", "503 5.5.1 Send MAIL first\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\n", "250 2.1.0 Sender ok\r\n");
    play_asks(play, "RSET\r\n", "250 2.0.0 Ok\r\n");
    play_asks(play, "RCPT TO:<c@d>\r\n", "503 5.5.1 Send MAIL first\r\n");
    quits(play);
}

START_TEST(test_out_of_order)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_out_of_order, NULL});
}
END_TEST

static void plays_small_commands(struct play *play)
{
    says_hello(play);
    play_asks(play, "NOOP\r\n", "250 2.0.0 Ok\r\n");
    play_asks(play, "noop with words\r\n", "250 2.0.0 Ok\r\n");
    play_asks(play, "VRFY joe\r\n", "252 2.1.5 Cannot verify, but will try\r\n");
    play_asks(play, "EXPN list\r\n", "502 5.5.1 Command not implemented\r\n");
    play_asks(play, "HELP\r\n", "214 2.0.0 See RFC 5321\r\n");
    play_asks(play, "XYZZY\r\n", "500 5.5.1 Unknown command\r\n");
    play_asks(play, "\r\n", "500 5.5.1 Unknown command\r\n");
    play_asks(play, " NOOP\r\n", "500 5.5.1 Unknown command\r\n");
    play_asks(play, "NOOPS\r\n", "500 5.5.1 Unknown command\r\n");
    play_says_bytes(play, SPAN_LITERAL("NOOP\0\r\n"));
    play_hears(play, "500 5.5.1 Unknown command\r\n");
    play_asks(play, "NOOP\n", "250 2.0.0 Ok\r\n");
    play_asks(play, "HELO a\r\n", "250 mail.here.com\r\n");
    play_asks(play, "NOOP\r\n", "250 Ok\r\n"); /* RFC 2034: no EHLO, no enhanced codes */
    play_ends(play, WIRE_FIN);
    ck_assert(play->closed);
}

static void saw_small_commands(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands",
        "[EHLO, NOOP, NOOP, VRFY, EXPN, HELP, XYZZY, \"\", \"\", NOOPS, \"NOOP\\0\", NOOP, HELO, "
        "NOOP]");
    play_fact(facts, "server.saw.bare_lf", "true");
    play_fact(facts, "server.saw.hello_name", "a");
    play_fact(facts, "server.saw.left", "fin");
}

START_TEST(test_small_commands)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_small_commands, saw_small_commands});
}
END_TEST

/* --- parameters and limits --- */

static void plays_parameters(struct play *play)
{
    says_hello(play);
    play_asks(play, "MAIL FROM:<a@b> SIZE=99999999999999999999\r\n",
        "552 5.3.4 Message is larger than SIZE\r\n");
    play_asks(play, "MAIL FROM:<a@b> SIZE=101\r\n", "552 5.3.4 Message is larger than SIZE\r\n");
    play_asks(play, "MAIL FROM:<a@b> SIZE=-1\r\n", "501 5.5.4 SIZE wants a number\r\n");
    play_asks(play, "MAIL FROM:<a@b> SIZE=\r\n", "501 5.5.4 SIZE wants a number\r\n");
    play_asks(play, "MAIL FROM:<a@b> SMTPUTF8\r\n",
        "555 5.5.4 Parameter of an extension that is not offered\r\n");
    play_asks(play, "MAIL FROM:<a@b> SIZE=100\r\n", "250 2.1.0 Sender ok\r\n");
    play_asks(play, "RCPT TO:<c@d> NOTIFY=NEVER\r\n",
        "555 5.5.4 Parameter of an extension that is not offered\r\n");
    play_asks(play, "RCPT TO:<c@d>\r\n", "250 2.1.5 Recipient ok\r\n");
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    for (size_t i = 0; i < 10; i++) {
        play_asks(play, "12345678\r\n", "");
    }
    play_asks(play, "x\r\n.\r\n", "552 5.3.4 Message is larger than SIZE\r\n");
    play_asks(play, "HELO a\r\n", "250 mail.here.com\r\n");
    play_asks(play, "MAIL FROM:<a@b> SIZE=1\r\n",
        "555 Parameter of an extension that is not offered\r\n");
    play_asks(play, "QUIT\r\n", "221 Goodbye\r\n");
}

START_TEST(test_parameters)
{
    const struct plan_server plan = {PLAY_SERVER, .capabilities_given = true,
        .capabilities_before_tls = PLAY_LIST("SIZE 100", "ENHANCEDSTATUSCODES")};
    play(&plan, (struct play_plot){plays_parameters, NULL});
}
END_TEST

static void plays_many_recipients(struct play *play)
{
    says_hello(play);
    play_asks(play, "MAIL FROM:<a@b>\r\n", "250 2.1.0 Sender ok\r\n");
    for (size_t i = 0; i < 1000; i++) {
        play_asks(play, "RCPT TO:<c@d>\r\n", "250 2.1.5 Recipient ok\r\n");
    }
    play_asks(play, "RCPT TO:<c@d>\r\n", "452 4.5.3 Too many recipients\r\n");
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_asks(play, ".\r\n", "250 2.0.0 Queued as 1-1\r\n");
}

START_TEST(test_many_recipients)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_many_recipients, NULL});
}
END_TEST

static void plays_long_line(struct play *play)
{
    struct buf line;
    says_hello(play);
    buf_init(&line, (size_t)1024 * 1024);
    buf_append_text(&line, "NOOP ");
    while (line.len < 60000) {
        buf_append_byte(&line, 'a');
    }
    buf_append_text(&line, "\r\n");
    play_says_bytes(play, buf_span(&line));
    play_hears(play, "250 2.0.0 Ok\r\n");
    line.len -= 2;
    while (line.len < 200000) {
        buf_append_byte(&line, 'b');
    }
    buf_append_text(&line, "\r\n");
    play_says_bytes(play, buf_span(&line));
    play_hears(play, "500 5.5.2 Line too long\r\n");
    play_asks(play, "NOOP\r\n", "250 2.0.0 Ok\r\n");
    buf_done(&line);
}

static void saw_long_line(const struct facts *facts)
{
    play_fact(facts, "server.saw.longest_line", "200002");
    play_fact(facts, "server.saw.commands", "[EHLO, NOOP, NOOP, NOOP]");
    play_fact(facts, "server.saw.left", "still-there");
}

START_TEST(test_long_line)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_long_line, saw_long_line});
}
END_TEST

/* --- login --- */

static void plays_logins(struct play *play)
{
    play_hears(play, GREETING);
    play_asks(play, "EHLO a\r\n", HELLO_WITH("250 AUTH PLAIN LOGIN\r\n"));
    play_asks(play, "MAIL FROM:<a@b>\r\n", "530 5.7.0 Authentication required\r\n");
    play_asks(play, "AUTH\r\n", "501 5.5.4 Syntax: AUTH mechanism\r\n");
    play_asks(play, "AUTH CRAM-MD5\r\n", "504 5.5.4 Unrecognized authentication mechanism\r\n");
    play_asks(play, "AUTH PLAIN !!\r\n", "501 5.5.2 Malformed authentication response\r\n");
    play_asks(play, "AUTH PLAIN =\r\n", "501 5.5.2 Malformed authentication response\r\n");
    play_asks(play, "AUTH PLAIN\r\n", "334 \r\n");
    play_asks(play, "*\r\n", "501 5.7.0 Authentication cancelled\r\n");
    play_asks(play, "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n");
    play_asks(play, "am9l\r\n", "334 UGFzc3dvcmQ6\r\n");
    play_asks(play, "eA==\r\n", "535 5.7.8 Authentication credentials invalid\r\n");
    play_asks(play, "auth login am9l\r\n", "334 UGFzc3dvcmQ6\r\n");
    play_asks(play, "Y29ycmVjdC1ob3JzZQ==\r\n", "235 2.7.0 Authentication successful\r\n");
    play_asks(play, "AUTH PLAIN\r\n", "503 5.5.1 Not now\r\n"); /* RFC 4954 §4 */
    play_asks(play, "EHLO a\r\n", HELLO_WITH("250 AUTH PLAIN LOGIN\r\n"));
    play_asks(play, "MAIL FROM:<a@b> AUTH=<>\r\n", "250 2.1.0 Sender ok\r\n");
    quits(play);
}

static void saw_logins(const struct facts *facts)
{
    play_fact(facts, "server.saw.auth_attempts", "8");
    play_fact(facts, "server.saw.auth_mechanisms",
        "[CRAM-MD5, PLAIN, PLAIN, PLAIN, LOGIN, LOGIN, PLAIN]");
    play_fact(facts, "server.saw.logged_in", "joe");
    play_fact(facts, "server.saw.password_in_clear", "true");
    play_fact(facts, "server.saw.lines",
        "[EHLO a, MAIL FROM:<a@b>, AUTH, AUTH CRAM-MD5, AUTH PLAIN ***, AUTH PLAIN ***, "
        "AUTH PLAIN, *, AUTH LOGIN, ***, ***, auth login ***, ***, AUTH PLAIN, EHLO a, "
        "MAIL FROM:<a@b> AUTH=<>, QUIT]");
}

START_TEST(test_logins)
{
    const struct plan_server plan = {PLAY_SERVER,
        .auth = {.before_tls = PLAY_LIST("PLAIN", "LOGIN"), .require = true, PLAY_USERS}};
    play(&plan, (struct play_plot){plays_logins, saw_logins});
}
END_TEST

static void plays_login_within_mail(struct play *play)
{
    opens_mail(play);
    play_asks(play, "AUTH PLAIN\r\n", "503 5.5.1 Not now\r\n");
    play_asks(play, "RSET\r\n", "250 2.0.0 Ok\r\n");
    play_asks(
        play, "AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl\r\n", "235 2.7.0 Authentication successful\r\n");
}

START_TEST(test_login_within_mail)
{
    const struct plan_server plan = {
        PLAY_SERVER, .auth = {.before_tls = PLAY_LIST("PLAIN"), PLAY_USERS}};
    play(&plan, (struct play_plot){plays_login_within_mail, NULL});
}
END_TEST

/* --- other kinds of server --- */

static void plays_before_starttls(struct play *play)
{
    play_hears(play, GREETING);
    play_asks(play, "EHLO a\r\n", HELLO_WITH("250 STARTTLS\r\n"));
    play_asks(play, "NOOP\r\n", "250 2.0.0 Ok\r\n");
    static const char *const commands[] = {"HELO a\r\n", "MAIL FROM:<a@b>\r\n",
        "AUTH PLAIN AGpvZQB3cm9uZw==\r\n", "RSET\r\n", "VRFY a\r\n", "XYZZY\r\n", "DATA\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        play_asks(play, commands[i], "530 5.7.0 Must issue a STARTTLS command first\r\n");
    }
    quits(play);
}

static void saw_before_starttls(const struct facts *facts)
{
    /* The password came, though nobody asked it. */
    play_fact(facts, "server.saw.password_in_clear", "true");
    play_fact(facts, "server.saw.logged_in", "absent");
}

START_TEST(test_starttls_required)
{
    const struct plan_server plan = {PLAY_SERVER, .tls = PLAN_TLS_STARTTLS,
        .starttls = PLAN_STARTTLS_REQUIRED, .auth = {PLAY_USERS}};
    struct fail fail = {0};
    tls_library_init();
    struct tls_worker *worker = tls_worker_new(&fail);
    ck_assert_msg(worker != NULL, "%s", fail.text);
    play_both(&(struct play_stage){.plan = &plan, .tls_worker = worker},
        (struct play_plot){plays_before_starttls, saw_before_starttls});
    tls_worker_free(worker);
}
END_TEST

static void plays_helo_only(struct play *play)
{
    play_hears(play, "220 hello there\r\n");
    play_asks(play, "EHLO a\r\n", "502 Command not implemented\r\n");
    play_asks(play, "HELO a\r\n", "250 mail.here.com\r\n");
    play_asks(play, "AUTH PLAIN\r\n", "503 Send EHLO first\r\n");
    play_asks(play, "MAIL FROM:<a@b>\r\n", "250 Sender ok\r\n");
}

START_TEST(test_helo_only)
{
    const struct plan_server plan = {PLAY_SERVER, .greeting = "hello there", .helo_only = true,
        .capabilities_given = true, .auth = {.before_tls = PLAY_LIST("PLAIN"), PLAY_USERS}};
    play(&plan, (struct play_plot){plays_helo_only, NULL});
}
END_TEST

static void plays_no_enhanced_codes(struct play *play)
{
    play_asks(play, "NOOP\r\n", GREETING "250 Ok\r\n");
    play_asks(play, "EHLO a\r\n", "250 mail.here.com\r\n");
    play_asks(play, "NOOP\r\n", "250 Ok\r\n");
}

START_TEST(test_no_enhanced_codes)
{
    const struct plan_server plan = {PLAY_SERVER, .capabilities_given = true};
    play(&plan, (struct play_plot){plays_no_enhanced_codes, NULL});
}
END_TEST

/* --- how a client leaves --- */

static void plays_reset(struct play *play)
{
    opens_mail(play);
    play_asks(play, "DATA\r\n", "354 End with CRLF.CRLF\r\n");
    play_says(play, "half a mess");
    play_ends(play, WIRE_RESET);
    play_says(play, "NOOP\r\n");
    play_hears(play, "");
    ck_assert(fake_session_is_done(play->session));
}

static void saw_reset(const struct facts *facts)
{
    play_fact(facts, "server.saw.left", "reset");
    play_fact(facts, "server.saw.messages.count", "0");
    play_fact(facts, "server.saw.commands", "[EHLO, MAIL, RCPT, DATA]");
}

START_TEST(test_reset)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_reset, saw_reset});
}
END_TEST

static void plays_two_connections(struct play *play)
{
    says_hello(play);
    play_ends(play, WIRE_FIN);
    play_connects(play);
    says_hello(play);
    quits(play);
}

static void saw_two_connections(const struct facts *facts)
{
    play_fact(facts, "server.saw.connections", "2");
    play_fact(facts, "connections.1.server.saw.left", "fin");
    play_fact(facts, "connections.2.server.saw.left", "quit");
    play_fact(facts, "connections.1.server.saw.commands", "[EHLO]");
    play_fact(facts, "server.saw.commands", "[EHLO, QUIT]");
}

START_TEST(test_two_connections)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_two_connections, saw_two_connections});
}
END_TEST

static void plays_nothing(struct play *play)
{
    play_ends(play, WIRE_FIN);
}

static void saw_nothing(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[]");
    play_fact(facts, "server.saw.left", "fin");
    play_fact(facts, "server.saw.hello_name", "absent");
}

START_TEST(test_nothing_said)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_nothing, saw_nothing});
    /* Nobody came at all. */
    struct arena *arena = arena_new();
    struct play nobody;
    struct buf shown;
    buf_init(&shown, 10000);
    play_init(&nobody, &(struct play_stage){.plan = &plan}, 0);
    struct facts *facts = play_record(&nobody, arena, &shown);
    play_fact(facts, "server.saw.connections", "0");
    play_fact(facts, "server.saw.commands", "absent");
    play_done(&nobody);
    buf_done(&shown);
    arena_free(arena);
}
END_TEST

/* A client that speaks TLS to a server that does not. */
static void plays_tls_at_plain_server(struct play *play)
{
    play_hears(play, GREETING);
    play_says_bytes(play, SPAN_LITERAL("\x16\3\1\0\7\1\0\0\n\3\3\r\n\x16\3\1\0\1\n"));
    play_hears(play, "500 5.5.1 Unknown command\r\n");
    play_ends(play, WIRE_FIN);
}

static void saw_tls_at_plain_server(const struct facts *facts)
{
    play_fact(facts, "server.saw.commands", "[(TLS)]");
    play_fact(facts, "server.saw.longest_line", "0");
}

START_TEST(test_tls_at_plain_server)
{
    const struct plan_server plan = {PLAY_SERVER};
    play(&plan, (struct play_plot){plays_tls_at_plain_server, saw_tls_at_plain_server});
}
END_TEST

UNIT_MAIN(test_message, test_pipelined, test_out_of_order, test_small_commands, test_parameters,
    test_many_recipients, test_long_line, test_logins, test_login_within_mail,
    test_starttls_required, test_helo_only, test_no_enhanced_codes, test_reset,
    test_two_connections, test_nothing_said, test_tls_at_plain_server)
