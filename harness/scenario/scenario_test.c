/*
 * Suites: files, folders, ids, digests; and that every scenario of this repository loads.
 */
#include "harness/base/text.h"
#include "harness/scenario/testing.h"
#include "harness/scenario/testing_folder.h"

static const char good[] = "version: 1\nserver: {}\nexpect: {outcome: sent}\n";
static const char two[] = "version: 1\nserver: {}\nexpect: {outcome: sent}\n"
                          "cases: [{id: one}, {id: two}]\n";

struct loaded {
    struct diag_list diags;
    struct scenario_suite *suite;
    struct fail fail;
    enum status status;
    struct buf ids; /* joined by blanks */
};

/* Others know names in other scripts; here it is enough that somebody does. */
static enum status name_in_ascii(const char *name, struct buf *out, struct fail *fail)
{
    (void)fail;
    buf_append_text(out, "xn--");
    for (const char *at = name; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x80) {
            buf_append_byte(out, (uint8_t)*at);
        }
    }
    return STATUS_OK;
}

static bool has_none(unsigned needs)
{
    (void)needs;
    return false;
}

static bool speaks_all(const char *mechanism, const char **ret_why)
{
    (void)mechanism;
    *ret_why = NULL;
    return true;
}

static struct loaded load(const char *a, const char *b)
{
    static const struct scenario_checks checks = {
        .name = name_in_ascii, .has = has_none, .speaks = speaks_all};
    const struct scenario_options options = {.checks = &checks};
    struct loaded loaded = {0};
    const char *paths[] = {a, b};
    diag_list_init(&loaded.diags);
    buf_init(&loaded.ids, 1024 * 1024);
    loaded.status = scenario_load(
        paths, b == NULL ? 1 : 2, &options, &loaded.diags, &loaded.suite, &loaded.fail);
    if (loaded.status == STATUS_OK) {
        const struct plan_suite *plan = scenario_suite_plan(loaded.suite);
        for (size_t i = 0; i < plan->len; i++) {
            buf_printf(&loaded.ids, "%s%s", i == 0 ? "" : " ", plan->cases[i].id);
        }
    }
    return loaded;
}

static uint64_t unload(struct loaded *loaded)
{
    uint64_t digest = loaded->suite == NULL ? 0 : scenario_suite_plan(loaded->suite)->digest;
    scenario_suite_free(loaded->suite);
    diag_list_done(&loaded->diags);
    buf_done(&loaded->ids);
    return digest;
}

static uint64_t check_ids(const char *a, const char *b, const char *ids)
{
    struct loaded loaded = load(a, b);
    ck_assert_msg(loaded.status == STATUS_OK, "%s", loaded.fail.text);
    ck_assert_msg(loaded.diags.len == 0, "%s", loaded.diags.items[0].message);
    ck_assert_str_eq(buf_text(&loaded.ids), ids);
    return unload(&loaded);
}

START_TEST(test_folders)
{
    testing_folder_begin();
    mkdir(testing_path("suite"), 0700);
    mkdir(testing_path("suite/b"), 0700);
    mkdir(testing_path("suite/.hidden"), 0700);
    testing_put("suite/b/y.yaml", good);
    testing_put("suite/b/x.yml", two);
    testing_put("suite/a.yaml", good);
    testing_put("suite/b-c.yaml", good); /* '-' comes before '/' */
    testing_put("suite/notes.txt", "no scenario");
    testing_put("suite/.a.yaml", "no scenario");
    testing_put("suite/.hidden/a.yaml", "no scenario");
    check_ids(testing_path("suite"), NULL, "a b-c b/x#one b/x#two b/y");
    check_ids(testing_path("suite/"), NULL, "a b-c b/x#one b/x#two b/y");
    check_ids(testing_path("suite/b"), NULL, "x#one x#two y");
    check_ids(testing_path("suite/b/y.yaml"), testing_path("suite/a.yaml"), "y a");
    testing_folder_end();
}
END_TEST

