#include "harness/tls/test_pair.h"

/* ClientHellos by hand, fed whole and one octet at a time to a server that has parsed nothing yet.
 */

#define HELLO_MAX 2048

static void put_number(struct buf *out, size_t number, size_t len)
{
    for (size_t i = len; i-- > 0;) {
        buf_append_byte(out, (uint8_t)(number >> (8 * i)));
    }
}

static void put_vector(struct buf *out, struct span bytes, size_t prefix)
{
    put_number(out, bytes.len, prefix);
    buf_append(out, bytes);
}

static void put_extension(struct buf *out, unsigned type, struct span content)
{
    put_number(out, type, 2);
    put_vector(out, content, 2);
}

#define BYTES(...) span_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

struct hello_parts {
    struct span ciphers;
    struct span extensions;
};

/* A record with a ClientHello of the parts (RFC 8446 §4.1.2). */
static void put_hello(struct buf *out, const struct hello_parts *parts)
{
    CLEANUP(buf_done) struct buf body = {0};
    buf_init(&body, HELLO_MAX);
    put_number(&body, TLS1_2_VERSION, 2);
    for (int i = 0; i < SSL3_RANDOM_SIZE; i++) {
        buf_append_byte(&body, (uint8_t)i);
    }
    put_vector(&body, SPAN_EMPTY, 1);
    put_vector(&body, parts->ciphers, 2);
    put_vector(&body, BYTES(0), 1);
    if (parts->extensions.len > 0) {
        put_vector(&body, parts->extensions, 2);
    }
    buf_append(out, BYTES(SSL3_RT_HANDSHAKE, 3, 1));
    put_number(out, body.len + 4, 2);
    buf_append_byte(out, SSL3_MT_CLIENT_HELLO);
    put_vector(out, buf_span(&body), 3);
}

static struct facts *facts_of(
    struct pair *pair, struct span hello, size_t piece, struct arena *arena)
{
    pair_start(pair);
    pair_feed(pair->server, hello, piece);
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_server(pair->server, facts);
    return facts;
}

/* GREASE (RFC 8701), signalling values and what nobody knows are told like everything else. */
static void put_modern(struct buf *extensions)
{
    put_extension(extensions, 0x1a1a, SPAN_EMPTY);
    put_extension(
        extensions, TLSEXT_TYPE_server_name, BYTES(0, 9, 0, 0, 6, 'B', '.', 't', 'e', 's', 't'));
    put_extension(
        extensions, TLSEXT_TYPE_supported_groups, BYTES(0, 6, 0x2a, 0x2a, 0, 29, 17, 236));
    put_extension(extensions, TLSEXT_TYPE_signature_algorithms, BYTES(0, 4, 8, 7, 0x3a, 0x3a));
    put_extension(extensions, TLSEXT_TYPE_application_layer_protocol_negotiation,
        BYTES(0, 7, 4, 's', 'm', 't', 'p', 1, 0));
    put_extension(extensions, TLSEXT_TYPE_supported_versions, BYTES(6, 0x4a, 0x4a, 3, 4, 3, 3));
}

