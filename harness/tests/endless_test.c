/*
 * Nothing runs for ever. Peers and steps that come to no end by themselves, although no limit of a
 * stage is passed: the `timeout` of the case, or a count of ours, ends each of them, in both worlds
 * by the same. The time that Check gives to a test is the proof.
 */
#define UNIT_TIMEOUT_S 120 /* of real TCP, an octet in each write, under a sanitizer */

#include "harness/base/units.h"
#include "harness/tests/suite.h"

#define TIME_SCALE 1000 /* an hour in 3.6 seconds */

#define SERVER \
    "version: 1\nexpect: {outcome: sent}\nserver:\n  {host: a.test, port: 25, tls: none, "
#define CLIENT "}\nclient:\n  {ssl_mode: none, "
#define SEND "send: {from: joe@here.com, to: [jane@there.com], subject: T, size: 1MiB}"
#define TOOK "the case took longer than its `timeout`"
#define SERVER_LIVELOCK \
    "a livelock: the server sent more than 300000 segments, and no time limit was reached"

static void ends(const char *text, const char *message)
{
    struct scenario_suite *suite = suite_load_text(text);
    const struct runner_options worlds[] = {
        {.seed = 1}, {.seed = 1, .wire = true, .time_scale = TIME_SCALE}};
    for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
        struct run_result result;
        struct runner *runner = suite_run(suite, &worlds[i], &result);
        const struct case_result *one = &result.cases[0];
        ck_assert_msg(one->verdict == VERDICT_ERROR, "%s: %s", text, verdict_name(one->verdict));
        ck_assert_str_eq(one->message, message);
        runner_free(runner);
    }
    scenario_suite_free(suite);
}

START_TEST(test_each_block_of_the_message_is_taken_in_time)
{
    ends(SERVER "network: {bandwidth: 100}" CLIENT SEND "}\ntimeout: 10m\n", TOOK);
}
END_TEST

START_TEST(test_each_recipient_is_answered_in_time)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    buf_append_text(&text, SERVER "script: [{on: RCPT, do: [{delay: 4m}, normal]}]" CLIENT
                                  "send: {from: joe@here.com, subject: T, body: x, to: [");
    for (unsigned i = 0; i < 1000; i++) {
        buf_printf(&text, "%sjane%u@there.com", i == 0 ? "" : ", ", i);
    }
    buf_append_text(&text, "]}}\ntimeout: 15m\n");
    ends(buf_text(&text), TOOK);
    buf_done(&text);
}
END_TEST

START_TEST(test_waits_that_outlast_the_case)
{
    ends(SERVER "greeting: x" CLIENT
                "steps: [connect, hello, {wait: 4m}, {wait: 4m}, quit]}\ntimeout: 5m\n",
        TOOK);
    ends(SERVER "greeting: x" CLIENT
                "steps: [connect, {silence: 4m}, {silence: 4m}, quit]}\ntimeout: 5m\n",
        TOOK);
}
END_TEST

/* Each attempt ends by a stage's limit, after five minutes. */
START_TEST(test_attempts_share_the_time)
{
    ends(SERVER "script: [{on: MAIL, do: [hang]}]" CLIENT SEND
                "}\nretry: {count: 100, delay: 1s}\ntimeout: 12m\n",
        TOOK "; attempts 1 to 2: fail (outcome: wanted sent, found timed-out)");
}
END_TEST

/* An octet every microsecond: there are very many of them before a `timeout` of an hour. */
START_TEST(test_octets_without_number)
{
    static const char *const steps[] = {"{silence: 59m}, quit", "disconnect"};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct buf text;
        buf_init(&text, 4096);
        buf_printf(&text,
            SERVER "script: [{on: EHLO, do: [normal, {delay: 1s}, {drip: {every: 1us, bytes: 1}}, "
                   "{send: {text: \"x\", times: 1000000}}]}]" CLIENT
                   "steps: [connect, hello, %s]}\n",
            steps[i]);
        ends(buf_text(&text), SERVER_LIVELOCK);
        buf_done(&text);
    }
}
END_TEST

/* Pieces that the network makes are counted too. */
START_TEST(test_pieces_without_number)
{
    struct scenario_suite *suite = suite_load_text(
        SERVER "capabilities: [8BITMIME], network: {segment: 1, gap: 1us}" CLIENT
               "send: {from: joe@here.com, to: [jane@there.com], subject: T, size: 20MiB}}\n");
    struct run_result result;
    struct runner *runner = suite_run(suite, &(struct runner_options){.seed = 1}, &result);
    ck_assert_int_eq(result.cases[0].verdict, VERDICT_ERROR);
    ck_assert_str_eq(result.cases[0].message, "more than 12000000 events: nothing ends this");
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

UNIT_MAIN(test_each_block_of_the_message_is_taken_in_time, test_each_recipient_is_answered_in_time,
    test_waits_that_outlast_the_case, test_attempts_share_the_time, test_octets_without_number,
    test_pieces_without_number)
