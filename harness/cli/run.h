/*
 * run — the commands run and check, and loading for others.
 *
 * Knows: how a suite goes from files to a report. Refuses to know: how options are spelled.
 */
#ifndef SMTPVET_CLI_RUN_H
#define SMTPVET_CLI_RUN_H

#include "harness/cli/cli.h"
#include "harness/cli/options.h"
#include "harness/scenario/scenario.h"

/* Loads what the paths mean, tells every mistake on standard error, and drops what --case and --tag
 * do not mean. Returns an exit code (CLI_EXIT_NOTHING where nothing is left); *ret is set when it
 * is 0, and then free it with scenario_suite_free. */
int run_load(const struct options *options, struct scenario_suite **ret, struct fail *fail);
/* Is the folder there that is meant where no PATH was given? FAIL_USAGE says that it is not, and
 * where the scenarios are that were installed with the program. */
enum status run_check_default(struct fail *fail);
/* What scenarios are given: --var, and the environment of this process. */
struct scenario_options run_given(const struct options *options);
/* Shows mistakes; CLI_EXIT_USAGE where one is an error. */
int run_complain_diags(const struct diag_list *diags);

/* Each fills `fail` when it could not do its work; the exit code is 0 to 5 as in cli.h. */
int run_command_run(const struct options *options, struct fail *fail);
int run_command_check(const struct options *options, struct fail *fail);

#endif
