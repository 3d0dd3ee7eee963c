#include "harness/client/client_exchange.h"

#include <gsasl.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/client/client_bearer.h"
#include "harness/client/client_digest.h"
#include "harness/client/client_ntlm.h"
#include "harness/client/client_rules.h"
#include "harness/client/client_scram.h"

/* `iterations` in words, and the sentence around it */
#define CLIENT_EXCHANGE_WHY_MAX 160

struct client_worker {
    Gsasl *gsasl;
    struct client_scram_kept *kept;
};

struct client_exchange {
    struct client_worker *worker;
    const struct client_mechanism *mechanism;
    struct client_exchange_setting setting; /* without the binding */
    Gsasl_session *session;                 /* NULL: the library has no part in it */
    unsigned rounds;                        /* steps */
    unsigned responses;
    bool complete;
    struct buf nonce;
    struct client_exchange_seen seen;
    struct buf error;
    char why[CLIENT_EXCHANGE_WHY_MAX];
};

/* --- what a thread has --- */

struct client_worker *client_worker_new(struct fail *fail)
{
    struct client_worker *worker = mem_zalloc(1, sizeof *worker);
    int result = gsasl_init(&worker->gsasl);
    if (result != GSASL_OK) {
        (void)fail_set(fail, FAIL_INTERNAL, "libgsasl cannot be used: %s", gsasl_strerror(result));
        mem_free(worker);
        return NULL;
    }
    worker->kept = client_scram_kept_new();
    return worker;
}

void client_worker_free(struct client_worker *worker)
{
    if (worker != NULL) {
        client_scram_kept_free(worker->kept);
        gsasl_done(worker->gsasl);
        mem_free(worker);
    }
}

const char *client_libraries(void)
{
    static _Thread_local char text[64];
    snprintf(text, sizeof text, "GNU SASL %s", gsasl_check_version(NULL));
    return text;
}

bool client_exchange_has(const struct client_mechanism *mechanism)
{
    Gsasl *gsasl = NULL;
    bool has = gsasl_init(&gsasl) == GSASL_OK &&
               gsasl_client_support_p(gsasl, mechanism->name) != 0;
    if (gsasl != NULL) {
        gsasl_done(gsasl);
    }
    return has;
}

/* --- beginning --- */

static bool client_exchange_is_scram(const struct client_exchange *exchange)
{
    return strncmp(exchange->mechanism->name, "SCRAM-", 6) == 0;
}

static bool client_exchange_is_ntlm(const struct client_exchange *exchange)
{
    return strcmp(exchange->mechanism->name, "NTLM") == 0;
}

/* NULL is nothing to be set. */
static int client_exchange_set(
    struct client_exchange *exchange, Gsasl_property property, const char *value)
{
    return value == NULL ? GSASL_OK : gsasl_property_set(exchange->session, property, value);
}

/* The library asks for both kinds in whatever version, and trips over one that it did not ask for:
 * it gets that of this session, where the mechanism binds. */
static int client_exchange_bind(
    struct client_exchange *exchange, const struct client_exchange_setting *setting)
{
    struct buf encoded;
    if (!exchange->mechanism->binds || setting->binding.len == 0) {
        return GSASL_OK;
    }
    buf_init(&encoded, CLIENT_EXCHANGE_RESPONSE_MAX);
    text_base64_encode(setting->binding, &encoded);
    exchange->seen.binding = setting->binding_name;
    int result = client_exchange_set(exchange,
        strcmp(setting->binding_name, "tls-unique") == 0 ? GSASL_CB_TLS_UNIQUE
                                                         : GSASL_CB_TLS_EXPORTER,
        buf_text(&encoded));
    buf_done(&encoded);
    return result;
}

static int client_exchange_begin(
    struct client_exchange *exchange, const struct client_exchange_setting *setting)
{
    const struct plan_login *login = setting->login;
    const struct {
        Gsasl_property property;
        const char *value;
    } values[] = {
        {GSASL_AUTHID, login->user}, {GSASL_PASSWORD, login->password},
        {GSASL_AUTHZID, login->authorize_as},
        {GSASL_ANONYMOUS_TOKEN, login->user == NULL ? "" : login->user}, {GSASL_SERVICE, "smtp"},
        {GSASL_HOSTNAME, setting->host},
        {GSASL_QOP, "qop-auth"}, /* no layer: TLS is there for that */
    };
    int result = gsasl_client_start(
        exchange->worker->gsasl, exchange->mechanism->name, &exchange->session);
    for (size_t i = 0; i < ARRAY_LEN(values) && result == GSASL_OK; i++) {
        result = client_exchange_set(exchange, values[i].property, values[i].value);
    }
    return result == GSASL_OK ? client_exchange_bind(exchange, setting) : result;
}

