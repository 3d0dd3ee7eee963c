#include "harness/tls/spoil.h"

#include "harness/tls/test_pair.h"

#define TEXT "220 mail.here.com ESMTP\r\n"
#define TEXTS 3 /* pieces of text that are written */

/* What a client makes of each, in each version. NULL: it goes unnoticed. */
static const struct row {
    enum tls_spoil spoil;
    const char *alert_1_2, *alert_1_3;
    const char *fact; /* … but for this one, in TLS 1.3 */
    size_t heard;     /* pieces that are decrypted before it fails */
} rows[] = {
    {TLS_SPOIL_NOTHING, NULL, NULL, NULL, TEXTS},
    {TLS_SPOIL_EMPTY_RECORDS, NULL, NULL, "tls.empty_records", TEXTS},
    {TLS_SPOIL_EMPTY_FLOOD, "unexpected_message", "unexpected_message", "tls.empty_records", 0},
    {TLS_SPOIL_WARNINGS, NULL, NULL, "tls.warning_received", TEXTS},
    {TLS_SPOIL_WARNING_FLOOD, "unexpected_message", "unexpected_message", NULL, 0},
    {TLS_SPOIL_KEY_UPDATES, NULL, NULL, "tls.key_updates", TEXTS},
    {TLS_SPOIL_KEY_UPDATES_ASKED, NULL, NULL, "tls.key_updates", TEXTS},
    {TLS_SPOIL_LATE_CERTIFICATE_REQUEST, NULL, "unexpected_message", NULL, 0},
    {TLS_SPOIL_WRONG_TYPE, "unexpected_message", "unexpected_message", NULL, 0},
    {TLS_SPOIL_LARGE_RECORD, "record_overflow", "record_overflow", NULL, 0},
    {TLS_SPOIL_BAD_MAC, "bad_record_mac", "bad_record_mac", NULL, 0},
    {TLS_SPOIL_REPEATED, "bad_record_mac", "bad_record_mac", NULL, 1},
};

/* Writes, ends TLS, and looks at what has come of it. */
static void check(struct pair *pair, const struct row *row, unsigned protocol)
{
    const char *alert = protocol == TLS_PROTOCOL_1_3 ? row->alert_1_3 : row->alert_1_2;
    size_t heard = alert == NULL ? TEXTS : row->heard;
    pair->server_options.spoil = row->spoil;
    pair_open(pair, protocol);
    for (int i = 0; i < TEXTS; i++) {
        ck_assert(tls_session_write(pair->server, SPAN_LITERAL(TEXT)));
        (void)pair_carry(pair->server, pair->client, pair->piece);
    }
    tls_session_close_notify(pair->server);
    (void)pair_carry(pair->server, pair->client, pair->piece);
    const struct tls_failure *failure = tls_session_failure(pair->client);
    if (alert != NULL) {
        ck_assert_msg(failure->alert != NULL && strcmp(failure->alert, alert) == 0, "spoil %d: %s",
            (int)row->spoil, failure->text);
    } else {
        ck_assert_int_eq(tls_session_state(pair->client), TLS_STATE_CLOSED);
        ck_assert(tls_session_close_notify_received(pair->client));
    }
    ck_assert_uint_eq(tls_session_plain(pair->client)->len, heard * (sizeof TEXT - 1));
    if (row->fact != NULL && protocol == TLS_PROTOCOL_1_3) {
        struct arena *arena = arena_new();
        struct secret_set *secrets = secret_set_new();
        struct facts *facts = facts_new(arena, secrets);
        tls_session_record_client(pair->client, facts);
        ck_assert_msg(facts_get(facts, row->fact) != NULL, "no %s", row->fact);
        secret_set_free(secrets);
        arena_free(arena);
    }
    pair_stop(pair);
}

START_TEST(test_every_spoil)
{
    static const size_t pieces[] = {0, 1};
    static const char *const suites[] = {NULL,
        "ECDHE-ECDSA-CHACHA20-POLY1305:TLS_CHACHA20_POLY1305_SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256"};
    struct pair pair;
    pair_init(&pair);
    for (size_t i = 0; i < ARRAY_LEN(rows) * ARRAY_LEN(pieces) * ARRAY_LEN(suites); i++) {
        const struct row *row = &rows[i % ARRAY_LEN(rows)];
        pair.piece = pieces[i / ARRAY_LEN(rows) % ARRAY_LEN(pieces)];
        pair.server_options.ciphers = suites[i / ARRAY_LEN(rows) / ARRAY_LEN(pieces)];
        check(&pair, row, TLS_PROTOCOL_1_2);
        check(&pair, row, TLS_PROTOCOL_1_3);
    }
    pair_done(&pair);
}
END_TEST

/* The client answers with a key of its own, and is understood. */
START_TEST(test_keys_both_ways)
{
    struct pair pair;
    pair_init(&pair);
    pair.server_options.spoil = TLS_SPOIL_KEY_UPDATES_ASKED;
    pair_open(&pair, TLS_PROTOCOL_1_3);
    ck_assert(tls_session_write(pair.server, SPAN_LITERAL(TEXT)));
    (void)pair_carry(pair.server, pair.client, 0);
    ck_assert(tls_session_write(pair.client, SPAN_LITERAL("QUIT\r\n")));
    (void)pair_carry(pair.client, pair.server, 0);
    ck_assert_uint_eq(tls_session_plain(pair.server)->len, 6);
    ck_assert_int_eq(pair.server->key_updates_received, 1);
    /* An alert of ours stands under the new key, too. */
    tls_session_send_alert(pair.server, SSL_AD_INTERNAL_ERROR);
    (void)pair_carry(pair.server, pair.client, 0);
    ck_assert_str_eq(tls_session_failure(pair.client)->alert, "internal_error");
    pair_done(&pair);
}
END_TEST

/* Suites that only the library can use: nothing is written rather than something else. */
START_TEST(test_other_suites)
{
    struct pair pair;
    pair_init(&pair);
    pair.server_options.ciphers = "ECDHE-ECDSA-AES128-SHA256";
    pair.server_options.spoil = TLS_SPOIL_BAD_MAC;
    pair_open(&pair, TLS_PROTOCOL_1_2);
    ck_assert(!tls_session_write(pair.server, SPAN_LITERAL(TEXT)));
    ck_assert_uint_eq(tls_session_output(pair.server)->len, 0);
    pair_done(&pair);
}
END_TEST

/* More than a record holds is more than one record. */
START_TEST(test_long_text)
{
    struct pair pair;
    uint8_t *text = mem_zalloc(3, SSL3_RT_MAX_PLAIN_LENGTH);
    pair_init(&pair);
    pair.server_options.spoil = TLS_SPOIL_EMPTY_RECORDS;
    pair_open(&pair, TLS_PROTOCOL_1_3);
    ck_assert(tls_session_write(pair.server, span_of(text, (size_t)3 * SSL3_RT_MAX_PLAIN_LENGTH)));
    (void)pair_carry(pair.server, pair.client, 0);
    ck_assert_uint_eq(tls_session_plain(pair.client)->len, (size_t)3 * SSL3_RT_MAX_PLAIN_LENGTH);
    ck_assert_int_eq(pair.client->empty_records_received, 3);
    mem_free(text);
    pair_done(&pair);
}
END_TEST

UNIT_MAIN(test_every_spoil, test_keys_both_ways, test_other_suites, test_long_text)
