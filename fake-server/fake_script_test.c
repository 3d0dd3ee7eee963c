#include "fake-server/fake_script.h"

#include "harness/tests/unit.h"

static const struct plan_moment_at on_mail[] = {{PLAN_MOMENT_COMMAND, "MAIL"}};
static const struct plan_moment_at on_hello[] = {
    {PLAN_MOMENT_COMMAND, "EHLO"}, {PLAN_MOMENT_COMMAND, "HELO"}};
static const struct plan_moment_at on_any[] = {{PLAN_MOMENT_ANY, NULL}};
static const struct plan_moment_at on_unknown[] = {{PLAN_MOMENT_UNKNOWN, NULL}};
static const struct plan_moment_at on_response[] = {{PLAN_MOMENT_AUTH_RESPONSE, NULL}};
static const struct plan_moment_at on_body[] = {{PLAN_MOMENT_BODY, NULL}};
static const struct plan_moment_at on_idle[] = {{PLAN_MOMENT_IDLE, NULL}};
static const struct plan_moment_at on_both[] = {
    {PLAN_MOMENT_BODY, NULL}, {PLAN_MOMENT_GREETING, NULL}};

#define ON(list) .on = list, .on_len = ARRAY_LEN(list), .tls = -1
#define ON_TLS(list, within) .on = list, .on_len = ARRAY_LEN(list), .tls = within

/* A script that is played against moments; `rules` says how many it has. */
struct script {
    struct plan_server plan;
    struct fake_script script;
    struct fake_script_counts counts;
};

static void script_init(struct script *script, const struct plan_rule *rules, size_t len)
{
    struct fail fail = {0};
    *script = (struct script){.plan = {.script = rules, .script_len = len}};
    ck_assert_msg(
        fake_script_init(&script->script, &script->plan, &fail) == STATUS_OK, "%s", fail.text);
    fake_script_counts_init(&script->counts, &script->script);
}

static void script_done(struct script *script)
{
    fake_script_counts_done(&script->counts);
    fake_script_done(&script->script);
}

/* The number of the rule that acts, from 1; 0: none. */
static size_t acts(struct script *script, const struct fake_moment *moment)
{
    const struct fake_rule *rule = fake_script_match(&script->script, &script->counts, moment);
    return rule == NULL ? 0 : (size_t)(rule - script->script.rules) + 1;
}

static struct fake_moment command(const char *verb, bool known, const char *line)
{
    return (struct fake_moment){.kind = PLAN_MOMENT_COMMAND,
        .verb = span_text(verb),
        .known = known,
        .line = span_text(line),
        .connection = 1};
}

START_TEST(test_which_moment)
{
    const struct plan_rule rules[] = {
        {ON(on_mail)}, {ON(on_hello)}, {ON(on_unknown)}, {ON(on_response)}, {ON(on_any)}};
    struct script script;
    script_init(&script, rules, ARRAY_LEN(rules));
    struct fake_moment mail = command("MAIL", true, "MAIL FROM:<>");
    struct fake_moment ehlo = command("EHLO", true, "EHLO a");
    struct fake_moment helo = command("HELO", true, "HELO a");
    struct fake_moment strange = command("XYZZY", false, "XYZZY");
    struct fake_moment noop = command("NOOP", true, "NOOP");
    ck_assert_uint_eq(acts(&script, &mail), 1);
    ck_assert_uint_eq(acts(&script, &ehlo), 2);
    ck_assert_uint_eq(acts(&script, &helo), 2);
    ck_assert_uint_eq(acts(&script, &strange), 3);
    ck_assert_uint_eq(acts(&script, &noop), 5);
    ck_assert_uint_eq(acts(&script, &(struct fake_moment){.kind = PLAN_MOMENT_AUTH_RESPONSE}), 4);
    ck_assert_uint_eq(acts(&script, &(struct fake_moment){.kind = PLAN_MOMENT_GREETING}), 0);
    ck_assert_uint_eq(acts(&script, &(struct fake_moment){.kind = PLAN_MOMENT_MESSAGE}), 0);
    ck_assert(fake_script_has(&script.script, PLAN_MOMENT_AUTH_RESPONSE));
    ck_assert(!fake_script_has(&script.script, PLAN_MOMENT_CLIENT_HELLO));
    ck_assert(!fake_script_does(&script.script, PLAN_ACTION_ALERT));
    script_done(&script);
    const struct plan_action actions[] = {
        {.kind = PLAN_ACTION_NORMAL}, {.kind = PLAN_ACTION_ALERT, .number = 40}};
    const struct plan_rule alerts = {ON(on_mail), .actions = actions, .actions_len = 2};
    script_init(&script, &alerts, 1);
    ck_assert(fake_script_does(&script.script, PLAN_ACTION_ALERT));
    script_done(&script);
}
END_TEST