struct client_exchange *client_exchange_new(struct client_worker *worker,
    const struct client_mechanism *mechanism, const struct client_exchange_setting *setting,
    struct fail *fail)
{
    struct client_exchange *exchange = mem_zalloc(1, sizeof *exchange);
    *exchange = (struct client_exchange){
        .worker = worker, .mechanism = mechanism, .setting = *setting};
    exchange->setting.binding = SPAN_EMPTY;
    buf_init(&exchange->nonce, CLIENT_EXCHANGE_RESPONSE_MAX);
    buf_init(&exchange->error, CLIENT_EXCHANGE_ERROR_MAX);
    if (mechanism->proof == CLIENT_PROOF_TOKEN) {
        return exchange;
    }
    int result = client_exchange_begin(exchange, setting);
    if (result != GSASL_OK) {
        (void)fail_set(
            fail, FAIL_INTERNAL, "libgsasl and %s: %s", mechanism->name, gsasl_strerror(result));
        client_exchange_free(exchange);
        return NULL;
    }
    return exchange;
}

void client_exchange_free(struct client_exchange *exchange)
{
    if (exchange != NULL) {
        if (exchange->session != NULL) {
            gsasl_finish(exchange->session);
        }
        buf_done(&exchange->nonce);
        buf_done(&exchange->error);
        mem_free(exchange);
    }
}

/* --- steps --- */

static enum client_exchange_result client_exchange_end(
    struct client_exchange *exchange, enum client_exchange_result result, const char *why)
{
    snprintf(exchange->why, sizeof exchange->why, "%s", why);
    return result;
}

static bool client_exchange_shows(const struct client_exchange *exchange, struct span response)
{
    const struct plan_login *login = exchange->setting.login;
    const char *text = exchange->mechanism->proof == CLIENT_PROOF_TOKEN ? login->token
                                                                        : login->password;
    struct span secret = text == NULL ? SPAN_EMPTY : span_text(text);
    return exchange->mechanism->shows_password && secret.len > 0 && response.len >= secret.len &&
           memmem(response.data, response.len, secret.data, secret.len) != NULL;
}

/* The server says in the mechanism's own words that it has failed. It still owes its reply, which
 * an empty line asks for: to cancel would be to lose it. */
static enum client_exchange_result client_exchange_fail(
    struct client_exchange *exchange, struct span error)
{
    exchange->complete = false;
    exchange->seen.server_failed = true;
    buf_append(&exchange->error, span_first(error, CLIENT_EXCHANGE_ERROR_MAX));
    return CLIENT_EXCHANGE_RESPONSE;
}

static enum client_exchange_result client_exchange_ask(
    struct client_exchange *exchange, struct span challenge, struct buf *response, bool *ret_shows)
{
    char *output = NULL;
    size_t output_len = 0;
    struct buf terminated; /* libgsasl looks at the octet behind what it is given */
    buf_init(&terminated, challenge.len + 1);
    buf_append(&terminated, challenge);
    int result = gsasl_step(
        exchange->session, buf_text(&terminated), challenge.len, &output, &output_len);
    buf_wipe(&terminated);
    bool answered = result == GSASL_OK || result == GSASL_NEEDS_MORE;
    if (answered && output != NULL) {
        struct span bytes = span_of(output, output_len);
        answered = buf_append(response, bytes);
        *ret_shows = client_exchange_shows(exchange, bytes);
    }
    if (output != NULL) {
        mem_wipe(output, output_len);
        gsasl_free(output);
    }
    exchange->complete = result == GSASL_OK;
    if (answered) {
        return CLIENT_EXCHANGE_RESPONSE;
    }
    return client_exchange_end(exchange, CLIENT_EXCHANGE_REFUSED, gsasl_strerror(result));
}

/* --- bearers --- */

static enum client_exchange_result client_exchange_step_bearer(
    struct client_exchange *exchange, struct span challenge, struct buf *response, bool *ret_shows)
{
    if (exchange->responses == 0) {
        client_bearer_begin(exchange->mechanism, &exchange->setting, response);
        *ret_shows = client_exchange_shows(exchange, buf_span(response));
        exchange->complete = true;
        return CLIENT_EXCHANGE_RESPONSE;
    }
    if (!client_keeps(CLIENT_RULE_FAILURES_ARE_HEARD)) {
        return client_exchange_end(exchange, CLIENT_EXCHANGE_REFUSED, "the token was refused");
    }
    client_bearer_yield(exchange->mechanism, response);
    return client_exchange_fail(exchange, challenge);
}

/* --- SCRAM --- */

static const char *client_exchange_digest(const struct client_exchange *exchange)
{
    return strncmp(exchange->mechanism->name, "SCRAM-SHA-256", 13) == 0 ? "SHA256" : "SHA1";
}

