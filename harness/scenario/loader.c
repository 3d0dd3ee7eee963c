#include "harness/scenario/loader.h"

#include <stdlib.h>

#include "harness/base/text.h"
#include "harness/scenario/merge.h"
#include "harness/scenario/parse.h"

/* The file at hand. */
struct loader_file {
    const struct loader_source *source;
    const char *path, *id; /* the suite's: marks and ids point to them */
    uint64_t hash;         /* of its text */
    const char **ids;      /* of its cases, for "no such case"; a NULL stands behind them */
    const struct node **id_nodes;
    size_t ids_len;
};

void loader_init(struct loader *loader, struct diag_list *diags)
{
    *loader = (struct loader){
        .suite = mem_zalloc(1, sizeof *loader->suite),
        .scratch = arena_new(),
    };
    loader->suite->arena = arena_new();
    tell_init(&loader->tell, diags);
    loader->decode = (struct decode){
        .arena = loader->suite->arena,
        .scratch = loader->scratch,
        .tell = &loader->tell,
        .patterns = &loader->suite->patterns,
    };
}

/* --- a file --- */

static bool loader_is_meant(const struct loader_file *file, const struct node *id)
{
    const struct loader_source *source = file->source;
    for (size_t i = 0; i < source->cases_len; i++) {
        if (id != NULL && node_is(id, source->cases[i])) {
            return true;
        }
    }
    return source->cases_len == 0;
}

static void loader_digest(struct plan_suite *plan, const char *id, uint64_t file_hash)
{
    uint64_t parts[3] = {plan->digest, text_hash(span_text(id)), file_hash};
    uint8_t octets[sizeof parts];
    for (size_t i = 0; i < sizeof octets; i++) { /* the same on every machine */
        octets[i] = (uint8_t)(parts[i / 8] >> (i % 8 * 8));
    }
    plan->digest = text_hash(span_of(octets, sizeof octets));
}

/* A case that has a mistake is no part of the plan. */
static enum status loader_case(struct loader *loader, const struct loader_file *file,
    struct merge *merge, const struct node *defaults, const struct node *own, struct fail *fail)
{
    struct scenario_suite *suite = loader->suite;
    size_t raised = loader->tell.raised;
    struct plan_case made;
    const struct node *whole = merge_case(merge, defaults, own);
    if (whole == NULL) {
        return STATUS_OK;
    }
    decode_case(&loader->decode, whole, file->id, &made);
    if (loader->tell.raised > raised || !loader_is_meant(file, node_get(whole, "id"))) {
        return STATUS_OK;
    }
    if (suite->plan.len == SCENARIO_CASES_MAX) {
        return fail_set(fail, FAIL_LIMIT, "there are more than %d cases", SCENARIO_CASES_MAX);
    }
    suite->plan.cases = mem_grow(
        suite->plan.cases, suite->plan.len, &suite->capacity, sizeof *suite->plan.cases);
    suite->plan.cases[suite->plan.len++] = made;
    loader_digest(&suite->plan, made.id, file->hash);
    return STATUS_OK;
}

static void loader_version(struct loader *loader, const struct node *root)
{
    const struct node *version = node_get(root, "version");
    if (version == NULL) {
        tell_error(&loader->tell, root, "write version: 1 at its top",
            "the file says no version of the scenario language");
    } else if (!node_is_plain(version, "1")) {
        tell_error(&loader->tell, version, NULL, "this smtpvet knows version 1, got %s",
            node_got(loader->scratch, version));
    }
}

static int loader_compare_ids(const void *a, const void *b)
{
    const struct node *x = *(const struct node *const *)a, *y = *(const struct node *const *)b;
    int order = strcmp((const char *)x->text.data, (const char *)y->text.data);
    return order != 0 ? order : (x->mark.line > y->mark.line) - (x->mark.line < y->mark.line);
}

/* Remembers a case's id, and demands one. */
static void loader_take_id(struct loader *loader, struct loader_file *file, const struct node *own)
{
    const struct node *id = node_get(own, "id");
    if (id == NULL || node_is_null(id)) {
        tell_error(&loader->tell, own, NULL, "a case of `cases` needs an `id`");
    } else if (id->kind == NODE_SCALAR) {
        file->ids[file->ids_len] = (const char *)id->text.data;
        file->id_nodes[file->ids_len++] = id;
    }
}

/* Cases that were asked for by name and are not there. */
static void loader_check_cases(struct loader *loader, const struct loader_file *file)
{
    for (size_t i = 0; i < file->source->cases_len; i++) {
        const char *wanted = file->source->cases[i];
        bool there = false;
        for (size_t j = 0; j < file->ids_len && !there; j++) {
            there = strcmp(file->ids[j], wanted) == 0;
        }
        if (!there) {
            tell_at(&loader->tell, DIAG_ERROR, NULL, (struct mark){.file = file->path},
                tell_nearest(&loader->tell, wanted, file->ids), "the file has no case '%.100s'",
                wanted);
        }
    }
}

