#include "harness/tls/test_pair.h"

#include "harness/evidence/alert.h"

#define SHOWN_MAX 4096

static void check_fact(const struct facts *facts, const char *name, const char *wanted)
{
    CLEANUP(buf_done) struct buf shown = {0};
    buf_init(&shown, SHOWN_MAX);
    const struct value *value = facts_get(facts, name);
    if (wanted == NULL) {
        ck_assert_msg(value == NULL, "%s", name);
        return;
    }
    ck_assert_msg(value != NULL, "no %s", name);
    value_show(value, &shown);
    ck_assert_msg(strcmp(buf_text(&shown), wanted) == 0, "%s: %s", name, buf_text(&shown));
}

static struct facts *facts_of(const struct pair *pair, struct arena *arena)
{
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_client(pair->client, facts);
    tls_session_record_server(pair->server, facts);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return facts;
}

/* In TLS 1.2 the curve of the certificate must be among the groups (RFC 8422 §5.1). */
static const struct negotiated_row {
    unsigned protocol;
    const char *ciphers, *groups;
    const char *version, *cipher, *group, *signature, *summary;
} rows[] = {
    {TLS_PROTOCOL_1_3, NULL, NULL, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519",
        "ecdsa_secp256r1_sha256", "TLSv1.3, TLS_AES_256_GCM_SHA384, x25519"},
    {TLS_PROTOCOL_1_3, "TLS_CHACHA20_POLY1305_SHA256", "P-256", "TLSv1.3",
        "TLS_CHACHA20_POLY1305_SHA256", "secp256r1", "ecdsa_secp256r1_sha256",
        "TLSv1.3, TLS_CHACHA20_POLY1305_SHA256, secp256r1"},
    {TLS_PROTOCOL_1_3, "TLS_AES_128_GCM_SHA256", "ffdhe2048", "TLSv1.3", "TLS_AES_128_GCM_SHA256",
        "ffdhe2048", "ecdsa_secp256r1_sha256", "TLSv1.3, TLS_AES_128_GCM_SHA256, ffdhe2048"},
    {TLS_PROTOCOL_1_2, NULL, "X448:P-256", "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "x448", "ecdsa_secp256r1_sha256", "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, x448"},
    {TLS_PROTOCOL_1_2, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "secp384r1:P-256", "TLSv1.2",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "secp384r1", "ecdsa_secp256r1_sha256",
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, secp384r1"},
};

START_TEST(test_what_was_negotiated)
{
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        const struct negotiated_row *row = &rows[i / 2];
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        CLEANUP(buf_done) struct buf summary = {0};
        struct pair pair;
        buf_init(&summary, SHOWN_MAX);
        pair_init(&pair);
        pair.piece = i % 2;
        pair.client_options.ciphers = row->ciphers;
        pair.client_options.groups = pair.server_options.groups = row->groups;
        pair_open(&pair, row->protocol);
        struct facts *facts = facts_of(&pair, arena);
        check_fact(facts, "tls.version", row->version);
        check_fact(facts, "tls.cipher", row->cipher);
        check_fact(facts, "tls.group", row->group);
        check_fact(facts, "tls.signature", row->signature);
        check_fact(facts, "tls.sni", "a.test");
        check_fact(facts, "tls.alpn", NULL);
        check_fact(facts, "tls.resumed", "false");
        check_fact(facts, "tls.client_certificate_requested", "false");
        check_fact(facts, "tls.close_notify_received", "false");
        check_fact(facts, "tls.alert_sent", NULL);
        check_fact(facts, "tls.alert_received", NULL);
        check_fact(facts, "tls.last_message", NULL);
        check_fact(facts, "tls.problem", NULL);
        check_fact(facts, "certificate.verified", "true");
        check_fact(facts, "server.saw.tls", "true");
        check_fact(facts, "server.saw.tls_alert", NULL);
        tls_session_summary(pair.client, &summary);
        ck_assert_str_eq(buf_text(&summary), row->summary);
        buf_clear(&summary);
        tls_session_summary(pair.server, &summary);
        ck_assert_str_eq(buf_text(&summary), row->summary);
        pair_done(&pair);
    }
}
END_TEST

/* Key exchanges that have no group: RSA alone, finite fields of the server's making. */
START_TEST(test_suites_without_a_group)
{
    static const struct {
        const char *ciphers, *group, *signature;
    } cases[] = {
        {"TLS_RSA_WITH_AES_128_GCM_SHA256", NULL, NULL},
        {"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "dh2048", "rsa_pss_rsae_sha256"},
    };
    struct minted minted = mint_make(
        &(struct mint){.common_name = "a.test", .key = "rsa2048"}, NULL);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct pair pair;
        pair_init(&pair);
        tls_identity_free(pair.identity);
        pair.identity = mint_identity(&minted.certificate, 1, minted.key);
        pair.row.identity = pair.identity;
        pair.client_options.stop_on_problem = false;
        pair.client_options.ciphers = pair.server_options.ciphers = cases[i].ciphers;
        pair_open(&pair, TLS_PROTOCOL_1_2);
        struct facts *facts = facts_of(&pair, arena);
        check_fact(facts, "tls.cipher", cases[i].ciphers);
        check_fact(facts, "tls.group", cases[i].group);
        check_fact(facts, "tls.signature", cases[i].signature);
        pair_done(&pair);
    }
    mint_done(&minted);
}
END_TEST

/* Facts may be asked for at any moment: they say what is known then. */
START_TEST(test_what_is_known_before_the_end)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    CLEANUP(buf_done) struct buf summary = {0};
    struct pair pair;
    buf_init(&summary, SHOWN_MAX);
    pair_init(&pair);
    pair_start(&pair);
    struct facts *facts = facts_of(&pair, arena);
    check_fact(facts, "tls.sni", NULL);
    check_fact(facts, "server.saw.tls", "false");
    check_fact(facts, "server.saw.client_hello.versions", NULL);
    (void)tls_session_feed(pair.client, SPAN_EMPTY);
    tls_session_summary(pair.client, &summary);
    facts = facts_of(&pair, arena);
    check_fact(facts, "tls.sni", "a.test");
    check_fact(facts, "tls.version", NULL);
    check_fact(facts, "tls.cipher", NULL);
    check_fact(facts, "tls.group", NULL);
    check_fact(facts, "tls.resumed", NULL);
    check_fact(facts, "tls.close_notify_received", NULL);
    check_fact(facts, "tls.client_certificate_requested", NULL);
    check_fact(facts, "certificate.subject", NULL);
    ck_assert_uint_eq(summary.len, 0);
    pair_done(&pair);
}
END_TEST

