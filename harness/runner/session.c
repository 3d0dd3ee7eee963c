#include "harness/runner/session.h"

#include "harness/base/text.h"
#include "harness/judge/judge.h"
#include "harness/runner/credentials.h"
#include "harness/tls/random.h"

struct session;

/* One fake server of the case, and where it listens. */
struct session_server {
    struct session *session;
    const struct plan_server *plan;
    struct fake_server *server;
    struct net_listener *listener;
};

/* One accepted connection: the fake server's machine and its end of the stream. */
struct server_end {
    struct session *session;
    struct fake_session *machine;
    struct net_stream *stream; /* NULL once released */
    struct net_timer timer;
};

/* What one end has said, on all connections of the attempt. */
struct session_voice {
    const char *name;
    uint64_t segments, segments_max;
};

struct session {
    struct worker *worker;
    const struct plan_case *plan;
    struct net *net;
    bool simulated;
    struct random_source random;
    struct session_outcome *outcome;

    const struct certs_minted **minted; /* of the first server's certificates, in their order */
    struct session_server *servers;     /* the first is the fellow of all others */
    size_t servers_len;                 /* of those that came to be */
    struct server_end *ends[SESSION_SERVER_SESSIONS_MAX];
    size_t ends_len;
    bool too_many_ends;
    unsigned *opened; /* the client's connections that came to be, by number */
    size_t opened_len;
    struct session_voice server_voice, client_voice;
    const struct session_voice *endless; /* NULL: neither */

    struct tls_identity *client_identity; /* NULL: none */
    struct tls_trust *client_trust;       /* of the server; NULL: nobody is asked */
    struct client *client;
    struct net_stream *stream; /* the client's end, NULL when there is none */
    struct net_timer client_timer;
    struct net_timer case_timer, parting_timer;
    bool client_over;
    bool timed_out;
};

/* Machines draw from the case's seed in the simulated world and from the real generator elsewhere.
 */
static struct random_source *session_enter(struct session *session)
{
    return tls_random_enter(session->simulated ? &session->random : NULL);
}

static void session_check_over(struct session *session)
{
    if (!session->client_over) {
        return;
    }
    for (size_t i = 0; i < session->ends_len; i++) {
        if (session->ends[i]->stream != NULL) {
            return;
        }
    }
    net_stop(session->net);
}

/* An end is about to say what stands in its queue. */
static void session_count(
    struct session *session, struct session_voice *voice, const struct wire_queue *queue)
{
    for (size_t i = 0; i < queue->len; i++) {
        voice->segments += queue->actions[i].kind == WIRE_SEND ? 1 : 0;
    }
    if (voice->segments > voice->segments_max && session->endless == NULL) {
        session->endless = voice;
        net_stop(session->net);
    }
}

/* --- the server's end --- */

static void server_end_pump(struct server_end *end)
{
    struct session *session = end->session;
    session_count(session, &session->server_voice, fake_session_queue(end->machine));
    if (end->stream == NULL) {
        wire_queue_clear(fake_session_queue(end->machine));
    } else if (net_stream_perform(end->stream, fake_session_queue(end->machine))) {
        end->stream = NULL;
    } else if (fake_session_is_done(end->machine)) {
        net_stream_release(end->stream);
        end->stream = NULL;
    }
    int64_t deadline_us = fake_session_deadline_us(end->machine);
    if (end->stream == NULL || deadline_us == WIRE_NEVER) {
        net_timer_clear(session->net, &end->timer);
    } else {
        net_timer_set(session->net, &end->timer, deadline_us);
    }
    session_check_over(session);
}

static void server_end_tell(struct server_end *end, const struct wire_event *event)
{
    struct random_source *previous = session_enter(end->session);
    fake_session_event(end->machine, event, net_now_us(end->session->net));
    tls_random_enter(previous);
    if (event->kind == WIRE_RESET) {
        end->stream = NULL; /* the net forgets a stream that was reset */
    }
    server_end_pump(end);
}

static void server_end_event(
    void *context, struct net_stream *stream, const struct wire_event *event)
{
    (void)stream;
    server_end_tell(context, event);
}

static void server_end_time(void *context)
{
    server_end_tell(context, &(struct wire_event){.kind = WIRE_TIME});
}

