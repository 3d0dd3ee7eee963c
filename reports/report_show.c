#include "reports/report_show.h"

#include "harness/base/text.h"

void report_show_line(const char *text, struct buf *out)
{
    struct span rest = span_text(text);
    while (rest.len > 0 && strchr(" \t\r\n", rest.data[rest.len - 1]) != NULL) {
        rest.len--;
    }
    rest = text_trim(rest);
    while (rest.len > 0) {
        size_t plain = 0;
        while (plain < rest.len && rest.data[plain] != '\\' && rest.data[plain] != '\n') {
            plain++;
        }
        text_escape(span_first(rest, plain), true, out);
        if (plain < rest.len) {
            buf_append_byte(out, rest.data[plain] == '\n' ? ' ' : '\\');
        }
        rest = span_from(rest, plain + 1);
    }
}

void report_show_place(const char *file, unsigned line, unsigned column, struct buf *out)
{
    if (file == NULL) {
        return;
    }
    report_show_line(file, out);
    if (line > 0) {
        buf_printf(out, ":%u", line);
    }
    if (line > 0 && column > 0) {
        buf_printf(out, ":%u", column);
    }
}

void report_show_reason(const struct reason *reason, struct buf *out)
{
    report_show_line(reason->fact, out);
    buf_append_text(out, ": wanted ");
    report_show_line(reason->wanted, out);
    buf_append_text(out, ", found ");
    report_show_line(reason->found, out);
    const char *open = " (", *close = "";
    if (reason->file != NULL) {
        buf_append_text(out, open);
        report_show_place(reason->file, reason->line, reason->column, out);
        open = ", ";
        close = ")";
    }
    if (reason->transcript_line > 0) {
        buf_printf(out, "%stranscript line %zu", open, reason->transcript_line);
        close = ")";
    }
    buf_append_text(out, close);
}

/* --- transcripts --- */

static bool report_is_shown(const struct case_result *result, size_t index, size_t lines)
{
    if (result->transcript_len - index <= lines) {
        return true;
    }
    for (size_t i = 0; i < result->reasons_len; i++) {
        if (result->reasons[i].transcript_line == index + 1) {
            return true;
        }
    }
    return false;
}

void report_show_transcript(
    const struct case_result *result, size_t lines, const char *indent, struct buf *out)
{
    bool several = false, left_out = false;
    unsigned connection = 0;
    for (size_t i = 1; i < result->transcript_len; i++) {
        several = several || result->transcript[i].connection != result->transcript[0].connection;
    }
    for (size_t i = 0; i < result->transcript_len; i++) {
        const struct transcript_entry *entry = &result->transcript[i];
        if (!report_is_shown(result, i, lines)) {
            left_out = true;
            continue;
        }
        if (left_out) {
            buf_printf(out, "%s ...\n", indent);
            left_out = false;
        }
        if (several && entry->connection != connection) {
            connection = entry->connection;
            buf_printf(out, "%s --- connection %u ---\n", indent, connection);
        }
        buf_append_text(out, indent);
        transcript_show(entry, i + 1, out);
        buf_append_byte(out, '\n');
    }
}

/* --- the command --- */

/* Can it stand as it is, in a terminal too? A backslash needs no escape alone. */
static bool report_is_printable(struct span text)
{
    struct buf escaped;
    buf_init(&escaped, SIZE_MAX / 2);
    for (struct span rest = text; rest.len > 0;) {
        size_t plain = span_find(rest, '\\');
        text_escape(span_first(rest, plain), true, &escaped);
        if (plain < rest.len) {
            buf_append_byte(&escaped, '\\');
        }
        rest = span_from(rest, plain + 1);
    }
    bool printable = span_equal(text, buf_span(&escaped));
    buf_done(&escaped);
    return printable;
}

/* One word for any POSIX shell: 'text', or "$(printf '…')" with octal numbers for what a terminal
 * could take for orders or not show. Nothing that is quoted here ends with a line feed, which $()
 * would take off. */
static void report_quote(struct span text, struct buf *out)
{
    bool printable = report_is_printable(text);
    buf_append_text(out, printable ? "'" : "\"$(printf '");
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool octal = !printable && (c < 0x20 || c >= 0x7f || c == '\\');
        if (c == '\'') {
            buf_append_text(out, "'\\''");
        } else if (octal) {
            buf_printf(out, "\\%03o", c);
        } else {
            buf_append_text(out, !printable && c == '%' ? "%" : "");
            buf_append_byte(out, c);
        }
    }
    buf_append_text(out, printable ? "'" : "')\"");
}