/* A refusal is told by both ends, and what was negotiated is known all the same. */
START_TEST(test_a_refused_certificate)
{
    for (size_t i = 0; i < 2; i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct pair pair;
        pair_init(&pair);
        pair.client_options.name = "b.test";
        pair.client_options.protocols = i == 0 ? TLS_PROTOCOL_1_2 : TLS_PROTOCOL_1_3;
        pair_start(&pair);
        pair_run(&pair);
        struct facts *facts = facts_of(&pair, arena);
        check_fact(facts, "tls.version", i == 0 ? "TLSv1.2" : "TLSv1.3");
        check_fact(facts, "tls.alert_sent", "bad_certificate");
        check_fact(facts, "tls.alert_received", NULL);
        check_fact(facts, "tls.last_message", "Certificate");
        check_fact(facts, "tls.problem", "certificate refused: name-mismatch");
        check_fact(facts, "tls.resumed", NULL);
        check_fact(facts, "certificate.name_matches", "false");
        check_fact(facts, "certificate.verified", "false");
        check_fact(facts, "server.saw.tls", "false");
        check_fact(facts, "server.saw.tls_alert", "bad_certificate");
        pair_done(&pair);
    }
}
END_TEST

/* A failure behind the first decrypted octet is no handshake's. */
START_TEST(test_the_last_message_is_of_a_handshake_only)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct pair pair;
    pair_init(&pair);
    pair_open(&pair, TLS_PROTOCOL_1_3);
    ck_assert(tls_session_write(pair.server, SPAN_LITERAL("220 a.test\r\n")));
    pair_run(&pair);
    tls_session_send_alert(pair.server, SSL_AD_INTERNAL_ERROR);
    pair_run(&pair);
    struct facts *facts = facts_of(&pair, arena);
    check_fact(facts, "tls.alert_received", "internal_error");
    check_fact(facts, "tls.last_message", NULL);
    check_fact(facts, "tls.problem", "received alert internal_error");
    pair_done(&pair);
}
END_TEST

