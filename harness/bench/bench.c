/*
 * bench — what a session costs, as ratios from one process and one run.
 *
 * The yardstick is a bare TLS 1.3 handshake between two OpenSSL objects over memory, certificate
 * verified, nothing else. Variants are interleaved and the least CPU time of each is compared,
 * because a minimum is what the machine's noise cannot lower.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "harness/bench/aim.h"
#include "harness/bench/idle.h"
#include "harness/bench/pair.h"
#include "harness/bench/suite.h"
#include "harness/runner/session.h"
#include "harness/scenario/scenario.h"

#define BENCH_ROUNDS 60
#define BENCH_PER_ROUND 10 /* sessions in one sample: the clock's grain vanishes in it */

static const char bench_tls_scenario[] =
    "version: 1\n"
    "server:\n"
    "  host: mail.here.com\n"
    "  port: 587\n"
    "  tls: starttls\n"
    "  certificate: trusted\n"
    "  auth: {after_tls: [PLAIN], users: {joe: correct-horse}}\n"
    "client:\n"
    "  login: true\n"
    "  send: {from: joe@here.com, to: [jane@there.com], subject: Test message, body: Hello.}\n"
    "expect: {outcome: sent, tls.version: tls1.3, auth.succeeded: true}\n";

static const char bench_plain_scenario[] =
    "version: 1\n"
    "server: {host: mail.here.com, port: 25, tls: none}\n"
    "client: {send: {from: joe@here.com, to: [jane@there.com], subject: Test message, body: "
    "Hello.}}\n"
    "expect: {outcome: sent}\n";

static const char bench_idle_plain[] = "version: 1\n"
                                       "server: {host: mail.here.com, port: 25, tls: none}\n"
                                       "client: {}\n"
                                       "expect: {outcome: negotiated}\n";
static const char bench_idle_tls[] = "version: 1\n"
                                     "server: {host: mail.here.com, port: 465, tls: on-connect}\n"
                                     "client: {}\n"
                                     "expect: {outcome: negotiated}\n";

static void bench_die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static int64_t bench_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct bench_variant {
    const char *name;
    void (*run)(void *context);
    void *context;
    int64_t least_ns;
};

struct bench_session {
    struct worker *worker;
    struct scenario_suite *suite;
};

static void bench_session_run(void *context)
{
    struct bench_session *session = context;
    const struct plan_case *plan = &scenario_suite_plan(session->suite)->cases[0];
    struct secret_set *secrets = secret_set_new();
    if (plan->client.login.password != NULL) {
        secret_set_add(secrets, span_text(plan->client.login.password));
    }
    struct session_outcome outcome;
    struct fail fail = {0};
    if (session_run(session->worker, plan, true, 1, secrets, &outcome, &fail) != STATUS_OK) {
        bench_die("session", fail.text);
    }
    const char *ended = value_as_text(facts_value(outcome.facts, FACT_OUTCOME));
    if (ended == NULL || strcmp(ended, "sent") != 0) {
        bench_die("session", "the message was not sent");
    }
    secret_set_free(secrets);
    arena_reset(session->worker->arena);
}

static struct scenario_suite *bench_load(const char *name, const char *text)
{
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    diag_list_init(&diags);
    if (scenario_load_text(name, span_text(text), NULL, &diags, &suite, &fail) != STATUS_OK ||
        diags.errors > 0) {
        bench_die(name, diags.len > 0 ? diags.items[0].message : fail.text);
    }
    diag_list_done(&diags);
    return suite;
}

static void bench_measure(struct bench_variant *variants, size_t variants_len)
{
    for (size_t round = 0; round < BENCH_ROUNDS; round++) {
        for (size_t i = 0; i < variants_len; i++) {
            int64_t begin_ns = bench_cpu_ns();
            for (size_t n = 0; n < BENCH_PER_ROUND; n++) {
                variants[i].run(variants[i].context);
            }
            int64_t took_ns = (bench_cpu_ns() - begin_ns) / BENCH_PER_ROUND;
            if (round == 0 || took_ns < variants[i].least_ns) {
                variants[i].least_ns = took_ns;
            }
        }
    }
}

static void bench_pair_run(void *context)
{
    if (!pair_handshake(context)) {
        bench_die("pair", "the handshake failed");
    }
}

static bool bench_idle(void)
{
    struct scenario_suite *plain = bench_load("idle.yaml", bench_idle_plain);
    struct scenario_suite *tls = bench_load("idle-tls.yaml", bench_idle_tls);
    bool well = idle_bench("plain, KiB each", &scenario_suite_plan(plain)->cases[0], 4) &&
                idle_bench("TLS, KiB each", &scenario_suite_plan(tls)->cases[0], 24);
    scenario_suite_free(plain);
    scenario_suite_free(tls);
    return well;
}

int main(void)
{
    runner_init();
    struct runner_options options = {.seed = 1};
    static struct worker worker;
    struct fail fail = {0};
    if (worker_init(&worker, &options, &fail) != STATUS_OK) {
        bench_die("worker", fail.text);
    }
    struct bench_session tls = {&worker, bench_load("tls.yaml", bench_tls_scenario)};
    struct bench_session plain = {&worker, bench_load("plain.yaml", bench_plain_scenario)};
    struct pair *pair = pair_new(worker.certs);
    if (pair == NULL) {
        bench_die("pair", "cannot be made");
    }
    struct bench_variant variants[] = {
        {"bare handshake pair, verified", bench_pair_run, pair, 0},
        {"session: STARTTLS, TLS 1.3, AUTH, message, QUIT", bench_session_run, &tls, 0},
        {"session without TLS", bench_session_run, &plain, 0},
    };
    bench_measure(variants, ARRAY_LEN(variants));
    printf("least CPU of %d rounds, both sides in one process\n", BENCH_ROUNDS);
    for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
        printf("  %-50s %9.1f us   ratio %.3f\n", variants[i].name,
            (double)variants[i].least_ns / 1000,
            (double)variants[i].least_ns / (double)variants[0].least_ns);
    }
    aim_tell("ratio of the whole session to the bare pair",
        (double)variants[1].least_ns / (double)variants[0].least_ns, AIM_AT_MOST, 1.15);
    printf("least real time of several rounds\n");
    if (!suite_bench_run("scenarios") || !suite_bench_load()) {
        return EXIT_FAILURE;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    aim_tell("peak memory, MiB", (double)usage.ru_maxrss / 1024, AIM_AT_MOST, 64);
    if (!bench_idle()) {
        return EXIT_FAILURE;
    }
    aim_count();
    pair_free(pair);
    scenario_suite_free(tls.suite);
    scenario_suite_free(plain.suite);
    worker_done(&worker);
    return EXIT_SUCCESS;
}
