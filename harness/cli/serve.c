#include "harness/cli/serve.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "harness/base/text.h"
#include "harness/cli/maildir.h"
#include "harness/cli/output.h"
#include "harness/cli/place.h"
#include "harness/cli/run.h"
#include "harness/runner/serve.h"

/* Not of connections: the standard ones, the loop's own, files of events and of libraries, and one
 * for whoever is accepted to be refused. Twice what they are. */
#define SERVE_DESCRIPTORS 32

/* What a handler touches: only by the compiler's atomic functions. */
static int serve_caught;

static void serve_take(int signal)
{
    (void)signal;
    __atomic_store_n(&serve_caught, 1, __ATOMIC_SEQ_CST);
}

/* The first signal ends in order, a second one at once; one that was ignored stays ignored. */
static void serve_catch(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    __atomic_store_n(&serve_caught, 0, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct sigaction before;
        struct sigaction action = {.sa_handler = serve_take, .sa_flags = (int)SA_RESETHAND};
        sigemptyset(&action.sa_mask);
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
}

/* As many descriptors as the system lets this process have. Each connection takes one, and where
 * messages are kept another: how many connections may be there at once, so that who comes and stays
 * takes none that a message of somebody else needs. */
static size_t serve_raise_limit(bool keeps)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        const rlim_t before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        limit.rlim_cur = setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
    }
    if (limit.rlim_cur == RLIM_INFINITY) {
        return 0;
    }
    rlim_t most = limit.rlim_cur > SERVE_DESCRIPTORS ? limit.rlim_cur - SERVE_DESCRIPTORS : 1;
    most = keeps && most > 1 ? most / 2 : most;
    return most < SERVE_CONNECTIONS_MAX ? (size_t)most : SERVE_CONNECTIONS_MAX;
}

/* --- what is told while it happens --- */

struct serve_telling {
    struct output events;
    struct maildir *maildir;
};

static bool serve_is_stopped(void *context)
{
    const struct serve_telling *telling = context;
    return __atomic_load_n(&serve_caught, __ATOMIC_SEQ_CST) != 0 || telling->events.problem != 0 ||
           (telling->maildir != NULL && maildir_is_broken(telling->maildir));
}

static void serve_event(void *context, struct span line)
{
    struct serve_telling *telling = context;
    output_append(&telling->events, line);
}

static void *serve_message_begin(void *context)
{
    const struct serve_telling *telling = context;
    return maildir_begin(telling->maildir);
}

static void serve_message_bytes(void *context, void *message, struct span bytes)
{
    (void)context;
    maildir_append(message, bytes);
}

static const char *serve_message_end(void *context, void *message, int64_t octets)
{
    (void)context;
    return maildir_end(message, octets);
}

/* --- the verdict --- */

static void serve_show_reason(const struct reason *reason, struct buf *out)
{
    buf_printf(out, "  %s:%u: %s: wanted ", reason->file == NULL ? "case" : reason->file,
        reason->line, reason->fact);
    text_escape(span_text(reason->wanted), true, out);
    buf_append_text(out, ", found ");
    text_escape(span_text(reason->found), true, out);
    buf_append_byte(out, '\n');
}

static void serve_show(
    const struct serve_verdict *verdict, const struct plan_case *plan, struct buf *out)
{
    buf_printf(out, "%s  %s", verdict_name(verdict->verdict), plan->id);
    if (verdict->message != NULL) {
        buf_append_text(out, ": ");
        text_escape(span_text(verdict->message), true, out);
    } else {
        buf_printf(out, ": %zu of %zu expectations that a server can judge are met",
            verdict->judged - verdict->reasons_len, verdict->judged);
    }
    buf_append_byte(out, '\n');
    for (size_t i = 0; i < verdict->reasons_len; i++) {
        serve_show_reason(&verdict->reasons[i], out);
    }
    for (size_t i = 0; i < verdict->unseen_len; i++) {
        buf_printf(out,
            "  %s: not observable: it is the client's own, and the client is another "
            "program\n",
            verdict->unseen[i]);
    }
}

