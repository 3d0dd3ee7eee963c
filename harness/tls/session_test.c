#include "harness/tls/test_pair.h"

/* Both roles joined over memory: what goes well, and how each end is told. What a hello and a
 * certificate hold has tests of its own. */

#define BIG_LEN ((size_t)1024 * 1024)

static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};

static void check_plain(struct tls_session *session, const char *wanted)
{
    struct buf *plain = tls_session_plain(session);
    ck_assert_str_eq(buf_text(plain), wanted);
    buf_clear(plain);
}

static void check_failure(
    const struct tls_session *session, enum tls_failure_kind kind, const char *text)
{
    const struct tls_failure *failure = tls_session_failure(session);
    ck_assert_int_eq(tls_session_state(session), TLS_STATE_FAILED);
    ck_assert_str_eq(failure->text, text);
    ck_assert_int_eq(failure->kind, kind);
}

static void check_text(const char *found, const char *wanted)
{
    ck_assert((found == NULL) == (wanted == NULL));
    if (wanted != NULL) {
        ck_assert_str_eq(found, wanted);
    }
}

/* --- what goes well --- */

START_TEST(test_both_ways_in_pieces_of_any_size)
{
    static const size_t pieces[] = {0, 1, 2, 7, 1000};
    for (size_t i = 0; i < 2 * ARRAY_LEN(pieces); i++) {
        struct pair pair;
        pair_init(&pair);
        pair.piece = pieces[i / 2];
        pair_open(&pair, protocols[i % 2]);
        ck_assert(!tls_session_plain_seen(pair.client));
        ck_assert(tls_session_write(pair.server, SPAN_LITERAL("220 a.test\r\n")));
        pair_run(&pair);
        check_plain(pair.client, "220 a.test\r\n");
        ck_assert(tls_session_plain_seen(pair.client));
        ck_assert(tls_session_write(pair.client, SPAN_LITERAL("EHLO ")));
        ck_assert(tls_session_write(pair.client, SPAN_EMPTY));
        ck_assert(tls_session_write(pair.client, SPAN_LITERAL("b.test\r\n")));
        pair_run(&pair);
        check_plain(pair.server, "EHLO b.test\r\n");
        tls_session_close_notify(pair.client);
        pair_run(&pair);
        ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_CLOSED);
        ck_assert(tls_session_close_notify_received(pair.server));
        ck_assert(!tls_session_close_notify_received(pair.client));
        ck_assert(!tls_session_write(pair.client, SPAN_LITERAL("more")));
        /* RFC 8446 §6.1: the other direction goes on. */
        ck_assert(tls_session_write(pair.server, SPAN_LITERAL("221 bye\r\n")));
        tls_session_close_notify(pair.server);
        pair_run(&pair);
        check_plain(pair.client, "221 bye\r\n");
        ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_CLOSED);
        ck_assert_int_eq(tls_session_feed_end(pair.client), TLS_STATE_CLOSED);
        ck_assert_int_eq(tls_session_failure(pair.client)->kind, TLS_FAILURE_NONE);
        pair_done(&pair);
    }
}
END_TEST

START_TEST(test_big_data)
{
    static const size_t record_max[] = {0, 1000, 16384};
    CLEANUP(buf_done) struct buf big = {0};
    buf_init(&big, BIG_LEN);
    for (size_t i = 0; i < BIG_LEN; i++) {
        buf_append_byte(&big, (uint8_t)(i * 7 + i / 251));
    }
    for (size_t i = 0; i < 2 * ARRAY_LEN(record_max); i++) {
        struct pair pair;
        pair_init(&pair);
        pair.piece = 4099;
        pair.server_options.record_max = record_max[i / 2];
        pair_open(&pair, protocols[i % 2]);
        ck_assert(tls_session_write(pair.server, buf_span(&big)));
        ck_assert(tls_session_write(pair.client, buf_span(&big)));
        pair_run(&pair);
        ck_assert(span_equal(buf_span(tls_session_plain(pair.client)), buf_span(&big)));
        ck_assert(span_equal(buf_span(tls_session_plain(pair.server)), buf_span(&big)));
        pair_done(&pair);
    }
}
END_TEST

/* Each record carries as much as it may and no more, below the library's own least as well. */
START_TEST(test_records_of_a_size)
{
    static const size_t record_max[] = {1, 5, 600};
    for (size_t i = 0; i < ARRAY_LEN(record_max); i++) {
        struct pair pair;
        uint8_t text[1200];
        memset(text, 'x', sizeof text);
        pair_init(&pair);
        pair.server_options.record_max = record_max[i];
        pair_open(&pair, TLS_PROTOCOL_1_3);
        uint64_t before = pair.client->scan.records;
        ck_assert(tls_session_write(pair.server, span_of(text, sizeof text)));
        pair_run(&pair);
        ck_assert_uint_eq(pair.client->scan.records - before, sizeof text / record_max[i]);
        ck_assert_uint_eq(tls_session_plain(pair.client)->len, sizeof text);
        pair_done(&pair);
    }
}
END_TEST

