/*
 * session — one attempt at one case: a client, its server, and the net between them.
 *
 * Knows: how the two machines are driven (harness/base/wire.h) and when all is over. Refuses to
 * know: which world it is, what was expected.
 */
#ifndef SMTPVET_RUNNER_SESSION_H
#define SMTPVET_RUNNER_SESSION_H

#include "harness/runner/worker.h"

#define SESSION_EVENTS_MAX \
    UINT64_C(20000000)                 /* a loop that no clock ends; 10 MiB byte by byte fit */
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

#endif
