/*
 * What `${{ ... }}` puts in, and where.
 */
#include "harness/scenario/tell.h"
#include "harness/scenario/testing.h"

#define BEFORE "version: 1\nserver: {host: a.test}\nexpect: {outcome: negotiated}\n"

static void check_name(const char *text, const char *name)
{
    struct testing testing = testing_load_good(text);
    ck_assert_str_eq(testing_case(&testing, 0)->name, name);
    testing_done(&testing);
}

START_TEST(test_text)
{
    check_name(BEFORE "vars: {a: x}\nname: ${{ vars.a }}\n", "x");
    check_name(BEFORE "vars: {a: x}\nname: <${{vars.a}}${{   vars.a   }}>\n", "<xx>");
    check_name(BEFORE "vars: {a: x, b: \"-${{ vars.a }}-\"}\nname: ${{ vars.b }}\n", "-x-");
    check_name(BEFORE "vars: {a: {b: {c: x}}}\nname: ${{ vars.a.b.c }}\n", "x");
    check_name(BEFORE "vars: {a: \"\"}\nname: \"[${{ vars.a }}]\"\n", "[]");
    check_name(BEFORE "vars: {a: \"${{ vars.b.c }}\", b: {c: x}}\nname: ${{ vars.a }}\n", "x");
}
END_TEST

START_TEST(test_escapes)
{
    check_name(BEFORE "name: $${{ vars.a }}\n", "${{ vars.a }}");
    check_name(BEFORE "name: $${{\n", "${{");
    check_name(BEFORE "vars: {a: x}\nname: $${{ ${{ vars.a }}\n", "${{ x");
    check_name(BEFORE "name: ${ x } {{ y }} $ {\n", "${ x } {{ y }} $ {");
    check_name(BEFORE "vars: {a: \"$${{ vars.b }}\"}\nname: ${{ vars.a }}\n", "${{ vars.b }}");
}
END_TEST

START_TEST(test_what_is_nothing_else_takes_any_shape)
{
    struct testing testing = testing_load_good(
        "version: 1\nvars:\n  port: 2525\n  tags: [a, b]\n  send: {to: [jane@there.com]}\n"
        "  facts: {outcome: sent, starttls: {used: false}}\n  server: {host: a.test, tls: none}\n"
        "server: ${{ vars.server }}\nclient: {port: \"${{ vars.port }}\", send: \"${{ vars.send "
        "}}\"}\n"
        "tags: ${{ vars.tags }}\nexpect: ${{ vars.facts }}\n");
    const struct plan_case *plan = testing_case(&testing, 0);
    ck_assert_uint_eq(plan->client.port, 2525);
    testing_check_texts(&plan->tags, "a|b");
    testing_check_texts(&plan->client.messages[0].to, "jane@there.com");
    ck_assert_str_eq(plan->server->host, "a.test");
    ck_assert_ptr_nonnull(testing_expectation(plan, "starttls.used"));
    testing_done(&testing);
}
END_TEST

START_TEST(test_keys_can_be_put_together)
{
    struct testing testing = testing_load_good(
        "version: 1\nserver: {host: a.test}\nmatrix: {stage: [mail, rcpt]}\n"
        "client: {time_limits: {\"${{ matrix.stage }}\": 5s}}\n"
        "expect: {\"replies.${{ matrix.stage }}.code\": 250}\n");
    const struct plan_case *mail = testing_case(&testing, 0), *rcpt = testing_case(&testing, 1);
    ck_assert_ptr_nonnull(testing_expectation(mail, "replies.mail.code"));
    ck_assert_ptr_nonnull(testing_expectation(rcpt, "replies.rcpt.code"));
    ck_assert_int_eq(mail->client.time_limit_us[PLAN_STAGE_MAIL], 5000000);
    ck_assert_int_eq(mail->client.time_limit_us[PLAN_STAGE_RCPT], 0);
    ck_assert_int_eq(rcpt->client.time_limit_us[PLAN_STAGE_RCPT], 5000000);
    testing_done(&testing);
}
END_TEST

START_TEST(test_the_case_over_the_file_and_templates_between)
{
    struct testing testing = testing_load_good(BEFORE
        "vars: {a: file, b: file, c: file}\nname: ${{ vars.a }} ${{ vars.b }} ${{ vars.c }}\n"
        "templates: {t: {vars: {b: template, c: template}}}\n"
        "cases:\n- {id: x}\n- {id: y, extends: t, vars: {c: case}}\n");
    ck_assert_str_eq(testing_case(&testing, 0)->name, "file file file");
    ck_assert_str_eq(testing_case(&testing, 1)->name, "file template case");
    testing_done(&testing);
}
END_TEST

