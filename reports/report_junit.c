/*
 * JUnit XML in the flavour that the strictest readers take (harness/tests/junit-strict.xsd): no
 * `file`, `line` or properties at a testcase, times with three decimals, a name for each case that
 * no other case has. Times are those that were really spent, as readers of JUnit want them.
 */
#include "harness/base/text.h"
#include "harness/base/units.h"
#include "reports/report_show.h"

#define REPORT_JUNIT_TRANSCRIPT_LINES \
    200 /* of one case: readers refuse whole files for their size */

/* --- XML --- */

/* XML 1.0 §2.2 has no place for control bytes, for U+FFFE and U+FFFF, nor for what is no UTF-8.
 * `text` is printable already (text_escape), so only those two are left to escape. */
static void report_junit_text(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool no_character = c == 0xef && text.len - i >= 3 && text.data[i + 1] == 0xbf &&
                            (text.data[i + 2] == 0xbe || text.data[i + 2] == 0xbf);
        if (no_character) {
            buf_printf(out, "\\xef\\xbf\\x%02x", text.data[i + 2]);
            i += 2;
        } else if (c == '&') {
            buf_append_text(out, "&amp;");
        } else if (c == '<') {
            buf_append_text(out, "&lt;");
        } else if (c == '>') { /* everywhere, so that no ]]> comes to be */
            buf_append_text(out, "&gt;");
        } else if (c == '"') {
            buf_append_text(out, "&quot;");
        } else {
            buf_append_byte(out, c);
        }
    }
}

/* ` name="…"`; the value is escaped. */
static void report_junit_attribute(const char *name, struct buf *value, struct buf *out)
{
    buf_printf(out, " %s=\"", name);
    report_junit_text(buf_span(value), out);
    buf_append_byte(out, '"');
}

static void report_junit_time(int64_t time_us, struct buf *out)
{
    int64_t time_ms = time_us < 0 ? 0 : time_us / 1000;
    buf_printf(
        out, " time=\"%lld.%03lld\"", (long long)(time_ms / 1000), (long long)(time_ms % 1000));
}

/* --- a case --- */

/* What went wrong, in one line. */
static void report_junit_message(const struct case_result *result, struct buf *out)
{
    if (result->verdict == VERDICT_FIXED) {
        buf_append_text(out, "declared known-fail, yet it passes: ");
    } else if (result->verdict == VERDICT_KNOWN_FAIL) {
        buf_append_text(out, "known-fail: ");
    }
    if (result->message != NULL) {
        report_show_line(result->message, out);
    } else if (result->reasons_len > 0) {
        report_show_reason(&result->reasons[0], out);
        if (result->reasons_len > 1) {
            buf_printf(out, " (and %zu more)", result->reasons_len - 1);
        }
    } else {
        buf_append_text(out, verdict_name(result->verdict));
    }
}

/* The same again with all there is to say: some readers show the content only. */
static void report_junit_content(
    const struct run_header *header, const struct case_result *result, struct buf *out)
{
    if (result->name != NULL) {
        report_show_line(result->name, out);
        buf_append_byte(out, '\n');
    }
    if (result->requirement != NULL) {
        buf_append_text(out, "requirement: ");
        report_show_line(result->requirement, out);
        buf_append_byte(out, '\n');
    }
    for (size_t i = 0; i < result->reasons_len; i++) {
        report_show_reason(&result->reasons[i], out);
        buf_append_byte(out, '\n');
    }
    if (result->message != NULL || result->reasons_len == 0) {
        report_junit_message(result, out);
        buf_append_byte(out, '\n');
    }
    if (result->verdict != VERDICT_SKIP) {
        buf_append_text(out, "again: ");
        report_show_command(header, result, out);
        buf_append_byte(out, '\n');
    }
}

/* The element that a verdict becomes; NULL for a pass. */
static const char *report_junit_element(enum verdict verdict)
{
    static const char *const elements[VERDICT_COUNT] = {
        [VERDICT_FAIL] = "failure",
        [VERDICT_FIXED] = "failure",
        [VERDICT_ERROR] = "error",
        [VERDICT_SKIP] = "skipped",
        [VERDICT_KNOWN_FAIL] = "skipped",
        [VERDICT_FLAKY] = "flakyFailure",
    };
    return elements[verdict];
}

