#include "harness/net/net_internal.h"

#include <assert.h>
#include <inttypes.h>

static struct net *net_new(const struct net_world *world, uint64_t seed)
{
    struct net *net = mem_zalloc(1, sizeof *net);
    net->world = world;
    net->seed = seed;
    net->told = mem_alloc(NET_WINDOW);
    return net;
}

struct net *net_simulated_new(const struct net_simulated_options *options)
{
    struct net *net = net_new(&net_world_simulated, options->seed);
    net->world->reset(net);
    return net;
}

struct net *net_real_new(const struct net_real_options *options, struct fail *fail)
{
    struct net *net = net_new(&net_world_real, 0);
    if (net_real_make(net, options->time_scale == 0 ? 1 : options->time_scale, fail) == NULL) {
        mem_free(net->told);
        mem_free(net);
        return NULL;
    }
    return net;
}

static void net_drop_all(struct net *net)
{
    assert(!net->running);
    net_streams_drop_all(net);
    while (net->listeners != NULL) {
        net_listener_close(net->listeners);
    }
    net->world->reset(net);
    /* The callers' timers are forgotten, not touched: their storage may be gone already. */
    net->heap_len = 0;
}

void net_free(struct net *net)
{
    if (net == NULL) {
        return;
    }
    net_drop_all(net);
    net->world->free(net);
    net_streams_free(net);
    mem_free(net->heap);
    mem_free(net->told);
    mem_free(net);
}

void net_reset(struct net *net, uint64_t seed)
{
    net_drop_all(net);
    net->seed = seed;
    net->sequence = 0;
    net->accepted = 0;
    net->stopped = false;
}

bool net_is_simulated(const struct net *net)
{
    return net->world == &net_world_simulated;
}

int64_t net_now_us(const struct net *net)
{
    return net->world->now_us(net);
}

enum status net_run(struct net *net, uint64_t events_max, struct fail *fail)
{
    assert(!net->running);
    net->running = true;
    net->stopped = false;
    net->events = 0;
    net->events_max = events_max;
    enum status status = net->world->run(net, fail);
    net->running = false;
    return status;
}

bool net_run_is_over(struct net *net, struct fail *fail, enum status *ret)
{
    if (net->stopped) {
        *ret = STATUS_OK;
        return true;
    }
    if (net->events >= net->events_max) {
        *ret = fail_set(
            fail, FAIL_LIMIT, "more than %" PRIu64 " events: nothing ends this", net->events_max);
        return true;
    }
    return false;
}

void net_stop(struct net *net)
{
    net->stopped = true;
}

/* --- timers: a binary heap from index 1, ordered by moment, then by the order of setting --- */

static bool timer_is_before(const struct net_timer *a, const struct net_timer *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->sequence < b->sequence;
}

static void heap_put(struct net *net, size_t index, struct net_timer *timer)
{
    net->heap[index] = timer;
    timer->heap_index = index;
}

static void heap_up(struct net *net, size_t index, struct net_timer *timer)
{
    while (index > 1 && timer_is_before(timer, net->heap[index / 2])) {
        heap_put(net, index, net->heap[index / 2]);
        index /= 2;
    }
    heap_put(net, index, timer);
}

static void heap_down(struct net *net, size_t index, struct net_timer *timer)
{
    for (;;) {
        size_t child = index * 2;
        if (child > net->heap_len) {
            break;
        }
        if (child < net->heap_len && timer_is_before(net->heap[child + 1], net->heap[child])) {
            child++;
        }
        if (timer_is_before(timer, net->heap[child])) {
            break;
        }
        heap_put(net, index, net->heap[child]);
        index = child;
    }
    heap_put(net, index, timer);
}

/* The heap is asked, not the timer alone: net_reset forgets timers without touching them. */
static bool timer_is_set(const struct net *net, const struct net_timer *timer)
{
    return timer->heap_index > 0 && timer->heap_index <= net->heap_len &&
           net->heap[timer->heap_index] == timer;
}

void net_timer_set(struct net *net, struct net_timer *timer, int64_t at_us)
{
    assert(timer->function != NULL);
    net_timer_clear(net, timer);
    timer->at_us = at_us;
    timer->sequence = ++net->sequence;
    net->heap = mem_grow(
        net->heap, net->heap_len + 1, &net->heap_capacity, sizeof(struct net_timer *));
    net->heap_len++;
    heap_up(net, net->heap_len, timer);
}

void net_timer_clear(struct net *net, struct net_timer *timer)
{
    if (timer_is_set(net, timer)) {
        size_t index = timer->heap_index;
        struct net_timer *last = net->heap[net->heap_len];
        net->heap_len--;
        if (last != timer) {
            if (index > 1 && timer_is_before(last, net->heap[index / 2])) {
                heap_up(net, index, last);
            } else {
                heap_down(net, index, last);
            }
        }
    }
    timer->heap_index = 0;
}

struct net_timer *net_timers_first(const struct net *net)
{
    return net->heap_len == 0 ? NULL : net->heap[1];
}

void net_timers_fire(struct net *net, struct net_timer *timer)
{
    net_timer_clear(net, timer);
    net->events++; /* a piece that moves on is counted too: every loop has an end */
    timer->function(timer->context);
    net_streams_bury(net);
}
