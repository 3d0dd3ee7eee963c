#include "harness/tls/handmade.h"

#include "harness/tls/test_pair.h"

#define OUT_MAX 4096
#define RECORD_HEADER 5
#define SSL2 0x80
#define SSL2_LEN 32

#define BOTH (TLS_PROTOCOL_1_2 | TLS_PROTOCOL_1_3)

/* What a client that offers `protocols` makes of each answer. */
static const struct answer {
    enum tls_handmade kind;
    unsigned protocols;
    const char *alert; /* NULL: it says none */
} answers[] = {
    {TLS_HANDMADE_SSL2, BOTH, NULL},
    {TLS_HANDMADE_SSL3, BOTH, "protocol_version"},
    {TLS_HANDMADE_DOWNGRADE, BOTH, "illegal_parameter"},
    {TLS_HANDMADE_CIPHER, BOTH, "illegal_parameter"},
    {TLS_HANDMADE_CIPHER, TLS_PROTOCOL_1_2, "illegal_parameter"},
    {TLS_HANDMADE_GROUP, BOTH, "illegal_parameter"},
    {TLS_HANDMADE_VERSION, BOTH, "protocol_version"},
    {TLS_HANDMADE_VERSION, TLS_PROTOCOL_1_3, "protocol_version"},
    {TLS_HANDMADE_EXTENSION, BOTH, "unsupported_extension"},
    {TLS_HANDMADE_EXTENSION, TLS_PROTOCOL_1_2, "unsupported_extension"},
    {TLS_HANDMADE_HEARTBEAT, BOTH, "unsupported_extension"},
    {TLS_HANDMADE_HEARTBEAT, TLS_PROTOCOL_1_2, "unsupported_extension"},
    {TLS_HANDMADE_COMPRESSION, BOTH, "illegal_parameter"},
    {TLS_HANDMADE_COMPRESSION, TLS_PROTOCOL_1_2, "illegal_parameter"},
    {TLS_HANDMADE_NO_RENEGOTIATION, BOTH, "handshake_failure"},
    {TLS_HANDMADE_SESSION_ID, BOTH, "illegal_parameter"},
    {TLS_HANDMADE_RETRY_SAME_GROUP, BOTH, "illegal_parameter"},
    {TLS_HANDMADE_RETRY_UNKNOWN_GROUP, BOTH, "illegal_parameter"},
    {TLS_HANDMADE_RETRY_NOTHING, BOTH, "illegal_parameter"},
    {TLS_HANDMADE_RETRY_TWICE, BOTH, "unexpected_message"},
};

static void say_hello(struct pair *pair, unsigned protocols, struct buf *hello)
{
    pair->client_options.protocols = protocols;
    pair_start(pair);
    (void)tls_session_feed(pair->client, SPAN_EMPTY);
    buf_clear(hello);
    ck_assert(buf_append(hello, buf_span(tls_session_output(pair->client))));
    buf_clear(tls_session_output(pair->client));
}

/* The client refuses with that alert, however the answer is cut, and says nothing behind it. */
static void check_refused(struct pair *pair, const struct answer *answer, size_t piece)
{
    CLEANUP(buf_done) struct buf hello = {0};
    CLEANUP(buf_done) struct buf out = {0};
    buf_init(&hello, OUT_MAX);
    buf_init(&out, OUT_MAX);
    say_hello(pair, answer->protocols, &hello);
    for (unsigned nth = 0; nth < 2; nth++) {
        buf_clear(&out);
        tls_handmade_answer(answer->kind, buf_span(&hello), nth, &out);
        ck_assert(nth > 0 || out.len > 0);
        pair_feed(pair->client, buf_span(&out), piece);
    }
    const struct tls_failure *failure = tls_session_failure(pair->client);
    struct span said = buf_span(tls_session_output(pair->client));
    ck_assert_int_eq(tls_session_state(pair->client), TLS_STATE_FAILED);
    if (answer->alert == NULL) {
        ck_assert_ptr_null(failure->alert);
        return;
    }
    ck_assert_msg(failure->alert != NULL && strcmp(failure->alert, answer->alert) == 0,
        "kind %d: %s", (int)answer->kind, failure->text);
    ck_assert_uint_ge(said.len, RECORD_HEADER + 2);
    ck_assert_int_eq(said.data[said.len - RECORD_HEADER - 2], SSL3_RT_ALERT);
    ck_assert_int_eq(said.data[said.len - 2], SSL3_AL_FATAL);
}

START_TEST(test_clients_refuse)
{
    static const size_t pieces[] = {0, 1, 7};
    struct pair pair;
    pair_init(&pair);
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        for (size_t j = 0; j < ARRAY_LEN(pieces); j++) {
            check_refused(&pair, &answers[i], pieces[j]);
            pair_stop(&pair);
        }
    }
    pair_done(&pair);
}
END_TEST

START_TEST(test_nothing_to_say)
{
    CLEANUP(buf_done) struct buf out = {0};
    buf_init(&out, OUT_MAX);
    tls_handmade_answer(TLS_HANDMADE_NONE, SPAN_EMPTY, 0, &out);
    tls_handmade_answer(TLS_HANDMADE_CIPHER, SPAN_EMPTY, 1, &out);
    ck_assert_uint_eq(out.len, 0);
    tls_handmade_answer(TLS_HANDMADE_RETRY_TWICE, SPAN_EMPTY, 1, &out);
    ck_assert_uint_gt(out.len, 0);
}
END_TEST

