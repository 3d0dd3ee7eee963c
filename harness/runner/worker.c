#include "harness/runner/worker.h"

#include "harness/tls/random.h"

/* Minting draws from the recipe's own seed, so that no certificate depends on which case, of which
 * worker, asked for it first. */
static void worker_minting_enter(void *context, uint64_t seed)
{
    struct worker *worker = context;
    random_seed(&worker->minting, seed);
    worker->minting_previous = tls_random_enter(&worker->minting);
}

static void worker_minting_leave(void *context)
{
    struct worker *worker = context;
    tls_random_enter(worker->minting_previous);
}

enum status worker_init(
    struct worker *worker, const struct runner_options *options, struct fail *fail)
{
    *worker = (struct worker){.options = options, .arena = arena_new()};
    const struct certs_seeding seeding = {
        .enter = worker_minting_enter,
        .leave = worker_minting_leave,
        .context = worker,
    };
    worker->certs = certs_cache_new(&seeding);
    worker->tls = tls_worker_new(fail);
    worker->client = worker->tls == NULL ? NULL : client_worker_new(fail);
    if (worker->client == NULL) {
        return STATUS_FAILED;
    }
    worker->fake_server = fake_server_worker_new(worker->tls);
    return STATUS_OK;
}

void worker_done(struct worker *worker)
{
    for (size_t i = 0; i < worker->trusts_len; i++) {
        tls_trust_free(worker->trusts[i].trust);
    }
    net_free(worker->simulated);
    net_free(worker->real);
    fake_server_worker_free(worker->fake_server);
    client_worker_free(worker->client);
    tls_worker_free(worker->tls);
    certs_cache_free(worker->certs);
    arena_free(worker->arena);
    *worker = (struct worker){0};
}

enum status worker_net(
    struct worker *worker, bool simulated, uint64_t seed, struct net **ret, struct fail *fail)
{
    struct net **net = simulated ? &worker->simulated : &worker->real;
    if (*net != NULL) {
        net_reset(*net, seed);
    } else if (simulated) {
        *net = net_simulated_new(&(struct net_simulated_options){.seed = seed});
    } else {
        unsigned scale = worker->options->time_scale;
        *net = net_real_new(&(struct net_real_options){.time_scale = scale == 0 ? 1 : scale}, fail);
        if (*net == NULL) {
            return STATUS_FAILED;
        }
        net_reset(*net, seed);
    }
    *ret = *net;
    return STATUS_OK;
}

static struct tls_trust *worker_trust_make(const struct worker_trust *wanted, struct fail *fail)
{
    switch (wanted->kind) {
    case PLAN_TRUST_FILE:
        return tls_trust_new_file(wanted->file, fail);
    case PLAN_TRUST_SYSTEM:
        return tls_trust_new_system(fail);
    case PLAN_TRUST_DEFAULT:
    case PLAN_TRUST_SCENARIO:
        break;
    }
    return tls_trust_new(wanted->anchors, wanted->anchors_len, fail);
}

static bool worker_trust_is(const struct worker_trust *trust, const struct worker_trust *wanted)
{
    bool same = trust->kind == wanted->kind && trust->anchors_len == wanted->anchors_len &&
                (trust->kind != PLAN_TRUST_FILE || strcmp(trust->file, wanted->file) == 0);
    for (size_t i = 0; same && i < wanted->anchors_len; i++) {
        same = trust->anchors[i].data == wanted->anchors[i].data;
    }
    return same;
}

enum status worker_trust(struct worker *worker, const struct plan_case *plan,
    const struct tls_trust **ret, struct fail *fail)
{
    const struct plan_server *server = plan->server;
    struct worker_trust wanted = {
        .kind = plan->client.verify.trust, .file = plan->client.verify.trust_file};
    if (wanted.kind == PLAN_TRUST_DEFAULT) {
        wanted.kind = server != NULL ? PLAN_TRUST_SCENARIO : PLAN_TRUST_SYSTEM;
    }
    if (wanted.kind == PLAN_TRUST_SCENARIO) {
        TRY(certs_anchors(worker->certs, server == NULL ? NULL : server->certificates,
            server == NULL ? 0 : server->certificates_len, server == NULL ? NULL : server->host,
            plan->clock_s, wanted.anchors, &wanted.anchors_len, fail));
    }
    for (size_t i = 0; i < worker->trusts_len; i++) {
        if (worker_trust_is(&worker->trusts[i], &wanted)) {
            *ret = worker->trusts[i].trust;
            return STATUS_OK;
        }
    }
    struct tls_trust *trust = worker_trust_make(&wanted, fail);
    if (trust == NULL) {
        return STATUS_FAILED;
    }
    if (worker->trusts_len == WORKER_TRUSTS_MAX) {
        /* The oldest makes room: a suite with very many clocks pays for its stores again. */
        tls_trust_free(worker->trusts[0].trust);
        worker->trusts_len--;
        memmove(
            &worker->trusts[0], &worker->trusts[1], worker->trusts_len * sizeof worker->trusts[0]);
    }
    wanted.trust = trust;
    worker->trusts[worker->trusts_len++] = wanted;
    *ret = trust;
    return STATUS_OK;
}
