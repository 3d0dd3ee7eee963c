#include "harness/runner/repeat.h"

/* What the runs of one case came to. */
struct repeat_case {
    size_t times[VERDICT_COUNT];
    uint64_t seeds[VERDICT_COUNT]; /* of the first run with that verdict */
};

struct repeat {
    struct arena *arena;
    struct runner **kept; /* those whose results somebody still needs */
    size_t kept_len, capacity;
    struct repeat_case *cases;
};

static bool repeat_is_bad(enum verdict verdict)
{
    return verdict_is_failure(verdict) || verdict == VERDICT_ERROR;
}

static void repeat_keep(struct repeat *repeat, struct runner *runner)
{
    repeat->kept = mem_grow(
        repeat->kept, repeat->kept_len, &repeat->capacity, sizeof *repeat->kept);
    repeat->kept[repeat->kept_len++] = runner;
}

/* Takes what a further run says; true where the result needs that run's memory. */
static bool repeat_take(
    struct repeat *repeat, const struct run_result *run, bool first, struct run_result *whole)
{
    bool needed = first;
    for (size_t i = 0; i < run->len; i++) {
        enum verdict verdict = run->cases[i].verdict;
        struct repeat_case *sum = &repeat->cases[i];
        if (sum->times[verdict]++ == 0) {
            sum->seeds[verdict] = run->header.seed;
        }
        if (!first && repeat_is_bad(verdict) && !repeat_is_bad(whole->cases[i].verdict)) {
            whole->cases[i] = run->cases[i];
            needed = true;
        }
    }
    return needed;
}

static bool repeat_was_cut(const struct runner_options *options, const struct run_result *run)
{
    size_t failed = 0;
    for (size_t i = 0; i < run->len; i++) {
        failed += repeat_is_bad(run->cases[i].verdict) ? 1 : 0;
    }
    return options->fail_fast > 0 && failed >= options->fail_fast;
}

/* "differs from run to run: pass in 3 (seed 1), fail in 1 (seed 2)" */
static void repeat_tell(
    struct repeat *repeat, const struct repeat_case *sum, struct case_result *result)
{
    size_t kinds = 0;
    const char *text = "differs from run to run";
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (i == VERDICT_SKIP || sum->times[i] == 0) {
            continue;
        }
        text = arena_printf(repeat->arena, "%s%s %s in %zu (seed %llu)", text,
            kinds == 0 ? ":" : ",", verdict_name((enum verdict)i), sum->times[i],
            (unsigned long long)sum->seeds[i]);
        kinds++;
    }
    if (kinds > 1) {
        result->message = result->message == NULL
                              ? text
                              : arena_printf(repeat->arena, "%s; %s", result->message, text);
    }
}

static void repeat_finish(struct repeat *repeat, struct run_result *ret)
{
    ret->counts = (struct run_counts){0};
    for (size_t i = 0; i < ret->len; i++) {
        repeat_tell(repeat, &repeat->cases[i], &ret->cases[i]);
        run_counts_add(&ret->counts, ret->cases[i].verdict);
    }
}

enum status repeat_run(const struct plan_suite *suite, const struct runner_options *options,
    size_t times, struct repeat **ret_repeat, struct run_result *ret, struct fail *fail)
{
    struct repeat *repeat = mem_zalloc(1, sizeof *repeat);
    repeat->arena = arena_new();
    repeat->cases = mem_zalloc(suite->len, sizeof *repeat->cases);
    *ret_repeat = repeat;
    bool more = true;
    for (size_t i = 0; i < times && more; i++) {
        struct runner_options how = *options;
        struct runner *runner = NULL;
        struct run_result run;
        how.seed = options->seed + i;
        if (runner_run(suite, &how, &runner, &run, fail) != STATUS_OK) {
            runner_free(runner);
            return STATUS_FAILED;
        }
        if (i == 0) {
            *ret = run;
        }
        more = !repeat_was_cut(options, &run);
        if (repeat_take(repeat, &run, i == 0, ret)) {
            repeat_keep(repeat, runner);
        } else {
            runner_free(runner);
        }
    }
    repeat_finish(repeat, ret);
    return STATUS_OK;
}

void repeat_free(struct repeat *repeat)
{
    if (repeat == NULL) {
        return;
    }
    for (size_t i = 0; i < repeat->kept_len; i++) {
        runner_free(repeat->kept[i]);
    }
    mem_free(repeat->kept);
    mem_free(repeat->cases);
    arena_free(repeat->arena);
    mem_free(repeat);
}
