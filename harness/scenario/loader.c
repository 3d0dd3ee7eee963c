#include "harness/scenario/loader.h"

#include <stdlib.h>

#include "harness/base/text.h"
#include "harness/scenario/matrix.h"
#include "harness/scenario/names.h"
#include "harness/scenario/select.h"
#include "harness/scenario/substitute.h"

#define LOADER_MISSING_MAX ((size_t)4096) /* octets about one case that is not there */

/* The file at hand. */
struct loader_file {
    const struct loader_source *source;
    struct library_file there;
    const char *id; /* the suite's: marks and ids point to it, and to there.path */
    struct merge merge;
    struct layers layers;    /* under each case of `cases` */
    const struct node *base; /* the undermost of these without expressions, merged; may be NULL */
    size_t base_len;         /* how many */
    bool stopped;            /* it is too large, which was told */
    struct names names;      /* of variables that nothing is put in for */
    const char **ids;        /* of its cases, for "no such case" */
    size_t ids_len;
    const struct node **id_nodes;
    size_t id_nodes_len;
};

enum status loader_init(struct loader *loader, const struct scenario_options *options,
    struct diag_list *diags, struct fail *fail)
{
    *loader = (struct loader){
        .suite = mem_zalloc(1, sizeof *loader->suite),
        .scratch = arena_new(),
        .cell = arena_new(),
    };
    loader->suite->arena = arena_new();
    loader->suite->missing = "";
    tell_init(&loader->tell, diags);
    library_init(&loader->library, loader->suite->arena, &loader->tell);
    loader->decode = (struct decode){
        .arena = loader->suite->arena,
        .scratch = loader->cell,
        .tell = &loader->tell,
        .patterns = &loader->suite->patterns,
        .checks = options == NULL ? NULL : options->checks,
    };
    return given_init(&loader->given, loader->suite->arena, options, fail);
}

/* --- a file --- */

/* "case", "case[cell]" or "[cell]": `id` is NULL where the case has none. */
static bool loader_is_called(const struct node *id, const char *cell, const char *wanted)
{
    size_t len = id == NULL ? 0 : id->text.len;
    return (id == NULL || strncmp(wanted, (const char *)id->text.data, len) == 0) &&
           ((wanted[len] == 0 && len > 0) || (cell[0] != 0 && strcmp(wanted + len, cell) == 0));
}

static bool loader_is_meant(const struct loader_file *file, const struct node *id, const char *cell)
{
    const struct loader_source *source = file->source;
    for (size_t i = 0; i < source->cases_len; i++) {
        if (loader_is_called(id, cell, source->cases[i])) {
            return true;
        }
    }
    return source->cases_len == 0;
}

