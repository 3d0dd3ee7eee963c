#include "harness/tls/detect.h"

#include <openssl/rand.h>
#include <stdio.h>

#include "harness/evidence/alert.h"

#define TLS_DETECT_ANSWER 11    /* octets of an answer that are looked at; all kinds show by then */
#define TLS_DETECT_CHALLENGE 16 /* of an SSL 2 hello */
#define TLS_DETECT_SSL2_SERVER_HELLO 4
#define TLS_DETECT_SSL2_LONG 0x80 /* the top bit of a length of two octets */

/* Three octets for each: DES3, RC4, RC2 and IDEA as SSL 2 numbers them. */
static const uint8_t tls_detect_ssl2_hello[] = {SSL3_MT_CLIENT_HELLO, 0, 2, 0, 12, 0, 0, 0,
    TLS_DETECT_CHALLENGE, 7, 0, 0xc0, 1, 0, 0x80, 3, 0, 0x80, 5, 0, 0x80};

/* RSA with AES, 3DES and RC4: what servers of SSL 3 had; no compression, no extension. */
static const uint8_t tls_detect_ssl3_tail[] = {
    0, 0, 10, 0, 0x35, 0, 0x2f, 0, 0x0a, 0, 5, 0, 4, 1, 0};

static void tls_detect_say_ssl2(struct buf *out)
{
    uint8_t challenge[TLS_DETECT_CHALLENGE];
    const size_t len = sizeof tls_detect_ssl2_hello + sizeof challenge;
    (void)RAND_bytes(challenge, sizeof challenge);
    (void)buf_append_byte(out, TLS_DETECT_SSL2_LONG);
    (void)buf_append_byte(out, (uint8_t)len);
    (void)buf_append(out, span_of(tls_detect_ssl2_hello, sizeof tls_detect_ssl2_hello));
    (void)buf_append(out, span_of(challenge, sizeof challenge));
}

static void tls_detect_say_ssl3(struct buf *out)
{
    uint8_t random[SSL3_RANDOM_SIZE];
    const uint8_t len = 2 + SSL3_RANDOM_SIZE + sizeof tls_detect_ssl3_tail;
    const uint8_t head[] = {SSL3_RT_HANDSHAKE, SSL3_VERSION_MAJOR, SSL3_VERSION_MINOR, 0,
        (uint8_t)(SSL3_HM_HEADER_LENGTH + len), SSL3_MT_CLIENT_HELLO, 0, 0, len, SSL3_VERSION_MAJOR,
        SSL3_VERSION_MINOR};
    (void)RAND_bytes(random, sizeof random);
    (void)buf_append(out, span_of(head, sizeof head));
    (void)buf_append(out, span_of(random, sizeof random));
    (void)buf_append(out, span_of(tls_detect_ssl3_tail, sizeof tls_detect_ssl3_tail));
}

static void tls_detect_fail(struct tls_session *session, const char *text)
{
    tls_session_fail(session, TLS_FAILURE_LIBRARY, text);
}

static void tls_detect_alert(struct tls_session *session, unsigned alert)
{
    char text[TLS_FAILURE_TEXT_MAX];
    session->alert_received = (int)alert;
    snprintf(text, sizeof text, "received alert %s", alert_name(alert));
    tls_session_fail(session, TLS_FAILURE_ALERT_RECEIVED, text);
}

/* What has come of an answer says so much, or nothing yet. */
static void tls_detect_judge(struct tls_session *session, const uint8_t *answer, size_t len)
{
    bool handshake = answer[0] == SSL3_RT_HANDSHAKE;
    bool ssl2 = (answer[0] & TLS_DETECT_SSL2_LONG) != 0;
    if (answer[0] == SSL3_RT_ALERT) {
        if (len >= SSL3_RT_HEADER_LENGTH + 2) {
            tls_detect_alert(session, answer[SSL3_RT_HEADER_LENGTH + 1]);
        }
    } else if (ssl2 && session->detects == SSL2_VERSION) {
        if (len < 7) {
            return;
        }
        if (answer[2] == TLS_DETECT_SSL2_SERVER_HELLO && answer[5] == 0 && answer[6] == 2) {
            session->last_message = "ServerHello";
            session->detected = SSL2_VERSION;
            tls_detect_fail(session, "the server speaks SSL 2: detected, cannot be used");
        } else {
            tls_detect_fail(session, "the server has answered in the form of SSL 2, and no hello");
        }
    } else if (!handshake) {
        tls_detect_fail(session, "the server has answered with no hello");
    } else if (len >= TLS_DETECT_ANSWER) {
        bool hello = answer[SSL3_RT_HEADER_LENGTH] == SSL3_MT_SERVER_HELLO;
        bool ssl3 = answer[9] == SSL3_VERSION_MAJOR && answer[10] == SSL3_VERSION_MINOR;
        if (hello && ssl3 && session->detects == SSL3_VERSION) {
            session->last_message = "ServerHello";
            session->detected = SSL3_VERSION;
            tls_detect_fail(session, "the server speaks SSL 3: detected, cannot be used");
        } else {
            tls_detect_fail(session, "the server chose a version that was not offered");
        }
    }
}

void tls_detect_feed(struct tls_session *session, struct span wire)
{
    if (session->client_hello_octets == 0) {
        size_t header = session->detects == SSL2_VERSION ? 2 : SSL3_RT_HEADER_LENGTH;
        if (session->detects == SSL2_VERSION) {
            tls_detect_say_ssl2(&session->output);
        } else {
            tls_detect_say_ssl3(&session->output);
        }
        session->client_hello_octets = session->output.len - header;
        session->last_message = "ClientHello";
    }
    while (wire.len > 0 && session->state == TLS_STATE_HANDSHAKE) {
        session->scan.records = 1; /* something has come */
        session->answer[session->answer_len++] = wire.data[0];
        wire = span_from(wire, 1);
        tls_detect_judge(session, session->answer, session->answer_len);
    }
}