START_TEST(test_old_versions_when_they_are_asked_for)
{
    static const struct {
        unsigned protocol;
        const char *version;
    } cases[] = {{TLS_PROTOCOL_1_0, "TLSv1"}, {TLS_PROTOCOL_1_1, "TLSv1.1"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct pair pair;
        pair_init(&pair);
        pair.server_options.protocols = cases[i].protocol | TLS_PROTOCOL_1_3;
        pair_open(&pair, cases[i].protocol | TLS_PROTOCOL_SSL3);
        struct facts *facts = facts_new(arena, NULL);
        tls_session_record_client(pair.client, facts);
        ck_assert_str_eq(value_as_text(facts_get(facts, "tls.version")), cases[i].version);
        ck_assert_str_eq(value_as_text(facts_get(facts, "tls.signature")), "ecdsa_sha1");
        pair_done(&pair);
    }
}
END_TEST

/* Both peers share a thread and its error queue: what one left there must not reach the other. */
START_TEST(test_a_stale_error_harms_nobody)
{
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct pair pair;
        pair_init(&pair);
        pair.client_options.protocols = protocols[i];
        pair_start(&pair);
        bool moved = true;
        (void)tls_session_feed(pair.client, SPAN_EMPTY);
        while (moved) {
            ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
            moved = pair_carry(pair.client, pair.server, 1);
            ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
            moved = pair_carry(pair.server, pair.client, 1) || moved;
        }
        ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_OPEN);
        ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_OPEN);
        ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
        ck_assert(tls_session_write(pair.client, SPAN_LITERAL("NOOP\r\n")));
        ck_assert_uint_eq(ERR_peek_error(), 0);
        ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
        (void)pair_carry(pair.client, pair.server, 0);
        ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_OPEN);
        check_plain(pair.server, "NOOP\r\n");
        pair_done(&pair);
    }
}
END_TEST

/* Tickets hold the time of day: there are none. */
START_TEST(test_no_ticket_is_given)
{
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct pair pair;
        pair_init(&pair);
        pair_open(&pair, protocols[i]);
        ck_assert(tls_session_write(pair.server, SPAN_LITERAL("250 ok\r\n")));
        pair_run(&pair);
        ck_assert_int_eq(SSL_SESSION_has_ticket(SSL_get_session(pair.client->ssl)), 0);
        pair_done(&pair);
    }
}
END_TEST

/* RFC 5746 §4.5: who is asked for a second handshake may say no and go on. */
START_TEST(test_there_is_no_second_handshake)
{
    struct pair pair;
    pair_init(&pair);
    pair_open(&pair, TLS_PROTOCOL_1_2);
    SSL_clear_options(pair.server->ssl, SSL_OP_NO_RENEGOTIATION);
    ck_assert_int_eq(SSL_renegotiate(pair.server->ssl), 1);
    ck_assert_int_eq(SSL_do_handshake(pair.server->ssl), 1);
    ck_assert(pair_carry(pair.server, pair.client, 1));
    ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_OPEN);
    ck_assert_uint_gt(tls_session_output(pair.client)->len, 0);
    ck_assert_uint_lt(tls_session_output(pair.client)->len, 64); /* a warning, not a ClientHello */
    ck_assert_int_eq(pair.client->alert_sent, TLS_NO_ALERT);
    ck_assert(tls_session_write(pair.client, SPAN_LITERAL("NOOP\r\n")));
    pair_done(&pair);
}
END_TEST

/* --- how it ends otherwise --- */

