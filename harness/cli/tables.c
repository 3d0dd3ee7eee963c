#include "harness/cli/tables.h"

#include "harness/evidence/certificate_flag.h"
#include "harness/evidence/fact.h"
#include "harness/scenario/scenario.h"

void tables_keys(struct buf *out)
{
    size_t len;
    const struct scenario_key_row *keys = scenario_keys(&len);
    const char *section = "";
    for (size_t i = 0; i < len; i++) {
        if (strcmp(section, keys[i].section) != 0) {
            section = keys[i].section;
            buf_printf(out, "%s%s\n", i == 0 ? "" : "\n", section);
        }
        buf_printf(out, "  %-22s %s%s%s%s\n      %s%s%s%s\n", keys[i].name, keys[i].type,
            keys[i].allowed != NULL ? ": " : "", keys[i].allowed != NULL ? keys[i].allowed : "",
            keys[i].not_yet ? " (not yet)" : "", keys[i].sentence,
            keys[i].source[0] != 0 ? " [" : "", keys[i].source, keys[i].source[0] != 0 ? "]" : "");
    }
}

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
    };
    return names[type];
}

void tables_facts(struct buf *out)
{
    for (size_t i = 0; i < FACT_COUNT; i++) {
        const struct fact_row *row = fact_row((enum fact)i);
        buf_printf(out, "%s: %s%s%s%s%s%s\n    %s%s%s%s\n", row->name, tables_fact_type(row->type),
            row->allowed != NULL ? " " : "", row->allowed != NULL ? row->allowed : "",
            (row->flags & FACT_FLAG_PER_CONNECTION) != 0 ? ", of each connection" : "",
            (row->flags & FACT_FLAG_NEEDS_FAKE) != 0 ? ", with a fake server only" : "",
            (row->flags & FACT_FLAG_VARIES) != 0 ? ", varies" : "", row->sentence,
            row->source[0] != 0 ? " [" : "", row->source, row->source[0] != 0 ? "]" : "");
    }
}

void tables_flags(struct buf *out)
{
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        const struct certificate_flag_row *row = certificate_flag_row(i);
        buf_printf(out, "%-28s %s (0x%x)\n    %s\n", row->name, row->seed_name,
            (unsigned)row->seed_value, row->sentence);
    }
}