static void server_end_ignore(
    void *context, struct net_stream *stream, const struct wire_event *event)
{
    (void)context;
    (void)stream;
    (void)event;
}

static struct net_handler session_accept(void *context, struct net_stream *stream)
{
    struct session_server *server = context;
    struct session *session = server->session;
    if (session->ends_len == SESSION_SERVER_SESSIONS_MAX) {
        session->too_many_ends = true;
        net_stop(session->net);
        return (struct net_handler){.event = server_end_ignore};
    }
    struct server_end *end = arena_alloc(session->worker->arena, sizeof *end);
    end->session = session;
    end->stream = stream;
    end->machine = fake_session_new(server->server);
    end->timer.function = server_end_time;
    end->timer.context = end;
    session->ends[session->ends_len++] = end;
    return (struct net_handler){.event = server_end_event, .context = end};
}

/* --- the client's end --- */

static void client_end_event(
    void *context, struct net_stream *stream, const struct wire_event *event);

/* Of several fake servers the one that the client means; a client that is told another name than
 * its only server has, means it all the same. */
static const struct session_server *session_find_server(
    const struct session *session, struct client_target target)
{
    const struct session_server *same_host = NULL;
    for (size_t i = 0; i < session->servers_len; i++) {
        const struct session_server *server = &session->servers[i];
        if (text_equal_caseless(span_text(server->plan->host), span_text(target.host))) {
            same_host = same_host == NULL || server->plan->port == target.port ? server : same_host;
        }
    }
    return same_host != NULL ? same_host : &session->servers[0];
}

/* `connect_to` is where to really go; with a fake server that is always the server's own listener.
 */
static void session_connect(struct session *session)
{
    struct net_handler handler = {.event = client_end_event, .context = session};
    struct client_target target = client_target(session->client);
    if (session->servers_len > 0) {
        session->stream = net_connect(session->net, "127.0.0.1",
            net_listener_port(session_find_server(session, target)->listener), handler);
        return;
    }
    session->stream = net_connect(session->net, target.host, target.port, handler);
}

static void client_end_pump(struct session *session)
{
    struct wire_queue *queue = client_queue(session->client);
    bool connect = false;
    session_count(session, &session->client_voice, queue);
    for (size_t i = 0; i < queue->len; i++) {
        connect = connect || queue->actions[i].kind == WIRE_CONNECT;
    }
    if (session->stream == NULL) {
        wire_queue_clear(queue);
    } else if (net_stream_perform(session->stream, queue)) {
        session->stream = NULL;
    }
    /* A client has one connection at a time: what stood in the queue belonged to the old one. */
    if (connect) {
        if (session->stream != NULL) {
            net_stream_release(session->stream);
        }
        session_connect(session);
    }
    bool over = client_is_done(session->client);
    if (over && session->stream != NULL) {
        net_stream_release(session->stream);
        session->stream = NULL;
    }
    int64_t deadline_us = client_deadline_us(session->client);
    if (over || deadline_us == WIRE_NEVER) {
        net_timer_clear(session->net, &session->client_timer);
    } else {
        net_timer_set(session->net, &session->client_timer, deadline_us);
    }
    if (over && !session->client_over) {
        session->client_over = true;
        session->outcome->virtual_us = net_now_us(session->net);
        net_timer_clear(session->net, &session->case_timer);
        net_timer_set(
            session->net, &session->parting_timer, net_now_us(session->net) + SESSION_PARTING_US);
    }
    session_check_over(session);
}

static void client_end_tell(struct session *session, const struct wire_event *event)
{
    struct random_source *previous = session_enter(session);
    client_event(session->client, event, net_now_us(session->net));
    tls_random_enter(previous);
    if (event->kind == WIRE_RESET || event->kind == WIRE_FAILED) {
        session->stream = NULL;
    }
    client_end_pump(session);
}

static void client_end_event(
    void *context, struct net_stream *stream, const struct wire_event *event)
{
    struct session *session = context;
    if (stream == session->stream) { /* an old connection's last words concern nobody */
        if (event->kind == WIRE_OPENED) {
            session->opened = arena_push(session->worker->arena, session->opened,
                session->opened_len, sizeof *session->opened);
            session->opened[session->opened_len++] = facts_connection(session->outcome->facts);
            struct buf address;
            buf_init(&address, 256);
            buf_printf(&address, "%s:%u", net_stream_peer_address(stream),
                (unsigned)net_stream_peer_port(stream));
            facts_bytes(session->outcome->facts, FACT_CONNECTION_ADDRESS, buf_span(&address));
            buf_done(&address);
        }
        client_end_tell(session, event);
    }
}

