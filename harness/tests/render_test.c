/*
 * A rendered case is the case: every shipped one, rendered, loads without a mistake, renders to the
 * same text again, and comes to the same end with the same facts.
 */
#define UNIT_TIMEOUT_S 240 /* each shipped case twice, and on a busy machine */

#include "harness/scenario/select.h"
#include "harness/tests/suite.h"

#define RENDERED_MAX ((size_t)16 * 1024 * 1024)

static char folder[] = "/tmp/smtpvet-render-XXXXXX";

static void write_file(const char *path, struct span text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text.data, 1, text.len, file), text.len);
    fclose(file);
}

/* Renders the case `id` (NULL: the only one) of a file. The caller frees it with buf_done. */
static struct buf render(const char *path, const char *id, bool show_secrets)
{
    suite_init();
    struct select_options which = {.globs = &id, .globs_len = id == NULL ? 0 : 1};
    const struct scenario_options given = {.checks = runner_checks()};
    struct scenario_render_options how = {
        .select = &which, .given = &given, .show_secrets = show_secrets};
    struct diag_list diags;
    struct fail fail = {0};
    struct buf text, notes;
    diag_list_init(&diags);
    buf_init(&text, RENDERED_MAX);
    buf_init(&notes, 4096);
    enum status status = scenario_render(&path, 1, &how, &diags, &notes, &text, &fail);
    ck_assert_msg(status == STATUS_OK && diags.errors == 0 && text.len > 0, "%s: %s %s %s", path,
        fail.text, buf_text(&notes), diags.len > 0 ? diags.items[0].message : "");
    buf_done(&notes);
    diag_list_done(&diags);
    return text;
}

/* What a case came to, without where it stands. */
static const char *outcome(const struct case_result *result)
{
    static struct buf log;
    struct case_result bare = *result;
    bare.id = "";
    bare.file = "";
    bare.line = 0;
    bare.name = "";
    bare.requirement = "";
    for (size_t i = 0; i < bare.reasons_len; i++) {
        bare.reasons[i].file = "";
        bare.reasons[i].line = bare.reasons[i].column = 0;
    }
    buf_done(&log);
    buf_init(&log, SUITE_LOG_MAX);
    run_log_write_case(&bare, false, &log);
    return buf_text(&log);
}

static bool depends_on_its_folder(struct span text)
{
    return memmem(text.data, text.len, "trust:\n      file:", 18) != NULL;
}

static void check_case(const struct plan_case *plan, struct case_result *wanted)
{
    char path[300];
    struct buf first = render(plan->mark.file, plan->id, true);
    snprintf(path, sizeof path, "%s/case.yaml", folder);
    write_file(path, buf_span(&first));
    struct buf second = render(path, NULL, true);
    ck_assert_str_eq(buf_text(&first), buf_text(&second));
    if (!depends_on_its_folder(buf_span(&first))) {
        struct scenario_suite *suite = suite_load(path);
        struct plan_case *again = &((struct plan_suite *)(uintptr_t)scenario_suite_plan(suite))
                                       ->cases[0];
        again->seed = wanted->seed; /* a seed comes of the id, and the file has another name */
        again->seed_given = true;
        struct run_result result;
        struct runner *runner = suite_run(
            suite, &(struct runner_options){.jobs = 1, .seed = 1}, &result);
        char *before = mem_strdup(outcome(wanted));
        ck_assert_msg(strcmp(before, outcome(&result.cases[0])) == 0, "%s\n%s%s\n%s", plan->id,
            before, outcome(&result.cases[0]), buf_text(&first));
        mem_free(before);
        runner_free(runner);
        scenario_suite_free(suite);
    }
    buf_done(&first);
    buf_done(&second);
}

