#include "fake-server/fake_server.h"

#include "fake-server/fake_handmade.h"
#include "fake-server/fake_session.h"
#include "fake-server/fake_tls_fault.h"
#include "harness/base/text.h"
#include "harness/base/units.h"

/* --- what servers of one thread share --- */

struct fake_server_identity {
    uint64_t recipe;
    struct tls_identity *identity;
};

/* As many as the suite has recipes: each is parsed once. */
struct fake_server_worker {
    struct tls_worker *tls;
    struct fake_server_identity *identities;
    size_t len, capacity;
    struct fake_salted salted;
};

struct fake_server_worker *fake_server_worker_new(struct tls_worker *tls_worker)
{
    struct fake_server_worker *worker = mem_zalloc(1, sizeof *worker);
    worker->tls = tls_worker;
    return worker;
}

void fake_server_worker_free(struct fake_server_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    for (size_t i = 0; i < worker->len; i++) {
        tls_identity_free(worker->identities[i].identity);
    }
    mem_free(worker->identities);
    mem_wipe(worker, sizeof *worker);
    mem_free(worker);
}

struct fake_salted *fake_server_salted(const struct fake_server *server)
{
    return &server->environment.worker->salted;
}

static enum status fake_server_worker_identity(struct fake_server_worker *worker,
    const struct certs_minted *minted, const struct tls_identity **ret, struct fail *fail)
{
    for (size_t i = 0; i < worker->len; i++) {
        if (worker->identities[i].recipe == minted->recipe) {
            *ret = worker->identities[i].identity;
            return STATUS_OK;
        }
    }
    struct tls_identity *identity = tls_identity_new(
        minted->chain, minted->chain_len, minted->key, fail);
    if (identity == NULL) {
        return STATUS_FAILED;
    }
    tls_identity_staple(identity, minted->ocsp);
    worker->identities = mem_grow(
        worker->identities, worker->len, &worker->capacity, sizeof *worker->identities);
    worker->identities[worker->len++] = (struct fake_server_identity){minted->recipe, identity};
    *ret = identity;
    return STATUS_OK;
}

/* --- a server --- */

/* What is weak is presented on purpose: the library must not refuse it. -1: its own level. */
static int fake_server_security_level(const struct plan_server *plan)
{
    bool weak = (plan->protocols & (PLAN_PROTOCOL_TLS1_0 | PLAN_PROTOCOL_TLS1_1)) != 0 ||
                plan->ciphers != NULL || plan->signatures != NULL;
    for (size_t i = 0; i < plan->certificates_len; i++) {
        const struct plan_certificate *certificate = &plan->certificates[i];
        weak = weak || certificate->key == PLAN_KEY_RSA1024 ||
               certificate->digest == PLAN_DIGEST_SHA1 || certificate->digest == PLAN_DIGEST_MD5;
    }
    return weak ? 0 : -1;
}

_Static_assert((int)PLAN_ASK_REQUEST == (int)TLS_ASK_REQUEST &&
                   (int)PLAN_ASK_REQUIRE == (int)TLS_ASK_REQUIRE &&
                   (int)PLAN_ASK_LATER == (int)TLS_ASK_LATER,
    "plan and tls name the same things");
_Static_assert((int)PLAN_NAME_WARN == (int)TLS_NAME_WARN &&
                   (int)PLAN_NAME_ALERT == (int)TLS_NAME_ALERT &&
                   (int)PLAN_NAME_CLOSE == (int)TLS_NAME_CLOSE,
    "plan and tls name the same things");

static bool fake_server_has(const struct plan_server *plan, enum plan_fault fault)
{
    return (plan->faults & PLAN_FAULT_BIT(fault)) != 0;
}

/* Who is answered by hand is read by whatever can read it. */
static unsigned fake_server_protocols(const struct plan_server *plan)
{
    return fake_handmade_kind(plan) == TLS_HANDMADE_NONE ? plan->protocols : 0;
}