START_TEST(test_the_suite_folder)
{
    testing_folder_begin();
    mkdir(testing_path("scenarios"), 0700);
    mkdir(testing_path("scenarios/tls"), 0700);
    testing_put("scenarios/tls/x.yaml", good);
    uint64_t digest = check_ids(testing_path("scenarios"), NULL, "tls/x");
    ck_assert_uint_eq(check_ids(testing_path("scenarios/tls"), NULL, "tls/x"), digest);
    ck_assert_uint_eq(check_ids(testing_path("scenarios/tls/x.yaml"), NULL, "tls/x"), digest);
    check_ids(testing_folder, NULL, "scenarios/tls/x"); /* the nearest at or above what was given */
    mkdir(testing_path("my-scenarios"), 0700);
    testing_put("my-scenarios/x.yaml", good);
    check_ids(testing_path("my-scenarios/x.yaml"), NULL, "x");
    testing_folder_end();
}
END_TEST

START_TEST(test_one_case_of_a_file)
{
    testing_folder_begin();
    testing_put("x.yaml", two);
    testing_put("a#b.yaml", good);
    check_ids(testing_path("x.yaml#two"), NULL, "x#two");
    check_ids(testing_path("x.yaml#two"), testing_path("x.yaml#one"), "x#one x#two");
    check_ids(testing_path("x.yaml"), testing_path("x.yaml#one"), "x#one x#two");
    check_ids(testing_path("x.yaml#one"), testing_path("x.yaml"), "x#one x#two");
    check_ids(testing_path("x.yaml"), testing_path("./x.yaml"), "x#one x#two"); /* each file once */
    check_ids(testing_folder, testing_path("x.yaml"), "a#b x#one x#two");
    check_ids(testing_path("a#b.yaml"), NULL, "a#b");
    struct loaded loaded = load(testing_path("x.yaml#tow"), NULL);
    ck_assert_uint_eq(loaded.diags.len, 0);
    ck_assert_ptr_nonnull(strstr(
        scenario_suite_missing(loaded.suite), "x.yaml has no case 'tow'; the nearest: two\n"));
    unload(&loaded);
    testing_folder_end();
}
END_TEST

static void check_failure(const char *path, enum fail_class class, const char *text)
{
    struct loaded loaded = load(path, NULL);
    ck_assert_int_eq(loaded.status, STATUS_FAILED);
    ck_assert_int_eq(loaded.fail.class, class);
    ck_assert_ptr_null(loaded.suite);
    ck_assert_msg(strstr(loaded.fail.text, text) != NULL, "%s", loaded.fail.text);
    unload(&loaded);
}

START_TEST(test_what_is_not_there)
{
    testing_folder_begin();
    testing_put("starttls.yaml", good);
    mkdir(testing_path("tls"), 0700);
    check_failure(testing_path("startls.yaml"), FAIL_REACH, "starttls.yaml'?)");
    check_failure(testing_path("tsl"), FAIL_REACH, "tls'?)");
    check_failure(testing_path("something-else"), FAIL_REACH, "no such file or folder");
    check_failure(testing_path("none/x.yaml"), FAIL_REACH, "no such file or folder");
    check_failure(testing_path("startls.yaml#one"), FAIL_REACH, "starttls.yaml'?)");
    check_failure("", FAIL_REACH, "no such file or folder");
    check_failure("/dev/null", FAIL_REACH, "no scenario file");
    check_ids(testing_path("tls"), NULL, ""); /* an empty folder is there */
    char deep[1024];
    snprintf(deep, sizeof deep, "%s/tls", testing_folder);
    for (int i = 0; i < 33; i++) {
        size_t len = strlen(deep);
        snprintf(deep + len, sizeof deep - len, "/d");
        ck_assert_int_eq(mkdir(deep, 0700), 0);
    }
    check_failure(testing_folder, FAIL_LIMIT, "nested deeper than 32");
    testing_folder_end();
}
END_TEST

START_TEST(test_links_do_not_go_round)
{
    testing_folder_begin();
    testing_put("x.yaml", good);
    ck_assert_int_eq(symlink(testing_folder, testing_path("loop")), 0);
    check_ids(testing_folder, NULL, "x");
    testing_folder_end();
}
END_TEST

