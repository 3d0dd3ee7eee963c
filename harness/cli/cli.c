#include "harness/cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "harness/cli/options.h"
#include "harness/cli/output.h"
#include "harness/cli/run.h"
#include "harness/cli/serve.h"
#include "harness/cli/show.h"
#include "harness/cli/tables.h"
#include "harness/evidence/run_log.h"
#include "harness/match/match.h"
#include "harness/net/net.h"
#include "harness/runner/runner.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/schema.h"
#include "reports/report_show.h"

enum cli_exit cli_exit_of(const struct fail *fail)
{
    switch (fail->class) {
    case FAIL_NONE:
        return CLI_EXIT_OK;
    case FAIL_USAGE:
        return CLI_EXIT_USAGE;
    case FAIL_REACH:
    case FAIL_LIMIT:
        return CLI_EXIT_REACH;
    case FAIL_INTERNAL:
        break;
    }
    return CLI_EXIT_INTERNAL;
}

static int cli_print(void (*write)(struct buf *out), struct fail *fail)
{
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    write(&text);
    enum status status = output_print(buf_span(&text), fail);
    buf_done(&text);
    return status == STATUS_OK ? CLI_EXIT_OK : (int)cli_exit_of(fail);
}

static void cli_version(struct buf *out)
{
    buf_printf(out, "smtpvet %s\n%s, %s, %s, %s, %s\n", SMTPVET_VERSION, runner_libraries(),
        net_libraries(), scenario_libraries(), run_log_libraries(), match_libraries());
}

static int cli_help(const struct options *options, struct fail *fail)
{
    unsigned command = options->command == OPTIONS_COMMAND_HELP ? 0 : options->command;
    if (options->command == OPTIONS_COMMAND_HELP && options->paths_len > 0) {
        char *again[] = {(char *)"smtpvet", (char *)options->paths[0], NULL};
        struct options named;
        if (options_parse(2, again, &named, fail) != STATUS_OK) {
            return CLI_EXIT_USAGE;
        }
        command = named.command;
        options_done(&named);
    }
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    options_help(command, &text);
    enum status status = output_print(buf_span(&text), fail);
    buf_done(&text);
    return status == STATUS_OK ? CLI_EXIT_OK : (int)cli_exit_of(fail);
}

/* To who typed the program's name alone. */
static void cli_explain(void)
{
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    options_help_program(&text);
    output_complain("%s\n", buf_text(&text));
    buf_done(&text);
}

static int cli_table(
    const struct options *options, void (*write)(bool markdown, struct buf *out), struct fail *fail)
{
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    write(options->markdown, &text);
    enum status status = output_print(buf_span(&text), fail);
    buf_done(&text);
    return status == STATUS_OK ? CLI_EXIT_OK : (int)cli_exit_of(fail);
}

static int cli_command(const struct options *options, struct fail *fail)
{
    if (options->version) {
        return cli_print(cli_version, fail);
    }
    if (options->help) {
        return cli_help(options, fail);
    }
    switch (options->command) {
    case OPTIONS_COMMAND_RUN:
        return run_command_run(options, fail);
    case OPTIONS_COMMAND_CHECK:
        return run_command_check(options, fail);
    case OPTIONS_COMMAND_LIST:
        return show_command_list(options, fail);
    case OPTIONS_COMMAND_RENDER:
        return show_command_render(options, fail);
    case OPTIONS_COMMAND_SERVE:
        return serve_command_serve(options, fail);
    case OPTIONS_COMMAND_KEYS:
        return cli_table(options, tables_keys, fail);
    case OPTIONS_COMMAND_FACTS:
        return cli_table(options, tables_facts, fail);
    case OPTIONS_COMMAND_FLAGS:
        return cli_table(options, tables_flags, fail);
    case OPTIONS_COMMAND_FINDINGS:
        return cli_table(options, tables_findings, fail);
    case OPTIONS_COMMAND_FAULTS:
        return cli_table(options, tables_faults, fail);
    case OPTIONS_COMMAND_SCHEMA:
        return cli_print(schema_write, fail);
    case OPTIONS_COMMAND_REFERENCE:
        return cli_print(tables_reference, fail);
    case OPTIONS_COMMAND_HELP:
        break;
    }
    return cli_help(options, fail);
}

/* A descriptor that was closed when the program was started would be given to the next file that is
 * opened: a report would have in it what is printed. What is written there now fails as before. */
static void cli_hold_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0) {
            (void)!open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

static void cli_complain(const struct fail *fail)
{
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    report_show_line(fail->text, &text); /* a name in it may be anything */
    output_complain("smtpvet: %s\n", buf_text(&text));
    buf_done(&text);
}

int cli_main(int argc, char **argv)
{
    cli_hold_descriptors();
    signal(SIGPIPE, SIG_IGN); /* a peer or a reader that goes away is told by write() */
    runner_init();
    struct options options;
    struct fail fail = {0};
    int code = CLI_EXIT_USAGE;
    if (options_parse(argc, argv, &options, &fail) == STATUS_OK) {
        code = cli_command(&options, &fail);
    }
    options_done(&options);
    if (argc < 2) {
        cli_explain();
    }
    if (fail.class != FAIL_NONE && fail.text[0] != 0) {
        cli_complain(&fail);
    }
    return code;
}
