#include "harness/scenario/library.h"

#include "harness/base/text.h"
#include "harness/scenario/files.h"
#include "harness/scenario/parse.h"
#include "harness/scenario/scenario.h"

void library_init(struct library *library, struct arena *paths, struct tell *tell)
{
    *library = (struct library){.arena = arena_new(), .paths = paths, .tell = tell};
}

void library_done(struct library *library)
{
    arena_free(library->arena);
    *library = (struct library){0};
}

/* --- includes --- */

static void library_circle(struct library *library, const struct node *at, size_t from)
{
    const char *chain = "";
    for (size_t i = from; i < library->chain_len; i++) {
        chain = arena_printf(library->arena, "%s%s -> ", chain, library->chain[i]->path);
    }
    tell_error(library->tell, at, NULL, "files include each other in a circle: %s%s", chain,
        library->chain[from]->path);
}

/* A file that was included before. */
static struct library_file *library_known(const struct library *library, const char *real)
{
    for (size_t i = 0; i < library->files_len; i++) {
        if (strcmp(library->files[i]->real, real) == 0) {
            return library->files[i];
        }
    }
    return NULL;
}

bool library_has(const struct library *library, const char *real)
{
    return library_known(library, real) != NULL;
}

static struct library_file *library_read(
    struct library *library, const struct node *at, const char *path, const char *real)
{
    struct span text;
    struct fail fail = {0};
    if (library->files_len == LIBRARY_FILES_MAX) {
        tell_error(library->tell, at, NULL, "more than %d files are included", LIBRARY_FILES_MAX);
        return NULL;
    }
    if (files_read(library->arena, real, SCENARIO_FILE_MAX, &text, &fail) != STATUS_OK) {
        tell_error(library->tell, at, NULL, "%s", fail.text);
        return NULL;
    }
    struct library_file *file = arena_alloc(library->arena, sizeof *file);
    file->path = arena_strdup(library->paths, path);
    file->real = real;
    file->suite = library->chain[library->chain_len - 1]->suite;
    library->files = arena_push(
        library->arena, library->files, library->files_len, sizeof *library->files);
    library->files[library->files_len++] = file;
    library_open(library, library->arena, text, file);
    return file;
}

/* What may be meant by `text`, which names `path`, as one would write it there. */
static const char *library_near(struct library *library, const char *path, const char *text)
{
    const char *near = files_near(library->arena, path);
    const char *slash = strrchr(text, '/');
    if (near == NULL || strcmp(near, path) == 0) {
        return NULL;
    }
    const char *last = strrchr(near, '/');
    return tell_did_you_mean(library->tell,
        arena_printf(library->arena, "%.*s%s", slash == NULL ? 0 : (int)(slash + 1 - text), text,
            last == NULL ? near : last + 1));
}

/* The file that `name` names; NULL, and told, where there is none. */
static struct library_file *library_include(
    struct library *library, const struct library_file *from, const struct node *name)
{
    const char *real, *text = (const char *)name->text.data;
    if (name->kind != NODE_SCALAR || name->text.len == 0 ||
        span_find(name->text, 0) < name->text.len) {
        tell_error(library->tell, name, NULL, "expected the name of a file, got %s",
            node_got(library->arena, name));
        return NULL;
    }
    if (from->real == NULL) {
        tell_error(library->tell, name, NULL, "a text that is no file includes nothing");
        return NULL;
    }
    const char *path = files_beside(library->arena, from->path, text);
    struct fail fail = {0};
    if (files_below(library->arena, from->real, text, from->suite, &real, &fail) != STATUS_OK) {
        const char *hint = fail.class == FAIL_REACH ? library_near(library, path, text) : NULL;
        tell_error(library->tell, name, hint, "%s", fail.text);
        return NULL;
    }
    for (size_t i = 0; i < library->chain_len; i++) {
        if (strcmp(library->chain[i]->real, real) == 0) {
            library_circle(library, name, i);
            return NULL;
        }
    }
    struct library_file *file = library_known(library, real);
    size_t height = file == NULL ? 1 : file->height;
    if (library->chain_len + height > LIBRARY_DEPTH_MAX) {
        tell_error(
            library->tell, name, NULL, "files include files more than %d deep", LIBRARY_DEPTH_MAX);
        return NULL;
    }
    return file != NULL ? file : library_read(library, name, path, real);
}

