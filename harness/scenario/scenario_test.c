/*
 * Suites: files, folders, ids, digests; and that every scenario of this repository loads.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/scenario/testing.h"

static const char good[] = "version: 1\nserver: {}\nexpect: {outcome: sent}\n";
static const char two[] = "version: 1\nserver: {}\nexpect: {outcome: sent}\n"
                          "cases: [{id: one}, {id: two}]\n";

static char folder[64]; /* a new one for each test */

static void folder_begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/smtpvet-scenario-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char *in_folder(const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void folder_end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

struct loaded {
    struct diag_list diags;
    struct scenario_suite *suite;
    struct fail fail;
    enum status status;
    struct buf ids; /* joined by blanks */
};

static struct loaded load(const char *a, const char *b)
{
    struct loaded loaded = {0};
    const char *paths[] = {a, b};
    diag_list_init(&loaded.diags);
    buf_init(&loaded.ids, 1024 * 1024);
    loaded.status = scenario_load(
        paths, b == NULL ? 1 : 2, NULL, &loaded.diags, &loaded.suite, &loaded.fail);
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
    folder_begin();
    mkdir(in_folder("suite"), 0700);
    mkdir(in_folder("suite/b"), 0700);
    mkdir(in_folder("suite/.hidden"), 0700);
    put("suite/b/y.yaml", good);
    put("suite/b/x.yml", two);
    put("suite/a.yaml", good);
    put("suite/b-c.yaml", good); /* '-' comes before '/' */
    put("suite/notes.txt", "no scenario");
    put("suite/.a.yaml", "no scenario");
    put("suite/.hidden/a.yaml", "no scenario");
    check_ids(in_folder("suite"), NULL, "a b-c b/x#one b/x#two b/y");
    check_ids(in_folder("suite/"), NULL, "a b-c b/x#one b/x#two b/y");
    check_ids(in_folder("suite/b"), NULL, "x#one x#two y");
    check_ids(in_folder("suite/b/y.yaml"), in_folder("suite/a.yaml"), "y a");
    folder_end();
}
END_TEST

START_TEST(test_the_suite_folder)
{
    folder_begin();
    mkdir(in_folder("scenarios"), 0700);
    mkdir(in_folder("scenarios/tls"), 0700);
    put("scenarios/tls/x.yaml", good);
    uint64_t digest = check_ids(in_folder("scenarios"), NULL, "tls/x");
    ck_assert_uint_eq(check_ids(in_folder("scenarios/tls"), NULL, "tls/x"), digest);
    ck_assert_uint_eq(check_ids(in_folder("scenarios/tls/x.yaml"), NULL, "tls/x"), digest);
    check_ids(folder, NULL, "scenarios/tls/x"); /* the nearest at or above what was given */
    mkdir(in_folder("my-scenarios"), 0700);
    put("my-scenarios/x.yaml", good);
    check_ids(in_folder("my-scenarios/x.yaml"), NULL, "x");
    folder_end();
}
END_TEST

START_TEST(test_one_case_of_a_file)
{
    folder_begin();
    put("x.yaml", two);
    put("a#b.yaml", good);
    check_ids(in_folder("x.yaml#two"), NULL, "x#two");
    check_ids(in_folder("x.yaml#two"), in_folder("x.yaml#one"), "x#one x#two");
    check_ids(in_folder("x.yaml"), in_folder("x.yaml#one"), "x#one x#two");
    check_ids(in_folder("x.yaml#one"), in_folder("x.yaml"), "x#one x#two");
    check_ids(in_folder("x.yaml"), in_folder("./x.yaml"), "x#one x#two"); /* each file once */
    check_ids(folder, in_folder("x.yaml"), "a#b x#one x#two");
    check_ids(in_folder("a#b.yaml"), NULL, "a#b");
    struct loaded loaded = load(in_folder("x.yaml#tow"), NULL);
    ck_assert_uint_eq(loaded.diags.errors, 1);
    ck_assert_str_eq(loaded.diags.items[0].message, "the file has no case 'tow'");
    ck_assert_str_eq(loaded.diags.items[0].hint, "did you mean 'two'?");
    ck_assert_str_eq(loaded.diags.items[0].mark.file, in_folder("x.yaml"));
    unload(&loaded);
    folder_end();
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
    folder_begin();
    put("starttls.yaml", good);
    mkdir(in_folder("tls"), 0700);
    check_failure(in_folder("startls.yaml"), FAIL_REACH, "starttls.yaml'?)");
    check_failure(in_folder("tsl"), FAIL_REACH, "tls'?)");
    check_failure(in_folder("something-else"), FAIL_REACH, "no such file or folder");
    check_failure(in_folder("none/x.yaml"), FAIL_REACH, "no such file or folder");
    check_failure(in_folder("startls.yaml#one"), FAIL_REACH, "starttls.yaml'?)");
    check_failure("", FAIL_REACH, "no such file or folder");
    check_failure("/dev/null", FAIL_REACH, "no scenario file");
    check_ids(in_folder("tls"), NULL, ""); /* an empty folder is there */
    char deep[1024];
    snprintf(deep, sizeof deep, "%s/tls", folder);
    for (int i = 0; i < 33; i++) {
        size_t len = strlen(deep);
        snprintf(deep + len, sizeof deep - len, "/d");
        ck_assert_int_eq(mkdir(deep, 0700), 0);
    }
    check_failure(folder, FAIL_LIMIT, "nested deeper than 32");
    folder_end();
}
END_TEST

START_TEST(test_links_do_not_go_round)
{
    folder_begin();
    put("x.yaml", good);
    ck_assert_int_eq(symlink(folder, in_folder("loop")), 0);
    ck_assert_int_eq(symlink("nowhere", in_folder("y.yaml")), 0);
    check_ids(folder, NULL, "x");
    folder_end();
}
END_TEST

START_TEST(test_ids_are_unique)
{
    folder_begin();
    put("x.yaml", good);
    put("x.yml", good);
    struct loaded loaded = load(folder, NULL);
    ck_assert_uint_eq(loaded.diags.errors, 1);
    ck_assert_ptr_nonnull(strstr(loaded.diags.items[0].message, "the case is called 'x'"));
    ck_assert_str_eq(loaded.diags.items[0].mark.file, in_folder("x.yml"));
    unload(&loaded);
    folder_end();
}
END_TEST

START_TEST(test_mistakes_of_all_files_in_one_pass)
{
    folder_begin();
    put("a.yaml", "version: 1\nserver: {prt: 25}\nexpect: {outcome: sent}\n");
    put("b.yaml", "version: 1\nserver: [\n");
    put("c.yaml", good);
    put("d.yaml", "version: 1\nserver: {prt: 25}\nexpect: {outcome: sent}\n");
    struct loaded loaded = load(folder, NULL);
    ck_assert_uint_eq(loaded.diags.errors, 3); /* the same words in two files are two mistakes */
    ck_assert_str_eq(buf_text(&loaded.ids), "c");
    ck_assert_str_eq(loaded.diags.items[0].mark.file, in_folder("a.yaml"));
    ck_assert_str_eq(loaded.diags.items[1].mark.file, in_folder("b.yaml"));
    ck_assert_str_eq(loaded.diags.items[2].mark.file, in_folder("d.yaml"));
    unload(&loaded);
    folder_end();
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
    folder_begin();
    FILE *file = fopen(in_folder("x.yaml"), "wb");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 40000; i++) {
        fputs("# ..................................\n", file);
    }
    fclose(file);
    struct loaded loaded = load(folder, NULL);
    ck_assert_uint_eq(loaded.diags.errors, 1);
    ck_assert_str_eq(loaded.diags.items[0].message, "the file is larger than 1024 KiB");
    unload(&loaded);
    folder_end();
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
    test_links_do_not_go_round, test_ids_are_unique, test_mistakes_of_all_files_in_one_pass,
    test_the_digest, test_a_file_that_is_too_large, test_every_scenario_of_the_repository)
