/*
 * serve — the command serve: the fake server of a case for another program.
 *
 * Knows: what is printed where, signals, the verdict's exit code. Refuses to know: sessions.
 */
#ifndef SMTPVET_CLI_SERVE_H
#define SMTPVET_CLI_SERVE_H

#include "harness/cli/cli.h"
#include "harness/cli/options.h"

/* Fills `fail` when it could not do its work; the exit code is 0 to 5 as in cli.h. */
int serve_command_serve(const struct options *options, struct fail *fail);

#endif