/* Keeps what a case or a cell is called, where somebody asked for one by name. */
static void loader_note_id(
    struct loader *loader, struct loader_file *file, const struct node *id, const char *cell)
{
    if (file->source->cases_len == 0 || (id == NULL && cell[0] == 0)) {
        return;
    }
    const char *name = id == NULL ? "" : (const char *)id->text.data;
    file->ids = arena_push(loader->scratch, file->ids, file->ids_len, sizeof *file->ids);
    file->ids[file->ids_len++] = arena_printf(loader->scratch, "%s%s", name, cell);
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

/* --- a case --- */

/* A case while it is put together. */
struct loader_making {
    struct loader_file *file;
    const struct node *id;   /* NULL: it has none */
    const struct node *base; /* the undermost layers without expressions, merged; may be NULL */
    const struct node *layers[LAYERS_MAX]; /* what lies above */
    size_t layers_len;
    const struct node *vars, *secrets, *matrix; /* all layers' */
    bool lost;                                  /* no case comes of it: that was told */
};

/* A case that has a mistake is no part of the plan. */
static void loader_keep(struct loader *loader, const struct loader_making *making,
    const struct node *whole, const struct plan_case *made)
{
    struct scenario_suite *suite = loader->suite;
    if (suite->plan.len == SCENARIO_CASES_MAX) {
        making->file->stopped = true;
        if (!loader->full) {
            tell_error(&loader->tell, making->matrix == NULL ? whole : making->matrix,
                "take fewer values, or run a part of the files",
                "with this there are more than %d cases", SCENARIO_CASES_MAX);
        }
        loader->full = true;
        return;
    }
    suite->plan.cases = mem_grow(
        suite->plan.cases, suite->plan.len, &suite->capacity, sizeof *suite->plan.cases);
    suite->plan.cases[suite->plan.len++] = *made;
    loader_digest(&suite->plan, made->id, making->file->there.digest);
    if (loader->on_case != NULL) {
        loader->on_case(loader->context, whole, &suite->plan.cases[suite->plan.len - 1]);
    }
}

/* The whole case of one cell: everything put in, layer over layer. NULL, and told, where there is
 * none. */
static const struct node *loader_whole(
    struct loader *loader, const struct loader_making *making, struct substitute *substitute)
{
    struct loader_file *file = making->file;
    const struct node *whole = making->base;
    if (making->layers_len == 0 &&
        making->matrix != NULL) { /* else it was counted as it was made */
        file->stopped = !merge_count(&file->merge, whole, whole->weight);
    }
    file->merge.arena = loader->cell;
    for (size_t i = 0; i < making->layers_len && !file->stopped; i++) {
        const struct node *layer = substitute_map(substitute, making->layers[i], true);
        if (layer == NULL) {
            return NULL;
        }
        whole = merge_case(&file->merge, whole, layer);
        file->stopped = whole == NULL;
    }
    return file->stopped ? NULL : whole;
}

static void loader_cell(
    struct loader *loader, const struct loader_making *making, const struct matrix_cell *cell)
{
    size_t raised = loader->tell.raised;
    struct loader_file *file = making->file;
    struct substitute substitute = {
        .arena = loader->cell,
        .tell = &loader->tell,
        .given = &loader->given,
        .vars = making->vars,
        .secrets = making->secrets,
        .matrix = cell->values,
    };
    const struct node *whole = loader_whole(loader, making, &substitute);
    if (whole != NULL) {
        struct plan_case made;
        struct decode_place place = {
            .file = file->id,
            .cell = cell->label,
            .values = cell->values,
            .secrets = substitute.used,
            .secrets_len = substitute.used_len,
        };
        decode_case(&loader->decode, whole, &place, &made);
        if (loader->tell.raised == raised && !file->there.faulty && !making->lost &&
            loader_is_meant(file, making->id, cell->label)) {
            loader_keep(loader, making, whole, &made);
        }
    }
    arena_reset(loader->cell);
}

/* Names that expressions can have; false, and told, where one is none. */
static bool loader_names(struct loader *loader, const struct node *map, bool vars)
{
    bool good = true;
    for (size_t i = 0; i < map->len; i++) {
        const struct node *name = map->keys[i];
        if (!given_is_name(name->text)) {
            tell_error(&loader->tell, name, NULL,
                "a name has letters, digits, dashes and underscores, not %s",
                node_got(loader->scratch, name));
            good = false;
        } else if (vars) {
            given_know(&loader->given, name->text);
        }
    }
    return good;
}

/* `vars`, `secrets` or `matrix` of all layers; NULL where there is none. False, and told, where it
 * is no map. */
static bool loader_head(
    struct loader *loader, const struct layers *layers, const char *name, const struct node **ret)
{
    const char *const names[] = {name, NULL};
    struct merge merge = {.arena = loader->scratch, .tell = &loader->tell};
    const struct node *head = NULL;
    for (size_t i = 0; i < layers->len; i++) {
        if (node_get(layers->items[i], name) == NULL) {
            continue;
        }
        head = merge_case(&merge, head, node_only(loader->scratch, layers->items[i], names));
        if (head == NULL) {
            return false;
        }
    }
    *ret = node_get(head, name);
    if (*ret != NULL && (*ret)->kind != NODE_MAP) {
        tell_error(&loader->tell, *ret, NULL, "`%s` is a map, got %s", name,
            node_got(loader->scratch, *ret));
        return false;
    }
    return *ret == NULL || name[0] == 'm' || loader_names(loader, *ret, name[0] == 'v');
}

static const struct node *loader_body(struct loader *loader, const struct node *layer)
{
    static const char *const heads[] = {"vars", "secrets", "matrix", NULL};
    return node_without(loader->scratch, layer, heads);
}

/* Lays closed layers from position `from` on over `*base`; returns the position of the first that
 * has expressions. */
static size_t loader_settle(struct loader *loader, struct loader_file *file,
    const struct layers *layers, size_t from, const struct node **base)
{
    file->merge.arena = loader->scratch;
    for (; from < layers->len && !file->stopped; from++) {
        const struct node *body = loader_body(loader, layers->items[from]);
        if (body->open) {
            break;
        }
        *base = merge_case(&file->merge, *base, body);
        file->stopped = *base == NULL;
    }
    return from;
}

static bool loader_cells(struct loader *loader, const struct loader_making *making,
    struct matrix_cell **ret, size_t *ret_len)
{
    struct substitute substitute = {
        .arena = loader->scratch,
        .tell = &loader->tell,
        .given = &loader->given,
        .vars = making->vars,
        .secrets = making->secrets,
    };
    const struct node *matrix = substitute_map(&substitute, making->matrix, false);
    return matrix != NULL && matrix_cells(loader->scratch, &loader->tell, matrix, ret, ret_len);
}

/* The layers above the base, each without what those above it replace. */
static void loader_prune(struct loader *loader, struct loader_making *making)
{
    struct merge *merge = &making->file->merge;
    for (size_t i = 0; i < making->layers_len; i++) {
        for (size_t j = i + 1; j < making->layers_len && making->layers[i]->open; j++) {
            size_t visited = 0;
            making->layers[i] = layers_prune(
                loader->scratch, making->layers[i], making->layers[j], &visited);
            if (making->file->stopped || !merge_count(merge, making->layers[i], visited)) {
                making->file->stopped = true;
                return;
            }
        }
    }
}

/* What can be checked where not all is at hand: a template is missing, or nobody extends the one
 * that this is, or a matrix makes no cell. */
static void loader_partial(
    struct loader *loader, struct merge *merge, const struct layers *layers, const char *id)
{
    const struct node *whole = NULL;
    bool stopped = false;
    merge->arena = loader->cell;
    for (size_t i = 0; i < layers->len && !stopped; i++) {
        const struct node *body = loader_body(loader, layers->items[i]);
        whole = merge_case(merge, whole, node_blank(loader->cell, body));
        stopped = whole == NULL;
    }
    if (whole != NULL) {
        struct plan_case unused;
        loader->decode.partial = true;
        decode_case(
            &loader->decode, whole, &(struct decode_place){.file = id, .cell = ""}, &unused);
        loader->decode.partial = false;
    }
    arena_reset(loader->cell);
}

/* Templates that nobody extends: what is wrong with them would be told to the first who does. */
static void loader_templates(
    struct loader *loader, const struct library_file *file, struct merge *merge)
{
    const struct node *templates = file->templates;
    for (size_t i = 0; templates != NULL && i < templates->len; i++) {
        if (file->used[i] || templates->items[i]->kind != NODE_MAP) {
            continue;
        }
        static const char *const id[] = {"id", NULL}; /* told already */
        struct layers *layers = arena_alloc(loader->scratch, sizeof *layers);
        layers->arena = loader->scratch;
        layers->tell = &loader->tell;
        layers_add(layers, file, node_without(loader->scratch, templates->items[i], id));
        loader_partial(loader, merge, layers, file->path);
    }
}

/* A case of which not all is at hand. */
static void loader_lost(
    struct loader *loader, struct loader_file *file, const struct layers *layers)
{
    for (size_t i = 0; i < layers->len; i++) {
        names_note(&file->names, layers->items[i]);
    }
    loader_partial(loader, &file->merge, layers, file->id);
}

/* `layers` are all of the case. */
static void loader_case(struct loader *loader, struct loader_file *file,
    const struct layers *layers, const struct node *own)
{
    struct matrix_cell alone = {.label = ""}, *cells = &alone;
    size_t cells_len = 1;
    struct loader_making *making = arena_alloc(loader->scratch, sizeof *making);
    size_t raised = loader->tell.raised;
    making->file = file;
    making->id = node_get(own, "id");
    if (making->id != NULL && (making->id->kind != NODE_SCALAR || node_is_null(making->id))) {
        making->id = NULL;
    }
    loader_note_id(loader, file, making->id, "");
    bool whole = !layers->lost && !file->there.lacking;
    if (!whole && !layers->full && !file->stopped) {
        loader_lost(loader, file, layers);
    }
    if (!whole || file->stopped) {
        return;
    }
    bool good = loader_head(loader, layers, "vars", &making->vars);
    good = loader_head(loader, layers, "secrets", &making->secrets) && good;
    good = loader_head(loader, layers, "matrix", &making->matrix) && good;
    if (good && making->matrix != NULL) {
        good = loader_cells(loader, making, &cells, &cells_len);
    }
    making->base = file->base;
    size_t open = loader_settle(loader, file, layers, file->base_len, &making->base);
    for (size_t i = open; i < layers->len; i++) {
        making->layers[making->layers_len++] = loader_body(loader, layers->items[i]);
    }
    loader_prune(loader, making);
    making->lost = loader->tell.raised > raised;
    if (!good) { /* what it says without expressions can be checked all the same */
        making->matrix = NULL;
        cells = &alone;
        cells_len = making->layers_len == 0 ? 1 : 0;
        if (cells_len == 0 && !file->stopped) {
            loader_partial(loader, &file->merge, layers, file->id);
        }
    }
    for (size_t i = 0; i < cells_len && !file->stopped; i++) {
        if (cells[i].label[0] != 0) {
            loader_note_id(loader, file, making->id, cells[i].label);
        }
        loader_cell(loader, making, &cells[i]);
    }
    if (making->vars != NULL) { /* a circle that is used is told already */
        names_vars(&file->names, making->vars, loader->tell.raised == raised);
    }
}

/* --- ids --- */

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
        file->id_nodes[file->id_nodes_len++] = id;
    }
}

