/*
 * cli — the program: arguments, exit codes, output.
 *
 * Knows: everything; the only room that prints, exits or reads the environment.
 * Refuses to know: how anything is done. What it prints comes from tables of the rooms below.
 */
#ifndef SMTPVET_CLI_CLI_H
#define SMTPVET_CLI_CLI_H

#include "harness/base/status.h"

/* The program's exit codes. */
enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_FAILED = 1,   /* an expectation was not met, or a known failure is fixed */
    CLI_EXIT_USAGE = 2,    /* wrong usage, or a scenario file is wrong */
    CLI_EXIT_REACH = 3,    /* could not reach or tell */
    CLI_EXIT_INTERNAL = 4, /* a fault of smtpvet */
    CLI_EXIT_NOTHING = 5,  /* nothing was selected */
    /* 128 + N where signal N stopped a run (interrupt.h) */
};

/* Runs the program and returns its exit code. Everything it allocated is freed. */
int cli_main(int argc, char **argv);

/* The exit code of a failure. */
enum cli_exit cli_exit_of(const struct fail *fail);

#endif