/* Gives the library the salted password, so that it computes none. */
static bool client_exchange_salt(
    struct client_exchange *exchange, const struct client_scram_first *first)
{
    struct buf salted;
    char *prepared = NULL;
    buf_init(&salted, CLIENT_EXCHANGE_RESPONSE_MAX);
    bool done = gsasl_saslprep(exchange->setting.login->password, GSASL_ALLOW_UNASSIGNED, &prepared,
                    NULL) == GSASL_OK &&
                client_scram_salt(exchange->worker->kept, client_exchange_digest(exchange),
                    prepared, first, &salted) &&
                client_exchange_set(exchange, GSASL_SCRAM_SALTED_PASSWORD, buf_text(&salted)) ==
                    GSASL_OK;
    if (prepared != NULL) {
        mem_wipe(prepared, strlen(prepared));
        gsasl_free(prepared);
    }
    buf_wipe(&salted);
    return done;
}

static enum client_exchange_result client_exchange_take_first(
    struct client_exchange *exchange, struct client_scram_first *first)
{
    exchange->seen.iterations = first->iterations;
    if (first->iterations > CLIENT_SCRAM_ITERATIONS_MAX) {
        if (client_keeps(CLIENT_RULE_ITERATIONS_ARE_BOUNDED)) {
            snprintf(exchange->why, sizeof exchange->why,
                "the server asks for %lld iterations, and %d are the most",
                (long long)first->iterations, CLIENT_SCRAM_ITERATIONS_MAX);
            return CLIENT_EXCHANGE_STOPPED;
        }
        first->iterations = CLIENT_SCRAM_ITERATIONS_MIN;
    }
    if (!client_exchange_salt(exchange, first)) {
        return client_exchange_end(
            exchange, CLIENT_EXCHANGE_STOPPED, "the password cannot be used for this");
    }
    return CLIENT_EXCHANGE_RESPONSE;
}

/* The server's first message, before the library has it. */
static enum client_exchange_result client_exchange_read_first(
    struct client_exchange *exchange, struct span challenge)
{
    struct client_scram_first first;
    const char *wrong = client_scram_read_first(challenge, buf_span(&exchange->nonce), &first);
    enum client_exchange_result result = wrong == NULL
                                             ? client_exchange_take_first(exchange, &first)
                                             : client_exchange_end(
                                                   exchange, CLIENT_EXCHANGE_REFUSED, wrong);
    client_scram_first_done(&first);
    return result;
}

static void client_exchange_keep_nonce(struct client_exchange *exchange, struct span sent)
{
    buf_append(&exchange->nonce, client_scram_attribute(sent, 'r'));
}

static enum client_exchange_result client_exchange_step_scram(
    struct client_exchange *exchange, struct span challenge, struct buf *response, bool *ret_shows)
{
    enum client_exchange_result result;
    struct span error = client_scram_attribute(challenge, 'e');
    if (exchange->responses == 0) {
        result = client_exchange_ask(exchange, SPAN_EMPTY, response, ret_shows);
        client_exchange_keep_nonce(exchange, buf_span(response));
        return result;
    }
    if (error.data != NULL && client_keeps(CLIENT_RULE_FAILURES_ARE_HEARD)) {
        return client_exchange_fail(exchange, error); /* RFC 5802 §7 */
    }
    if (exchange->responses == 1) {
        result = client_exchange_read_first(exchange, challenge);
        return result == CLIENT_EXCHANGE_RESPONSE
                   ? client_exchange_ask(exchange, challenge, response, ret_shows)
                   : result;
    }
    return client_exchange_ask(exchange, challenge, response, ret_shows);
}

/* --- proofs of the server --- */

/* Behind its last response a mechanism that proves the server waits for that proof. */
static bool client_exchange_awaits_proof(const struct client_exchange *exchange)
{
    return exchange->mechanism->proves_server && !exchange->complete &&
           exchange->responses >= (client_exchange_is_scram(exchange) ? 2U : 1U) &&
           !exchange->seen.server_failed;
}

static enum client_exchange_result client_exchange_unproven(struct client_exchange *exchange)
{
    exchange->seen.server_unproven = true;
    if (!client_keeps(CLIENT_RULE_SERVER_PROVES_ITSELF)) {
        exchange->complete = true;
        return CLIENT_EXCHANGE_RESPONSE;
    }
    return client_exchange_end(
        exchange, CLIENT_EXCHANGE_STOPPED, "the server does not prove that it knows the password");
}

/* Behind the end. Some servers want one more empty line from mechanisms whose last word is
 * theirs. */
static enum client_exchange_result client_exchange_step_behind(
    struct client_exchange *exchange, struct span challenge)
{
    if (exchange->complete && exchange->mechanism->proves_server && challenge.len == 0 &&
        client_keeps(CLIENT_RULE_LAST_WORD_MAY_BE_ASKED_FOR)) {
        return CLIENT_EXCHANGE_RESPONSE;
    }
    return client_exchange_end(exchange, CLIENT_EXCHANGE_REFUSED,
        "the server asks for more than the mechanism has to say");
}

