/*
 * real — what the files of the real world share: real.c (the loop, the clock, listening),
 * real_dial.c (connecting) and real_socket.c (bytes). Nobody else includes it.
 *
 * Knows: libuv, and which two sockets of this net are the two ends of one connection: a *pair*.
 * TCP forgets what a reset overtakes, and tells a writer late or never that nobody reads any more.
 * For a pair none of that is left to chance: what one end does reaches the other behind the bytes
 * that it wrote before, exactly as in the simulated world, though every byte goes through TCP.
 * Refuses to know: shapes, owners. Nothing here calls an owner; libuv's callbacks only report to
 * stream.c.
 *
 * A socket belongs to the list of its net until libuv's close callback frees it. A stream has at
 * most one; a socket whose stream has let go of it lives on until its last duty is done.
 */
#ifndef SMTPVET_NET_REAL_H
#define SMTPVET_NET_REAL_H

#include <signal.h>
#include <sys/socket.h>
#include <uv.h>

#include "harness/net/net_internal.h"

/* Where a connection goes from and to: a client of this net finds the other end by it. */
struct real_ends {
    struct sockaddr_storage local, remote;
};

struct real_socket {
    uv_tcp_t handle;
    union { /* never both: what is not connected is not shut */
        uv_connect_t connecting;
        uv_shutdown_t shutting;
    };
    struct net *net;
    struct real_socket *previous, *next;
    struct net_stream *stream;     /* NULL: let go of, or of a listener */
    struct net_listener *listener; /* the one that it accepts or refuses for */
    struct real_dial *dial;        /* while connecting */
    struct real_socket *pair;      /* the other end, when that is in this net too */
    struct real_ends *ends;        /* NULL: no end of it is looked for */
    uint64_t written, received;    /* octets */
    struct net_timer drain_timer;  /* let go of: how long it may go on writing */
    bool connected, reading;
    bool fin_sent, fin_gone; /* asked for; with the system */
    bool fin_seen;
    bool write_failed;        /* the far end is gone; what it had sent may still be read */
    bool reset_due;           /* the pair has reset: told behind what it wrote */
    bool reset_after_writing; /* let go of, and no pair */
    bool closing;
};

struct real {
    uv_loop_t loop;
    uv_timer_t timer; /* for the first timer of the net's heap */
    unsigned scale;
    struct real_socket *sockets;
    struct real_dial *dials;
    bool dialled;     /* a client is in this net: accepted sockets may be one's other end */
    uint8_t *arrived; /* NET_WINDOW octets: where libuv reads to */

    int64_t clock_us; /* the net's time when the clock last stood */
    bool clock_runs;
    uint64_t clock_since_ns; /* when it began to run */
    int64_t clock_until_us;  /* it runs no further */
    int64_t waited_ahead_us; /* at a larger scale: what was waited too much, at most 1 ms of it */

    bool turning;    /* the loop runs: no second one inside it */
    bool moved;      /* something was given to TCP since its last turn */
    unsigned fired;  /* callbacks since then */
    bool woken;      /* the timer fired */
    bool heard;      /* something came, or went, or ended */
    bool gave_up_on; /* what is on its way has not come for REAL_PATIENCE_MS */
};

/* --- real_socket.c --- */
struct real_socket *real_socket_new(struct net *net);
void real_socket_close(struct real_socket *socket); /* at once; what was not written is lost */
void real_socket_reset(struct real_socket *socket); /* the same with RST */
/* real_socket_attach makes a connected socket the stream's. */
void real_socket_attach(struct real_socket *socket, struct net_stream *stream);
void real_socket_find_pair(struct real_socket *socket);
/* Bytes, an end or an answer are under way between two sockets of this net, and will be taken. */
bool real_socket_is_in_flight(const struct real_socket *socket);
/* Something from outside this net may still come of it. */
bool real_socket_may_happen(const struct real_socket *socket);

void real_write(struct net_stream *stream, struct span bytes);
void real_shut(struct net_stream *stream);
void real_abort(struct net_stream *stream);
void real_close(struct net_stream *stream);
void real_room(struct net_stream *stream);
bool real_is_drained(const struct net_stream *stream);

/* --- real_dial.c --- */
void real_connect(struct net_stream *stream, const char *host, uint16_t port);
/* real_connect_in_turn tries the addresses, which live until the stream opens or fails. */
void real_connect_in_turn(
    struct net_stream *stream, const struct addrinfo *addresses, uint16_t port);
/* real_dial_meet: the listener has accepted the other end of the dial's socket. */
void real_dial_meet(struct real_dial *dial);
/* real_dial_give_up ends an attempt without telling the stream. */
void real_dial_give_up(struct real_dial *dial);
void real_dials_forsake(struct net *net, const struct net_listener *listener);
void real_dials_give_up(struct net *net);
bool real_dial_is_in_flight(const struct real_dial *dial); /* to a listener of this net */
bool real_dials_in_flight(const struct net *net);
bool real_dials_may_happen(const struct net *net);

/* --- real.c --- */
/* real_let_arrive turns the loop until what is under way to the stream within this net is there,
 * before anything else happens: pieces stay apart, and things come in the order in which they come
 * in the simulated world. No owner is called, so it may stand in any call of an owner's. */
void real_let_arrive(struct net_stream *stream);
/* The net's time until a moment, in milliseconds of real time, rounded up: nothing fires early. */
uint64_t real_wait_ms(const struct net *net, int64_t at_us);
/* An address as text, "127.0.0.1", and its port; "" and 0 when it is none. */
void real_address_show(
    const struct sockaddr_storage *address, char ret_text[NET_ADDRESS_MAX], uint16_t *ret_port);
/* A literal address; false for anything else. */
bool real_address_parse(const char *text, uint16_t port, struct sockaddr_storage *ret);

/* libuv writes with write(2), which raises SIGPIPE when the far end is gone. The program's handlers
 * are not ours to change, so the signal is held back in this thread while the loop may write. */
struct real_pipe_guard {
    bool held;
    sigset_t before;
};
struct real_pipe_guard real_pipe_hold(void);
void real_pipe_restore(struct real_pipe_guard *guard);

#endif