/* A value that doubles with each variable: it ends, and quickly. */
START_TEST(test_what_explodes)
{
    struct buf lists, texts;
    buf_init(&lists, 65536);
    buf_init(&texts, 65536);
    buf_append_text(&lists, BEFORE "vars:\n  v0: [x, x, x, x, x, x, x, x]\n");
    buf_append_text(&texts, BEFORE "vars:\n  v0: xxxxxxxxxxxxxxxx\n");
    for (int i = 1; i < 31; i++) {
        buf_printf(&lists, "  v%d: [\"${{ vars.v%d }}\", \"${{ vars.v%d }}\"]\n", i, i - 1, i - 1);
        buf_printf(&texts, "  v%d: \"${{ vars.v%d }}${{ vars.v%d }}\"\n", i, i - 1, i - 1);
    }
    buf_append_text(&lists, "tags: ${{ vars.v30 }}\n");
    buf_append_text(&texts, "name: ${{ vars.v30 }}\n");
    struct testing testing = testing_load_span(buf_span(&lists));
    ck_assert_uint_eq(testing.diags.errors, 1);
    ck_assert_str_eq(
        testing.diags.items[0].message, "what is put in here makes more than 200000 values");
    testing_done(&testing);
    testing = testing_load_span(buf_span(&texts));
    ck_assert_uint_eq(testing.diags.errors, 1);
    ck_assert_str_eq(testing.diags.items[0].message, "what is put in here grows past 1 MiB");
    testing_done(&testing);
    buf_done(&lists);
    buf_done(&texts);
}
END_TEST

START_TEST(test_depth)
{
    struct buf text;
    buf_init(&text, 65536);
    buf_append_text(&text, BEFORE "vars:\n  v0: [x]\n");
    for (int i = 1; i < 31; i++) {
        buf_printf(&text, "  v%d: [\"${{ vars.v%d }}\"]\n", i, i - 1);
    }
    struct buf deep;
    buf_init(&deep, 65536);
    buf_printf(&deep, "%s  v31: [[\"${{ vars.v30 }}\"]]\ntags: ${{ vars.v31 }}\n", buf_text(&text));
    struct testing testing = testing_load_span(buf_span(&deep));
    ck_assert_uint_ge(testing.diags.errors, 1);
    ck_assert_ptr_nonnull(
        strstr(buf_text(&testing.shown), "what is put in here makes values nested deeper than 32"));
    testing_done(&testing);
    buf_append_text(&text, "  v31: {a: \"${{ vars.v32 }}\"}\n  v32: {a: \"${{ vars.v33 }}\"}\n"
                           "  v33: x\nname: ${{ vars.v32.a }}\n");
    testing = testing_load_span(buf_span(&text));
    ck_assert_msg(testing.diags.errors == 0, "%s", buf_text(&testing.shown));
    testing_done(&testing);
    buf_done(&deep);
    buf_done(&text);
}
END_TEST

START_TEST(test_a_long_chain)
{
    struct buf text;
    buf_init(&text, 65536);
    buf_append_text(&text, BEFORE "vars:\n  v0: x\n");
    for (int i = 1; i < 40; i++) {
        buf_printf(&text, "  v%d: ${{ vars.v%d }}\n", i, i - 1);
    }
    buf_append_text(&text, "name: ${{ vars.v39 }}\n");
    struct testing testing = testing_load_span(buf_span(&text));
    ck_assert_uint_eq(testing.diags.errors, 1);
    ck_assert_str_eq(testing.diags.items[0].message, "more than 32 variables use one another");
    testing_done(&testing);
    buf_done(&text);
}
END_TEST

/* --- given from outside --- */

