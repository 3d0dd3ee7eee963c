#include "harness/runner/serve.h"

#include "harness/base/text.h"
#include "harness/judge/judge.h"
#include "harness/runner/credentials.h"
#include "harness/runner/mask.h"
#include "harness/runner/serve_event.h"
#include "harness/runner/session.h"

#define SERVE_POLL_US (INT64_C(50) * 1000)  /* how often it is asked whether to end */
#define SERVE_REST_US (INT64_C(500) * 1000) /* idle: memory is given back */
#define SERVE_PARTING_US                                                        \
    (INT64_C(200) * 1000)    /* for the last words of what is closed at the end \
                              */
#define SERVE_PEM_COLUMNS 64 /* RFC 7468 §2 */

/* --- a connection --- */

/* Its facts; then it is gone. */
static void serve_connection_end(struct serve_connection *connection)
{
    struct serve *serve = connection->serve;
    struct fake_session *machine = connection->machine;
    net_timer_clear(serve->net, &connection->timer);
    if (connection->stream != NULL) {
        net_stream_release(connection->stream);
    }
    serve_event_end_of(connection);
    (void)serve_event_message_end(connection, -1);
    fake_session_free(machine);
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        serve->connections = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    serve->live--;
    mem_free(connection);
}

/* A client that asks and asks, and reads no reply, waits until it has. */
static void serve_connection_hold(struct serve_connection *connection)
{
    const struct wire_queue *queue = fake_session_queue(connection->machine);
    for (size_t i = 0; i < queue->len; i++) {
        connection->unread += queue->actions[i].len;
        connection->deaf = connection->deaf || queue->actions[i].kind == WIRE_STOP_READING;
    }
}

static void serve_connection_pump(struct serve_connection *connection)
{
    struct serve *serve = connection->serve;
    serve_connection_hold(connection);
    if (connection->stream == NULL) {
        wire_queue_clear(fake_session_queue(connection->machine));
    } else if (net_stream_perform(connection->stream, fake_session_queue(connection->machine))) {
        connection->stream = NULL;
    }
    if (fake_session_memory(connection->machine) > SERVE_MEMORY_MAX && connection->stream != NULL) {
        net_stream_abort(connection->stream);
        connection->stream = NULL;
    }
    if (connection->stream == NULL || fake_session_is_done(connection->machine)) {
        serve_connection_end(connection);
        return;
    }
    bool holds = connection->unread > SERVE_UNREAD_MAX && !connection->deaf;
    if (holds != connection->held) {
        connection->held = holds;
        net_stream_read(connection->stream, !holds);
    }
    int64_t deadline_us = fake_session_deadline_us(connection->machine);
    if (deadline_us == WIRE_NEVER) {
        net_timer_clear(serve->net, &connection->timer);
    } else {
        net_timer_set(serve->net, &connection->timer, deadline_us);
    }
}

static void serve_connection_tell(
    struct serve_connection *connection, const struct wire_event *event)
{
    connection->busy = true;
    connection->rests = false;
    if (event->kind == WIRE_FLUSHED) {
        connection->unread = 0;
    }
    fake_session_event(connection->machine, event, net_now_us(connection->serve->net));
    if (event->kind == WIRE_RESET) {
        connection->stream = NULL; /* the net forgets a stream that was reset */
    }
    serve_connection_pump(connection);
}

static void serve_connection_event(
    void *context, struct net_stream *stream, const struct wire_event *event)
{
    (void)stream;
    serve_connection_tell(context, event);
}

static void serve_connection_time(void *context)
{
    serve_connection_tell(context, &(struct wire_event){.kind = WIRE_TIME});
}

static void serve_ignore(void *context, struct net_stream *stream, const struct wire_event *event)
{
    (void)context;
    (void)event;
    (void)stream;
}

