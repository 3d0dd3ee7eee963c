/* For people, at a terminal or in a log. Passing cases are silent; the last line counts. */
#include "harness/base/text.h"
#include "harness/evidence/finding.h"
#include "reports/report_show.h"

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

static void report_text_field(const char *name, const char *text, struct buf *out)
{
    if (text != NULL && text[0] != 0) {
        buf_append_text(out, name);
        report_show_line(text, out);
        buf_append_byte(out, '\n');
    }
}

static void report_text_reason(const struct reason *reason, struct buf *out)
{
    report_text_field("  unmet: ", reason->fact, out);
    report_text_field("    wanted ", reason->wanted, out);
    report_text_field("    found  ", reason->found, out);
    buf_append_text(out, "    at ");
    report_show_place(
        reason->file == NULL ? "(no file)" : reason->file, reason->line, reason->column, out);
    if (reason->transcript_line > 0) {
        buf_printf(out, ", transcript line %zu", reason->transcript_line);
    }
    buf_append_byte(out, '\n');
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

static void report_text_block(const struct run_header *header, const struct case_result *result,
    const struct report_options *options, struct buf *out)
{
    report_text_head(result, options, out);
    buf_append_byte(out, '\n');
    report_text_field("  ", result->name, out);
    report_text_field("  requirement: ", result->requirement, out);
    if (result->verdict == VERDICT_FIXED) {
        buf_append_text(out, "  declared known-fail, yet it passes: take the declaration away\n");
    }
    report_text_field(result->verdict == VERDICT_FIXED ? "  declared because: " : "  because: ",
        result->message, out);
    for (size_t i = 0; i < result->reasons_len; i++) {
        report_text_reason(&result->reasons[i], out);
    }
    if (options->verbosity >= 1) {
        report_text_list_findings(result, out);
    }
    report_text_transcript(result, options->verbosity >= 1, out);
    buf_append_text(out, "  again: ");
    report_show_command(header, result, out);
    buf_append_text(out, "\n\n");
}

/* One line; under -vv with the transcript. */
static void report_text_brief(
    const struct case_result *result, const struct report_options *options, struct buf *out)
{
    report_text_head(result, options, out);
    if (result->message != NULL) {
        buf_append_text(out, ": ");
        report_show_line(result->message, out);
    }
    buf_append_byte(out, '\n');
    if (options->verbosity >= 1) {
        report_text_list_findings(result, out);
    }
    if (options->verbosity >= 2 && result->transcript_len > 0) {
        report_text_transcript(result, true, out);
        buf_append_byte(out, '\n');
    }
}

void report_text_add(struct report *report, const struct case_result *result, struct buf *out)
{
    /* From which -v on a verdict that is no trouble is told at all. */
    static const unsigned from[VERDICT_COUNT] = {[VERDICT_PASS] = 2, [VERDICT_SKIP] = 1};
    const struct report_options *options = &report->options;
    const struct value *findings = report_text_findings(result);
    report->findings += findings == NULL ? 0 : findings->len;
    report->cases_with_findings += findings == NULL ? 0 : 1;
    if (report_text_is_block(result->verdict)) {
        report_text_block(report->header, result, options, out);
    } else if ((findings != NULL && options->verbosity >= 1) ||
               options->verbosity >= from[result->verdict]) {
        report_text_brief(result, options, out);
    }
}

void report_text_end(struct report *report, struct buf *out)
{
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
    report_show_counts(report, out);
    buf_append_byte(out, '\n');
}
