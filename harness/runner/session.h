/*
 * session — one attempt at one case: a client, its server, and the net between them.
 *
 * Knows: how the two machines are driven (harness/base/wire.h) and when all is over. Refuses to
 * know: which world it is, what was expected.
 */
#ifndef SMTPVET_RUNNER_SESSION_H
#define SMTPVET_RUNNER_SESSION_H

#include "harness/runner/worker.h"

/* Where both ends answer at once no time passes, and no time limit ends what they have to say to
 * each other. These do, by counting: the same in every run. A `timeout` bounds the waiting, they
 * bound the work. */
#define SESSION_EVENTS_MAX UINT64_C(12000000) /* 10 MiB octet by octet fit */
/* Client: all messages of the longest list, or the largest message in its blocks.
 * Server: the largest reply that a client reads, octet by octet. */
#define SESSION_CLIENT_SEGMENTS_MAX UINT64_C(20000)
#define SESSION_SERVER_SEGMENTS_MAX UINT64_C(300000)
#define SESSION_SERVER_SESSIONS_MAX 64 /* connections of one case */
#define SESSION_PARTING_US                                                  \
    (INT64_C(3) * 1000 * 1000) /* how long the server's end is waited for   \
                                  after the client is done: longer than the \
                                  net lingers */

struct session_outcome {
    struct facts *facts;
    struct transcript transcript;
    int64_t virtual_us;     /* until the client was done */
    struct reason *reasons; /* unmet expectations of manual steps */
    size_t reasons_len;
    size_t judged; /* how many expectations steps had */
};

/* session_run plays the case in the given world. Everything that comes of it lives in `arena`; the
 * secrets must outlive it. Fails when smtpvet itself could not tell; `ret` then holds what there
 * is. */
enum status session_run(struct worker *worker, const struct plan_case *plan, bool simulated,
    uint64_t seed, struct secret_set *secrets, struct session_outcome *ret, struct fail *fail);

/* What a plan's network is to the net, and whether it does anything at all. */
struct net_shape session_shape(const struct plan_network *network);
bool session_is_shaped(const struct plan_network *network);

#endif