static enum status fake_server_init_tls(struct fake_server *server, struct fail *fail)
{
    const struct plan_server *plan = server->plan;
    server->identities = arena_alloc(
        server->arena, (plan->certificates_len + 1) * sizeof *server->identities);
    for (size_t i = 0; i < plan->certificates_len; i++) {
        TRY(fake_server_worker_identity(server->environment.worker, server->environment.minted[i],
            &server->identities[i].identity, fail));
        server->identities[i].for_sni = plan->certificates[i].for_sni;
    }
    server->tls_options = (struct tls_server_options){
        .worker = server->environment.worker->tls,
        .identities = server->identities,
        .identities_len = plan->certificates_len,
        .protocols = fake_server_protocols(plan),
        .ciphers = plan->ciphers,
        .groups = plan->groups,
        .signatures = plan->signatures,
        .host = plan->host,
        .name_unknown = (enum tls_name)plan->sni.unknown,
        .name_missing = plan->sni.required && plan->sni.missing == PLAN_NAME_DEFAULT
                            ? TLS_NAME_ALERT
                            : (enum tls_name)plan->sni.missing,
        .ask = (enum tls_ask)plan->client_certificate.ask,
        .client_trust = server->environment.client_trust,
        .client_problem_stops = plan->client_certificate.issuer_given,
        .authorities_octets = (size_t)plan->client_certificate.authorities,
        .verify_at_s = server->environment.clock_s,
        .tickets =
            {
                .count = (unsigned)plan->tickets.count,
                .early_data = (unsigned)plan->tickets.early_data,
                .lifetime_s = plan->tickets.lifetime_us / UNITS_US_PER_S,
                .refused = plan->tickets.refuse,
                .again = plan->tickets.again,
            },
        .renegotiates = fake_server_has(plan, PLAN_FAULT_RENEGOTIATES),
        .dh_bits = plan->dh_bits,
        .no_extended_master_secret = fake_server_has(plan, PLAN_FAULT_NO_EXTENDED_MASTER_SECRET),
        .alpn = plan->alpn,
        .alpn_unasked = fake_server_has(plan, PLAN_FAULT_ALPN_UNASKED),
        .security_level = fake_server_security_level(plan),
        .seals_alerts = fake_script_does(&server->script, PLAN_ACTION_ALERT),
        .spoil = fake_tls_fault_spoil(plan),
        .record_max = plan->network.record > 0 ? (size_t)plan->network.record : 0,
    };
    if (plan->tls == PLAN_TLS_NONE) {
        return STATUS_OK;
    }
    /* A list that names nothing is to be told now, not when a client comes. */
    server->spare_tls = tls_session_new_server(&server->tls_options, fail);
    return server->spare_tls == NULL ? STATUS_FAILED : STATUS_OK;
}

struct tls_session *fake_server_take_tls(struct fake_server *server)
{
    struct tls_session *spare = server->spare_tls;
    server->spare_tls = NULL;
    return spare != NULL ? spare : tls_session_new_server(&server->tls_options, NULL);
}

/* A password, its LOGIN response and the PLAIN response that it is in. */
static void fake_server_add_password(struct secret_set *set, const struct plan_user *user)
{
    struct buf plain;
    struct buf encoded;
    buf_init(&plain, 2 * FAKE_SASL_VALUE_MAX);
    buf_init(&encoded, 4 * FAKE_SASL_VALUE_MAX);
    secret_set_add(set, span_text(user->password));
    if (user->password[0] != '\0') {
        text_base64_encode(span_text(user->password), &encoded);
        secret_set_add_form(set, buf_span(&encoded));
        buf_clear(&encoded);
        buf_append_byte(&plain, 0);
        buf_append_text(&plain, user->name);
        buf_append_byte(&plain, 0);
        buf_append_text(&plain, user->password);
        text_base64_encode(buf_span(&plain), &encoded);
        secret_set_add_form(set, buf_span(&encoded));
    }
    buf_wipe(&plain);
    buf_wipe(&encoded);
}

