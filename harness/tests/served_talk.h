/*
 * served_talk — a client by hand for tests of `smtpvet serve`: lines and replies over plain TCP.
 *
 * Knows: sockets, each with a time limit; the codes of replies. Only tests include it.
 */
#ifndef SMTPVET_TESTS_SERVED_TALK_H
#define SMTPVET_TESTS_SERVED_TALK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "harness/tests/served.h"

#define SERVED_PATIENCE_S 60 /* with a server that says nothing: it is broken then */

static inline int served_dial(const struct served *served)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_addr = {htonl(INADDR_LOOPBACK)},
        .sin_port = htons(served->port)};
    const struct timeval patience = {.tv_sec = SERVED_PATIENCE_S};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(client, 0);
    ck_assert_int_eq(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)), 0);
    ck_assert_int_eq(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    ck_assert_int_eq(setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    return client;
}

/* Sends; false when the far end is gone. */
static inline bool served_send(int client, const void *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t sent = send(client, (const char *)bytes + at, len - at, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        at += (size_t)sent;
    }
    return true;
}

/* The code of the next reply; 0 when none comes. */
static inline int served_reply(int client)
{
    char line[1024];
    for (;;) {
        size_t len = 0;
        while (len < sizeof line - 1 && recv(client, line + len, 1, 0) == 1) {
            if (line[len++] == '\n') {
                break;
            }
        }
        line[len] = '\0';
        if (len == 0 || line[len - 1] != '\n') {
            return 0;
        }
        if (line[3] != '-') {
            return (int)strtoul(line, NULL, 10);
        }
    }
}

/* Says a line and wants this code. */
static inline void served_talk(int client, const char *line, int code)
{
    if (line != NULL) {
        ck_assert_msg(served_send(client, line, strlen(line)), "gone before: %s", line);
        ck_assert_msg(served_send(client, "\r\n", 2), "gone behind: %s", line);
    }
    int came = served_reply(client);
    ck_assert_msg(
        came == code, "%s: wanted %d, got %d", line == NULL ? "greeting" : line, code, came);
}

/* A whole session with one message. */
static inline void served_message(const struct served *served, const char *subject)
{
    char text[512];
    int client = served_dial(served);
    snprintf(text, sizeof text, "Subject: %s\r\n\r\nfirst\r\n..second\r\n.", subject);
    served_talk(client, NULL, 220);
    served_talk(client, "EHLO test.here.com", 250);
    served_talk(client, "MAIL FROM:<joe@here.com>", 250);
    served_talk(client, "RCPT TO:<jane@there.com>", 250);
    served_talk(client, "DATA", 354);
    served_talk(client, text, 250);
    served_talk(client, "QUIT", 221);
    close(client);
}

#endif
