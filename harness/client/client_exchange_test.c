#include "harness/client/client_exchange.h"

#include <gsasl.h>

#include "harness/base/text.h"
#include "harness/client/client_digest.h"
#include "harness/tests/unit.h"

/* An exchange of the client's with libgsasl's own server, or with nobody. */
struct pair {
    struct client_worker *worker;
    struct client_exchange *client;
    Gsasl *library;
    Gsasl_session *server;
    struct buf said, heard; /* by the client */
    const char *password;   /* the server's */
    const char *binding;    /* the server's, in base64 */
    const char *iterations;
};

static int answer(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
    const struct pair *pair = gsasl_session_hook_get(session);
    (void)library;
    const char *value = NULL;
    switch (property) {
    case GSASL_PASSWORD:
        value = pair->password;
        break;
    case GSASL_SCRAM_ITER:
        value = pair->iterations;
        break;
    case GSASL_CB_TLS_EXPORTER:
        value = pair->binding;
        break;
    case GSASL_HOSTNAME:
        value = "mail.here.com";
        break;
    case GSASL_SERVICE:
        value = "smtp";
        break;
    case GSASL_VALIDATE_EXTERNAL:
    case GSASL_VALIDATE_ANONYMOUS:
        return GSASL_OK;
    default:
        return GSASL_NO_CALLBACK;
    }
    return value == NULL ? GSASL_NO_CALLBACK : gsasl_property_set(session, property, value);
}

static const struct plan_login joe = {.user = "joe", .password = "correct-horse"};

static void pair_begin(struct pair *pair, const char *name, const struct plan_login *login)
{
    struct fail fail = {0};
    struct client_exchange_setting setting = {.login = login,
        .host = "mail.here.com",
        .port = 587,
        .binding = SPAN_LITERAL("0123456789abcdef"),
        .binding_name = "tls-exporter"};
    buf_init(&pair->said, CLIENT_EXCHANGE_RESPONSE_MAX);
    buf_init(&pair->heard, CLIENT_EXCHANGE_RESPONSE_MAX);
    if (pair->worker == NULL) {
        pair->worker = client_worker_new(&fail);
    }
    pair->client = client_exchange_new(pair->worker, client_sasl_find(name), &setting, &fail);
    ck_assert_msg(pair->client != NULL, "%s", fail.text);
    if (pair->password != NULL) {
        ck_assert_int_eq(gsasl_init(&pair->library), GSASL_OK);
        gsasl_callback_set(pair->library, answer);
        ck_assert_int_eq(gsasl_server_start(pair->library, name, &pair->server), GSASL_OK);
        gsasl_session_hook_set(pair->server, pair);
    }
}

static void pair_end(struct pair *pair)
{
    client_exchange_free(pair->client);
    buf_done(&pair->said);
    buf_done(&pair->heard);
    if (pair->server != NULL) {
        gsasl_finish(pair->server);
        gsasl_done(pair->library);
    }
    pair->server = NULL;
}

static void pair_done(struct pair *pair)
{
    pair_end(pair);
    client_worker_free(pair->worker);
}

static enum client_exchange_result hear(struct pair *pair, struct span challenge)
{
    bool shows;
    buf_clear(&pair->said);
    return client_exchange_step(pair->client, true, challenge, &pair->said, &shows);
}

/* The server's next word; what it returned. */
static int serve(struct pair *pair)
{
    char *output = NULL;
    size_t len = 0;
    int result = gsasl_step(pair->server, buf_text(&pair->said), pair->said.len, &output, &len);
    buf_clear(&pair->heard);
    buf_append(&pair->heard, span_of(output, output == NULL ? 0 : len));
    gsasl_free(output);
    return result;
}

/* Plays to the end; true when both believe in it. */
static bool play(struct pair *pair)
{
    int result = GSASL_NEEDS_MORE;
    for (int i = 0; i < 6 && result == GSASL_NEEDS_MORE; i++) {
        result = serve(pair);
        if (result != GSASL_NEEDS_MORE && pair->heard.len == 0) {
            break;
        }
        if (hear(pair, buf_span(&pair->heard)) != CLIENT_EXCHANGE_RESPONSE) {
            return false;
        }
    }
    return result == GSASL_OK &&
           client_exchange_succeed(pair->client, SPAN_EMPTY) == CLIENT_EXCHANGE_RESPONSE;
}