static const char *environment(void *context, const char *name)
{
    (void)context;
    static const char *const set[][2] = {{"PW", "open-sesame"}, {"SHORT", "ab"}, {"EMPTY", ""},
        {"LINES", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq"}, {"HOST", "not a host name"},
        {"LONG", "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456"
                 "789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz 0123456789abcd"
                 "efghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"}};
    for (size_t i = 0; i < ARRAY_LEN(set); i++) {
        if (strcmp(set[i][0], name) == 0) {
            return set[i][1];
        }
    }
    return NULL;
}

static struct testing load_given(
    const char *text, const char *const *vars, size_t vars_len, struct fail *fail)
{
    struct scenario_options options = {
        .vars = vars, .vars_len = vars_len, .environment = environment};
    struct testing testing = {0};
    *fail = (struct fail){0};
    diag_list_init(&testing.diags);
    buf_init(&testing.shown, (size_t)1024 * 1024);
    if (scenario_load_text("test.yaml", span_text(text), &options, &testing.diags, &testing.suite,
            fail) != STATUS_OK) {
        testing.suite = NULL;
    }
    for (size_t i = 0; i < testing.diags.len; i++) {
        diag_show(&testing.diags.items[i], &testing.shown);
    }
    return testing;
}

START_TEST(test_var_overrides)
{
    static const char text[] = BEFORE "vars: {a: x, port: 25}\nname: ${{ vars.a }}\n"
                                      "client: {port: \"${{ vars.port }}\"}\n"
                                      "cases: [{id: a, vars: {a: y}}, {id: b}]\n";
    static const char *const vars[] = {"a=z=null", "port=2525"};
    static const char *const wrong[][2] = {{"hots=1", "--var hots: no scenario has this variable"},
        {"prot=1", "--var prot: no scenario has this variable (did you mean 'port'?)"},
        {"a", "--var takes NAME=VALUE, not 'a'"}, {"=b", "--var takes NAME=VALUE, not '=b'"},
        {"a b=c", "--var takes NAME=VALUE, not 'a b=c'"}};
    struct fail fail;
    struct testing testing = load_given(text, vars, 2, &fail);
    ck_assert_msg(testing.diags.errors == 0, "%s%s", buf_text(&testing.shown), fail.text);
    ck_assert_str_eq(testing_case(&testing, 0)->name, "z=null");
    ck_assert_str_eq(testing_case(&testing, 1)->name, "z=null");
    ck_assert_uint_eq(testing_case(&testing, 1)->client.port, 2525);
    testing_done(&testing);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        testing = load_given(text, &wrong[i][0], 1, &fail);
        ck_assert_ptr_null(testing.suite);
        ck_assert_int_eq(fail.class, FAIL_USAGE);
        ck_assert_str_eq(fail.text, wrong[i][1]);
        testing_done(&testing);
    }
}
END_TEST

START_TEST(test_var_gives_what_no_file_gives)
{
    static const char text[] = BEFORE "name: \"[${{ vars.a }}]\"\n";
    static const char *const vars[] = {"a="};
    struct fail fail;
    struct testing testing = load_given(text, vars, 1, &fail);
    ck_assert_msg(testing.diags.errors == 0, "%s%s", buf_text(&testing.shown), fail.text);
    ck_assert_str_eq(testing_case(&testing, 0)->name, "[]");
    testing_done(&testing);
}
END_TEST

START_TEST(test_a_mistake_in_what_was_given)
{
    static const char text[] = BEFORE "vars: {port: 25}\nclient: {port: \"${{ vars.port }}\"}\n";
    static const char *const vars[] = {"port=x"};
    struct fail fail;
    struct testing testing = load_given(text, vars, 1, &fail);
    ck_assert_str_eq(buf_text(&testing.shown),
        "test.yaml:5:16: error: expected a port from 1 to 65535, or auto, got 'x'\n"
        "    5 | client: {port: \"${{ vars.port }}\"}\n"
        "      |                ^~~~~~~~~~~~~~~~~~\n");
    testing_done(&testing);
}
END_TEST

START_TEST(test_secrets_go_to_the_plan)
{
    struct fail fail;
    struct testing testing = load_given(
        "version: 1\nsecrets: {pw: {env: PW}, other: {env: SHORT}}\n"
        "vars: {line: \"AUTH ${{ secrets.pw }}\"}\n"
        "server: {host: a.test, auth: {users: {joe: \"${{ secrets.pw }}\"}}}\n"
        "client: {login: {user: joe, password: \"${{ secrets.pw }}\"}, hello_name: \"${{ vars.line "
        "}}\"}\n"
        "expect: {outcome: negotiated}\ncases: [{id: a}, {id: b, server: null, client: null}]\n",
        NULL, 0, &fail);
    ck_assert_uint_eq(testing.diags.errors, 1); /* the second has no host */
    const struct plan_case *plan = testing_case(&testing, 0);
    ck_assert_str_eq(plan->client.login.password, "open-sesame");
    ck_assert_str_eq(plan->server->auth.users[0].password, "open-sesame");
    ck_assert_str_eq(plan->client.hello_name, "AUTH open-sesame");
    testing_check_texts(&plan->secrets, "open-sesame"); /* each once, and those that are used */
    testing_done(&testing);
}
END_TEST

