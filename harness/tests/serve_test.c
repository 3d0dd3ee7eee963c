/*
 * `smtpvet serve` as a process: where it listens, what it tells, what it keeps, how it ends and
 * judges. The client is this test, by hand.
 */
#include "harness/tests/served_talk.h"

#include <dirent.h>

static struct buf said;

static void begin(void)
{
    program_begin();
    buf_init(&said, SIZE_MAX / 2);
}

static void done(void)
{
    buf_done(&said);
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++) {
        found++;
    }
    return found;
}

/* The only file in a folder, read; how many there are. */
static size_t files(const char *name, char *text, size_t size)
{
    char path[2 * PATH_MAX];
    size_t found = 0;
    DIR *folder = opendir(program_path(name));
    ck_assert_ptr_nonnull(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        found++;
        snprintf(path, sizeof path, "%s/%s", program_path(name), entry->d_name);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        program_read(file, text, size);
        close(file);
    }
    closedir(folder);
    return found;
}

START_TEST(test_a_message_is_told_kept_and_judged)
{
    begin();
    char text[4096];
    program_write("plain.yaml", SERVED_PLAIN);
    struct served served = served_begin("plain.yaml", "--count", "1", "--maildir", "mail",
        "--events", "events.ndjson", "--judge", NULL);
    ck_assert_int_eq(strncmp(served.where, "127.0.0.1:", 10), 0);
    served_message(&served, "one");
    ck_assert_int_eq(served_end(&served, 0, &said), 0);
    program_says(buf_text(&said), "pass  plain: 1 of 1");
    program_says(buf_text(&said), "outcome: not observable");
    ck_assert_uint_eq(files("mail/new", text, sizeof text), 1);
    ck_assert_str_eq(text, "Subject: one\r\n\r\nfirst\r\n.second\r\n");
    ck_assert_uint_eq(files("mail/tmp", text, sizeof text), 0);
    ck_assert_uint_eq(files("mail/cur", text, sizeof text), 0);
    int file = open(program_path("events.ndjson"), O_RDONLY | O_CLOEXEC);
    program_read(file, text, sizeof text);
    close(file);
    program_says(text, "\"event\":\"connection\"");
    program_says(text, "\"line\":\"MAIL FROM:<joe@here.com>\"");
    program_says(text, "\"to\":[\"jane@there.com\"],\"octets\":32,\"subject\":\"one\",\"file\":");
    program_says(text, "\"left\":\"quit\"");
    ck_assert_uint_eq(count(text, "\"event\":\"end\""), 1);
    done();
}
END_TEST

START_TEST(test_a_password_is_judged_and_never_told)
{
    begin();
    program_write("login.yaml",
        SERVED_HEAD "server: {host: mail.here.com, port: 587, tls: starttls, auth: {before_tls: "
                    "[PLAIN], users: {joe: correct-horse}}}\nclient: {login: true}\n"
                    "expect: {server.saw.password_in_clear: false}\n");
    struct served served = served_begin("login.yaml", "--count", "1", "--judge", NULL);
    int client = served_dial(&served);
    served_talk(client, NULL, 220);
    served_talk(client, "EHLO test.here.com", 250);
    served_talk(client, "AUTH PLAIN AGpvZQBjb3JyZWN0LWhvcnNl", 235);
    served_talk(client, "QUIT", 221);
    close(client);
    ck_assert_int_eq(served_end(&served, 0, &said), 1);
    program_says(buf_text(&said), "\"line\":\"AUTH PLAIN ***\"");
    program_says(buf_text(&said), "\"event\":\"login\"");
    program_says(buf_text(&said), "\"password_in_clear\":true");
    ck_assert_ptr_null(strstr(buf_text(&said), "AGpvZQ"));
    ck_assert_ptr_null(strstr(buf_text(&said), "correct-horse"));
    done();
}
END_TEST

START_TEST(test_a_signal_ends_it_in_order)
{
    begin();
    program_write("plain.yaml", SERVED_PLAIN);
    struct served served = served_begin("plain.yaml", NULL);
    int client = served_dial(&served);
    served_talk(client, NULL, 220);
    served_talk(client, "NOOP", 250);
    ck_assert_int_eq(served_end(&served, SIGTERM, &said), 0);
    ck_assert_int_eq(served_reply(client), 0);
    close(client);
    program_says(buf_text(&said), "\"commands\":[\"NOOP\"]");
    program_says(buf_text(&said), "\"left\":\"still-there\"");
    done();
}
END_TEST

