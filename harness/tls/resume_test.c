#include "harness/tls/memory.h"
#include "harness/tls/test_pair.h"

/* Two handshakes, the second with other options; true where it resumed the first one. */
struct again {
    struct tls_client_options first, second;
    int64_t server_age_s; /* of the second, by the server's clock */
    unsigned protocol;
};

static void again_init(struct again *again, struct pair *pair, unsigned protocol)
{
    pair_init(pair);
    pair->client_options.memory = tls_memory_new();
    pair->client_options.port = 465;
    pair->client_options.now_s = MINT_NOW_S;
    pair->server_options.tickets = (struct tls_tickets){.count = 2, .lifetime_s = 3600};
    *again = (struct again){
        .first = pair->client_options, .second = pair->client_options, .protocol = protocol};
}

static void again_open(struct pair *pair, const struct tls_client_options *options,
    unsigned protocol, int64_t server_now_s)
{
    pair->client_options = *options;
    pair->client_options.protocols = protocol;
    pair_start(pair);
    tls_session_set_clock(pair->server, server_now_s);
    pair_run(pair);
    ck_assert_msg(tls_session_state(pair->client) == TLS_STATE_OPEN, "%s",
        tls_session_failure(pair->client)->text);
}

static bool again_resumes(struct pair *pair, const struct again *again)
{
    again_open(pair, &again->first, again->protocol, MINT_NOW_S);
    ck_assert_int_eq(SSL_session_reused(pair->client->ssl), 0);
    tls_session_close_notify(pair->client); /* else the library keeps nothing before TLS 1.3 */
    pair_stop(pair);
    again_open(pair, &again->second, again->protocol, MINT_NOW_S + again->server_age_s);
    bool resumed = SSL_session_reused(pair->client->ssl) == 1;
    ck_assert_int_eq(SSL_session_reused(pair->server->ssl), resumed ? 1 : 0);
    return resumed;
}

static void again_done(struct again *again, struct pair *pair)
{
    pair_done(pair);
    tls_memory_free(again->first.memory);
}

static const unsigned protocols[] = {TLS_PROTOCOL_1_2, TLS_PROTOCOL_1_3};

/* RFC 8446 appendix C.4, §4.6.1: what a session was made for. */
START_TEST(test_only_for_the_same)
{
    static const uint8_t alpn[] = {4, 's', 'm', 't', 'p'};
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        for (int change = 0; change < 7; change++) {
            struct pair pair;
            struct again again;
            again_init(&again, &pair, protocols[i]);
            again.second.port = change == 1 ? 587 : 465;
            again.second.sni = change == 2 ? "b.test" : "a.test";
            again.second.alpn = change == 3 ? span_of(alpn, sizeof alpn) : SPAN_EMPTY;
            again.second.forgiven = change == 4 ? CERTIFICATE_EXPIRED : 0;
            again.second.stop_on_problem = change != 5;
            again.second.name = change == 6 ? "127.0.0.1" : "a.test";
            ck_assert_msg(again_resumes(&pair, &again) == (change == 0), "change %d", change);
            again_done(&again, &pair);
        }
    }
}
END_TEST

START_TEST(test_age)
{
    static const struct {
        int64_t client_s, server_s;
        bool resumes;
    } rows[] = {{3600, 3600, true}, {3601, 3601, false}, {10, 3601, false}, {-1, 0, false}};
    for (size_t i = 0; i < ARRAY_LEN(protocols) * ARRAY_LEN(rows); i++) {
        size_t row = i / ARRAY_LEN(protocols);
        struct pair pair;
        struct again again;
        again_init(&again, &pair, protocols[i % ARRAY_LEN(protocols)]);
        again.second.now_s += rows[row].client_s;
        again.server_age_s = rows[row].server_s;
        ck_assert_msg(again_resumes(&pair, &again) == rows[row].resumes, "row %zu", row);
        again_done(&again, &pair);
    }
}
END_TEST