static void loader_check_ids(struct loader *loader, struct loader_file *file)
{
    const struct node **nodes = file->id_nodes;
    if (file->ids_len > 1) {
        qsort(nodes, file->ids_len, sizeof *nodes, loader_compare_ids);
    }
    for (size_t i = 1; i < file->ids_len; i++) {
        if (span_equal(nodes[i]->text, nodes[i - 1]->text)) {
            tell_error(&loader->tell, nodes[i],
                tell_hint(&loader->tell, "the first is on line %u", nodes[i - 1]->mark.line),
                "the id %s stands here a second time", node_got(loader->scratch, nodes[i]));
        }
    }
}

static enum status loader_cases(struct loader *loader, struct loader_file *file,
    const struct node *root, const struct node *cases, struct fail *fail)
{
    static const char *const of_file[] = {"version", "cases", NULL};
    struct merge merge = {.arena = loader->scratch, .tell = &loader->tell};
    const struct node *beside = node_without(loader->scratch, root, of_file);
    if (cases == NULL) {
        const struct node *id = node_get(root, "id");
        if (id != NULL && id->kind == NODE_SCALAR) {
            file->ids[file->ids_len++] = (const char *)id->text.data;
            file->id_nodes[0] = id;
        }
        return loader_case(loader, file, &merge, NULL, beside, fail);
    }
    if (cases->kind != NODE_LIST || cases->len == 0) {
        tell_error(&loader->tell, cases, NULL, "`cases` is a list of cases, got %s",
            cases->kind == NODE_LIST ? "an empty one" : node_got(loader->scratch, cases));
        return STATUS_OK;
    }
    if (node_get(root, "id") != NULL) {
        tell_error(&loader->tell, node_get(root, "id"), NULL,
            "each case of `cases` has an `id` of its own; beside them it means nothing");
    }
    const struct node *defaults = merge_case(&merge, NULL, beside);
    for (size_t i = 0; defaults != NULL && i < cases->len; i++) {
        const struct node *own = cases->items[i];
        if (own->kind != NODE_MAP) {
            tell_error(&loader->tell, own, NULL, "expected a case, got %s",
                node_got(loader->scratch, own));
            continue;
        }
        loader_take_id(loader, file, own);
        TRY(loader_case(loader, file, &merge, defaults, own, fail));
    }
    return STATUS_OK;
}

/* Decoders go by sections; people read from top to bottom. */
static void loader_sort(struct diag_list *diags, size_t from)
{
    for (size_t i = from + 1; i < diags->len; i++) {
        struct diag moved = diags->items[i];
        size_t at = i;
        for (; at > from; at--) {
            const struct mark *before = &diags->items[at - 1].mark;
            if (before->line < moved.mark.line ||
                (before->line == moved.mark.line && before->column <= moved.mark.column)) {
                break;
            }
            diags->items[at] = diags->items[at - 1];
        }
        diags->items[at] = moved;
    }
}

static enum status loader_root(
    struct loader *loader, struct loader_file *file, const struct node *root, struct fail *fail)
{
    if (root->kind != NODE_MAP) {
        tell_error(&loader->tell, root, "a scenario begins with `version: 1`",
            "expected the keys of a scenario, got %s", node_got(loader->scratch, root));
        return STATUS_OK;
    }
    const struct node *cases = node_get(root, "cases");
    size_t len = cases != NULL && cases->kind == NODE_LIST ? cases->len : 1;
    file->ids = arena_alloc(loader->scratch, (len + 1) * sizeof *file->ids);
    file->id_nodes = arena_alloc(loader->scratch, (len + 1) * sizeof *file->id_nodes);
    loader_version(loader, root);
    TRY(loader_cases(loader, file, root, cases, fail));
    loader_check_cases(loader, file);
    loader_check_ids(loader, file);
    return STATUS_OK;
}

enum status loader_take(
    struct loader *loader, const struct loader_source *source, struct fail *fail)
{
    struct loader_file file = {
        .source = source,
        .path = arena_strdup(loader->suite->arena, source->path),
        .id = arena_strdup(loader->suite->arena, source->id),
        .hash = text_hash(source->text),
    };
    size_t told = loader->tell.diags->len;
    const struct node *root = parse_text(
        loader->scratch, file.path, source->text, 0, &loader->tell);
    enum status status = root == NULL ? STATUS_OK : loader_root(loader, &file, root, fail);
    loader_sort(loader->tell.diags, told);
    arena_reset(loader->scratch);
    return status;
}

void loader_done(struct loader *loader)
{
    arena_free(loader->scratch);
    loader->scratch = NULL;
}
