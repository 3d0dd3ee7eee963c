#include "harness/cli/options.h"

#include <stdio.h>

#include "harness/base/text.h"
#include "harness/tests/unit.h"

#define ARGUMENTS_MAX 16

/* Parses a line of words. */
static enum status parse(const char *line, struct options *ret, struct fail *fail)
{
    static char words[512];
    char *argv[ARGUMENTS_MAX + 1];
    int argc = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *at = words; *at != '\0' && argc < ARGUMENTS_MAX;) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        while (*at == ' ') {
            *at++ = '\0';
        }
    }
    argv[argc] = NULL;
    return options_parse(argc, argv, ret, fail);
}

START_TEST(test_run_with_everything)
{
    struct options options;
    struct fail fail = {0};
    ck_assert_int_eq(parse("smtpvet run -vv -j4 --wire --seed 7 --report junit:a.xml --report text "
                           "--color=never --time-scale 100 a.yaml b/",
                         &options, &fail),
        STATUS_OK);
    ck_assert_int_eq(options.command, OPTIONS_COMMAND_RUN);
    ck_assert_uint_eq(options.verbosity, 2);
    ck_assert_uint_eq(options.jobs, 4);
    ck_assert(options.wire);
    ck_assert_uint_eq(options.seed, 7);
    ck_assert_uint_eq(options.time_scale, 100);
    ck_assert_uint_eq(options.reports_len, 2);
    ck_assert_str_eq(options.reports[0], "junit:a.xml");
    ck_assert_uint_eq(options.paths_len, 2);
    ck_assert_str_eq(options.paths[1], "b/");
    ck_assert_int_eq(options.color, OPTIONS_COLOR_NEVER);
    options_done(&options);
}
END_TEST

START_TEST(test_what_was_not_said_has_its_default)
{
    struct options options;
    struct fail fail = {0};
    ck_assert_int_eq(parse("smtpvet run", &options, &fail), STATUS_OK);
    ck_assert_uint_eq(options.seed, OPTIONS_SEED_DEFAULT);
    ck_assert_uint_eq(options.jobs, 0);
    ck_assert_uint_eq(options.time_scale, 1);
    ck_assert_uint_eq(options.paths_len, 0);
    ck_assert(!options.wire && !options.show_secrets);
    options_done(&options);
}
END_TEST

START_TEST(test_selecting_and_repeating)
{
    struct options options;
    struct fail fail = {0};
    ck_assert_int_eq(
        parse("smtpvet run -t slow -k a/* --case b#c --fail-fast --repeat 7 x", &options, &fail),
        STATUS_OK);
    ck_assert_str_eq(options.tag, "slow");
    ck_assert_uint_eq(options.globs_len, 2);
    ck_assert_str_eq(options.globs[1], "b#c");
    ck_assert_uint_eq(options.fail_fast, 1);
    ck_assert_uint_eq(options.repeat, 7);
    ck_assert_uint_eq(options.paths_len, 1); /* no argument of --fail-fast */
    options_done(&options);
    ck_assert_int_eq(parse("smtpvet run --fail-fast=3", &options, &fail), STATUS_OK);
    ck_assert_uint_eq(options.fail_fast, 3);
    options_done(&options);
    ck_assert_int_eq(parse("smtpvet list --covers --format json", &options, &fail), STATUS_OK);
    ck_assert(options.covers && options.json);
    ck_assert_uint_eq(options.fail_fast, 0);
    ck_assert_uint_eq(options.repeat, 1);
    options_done(&options);
}
END_TEST

static const struct {
    const char *line, *says;
} mistakes[] = {
    {"smtpvet", "no command"},
    {"smtpvet rum", "did you mean 'run'"},
    {"smtpvet zzzzzz", "unknown command 'zzzzzz'"},
    {"smtpvet run --jbs 3", "did you mean '--jobs'"},
    {"smtpvet run --zzzzzz", "unknown option '--zzzzzz'"},
    {"smtpvet run -x", "unknown option"},
    {"smtpvet run -j", "-j"},
    {"smtpvet run -j 0", "from 1 to"},
    {"smtpvet run -j many", "not 'many'"},
    {"smtpvet run -j 99999999999999999999", "from 1 to"},
    {"smtpvet run --seed -1", "from 0 to"},
    {"smtpvet run --color purple", "--color takes auto, always or never, not 'purple'"},
    {"smtpvet run --fail-fast=0", "from 1 to"},
    {"smtpvet run --repeat many", "not 'many'"},
    {"smtpvet run -t a -t b", "--tag stands once"},
    {"smtpvet list --format xml", "--format takes text or json, not 'xml'"},
    {"smtpvet facts --covers", "--covers"},
    {"smtpvet run --time-scale 0", "from 1 to"},
    {"smtpvet list --wire", "--wire"},
    {"smtpvet run --wire=yes", "option '--wire' takes no argument"},
    {"smtpvet -j 3 run", "the command comes first: smtpvet run"},
    {"smtpvet -j 3 rum", "no command"},
    {"smtpvet keys tls", "takes no argument but options, not 'tls'"},
    {"smtpvet render a b", "takes one argument, not 'b'"},
    {"smtpvet help run list", "takes one argument, not 'list'"},
};

START_TEST(test_variables)
{
    struct options options;
    struct fail fail = {0};
    ck_assert_int_eq(
        parse("smtpvet check --var host=a.test --var=port=25 x.yaml", &options, &fail), STATUS_OK);
    ck_assert_uint_eq(options.vars_len, 2);
    ck_assert_str_eq(options.vars[0], "host=a.test");
    ck_assert_str_eq(options.vars[1], "port=25");
    options_done(&options);
}
END_TEST

START_TEST(test_each_mistake_names_the_argument)
{
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        struct options options;
        struct fail fail = {0};
        ck_assert_msg(parse(mistakes[i].line, &options, &fail) != STATUS_OK, "'%s' is taken",
            mistakes[i].line);
        ck_assert_int_eq(fail.class, FAIL_USAGE);
        ck_assert_msg(strstr(fail.text, mistakes[i].says) != NULL, "'%s' says: %s",
            mistakes[i].line, fail.text);
        options_done(&options);
    }
}
END_TEST

START_TEST(test_help_fits_a_terminal)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    options_help(0, &text);
    for (unsigned command = 1; command <= OPTIONS_COMMAND_REFERENCE; command <<= 1) {
        options_help(command, &text);
    }
    ck_assert_ptr_null(strstr(buf_text(&text), " \n"));
    struct span rest = buf_span(&text);
    while (rest.len > 0) {
        size_t end = span_find(rest, '\n');
        ck_assert_msg(end <= 80, "%.*s", (int)end, (const char *)rest.data);
        rest = span_from(rest, end + 1);
    }
    ck_assert_ptr_nonnull(strstr(buf_text(&text), "--report FORMAT[:FILE] Write a report;"));
    ck_assert_ptr_nonnull(strstr(buf_text(&text), "exit: 0 all well"));
    buf_done(&text);
}
END_TEST

UNIT_MAIN(test_run_with_everything, test_what_was_not_said_has_its_default,
    test_selecting_and_repeating, test_variables, test_each_mistake_names_the_argument,
    test_help_fits_a_terminal)
