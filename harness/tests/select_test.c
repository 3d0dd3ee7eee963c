/*
 * Selecting and showing as users meet it: which exit code the program has, what stands on both
 * outputs. In this process, with both outputs going to files.
 */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/cli/cli.h"
#include "harness/tests/unit.h"

#define HEAD                                                                                 \
    "version: 1\nserver: {host: mail.here.com, port: 25, tls: none}\nclient: {send: true}\n" \
    "expect: {outcome: sent}\n"
#define CASES                                                                         \
    HEAD "cases:\n"                                                                   \
         "- {id: good, name: All is well, tags: [quick], covers: [GRT-01, GRT-02]}\n" \
         "- {id: bad, tags: [slow], covers: [GRT-01], expect: {outcome: refused}}\n"  \
         "- {id: late, tags: [slow, quick], severity: serious, covers: [MBX-09]}\n"
#define ONE                                                                                  \
    "version: 1\nserver: {host: mail.here.com, port: 587, tls: starttls, auth: {after_tls: " \
    "[PLAIN], users: {joe: correct-horse}}}\nclient: {login: true}\nexpect: {outcome: "      \
    "logged-in}\n"

struct outcome {
    int code;
    char out[262144], err[65536];
};

static char folder[] = "/tmp/smtpvet-select-XXXXXX";

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
static const struct outcome *run(const char *word, ...)
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
    return &outcome;
}

static void begin(void)
{
    static bool made = false;
    if (!made) {
        ck_assert_ptr_nonnull(mkdtemp(folder));
        char path[300];
        snprintf(path, sizeof path, "%s/scenarios", folder);
        ck_assert_int_eq(mkdir(path, 0777), 0);
        made = true;
    }
    write_file("scenarios/cases.yaml", CASES);
    write_file("scenarios/one.yaml", ONE);
    write_file("wrong.yaml", "version: 1\nserver: {starttsl: required}\n");
}

static void says(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
}

START_TEST(test_only_what_is_selected_runs)
{
    begin();
    ck_assert_int_eq(run("run", NULL)->code, 1);
    says(run("run", NULL)->out, "3 passed, 1 failed");
    ck_assert_int_eq(run("run", "-t", "not slow", NULL)->code, 0);
    says(run("run", "-t", "not slow", NULL)->out, "2 passed, 0 failed");
    ck_assert_int_eq(run("run", "-k", "cases#l*", "-k", "one", NULL)->code, 0);
    says(run("run", "--case=*#*", "--tag", "quick and serious", NULL)->out, "1 passed, 0 failed");
    says(run("check", "-t", "slow", NULL)->err, "2 cases, no mistakes");
}
END_TEST

START_TEST(test_nothing_selected_is_5_and_says_what_is_near)
{
    begin();
    const struct outcome *outcome = run("run", "-k", "cases#baad", NULL);
    ck_assert_int_eq(outcome->code, 5);
    ck_assert_str_eq(outcome->out, "");
    says(outcome->err, "the nearest: cases#bad");
    says(outcome->err, "nothing selected: none of 4 cases fits");
    outcome = run("list", "--tag", "quikc", NULL);
    ck_assert_int_eq(outcome->code, 5);
    says(outcome->err, "did you mean 'quick'?");
    ck_assert_int_eq(run("check", "-t", "slow and not slow", NULL)->code, 5);
    ck_assert_int_eq(run("render", "cases#baad", NULL)->code, 5);
    says(run("render", "cases#baad", NULL)->err, "the nearest: cases#bad");
}
END_TEST

