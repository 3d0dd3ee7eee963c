/*
 * Any bytes as a scenario file: loading ends with messages or with a plan that is whole, and the
 * same comes of the same bytes.
 */
#include "harness/fuzz/fuzz.h"
#include "harness/runner/check.h"
#include "harness/runner/runner.h"
#include "harness/scenario/scenario.h"

#define SHOWN_MAX ((size_t)64 * 1024 * 1024)

static const char *environment(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "HOME") == 0 ? "a\nsecret" : NULL;
}

/* No file is looked for that the bytes name. */
static enum status no_file(const char *file, struct fail *fail)
{
    return fail_set(fail, FAIL_REACH, "%s is not read", file);
}

static const struct scenario_options *options(void)
{
    static struct scenario_checks checks;
    static const struct scenario_options all = {.environment = environment, .checks = &checks};
    if (checks.has == NULL) {
        runner_init();
        checks = *runner_checks();
        checks.trust = no_file;
    }
    return &all;
}

/* Whoever runs a case relies on these. */
static void demand_plan(const struct plan_case *one)
{
    FUZZ_DEMAND(one->id[0] != '\0' && one->name[0] != '\0');
    FUZZ_DEMAND(one->client.host != NULL);
    FUZZ_DEMAND(one->server == NULL || (one->server->host != NULL && one->server->port != 0));
    for (size_t i = 0; i < one->client.messages_len; i++) {
        FUZZ_DEMAND(one->client.messages[i].from != NULL && one->client.messages[i].to.len > 0);
    }
    for (size_t i = 0; i < one->expectations_len; i++) {
        FUZZ_DEMAND(one->expectations[i].matcher != NULL);
    }
}

/* Loads it; what was told is appended to `shown`, and the plan's digest returned. */
static uint64_t load(struct span text, struct buf *shown)
{
    struct diag_list diags;
    struct scenario_suite *suite = NULL;
    struct fail fail = {0};
    uint64_t digest = 0;
    diag_list_init(&diags);
    if (scenario_load_text("fuzz.yaml", text, options(), &diags, &suite, &fail) == STATUS_OK) {
        const struct plan_suite *plan = scenario_suite_plan(suite);
        for (size_t i = 0; i < plan->len; i++) {
            demand_plan(&plan->cases[i]);
        }
        digest = plan->digest;
    } else {
        FUZZ_DEMAND(fail.text[0] != '\0');
    }
    for (size_t i = 0; i < diags.len; i++) {
        diag_show(&diags.items[i], shown);
    }
    scenario_suite_free(suite);
    diag_list_done(&diags);
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf first;
    struct buf second;
    if (size > FUZZ_INPUT_MAX) {
        return 0;
    }
    buf_init(&first, SHOWN_MAX);
    buf_init(&second, SHOWN_MAX);
    uint64_t digest = load(span_of(data, size), &first);
    FUZZ_DEMAND(load(span_of(data, size), &second) == digest);
    FUZZ_DEMAND(span_equal(buf_span(&first), buf_span(&second)));
    buf_done(&first);
    buf_done(&second);
    return 0;
}