/* What was wrong is checked again, but where the client was told to overlook it. */
START_TEST(test_problems_are_not_resumed)
{
    for (size_t i = 0; i < ARRAY_LEN(protocols) * 2; i++) {
        bool forgiven = i % 2 == 1;
        struct pair pair;
        struct again again;
        again_init(&again, &pair, protocols[i / 2]);
        again.first.stop_on_problem = false;
        again.first.name = "other.test";
        again.first.forgiven = forgiven ? CERTIFICATE_NAME_MISMATCH : 0;
        again.second = again.first;
        ck_assert_int_eq(again_resumes(&pair, &again), forgiven);
        ck_assert_uint_eq(tls_session_certificate_flags(pair.client), CERTIFICATE_NAME_MISMATCH);
        again_done(&again, &pair);
    }
}
END_TEST

/* RFC 8446 §4.4.2.2: nobody looks at the certificate of a resumed session again. */
START_TEST(test_certificate_is_over)
{
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct pair pair;
        struct again again;
        again_init(&again, &pair, protocols[i]);
        again.second.verify_at_s += INT64_C(1000) * 365 * 86400;
        again.second.stop_on_problem = again.first.stop_on_problem = false;
        ck_assert(!again_resumes(&pair, &again));
        again_done(&again, &pair);
    }
}
END_TEST

START_TEST(test_refused_tickets)
{
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct pair pair;
        struct again again;
        again_init(&again, &pair, protocols[i]);
        pair.server_options.tickets.refused = true;
        ck_assert(!again_resumes(&pair, &again));
        again_done(&again, &pair);
    }
}
END_TEST

START_TEST(test_early_data)
{
    struct pair pair;
    struct again again;
    again_init(&again, &pair, TLS_PROTOCOL_1_3);
    pair.server_options.tickets.early_data = 70000;
    pair.piece = 1;
    ck_assert(again_resumes(&pair, &again));
    ck_assert_uint_eq(pair.client->early_data, 70000);
    again_done(&again, &pair);
}
END_TEST

START_TEST(test_identity_from_a_store)
{
    static const char folder[] = "scenarios/client-certificate";
    static const struct {
        const char *file, *key_file, *password;
        bool good;
    } rows[] = {
        {"john.pfx", NULL, "open-sesame", true},
        {"john.pfx", NULL, "another", false},
        {"john.pfx", NULL, NULL, false},
        {"john.pem", NULL, NULL, true},
        {"john-encrypted.pem", NULL, "another", false},
        {"john-certificate.der", NULL, NULL, false},
        {"john-certificate.der", "john-key.der", NULL, true},
        {"nobody.pem", NULL, NULL, false},
        {"john-certificate.der", "nobody.der", NULL, false},
    };
    tls_library_init();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fail fail = {0};
        char file[128], key_file[128];
        snprintf(file, sizeof file, "%s/%s", folder, rows[i].file);
        snprintf(key_file, sizeof key_file, "%s/%s", folder,
            rows[i].key_file == NULL ? "" : rows[i].key_file);
        struct tls_identity *identity = tls_identity_new_store(
            file, rows[i].key_file == NULL ? NULL : key_file, rows[i].password, &fail);
        ck_assert_msg((identity != NULL) == rows[i].good, "row %zu: %s", i, fail.text);
        ck_assert(rows[i].good || fail.class == FAIL_REACH);
        ck_assert(
            rows[i].good ||
            strstr(fail.text, rows[i].key_file == NULL ? rows[i].file : rows[i].key_file) != NULL);
        ck_assert_uint_eq(ERR_peek_error(), 0);
        tls_identity_free(identity);
    }
}
END_TEST

UNIT_MAIN(test_only_for_the_same, test_age, test_problems_are_not_resumed, test_certificate_is_over,
    test_refused_tickets, test_early_data, test_identity_from_a_store)
