#include "harness/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/scenario/files.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/parse.h"

void scenario_suite_free(struct scenario_suite *suite)
{
    if (suite != NULL) {
        for (size_t i = 0; i < suite->patterns.len; i++) {
            match_pattern_free(suite->patterns.items[i]);
        }
        mem_free(suite->patterns.items);
        mem_free(suite->plan.cases);
        arena_free(suite->arena);
        mem_free(suite);
    }
}

const struct plan_suite *scenario_suite_plan(const struct scenario_suite *suite)
{
    return &suite->plan;
}

static int scenario_compare_ids(const void *a, const void *b)
{
    const struct plan_case *x = *(const struct plan_case *const *)a;
    const struct plan_case *y = *(const struct plan_case *const *)b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x > y) - (x < y);
}

/* Two files can have one id: a.yaml and a.yml, or the same below two suites. */
static void scenario_check_ids(struct loader *loader)
{
    struct plan_suite *plan = &loader->suite->plan;
    CLEANUP(mem_free_at) const struct plan_case **sorted = mem_zalloc(plan->len, sizeof *sorted);
    for (size_t i = 0; i < plan->len; i++) {
        sorted[i] = &plan->cases[i];
    }
    if (plan->len > 1) {
        qsort(sorted, plan->len, sizeof *sorted, scenario_compare_ids);
    }
    for (size_t i = 1; i < plan->len; i++) {
        const struct plan_case *first = sorted[i - 1], *second = sorted[i];
        if (strcmp(first->id, second->id) == 0 && first->mark.file != second->mark.file) {
            tell_at(&loader->tell, DIAG_ERROR, NULL, second->mark, NULL,
                "the case is called '%.200s', as one of %.200s is", second->id, first->mark.file);
        }
    }
}

static enum status scenario_end(
    struct loader *loader, enum status status, struct scenario_suite **ret)
{
    loader_done(loader);
    if (status == STATUS_OK) {
        *ret = loader->suite;
    } else {
        scenario_suite_free(loader->suite);
    }
    return status;
}

static enum status scenario_files(
    struct loader *loader, const char *const *paths, size_t paths_len, struct fail *fail)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct files_list files = {.arena = arena};
    for (size_t i = 0; i < paths_len; i++) {
        TRY(files_find(&files, paths[i], fail));
    }
    for (size_t i = 0; i < files.len; i++) {
        const struct files_entry *file = &files.items[i];
        struct loader_source source = {
            .path = file->path,
            .id = file->id,
            .cases = file->cases,
            .cases_len = file->cases_len,
        };
        TRY(files_read(loader->scratch, file->path, SCENARIO_FILE_MAX, &source.text, fail));
        TRY(loader_take(loader, &source, fail));
    }
    scenario_check_ids(loader);
    return STATUS_OK;
}

enum status scenario_load(const char *const *paths, size_t paths_len, struct diag_list *diags,
    struct scenario_suite **ret, struct fail *fail)
{
    struct loader loader;
    loader_init(&loader, diags);
    return scenario_end(&loader, scenario_files(&loader, paths, paths_len, fail), ret);
}

enum status scenario_load_text(const char *file, struct span text, struct diag_list *diags,
    struct scenario_suite **ret, struct fail *fail)
{
    struct loader loader;
    loader_init(&loader, diags);
    struct loader_source source = {
        .path = file,
        .id = files_stem(loader.suite->arena, file),
        .text = text,
    };
    return scenario_end(&loader, loader_take(&loader, &source, fail), ret);
}

const char *scenario_libraries(void)
{
    static _Thread_local char text[64];
    snprintf(text, sizeof text, "libyaml %s", parse_library_version());
    return text;
}