/* Servers write prompts in clear (`334 Username:`): where nothing in them matters, they may. */
static bool client_exchange_ignores(const struct client_exchange *exchange)
{
    const struct client_mechanism *mechanism = exchange->mechanism;
    return mechanism->shows_password || mechanism->proof == CLIENT_PROOF_NOTHING ||
           mechanism->proof == CLIENT_PROOF_CERTIFICATE ||
           (client_exchange_is_ntlm(exchange) && exchange->responses == 0) ||
           !client_keeps(CLIENT_RULE_CHALLENGES_ARE_BASE64);
}

static enum client_exchange_result client_exchange_step_inside(
    struct client_exchange *exchange, struct span challenge, struct buf *response, bool *ret_shows)
{
    if (exchange->mechanism->server_first && challenge.len == 0) {
        return client_exchange_end(exchange, CLIENT_EXCHANGE_REFUSED,
            "the challenge is empty, and the mechanism's is not");
    }
    if (client_exchange_is_ntlm(exchange)) {
        const char *wrong = exchange->responses == 0 ? NULL : client_ntlm_check(challenge);
        if (wrong != NULL) {
            return client_exchange_end(exchange, CLIENT_EXCHANGE_REFUSED, wrong);
        }
        return client_exchange_ask(
            exchange, exchange->responses == 0 ? SPAN_EMPTY : challenge, response, ret_shows);
    }
    if (strcmp(exchange->mechanism->name, "DIGEST-MD5") == 0 && exchange->responses == 0 &&
        !client_digest_goes_bare(challenge)) {
        return client_exchange_end(exchange, CLIENT_EXCHANGE_STOPPED,
            "the server wants a security layer of its own, which TLS is there for");
    }
    return client_exchange_is_scram(exchange)
               ? client_exchange_step_scram(exchange, challenge, response, ret_shows)
               : client_exchange_ask(exchange, challenge, response, ret_shows);
}

enum client_exchange_result client_exchange_step(struct client_exchange *exchange, bool decoded,
    struct span challenge, struct buf *response, bool *ret_shows)
{
    enum client_exchange_result result;
    bool proof = client_exchange_awaits_proof(exchange);
    bool bearer = exchange->mechanism->proof == CLIENT_PROOF_TOKEN;
    *ret_shows = false;
    if (exchange->rounds++ == CLIENT_EXCHANGE_ROUNDS_MAX) {
        return client_exchange_end(
            exchange, CLIENT_EXCHANGE_REFUSED, "the server never comes to an end");
    }
    if (!decoded && !client_exchange_ignores(exchange)) {
        return client_exchange_end(
            exchange, CLIENT_EXCHANGE_REFUSED, "the challenge is not base64");
    }
    if (exchange->seen.server_failed || (exchange->complete && !bearer)) {
        return client_exchange_step_behind(exchange, challenge);
    }
    result = bearer ? client_exchange_step_bearer(exchange, challenge, response, ret_shows)
                    : client_exchange_step_inside(exchange, challenge, response, ret_shows);
    if (proof && result == CLIENT_EXCHANGE_REFUSED) {
        return client_exchange_unproven(exchange);
    }
    exchange->seen.server_verified = exchange->seen.server_verified ||
                                     (proof && exchange->complete);
    exchange->responses += result == CLIENT_EXCHANGE_RESPONSE ? 1 : 0;
    return result;
}

const char *client_exchange_why(const struct client_exchange *exchange)
{
    return exchange->why;
}

enum client_exchange_result client_exchange_succeed(
    struct client_exchange *exchange, struct span data)
{
    struct buf response;
    bool shows;
    if (exchange->complete) {
        return CLIENT_EXCHANGE_RESPONSE;
    }
    if (!client_exchange_awaits_proof(exchange)) {
        return client_exchange_end(exchange, CLIENT_EXCHANGE_REFUSED,
            "the server calls the login a success before the mechanism has come to its end");
    }
    buf_init(&response, CLIENT_EXCHANGE_RESPONSE_MAX);
    if (data.len > 0) {
        (void)client_exchange_step(exchange, true, data, &response, &shows);
    }
    buf_done(&response);
    return exchange->complete ? CLIENT_EXCHANGE_RESPONSE : client_exchange_unproven(exchange);
}

struct client_exchange_seen client_exchange_seen(const struct client_exchange *exchange)
{
    struct client_exchange_seen seen = exchange->seen;
    seen.error = buf_span(&exchange->error);
    return seen;
}

struct span client_exchange_nonce(const struct client_exchange *exchange)
{
    return buf_span(&exchange->nonce);
}
