#include "harness/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/text.h"
#include "harness/scenario/files.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/parse.h"
#include "harness/scenario/render.h"
#include "harness/scenario/select.h"

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

const char *scenario_suite_missing(const struct scenario_suite *suite)
{
    return suite->missing;
}

enum status scenario_suite_select(struct scenario_suite *suite,
    const struct select_options *options, struct buf *notes, struct fail *fail)
{
    struct plan_suite *plan = &suite->plan;
    struct select *select = NULL;
    size_t left = 0;
    TRY(select_new(options, &select, fail));
    for (size_t i = 0; i < plan->len; i++) {
        left += select_fits(select, &plan->cases[i]) ? 1 : 0;
    }
    select_explain(select, plan, left == 0, notes);
    if (left < plan->len) {
        size_t at = 0;
        for (size_t i = 0; i < plan->len; i++) {
            if (select_fits(select, &plan->cases[i])) {
                plan->cases[at++] = plan->cases[i];
                plan->digest = plan->digest * 31 + text_hash(span_text(plan->cases[i].id));
            }
        }
        plan->len = left;
    }
    select_free(select);
    return STATUS_OK;
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

/* The files of a run, looked through for what they include once somebody asks: mistakes are told
 * by those who load them. */
struct scenario_peers {
    const struct files_list *files;
    bool looked;
    struct arena *arena;
    struct diag_list unheard;
    struct tell tell;
    struct library library;
};

static void scenario_peers_look(struct scenario_peers *peers)
{
    peers->looked = true;
    peers->arena = arena_new();
    diag_list_init(&peers->unheard);
    tell_init(&peers->tell, &peers->unheard);
    library_init(&peers->library, peers->arena, &peers->tell);
    struct arena *nodes = arena_new();
    for (size_t i = 0; i < peers->files->len; i++) {
        const struct files_entry *entry = &peers->files->items[i];
        struct library_file file = {
            .path = entry->path, .real = entry->real, .suite = entry->suite};
        struct span text;
        if (files_read(nodes, entry->path, SCENARIO_FILE_MAX, &text, NULL) == STATUS_OK) {
            library_open(&peers->library, nodes, text, &file);
        }
        arena_reset(nodes);
    }
    arena_free(nodes);
}

static bool scenario_peers_include(void *context, const char *real)
{
    struct scenario_peers *peers = context;
    if (!peers->looked) {
        scenario_peers_look(peers);
    }
    return library_has(&peers->library, real);
}

static void scenario_peers_done(struct scenario_peers *peers)
{
    if (peers->looked) {
        library_done(&peers->library);
        diag_list_done(&peers->unheard);
        arena_free(peers->arena);
    }
}

static enum status scenario_take_files(
    struct loader *loader, struct files_list *files, struct fail *fail)
{
    for (size_t i = 0; i < files->len; i++) {
        const struct files_entry *file = &files->items[i];
        struct loader_source source = {
            .path = file->path,
            .id = file->id,
            .real = file->real,
            .suite = file->suite,
            .within = file->within,
            .cases = file->cases,
            .cases_len = file->cases_len,
        };
        struct fail why = {0};
        if (files_read(loader->scratch, file->path, SCENARIO_FILE_MAX, &source.text, &why) !=
            STATUS_OK) {
            files_lose(files, why.text);
            continue;
        }
        loader_take(loader, &source);
    }
    scenario_check_ids(loader);
    TRY(files_check(files, fail));
    return loader_check(loader, fail);
}

static enum status scenario_files(
    struct loader *loader, const char *const *paths, size_t paths_len, struct fail *fail)
{
    CLEANUP(arena_free_at) struct arena *arena = arena_new();
    struct files_list files = {.arena = arena};
    for (size_t i = 0; i < paths_len; i++) {
        TRY(files_find(&files, paths[i], fail));
    }
    struct scenario_peers peers = {.files = &files};
    loader->is_included = scenario_peers_include;
    loader->peers = &peers;
    enum status status = scenario_take_files(loader, &files, fail);
    scenario_peers_done(&peers);
    return status;
}

enum status scenario_load(const char *const *paths, size_t paths_len,
    const struct scenario_options *options, struct diag_list *diags, struct scenario_suite **ret,
    struct fail *fail)
{
    struct loader loader;
    enum status status = loader_init(&loader, options, diags, fail);
    if (status == STATUS_OK) {
        status = scenario_files(&loader, paths, paths_len, fail);
    }
    return scenario_end(&loader, status, ret);
}

enum status scenario_load_text(const char *file, struct span text,
    const struct scenario_options *options, struct diag_list *diags, struct scenario_suite **ret,
    struct fail *fail)
{
    struct loader loader;
    if (loader_init(&loader, options, diags, fail) != STATUS_OK) {
        return scenario_end(&loader, STATUS_FAILED, ret);
    }
    struct loader_source source = {
        .path = file,
        .id = files_stem(loader.suite->arena, file),
        .text = text,
    };
    loader_take(&loader, &source);
    return scenario_end(&loader, loader_check(&loader, fail), ret);
}

/* --- one case, rendered --- */

struct scenario_rendering {
    const struct select *select;
    bool show_secrets;
    struct buf *out, ids; /* ids of all that were meant */
    size_t found;
    enum status status;
    struct fail *fail;
};

static void scenario_render_case(
    void *context, const struct node *merged, const struct plan_case *plan)
{
    struct scenario_rendering *rendering = context;
    if (!select_fits(rendering->select, plan)) {
        return;
    }
    if (rendering->found++ == 0) {
        rendering->status = render_case(
            merged, plan, rendering->show_secrets, rendering->out, rendering->fail);
    }
    (void)buf_printf(&rendering->ids, "%s%s", rendering->found == 1 ? "" : ", ", plan->id);
}

static enum status scenario_render_end(struct scenario_rendering *rendering,
    const struct scenario_suite *suite, const struct diag_list *diags, struct buf *notes,
    struct fail *fail)
{
    if (rendering->status != STATUS_OK) {
        return STATUS_FAILED;
    }
    if (rendering->found > 1) {
        bool cut = rendering->ids.over || rendering->ids.len > 300;
        return fail_set(fail, FAIL_USAGE, "one case can be rendered, not %zu: name one of %.300s%s",
            rendering->found, buf_text(&rendering->ids), cut ? " ..." : "");
    }
    if (rendering->found == 0 && diags->errors == 0) {
        buf_append_text(notes, suite->missing);
        select_explain(rendering->select, &suite->plan, true, notes);
    }
    return STATUS_OK;
}

enum status scenario_render(const char *const *paths, size_t paths_len,
    const struct scenario_render_options *options, struct diag_list *diags, struct buf *notes,
    struct buf *out, struct fail *fail)
{
    struct select *select = NULL;
    TRY(select_new(options->select, &select, fail));
    struct scenario_rendering rendering = {.select = select,
        .show_secrets = options->show_secrets,
        .out = out,
        .status = STATUS_OK,
        .fail = fail};
    buf_init(&rendering.ids, SCENARIO_IDS_SHOWN_MAX);
    struct loader loader;
    struct scenario_suite *suite = NULL;
    enum status status = loader_init(&loader, options->given, diags, fail);
    loader.on_case = scenario_render_case;
    loader.context = &rendering;
    if (status == STATUS_OK) {
        status = scenario_files(&loader, paths, paths_len, fail);
    }
    status = scenario_end(&loader, status, &suite);
    if (status == STATUS_OK) {
        status = scenario_render_end(&rendering, suite, diags, notes, fail);
    }
    scenario_suite_free(suite);
    buf_done(&rendering.ids);
    select_free(select);
    return status;
}

const char *scenario_libraries(void)
{
    static _Thread_local char text[64];
    snprintf(text, sizeof text, "libyaml %s", parse_library_version());
    return text;
}