START_TEST(test_narrowings)
{
    const struct plan_rule rules[] = {
        {ON_TLS(on_mail, 1)},
        {ON(on_mail), .connection = 2},
        {ON(on_mail), .match = "from:<joe@"},
        {ON(on_mail), .match = "size=[0-9]+$"},
        {ON_TLS(on_mail, 0), .connection = 3, .match = "jane"},
    };
    static const struct {
        bool tls;
        unsigned connection;
        const char *line;
        size_t acts;
    } rows[] = {
        {false, 1, "MAIL FROM:<a@b>", 0},
        {true, 1, "MAIL FROM:<a@b>", 1},
        {false, 2, "MAIL FROM:<a@b>", 2},
        {true, 2, "MAIL FROM:<a@b>", 1},
        {false, 1, "MAIL FROM:<Joe@b>", 3},
        {false, 1, "MAIL FROM:<a@b> SIZE=5", 4},
        {false, 1, "MAIL FROM:<a@b> SIZE=5 X", 0},
        {false, 3, "MAIL FROM:<jane@b>", 5},
        {false, 1, "MAIL FROM:<jane@b>", 0},
    };
    struct script script;
    script_init(&script, rules, ARRAY_LEN(rules));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fake_moment moment = command("MAIL", true, rows[i].line);
        moment.tls = rows[i].tls;
        moment.connection = rows[i].connection;
        ck_assert_msg(acts(&script, &moment) == rows[i].acts, "row %zu", i);
    }
    script_done(&script);
}
END_TEST

START_TEST(test_nth)
{
    static const struct plan_range second[] = {{2, 2}}, from_third[] = {{3, 0}},
                                   first_and_fifth[] = {{1, 1}, {5, 5}};
    const struct plan_rule rules[] = {
        {ON(on_mail), .nth = second, .nth_len = 1},
        {ON(on_mail), .match = "joe", .nth = second, .nth_len = 1},
        {ON(on_mail), .nth = first_and_fifth, .nth_len = 2},
        {ON(on_mail), .match = "joe", .nth = from_third, .nth_len = 1},
    };
    /* The second rule counts only lines with joe, also those on which another rule acts. */
    static const struct {
        const char *line;
        size_t acts;
    } rows[] = {
        {"MAIL FROM:<joe@a>", 3},
        {"MAIL FROM:<jane@a>", 1},
        {"MAIL FROM:<joe@a>", 2},
        {"MAIL FROM:<jane@a>", 0},
        {"MAIL FROM:<jane@a>", 3},
        {"MAIL FROM:<joe@a>", 4},
        {"MAIL FROM:<joe@a>", 4},
    };
    struct script script;
    struct fake_script_counts other;
    script_init(&script, rules, ARRAY_LEN(rules));
    fake_script_counts_init(&other, &script.script);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fake_moment moment = command("MAIL", true, rows[i].line);
        ck_assert_msg(acts(&script, &moment) == rows[i].acts, "row %zu", i);
    }
    /* Another connection counts for itself. */
    struct fake_moment moment = command("MAIL", true, "MAIL FROM:<joe@a>");
    ck_assert_ptr_eq(fake_script_match(&script.script, &other, &moment), &script.script.rules[2]);
    fake_script_counts_done(&other);
    script_done(&script);
}
END_TEST

