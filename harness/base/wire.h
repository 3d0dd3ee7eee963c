/*
 * wire — the contract between a protocol machine (client engine, fake server) and whoever drives
 * it.
 *
 * Knows: the events that a machine is told and the actions that it asks for. A machine never
 * touches a socket, a clock, a file or a thread: it takes an event and the time, appends actions
 * to its queue, and says until when it can wait.
 * Refuses to know: which world the bytes travel through.
 *
 * One round: `X_event(machine, event, now_us)`; perform every action of the machine's queue in
 * order and clear it; ask `X_deadline_us` (WIRE_NEVER: none) and `X_is_done`. When the deadline
 * comes, tell WIRE_TIME. Output is performed even when the machine has ended: its last words count.
 */
#ifndef SMTPVET_BASE_WIRE_H
#define SMTPVET_BASE_WIRE_H

#include "harness/base/buf.h"

#define WIRE_NEVER INT64_MAX

enum wire_event_kind {
    WIRE_OPENED,  /* client: the connection stands. server: it was accepted */
    WIRE_FAILED,  /* client: no connection came to be; `problem` says why */
    WIRE_BYTES,   /* `bytes` arrived: one or more, valid during the call only */
    WIRE_FIN,     /* the peer will send no more */
    WIRE_RESET,   /* the connection is gone */
    WIRE_TIME,    /* the deadline has come */
    WIRE_FLUSHED, /* all that was sent so far has left; room for more (large bodies wait for it) */
};

/* Why there is no connection (fact connection.problem). */
enum wire_problem {
    WIRE_PROBLEM_NONE,
    WIRE_PROBLEM_REFUSED,     /* RST to the SYN */
    WIRE_PROBLEM_TIMED_OUT,   /* no answer at all */
    WIRE_PROBLEM_UNREACHABLE, /* the network or the host cannot be reached */
    WIRE_PROBLEM_NO_SUCH_NAME,
    WIRE_PROBLEM_COUNT,
};

struct wire_event {
    enum wire_event_kind kind;
    struct span bytes;         /* WIRE_BYTES */
    enum wire_problem problem; /* WIRE_FAILED */
    const char *text;          /* WIRE_FAILED: for people, may be NULL */
};

enum wire_action_kind {
    WIRE_CONNECT,      /* client only: open a connection to client_target() */
    WIRE_SEND,         /* one segment: kept apart from the next where the world can */
    WIRE_SHUT,         /* FIN: no more from us, go on reading */
    WIRE_ABORT,        /* RST; the connection is over for us */
    WIRE_CLOSE,        /* close in good order; the connection is over for us */
    WIRE_STOP_READING, /* leave what arrives unread */
};

struct wire_action {
    enum wire_action_kind kind;
    size_t offset, len; /* WIRE_SEND: into the queue's bytes */
};

#define WIRE_QUEUE_BYTES_MAX \
    ((size_t)64 * 1024 * 1024) /* a message of the largest size in one round */

struct wire_queue {
    struct buf bytes;
    struct wire_action *actions;
    size_t len, capacity;
};

void wire_queue_init(struct wire_queue *queue);
void wire_queue_done(struct wire_queue *queue);
/* wire_queue_send begins a new segment; nothing happens for no bytes. */
void wire_queue_send(struct wire_queue *queue, struct span bytes);
/* wire_queue_extend appends to the last segment when that is the newest action, else begins one. */
void wire_queue_extend(struct wire_queue *queue, struct span bytes);
void wire_queue_act(struct wire_queue *queue, enum wire_action_kind kind);
void wire_queue_clear(struct wire_queue *queue);
void wire_queue_fit(struct wire_queue *queue); /* an empty one gives its memory back */
struct span wire_queue_bytes(const struct wire_queue *queue, const struct wire_action *action);
/* "refused", "timed-out", "unreachable", "no-such-name"; NULL for WIRE_PROBLEM_NONE. */
const char *wire_problem_name(enum wire_problem problem);

#endif
