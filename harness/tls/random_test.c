#include "harness/tls/random.h"

#include "harness/tls/test_pair.h"

#define RUNS 20 /* DER signatures come in four lengths: twenty runs meet more than one */
#define WIRE_MAX ((size_t)64 * 1024)

/* Carries to and fro, keeping every octet of both directions. */
static void run_kept(struct pair *pair, struct buf *wire)
{
    (void)tls_session_feed(pair->client, SPAN_EMPTY);
    bool moved = true;
    while (moved) {
        buf_append(wire, buf_span(tls_session_output(pair->client)));
        moved = pair_carry(pair->client, pair->server, 0);
        buf_append(wire, buf_span(tls_session_output(pair->server)));
        moved = pair_carry(pair->server, pair->client, 0) || moved;
    }
}

/* A handshake and a word each way, with the randomness of `source` (NULL: OpenSSL's own). */
static void session(
    struct pair *pair, unsigned protocol, struct random_source *source, struct buf *wire)
{
    struct random_source *previous = tls_random_enter(source);
    pair->client_options.protocols = protocol;
    pair_start(pair);
    run_kept(pair, wire);
    ck_assert_int_eq(tls_session_state(pair->client), TLS_STATE_OPEN);
    ck_assert(tls_session_write(pair->client, SPAN_LITERAL("EHLO a.test\r\n")));
    ck_assert(tls_session_write(pair->server, SPAN_LITERAL("220 a.test\r\n")));
    tls_session_close_notify(pair->client);
    run_kept(pair, wire);
    pair_stop(pair);
    ck_assert_ptr_eq(tls_random_enter(previous), source);
}

static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};

START_TEST(test_one_seed_gives_one_session)
{
    struct pair pair;
    pair_init(&pair);
    tls_random_install();
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        CLEANUP(buf_done) struct buf first = {0};
        buf_init(&first, WIRE_MAX);
        for (int run = 0; run < RUNS; run++) {
            CLEANUP(buf_done) struct buf wire = {0};
            struct random_source source;
            buf_init(&wire, WIRE_MAX);
            random_seed(&source, 7);
            session(&pair, protocols[i], &source, run == 0 ? &first : &wire);
            ck_assert_msg(run == 0 || span_equal(buf_span(&first), buf_span(&wire)), "run %d", run);
        }
        ck_assert_uint_gt(first.len, 500);
    }
    pair_done(&pair);
}
END_TEST

START_TEST(test_two_seeds_give_two_sessions)
{
    struct pair pair;
    pair_init(&pair);
    tls_random_install();
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct buf wires[2];
        for (uint64_t seed = 0; seed < 2; seed++) {
            struct random_source source;
            buf_init(&wires[seed], WIRE_MAX);
            random_seed(&source, seed);
            session(&pair, protocols[i], &source, &wires[seed]);
        }
        ck_assert(!span_equal(buf_span(&wires[0]), buf_span(&wires[1])));
        buf_done(&wires[0]);
        buf_done(&wires[1]);
    }
    pair_done(&pair);
}
END_TEST

START_TEST(test_without_a_seed_no_two_are_equal)
{
    struct pair pair;
    pair_init(&pair);
    tls_random_install();
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        CLEANUP(buf_done) struct buf first = {0};
        CLEANUP(buf_done) struct buf second = {0};
        buf_init(&first, WIRE_MAX);
        buf_init(&second, WIRE_MAX);
        session(&pair, protocols[i], NULL, &first);
        session(&pair, protocols[i], NULL, &second);
        ck_assert(!span_equal(buf_span(&first), buf_span(&second)));
    }
    pair_done(&pair);
}
END_TEST

/* Entering nests, as a minting inside a step does. */
START_TEST(test_entering_gives_back_what_stood_there)
{
    struct random_source outer, inner;
    ck_assert_ptr_null(tls_random_current());
    ck_assert_ptr_null(tls_random_enter(&outer));
    ck_assert_ptr_eq(tls_random_enter(&inner), &outer);
    ck_assert_ptr_eq(tls_random_current(), &inner);
    ck_assert_ptr_eq(tls_random_enter(&outer), &inner);
    ck_assert_ptr_eq(tls_random_enter(NULL), &outer);
    ck_assert_ptr_null(tls_random_current());
}
END_TEST

UNIT_MAIN(test_one_seed_gives_one_session, test_two_seeds_give_two_sessions,
    test_without_a_seed_no_two_are_equal, test_entering_gives_back_what_stood_there)