/* That a case which was asked for by name is not there is no mistake of the file. */
static void loader_miss(struct loader *loader, const struct loader_file *file, const char *wanted)
{
    struct buf text;
    buf_init(&text, LOADER_MISSING_MAX);
    text_escape(span_text(file->there.path), true, &text);
    buf_append_text(&text, " has no case '");
    text_escape(span_text(wanted), true, &text);
    buf_append_byte(&text, '\'');
    select_offer(wanted, file->ids, file->ids_len, &text);
    loader->suite->missing = arena_printf(
        loader->suite->arena, "%s%s", loader->suite->missing, buf_text(&text));
    buf_done(&text);
}

/* Cases that were asked for by name. */
static void loader_check_cases(struct loader *loader, struct loader_file *file)
{
    for (size_t i = 0; i < file->source->cases_len; i++) {
        const char *wanted = file->source->cases[i];
        bool there = false;
        for (size_t j = 0; j < file->ids_len && !there; j++) {
            there = strcmp(file->ids[j], wanted) == 0;
        }
        if (!there) {
            loader_miss(loader, file, wanted);
        }
    }
}

static void loader_check_ids(struct loader *loader, struct loader_file *file)
{
    const struct node **nodes = file->id_nodes;
    if (file->id_nodes_len > 1) {
        qsort(nodes, file->id_nodes_len, sizeof *nodes, loader_compare_ids);
    }
    for (size_t i = 1; i < file->id_nodes_len; i++) {
        if (span_equal(nodes[i]->text, nodes[i - 1]->text)) {
            tell_error(&loader->tell, nodes[i],
                tell_hint(&loader->tell, "the first is on line %u", nodes[i - 1]->mark.line),
                "the id %s stands here a second time", node_got(loader->scratch, nodes[i]));
        }
    }
}