START_TEST(test_what_a_modern_hello_offers)
{
    struct pair pair;
    pair_init(&pair);
    CLEANUP(buf_done) struct buf extensions = {0}, hello = {0};
    buf_init(&extensions, HELLO_MAX);
    buf_init(&hello, HELLO_MAX);
    put_modern(&extensions);
    put_hello(
        &hello, &(struct hello_parts){BYTES(0x5a, 0x5a, 0x13, 1, 0xc0, 0x2b, 0, 0xff, 0x56, 0),
                    buf_span(&extensions)});
    for (size_t piece = 0; piece <= 1; piece++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct facts *facts = facts_of(&pair, buf_span(&hello), piece, arena);
        ck_assert(tls_session_client_hello_seen(pair.server));
        pair_check_fact(facts, "server.saw.tls", "false");
        pair_check_fact(facts, "server.saw.client_hello.versions", "[0x4a4a, TLSv1.3, TLSv1.2]");
        pair_check_fact(facts, "server.saw.client_hello.ciphers",
            "[0x5a5a, TLS_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "
            "TLS_EMPTY_RENEGOTIATION_INFO_SCSV, TLS_FALLBACK_SCSV]");
        pair_check_fact(
            facts, "server.saw.client_hello.groups", "[0x2a2a, x25519, X25519MLKEM768]");
        pair_check_fact(facts, "server.saw.client_hello.signatures", "[ed25519, 0x3a3a]");
        pair_check_fact(facts, "server.saw.client_hello.sni", "B.test");
        const struct value *alpn = facts_get(facts, "server.saw.client_hello.alpn");
        ck_assert_uint_eq(alpn->len, 2);
        ck_assert_str_eq(value_as_text(alpn->items[0]), "smtp");
        ck_assert(span_equal(alpn->items[1]->text, span_of("", 1)));
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

/* RFC 5246 §7.4.1.2: without extensions there is one version, and no lists but the suites. */
START_TEST(test_what_an_old_hello_offers)
{
    struct pair pair;
    pair_init(&pair);
    CLEANUP(buf_done) struct buf hello = {0};
    buf_init(&hello, HELLO_MAX);
    put_hello(&hello, &(struct hello_parts){BYTES(0, 0x2f), SPAN_EMPTY});
    for (size_t piece = 0; piece <= 1; piece++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct facts *facts = facts_of(&pair, buf_span(&hello), piece, arena);
        pair_check_fact(facts, "server.saw.client_hello.versions", "[TLSv1.2]");
        pair_check_fact(facts, "server.saw.client_hello.ciphers", "[TLS_RSA_WITH_AES_128_CBC_SHA]");
        pair_check_fact(facts, "server.saw.client_hello.groups", NULL);
        pair_check_fact(facts, "server.saw.client_hello.signatures", NULL);
        pair_check_fact(facts, "server.saw.client_hello.sni", NULL);
        pair_check_fact(facts, "server.saw.client_hello.alpn", NULL);
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

/* RFC 5246 §E.2: three octets for a suite, those of SSL 2 are not ours to name. */
START_TEST(test_a_hello_in_the_frame_of_ssl_2)
{
    static const uint8_t hello[] = {0x80, 31, 1, 3, 3, 0, 6, 0, 0, 0, 16, 0x07, 0x00, 0xc0, 0x00,
        0xc0, 0x2b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct pair pair;
    pair_init(&pair);
    for (size_t piece = 0; piece <= 1; piece++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct facts *facts = facts_of(&pair, span_of(hello, sizeof hello), piece, arena);
        pair_check_fact(facts, "server.saw.client_hello.versions", "[TLSv1.2]");
        pair_check_fact(
            facts, "server.saw.client_hello.ciphers", "[TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]");
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

/* Lengths that promise more than there is, odd octets, lists longer than what is kept. */
START_TEST(test_broken_lists_are_read_as_far_as_they_go)
{
    uint8_t long_list[2 + 2 * 400];
    memset(long_list, 0, sizeof long_list);
    long_list[0] = 800 >> 8;
    long_list[1] = 800 & 0xff;
    struct pair pair;
    pair_init(&pair);
    CLEANUP(buf_done) struct buf extensions = {0}, hello = {0};
    buf_init(&extensions, HELLO_MAX);
    buf_init(&hello, HELLO_MAX);
    put_extension(&extensions, TLSEXT_TYPE_server_name, BYTES(0xff, 0xff, 0, 0xff, 0xff, 'x', 0));
    put_extension(&extensions, TLSEXT_TYPE_supported_groups, span_of(long_list, sizeof long_list));
    put_extension(&extensions, TLSEXT_TYPE_signature_algorithms, BYTES(0xff, 0xff, 8, 7, 8));
    put_extension(&extensions, TLSEXT_TYPE_application_layer_protocol_negotiation,
        BYTES(0, 4, 1, 'a', 2, 'b'));
    put_extension(&extensions, TLSEXT_TYPE_supported_versions, SPAN_EMPTY);
    put_hello(&hello, &(struct hello_parts){BYTES(0x13, 1), buf_span(&extensions)});
    for (size_t piece = 0; piece <= 1; piece++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        struct facts *facts = facts_of(&pair, buf_span(&hello), piece, arena);
        pair_check_fact(facts, "server.saw.client_hello.versions", "[]");
        pair_check_fact(facts, "server.saw.client_hello.signatures", "[ed25519]");
        pair_check_fact(facts, "server.saw.client_hello.alpn", "[a]");
        ck_assert_uint_eq(
            facts_get(facts, "server.saw.client_hello.groups")->len, TLS_HELLO_LIST_MAX);
        const struct value *sni = facts_get(facts, "server.saw.client_hello.sni");
        ck_assert(span_equal(sni->text, span_of("x", 2)));
        ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_FAILED);
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

/* Every octet of a hello set to every value that matters: nothing but a good or a failed session.
 */
START_TEST(test_no_octet_does_harm)
{
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
    struct pair pair;
    pair_init(&pair);
    CLEANUP(buf_done) struct buf extensions = {0}, hello = {0};
    buf_init(&extensions, HELLO_MAX);
    buf_init(&hello, HELLO_MAX);
    put_modern(&extensions);
    put_hello(&hello, &(struct hello_parts){BYTES(0x13, 1), buf_span(&extensions)});
    for (size_t i = 0; i < hello.len * sizeof values; i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        uint8_t kept = hello.data[i / sizeof values];
        hello.data[i / sizeof values] = values[i % sizeof values];
        (void)facts_of(&pair, buf_span(&hello), i % 2, arena);
        ck_assert_int_ne(tls_session_state(pair.server), TLS_STATE_OPEN);
        hello.data[i / sizeof values] = kept;
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

/* RFC 6066 §3: the name chooses the certificate, without regard to case; the default otherwise. */
START_TEST(test_the_name_picks_the_identity)
{
    static const struct {
        const char *sni, *subject;
    } cases[] = {
        {"b.test", "CN=b.test"},
        {"B.TEST", "CN=b.test"},
        {"c.test", "CN=c.test"},
        {"a.test", "CN=a.test"},
        {"d.test", "CN=a.test"},
        {NULL, "CN=a.test"},
        {"127.0.0.1", "CN=a.test"},
    };
    struct pair pair;
    pair_init(&pair);
    struct minted b = mint_make(&(struct mint){.common_name = "b.test"}, NULL);
    struct minted c = mint_make(&(struct mint){.common_name = "c.test", .key = "rsa1024"}, NULL);
    struct tls_identity *b_identity = mint_identity(&b.certificate, 1, b.key);
    struct tls_identity *c_identity = mint_identity(&c.certificate, 1, c.key);
    const struct tls_server_identity identities[] = {
        {b_identity, "b.test"}, {pair.identity, NULL}, {c_identity, "c.test"}};
    pair.server_options.identities = identities;
    pair.server_options.identities_len = ARRAY_LEN(identities);
    pair.client_options.stop_on_problem = false;
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        CLEANUP(arena_free_at) struct arena *arena = arena_new();
        pair.client_options.sni = cases[i / 2].sni;
        pair_open(&pair, i % 2 == 0 ? TLS_PROTOCOL_1_2 : TLS_PROTOCOL_1_3);
        struct facts *facts = facts_new(arena, NULL);
        tls_session_record_client(pair.client, facts);
        pair_check_fact(facts, "certificate.subject", cases[i / 2].subject);
        pair_stop(&pair);
    }
    tls_identity_free(b_identity);
    tls_identity_free(c_identity);
    mint_done(&b);
    mint_done(&c);
    pair_done(&pair);
}
END_TEST

/* After a HelloRetryRequest the hello comes twice (RFC 8446 §4.1.2): what was offered first stays.
 */
START_TEST(test_a_hello_that_comes_twice)
{
    struct pair pair;
    pair_init(&pair);
    pair.client_options.groups = "x25519:secp384r1";
    pair.server_options.groups = "secp384r1";
    pair_open(&pair, TLS_PROTOCOL_1_3);
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct facts *facts = facts_new(arena, NULL);
    tls_session_record_server(pair.server, facts);
    tls_session_record_client(pair.client, facts);
    pair_check_fact(facts, "server.saw.tls", "true");
    pair_check_fact(facts, "server.saw.client_hello.groups", "[x25519, secp384r1]");
    pair_check_fact(facts, "tls.group", "secp384r1");
    pair_done(&pair);
}
END_TEST

UNIT_MAIN(test_what_a_modern_hello_offers, test_what_an_old_hello_offers,
    test_a_hello_in_the_frame_of_ssl_2, test_broken_lists_are_read_as_far_as_they_go,
    test_no_octet_does_harm, test_the_name_picks_the_identity, test_a_hello_that_comes_twice)