static struct net_handler serve_accept(void *context, struct net_stream *stream)
{
    struct serve *serve = context;
    const struct serve_options *options = &serve->options;
    if (serve->ending || serve->live == options->connections_max ||
        (options->count > 0 && serve->accepted == options->count)) {
        serve->refused++;
        net_stream_abort(stream);
        return (struct net_handler){.event = serve_ignore};
    }
    struct serve_connection *connection = mem_zalloc(1, sizeof *connection);
    connection->serve = serve;
    connection->stream = stream;
    connection->number = (unsigned)++serve->accepted;
    connection->machine = fake_session_new(serve->server);
    connection->timer.function = serve_connection_time;
    connection->timer.context = connection;
    if (options->event != NULL || options->message_begin != NULL) {
        connection->watch = (struct fake_watch){.told = serve_event_told,
            .context = connection,
            .bodies = options->message_begin != NULL};
        fake_watch_set(connection->machine, &connection->watch);
    }
    connection->next = serve->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    serve->connections = connection;
    serve->live++;
    serve_event_connection(connection);
    return (struct net_handler){.event = serve_connection_event, .context = connection};
}

/* --- beginning --- */

/* Another program dials an address of this machine, not the case's host: a certificate without
 * names of its own is for both, and for localhost. */
static const struct plan_certificate *serve_certificates(
    struct serve *serve, const struct plan_server *plan)
{
    struct plan_certificate *all = arena_alloc(
        serve->arena, (plan->certificates_len + 1) * sizeof *all);
    const char *address = serve->options.address;
    bool anywhere = strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
    const char **names = arena_alloc(serve->arena, 3 * sizeof *names);
    struct span host = span_text(plan->host);
    bool is_address = span_find(host, ':') < host.len ||
                      strspn(plan->host, "0123456789.") == host.len;
    names[0] = is_address ? arena_printf(serve->arena, "ip:%s", plan->host) : plan->host;
    names[1] = "localhost";
    names[2] = arena_printf(serve->arena, "ip:%s", anywhere ? "127.0.0.1" : address);
    for (size_t i = 0; i < plan->certificates_len; i++) {
        all[i] = plan->certificates[i];
        if (!all[i].names_written && all[i].names_len == 0) {
            all[i].names = names;
            all[i].names_len = 3;
        }
    }
    return all;
}

static bool serve_can_see(const struct plan_expectation *expectation)
{
    enum fact fact;
    return fact_find(expectation->fact, &fact, NULL, NULL) &&
           (fact_row(fact)->flags & FACT_FLAG_NEEDS_FAKE) != 0;
}

static enum status serve_check(const struct serve_options *options, struct fail *fail)
{
    const struct plan_case *plan = options->plan;
    bool sees = false;
    if (plan->server == NULL) {
        return fail_set(
            fail, FAIL_USAGE, "%s has no `server`: there is nothing to serve", plan->id);
    }
    if (plan_servers_len(plan) > 1) {
        return fail_set(fail, FAIL_USAGE,
            "%s has several `servers`, and one port is one of them: serve a case with one `server`",
            plan->id);
    }
    for (size_t i = 0; i < plan->expectations_len; i++) {
        sees = sees || serve_can_see(&plan->expectations[i]);
    }
    if (options->judge && !sees) {
        return fail_set(fail, FAIL_USAGE,
            "%s expects nothing of server.saw.*: what a client thinks of it cannot be seen from "
            "the server, and --judge has nothing to judge",
            plan->id);
    }
    return STATUS_OK;
}

static enum status serve_open_server(struct serve *serve, struct fail *fail)
{
    struct plan_server *plan = &serve->server_plan;
    const struct certs_minted **minted = arena_alloc(
        serve->arena, (plan->certificates_len + 1) * sizeof *minted);
    for (size_t i = 0; i < plan->certificates_len; i++) {
        TRY(certs_mint(serve->worker.certs, &plan->certificates[i], plan->host, serve->plan.clock_s,
            &minted[i], fail));
    }
    TRY(credentials_trust(&serve->worker, &serve->plan, &serve->client_trust, fail));
    const struct fake_server_environment environment = {
        .client_trust = serve->client_trust,
        .clock_s = serve->plan.clock_s,
        .seed = (uint64_t)serve->plan.clock_s, /* challenges of one run are not those of the next */
        .worker = serve->worker.fake_server,
        .minted = minted,
        .secrets = serve->secrets,
    };
    serve->server = fake_server_new(plan, &environment, fail);
    if (serve->server == NULL) {
        return STATUS_FAILED;
    }
    const struct net_shape shape = session_shape(&plan->network);
    serve->listener = net_listen(serve->net, serve->options.address, serve->options.port,
        session_is_shaped(&plan->network) ? &shape : NULL, serve_accept, serve, fail);
    if (serve->listener == NULL) {
        return STATUS_FAILED;
    }
    serve->port = net_listener_port(serve->listener);
    return STATUS_OK;
}