/* --- a file --- */

static void loader_cases(struct loader *loader, struct loader_file *file, const struct node *cases)
{
    const struct node *root = file->there.root;
    if (node_get(root, "id") != NULL) {
        tell_error(&loader->tell, node_get(root, "id"), NULL,
            "each case of `cases` has an `id` of its own; beside them it means nothing");
    }
    file->id_nodes = arena_alloc(loader->scratch, (cases->len + 1) * sizeof(struct node *));
    size_t raised = loader->tell.raised;
    file->base_len = loader_settle(loader, file, &file->layers, 0, &file->base);
    file->there.faulty = file->there.faulty || loader->tell.raised > raised;
    for (size_t i = 0; i < cases->len; i++) {
        const struct node *own = cases->items[i];
        if (own->kind != NODE_MAP) {
            tell_error(&loader->tell, own, NULL, "expected a case, got %s",
                node_got(loader->scratch, own));
            continue;
        }
        loader_take_id(loader, file, own);
        struct layers *layers = arena_alloc(loader->scratch, sizeof *layers);
        *layers = file->layers;
        layers_add(layers, &file->there, own);
        loader_case(loader, file, layers, own);
    }
}

/* A file that another one includes, and that expects nothing of its own, has what both share. */
static bool loader_is_library(struct loader *loader, const struct loader_file *file)
{
    for (size_t i = 0; i < file->layers.len; i++) {
        const struct node *expect = node_get(file->layers.items[i], "expect");
        if (expect != NULL && !node_is_null(expect)) {
            return false;
        }
    }
    return loader->is_included != NULL && loader->is_included(loader->peers, file->there.real);
}

