#include "harness/scenario/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "harness/base/text.h"
#include "harness/scenario/scenario.h"

#define FILES_NAMES_MAX 20000 /* of one folder */

static bool files_is_scenario(const char *name)
{
    return text_ends(name, ".yaml") || text_ends(name, ".yml");
}

const char *files_stem(struct arena *arena, const char *name)
{
    size_t len = strlen(name);
    len -= text_ends(name, ".yaml") ? 5 : text_ends(name, ".yml") ? 4 : 0;
    return arena_memdup(arena, name, len);
}

static const char *files_join(struct arena *arena, const char *folder, const char *name)
{
    const char *slash = folder[0] == 0 || text_ends(folder, "/") ? "" : "/";
    return arena_printf(arena, "%s%s%s", folder, slash, name);
}

/* The folder that the path stands in; "." where it has none. */
static const char *files_folder(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return ".";
    }
    return slash == path ? "/" : arena_memdup(arena, path, (size_t)(slash - path));
}

static const char *files_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static enum status files_real(
    struct arena *arena, const char *folder, const char **ret, struct fail *fail)
{
    char *real = realpath(folder, NULL);
    if (real == NULL) {
        return fail_set(fail, FAIL_REACH, "%s: %s", folder, strerror(errno));
    }
    *ret = arena_strdup(arena, real);
    mem_free(real);
    return STATUS_OK;
}

/* The suite's folder: the nearest one named `scenarios`, or `real` itself. */
static const char *files_suite(struct arena *arena, const char *real)
{
    static const char name[] = "/scenarios";
    size_t len = 0;
    for (const char *at = real; (at = strstr(at, name)) != NULL; at++) {
        const char *behind = at + sizeof name - 1;
        len = *behind == '/' || *behind == 0 ? (size_t)(behind - real) : len;
    }
    return len == 0 ? real : arena_memdup(arena, real, len);
}

/* What of a real folder lies below the nearest one named `scenarios`, itself counted; "" where
 * there is none, or nothing below. */
static const char *files_below_suite(const char *real)
{
    static const char name[] = "/scenarios";
    const char *found = "";
    for (const char *at = real; (at = strstr(at, name)) != NULL; at++) {
        const char *behind = at + sizeof name - 1;
        if (*behind == '/') {
            found = behind + 1;
        } else if (*behind == 0) {
            found = behind;
        }
    }
    return found;
}

/* --- the list --- */

void files_lose(struct files_list *list, const char *text)
{
    list->lost = arena_push(list->arena, list->lost, list->lost_len, sizeof *list->lost);
    list->lost[list->lost_len++] = arena_strdup(list->arena, text);
}

/* What cannot be reached is told when all is found; other failures end the search. */
static enum status files_go_on(
    struct files_list *list, enum status status, const struct fail *why, struct fail *fail)
{
    if (status != STATUS_OK && why->class != FAIL_REACH) {
        return fail_set(fail, why->class, "%s", why->text);
    }
    if (status != STATUS_OK) {
        files_lose(list, why->text);
    }
    return STATUS_OK;
}

enum status files_check(const struct files_list *list, struct fail *fail)
{
    struct buf text;
    if (list->lost_len == 0) {
        return STATUS_OK;
    }
    buf_init(&text, FAIL_TEXT_MAX);
    for (size_t i = 0; i < list->lost_len; i++) {
        buf_printf(&text, "%s%s", i == 0 ? "" : "; ", list->lost[i]);
    }
    (void)fail_set(fail, FAIL_REACH, "%s%s", buf_text(&text), text.over ? "; ..." : "");
    buf_done(&text);
    return STATUS_FAILED;
}

static void files_mean_case(struct files_list *list, struct files_entry *file, const char *only)
{
    file->cases = arena_push(list->arena, file->cases, file->cases_len, sizeof *file->cases);
    file->cases[file->cases_len++] = only;
}

