/*
 * Files that include others: templates, defaults, places of messages, and what may not be.
 */
#include "harness/scenario/library.h"
#include "harness/scenario/testing.h"
#include "harness/scenario/testing_folder.h"

#define EXPECT "expect: {outcome: negotiated}\n"

/* What one path loads, "FOLDER" in all messages. */
struct loaded {
    struct testing testing;
    struct fail fail;
    struct buf ids; /* joined by blanks */
};

static void folder_begin(void)
{
    testing_folder_begin();
    ck_assert_int_eq(mkdir(testing_path("sub"), 0700), 0);
}

static void show(const struct diag *diag, struct buf *out)
{
    struct buf text;
    buf_init(&text, 65536);
    diag_show(diag, &text);
    const char *rest = buf_text(&text);
    for (const char *at; (at = strstr(rest, testing_folder)) != NULL;
         rest = at + strlen(testing_folder)) {
        buf_append(out, span_of(rest, (size_t)(at - rest)));
        buf_append_text(out, "FOLDER");
    }
    buf_append_text(out, rest);
    buf_done(&text);
}

static struct loaded load(const char *name)
{
    struct loaded loaded = {0};
    const char *path = name[0] == 0 ? testing_folder : testing_path(name);
    diag_list_init(&loaded.testing.diags);
    buf_init(&loaded.testing.shown, (size_t)1024 * 1024);
    buf_init(&loaded.ids, (size_t)1024 * 1024);
    enum status status = scenario_load(
        &path, 1, NULL, &loaded.testing.diags, &loaded.testing.suite, &loaded.fail);
    ck_assert_msg(status == STATUS_OK, "%s", loaded.fail.text);
    for (size_t i = 0; i < loaded.testing.diags.len; i++) {
        show(&loaded.testing.diags.items[i], &loaded.testing.shown);
    }
    const struct plan_suite *plan = scenario_suite_plan(loaded.testing.suite);
    for (size_t i = 0; i < plan->len; i++) {
        buf_printf(&loaded.ids, "%s%s", i == 0 ? "" : " ", plan->cases[i].id);
    }
    return loaded;
}

static void unload(struct loaded *loaded)
{
    buf_done(&loaded->ids);
    testing_done(&loaded->testing);
}

static struct loaded load_good(const char *name, const char *ids)
{
    struct loaded loaded = load(name);
    ck_assert_str_eq(buf_text(&loaded.testing.shown), "");
    ck_assert_str_eq(buf_text(&loaded.ids), ids);
    return loaded;
}

static void check_shown(const char *name, const char *shown)
{
    struct loaded loaded = load(name);
    ck_assert_str_eq(buf_text(&loaded.testing.shown), shown);
    ck_assert_str_eq(buf_text(&loaded.ids), "");
    unload(&loaded);
}

START_TEST(test_templates_and_defaults)
{
    folder_begin();
    testing_put("_base.yaml",
        "version: 1\n"
        "templates:\n"
        "  small: {server: {host: small.test, port: 25, tls: none}}\n"
        "  large: {extends: small, server: {host: large.test}, tags: [large]}\n"
        "server: {greeting: hello}\ntags: [base]\n");
    testing_put("sub/a.yaml", "version: 1\ninclude: [../_base.yaml]\n" EXPECT "cases:\n"
                              "- {id: x, extends: small}\n"
                              "- {id: y, extends: large, server: {port: 26}}\n"
                              "- {id: z, server: {greeting: null}}\n");
    struct loaded loaded = load_good("", "sub/a#x sub/a#y sub/a#z");
    const struct plan_case *x = testing_case(&loaded.testing, 0);
    const struct plan_case *y = testing_case(&loaded.testing, 1);
    const struct plan_case *z = testing_case(&loaded.testing, 2);
    ck_assert_str_eq(x->server->host, "small.test");
    ck_assert_str_eq(x->server->greeting, "hello");
    testing_check_texts(&x->tags, "base");
    ck_assert_str_eq(y->server->host, "large.test");
    ck_assert_uint_eq(y->server->port, 26);
    ck_assert_int_eq(y->server->tls, PLAN_TLS_NONE);
    testing_check_texts(&y->tags, "large");
    ck_assert_ptr_null(z->server->greeting);
    unload(&loaded);
    testing_folder_end();
}
END_TEST

