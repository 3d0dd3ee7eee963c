#include "reports/report.h"

#include "reports/report_show.h"

static const struct report_format formats[] = {
    {"text", "For people: every failure with its reasons, its transcript and its command.",
        report_text_begin, report_text_add, report_text_end, report_text_free},
    {"junit", "JUnit XML, as strict readers want it.", report_junit_begin, report_junit_add,
        report_junit_end, report_junit_free},
    {"json", "The run log: NDJSON, of which every other report can be made.", report_json_begin,
        report_json_add, report_json_end, NULL},
};

const struct report_format *report_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

const char *report_name(const struct report_format *format)
{
    return format->name;
}

const char *const *report_names(void)
{
    static const char *names[ARRAY_LEN(formats) + 1];
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        names[i] = formats[i].name;
    }
    return names;
}

struct report *report_begin(const struct report_format *format, const struct run_header *header,
    const struct report_options *options, struct buf *out)
{
    struct report *report = mem_zalloc(1, sizeof *report);
    *report = (struct report){.format = format, .header = header, .options = *options};
    if (format->begin != NULL) {
        format->begin(report, out);
    }
    return report;
}

/* A case whose server is a real one is on the wire also where the run is simulated. */
static bool report_is_elsewhere(const struct report *report, const struct case_result *result)
{
    const char *world = report->header->world;
    return world != NULL && strcmp(world, "simulated") == 0 && result->verdict != VERDICT_SKIP &&
           result->world != NULL && strcmp(result->world, "wire") == 0;
}

void report_add(struct report *report, const struct case_result *result, struct buf *out)
{
    run_counts_add(&report->counts, result->verdict);
    report->elsewhere += report_is_elsewhere(report, result) ? 1 : 0;
    report->format->add(report, result, out);
}

void report_end(struct report *report, bool complete, bool interrupted, struct buf *out)
{
    report->complete = complete;
    report->interrupted = interrupted;
    report->format->end(report, out);
}

void report_free(struct report *report)
{
    if (report != NULL && report->format->free != NULL) {
        report->format->free(report);
    }
    mem_free(report);
}

void report_write(const struct report_format *format, const struct run_result *result,
    const struct report_options *options, struct buf *out)
{
    struct report *report = report_begin(format, &result->header, options, out);
    for (size_t i = 0; i < result->len; i++) {
        report_add(report, &result->cases[i], out);
    }
    report_end(report, result->complete, result->interrupted, out);
    report_free(report);
}