/* `before` files were meant by earlier paths: only among those can this one be. */
static enum status files_add(struct files_list *list, size_t before, const struct files_entry *file,
    const char *only, struct fail *fail)
{
    for (size_t i = 0; i < before; i++) {
        struct files_entry *other = &list->items[i];
        if (strcmp(other->real, file->real) != 0) {
            continue;
        }
        if (only == NULL) {
            other->cases_len = 0;
        } else if (other->cases_len > 0) {
            files_mean_case(list, other, only);
        }
        return STATUS_OK;
    }
    if (list->len == SCENARIO_FILES_MAX) {
        return fail_set(fail, FAIL_LIMIT, "there are more than %d files", SCENARIO_FILES_MAX);
    }
    list->items = arena_push(list->arena, list->items, list->len, sizeof *list->items);
    list->items[list->len] = *file;
    if (only != NULL) {
        files_mean_case(list, &list->items[list->len], only);
    }
    list->len++;
    return STATUS_OK;
}

/* --- folders --- */

static void files_close(DIR **at)
{
    if (*at != NULL) {
        closedir(*at);
    }
}

static int files_compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder, sorted, but those that begin with a dot, or with _: those are there to be
 * included. */
static enum status files_names(struct arena *arena, const char *folder, bool all, const char ***ret,
    size_t *ret_len, struct fail *fail)
{
    CLEANUP(files_close) DIR *directory = opendir(folder);
    if (directory == NULL) {
        return fail_set(fail, FAIL_REACH, "%s: %s", folder, strerror(errno));
    }
    const char **names = NULL;
    size_t len = 0;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL; errno = 0) {
        if (entry->d_name[0] == '.' || (entry->d_name[0] == '_' && !all)) {
            continue;
        }
        if (len == FILES_NAMES_MAX) {
            return fail_set(fail, FAIL_LIMIT, "%s: more than %d names", folder, FILES_NAMES_MAX);
        }
        names = arena_push(arena, names, len, sizeof *names);
        names[len++] = arena_strdup(arena, entry->d_name);
    }
    if (errno != 0) {
        return fail_set(fail, FAIL_REACH, "%s: %s", folder, strerror(errno));
    }
    if (len > 0) {
        qsort(names, len, sizeof *names, files_compare_names);
    }
    *ret = names;
    *ret_len = len;
    return STATUS_OK;
}

#define FILES_NO_FILE "%s is no scenario file"

/* Why stat() failed on something that a folder has. */
static const char *files_why(struct arena *arena, const char *path)
{
    int why = errno;
    struct stat link;
    if (why == ENOENT && lstat(path, &link) == 0) {
        return arena_printf(arena, "%s: a link that leads nowhere", path);
    }
    return arena_printf(arena, "%s: %s", path, strerror(why));
}

/* A walk through a folder: what of its files comes before their name. */
struct files_walk {
    struct files_list *list;
    size_t before, start;
    const char *given;             /* the folder */
    const char *real, *id, *suite; /* of it */
};

/* A name that ends as scenarios do: passed over in silence it would be one that never runs. */
static enum status files_walk_file(struct files_walk *walk, const char *path, const char *lower,
    const char *within, struct fail *fail)
{
    struct arena *arena = walk->list->arena;
    struct stat there;
    if (stat(path, &there) != 0) {
        files_lose(walk->list, files_why(arena, path));
        return STATUS_OK;
    }
    if (!S_ISREG(there.st_mode)) {
        files_lose(walk->list, arena_printf(arena, FILES_NO_FILE, path));
        return STATUS_OK;
    }
    struct files_entry file = {
        .path = path,
        .id = files_stem(arena, files_join(arena, walk->id, lower)),
        .real = files_join(arena, walk->real, lower),
        .suite = walk->suite,
        .within = within,
    };
    return files_add(walk->list, walk->before, &file, NULL, fail);
}