/* sub/a.yaml lies in the folder `sub`, so its suite has to be the one above. */
START_TEST(test_folders_pass_over_what_is_there_to_be_included)
{
    folder_begin();
    testing_put("_base.yaml", "version: 1\nserver: {host: a.test}\nsver: {}\n");
    testing_put(
        "shelf.yaml", "version: 1\nvars: {a: x}\ntemplates: {t: {server: {host: a.test}}}\n");
    testing_put("sub/a.yaml",
        "version: 1\ninclude: ../shelf.yaml\nextends: t\nname: ${{ vars.a }}\n" EXPECT);
    struct loaded loaded = load_good("", "sub/a");
    ck_assert_str_eq(testing_case(&loaded.testing, 0)->name, "x");
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_later_wins_and_names_mean_those_of_their_own_file)
{
    folder_begin();
    testing_put(
        "_a.yaml", "version: 1\ntemplates: {t: {name: a}, u: {extends: t}}\nrequirement: a\n");
    testing_put("_b.yaml", "version: 1\ntemplates: {t: {name: b}}\nrequirement: b\n");
    testing_put("c.yaml", "version: 1\ninclude: [_a.yaml, _b.yaml]\nserver: {}\n" EXPECT
                          "templates: {own: {name: own}}\n"
                          "cases:\n- {id: t, extends: t}\n- {id: u, extends: u}\n"
                          "- {id: v, extends: [own, u]}\n- {id: w, extends: [u, own]}\n"
                          "- {id: x, extends: [u, own], name: case}\n");
    testing_put("d.yaml", "version: 1\ninclude: [_a.yaml, _b.yaml]\nserver: {}\n" EXPECT
                          "templates: {t: {name: d}}\nextends: t\n");
    static const char *const names[] = {"b", "a", "a", "own", "case", "d"};
    struct loaded loaded = load_good("", "c#t c#u c#v c#w c#x d");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        ck_assert_str_eq(testing_case(&loaded.testing, i)->name, names[i]);
        ck_assert_str_eq(testing_case(&loaded.testing, i)->requirement, "b");
    }
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_twice_is_fine_and_read_once)
{
    folder_begin();
    testing_put("_base.yaml", "version: 1\ntemplates: {t: {nmae: x}}\nserver: {hst: a}\n");
    testing_put("_b.yaml", "version: 1\ninclude: [_base.yaml, sub/../_base.yaml]\n");
    testing_put("c.yaml", "version: 1\ninclude: [_base.yaml, _b.yaml]\nextends: t\n" EXPECT);
    testing_put("d.yaml", "version: 1\ninclude: [./_base.yaml, _b.yaml]\nextends: t\n" EXPECT);
    check_shown("",
        "FOLDER/_base.yaml:2:17: error: unknown key 'nmae' in case (did you mean 'name'?)\n"
        "    2 | templates: {t: {nmae: x}}\n"
        "      |                 ^~~~\n"
        "FOLDER/_base.yaml:3:10: error: unknown key 'hst' in server (did you mean 'host'?)\n"
        "    3 | server: {hst: a}\n"
        "      |          ^~~\n");
    testing_folder_end();
}
END_TEST

START_TEST(test_circles)
{
    folder_begin();
    testing_put("_a.yaml", "version: 1\ninclude: [_b.yaml]\n");
    testing_put("_b.yaml", "version: 1\ninclude: [sub/_c.yaml]\n");
    testing_put("sub/_c.yaml", "version: 1\ninclude:\n- ../_a.yaml\n");
    testing_put("d.yaml", "version: 1\ninclude: [_a.yaml]\nserver: {}\n" EXPECT);
    testing_put("sub/e.yaml", "version: 1\ninclude: [e.yaml]\nserver: {}\n" EXPECT);
    check_shown("",
        "FOLDER/sub/_c.yaml:3:3: error: files include each other in a circle: FOLDER/_a.yaml -> "
        "FOLDER/_b.yaml -> FOLDER/sub/_c.yaml -> FOLDER/_a.yaml\n"
        "    3 | - ../_a.yaml\n"
        "      |   ^~~~~~~~~~\n"
        "FOLDER/sub/e.yaml:2:11: error: files include each other in a circle: FOLDER/sub/e.yaml "
        "-> FOLDER/sub/e.yaml\n"
        "    2 | include: [e.yaml]\n"
        "      |           ^~~~~~\n");
    testing_folder_end();
}
END_TEST

