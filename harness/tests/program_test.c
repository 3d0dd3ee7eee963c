/*
 * The program as its users meet it: what stands on standard output and standard error, which exit
 * code it has, which files it leaves. In this process, with both outputs going to files.
 */

#include "harness/base/buf.h"
#include "harness/tests/program.h"

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

static void begin(void)
{
    program_begin();
    program_write("passes.yaml", PASSES);
    program_write("fails.yaml", FAILS);
    program_write("nowhere.yaml", NOWHERE);
    program_write("wrong.yaml", "version: 1\nserver: {starttsl: required}\n");
    program_write("empty.txt", "");
}

START_TEST(test_exit_codes)
{
    begin();
    ck_assert_int_eq(program_run("run", "passes.yaml", NULL)->code, 0);
    ck_assert_int_eq(program_run("run", "fails.yaml", "passes.yaml", NULL)->code, 1);
    ck_assert_int_eq(program_run("run", "wrong.yaml", NULL)->code, 2);
    ck_assert_int_eq(program_run("run", "--jbs", NULL)->code, 2);
    ck_assert_int_eq(program_run("run", "missing.yaml", NULL)->code, 3);
    ck_assert_int_eq(program_run("run", "nowhere.yaml", NULL)->code, 3);
    ck_assert_int_eq(program_run("run", "nowhere.yaml", "fails.yaml", NULL)->code, 1);
    ck_assert_int_eq(program_run("check", "passes.yaml", NULL)->code, 0);
    ck_assert_int_eq(program_run("check", "wrong.yaml", NULL)->code, 2);
    program_make_folder("nothing");
    ck_assert_int_eq(program_run("run", "nothing", NULL)->code, 5);
}
END_TEST

START_TEST(test_a_failure_is_explained)
{
    begin();
    const struct program_outcome *outcome = program_run("run", "fails.yaml", "passes.yaml", NULL);
    program_says(outcome->out, "FAIL fails");
    program_says(outcome->out, "Mail is refused.");
    program_says(outcome->out, "wanted refused");
    program_says(outcome->out, "found  sent");
    program_says(outcome->out, "<  250 2.0.0 Queued");
    program_says(outcome->out, "smtpvet run 'fails.yaml'");
    const char *last = strstr(outcome->out, "1 passed, 1 failed");
    ck_assert_ptr_nonnull(last);
    ck_assert_ptr_null(strchr(strchr(last, '\n') + 1, '\n'));
}
END_TEST

START_TEST(test_mistakes_go_to_standard_error)
{
    begin();
    const struct program_outcome *outcome = program_run("run", "wrong.yaml", NULL);
    ck_assert_str_eq(outcome->out, "");
    program_says(outcome->err, "wrong.yaml:2:10: error:");
    program_says(outcome->err, "did you mean 'starttls'?");
    program_says(outcome->err, "^~~~~~~~");
}
END_TEST

START_TEST(test_reports_go_where_they_were_sent)
{
    begin();
    const struct program_outcome *outcome = program_run("run", "passes.yaml", "--report",
        "junit:deep/down/a.xml", "--report", "json:run.ndjson", NULL);
    ck_assert_int_eq(outcome->code, 0);
    program_says(outcome->out, "1 passed, 0 failed"); /* a run always says how it went */
    ck_assert_int_eq(access(program_path("deep/down/a.xml"), R_OK), 0);
    ck_assert_int_eq(access(program_path("run.ndjson"), R_OK), 0);
    outcome = program_run("run", "passes.yaml", "--report", "json", NULL);
    program_says(outcome->out, "{\"type\":\"header\"");
    ck_assert_ptr_null(strstr(outcome->out, "1 passed"));
    outcome = program_run(
        "run", "passes.yaml", "--report", "junit:b.xml", "--report", "json:./deep/../b.xml", NULL);
    ck_assert_int_eq(outcome->code, 2);
    ck_assert_str_eq(outcome->out, "");
    ck_assert_int_ne(access(program_path("b.xml"), F_OK), 0);
    ck_assert_int_eq(program_run("run", "passes.yaml", "--report", "jnuit", NULL)->code, 2);
    program_says(
        program_run("run", "passes.yaml", "--report", "jnuit", NULL)->err, "did you mean 'junit'");
    ck_assert_int_eq(
        program_run("run", "passes.yaml", "--report", "junit:/dev/null/a.xml", NULL)->code, 3);
}
END_TEST

START_TEST(test_versions_and_help)
{
    begin();
    const struct program_outcome *outcome = program_run("--version", NULL);
    ck_assert_int_eq(outcome->code, 0);
    program_says(outcome->out, "smtpvet " SMTPVET_VERSION);
    program_says(outcome->out, "OpenSSL 3.");
    program_says(outcome->out, "libuv ");
    program_says(outcome->out, "GNU SASL ");
    program_says(outcome->out, "libyaml ");
    program_says(outcome->out, "jansson ");
    program_says(outcome->out, "PCRE2 ");
    ck_assert_int_eq(program_run("--help", NULL)->code, 0);
    ck_assert_int_eq(program_run("help", "run", NULL)->code, 0);
    program_says(program_run("run", "--help", NULL)->out, "--wire");
    ck_assert_int_eq(program_run("keys", NULL)->code, 0);
    program_says(program_run("facts", NULL)->out, "tls.version");
    program_says(program_run("flags", NULL)->out, "untrusted-root");
}
END_TEST

