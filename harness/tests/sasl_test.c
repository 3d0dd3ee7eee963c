/*
 * The server's mechanisms against those of libgsasl's client: two implementations that never saw
 * each other agree on who may log in.
 */
#include <gsasl.h>

#include "fake-server/fake_sasl.h"
#include "harness/tests/unit.h"
#include "harness/tls/binding.h"
#include "harness/tls/test_pair.h"

#define ROUNDS_MAX 10

/* An exchange under way: both ends, and the TLS session that they have in common. */
struct exchange {
    struct pair *pair; /* NULL: in clear text */
    const char *mechanism, *user, *password, *authorize_as;
    plan_fault_set faults;
    bool spoils_binding;    /* the client binds to something else */
    bool offers_no_binding; /* as far as the server's offer goes */
};

enum end { IN, REFUSED_BY_SERVER, MALFORMED_FOR_SERVER, REFUSED_BY_CLIENT };

static int tell_binding(struct exchange *exchange, Gsasl_session *session, Gsasl_property property,
    enum tls_binding kind)
{
    CLEANUP(buf_done) struct buf octets = {0};
    char *encoded = NULL;
    size_t len = 0;
    buf_init(&octets, TLS_BINDING_MAX);
    if (exchange->pair == NULL ||
        !tls_session_channel_binding(exchange->pair->client, kind, &octets)) {
        return GSASL_NO_CALLBACK;
    }
    octets.data[0] ^= exchange->spoils_binding ? 1 : 0;
    ck_assert_int_eq(
        gsasl_base64_to((const char *)octets.data, octets.len, &encoded, &len), GSASL_OK);
    int result = gsasl_property_set(session, property, encoded);
    gsasl_free(encoded);
    return result;
}

/* The library asks for tls-exporter before tls-unique, in any version: one of them is told. */
static int tell(Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
    struct exchange *exchange = gsasl_session_hook_get(session);
    (void)gsasl;
    bool plus = strstr(exchange->mechanism, "-PLUS") != NULL;
    bool old = exchange->pair != NULL &&
               exchange->pair->client_options.protocols == TLS_PROTOCOL_1_2;
    if (property == GSASL_CB_TLS_UNIQUE && plus && old) {
        return tell_binding(exchange, session, property, TLS_BINDING_UNIQUE);
    }
    if (property == GSASL_CB_TLS_EXPORTER && plus && !old) {
        return tell_binding(exchange, session, property, TLS_BINDING_EXPORTER);
    }
    if (property == GSASL_AUTHZID && exchange->authorize_as != NULL) {
        return gsasl_property_set(session, property, exchange->authorize_as);
    }
    return GSASL_NO_CALLBACK;
}

static Gsasl_session *client_new(Gsasl *gsasl, struct exchange *exchange)
{
    Gsasl_session *session = NULL;
    gsasl_callback_set(gsasl, tell);
    ck_assert_int_eq(gsasl_client_start(gsasl, exchange->mechanism, &session), GSASL_OK);
    gsasl_session_hook_set(session, exchange);
    ck_assert_int_eq(gsasl_property_set(session, GSASL_AUTHID, exchange->user), GSASL_OK);
    ck_assert_int_eq(gsasl_property_set(session, GSASL_PASSWORD, exchange->password), GSASL_OK);
    ck_assert_int_eq(gsasl_property_set(session, GSASL_SERVICE, "smtp"), GSASL_OK);
    ck_assert_int_eq(gsasl_property_set(session, GSASL_HOSTNAME, "a.test"), GSASL_OK);
    ck_assert_int_eq(gsasl_property_set(session, GSASL_ANONYMOUS_TOKEN, "trace"), GSASL_OK);
    return session;
}

static enum end converse(Gsasl_session *client, struct fake_sasl *server)
{
    CLEANUP(buf_done) struct buf challenge = {0};
    buf_init(&challenge, 100000);
    enum fake_sasl_result result = fake_sasl_step(server, false, SPAN_EMPTY, &challenge);
    for (int round = 0; round < ROUNDS_MAX; round++) {
        char *response = NULL;
        size_t len = 0;
        ck_assert_int_eq(result, FAKE_SASL_CHALLENGE);
        int answer = gsasl_step(client, buf_text(&challenge), challenge.len, &response, &len);
        if (answer != GSASL_OK && answer != GSASL_NEEDS_MORE) {
            return REFUSED_BY_CLIENT;
        }
        buf_clear(&challenge);
        result = fake_sasl_step(server, true, span_of(response, len), &challenge);
        gsasl_free(response);
        if (result == FAKE_SASL_ACCEPTED) {
            /* What comes with the success is for the client to judge as well. */
            if (answer == GSASL_NEEDS_MORE) {
                answer = gsasl_step(client, buf_text(&challenge), challenge.len, &response, &len);
                gsasl_free(response);
            }
            return answer == GSASL_OK ? IN : REFUSED_BY_CLIENT;
        }
        if (result != FAKE_SASL_CHALLENGE) {
            return result == FAKE_SASL_REFUSED ? REFUSED_BY_SERVER : MALFORMED_FOR_SERVER;
        }
    }
    ck_abort_msg("no end of it");
}