START_TEST(test_nothing_outside_of_the_suite)
{
    static const char *const outside[] = {"../../../etc/passwd", "/etc/passwd", "../_up.yaml",
        "sub/../../_up.yaml", "link.yaml", "../_nothing.yaml"};
    folder_begin();
    ck_assert_int_eq(mkdir(testing_path("scenarios"), 0700), 0);
    ck_assert_int_eq(mkdir(testing_path("scenarios/sub"), 0700), 0);
    testing_put("_up.yaml", "version: 1\nname: up\n");
    testing_put("scenarios/_in.yaml", "version: 1\nname: in\n");
    ck_assert_int_eq(symlink("../_up.yaml", testing_path("scenarios/link.yaml")), 0);
    for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
        char text[256];
        snprintf(text, sizeof text, "version: 1\ninclude: [%s]\nserver: {}\n" EXPECT, outside[i]);
        testing_put("scenarios/a.yaml", text);
        struct loaded loaded = load("scenarios/a.yaml");
        snprintf(text, sizeof text, "'%s' lies outside of the suite's folder %s/scenarios",
            outside[i], testing_folder);
        ck_assert_uint_eq(loaded.testing.diags.errors, 1);
        ck_assert_str_eq(loaded.testing.diags.items[0].message, text);
        ck_assert_str_eq(buf_text(&loaded.ids), "");
        unload(&loaded);
    }
    testing_put("scenarios/sub/b.yaml", "version: 1\ninclude: [../_in.yaml]\nserver: {}\n" EXPECT);
    struct loaded loaded = load_good("scenarios/sub/b.yaml", "sub/b");
    ck_assert_str_eq(testing_case(&loaded.testing, 0)->name, "in");
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_what_is_not_there)
{
    folder_begin();
    testing_put("_base.yaml", "version: 1\n");
    testing_put("a.yaml",
        "version: 1\ninclude: [_bsae.yaml, sub]\nserver: {}\nextends: t\nname: []\n" EXPECT);
    check_shown("a.yaml",
        "FOLDER/a.yaml:2:11: error: there is no file '_bsae.yaml' (did you mean '_base.yaml'?)\n"
        "    2 | include: [_bsae.yaml, sub]\n"
        "      |           ^~~~~~~~~~\n"
        "FOLDER/a.yaml:2:23: error: there is no file 'sub'\n"
        "    2 | include: [_bsae.yaml, sub]\n"
        "      |                       ^~~\n"
        "FOLDER/a.yaml:4:10: error: unknown template 't' (it may stand in what is not there, or "
        "cannot be read)\n"
        "    4 | extends: t\n"
        "      |          ^\n"
        "FOLDER/a.yaml:5:7: error: expected one line of text, got a list\n"
        "    5 | name: []\n"
        "      |       ^\n");
    testing_folder_end();
}
END_TEST

START_TEST(test_what_a_missing_template_leaves_to_be_checked)
{
    folder_begin();
    testing_put("a.yaml", "version: 1\n" EXPECT "cases:\n"
                          "- id: x\n  extends: [none, nil]\n  client: {login: true}\n"
                          "  server: {tls: \"${{ vars.a }}\", port: 0}\n");
    check_shown("a.yaml",
        "FOLDER/a.yaml:5:13: error: unknown template 'none' (there is none, here or in what is "
        "included)\n"
        "    5 |   extends: [none, nil]\n"
        "      |             ^~~~\n"
        "FOLDER/a.yaml:5:19: error: unknown template 'nil' (there is none, here or in what is "
        "included)\n"
        "    5 |   extends: [none, nil]\n"
        "      |                   ^~~\n"
        "FOLDER/a.yaml:7:18: error: unknown variable 'a' (it may stand in what is not there)\n"
        "    7 |   server: {tls: \"${{ vars.a }}\", port: 0}\n"
        "      |                  ^~~\n"
        "FOLDER/a.yaml:7:40: error: 0 is out of range: from 1 to 65535 are allowed\n"
        "    7 |   server: {tls: \"${{ vars.a }}\", port: 0}\n"
        "      |                                        ^\n");
    testing_folder_end();
}
END_TEST

