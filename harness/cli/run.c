#include "harness/cli/run.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/output.h"
#include "harness/cli/place.h"
#include "harness/cli/progress.h"
#include "harness/runner/check.h"
#include "harness/runner/runner.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/select.h"
#include "reports/report.h"

#define RUN_REPORT_PIECE ((size_t)64 * 1024) /* octets of a file that are written at a time */

#define RUN_WIDTH_MIN 20 /* columns: where a terminal has fewer, it breaks lines by itself */

#ifndef SMTPVET_SHARED
#define SMTPVET_SHARED "../share/smtpvet/scenarios" /* seen from the installed program */
#endif

static const char *const default_paths[] = {"scenarios"};

int run_complain_diags(const struct diag_list *diags)
{
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    for (size_t i = 0; i < diags->len; i++) {
        diag_show(&diags->items[i], &text);
    }
    output_complain("%s", buf_text(&text));
    buf_done(&text);
    if (diags->errors > 0) {
        output_complain("smtpvet: %zu error%s in scenario files; nothing was run\n", diags->errors,
            diags->errors == 1 ? "" : "s");
    }
    return diags->errors > 0 ? CLI_EXIT_USAGE : CLI_EXIT_OK;
}

/* What --case and --tag leave of the suite. */
static int run_select(
    const struct options *options, struct scenario_suite *suite, struct fail *fail)
{
    const struct select_options which = {
        .globs = options->globs, .globs_len = options->globs_len, .expression = options->tag};
    size_t before = scenario_suite_plan(suite)->len;
    const char *missing = scenario_suite_missing(suite);
    if (missing[0] != 0) {
        output_complain("%s", missing);
        (void)fail_set(fail, FAIL_USAGE, "nothing selected: a case that was named is not there");
        return CLI_EXIT_NOTHING;
    }
    if (before == 0) {
        (void)fail_set(fail, FAIL_USAGE, "no scenario in %s%s; files end in .yaml or .yml",
            options->paths_len > 0 ? options->paths[0] : default_paths[0],
            options->paths_len > 1 ? " and the others" : "");
        return CLI_EXIT_NOTHING;
    }
    struct buf notes;
    buf_init(&notes, OUTPUT_MAX);
    int code = scenario_suite_select(suite, &which, &notes, fail) == STATUS_OK ? CLI_EXIT_OK
                                                                               : CLI_EXIT_USAGE;
    output_complain("%s", buf_text(&notes));
    buf_done(&notes);
    if (code == CLI_EXIT_OK && scenario_suite_plan(suite)->len == 0) {
        (void)fail_set(fail, FAIL_USAGE, "nothing selected: none of %zu cases fits", before);
        code = CLI_EXIT_NOTHING;
    }
    return code;
}

static const char *run_environment(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

struct scenario_options run_given(const struct options *options)
{
    return (struct scenario_options){
        .vars = options->vars,
        .vars_len = options->vars_len,
        .environment = run_environment,
        .checks = runner_checks(),
    };
}

enum status run_check_default(struct fail *fail)
{
    char program[PATH_MAX], place[PATH_MAX + sizeof SMTPVET_SHARED], shared[PATH_MAX];
    if (access(default_paths[0], F_OK) == 0) {
        return STATUS_OK;
    }
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len > 0) {
        program[len] = 0;
        *strrchr(program, '/') = 0;
        snprintf(place, sizeof place, "%s/" SMTPVET_SHARED, program);
        if (realpath(place, shared) != NULL) {
            return fail_set(fail, FAIL_USAGE,
                "there is no folder '%s' here: give a PATH; those that came with smtpvet are in %s",
                default_paths[0], shared);
        }
    }
    return fail_set(
        fail, FAIL_USAGE, "there is no folder '%s' here: give a PATH", default_paths[0]);
}

int run_load(const struct options *options, struct scenario_suite **ret, struct fail *fail)
{
    const char *const *paths = options->paths_len > 0 ? options->paths : default_paths;
    size_t paths_len = options->paths_len > 0 ? options->paths_len : ARRAY_LEN(default_paths);
    struct diag_list diags;
    diag_list_init(&diags);
    struct scenario_suite *suite = NULL;
    const struct scenario_options given = run_given(options);
    int code = CLI_EXIT_OK;
    if ((options->paths_len == 0 && run_check_default(fail) != STATUS_OK) ||
        scenario_load(paths, paths_len, &given, &diags, &suite, fail) != STATUS_OK) {
        code = (int)cli_exit_of(fail);
    }
    if (run_complain_diags(&diags) != CLI_EXIT_OK) {
        code = CLI_EXIT_USAGE;
    }
    diag_list_done(&diags);
    if (code == CLI_EXIT_OK) {
        code = run_select(options, suite, fail);
    }
    if (code != CLI_EXIT_OK) {
        scenario_suite_free(suite);
        suite = NULL;
    }
    *ret = suite;
    return code;
}