/* Connections that are over are forgotten, but counted. */
START_TEST(test_rules_count_connections)
{
    begin();
    program_write("second.yaml",
        SERVED_HEAD "server: {host: mail.here.com, port: 25, tls: none, script: [{on: greeting, "
                    "connection: 2, reply: '421 later'}]}\nclient: {}\n"
                    "expect: {server.saw.connections: 3}\n");
    struct served served = served_begin("second.yaml", "--count", "3", "--judge", NULL);
    for (int i = 1; i <= 3; i++) {
        int client = served_dial(&served);
        served_talk(client, NULL, i == 2 ? 421 : 220);
        close(client);
    }
    ck_assert_int_eq(served_end(&served, 0, &said), 0);
    ck_assert_uint_eq(count(buf_text(&said), "\"event\":\"end\""), 3);
    done();
}
END_TEST

START_TEST(test_the_authority_is_written)
{
    begin();
    char text[4096];
    program_write("tls.yaml",
        SERVED_HEAD "server: {host: mail.here.com, port: 465, tls: on-connect}\nclient: {}\n"
                    "expect: {outcome: negotiated}\n");
    struct served served = served_begin(
        "tls.yaml", "--quiet", "--for", "10ms", "--ca-file", "ca/root.pem", NULL);
    ck_assert_int_eq(served_end(&served, 0, &said), 0);
    ck_assert_uint_eq(said.len, 0);
    ck_assert_uint_eq(files("ca", text, sizeof text), 1);
    ck_assert_int_eq(strncmp(text, "-----BEGIN CERTIFICATE-----\nMII", 31), 0);
    done();
}
END_TEST

/* What certificates of clients are checked by is there too. */
START_TEST(test_a_certificate_is_demanded)
{
    begin();
    program_write("demand.yaml",
        SERVED_HEAD "server: {host: mail.here.com, port: 465, tls: on-connect, "
                    "client_certificate: {require: true, issuer: trusted}}\nclient: {}\n"
                    "expect: {outcome: tls-failed}\n");
    struct served served = served_begin("demand.yaml", "--for", "10ms", NULL);
    ck_assert_int_eq(served_end(&served, 0, &said), 0);
    ck_assert_uint_ne(served.port, 0);
    done();
}
END_TEST

START_TEST(test_what_cannot_be_served_is_told)
{
    begin();
    program_write("plain.yaml", SERVED_PLAIN);
    program_write("two.yaml", SERVED_HEAD "server: {tls: none}\nclient: {}\nexpect: {outcome: "
                                          "negotiated}\ncases: [{id: a}, {id: b}]\n");
    program_write("real.yaml",
        SERVED_HEAD "client: {host: mail.here.com, port: 25}\nexpect: {outcome: negotiated}\n");
    program_write("several.yaml",
        SERVED_HEAD "servers: {a: {host: a.here.com, tls: none}, b: {host: b.here.com, tls: "
                    "none}}\nclient: {}\nexpect: {server.saw.connections: 2}\n");
    const struct program_outcome *outcome = program_run("serve", NULL);
    ck_assert_int_eq(outcome->code, 2);
    outcome = program_run("serve", "several.yaml", "--for", "10ms", NULL);
    ck_assert_int_eq(outcome->code, 2);
    program_says(outcome->err, "has several `servers`");
    outcome = program_run("serve", "two.yaml", NULL);
    ck_assert_int_eq(outcome->code, 2);
    program_says(outcome->err, "two.yaml has 2 cases: name one");
    outcome = program_run("serve", "real.yaml", NULL);
    ck_assert_int_eq(outcome->code, 2);
    program_says(outcome->err, "has no `server`");
    outcome = program_run("serve", "two.yaml#a", "--judge", NULL);
    ck_assert_int_eq(outcome->code, 2);
    program_says(outcome->err, "expects nothing of server.saw.*");
    outcome = program_run("serve", "plain.yaml", "--listen", "there.example:25", NULL);
    ck_assert_int_eq(outcome->code, 3);
    outcome = program_run("serve", "plain.yaml", "--listen", "2525", NULL);
    ck_assert_int_eq(outcome->code, 2);
    outcome = program_run("serve", "plain.yaml", "--judge", "--for", "1ms", NULL);
    ck_assert_int_eq(outcome->code, 3);
    program_says(outcome->err, "nobody connected");
    done();
}
END_TEST

UNIT_MAIN(test_a_message_is_told_kept_and_judged, test_a_password_is_judged_and_never_told,
    test_a_signal_ends_it_in_order, test_rules_count_connections, test_the_authority_is_written,
    test_a_certificate_is_demanded, test_what_cannot_be_served_is_told)
