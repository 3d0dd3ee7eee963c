/*
 * Selecting and showing as users meet it: which exit code the program has, what stands on both
 * outputs. In this process, with both outputs going to files.
 */
#include <jansson.h>

#include "harness/base/buf.h"
#include "harness/tests/program.h"

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

static void begin(void)
{
    program_begin();
    program_make_folder("scenarios");
    program_write("scenarios/cases.yaml", CASES);
    program_write("scenarios/one.yaml", ONE);
    program_write("wrong.yaml", "version: 1\nserver: {starttsl: required}\n");
}

START_TEST(test_only_what_is_selected_runs)
{
    begin();
    ck_assert_int_eq(program_run("run", NULL)->code, 1);
    program_says(program_run("run", NULL)->out, "3 passed, 1 failed");
    ck_assert_int_eq(program_run("run", "-t", "not slow", NULL)->code, 0);
    program_says(program_run("run", "-t", "not slow", NULL)->out, "2 passed, 0 failed");
    ck_assert_int_eq(program_run("run", "-k", "cases#l*", "-k", "one", NULL)->code, 0);
    program_says(program_run("run", "--case=*#*", "--tag", "quick and serious", NULL)->out,
        "1 passed, 0 failed");
    program_says(program_run("check", "-t", "slow", NULL)->err, "2 cases, no mistakes");
}
END_TEST

START_TEST(test_nothing_selected_is_5_and_says_what_is_near)
{
    begin();
    const struct program_outcome *outcome = program_run("run", "-k", "cases#baad", NULL);
    ck_assert_int_eq(outcome->code, 5);
    ck_assert_str_eq(outcome->out, "");
    program_says(outcome->err, "the nearest: cases#bad");
    program_says(outcome->err, "nothing selected: none of 4 cases fits");
    outcome = program_run("list", "--tag", "quikc", NULL);
    ck_assert_int_eq(outcome->code, 5);
    program_says(outcome->err, "did you mean 'quick'?");
    ck_assert_int_eq(program_run("check", "-t", "slow and not slow", NULL)->code, 5);
    ck_assert_int_eq(program_run("render", "cases#baad", NULL)->code, 5);
    program_says(program_run("render", "cases#baad", NULL)->err, "the nearest: cases#bad");
    outcome = program_run("run", "scenarios/cases.yaml#baad", NULL);
    ck_assert_int_eq(outcome->code, 5);
    ck_assert_str_eq(outcome->out, "");
    program_says(outcome->err, "scenarios/cases.yaml has no case 'baad'; the nearest: bad");
    ck_assert_int_eq(program_run("check", "scenarios/cases.yaml#good[a=1]", NULL)->code, 5);
    ck_assert_int_eq(program_run("render", "scenarios/cases.yaml#baad", NULL)->code, 5);
}
END_TEST

START_TEST(test_wrong_usage_is_2)
{
    begin();
    program_says(program_run("run", "-t", "slow and", NULL)->err, "column 9");
    ck_assert_int_eq(program_run("run", "-t", "slow and", NULL)->code, 2);
    ck_assert_int_eq(program_run("run", "-t", "slow", "-t", "quick", NULL)->code, 2);
    ck_assert_int_eq(program_run("run", "--fail-fast=0", NULL)->code, 2);
    ck_assert_int_eq(program_run("run", "--repeat", "0", NULL)->code, 2);
    ck_assert_int_eq(program_run("list", "--format", "yaml", NULL)->code, 2);
    ck_assert_int_eq(program_run("list", "--fail-fast", NULL)->code, 2);
    ck_assert_int_eq(program_run("render", NULL)->code, 2);
    ck_assert_int_eq(program_run("render", "scenarios/cases.yaml", NULL)->code, 2);
    program_says(program_run("render", "scenarios/cases.yaml", NULL)->err,
        "not 3: name one of cases#good, ");
    ck_assert_int_eq(program_run("render", "wrong.yaml", NULL)->code, 2);
    program_says(program_run("render", "wrong.yaml", NULL)->err, "did you mean 'starttls'?");
    ck_assert_int_eq(program_run("render", "missing.yaml#x", NULL)->code, 5);
}
END_TEST

START_TEST(test_stopping_early)
{
    begin();
    const struct program_outcome *outcome = program_run("run", "--fail-fast", "scenarios", NULL);
    ck_assert_int_eq(outcome->code, 1);
    program_says(outcome->out, "1 passed, 1 failed, 2 skipped");
    program_says(program_run("run", "--fail-fast=2", NULL)->out, "3 passed, 1 failed");
    outcome = program_run("run", "--fail-fast", "--report", "json", NULL);
    program_says(outcome->out, "not run: 1 failed");
    outcome = program_run("run", "--repeat", "3", "-t", "quick", NULL);
    ck_assert_int_eq(outcome->code, 0);
    program_says(outcome->out, "2 passed, 0 failed");
}
END_TEST

