/*
 * What a scenario means: the language's examples as plan values.
 */
#include <stdio.h>

#include "harness/evidence/certificate_flag.h"
#include "harness/match/match.h"
#include "harness/scenario/testing.h"

#define S INT64_C(1000000)

START_TEST(test_the_whole_example)
{
    struct testing testing = testing_load_good(TESTING_WHOLE);
    const struct plan_case *plan = testing_case(&testing, 0);
    ck_assert_str_eq(plan->id, "test");
    ck_assert_str_eq(plan->name, "AUTH appears only after STARTTLS");
    ck_assert_ptr_nonnull(strstr(plan->requirement, "reads the capabilities again"));
    testing_check_texts(&plan->spec, "rfc3207#4.2|rfc4954#4");
    testing_check_texts(&plan->covers, "STL-02");
    testing_check_texts(&plan->tags, "starttls|auth");
    ck_assert_int_eq(plan->severity, PLAN_SEVERITY_NORMAL);
    ck_assert_int_eq(plan->clock_s, PLAN_CLOCK_DEFAULT_S);
    ck_assert_int_eq(plan->timeout_us, PLAN_TIMEOUT_DEFAULT_US);
    const struct plan_server *server = plan->server;
    ck_assert_str_eq(server->host, "mail.here.com");
    ck_assert_uint_eq(server->port, 587);
    ck_assert_int_eq(server->tls, PLAN_TLS_STARTTLS);
    ck_assert_int_eq(server->starttls, PLAN_STARTTLS_REQUIRED);
    ck_assert_uint_eq(server->auth.before_tls.len, 0);
    testing_check_texts(&server->auth.after_tls, "PLAIN|LOGIN");
    ck_assert_uint_eq(server->auth.users_len, 1);
    ck_assert_str_eq(server->auth.users[0].name, "joe");
    ck_assert_str_eq(server->auth.users[0].password, "correct-horse");
    ck_assert(server->auth.style_standard && !server->auth.style_equals);
    ck_assert_uint_eq(server->certificates_len, 1);
    ck_assert_int_eq(server->certificates[0].issuer, PLAN_ISSUER_SELF);
    ck_assert_int_eq(server->certificates[0].not_after_s, PLAN_CERTIFICATE_NOT_AFTER_S);
    const struct plan_client *client = &plan->client;
    ck_assert_str_eq(client->host, "mail.here.com");
    ck_assert_uint_eq(client->port, 587);
    ck_assert_int_eq(client->ssl_mode, PLAN_SSL_MODE_AUTO);
    ck_assert(client->ssl_mode_written && client->login.wanted && client->login.required);
    ck_assert_str_eq(client->login.user, "joe");
    ck_assert_int_eq(client->login.in_clear, PLAN_IN_CLEAR_DEFAULT);
    ck_assert_int_eq(client->verify.mode, PLAN_VERIFY_EXCEPT);
    ck_assert_uint_eq(client->verify.flags, CERTIFICATE_UNTRUSTED_ROOT);
    ck_assert_int_eq(client->verify.level, -1);
    ck_assert_uint_eq(client->messages_len, 1);
    ck_assert_str_eq(client->messages[0].from, "joe@here.com");
    testing_check_texts(&client->messages[0].to, "jane@there.com");
    ck_assert_str_eq(client->messages[0].subject, "Test message");
    testing_check_span(client->messages[0].body, SPAN_LITERAL("Hello."));
    ck_assert_uint_eq(plan->expectations_len, 9);
    ck_assert_str_eq(plan->expectations[2].fact, "starttls.offered");
    ck_assert_uint_eq(plan->expectations[2].mark.line, 30);
    ck_assert_uint_eq(plan->expectations[2].mark.column, 14);
    ck_assert(testing_expectation(plan, "starttls.used")->matcher->value->truth);
    const struct plan_matcher *version = testing_expectation(plan, "tls.version")->matcher;
    ck_assert_int_eq(version->kind, PLAN_MATCHER_AT_LEAST);
    ck_assert_str_eq(value_as_text(version->value), "tls1.2");
    const struct plan_matcher *flags = testing_expectation(plan, "certificate.flags")->matcher;
    ck_assert_int_eq(flags->kind, PLAN_MATCHER_LIST);
    ck_assert_uint_eq(flags->items_len, 1);
    testing_done(&testing);
}
END_TEST