START_TEST(test_a_file_without_expect_that_another_includes_makes_no_case)
{
    folder_begin();
    testing_put("lib.yaml", "version: 1\nvars: {port: 25}\nclient: {ssl_mode: none}\ntags: [x]\n");
    testing_put(
        "a.yaml", "version: 1\ninclude: lib.yaml\nserver: {port: \"${{ vars.port }}\"}\n" EXPECT);
    struct loaded loaded = load_good("", "a");
    ck_assert_str_eq(testing_case(&loaded.testing, 0)->tags.items[0], "x");
    unload(&loaded);
    testing_put(
        "lib.yaml", "version: 1\nserver: {}\n"); /* a whole case, but that it expects nothing */
    testing_put("z.yaml", "version: 1\ninclude: lib.yaml\n" EXPECT);
    testing_put("a.yaml", "version: 1\nserver: {}\n" EXPECT);
    loaded = load_good("", "a z");
    unload(&loaded);
    testing_put("z.yaml", "version: 1\nserver: {}\n" EXPECT);
    loaded = load(""); /* now nobody includes it */
    ck_assert_str_eq(buf_text(&loaded.ids), "a lib z");
    ck_assert_str_eq(
        loaded.testing.diags.items[0].message, "the case expects nothing, so it always passes");
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_what_looks_like_a_library_and_is_none)
{
    folder_begin();
    testing_put("a.yaml", "version: 1\ninclude: lib.yaml\nserver: {}\n" EXPECT);
    testing_put(
        "lib.yaml", "version: 1\nclient: {ssl_mode: none}\n" EXPECT); /* its server was forgotten */
    struct loaded loaded = load("");
    ck_assert_uint_eq(loaded.testing.diags.errors, 1);
    ck_assert_str_eq(loaded.testing.diags.items[0].message,
        "the case has no `server`, and the client is told no host");
    unload(&loaded);
    testing_put("lib.yaml", "version: 1\nclient: {ssl_mode: none}\n");
    loaded = load("lib.yaml"); /* nobody of this run includes it */
    ck_assert_uint_eq(loaded.testing.diags.errors, 1);
    unload(&loaded);
    /* What it has from a template or from another file, it expects itself. */
    testing_put("lib.yaml", "version: 1\ninclude: deep.yaml\nserver: {}\n");
    testing_put("deep.yaml", "version: 1\nserver: {}\n" EXPECT);
    testing_put("a.yaml", "version: 1\ninclude: lib.yaml\n");
    loaded = load_good("", "a deep lib");
    unload(&loaded);
    testing_put("lib.yaml", "version: 1\nclent: {}\nclient: {ssl_mode: \"${{ vars.x }}\"}\n");
    testing_put("a.yaml", "version: 1\nvars: {x: none}\ninclude: lib.yaml\nserver: {}\n" EXPECT);
    loaded = load("");
    ck_assert_str_eq(buf_text(&loaded.testing.shown),
        "FOLDER/lib.yaml:2:1: error: unknown key 'clent' in case (did you mean 'client'?)\n"
        "    2 | clent: {}\n"
        "      | ^~~~~\n");
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_a_missing_file_hides_no_other_mistake)
{
    folder_begin();
    testing_put("a.yaml",
        "version: 1\ninclude: nosuch.yaml\nextends: nosuch\n"
        "server: {prot: 25, greeting: \"${{ vars.nope }}\"}\nexpect: {outcme: x}\n");
    struct loaded loaded = load("a.yaml");
    static const char *const messages[] = {"there is no file 'nosuch.yaml'",
        "unknown template 'nosuch'", "unknown key 'prot' in server", "unknown variable 'nope'",
        "unknown fact 'outcme'"};
    ck_assert_uint_eq(loaded.testing.diags.len, ARRAY_LEN(messages));
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        ck_assert_str_eq(loaded.testing.diags.items[i].message, messages[i]);
    }
    unload(&loaded);
    testing_folder_end();
}
END_TEST

/* What the missing file would have said is not missed. */
START_TEST(test_what_a_missing_file_leaves_to_be_checked)
{
    folder_begin();
    testing_put("a.yaml",
        "version: 1\ninclude: [none.yaml]\nclient: {login: true, ssl_mod: auto}\n" EXPECT);
    check_shown("a.yaml",
        "FOLDER/a.yaml:2:11: error: there is no file 'none.yaml'\n"
        "    2 | include: [none.yaml]\n"
        "      |           ^~~~~~~~~\n"
        "FOLDER/a.yaml:3:23: error: unknown key 'ssl_mod' in client (did you mean "
        "'ssl_mode'?)\n"
        "    3 | client: {login: true, ssl_mod: auto}\n"
        "      |                       ^~~~~~~\n");
    testing_folder_end();
}
END_TEST