START_TEST(test_list)
{
    begin();
    ck_assert_str_eq(program_run("list", NULL)->out, "cases#good\ncases#bad\ncases#late\none\n");
    ck_assert_str_eq(program_run("list", "-t", "slow", NULL)->out, "cases#bad\ncases#late\n");
    ck_assert_str_eq(program_run("list", "-v", "-k", "*#late", NULL)->out,
        "cases#late\n    cases\n    tags: slow, quick; at scenarios/cases.yaml:8\n");
    const char *covers = program_run("list", "--covers", NULL)->out;
    program_says(covers, "GRT    20        2      2  GRT-01 GRT-02\n");
    program_says(covers, "MBX     9        1      1  MBX-09\n");
    program_says(covers, "STL    40        0      0 \n");
    program_says(covers, "all   444        3      3\n");
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
    json_t *root = parse(program_run("list", "--format", "json", NULL)->out);
    ck_assert_uint_eq(json_array_size(root), 4);
    json_t *one = json_array_get(root, 2);
    ck_assert_str_eq(json_string_value(json_object_get(one, "id")), "cases#late");
    ck_assert_str_eq(json_string_value(json_object_get(one, "severity")), "serious");
    ck_assert_int_eq(json_integer_value(json_object_get(one, "line")), 8);
    ck_assert_uint_eq(json_array_size(json_object_get(one, "tags")), 2);
    json_decref(root);
    root = parse(program_run("list", "--covers", "--format", "json", NULL)->out);
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
    program_write("named.yaml",
        "version: 1\nid: a-Hunter2xyz\nname: logs in with HUNTER2xyz\ntags: [hunter2XYZ]\n"
        "server: {host: a.test, tls: starttls, auth: {after_tls: [PLAIN], users: {joe: "
        "Hunter2xyz}}}\nclient: {login: true}\nexpect: {outcome: logged-in}\n");
    program_says(program_run("list", "named.yaml", NULL)->out, "named#a-***\n");
    program_says(program_run("list", "named.yaml", "-v", NULL)->out,
        "named#a-***\n    logs in with ***\n    tags: ***; at named.yaml:1\n");
    program_says(program_run("list", "named.yaml", "--format", "json", NULL)->out,
        "{\"id\":\"named#a-***\",\"name\":\"logs in with ***\",");
    program_says(
        program_run("list", "named.yaml", "--format", "json", NULL)->out, "\"tags\":[\"***\"]");
}
END_TEST

START_TEST(test_render)
{
    begin();
    const struct program_outcome *outcome = program_run("render", "cases#bad", NULL);
    ck_assert_int_eq(outcome->code, 0);
    ck_assert_str_eq(outcome->err, "");
    program_says(outcome->out, "version: 1\nid: bad\n");
    program_says(outcome->out, "outcome: refused\n");
    ck_assert_int_eq(program_run("render", "scenarios/cases.yaml#bad", NULL)->code, 0);
    program_write("cell.yaml", HEAD "matrix: {tag: [a, b]}\ntags: [\"${{ matrix.tag }}\"]\n");
    outcome = program_run("render", "cell.yaml[tag=b]", NULL);
    ck_assert_int_eq(outcome->code, 0);
    program_says(outcome->out, "tags:\n- b\n");
    outcome = program_run("render", "scenarios/one.yaml", NULL);
    program_says(outcome->out, "joe: \"***\"\n");
    ck_assert_ptr_null(strstr(outcome->out, "correct-horse"));
    program_says(program_run("render", "one", "--show-secrets", NULL)->out, "joe: correct-horse\n");
}
END_TEST

START_TEST(test_variables_and_secrets_from_outside)
{
    begin();
    program_write("given.yaml",
        "version: 1\nvars: {host: a.test}\nsecrets: {pw: {env: SMTPVET_TEST_PW}}\n"
        "server: {host: \"${{ vars.host }}\", greeting: \"$${{ x\", tls: starttls, auth: "
        "{after_tls: "
        "[PLAIN], users: {joe: \"${{ secrets.pw }}\"}}}\n"
        "client: {login: true, hello_name: \"x-${{ secrets.pw }}\"}\n"
        "expect: {outcome: logged-in, greeting.text: {contains: [\"$${{\"]}}\n");
    ck_assert_int_eq(setenv("SMTPVET_TEST_PW", "battery-staple", 1), 0);
    ck_assert_int_eq(program_run("run", "given.yaml", NULL)->code, 0);
    const char *out = program_run("render", "given.yaml", "--var", "host=b.test", NULL)->out;
    program_says(out, "host: b.test\n");
    program_says(out, "hello_name: \"x-***\"\n");
    program_says(out, "greeting: \"$${{ x\"\n");
    ck_assert_ptr_null(strstr(out, "battery"));
    ck_assert_int_eq(program_run("run", "given.yaml", "--var", "hots=b.test", NULL)->code, 2);
    program_says(
        program_run("run", "given.yaml", "--var", "hots=b.test", NULL)->err, "did you mean 'host'");
    ck_assert_int_eq(unsetenv("SMTPVET_TEST_PW"), 0);
    ck_assert_int_eq(program_run("run", "given.yaml", NULL)->code, 2);
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
        ck_assert_int_eq(program_run(commands[i][0], NULL)->code, 0);
        ck_assert_ptr_null(strstr(program_run(commands[i][0], NULL)->out, "|---"));
        const char *out = program_run(commands[i][0], "--markdown", NULL)->out;
        program_says(out, "|---|---|---|\n");
        program_says(out, commands[i][1]);
    }
    json_t *schema = parse(program_run("schema", NULL)->out);
    ck_assert_str_eq(json_string_value(json_object_get(schema, "$schema")),
        "http://json-schema.org/draft-07/schema#");
    json_decref(schema);
    program_says(program_run("reference", NULL)->out, "#### Section `server`\n");
}
END_TEST

UNIT_MAIN(test_a_list_masks_passwords, test_only_what_is_selected_runs,
    test_nothing_selected_is_5_and_says_what_is_near, test_wrong_usage_is_2, test_stopping_early,
    test_list, test_list_for_programs, test_render, test_variables_and_secrets_from_outside,
    test_tables)
