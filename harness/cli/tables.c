#include "harness/cli/tables.h"

#include "harness/base/quote.h"
#include "harness/evidence/alert.h"
#include "harness/evidence/certificate_flag.h"
#include "harness/evidence/fact.h"
#include "harness/evidence/finding.h"
#include "harness/scenario/catalogue.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/words.h"

/* --- Markdown --- */

static void tables_heading(const char *const *columns, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        buf_printf(out, "| %s ", columns[i]);
    }
    buf_append_text(out, "|\n");
    for (size_t i = 0; i < len; i++) {
        buf_append_text(out, "|---");
    }
    buf_append_text(out, "|\n");
}

/* "| `name` " */
static void tables_name(const char *name, struct buf *out)
{
    buf_printf(out, "| `%s` ", name);
}

/* "| text " */
static void tables_cell(const char *text, struct buf *out)
{
    buf_append_text(out, "| ");
    quote_markdown(span_text(text), out);
    buf_append_byte(out, ' ');
}

/* The words of "a|b|c", each as code. */
static void tables_allowed(const char *allowed, struct buf *out)
{
    struct span rest = span_text(allowed);
    for (bool first = true; rest.len > 0; first = false) {
        size_t bar = span_find(rest, '|');
        buf_printf(out, "%s`%.*s`", first ? "" : " ", (int)bar, (const char *)rest.data);
        rest = span_from(rest, bar + 1);
    }
}

/* "| type: `a` `b` " */
static void tables_type(const char *type, const char *allowed, struct buf *out)
{
    buf_append_text(out, "| ");
    quote_markdown(span_text(type), out);
    if (allowed != NULL) {
        buf_append_text(out, ": ");
        tables_allowed(allowed, out);
    }
    buf_append_byte(out, ' ');
}

/* "| Sentence (note). [source] |" */
static void tables_sentence(
    const char *sentence, const char *note, const char *source, struct buf *out)
{
    buf_append_text(out, "| ");
    quote_markdown(span_text(sentence), out);
    buf_printf(out, "%s%s", note[0] != 0 ? " *" : "", note);
    buf_append_text(out, note[0] != 0 ? "*" : "");
    if (source[0] != 0) {
        buf_append_text(out, " [");
        quote_markdown(span_text(source), out);
        buf_append_byte(out, ']');
    }
    buf_append_text(out, " |\n");
}

/* "sentence [source]" in a terminal. */
static void tables_plain(const char *sentence, const char *source, struct buf *out)
{
    buf_printf(
        out, "%s%s%s%s\n", sentence, source[0] != 0 ? " [" : "", source, source[0] != 0 ? "]" : "");
}

/* --- keys --- */

static void tables_key(const struct scenario_key_row *key, bool markdown, struct buf *out)
{
    if (markdown) {
        tables_name(key->name, out);
        tables_type(key->type, key->allowed, out);
        tables_sentence(key->sentence, key->not_yet ? "Not yet." : "", key->source, out);
    } else {
        buf_printf(out, "  %-22s %s%s%s%s\n      ", key->name, key->type,
            key->allowed != NULL ? ": " : "", key->allowed != NULL ? key->allowed : "",
            key->not_yet ? " (not yet)" : "");
        tables_plain(key->sentence, key->source, out);
    }
}

void tables_keys(bool markdown, struct buf *out)
{
    static const char *const columns[] = {"key", "value", "meaning"};
    size_t len;
    const struct scenario_key_row *keys = scenario_keys(&len);
    const char *section = "";
    for (size_t i = 0; i < len; i++) {
        if (strcmp(section, keys[i].section) != 0) {
            section = keys[i].section;
            buf_printf(
                out, markdown ? "%s#### Section `%s`\n\n" : "%s%s\n", i == 0 ? "" : "\n", section);
            if (markdown) {
                tables_heading(columns, ARRAY_LEN(columns), out);
            }
        }
        tables_key(&keys[i], markdown, out);
    }
}

/* --- facts --- */

static const char *tables_fact_type(enum fact_type type)
{
    static const char *const names[] = {
        [FACT_TYPE_TRUTH] = "truth",
        [FACT_TYPE_INTEGER] = "number",
        [FACT_TYPE_WORD] = "word",
        [FACT_TYPE_TEXT] = "text",
        [FACT_TYPE_VERSION] = "version",
        [FACT_TYPE_CODE] = "code",
        [FACT_TYPE_ENHANCED] = "enhanced code",
        [FACT_TYPE_DATE] = "date",
        [FACT_TYPE_DURATION] = "duration",
        [FACT_TYPE_SIZE] = "size",
        [FACT_TYPE_LIST] = "list",
        [FACT_TYPE_VERSIONS] = "list of versions",
        [FACT_TYPE_CODES] = "list of codes",
        [FACT_TYPE_SIZES] = "list of sizes",
    };
    return names[type];
}

static void tables_fact_notes(const struct fact_row *row, struct buf *out)
{
    static const struct {
        unsigned flag;
        const char *note;
    } notes[] = {
        {FACT_FLAG_PER_CONNECTION, "of each connection"},
        {FACT_FLAG_NEEDS_FAKE, "with a fake server only"},
        {FACT_FLAG_VARIES, "varies"},
    };
    for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
        if ((row->flags & notes[i].flag) != 0) {
            buf_printf(out, "%s%s", out->len > 0 ? ", " : "", notes[i].note);
        }
    }
}

