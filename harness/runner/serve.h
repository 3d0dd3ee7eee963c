/*
 * serve — the fake server of a case on a real port, for any other program.
 *
 * Knows: how many connections are served at once and what each leaves; events as lines of JSON; the
 * certificates of a server that is met at an address of this machine; what of `expect` a server can
 * see. Refuses to know: files, signals, standard output: whoever calls is told.
 *
 * Randomness and clock are the real ones. A connection that is over is told with its facts and
 * freed: memory depends on how many there are at once, not on how many there have been.
 */
#ifndef SMTPVET_RUNNER_SERVE_H
#define SMTPVET_RUNNER_SERVE_H

#include "harness/evidence/result.h"
#include "harness/plan/plan.h"

#define SERVE_CONNECTIONS_MAX                                          \
    16384 /* at once; the next ones are reset. Twice what benches open \
           */
/* What the client of one connection may have the server remember; ten times what 1,000 recipients
 * and 2,000 lines take. Who goes on is cut off. */
#define SERVE_MEMORY_MAX ((size_t)32 * 1024 * 1024)
/* Replies that a client has not read before no more is read from it. */
#define SERVE_UNREAD_MAX ((size_t)256 * 1024)

struct serve_options {
    const struct plan_case *plan; /* of one case, with a server */
    const char *address;          /* where to listen: an address of this machine, no name */
    uint16_t port;                /* 0: one is chosen */
    size_t connections_max;       /* at once; 0: SERVE_CONNECTIONS_MAX, which is the most */
    uint64_t count;               /* connections to serve; 0: no end */
    int64_t for_us;               /* how long; 0: no end */
    bool judge;                   /* facts of all connections are kept (FACTS_CONNECTIONS_MAX) */
    bool show_secrets;
    int64_t now_s; /* unix seconds: the clock of certificates */

    /* All may be NULL. */
    bool (*stopped)(void *context);                 /* asked now and then: true ends it */
    void (*event)(void *context, struct span line); /* with its LF; none is made where NULL */
    void *(*message_begin)(void *context);          /* all three or none */
    void (*message_bytes)(void *context, void *message, struct span bytes);
    /* The message is the first `octets` of its bytes; -1: it was never whole. Returns its name,
     * valid until the next call; NULL: it is not kept. */
    const char *(*message_end)(void *context, void *message, int64_t octets);
    void *context;
};

struct serve_verdict {
    enum verdict verdict;
    const char *message; /* of VERDICT_ERROR and known failures; NULL: none */
    const struct reason *reasons;
    size_t reasons_len;
    const char **unseen; /* facts of `expect` that a server cannot see */
    size_t unseen_len;
    size_t judged;
};

struct serve;

/* serve_new listens. Fails with FAIL_USAGE (the case has no server, or several, or nothing that
 * `judge` could see), FAIL_REACH (the address), FAIL_INTERNAL. Free with serve_free, which closes
 * everything. */
struct serve *serve_new(const struct serve_options *options, struct fail *fail);
void serve_free(struct serve *serve); /* NULL is fine */
uint16_t serve_port(const struct serve *serve);
/* The root of the case's own CA, as PEM (RFC 7468 §5). */
enum status serve_root(struct serve *serve, struct buf *out, struct fail *fail);
/* serve_run serves until it is to end; connections that are open then are closed and told. */
enum status serve_run(struct serve *serve, struct fail *fail);
uint64_t serve_connections(const struct serve *serve); /* that came */
/* serve_judge: `expect` on what the server saw; with `judge` only, when all is over. Lives as long
 * as `serve`. */
struct serve_verdict serve_judge(struct serve *serve);

#endif