/* A FIN between two records, in the middle of one, in the handshake. */
START_TEST(test_fins)
{
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct pair pair;
        pair_init(&pair);
        pair_open(&pair, protocols[i]);
        ck_assert_int_eq(tls_session_feed_end(pair.client), TLS_STATE_FAILED);
        check_failure(pair.client, TLS_FAILURE_END, "the connection ended without close_notify");
        ck_assert(!tls_session_failure(pair.client)->inside_record);
        ck_assert(tls_session_write(pair.server, SPAN_LITERAL("250 ok\r\n")));
        pair_stop(&pair);

        pair_open(&pair, protocols[i]);
        ck_assert(tls_session_write(pair.server, SPAN_LITERAL("250 ok\r\n")));
        struct span record = buf_span(tls_session_output(pair.server));
        (void)tls_session_feed(pair.client, span_first(record, record.len - 1));
        ck_assert_int_eq(tls_session_feed_end(pair.client), TLS_STATE_FAILED);
        check_failure(pair.client, TLS_FAILURE_END, "the connection ended inside a TLS record");
        ck_assert(tls_session_failure(pair.client)->inside_record);
        pair_stop(&pair);

        pair_start(&pair);
        (void)tls_session_feed(pair.client, SPAN_EMPTY);
        ck_assert_int_eq(tls_session_feed_end(pair.client), TLS_STATE_FAILED);
        check_failure(
            pair.client, TLS_FAILURE_END, "the connection ended during the TLS handshake");
        ck_assert_str_eq(tls_session_failure(pair.client)->last_message, "ClientHello");
        ck_assert_ptr_null(tls_session_failure(pair.client)->alert);
        ck_assert_int_eq(tls_session_feed_end(pair.server), TLS_STATE_FAILED);
        ck_assert_ptr_null(tls_session_failure(pair.server)->last_message);
        pair_done(&pair);
    }
}
END_TEST

/* What speaks no TLS at all is told by its first octet, however many come with it. */
START_TEST(test_other_languages_instead_of_tls)
{
    static const struct {
        const char *spoken, *text;
    } cases[] = {
        {"220 a.test ESMTP\r\n", "peer spoke plain text, beginning with 2"},
        {"\r\n", "peer spoke plain text, beginning with \\r"},
        {"\x04\x01", "peer spoke no TLS, beginning with \\x04"},
        {"\xff\xfe", "peer spoke no TLS, beginning with \\xff"},
    };
    for (size_t i = 0; i < 4 * ARRAY_LEN(cases); i++) {
        struct pair pair;
        pair_init(&pair);
        pair_start(&pair);
        (void)tls_session_feed(pair.client, SPAN_EMPTY);
        struct tls_session *session = i % 2 == 0 ? pair.client : pair.server;
        buf_clear(tls_session_output(session));
        pair_feed(session, span_text(cases[i / 4].spoken), i / 2 % 2);
        check_failure(session, TLS_FAILURE_NOT_TLS, cases[i / 4].text);
        ck_assert_uint_eq(tls_session_output(session)->len, 0);
        pair_done(&pair);
    }
}
END_TEST

START_TEST(test_plain_text_after_the_handshake)
{
    for (size_t i = 0; i < 4; i++) {
        struct pair pair;
        pair_init(&pair);
        pair_open(&pair, protocols[i % 2]);
        ck_assert(tls_session_write(pair.server, SPAN_LITERAL("250 ok\r\n")));
        struct buf *output = tls_session_output(pair.server);
        buf_append_text(output, "421 bye\r\n"); /* glued behind a good record */
        pair.piece = i / 2;
        (void)pair_carry(pair.server, pair.client, pair.piece);
        check_plain(pair.client, "250 ok\r\n");
        check_failure(pair.client, TLS_FAILURE_NOT_TLS, "peer spoke plain text, beginning with 4");
        ck_assert_str_eq(tls_session_failure(pair.client)->alert, "protocol_version");
        pair_run(&pair);
        ck_assert_str_eq(tls_session_failure(pair.server)->alert, "protocol_version");
        pair_done(&pair);
    }
}
END_TEST

/* Fewer octets than a header, then FIN: still no TLS. */
START_TEST(test_too_little_plain_text_to_notice)
{
    struct pair pair;
    pair_init(&pair);
    pair_open(&pair, TLS_PROTOCOL_1_3);
    ck_assert_int_eq(tls_session_feed(pair.client, SPAN_LITERAL("421")), TLS_STATE_OPEN);
    ck_assert_int_eq(tls_session_feed_end(pair.client), TLS_STATE_FAILED);
    check_failure(pair.client, TLS_FAILURE_NOT_TLS, "peer spoke plain text, beginning with 4");
    pair_done(&pair);
}
END_TEST

/* A bad record with text glued behind it: the record is what failed, whole as octet by octet. */
START_TEST(test_the_first_cause_is_told)
{
    for (size_t piece = 0; piece <= 1; piece++) {
        struct pair pair;
        pair_init(&pair);
        pair_open(&pair, TLS_PROTOCOL_1_3);
        ck_assert(tls_session_write(pair.server, SPAN_LITERAL("250 ok\r\n")));
        struct buf *output = tls_session_output(pair.server);
        output->data[output->len - 1] ^= 1;
        buf_append_text(output, "421 bye\r\n");
        (void)pair_carry(pair.server, pair.client, piece);
        check_failure(pair.client, TLS_FAILURE_LIBRARY,
            "decryption failed or bad record mac; sent alert bad_record_mac");
        pair_done(&pair);
    }
}
END_TEST

