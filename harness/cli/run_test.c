#include "harness/cli/run.h"

#include <stdio.h>
#include <unistd.h>

#include "harness/tests/unit.h"

static const char *missing[] = {"no/such/place.yaml"};

static struct options options_of(const char *first, const char *second)
{
    return (struct options){.command = OPTIONS_COMMAND_RUN,
        .reports = {first, second},
        .reports_len = 2,
        .paths = missing,
        .paths_len = 1,
        .seed = 1,
        .time_scale = 1,
        .repeat = 1};
}

/* Refused before anything is loaded: that would be another exit code. */
static void check_refused(const char *first, const char *second, const char *says)
{
    struct fail fail = {0};
    struct options options = options_of(first, second);
    ck_assert_int_eq(run_command_run(&options, &fail), CLI_EXIT_USAGE);
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    ck_assert_msg(strstr(fail.text, says) != NULL, "%s", fail.text);
}

START_TEST(test_two_reports_have_two_places)
{
    check_refused("junit:a", "json:a",
        "--report junit:a and --report json:a both write to a; give one of them another FILE");
    check_refused("text", "json:-",
        "--report text and --report json:- both write to standard output; give one of them");
    struct fail fail = {0};
    struct options options = options_of("text", "json:a");
    ck_assert_int_eq(run_command_run(&options, &fail), CLI_EXIT_REACH);
    options = options_of("text:a", "json:b");
    ck_assert_int_eq(run_command_run(&options, &fail), CLI_EXIT_REACH);
}
END_TEST

#define SCENARIO(id) "  - {id: " id "}\n"
#define HEAD                                                 \
    "version: 1\nname: n\nrequirement: r\nspec: [rfc5321]\n" \
    "server: {host: mail.here.com, port: 25, tls: none}\n"   \
    "client: {send: true}\nexpect: {outcome: sent}\ncases:\n"

static void check_says(const char *scenario, const char *text)
{
    char path[] = "/tmp/smtpvet-run-XXXXXX.yaml", said[256] = {0};
    const char *paths[] = {path};
    struct fail fail = {0};
    struct options options = {.command = OPTIONS_COMMAND_CHECK, .paths = paths, .paths_len = 1};
    int file = mkstemps(path, 5), err_was = dup(STDERR_FILENO);
    size_t len = strlen(scenario);
    FILE *err = tmpfile();
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, scenario, len), (ssize_t)len);
    close(file);
    dup2(fileno(err), STDERR_FILENO);
    int code = run_command_check(&options, &fail);
    fflush(stderr);
    ck_assert_int_ge(pread(fileno(err), said, sizeof said - 1, 0), 0);
    dup2(err_was, STDERR_FILENO);
    close(err_was);
    fclose(err);
    unlink(path);
    ck_assert_int_eq(code, CLI_EXIT_OK);
    ck_assert_str_eq(said, text);
}

START_TEST(test_check_counts)
{
    check_says(HEAD SCENARIO("a"), "1 case, no mistakes\n");
    check_says(HEAD SCENARIO("a") SCENARIO("b"), "2 cases, no mistakes\n");
}
END_TEST

UNIT_MAIN(test_two_reports_have_two_places, test_check_counts)