START_TEST(test_secrets_stay_out_of_everything_that_is_shown)
{
    static const char *const texts[] = {
        "name: ${{ secrets.pw }}\n",
        "requirement: \"x${{ secrets.pw }}\"\n",
        "tags: [\"${{ secrets.pw }}\"]\n",
        "vars: {a: \"-${{ secrets.pw }}\"}\nname: ${{ vars.a }}\n",
        "vars: {a: [\"${{ secrets.pw }}\"]}\ntags: ${{ vars.a }}\n",
        "matrix: {a: [\"${{ secrets.pw }}\"]}\n",
        "skip: {reason: \"${{ secrets.pw }}\"}\n",
        "client: {time_limits: {\"${{ secrets.pw }}\": 1s}}\n",
        "known_fail: {reason: \"${{ secrets.pw }}\"}\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct buf text;
        struct fail fail;
        buf_init(&text, 4096);
        buf_printf(&text, BEFORE "secrets: {pw: {env: PW}}\n%s", texts[i]);
        struct testing testing = load_given(buf_text(&text), NULL, 0, &fail);
        ck_assert_msg(testing.diags.errors == 1 &&
                          strcmp(testing.diags.items[0].message,
                              "a secret goes into `server` and `client` only: it would be seen "
                              "here") == 0,
            "%s%s", texts[i], buf_text(&testing.shown));
        testing_done(&testing);
        buf_done(&text);
    }
}
END_TEST

/* Every kind of value that can be wrong, with a secret in its place: no message shows any of it. */
START_TEST(test_secrets_stay_out_of_messages)
{
    static const char *const places[] = {
        "server: {host: \"%s\"}\n",
        "server: {port: \"%s\"}\n",
        "server: {tls: \"%s\"}\n",
        "server: {auth: {after_tls: [\"%s\"]}}\n",
        "server: {auth: {after_tls: \"%s\"}}\n",
        "server: {network: {latency: \"%s\"}}\n",
        "server: {network: {bandwidth: \"%s\"}}\n",
        "server: {script: [{on: \"%s\", do: [hang]}]}\n",
        "server: {script: [{on: MAIL, do: [\"%s\"]}]}\n",
        "server: {script: [{on: MAIL, reply: \"%s\"}]}\n",
        "server: {script: [{on: MAIL, reply: \"x%s\"}]}\n",
        "server: {script: [{on: MAIL, match: \"(%s\", do: [hang]}]}\n",
        "server: {script: [{on: MAIL, send: {hex: \"%s\"}}]}\n",
        "server: {certificate: {names: [\"%s\"]}}\n",
        "client: {connect_to: \"%s\"}\n",
        "client: {verify: {except: [\"%s\"]}}\n",
        "client: {steps: [\"%s\"]}\n",
        "client: {login: \"%s\"}\n",
        "client: {send: {to: \"%s\"}}\n",
        "client: {login: {user: a, password: b, mechanisms: [\"%s\"]}}\n",
    };
    static const char *const names[] = {"PW", "SHORT", "HOST", "LONG"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        for (size_t j = 0; j < ARRAY_LEN(names); j++) {
            struct buf text;
            struct fail fail;
            buf_init(&text, 4096);
            buf_printf(&text,
                "version: 1\nclient: {}\nexpect: {outcome: sent}\nsecrets: {q: {env: %s}}\n"
                "cases:\n- id: z\n  ",
                names[j]);
            const char *at = strstr(places[i], "%s");
            buf_append(&text, span_of(places[i], (size_t)(at - places[i])));
            buf_append_text(&text, "${{ secrets.q }}");
            buf_append_text(&text, at + 2);
            struct testing testing = load_given(buf_text(&text), NULL, 0, &fail);
            const char *shown = buf_text(&testing.shown), *secret = environment(NULL, names[j]);
            char part[8] = {0};
            memcpy(part, secret, strlen(secret) < 7 ? strlen(secret) : 7);
            ck_assert_msg(j == 1 || strstr(shown, part) == NULL, "%s%s", buf_text(&text), shown);
            ck_assert_msg(j != 1 || (strstr(shown, "'ab") == NULL && strstr(shown, "[ab") == NULL),
                "%s%s", buf_text(&text), shown);
            testing_done(&testing);
            buf_done(&text);
        }
    }
}
END_TEST

