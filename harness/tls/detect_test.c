#include "harness/tls/detect.h"

#include "harness/tls/handmade.h"
#include "harness/tls/test_pair.h"

#define OUT_MAX 4096
#define TEXT_SSL2 "the server speaks SSL 2: detected, cannot be used"
#define TEXT_SSL3 "the server speaks SSL 3: detected, cannot be used"
#define NOT_OFFERED "the server chose a version that was not offered"
#define NO_HELLO "the server has answered with no hello"

#define OCTETS(text) text, sizeof(text) - 1

static const struct answer {
    unsigned looks_for;
    enum tls_handmade kind; /* by what it is answered; NONE: by the octets */
    const char *octets;
    size_t octets_len;
    int detected; /* 0: nothing */
    const char *text;
} answers[] = {
    {TLS_PROTOCOL_SSL2, TLS_HANDMADE_SSL2, NULL, 0, SSL2_VERSION, TEXT_SSL2},
    {TLS_PROTOCOL_SSL3, TLS_HANDMADE_SSL3, NULL, 0, SSL3_VERSION, TEXT_SSL3},
    {TLS_PROTOCOL_SSL2, TLS_HANDMADE_SSL3, NULL, 0, 0, NOT_OFFERED},
    {TLS_PROTOCOL_SSL3, TLS_HANDMADE_SSL2, NULL, 0, 0, NO_HELLO},
    {TLS_PROTOCOL_SSL3, TLS_HANDMADE_VERSION, NULL, 0, 0, NOT_OFFERED},
    {TLS_PROTOCOL_SSL3, TLS_HANDMADE_NONE, OCTETS("\x15\x03\x00\x00\x02\x02\x28"), 0,
        "received alert handshake_failure"},
    {TLS_PROTOCOL_SSL2, TLS_HANDMADE_NONE, OCTETS("\x15\x03\x03\x00\x02\x02\x46"), 0,
        "received alert protocol_version"},
    {TLS_PROTOCOL_SSL2, TLS_HANDMADE_NONE, OCTETS("\x80\x03\x00\x00\x01\x00\x00"), 0,
        "the server has answered in the form of SSL 2, and no hello"},
    /* A longer SERVER-HELLO, with a certificate in it. */
    {TLS_PROTOCOL_SSL2, TLS_HANDMADE_NONE, OCTETS("\x83\x20\x04\x00\x01\x00\x02"), SSL2_VERSION,
        TEXT_SSL2},
    {TLS_PROTOCOL_SSL3, TLS_HANDMADE_NONE, OCTETS("\x16\x03\x00\x00\x06\x01\x00\x00\x02\x03\x00"),
        0, NOT_OFFERED},
    {TLS_PROTOCOL_SSL3, TLS_HANDMADE_NONE, OCTETS("\x17\x03\x00"), 0, NO_HELLO},
    {TLS_PROTOCOL_SSL3, TLS_HANDMADE_NONE, OCTETS("220 mail.here.com\r\n"), 0,
        "peer spoke plain text, beginning with 2"},
};

/* Says hello, and takes `answer`, or as much of it as is wanted. */
static void play(struct pair *pair, const struct answer *answer, size_t most, size_t piece)
{
    CLEANUP(buf_done) struct buf out = {0};
    buf_init(&out, OUT_MAX);
    pair->client_options.protocols = answer->looks_for;
    pair_start(pair);
    (void)tls_session_feed(pair->client, SPAN_EMPTY);
    (void)tls_session_feed(pair->client, SPAN_EMPTY); /* it says so once */
    struct span hello = buf_span(tls_session_output(pair->client));
    ck_assert_uint_gt(hello.len, 30);
    if (answer->kind == TLS_HANDMADE_NONE) {
        buf_append(&out, span_of(answer->octets, answer->octets_len));
    } else {
        tls_handmade_answer(answer->kind, hello, 0, &out);
    }
    buf_clear(tls_session_output(pair->client));
    pair_feed(pair->client, span_first(buf_span(&out), most), piece);
    ck_assert_uint_eq(tls_session_output(pair->client)->len, 0);
}

