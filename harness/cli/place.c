#include "harness/cli/place.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/text.h"

bool place_follow(const char *path, struct buf *ret)
{
    char target[PLACE_PATH_MAX];
    bool fits = buf_append_text(ret, path);
    for (int i = 0; fits && i < PLACE_LINKS_MAX; i++) {
        const char *at = buf_text(ret);
        ssize_t len = readlink(at, target, sizeof target);
        if (len < 0) {
            return true; /* no link, or not there: the open tells */
        }
        const char *slash = target[0] == '/' ? NULL : strrchr(at, '/');
        ret->len = slash == NULL ? 0 : (size_t)(slash - at) + 1;
        fits = (size_t)len < sizeof target && buf_append(ret, span_of(target, (size_t)len));
    }
    errno = fits ? ELOOP : ENAMETOOLONG;
    return false;
}

/* --- what is not there yet --- */

/* How much of the path names a folder that is there, the slash behind it counted; 0 for the current
 * one. `ret` is of that folder. */
static size_t place_folder(const char *path, struct stat *ret)
{
    char *folder = mem_strdup(path);
    size_t len = strlen(path);
    *ret = (struct stat){0};
    for (;;) {
        while (len > 0 && folder[len - 1] != '/') {
            len--;
        }
        folder[len] = 0;
        if (stat(len == 0 ? "." : folder, ret) == 0 || len == 0) {
            break;
        }
        while (len > 0 && folder[len - 1] == '/') {
            len--;
        }
    }
    mem_free(folder);
    return len;
}

/* Takes "." and "name/.." out of what stands behind `from`: a folder that is made there leads back
 * by "..". */
static void place_tidy(struct buf *path, size_t from)
{
    struct buf tidy;
    buf_init(&tidy, PLACE_PATH_MAX);
    buf_append(&tidy, span_first(buf_span(path), from));
    size_t fixed = from; /* what cannot be taken back */
    for (struct span rest = span_from(buf_span(path), from); rest.len > 0;) {
        size_t len = span_find(rest, '/');
        struct span part = span_first(rest, len);
        rest = span_from(rest, len + 1);
        bool up = span_equal(part, SPAN_LITERAL(".."));
        if (part.len == 0 || span_equal(part, SPAN_LITERAL("."))) {
            continue;
        }
        if (up && tidy.len > fixed) {
            while (tidy.len > fixed && tidy.data[tidy.len - 1] != '/') {
                tidy.len--;
            }
            tidy.len -= tidy.len > fixed ? 1 : 0;
            continue;
        }
        buf_append_text(&tidy, tidy.len > from ? "/" : "");
        buf_append(&tidy, part);
        fixed = up ? tidy.len : fixed;
    }
    buf_clear(path);
    buf_append(path, buf_span(&tidy));
    buf_done(&tidy);
}

/* --- one place or two --- */

/* A file that is there, or what would have to be made and the folder that it would be made in. */
struct place {
    bool there;
    struct stat stat; /* of the file, else of the folder */
    struct buf path;
    size_t below; /* where in the path that begins which is not there */
};

/* Ends with place_leave. */
static void place_find(const char *path, struct place *ret)
{
    *ret = (struct place){0};
    ret->there = stat(path, &ret->stat) == 0;
    buf_init(&ret->path, PLACE_PATH_MAX);
    if (ret->there || !place_follow(path, &ret->path)) {
        return;
    }
    size_t before;
    do { /* it grows shorter, or is done */
        before = ret->path.len;
        ret->below = place_folder(buf_text(&ret->path), &ret->stat);
        place_tidy(&ret->path, ret->below);
    } while (ret->path.len < before);
    struct stat there; /* behind a folder that is to be made, and back */
    if (stat(buf_text(&ret->path), &there) == 0) {
        ret->there = true;
        ret->stat = there;
    }
}

static void place_leave(struct place *place)
{
    buf_done(&place->path);
}

bool place_is_same(const char *a, const char *b)
{
    struct place one, other;
    place_find(a, &one);
    place_find(b, &other);
    bool same = one.there == other.there && one.stat.st_dev == other.stat.st_dev &&
                one.stat.st_ino == other.stat.st_ino;
    if (same && !one.there) {
        same = text_equal_caseless(span_from(buf_span(&one.path), one.below),
            span_from(buf_span(&other.path), other.below));
    }
    place_leave(&one);
    place_leave(&other);
    return same;
}

bool place_is_standard(const char *path)
{
    struct stat there, mine;
    return stat(path, &there) == 0 && fstat(STDOUT_FILENO, &mine) == 0 &&
           there.st_dev == mine.st_dev && there.st_ino == mine.st_ino &&
           (!S_ISCHR(mine.st_mode) || isatty(STDOUT_FILENO));
}
