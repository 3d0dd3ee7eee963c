#include "harness/tls/binding.h"

#include "harness/tests/unit.h"
#include "harness/tls/test_pair.h"

/* Both sides have the same; how many octets, 0 for none. */
static size_t binding_of(const struct pair *pair, enum tls_binding kind, struct buf *ret)
{
    CLEANUP(buf_done) struct buf other = {0};
    buf_init(ret, TLS_BINDING_MAX);
    buf_init(&other, TLS_BINDING_MAX);
    bool has = tls_session_channel_binding(pair->client, kind, ret);
    ck_assert(tls_session_channel_binding(pair->server, kind, &other) == has);
    ck_assert(span_equal(buf_span(ret), buf_span(&other)));
    ck_assert(has == (ret->len > 0));
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return ret->len;
}

static void check(unsigned protocol, enum tls_binding kind, size_t len, bool of_the_session)
{
    struct pair pair;
    CLEANUP(buf_done) struct buf first = {0};
    CLEANUP(buf_done) struct buf second = {0};
    pair_init(&pair);
    pair_open(&pair, protocol);
    ck_assert_uint_eq(binding_of(&pair, kind, &first), len);
    ck_assert(tls_session_keys_are_unique(pair.client));
    ck_assert(tls_session_keys_are_unique(pair.server));
    pair_stop(&pair);
    pair_open(&pair, protocol);
    ck_assert_uint_eq(binding_of(&pair, kind, &second), len);
    ck_assert(len == 0 || span_equal(buf_span(&first), buf_span(&second)) != of_the_session);
    pair_done(&pair);
}

START_TEST(test_unique)
{
    check(TLS_PROTOCOL_1_2, TLS_BINDING_UNIQUE, 12, true);
    check(TLS_PROTOCOL_1_3, TLS_BINDING_UNIQUE, 0, false);
}
END_TEST

START_TEST(test_exporter)
{
    check(TLS_PROTOCOL_1_2, TLS_BINDING_EXPORTER, 32, true);
    check(TLS_PROTOCOL_1_3, TLS_BINDING_EXPORTER, 32, true);
}
END_TEST

/* RFC 9266 §3, RFC 7627: without an extended master secret keys can be those of two sessions. */
START_TEST(test_shared_keys)
{
    struct pair pair;
    pair_init(&pair);
    pair.client_options.protocols = TLS_PROTOCOL_1_2;
    pair_start(&pair);
    SSL_set_options(pair.server->ssl, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    pair_run(&pair);
    ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_OPEN);
    CLEANUP(buf_done) struct buf octets = {0};
    ck_assert(!tls_session_keys_are_unique(pair.client));
    ck_assert(!tls_session_keys_are_unique(pair.server));
    ck_assert_uint_eq(binding_of(&pair, TLS_BINDING_EXPORTER, &octets), 0);
    buf_done(&octets);
    ck_assert_uint_eq(binding_of(&pair, TLS_BINDING_UNIQUE, &octets), 12);
    pair_done(&pair);
}
END_TEST

/* The certificate decides, not the session: the test's is signed with ECDSA and SHA-256. */
START_TEST(test_end_point)
{
    check(TLS_PROTOCOL_1_2, TLS_BINDING_END_POINT, 32, false);
    check(TLS_PROTOCOL_1_3, TLS_BINDING_END_POINT, 32, false);
}
END_TEST

START_TEST(test_before_the_handshake)
{
    struct pair pair;
    pair_init(&pair);
    pair_start(&pair);
    for (enum tls_binding kind = 0; kind < TLS_BINDING_COUNT; kind++) {
        CLEANUP(buf_done) struct buf octets = {0};
        ck_assert_uint_eq(binding_of(&pair, kind, &octets), 0);
    }
    ck_assert(!tls_session_keys_are_unique(pair.client));
    pair_done(&pair);
}
END_TEST

static int accept_any(X509_STORE_CTX *context, void *unused)
{
    (void)unused;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

static int refuse_and_go_on(X509_STORE_CTX *context, void *unused)
{
    (void)unused;
    X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_UNTRUSTED);
    return 1;
}

/* What a server that asks for a certificate learns; the client shows one when told to. */
static void check_client_name(
    bool shows, int (*verify)(X509_STORE_CTX *, void *), const char *wanted)
{
    struct pair pair;
    CLEANUP(buf_done) struct buf name = {0};
    buf_init(&name, 100);
    pair_init(&pair);
    pair_start(&pair);
    SSL_CTX_set_cert_verify_callback(SSL_get_SSL_CTX(pair.server->ssl), verify, NULL);
    SSL_set_verify(pair.server->ssl, SSL_VERIFY_PEER, NULL);
    if (shows) {
        ck_assert_int_eq(SSL_use_certificate(pair.client->ssl, pair.identity->leaf), 1);
        ck_assert_int_eq(SSL_use_PrivateKey(pair.client->ssl, pair.identity->key), 1);
    }
    pair_run(&pair);
    ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_OPEN);
    ck_assert(tls_session_client_name(pair.server, &name) == (wanted != NULL));
    ck_assert_str_eq(buf_text(&name), wanted == NULL ? "" : wanted);
    ck_assert(!tls_session_client_name(pair.client, &name));
    pair_done(&pair);
}

START_TEST(test_client_name)
{
    check_client_name(true, accept_any, "a.test");
    check_client_name(true, refuse_and_go_on, NULL);
    check_client_name(false, accept_any, NULL);
}
END_TEST

START_TEST(test_names)
{
    ck_assert_str_eq(tls_binding_name(TLS_BINDING_UNIQUE), "tls-unique");
    ck_assert_str_eq(tls_binding_name(TLS_BINDING_EXPORTER), "tls-exporter");
    ck_assert_str_eq(tls_binding_name(TLS_BINDING_END_POINT), "tls-server-end-point");
}
END_TEST

UNIT_MAIN(test_unique, test_exporter, test_shared_keys, test_end_point, test_before_the_handshake,
    test_client_name, test_names)
