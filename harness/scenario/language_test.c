/*
 * The language page's examples as text: each loads without a message, or says that it is not yet
 * acted on.
 */
#include <stdio.h>

#include "harness/evidence/fact.h"
#include "harness/scenario/testing.h"

#define BEFORE                                                                            \
    "version: 1\nserver:\n  host: mail.here.com\n  port: 587\n  tls: starttls\n  auth: {" \
    "after_tls: [PLAIN], users: {joe: correct-horse}}\n"
#define EXPECT "expect: {outcome: sent}\n"

static const struct {
    const char *text;
    const char *ids; /* joined by blanks */
} examples[] = {
    {TESTING_WHOLE, "page"},
    {BEFORE EXPECT "cases:\n"
                   "- id: login\n"
                   "  matrix: {tls: [1.3], mech: [PLAIN]}\n"
                   "  client: {login: {user: joe, password: correct-horse, mechanisms: [\"${{ "
                   "matrix.mech }}\"]}, ssl_protocol: \"tls${{ matrix.tls }}\"}\n",
        "page#login[tls=1.3,mech=PLAIN]"},
    {BEFORE EXPECT "client: {login: true, send: true}\nseverity: serious\nseed: 7\n", "page"},
    {"version: 1\nvars: {host: mx.test}\nserver: {host: \"${{ vars.host }}\"}\n" EXPECT, "page"},
    {BEFORE EXPECT "matrix: {n: {from: 1, to: 3}, exclude: [{n: 2}], include: [{n: 9}]}\n",
        "page[n=1] page[n=3] page[n=9]"},
    {BEFORE EXPECT "skip: {reason: later}\n", "page"},
    {BEFORE EXPECT "known_fail: {reason: later, until: 2027-01-31}\n", "page"},
    {BEFORE EXPECT "needs: [ipv6]\n", "page"},
    {BEFORE EXPECT "retry: {count: 2, delay: 1s}\ntimeout: 5m\n", "page"},
    {BEFORE EXPECT "clock: 2026-01-01T00:00:00Z\n", "page"},
    {BEFORE EXPECT "world: any\n", "page"},
    {BEFORE EXPECT "world: {simulated: a reason}\n", "page"},
    {BEFORE EXPECT "client: {send: {size: 10MiB}, time_limits: {connect: 500ms, greeting: 10s, "
                   "body: 5m, message: 14d}}\n",
        "page"},
    {BEFORE "  greeting: hello\n  hello: helo-only\n" EXPECT, "page"},
    {BEFORE "  capabilities: {before_tls: [SIZE], after_tls: [PIPELINING], after_auth: []}\n"
            "  capabilities_exact: true\n" EXPECT,
        "page"},
    {"version: 1\nserver: {tls: starttls, auth: {style: [standard, equals], require: true, "
     "after_tls: [LOGIN], users: {joe: correct-horse}}}\n" EXPECT,
        "page"},
    {BEFORE "  certificate: {issuer: untrusted, names: [a.test, \"ip:127.0.0.1\"], common_name: "
            "a.test, key: p384, digest: sha1, not_before: -1d, not_after: -1h, for_sni: a.test, "
            "chain: missing-intermediate}\n" EXPECT,
        "page"},
    {BEFORE "  certificate: [trusted, {issuer: untrusted, for_sni: b.test, chain: reversed}]\n"
            "  protocols: [tls1.2, tls1.3]\n" EXPECT,
        "page"},
    {BEFORE "  network: {connect: accepted, latency: 5ms, jitter: 1ms, bandwidth: 10KiB, segment: "
            "random, gap: 1ms, split_at: [3, 5], record: 512, cut: {from: server, after: 120, "
            "how: reset}}\n" EXPECT,
        "page"},
    {BEFORE "  script:\n  - {on: MAIL, reply: \"451 later\"}\n" EXPECT, "page"},
    {BEFORE "  script:\n"
            "  - {on: STARTTLS, do: [{inject: \"250-x\\r\\n\"}, normal]}  # a forged reply\n"
            "  - {on: auth-response, nth: 2, do: [{edit: {find: \"v=.*\", put: v=AA, inside: "
            "base64}}, normal]}\n"
            "  - {on: body, after: 4096, do: [{reply: \"552 too big\"}, {close: fin}]}\n" EXPECT,
        "page"},
    {BEFORE "  script:\n"
            "  - {on: [connect, client-hello, handshake, greeting], connection: 2, do: [normal]}\n"
            "  - {on: idle, after: 5m, reply: \"421 bye\"}\n"
            "  - {on: [any, unknown, message], nth: 2.., tls: true, match: \"^x\", do: [normal]}\n"
            "  - {on: RCPT, nth: [1, 3], do: [{reply: [\"250 a\", b]}, {send: {hex: e91b}}, "
            "{send: {text: A, times: 70000}}, {challenge: [a, {hex: 00}]}, {below_tls: x}, {delay: "
            "30s}, flush, {set: {hello: true, logged_in: false, transaction: true}}, hang]}\n"
            "  - {on: NOOP, do: [{truncate: 3}, {corrupt: {at: 1}}, {drip: {every: 1s, bytes: 1}}, "
            "normal, start_tls, {alert: handshake_failure}, stop_reading, {close: "
            "without-close-notify}]}\n" EXPECT,
        "page"},
    {BEFORE "client:\n  steps: [connect, hello, {starttls: true, if: {starttls.offered: true}}, "
            "handshake, hello, mail, rcpt, data, noop, rset, {command: \"VRFY x\"}, {raw: "
            "\"x\\r\\n\"}, {below_tls: {hex: 15}}, read, {wait: 2s}, {silence: 2s}, quit, "
            "disconnect, {close: reset}]\n  send: true\n" EXPECT,
        "page"},
    {"version: 1\nclient: {host: a.test, connect_to: \"127.0.0.1:2465\"}\n" EXPECT, "page"},
    {BEFORE "client: {host: a.test, port: auto, ssl_protocol: "
            "tls1..tls1.2, ciphers: [ECDHE-RSA-AES128-SHA], groups: [X25519], sni: \"\", hello: "
            "auto, hello_name: c.test, verify: {only: [expired], on_problem: continue, trust: "
            "scenario, name: b.test, level: 0}}\n" EXPECT,
        "page"},
    {BEFORE "client: {login: {user: joe, password: correct-horse, mechanisms: auto, authorize_as: "
            "x, initial_response: true, required: false, in_clear: never, on_failure: next, "
            "order: simple, try_unlisted: true}}\n" EXPECT,
        "page"},
    {BEFORE "expect:\n  server.saw.commands: {contains: [EHLO], in_order: [EHLO, QUIT], count: "
            "{at_least: 2}, each: {not: VRFY}, any: MAIL}\n  outcome: {one_of: [sent, refused]}\n"
            "  reply.code: 2xx\n  reply.enhanced: 5.7.x\n  certificate.not_after: {at_most: "
            "+14d}\n  message.size: {at_most: 10MiB}\n  timing.total: {at_most: 5m}\n"
            "  greeting.text: {matches: \"^mail\"}\n  tls.alpn: {absent: true}\n"
            "  connections.2.reply.code: 250\n",
        "page"},
    {BEFORE EXPECT "x-anything: {at: [all]}\nx-more: &a {b: c}\n", "page"},
};