static bool run_color(enum options_color color)
{
    const char *no_color = getenv("NO_COLOR");
    const char *force = getenv("CLICOLOR_FORCE");
    const char *terminal = getenv("TERM");
    switch (color) {
    case OPTIONS_COLOR_ALWAYS:
        return true;
    case OPTIONS_COLOR_NEVER:
        return false;
    case OPTIONS_COLOR_AUTO:
        break;
    }
    if (no_color != NULL && no_color[0] != 0) {
        return false;
    }
    if (force != NULL && force[0] != 0 && strcmp(force, "0") != 0) {
        return true;
    }
    return isatty(STDOUT_FILENO) && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

/* Columns of the terminal that standard output is; 0 where it is none. */
static unsigned run_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
        return 0;
    }
    return size.ws_col < RUN_WIDTH_MIN ? 0 : size.ws_col;
}

/* One `--report FORMAT[:FILE]`, checked before anything runs, and written as it comes to be. */
struct run_report {
    const struct report_format *format;
    const char *file; /* NULL: standard output */
    struct report *report;
    struct output output;
    struct buf text; /* what is still to be written */
    bool too_long;
};

static enum status run_report_parse(const char *spec, struct run_report *ret, struct fail *fail)
{
    const char *colon = strchr(spec, ':');
    size_t name_len = colon == NULL ? strlen(spec) : (size_t)(colon - spec);
    char name[32] = {0};
    if (name_len < sizeof name) {
        memcpy(name, spec, name_len);
        ret->format = report_find(name);
    }
    if (ret->format == NULL) {
        const char *near = text_nearest(name, report_names());
        return near != NULL
                   ? fail_set(fail, FAIL_USAGE, "--report %s: no such format (did you mean '%s'?)",
                         spec, near)
                   : fail_set(fail, FAIL_USAGE,
                         "--report %s: no such format; there are text, junit and json", spec);
    }
    ret->file = colon == NULL || strcmp(colon + 1, "-") == 0 ? NULL : colon + 1;
    if (ret->file != NULL && ret->file[0] == 0) {
        return fail_set(fail, FAIL_USAGE, "--report %s names no file", spec);
    }
    if (ret->file != NULL && place_is_standard(ret->file)) {
        ret->file = NULL;
    }
    return STATUS_OK;
}

/* Two reports in one place would spoil each other. */
static enum status run_report_check_place(
    const struct options *options, const struct run_report *reports, size_t at, struct fail *fail)
{
    const char *file = reports[at].file;
    for (size_t i = 0; i < at; i++) {
        const char *other = reports[i].file;
        bool one = file != NULL && other != NULL && place_is_same(file, other);
        if (one || (file == NULL && other == NULL)) {
            return fail_set(fail, FAIL_USAGE,
                "--report %s and --report %s both write to %s; give one of them another FILE",
                options->reports[i], options->reports[at], one ? file : "standard output");
        }
    }
    return STATUS_OK;
}

/* Who writes reports while cases run. */
struct run_telling {
    struct run_report *reports;
    size_t reports_len;
    struct progress progress;
    char host[HOST_NAME_MAX + 1];
};

static void run_flush(struct run_telling *telling, struct run_report *report, size_t above)
{
    report->too_long = report->too_long || report->text.over;
    if (report->text.len <= above) {
        return;
    }
    if (report->file == NULL) { /* both may be the same terminal */
        progress_clear(&telling->progress);
    }
    output_append(&report->output, buf_span(&report->text));
    buf_clear(&report->text);
}

static void run_told(void *context, const struct case_result *result)
{
    struct run_telling *telling = context;
    for (size_t i = 0; i < telling->reports_len; i++) {
        struct run_report *report = &telling->reports[i];
        report_add(report->report, result, &report->text);
        run_flush(telling, report, report->file == NULL ? 0 : RUN_REPORT_PIECE);
    }
}

static void run_step(void *context)
{
    struct run_telling *telling = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    progress_step(&telling->progress, (int64_t)now.tv_sec * UNITS_US_PER_S + now.tv_nsec / 1000);
}

static enum status run_reports_begin(struct run_telling *telling, const struct options *options,
    const struct run_header *header, struct fail *fail)
{
    size_t len = telling->reports_len;
    for (telling->reports_len = 0; telling->reports_len < len; telling->reports_len++) {
        struct run_report *report = &telling->reports[telling->reports_len];
        const struct report_options how = {
            .verbosity = options->verbosity,
            .color = report->file == NULL && run_color(options->color),
            .width = report->file == NULL ? run_width() : 0,
            .started_s = (int64_t)time(NULL),
            .host = telling->host,
        };
        TRY(output_begin(&report->output, report->file, fail));
        buf_init(&report->text, OUTPUT_MAX);
        report->report = report_begin(report->format, header, &how, &report->text);
    }
    return STATUS_OK;
}

