/*
 * Hostile clients of `smtpvet serve`: it neither crashes nor keeps others waiting. After each of
 * them a client that behaves is served, and in the end the server goes in order: under sanitizers
 * it would not if anything had been wrong.
 */
#include "harness/tests/served_talk.h"

#include <errno.h>

#include "harness/base/random.h"

#define HOSTILE_IDLE 300       /* connections: below the usual limit of 1,024 descriptors */
#define HOSTILE_COMMANDS 10000 /* of one client, at once */
#define HOSTILE_DESCRIPTORS 48 /* of a server that has few */
#define HOSTILE_LINE (4 << 20) /* octets without an end */
#define HOSTILE_SESSIONS 1500  /* one behind the other */
#define HOSTILE_GROWTH_KIB                                                \
    2048 /* that they may leave behind: a fraction of what one each takes \
          */

#define STARTTLS                                                                                  \
    SERVED_HEAD "server: {host: mail.here.com, port: 587, tls: starttls}\nclient: {send: true}\n" \
                "expect: {outcome: sent}\n"
#define ON_CONNECT                                                                    \
    SERVED_HEAD "server: {host: mail.here.com, port: 465, tls: on-connect}\nclient: " \
                "{send: true}\nexpect: {outcome: sent}\n"

static struct served begin(const char *scenario)
{
    program_begin();
    program_write("hostile.yaml", scenario);
    return served_begin("hostile.yaml", "--events", "events.ndjson", "--maildir", "mail", NULL);
}

static void done(struct served *served)
{
    ck_assert_int_eq(served_end(served, SIGTERM, NULL), 0);
}

/* Says that no more comes, and reads until the server closes or resets. */
static void drain(int client)
{
    char bytes[65536];
    (void)shutdown(client, SHUT_WR);
    while (recv(client, bytes, sizeof bytes, 0) > 0) {
    }
    close(client);
}

static void check_random_bytes(const char *scenario, bool starttls, bool plain)
{
    struct served served = begin(scenario);
    struct random_source random;
    random_seed(&random, 1);
    for (int i = 0; i < 20; i++) {
        uint8_t bytes[8192];
        for (size_t j = 0; j < sizeof bytes; j++) {
            bytes[j] = (uint8_t)random_next(&random);
        }
        if (i % 2 == 0) { /* looks like a ClientHello at first */
            memcpy(bytes, "\x16\x03\x01\x1f\xfb\x01", 6);
        }
        int client = served_dial(&served);
        if (starttls) {
            served_talk(client, NULL, 220);
            served_talk(client, "EHLO a", 250);
            served_talk(client, "STARTTLS", 220);
        }
        (void)served_send(client, bytes, sizeof bytes);
        (void)shutdown(client, SHUT_WR);
        drain(client);
    }
    if (plain) {
        served_message(&served, "behind it");
    }
    done(&served);
}

START_TEST(test_random_bytes)
{
    check_random_bytes(SERVED_PLAIN, false, true);
    check_random_bytes(STARTTLS, false, true);
    check_random_bytes(STARTTLS, true, true);
    check_random_bytes(ON_CONNECT, false, false);
}
END_TEST

START_TEST(test_a_line_without_end)
{
    struct served served = begin(SERVED_PLAIN);
    char *line = mem_alloc(HOSTILE_LINE);
    memset(line, 'x', HOSTILE_LINE);
    int client = served_dial(&served);
    served_talk(client, NULL, 220);
    ck_assert(served_send(client, line, HOSTILE_LINE));
    served_message(&served, "beside it");
    served_talk(client, "", 500);
    served_talk(client, "MAIL FROM:<a@b>", 503);
    served_talk(client, "EHLO a", 250);
    served_talk(client, "MAIL FROM:<a@b>", 250);
    served_talk(client, "RCPT TO:<a@b>", 250);
    served_talk(client, "DATA", 354);
    ck_assert(served_send(client, line, HOSTILE_LINE));
    served_message(&served, "beside it");
    served_talk(client, "\r\n.", 250);
    close(client);
    mem_free(line);
    done(&served);
}
END_TEST

START_TEST(test_ten_thousand_commands)
{
    struct served served = begin(SERVED_PLAIN);
    struct buf commands;
    buf_init(&commands, SIZE_MAX / 2);
    for (int i = 0; i < HOSTILE_COMMANDS; i++) {
        buf_append_text(&commands, i % 2 == 0 ? "NOOP\r\n" : "EHLO there.example\r\n");
    }
    int client = served_dial(&served);
    served_talk(client, NULL, 220);
    ck_assert(served_send(client, commands.data, commands.len));
    served_message(&served, "beside it");
    for (int i = 0; i < HOSTILE_COMMANDS; i++) {
        ck_assert_int_eq(served_reply(client), 250);
    }
    close(client);
    buf_done(&commands);
    done(&served);
}
END_TEST

/* The replies pile up in the system, then in the server, which then reads no more: nor does this
 * client get rid of anything. */