static enum status serve_open(struct serve *serve, struct fail *fail)
{
    TRY(worker_init(&serve->worker, &serve->runner, fail));
    serve->net = net_real_new(&(struct net_real_options){.time_scale = 1}, fail);
    return serve->net == NULL ? STATUS_FAILED : serve_open_server(serve, fail);
}

struct serve *serve_new(const struct serve_options *options, struct fail *fail)
{
    if (serve_check(options, fail) != STATUS_OK) {
        return NULL;
    }
    struct serve *serve = mem_zalloc(1, sizeof *serve);
    serve->options = *options;
    if (options->connections_max == 0 || options->connections_max > SERVE_CONNECTIONS_MAX) {
        serve->options.connections_max = SERVE_CONNECTIONS_MAX;
    }
    serve->arena = arena_new();
    serve->event = arena_new();
    serve->last = arena_new();
    buf_init(&serve->line, SIZE_MAX / 2);
    serve->plan = *options->plan;
    serve->plan.clock_s = options->now_s;
    serve->server_plan = *options->plan->server;
    serve->server_plan.certificates = serve_certificates(serve, options->plan->server);
    serve->plan.server = &serve->server_plan;
    serve->secrets = mask_secrets(&serve->plan, NULL, options->show_secrets);
    serve->facts = options->judge ? facts_new(serve->arena, serve->secrets) : NULL;
    if (serve_open(serve, fail) != STATUS_OK) {
        serve_free(serve);
        return NULL;
    }
    return serve;
}

void serve_free(struct serve *serve)
{
    if (serve == NULL) {
        return;
    }
    while (serve->connections != NULL) {
        struct serve_connection *connection = serve->connections;
        serve->connections = connection->next;
        mem_free(connection);
    }
    net_free(serve->net);
    fake_server_free(serve->server);
    tls_trust_free(serve->client_trust);
    worker_done(&serve->worker);
    secret_set_free(serve->secrets);
    buf_done(&serve->line);
    arena_free(serve->last);
    arena_free(serve->event);
    arena_free(serve->arena);
    mem_free(serve);
}

uint16_t serve_port(const struct serve *serve)
{
    return serve->port;
}

uint64_t serve_connections(const struct serve *serve)
{
    return serve->accepted;
}

enum status serve_root(struct serve *serve, struct buf *out, struct fail *fail)
{
    struct span root;
    struct buf text;
    TRY(certs_trusted_root(serve->worker.certs, serve->plan.clock_s, &root, fail));
    buf_init(&text, SIZE_MAX / 2);
    text_base64_encode(root, &text);
    buf_append_text(out, "-----BEGIN CERTIFICATE-----\n");
    for (struct span rest = buf_span(&text); rest.len > 0;
         rest = span_from(rest, SERVE_PEM_COLUMNS)) {
        buf_append(out, span_first(rest, SERVE_PEM_COLUMNS));
        buf_append_byte(out, '\n');
    }
    buf_append_text(out, "-----END CERTIFICATE-----\n");
    buf_done(&text);
    return STATUS_OK;
}

/* --- serving --- */

static void serve_end_time(void *context)
{
    struct serve *serve = context;
    net_stop(serve->net);
}