/* RFC 8446 §6.1, RFC 5246 §7.2.1: it closes at whatever level it stands, before the handshake is
 * complete too, and is no failure of TLS. */
START_TEST(test_close_notify_inside_the_handshake)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    for (unsigned i = 0; i < 16; i++) {
        const uint8_t notify[] = {21, 3, 3, 0, 2, (uint8_t)(1 + i / 4 % 2), SSL_AD_CLOSE_NOTIFY};
        struct pair pair;
        pair_init(&pair);
        pair.client_options.protocols = pair.server_options.protocols = protocols[i % 2];
        pair_start(&pair);
        (void)tls_session_feed(pair.client, SPAN_EMPTY);
        struct tls_session *told = pair.client;
        if (i / 2 % 2 == 1) {
            (void)pair_carry(pair.client, pair.server, 0);
            told = pair.server;
        }
        pair_feed(told, span_of(notify, sizeof notify), i / 8);
        check_failure(told, TLS_FAILURE_END, "the peer sent close_notify during the TLS handshake");
        ck_assert_ptr_null(tls_session_failure(told)->alert);
        ck_assert(tls_session_close_notify_received(told));
        ck_assert(!tls_session_opened(told));
        struct facts *facts = facts_new(arena, NULL);
        tls_session_record_client(pair.client, facts);
        ck_assert(facts_get(facts, "tls.alert_received") == NULL);
        ck_assert((facts_get(facts, "tls.close_notify_received") != NULL) == (told == pair.client));
        pair_done(&pair);
    }
}
END_TEST

/* Where a ClientHello is due it is none. */
START_TEST(test_close_notify_before_the_handshake)
{
    static const uint8_t record[] = {21, 3, 3, 0, 2, 1, 0};
    for (size_t piece = 0; piece <= 1; piece++) {
        struct pair pair;
        pair_init(&pair);
        pair_start(&pair);
        pair_feed(pair.server, span_of(record, sizeof record), piece);
        ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_FAILED);
        pair_done(&pair);
    }
}
END_TEST

/* --- alerts --- */

static const struct alert_row {
    unsigned client_protocols, server_protocols;
    const char *client_ciphers, *server_ciphers, *client_groups, *server_groups;
    const char *alert; /* that the server sends */
    const char *text;
} alert_rows[] = {
    {.client_protocols = TLS_PROTOCOL_1_2,
        .server_protocols = TLS_PROTOCOL_1_3,
        .alert = "protocol_version",
        .text = "unsupported protocol; sent alert protocol_version"},
    {.client_protocols = TLS_PROTOCOL_1_3,
        .server_protocols = TLS_PROTOCOL_1_2,
        .alert = "protocol_version",
        .text = "unsupported protocol; sent alert protocol_version"},
    {.client_protocols = TLS_PROTOCOL_1_2,
        .client_ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256",
        .server_ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384",
        .alert = "handshake_failure",
        .text = "no shared cipher; sent alert handshake_failure"},
    {.client_protocols = TLS_PROTOCOL_1_3,
        .client_ciphers = "TLS_AES_128_GCM_SHA256",
        .server_ciphers = "TLS_CHACHA20_POLY1305_SHA256",
        .alert = "handshake_failure",
        .text = "no shared cipher; sent alert handshake_failure"},
    {.client_protocols = TLS_PROTOCOL_1_3,
        .client_groups = "x25519",
        .server_groups = "secp384r1",
        .alert = "handshake_failure",
        .text = "no suitable key share; sent alert handshake_failure"},
};

START_TEST(test_nothing_in_common)
{
    for (size_t i = 0; i < 2 * ARRAY_LEN(alert_rows); i++) {
        const struct alert_row *row = &alert_rows[i / 2];
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct pair pair;
        pair_init(&pair);
        pair.piece = i % 2;
        pair.client_options.protocols = row->client_protocols;
        pair.server_options.protocols = row->server_protocols;
        pair.client_options.ciphers = row->client_ciphers;
        pair.server_options.ciphers = row->server_ciphers;
        pair.client_options.groups = row->client_groups;
        pair.server_options.groups = row->server_groups;
        pair_start(&pair);
        pair_run(&pair);
        check_failure(pair.server, TLS_FAILURE_LIBRARY, row->text);
        check_text(tls_session_failure(pair.server)->alert, row->alert);
        const struct tls_failure *failure = tls_session_failure(pair.client);
        ck_assert_int_eq(failure->kind, TLS_FAILURE_ALERT_RECEIVED);
        check_text(failure->alert, row->alert);
        check_text(failure->last_message, "ClientHello");
        struct facts *facts = facts_new(arena, NULL);
        tls_session_record_client(pair.client, facts);
        check_text(value_as_text(facts_get(facts, "tls.alert_received")), row->alert);
        check_text(value_as_text(facts_get(facts, "tls.last_message")), "ClientHello");
        ck_assert_ptr_null(facts_get(facts, "tls.alert_sent"));
        ck_assert_ptr_null(facts_get(facts, "tls.version"));
        ck_assert_ptr_null(facts_get(facts, "tls.cipher"));
        ck_assert_ptr_null(facts_get(facts, "certificate.flags"));
        pair_done(&pair);
    }
}
END_TEST

