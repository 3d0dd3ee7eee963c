/*
 * What rules, actions and bytes mean as plan values.
 */
#include <stdio.h>

#include "harness/scenario/testing.h"

#define S INT64_C(1000000)

static struct testing load_rule(const char *rule)
{
    char text[1024];
    snprintf(text, sizeof text, "version: 1\nexpect: {outcome: sent}\nserver:\n  script:\n  - %s\n",
        rule);
    return testing_load_good(text);
}

static const struct plan_rule *rule_of(const struct testing *testing)
{
    return &testing_case(testing, 0)->server->script[0];
}

START_TEST(test_the_examples_of_rules)
{
    struct testing testing = load_rule("{on: STARTTLS, do: [{inject: \"250-x\\r\\n\"}, normal]}");
    const struct plan_rule *rule = rule_of(&testing);
    ck_assert_uint_eq(rule->mark.line, 5);
    ck_assert_uint_eq(rule->mark.column, 5);
    ck_assert_uint_eq(rule->on_len, 1);
    ck_assert_int_eq(rule->on[0].moment, PLAN_MOMENT_COMMAND);
    ck_assert_str_eq(rule->on[0].verb, "STARTTLS");
    ck_assert_int_eq(rule->tls, -1);
    ck_assert_uint_eq(rule->actions_len, 2);
    ck_assert_int_eq(rule->actions[0].kind, PLAN_ACTION_INJECT);
    testing_check_span(rule->actions[0].bytes, SPAN_LITERAL("250-x\r\n"));
    ck_assert_int_eq(rule->actions[1].kind, PLAN_ACTION_NORMAL);
    testing_done(&testing);
    testing = load_rule("{on: auth-response, nth: 2, do: [{edit: {find: \"v=.*\", put: v=AA, "
                        "inside: base64}}, normal]}");
    rule = rule_of(&testing);
    ck_assert_int_eq(rule->on[0].moment, PLAN_MOMENT_AUTH_RESPONSE);
    ck_assert_uint_eq(rule->nth_len, 1);
    ck_assert(rule->nth[0].first == 2 && rule->nth[0].last == 2);
    ck_assert_int_eq(rule->actions[0].kind, PLAN_ACTION_EDIT);
    ck_assert_str_eq(rule->actions[0].find, "v=.*");
    testing_check_span(rule->actions[0].put, SPAN_LITERAL("v=AA"));
    ck_assert(rule->actions[0].inside_base64);
    testing_done(&testing);
    testing = load_rule("{on: body, after: 4096, do: [{reply: \"552 too big\"}, {close: fin}]}");
    rule = rule_of(&testing);
    ck_assert_int_eq(rule->on[0].moment, PLAN_MOMENT_BODY);
    ck_assert_int_eq(rule->body_after, 4096);
    testing_check_texts(&rule->actions[0].lines, "552 too big");
    ck_assert_int_eq(rule->actions[1].kind, PLAN_ACTION_CLOSE);
    ck_assert_int_eq(rule->actions[1].close, PLAN_CLOSE_FIN);
    testing_done(&testing);
    testing = load_rule("{on: MAIL, reply: \"451 later\"}");
    testing_check_texts(&rule_of(&testing)->actions[0].lines, "451 later");
    testing_done(&testing);
}
END_TEST

START_TEST(test_moments_and_narrowings)
{
    struct testing testing = load_rule(
        "{on: [connect, client-hello, handshake, greeting, RCPT, auth-response, message, any, "
        "unknown, idle], after: 5m, nth: [1, 3, 5..7, 9..], connection: 2, tls: true, match: "
        "\"^rcpt\", do: [hang]}");
    const struct plan_rule *rule = rule_of(&testing);
    static const enum plan_moment moments[] = {PLAN_MOMENT_CONNECT, PLAN_MOMENT_CLIENT_HELLO,
        PLAN_MOMENT_HANDSHAKE, PLAN_MOMENT_GREETING, PLAN_MOMENT_COMMAND, PLAN_MOMENT_AUTH_RESPONSE,
        PLAN_MOMENT_MESSAGE, PLAN_MOMENT_ANY, PLAN_MOMENT_UNKNOWN, PLAN_MOMENT_IDLE};
    ck_assert_uint_eq(rule->on_len, ARRAY_LEN(moments));
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        ck_assert_int_eq(rule->on[i].moment, moments[i]);
    }
    ck_assert_int_eq(rule->idle_us, 300 * S);
    static const struct plan_range ranges[] = {{1, 1}, {3, 3}, {5, 7}, {9, 0}};
    ck_assert_uint_eq(rule->nth_len, ARRAY_LEN(ranges));
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        ck_assert_uint_eq(rule->nth[i].first, ranges[i].first);
        ck_assert_uint_eq(rule->nth[i].last, ranges[i].last);
    }
    ck_assert_uint_eq(rule->connection, 2);
    ck_assert_int_eq(rule->tls, 1);
    ck_assert_str_eq(rule->match, "^rcpt");
    testing_done(&testing);
    testing = load_rule("{on: X-OWN9, nth: 2.., tls: false, do: []}"); /* says nothing at all */
    rule = rule_of(&testing);
    ck_assert_str_eq(rule->on[0].verb, "X-OWN9");
    ck_assert(rule->nth[0].first == 2 && rule->nth[0].last == 0);
    ck_assert_int_eq(rule->tls, 0);
    ck_assert_uint_eq(rule->actions_len, 0);
    testing_done(&testing);
}
END_TEST

