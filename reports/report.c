#include "reports/report.h"

#include "reports/report_show.h"

#define REPORT_FORMATS(ROW)                                                                    \
    ROW("text", "For people: every failure with its reasons, its transcript and its command.", \
        report_text_write)                                                                     \
    ROW("junit", "JUnit XML, as strict readers want it.", report_junit_write)                  \
    ROW("json", "The run log: NDJSON, of which every other report can be made.", report_json_write)

static const struct report_format formats[] = {
#define ROW(name, sentence, write) {name, sentence, write},
    REPORT_FORMATS(ROW)
#undef ROW
};

static const char *const names[] = {
#define ROW(name, sentence, write) name,
    REPORT_FORMATS(ROW)
#undef ROW
        NULL,
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

const char *const *report_names(void)
{
    return names;
}