START_TEST(test_replies_that_nobody_reads)
{
    struct served served = begin(SERVED_PLAIN);
    const int small = 4096;
    size_t sent = 0, lines = 0;
    char commands[4096];
    for (size_t i = 0; i < sizeof commands; i += 8) {
        memcpy(commands + i, "NOOP x\r\n", 8);
    }
    int client = served_dial(&served);
    (void)setsockopt(client, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    const struct timeval soon = {.tv_usec = 200 * 1000};
    ck_assert_int_eq(setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon), 0);
    for (ssize_t len; (len = send(client, commands, sizeof commands, MSG_NOSIGNAL)) > 0;) {
        sent += (size_t)len;
        lines += (size_t)len / 8; /* a piece begins anew */
        ck_assert_uint_lt(sent, (size_t)256 << 20);
    }
    ck_assert_msg(errno == EAGAIN, "it does not wait: %s", strerror(errno));
    served_message(&served, "beside it");
    /* Whoever reads in the end finds them all: a line each. */
    size_t replies = 0;
    (void)shutdown(client, SHUT_WR);
    for (ssize_t len; (len = recv(client, commands, sizeof commands, 0)) > 0;) {
        for (ssize_t i = 0; i < len; i++) {
            replies += commands[i] == '\n';
        }
    }
    ck_assert_uint_eq(replies, 1 + lines);
    close(client);
    done(&served);
}
END_TEST

START_TEST(test_slow_bytes)
{
    static const char slow[] = "EHLO slow.example\r\nMAIL FROM:<a@b>\r\n";
    struct served served = begin(SERVED_PLAIN);
    int client = served_dial(&served);
    served_talk(client, NULL, 220);
    for (size_t i = 0; i < sizeof slow - 1; i++) {
        ck_assert(served_send(client, slow + i, 1));
        served_message(&served, "between two octets");
    }
    ck_assert_int_eq(served_reply(client), 250);
    ck_assert_int_eq(served_reply(client), 250);
    close(client);
    done(&served);
}
END_TEST

START_TEST(test_half_closed_sockets)
{
    static const char *const said[] = {"", "EHLO a",
        "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nno end", "STARTTLS\r\n"};
    struct served served = begin(STARTTLS);
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        int client = served_dial(&served);
        ck_assert(served_send(client, said[i], strlen(said[i])));
        (void)shutdown(client, SHUT_WR);
        drain(client);
        client = served_dial(&served); /* and one that resets at once */
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        ck_assert(served_send(client, said[i], strlen(said[i])));
        ck_assert_int_eq(setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
        close(client);
        served_message(&served, "behind them");
    }
    done(&served);
}
END_TEST

START_TEST(test_many_that_say_nothing)
{
    struct served served = begin(SERVED_PLAIN);
    int idle[HOSTILE_IDLE];
    for (size_t i = 0; i < HOSTILE_IDLE; i++) {
        idle[i] = served_dial(&served);
    }
    for (size_t i = 0; i < HOSTILE_IDLE; i++) {
        served_talk(idle[i], NULL, 220);
    }
    served_message(&served, "beside them");
    for (size_t i = 0; i < HOSTILE_IDLE; i++) {
        close(idle[i]);
    }
    done(&served);
}
END_TEST

/* Each of them takes a descriptor and, in the middle of a message that is kept, another: whoever is
 * one too many is refused, and nobody is left without. */
START_TEST(test_descriptors_do_not_run_out)
{
    int idle[HOSTILE_DESCRIPTORS];
    size_t held = 0;
    served_descriptors = HOSTILE_DESCRIPTORS;
    struct served served = begin(SERVED_PLAIN);
    served_descriptors = 0;
    for (size_t i = 0; i < HOSTILE_DESCRIPTORS; i++) {
        int client = served_dial(&served);
        if (served_reply(client) == 0) {
            close(client);
            continue;
        }
        served_talk(client, "EHLO a", 250);
        served_talk(client, "MAIL FROM:<a@b>", 250);
        served_talk(client, "RCPT TO:<a@b>", 250);
        served_talk(client, "DATA", 354);
        idle[held++] = client;
    }
    for (size_t i = 0; i < held; i++) {
        ck_assert(served_send(idle[i], "no end\r\n", 8));
    }
    ck_assert_uint_gt(held, 0);
    ck_assert_uint_lt(held, HOSTILE_DESCRIPTORS);
    for (size_t i = 0; i < held; i++) {
        served_talk(idle[i], ".", 250);
        served_talk(idle[i], "QUIT", 221);
        close(idle[i]);
    }
    served_message(&served, "behind them");
    done(&served);
}
END_TEST

/* Resident memory of the server, in KiB. */
static long resident(const struct served *served)
{
    char path[64], line[256];
    long found = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)served->pid);
    FILE *status = fopen(path, "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            found = strtol(line + 6, NULL, 10);
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return found;
}

START_TEST(test_who_has_gone_leaves_nothing)
{
    struct served served = begin(SERVED_PLAIN);
    long before = 0;
    for (int i = 0; i < HOSTILE_SESSIONS; i++) {
        int client = served_dial(&served);
        served_talk(client, NULL, 220);
        served_talk(client, "EHLO there.example", 250);
        served_talk(client, "QUIT", 221);
        close(client);
        before = i == HOSTILE_SESSIONS / 3 ? resident(&served) : before;
    }
    long after = resident(&served);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
    ck_assert_msg(
        before > 0 && after - before < HOSTILE_GROWTH_KIB, "%ld, then %ld KiB", before, after);
#else
    ck_assert_int_gt(after, 0);
#endif
    done(&served);
}
END_TEST

UNIT_MAIN(test_random_bytes, test_a_line_without_end, test_ten_thousand_commands,
    test_replies_that_nobody_reads, test_slow_bytes, test_half_closed_sockets,
    test_many_that_say_nothing, test_descriptors_do_not_run_out, test_who_has_gone_leaves_nothing)