START_TEST(test_amounts)
{
    const struct plan_rule rules[] = {
        {ON(on_body), .body_after = 4096},
        {ON(on_body)},
        {ON(on_both), .body_after = 100},
        {ON(on_idle), .idle_us = 5},
        {ON(on_idle), .idle_us = 300},
    };
    struct script script;
    script_init(&script, rules, ARRAY_LEN(rules));
    const struct fake_script *compiled = &script.script;
    ck_assert_int_eq(fake_script_next(compiled, PLAN_MOMENT_BODY, 0), 1);
    ck_assert_int_eq(fake_script_next(compiled, PLAN_MOMENT_BODY, 1), 100);
    ck_assert_int_eq(fake_script_next(compiled, PLAN_MOMENT_BODY, 100), 4096);
    ck_assert_int_eq(fake_script_next(compiled, PLAN_MOMENT_BODY, 4096), FAKE_SCRIPT_NEVER);
    ck_assert_int_eq(fake_script_next(compiled, PLAN_MOMENT_IDLE, 0), 5);
    ck_assert_int_eq(fake_script_next(compiled, PLAN_MOMENT_IDLE, 5), 300);
    ck_assert_int_eq(fake_script_next(compiled, PLAN_MOMENT_IDLE, 300), FAKE_SCRIPT_NEVER);
    struct fake_moment moment = {.kind = PLAN_MOMENT_BODY, .reached = 1};
    ck_assert_uint_eq(acts(&script, &moment), 2);
    moment.reached = 100;
    ck_assert_uint_eq(acts(&script, &moment), 3);
    moment.reached = 4096;
    ck_assert_uint_eq(acts(&script, &moment), 1);
    moment = (struct fake_moment){.kind = PLAN_MOMENT_IDLE, .reached = 300};
    ck_assert_uint_eq(acts(&script, &moment), 5);
    ck_assert_uint_eq(acts(&script, &(struct fake_moment){.kind = PLAN_MOMENT_GREETING}), 3);
    script_done(&script);
}
END_TEST

static void check_refused(const struct plan_rule *rule, const char *place)
{
    const struct plan_rule rules[] = {{ON(on_mail)}, *rule, {ON(on_mail), .match = "a"}};
    struct plan_server plan = {.script = rules, .script_len = ARRAY_LEN(rules)};
    struct fake_script script;
    struct fail fail = {0};
    ck_assert_int_eq(fake_script_init(&script, &plan, &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_USAGE);
    ck_assert_msg(strncmp(fail.text, place, strlen(place)) == 0, "%s", fail.text);
    fake_script_done(&script);
}

START_TEST(test_wrong_patterns)
{
    const struct plan_action edit = {.kind = PLAN_ACTION_EDIT, .find = "a(", .put = SPAN_EMPTY};
    check_refused(
        &(struct plan_rule){ON(on_mail), .mark = {.file = "a.yaml", .line = 12}, .match = "a("},
        "a.yaml:12: ");
    check_refused(&(struct plan_rule){ON(on_mail), .mark = {.file = "a.yaml", .line = 7},
                      .actions = &edit, .actions_len = 1},
        "a.yaml:7: ");
    check_refused(&(struct plan_rule){ON(on_mail), .match = "["}, "script:0: ");
}
END_TEST

START_TEST(test_a_pattern_that_gives_up_is_told)
{
    const struct plan_rule rules[] = {
        {ON(on_mail), .match = "(x+x+)+[yz]"}, {ON(on_mail), .match = "FROM"}, {ON(on_mail)}};
    struct script script;
    script_init(&script, rules, ARRAY_LEN(rules));
    struct fake_moment quick = command("MAIL", true, "MAIL FROM:<>");
    ck_assert_uint_eq(acts(&script, &quick), 2);
    ck_assert_ptr_null(script.counts.gave_up);
    struct fake_moment slow = command(
        "MAIL", true, "MAIL FROM:<xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-y>");
    ck_assert_uint_eq(acts(&script, &slow), 3); /* no pattern is tried any more */
    ck_assert_ptr_eq(script.counts.gave_up, &rules[0]);
    ck_assert_uint_eq(acts(&script, &quick), 3);
    script_done(&script);
}
END_TEST

UNIT_MAIN(test_which_moment, test_narrowings, test_nth, test_amounts, test_wrong_patterns,
    test_a_pattern_that_gives_up_is_told)
