/*
 * worker — what one thread needs to run cases, made once and used for many.
 *
 * Knows: contexts, caches of certificates and trusts, the two worlds. Refuses to know: other
 * workers.
 */
#ifndef SMTPVET_RUNNER_WORKER_H
#define SMTPVET_RUNNER_WORKER_H

#include "fake-server/fake_server.h"
#include "harness/base/random.h"
#include "harness/client/client.h"
#include "harness/net/net.h"
#include "harness/runner/mask.h"
#include "harness/runner/runner.h"

#define WORKER_TRUSTS_MAX 64 /* stores kept; a suite has a handful of clocks and trust files */

struct worker_trust {
    enum plan_trust kind;
    struct span anchors[CERTS_ANCHORS_MAX]; /* PLAN_TRUST_SCENARIO: of the cache, where each has
                                               one place */
    size_t anchors_len;
    const char *file; /* PLAN_TRUST_FILE */
    struct tls_trust *trust;
};

struct worker {
    const struct runner_options *options;
    struct arena *arena;            /* of the case under way and its result */
    unsigned connections_before;    /* of the case under way: what its fake servers have accepted */
    unsigned needs_met;             /* enum plan_need bits: of those that a case of the run has */
    const struct mask_given *given; /* of the run */
    struct tls_worker *tls;
    struct client_worker *client;
    struct fake_server_worker *fake_server;
    struct certs_cache *certs;
    struct random_source minting;           /* randomness while a certificate is minted */
    struct random_source *minting_previous; /* what certs_seeding found and gives back */
    struct net *simulated, *real;           /* made on their first use */
    struct worker_trust trusts[WORKER_TRUSTS_MAX];
    size_t trusts_len;
};

/* Fails with FAIL_INTERNAL. `worker` is storage of the caller and must not move afterwards. */
enum status worker_init(
    struct worker *worker, const struct runner_options *options, struct fail *fail);
/* Frees everything. */
void worker_done(struct worker *worker);

/* The net of a case, as new. */
enum status worker_net(
    struct worker *worker, bool simulated, uint64_t seed, struct net **ret, struct fail *fail);
/* What `verify.trust` means; FAIL_REACH when a file cannot be read. Belongs to the worker. */
enum status worker_trust(struct worker *worker, const struct plan_case *plan,
    const struct tls_trust **ret, struct fail *fail);

#endif
