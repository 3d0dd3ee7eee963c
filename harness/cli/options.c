#include "harness/cli/options.h"

#include <getopt.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/base/units.h"
#include "harness/runner/repeat.h"
#include "harness/scenario/scenario.h"

static const struct {
    enum options_command command;
    const char *name;
    const char *arguments;
    const char *sentence;
} commands[] = {
    {OPTIONS_COMMAND_RUN, "run", "[PATH...]",
        "Run scenarios: files, folders, or FILE#case (default: scenarios)."},
    {OPTIONS_COMMAND_CHECK, "check", "[PATH...]",
        "Load scenarios and tell every mistake, without running them."},
    {OPTIONS_COMMAND_LIST, "list", "[PATH...]",
        "List the cases, one id a line, or what of the catalogue they cover."},
    {OPTIONS_COMMAND_RENDER, "render", "ID",
        "Print a case as it is after merging, as YAML that loads again. ID is one of the suite in "
        "scenarios, or FILE#case."},
    {OPTIONS_COMMAND_SERVE, "serve", "FILE[#case]",
        "Be the fake server of a case for any other program, on a real port. Prints where on the "
        "first line of standard output, then what happens, one JSON object a line. Ends on SIGINT "
        "or SIGTERM, behind --count connections, or after --for."},
    {OPTIONS_COMMAND_KEYS, "keys", "", "Print the table of scenario keys."},
    {OPTIONS_COMMAND_FACTS, "facts", "", "Print the table of facts, for `expect`."},
    {OPTIONS_COMMAND_FLAGS, "flags", "", "Print the table of certificate flags."},
    {OPTIONS_COMMAND_FINDINGS, "findings", "", "Print the table of findings."},
    {OPTIONS_COMMAND_FAULTS, "faults", "", "Print the table of faults, for `server.faults`."},
    {OPTIONS_COMMAND_SCHEMA, "schema", "", "Print the JSON Schema of scenario files (draft-07)."},
    {OPTIONS_COMMAND_REFERENCE, "reference", "",
        "Print all tables in Markdown, as they stand in scenarios/README.md."},
    {OPTIONS_COMMAND_HELP, "help", "[COMMAND]", "Explain a command."},
};

#define ALL (~0u)
#define OPTIONS_WIDTH 80 /* columns of help: what every terminal has */
#define OPTIONS_LEFT 27  /* of them for the option itself */
#define OPTIONS_COMMAND_LEFT 23

/* Long options without a letter have values from here on. */
enum {
    OPTION_WIRE = 1000,
    OPTION_SEED,
    OPTION_REPORT,
    OPTION_TIME_SCALE,
    OPTION_SHOW_SECRETS,
    OPTION_COLOR,
    OPTION_FAIL_FAST,
    OPTION_REPEAT,
    OPTION_VAR,
    OPTION_COVERS,
    OPTION_FORMAT,
    OPTION_MARKDOWN,
    OPTION_LISTEN,
    OPTION_EVENTS,
    OPTION_MAILDIR,
    OPTION_CA_FILE,
    OPTION_COUNT,
    OPTION_FOR,
    OPTION_JUDGE
};

#define OPTIONS_SELECTING (OPTIONS_COMMAND_RUN | OPTIONS_COMMAND_CHECK | OPTIONS_COMMAND_LIST)
#define OPTIONS_TABLES                                                      \
    (OPTIONS_COMMAND_KEYS | OPTIONS_COMMAND_FACTS | OPTIONS_COMMAND_FLAGS | \
        OPTIONS_COMMAND_FINDINGS | OPTIONS_COMMAND_FAULTS)