START_TEST(test_every_shipped_case)
{
    if (strcmp(folder + sizeof folder - 7, "XXXXXX") == 0) {
        ck_assert_ptr_nonnull(mkdtemp(folder));
    }
    struct scenario_suite *suite = suite_load("scenarios");
    const struct plan_suite *plan = scenario_suite_plan(suite);
    struct run_result result;
    struct runner *runner = suite_run(
        suite, &(struct runner_options){.jobs = 1, .seed = 1}, &result);
    size_t seen = 0;
    const char *file = NULL;
    size_t of_file = 0;
    for (size_t i = 0; i < plan->len; i++) {
        of_file = file == plan->cases[i].mark.file ? of_file + 1 : 0;
        file = plan->cases[i].mark.file;
        if (of_file < 12) { /* more of one file are cells of a matrix, one as the other */
            check_case(&plan->cases[i], &result.cases[i]);
            seen++;
        }
    }
    ck_assert_uint_gt(seen, 100);
    runner_free(runner);
    scenario_suite_free(suite);
}
END_TEST

static struct buf render_text(const char *text, bool show_secrets)
{
    char path[300];
    if (strcmp(folder + sizeof folder - 7, "XXXXXX") == 0) {
        ck_assert_ptr_nonnull(mkdtemp(folder));
    }
    snprintf(path, sizeof path, "%s/text.yaml", folder);
    write_file(path, span_text(text));
    return render(path, NULL, show_secrets);
}

START_TEST(test_passwords_are_masked_and_told_apart)
{
    static const char text[] =
        "version: 1\n"
        "server: {auth: {after_tls: [PLAIN], users: {joe: correct-horse, ann: battery-staple}}}\n"
        "client:\n"
        "  login: {user: ann, password: battery-staple}\n"
        "  send: {from: a@b.test, to: [c@d.test], subject: s, body: the correct-horse}\n"
        "expect: {outcome: sent}\n";
    struct buf masked = render_text(text, false);
    ck_assert_ptr_null(strstr(buf_text(&masked), "correct-horse"));
    ck_assert_ptr_null(strstr(buf_text(&masked), "battery"));
    ck_assert_ptr_nonnull(strstr(buf_text(&masked), "joe: \"***\""));
    ck_assert_ptr_nonnull(strstr(buf_text(&masked), "ann: \"***2\""));
    ck_assert_ptr_nonnull(strstr(buf_text(&masked), "password: \"***2\""));
    ck_assert_ptr_nonnull(strstr(buf_text(&masked), "body: the ***"));
    struct buf again = render_text(buf_text(&masked), true);
    ck_assert_str_eq(buf_text(&again), buf_text(&masked));
    struct buf shown = render_text(text, true);
    ck_assert_ptr_nonnull(strstr(buf_text(&shown), "password: battery-staple"));
    buf_done(&masked);
    buf_done(&again);
    buf_done(&shown);
}
END_TEST

START_TEST(test_text_stays_text)
{
    struct buf text = render_text("version: 1\nname: \"true\"\nrequirement: |\n  two\n  lines\n"
                                  "server: {greeting: \"10\", script: [{on: MAIL, do: [{send: "
                                  "\"a\\r\\n\\x00\\t\"}, {send: '#'}]}]}\n"
                                  "expect: {outcome: sent, greeting.text: 'a: b'}\n",
        false);
    const char *found = buf_text(&text);
    ck_assert_ptr_nonnull(strstr(found, "name: \"true\"\n"));
    ck_assert_ptr_nonnull(strstr(found, "requirement: |\n  two\n  lines\n"));
    ck_assert_ptr_nonnull(strstr(found, "greeting: \"10\"\n"));
    ck_assert_ptr_nonnull(strstr(found, "send: \"a\\r\\n\\0\\t\"\n"));
    ck_assert_ptr_nonnull(strstr(found, "send: '#'\n"));
    ck_assert_ptr_nonnull(strstr(found, "greeting.text: 'a: b'\n"));
    buf_done(&text);
}
END_TEST

UNIT_MAIN(test_every_shipped_case, test_passwords_are_masked_and_told_apart, test_text_stays_text)