/* Passed over in silence, a scenario would be one that never runs. */
START_TEST(test_what_cannot_be_reached_is_told_when_all_else_is)
{
    testing_folder_begin();
    testing_put("a.yaml", "version: 1\nserver: {}\nsever: {}\nexpect: {outcome: negotiated}\n");
    testing_put("b.yaml", good);
    ck_assert_int_eq(symlink("nowhere", testing_path("y.yaml")), 0);
    ck_assert_int_eq(symlink("nowhere", testing_path("no-scenario")), 0);
    ck_assert_int_eq(mkfifo(testing_path("z.yaml"), 0600), 0);
    struct loaded loaded = load(testing_folder, testing_path("c.yaml"));
    ck_assert_int_eq(loaded.status, STATUS_FAILED);
    ck_assert_int_eq(loaded.fail.class, FAIL_REACH);
    const char *wanted[] = {"/y.yaml: a link that leads nowhere; ", "/z.yaml is no scenario file; ",
        "/c.yaml: no such file or folder (did you mean '"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        ck_assert_msg(strstr(loaded.fail.text, wanted[i]) != NULL, "%s", loaded.fail.text);
    }
    ck_assert_uint_eq(loaded.diags.errors, 1); /* of a.yaml */
    unload(&loaded);
    loaded = load(testing_path("y.yaml"), NULL);
    ck_assert_ptr_nonnull(strstr(loaded.fail.text, "/y.yaml: a link that leads nowhere"));
    unload(&loaded);
    testing_folder_end();
}
END_TEST

/* Whatever key names it: to read it might never end. */
START_TEST(test_a_fifo_is_no_file)
{
    static const char *const keys[] = {
        "server: {tls: starttls, certificate: {file: f, key_file: f}}\n",
        "server: {tls: starttls, client_certificate: request}\nclient: {certificate: {file: f}}\n",
        "server: {tls: starttls}\nclient: {verify: {trust: {file: f}}}\n",
    };
    testing_folder_begin();
    ck_assert_int_eq(mkfifo(testing_path("f"), 0600), 0);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        char text[256];
        snprintf(text, sizeof text, "version: 1\n%sexpect: {outcome: negotiated}\n", keys[i]);
        testing_put("a.yaml", text);
        struct loaded loaded = load(testing_path("a.yaml"), NULL);
        ck_assert_uint_gt(loaded.diags.errors, 0);
        ck_assert_msg(strstr(loaded.diags.items[0].message, "/f' is no file") != NULL, "%s",
            loaded.diags.items[0].message);
        unload(&loaded);
    }
    testing_folder_end();
}
END_TEST