static const struct options_row {
    int value; /* a letter, or one of the above */
    const char *name;
    const char *argument; /* NULL: takes none; "[=X]": may have one, behind a `=` */
    unsigned commands;
    const char *sentence;
} rows[] = {
    {OPTION_REPORT, "report", "FORMAT[:FILE]", OPTIONS_COMMAND_RUN,
        "Write a report; text (default), junit or json (the run log); repeatable. "
        "Without FILE, or with `-`, to standard output."},
    {'t', "tag", "EXPR", OPTIONS_SELECTING,
        "Only cases whose tags, severity and world fit, as in 'starttls and not slow': and, or, "
        "not, ( )."},
    {'k', "case", "GLOB", OPTIONS_SELECTING,
        "Only cases whose id fits; * ? [a-z]; repeatable, any of them fits."},
    {OPTION_VAR, "var", "NAME=VALUE",
        OPTIONS_SELECTING | OPTIONS_COMMAND_RENDER | OPTIONS_COMMAND_SERVE,
        "Give a scenario's variable this value instead of its own; repeatable."},
    {'j', "jobs", "N", OPTIONS_COMMAND_RUN, "Workers; default: one for each processor."},
    {OPTION_WIRE, "wire", NULL, OPTIONS_COMMAND_RUN,
        "Meet the fake server over real TCP on loopback instead of in the simulated network."},
    {OPTION_SEED, "seed", "N", OPTIONS_COMMAND_RUN,
        "Seed of what a run leaves to chance (default 1); the same seed gives the same run log."},
    {OPTION_FAIL_FAST, "fail-fast", "[=N]", OPTIONS_COMMAND_RUN,
        "Stop behind the N-th failure (default 1) in the plan's order; what stands behind it is "
        "told as skipped."},
    {OPTION_REPEAT, "repeat", "N", OPTIONS_COMMAND_RUN,
        "Run everything N times, with the seeds SEED, SEED+1 and so on. A case counts as what it "
        "was when it first failed; one whose verdicts differ says so."},
    {OPTION_TIME_SCALE, "time-scale", "N", OPTIONS_COMMAND_RUN,
        "For tests: with --wire, divide all waits by N."},
    {OPTION_SHOW_SECRETS, "show-secrets", NULL,
        OPTIONS_COMMAND_RUN | OPTIONS_COMMAND_RENDER | OPTIONS_COMMAND_SERVE,
        "Do not mask passwords in transcripts, reports and rendered cases."},
    {OPTION_COLOR, "color", "WHEN", OPTIONS_COMMAND_RUN, "auto (default), always or never."},
    {OPTION_LISTEN, "listen", "ADDRESS:PORT", OPTIONS_COMMAND_SERVE,
        "Where to listen (default 127.0.0.1:0; port 0: a free one). Whoever can reach the address "
        "can talk to the server."},
    {OPTION_EVENTS, "events", "FILE", OPTIONS_COMMAND_SERVE,
        "Write events there instead of to standard output."},
    {'q', "quiet", NULL, OPTIONS_COMMAND_SERVE, "Write no events."},
    {OPTION_MAILDIR, "maildir", "DIR", OPTIONS_COMMAND_SERVE,
        "Keep messages there, in the form Maildir; it is made where it is not there."},
    {OPTION_CA_FILE, "ca-file", "FILE", OPTIONS_COMMAND_SERVE,
        "Write the root of the case's own CA there, in PEM, for the other program to trust."},
    {OPTION_COUNT, "count", "N", OPTIONS_COMMAND_SERVE, "End behind N connections."},
    {OPTION_FOR, "for", "DURATION", OPTIONS_COMMAND_SERVE, "End after this time, as in 30s."},
    {OPTION_JUDGE, "judge", NULL, OPTIONS_COMMAND_SERVE,
        "In the end judge what the case expects of server.saw.*; the exit code says how."},
    {OPTION_COVERS, "covers", NULL, OPTIONS_COMMAND_LIST,
        "What of the catalogue the cases cover, area by area."},
    {OPTION_FORMAT, "format", "FORMAT", OPTIONS_COMMAND_LIST, "text (default) or json."},
    {OPTION_MARKDOWN, "markdown", NULL, OPTIONS_TABLES, "The table in Markdown."},
    {'v', "verbose", NULL, OPTIONS_COMMAND_RUN | OPTIONS_COMMAND_LIST,
        "Whole transcripts of failures, twice: of everything; with list: name, tags and place."},
    {'h', "help", NULL, ALL, "Explain, and do nothing else."},
    {'V', "version", NULL, ALL, "Print versions, and do nothing else."},
};