struct fake_server *fake_server_new(const struct plan_server *plan,
    const struct fake_server_environment *environment, struct fail *fail)
{
    struct fake_server *server = mem_zalloc(1, sizeof *server);
    server->plan = plan;
    server->environment = *environment;
    server->arena = arena_new();
    server->shared = environment->fellow != NULL ? environment->fellow->shared : &server->own;
    server->passwords = secret_set_new();
    for (size_t i = 0; i < plan->auth.users_len; i++) {
        fake_server_add_password(server->passwords, &plan->auth.users[i]);
    }
    for (size_t i = 0; i < plan->auth.tokens_len; i++) {
        secret_set_add(server->passwords, span_text(plan->auth.tokens[i].password));
    }
    if (fake_script_init(&server->script, plan, fail) != STATUS_OK ||
        fake_server_init_tls(server, fail) != STATUS_OK) {
        fake_server_free(server);
        return NULL;
    }
    server->handmade = fake_handmade_kind(plan);
    server->holds_hello = fake_script_has(&server->script, PLAN_MOMENT_CLIENT_HELLO) ||
                          server->handmade != TLS_HANDMADE_NONE || fake_tls_fault_reads_hello(plan);
    return server;
}

enum status fake_server_check(const struct fake_server *server, struct fail *fail)
{
    const struct plan_rule *rule = server->gave_up;
    if (rule == NULL) {
        return STATUS_OK;
    }
    return fail_set(fail, FAIL_LIMIT,
        "%s:%u: the rule's pattern '%s' took too many steps to match; write it simpler",
        rule->mark.file == NULL ? "script" : rule->mark.file, rule->mark.line, rule->match);
}

void fake_server_free(struct fake_server *server)
{
    if (server == NULL) {
        return;
    }
    while (server->sessions_len > 0) {
        fake_session_free(server->sessions[server->sessions_len - 1]);
    }
    mem_free(server->sessions);
    tls_session_free(server->spare_tls);
    fake_script_done(&server->script);
    secret_set_free(server->passwords);
    arena_free(server->arena);
    mem_free(server);
}

struct fake_session *fake_session_new(struct fake_server *server)
{
    struct fake_session *session = mem_alloc(sizeof *session);
    server->sessions = mem_grow(server->sessions, server->sessions_len, &server->sessions_capacity,
        sizeof(struct fake_session *));
    fake_session_init(session, server, ++server->shared->accepted);
    session->in_case = session->number + server->environment.connections_before;
    session->index = server->sessions_len;
    server->sessions[server->sessions_len++] = session;
    return session;
}

void fake_session_free(struct fake_session *session)
{
    struct fake_server *server = session->server;
    struct fake_session *last = server->sessions[--server->sessions_len];
    server->sessions[session->index] = last;
    last->index = session->index;
    fake_session_done(session);
    mem_free(session);
}

void fake_session_rest(struct fake_session *session)
{
    struct fake_channel *channel = &session->channel;
    if (session->runs_len > 0) {
        return;
    }
    mem_free(session->runs);
    session->runs = NULL;
    wire_queue_fit(&session->queue);
    fake_observe_rest(&session->saw);
    if (session->mode == FAKE_MODE_COMMANDS) { /* the last line has had its moment */
        buf_clear(&session->line);
        buf_fit(&session->line);
        session->verb = SPAN_EMPTY;
        session->argument = SPAN_EMPTY;
    }
    buf_fit(&session->input);
    buf_fit(&session->piece);
    buf_fit(&session->overheard);
    buf_fit(&channel->wire);
    buf_fit(&channel->text);
    buf_fit(&channel->segment);
    buf_fit(&channel->hello);
    if (channel->tls != NULL) {
        tls_session_rest(channel->tls);
    }
}

void fake_session_record(struct fake_session *session, unsigned number, struct facts *facts)
{
    facts_at_connection(facts, number);
    fake_session_settle(session);
    fake_observe_record(&session->saw, session->channel.tls, facts);
}

void fake_server_record_all(const struct fake_server *server, struct facts *facts)
{
    facts_integer(facts, FACT_SAW_CONNECTIONS, server->shared->accepted);
    fake_messages_record(&server->shared->messages, facts);
}

void fake_server_record(const struct fake_server *server, struct facts *facts)
{
    for (size_t i = 0; i < server->sessions_len; i++) {
        fake_session_record(server->sessions[i], server->sessions[i]->number, facts);
    }
    fake_server_record_all(server, facts);
}