START_TEST(test_secrets_that_are_not_there)
{
    static const char *const rows[][2] = {
        {"{env: NOPE}", "the environment has no NOPE"},
        {"{env: EMPTY}", "the environment's EMPTY is empty"},
        {"{env: SHORT}",
            "the environment's SHORT is shorter than 4 octets: it could not be masked"},
        {"{env: LINES}", "the environment's LINES has more than 16 lines: it could not be masked"},
        {"{file: /dev/zero}", "a text that is no file has no files with secrets"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf text;
        struct fail fail;
        buf_init(&text, 4096);
        buf_printf(&text,
            BEFORE "secrets: {pw: %s}\n"
                   "client: {login: {user: joe, password: \"${{ secrets.pw }}\"}}\n",
            rows[i][0]);
        struct testing testing = load_given(buf_text(&text), NULL, 0, &fail);
        ck_assert_msg(testing.diags.errors == 1, "%s", buf_text(&testing.shown));
        ck_assert_str_eq(testing.diags.items[0].message, rows[i][1]);
        ck_assert_uint_eq(testing.diags.items[0].mark.line, 4);
        testing_done(&testing);
        buf_done(&text);
    }
    /* nobody uses it: nobody looks for it */
    check_name(BEFORE "name: x\nsecrets: {pw: {env: NOPE}}\n", "x");
}
END_TEST

/* A password that a variable gives is one wherever it is used. */
START_TEST(test_passwords_from_variables)
{
    struct testing testing = testing_load(
        "version: 1\nserver: {auth: {users: \"${{ vars.people }}\"}}\nexpect: {outcome: sent}\n"
        "client: {login: {user: joe, password: \"${{ vars.pw }}\"}}\n"
        "vars:\n  people: {joe: \"hunter2\\0\"}\n  pw: \"hunter2\\0\"\n");
    ck_assert_uint_eq(testing.diags.errors, 2);
    ck_assert_ptr_null(strstr(buf_text(&testing.shown), "hunter2"));
    testing_done(&testing);
}
END_TEST

/* `user` is near `users`, and no secret: its mistakes are shown with their lines. */
START_TEST(test_a_user_is_no_secret)
{
    struct testing testing = testing_load(
        "version: 1\nserver: {auth: {users: {joe: sesame}}}\nexpect: {outcome: sent}\n"
        "client: {login: {user: \"${{ vars.name }}\", password: sesame}}\n"
        "vars: {name: \"hatty\\0\"}\n");
    ck_assert_uint_eq(testing.diags.errors, 1);
    ck_assert_ptr_nonnull(strstr(buf_text(&testing.shown), "vars: {name: \"hatty"));
    testing_done(&testing);
    testing = testing_load(/* and this is a misspelt `users` */
        "version: 1\nserver: {auth: {user: \"${{ vars.people }}\"}}\nexpect: {outcome: sent}\n"
        "vars: {people: {joe: hunter2}}\n");
    ck_assert_uint_eq(testing.diags.errors, 1);
    ck_assert_ptr_null(strstr(buf_text(&testing.shown), "hunter2"));
    testing_done(&testing);
}
END_TEST

/* Also where somebody tells of one at another place than its own. */
START_TEST(test_messages_are_masked)
{
    struct diag_list diags;
    struct tell tell;
    struct node_source source = {.file = "a.yaml", .text = SPAN_LITERAL("a: b\n")};
    struct node node = {.kind = NODE_SCALAR, .source = &source, .mark = {"a.yaml", 1, 1, 1}};
    diag_list_init(&diags);
    tell_init(&tell, &diags);
    tell_keep_secret(&tell, SPAN_LITERAL("sesame"));
    tell_error(&tell, &node, "not sesamesame", "it is sesame, sesame");
    ck_assert_str_eq(diags.items[0].message, "it is ***, ***");
    ck_assert_str_eq(diags.items[0].hint, "not ***same");
    diag_list_done(&diags);
}
END_TEST

UNIT_MAIN(test_messages_are_masked, test_text, test_escapes,
    test_what_is_nothing_else_takes_any_shape, test_keys_can_be_put_together,
    test_the_case_over_the_file_and_templates_between, test_what_explodes, test_depth,
    test_a_long_chain, test_var_overrides, test_var_gives_what_no_file_gives,
    test_a_mistake_in_what_was_given, test_secrets_go_to_the_plan,
    test_secrets_stay_out_of_everything_that_is_shown, test_secrets_stay_out_of_messages,
    test_secrets_that_are_not_there, test_passwords_from_variables, test_a_user_is_no_secret)
