/*
 * show — the commands that show scenarios without running them: list, render.
 *
 * Knows: how ids, coverage and a rendered case are set out. Refuses to know: how cases are
 * selected.
 */
#ifndef SMTPVET_CLI_SHOW_H
#define SMTPVET_CLI_SHOW_H

#include "harness/cli/cli.h"
#include "harness/cli/options.h"

/* Each fills `fail` when it could not do its work; the exit code is 0 to 5 as in cli.h. */
int show_command_list(const struct options *options, struct fail *fail);
int show_command_render(const struct options *options, struct fail *fail);

#endif
