#include "harness/tls/test_pair.h"

#include "harness/evidence/alert.h"

#define WRITES 5 /* application records before the alert: its sequence number is not 0 */

/* A pair with one suite and some records behind it. */
static void talk(struct pair *pair, unsigned protocol, const char *suite)
{
    pair_init(pair);
    pair->client_options.ciphers = suite;
    pair_open(pair, protocol);
    for (int i = 0; i < WRITES; i++) {
        ck_assert(tls_session_write(pair->server, SPAN_LITERAL("250 more\r\n")));
        ck_assert(tls_session_write(pair->client, SPAN_LITERAL("NOOP\r\n")));
    }
    pair_run(pair);
    ck_assert_uint_eq(tls_session_plain(pair->client)->len, WRITES * strlen("250 more\r\n"));
}

/* `from` sends the alert; `to` must read exactly that one, and as one that its keys vouch for. */
static void check_alert(struct pair *pair, bool from_server, const char *alert)
{
    struct tls_session *from = from_server ? pair->server : pair->client;
    struct tls_session *to = from_server ? pair->client : pair->server;
    tls_session_send_alert(from, (unsigned)alert_find(alert));
    ck_assert_int_eq(tls_session_state(from), TLS_STATE_FAILED);
    ck_assert_uint_gt(tls_session_output(from)->len, 7); /* seven octets are an alert in clear */
    pair_run(pair);
    const struct tls_failure *failure = tls_session_failure(to);
    ck_assert_int_eq(tls_session_state(to), TLS_STATE_FAILED);
    ck_assert_msg(failure->kind == TLS_FAILURE_ALERT_RECEIVED, "%s", failure->text);
    ck_assert_str_eq(failure->alert, alert);
    ck_assert_int_eq(to->alert_sent, TLS_NO_ALERT);
}