START_TEST(test_actions)
{
    struct testing testing = load_rule(
        "{on: EHLO, do: [{reply: [250 a, b c, 250-d]}, {send: \"x\\r\\n\"}, {challenge: {hex: "
        "\"00 ff\"}}, {below_tls: y}, {delay: 30s}, flush, start_tls, {alert: handshake_failure}, "
        "{alert: 200}, stop_reading, {close: without-close-notify}, {close: reset}, {set: {hello: "
        "true, logged_in: false}}, {truncate: 3}, {corrupt: {at: 4}}, {drip: {every: 1s}}, "
        "{drip: {every: 1m, bytes: 7}}, normal]}");
    const struct plan_action *actions = rule_of(&testing)->actions;
    static const enum plan_action_kind kinds[] = {PLAN_ACTION_REPLY, PLAN_ACTION_SEND,
        PLAN_ACTION_CHALLENGE, PLAN_ACTION_BELOW_TLS, PLAN_ACTION_DELAY, PLAN_ACTION_FLUSH,
        PLAN_ACTION_START_TLS, PLAN_ACTION_ALERT, PLAN_ACTION_ALERT, PLAN_ACTION_STOP_READING,
        PLAN_ACTION_CLOSE, PLAN_ACTION_CLOSE, PLAN_ACTION_SET, PLAN_ACTION_TRUNCATE,
        PLAN_ACTION_CORRUPT, PLAN_ACTION_DRIP, PLAN_ACTION_DRIP, PLAN_ACTION_NORMAL};
    ck_assert_uint_eq(rule_of(&testing)->actions_len, ARRAY_LEN(kinds));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        ck_assert_int_eq(actions[i].kind, kinds[i]);
    }
    testing_check_texts(&actions[0].lines, "250 a|b c|250-d");
    testing_check_span(actions[1].bytes, SPAN_LITERAL("x\r\n"));
    testing_check_span(actions[2].bytes, SPAN_LITERAL("\0\xff"));
    ck_assert_int_eq(actions[4].duration_us, 30 * S);
    ck_assert_int_eq(actions[7].number, 40);
    ck_assert_int_eq(actions[8].number, 200);
    ck_assert_int_eq(actions[10].close, PLAN_CLOSE_WITHOUT_CLOSE_NOTIFY);
    ck_assert_int_eq(actions[11].close, PLAN_CLOSE_RESET);
    ck_assert_int_eq(actions[12].set_hello, PLAN_SET_TRUE);
    ck_assert_int_eq(actions[12].set_logged_in, PLAN_SET_FALSE);
    ck_assert_int_eq(actions[12].set_transaction, PLAN_SET_KEEP);
    ck_assert_int_eq(actions[13].number, 3);
    ck_assert_int_eq(actions[14].number, 4);
    ck_assert(actions[15].duration_us == S && actions[15].number == 1);
    ck_assert(actions[16].duration_us == 60 * S && actions[16].number == 7);
    testing_done(&testing);
}
END_TEST

START_TEST(test_bytes)
{
    static const struct {
        const char *yaml;
        struct span bytes;
    } rows[] = {
        {"text", {(const uint8_t *)"text", 4}},
        {"\"\"", {(const uint8_t *)"", 0}},
        {"{hex: e91b}", {(const uint8_t *)"\xe9\x1b", 2}},
        {"{hex: 0010}", {(const uint8_t *)"\0\x10", 2}},
        {"{hex: \"E9 1B\", times: 2}", {(const uint8_t *)"\xe9\x1b\xe9\x1b", 4}},
        {"{text: ab, times: 3}", {(const uint8_t *)"ababab", 6}},
        {"{text: ab, times: 0}", {(const uint8_t *)"", 0}},
        {"[a, {hex: 00}, {text: [b, c], times: 2}, \"\\r\\n\", 250]",
            {(const uint8_t *)"a\0bcbc\r\n250", 11}},
        {"\"\\0\"", {(const uint8_t *)"\0", 1}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char rule[256];
        snprintf(rule, sizeof rule, "{on: EHLO, send: %s}", rows[i].yaml);
        struct testing testing = load_rule(rule);
        testing_check_span(rule_of(&testing)->actions[0].bytes, rows[i].bytes);
        testing_done(&testing);
    }
    struct testing testing = load_rule("{on: EHLO, send: {text: A, times: 10485760}}");
    ck_assert_uint_eq(rule_of(&testing)->actions[0].bytes.len, 10485760);
    testing_done(&testing);
}
END_TEST

UNIT_MAIN(test_the_examples_of_rules, test_moments_and_narrowings, test_actions, test_bytes)
