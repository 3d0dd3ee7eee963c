/*
 * The program as its users meet it: what stands on standard output and standard error, which exit
 * code it has, which files it leaves. In this process, with both outputs going to files.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/cli/cli.h"
#include "harness/tests/unit.h"

#define PASSES                                               \
    "version: 1\nname: n\nrequirement: r\nspec: [rfc5321]\n" \
    "server: {host: mail.here.com, port: 25, tls: none}\n"   \
    "client: {send: true}\nexpect: {outcome: sent}\n"
#define FAILS                                                               \
    "version: 1\nname: n\nrequirement: Mail is refused.\nspec: [rfc5321]\n" \
    "server: {host: mail.here.com, port: 25, tls: none}\n"                  \
    "client: {send: true}\nexpect: {outcome: refused}\n"
/* A fake server that a client is not sent to: nobody listens there. */
#define NOWHERE                                                                          \
    "version: 1\nname: n\nrequirement: r\nspec: [rfc5321]\n"                             \
    "client: {host: mail.here.com, port: 25, connect_to: \"127.0.0.1:1\", send: true}\n" \
    "expect: {outcome: sent}\n"

struct outcome {
    int code;
    char out[65536], err[65536];
};

static char folder[] = "/tmp/smtpvet-program-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void read_descriptor(int descriptor, char *text, size_t size)
{
    ssize_t len = pread(descriptor, text, size - 1, 0);
    text[len < 0 ? 0 : len] = '\0';
}

/* Runs the program in the folder, with words up to a NULL. */
static struct outcome run(const char *word, ...)
{
    static struct outcome outcome;
    char *argv[16] = {(char *)(uintptr_t) "smtpvet"};
    int argc = 1;
    va_list words;
    va_start(words, word);
    for (const char *at = word; at != NULL; at = va_arg(words, const char *)) {
        argv[argc++] = (char *)(uintptr_t)at;
    }
    va_end(words);
    FILE *out = tmpfile(), *err = tmpfile();
    int here = open(".", O_RDONLY), out_was = dup(1), err_was = dup(2);
    fflush(NULL);
    dup2(fileno(out), 1);
    dup2(fileno(err), 2);
    int moved = chdir(folder);
    outcome.code = moved == 0 ? cli_main(argc, argv) : -1;
    fflush(NULL);
    read_descriptor(1, outcome.out, sizeof outcome.out);
    read_descriptor(2, outcome.err, sizeof outcome.err);
    moved = fchdir(here);
    dup2(out_was, 1);
    dup2(err_was, 2);
    ck_assert_int_eq(moved, 0);
    close(out_was);
    close(err_was);
    close(here);
    fclose(out);
    fclose(err);
    return outcome;
}

static void begin(void)
{
    static bool made = false;
    if (!made) {
        ck_assert_ptr_nonnull(mkdtemp(folder));
        made = true;
    }
    write_file("passes.yaml", PASSES);
    write_file("fails.yaml", FAILS);
    write_file("nowhere.yaml", NOWHERE);
    write_file("wrong.yaml", "version: 1\nserver: {starttsl: required}\n");
    write_file("empty.txt", "");
}

static void says(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
}

START_TEST(test_exit_codes)
{
    begin();
    ck_assert_int_eq(run("run", "passes.yaml", NULL).code, 0);
    ck_assert_int_eq(run("run", "fails.yaml", "passes.yaml", NULL).code, 1);
    ck_assert_int_eq(run("run", "wrong.yaml", NULL).code, 2);
    ck_assert_int_eq(run("run", "--jbs", NULL).code, 2);
    ck_assert_int_eq(run("run", "missing.yaml", NULL).code, 3);
    ck_assert_int_eq(run("run", "nowhere.yaml", NULL).code, 3);
    ck_assert_int_eq(run("run", "nowhere.yaml", "fails.yaml", NULL).code, 1);
    ck_assert_int_eq(run("check", "passes.yaml", NULL).code, 0);
    ck_assert_int_eq(run("check", "wrong.yaml", NULL).code, 2);
    char nothing[300];
    snprintf(nothing, sizeof nothing, "%s/nothing", folder);
    (void)mkdir(nothing, 0777);
    ck_assert_int_eq(run("run", "nothing", NULL).code, 5);
}
END_TEST