START_TEST(test_defaults)
{
    static const struct {
        const char *server;
        enum plan_tls tls;
        unsigned port;
        size_t certificates;
    } rows[] = {
        {"{}", PLAN_TLS_NONE, 25, 0},
        {"{tls: on-connect}", PLAN_TLS_ON_CONNECT, 465, 1},
        {"{tls: starttls}", PLAN_TLS_STARTTLS, 587, 1},
        {"{starttls: unlisted}", PLAN_TLS_STARTTLS, 587, 1},
        {"{tls: starttls, port: 25}", PLAN_TLS_STARTTLS, 25, 1},
        {"{tls: none, port: 2525}", PLAN_TLS_NONE, 2525, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[256];
        snprintf(
            text, sizeof text, "version: 1\nserver: %s\nexpect: {outcome: sent}\n", rows[i].server);
        struct testing testing = testing_load_good(text);
        const struct plan_case *plan = testing_case(&testing, 0);
        ck_assert_int_eq(plan->server->tls, rows[i].tls);
        ck_assert_uint_eq(plan->server->port, rows[i].port);
        ck_assert_uint_eq(plan->client.port, rows[i].port);
        ck_assert_str_eq(plan->server->host, "mail.smtpvet.test");
        ck_assert_str_eq(plan->client.host, "mail.smtpvet.test");
        ck_assert_uint_eq(plan->server->certificates_len, rows[i].certificates);
        if (rows[i].certificates > 0) {
            const struct plan_certificate *certificate = &plan->server->certificates[0];
            ck_assert_int_eq(certificate->issuer, PLAN_ISSUER_TRUSTED);
            ck_assert_int_eq(certificate->not_before_s, PLAN_CERTIFICATE_NOT_BEFORE_S);
            ck_assert_uint_eq(certificate->names_len, 0);
        }
        ck_assert_str_eq(plan->name, "test");
        ck_assert(!plan->server->capabilities_given && !plan->client.ssl_mode_written);
        ck_assert(!plan->client.login.wanted && plan->client.messages_len == 0);
        ck_assert_int_eq(plan->client.time_limit_us[PLAN_STAGE_MAIL], 0);
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_what_a_login_needs)
{
    static const struct {
        const char *login, *missing; /* NULL: nothing */
    } rows[] = {
        {"user: joe, password: correct-horse", NULL},
        {"user: joe, token: a-token-of-mine", NULL},
        {"user: joe, token: a-token-of-mine, mechanisms: [XOAUTH2, PLAIN]", NULL},
        {"user: joe, mechanisms: [EXTERNAL]", NULL},
        {"mechanisms: [ANONYMOUS]", NULL},
        {"user: joe", "'password' is missing here"},
        {"password: correct-horse", "'user' is missing here"},
        {"user: joe, mechanisms: [EXTERNAL, PLAIN]", "'password' is missing here"},
        {"user: joe, mechanisms: [OAUTHBEARER, EXTERNAL]", "'token' is missing here"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[512];
        snprintf(text, sizeof text,
            "version: 1\nclient: {host: b.test, login: {%s}}\nexpect: {outcome: logged-in}\n",
            rows[i].login);
        struct testing testing = testing_load(text);
        ck_assert_int_eq(testing.diags.errors == 0, rows[i].missing == NULL);
        ck_assert_msg(
            rows[i].missing == NULL || strstr(buf_text(&testing.shown), rows[i].missing) != NULL,
            "%s: %s", rows[i].login, buf_text(&testing.shown));
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_stock_login_and_message)
{
    struct testing testing = testing_load_good(
        "version: 1\n"
        "client: {login: true, send: true}\n" /* before the server, on purpose */
        "server: {host: a.test, auth: {users: {joe: correct-horse, jim: x}}}\n"
        "expect: {outcome: sent}\n");
    const struct plan_client *client = &testing_case(&testing, 0)->client;
    ck_assert_str_eq(client->login.user, "joe");
    ck_assert_str_eq(client->login.password, "correct-horse");
    ck_assert_str_eq(client->messages[0].from, "smtpvet@client.smtpvet.test");
    testing_check_texts(&client->messages[0].to, "postmaster@a.test");
    ck_assert_uint_gt(client->messages[0].body.len, 0);
    testing_done(&testing);
    testing = testing_load_good("version: 1\nserver: {host: a.test}\n"
                                "client: {host: b.test, login: false, send: [true, {from: \"\", "
                                "size: 5MiB, partial: abandon}, {body: \"\"}]}\n"
                                "expect: {outcome: sent}\n");
    client = &testing_case(&testing, 0)->client;
    ck_assert(!client->login.wanted);
    ck_assert_uint_eq(client->messages_len, 3);
    testing_check_texts(&client->messages[0].to, "postmaster@b.test");
    ck_assert_str_eq(client->messages[1].from, "");
    ck_assert_int_eq(client->messages[1].size, 5 * 1024 * 1024);
    ck_assert(client->messages[1].partial_abandon && client->messages[1].subject == NULL);
    ck_assert_uint_eq(client->messages[1].body.len, 0);
    ck_assert_uint_eq(client->messages[2].body.len, 0);
    testing_done(&testing);
}
END_TEST

START_TEST(test_a_real_server)
{
    struct testing testing = testing_load_good(
        "version: 1\nclient: {host: smtp.a.test, connect_to: \"[::1]:2525\", verify: none}\n"
        "expect: {outcome: negotiated}\n");
    const struct plan_case *plan = testing_case(&testing, 0);
    ck_assert_ptr_null(plan->server);
    ck_assert_str_eq(plan->client.host, "smtp.a.test");
    ck_assert_uint_eq(plan->client.port, 0); /* by detection */
    ck_assert_str_eq(plan->client.connect_to_host, "::1");
    ck_assert_uint_eq(plan->client.connect_to_port, 2525);
    ck_assert_int_eq(plan->client.verify.mode, PLAN_VERIFY_NONE);
    testing_done(&testing);
}
END_TEST

START_TEST(test_the_client)
{
    struct testing testing = testing_load_good(
        "version: 1\nserver: {host: a.test, tls: starttls}\n"
        "client:\n"
        "  host: b.test\n  port: auto\n"
        "  ssl_mode: none\n  ssl_protocol: tls1.1..tls1.3\n"
        "  ciphers: [A, B]\n  groups: X25519:P-256\n  sni: \"\"\n"
        "  hello: helo\n  hello_name: me.test\n"
        "  time_limits: {greeting: 1m, quit: 500ms}\n"
        "  verify: {only: [expired, name-mismatch], on_problem: stop, trust: {file: ca.pem}, "
        "name: c.test, level: 0, revocation: crl, "
        "pin: sha256/MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}\n"
        "  login: {user: joe, password: '  ', mechanisms: [PLAIN, SCRAM-SHA-256], authorize_as: "
        "jim, initial_response: false, required: false, in_clear: challenge-response, "
        "on_failure: next, order: listed, try_unlisted: true}\n"
        "expect: {outcome: sent}\n");
    const struct plan_client *client = &testing_case(&testing, 0)->client;
    ck_assert_str_eq(client->host, "b.test");
    ck_assert_uint_eq(client->port, 0);
    ck_assert_int_eq(client->ssl_mode, PLAN_SSL_MODE_NONE);
    ck_assert(client->ssl_mode_written);
    ck_assert_uint_eq(
        client->protocols, PLAN_PROTOCOL_TLS1_1 | PLAN_PROTOCOL_TLS1_2 | PLAN_PROTOCOL_TLS1_3);
    ck_assert_str_eq(client->ciphers, "A:B");
    ck_assert_str_eq(client->groups, "X25519:P-256");
    ck_assert_str_eq(client->sni, "");
    ck_assert_int_eq(client->hello, PLAN_HELLO_HELO);
    ck_assert_str_eq(client->hello_name, "me.test");
    ck_assert_int_eq(client->time_limit_us[PLAN_STAGE_GREETING], 60 * S);
    ck_assert_int_eq(client->time_limit_us[PLAN_STAGE_QUIT], S / 2);
    ck_assert_int_eq(client->verify.mode, PLAN_VERIFY_ONLY);
    ck_assert_uint_eq(client->verify.flags, CERTIFICATE_EXPIRED | CERTIFICATE_NAME_MISMATCH);
    ck_assert_int_eq(client->verify.on_problem, PLAN_ON_PROBLEM_STOP);
    ck_assert_int_eq(client->verify.trust, PLAN_TRUST_FILE);
    ck_assert_str_eq(client->verify.trust_file, "ca.pem");
    ck_assert_str_eq(client->verify.name, "c.test");
    ck_assert_int_eq(client->verify.level, 0);
    ck_assert_int_eq(client->verify.revocation, PLAN_REVOCATION_CRL);
    ck_assert_uint_eq(client->verify.pins_len, 1);
    ck_assert(!client->verify.pins[0].server);
    ck_assert_mem_eq(
        client->verify.pins[0].sha256, "0123456789abcdef0123456789abcdef", PLAN_PIN_LEN);
    ck_assert_str_eq(client->login.password, "  ");
    testing_check_texts(&client->login.mechanisms, "PLAIN|SCRAM-SHA-256");
    ck_assert_str_eq(client->login.authorize_as, "jim");
    ck_assert_int_eq(client->login.initial_response, PLAN_NO);
    ck_assert(!client->login.required && client->login.on_failure == PLAN_ON_FAILURE_NEXT);
    ck_assert_int_eq(client->login.in_clear, PLAN_IN_CLEAR_CHALLENGE_RESPONSE);
    ck_assert_int_eq(client->login.order, PLAN_ORDER_LISTED);
    ck_assert(client->login.try_unlisted);
    testing_done(&testing);
}
END_TEST

START_TEST(test_ranges_of_versions)
{
    static const struct {
        const char *text;
        unsigned protocols;
    } ranges[] = {
        {"tls1.2..", PLAN_PROTOCOL_TLS1_2 | PLAN_PROTOCOL_TLS1_3},
        {"..tls1.1", PLAN_PROTOCOL_TLS1_0 | PLAN_PROTOCOL_TLS1_1},
        {"tls1..tls1.2", PLAN_PROTOCOL_TLS1_0 | PLAN_PROTOCOL_TLS1_1 | PLAN_PROTOCOL_TLS1_2},
        {"[tls1.3, tls1.2]", PLAN_PROTOCOL_TLS1_2 | PLAN_PROTOCOL_TLS1_3},
        {"tls1.3..tls1.3", PLAN_PROTOCOL_TLS1_3},
        {"auto", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        char text[200];
        snprintf(text, sizeof text,
            "version: 1\nserver: {tls: starttls}\nclient: {ssl_protocol: %s}\n"
            "expect: {outcome: negotiated}\n",
            ranges[i].text);
        struct testing testing = testing_load_good(text);
        ck_assert_msg(testing_case(&testing, 0)->client.protocols == ranges[i].protocols, "%s",
            ranges[i].text);
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_words_are_their_enums)
{
    for (int mode = 0; mode < PLAN_SSL_MODE_COUNT; mode++) {
        char text[256];
        snprintf(text, sizeof text,
            "version: 1\nserver: {}\nclient: {ssl_mode: %s}\nexpect: {outcome: sent}\n",
            plan_ssl_mode_name((enum plan_ssl_mode)mode));
        struct testing testing = testing_load_good(text);
        ck_assert_int_eq((int)testing_case(&testing, 0)->client.ssl_mode, mode);
        testing_done(&testing);
    }
    for (int severity = 0; severity < 3; severity++) {
        char text[256];
        snprintf(text, sizeof text,
            "version: 1\nserver: {}\nseverity: %s\nexpect: {outcome: sent}\n",
            plan_severity_name((enum plan_severity)severity));
        struct testing testing = testing_load_good(text);
        ck_assert_int_eq((int)testing_case(&testing, 0)->severity, severity);
        testing_done(&testing);
    }
    for (int stage = PLAN_STAGE_CONNECT; stage < PLAN_STAGE_COUNT; stage++) {
        char text[256];
        snprintf(text, sizeof text,
            "version: 1\nserver: {}\nclient: {time_limits: {%s: 7s}}\nexpect: {outcome: sent}\n",
            plan_stage_name((enum plan_stage)stage));
        struct testing testing = testing_load_good(text);
        ck_assert_int_eq(testing_case(&testing, 0)->client.time_limit_us[stage], 7 * S);
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_the_case)
{
    struct testing testing = testing_load_good(
        "version: 1\nserver: {}\nexpect: {outcome: sent}\nid: one\n"
        "severity: advice\ntimeout: 5m\nseed: 7\nclock: 2027-01-31\n"
        "world: {simulated: virtual time}\nskip: {reason: too slow}\n"
        "known_fail: {reason: BUG-12, until: 2027-01-31T00:00:01Z}\n");
    const struct plan_case *plan = testing_case(&testing, 0);
    ck_assert_str_eq(plan->id, "test#one");
    ck_assert_int_eq(plan->timeout_us, 300 * S);
    ck_assert(plan->seed_given && plan->seed == 7);
    ck_assert_int_eq(plan->clock_s, INT64_C(1801353600));
    ck_assert_int_eq(plan->world, PLAN_WORLD_SIMULATED);
    ck_assert_str_eq(plan->world_reason, "virtual time");
    ck_assert_str_eq(plan->skip_reason, "too slow");
    ck_assert_str_eq(plan->known_fail_reason, "BUG-12");
    ck_assert_int_eq(plan->known_fail_until_s, INT64_C(1801353601));
    testing_done(&testing);
    testing = testing_load_good("version: 1\nserver: {}\nexpect: {outcome: sent}\n"
                                "world: {only: wire, reason: sockets}\nknown_fail: null\n");
    plan = testing_case(&testing, 0);
    ck_assert_int_eq(plan->world, PLAN_WORLD_WIRE);
    ck_assert_str_eq(plan->world_reason, "sockets");
    ck_assert_ptr_null(plan->known_fail_reason);
    testing_done(&testing);
}
END_TEST

START_TEST(test_the_server)
{
    struct testing testing = testing_load_good(
        "version: 1\nexpect: {outcome: sent}\n"
        "server:\n"
        "  tls: starttls\n  greeting: hello there\n  hello: helo-only\n"
        "  capabilities: {before_tls: [SIZE 100], after_tls: [8BITMIME, DSN], after_auth: [X]}\n"
        "  capabilities_exact: true\n"
        "  auth: {style: [equals], require: true, users: {a: \"1\", b: 22}}\n"
        "  protocols: [tls1, tls1.3]\n"
        "  network: {connect: dropped, latency: 900ms, jitter: 1s, bandwidth: 10KiB, segment: "
        "random, gap: 1us, split_at: [3, 10], record: 100, cut: {from: client, after: 120, how: "
        "reset}}\n");
    const struct plan_server *server = testing_case(&testing, 0)->server;
    ck_assert_str_eq(server->greeting, "hello there");
    ck_assert(server->helo_only && server->capabilities_given && server->capabilities_exact);
    testing_check_texts(&server->capabilities_before_tls, "SIZE 100");
    testing_check_texts(&server->capabilities_after_tls, "8BITMIME|DSN");
    testing_check_texts(&server->capabilities_after_auth, "X");
    ck_assert(!server->auth.style_standard && server->auth.style_equals && server->auth.require);
    ck_assert_str_eq(server->auth.users[1].password, "22");
    ck_assert_uint_eq(server->protocols, PLAN_PROTOCOL_TLS1_0 | PLAN_PROTOCOL_TLS1_3);
    const struct plan_network *network = &server->network;
    ck_assert_int_eq(network->connect, PLAN_CONNECT_DROPPED);
    ck_assert_int_eq(network->latency_us, 900000);
    ck_assert_int_eq(network->jitter_us, S);
    ck_assert_int_eq(network->gap_us, 1);
    ck_assert_int_eq(network->bandwidth_per_s, 10240);
    ck_assert_int_eq(network->segment, -1);
    ck_assert_uint_eq(network->split_at_len, 2);
    ck_assert_int_eq(network->split_at[1], 10);
    ck_assert_int_eq(network->record, 100);
    ck_assert_int_eq(network->cut_from, PLAN_CUT_CLIENT);
    ck_assert_int_eq(network->cut_after, 120);
    ck_assert(network->cut_reset);
    testing_done(&testing);
    testing = testing_load_good("version: 1\nexpect: {outcome: sent}\n"
                                "server: {capabilities: [SIZE 200], network: {segment: 1}}\n");
    server = testing_case(&testing, 0)->server;
    testing_check_texts(&server->capabilities_before_tls, "SIZE 200");
    testing_check_texts(&server->capabilities_after_tls, "SIZE 200");
    ck_assert_int_eq(server->network.segment, 1);
    testing_done(&testing);
}
END_TEST

START_TEST(test_recipes)
{
    struct testing testing = testing_load_good(
        "version: 1\nexpect: {outcome: sent}\n"
        "server:\n  tls: on-connect\n  certificate:\n"
        "    names: [a.test, [b.test, {hex: 00}, .c.test], \"srv:_submission.a.test\"]\n"
        "    key_usage: [cRLSign]\n    extended_key_usage: []\n    ca: absent\n"
        "    path_length: 0\n    serial: 0\n    version: 1\n    signature: wrong-signer\n"
        "    identifiers: none\n    not_critical: [ca, names]\n    anchor: older-root\n"
        "    constraints: {permit: [a.test, b.test]}\n"
        "    extensions: [unknown-critical, {oid: 1.2.3, value: {hex: 0500}}]\n"
        "    intermediate: {count: 12, ca: true}\n    root: {key: p384}\n"
        "    older_root: {not_after: -1d}\n");
    const struct plan_certificate *made = &testing_case(&testing, 0)->server->certificates[0];
    ck_assert_uint_eq(made->names_len, 2);
    ck_assert_uint_eq(made->octet_names_len, 1);
    ck_assert(span_equal(made->octet_names[0], SPAN_LITERAL("b.test\0.c.test")));
    ck_assert_uint_eq(made->key_usage, 1U << 6 | PLAN_USAGE_WRITTEN);
    ck_assert_uint_eq(made->extended_key_usage, PLAN_USAGE_WRITTEN);
    ck_assert_int_eq(made->ca, PLAN_CA_ABSENT);
    ck_assert(made->path_length.written && made->path_length.number == 0);
    ck_assert(made->serial.written && made->serial.number == 0);
    ck_assert_int_eq(made->version, 1);
    ck_assert_int_eq(made->signature, PLAN_SIGNATURE_WRONG_SIGNER);
    ck_assert_int_eq(made->identifiers, PLAN_IDENTIFIERS_NONE);
    ck_assert_uint_eq(made->not_critical, PLAN_NOT_CRITICAL_CONSTRAINTS | PLAN_NOT_CRITICAL_NAMES);
    ck_assert_int_eq(made->anchor, PLAN_ANCHOR_OLDER_ROOT);
    ck_assert_uint_eq(made->permit.len, 2);
    ck_assert_uint_eq(made->exclude.len, 0);
    ck_assert_uint_eq(made->extensions_len, 2);
    ck_assert(made->extensions[0].critical && !made->extensions[1].critical);
    ck_assert_str_eq(made->extensions[1].oid, "1.2.3");
    ck_assert_int_eq(made->intermediate->count.number, 12);
    ck_assert_int_eq(made->intermediate->not_after_s, PLAN_AUTHORITY_NOT_AFTER_S);
    ck_assert_int_eq(made->root->key, PLAN_KEY_P384);
    ck_assert_int_eq(made->older_root->not_before_s, PLAN_ROOT_NOT_BEFORE_S);
    ck_assert_int_eq(made->older_root->not_after_s, -86400);
    testing_done(&testing);
}
END_TEST

START_TEST(test_certificates)
{
    struct testing testing = testing_load_good(
        "version: 1\nexpect: {outcome: sent}\n"
        "server:\n  tls: on-connect\n  certificate:\n"
        "  - {issuer: untrusted, names: [a.test, \"*.b.test\", \"ip:127.0.0.1\"], common_name: me, "
        "key: rsa1024, digest: sha1, not_before: -90d, not_after: -1h, chain: reversed, for_sni: "
        "a.test}\n"
        "  - trusted\n  - {chain: [leaf, intermediate, root], key: ed25519, digest: md5}\n"
        "  - {chain: missing-intermediate, not_before: +1d, key: p384}\n  - {chain: [leaf], names: "
        "[]}\n");
    const struct plan_server *server = testing_case(&testing, 0)->server;
    ck_assert_uint_eq(server->certificates_len, 5);
    const struct plan_certificate *first = &server->certificates[0];
    ck_assert_int_eq(first->issuer, PLAN_ISSUER_UNTRUSTED);
    ck_assert_uint_eq(first->names_len, 3);
    ck_assert(first->names_written && !server->certificates[3].names_written);
    ck_assert(server->certificates[4].names_written && server->certificates[4].names_len == 0);
    ck_assert_str_eq(first->names[2], "ip:127.0.0.1");
    ck_assert_str_eq(first->common_name, "me");
    ck_assert_int_eq(first->key, PLAN_KEY_RSA1024);
    ck_assert_int_eq(first->digest, PLAN_DIGEST_SHA1);
    ck_assert_int_eq(first->not_before_s, -90 * 86400);
    ck_assert_int_eq(first->not_after_s, -3600);
    ck_assert_int_eq(first->chain, PLAN_CHAIN_REVERSED);
    ck_assert_str_eq(first->for_sni, "a.test");
    ck_assert_int_eq(server->certificates[1].issuer, PLAN_ISSUER_TRUSTED);
    ck_assert_int_eq(server->certificates[2].chain, PLAN_CHAIN_LISTED);
    ck_assert_uint_eq(server->certificates[2].links_len, 3);
    ck_assert_int_eq(server->certificates[2].links[2], PLAN_LINK_ROOT);
    ck_assert_int_eq(server->certificates[2].key, PLAN_KEY_ED25519);
    ck_assert_int_eq(server->certificates[2].digest, PLAN_DIGEST_MD5);
    ck_assert_int_eq(server->certificates[2].issuer, PLAN_ISSUER_TRUSTED);
    ck_assert_int_eq(server->certificates[3].chain, PLAN_CHAIN_MISSING_INTERMEDIATE);
    ck_assert_int_eq(server->certificates[3].not_before_s, 86400);
    ck_assert_int_eq(server->certificates[3].key, PLAN_KEY_P384);
    ck_assert_uint_eq(server->certificates[4].links_len, 1);
    testing_done(&testing);
}
END_TEST

START_TEST(test_matchers)
{
    struct testing testing = testing_load_good(
        "version: 1\nserver: {}\nexpect:\n"
        "  outcome: {one_of: [sent, refused]}\n"
        "  stage: {not: mail}\n"
        "  problem: {contains: [plain, TLS], matches: \"a+b\"}\n"
        "  reply: {code: 2xx, enhanced: 5.7.x, text: \"yes\"}\n"
        "  replies.rcpt.code: 250\n"
        "  auth.attempts: {at_least: 1, at_most: 3}\n"
        "  auth.credentials_sent: {absent: true}\n"
        "  connections: {2: {reply: {code: {at_most: 499}}}, count: 2}\n"
        "  certificate.not_after: {at_least: +14d}\n"
        "  message.size: {at_least: 300KiB}\n"
        "  timing.total: {at_most: 5m}\n"
        "  server.saw:\n"
        "    commands: {in_order: [EHLO, QUIT], count: {at_least: 2}, not: {contains: [HELO]}}\n"
        "    lines: {any: {matches: \"^MAIL\"}, each: {not: \"\"}}\n"
        "    client_hello.versions: [tls1.2, TLSv1.3]\n"
        "    messages.from: [\"\"]\n"
        "  hello.parameters.size: 5000000\n");
    const struct plan_case *plan = testing_case(&testing, 0);
    ck_assert_uint_eq(plan->expectations_len, 19);
    const struct plan_matcher *matcher = testing_expectation(plan, "outcome")->matcher;
    ck_assert_int_eq(matcher->kind, PLAN_MATCHER_ONE_OF);
    ck_assert_uint_eq(matcher->items_len, 2);
    ck_assert_str_eq(value_as_text(matcher->items[1]->value), "refused");
    matcher = testing_expectation(plan, "problem")->matcher;
    ck_assert_int_eq(matcher->kind, PLAN_MATCHER_ALL_OF);
    ck_assert_int_eq(matcher->items[1]->kind, PLAN_MATCHER_MATCHES);
    ck_assert_int_eq(
        match_pattern_find(matcher->items[1]->pattern, SPAN_LITERAL("xaab"), NULL, NULL),
        MATCH_YES);
    ck_assert_str_eq(value_as_text(testing_expectation(plan, "reply.code")->matcher->value), "2xx");
    ck_assert_str_eq(value_as_text(testing_expectation(plan, "reply.text")->matcher->value), "yes");
    matcher = testing_expectation(plan, "auth.attempts")->matcher;
    ck_assert_int_eq(matcher->items[1]->kind, PLAN_MATCHER_AT_MOST);
    ck_assert_int_eq(matcher->items[1]->value->integer, 3);
    ck_assert(testing_expectation(plan, "auth.credentials_sent")->matcher->value->truth);
    ck_assert_ptr_nonnull(testing_expectation(plan, "connections.2.reply.code"));
    ck_assert_int_eq(testing_expectation(plan, "connections.count")->matcher->value->integer, 2);
    matcher = testing_expectation(plan, "server.saw.commands")->matcher;
    ck_assert_int_eq(matcher->items[0]->kind, PLAN_MATCHER_IN_ORDER);
    ck_assert_int_eq(matcher->items[1]->kind, PLAN_MATCHER_COUNT);
    ck_assert_int_eq(matcher->items[1]->items[0]->kind, PLAN_MATCHER_AT_LEAST);
    ck_assert_int_eq(matcher->items[2]->items[0]->kind, PLAN_MATCHER_CONTAINS);
    matcher = testing_expectation(plan, "server.saw.lines")->matcher;
    ck_assert_int_eq(matcher->items[0]->kind, PLAN_MATCHER_ANY);
    ck_assert_int_eq(matcher->items[1]->kind, PLAN_MATCHER_EACH);
    ck_assert_str_eq(
        value_as_text(testing_expectation(plan, "hello.parameters.size")->matcher->value),
        "5000000");
    testing_done(&testing);
}
END_TEST

START_TEST(test_cases_over_defaults)
{
    struct testing testing = testing_load_good(
        "version: 1\nname: all\ntags: [a]\nserver: {host: a.test, tls: none}\n"
        "client: {ssl_mode: none, send: {from: x@y, to: [z@y]}}\n"
        "expect: {outcome: sent, starttls.offered: false}\n"
        "cases:\n"
        "- id: one\n"
        "- {id: two.B_2-, name: second, tags: [b], server: {tls: starttls}, client: {ssl_mode: "
        "null, send: null}, expect: {starttls: {offered: true}, outcome: negotiated}}\n");
    const struct plan_case *one = testing_case(&testing, 0), *two = testing_case(&testing, 1);
    ck_assert_str_eq(one->id, "test#one");
    ck_assert_str_eq(one->name, "all");
    ck_assert_uint_eq(one->mark.line, 8);
    ck_assert_uint_eq(one->client.messages_len, 1);
    ck_assert_str_eq(two->id, "test#two.B_2-");
    ck_assert_str_eq(two->name, "second");
    testing_check_texts(&two->tags, "b");
    ck_assert_uint_eq(two->server->port, 587);
    ck_assert_str_eq(two->server->host, "a.test");
    ck_assert(!two->client.ssl_mode_written && one->client.ssl_mode_written);
    ck_assert_uint_eq(two->client.messages_len, 0);
    ck_assert_uint_eq(two->expectations_len, 2);
    ck_assert(testing_expectation(two, "starttls.offered")->matcher->value->truth);
    testing_done(&testing);
}
END_TEST

UNIT_MAIN(test_the_whole_example, test_defaults, test_what_a_login_needs,
    test_stock_login_and_message, test_a_real_server, test_the_client, test_ranges_of_versions,
    test_words_are_their_enums, test_the_case, test_the_server, test_recipes, test_certificates,
    test_matchers, test_cases_over_defaults)
