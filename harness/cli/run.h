/*
 * run — the commands that load scenarios: run, check, list.
 *
 * Knows: how a suite goes from files to a report. Refuses to know: how options are spelled.
 */
#ifndef SMTPVET_CLI_RUN_H
#define SMTPVET_CLI_RUN_H

#include "harness/cli/cli.h"
#include "harness/cli/options.h"

/* Each fills `fail` when it could not do its work; the exit code is 0 to 5 as in cli.h. */
int run_command_run(const struct options *options, struct fail *fail);
int run_command_check(const struct options *options, struct fail *fail);
int run_command_list(const struct options *options, struct fail *fail);

#endif
