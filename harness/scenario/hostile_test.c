/*
 * Whatever bytes a scenario file has, loading ends, in reasonable time, with messages or a plan.
 */
#include <stdio.h>

#include "harness/base/random.h"
#include "harness/scenario/files.h"
#include "harness/scenario/testing.h"

#define MUTATIONS_EACH 60 /* of one file; with some forty files a few thousand */
#define SEED 20260101

static struct testing load(struct span text)
{
    struct testing testing = testing_load_span(text);
    /* A plan without a message is whole enough to be read. */
    const struct plan_suite *plan = scenario_suite_plan(testing.suite);
    for (size_t i = 0; i < plan->len; i++) {
        const struct plan_case *one = &plan->cases[i];
        ck_assert(strlen(one->id) > 0 && strlen(one->name) > 0);
        ck_assert_ptr_nonnull(one->client.host);
        ck_assert(one->server == NULL || one->server->port != 0);
        for (size_t j = 0; j < one->client.messages_len; j++) {
            ck_assert_uint_gt(strlen(one->client.messages[j].from) + 1, 0);
            ck_assert_uint_gt(one->client.messages[j].to.len, 0);
        }
        for (size_t j = 0; j < one->expectations_len; j++) {
            ck_assert_ptr_nonnull(one->expectations[j].matcher);
        }
    }
    ck_assert(plan->len > 0 || testing.diags.errors > 0);
    return testing;
}

static void load_and_forget(struct span text)
{
    struct testing testing = load(text);
    testing_done(&testing);
}

START_TEST(test_cut_at_each_octet)
{
    static const char text[] =
        "version: 1\nname: \"caf\u00e9\"\nserver: &s {host: a.test, auth: {users: {joe: 'x y'}}}\n"
        "client: {login: true, send: {body: [a, {hex: 00ff}]}}\ncases:\n- id: a\n"
        "  expect: {outcome: {one_of: [sent]}}\n- {id: b, server: {<<: {port: 25}, script: [{on: "
        "MAIL, do: [{reply: \"250 \\x41\"}, hang]}]}, expect: {reply: {code: 4xx}}}\n";
    for (size_t len = 0; len <= sizeof text - 1; len++) {
        load_and_forget(span_of(text, len));
    }
}
END_TEST

START_TEST(test_each_octet_there_is)
{
    for (int octet = 0; octet < 256; octet++) {
        char text[] = "version: 1\nserver: {host: X}\nname: 'X'\nexpect: {outcome: X}\nX: X\n";
        for (size_t i = 0; i < sizeof text; i++) {
            text[i] = text[i] == 'X' ? (char)octet : text[i];
        }
        load_and_forget(span_of(text, sizeof text - 1));
    }
}
END_TEST

/* `count` times `piece`, between two other texts. */
static void load_many(const char *before, const char *piece, size_t count, const char *behind)
{
    struct buf text;
    buf_init(&text, SCENARIO_FILE_MAX + 65536);
    buf_append_text(&text, before);
    for (size_t i = 0; i < count && text.len < SCENARIO_FILE_MAX - 64; i++) {
        buf_append_text(&text, piece);
    }
    buf_append_text(&text, behind);
    load_and_forget(buf_span(&text));
    buf_done(&text);
}

START_TEST(test_much_of_one_thing)
{
    static const size_t many = SCENARIO_FILE_MAX;
    load_many("", "[", many, "");
    load_many("", "{", many, "");
    load_many("", "{a: ", many, "");
    load_many("", "- ", many, "");
    load_many("", "? ", many, "");
    load_many("", "a", many, "");
    load_many("a: ", "\\", many, "");
    load_many("a: \"", "\\x41", many, "\"\n");
    load_many("version: 1\nname: ", "long ", many, "\nserver: {}\nexpect: {outcome: sent}\n");
    load_many("version: 1\nname: \"", "\n\n", many, "\"\n");
    load_many("", "a: 1\n", many, "");
    load_many("version: 1\ntags: [", "a, ", many, "]\n");
    load_many("version: 1\nusers:\n", "- {password: p, token: \"\u00e9\"}\n", many, "");
    load_many("version: 1\nusers: [", "{password: p}, ", many, "]\n");
    load_many("a: &a x\nb: [", "*a, ", many, "]\n");
    load_many("b: [", "&a x, ", many, "]\n");
    load_many("b: [", "!t x, ", many, "]\n");
    load_many("a: &a {password: x}\nb: [", "{<<: *a}, ", many, "]\n");
    load_many("version: 1\nserver: {}\nexpect: {outcome: sent}\ncases:\n", "- {id: a}\n", many, "");
    load_many("version: 1\nserver: {}\nexpect: {", "outcome: sent, ", many, "}\n");
    load_many(
        "version: 1\nexpect: {outcome: sent}\nserver: {script: [", "{on: MAIL}, ", many, "]}\n");
}
END_TEST