static const struct suite_row {
    unsigned protocol;
    const char *suite;
} suites[] = {
    {TLS_PROTOCOL_1_3, "TLS_AES_128_GCM_SHA256"},
    {TLS_PROTOCOL_1_3, "TLS_AES_256_GCM_SHA384"},
    {TLS_PROTOCOL_1_3, "TLS_CHACHA20_POLY1305_SHA256"},
    {TLS_PROTOCOL_1_2, "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {TLS_PROTOCOL_1_2, "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {TLS_PROTOCOL_1_2, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
};

START_TEST(test_either_side_seals_an_alert_behind_other_records)
{
    for (size_t i = 0; i < ARRAY_LEN(suites); i++) {
        for (int from_server = 0; from_server <= 1; from_server++) {
            struct pair pair;
            talk(&pair, suites[i].protocol, suites[i].suite);
            check_alert(&pair, from_server != 0, "internal_error");
            pair_done(&pair);
        }
    }
}
END_TEST

START_TEST(test_an_alert_is_the_first_record_of_all)
{
    static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct pair pair;
        pair_init(&pair);
        pair_open(&pair, protocols[i]);
        check_alert(&pair, true, "handshake_failure");
        pair_done(&pair);
    }
}
END_TEST

/* RFC 8446 §4.6.3: after a KeyUpdate there are new keys, and the numbers begin again. */
START_TEST(test_an_alert_follows_key_updates)
{
    for (size_t i = 0; i < 3; i++) {
        struct pair pair;
        talk(&pair, TLS_PROTOCOL_1_3, suites[i].suite);
        for (int update = 0; update < 2; update++) {
            ck_assert_int_eq(SSL_key_update(pair.server->ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
            ck_assert(tls_session_write(pair.server, SPAN_LITERAL("250 new keys\r\n")));
            pair_run(&pair);
        }
        check_alert(&pair, true, "access_denied");
        pair_done(&pair);
    }
}
END_TEST

/* An update that the peer asked for changes this side's keys as well. */
START_TEST(test_an_alert_follows_an_update_that_was_asked_for)
{
    struct pair pair;
    talk(&pair, TLS_PROTOCOL_1_3, suites[1].suite);
    ck_assert_int_eq(SSL_key_update(pair.client->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    ck_assert(tls_session_write(pair.client, SPAN_LITERAL("NOOP\r\n")));
    pair_run(&pair);
    ck_assert(tls_session_write(pair.server, SPAN_LITERAL("250 ok\r\n")));
    pair_run(&pair);
    check_alert(&pair, true, "unexpected_message");
    pair_done(&pair);
}
END_TEST

/* In TLS 1.3 the server's own keys are there before the client has finished. */
START_TEST(test_an_alert_between_the_two_finished)
{
    struct pair pair;
    pair_init(&pair);
    pair.client_options.protocols = TLS_PROTOCOL_1_3;
    pair_start(&pair);
    (void)tls_session_feed(pair.client, SPAN_EMPTY);
    (void)pair_carry(pair.client, pair.server, 0);
    ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_HANDSHAKE);
    tls_session_send_alert(pair.server, SSL_AD_ACCESS_DENIED);
    (void)pair_carry(pair.server, pair.client, 0);
    ck_assert_str_eq(tls_session_failure(pair.client)->alert, "access_denied");
    ck_assert_int_eq(tls_session_failure(pair.client)->kind, TLS_FAILURE_ALERT_RECEIVED);
    pair_done(&pair);
}
END_TEST

/* CBC is not sealed by hand: the alert goes out in clear, and the receiver calls it what it is. */
START_TEST(test_other_suites_are_left_alone)
{
    struct pair pair;
    talk(&pair, TLS_PROTOCOL_1_2, "ECDHE-ECDSA-AES128-SHA256");
    uint64_t sent = pair.server->records_sent;
    ck_assert(!tls_seal_alert(pair.server, SSL_AD_INTERNAL_ERROR));
    ck_assert_uint_eq(pair.server->records_sent, sent);
    ck_assert_uint_eq(tls_session_output(pair.server)->len, 0);
    tls_session_send_alert(pair.server, SSL_AD_INTERNAL_ERROR);
    ck_assert_uint_eq(tls_session_output(pair.server)->len, 7);
    pair_run(&pair);
    ck_assert_int_eq(tls_session_failure(pair.client)->kind, TLS_FAILURE_LIBRARY);
    pair_done(&pair);
}
END_TEST

START_TEST(test_nothing_is_sealed_before_finished)
{
    struct pair pair;
    pair_init(&pair);
    pair_start(&pair);
    ck_assert(!tls_seal_alert(pair.server, SSL_AD_INTERNAL_ERROR));
    ck_assert(!tls_seal_alert(pair.client, SSL_AD_INTERNAL_ERROR));
    ck_assert_uint_eq(tls_session_output(pair.server)->len, 0);
    pair_done(&pair);
}
END_TEST

/* RFC 5246 §7.2.1: what is said behind it finds nobody, but TLS has not failed. The number is that
 * of no alert, and so of level fatal; its last octet goes on the wire. */
START_TEST(test_close_notify_of_level_fatal)
{
    for (size_t i = 0; i < ARRAY_LEN(suites); i++) {
        for (int warning = 0; warning <= 1; warning++) {
            struct pair pair;
            talk(&pair, suites[i].protocol, suites[i].suite);
            ck_assert(tls_seal_alert(pair.server, warning != 0 ? 0 : 256));
            (void)pair_carry(pair.server, pair.client, 0);
            ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_CLOSED);
            ck_assert(tls_session_close_notify_received(pair.client));
            ck_assert_int_eq(tls_session_failure(pair.client)->kind, TLS_FAILURE_NONE);
            if (!tls_session_write(pair.client, SPAN_LITERAL("QUIT\r\n"))) {
                const struct tls_failure *failure = tls_session_failure(pair.client);
                ck_assert_int_eq(failure->kind, TLS_FAILURE_END);
                ck_assert_str_eq(failure->text, "the peer has sent close_notify");
                ck_assert(warning == 0 && suites[i].protocol == TLS_PROTOCOL_1_2);
            }
            pair_done(&pair);
        }
    }
}
END_TEST

UNIT_MAIN(test_close_notify_of_level_fatal, test_either_side_seals_an_alert_behind_other_records,
    test_an_alert_is_the_first_record_of_all, test_an_alert_follows_key_updates,
    test_an_alert_follows_an_update_that_was_asked_for, test_an_alert_between_the_two_finished,
    test_other_suites_are_left_alone, test_nothing_is_sealed_before_finished)