/* With one case, or with `cases`. */
static void loader_root(struct loader *loader, struct loader_file *file)
{
    const struct node *cases = node_get(file->there.root, "cases");
    const struct node *own = layers_defaults(loader->scratch, &file->there);
    file->layers.arena = loader->scratch;
    file->layers.tell = &loader->tell;
    layers_add_file(&file->layers, &file->there, own);
    if (cases == NULL) {
        if (!loader_is_library(loader, file)) {
            loader_case(loader, file, &file->layers, own);
        } else if (!file->layers.full) {
            loader_partial(loader, &file->merge, &file->layers, file->id);
        }
    } else if (cases->kind != NODE_LIST || cases->len == 0) {
        tell_error(&loader->tell, cases, NULL, "`cases` is a list of cases, got %s",
            cases->kind == NODE_LIST ? "an empty one" : node_got(loader->scratch, cases));
    } else {
        loader_cases(loader, file, cases);
    }
}

/* What it takes to load the cases from position `from` on once more. */
static void loader_repeatable(
    struct loader *loader, const struct loader_source *source, size_t from)
{
    struct plan_suite *plan = &loader->suite->plan;
    const char *within = source->within == NULL
                             ? NULL
                             : arena_strdup(loader->suite->arena, source->within);
    const struct plan_text_list given = given_asked(&loader->given);
    for (size_t i = from; i < plan->len; i++) {
        plan->cases[i].within = within;
        plan->cases[i].given = given;
    }
}

/* "./a.yaml" as files that include it call it. */
static const char *loader_plain_path(const char *path)
{
    while (strncmp(path, "./", 2) == 0 && path[2] != '/' && path[2] != 0) {
        path += 2;
    }
    return path;
}

void loader_take(struct loader *loader, const struct loader_source *source)
{
    struct loader_file *file = arena_alloc(loader->scratch, sizeof *file);
    file->source = source;
    file->id = arena_strdup(loader->suite->arena, source->id);
    file->there.path = arena_strdup(loader->suite->arena, loader_plain_path(source->path));
    file->there.real = source->real;
    file->there.suite = source->suite;
    loader->given.files = source->real != NULL;
    given_begin(&loader->given);
    size_t before = loader->suite->plan.len;
    size_t told = loader->tell.diags->len;
    library_open(&loader->library, loader->scratch, source->text, &file->there);
    file->merge.tell = &loader->tell;
    file->names = (struct names){.arena = loader->scratch, .tell = &loader->tell};
    if (file->there.root != NULL && !library_is_shelf(&file->there)) {
        loader_root(loader, file);
        loader_check_ids(loader, file);
    }
    if (file->there.root != NULL) {
        loader_templates(loader, &file->there, &file->merge);
        names_tell(&file->names, &file->there, &loader->given);
        loader_check_cases(loader, file);
    }
    tell_sort(&loader->tell, told);
    loader_repeatable(loader, source, before);
    arena_reset(loader->scratch);
}

enum status loader_check(struct loader *loader, struct fail *fail)
{
    for (size_t i = 0; i < loader->library.files_len; i++) {
        struct merge merge = {.tell = &loader->tell};
        size_t told = loader->tell.diags->len;
        loader_templates(loader, loader->library.files[i], &merge);
        tell_sort(&loader->tell, told);
        arena_reset(loader->scratch);
    }
    return loader->tell.diags->errors > 0 ? STATUS_OK : given_check(&loader->given, fail);
}

void loader_done(struct loader *loader)
{
    library_done(&loader->library);
    arena_free(loader->scratch);
    arena_free(loader->cell);
    loader->scratch = loader->cell = NULL;
}