static void report_junit_outcome(
    const struct run_header *header, const struct case_result *result, struct buf *out)
{
    const char *element = report_junit_element(result->verdict);
    struct buf text;
    if (element == NULL) {
        return;
    }
    buf_init(&text, SIZE_MAX / 2);
    report_junit_message(result, &text);
    buf_printf(out, "      <%s type=\"%s\"", element, verdict_name(result->verdict));
    report_junit_attribute("message", &text, out);
    buf_append_byte(out, '>');
    buf_clear(&text);
    report_junit_content(header, result, &text);
    report_junit_text(buf_span(&text), out);
    buf_printf(out, "</%s>\n", element);
    buf_done(&text);
}

static void report_junit_transcript(
    const struct case_result *result, const struct report_options *options, struct buf *out)
{
    bool wanted = result->verdict != VERDICT_PASS || options->verbosity >= 2;
    if (!wanted || result->transcript_len == 0) {
        return;
    }
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    report_show_transcript(result,
        options->verbosity >= 1 ? result->transcript_len : REPORT_JUNIT_TRANSCRIPT_LINES, "",
        &text);
    buf_append_text(out, "      <system-out>");
    report_junit_text(buf_span(&text), out);
    buf_append_text(out, "</system-out>\n");
    buf_done(&text);
}

/* The path of the id with dots, as packages are written: "smtpvet.starttls.hidden-auth". */
static void report_junit_class(const struct case_result *result, struct buf *out)
{
    struct span id = span_text(result->id);
    size_t start = out->len;
    buf_append_text(out, "smtpvet.");
    text_escape(span_first(id, span_find(id, '#')), true, out);
    for (size_t i = start; i < out->len; i++) {
        if (out->data[i] == '/') {
            out->data[i] = '.';
        }
    }
}

static void report_junit_case(const struct run_header *header, const struct case_result *result,
    const struct report_options *options, struct buf *out)
{
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    buf_append_text(out, "    <testcase");
    report_junit_class(result, &text);
    report_junit_attribute("classname", &text, out);
    buf_clear(&text);
    text_escape(span_text(result->id), true, &text); /* as it is: no two ids become one name */
    report_junit_attribute("name", &text, out);
    buf_done(&text);
    report_junit_time(result->elapsed_us, out);
    bool empty = result->verdict == VERDICT_PASS &&
                 (options->verbosity < 2 || result->transcript_len == 0);
    if (empty) {
        buf_append_text(out, "/>\n");
        return;
    }
    buf_append_text(out, ">\n");
    report_junit_outcome(header, result, out);
    report_junit_transcript(result, options, out);
    buf_append_text(out, "    </testcase>\n");
}

/* --- suites: the cases of one file --- */

struct report_junit_counts {
    size_t tests, failures, errors, skipped;
    int64_t time_us;
};

static void report_junit_count(struct report_junit_counts *counts, const struct case_result *result)
{
    counts->tests++;
    if (verdict_is_failure(result->verdict)) {
        counts->failures++;
    } else if (result->verdict == VERDICT_ERROR) {
        counts->errors++;
    } else if (result->verdict == VERDICT_SKIP || result->verdict == VERDICT_KNOWN_FAIL) {
        counts->skipped++;
    }
    int64_t time_us = result->elapsed_us < 0 ? 0 : result->elapsed_us;
    if (__builtin_add_overflow(counts->time_us, time_us, &counts->time_us)) {
        counts->time_us = INT64_MAX;
    }
}

static void report_junit_head(const struct report_junit_counts *counts, struct buf *out)
{
    buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", counts->tests,
        counts->failures, counts->errors);
}

/* The cases of one file. They need not stand together: a log may come in any order. */
struct report_junit_suite {
    char *file;
    struct report_junit_counts counts;
    struct buf cases; /* as XML */
};

/* The counts stand before the cases: they are held as text until the end. */
struct report_junit {
    struct report_junit_suite **suites; /* by file */
    size_t suites_len, suites_capacity;
    struct report_junit_counts counts;
};

void report_junit_begin(struct report *report, struct buf *out)
{
    (void)out;
    report->own = mem_zalloc(1, sizeof(struct report_junit));
}

