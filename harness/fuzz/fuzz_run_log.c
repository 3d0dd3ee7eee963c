/*
 * Any bytes as a run log: reading ends with a failure that is told, or with a result that comes out
 * the same when it is written and read again.
 */
#include "harness/evidence/run_log.h"
#include "harness/fuzz/fuzz.h"

#define LOG_MAX ((size_t)64 * 1024 * 1024)

static bool rewrite(struct span log, struct buf *out)
{
    struct arena *arena = arena_new();
    struct run_result result = {0};
    struct fail fail = {0};
    bool good = run_log_read(log, "fuzz.ndjson", arena, &result, &fail) == STATUS_OK;
    FUZZ_DEMAND(good || fail.text[0] != '\0');
    if (good) {
        run_log_write_header(&result.header, out);
        for (size_t i = 0; i < result.len; i++) {
            run_log_write_case(&result.cases[i], true, out);
        }
        if (result.complete) {
            run_log_write_trailer(&result.counts, result.interrupted, out);
        }
    }
    arena_free(arena);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf once;
    struct buf twice;
    buf_init(&once, LOG_MAX);
    buf_init(&twice, LOG_MAX);
    if (size <= FUZZ_INPUT_MAX && rewrite(span_of(data, size), &once)) {
        FUZZ_DEMAND(rewrite(buf_span(&once), &twice));
        FUZZ_DEMAND(span_equal(buf_span(&once), buf_span(&twice)));
    }
    buf_done(&once);
    buf_done(&twice);
    return 0;
}