START_TEST(test_large_defaults_for_many_cases)
{
    struct buf text;
    buf_init(&text, SCENARIO_FILE_MAX);
    buf_append_text(&text, "version: 1\nexpect: {outcome: sent}\nserver:\n  script:\n");
    for (int i = 0; i < 900; i++) {
        buf_append_text(&text, "  - {on: MAIL, do: [{send: [a, b, c, d, e]}, normal]}\n");
    }
    buf_append_text(&text, "cases:\n");
    for (int i = 0; i < 9000; i++) {
        buf_printf(&text, "- id: a%d\n", i);
    }
    struct testing testing = testing_load_span(buf_span(&text));
    ck_assert_uint_gt(testing.diags.errors, 0);
    ck_assert_str_eq(
        testing.diags.items[0].message, "the cases of this file have more than 2000000 values");
    testing_done(&testing);
    buf_done(&text);
}
END_TEST

/* A handful of octets changed, taken away, put in, doubled or swapped for parts of YAML. */
static void mutate(struct random_source *random, struct span text, struct buf *out)
{
    static const char *const pieces[] = {":", ": ", "{", "}", "[", "]", ",", "\n", "\n  ", "'",
        "\"", "*a", "&a ", "!t ", "- ", "null", "yes", "-1", "99999999999999999999", "<<: ", "#",
        "\t", "\\r\\n", "\xff", "version", "{text: A, times: 9999999}", "~", "0x10", "|\n",
        "expect"};
    buf_clear(out);
    buf_append(out, text);
    for (uint64_t left = 1 + random_below(random, 4); left > 0; left--) {
        size_t at = (size_t)random_below(random, out->len + 1);
        size_t len = (size_t)random_below(random, 12);
        len = len > out->len - at ? out->len - at : len;
        struct buf next;
        buf_init(&next, out->max);
        buf_append(&next, span_first(buf_span(out), at));
        switch (random_below(random, 4)) {
        case 0:
            break;
        case 1:
            buf_append_text(&next, pieces[random_below(random, ARRAY_LEN(pieces))]);
            break;
        case 2:
            buf_append(&next, span_first(span_from(buf_span(out), at), len));
            buf_append(&next, span_first(span_from(buf_span(out), at), len));
            break;
        default:
            buf_append_byte(&next, (uint8_t)random_below(random, 256));
            break;
        }
        buf_append(&next, span_from(buf_span(out), at + len));
        buf_clear(out);
        buf_append(out, buf_span(&next));
        buf_done(&next);
    }
}

START_TEST(test_mutated_scenarios)
{
    struct arena *arena = arena_new();
    struct files_list files = {.arena = arena};
    struct fail fail = {0};
    struct random_source random;
    random_seed(&random, SEED);
    struct buf text;
    buf_init(&text, SCENARIO_FILE_MAX);
    ck_assert_int_eq(files_find(&files, "scenarios", &fail), STATUS_OK);
    for (size_t i = 0; i < files.len; i++) {
        struct span whole;
        ck_assert_int_eq(
            files_read(arena, files.items[i].path, SCENARIO_FILE_MAX, &whole, &fail), STATUS_OK);
        for (int j = 0; j < MUTATIONS_EACH; j++) {
            mutate(&random, whole, &text);
            load_and_forget(buf_span(&text));
        }
    }
    ck_assert_uint_gt(files.len * MUTATIONS_EACH, 2000);
    buf_done(&text);
    arena_free(arena);
}
END_TEST

/* A few octets of YAML that ask for a hundred gigabytes: told at once, and none of it is made. */
START_TEST(test_bytes_are_counted_before_they_are_made)
{
    struct testing testing = testing_load("version: 1\n"
                                          "server: {script: [{on: MAIL, send: {text: a, times: "
                                          "10000000}}]}\n"
                                          "expect: {outcome: sent}\n"
                                          "matrix: {a: {from: 1, to: 9999}}\n");
    ck_assert_uint_eq(testing.diags.len, 1);
    ck_assert_str_eq(testing.diags.items[0].message, "the bytes of all cases are more than 64 MiB");
    ck_assert_uint_eq(scenario_suite_plan(testing.suite)->len, 6);
    testing_done(&testing);
}
END_TEST

UNIT_MAIN(test_bytes_are_counted_before_they_are_made, test_cut_at_each_octet,
    test_each_octet_there_is, test_much_of_one_thing, test_large_defaults_for_many_cases,
    test_mutated_scenarios)
