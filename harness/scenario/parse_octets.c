#include "harness/scenario/parse_octets.h"

#include "harness/base/text.h"
#include "harness/scenario/scenario.h"

struct mark parse_octets_mark(const char *file, struct span text, size_t offset)
{
    struct mark mark = {.file = file, .line = 1, .column = 1, .width = 1};
    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.data[i] == '\n') {
            mark.line++;
            mark.column = 1;
        } else if ((text.data[i] & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

/* The first octet that is no part of a character, or text.len. */
static size_t parse_octets_bad(struct span text)
{
    size_t good = 0;
    for (size_t len = 1; good < text.len && len <= 4;) {
        bool whole = text_is_utf8(span_first(span_from(text, good), len));
        good += whole ? len : 0;
        len = whole ? 1 : len + 1;
    }
    return good;
}

bool parse_octets_check(const char *file, struct span text, struct tell *tell)
{
    if (text.len > SCENARIO_FILE_MAX) {
        tell_at(tell, DIAG_ERROR, NULL, (struct mark){.file = file}, NULL,
            "the file is larger than %d KiB", (int)(SCENARIO_FILE_MAX / 1024));
        return false;
    }
    size_t nul = span_find(text, 0);
    if (nul < text.len) {
        tell_at(tell, DIAG_ERROR, NULL, parse_octets_mark(file, text, nul),
            "in double quotes it is written \"\\0\"", "a NUL octet cannot stand in YAML");
        return false;
    }
    size_t bad = parse_octets_bad(text);
    if (bad < text.len) {
        tell_at(tell, DIAG_ERROR, NULL, parse_octets_mark(file, text, bad),
            "octets that are no text are written {hex: ...}", "the octet %02X is not UTF-8 here",
            text.data[bad]);
        return false;
    }
    return true;
}