static const struct options_row *options_row(int value)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].value == value) {
            return &rows[i];
        }
    }
    return NULL;
}

static enum status options_number(const char *name, const char *text, uint64_t min, uint64_t max,
    uint64_t *ret, struct fail *fail)
{
    int64_t number;
    if (!text_integer(span_text(text), &number) || number < 0 || (uint64_t)number < min ||
        (uint64_t)number > max) {
        return fail_set(fail, FAIL_USAGE, "--%s takes a whole number from %llu to %llu, not '%s'",
            name, (unsigned long long)min, (unsigned long long)max, text);
    }
    *ret = (uint64_t)number;
    return STATUS_OK;
}

static enum status options_word(
    const char *name, const char *text, const char *const *words, int *ret, struct fail *fail)
{
    struct buf all;
    buf_init(&all, 200);
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(text, words[i]) == 0) {
            *ret = i;
            buf_done(&all);
            return STATUS_OK;
        }
        buf_printf(&all, "%s%s", i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
    }
    (void)fail_set(fail, FAIL_USAGE, "--%s takes %s, not '%s'", name, buf_text(&all), text);
    buf_done(&all);
    return STATUS_FAILED;
}

/* Which cases, and how often. */
static enum status options_take_selection(
    struct options *options, const struct options_row *row, const char *argument, struct fail *fail)
{
    static const char *const formats[] = {"text", "json", NULL};
    uint64_t number = 1;
    int word = 0;
    switch (row->value) {
    case 't':
        if (options->tag != NULL) {
            return fail_set(fail, FAIL_USAGE, "--tag stands once; join with and, or with or");
        }
        options->tag = argument;
        return STATUS_OK;
    case 'k':
        if (options->globs_len == OPTIONS_GLOBS_MAX) {
            return fail_set(fail, FAIL_USAGE, "more than %d --case", OPTIONS_GLOBS_MAX);
        }
        options->globs[options->globs_len++] = argument;
        return STATUS_OK;
    case OPTION_VAR:
        if (options->vars_len == OPTIONS_VARS_MAX) {
            return fail_set(fail, FAIL_USAGE, "more than %d --var", OPTIONS_VARS_MAX);
        }
        options->vars[options->vars_len++] = argument;
        return STATUS_OK;
    case OPTION_FAIL_FAST:
        if (argument != NULL) {
            TRY(options_number(row->name, argument, 1, SCENARIO_CASES_MAX, &number, fail));
        }
        options->fail_fast = number;
        return STATUS_OK;
    case OPTION_REPEAT:
        TRY(options_number(row->name, argument, 1, REPEAT_MAX, &number, fail));
        options->repeat = number;
        return STATUS_OK;
    case OPTION_COVERS:
        options->covers = true;
        return STATUS_OK;
    case OPTION_MARKDOWN:
        options->markdown = true;
        return STATUS_OK;
    default:
        TRY(options_word(row->name, argument, formats, &word, fail));
        options->json = word == 1;
        return STATUS_OK;
    }
}

/* "127.0.0.1:2525", "[::1]:0" */
static enum status options_listen(
    struct options_serve *serve, const char *argument, struct fail *fail)
{
    const char *colon = strrchr(argument, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - argument);
    int64_t port = -1;
    bool bracketed = len > 2 && argument[0] == '[' && argument[len - 1] == ']';
    struct span address = span_of(
        (const uint8_t *)argument + (bracketed ? 1 : 0), bracketed ? len - 2 : len);
    if (len == 0 || address.len >= OPTIONS_ADDRESS_MAX ||
        (!bracketed && span_find(address, ':') < address.len) ||
        !text_integer(span_text(colon + 1), &port) || port < 0 || port > UINT16_MAX) {
        return fail_set(fail, FAIL_USAGE,
            "--listen takes ADDRESS:PORT, as in 127.0.0.1:2525 or [::1]:0, not '%s'", argument);
    }
    memcpy(serve->address, address.data, address.len);
    serve->address[address.len] = 0;
    serve->port = (uint16_t)port;
    return STATUS_OK;
}