START_TEST(test_wrong_usage_is_2)
{
    begin();
    says(run("run", "-t", "slow and", NULL)->err, "column 9");
    ck_assert_int_eq(run("run", "-t", "slow and", NULL)->code, 2);
    ck_assert_int_eq(run("run", "-t", "slow", "-t", "quick", NULL)->code, 2);
    ck_assert_int_eq(run("run", "--fail-fast=0", NULL)->code, 2);
    ck_assert_int_eq(run("run", "--repeat", "0", NULL)->code, 2);
    ck_assert_int_eq(run("list", "--format", "yaml", NULL)->code, 2);
    ck_assert_int_eq(run("list", "--fail-fast", NULL)->code, 2);
    ck_assert_int_eq(run("render", NULL)->code, 2);
    ck_assert_int_eq(run("render", "scenarios/cases.yaml", NULL)->code, 2);
    says(run("render", "scenarios/cases.yaml", NULL)->err, "not 3: name one of cases#good, ");
    ck_assert_int_eq(run("render", "wrong.yaml", NULL)->code, 2);
    says(run("render", "wrong.yaml", NULL)->err, "did you mean 'starttls'?");
    ck_assert_int_eq(run("render", "missing.yaml#x", NULL)->code, 5);
}
END_TEST

START_TEST(test_stopping_early)
{
    begin();
    const struct outcome *outcome = run("run", "--fail-fast", "scenarios", NULL);
    ck_assert_int_eq(outcome->code, 1);
    says(outcome->out, "1 passed, 1 failed, 2 skipped");
    says(run("run", "--fail-fast=2", NULL)->out, "3 passed, 1 failed");
    outcome = run("run", "--fail-fast", "--report", "json", NULL);
    says(outcome->out, "not run: 1 failed");
    outcome = run("run", "--repeat", "3", "-t", "quick", NULL);
    ck_assert_int_eq(outcome->code, 0);
    says(outcome->out, "2 passed, 0 failed");
}
END_TEST

START_TEST(test_list)
{
    begin();
    ck_assert_str_eq(run("list", NULL)->out, "cases#good\ncases#bad\ncases#late\none\n");
    ck_assert_str_eq(run("list", "-t", "slow", NULL)->out, "cases#bad\ncases#late\n");
    ck_assert_str_eq(run("list", "-v", "-k", "*#late", NULL)->out,
        "cases#late\n    cases\n    tags: slow, quick; at scenarios/cases.yaml:8\n");
    const char *covers = run("list", "--covers", NULL)->out;
    says(covers, "GRT    20        2      2  GRT-01 GRT-02\n");
    says(covers, "MBX     9        1      1  MBX-09\n");
    says(covers, "STL    40        0      0 \n");
    says(covers, "all   444        3      3\n");
}
END_TEST

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "%s\n%s", error.text, text);
    return root;
}

START_TEST(test_list_for_programs)
{
    begin();
    json_t *root = parse(run("list", "--format", "json", NULL)->out);
    ck_assert_uint_eq(json_array_size(root), 4);
    json_t *one = json_array_get(root, 2);
    ck_assert_str_eq(json_string_value(json_object_get(one, "id")), "cases#late");
    ck_assert_str_eq(json_string_value(json_object_get(one, "severity")), "serious");
    ck_assert_int_eq(json_integer_value(json_object_get(one, "line")), 8);
    ck_assert_uint_eq(json_array_size(json_object_get(one, "tags")), 2);
    json_decref(root);
    root = parse(run("list", "--covers", "--format", "json", NULL)->out);
    ck_assert_int_eq(json_integer_value(json_object_get(root, "covered")), 3);
    json_t *area = json_array_get(json_object_get(root, "areas"), 1);
    ck_assert_str_eq(json_string_value(json_object_get(area, "area")), "GRT");
    json_t *by_id = json_object_get(area, "by_id");
    ck_assert_int_eq(json_integer_value(json_object_get(by_id, "GRT-01")), 2);
    json_decref(root);
}
END_TEST

/* As every report does. */
START_TEST(test_a_list_masks_passwords)
{
    begin();
    write_file("named.yaml",
        "version: 1\nid: a-Hunter2xyz\nname: logs in with HUNTER2xyz\ntags: [hunter2XYZ]\n"
        "server: {host: a.test, tls: starttls, auth: {after_tls: [PLAIN], users: {joe: "
        "Hunter2xyz}}}\nclient: {login: true}\nexpect: {outcome: logged-in}\n");
    says(run("list", "named.yaml", NULL)->out, "named#a-***\n");
    says(run("list", "named.yaml", "-v", NULL)->out,
        "named#a-***\n    logs in with ***\n    tags: ***; at named.yaml:1\n");
    says(run("list", "named.yaml", "--format", "json", NULL)->out,
        "{\"id\":\"named#a-***\",\"name\":\"logs in with ***\",");
    says(run("list", "named.yaml", "--format", "json", NULL)->out, "\"tags\":[\"***\"]");
}
END_TEST