START_TEST(test_what_may_not_be_read_is_told_when_all_else_is)
{
    if (geteuid() == 0) {
        return; /* who may read everything meets no such file */
    }
    testing_folder_begin();
    testing_put("a.yaml", "version: 1\nserver: {}\nsever: {}\nexpect: {outcome: negotiated}\n");
    testing_put("x.yaml", good);
    ck_assert_int_eq(chmod(testing_path("x.yaml"), 0), 0);
    ck_assert_int_eq(mkdir(testing_path("closed"), 0), 0);
    struct loaded loaded = load(testing_folder, NULL);
    ck_assert_int_eq(loaded.fail.class, FAIL_REACH);
    ck_assert_ptr_nonnull(strstr(loaded.fail.text, "/x.yaml: Permission denied"));
    ck_assert_ptr_nonnull(strstr(loaded.fail.text, "/closed: Permission denied"));
    ck_assert_uint_eq(loaded.diags.errors, 1);
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_ids_are_unique)
{
    testing_folder_begin();
    testing_put("x.yaml", good);
    testing_put("x.yml", good);
    struct loaded loaded = load(testing_folder, NULL);
    ck_assert_uint_eq(loaded.diags.errors, 1);
    ck_assert_ptr_nonnull(strstr(loaded.diags.items[0].message, "the case is called 'x'"));
    ck_assert_str_eq(loaded.diags.items[0].mark.file, testing_path("x.yml"));
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_mistakes_of_all_files_in_one_pass)
{
    testing_folder_begin();
    testing_put("a.yaml", "version: 1\nserver: {prt: 25}\nexpect: {outcome: sent}\n");
    testing_put("b.yaml", "version: 1\nserver: [\n");
    testing_put("c.yaml", good);
    testing_put("d.yaml", "version: 1\nserver: {prt: 25}\nexpect: {outcome: sent}\n");
    struct loaded loaded = load(testing_folder, NULL);
    ck_assert_uint_eq(loaded.diags.errors, 3); /* the same words in two files are two mistakes */
    ck_assert_str_eq(buf_text(&loaded.ids), "c");
    ck_assert_str_eq(loaded.diags.items[0].mark.file, testing_path("a.yaml"));
    ck_assert_str_eq(loaded.diags.items[1].mark.file, testing_path("b.yaml"));
    ck_assert_str_eq(loaded.diags.items[2].mark.file, testing_path("d.yaml"));
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_the_digest)
{
    struct testing a = testing_load(two), b = testing_load(two);
    uint64_t digest = scenario_suite_plan(a.suite)->digest;
    ck_assert_uint_ne(digest, 0);
    ck_assert_uint_eq(digest, scenario_suite_plan(b.suite)->digest);
    testing_done(&a);
    testing_done(&b);
    a = testing_load("version: 1\nserver: {}\nexpect: {outcome: sent} \n"
                     "cases: [{id: one}, {id: two}]\n");
    ck_assert_uint_ne(digest, scenario_suite_plan(a.suite)->digest);
    testing_done(&a);
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    diag_list_init(&diags); /* another name is another id */
    ck_assert_int_eq(
        scenario_load_text("a/b.yaml", span_text(two), NULL, &diags, &suite, &fail), STATUS_OK);
    ck_assert_str_eq(scenario_suite_plan(suite)->cases[1].id, "a/b#two");
    ck_assert_uint_ne(digest, scenario_suite_plan(suite)->digest);
    scenario_suite_free(suite);
    diag_list_done(&diags);
}
END_TEST

START_TEST(test_a_file_that_is_too_large)
{
    testing_folder_begin();
    FILE *file = fopen(testing_path("x.yaml"), "wb");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 40000; i++) {
        fputs("# ..................................\n", file);
    }
    fclose(file);
    struct loaded loaded = load(testing_folder, NULL);
    ck_assert_uint_eq(loaded.diags.errors, 1);
    ck_assert_str_eq(loaded.diags.items[0].message, "the file is larger than 1024 KiB");
    unload(&loaded);
    testing_folder_end();
}
END_TEST

START_TEST(test_every_scenario_of_the_repository)
{
    struct loaded loaded = load("scenarios", NULL);
    struct buf shown;
    buf_init(&shown, 65536);
    for (size_t i = 0; i < loaded.diags.len; i++) {
        diag_show(&loaded.diags.items[i], &shown);
    }
    ck_assert_int_eq(loaded.status, STATUS_OK);
    ck_assert_msg(loaded.diags.len == 0, "%s", buf_text(&shown));
    ck_assert_uint_gt(scenario_suite_plan(loaded.suite)->len, 200);
    ck_assert_ptr_nonnull(strstr(buf_text(&loaded.ids), " starttls/hidden-auth "));
    buf_done(&shown);
    unload(&loaded);
}
END_TEST

UNIT_MAIN(test_folders, test_the_suite_folder, test_one_case_of_a_file, test_what_is_not_there,
    test_links_do_not_go_round, test_what_cannot_be_reached_is_told_when_all_else_is,
    test_what_may_not_be_read_is_told_when_all_else_is, test_a_fifo_is_no_file, test_ids_are_unique,
    test_mistakes_of_all_files_in_one_pass, test_the_digest, test_a_file_that_is_too_large,
    test_every_scenario_of_the_repository)