START_TEST(test_templates_that_nobody_extends)
{
    folder_begin();
    testing_put("_t.yaml", "version: 1\ntemplates:\n"
                           "  used: {server: {port: 25}}\n"
                           "  idle: {extends: used, server: {prot: 25}, client: {login: true}}\n");
    testing_put("a.yaml", "version: 1\ninclude: _t.yaml\nextends: used\n" EXPECT);
    testing_put("b.yaml", "version: 1\ninclude: _t.yaml\nextends: used\n" EXPECT);
    struct loaded loaded = load("");
    ck_assert_str_eq(buf_text(&loaded.testing.shown),
        "FOLDER/_t.yaml:4:34: error: unknown key 'prot' in server (did you mean 'port'?)\n"
        "    4 |   idle: {extends: used, server: {prot: 25}, client: {login: true}}\n"
        "      |                                  ^~~~\n");
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_mistakes_of_an_included_file)
{
    folder_begin();
    testing_put("_base.yaml", "versoin: 1\nserver: {port: 0}\n");
    testing_put("_bad.yaml", "version: 1\nserver: [\n");
    testing_put("a.yaml", "version: 1\ninclude: [_base.yaml]\n" EXPECT);
    testing_put("b.yaml", "version: 1\ninclude: [_bad.yaml]\nserver: {}\n" EXPECT);
    struct loaded loaded = load("");
    ck_assert_str_eq(buf_text(&loaded.ids), "");
    ck_assert_uint_eq(loaded.testing.diags.errors, 4);
    ck_assert_str_eq(
        loaded.testing.diags.items[0].message, "the file says no version of the scenario language");
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_how_deep)
{
    folder_begin();
    for (int i = 0; i < LIBRARY_DEPTH_MAX + 1; i++) {
        char name[32], text[128];
        snprintf(name, sizeof name, "_%d.yaml", i);
        snprintf(text, sizeof text,
            i == 0 ? "version: 1\nname: deep\n" : "version: 1\ninclude: [_%d.yaml]\n", i - 1);
        testing_put(name, text);
    }
    testing_put("a.yaml", "version: 1\ninclude: [_14.yaml]\nserver: {}\n" EXPECT);
    struct loaded loaded = load_good("a.yaml", "a");
    ck_assert_str_eq(testing_case(&loaded.testing, 0)->name, "deep");
    unload(&loaded);
    testing_put("a.yaml", "version: 1\ninclude: [_15.yaml]\nserver: {}\n" EXPECT);
    loaded = load("a.yaml");
    ck_assert_uint_eq(loaded.testing.diags.errors, 1);
    ck_assert_str_eq(
        loaded.testing.diags.items[0].message, "files include files more than 16 deep");
    unload(&loaded);
    testing_folder_end();
}
END_TEST

/* Families of templates and files that double with each generation. */
START_TEST(test_what_explodes)
{
    struct buf text;
    buf_init(&text, 65536);
    folder_begin();
    testing_put("_0.yaml", "version: 1\nname: x\n");
    for (int i = 1; i < 14; i++) {
        char name[32], one[128];
        snprintf(name, sizeof name, "_%d.yaml", i);
        snprintf(one, sizeof one, "version: 1\ninclude: [_%d.yaml, _%d.yaml]\n", i - 1, i - 1);
        testing_put(name, one);
    }
    testing_put("a.yaml", "version: 1\ninclude: [_13.yaml]\nserver: {}\n" EXPECT);
    struct loaded loaded = load("a.yaml");
    ck_assert_uint_eq(loaded.testing.diags.errors, 1);
    ck_assert_str_eq(loaded.testing.diags.items[0].message,
        "a case lies on more than 100 templates and defaults");
    unload(&loaded);
    buf_append_text(
        &text, "version: 1\nserver: {}\n" EXPECT "extends: t30\ntemplates:\n  t0: {}\n");
    for (int i = 1; i < 31; i++) {
        buf_printf(&text, "  t%d: {extends: [t%d, t%d]}\n", i, i - 1, i - 1);
    }
    testing_put("b.yaml", buf_text(&text));
    loaded = load("b.yaml");
    ck_assert_uint_eq(loaded.testing.diags.errors, 1);
    unload(&loaded);
    testing_folder_end();
    buf_done(&text);
}
END_TEST

/* That is no mistake of the file. */
static void check_missing(const char *name, const char *said)
{
    struct loaded loaded = load_good(name, "");
    const char *missing = scenario_suite_missing(loaded.testing.suite);
    ck_assert_int_eq(strncmp(missing, testing_folder, strlen(testing_folder)), 0);
    ck_assert_str_eq(missing + strlen(testing_folder) + 1, said);
    unload(&loaded);
}