START_TEST(test_render)
{
    begin();
    const struct outcome *outcome = run("render", "cases#bad", NULL);
    ck_assert_int_eq(outcome->code, 0);
    ck_assert_str_eq(outcome->err, "");
    says(outcome->out, "version: 1\nid: bad\n");
    says(outcome->out, "outcome: refused\n");
    ck_assert_int_eq(run("render", "scenarios/cases.yaml#bad", NULL)->code, 0);
    outcome = run("render", "scenarios/one.yaml", NULL);
    says(outcome->out, "joe: \"***\"\n");
    ck_assert_ptr_null(strstr(outcome->out, "correct-horse"));
    says(run("render", "one", "--show-secrets", NULL)->out, "joe: correct-horse\n");
}
END_TEST

START_TEST(test_variables_and_secrets_from_outside)
{
    begin();
    write_file("given.yaml",
        "version: 1\nvars: {host: a.test}\nsecrets: {pw: {env: SMTPVET_TEST_PW}}\n"
        "server: {host: \"${{ vars.host }}\", greeting: \"$${{ x\", tls: starttls, auth: "
        "{after_tls: "
        "[PLAIN], users: {joe: \"${{ secrets.pw }}\"}}}\n"
        "client: {login: true, hello_name: \"x-${{ secrets.pw }}\"}\n"
        "expect: {outcome: logged-in, greeting.text: {contains: [\"$${{\"]}}\n");
    ck_assert_int_eq(setenv("SMTPVET_TEST_PW", "battery-staple", 1), 0);
    ck_assert_int_eq(run("run", "given.yaml", NULL)->code, 0);
    const char *out = run("render", "given.yaml", "--var", "host=b.test", NULL)->out;
    says(out, "host: b.test\n");
    says(out, "hello_name: \"x-***\"\n");
    says(out, "greeting: \"$${{ x\"\n");
    ck_assert_ptr_null(strstr(out, "battery"));
    ck_assert_int_eq(run("run", "given.yaml", "--var", "hots=b.test", NULL)->code, 2);
    says(run("run", "given.yaml", "--var", "hots=b.test", NULL)->err, "did you mean 'host'");
    ck_assert_int_eq(unsetenv("SMTPVET_TEST_PW"), 0);
    ck_assert_int_eq(run("run", "given.yaml", NULL)->code, 2);
}
END_TEST

START_TEST(test_tables)
{
    begin();
    static const char *const commands[][2] = {
        {"keys", "| `timeout` | duration | Of the whole case. |\n"},
        {"facts", "| `tls.version` | version | "},
        {"flags", "| `expired` | "},
        {"findings", "| `no-goodbye` | interop | END-02 | "},
        {"faults", "| `any-password` | "},
    };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        ck_assert_int_eq(run(commands[i][0], NULL)->code, 0);
        ck_assert_ptr_null(strstr(run(commands[i][0], NULL)->out, "|---"));
        const char *out = run(commands[i][0], "--markdown", NULL)->out;
        says(out, "|---|---|---|\n");
        says(out, commands[i][1]);
    }
    json_t *schema = parse(run("schema", NULL)->out);
    ck_assert_str_eq(json_string_value(json_object_get(schema, "$schema")),
        "http://json-schema.org/draft-07/schema#");
    json_decref(schema);
    says(run("reference", NULL)->out, "#### Section `server`\n");
}
END_TEST

UNIT_MAIN(test_a_list_masks_passwords, test_only_what_is_selected_runs,
    test_nothing_selected_is_5_and_says_what_is_near, test_wrong_usage_is_2, test_stopping_early,
    test_list, test_list_for_programs, test_render, test_variables_and_secrets_from_outside,
    test_tables)