/* Nobody comes in any more; who is there is told goodbye by FIN, and its facts are told. */
static void serve_end(struct serve *serve)
{
    if (serve->ending) {
        return;
    }
    serve->ending = true;
    net_listener_close(serve->listener);
    bool parting = serve->connections != NULL;
    while (serve->connections != NULL) {
        serve_connection_end(serve->connections);
    }
    net_timer_set(
        serve->net, &serve->end_timer, net_now_us(serve->net) + (parting ? SERVE_PARTING_US : 0));
}

/* Connections to which nothing has happened since the last time. */
static void serve_rest(struct serve *serve, int64_t now_us)
{
    serve->rested_us = now_us;
    for (struct serve_connection *connection = serve->connections; connection != NULL;
         connection = connection->next) {
        if (!connection->busy && !connection->rests) {
            connection->rests = true;
            fake_session_rest(connection->machine);
            net_stream_rest(connection->stream);
        }
        connection->busy = false;
    }
}

static void serve_poll(void *context)
{
    struct serve *serve = context;
    const struct serve_options *options = &serve->options;
    int64_t now_us = net_now_us(serve->net);
    bool all = options->count > 0 && serve->accepted == options->count && serve->live == 0;
    bool late = options->for_us > 0 && now_us >= options->for_us;
    if (all || late || (options->stopped != NULL && options->stopped(options->context))) {
        serve_end(serve);
        return;
    }
    if (now_us - serve->rested_us >= SERVE_REST_US) {
        serve_rest(serve, now_us);
    }
    net_timer_set(serve->net, &serve->poll_timer, now_us + SERVE_POLL_US);
}

enum status serve_run(struct serve *serve, struct fail *fail)
{
    serve->poll_timer = (struct net_timer){.function = serve_poll, .context = serve};
    serve->end_timer = (struct net_timer){.function = serve_end_time, .context = serve};
    net_timer_set(serve->net, &serve->poll_timer, net_now_us(serve->net));
    TRY(net_run(serve->net, UINT64_MAX, fail));
    return fake_server_check(serve->server, fail);
}

/* --- judging --- */

static struct serve_verdict serve_cannot_tell(const char *why)
{
    return (struct serve_verdict){.verdict = VERDICT_ERROR, .message = why};
}

struct serve_verdict serve_judge(struct serve *serve)
{
    const struct plan_case *plan = &serve->plan;
    struct serve_verdict verdict = {.verdict = VERDICT_PASS};
    if (serve->accepted == 0) {
        return serve_cannot_tell("nobody connected");
    }
    if (serve->too_many_facts) {
        return serve_cannot_tell(arena_printf(serve->arena,
            "more than %d connections: the facts of so many are not kept; see --count",
            FACTS_CONNECTIONS_MAX));
    }
    fake_server_record_all(serve->server, serve->facts);
    verdict.unseen = arena_alloc(
        serve->arena, (plan->expectations_len + 1) * sizeof *verdict.unseen);
    struct plan_expectation *seen = arena_alloc(
        serve->arena, (plan->expectations_len + 1) * sizeof *seen);
    for (size_t i = 0; i < plan->expectations_len; i++) {
        if (serve_can_see(&plan->expectations[i])) {
            seen[verdict.judged++] = plan->expectations[i];
        } else {
            verdict.unseen[verdict.unseen_len++] = plan->expectations[i].fact;
        }
    }
    struct reason *reasons;
    verdict.reasons_len = judge_now(
        seen, verdict.judged, plan->clock_s, serve->facts, NULL, serve->arena, &reasons);
    for (size_t i = 0; i < verdict.reasons_len; i++) {
        reasons[i].fact = mask_text(serve->arena, serve->secrets, reasons[i].fact);
        reasons[i].wanted = mask_text(serve->arena, serve->secrets, reasons[i].wanted);
        reasons[i].found = mask_text(serve->arena, serve->secrets, reasons[i].found);
    }
    verdict.reasons = reasons;
    verdict.verdict = judge_verdict(plan, verdict.reasons_len, serve->options.now_s);
    verdict.message = verdict.verdict == VERDICT_KNOWN_FAIL || verdict.verdict == VERDICT_FIXED
                          ? mask_text(serve->arena, serve->secrets, plan->known_fail_reason)
                          : NULL;
    return verdict;
}
