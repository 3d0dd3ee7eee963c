/*
 * testing — what the tests of this room share: a text loaded, and what was told about it.
 *
 * Knows: how to load and to fail a test with the message. Refuses to know: what any test is about.
 * Only tests include it.
 */
#ifndef SMTPVET_SCENARIO_TESTING_H
#define SMTPVET_SCENARIO_TESTING_H

#include "harness/scenario/scenario.h"
#include "harness/tests/unit.h"

/* A whole file, as the language's description has it, comments and all. */
#define TESTING_WHOLE                                                                              \
    "# yaml-language-server: $schema=../scenario-v1.schema.json\n"                                 \
    "version: 1\n"                                                                                 \
    "name: AUTH appears only after STARTTLS\n"                                                     \
    "requirement: >\n"                                                                             \
    "  A client that must log in reads the capabilities again after STARTTLS and uses what is "    \
    "offered then.\n"                                                                              \
    "spec: [rfc3207#4.2, rfc4954#4]\n"                                                             \
    "covers: [STL-02]\n"                                                                           \
    "tags: [starttls, auth]\n"                                                                     \
    "\n"                                                                                           \
    "server:\n"                                                                                    \
    "  host: mail.here.com            # the name that clients dial; also the certificate's name\n" \
    "  port: 587                      # the port that clients dial\n"                              \
    "  tls: starttls                  # none | starttls | on-connect\n"                            \
    "  starttls: required             # offered | required | unlisted | refused\n"                 \
    "  auth:\n"                                                                                    \
    "    before_tls: []               # mechanisms advertised and accepted in clear text\n"        \
    "    after_tls: [PLAIN, LOGIN]\n"                                                              \
    "    users: {joe: correct-horse}\n"                                                            \
    "  certificate: self-signed\n"                                                                 \
    "\n"                                                                                           \
    "client:\n"                                                                                    \
    "  ssl_mode: auto\n"                                                                           \
    "  login: {user: joe, password: correct-horse}\n"                                              \
    "  send: {from: joe@here.com, to: [jane@there.com], subject: Test message, body: Hello.}\n"    \
    "  verify: {except: [untrusted-root]}\n"                                                       \
    "\n"                                                                                           \
    "expect:\n"                                                                                    \
    "  outcome: sent\n"                                                                            \
    "  ssl_mode.chosen: starttls-if-supported\n"                                                   \
    "  starttls: {offered: true, used: true}\n"                                                    \
    "  auth.availability: tls-only\n"                                                              \
    "  auth.mechanism: PLAIN\n"                                                                    \
    "  tls.version: {at_least: tls1.2}\n"                                                          \
    "  certificate.flags: [untrusted-root]\n"                                                      \
    "  server.saw.password_in_clear: false\n"

struct testing {
    struct diag_list diags;
    struct scenario_suite *suite;
    struct buf shown; /* all messages */
};

static inline struct testing testing_load_span(struct span text)
{
    struct testing testing = {0};
    struct fail fail = {0};
    diag_list_init(&testing.diags);
    buf_init(&testing.shown, (size_t)4 * 1024 * 1024);
    enum status status = scenario_load_text(
        "test.yaml", text, NULL, &testing.diags, &testing.suite, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    for (size_t i = 0; i < testing.diags.len; i++) {
        diag_show(&testing.diags.items[i], &testing.shown);
    }
    return testing;
}

static inline struct testing testing_load(const char *text)
{
    return testing_load_span(span_text(text));
}

static inline void testing_done(struct testing *testing)
{
    scenario_suite_free(testing->suite);
    diag_list_done(&testing->diags);
    buf_done(&testing->shown);
}

/* A text without any mistake. */
static inline struct testing testing_load_good(const char *text)
{
    struct testing testing = testing_load(text);
    ck_assert_msg(
        testing.diags.errors == 0 && testing.diags.warnings == 0, "%s", buf_text(&testing.shown));
    return testing;
}

static inline const struct plan_case *testing_case(const struct testing *testing, size_t at)
{
    const struct plan_suite *plan = scenario_suite_plan(testing->suite);
    ck_assert_uint_gt(plan->len, at);
    return &plan->cases[at];
}

static inline const struct plan_expectation *testing_expectation(
    const struct plan_case *plan, const char *fact)
{
    for (size_t i = 0; i < plan->expectations_len; i++) {
        if (strcmp(plan->expectations[i].fact, fact) == 0) {
            return &plan->expectations[i];
        }
    }
    return NULL;
}

/* `joined`: the items with bars between them. */
static inline void testing_check_texts(const struct plan_text_list *list, const char *joined)
{
    struct buf text;
    buf_init(&text, 4096);
    for (size_t i = 0; i < list->len; i++) {
        buf_printf(&text, "%s%s", i == 0 ? "" : "|", list->items[i]);
    }
    ck_assert_str_eq(buf_text(&text), joined);
    buf_done(&text);
}

static inline void testing_check_span(struct span found, struct span wanted)
{
    ck_assert_msg(span_equal(found, wanted), "%.*s", (int)found.len, (const char *)found.data);
}

#endif
