#include "harness/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status output_write(int descriptor, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t written = write(descriptor, bytes.data, bytes.len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return STATUS_FAILED;
        }
        bytes = span_from(bytes, (size_t)written);
    }
    return STATUS_OK;
}

enum status output_print(struct span bytes, struct fail *fail)
{
    if (output_write(STDOUT_FILENO, bytes) != STATUS_OK) {
        return fail_set(fail, FAIL_REACH, "cannot write to standard output: %s", strerror(errno));
    }
    return STATUS_OK;
}

void output_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

/* Makes the folders above `path`; one that is there already is fine. */
static void output_make_folders(const char *path)
{
    char *copy = mem_strdup(path);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        (void)mkdir(copy, 0777); /* the open below tells when this was in vain */
        *slash = '/';
    }
    mem_free(copy);
}

/* The file where a chain of symbolic links ends, there or not: what is renamed takes its place, and
 * the links stay. False with errno where there is no end. */
static bool output_follow(const char *path, struct buf *ret)
{
    char target[OUTPUT_PATH_MAX];
    bool fits = buf_append_text(ret, path);
    for (int i = 0; fits && i < OUTPUT_LINKS_MAX; i++) {
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

/* Writes and closes; false with errno. */
static bool output_fill(int descriptor, struct span bytes)
{
    bool written = descriptor >= 0 && output_write(descriptor, bytes) == STATUS_OK;
    int saved = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && written) {
        return false;
    }
    errno = saved;
    return written;
}

/* Whole or not at all. */
static bool output_replace(const char *path, struct span bytes)
{
    struct buf beside;
    buf_init(&beside, OUTPUT_PATH_MAX);
    errno = ENAMETOOLONG;
    bool fits = buf_printf(&beside, "%s.%ld.tmp", path, (long)getpid());
    const char *name = buf_text(&beside);
    int descriptor = fits ? open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    bool written = output_fill(descriptor, bytes) && rename(name, path) == 0;
    int saved = errno;
    if (!written && descriptor >= 0) {
        (void)unlink(name);
    }
    buf_done(&beside);
    errno = saved;
    return written;
}

/* Is it the file that standard output goes to, as /dev/stdout may be? */
static bool output_is_stdout(const struct stat *there)
{
    struct stat mine;
    return fstat(STDOUT_FILENO, &mine) == 0 && mine.st_dev == there->st_dev &&
           mine.st_ino == there->st_ino;
}

enum status output_file(const char *path, struct span bytes, struct fail *fail)
{
    struct stat there;
    bool written, known = stat(path, &there) == 0;
    if (known && output_is_stdout(&there)) {
        /* Replaced, it would lose what else goes there; opened anew, it would be overwritten. */
        written = output_write(STDOUT_FILENO, bytes) == STATUS_OK;
    } else if (known && !S_ISREG(there.st_mode)) { /* a FIFO, a device: a reader waits at it */
        written = output_fill(open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), bytes);
    } else {
        struct buf end;
        buf_init(&end, OUTPUT_PATH_MAX);
        written = output_follow(path, &end);
        if (written) {
            output_make_folders(buf_text(&end));
            written = output_replace(buf_text(&end), bytes);
        }
        int saved = errno;
        buf_done(&end);
        errno = saved;
    }
    if (!written) {
        return fail_set(fail, FAIL_REACH, "cannot write %s: %s", path, strerror(errno));
    }
    return STATUS_OK;
}
