/*
 * Any bytes as patterns, globs and values. The first octet chooses which, the first line feed of
 * the rest parts the two sides.
 */
#include "harness/fuzz/fuzz.h"
#include "harness/match/match.h"

#define NOW_S INT64_C(1767225600)

static void demand_pattern(struct span pattern, struct span subject, bool caseless)
{
    struct fail fail = {0};
    struct match_pattern *compiled = match_pattern_new(pattern, caseless, &fail);
    FUZZ_DEMAND(compiled != NULL || fail.text[0] != '\0');
    if (compiled != NULL) {
        size_t start = 0;
        size_t end = 0;
        if (match_pattern_find(compiled, subject, &start, &end) == MATCH_YES) {
            FUZZ_DEMAND(start <= subject.len && end <= subject.len);
        }
    }
    match_pattern_free(compiled);
}

static void demand_glob(struct span glob, struct span text)
{
    struct arena *arena = arena_new();
    const char *glob_text = arena_memdup(
        arena, glob.data == NULL ? "" : (const void *)glob.data, glob.len);
    const char *plain = arena_memdup(
        arena, text.data == NULL ? "" : (const void *)text.data, text.len);
    (void)match_glob(glob_text, plain);
    FUZZ_DEMAND(match_glob("*", plain));
    FUZZ_DEMAND(strpbrk(plain, "*?[]\\") != NULL || match_glob(plain, plain));
    arena_free(arena);
}

static void demand_order(enum match_kind kind, struct span a, struct span b)
{
    int one = 0;
    int other = 0;
    (void)match_equal(kind, a, b, NOW_S);
    (void)match_is_well_formed(kind, a);
    /* A pattern of codes can be wanted and not found, so one way may be none. */
    if (match_compare(kind, a, b, NOW_S, &one) && match_compare(kind, b, a, NOW_S, &other)) {
        FUZZ_DEMAND((one < 0) == (other > 0) && (one == 0) == (other == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of(data, size);
    if (size > 8192) {
        return 0;
    }
    uint8_t what = fuzz_take_byte(&rest);
    size_t len = span_find(rest, '\n');
    struct span a = span_first(rest, len);
    struct span b = span_from(rest, len + 1);
    if (what % 16 < 2) {
        demand_pattern(a, b, what % 2 == 1);
    } else if (what % 16 == 2) {
        demand_glob(a, b);
    } else {
        demand_order((enum match_kind)(what % (MATCH_KIND_SIZE + 1)), a, b);
    }
    return 0;
}
