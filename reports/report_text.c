/* For people, at a terminal or in a log. Passing cases are silent; the last line counts. */
#include "harness/base/text.h"
#include "harness/evidence/finding.h"
#include "reports/report_show.h"

#define REPORT_TEXT_BAD_MAX 20 /* cases named again at the end: what one screen holds */

/* Colour repeats what the word says. Numbers of ECMA-48 §8.3.117. */
static const struct {
    const char *word;
    const char *color;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"pass", "32"},
    [VERDICT_FAIL] = {"FAIL", "1;31"},
    [VERDICT_ERROR] = {"ERROR", "1;35"},
    [VERDICT_SKIP] = {"skip", "36"},
    [VERDICT_KNOWN_FAIL] = {"known-fail", "33"},
    [VERDICT_FIXED] = {"FIXED", "1;31"},
    [VERDICT_FLAKY] = {"flaky", "33"},
};

static bool report_text_is_block(enum verdict verdict)
{
    return verdict_is_failure(verdict) || verdict == VERDICT_ERROR;
}

static void report_text_word(
    const char *word, const char *color, const struct report_options *options, struct buf *out)
{
    if (options->color) {
        buf_printf(out, "\x1b[%sm%s\x1b[0m", color, word);
    } else {
        buf_append_text(out, word);
    }
}

static void report_text_head(
    const struct case_result *result, const struct report_options *options, struct buf *out)
{
    report_text_word(verdicts[result->verdict].word, verdicts[result->verdict].color, options, out);
    buf_append_byte(out, ' ');
    report_show_line(result->id, out);
}

/* Columns that a line takes: octets that continue a character take none. */
static size_t report_text_columns(struct span text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text.len; i++) {
        columns += (text.data[i] & 0xc0) == 0x80 ? 0 : 1;
    }
    return columns;
}

/* A line of words from `column` on, broken at blanks where the width is passed. What follows a
 * break is indented. */
static void report_text_wrap(const char *text, size_t column, size_t indent,
    const struct report_options *options, struct buf *out)
{
    struct buf line;
    buf_init(&line, SIZE_MAX / 2);
    report_show_line(text, &line);
    struct span rest = buf_span(&line);
    for (bool first = true; rest.len > 0 || first; first = false) {
        size_t len = span_find(rest, ' ');
        struct span word = span_first(rest, len);
        size_t columns = report_text_columns(word);
        if (!first && options->width > 0 && column + 1 + columns > options->width) {
            buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            buf_append_byte(out, ' ');
            column++;
        }
        buf_append(out, word);
        column += columns;
        rest = span_from(rest, len + 1);
    }
    buf_done(&line);
}

static void report_text_field(
    const char *name, const char *text, const struct report_options *options, struct buf *out)
{
    if (text != NULL && text[0] != 0) {
        size_t indent = strspn(name, " ") + (name[strspn(name, " ")] == 0 ? 0 : 2);
        buf_append_text(out, name);
        report_text_wrap(text, strlen(name), indent, options, out);
        buf_append_byte(out, '\n');
    }
}

static void report_text_reason(
    const struct reason *reason, const struct report_options *options, struct buf *out)
{
    report_text_field("  unmet: ", reason->fact, options, out);
    report_text_field("    wanted ", reason->wanted, options, out);
    report_text_field("    found  ", reason->found, options, out);
    struct buf place;
    buf_init(&place, SIZE_MAX / 2);
    report_show_place(
        reason->file == NULL ? "(no file)" : reason->file, reason->line, reason->column, &place);
    if (reason->transcript_line > 0) {
        buf_printf(&place, ", transcript line %zu", reason->transcript_line);
    }
    report_text_field("    at ", buf_text(&place), options, out);
    buf_done(&place);
}

static void report_text_transcript(const struct case_result *result, bool whole, struct buf *out)
{
    size_t lines = whole ? result->transcript_len : REPORT_TRANSCRIPT_LINES;
    if (result->transcript_len == 0) {
        return;
    }
    if (lines < result->transcript_len) {
        buf_printf(out, "  transcript, its last %zu of %zu lines (-v: all):\n", lines,
            result->transcript_len);
    } else {
        buf_append_text(out, "  transcript:\n");
    }
    report_show_transcript(result, lines, "  ", out);
}

/* NULL where nothing was found, or nothing looked for it. */
static const struct value *report_text_findings(const struct case_result *result)
{
    const struct value *findings = value_get(result->facts, "findings");
    return findings != NULL && findings->kind == VALUE_LIST && findings->len > 0 ? findings : NULL;
}

/* A log of another version may hold ids that are not in the table. */
static void report_text_list_findings(const struct case_result *result, struct buf *out)
{
    const struct value *findings = report_text_findings(result);
    for (size_t i = 0; findings != NULL && i < findings->len; i++) {
        const char *name = value_as_text(findings->items[i]);
        enum finding finding = name == NULL ? FINDING_COUNT : finding_find(name);
        buf_append_text(out, "  finding: ");
        report_show_line(name == NULL ? "(no text)" : name, out);
        if (finding != FINDING_COUNT) {
            const struct finding_row *row = finding_row(finding);
            buf_printf(out, " (%s): %s [%s]", finding_severity_name(row->severity), row->sentence,
                row->source);
        }
        buf_append_byte(out, '\n');
    }
}

/* One line, where there is something to count. */
static void report_text_count_findings(const struct report *report, struct buf *out)
{
    size_t all = report->findings, cases = report->cases_with_findings;
    if (all > 0) {
        buf_printf(out, "%zu %s in %zu %s%s\n", all, all == 1 ? "finding" : "findings", cases,
            cases == 1 ? "case" : "cases", report->options.verbosity == 0 ? "; -v lists them" : "");
    }
}