START_TEST(test_close_notify_is_a_fact)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct pair pair;
    pair_init(&pair);
    pair_open(&pair, TLS_PROTOCOL_1_3);
    tls_session_close_notify(pair.server);
    pair_run(&pair);
    struct facts *facts = facts_of(&pair, arena);
    check_fact(facts, "tls.close_notify_received", "true");
    check_fact(facts, "tls.alert_received", NULL);
    check_fact(facts, "tls.problem", NULL);
    pair_done(&pair);
}
END_TEST

/* What this room's own server never does, others do. */
START_TEST(test_what_other_servers_ask_and_choose)
{
    for (size_t i = 0; i < 2; i++) {
        static const unsigned char alpn[] = {4, 's', 'm', 't', 'p'};
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct pair pair;
        pair_init(&pair);
        pair.client_options.protocols = i == 0 ? TLS_PROTOCOL_1_2 : TLS_PROTOCOL_1_3;
        pair_start(&pair);
        SSL_set_verify(pair.server->ssl, SSL_VERIFY_PEER, NULL);
        ck_assert_int_eq(SSL_set_alpn_protos(pair.client->ssl, alpn, sizeof alpn), 0);
        pair_run(&pair);
        struct facts *facts = facts_of(&pair, arena);
        check_fact(facts, "tls.client_certificate_requested", "true");
        check_fact(facts, "server.saw.client_hello.alpn", "[smtp]");
        pair_done(&pair);
    }
}
END_TEST

/* The table of alerts (harness/evidence/alerts.def) knows nothing of the library. */
START_TEST(test_numbers_of_alerts_are_the_librarys)
{
    static const struct {
        const char *name;
        int alert;
    } cases[] = {
        {"close_notify", SSL_AD_CLOSE_NOTIFY},
        {"handshake_failure", SSL_AD_HANDSHAKE_FAILURE},
        {"bad_certificate", SSL_AD_BAD_CERTIFICATE},
        {"certificate_expired", SSL_AD_CERTIFICATE_EXPIRED},
        {"unknown_ca", SSL_AD_UNKNOWN_CA},
        {"protocol_version", SSL_AD_PROTOCOL_VERSION},
        {"internal_error", SSL_AD_INTERNAL_ERROR},
        {"user_canceled", SSL_AD_USER_CANCELLED},
        {"unrecognized_name", SSL_AD_UNRECOGNIZED_NAME},
        {"certificate_required", SSL_AD_CERTIFICATE_REQUIRED},
        {"no_application_protocol", SSL_AD_NO_APPLICATION_PROTOCOL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ck_assert_int_eq(alert_find(cases[i].name), cases[i].alert);
    }
}
END_TEST

UNIT_MAIN(test_what_was_negotiated, test_suites_without_a_group, test_what_is_known_before_the_end,
    test_a_refused_certificate, test_the_last_message_is_of_a_handshake_only,
    test_close_notify_is_a_fact, test_what_other_servers_ask_and_choose,
    test_numbers_of_alerts_are_the_librarys)