static enum status files_walk(
    struct files_walk *walk, const char *folder, const char *below, int depth, struct fail *fail)
{
    struct arena *arena = walk->list->arena;
    const char **names = NULL;
    size_t len = 0;
    struct fail why = {0};
    const char *own = files_suite(
        arena, below[0] == 0 ? walk->real : files_join(arena, walk->real, below));
    if (depth == FILES_FOLDERS_MAX) {
        return fail_set(fail, FAIL_LIMIT, "%s: folders are nested deeper than %d", folder, depth);
    }
    enum status status = files_names(arena, folder, false, &names, &len, &why);
    TRY(files_go_on(walk->list, status, &why, fail));
    for (size_t i = 0; i < len; i++) {
        struct stat there;
        const char *path = files_join(arena, folder, names[i]);
        const char *lower = files_join(arena, below, names[i]);
        if (lstat(path, &there) == 0 && S_ISDIR(there.st_mode)) {
            TRY(files_walk(walk, path, lower, depth + 1, fail));
        } else if (files_is_scenario(names[i])) {
            const char *within = strcmp(own, walk->suite) == 0 ? NULL : walk->given;
            TRY(files_walk_file(walk, path, lower, within, fail));
        }
    }
    return STATUS_OK;
}

static int files_compare(const void *a, const void *b)
{
    return strcmp(((const struct files_entry *)a)->path, ((const struct files_entry *)b)->path);
}

static enum status files_find_folder(struct files_list *list, const char *path, struct fail *fail)
{
    struct files_walk walk = {.list = list, .before = list->len, .start = list->len, .given = path};
    TRY(files_real(list->arena, path, &walk.real, fail));
    walk.id = files_below_suite(walk.real);
    walk.suite = files_suite(list->arena, walk.real);
    TRY(files_walk(&walk, path, "", 0, fail));
    if (list->len > walk.start) {
        qsort(&list->items[walk.start], list->len - walk.start, sizeof *list->items, files_compare);
    }
    return STATUS_OK;
}

/* --- one path --- */

static enum status files_find_file(
    struct files_list *list, const char *path, const char *only, struct fail *fail)
{
    struct files_entry file = {.path = arena_strdup(list->arena, path)};
    const char *folder = NULL, *name = files_name(path);
    TRY(files_real(list->arena, files_folder(list->arena, path), &folder, fail));
    file.real = files_join(list->arena, folder, name);
    file.suite = files_suite(list->arena, folder);
    file.id = files_stem(list->arena, files_join(list->arena, files_below_suite(folder), name));
    return files_add(list, list->len, &file, only, fail);
}

const char *files_near(struct arena *arena, const char *path)
{
    const char *folder = files_folder(arena, path), *near = NULL;
    const char **names = NULL;
    size_t len = 0;
    if (files_names(arena, folder, true, &names, &len, NULL) == STATUS_OK && len > 0) {
        names = arena_push(arena, names, len, sizeof *names);
        names[len] = NULL;
        near = text_nearest(files_name(path), names);
    }
    bool bare = strchr(path, '/') == NULL;
    return near == NULL || bare ? near : files_join(arena, folder, near);
}

/* Says that nothing is there, and what is there that is spelt nearly so. */
static enum status files_missing(struct arena *arena, const char *path, struct fail *fail)
{
    struct stat there;
    if (stat(path, &there) != 0 && (errno != ENOENT || lstat(path, &there) == 0)) {
        return fail_set(fail, FAIL_REACH, "%s", files_why(arena, path));
    }
    const char *near = files_near(arena, path);
    if (near == NULL) {
        return fail_set(fail, FAIL_REACH, "%s: no such file or folder", path);
    }
    return fail_set(
        fail, FAIL_REACH, "%s: no such file or folder (did you mean '%s'?)", path, near);
}

/* What of "FILE#case", "FILE#case[cell]" or "FILE[cell]" names a part of a file; NULL: nothing. */
static const char *files_part(const char *path, size_t *ret_len)
{
    const char *hash = strrchr(path, '#'), *bracket = strrchr(path, '[');
    if (hash != NULL) {
        *ret_len = (size_t)(hash - path);
        return hash + 1;
    }
    if (bracket != NULL && text_ends(path, "]")) {
        *ret_len = (size_t)(bracket - path);
        return bracket;
    }
    return NULL;
}

static enum status files_find_path(struct files_list *list, const char *path, struct fail *fail)
{
    struct stat there;
    const char *only = NULL;
    if (stat(path, &there) != 0) {
        size_t len = strlen(path);
        const char *part = files_part(path, &len);
        only = part == NULL ? NULL : arena_strdup(list->arena, part);
        path = arena_memdup(list->arena, path, len);
        if (part == NULL || stat(path, &there) != 0) {
            return files_missing(list->arena, path, fail);
        }
    }
    if (S_ISDIR(there.st_mode) && only == NULL) {
        return files_find_folder(list, path, fail);
    }
    if (!S_ISREG(there.st_mode)) {
        return fail_set(fail, FAIL_REACH, FILES_NO_FILE, path);
    }
    return files_find_file(list, path, only, fail);
}

