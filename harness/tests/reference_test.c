/*
 * The page for people who write scenarios: its reference is what the tables say, and every whole
 * scenario on it loads without a word and passes, in both worlds; also those that are files which
 * include each other.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/tables.h"
#include "harness/runner/check.h"
#include "harness/tests/suite.h"

#define PAGE "scenarios/README.md"
#define PAGE_MAX ((size_t)4 * 1024 * 1024)
#define BEGIN "<!-- reference: begin -->\n"
#define END "<!-- reference: end -->\n"

static struct buf read_page(void)
{
    struct buf text;
    buf_init(&text, PAGE_MAX);
    FILE *file = fopen(PAGE, "rb");
    ck_assert_msg(file != NULL, PAGE " cannot be opened");
    uint8_t block[4096];
    for (size_t len; (len = fread(block, 1, sizeof block, file)) > 0;) {
        buf_append(&text, span_of(block, len));
    }
    fclose(file);
    return text;
}

START_TEST(test_the_reference_is_what_the_tables_say)
{
    struct buf page = read_page(), made;
    buf_init(&made, PAGE_MAX);
    tables_reference(&made);
    const char *begin = strstr(buf_text(&page), BEGIN);
    ck_assert_ptr_nonnull(begin);
    begin += sizeof BEGIN - 1;
    const char *end = strstr(begin, END);
    ck_assert_ptr_nonnull(end);
    ck_assert_msg(span_equal(span_of(begin, (size_t)(end - begin)), buf_span(&made)),
        PAGE ": the reference is stale: write what `smtpvet reference` prints between its marks");
    buf_done(&page);
    buf_done(&made);
}
END_TEST

/* The page has one secret. */
static const char *environment(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "SMTP_PASSWORD") == 0 ? "correct-horse" : NULL;
}

/* Runs what was loaded in one world; returns how many cases it has. */
static size_t run_suite(const struct scenario_suite *suite, bool wire, const char *text)
{
    const struct runner_options options = {
        .jobs = 1, .seed = 1, .wire = wire, .time_scale = wire ? 600 : 1};
    struct run_result result;
    struct runner *runner = suite_run(suite, &options, &result);
    for (size_t i = 0; i < result.len; i++) {
        const struct case_result *one = &result.cases[i];
        ck_assert_msg(one->verdict == VERDICT_PASS, "%s: %s: %s\n%s", one->id,
            verdict_name(one->verdict), one->reasons_len > 0 ? one->reasons[0].fact : "", text);
    }
    size_t len = result.len;
    runner_free(runner);
    return len;
}

/* Loads and runs `text`, or the folder `path` where it is not NULL; returns how many cases were
 * run.
 */
static size_t run_example(const char *text, const char *path)
{
    const struct scenario_options given = {.environment = environment, .checks = runner_checks()};
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    suite_init();
    diag_list_init(&diags);
    enum status status = path != NULL ? scenario_load(&path, 1, &given, &diags, &suite, &fail)
                                      : scenario_load_text("page.yaml", span_text(text), &given,
                                            &diags, &suite, &fail);
    ck_assert_msg(status == STATUS_OK && diags.len == 0, "%s%s\n%s", fail.text,
        diags.len > 0 ? diags.items[0].message : "", text);
    size_t len = 0;
    if (scenario_suite_plan(suite)->cases[0].server != NULL) { /* no test goes to real servers */
        len = run_suite(suite, false, text);
        ck_assert_uint_eq(run_suite(suite, true, text), len);
    }
    scenario_suite_free(suite);
    diag_list_done(&diags);
    return len;
}

START_TEST(test_every_example_loads_and_passes)
{
    static const char fence[] = "```yaml\nversion: 1\n";
    struct buf page = read_page();
    size_t examples = 0, most = 0, real = 0;
    for (const char *at = strstr(buf_text(&page), fence); at != NULL; at = strstr(at, fence)) {
        at += strlen("```yaml\n");
        const char *end = strstr(at, "\n```");
        ck_assert_ptr_nonnull(end);
        struct buf text;
        buf_init(&text, PAGE_MAX);
        buf_append(&text, span_of(at, (size_t)(end + 1 - at)));
        size_t cases = run_example(buf_text(&text), NULL);
        most = cases > most ? cases : most;
        real += cases == 0 ? 1 : 0;
        examples++;
        buf_done(&text);
    }
    ck_assert_uint_ge(examples, 9);
    ck_assert_uint_eq(real, 1);
    ck_assert_uint_eq(most, 8); /* the matrix, as the page counts it */
    buf_done(&page);
}
END_TEST

/* Writes the example that begins at `at`, "# scenarios/own/NAME", into the folder. */
static void write_example(const char *folder, const char *at)
{
    char path[256];
    const char *name = at + strlen("# scenarios/own/"), *end = strstr(at, "\n```");
    ck_assert_ptr_nonnull(end);
    snprintf(path, sizeof path, "%s/%.*s", folder, (int)strcspn(name, "\n"), name);
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "%s", path);
    ck_assert_uint_eq(fwrite(at, 1, (size_t)(end + 1 - at), file), (size_t)(end + 1 - at));
    fclose(file);
}

START_TEST(test_files_that_include_others)
{
    static const char fence[] = "```yaml\n# scenarios/own/";
    char folder[64] = "/tmp/smtpvet-page-XXXXXX", inner[128], own[160], command[128];
    struct buf page = read_page();
    size_t files = 0;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(inner, sizeof inner, "%s/scenarios", folder);
    snprintf(own, sizeof own, "%s/own", inner);
    ck_assert_int_eq(mkdir(inner, 0700), 0);
    ck_assert_int_eq(mkdir(own, 0700), 0);
    for (const char *at = strstr(buf_text(&page), fence); at != NULL; at = strstr(at, fence)) {
        at += strlen("```yaml\n");
        write_example(own, at);
        files++;
    }
    ck_assert_uint_eq(files, 2);
    ck_assert_uint_eq(run_example("the files of own/", inner), 2); /* as the page counts them */
    ck_assert_ptr_nonnull(strstr(buf_text(&page), "`own/login#plain` and `own/login#strict`"));
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
    buf_done(&page);
}
END_TEST

UNIT_MAIN(test_the_reference_is_what_the_tables_say, test_every_example_loads_and_passes,
    test_files_that_include_others)
