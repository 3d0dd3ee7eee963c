/*
 * options — the one table of options: getopt_long, --help and usage messages come from it.
 *
 * Knows: names, arguments, which command takes which. Refuses to know: what they do.
 */
#ifndef SMTPVET_CLI_OPTIONS_H
#define SMTPVET_CLI_OPTIONS_H

#include "harness/base/buf.h"

#define OPTIONS_REPORTS_MAX 16
#define OPTIONS_PATHS_MAX 4096
#define OPTIONS_VARS_MAX 256
#define OPTIONS_ADDRESS_MAX 64 /* an IPv6 address with its zone, as text */
#define OPTIONS_GLOBS_MAX 256  /* as many as select takes */

enum options_command {
    OPTIONS_COMMAND_RUN = 1 << 0,
    OPTIONS_COMMAND_CHECK = 1 << 1,
    OPTIONS_COMMAND_LIST = 1 << 2,
    OPTIONS_COMMAND_KEYS = 1 << 3,
    OPTIONS_COMMAND_FACTS = 1 << 4,
    OPTIONS_COMMAND_FLAGS = 1 << 5,
    OPTIONS_COMMAND_HELP = 1 << 6,
    OPTIONS_COMMAND_RENDER = 1 << 7,
    OPTIONS_COMMAND_FINDINGS = 1 << 8,
    OPTIONS_COMMAND_FAULTS = 1 << 9,
    OPTIONS_COMMAND_SCHEMA = 1 << 10,
    OPTIONS_COMMAND_REFERENCE = 1 << 11,
    OPTIONS_COMMAND_SERVE = 1 << 12,
};

enum options_color { OPTIONS_COLOR_AUTO, OPTIONS_COLOR_ALWAYS, OPTIONS_COLOR_NEVER };

struct options {
    enum options_command command;
    const char *command_name;
    const char **paths; /* into argv; `scenarios` when none was given */
    size_t paths_len;
    const char *reports[OPTIONS_REPORTS_MAX]; /* FORMAT or FORMAT:FILE */
    size_t reports_len;
    const char *globs[OPTIONS_GLOBS_MAX]; /* --case */
    size_t globs_len;
    const char *tag;                    /* an expression, or NULL */
    const char *vars[OPTIONS_VARS_MAX]; /* --var: NAME=VALUE */
    size_t vars_len;
    size_t fail_fast; /* 0: never */
    size_t repeat;
    bool covers, json, markdown;
    bool wire, show_secrets, help, version;
    unsigned jobs;       /* 0: one for each processor */
    unsigned time_scale; /* 1: real time */
    unsigned verbosity;
    uint64_t seed;
    enum options_color color;
    struct options_serve {
        char address[OPTIONS_ADDRESS_MAX];
        uint16_t port;
        const char *events, *maildir, *ca_file; /* NULL: not given */
        uint64_t count;                         /* 0: no end */
        int64_t for_us;                         /* 0: no end */
        bool judge, quiet;
    } serve;
};

#define OPTIONS_SEED_DEFAULT UINT64_C(1) /* a run without --seed is reproducible too */

/* options_parse reads argv. Fails with FAIL_USAGE and a text that names the argument and the cure.
 * `ret->paths` points into an array that options_done frees. */
enum status options_parse(int argc, char **argv, struct options *ret, struct fail *fail);
void options_done(struct options *options);

/* Help for one command, or for the program (0). */
void options_help(unsigned command, struct buf *out);
/* What the program is, examples, commands. */
void options_help_program(struct buf *out);

#endif