/* An alert of the server's choosing in place of a ServerHello, in clear. */
START_TEST(test_an_alert_for_a_hello)
{
    struct pair pair;
    pair_init(&pair);
    pair_start(&pair);
    (void)tls_session_feed(pair.client, SPAN_EMPTY);
    tls_session_send_alert(pair.server, SSL_AD_HANDSHAKE_FAILURE);
    ck_assert_uint_eq(tls_session_output(pair.server)->len, 7);
    check_failure(pair.server, TLS_FAILURE_LIBRARY, "sent alert handshake_failure on purpose");
    tls_session_send_alert(pair.server, SSL_AD_INTERNAL_ERROR); /* once is enough */
    ck_assert_uint_eq(tls_session_output(pair.server)->len, 7);
    (void)pair_carry(pair.server, pair.client, 1);
    check_failure(pair.client, TLS_FAILURE_ALERT_RECEIVED, "received alert handshake_failure");
    pair_done(&pair);
}
END_TEST

/* RFC 6066 §3: a server of old may warn that it does not know the name, and go on. */
START_TEST(test_a_warning_is_no_failure)
{
    static const uint8_t warning[] = {21, 3, 3, 0, 2, SSL3_AL_WARNING, SSL_AD_UNRECOGNIZED_NAME};
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct pair pair;
    pair_init(&pair);
    pair.client_options.protocols = 0;
    pair.server_options.protocols = TLS_PROTOCOL_1_2;
    pair_start(&pair);
    (void)tls_session_feed(pair.client, SPAN_EMPTY);
    ck_assert_int_eq(
        tls_session_feed(pair.client, span_of(warning, sizeof warning)), TLS_STATE_HANDSHAKE);
    pair_run(&pair);
    ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_OPEN);
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair.client, facts);
    ck_assert_ptr_null(facts_get(facts, "tls.alert_received"));
    pair_done(&pair);
}
END_TEST

/* In TLS 1.3 the client is done before the server has judged its Finished. */
START_TEST(test_a_handshake_that_fails_behind_the_clients_back)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct pair pair;
    pair_init(&pair);
    pair.client_options.protocols = TLS_PROTOCOL_1_3;
    pair_start(&pair);
    (void)tls_session_feed(pair.client, SPAN_EMPTY);
    (void)pair_carry(pair.client, pair.server, 0);
    (void)pair_carry(pair.server, pair.client, 0);
    ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_OPEN);
    struct buf *output = tls_session_output(pair.client);
    output->data[output->len - 1] ^= 1;
    pair_run(&pair);
    check_failure(pair.server, TLS_FAILURE_LIBRARY,
        "decryption failed or bad record mac; sent alert bad_record_mac");
    check_failure(pair.client, TLS_FAILURE_ALERT_RECEIVED, "received alert bad_record_mac");
    ck_assert(!tls_session_plain_seen(pair.client));
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair.client, facts);
    check_text(value_as_text(facts_get(facts, "tls.last_message")), "Finished");
    check_text(value_as_text(facts_get(facts, "tls.version")), "TLSv1.3");
    pair_done(&pair);
}
END_TEST

UNIT_MAIN(test_both_ways_in_pieces_of_any_size, test_big_data, test_records_of_a_size,
    test_old_versions_when_they_are_asked_for, test_a_stale_error_harms_nobody,
    test_no_ticket_is_given, test_there_is_no_second_handshake, test_fins,
    test_other_languages_instead_of_tls, test_plain_text_after_the_handshake,
    test_too_little_plain_text_to_notice, test_the_first_cause_is_told,
    test_close_notify_inside_the_handshake, test_nothing_in_common, test_an_alert_for_a_hello,
    test_close_notify_before_the_handshake, test_a_warning_is_no_failure,
    test_a_handshake_that_fails_behind_the_clients_back)