/* Whatever the ClientHello is, the answer is one record as long as it says. */
static void check_well_formed(enum tls_handmade kind, struct span hello)
{
    CLEANUP(buf_done) struct buf out = {0};
    buf_init(&out, OUT_MAX);
    tls_handmade_answer(kind, hello, 0, &out);
    ck_assert(!out.over);
    if (kind == TLS_HANDMADE_SSL2) {
        ck_assert_uint_eq(out.len, SSL2_LEN);
        ck_assert_int_eq(out.data[0], SSL2);
        ck_assert_int_eq(out.data[1], SSL2_LEN - 2);
        return;
    }
    ck_assert_uint_gt(out.len, RECORD_HEADER + 4);
    ck_assert_int_eq(out.data[0], SSL3_RT_HANDSHAKE);
    size_t len = (size_t)out.data[3] << 8 | out.data[4];
    ck_assert_uint_eq(out.len, RECORD_HEADER + len);
    ck_assert_int_eq(out.data[5], SSL3_MT_SERVER_HELLO);
    ck_assert_uint_eq(len, 4 + ((size_t)out.data[7] << 8 | out.data[8]));
}

static void check_every_kind(struct span hello)
{
    for (int kind = TLS_HANDMADE_SSL2; kind <= TLS_HANDMADE_RETRY_TWICE; kind++) {
        check_well_formed((enum tls_handmade)kind, hello);
    }
}

START_TEST(test_every_prefix_and_every_octet)
{
    struct pair pair;
    CLEANUP(buf_done) struct buf hello = {0};
    buf_init(&hello, OUT_MAX);
    pair_init(&pair);
    for (int both = 0; both < 2; both++) {
        say_hello(&pair, both ? BOTH : TLS_PROTOCOL_1_2, &hello);
        pair_stop(&pair);
        for (size_t i = 0; i <= hello.len; i++) {
            uint8_t *copy = mem_zalloc(i == 0 ? 1 : i, 1); /* so that a read behind it is seen */
            memcpy(copy, hello.data, i);
            check_every_kind(span_of(copy, i));
            mem_free(copy);
        }
        for (size_t i = 0; i < hello.len; i++) {
            uint8_t kept = hello.data[i];
            hello.data[i] = UINT8_MAX;
            check_every_kind(buf_span(&hello));
            hello.data[i] = 0;
            check_every_kind(buf_span(&hello));
            hello.data[i] = kept;
        }
    }
    pair_done(&pair);
}
END_TEST

/* RFC 8446 §5.1: a ClientHello in records of one octet is the same. */
START_TEST(test_fragments)
{
    struct pair pair;
    CLEANUP(buf_done) struct buf hello = {0};
    CLEANUP(buf_done) struct buf cut = {0};
    buf_init(&hello, OUT_MAX);
    buf_init(&cut, 6 * (size_t)OUT_MAX);
    pair_init(&pair);
    say_hello(&pair, BOTH, &hello);
    for (size_t i = RECORD_HEADER; i < hello.len; i++) {
        const uint8_t record[] = {SSL3_RT_HANDSHAKE, 3, 1, 0, 1, hello.data[i]};
        ck_assert(buf_append(&cut, span_of(record, sizeof record)));
    }
    for (int kind = TLS_HANDMADE_SSL2; kind <= TLS_HANDMADE_RETRY_TWICE; kind++) {
        CLEANUP(buf_done) struct buf one = {0};
        CLEANUP(buf_done) struct buf other = {0};
        buf_init(&one, OUT_MAX);
        buf_init(&other, OUT_MAX);
        tls_handmade_answer((enum tls_handmade)kind, buf_span(&hello), 0, &one);
        tls_handmade_answer((enum tls_handmade)kind, buf_span(&cut), 0, &other);
        ck_assert(span_equal(buf_span(&one), buf_span(&other)));
    }
    pair_done(&pair);
}
END_TEST

START_TEST(test_what_others_look_for)
{
    struct pair pair;
    CLEANUP(buf_done) struct buf hello = {0};
    buf_init(&hello, OUT_MAX);
    pair_init(&pair);
    for (int i = 0; i < 4; i++) {
        pair.client_options.sni = i < 2 ? "a.test" : NULL;
        say_hello(&pair, i % 2 == 0 ? BOTH : TLS_PROTOCOL_1_2, &hello);
        pair_stop(&pair);
        ck_assert_int_eq(tls_handmade_offers_tls_1_3(buf_span(&hello)), i % 2 == 0);
        ck_assert_int_eq(tls_handmade_has_server_name(buf_span(&hello)), i < 2);
    }
    ck_assert(!tls_handmade_offers_tls_1_3(SPAN_EMPTY));
    ck_assert(!tls_handmade_has_server_name(SPAN_EMPTY));
    pair_done(&pair);
}
END_TEST

UNIT_MAIN(test_what_others_look_for, test_clients_refuse, test_nothing_to_say,
    test_every_prefix_and_every_octet, test_fragments)