static void client_end_time(void *context)
{
    client_end_tell(context, &(struct wire_event){.kind = WIRE_TIME});
}

/* --- around both --- */

static void session_case_time(void *context)
{
    struct session *session = context;
    session->timed_out = true;
    net_stop(session->net);
}

static void session_parting_time(void *context)
{
    struct session *session = context;
    net_stop(session->net);
}

struct net_shape session_shape(const struct plan_network *network)
{
    return (struct net_shape){
        .connect = (enum net_connect_fate)network->connect,
        .latency_us = network->latency_us,
        .jitter_us = network->jitter_us,
        .bandwidth_per_s = network->bandwidth_per_s,
        .segment = network->segment,
        .gap_us = network->gap_us,
        .split_at = network->split_at,
        .split_at_len = network->split_at_len,
        .cut_from = (enum net_cut_from)network->cut_from,
        .cut_after = network->cut_after,
        .cut_reset = network->cut_reset,
    };
}
bool session_is_shaped(const struct plan_network *network)
{
    return network->connect != PLAN_CONNECT_ACCEPTED || network->latency_us != 0 ||
           network->jitter_us != 0 || network->gap_us != 0 || network->bandwidth_per_s != 0 ||
           network->segment != 0 || network->split_at_len != 0 ||
           network->cut_from != PLAN_CUT_NONE;
}

_Static_assert((int)PLAN_CONNECT_DROPPED == (int)NET_CONNECT_DROPPED &&
                   (int)PLAN_CONNECT_REFUSED == (int)NET_CONNECT_REFUSED &&
                   (int)PLAN_CUT_SERVER == (int)NET_CUT_SERVER &&
                   (int)PLAN_CUT_CLIENT == (int)NET_CUT_CLIENT,
    "plan and net name the same things");

static enum status session_open_server(struct session *session, const struct plan_server *plan,
    const struct secret_set *secrets, struct fail *fail)
{
    struct worker *worker = session->worker;
    struct session_server *server = &session->servers[session->servers_len];
    const struct certs_minted **minted = arena_alloc(
        worker->arena, (plan->certificates_len + 1) * sizeof *minted);
    session->minted = session->servers_len == 0 ? minted : session->minted;
    for (size_t i = 0; i < plan->certificates_len; i++) {
        TRY(certs_mint(worker->certs, &plan->certificates[i], plan->host, session->plan->clock_s,
            &minted[i], fail));
    }
    TRY(credentials_trust(worker, session->plan, &session->client_trust, fail));
    struct random_source own = session->random; /* nobody draws otherwise for it */
    struct fake_server_environment environment = {
        .client_trust = session->client_trust,
        .clock_s = session->plan->clock_s,
        .worker = worker->fake_server,
        .seed = random_next(&own),
        .minted = minted,
        .secrets = secrets,
        .fellow = session->servers_len > 0 ? session->servers[0].server : NULL,
        .connections_before = worker->connections_before,
    };
    *server = (struct session_server){.session = session, .plan = plan};
    server->server = fake_server_new(plan, &environment, fail);
    if (server->server == NULL) {
        return STATUS_FAILED;
    }
    session->servers_len++;
    struct net_shape shape = session_shape(&plan->network);
    server->listener = net_listen(
        session->net, "127.0.0.1", 0, &shape, session_accept, server, fail);
    return server->listener == NULL ? STATUS_FAILED : STATUS_OK;
}

static enum status session_open_servers(
    struct session *session, const struct secret_set *secrets, struct fail *fail)
{
    size_t len = plan_servers_len(session->plan);
    session->servers = arena_alloc(session->worker->arena, (len + 1) * sizeof *session->servers);
    for (size_t i = 0; i < len; i++) {
        TRY(session_open_server(session, plan_server_at(session->plan, i), secrets, fail));
    }
    return STATUS_OK;
}

/* --- manual steps --- */