static enum end attempt(struct exchange exchange)
{
    static const struct plan_user users[] = {
        {"joe", "correct-horse"}, {"a=b,c", "comma, equals="}, {"jane", "x"}};
    static const struct plan_auth auth = {.users = users, .users_len = ARRAY_LEN(users)};
    static struct fake_salted salted;
    struct fake_sasl_setting setting = {.auth = &auth,
        .host = "a.test",
        .faults = exchange.faults,
        .tls = exchange.pair == NULL ? NULL : exchange.pair->server,
        .offers_binding = !exchange.offers_no_binding,
        .salted = &salted,
        .seed = 1};
    Gsasl *gsasl = NULL;
    struct fake_sasl server;
    ck_assert_int_eq(gsasl_init(&gsasl), GSASL_OK);
    Gsasl_session *client = client_new(gsasl, &exchange);
    fake_sasl_init(&server, &setting, span_text(exchange.mechanism));
    enum end end = converse(client, &server);
    if (end == IN && strcmp(exchange.mechanism, "ANONYMOUS") != 0) {
        ck_assert(span_equal(buf_span(&server.user), span_text(exchange.user)));
    }
    fake_sasl_done(&server);
    gsasl_finish(client);
    gsasl_done(gsasl);
    return end;
}

static const char *const with_password[] = {
    "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1", "SCRAM-SHA-256"};

START_TEST(test_passwords)
{
    for (size_t i = 0; i < ARRAY_LEN(with_password); i++) {
        const char *mechanism = with_password[i];
        struct exchange right = {
            .mechanism = mechanism, .user = "joe", .password = "correct-horse"};
        struct exchange wrong = {.mechanism = mechanism, .user = "joe", .password = "wrong-horse"};
        struct exchange nobody = {
            .mechanism = mechanism, .user = "jim", .password = "correct-horse"};
        struct exchange odd = {
            .mechanism = mechanism, .user = "a=b,c", .password = "comma, equals="};
        ck_assert_msg(attempt(right) == IN, "%s", mechanism);
        ck_assert_msg(attempt(odd) == IN, "%s", mechanism);
        ck_assert_msg(attempt(wrong) == REFUSED_BY_SERVER, "%s", mechanism);
        ck_assert_msg(attempt(nobody) == REFUSED_BY_SERVER, "%s", mechanism);
    }
}
END_TEST

START_TEST(test_acting_as_another)
{
    static const char *const mechanisms[] = {"PLAIN", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"};
    for (size_t i = 0; i < ARRAY_LEN(mechanisms); i++) {
        struct exchange self = {.mechanism = mechanisms[i],
            .user = "joe",
            .password = "correct-horse",
            .authorize_as = "joe"};
        struct exchange other = self;
        other.authorize_as = "jane";
        ck_assert_msg(attempt(self) == IN, "%s", mechanisms[i]);
        ck_assert_msg(attempt(other) == REFUSED_BY_SERVER, "%s", mechanisms[i]);
    }
}
END_TEST

START_TEST(test_anonymous)
{
    struct exchange exchange = {.mechanism = "ANONYMOUS", .user = "joe", .password = "x"};
    ck_assert_int_eq(attempt(exchange), IN);
}
END_TEST

static void check_bindings(struct pair *pair, const char *mechanism)
{
    struct exchange right = {
        .pair = pair, .mechanism = mechanism, .user = "joe", .password = "correct-horse"};
    struct exchange wrong = right;
    struct exchange another = right;
    wrong.password = "wrong-horse";
    another.spoils_binding = true;
    ck_assert_int_eq(attempt(right), IN);
    ck_assert_int_eq(attempt(wrong), REFUSED_BY_SERVER);
    ck_assert_int_eq(attempt(another), REFUSED_BY_SERVER);
    another.faults = PLAN_FAULT_BIT(PLAN_FAULT_BINDING_IGNORED);
    ck_assert_int_eq(attempt(another), IN);
    right.faults = PLAN_FAULT_BIT(PLAN_FAULT_BINDING_OF_ANOTHER_SESSION);
    ck_assert_int_eq(attempt(right), REFUSED_BY_SERVER);
    right.faults = PLAN_FAULT_BIT(PLAN_FAULT_BINDS_TO_TLS_UNIQUE);
    bool old = pair->client_options.protocols == TLS_PROTOCOL_1_2;
    ck_assert_int_eq(attempt(right), old ? IN : REFUSED_BY_SERVER);
}

START_TEST(test_channel_binding)
{
    static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct pair pair;
        pair_init(&pair);
        pair_open(&pair, protocols[i]);
        check_bindings(&pair, "SCRAM-SHA-1-PLUS");
        check_bindings(&pair, "SCRAM-SHA-256-PLUS");
        pair_done(&pair);
    }
}
END_TEST

START_TEST(test_proofs_of_the_server)
{
    static const char *const mechanisms[] = {"DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"};
    for (size_t i = 0; i < ARRAY_LEN(mechanisms); i++) {
        struct exchange exchange = {
            .mechanism = mechanisms[i], .user = "joe", .password = "correct-horse"};
        exchange.faults = PLAN_FAULT_BIT(PLAN_FAULT_SERVER_PROOF_WRONG);
        ck_assert_int_eq(attempt(exchange), REFUSED_BY_CLIENT);
        exchange.faults = PLAN_FAULT_BIT(PLAN_FAULT_SERVER_PROOF_MISSING);
        ck_assert_int_eq(attempt(exchange), REFUSED_BY_CLIENT);
        exchange.faults = PLAN_FAULT_BIT(PLAN_FAULT_SERVER_PROOF_IN_SUCCESS);
        ck_assert_int_eq(attempt(exchange), IN);
    }
}
END_TEST

START_TEST(test_nonce_of_the_server)
{
    struct exchange exchange = {.mechanism = "SCRAM-SHA-256",
        .user = "joe",
        .password = "correct-horse",
        .faults = PLAN_FAULT_BIT(PLAN_FAULT_SERVER_NONCE_FOREIGN)};
    ck_assert_int_eq(attempt(exchange), REFUSED_BY_CLIENT);
}
END_TEST

UNIT_MAIN(test_passwords, test_acting_as_another, test_anonymous, test_channel_binding,
    test_proofs_of_the_server, test_nonce_of_the_server)
