/*
 * net_internal — what the files of this room share. Nobody else includes it.
 *
 * Knows: streams, listeners, what a world must be able to do. Refuses to know: libuv (real.h).
 * The layers, from the top: stream.c (what callers see, shaping, the ends of a stream), one of two
 * worlds (simulated.c, real.c) that carries bytes without knowing of shapes, and net.c with the one
 * heap of timers that everything goes through. Whatever is told to a caller is told from the heap,
 * so nothing is ever told inside a call of the caller's, and net_stop holds between any two
 * callbacks of either world.
 */
#ifndef SMTPVET_NET_NET_INTERNAL_H
#define SMTPVET_NET_NET_INTERNAL_H

#include "harness/net/lane.h"

#define NET_ADDRESS_MAX 64 /* an IPv6 address with its zone, as text */
#define NET_PROBLEM_TEXT_MAX 160
#define NET_PROBLEM_SHORT_MAX 64 /* what a system calls an error; room for one in each stream */
struct real;
struct real_socket;
struct real_dial;

/* What is still to be told to a stream's owner; in this order when several are due. */
enum net_notice {
    NET_NOTICE_ACCEPT = 1,
    NET_NOTICE_OPENED = 2,
    NET_NOTICE_FAILED = 4,
    NET_NOTICE_FLUSHED = 8,
};

struct net_stream {
    struct net *net;
    struct net_stream *previous, *next; /* in net->streams; or next alone, in a list of the dead */
    struct net_handler handler;
    struct net_listener *listener; /* accepted end: until the listener's owner was told */
    char peer_address[NET_ADDRESS_MAX];
    uint16_t peer_port;
    bool has_shape;
    struct net_shape shape; /* accepted end */
    struct net_lane in, out;
    struct net_timer in_timer, out_timer, notice_timer, linger_timer;
    unsigned notices;
    int64_t started_us, opens_at_us; /* connecting end */
    enum wire_problem problem;
    char problem_text[NET_PROBLEM_SHORT_MAX];

    bool opened;     /* the owner was told, or is being told */
    bool reading;    /* the owner wants bytes */
    bool dirty;      /* something was sent since the last WIRE_FLUSHED */
    bool shut_asked; /* nothing may be sent any more */
    bool shut;       /* the world was told to send FIN */
    bool far_fin;    /* FIN came from the world, perhaps not yet told */
    bool fin_told;
    bool cut;      /* the shape's cut has happened: nothing passes any more */
    bool gone;     /* the world has nothing of this stream any more */
    bool released; /* the owner is not interested any more */
    bool ended;    /* waits to be used again */

    struct net_stream *peer;    /* simulated: the other end; NULL when it is closed */
    struct real_socket *socket; /* real */
    struct real_dial *dial;     /* real: while connecting */
};

struct net_listener {
    struct net *net;
    struct net_listener *next;
    char address[NET_ADDRESS_MAX];
    uint16_t port;
    struct net_shape shape;
    bool has_shape;
    net_accept_function *accept;
    void *context;
    struct real_socket *socket;
};

/* A world carries bytes. After `abort`, `close`, or having told NET_RESET it knows nothing of the
 * stream any more. It reports through the net_world_* functions below. */
struct net_world {
    int64_t (*now_us)(const struct net *net);
    enum status (*run)(struct net *net, struct fail *fail);
    void (*reset)(struct net *net); /* closes everything, telling nobody */
    void (*free)(struct net *net);
    /* Fills port; address, shape and accept are set. */
    enum status (*listen)(struct net_listener *listener, struct fail *fail);
    void (*unlisten)(struct net_listener *listener);
    void (*connect)(struct net_stream *stream, const char *host, uint16_t port);
    void (*write)(struct net_stream *stream, struct span bytes);
    void (*shut)(struct net_stream *stream);             /* FIN behind what was written */
    void (*abort)(struct net_stream *stream);            /* RST behind what was written */
    void (*close)(struct net_stream *stream);            /* as close(2) */
    void (*room)(struct net_stream *stream);             /* net_stream_wants may have changed */
    bool (*is_drained)(const struct net_stream *stream); /* all that was written has left */
};
extern const struct net_world net_world_simulated, net_world_real;

struct net {
    const struct net_world *world;
    struct net_timer **heap; /* from 1 */
    size_t heap_len, heap_capacity;
    uint64_t sequence;
    uint64_t seed, accepted; /* connections so far: each has a seed of its own */
    struct net_stream *streams, *dead, *spare;
    struct net_listener *listeners;
    bool running, stopped;
    uint64_t events, events_max;
    uint8_t *told; /* NET_WINDOW octets: the bytes of the event that is being told */

    int64_t simulated_now_us;
    uint16_t next_listener_port, next_client_port; /* simulated */
    struct real *real;
};

/* --- net.c: timers --- */
/* The next timer, or NULL; net_timers_fire takes it out and calls it. */
struct net_timer *net_timers_first(const struct net *net);
void net_timers_fire(struct net *net, struct net_timer *timer);
/* True when net_run has to end; fills `fail` and *ret when that is because of a limit. */
bool net_run_is_over(struct net *net, struct fail *fail, enum status *ret);

/* --- real.c --- */
/* Makes the world of a real net; NULL (FAIL_INTERNAL) when libuv cannot make a loop. */
struct net *net_real_make(struct net *net, unsigned time_scale, struct fail *fail);

/* --- listener.c --- */
/* The listener for the address, or NULL. */
struct net_listener *net_find_listener(const struct net *net, const char *address, uint16_t port);

/* --- stream.c --- */
struct net_stream *net_stream_new(struct net *net);
/* Tells the owner, at `at_us` or behind what is to be told already. */
void net_stream_notice(struct net_stream *stream, enum net_notice notice, int64_t at_us);
bool net_stream_wants(const struct net_stream *stream); /* bytes from the world */
/* Drops connections of which the listener's owner has not been told. */
void net_streams_forsake(struct net *net, const struct net_listener *listener);
void net_streams_bury(struct net *net); /* the dead may be used again */
void net_streams_drop_all(struct net *net);
void net_streams_free(struct net *net);

/* What a world reports. None of these calls an owner. */
struct net_stream *net_world_accepted(
    struct net_listener *listener, const char *address, uint16_t port);
void net_world_opened(struct net_stream *stream);
void net_world_failed(struct net_stream *stream, enum wire_problem problem, const char *text);
/* NET_RESET: the world has let go of the stream before. */
void net_world_arrived(struct net_stream *stream, enum net_mark mark, struct span bytes);
void net_world_drained(struct net_stream *stream);
/* When an answer of the listener at the far end may come back: one way there, one back. */
void net_world_dials(struct net_stream *stream, const struct net_listener *listener);

#endif