/* To standard output, where it is not among events. */
static int serve_verdict(struct serve *serve, const struct options *options,
    const struct plan_case *plan, struct fail *fail)
{
    const struct serve_verdict verdict = serve_judge(serve);
    struct run_counts counts = {0};
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    serve_show(&verdict, plan, &text);
    enum status status = STATUS_OK;
    if (options->serve.events == NULL && !options->serve.quiet) {
        output_complain("%s", buf_text(&text));
    } else {
        status = output_print(buf_span(&text), fail);
    }
    buf_done(&text);
    run_counts_add(&counts, verdict.verdict);
    return status == STATUS_OK ? run_counts_exit_code(&counts) : (int)cli_exit_of(fail);
}

/* --- the command --- */

static enum status serve_announce(
    const struct options *options, struct serve *serve, struct fail *fail)
{
    const struct options_serve *how = &options->serve;
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    enum status status = STATUS_OK;
    if (how->ca_file != NULL) {
        status = serve_root(serve, &text, fail);
        status = status == STATUS_OK ? output_file(how->ca_file, buf_span(&text), fail) : status;
        buf_clear(&text);
    }
    bool v6 = strchr(how->address, ':') != NULL;
    buf_printf(&text, "%s%s%s:%u\n", v6 ? "[" : "", how->address, v6 ? "]" : "",
        (unsigned)serve_port(serve));
    status = status == STATUS_OK ? output_print(buf_span(&text), fail) : status;
    buf_done(&text);
    return status;
}

static int serve_play(const struct options *options, const struct plan_case *plan,
    struct serve_telling *telling, struct fail *fail)
{
    const struct options_serve *how = &options->serve;
    const bool keeps = telling->maildir != NULL;
    const struct serve_options what = {
        .plan = plan,
        .address = how->address,
        .port = how->port,
        .connections_max = serve_raise_limit(keeps),
        .count = how->count,
        .for_us = how->for_us,
        .judge = how->judge,
        .show_secrets = options->show_secrets,
        .now_s = (int64_t)time(NULL),
        .stopped = serve_is_stopped,
        .event = how->quiet ? NULL : serve_event,
        .message_begin = keeps ? serve_message_begin : NULL,
        .message_bytes = serve_message_bytes,
        .message_end = serve_message_end,
        .context = telling,
    };
    struct serve *serve = serve_new(&what, fail);
    if (serve == NULL) {
        return (int)cli_exit_of(fail);
    }
    serve_catch();
    int code = CLI_EXIT_OK;
    if (serve_announce(options, serve, fail) != STATUS_OK || serve_run(serve, fail) != STATUS_OK) {
        code = (int)cli_exit_of(fail);
    } else if (how->judge) {
        code = serve_verdict(serve, options, plan, fail);
    }
    serve_free(serve);
    return code;
}

static int serve_case(
    const struct options *options, const struct plan_case *plan, struct fail *fail)
{
    struct serve_telling telling = {0};
    const char *events = options->serve.events;
    if (events != NULL && (strcmp(events, "-") == 0 || place_is_standard(events))) {
        events = NULL;
    }
    if (options->serve.maildir != NULL) {
        telling.maildir = maildir_open(options->serve.maildir, fail);
        if (telling.maildir == NULL) {
            return (int)cli_exit_of(fail);
        }
    }
    int code = CLI_EXIT_REACH;
    if (output_begin_live(&telling.events, events, fail) == STATUS_OK) {
        code = serve_play(options, plan, &telling, fail);
        if (output_end(&telling.events, true, fail) != STATUS_OK && code == CLI_EXIT_OK) {
            code = (int)cli_exit_of(fail);
        }
    }
    if (maildir_close(telling.maildir, fail) != STATUS_OK && code == CLI_EXIT_OK) {
        code = (int)cli_exit_of(fail);
    }
    return code;
}

int serve_command_serve(const struct options *options, struct fail *fail)
{
    if (options->paths_len == 0) {
        (void)fail_set(fail, FAIL_USAGE, "smtpvet serve takes FILE or FILE#case");
        return CLI_EXIT_USAGE;
    }
    struct scenario_suite *suite = NULL;
    int code = run_load(options, &suite, fail);
    if (code == CLI_EXIT_OK) {
        const struct plan_suite *plan = scenario_suite_plan(suite);
        if (plan->len != 1) {
            (void)fail_set(fail, FAIL_USAGE,
                "%s has %zu cases: name one, as in FILE#case (smtpvet list lists them)",
                options->paths[0], plan->len);
            code = CLI_EXIT_USAGE;
        } else {
            code = serve_case(options, &plan->cases[0], fail);
        }
    }
    scenario_suite_free(suite);
    return code;
}