START_TEST(test_each_answer)
{
    static const size_t pieces[] = {0, 1, 5};
    struct pair pair;
    pair_init(&pair);
    for (size_t i = 0; i < ARRAY_LEN(answers) * ARRAY_LEN(pieces); i++) {
        const struct answer *answer = &answers[i / ARRAY_LEN(pieces)];
        play(&pair, answer, OUT_MAX, pieces[i % ARRAY_LEN(pieces)]);
        ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_FAILED);
        ck_assert_str_eq(tls_session_failure(pair.client)->text, answer->text);
        ck_assert_int_eq(pair.client->detected, answer->detected);
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

/* Half an answer proves nothing, and its end is an end. */
START_TEST(test_every_prefix)
{
    struct pair pair;
    pair_init(&pair);
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        for (size_t most = 0; most < TLS_ANSWER_MAX; most++) {
            play(&pair, &answers[i], most, 0);
            if (tls_session_state(pair.client) == TLS_STATE_HANDSHAKE) {
                ck_assert_int_eq(pair.client->detected, 0);
                ck_assert_int_eq(tls_session_feed_end(pair.client), TLS_STATE_FAILED);
                ck_assert_int_eq(tls_session_failure(pair.client)->kind, TLS_FAILURE_END);
            }
            pair_stop(&pair);
        }
    }
    pair_done(&pair);
}
END_TEST

/* Whatever octets come: it ends, or waits for more. */
START_TEST(test_every_octet)
{
    struct pair pair;
    pair_init(&pair);
    for (unsigned first = 0; first <= UINT8_MAX; first++) {
        for (unsigned version = TLS_PROTOCOL_SSL2; version <= TLS_PROTOCOL_SSL3; version <<= 1) {
            char octets[4 * TLS_ANSWER_MAX];
            memset(octets, (int)first, sizeof octets);
            const struct answer answer = {.looks_for = version,
                .kind = TLS_HANDMADE_NONE,
                .octets = octets,
                .octets_len = sizeof octets};
            play(&pair, &answer, OUT_MAX, 1);
            ck_assert_int_eq(tls_session_state(pair.client), TLS_STATE_FAILED);
            ck_assert_int_eq(pair.client->detected, 0);
            pair_stop(&pair);
        }
    }
    pair_done(&pair);
}
END_TEST

/* What the library's own server makes of the two, and the facts of a client that has found one. */
START_TEST(test_against_the_library)
{
    struct pair pair;
    pair_init(&pair);
    for (unsigned version = TLS_PROTOCOL_SSL2; version <= TLS_PROTOCOL_SSL3; version <<= 1) {
        pair.client_options.protocols = version;
        pair_start(&pair);
        pair_run(&pair);
        const struct tls_failure *failure = tls_session_failure(pair.client);
        ck_assert_int_eq(failure->kind, TLS_FAILURE_ALERT_RECEIVED);
        ck_assert_int_eq(pair.client->detected, 0);
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

START_TEST(test_facts)
{
    struct pair pair;
    struct arena *arena = arena_new();
    struct secret_set *secrets = secret_set_new();
    struct facts *facts = facts_new(arena, secrets);
    pair_init(&pair);
    play(&pair, &answers[1], OUT_MAX, 0);
    tls_session_record_client(pair.client, facts);
    pair_check_fact(facts, "tls.version", "SSLv3");
    pair_check_fact(facts, "tls.problem", "\"" TEXT_SSL3 "\"");
    pair_check_fact(facts, "tls.last_message", "ServerHello");
    pair_check_fact(facts, "tls.cipher", NULL);
    pair_check_fact(facts, "tls.sni", NULL);
    secret_set_free(secrets);
    arena_free(arena);
    pair_done(&pair);
}
END_TEST

UNIT_MAIN(
    test_each_answer, test_every_prefix, test_every_octet, test_against_the_library, test_facts)