/* What names the case within its file: "#case", "[cell]", both, or "". Case ids and cells have no
 * slash, and the file's own name may have a '#': so it is what stands behind that name. */
static const char *report_own_id(const char *id, const char *file)
{
    const char *slash = strrchr(id, '/'), *name = strrchr(file, '/');
    const char *last = slash == NULL ? id : slash + 1;
    name = name == NULL ? file : name + 1;
    const char *dot = strrchr(name, '.');
    size_t len = dot == NULL ? strlen(name) : (size_t)(dot - name);
    if (len > 0 && strncmp(last, name, len) == 0 && strchr("#[", last[len]) != NULL) {
        return last + len; /* strchr finds the end too */
    }
    const char *hash = strchr(id, '#'); /* a log that was not written by a run */
    return hash == NULL ? "" : hash;
}

/* The path, and what selects the case where the path does not. */
static void report_show_case(const struct case_result *result, struct buf *out)
{
    const char *file = result->file == NULL ? "" : result->file;
    const char *own = report_own_id(result->id, file);
    /* A '#' in the file's name would be taken for the one before a case. */
    bool by_id = result->within != NULL || (own[0] == '[' && strchr(file, '#') != NULL);
    const char *place = result->within != NULL ? result->within : file;
    struct buf path;
    buf_init(&path, SIZE_MAX / 2);
    buf_append_text(&path, place[0] == '-' ? "./" : ""); /* no option */
    buf_append_text(&path, place);
    buf_append_text(&path, by_id ? "" : own);
    report_quote(buf_span(&path), out);
    buf_done(&path);
    if (by_id) {
        buf_append_text(out, " -k ");
        report_quote(span_text(result->id), out);
    }
}

void report_show_command(
    const struct run_header *header, const struct case_result *result, struct buf *out)
{
    uint64_t seed = result->repeated ? result->run_seed : header->seed;
    buf_append_text(out, "smtpvet run ");
    report_show_case(result, out);
    for (size_t i = 0; i < result->given_len; i++) {
        buf_append_text(out, " --var ");
        report_quote(span_text(result->given[i]), out);
    }
    if (seed != 1) { /* the default */
        buf_printf(out, " --seed %llu", (unsigned long long)seed);
    }
    if (header->world != NULL && strcmp(header->world, "wire") == 0) {
        buf_append_text(out, " --wire");
        if (header->time_scale > 1) {
            buf_printf(out, " --time-scale %u", header->time_scale);
        }
    }
    buf_append_text(out, header->secrets_shown ? " --show-secrets" : "");
}

/* --- counts --- */

void report_show_counts(const struct report *report, struct buf *out)
{
    static const struct {
        enum verdict verdict;
        bool always;
        const char *one, *many;
    } words[] = {
        {VERDICT_PASS, true, "passed", "passed"},
        {VERDICT_FAIL, true, "failed", "failed"},
        {VERDICT_ERROR, false, "error", "errors"},
        {VERDICT_SKIP, false, "skipped", "skipped"},
        {VERDICT_FLAKY, false, "flaky", "flaky"},
        {VERDICT_KNOWN_FAIL, false, "known-fail", "known-fail"},
        {VERDICT_FIXED, false, "fixed", "fixed"},
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t count = report->counts.by_verdict[words[i].verdict];
        if (count > 0 || words[i].always) {
            buf_printf(out, "%zu %s, ", count, count == 1 ? words[i].one : words[i].many);
        }
    }
    buf_printf(out, "%zu %s", report->counts.total, report->counts.total == 1 ? "case" : "cases");
    if (report->elsewhere > 0 && report->elsewhere < report->counts.total) {
        buf_printf(out, ", %zu of them in the wire world", report->elsewhere);
        return;
    }
    buf_append_text(out, " in the ");
    report_show_line(report->elsewhere > 0 ? "wire" : report->header->world, out);
    buf_append_text(out, " world");
}

const char *report_lack(const struct report *report)
{
    return !report->complete ? "incomplete" : report->interrupted ? "interrupted" : NULL;
}

void report_show_missing(const struct report *report, struct buf *out)
{
    if (report->complete) {
        buf_append_text(out, "the run was stopped; cases that had not begun are skipped");
        return;
    }
    buf_printf(out, "the run log ends after %zu of %zu cases", report->counts.total,
        report->header->cases);
}
