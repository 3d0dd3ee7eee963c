#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

#include "harness/match/match.h"

#define MATCH_HEAP_KIB (16 * 1024) /* of one search: MATCH_DEPTH_MAX places of 160 octets */
#define MATCH_DEPTH_MAX 100000     /* places to come back to: a group repeated over 50,000 octets */

struct match_pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
};

struct match_pattern *match_pattern_new(struct span pattern, bool caseless, struct fail *fail)
{
    int error;
    PCRE2_SIZE offset;
    if (pattern.len > MATCH_PATTERN_MAX) {
        (void)fail_set(fail, FAIL_USAGE, "the pattern is longer than %d octets", MATCH_PATTERN_MAX);
        return NULL;
    }
    static const uint8_t nothing[1] = {0};
    pcre2_code *code = pcre2_compile(pattern.len == 0 ? nothing : pattern.data, pattern.len,
        PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
            (caseless ? PCRE2_CASELESS : 0),
        &error, &offset, NULL);
    if (code == NULL) {
        PCRE2_UCHAR why[128] = {0};
        pcre2_get_error_message(error, why, sizeof why);
        (void)fail_set(fail, FAIL_USAGE, "at character %zu: %s", (size_t)offset + 1, (char *)why);
        return NULL;
    }
    struct match_pattern *made = mem_zalloc(1, sizeof *made);
    made->code = code;
    made->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(made->limits, MATCH_STEPS_MAX);
    pcre2_set_depth_limit(made->limits, MATCH_DEPTH_MAX);
    pcre2_set_heap_limit(made->limits, MATCH_HEAP_KIB);
    return made;
}

void match_pattern_free(struct match_pattern *pattern)
{
    if (pattern != NULL) {
        pcre2_code_free(pattern->code);
        pcre2_match_context_free(pattern->limits);
        mem_free(pattern);
    }
}

enum match_result match_pattern_find(
    const struct match_pattern *pattern, struct span subject, size_t *ret_start, size_t *ret_end)
{
    static const uint8_t nothing[1] = {0};
    subject = span_first(subject, MATCH_SUBJECT_MAX);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int found = pcre2_match(pattern->code, subject.len == 0 ? nothing : subject.data, subject.len,
        0, 0, data, pattern->limits);
    enum match_result result = MATCH_GAVE_UP;
    if (found >= 0) {
        const PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);
        if (ret_start != NULL) {
            *ret_start = at[0];
        }
        if (ret_end != NULL) {
            *ret_end = at[1];
        }
        result = MATCH_YES;
    } else if (found == PCRE2_ERROR_NOMATCH) {
        result = MATCH_NO;
    }
    pcre2_match_data_free(data);
    return result;
}

/* The library adds a date, which says nothing here. */
const char *match_libraries(void)
{
    static _Thread_local char text[64];
    char version[48] = "";
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) <= (int)sizeof version) {
        pcre2_config(PCRE2_CONFIG_VERSION, version);
    }
    snprintf(text, sizeof text, "PCRE2 %.*s", (int)strcspn(version, " "), version);
    return text;
}