static enum status options_take_serve(
    struct options *options, const struct options_row *row, const char *argument, struct fail *fail)
{
    struct options_serve *serve = &options->serve;
    switch (row->value) {
    case OPTION_LISTEN:
        return options_listen(serve, argument, fail);
    case OPTION_EVENTS:
        serve->events = argument;
        return STATUS_OK;
    case OPTION_MAILDIR:
        serve->maildir = argument;
        return STATUS_OK;
    case OPTION_CA_FILE:
        serve->ca_file = argument;
        return STATUS_OK;
    case OPTION_COUNT:
        return options_number(row->name, argument, 1, INT64_MAX, &serve->count, fail);
    case OPTION_FOR:
        if (!units_duration_us(span_text(argument), &serve->for_us) || serve->for_us <= 0) {
            return fail_set(
                fail, FAIL_USAGE, "--for takes a duration, as in 30s or 5m, not '%s'", argument);
        }
        return STATUS_OK;
    case OPTION_JUDGE:
        serve->judge = true;
        return STATUS_OK;
    default:
        serve->quiet = true;
        return STATUS_OK;
    }
}

static enum status options_take(
    struct options *options, const struct options_row *row, const char *argument, struct fail *fail)
{
    static const char *const colors[] = {"auto", "always", "never", NULL};
    uint64_t number;
    int word = 0;
    switch (row->value) {
    case OPTION_REPORT:
        if (options->reports_len == OPTIONS_REPORTS_MAX) {
            return fail_set(fail, FAIL_USAGE, "more than %d --report", OPTIONS_REPORTS_MAX);
        }
        options->reports[options->reports_len++] = argument;
        return STATUS_OK;
    case 'j':
        TRY(options_number(row->name, argument, 1, RUNNER_JOBS_MAX, &number, fail));
        options->jobs = (unsigned)number;
        return STATUS_OK;
    case OPTION_SEED:
        return options_number(row->name, argument, 0, INT64_MAX, &options->seed, fail);
    case OPTION_TIME_SCALE:
        TRY(options_number(row->name, argument, 1, RUNNER_TIME_SCALE_MAX, &number, fail));
        options->time_scale = (unsigned)number;
        return STATUS_OK;
    case OPTION_COLOR:
        TRY(options_word(row->name, argument, colors, &word, fail));
        options->color = (enum options_color)word;
        return STATUS_OK;
    case OPTION_WIRE:
        options->wire = true;
        return STATUS_OK;
    case OPTION_SHOW_SECRETS:
        options->show_secrets = true;
        return STATUS_OK;
    case 'v':
        options->verbosity++;
        return STATUS_OK;
    case 'h':
        options->help = true;
        return STATUS_OK;
    case 'V':
        options->version = true;
        return STATUS_OK;
    default:
        return row->commands == OPTIONS_COMMAND_SERVE
                   ? options_take_serve(options, row, argument, fail)
                   : options_take_selection(options, row, argument, fail);
    }
}

/* The message for what getopt_long did not know, with the nearest option. */
static enum status options_unknown(const char *argument, struct fail *fail)
{
    const char *names[ARRAY_LEN(rows) + 1] = {NULL};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        names[i] = rows[i].name;
    }
    if (strncmp(argument, "--", 2) == 0) {
        char name[64] = {0};
        snprintf(name, sizeof name, "%s", argument + 2);
        name[strcspn(name, "=")] = 0;
        const char *near = text_nearest(name, names);
        if (near != NULL && strcmp(near, name) != 0) {
            return fail_set(
                fail, FAIL_USAGE, "unknown option '--%s' (did you mean '--%s'?)", name, near);
        }
        return fail_set(fail, FAIL_USAGE, "unknown option '%s'; see smtpvet --help", argument);
    }
    return fail_set(fail, FAIL_USAGE, "unknown option '%s'; see smtpvet --help", argument);
}

