#include "harness/tls/filter.h"

#include "harness/tls/test_pair.h"

#define OUT_MAX ((size_t)128 * 1024)

/* Two handshake records of 4 and 3 octets, a ChangeCipherSpec, a handshake record that may not be
 * re-cut any more, an application record. Offsets: 0, 9, 17, 23, 32; 40 in all. */
static const uint8_t stream[] = {22, 3, 3, 0, 4, 'a', 'b', 'c', 'd', 22, 3, 3, 0, 3, 'e', 'f', 'g',
    20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 4, 'h', 'i', 'j', 'k', 23, 3, 3, 0, 3, 'l', 'm', 'n'};

#define CCS_AT 17
#define CCS_LEN 6

static const struct tls_filter_options nothing = {.cut_at = TLS_FILTER_NONE,
    .corrupt_at = TLS_FILTER_NONE,
    .inject_at = TLS_FILTER_NONE,
    .repeat_record = TLS_FILTER_NONE};

/* What comes out of `stream`, fed in pieces; *ret_stands: whether the line stands. */
static void filter(
    const struct tls_filter_options *options, size_t piece, struct buf *out, bool *ret_stands)
{
    struct tls_filter tls_filter;
    struct span rest = span_of(stream, sizeof stream);
    tls_filter_init(&tls_filter, options);
    *ret_stands = true;
    while (rest.len > 0) {
        struct span part = span_first(rest, piece);
        bool stands = tls_filter_pass(&tls_filter, part, out);
        ck_assert(*ret_stands || !stands);
        *ret_stands = stands;
        rest = span_from(rest, part.len);
    }
    tls_filter_done(&tls_filter);
}

/* The same whole, in pieces of seven and one octet at a time. */
static void check(const struct tls_filter_options *options, struct span wanted, bool stands)
{
    static const size_t pieces[] = {sizeof stream, 7, 1};
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        CLEANUP(buf_done) struct buf out = {0};
        bool stood;
        buf_init(&out, OUT_MAX);
        filter(options, pieces[i], &out, &stood);
        ck_assert_msg(
            span_equal(buf_span(&out), wanted), "pieces of %zu: %zu octets", pieces[i], out.len);
        ck_assert(stood == stands);
    }
}

START_TEST(test_nothing_is_changed_unasked)
{
    check(&nothing, span_of(stream, sizeof stream), true);
}
END_TEST

START_TEST(test_every_cut)
{
    for (size_t at = 0; at <= sizeof stream; at++) {
        struct tls_filter_options options = nothing;
        options.cut_at = (int64_t)at;
        check(&options, span_of(stream, at), false);
    }
    struct tls_filter_options options = nothing;
    options.cut_at = sizeof stream + 1;
    check(&options, span_of(stream, sizeof stream), true);
}
END_TEST

START_TEST(test_every_corruption)
{
    for (size_t at = 0; at < sizeof stream; at++) {
        uint8_t wanted[sizeof stream];
        struct tls_filter_options options = nothing;
        options.corrupt_at = (int64_t)at;
        memcpy(wanted, stream, sizeof stream);
        wanted[at] ^= 1;
        check(&options, span_of(wanted, sizeof wanted), true);
    }
}
END_TEST

START_TEST(test_every_injection)
{
    for (size_t at = 0; at < sizeof stream; at++) {
        uint8_t wanted[sizeof stream + 3];
        struct tls_filter_options options = nothing;
        options.inject_at = (int64_t)at;
        options.inject = SPAN_LITERAL("XYZ");
        memcpy(wanted, stream, at);
        memcpy(wanted + at, "XYZ", 3);
        memcpy(wanted + at + 3, stream + at, sizeof stream - at);
        check(&options, span_of(wanted, sizeof wanted), true);
    }
}
END_TEST

START_TEST(test_what_lies_behind_a_cut_is_not_injected)
{
    struct tls_filter_options options = nothing;
    options.cut_at = 12;
    options.inject_at = 12;
    options.inject = SPAN_LITERAL("XYZ");
    check(&options, span_of(stream, 12), false);
}
END_TEST

START_TEST(test_every_repetition)
{
    static const size_t begins[] = {0, 9, 17, 23, 32, 40};
    for (size_t record = 0; record + 1 < ARRAY_LEN(begins); record++) {
        uint8_t wanted[2 * sizeof stream];
        size_t begin = begins[record], end = begins[record + 1];
        struct tls_filter_options options = nothing;
        options.repeat_record = (int64_t)record;
        memcpy(wanted, stream, end);
        memcpy(wanted + end, stream + begin, end - begin);
        memcpy(wanted + 2 * end - begin, stream + end, sizeof stream - end);
        check(&options, span_of(wanted, sizeof stream + end - begin), true);
    }
}
END_TEST

/* RFC 8446 §5.1: clear-text handshake records in smaller ones; what may be encrypted stays. */
START_TEST(test_fragments)
{
    static const uint8_t wanted[] = {22, 3, 3, 0, 3, 'a', 'b', 'c', 22, 3, 3, 0, 1, 'd', 22, 3, 3,
        0, 3, 'e', 'f', 'g', 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 4, 'h', 'i', 'j', 'k', 23, 3, 3, 0, 3,
        'l', 'm', 'n'};
    struct tls_filter_options options = nothing;
    options.fragment = 3;
    check(&options, span_of(wanted, sizeof wanted), true);
    options.cut_at = 8; /* 'd' is what is missing: its header goes with it */
    check(&options, span_of(wanted, 8), false);
}
END_TEST

