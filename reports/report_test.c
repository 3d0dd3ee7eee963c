/* What is true of every format. */
#include "harness/base/text.h"
#include "harness/evidence/run_log.h"
#include "harness/tests/unit.h"
#include "reports/fixture.h"

START_TEST(test_table)
{
    static const char *const names[] = {"text", "junit", "json"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        ck_assert_str_eq(report_names()[i], names[i]);
        ck_assert_str_eq(report_name(report_find(names[i])), names[i]);
    }
    ck_assert_ptr_null(report_names()[ARRAY_LEN(names)]);
    ck_assert_ptr_null(report_find("html"));
    ck_assert_ptr_null(report_find(""));
}
END_TEST

/* Nothing that a terminal, an XML reader or a JSON reader could act on. */
static void check_harmless(struct span report, const char *format)
{
    ck_assert_msg(text_is_utf8(report), "%s", format);
    for (size_t i = 0; i < report.len; i++) {
        uint8_t c = report.data[i], next = i + 1 < report.len ? report.data[i + 1] : 0;
        bool control = (c < 0x20 && c != '\n') || c == 0x7f;
        bool c1_control = c == 0xc2 && next < 0xa0;
        if (control || c1_control) { /* an assertion a byte would be two system calls a byte */
            ck_abort_msg("%s: a control character at byte %zu", format, i);
        }
    }
    ck_assert_ptr_null(memmem(report.data, report.len, "\xe2\x80\xae", 3));
    if (strcmp(format, "junit") == 0) {
        ck_assert_ptr_null(memmem(report.data, report.len, "]]>", 3));
        ck_assert_ptr_null(memmem(report.data, report.len, "<script", 7));
        ck_assert_ptr_null(memmem(report.data, report.len, "\xef\xbf\xbf", 3));
    }
}

static void check_all(const struct run_result *result)
{
    for (const char *const *name = report_names(); *name != NULL; name++) {
        for (unsigned verbosity = 0; verbosity <= 2; verbosity++) {
            struct buf report = fixture_report(result, *name, verbosity, false);
            ck_assert(!report.over);
            check_harmless(buf_span(&report), *name);
            buf_done(&report);
        }
    }
}

START_TEST(test_a_hostile_peer_is_harmless_in_every_format)
{
    struct fixture fixture;
    fixture_init(&fixture);
    check_all(&fixture.result);
    fixture_done(&fixture);
}
END_TEST

/* Every byte there is, in every text there is, and a line of 100 kB. */
START_TEST(test_every_byte_is_harmless_everywhere)
{
    struct fixture fixture;
    fixture_init(&fixture);
    char every[256 + 1] = {0};
    for (size_t i = 0; i < 255; i++) {
        every[i] = (char)(i + 1);
    }
    struct reason reason = {every, every, every, every, 1, 1, 99999};
    size_t line_len = 100 * 1000;
    uint8_t *line = mem_alloc(line_len);
    for (size_t i = 0; i < line_len; i++) {
        line[i] = (uint8_t)(i * 7);
    }
    for (size_t i = 0; i < fixture.result.len; i++) {
        struct case_result *result = &fixture.cases[i];
        result->id = arena_printf(fixture.arena, "%zu/%s", i, every);
        result->name = result->requirement = result->message = result->file = every;
        result->reasons = &reason;
        result->reasons_len = 1;
        fixture_say(&fixture, result, TRANSCRIPT_RECEIVED, true, span_of(line, line_len));
    }
    check_all(&fixture.result);
    mem_free(line);
    fixture_done(&fixture);
}
END_TEST

/* A report is a function of the run log: made of what was read back, it is the same but for the
 * times that it took. */
START_TEST(test_a_stored_log_gives_the_same_reports)
{
    struct fixture fixture;
    fixture_init(&fixture);
    struct buf log = fixture_report(&fixture.result, "json", 0, false);
    struct run_result again;
    struct fail fail = {0};
    for (size_t i = 0; i < fixture.result.len; i++) {
        fixture.cases[i].elapsed_us = 0;
    }
    enum status status = run_log_read(buf_span(&log), "run.ndjson", fixture.arena, &again, &fail);
    ck_assert_msg(status == STATUS_OK, "%s", fail.text);
    for (const char *const *name = report_names(); *name != NULL; name++) {
        for (unsigned verbosity = 0; verbosity <= 2; verbosity++) {
            struct buf a = fixture_report(&fixture.result, *name, verbosity, false);
            struct buf b = fixture_report(&again, *name, verbosity, false);
            ck_assert_msg(span_equal(buf_span(&a), buf_span(&b)), "%s differs", *name);
            buf_done(&a);
            buf_done(&b);
        }
    }
    buf_done(&log);
    fixture_done(&fixture);
}
END_TEST

/* What a record may lack, and no record at all. */
START_TEST(test_results_with_nothing_in_them)
{
    struct case_result bare[VERDICT_COUNT] = {{0}};
    struct reason reason = {"outcome", "sent", "refused", NULL, 0, 0, 0};
    struct run_result result = {.complete = true};
    check_all(&result);
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        bare[i].id = verdict_name((enum verdict)i);
        bare[i].verdict = (enum verdict)i;
        bare[i].virtual_us = bare[i].elapsed_us = INT64_MIN;
        bare[i].reasons = &reason;
        bare[i].reasons_len = i % 2;
        run_counts_add(&result.counts, bare[i].verdict);
    }
    result.cases = bare;
    result.len = result.header.cases = VERDICT_COUNT;
    check_all(&result);
    result.complete = false;
    check_all(&result);
}
END_TEST

START_TEST(test_a_report_that_does_not_fit_says_so)
{
    struct fixture fixture;
    fixture_init(&fixture);
    for (const char *const *name = report_names(); *name != NULL; name++) {
        struct buf out;
        buf_init(&out, 1000);
        report_write(report_find(*name), &fixture.result, &(struct report_options){0}, &out);
        ck_assert(out.over);
        buf_done(&out);
    }
    fixture_done(&fixture);
}
END_TEST

UNIT_MAIN(test_table, test_a_hostile_peer_is_harmless_in_every_format,
    test_every_byte_is_harmless_everywhere, test_a_stored_log_gives_the_same_reports,
    test_results_with_nothing_in_them, test_a_report_that_does_not_fit_says_so)
