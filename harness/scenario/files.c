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
    return name[0] != '.' && (text_ends(name, ".yaml") || text_ends(name, ".yml"));
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

/* The names in a folder but those that begin with a dot. */
static enum status files_names(
    struct arena *arena, const char *folder, const char ***ret, size_t *ret_len, struct fail *fail)
{
    CLEANUP(files_close) DIR *directory = opendir(folder);
    if (directory == NULL) {
        return fail_set(fail, FAIL_REACH, "%s: %s", folder, strerror(errno));
    }
    const char **names = NULL;
    size_t len = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (len == FILES_NAMES_MAX) {
            return fail_set(fail, FAIL_LIMIT, "%s: more than %d names", folder, FILES_NAMES_MAX);
        }
        names = arena_push(arena, names, len, sizeof *names);
        names[len++] = arena_strdup(arena, entry->d_name);
    }
    *ret = names;
    *ret_len = len;
    return STATUS_OK;
}

/* A walk through a folder: what of its files comes before their name. */
struct files_walk {
    struct files_list *list;
    size_t before, start;
    const char *real, *id; /* of the folder that was given */
};

static enum status files_walk(
    struct files_walk *walk, const char *folder, const char *below, int depth, struct fail *fail)
{
    struct arena *arena = walk->list->arena;
    const char **names;
    size_t len;
    if (depth == FILES_FOLDERS_MAX) {
        return fail_set(fail, FAIL_LIMIT, "%s: folders are nested deeper than %d", folder, depth);
    }
    TRY(files_names(arena, folder, &names, &len, fail));
    for (size_t i = 0; i < len; i++) {
        struct stat there;
        const char *path = files_join(arena, folder, names[i]);
        const char *lower = files_join(arena, below, names[i]);
        if (lstat(path, &there) == 0 && S_ISDIR(there.st_mode)) {
            TRY(files_walk(walk, path, lower, depth + 1, fail));
        } else if (files_is_scenario(names[i]) && stat(path, &there) == 0 &&
                   S_ISREG(there.st_mode)) {
            struct files_entry file = {
                .path = path,
                .id = files_stem(arena, files_join(arena, walk->id, lower)),
                .real = files_join(arena, walk->real, lower),
            };
            TRY(files_add(walk->list, walk->before, &file, NULL, fail));
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
    struct files_walk walk = {.list = list, .before = list->len, .start = list->len};
    TRY(files_real(list->arena, path, &walk.real, fail));
    walk.id = files_below_suite(walk.real);
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
    file.id = files_stem(list->arena, files_join(list->arena, files_below_suite(folder), name));
    return files_add(list, list->len, &file, only, fail);
}

/* Says that nothing is there, and what is there that is spelt nearly so. */
static enum status files_missing(struct arena *arena, const char *path, struct fail *fail)
{
    const char *folder = files_folder(arena, path), *near = NULL;
    const char **names = NULL;
    size_t len = 0;
    if (files_names(arena, folder, &names, &len, NULL) == STATUS_OK && len > 0) {
        names = arena_push(arena, names, len, sizeof *names);
        names[len] = NULL;
        near = text_nearest(files_name(path), names);
    }
    if (near == NULL) {
        return fail_set(fail, FAIL_REACH, "%s: no such file or folder", path);
    }
    bool bare = strchr(path, '/') == NULL;
    return fail_set(fail, FAIL_REACH, "%s: no such file or folder (did you mean '%s'?)", path,
        bare ? near : files_join(arena, folder, near));
}

enum status files_find(struct files_list *list, const char *path, struct fail *fail)
{
    struct stat there;
    const char *only = NULL;
    if (stat(path, &there) != 0) {
        const char *hash = strrchr(path, '#');
        const char *file = hash == NULL ? path
                                        : arena_memdup(list->arena, path, (size_t)(hash - path));
        only = hash == NULL ? NULL : arena_strdup(list->arena, hash + 1);
        path = file;
        if (hash == NULL || stat(path, &there) != 0) {
            return files_missing(list->arena, path, fail);
        }
    }
    if (S_ISDIR(there.st_mode) && only == NULL) {
        return files_find_folder(list, path, fail);
    }
    if (!S_ISREG(there.st_mode)) {
        return fail_set(fail, FAIL_REACH, "%s is no scenario file", path);
    }
    return files_find_file(list, path, only, fail);
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