enum status files_find(struct files_list *list, const char *path, struct fail *fail)
{
    struct fail why = {0};
    enum status status = files_find_path(list, path, &why);
    return files_go_on(list, status, &why, fail);
}

/* --- included files --- */

/* "a/./b/../c" is "a/c"; what leads above the beginning stays. */
static const char *files_tidy(struct arena *arena, const char *path)
{
    struct buf out;
    struct span rest = span_text(path);
    size_t fixed = path[0] == '/' ? 1 : 0; /* what cannot be taken back any more */
    buf_init(&out, SIZE_MAX / 2);
    buf_append_text(&out, path[0] == '/' ? "/" : "");
    while (rest.len > 0) {
        size_t slash = span_find(rest, '/');
        struct span part = span_first(rest, slash);
        rest = span_from(rest, slash + 1);
        bool up = span_equal(part, SPAN_LITERAL(".."));
        if (part.len == 0 || span_equal(part, SPAN_LITERAL("."))) {
            continue;
        }
        if (up && out.len > fixed) {
            const char *text = buf_text(&out), *last = strrchr(text, '/');
            size_t len = last == NULL ? 0 : (size_t)(last - text);
            out.len = len < fixed ? fixed : len;
        } else if (!up || path[0] != '/') {
            buf_append_text(&out, out.len > (path[0] == '/' ? 1 : 0) ? "/" : "");
            buf_append(&out, part);
            fixed = up ? out.len : fixed;
        }
    }
    const char *tidy = arena_strdup(arena, out.len == 0 ? "." : buf_text(&out));
    buf_done(&out);
    return tidy;
}

const char *files_beside(struct arena *arena, const char *from, const char *name)
{
    if (name[0] == '/' || strchr(from, '/') == NULL) {
        return files_tidy(arena, name);
    }
    return files_tidy(arena, files_join(arena, files_folder(arena, from), name));
}

static bool files_is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || text_ends(folder, "/"));
}

enum status files_below(struct arena *arena, const char *from, const char *name, const char *suite,
    const char **ret, struct fail *fail)
{
    static const char outside[] = "'%s' lies outside of the suite's folder %s";
    const char *path = files_beside(arena, from, name);
    if (!files_is_below(path, suite)) {
        return fail_set(fail, FAIL_USAGE, outside, name, suite);
    }
    if (!files_is_regular(path)) {
        return fail_set(fail, FAIL_REACH, "there is no file '%s'", name);
    }
    TRY(files_real(arena, path, ret, fail));
    if (!files_is_below(*ret, suite)) {
        return fail_set(fail, FAIL_USAGE, outside, name, suite);
    }
    return STATUS_OK;
}

bool files_is_regular(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && S_ISREG(there.st_mode);
}

bool files_is_odd(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode);
}

/* --- reading --- */

static void files_close_file(FILE **at)
{
    if (*at != NULL) {
        fclose(*at);
    }
}

enum status files_read(
    struct arena *arena, const char *path, size_t max, struct span *ret, struct fail *fail)
{
    CLEANUP(files_close_file) FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return fail_set(fail, FAIL_REACH, "%s: %s", path, strerror(errno));
    }
    struct buf text;
    buf_init(&text, max + 1);
    for (size_t got = 1; got > 0 && text.len <= max;) {
        size_t room_len = max + 1 - text.len < 65536 ? max + 1 - text.len : 65536;
        uint8_t *room = buf_reserve(&text, room_len);
        got = room == NULL ? 0 : fread(room, 1, room_len, file);
        buf_commit(&text, got);
    }
    enum status status = ferror(file) == 0 ? STATUS_OK
                                           : fail_set(fail, FAIL_REACH, "%s cannot be read", path);
    if (status == STATUS_OK) {
        *ret = arena_span(arena, buf_span(&text));
    }
    buf_done(&text);
    return status;
}