START_TEST(test_examples_load)
{
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        struct diag_list diags;
        struct scenario_suite *suite = NULL;
        struct fail fail = {0};
        struct buf ids;
        diag_list_init(&diags);
        buf_init(&ids, 65536);
        ck_assert_int_eq(scenario_load_text(
                             "page.yaml", span_text(examples[i].text), NULL, &diags, &suite, &fail),
            STATUS_OK);
        ck_assert_msg(diags.len == 0, "%s\n%u:%u %s", examples[i].text,
            diags.len == 0 ? 0 : diags.items[0].mark.line,
            diags.len == 0 ? 0 : diags.items[0].mark.column,
            diags.len == 0 ? "" : diags.items[0].message);
        const struct plan_suite *plan = scenario_suite_plan(suite);
        for (size_t j = 0; j < plan->len; j++) {
            buf_printf(&ids, "%s%s", j == 0 ? "" : " ", plan->cases[j].id);
        }
        ck_assert_str_eq(buf_text(&ids), examples[i].ids);
        buf_done(&ids);
        scenario_suite_free(suite);
        diag_list_done(&diags);
    }
}
END_TEST

/* Part of the page, and never passed over in silence. */
START_TEST(test_what_is_not_acted_on_says_so)
{
    size_t len;
    const struct scenario_key_row *rows = scenario_keys(&len);
    bool dns = false, program = false;
    for (size_t i = 0; i < len; i++) {
        struct buf text;
        if (!rows[i].not_yet ||
            (strcmp(rows[i].section, "case") != 0 && strcmp(rows[i].section, "server") != 0 &&
                strcmp(rows[i].section, "client") != 0)) {
            continue;
        }
        buf_init(&text, 4096);
        if (strcmp(rows[i].section, "case") == 0) {
            buf_printf(&text, "version: 1\nserver: {}\n" EXPECT "%s: {a: b}\n", rows[i].name);
        } else {
            buf_printf(&text, "version: 1\n%s" EXPECT "%s: {%s: x}\n",
                strcmp(rows[i].section, "server") == 0 ? "" : "server: {}\n", rows[i].section,
                rows[i].name);
        }
        struct testing testing = testing_load(buf_text(&text));
        ck_assert_msg(testing.diags.errors == 1 &&
                          strstr(buf_text(&testing.shown), "cannot act on it yet") != NULL,
            "%s%s", buf_text(&text), buf_text(&testing.shown));
        ck_assert_uint_eq(scenario_suite_plan(testing.suite)->len, 0);
        dns = dns || strcmp(rows[i].name, "dns") == 0;
        program = program || strcmp(rows[i].name, "program") == 0;
        testing_done(&testing);
        buf_done(&text);
    }
    ck_assert(dns && program);
}
END_TEST

