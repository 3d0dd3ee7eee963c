/*
 * The reports of the fixture, byte for byte. A wanted change renews the files: run this test from
 * the root with SMTPVET_UPDATE_GOLDEN=1, then read the difference.
 */
#include <stdio.h>

#include "harness/tests/unit.h"
#include "reports/fixture.h"

#define GOLDEN "reports/golden/"

static struct buf golden_read(const char *path)
{
    struct buf content;
    buf_init(&content, FIXTURE_REPORT_MAX);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s is not there; SMTPVET_UPDATE_GOLDEN=1 makes it", path);
    for (int c = fgetc(file); c != EOF; c = fgetc(file)) {
        buf_append_byte(&content, (uint8_t)c);
    }
    fclose(file);
    return content;
}

static void golden_update(const char *path, struct span content)
{
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "cannot write %s", path);
    ck_assert_uint_eq(fwrite(content.data, 1, content.len, file), content.len);
    ck_assert_int_eq(fclose(file), 0);
}

static void golden_check(const char *path, const char *format, unsigned verbosity)
{
    struct fixture fixture;
    fixture_init(&fixture);
    struct buf report = fixture_report(&fixture.result, format, verbosity, false);
    const char *update = getenv("SMTPVET_UPDATE_GOLDEN");
    if (update != NULL && strcmp(update, "1") == 0) {
        golden_update(path, buf_span(&report));
    }
    struct buf golden = golden_read(path);
    size_t same = 0, line = 1;
    while (same < golden.len && same < report.len && golden.data[same] == report.data[same]) {
        line += golden.data[same] == '\n' ? 1 : 0;
        same++;
    }
    ck_assert_msg(same == golden.len && same == report.len,
        "the %s report differs from %s on line %zu; if that is wanted, run this test with "
        "SMTPVET_UPDATE_GOLDEN=1 and read the difference",
        format, path, line);
    buf_done(&golden);
    buf_done(&report);
    fixture_done(&fixture);
}

START_TEST(test_text)
{
    golden_check(GOLDEN "text.txt", "text", 0);
}
END_TEST

START_TEST(test_text_verbose)
{
    golden_check(GOLDEN "text-verbose.txt", "text", 2);
}
END_TEST

START_TEST(test_junit)
{
    golden_check(GOLDEN "junit.xml", "junit", 0);
}
END_TEST

START_TEST(test_json)
{
    golden_check(GOLDEN "run.ndjson", "json", 0);
}
END_TEST

UNIT_MAIN(test_text, test_text_verbose, test_junit, test_json)