START_TEST(test_mechanisms_against_another_server)
{
    static const struct {
        const char *name;
        bool client_first, proves;
    } rows[] = {{"PLAIN", true, false}, {"LOGIN", false, false}, {"CRAM-MD5", false, false},
        {"DIGEST-MD5", false, true}, {"SCRAM-SHA-1", true, true}, {"SCRAM-SHA-256", true, true},
        {"SCRAM-SHA-1-PLUS", true, true}, {"SCRAM-SHA-256-PLUS", true, true}};
    struct pair pair = {.iterations = "4096", .binding = "MDEyMzQ1Njc4OWFiY2RlZg=="};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (int wrong = 0; wrong < 2; wrong++) {
            pair.password = wrong != 0 ? "wrong" : joe.password;
            if (wrong != 0 &&
                (strcmp(rows[i].name, "PLAIN") == 0 || strcmp(rows[i].name, "LOGIN") == 0)) {
                continue; /* whether they agree is no matter of the exchange */
            }
            pair_begin(&pair, rows[i].name, &joe);
            if (rows[i].client_first) {
                ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
            }
            ck_assert_msg(play(&pair) == (wrong == 0), "%s, wrong %d", rows[i].name, wrong);
            struct client_exchange_seen seen = client_exchange_seen(pair.client);
            ck_assert_int_eq(seen.server_verified, wrong == 0 && rows[i].proves);
            ck_assert_int_eq(seen.binding != NULL, strstr(rows[i].name, "PLUS") != NULL);
            ck_assert_int_eq(seen.iterations, strstr(rows[i].name, "SCRAM") != NULL ? 4096 : 0);
            pair_end(&pair);
        }
    }
    client_worker_free(pair.worker);
}
END_TEST

START_TEST(test_another_binding_is_refused_by_the_server)
{
    struct pair pair = {.iterations = "1", .binding = "AAAA", .password = joe.password};
    pair_begin(&pair, "SCRAM-SHA-256-PLUS", &joe);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    ck_assert(!play(&pair));
    pair_done(&pair);
}
END_TEST

static void check_said(struct pair *pair, struct span wanted)
{
    ck_assert_msg(span_equal(buf_span(&pair->said), wanted), "%s", buf_text(&pair->said));
}

START_TEST(test_plain_with_an_authorization)
{
    struct plan_login login = joe;
    struct pair pair = {0};
    login.authorize_as = "admin";
    pair_begin(&pair, "PLAIN", &login);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    check_said(&pair, SPAN_LITERAL("admin\0joe\0correct-horse"));
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_REFUSED);
    pair_done(&pair);
}
END_TEST