START_TEST(test_words_of_needs_are_those_of_the_table)
{
    struct buf words;
    buf_init(&words, 4096);
    for (size_t i = 0; i < PLAN_NEED_COUNT; i++) {
        buf_printf(&words, "%s%s", i == 0 ? "" : "|", plan_need_row(i)->name);
    }
    ck_assert_str_eq(buf_text(&words), PLAN_NEED_WORDS);
    buf_done(&words);
}
END_TEST

/* One value of each type that has an order; of a list of such, of an item. */
static const char *ordered_value(enum fact_type type)
{
    static const char *const values[] = {
        [FACT_TYPE_INTEGER] = "3",
        [FACT_TYPE_VERSION] = "tls1.2",
        [FACT_TYPE_CODE] = "250",
        [FACT_TYPE_ENHANCED] = "5.7.1",
        [FACT_TYPE_DATE] = "+14d",
        [FACT_TYPE_DURATION] = "330ms",
        [FACT_TYPE_SIZE] = "2KiB",
        [FACT_TYPE_VERSIONS] = "tls1.2",
        [FACT_TYPE_CODES] = "250",
        [FACT_TYPE_SIZES] = "2KiB",
    };
    return values[type];
}

/* The name of the fact, with something in place of its placeholder. */
static void fact_name(enum fact fact, char *out, size_t size)
{
    const char *name = fact_row(fact)->name, *open = strchr(name, '<');
    if (open == NULL) {
        snprintf(out, size, "%s", name);
    } else {
        snprintf(out, size, "%.*s%s%s", (int)(open - name), name,
            strncmp(open, "<stage>", 7) == 0 ? "mail" : "size", strchr(open, '>') + 1);
    }
}

/* A text that expects `pattern` of the fact, with the value wherever a # stands. */
static void check_compares(enum fact fact, const char *pattern, const char *value)
{
    char name[100];
    struct buf text;
    buf_init(&text, 1024);
    fact_name(fact, name, sizeof name);
    buf_printf(&text, "version: 1\nserver: {}\nexpect: {%s: ", name);
    for (const char *at = pattern; *at != 0; at++) {
        buf_printf(&text, "%.*s", *at == '#' ? (int)strlen(value) : 1, *at == '#' ? value : at);
    }
    buf_append_text(&text, "}\n");
    struct testing testing = testing_load_good(buf_text(&text));
    ck_assert_uint_eq(testing_case(&testing, 0)->expectations_len, 1);
    testing_done(&testing);
    buf_done(&text);
}

START_TEST(test_what_has_an_order_compares)
{
    static const char *const scalars[] = {"#", "{at_least: #}", "{at_most: #}", "{one_of: [#, #]}",
        "{not: #}", "{not: {at_most: #}}", NULL};
    static const char *const lists[] = {"[#]", "{each: #}", "{any: {at_least: #}}",
        "{each: {at_most: #}}", "{contains: [{at_least: #}]}", "{each: {one_of: [#, #]}}",
        "{any: {not: #}}", NULL};
    size_t tried = 0;
    for (int i = 0; i < FACT_COUNT; i++) {
        enum fact_type type = fact_row((enum fact)i)->type;
        const char *value = ordered_value(type);
        const char *const *patterns = type >= FACT_TYPE_LIST ? lists : scalars;
        for (size_t j = 0; value != NULL && patterns[j] != NULL; j++, tried++) {
            check_compares((enum fact)i, patterns[j], value);
        }
    }
    ck_assert_uint_gt(tried, 100);
}
END_TEST

UNIT_MAIN(test_examples_load, test_what_is_not_acted_on_says_so,
    test_words_of_needs_are_those_of_the_table, test_what_has_an_order_compares)
