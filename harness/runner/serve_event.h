/*
 * serve_event — what serve tells while it happens: events, and messages as they come.
 *
 * Knows: which events there are and what stands in them, masked. Refuses to know: the net. What
 * serve.c and this file share; nobody else includes it.
 */
#ifndef SMTPVET_RUNNER_SERVE_EVENT_H
#define SMTPVET_RUNNER_SERVE_EVENT_H

#include "fake-server/fake_watch.h"
#include "harness/runner/serve.h"
#include "harness/runner/worker.h"

struct serve_connection {
    struct serve *serve;
    struct serve_connection *previous, *next;
    struct fake_session *machine;
    struct net_stream *stream; /* NULL once released */
    struct net_timer timer;
    struct fake_watch watch;
    unsigned number;
    size_t unread; /* octets sent since all had left */
    bool deaf;     /* the machine stopped reading */
    bool busy;     /* something has happened since who is idle was looked for */
    bool rests;    /* what it needs no memory for has been given back */
    bool held;     /* nothing is read until what was sent has left */
    void *message; /* the one under way */
};

struct serve {
    struct serve_options options;
    struct runner_options runner;
    struct worker worker;
    struct arena *arena; /* as long as this */
    struct arena *event; /* of the event that is being told */
    struct arena *last;  /* of the facts of the connection that ends */
    struct secret_set *secrets;
    struct plan_case plan;
    struct plan_server server_plan;
    struct net *net;
    struct net_listener *listener;
    struct fake_server *server;
    struct tls_trust *client_trust; /* NULL: nobody is asked for a certificate */
    struct facts *facts;            /* NULL: not judged */
    struct serve_connection *connections;
    size_t live;
    uint64_t accepted, refused;
    bool too_many_facts, ending;
    uint16_t port;
    int64_t rested_us;
    struct buf line;
    struct net_timer poll_timer, end_timer;
};

/* A watch's: the context is a connection. */
void serve_event_told(void *context, const struct fake_news *news);
void serve_event_connection(struct serve_connection *connection);
/* Records the connection's facts for the judge, and tells them. */
void serve_event_end_of(struct serve_connection *connection);
/* The message under way is over, -1: and not whole; NULL where there is none, or it is not kept. */
const char *serve_event_message_end(struct serve_connection *connection, int64_t octets);

#endif