static enum status options_command(const char *name, struct options *options, struct fail *fail)
{
    const char *names[ARRAY_LEN(commands) + 1] = {NULL};
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            options->command = commands[i].command;
            options->command_name = name;
            return STATUS_OK;
        }
        names[i] = commands[i].name;
    }
    const char *near = text_nearest(name, names);
    if (near != NULL) {
        return fail_set(fail, FAIL_USAGE, "unknown command '%s' (did you mean '%s'?)", name, near);
    }
    return fail_set(fail, FAIL_USAGE, "unknown command '%s'; see smtpvet --help", name);
}

static void options_for_getopt(char *letters, struct option *longs)
{
    size_t at = 0;
    letters[at++] = ':'; /* a missing argument is told apart from an unknown option */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        longs[i] = (struct option){rows[i].name,
            rows[i].argument == NULL     ? no_argument
            : rows[i].argument[0] == '[' ? optional_argument
                                         : required_argument,
            NULL, rows[i].value};
        if (rows[i].value < 128) {
            letters[at++] = (char)rows[i].value;
            if (rows[i].argument != NULL) {
                letters[at++] = ':';
            }
        }
    }
    letters[at] = 0;
    longs[ARRAY_LEN(rows)] = (struct option){0};
}

static enum status options_walk(int argc, char **argv, struct options *options, struct fail *fail)
{
    char letters[2 * ARRAY_LEN(rows) + 2];
    struct option longs[ARRAY_LEN(rows) + 1];
    options_for_getopt(letters, longs);
    optind = 0; /* GNU: start anew, with permutation */
    opterr = 0;
    for (;;) {
        int value = getopt_long(argc, argv, letters, longs, NULL);
        if (value == -1) {
            return STATUS_OK;
        }
        const char *argument = argv[optind - 1];
        if (value == ':') {
            return fail_set(fail, FAIL_USAGE, "option '%s' needs an argument", argument);
        }
        if (value == '?' && optopt >= OPTION_WIRE) { /* it is known, and has an argument behind = */
            return fail_set(fail, FAIL_USAGE, "option '%.*s' takes no argument",
                (int)strcspn(argument, "="), argument);
        }
        const struct options_row *row = value == '?' ? NULL : options_row(value);
        if (row == NULL) {
            return options_unknown(argument, fail);
        }
        if (options->command != 0 && (row->commands & options->command) == 0) {
            return fail_set(fail, FAIL_USAGE, "smtpvet %s has no option --%s",
                options->command_name, row->name);
        }
        TRY(options_take(options, row, optarg, fail));
    }
}

/* Which command is it that stands behind the options? */
static enum status options_no_command(const char *word, struct fail *fail)
{
    for (size_t i = 0; word != NULL && i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, word) == 0) {
            return fail_set(
                fail, FAIL_USAGE, "the command comes first: smtpvet %s, then the options", word);
        }
    }
    return fail_set(fail, FAIL_USAGE, "no command; see smtpvet --help");
}

/* What stands beside options: as many as the command has use for, and none of them empty. */
static enum status options_check_paths(
    const struct options *options, char **paths, size_t paths_len, struct fail *fail)
{
    size_t most = options->help || options->version ? OPTIONS_PATHS_MAX : 0;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const char *arguments = commands[i].arguments;
        if (commands[i].command == options->command && arguments[0] != 0) {
            most = text_ends(arguments, "...]") ? OPTIONS_PATHS_MAX : 1;
        }
    }
    if (paths_len > OPTIONS_PATHS_MAX) {
        return fail_set(fail, FAIL_USAGE, "more than %d paths", OPTIONS_PATHS_MAX);
    }
    if (paths_len > most) {
        return fail_set(fail, FAIL_USAGE, "smtpvet %s takes %s, not '%s'", options->command_name,
            most == 0 ? "no argument but options" : "one argument", paths[most]);
    }
    for (size_t i = 0; i < paths_len; i++) {
        if (paths[i][0] == 0) {
            return fail_set(
                fail, FAIL_USAGE, "an argument of smtpvet %s is empty", options->command_name);
        }
    }
    return STATUS_OK;
}

