/*
 * net — streams and timers; two worlds behind one interface.
 *
 * Knows: how bytes get from one end to the other, when, and in which pieces. `simulated`: both ends
 * in this process, a virtual clock that jumps to the next thing due, no descriptor at all.
 * `real`: TCP through libuv.
 * Refuses to know: SMTP, TLS, scenarios, what the bytes mean.
 *
 * A net belongs to one thread. Streams and listeners belong to the net until they are closed;
 * callbacks run inside net_run only, one at a time. No handler of a stream is called after
 * net_stream_release, nor after its WIRE_RESET.
 *
 * Time: microseconds since the net was made. In the simulated world it is virtual and is the same
 * in every run; in the real world it is monotonic time multiplied by `time_scale`, and every wait
 * is divided by it. At a scale above 1 the clock stands while anything is due or on its way within
 * the net: only waiting is shortened, so computing must not seem a thousand times slower.
 */
#ifndef SMTPVET_NET_NET_H
#define SMTPVET_NET_NET_H

#include "harness/base/wire.h"

struct net;
struct net_stream;
struct net_listener;

/* One end of a connection. `event` is told OPENED or FAILED (connecting end only), BYTES, FIN,
 * RESET, FLUSHED. BYTES after FIN do not come. */
struct net_handler {
    void (*event)(void *context, struct net_stream *stream, const struct wire_event *event);
    void *context;
};

/* Called for each accepted connection: returns the handler of the server's end. */
typedef struct net_handler net_accept_function(void *context, struct net_stream *stream);

struct net_simulated_options {
    uint64_t seed; /* of jitter and random segments */
};

struct net_real_options {
    unsigned time_scale; /* 1: real time; 0 is 1. Tests only: 5 minutes take 5 minutes / scale */
};

struct net *net_simulated_new(const struct net_simulated_options *options);
/* Fails with FAIL_INTERNAL when libuv cannot make a loop. */
struct net *net_real_new(const struct net_real_options *options, struct fail *fail);
/* net_free closes whatever is still open (RST), without telling anyone, and frees. NULL is fine. */
void net_free(struct net *net);
/* Makes a net as new (time 0, nothing open) and keeps its memory: one net per worker, many cases.
 * Also takes a new seed. */
void net_reset(struct net *net, uint64_t seed);

const char *net_libraries(void); /* "libuv 1.44.2" */
bool net_is_simulated(const struct net *net);
int64_t net_now_us(const struct net *net);

/* net_run works until net_stop was called, or nothing is left that could ever happen (STATUS_OK
 * both). Fails with FAIL_LIMIT after `events_max` callbacks (a loop that no clock ends). */
enum status net_run(struct net *net, uint64_t events_max, struct fail *fail);
void net_stop(struct net *net);

/* A timer: storage of the caller, zeroed before its first use. Two timers of one moment fire in the
 * order in which they were set. Setting a set timer moves it. */
struct net_timer {
    void (*function)(void *context);
    void *context;
    int64_t at_us;
    uint64_t sequence; /* private */
    size_t heap_index; /* private; 0: not set */
};
void net_timer_set(struct net *net, struct net_timer *timer, int64_t at_us);
void net_timer_clear(struct net *net, struct net_timer *timer);

/* --- shaping: what the network does to one connection; the same in both worlds --- */
enum net_connect_fate { NET_CONNECT_ACCEPTED, NET_CONNECT_REFUSED, NET_CONNECT_DROPPED };
enum net_cut_from { NET_CUT_NONE, NET_CUT_SERVER, NET_CUT_CLIENT };

struct net_shape {
    enum net_connect_fate connect;
    int64_t latency_us;      /* one way */
    int64_t jitter_us;       /* at most this much more, evenly; order is kept */
    int64_t bandwidth_per_s; /* octets a second each way; 0: no limit */
    int64_t segment;         /* octets of the largest piece; 0: as sent; -1: random 1…1460 */
    int64_t gap_us;          /* between pieces, of one segment or of two */
    const int64_t *split_at; /* offsets of the server's stream at which a piece ends, ascending */
    size_t split_at_len;
    enum net_cut_from cut_from; /* whose bytes are counted */
    int64_t cut_after;          /* this many octets of them pass, then the line is cut */
    bool cut_reset;             /* RST (else FIN), towards both ends */
};

/* --- listening and connecting --- */

/* net_listen accepts connections for `address` ("127.0.0.1", "::1") at `port` (0: one is chosen).
 * `shape` (NULL: none; copied but for split_at, which must live as long as the listener) applies to
 * each accepted connection, both directions. A shape whose `connect` is REFUSED or DROPPED gives a
 * listener that refuses, or never answers. Fails with FAIL_REACH. */
struct net_listener *net_listen(struct net *net, const char *address, uint16_t port,
    const struct net_shape *shape, net_accept_function *accept, void *context, struct fail *fail);
uint16_t net_listener_port(const struct net_listener *listener);
void net_listener_close(struct net_listener *listener);

/* net_connect opens a stream to `host` (a name or a literal address) and `port`; the outcome comes
 * as WIRE_OPENED or WIRE_FAILED. Real world: all addresses of the name in turn. Simulated world:
 * only literal addresses that were listened on, anything else is WIRE_PROBLEM_REFUSED. */
struct net_stream *net_connect(
    struct net *net, const char *host, uint16_t port, struct net_handler handler);

/* The far end's address and port as text, "127.0.0.1" and 2525; valid as long as the stream. */
const char *net_stream_peer_address(const struct net_stream *stream);
uint16_t net_stream_peer_port(const struct net_stream *stream);

/* --- a stream --- */
void net_stream_send(struct net_stream *stream, struct span bytes); /* one segment; copied */
void net_stream_shut(struct net_stream *stream);                    /* FIN behind what was sent */
void net_stream_abort(struct net_stream *stream);         /* RST now; releases the stream */
void net_stream_read(struct net_stream *stream, bool on); /* off: what arrives waits */
/* net_stream_release ends the caller's interest: what was sent still goes out, then FIN, what still
 * arrives is read and dropped until the far end closes (so that no RST eats our last words) or
 * NET_LINGER_US has passed. The pointer is dead afterwards. */
#define NET_LINGER_US (INT64_C(2) * 1000 * 1000)
void net_stream_release(struct net_stream *stream);
/* Gives back the memory that a stream has no use for while nothing is sent or comes. */
void net_stream_rest(struct net_stream *stream);
/* Performs every action but WIRE_CONNECT of a machine's queue on the stream, in order, and clears
 * the queue. True when the stream was released or aborted by one of them. */
bool net_stream_perform(struct net_stream *stream, struct wire_queue *queue);

#endif