/* --- between sessions --- */

/* A handshake with the server's side filtered. */
static void handshake(struct pair *pair, const struct tls_filter_options *options, size_t piece)
{
    struct tls_filter tls_filter;
    CLEANUP(buf_done) struct buf out = {0};
    buf_init(&out, OUT_MAX);
    tls_filter_init(&tls_filter, options);
    pair_start(pair);
    (void)tls_session_feed(pair->client, SPAN_EMPTY);
    bool moved = true;
    while (moved) {
        moved = pair_carry(pair->client, pair->server, piece);
        struct buf *output = tls_session_output(pair->server);
        tls_filter_pass(&tls_filter, buf_span(output), &out);
        buf_clear(output);
        moved = moved || out.len > 0;
        pair_feed(pair->client, buf_span(&out), piece);
        buf_clear(&out);
    }
    tls_filter_done(&tls_filter);
}

START_TEST(test_small_fragments_are_still_a_handshake)
{
    static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};
    static const size_t fragments[] = {1, 2, 100};
    struct pair pair;
    pair_init(&pair);
    for (size_t i = 0; i < ARRAY_LEN(fragments) * 2; i++) {
        struct tls_filter_options options = nothing;
        options.fragment = fragments[i / 2];
        pair.client_options.protocols = protocols[i % 2];
        handshake(&pair, &options, i % 2);
        ck_assert_msg(tls_session_state(pair.client) == TLS_STATE_OPEN, "%s",
            tls_session_failure(pair.client)->text);
        ck_assert_int_eq(tls_session_state(pair.server), TLS_STATE_OPEN);
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

/* Noise in the server's flight is what the client calls it, whatever it is cut into. */
START_TEST(test_faults_are_refused_with_the_right_alert)
{
    static const struct {
        int64_t corrupt_at, repeat_record;
        const char *alert;
    } cases[] = {
        {300, TLS_FILTER_NONE, "bad_record_mac"}, /* inside the encrypted flight */
        {TLS_FILTER_NONE, 0, "unexpected_message"},
    };
    struct pair pair;
    pair_init(&pair);
    pair.client_options.protocols = TLS_PROTOCOL_1_3;
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        struct tls_filter_options options = nothing;
        options.corrupt_at = cases[i / 2].corrupt_at;
        options.repeat_record = cases[i / 2].repeat_record;
        handshake(&pair, &options, i % 2);
        const struct tls_failure *failure = tls_session_failure(pair.client);
        ck_assert_int_eq(failure->kind, TLS_FAILURE_LIBRARY);
        ck_assert_str_eq(failure->alert, cases[i / 2].alert);
        ck_assert_int_eq(tls_session_failure(pair.server)->kind, TLS_FAILURE_ALERT_RECEIVED);
        pair_stop(&pair);
    }
    pair_done(&pair);
}
END_TEST

START_TEST(test_change_cipher_spec)
{
    uint8_t wanted[sizeof stream + CCS_LEN];
    struct tls_filter_options options = nothing;
    memcpy(wanted, stream, CCS_AT);
    memcpy(wanted + CCS_AT, stream + CCS_AT + CCS_LEN, sizeof stream - CCS_AT - CCS_LEN);
    options.ccs = TLS_FILTER_CCS_DROPPED;
    check(&options, span_of(wanted, sizeof stream - CCS_LEN), true);
    memcpy(wanted, stream, CCS_AT + CCS_LEN);
    memcpy(wanted + CCS_AT + CCS_LEN, stream + CCS_AT, sizeof stream - CCS_AT);
    options.ccs = TLS_FILTER_CCS_TWICE;
    check(&options, span_of(wanted, sizeof wanted), true);
}
END_TEST

/* Between the pieces of a message, and neither before nor behind it. */
START_TEST(test_between_fragments)
{
    static const uint8_t wanted[] = {
        22, 3, 3, 0, 3, 'a', 'b', 'c', '!', 22, 3, 3, 0, 1, 'd', 22, 3, 3, 0, 3, 'e', 'f', 'g'};
    CLEANUP(buf_done) struct buf all = {0};
    struct tls_filter_options options = nothing;
    buf_init(&all, OUT_MAX);
    buf_append(&all, span_of(wanted, sizeof wanted));
    buf_append(&all, span_from(span_of(stream, sizeof stream), CCS_AT));
    options.between = SPAN_LITERAL("!");
    options.fragment = 3;
    check(&options, buf_span(&all), true);
    options.fragment = 0;
    check(&options, span_of(stream, sizeof stream), true);
}
END_TEST

UNIT_MAIN(test_change_cipher_spec, test_between_fragments, test_nothing_is_changed_unasked,
    test_every_cut, test_every_corruption, test_every_injection,
    test_what_lies_behind_a_cut_is_not_injected, test_every_repetition, test_fragments,
    test_small_fragments_are_still_a_handshake, test_faults_are_refused_with_the_right_alert)