START_TEST(test_a_failure_is_explained)
{
    begin();
    struct outcome outcome = run("run", "fails.yaml", "passes.yaml", NULL);
    says(outcome.out, "FAIL fails");
    says(outcome.out, "Mail is refused.");
    says(outcome.out, "wanted refused");
    says(outcome.out, "found  sent");
    says(outcome.out, "<  250 2.0.0 Queued");
    says(outcome.out, "smtpvet run 'fails.yaml'");
    const char *last = strstr(outcome.out, "1 passed, 1 failed");
    ck_assert_ptr_nonnull(last);
    ck_assert_ptr_null(strchr(strchr(last, '\n') + 1, '\n'));
}
END_TEST

START_TEST(test_mistakes_go_to_standard_error)
{
    begin();
    struct outcome outcome = run("run", "wrong.yaml", NULL);
    ck_assert_str_eq(outcome.out, "");
    says(outcome.err, "wrong.yaml:2:10: error:");
    says(outcome.err, "did you mean 'starttls'?");
    says(outcome.err, "^~~~~~~~");
}
END_TEST

START_TEST(test_reports_go_where_they_were_sent)
{
    begin();
    struct outcome outcome = run("run", "passes.yaml", "--report", "junit:deep/down/a.xml",
        "--report", "json:run.ndjson", NULL);
    ck_assert_int_eq(outcome.code, 0);
    says(outcome.out, "1 passed, 0 failed"); /* a run always says how it went */
    char path[300];
    snprintf(path, sizeof path, "%s/deep/down/a.xml", folder);
    ck_assert_int_eq(access(path, R_OK), 0);
    snprintf(path, sizeof path, "%s/run.ndjson", folder);
    ck_assert_int_eq(access(path, R_OK), 0);
    outcome = run("run", "passes.yaml", "--report", "json", NULL);
    says(outcome.out, "{\"type\":\"header\"");
    ck_assert_ptr_null(strstr(outcome.out, "1 passed"));
    ck_assert_int_eq(run("run", "passes.yaml", "--report", "jnuit", NULL).code, 2);
    says(run("run", "passes.yaml", "--report", "jnuit", NULL).err, "did you mean 'junit'");
    ck_assert_int_eq(run("run", "passes.yaml", "--report", "junit:/dev/null/a.xml", NULL).code, 3);
}
END_TEST

START_TEST(test_versions_and_help)
{
    begin();
    struct outcome outcome = run("--version", NULL);
    ck_assert_int_eq(outcome.code, 0);
    says(outcome.out, "smtpvet " SMTPVET_VERSION);
    says(outcome.out, "OpenSSL 3.");
    says(outcome.out, "libuv ");
    says(outcome.out, "GNU SASL ");
    says(outcome.out, "libyaml ");
    says(outcome.out, "jansson ");
    says(outcome.out, "PCRE2 ");
    ck_assert_int_eq(run("--help", NULL).code, 0);
    ck_assert_int_eq(run("help", "run", NULL).code, 0);
    says(run("run", "--help", NULL).out, "--wire");
    ck_assert_int_eq(run("keys", NULL).code, 0);
    says(run("facts", NULL).out, "tls.version");
    says(run("flags", NULL).out, "untrusted-root");
}
END_TEST

START_TEST(test_the_command_that_runs_a_case_again_does)
{
    begin();
    struct outcome outcome = run("run", "fails.yaml", "--wire", NULL);
    says(outcome.out, "smtpvet run 'fails.yaml' --wire");
}
END_TEST

UNIT_MAIN(test_exit_codes, test_a_failure_is_explained, test_mistakes_go_to_standard_error,
    test_reports_go_where_they_were_sent, test_versions_and_help,
    test_the_command_that_runs_a_case_again_does)
