#include "harness/runner/repeat.h"

#include "harness/runner/attempt.h"

/* What the runs of one case came to. */
struct repeat_sum {
    size_t times[VERDICT_COUNT];
    uint64_t seeds[VERDICT_COUNT]; /* of the first run with that verdict */
};

static bool repeat_is_bad(const struct case_result *result)
{
    return verdict_is_failure(result->verdict) || result->verdict == VERDICT_ERROR;
}

/* Does the later result say more of the case? */
static bool repeat_outdoes(const struct case_result *later, const struct case_result *kept)
{
    return repeat_is_bad(later) ? !repeat_is_bad(kept)
                                : later->verdict == VERDICT_FLAKY && kept->verdict == VERDICT_PASS;
}

/* "differs from run to run: pass in 3 (seed 1), fail in 1 (seed 2)" */
static void repeat_tell(
    struct arena *arena, const struct repeat_sum *sum, struct case_result *result)
{
    size_t kinds = 0;
    const char *text = "differs from run to run";
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (i == VERDICT_SKIP || sum->times[i] == 0) {
            continue;
        }
        text = arena_printf(arena, "%s%s %s in %zu (seed %llu)", text, kinds == 0 ? ":" : ",",
            verdict_name((enum verdict)i), sum->times[i], (unsigned long long)sum->seeds[i]);
        kinds++;
    }
    if (kinds > 1) {
        result->message = result->message == NULL
                              ? text
                              : arena_printf(arena, "%s; %s", result->message, text);
    }
}

bool repeat_case(struct worker *worker, const struct plan_case *plan, struct case_result *ret)
{
    const struct runner_options *options = worker->options;
    struct repeat_sum sum = {{0}, {0}};
    struct arena *kept = NULL; /* the one in which `ret` lives */
    bool whole = true;
    int64_t elapsed_us = 0;
    for (size_t i = 0; i == 0 || i < options->repeat; i++) {
        if (i > 0 && options->stopped != NULL && options->stopped(options->context)) {
            whole = false;
            break;
        }
        struct case_result result;
        uint64_t seed = (options->seed + i) & INT64_MAX; /* one that can be asked for again */
        attempt_case(worker, plan, seed, &result);
        if (sum.times[result.verdict]++ == 0) {
            sum.seeds[result.verdict] = seed;
        }
        elapsed_us += result.elapsed_us;
        if (i == 0 || repeat_outdoes(&result, ret)) {
            struct arena *spare = kept == NULL ? arena_new() : kept;
            *ret = result;
            ret->repeated = i > 0;
            ret->run_seed = seed;
            kept = worker->arena;
            worker->arena = spare;
        }
        arena_reset(worker->arena);
        if (options->fail_fast > 0 && repeat_is_bad(ret)) {
            break;
        }
    }
    arena_free(worker->arena);
    worker->arena = kept;
    ret->elapsed_us = elapsed_us;
    repeat_tell(kept, &sum, ret);
    return whole;
}
