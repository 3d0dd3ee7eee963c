#include "harness/evidence/finding.h"

#include <string.h>

static const struct finding_row rows[FINDING_COUNT] = {
#define FINDING(symbol, name, severity, sentence, source, covers) \
    [FINDING_##symbol] = {name, FINDING_SEVERITY_##severity, sentence, source, covers},
#include "harness/evidence/findings.def"
#undef FINDING
};

static const char *const names[] = {
#define FINDING(symbol, name, severity, sentence, source, covers) name,
#include "harness/evidence/findings.def"
#undef FINDING
    NULL,
};

const char *finding_severity_name(enum finding_severity severity)
{
    static const char *const severities[FINDING_SEVERITY_COUNT] = {
        [FINDING_SEVERITY_SECURITY] = "security",
        [FINDING_SEVERITY_INTEROP] = "interop",
        [FINDING_SEVERITY_HYGIENE] = "hygiene",
    };
    return severities[severity];
}

const struct finding_row *finding_row(size_t index)
{
    return &rows[index];
}

enum finding finding_find(const char *name)
{
    size_t i = 0;
    while (i < FINDING_COUNT && strcmp(rows[i].name, name) != 0) {
        i++;
    }
    return (enum finding)i;
}

const char *const *finding_names(void)
{
    return names;
}