/* What is kept of the cases that were told: the names of those to look at, for the end. */
struct report_text {
    struct buf bad;
    size_t bad_len;
    bool brief; /* what stands last is a line, without an empty one behind it */
};

void report_text_begin(struct report *report, struct buf *out)
{
    struct report_text *own = mem_zalloc(1, sizeof *own);
    (void)out;
    buf_init(&own->bad, SIZE_MAX / 2);
    report->own = own;
}

void report_text_free(struct report *report)
{
    struct report_text *own = report->own;
    buf_done(&own->bad);
    mem_free(own);
}

static void report_text_block(
    struct report *report, const struct case_result *result, struct buf *out)
{
    const struct report_options *options = &report->options;
    struct report_text *own = report->own;
    buf_append_text(out, own->brief ? "\n" : "");
    own->brief = false;
    if (own->bad_len++ < REPORT_TEXT_BAD_MAX) {
        buf_append_text(&own->bad, "  ");
        report_text_head(result, options, &own->bad);
        buf_append_byte(&own->bad, '\n');
    }
    report_text_head(result, options, out);
    buf_append_byte(out, '\n');
    report_text_field("  ", result->name, options, out);
    report_text_field("  requirement: ", result->requirement, options, out);
    if (result->verdict == VERDICT_FIXED) {
        buf_append_text(out, "  declared known-fail, yet it passes: take the declaration away\n");
    }
    report_text_field(result->verdict == VERDICT_FIXED ? "  declared because: " : "  because: ",
        result->message, options, out);
    for (size_t i = 0; i < result->reasons_len; i++) {
        report_text_reason(&result->reasons[i], options, out);
    }
    if (options->verbosity >= 1) {
        report_text_list_findings(result, out);
    }
    report_text_transcript(result, options->verbosity >= 1, out);
    buf_append_text(out, "  again: ");
    report_show_command(report->header, result, out);
    buf_append_text(out, "\n\n");
}

/* One line; under -vv with the transcript. */
static void report_text_brief(
    struct report *report, const struct case_result *result, struct buf *out)
{
    const struct report_options *options = &report->options;
    struct report_text *own = report->own;
    size_t start = out->len;
    report_text_head(result, options, out);
    if (result->message != NULL) {
        size_t column = report_text_columns(span_from(buf_span(out), start));
        column -= options->color ? strlen("\x1b[m\x1b[0m") + strlen(verdicts[result->verdict].color)
                                 : 0;
        buf_append_text(out, ": ");
        report_text_wrap(result->message, column + 2, 2, options, out);
    }
    buf_append_byte(out, '\n');
    own->brief = true;
    if (options->verbosity >= 1) {
        report_text_list_findings(result, out);
    }
    if (options->verbosity >= 2 && result->transcript_len > 0) {
        report_text_transcript(result, true, out);
        buf_append_byte(out, '\n');
        own->brief = false;
    }
}

void report_text_add(struct report *report, const struct case_result *result, struct buf *out)
{
    /* From which -v on a verdict that is no trouble is told at all. */
    static const unsigned from[VERDICT_COUNT] = {[VERDICT_PASS] = 2, [VERDICT_SKIP] = 1};
    unsigned verbosity = report->options.verbosity;
    const struct value *findings = report_text_findings(result);
    report->findings += findings == NULL ? 0 : findings->len;
    report->cases_with_findings += findings == NULL ? 0 : 1;
    if (report_text_is_block(result->verdict)) {
        report_text_block(report, result, out);
    } else if ((findings != NULL && verbosity >= 1) || verbosity >= from[result->verdict]) {
        report_text_brief(report, result, out);
    }
}

/* Who has scrolled past several blocks sees here what they were about. */
static void report_text_list_bad(const struct report *report, struct buf *out)
{
    struct report_text *own = report->own;
    if (own->bad_len > 1) {
        buf_append_text(out, own->brief ? "\n" : "");
        buf_printf(out, "%zu cases failed or could not be told:\n", own->bad_len);
        buf_append(out, buf_span(&own->bad));
    }
    if (own->bad_len > REPORT_TEXT_BAD_MAX) {
        buf_printf(out, "  and %zu more\n", own->bad_len - REPORT_TEXT_BAD_MAX);
    }
}

/* The worst that there is gives the last line its colour. */
static enum verdict report_text_worst(const struct report *report)
{
    static const enum verdict order[] = {VERDICT_FAIL, VERDICT_FIXED, VERDICT_ERROR};
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        if (report->counts.by_verdict[order[i]] > 0) {
            return order[i];
        }
    }
    return report_lack(report) == NULL ? VERDICT_PASS : VERDICT_ERROR;
}

void report_text_end(struct report *report, struct buf *out)
{
    report_text_list_bad(report, out);
    report_text_count_findings(report, out);
    if (report->header->secrets_shown) {
        buf_append_text(out, "secrets are shown: this report may hold passwords\n");
    }
    if (report_lack(report) != NULL) {
        report_text_word(
            report->complete ? "INTERRUPTED" : "INCOMPLETE", "1;35", &report->options, out);
        buf_append_text(out, ": ");
        report_show_missing(report, out);
        buf_append_byte(out, '\n');
    }
    struct buf counts;
    buf_init(&counts, SIZE_MAX / 2);
    report_show_counts(report, &counts);
    report_text_word(
        buf_text(&counts), verdicts[report_text_worst(report)].color, &report->options, out);
    buf_append_byte(out, '\n');
    buf_done(&counts);
}