static bool session_holds(void *context, const struct plan_expectation *expectations, size_t len)
{
    struct session *session = context;
    struct reason *unmet;
    return judge_now(expectations, len, session->plan->clock_s, session->outcome->facts, NULL,
               session->worker->arena, &unmet) == 0;
}

static void session_add_reasons(struct session *session, const struct reason *unmet, size_t len)
{
    struct session_outcome *outcome = session->outcome;
    for (size_t i = 0; i < len; i++) {
        outcome->reasons = arena_push(session->worker->arena, outcome->reasons,
            outcome->reasons_len, sizeof *outcome->reasons);
        outcome->reasons[outcome->reasons_len++] = unmet[i];
    }
}

static void session_judge(void *context, const struct plan_expectation *expectations, size_t len)
{
    struct session *session = context;
    struct reason *unmet;
    size_t unmet_len = judge_now(expectations, len, session->plan->clock_s, session->outcome->facts,
        &session->outcome->transcript, session->worker->arena, &unmet);
    session->outcome->judged += len;
    session_add_reasons(session, unmet, unmet_len);
}

/* The step during which the session ended is judged by how it ended. Those that were to be judged
 * behind it were never come to: a session that ended early is no pass. */
static void session_judge_unreached(struct session *session)
{
    const struct plan_client *plan = &session->plan->client;
    size_t reached = client_steps_reached(session->client);
    if (reached < plan->steps_len) {
        session_judge(
            session, plan->steps[reached].expectations, plan->steps[reached].expectations_len);
    }
    for (size_t i = reached + 1; i < plan->steps_len; i++) {
        const struct plan_step *step = &plan->steps[i];
        struct reason *unmet;
        if (step->condition_len == 0) {
            size_t len = judge_unreached(step->expectations, step->expectations_len,
                facts_secrets(session->outcome->facts), session->worker->arena, &unmet);
            session->outcome->judged += len;
            session_add_reasons(session, unmet, len);
        }
    }
}

/* What the client was told to expect; `server` stands for the key of each of its certificates. */
static void session_pins(const struct session *session, struct client_environment *environment)
{
    const struct plan_verify *verify = &session->plan->client.verify;
    const struct plan_server *server = session->plan->server;
    size_t own = server == NULL ? 0 : server->certificates_len;
    struct tls_pin *pins = arena_alloc(
        session->worker->arena, (verify->pins_len * (own + 1) + 1) * sizeof *pins);
    size_t len = 0;
    for (size_t i = 0; i < verify->pins_len; i++) {
        if (!verify->pins[i].server) {
            memcpy(pins[len++].sha256, verify->pins[i].sha256, TLS_PIN_LEN);
            continue;
        }
        for (size_t j = 0; j < own; j++) {
            memcpy(pins[len++].sha256, session->minted[j]->spki.data, TLS_PIN_LEN);
        }
    }
    environment->pins = pins;
    environment->pins_len = len;
}
/* The lists of all issuers of the server's certificates, for a client that looks at them. */
static enum status session_lists(
    struct session *session, struct client_environment *environment, struct fail *fail)
{
    const struct plan_case *plan = session->plan;
    const struct plan_server *server = plan->server;
    bool wanted = plan->client.verify.revocation == PLAN_REVOCATION_CRL && server != NULL;
    size_t most = wanted ? server->certificates_len * CERTS_LISTS_MAX : 0;
    struct span *lists = arena_alloc(session->worker->arena, (most + 1) * sizeof *lists);
    environment->lists = lists;
    environment->lists_len = 0;
    for (size_t i = 0; wanted && i < server->certificates_len; i++) {
        struct certs_lists made;
        TRY(certs_lists(session->worker->certs, &server->certificates[i], server->host,
            plan->clock_s, session->worker->arena, &made, fail));
        for (size_t j = 0; j < made.len; j++) {
            lists[environment->lists_len++] = made.items[j];
        }
    }
    return STATUS_OK;
}
_Static_assert(TLS_PIN_LEN == PLAN_PIN_LEN, "plan and tls mean the same digest");