static void library_add(struct library *library, struct arena *arena, struct library_file *file,
    const struct node *name)
{
    struct library_file *included = library_include(library, file, name);
    if (included == NULL) {
        file->faulty = file->lacking = true;
        return;
    }
    file->includes = arena_push(arena, file->includes, file->includes_len, sizeof *file->includes);
    file->includes[file->includes_len++] = included;
    file->faulty = file->faulty || included->faulty;
    file->lacking = file->lacking || included->lacking || included->root == NULL;
    file->height = included->height >= file->height ? included->height + 1 : file->height;
    file->digest = file->digest * 31 + included->digest;
}

static void library_includes(
    struct library *library, struct arena *arena, struct library_file *file)
{
    const struct node *include = node_get(file->root, "include");
    if (include == NULL || node_is_null(include)) {
        return;
    }
    library->chain[library->chain_len++] = file;
    if (include->kind == NODE_SCALAR) {
        library_add(library, arena, file, include);
    } else if (include->kind == NODE_LIST && include->len <= LIBRARY_LIST_MAX) {
        for (size_t i = 0; i < include->len; i++) {
            library_add(library, arena, file, include->items[i]);
        }
    } else {
        tell_error(library->tell, include, NULL, "`include` is a list of up to %d files, got %s",
            LIBRARY_LIST_MAX, include->kind == NODE_LIST ? "more" : node_got(arena, include));
        file->faulty = true;
    }
    library->chain_len--;
}

static void library_walk(
    struct arena *arena, struct library_file *whole, struct library_file *file, uint64_t visit)
{
    if (file->visit == visit) {
        return;
    }
    file->visit = visit;
    whole->all = arena_push(arena, whole->all, whole->all_len, sizeof(struct library_file *));
    whole->all[whole->all_len++] = file;
    for (size_t i = file->includes_len; i > 0; i--) {
        library_walk(arena, whole, file->includes[i - 1], visit);
    }
}

/* --- a file --- */

static void library_version(struct library *library, struct arena *arena, const struct node *root)
{
    const struct node *version = node_get(root, "version");
    if (version == NULL) {
        tell_error(library->tell, root, "write version: 1 at its top",
            "the file says no version of the scenario language");
    } else if (!node_is_plain(version, "1")) {
        tell_error(library->tell, version, NULL, "this smtpvet knows version 1, got %s",
            node_got(arena, version));
    }
}

static void library_templates(
    struct library *library, struct arena *arena, struct library_file *file)
{
    const struct node *templates = node_get(file->root, "templates");
    if (templates == NULL || node_is_null(templates)) {
        return;
    }
    if (templates->kind != NODE_MAP) {
        tell_error(library->tell, templates, NULL, "`templates` is a map of cases, got %s",
            node_got(arena, templates));
        return;
    }
    file->templates = templates;
    file->used = arena_alloc(arena, templates->len * sizeof *file->used);
    for (size_t i = 0; i < templates->len; i++) {
        const struct node *one = templates->items[i];
        if (one->kind != NODE_MAP) {
            tell_error(library->tell, one, NULL, "a template is a map, as a case is, got %s",
                node_got(arena, one));
        } else if (node_find(one, SPAN_LITERAL("id")) < one->len) {
            tell_error(library->tell, one->keys[node_find(one, SPAN_LITERAL("id"))], NULL,
                "a template has no `id`: each case that extends it has its own");
        }
    }
}

void library_open(
    struct library *library, struct arena *arena, struct span text, struct library_file *file)
{
    size_t raised = library->tell->raised;
    file->height = 1;
    file->digest = text_hash(text);
    const struct node *root = parse_text(arena, file->path, text, 0, library->tell);
    if (root != NULL && root->kind != NODE_MAP) {
        tell_error(library->tell, root, "a scenario begins with `version: 1`",
            "expected the keys of a scenario, got %s", node_got(arena, root));
        root = NULL;
    }
    file->root = root;
    if (root != NULL) {
        library_version(library, arena, root);
        library_templates(library, arena, file);
    }
    file->faulty = library->tell->raised > raised;
    if (root != NULL) {
        library_includes(library, arena, file);
    }
    library_walk(arena, file, file, ++library->visits);
}

bool library_is_shelf(const struct library_file *file)
{
    static const char *const names[] = {"version", "include", "templates", "vars", "secrets", NULL};
    bool shelf = file->templates != NULL;
    for (size_t i = 0; i < file->root->len && shelf; i++) {
        bool known = text_starts_caseless(file->root->keys[i]->text, "x-");
        for (size_t j = 0; names[j] != NULL && !known; j++) {
            known = node_is(file->root->keys[i], names[j]);
        }
        shelf = known;
    }
    return shelf;
}
