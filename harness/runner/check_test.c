/*
 * What the loader has others judge: told on loading, where it stands, and not where the case will
 * be skipped.
 */
#include <stdio.h>

#include "harness/runner/check.h"
#include "harness/runner/runner.h"
#include "harness/tests/unit.h"

static struct diag_list diags;

/* How many cases are in the plan. */
static size_t load(const char *text)
{
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    const struct scenario_options options = {.checks = runner_checks()};
    runner_init();
    diag_list_init(&diags);
    ck_assert_msg(scenario_load_text(
                      "test.yaml", span_text(text), &options, &diags, &suite, &fail) == STATUS_OK,
        "%s", fail.text);
    size_t len = scenario_suite_plan(suite)->len;
    scenario_suite_free(suite);
    return len;
}

#define BEFORE "version: 1\nexpect: {outcome: sent}\n"
#define SERVER BEFORE "server: {tls: starttls, "
#define CLIENT BEFORE "server: {}\nclient: {"
#define CERTIFICATE SERVER "certificate: "

static const struct {
    const char *text;
    unsigned line, column;
    const char *part; /* of the message */
} wrong[] = {
    {SERVER "ciphers: NOPE}\n", 3, 34, "knows no cipher 'NOPE'"},
    {SERVER "ciphers: [AES128-SHA, NOPE]}\n", 3, 47, "knows no cipher 'NOPE'"},
    {CLIENT "ciphers: [TLS_AES_128_GCM_SHA256, TLS_NOPE]}\n", 4, 44, "knows no cipher 'TLS_NOPE'"},
    {CLIENT "ciphers: \"AES128-SHA:+NOPE\"}\n", 4, 19, "knows no cipher '+NOPE'"},
    {CLIENT "ciphers: \"!aNULL\"}\n", 4, 19, "nothing is left"},
    {CLIENT "ciphers: \"AES128-SHA:!ALL\"}\n", 4, 19, "nothing is left"},
    {CLIENT "ciphers: \"\"}\n", 4, 19, "nothing is left"},
    {SERVER "groups: [X25519, NOPE]}\n", 3, 42, "does not know these groups"},
    {CLIENT "groups: NOPE}\n", 4, 18, "does not know these groups"},
    {CLIENT "groups: [X25519, P-256, X25519]}\n", 4, 19, "or one of them stands there twice"},
    {CLIENT "groups: \"\"}\n", 4, 18, "does not know these groups"},
    {CERTIFICATE "{not_after: 3000000d}}\n", 3, 50, "outside of the years 1 to 9999"},
    {CERTIFICATE "{key: p384, not_before: -800000d}}\n", 3, 62, "outside of the years 1 to 9999"},
    {CERTIFICATE "[trusted, {not_after: 3000000d}]}\n", 3, 60, "outside of the years 1 to 9999"},
    {CERTIFICATE "trusted}\nclock: 9999-12-31\n", 4, 8, "outside of the years 1 to 9999"},
    {SERVER "}\nclock: 0001-01-01\n", 4, 8, "outside of the years 1 to 9999"},
    {CERTIFICATE "{issuer: self, digest: md5}}\n", 3, 47, "no ECDSA signature with MD5"},
    {CERTIFICATE "{common_name: "
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}\n",
        3, 52, "longer than the 64 octets of a common name"},
    {CLIENT "login: {user: a, password: b, mechanisms: [PLAIN, SAML20]}}\n", 4, 60,
        "the client cannot log in by SAML20"},
    {CLIENT "login: {user: a, password: b, mechanisms: [SCRAM-SHA-512]}}\n", 4, 53,
        "the client cannot log in by SCRAM-SHA-512"},
    {CLIENT "verify: {trust: {file: no-such-file.pem}}}\n", 4, 33,
        "there is no file no-such-file.pem"},
    {CLIENT "host: \"\\u2615.test\"}\n", 4, 16, "is no host name: "},
    {CERTIFICATE "{names: [\"\\u2615.test\"]}}\n", 3, 47, "is no host name: "},
};