static enum status session_open_client(
    struct session *session, struct secret_set *secrets, struct fail *fail)
{
    const struct tls_trust *trust = NULL;
    TRY(worker_trust(session->worker, session->plan, &trust, fail));
    TRY(credentials_identity(session->worker, session->plan, &session->client_identity, fail));
    struct client_environment environment = {
        .worker = session->worker->client,
        .tls_worker = session->worker->tls,
        .trust = trust,
        .identity = session->client_identity,
        .facts = session->outcome->facts,
        .transcript = &session->outcome->transcript,
        .secrets = secrets,
        .clock_s = session->plan->clock_s,
        .holds = session_holds,
        .judge = session_judge,
        .context = session,
    };
    session_pins(session, &environment);
    TRY(session_lists(session, &environment, fail));
    session->client = client_new(&session->plan->client, &environment);
    return STATUS_OK;
}

static enum status session_play(struct session *session, struct fail *fail)
{
    session->client_timer = (struct net_timer){.function = client_end_time, .context = session};
    session->case_timer = (struct net_timer){.function = session_case_time, .context = session};
    session->parting_timer = (struct net_timer){
        .function = session_parting_time, .context = session};
    net_timer_set(session->net, &session->case_timer, session->plan->timeout_us);
    struct random_source *previous = session_enter(session);
    client_start(session->client, net_now_us(session->net));
    tls_random_enter(previous);
    client_end_pump(session);
    if (!session->client_over) {
        TRY(net_run(session->net, SESSION_EVENTS_MAX, fail));
    }
    if (client_fail(session->client) != NULL) {
        *fail = *client_fail(session->client);
        return STATUS_FAILED;
    }
    if (session->timed_out) {
        return fail_set(fail, FAIL_LIMIT, "the case took longer than its `timeout`");
    }
    if (session->endless != NULL) {
        return fail_set(fail, FAIL_LIMIT,
            "a livelock: the %s sent more than %llu segments, and no time limit was reached",
            session->endless->name, (unsigned long long)session->endless->segments_max);
    }
    if (session->too_many_ends) {
        return fail_set(fail, FAIL_LIMIT, "the client connected more than %d times",
            SESSION_SERVER_SESSIONS_MAX);
    }
    for (size_t i = 0; i < session->servers_len; i++) {
        TRY(fake_server_check(session->servers[i].server, fail));
    }
    if (!session->client_over) {
        return fail_set(
            fail, FAIL_INTERNAL, "the session stood still: nothing was left that could happen");
    }
    return STATUS_OK;
}

/* The i-th connection that was accepted is the i-th that the client saw opened: others of its own
 * never reached a server. */
static void session_record_servers(struct session *session)
{
    struct facts *facts = session->outcome->facts;
    unsigned number = 0;
    if (session->servers_len == 0) {
        return;
    }
    for (size_t i = 0; i < session->ends_len; i++) {
        number = i < session->opened_len ? session->opened[i] : number + 1;
        fake_session_record(session->ends[i]->machine, number, facts);
    }
    fake_server_record_all(session->servers[0].server, facts);
}

enum status session_run(struct worker *worker, const struct plan_case *plan, bool simulated,
    uint64_t seed, struct secret_set *secrets, struct session_outcome *ret, struct fail *fail)
{
    struct session *session = arena_alloc(worker->arena, sizeof *session);
    *session = (struct session){
        .worker = worker,
        .plan = plan,
        .simulated = simulated,
        .outcome = ret,
        .server_voice = {.name = "server", .segments_max = SESSION_SERVER_SEGMENTS_MAX},
        .client_voice = {.name = "client", .segments_max = SESSION_CLIENT_SEGMENTS_MAX},
    };
    *ret = (struct session_outcome){.facts = facts_new(worker->arena, secrets)};
    transcript_init(&ret->transcript, worker->arena, secrets);
    facts_watch(ret->facts, &ret->transcript);
    random_seed(&session->random, seed);
    TRY(worker_net(worker, simulated, seed, &session->net, fail));

    enum status status = session_open_servers(session, secrets, fail);
    if (status == STATUS_OK) {
        status = session_open_client(session, secrets, fail);
    }
    if (status == STATUS_OK) {
        status = session_play(session, fail);
        session_judge_unreached(session);
    }
    session_record_servers(session);
    worker->connections_before += (unsigned)session->ends_len;
    net_reset(session->net, seed); /* nothing of this case may call back into it */
    client_free(session->client);
    for (size_t i = 0; i < session->servers_len; i++) {
        fake_server_free(session->servers[i].server);
    }
    tls_identity_free(session->client_identity);
    tls_trust_free(session->client_trust);
    return status;
}