START_TEST(test_the_command_that_runs_a_case_again_does)
{
    begin();
    const struct program_outcome *outcome = program_run("run", "fails.yaml", "--wire", NULL);
    program_says(outcome->out, "smtpvet run 'fails.yaml' --wire");
}
END_TEST

/* A list that is cut short is what its reader wanted; a report that is cut short is not. The reader
 * is gone before anything is written. */
START_TEST(test_a_reader_that_goes_away)
{
    begin();
    static const char *const commands[][2] = {
        {"list passes.yaml", ""},
        {"schema", ""},
        {"--help", ""},
        {"run fails.yaml", "smtpvet: cannot write to standard output: Broken pipe\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        char command[512];
        snprintf(command, sizeof command,
            "mkfifo p && { : < p & exec 3> p; wait; smtpvet %s >&3; code=$?; rm p; exit $code; }",
            commands[i][0]);
        const struct program_outcome *outcome = program_shell(command);
        ck_assert_int_eq(outcome->code, 3);
        ck_assert_str_eq(outcome->err, commands[i][1]);
    }
}
END_TEST

/* What a user types who does not know better. */
START_TEST(test_the_name_alone)
{
    program_begin();
    const struct program_outcome *outcome = program_run(NULL, NULL);
    ck_assert_int_eq(outcome->code, 2);
    ck_assert_str_eq(outcome->out, "");
    program_says(outcome->err, "usage: smtpvet COMMAND");
    program_says(outcome->err, "\nsmtpvet: no command; see smtpvet --help\n");
}
END_TEST

START_TEST(test_no_path_and_no_scenarios_here)
{
    program_begin();
    static const char *const commands[] = {"run", "check", "list"};
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        ck_assert_int_eq(program_run(commands[i], NULL)->code, 2);
        program_says(program_run(commands[i], NULL)->err, "there is no folder 'scenarios' here: ");
    }
    ck_assert_int_eq(program_run("render", "a/b", NULL)->code, 2);
}
END_TEST

/* The installed program names the scenarios that were installed with it. */
START_TEST(test_installed_scenarios_are_named)
{
    program_begin();
    const struct program_outcome *outcome = program_shell(
        "mkdir -p bin share/smtpvet/scenarios && cp \"$(command -v smtpvet)\" bin && bin/smtpvet "
        "run");
    ck_assert_int_eq(outcome->code, 2);
    program_says(outcome->err, "give a PATH; those that came with smtpvet are in /");
    program_says(outcome->err, "/share/smtpvet/scenarios\n");
}
END_TEST

START_TEST(test_outputs_that_are_closed_or_full)
{
    begin();
    static const struct {
        const char *command;
        int code;
        const char *says;
    } runs[] = {
        {"smtpvet run passes.yaml >&-", 3, "cannot write to standard output: Bad file descriptor"},
        {"smtpvet run passes.yaml >/dev/full", 3, "cannot write to standard output: No space"},
        {"smtpvet schema >/dev/full", 3, "cannot write to standard output: No space"},
        {"smtpvet run passes.yaml --report json:/dev/full", 3, "cannot write /dev/full: No space"},
        {"smtpvet run passes.yaml 2>&-", 0, ""},
        {"smtpvet run passes.yaml <&- 2>&-", 0, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        const struct program_outcome *outcome = program_shell(runs[i].command);
        ck_assert_msg(outcome->code == runs[i].code, "%s: %d", runs[i].command, outcome->code);
        program_says(outcome->err, runs[i].says);
    }
    /* Nothing but the report goes into its file, where the first free descriptor is that of
     * standard output or standard error. */
    ck_assert_int_eq(program_shell("smtpvet run passes.yaml --report json:a.ndjson >&-")->code, 3);
    ck_assert_int_eq(program_shell("smtpvet run passes.yaml --report json:b.ndjson")->code, 0);
    ck_assert_int_eq(program_shell("cmp a.ndjson b.ndjson")->code, 0);
    ck_assert_int_eq(
        program_shell("smtpvet run passes.yaml --report json:a.ndjson -k nothing 2>&-")->code, 5);
    ck_assert_int_eq(program_shell("cmp a.ndjson b.ndjson")->code, 0);
}
END_TEST

START_TEST(test_names_that_a_terminal_would_obey)
{
    program_begin();
    static const char *const commands[] = {"smtpvet \"$(printf 'x\\033[31m')\"",
        "smtpvet run \"$(printf 'x\\033[31m\\377.yaml')\"",
        "smtpvet run --\"$(printf 'x\\033[31m')\"",
        "smtpvet run --report \"$(printf 'x\\033[31m')\"",
        "smtpvet run -t \"$(printf '(\\033[31m')\" passes.yaml",
        "smtpvet run -k \"$(printf 'x\\033[31m')\" passes.yaml",
        "smtpvet run --report \"$(printf 'text:passes.yaml/x\\033[31m/\\377')\" passes.yaml"};
    begin();
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const struct program_outcome *outcome = program_shell(commands[i]);
        ck_assert_int_ge(outcome->code, 2);
        program_says(outcome->err, "\\x1b");
        ck_assert_ptr_null(strchr(outcome->err, 0x1b));
    }
}
END_TEST

UNIT_MAIN(test_a_reader_that_goes_away, test_the_name_alone, test_no_path_and_no_scenarios_here,
    test_installed_scenarios_are_named, test_outputs_that_are_closed_or_full,
    test_names_that_a_terminal_would_obey, test_exit_codes, test_a_failure_is_explained,
    test_mistakes_go_to_standard_error, test_reports_go_where_they_were_sent,
    test_versions_and_help, test_the_command_that_runs_a_case_again_does)