START_TEST(test_cells_by_name)
{
    folder_begin();
    testing_put("a.yaml", "version: 1\nserver: {}\n" EXPECT "cases:\n"
                          "- {id: x, matrix: {n: [1, 2], m: [a]}}\n- {id: y}\n");
    testing_put("b.yaml", "version: 1\nserver: {}\n" EXPECT "matrix: {n: [1, 2]}\n");
    static const char *const rows[][2] = {{"a.yaml#x", "a#x[n=1,m=a] a#x[n=2,m=a]"},
        {"a.yaml#x[n=2,m=a]", "a#x[n=2,m=a]"}, {"a.yaml#y", "a#y"}, {"b.yaml[n=2]", "b[n=2]"},
        {"b.yaml#[n=1]", "b[n=1]"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct loaded loaded = load_good(rows[i][0], rows[i][1]);
        unload(&loaded);
    }
    check_missing("a.yaml#x[n=2,m=b]", "a.yaml has no case 'x[n=2,m=b]'; the nearest: x[n=2,m=a], "
                                       "x[n=1,m=a]\n");
    check_missing("a.yaml#z", "a.yaml has no case 'z'; the nearest: x, y\n");
    check_missing("b.yaml[n=3]", "b.yaml has no case '[n=3]'; the nearest: [n=1], [n=2]\n");
    check_missing("b.yaml#nothing", "b.yaml has no case 'nothing'; `smtpvet list` shows all ids\n");
    testing_folder_end();
}
END_TEST

START_TEST(test_secrets_from_files)
{
    folder_begin();
    testing_put("pw", "open-sesame\n");
    testing_put("crlf", "open-sesame\r\n");
    testing_put("two", "open\nsesame\n\n");
    testing_put("empty", "\n");
    static const char *const rows[][2] = {{"pw", "open-sesame"}, {"crlf", "open-sesame"},
        {"two", "open\nsesame\n"}, {"sub/../pw", "open-sesame"}};
    for (size_t i = 0; i < ARRAY_LEN(rows) + 3; i++) {
        static const char *const bad[] = {"empty", "nope", "sub"};
        char text[512];
        bool good = i < ARRAY_LEN(rows);
        snprintf(text, sizeof text,
            "version: 1\nserver: {}\n" EXPECT "secrets: {pw: {file: %s}}\n"
            "client: {login: {user: joe, password: \"${{ secrets.pw }}\"}}\n",
            good ? rows[i][0] : bad[i - ARRAY_LEN(rows)]);
        testing_put("a.yaml", text);
        struct loaded loaded = load("a.yaml");
        ck_assert_uint_eq(loaded.testing.diags.errors, good ? 0 : 1);
        if (good) {
            const struct plan_case *plan = testing_case(&loaded.testing, 0);
            ck_assert_str_eq(plan->client.login.password, rows[i][1]);
            testing_check_texts(&plan->secrets, rows[i][1]);
        }
        unload(&loaded);
    }
    testing_folder_end();
}
END_TEST

START_TEST(test_the_digest_is_of_all_files)
{
    folder_begin();
    testing_put("_a.yaml", "version: 1\nname: a\n");
    testing_put("a.yaml", "version: 1\ninclude: [_a.yaml]\nserver: {}\n" EXPECT);
    struct loaded loaded = load_good("a.yaml", "a");
    uint64_t digest = scenario_suite_plan(loaded.testing.suite)->digest;
    unload(&loaded);
    testing_put("_a.yaml", "version: 1\nname: b\n");
    loaded = load_good("a.yaml", "a");
    ck_assert_uint_ne(scenario_suite_plan(loaded.testing.suite)->digest, digest);
    unload(&loaded);
    testing_folder_end();
}
END_TEST

UNIT_MAIN(test_templates_and_defaults,
    test_a_file_without_expect_that_another_includes_makes_no_case,
    test_what_looks_like_a_library_and_is_none, test_a_missing_file_hides_no_other_mistake,
    test_what_a_missing_file_leaves_to_be_checked,
    test_folders_pass_over_what_is_there_to_be_included,
    test_later_wins_and_names_mean_those_of_their_own_file, test_twice_is_fine_and_read_once,
    test_circles, test_nothing_outside_of_the_suite, test_what_is_not_there,
    test_mistakes_of_an_included_file, test_how_deep,
    test_what_a_missing_template_leaves_to_be_checked, test_templates_that_nobody_extends,
    test_what_explodes, test_cells_by_name, test_secrets_from_files,
    test_the_digest_is_of_all_files)
