/* The JUnit report against the strict schema, by xmllint: a reader that is not ours. */
#include <stdio.h>
#include <unistd.h>

#include "harness/tests/unit.h"
#include "reports/fixture.h"

#define SCHEMA "harness/tests/junit-strict.xsd"

/* True when xmllint finds `xml` well-formed and valid. */
static bool is_valid(struct span xml)
{
    char folder[] = "/tmp/smtpvet-junit-XXXXXX", path[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/report.xml", folder);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(xml.data, 1, xml.len, file), xml.len);
    ck_assert_int_eq(fclose(file), 0);

    char command[256];
    snprintf(command, sizeof command,
        "xmllint --noout --nonet --schema " SCHEMA " %s >/dev/null 2>&1", path);
    int how = system(command);
    unlink(path);
    rmdir(folder);
    ck_assert_msg(how != -1 && WIFEXITED(how), "xmllint did not run");
    /* What a shell says that finds no such program. */
    ck_assert_msg(
        WEXITSTATUS(how) != 127, "xmllint is not there: install the package libxml2-utils");
    /* 5 is a schema that does not compile: no answer at all. */
    ck_assert_int_ne(WEXITSTATUS(how), 5);
    return WEXITSTATUS(how) == 0;
}

static void check_valid(const struct run_result *result, unsigned verbosity)
{
    struct buf report = fixture_report(result, "junit", verbosity, false);
    ck_assert(!report.over);
    ck_assert_msg(is_valid(buf_span(&report)), "%.2000s", buf_text(&report));
    buf_done(&report);
}

START_TEST(test_every_verdict_is_valid)
{
    struct fixture fixture;
    fixture_init(&fixture);
    for (unsigned verbosity = 0; verbosity <= 2; verbosity++) {
        check_valid(&fixture.result, verbosity);
    }
    fixture.result.complete = false;
    check_valid(&fixture.result, 0);
    fixture_done(&fixture);
    check_valid(&(struct run_result){.complete = true}, 0);
    check_valid(&(struct run_result){0}, 0);
}
END_TEST

/* Once for each suite, and valid; nothing where passwords are masked. */
START_TEST(test_shown_secrets_are_said)
{
    static const char said[] = ">\n    <properties>\n      <property name=\"secrets_shown\" "
                               "value=\"true\"/>\n    </properties>\n    <testcase ";
    struct fixture fixture;
    fixture_init(&fixture);
    struct buf report = fixture_report(&fixture.result, "junit", 0, false);
    ck_assert_ptr_null(strstr(buf_text(&report), "secrets_shown"));
    buf_done(&report);
    fixture.result.header.secrets_shown = true;
    report = fixture_report(&fixture.result, "junit", 0, false);
    size_t suites = 0, times = 0;
    for (const char *at = buf_text(&report); (at = strstr(at, "<testsuite ")) != NULL; at++) {
        suites++;
    }
    for (const char *at = buf_text(&report); (at = strstr(at, said)) != NULL; at++) {
        times++;
    }
    ck_assert_uint_gt(suites, 0);
    ck_assert_uint_eq(times, suites);
    buf_done(&report);
    check_valid(&fixture.result, 0);
    fixture_done(&fixture);
}
END_TEST

START_TEST(test_hostile_bytes_are_valid_everywhere)
{
    struct fixture fixture;
    fixture_init(&fixture);
    char every[256 + 32] = {0};
    for (size_t i = 0; i < 255; i++) {
        every[i] = (char)(i + 1);
    }
    memcpy(every + 255, "]]>\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80\xf4\x90\x80\x80", 17);
    struct reason reason = {every, every, every, every, 1, 1, 1};
    uint8_t *line = mem_alloc(100 * 1000);
    memset(line, ']', 100 * 1000 - 1);
    line[100 * 1000 - 1] = '>';
    for (size_t i = 0; i < fixture.result.len; i++) {
        struct case_result *result = &fixture.cases[i];
        result->id = arena_printf(fixture.arena, "%zu/%s", i, every);
        result->name = result->requirement = result->message = result->file = every;
        result->reasons = &reason;
        result->reasons_len = 1;
        fixture_say(&fixture, result, TRANSCRIPT_RECEIVED, true, span_of(line, 100 * 1000));
        fixture_say(&fixture, result, TRANSCRIPT_RECEIVED, true, span_of(every, sizeof every));
    }
    check_valid(&fixture.result, 2);
    mem_free(line);
    fixture_done(&fixture);
}
END_TEST

/* What strict readers refuse, the schema refuses too: else the tests above prove nothing. */
START_TEST(test_the_schema_is_strict)
{
#define SUITE(attributes, content)                                                         \
    "<testsuites><testsuite name=\"s\" tests=\"1\" failures=\"0\" errors=\"0\"" attributes \
    ">" content "</testsuite></testsuites>"
#define CASE(attributes, content) \
    "<testcase classname=\"c\" name=\"n\" time=\"0.000\"" attributes ">" content "</testcase>"
    static const char *const good[] = {
        SUITE("", CASE("", "")),
        SUITE(" skipped=\"0\" time=\"1.000\" timestamp=\"2026-01-01T00:00:00\" hostname=\"h\" "
              "file=\"f\"",
            "<properties><property name=\"k\" value=\"\"/></properties>" CASE("", "")),
    };
    static const char *const bad[] = {
        SUITE(" time=\"0.123456\"", CASE("", "")),
        SUITE(" time=\"0,123\"", CASE("", "")),
        SUITE("", CASE(" file=\"f\"", "")),
        SUITE("", CASE(" line=\"1\"", "")),
        SUITE("", CASE(" assertions=\"1\"", "")),
        SUITE("", CASE("", "<properties/>")),
        SUITE("", CASE("", "<flakyFailure message=\"no type\"/>")),
        SUITE("", CASE("", "") CASE("", "")), /* one name twice */
        SUITE("", CASE("", "\x1b")),
        "<testsuites><testsuite name=\"s\" tests=\"1\" failures=\"0\"/></testsuites>",
        "<testsuites>",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        ck_assert_msg(is_valid(span_text(good[i])), "%s", good[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        ck_assert_msg(!is_valid(span_text(bad[i])), "%s", bad[i]);
    }
}
END_TEST

static void check_has(const struct run_result *result, unsigned verbosity, const char *wanted)
{
    struct buf report = fixture_report(result, "junit", verbosity, false);
    ck_assert_msg(strstr(buf_text(&report), wanted) != NULL, "%s\nis not in\n%.2000s", wanted,
        buf_text(&report));
    buf_done(&report);
}

START_TEST(test_counts_and_elements)
{
    struct fixture fixture;
    fixture_init(&fixture);
    static const char *const wanted[] = {
        "<testsuites name=\"smtpvet\" tests=\"8\" failures=\"2\" errors=\"1\" time=\"18.765\">",
        "<testsuite name=\"scenarios/tls/version.yaml\" tests=\"2\" failures=\"1\" errors=\"0\" "
        "skipped=\"0\" time=\"4.691\" timestamp=\"2026-01-01T00:00:00\" hostname=\"ci-7\" "
        "file=\"scenarios/tls/version.yaml\">",
        "<testcase classname=\"smtpvet.tls.version\" name=\"tls/version#new[tls=1.3,mech=PLAIN]\" "
        "time=\"2.345\">\n      <failure type=\"fail\" message=\"tls.version: wanted at least "
        "TLSv1.3, found TLSv1.2 (scenarios/tls/version.yaml:40:5, transcript line 2) (and 1 "
        "more)\">",
        "<error type=\"error\" message=\"cannot resolve mail.here.com: no such host\">",
        "<failure type=\"fixed\" message=\"declared known-fail, yet it passes: BUG-11: it ",
        "<skipped type=\"skip\" message=\"makes sense on real TCP only: it counts segments\">",
        "<skipped type=\"known-fail\" message=\"known-fail: BUG-12: the server forgets\">",
        "<flakyFailure type=\"flaky\" message=\"passed on attempt 2 of 3\">",
        "name=\"starttls/plain\" time=\"2.345\"/>",
        "\ngreeting.text: wanted hello, found &quot;220 \\x1b[2J &lt;script&gt; ]]&gt;&quot; (",
    };
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        check_has(&fixture.result, 0, wanted[i]);
    }
    fixture.cases[0].elapsed_us = -1234567; /* no time that a reader would take */
    check_has(&fixture.result, 0, "name=\"starttls/plain\" time=\"0.000\"/>");
    fixture.result.complete = false;
    fixture.result.header.cases = 20;
    check_has(&fixture.result, 0, "tests=\"9\" failures=\"2\" errors=\"2\" time=");
    check_has(
        &fixture.result, 0, "<error type=\"incomplete\" message=\"the run log ends after 8 of 20");
    fixture.result.complete = fixture.result.interrupted = true;
    check_has(&fixture.result, 0, "tests=\"9\" failures=\"2\" errors=\"2\" time=");
    check_has(&fixture.result, 0, "<error type=\"interrupted\" message=\"the run was stopped; ");
    check_valid(&fixture.result, 0);
    fixture_done(&fixture);
}
END_TEST

START_TEST(test_long_transcripts_are_cut_unless_asked_for)
{
    struct fixture fixture;
    fixture_init(&fixture);
    struct case_result *result = &fixture.cases[6];
    result->transcript_len = 0;
    result->transcript = NULL;
    for (size_t i = 0; i < 1000; i++) {
        fixture_say(&fixture, result, TRANSCRIPT_SENT, false, SPAN_LITERAL("NOOP"));
    }
    check_has(&fixture.result, 0, "<system-out> ...\n --- connection 2 ---\n 801 ");
    check_has(&fixture.result, 1, "\n 800 ");
    fixture_done(&fixture);
}
END_TEST

/* The cases of one file are one suite, wherever they stand in a log. */
START_TEST(test_one_suite_for_each_file)
{
    struct case_result cases[] = {{.id = "b#1", .file = "b"}, {.id = "a#1", .file = "a"},
        {.id = "b#2", .file = "b"}, {.id = "a#2", .file = "a"}};
    struct run_result result = {
        .cases = cases, .len = ARRAY_LEN(cases), .counts = {{4}, 4}, .complete = true};
    struct buf report = fixture_report(&result, "junit", 0, false);
    const char *at = buf_text(&report);
    static const char *const order[] = {"<testsuite name=\"a\" tests=\"2\"", "a#1", "a#2",
        "<testsuite name=\"b\" tests=\"2\"", "b#1", "b#2"};
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        at = strstr(at, order[i]);
        ck_assert_msg(at != NULL, "%s", order[i]);
    }
    buf_done(&report);
}
END_TEST

UNIT_MAIN(test_every_verdict_is_valid, test_shown_secrets_are_said,
    test_hostile_bytes_are_valid_everywhere, test_the_schema_is_strict, test_counts_and_elements,
    test_long_transcripts_are_cut_unless_asked_for, test_one_suite_for_each_file)