START_TEST(test_wrong_values)
{
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        size_t len = load(wrong[i].text);
        ck_assert_msg(diags.errors == 1 && len == 0, "%s%zu errors, %zu cases", wrong[i].text,
            diags.errors, len);
        const struct diag *found = &diags.items[0];
        ck_assert_msg(strstr(found->message, wrong[i].part) != NULL &&
                          found->mark.line == wrong[i].line &&
                          found->mark.column == wrong[i].column,
            "%s%u:%u %s", wrong[i].text, found->mark.line, found->mark.column, found->message);
        diag_list_done(&diags);
    }
}
END_TEST

START_TEST(test_right_values)
{
    static const char *const good[] = {
        SERVER "ciphers: [ECDHE-ECDSA-AES128-GCM-SHA256, TLS_AES_128_GCM_SHA256]}\n",
        CLIENT "ciphers: \"HIGH:!NOPE:-MD5:@STRENGTH\"}\n",
        CLIENT "ciphers: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256], groups: \"X25519:P-256\"}\n",
        CERTIFICATE "{not_after: 2000000d, not_before: -700000d}}\n",
        CERTIFICATE "{issuer: trusted, digest: md5, key: rsa2048}}\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        ck_assert_msg(load(good[i]) == 1 && diags.len == 0, "%s%s", good[i],
            diags.len == 0 ? "" : diags.items[0].message);
        diag_list_done(&diags);
    }
}
END_TEST

/* RFC 5890: what is looked up, sent and compared is ASCII. */
START_TEST(test_names_in_other_scripts)
{
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    const struct scenario_options options = {.checks = runner_checks()};
    diag_list_init(&diags);
    ck_assert_int_eq(
        scenario_load_text("test.yaml",
            SPAN_LITERAL(BEFORE
                "server: {host: \"m\\u00fcller.test\", tls: starttls, certificate: {names: "
                "[\"*.m\\u00fcller.test\"], for_sni: \"m\\u00fcller.test\"}}\n"
                "client: {host: \"M\\u00dcLLER.test\", verify: {name: \"\\u65e5\\u672c.jp\"}}\n"),
            &options, &diags, &suite, &fail),
        STATUS_OK);
    ck_assert_uint_eq(diags.len, 0);
    const struct plan_case *plan = &scenario_suite_plan(suite)->cases[0];
    ck_assert_str_eq(plan->server->host, "xn--mller-kva.test");
    ck_assert_str_eq(plan->server->certificates[0].names[0], "*.xn--mller-kva.test");
    ck_assert_str_eq(plan->server->certificates[0].for_sni, "xn--mller-kva.test");
    ck_assert_str_eq(plan->client.host, "xn--mller-kva.test");
    ck_assert_str_eq(plan->client.verify.name, "xn--wgv71a.jp");
    scenario_suite_free(suite);
    diag_list_done(&diags);
}
END_TEST

static bool has_nothing(unsigned needs)
{
    return needs == 0;
}

/* A case that this library cannot play is skipped, not wrong. */
START_TEST(test_what_will_be_skipped_is_not_judged)
{
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    struct scenario_checks checks = *runner_checks();
    const struct scenario_options options = {.checks = &checks};
    checks.has = has_nothing;
    diag_list_init(&diags);
    ck_assert_int_eq(scenario_load_text("test.yaml",
                         SPAN_LITERAL(CLIENT "groups: [NOPE]}\ncases:\n- {id: a, needs: "
                                             "[openssl-3.5]}\n- {id: b}\n"),
                         &options, &diags, &suite, &fail),
        STATUS_OK);
    ck_assert_uint_eq(diags.errors, 1); /* of b */
    ck_assert_uint_eq(scenario_suite_plan(suite)->len, 1);
    scenario_suite_free(suite);
    diag_list_done(&diags);
}
END_TEST

UNIT_MAIN(test_wrong_values, test_right_values, test_names_in_other_scripts,
    test_what_will_be_skipped_is_not_judged)