/* Where a suite of that file stands or is to stand. */
static size_t report_junit_place(const struct report_junit *own, const char *file, bool *ret_there)
{
    size_t low = 0, high = own->suites_len;
    *ret_there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(own->suites[middle]->file, file);
        if (order == 0) {
            *ret_there = true;
            return middle;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return low;
}

static struct report_junit_suite *report_junit_suite_of(struct report_junit *own, const char *file)
{
    bool there;
    size_t at = report_junit_place(own, file, &there);
    if (there) {
        return own->suites[at];
    }
    own->suites = mem_grow(
        own->suites, own->suites_len, &own->suites_capacity, sizeof *own->suites);
    memmove(own->suites + at + 1, own->suites + at, (own->suites_len - at) * sizeof *own->suites);
    own->suites_len++;
    struct report_junit_suite *suite = mem_zalloc(1, sizeof *suite);
    suite->file = mem_strdup(file);
    buf_init(&suite->cases, SIZE_MAX / 2);
    own->suites[at] = suite;
    return suite;
}

void report_junit_add(struct report *report, const struct case_result *result, struct buf *out)
{
    struct report_junit *own = report->own;
    (void)out;
    struct report_junit_suite *suite = report_junit_suite_of(
        own, result->file == NULL ? "" : result->file);
    report_junit_count(&own->counts, result);
    report_junit_count(&suite->counts, result);
    report_junit_case(report->header, result, &report->options, &suite->cases);
}

/* When and where, for each suite: that of the whole run. */
static void report_junit_origin(const struct report_options *options, struct buf *out)
{
    struct buf text;
    buf_init(&text, 1024);
    if (options->started_s > 0) { /* UTC, which readers expect without its Z */
        units_show_date(options->started_s, &text);
        text.len -= text.len > 0 && text.data[text.len - 1] == 'Z' ? 1 : 0;
        report_junit_attribute("timestamp", &text, out);
    }
    if (options->host != NULL && options->host[0] != 0) {
        buf_clear(&text);
        text_escape(span_text(options->host), true, &text);
        report_junit_attribute("hostname", &text, out);
    }
    buf_done(&text);
}

static void report_junit_suite(
    const struct report *report, const struct report_junit_suite *suite, struct buf *out)
{
    struct buf file;
    buf_init(&file, SIZE_MAX / 2);
    text_escape(span_text(suite->file), true, &file);
    bool named = file.len > 0;
    buf_append_text(&file, named ? "" : "(no file)");
    buf_append_text(out, "  <testsuite");
    report_junit_attribute("name", &file, out);
    report_junit_head(&suite->counts, out);
    buf_printf(out, " skipped=\"%zu\"", suite->counts.skipped);
    report_junit_time(suite->counts.time_us, out);
    report_junit_origin(&report->options, out);
    if (named) {
        report_junit_attribute("file", &file, out);
    }
    buf_append_text(out, ">\n");
    buf_done(&file);
    if (report->header->secrets_shown) { /* what is usual is not said */
        buf_append_text(out,
            "    <properties>\n      <property name=\"secrets_shown\" value=\"true\"/>\n"
            "    </properties>\n");
    }
    buf_append(out, buf_span(&suite->cases));
    buf_append_text(out, "  </testsuite>\n");
}

/* Cases that are not reported are no success. */
static void report_junit_missing(const struct report *report, struct buf *out)
{
    struct buf text;
    buf_init(&text, 256);
    report_show_missing(report, &text);
    buf_printf(out,
        "  <testsuite name=\"smtpvet\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" "
        "time=\"0.000\">\n"
        "    <testcase classname=\"smtpvet\" name=\"the whole run\" time=\"0.000\">\n"
        "      <error type=\"%s\" message=\"%s\">%s</error>\n"
        "    </testcase>\n  </testsuite>\n",
        report_lack(report), buf_text(&text), buf_text(&text));
    buf_done(&text);
}

void report_junit_end(struct report *report, struct buf *out)
{
    struct report_junit *own = report->own;
    struct report_junit_counts counts = own->counts;
    size_t missing = report_lack(report) == NULL ? 0 : 1;
    counts.tests += missing;
    counts.errors += missing;
    buf_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_append_text(out, "<testsuites name=\"smtpvet\"");
    report_junit_head(&counts, out);
    report_junit_time(counts.time_us, out);
    buf_append_text(out, ">\n");
    for (size_t i = 0; i < own->suites_len; i++) {
        report_junit_suite(report, own->suites[i], out);
    }
    if (missing > 0) {
        report_junit_missing(report, out);
    }
    buf_append_text(out, "</testsuites>\n");
}

void report_junit_free(struct report *report)
{
    struct report_junit *own = report->own;
    for (size_t i = 0; i < own->suites_len; i++) {
        buf_done(&own->suites[i]->cases);
        mem_free(own->suites[i]->file);
        mem_free(own->suites[i]);
    }
    mem_free(own->suites);
    mem_free(own);
}