void tables_facts(bool markdown, struct buf *out)
{
    static const char *const columns[] = {"fact", "value", "meaning"};
    if (markdown) {
        tables_heading(columns, ARRAY_LEN(columns), out);
    }
    for (size_t i = 0; i < FACT_COUNT; i++) {
        const struct fact_row *row = fact_row((enum fact)i);
        const char *type = tables_fact_type(row->type);
        struct buf notes;
        buf_init(&notes, 200);
        tables_fact_notes(row, &notes);
        if (markdown) {
            tables_name(row->name, out);
            tables_type(type, row->allowed, out);
            tables_sentence(row->sentence, buf_text(&notes), row->source, out);
        } else {
            buf_printf(out, "%s: %s%s%s%s%s\n    ", row->name, type,
                row->allowed != NULL ? " " : "", row->allowed != NULL ? row->allowed : "",
                notes.len > 0 ? ", " : "", buf_text(&notes));
            tables_plain(row->sentence, row->source, out);
        }
        buf_done(&notes);
    }
}

/* --- certificate flags --- */

void tables_flags(bool markdown, struct buf *out)
{
    static const char *const columns[] = {"flag", "known as", "meaning"};
    if (markdown) {
        tables_heading(columns, ARRAY_LEN(columns), out);
    }
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        const struct certificate_flag_row *row = certificate_flag_row(i);
        if (markdown) {
            tables_name(row->name, out);
            buf_printf(out, "| %s (0x%x) ", row->seed_name, (unsigned)row->seed_value);
            tables_sentence(row->sentence, "", "", out);
        } else {
            buf_printf(
                out, "%-28s %s (0x%x)\n    ", row->name, row->seed_name, (unsigned)row->seed_value);
            tables_plain(row->sentence, "", out);
        }
    }
}

/* --- findings --- */

void tables_findings(bool markdown, struct buf *out)
{
    static const char *const columns[] = {"finding", "severity", "speaks of", "meaning"};
    if (markdown) {
        tables_heading(columns, ARRAY_LEN(columns), out);
    }
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        const struct finding_row *row = finding_row(i);
        const char *severity = finding_severity_name(row->severity);
        if (markdown) {
            tables_name(row->name, out);
            tables_cell(severity, out);
            tables_cell(row->covers, out);
            tables_sentence(row->sentence, "", row->source, out);
        } else {
            buf_printf(out, "%s: %s, %s\n    ", row->name, severity, row->covers);
            tables_plain(row->sentence, row->source, out);
        }
    }
}

/* --- faults --- */

void tables_faults(bool markdown, struct buf *out)
{
    static const char *const columns[] = {"fault", "covers", "meaning"};
    if (markdown) {
        tables_heading(columns, ARRAY_LEN(columns), out);
    }
    for (size_t i = 0; i < PLAN_FAULT_COUNT; i++) {
        const struct plan_fault_row *row = plan_fault_row(i);
        if (markdown) {
            tables_name(row->name, out);
            tables_cell(row->covers, out);
            tables_sentence(row->sentence, "", row->source, out);
        } else {
            buf_printf(out, "%s\n    ", row->name);
            tables_plain(row->sentence, row->source, out);
        }
    }
}

/* --- all of it --- */

static void tables_words(const char *heading, const char *const *words, struct buf *out)
{
    buf_printf(out, "**%s**", heading);
    for (size_t i = 0; words[i] != NULL; i++) {
        buf_printf(out, "%s`%s`", i == 0 ? ": " : " ", words[i]);
    }
    buf_append_text(out, "\n\n");
}

static void tables_areas(struct buf *out)
{
    static const char *const columns[] = {"area", "ids", "about"};
    size_t len;
    const struct catalogue_area *areas = catalogue_areas(&len);
    tables_heading(columns, ARRAY_LEN(columns), out);
    for (size_t i = 0; i < len; i++) {
        tables_name(areas[i].name, out);
        buf_printf(out, "| `%s-01` to `%s-%02u` ", areas[i].name, areas[i].name, areas[i].ids);
        tables_cell(areas[i].sentence, out);
        buf_append_text(out, "|\n");
    }
}

void tables_reference(struct buf *out)
{
    buf_append_text(out, "### Keys\n\n");
    tables_keys(true, out);
    buf_append_text(out, "\n### Words of the protocols\n\n");
    tables_words("Verbs (`on`; others may stand there too)", words_verbs(), out);
    tables_words("Mechanisms", words_mechanisms(), out);
    tables_words("TLS alerts", alert_names(), out);
    buf_append_text(out, "### Facts\n\n");
    tables_facts(true, out);
    buf_append_text(out, "\n### Certificate flags\n\n");
    tables_flags(true, out);
    buf_append_text(out, "\n### Findings\n\n");
    tables_findings(true, out);
    buf_append_text(out, "\n### Faults (`server.faults`)\n\n");
    tables_faults(true, out);
    buf_append_text(out, "\n### Areas of the catalogue (`covers`)\n\n");
    tables_areas(out);
}
