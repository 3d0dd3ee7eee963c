/*
 * The command that a report of a failure ends with, given to a shell: it runs that case, which ends
 * as it did, step by step.
 */
#include "harness/base/buf.h"
#include "harness/tests/program.h"

#define HEAD "version: 1\nname: n\nrequirement: r\nspec: [rfc5321]\n"
#define FAILS                                                   \
    HEAD "server: {host: mail.here.com, port: 25, tls: none}\n" \
         "client: {send: true}\nexpect: {outcome: refused}\n"
/* Chance decides which of the two outcomes it is: one of them is expected, and the other fails. */
#define CHANCE                                                                          \
    HEAD "server: {host: mail.here.com, port: 25, tls: none, network: {jitter: 20s}}\n" \
         "client: {send: true, time_limits: {hello: 20s}}\nexpect: {outcome: sent}\n"

/* The words behind `again: `, up to the end of the line; the next one from `*from` on. */
static const char *again_of(const char **from)
{
    static char command[4096];
    const char *at = strstr(*from, "again: ");
    if (at == NULL) {
        return NULL;
    }
    at += strlen("again: ");
    size_t len = strcspn(at, "\n");
    snprintf(command, sizeof command, "%.*s", (int)len, at);
    *from = at + len;
    return command;
}

/* What a report says of the first case that it tells of: from the first expectation that was not
 * met up to the command. */
static void block_of(const char *report, char *ret, size_t size)
{
    const char *start = strstr(report, "  unmet: ");
    const char *end = start == NULL ? NULL : strstr(start, "  again: ");
    ck_assert_msg(end != NULL, "%s", report);
    snprintf(ret, size, "%.*s", (int)(end - start), start);
}

/* Runs `smtpvet run WORDS`, then each command that it ends a failure with: each runs one case, and
 * says of it what the run said. */
static void check_again(const char *words, size_t failures)
{
    static char said[262144], first[65536], second[65536];
    char command[1024];
    snprintf(command, sizeof command, "smtpvet run %s", words);
    const struct program_outcome *outcome = program_shell(command);
    ck_assert_msg(outcome->code == 1, "%d: %s%s", outcome->code, outcome->out, outcome->err);
    snprintf(said, sizeof said, "%s", outcome->out);
    const char *from = said;
    for (size_t i = 0; i < failures; i++) {
        block_of(from, first, sizeof first);
        const char *again = again_of(&from);
        ck_assert_ptr_nonnull(again);
        outcome = program_shell(again);
        ck_assert_msg(outcome->code == 1, "%s: %d: %s", again, outcome->code, outcome->err);
        program_says(outcome->out, "0 passed, 1 failed, 1 case ");
        block_of(outcome->out, second, sizeof second);
        ck_assert_str_eq(first, second);
    }
    ck_assert_ptr_null(again_of(&from));
}

START_TEST(test_names_that_a_shell_would_read)
{
    program_begin();
    program_make_folder("my suite");
    program_make_folder("my suite/it's");
    program_write("my suite/it's/a [b] $HOME `id`; \"c\".yaml",
        FAILS "matrix: {m: [\"a b\", \"c'd\", \"*\"]}\ncases:\n- {id: one}\n- {id: two}\n");
    program_write("my suite/-x.yaml", FAILS);
    program_write("my suite/caf\xe9\x1b[2J%s\\.yaml", FAILS);
    program_write("my suite/hash#tag.yaml", FAILS "matrix: {m: [1, 2]}\n");
    check_again("'my suite'", 10);
    check_again("my*", 10);
    check_again("-- 'my suite/it'\\''s'/*", 6);
    check_again("my*/caf* my*/hash*", 3);
}
END_TEST

/* From the suite's folder a file includes what it may not include alone. */
START_TEST(test_a_case_that_needs_its_suite)
{
    program_begin();
    program_make_folder("whole");
    program_make_folder("whole/part");
    program_write("whole/base.yaml", "version: 1\ntemplates:\n  .b: {client: {send: true}}\n");
    program_write("whole/part/x.yaml",
        HEAD "include: [../base.yaml]\nextends: .b\nexpect: {outcome: refused}\n"
             "server: {host: mail.here.com, port: 25, tls: none, network: {latency: 1ms, jitter: "
             "1s}}\n");
    check_again("whole", 1);
    check_again("whole/ --seed 5", 1);
}
END_TEST

START_TEST(test_variables)
{
    program_begin();
    program_make_folder("vars");
    program_write(
        "vars/a.yaml", FAILS "vars: {a: x, b: y}\ncases:\n- {id: c, name: \"${{ vars.a }}\"}\n");
    program_write("vars/b.yaml", FAILS "vars: {c: z}\n");
    check_again("vars --var a=\"it's \\$HOME\" --var c=", 2);
    program_write("vars/b.yaml", FAILS);
    /* A file that does not have the variable is loaded without it. */
    check_again("vars --var a=1", 2);
}
END_TEST

#define SECRET                                                                                    \
    HEAD "vars: {pw: none-yet}\n"                                                                 \
         "server: {host: mail.here.com, port: 25, tls: none, auth: {before_tls: [PLAIN], users: " \
         "{joe: \"${{ vars.pw }}\"}}}\n"                                                          \
         "client: {ssl_mode: none, login: {user: joe, password: \"${{ vars.pw }}\", in_clear: "   \
         "any}}\nexpect: {outcome: refused}\n"

START_TEST(test_secrets)
{
    program_begin();
    program_make_folder("secret");
    program_write("secret/a.yaml", SECRET);
    /* The other file has the variable too, and no password. */
    program_write("secret/b.yaml", FAILS "vars: {pw: x}\n");
    static char json[] = "smtpvet run secret --var pw=correct-horse --report json";
    const struct program_outcome *outcome = program_run(
        "run", "secret", "--var", "pw=correct-horse", NULL);
    program_says(outcome->out, " --var 'pw=***'\n");
    ck_assert_ptr_null(strstr(outcome->out, "correct-horse"));
    ck_assert_ptr_null(strstr(program_shell(json)->out, "correct-horse"));
    program_says(program_shell(json)->out, "\"given\":[\"pw=***\"]");
    check_again("secret --var pw=correct-horse --show-secrets", 2);
}
END_TEST

START_TEST(test_the_seed_of_the_run_that_failed)
{
    char words[64];
    program_begin();
    program_write("chance.yaml", CHANCE);
    size_t later = 0;
    for (int seed = 2; seed < 100 && later < 3; seed++) {
        snprintf(words, sizeof words, "smtpvet run chance.yaml --seed %d", seed);
        if (program_shell(words)->code == 0) { /* so it is a later run that fails */
            snprintf(words, sizeof words, "chance.yaml --seed %d --repeat 40", seed);
            check_again(words, 1);
            later++;
        }
    }
    ck_assert_uint_eq(later, 3);
}
END_TEST

START_TEST(test_worlds)
{
    program_begin();
    program_write("fails.yaml", FAILS);
    const struct program_outcome *outcome = program_run(
        "run", "fails.yaml", "--wire", "--time-scale", "50", NULL);
    program_says(outcome->out, "again: smtpvet run 'fails.yaml' --wire --time-scale 50\n");
}
END_TEST

UNIT_MAIN(test_names_that_a_shell_would_read, test_a_case_that_needs_its_suite, test_variables,
    test_secrets, test_the_seed_of_the_run_that_failed, test_worlds)
