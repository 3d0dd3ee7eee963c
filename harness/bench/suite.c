#include "harness/bench/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "harness/bench/aim.h"
#include "harness/runner/check.h"
#include "harness/runner/runner.h"
#include "harness/scenario/scenario.h"

#define SUITE_ROUNDS 5
#define SUITE_FILES 1000

static const char suite_file[] =
    "version: 1\n"
    "name: AUTH appears only after STARTTLS\n"
    "requirement: A client reads the capabilities again after STARTTLS.\n"
    "spec: [rfc3207#4.2, rfc4954#4]\n"
    "tags: [starttls, auth]\n"
    "server:\n"
    "  host: mail.here.com\n"
    "  port: 587\n"
    "  tls: starttls\n"
    "  auth: {before_tls: [], after_tls: [PLAIN, LOGIN], users: {joe: correct-horse}}\n"
    "  certificate: self-signed\n"
    "  script: [{on: EHLO, tls: true, match: \"^EHLO\", do: [normal]}]\n"
    "client:\n"
    "  login: {user: joe, password: correct-horse}\n"
    "  send: {from: joe@here.com, to: [jane@there.com], subject: Test message, body: Hello.}\n"
    "  verify: {except: [untrusted-root]}\n"
    "expect:\n"
    "  outcome: sent\n"
    "  starttls: {offered: true, used: true}\n"
    "  tls.version: {at_least: tls1.2}\n"
    "  certificate.flags: [untrusted-root]\n"
    "  server.saw.password_in_clear: false\n";

static double suite_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct scenario_suite *suite_load_folder(const char *folder)
{
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    diag_list_init(&diags);
    const struct scenario_options options = {.checks = runner_checks()};
    enum status status = scenario_load(&folder, 1, &options, &diags, &suite, &fail);
    if (status != STATUS_OK || diags.errors > 0) {
        fprintf(
            stderr, "bench: %s: %s\n", folder, diags.len > 0 ? diags.items[0].message : fail.text);
        scenario_suite_free(suite);
        suite = NULL;
    }
    diag_list_done(&diags);
    return suite;
}

int suite_bench_run(const char *folder)
{
    struct scenario_suite *suite = suite_load_folder(folder);
    double least_s = 0;
    if (suite == NULL) {
        return 0;
    }
    size_t cases = scenario_suite_plan(suite)->len;
    for (int round = 0; round < SUITE_ROUNDS; round++) {
        struct runner *runner = NULL;
        struct run_result result;
        struct fail fail = {0};
        double begin_s = suite_now_s();
        if (runner_run(scenario_suite_plan(suite),
                &(struct runner_options){.jobs = 2, .seed = 1, .forget = true}, &runner, &result,
                &fail) != STATUS_OK) {
            fprintf(stderr, "bench: %s\n", fail.text);
            runner_free(runner);
            scenario_suite_free(suite);
            return 0;
        }
        double took_s = suite_now_s() - begin_s;
        runner_free(runner);
        if (run_counts_exit_code(&result.counts) != 0) {
            fprintf(stderr, "bench: %s: not all of it passes\n", folder);
            scenario_suite_free(suite);
            return 0;
        }
        least_s = round == 0 || took_s < least_s ? took_s : least_s;
    }
    printf("  %-50s %9.3f\n", "shipped suite on two workers, s", least_s);
    aim_tell("cases of it a second", (double)cases / least_s, AIM_AT_LEAST, 1000);
    scenario_suite_free(suite);
    return 1;
}

int suite_bench_load(void)
{
    char folder[] = "/tmp/smtpvet-bench-XXXXXX", path[64];
    double least_s = 0;
    if (mkdtemp(folder) == NULL) {
        fprintf(stderr, "bench: no temporary folder\n");
        return 0;
    }
    for (int i = 0; i < SUITE_FILES; i++) {
        snprintf(path, sizeof path, "%s/%04d.yaml", folder, i);
        FILE *file = fopen(path, "w");
        if (file == NULL || fputs(suite_file, file) < 0 || fclose(file) != 0) {
            fprintf(stderr, "bench: %s cannot be written\n", path);
            return 0;
        }
    }
    for (int round = 0; round < SUITE_ROUNDS; round++) {
        double begin_s = suite_now_s();
        struct scenario_suite *suite = suite_load_folder(folder);
        double took_s = suite_now_s() - begin_s;
        if (suite == NULL || scenario_suite_plan(suite)->len != SUITE_FILES) {
            return 0;
        }
        scenario_suite_free(suite);
        least_s = round == 0 || took_s < least_s ? took_s : least_s;
    }
    for (int i = 0; i < SUITE_FILES; i++) {
        snprintf(path, sizeof path, "%s/%04d.yaml", folder, i);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    aim_tell("loading and validating a thousand files, s", least_s, AIM_AT_MOST, 0.5);
    return 1;
}
