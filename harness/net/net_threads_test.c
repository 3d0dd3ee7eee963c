/* A net belongs to one thread, and knows nothing of the nets of others. */
#include <pthread.h>

#include "harness/net/net_play.h"

#define THREADS 4
#define ROUNDS 25

struct worker {
    enum play_world world;
    size_t echoed;
    bool failed;
};

static void echo(struct play_end *end, const struct wire_event *event)
{
    if (event->kind == WIRE_BYTES) {
        net_stream_send(end->stream, event->bytes);
    } else if (event->kind == WIRE_FIN) {
        play_release(end);
    }
}

static void talk(struct play_end *end, const struct wire_event *event)
{
    static const uint8_t text[5000] = {1};
    if (event->kind == WIRE_OPENED) {
        net_stream_send(end->stream, span_of(text, sizeof text));
        net_stream_shut(end->stream);
    }
    play_stop_when_over(end, event);
}

/* Check's assertions belong to the main thread: a worker only writes down what it found. */
static void work_once(struct worker *worker, struct net *net, uint64_t seed)
{
    struct play play;
    struct fail fail = {0};
    net_reset(net, seed);
    play_init(&play, net);
    play.listener = net_listen(net, "127.0.0.1", 0, NULL, play_accept, &play, &fail);
    if (play.listener == NULL) {
        worker->failed = true;
    } else {
        play.server.react = echo;
        play.client.react = talk;
        play_connect(&play, net_listener_port(play.listener));
        net_timer_set(net, &play.guard, net_now_us(net) + PLAY_LIMIT_US);
        worker->failed = worker->failed || net_run(net, PLAY_EVENTS_MAX, &fail) != STATUS_OK ||
                         play.guard_fired;
        worker->echoed += play.client.bytes.len;
    }
    play_done(&play);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct fail fail = {0};
    struct net *net = worker->world == PLAY_SIMULATED
                          ? net_simulated_new(&(struct net_simulated_options){.seed = 1})
                          : net_real_new(&(struct net_real_options){.time_scale = 1}, &fail);
    if (net == NULL) {
        worker->failed = true;
        return NULL;
    }
    for (uint64_t round = 0; round < ROUNDS; round++) {
        work_once(worker, net, round);
    }
    net_free(net);
    return NULL;
}

START_TEST(test_nets_in_several_threads)
{
    pthread_t threads[THREADS];
    struct worker workers[THREADS] = {0};
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].world = i % 2 == 0 ? PLAY_REAL : PLAY_SIMULATED;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert(!workers[i].failed);
        ck_assert_uint_eq(workers[i].echoed, (size_t)5000 * ROUNDS);
    }
}
END_TEST

UNIT_MAIN(test_nets_in_several_threads)