/* All are brought to their end; what went wrong first is told. */
static enum status run_reports_end(
    struct run_telling *telling, bool whole, bool interrupted, struct fail *fail)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < telling->reports_len; i++) {
        struct run_report *report = &telling->reports[i];
        struct fail own = {0};
        if (whole) {
            report_end(report->report, true, interrupted, &report->text);
            run_flush(telling, report, 0);
        }
        report_free(report->report);
        buf_done(&report->text);
        enum status ended = output_end(&report->output, whole && !report->too_long, &own);
        if (ended == STATUS_OK && report->too_long) {
            ended = fail_set(&own, FAIL_LIMIT, "the %s report passes %zu octets",
                report_name(report->format), OUTPUT_MAX);
        }
        if (ended != STATUS_OK && status == STATUS_OK && whole) {
            *fail = own;
            status = ended;
        }
    }
    return status;
}

static bool run_is_stopped(void *context)
{
    (void)context;
    return interrupt_signal() != 0;
}

static enum status run_suite(const struct options *options, const struct scenario_suite *suite,
    struct run_telling *telling, int *ret_code, struct fail *fail)
{
    const struct plan_suite *plan = scenario_suite_plan(suite);
    const char *terminal = getenv("TERM");
    bool dumb = terminal != NULL && strcmp(terminal, "dumb") == 0; /* cannot erase a line */
    const struct runner_options how = {
        .wire = options->wire,
        .jobs = options->jobs,
        .seed = options->seed,
        .time_scale = options->time_scale,
        .show_secrets = options->show_secrets,
        .today_s = (int64_t)time(NULL),
        .fail_fast = options->fail_fast,
        .repeat = options->repeat,
        .forget = true,
        .on_end = dumb || !isatty(STDERR_FILENO) ? NULL : run_step,
        .on_result = run_told,
        .stopped = run_is_stopped,
        .context = telling,
    };
    struct runner *runner = NULL;
    struct run_result result = {0};
    const struct run_header header = runner_header(plan, &how);
    if (gethostname(telling->host, sizeof telling->host) != 0) {
        telling->host[0] = 0;
    }
    telling->host[HOST_NAME_MAX] = 0;
    progress_begin(&telling->progress, dumb ? -1 : STDERR_FILENO, plan->len);
    interrupt_begin(); /* up to the end of the reports, which a second signal cuts short */
    enum status status = run_reports_begin(telling, options, &header, fail);
    if (status == STATUS_OK) {
        status = runner_run(plan, &how, &runner, &result, fail);
    }
    progress_end(&telling->progress);
    if (run_reports_end(telling, status == STATUS_OK, result.interrupted, fail) != STATUS_OK) {
        status = STATUS_FAILED;
    }
    if (result.interrupted || (status != STATUS_OK && interrupt_signal() != 0)) {
        *ret_code = INTERRUPT_EXIT_BASE + interrupt_signal();
        status = STATUS_OK; /* a report that could not be written is told all the same */
    } else if (status == STATUS_OK) {
        *ret_code = run_counts_exit_code(&result.counts);
    }
    interrupt_end();
    runner_free(runner);
    return status;
}

int run_command_run(const struct options *options, struct fail *fail)
{
    struct run_report reports[OPTIONS_REPORTS_MAX + 1] = {0};
    size_t reports_len = 0;
    bool on_stdout = false;
    for (size_t i = 0; i < options->reports_len; i++) {
        if (run_report_parse(options->reports[i], &reports[i], fail) != STATUS_OK ||
            run_report_check_place(options, reports, i, fail) != STATUS_OK) {
            return CLI_EXIT_USAGE;
        }
        on_stdout = on_stdout || reports[reports_len].file == NULL;
        reports_len++;
    }
    if (!on_stdout) { /* a run always says how it went */
        reports[reports_len++] = (struct run_report){.format = report_find("text")};
    }
    if (options->time_scale > 1 && !options->wire) {
        (void)fail_set(fail, FAIL_USAGE, "--time-scale makes sense with --wire only");
        return CLI_EXIT_USAGE;
    }
    struct scenario_suite *suite = NULL;
    struct run_telling telling = {.reports = reports, .reports_len = reports_len};
    int code = run_load(options, &suite, fail);
    if (code == CLI_EXIT_OK && run_suite(options, suite, &telling, &code, fail) != STATUS_OK) {
        code = (int)cli_exit_of(fail);
    }
    scenario_suite_free(suite);
    return code;
}

int run_command_check(const struct options *options, struct fail *fail)
{
    struct scenario_suite *suite = NULL;
    int code = run_load(options, &suite, fail);
    if (code == CLI_EXIT_OK) {
        size_t len = scenario_suite_plan(suite)->len;
        output_complain("%zu %s, no mistakes\n", len, len == 1 ? "case" : "cases");
    }
    scenario_suite_free(suite);
    return code;
}
