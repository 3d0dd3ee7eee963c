/*
 * Seeded randomness never meets a real peer. A listener that is nobody of ours reads the
 * ClientHello of two runs under one seed: its random octets differ. In the simulated world, under
 * one seed, the transcript's every octet is the same (determinism_threads_test).
 */
#include <pthread.h>

#include "harness/net/net.h"
#include "harness/tests/suite.h"
#include "harness/tls/random.h"

#define RANDOM_AT 11 /* of a ClientHello in its record: header 5, type 1, length 3, version 2 */
#define RANDOM_LEN 32

struct listener {
    struct net *net;
    struct net_listener *listener;
    struct net_timer guard;
    uint8_t random[RANDOM_LEN];
    size_t connections;
    pthread_t thread;
};

static void listener_event(void *context, struct net_stream *stream, const struct wire_event *event)
{
    struct listener *listener = context;
    if (event->kind == WIRE_BYTES && event->bytes.len >= RANDOM_AT + RANDOM_LEN) {
        memcpy(listener->random, event->bytes.data + RANDOM_AT, RANDOM_LEN);
        listener->connections++;
        net_stream_shut(stream); /* the client learns of it only while this net runs */
    } else if (event->kind == WIRE_FIN || event->kind == WIRE_RESET) {
        net_stop(listener->net);
    }
}

static struct net_handler listener_accept(void *context, struct net_stream *stream)
{
    (void)stream;
    return (struct net_handler){.event = listener_event, .context = context};
}

static void listener_guard(void *context)
{
    struct listener *listener = context;
    net_stop(listener->net);
}

static void *listener_work(void *context)
{
    struct listener *listener = context;
    struct fail fail = {0};
    net_timer_set(listener->net, &listener->guard, net_now_us(listener->net) + 30 * 1000 * 1000);
    (void)!net_run(listener->net, 1000000, &fail);
    return NULL;
}

/* One run of a case without `server:` against the listener; its ClientHello's random octets. */
static void hello_of_one_run(uint8_t *ret_random)
{
    static struct listener listener;
    suite_init();
    struct fail fail = {0};
    memset(&listener, 0, sizeof listener);
    listener.guard = (struct net_timer){.function = listener_guard, .context = &listener};
    listener.net = net_real_new(&(struct net_real_options){.time_scale = 1}, &fail);
    ck_assert_ptr_nonnull(listener.net);
    listener.listener = net_listen(
        listener.net, "127.0.0.1", 0, NULL, listener_accept, &listener, &fail);
    ck_assert_ptr_nonnull(listener.listener);
    char text[512];
    snprintf(text, sizeof text,
        "version: 1\n"
        "client: {host: mail.here.com, port: 465, connect_to: \"127.0.0.1:%u\", ssl_mode: "
        "on-connect,\n"
        "         verify: {trust: scenario}}\n"
        "expect: {outcome: {one_of: [tls-failed, disconnected]}}\n",
        (unsigned)net_listener_port(listener.listener));
    struct scenario_suite *suite = suite_load_text(text);
    pthread_create(&listener.thread, NULL, listener_work, &listener);
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.jobs = 1, .seed = 5}, &result);
    pthread_join(listener.thread, NULL);
    ck_assert_uint_eq(listener.connections, 1);
    ck_assert_str_eq(result.cases[0].world, "wire");
    ck_assert_int_eq(result.cases[0].verdict, VERDICT_PASS);
    memcpy(ret_random, listener.random, RANDOM_LEN);
    runner_free(runner);
    scenario_suite_free(suite);
    net_free(listener.net);
}

START_TEST(test_a_real_peer_never_sees_seeded_randomness)
{
    uint8_t first[RANDOM_LEN], second[RANDOM_LEN];
    hello_of_one_run(first);
    hello_of_one_run(second);
    ck_assert_int_ne(memcmp(first, second, RANDOM_LEN), 0);
}
END_TEST

START_TEST(test_no_source_stays_behind)
{
    struct scenario_suite *suite = suite_load("scenarios/seed");
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.jobs = 1, .seed = 5}, &result);
    ck_assert_ptr_null(tls_random_current());
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

UNIT_MAIN(test_a_real_peer_never_sees_seeded_randomness, test_no_source_stays_behind)