enum status options_parse(int argc, char **argv, struct options *ret, struct fail *fail)
{
    *ret = (struct options){
        .seed = OPTIONS_SEED_DEFAULT, .time_scale = 1, .repeat = 1, .serve.address = "127.0.0.1"};
    int skip = 0;
    if (argc > 1 && argv[1][0] != '-') {
        TRY(options_command(argv[1], ret, fail));
        skip = 1;
    }
    TRY(options_walk(argc - skip, argv + skip, ret, fail));
    size_t paths_len = (size_t)(argc - skip - optind);
    if (ret->command == 0 && !ret->help && !ret->version) {
        return options_no_command(paths_len == 0 ? NULL : argv[optind], fail);
    }
    TRY(options_check_paths(ret, argv + skip + optind, paths_len, fail));
    ret->paths = mem_zalloc(paths_len + 1, sizeof *ret->paths);
    for (size_t i = 0; i < paths_len; i++) {
        ret->paths[ret->paths_len++] = argv[skip + optind + (int)i];
    }
    return STATUS_OK;
}

void options_done(struct options *options)
{
    mem_free(options->paths);
    *options = (struct options){0};
}

/* A sentence beside its option, broken at blanks. */
static void options_help_sentence(const char *sentence, int left, struct buf *out)
{
    size_t room = (size_t)(OPTIONS_WIDTH - left);
    struct span rest = span_text(sentence);
    while (rest.len > room) {
        size_t end = room;
        while (end > 0 && rest.data[end] != ' ') {
            end--;
        }
        end = end == 0 ? room : end;
        buf_append(out, span_first(rest, end));
        buf_printf(out, "\n%*s", left, "");
        rest = text_trim(span_from(rest, end));
    }
    buf_append(out, rest);
    buf_append_byte(out, '\n');
}

void options_help_program(struct buf *out)
{
    buf_append_text(out,
        "usage: smtpvet COMMAND [OPTION...] [PATH...]\n\n"
        "Tells how an SMTP server and an SMTP client behave towards each other when TLS,\n"
        "STARTTLS, certificates and AUTH are involved, and proves it.\n\n"
        "examples:\n"
        "  smtpvet run                          run everything below scenarios/\n"
        "  smtpvet run scenarios/starttls -v    one folder, with transcripts of failures\n"
        "  smtpvet run --wire FILE#case         one case over real TCP\n"
        "  smtpvet check my.yaml                find mistakes in a scenario\n\n"
        "commands:\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        buf_printf(out, "  %-9s %-10s ", commands[i].name, commands[i].arguments);
        options_help_sentence(commands[i].sentence, OPTIONS_COMMAND_LEFT, out);
    }
}

void options_help(unsigned command, struct buf *out)
{
    if (command == 0 || command == OPTIONS_COMMAND_HELP) {
        options_help_program(out);
        command = ALL;
    }
    for (size_t i = 0; command != ALL && i < ARRAY_LEN(commands); i++) {
        if (commands[i].command == command) {
            buf_printf(out, "usage: smtpvet %s [OPTION...]%s%s\n\n", commands[i].name,
                commands[i].arguments[0] == 0 ? "" : " ", commands[i].arguments);
            options_help_sentence(commands[i].sentence, 0, out);
        }
    }
    buf_append_text(out, "\noptions:\n");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (command != ALL && (rows[i].commands & command) == 0) {
            continue;
        }
        char left[64];
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", rows[i].value < 128 ? '-' : ' ',
            rows[i].value < 128 ? (char)rows[i].value : ' ', rows[i].value < 128 ? ", " : "  ",
            rows[i].name, rows[i].argument != NULL && rows[i].argument[0] != '[' ? " " : "",
            rows[i].argument != NULL ? rows[i].argument : "");
        buf_printf(out, "  %-*s", OPTIONS_LEFT, left);
        options_help_sentence(rows[i].sentence, OPTIONS_LEFT + 2, out);
    }
    buf_append_text(out,
        "\nexit: 0 all well, 1 something failed, 2 wrong usage or a scenario is wrong,\n"
        "      3 could not reach or tell, 4 a fault of smtpvet, 5 nothing selected,\n"
        "      130 or 143 stopped by a signal\n");
}