START_TEST(test_without_a_password)
{
    struct plan_login login = {.user = "joe"};
    struct pair pair = {0};
    pair_begin(&pair, "EXTERNAL", &login);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    check_said(&pair, SPAN_EMPTY);
    ck_assert_int_eq(client_exchange_succeed(pair.client, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    pair_end(&pair);
    pair_begin(&pair, "ANONYMOUS", &login);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    check_said(&pair, SPAN_LITERAL("joe"));
    pair_done(&pair);
}
END_TEST

/* RFC 2195 §2 has this example, RFC 2831 §4 the next one. */
START_TEST(test_cram_as_the_standard_has_it)
{
    struct plan_login tim = {.user = "tim", .password = "tanstaaftanstaaf"};
    struct pair pair = {0};
    pair_begin(&pair, "CRAM-MD5", &tim);
    ck_assert_int_eq(hear(&pair, SPAN_LITERAL("<1896.697170952@postoffice.reston.mci.net>")),
        CLIENT_EXCHANGE_RESPONSE);
    check_said(&pair, SPAN_LITERAL("tim b913a602c7eda7a495b4e6e7334d3890"));
    pair_end(&pair);
    pair_begin(&pair, "CRAM-MD5", &tim);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_REFUSED);
    pair_end(&pair);
    pair_begin(&pair, "CRAM-MD5", &tim);
    ck_assert_int_eq(hear(&pair, SPAN_LITERAL("no brackets")), CLIENT_EXCHANGE_RESPONSE);
    pair_done(&pair);
}
END_TEST

START_TEST(test_digest_without_a_layer)
{
    static const struct {
        const char *challenge;
        bool bare;
    } rows[] = {{"", true}, {"nonce=\"a,qop=auth-int\"", true}, {"qop=\"auth\",nonce=\"a\"", true},
        {"nonce=\"a\\\",\", QOP=auth", true}, {"qop=\"auth-int, auth\"", true},
        {"qop=\"auth-int,auth-conf\"", false}, {"qop=", false}, {"qop=\"", false},
        {"nonce=\"a\\\"", true}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_msg(client_digest_goes_bare(span_text(rows[i].challenge)) == rows[i].bare, "%s",
            rows[i].challenge);
    }
}
END_TEST

START_TEST(test_bearers)
{
    struct plan_login login = {.user = "j=o,e", .token = "a-token-of-mine"};
    struct pair pair = {0};
    pair_begin(&pair, "XOAUTH2", &login);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    check_said(&pair, SPAN_LITERAL("user=j=o,e\1auth=Bearer a-token-of-mine\1\1"));
    ck_assert_int_eq(hear(&pair, SPAN_LITERAL("{\"status\":\"401\"}")), CLIENT_EXCHANGE_RESPONSE);
    check_said(&pair, SPAN_EMPTY);
    struct client_exchange_seen seen = client_exchange_seen(pair.client);
    ck_assert(seen.server_failed && span_equal(seen.error, SPAN_LITERAL("{\"status\":\"401\"}")));
    ck_assert_int_eq(client_exchange_succeed(pair.client, SPAN_EMPTY), CLIENT_EXCHANGE_REFUSED);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_REFUSED);
    pair_end(&pair);
    pair_begin(&pair, "OAUTHBEARER", &login);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    check_said(&pair, SPAN_LITERAL("n,a=j=3Do=2Ce,\1host=mail.here.com\1port=587\1auth=Bearer "
                                   "a-token-of-mine\1\1"));
    ck_assert_int_eq(client_exchange_succeed(pair.client, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    ck_assert_int_eq(hear(&pair, SPAN_LITERAL("{}")), CLIENT_EXCHANGE_RESPONSE);
    check_said(&pair, SPAN_LITERAL("\1"));
    pair_done(&pair);
}
END_TEST

/* The server's first message, made of the client's nonce and what the case says. */
static enum client_exchange_result hear_first(
    struct pair *pair, const char *nonce, const char *rest)
{
    struct buf message;
    buf_init(&message, CLIENT_EXCHANGE_RESPONSE_MAX);
    ck_assert_int_eq(hear(pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    buf_append_text(&message, "r=");
    if (nonce == NULL) {
        buf_append(&message, client_exchange_nonce(pair->client));
        buf_append_text(&message, "more");
    } else {
        buf_append_text(&message, nonce);
    }
    buf_append_text(&message, rest);
    enum client_exchange_result result = hear(pair, buf_span(&message));
    buf_done(&message);
    return result;
}

START_TEST(test_first_messages_of_scram)
{
    static const struct {
        const char *nonce, *rest;
        enum client_exchange_result result;
        const char *why;
    } rows[] = {
        {NULL, ",s=c2FsdA==,i=1", CLIENT_EXCHANGE_RESPONSE, ""},
        {"other", ",s=c2FsdA==,i=1", CLIENT_EXCHANGE_REFUSED,
            "the server's nonce does not continue the client's"},
        {NULL, ",i=1", CLIENT_EXCHANGE_REFUSED, "the server sends no salt"},
        {NULL, ",s=!,i=1", CLIENT_EXCHANGE_REFUSED, "the server sends no salt"},
        {NULL, ",s=c2FsdA==", CLIENT_EXCHANGE_REFUSED, "the server sends no number of iterations"},
        {NULL, ",s=c2FsdA==,i=0", CLIENT_EXCHANGE_REFUSED,
            "the server sends no number of iterations"},
        {NULL, ",s=c2FsdA==,i=1000000000", CLIENT_EXCHANGE_STOPPED,
            "the server asks for 1000000000 iterations, and 1000000 are the most"},
        {NULL, ",m=new,s=c2FsdA==,i=1", CLIENT_EXCHANGE_REFUSED,
            "the server demands an extension of SCRAM that nobody knows"},
    };
    struct pair pair = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pair_begin(&pair, "SCRAM-SHA-256", &joe);
        ck_assert_int_eq(hear_first(&pair, rows[i].nonce, rows[i].rest), rows[i].result);
        ck_assert_str_eq(client_exchange_why(pair.client), rows[i].why);
        pair_end(&pair);
    }
    client_worker_free(pair.worker);
}
END_TEST

START_TEST(test_last_messages_of_scram)
{
    static const struct {
        const char *message;
        enum client_exchange_result step, success;
    } rows[] = {
        {"e=invalid-proof", CLIENT_EXCHANGE_RESPONSE, CLIENT_EXCHANGE_REFUSED},
        {"v=AAAA", CLIENT_EXCHANGE_STOPPED, CLIENT_EXCHANGE_STOPPED},
        {"", CLIENT_EXCHANGE_STOPPED, CLIENT_EXCHANGE_STOPPED},
    };
    struct pair pair = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pair_begin(&pair, "SCRAM-SHA-1", &joe);
        ck_assert_int_eq(hear_first(&pair, NULL, ",s=c2FsdA==,i=1"), CLIENT_EXCHANGE_RESPONSE);
        ck_assert_int_eq(hear(&pair, span_text(rows[i].message)), rows[i].step);
        ck_assert_int_eq(client_exchange_succeed(pair.client, SPAN_EMPTY), rows[i].success);
        ck_assert(!client_exchange_seen(pair.client).server_verified);
        pair_end(&pair);
    }
    pair_begin(&pair, "SCRAM-SHA-1", &joe);
    ck_assert_int_eq(hear(&pair, SPAN_EMPTY), CLIENT_EXCHANGE_RESPONSE);
    ck_assert_int_eq(client_exchange_succeed(pair.client, SPAN_EMPTY), CLIENT_EXCHANGE_REFUSED);
    pair_done(&pair);
}
END_TEST

START_TEST(test_ntlm_believes_no_offsets)
{
    struct pair pair = {0};
    uint8_t challenge[48] = "NTLMSSP\0\2\0\0\0\4\0\4\0\x28\0\0\0";
    if (!client_exchange_has(client_sasl_find("NTLM"))) {
        return;
    }
    for (int outside = 0; outside < 2; outside++) {
        challenge[19] = outside != 0 ? 0x70 : 0;
        pair_begin(&pair, "NTLM", &joe);
        bool shows;
        ck_assert_int_eq(client_exchange_step(pair.client, false, SPAN_EMPTY, &pair.said, &shows),
            CLIENT_EXCHANGE_RESPONSE); /* 334 NTLM supported */
        ck_assert(text_starts_caseless(buf_span(&pair.said), "NTLMSSP"));
        ck_assert_int_eq(hear(&pair, span_of(challenge, sizeof challenge)),
            outside != 0 ? CLIENT_EXCHANGE_REFUSED : CLIENT_EXCHANGE_RESPONSE);
        pair_end(&pair);
    }
    client_worker_free(pair.worker);
}
END_TEST

UNIT_MAIN(test_mechanisms_against_another_server, test_another_binding_is_refused_by_the_server,
    test_plain_with_an_authorization, test_without_a_password, test_cram_as_the_standard_has_it,
    test_digest_without_a_layer, test_bearers, test_first_messages_of_scram,
    test_last_messages_of_scram, test_ntlm_believes_no_offsets)
