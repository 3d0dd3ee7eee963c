#include "harness/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/interrupt.h"
#include "harness/cli/place.h"

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
        if (errno == EPIPE) { /* `| head`: who reads has had enough, and knows */
            return fail_set(fail, FAIL_REACH, "%s", "");
        }
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

/* Makes the folders above `path`; one that is there already is fine. False with errno. */
static bool output_make_folders(const char *path)
{
    char *copy = mem_strdup(path);
    bool made = true;
    char *slash = strchr(copy + 1, '/');
    for (; slash != NULL && made; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        made = mkdir(copy, 0777) == 0 || errno == EEXIST;
        *slash = '/';
    }
    int saved = errno;
    mem_free(copy);
    errno = saved;
    return made;
}

/* Is it the file that the descriptor goes to, as /dev/stdout may be? */
static bool output_is_mine(int descriptor, const struct stat *there)
{
    struct stat mine;
    return fstat(descriptor, &mine) == 0 && mine.st_dev == there->st_dev &&
           mine.st_ino == there->st_ino;
}

static void output_done(struct output *output)
{
    interrupt_release(output->beside);
    mem_free(output->beside);
    mem_free(output->end);
}

/* `where` tells what could not be done, with ": " behind it, where it is not the file itself. */
static enum status output_fail(struct output *output, const char *where, struct fail *fail)
{
    int problem = errno;
    output_done(output);
    return output->path == NULL ? fail_set(fail, FAIL_REACH, "cannot write to standard output: %s",
                                      strerror(problem))
                                : fail_set(fail, FAIL_REACH, "cannot write %s: %s%s", output->path,
                                      where, strerror(problem));
}

/* A file beside the one where the links end; NULL, or what cannot be done. */
static const char *output_open_beside(struct output *output, struct buf *name)
{
    if (!place_follow(output->path, name)) {
        return "";
    }
    output->end = mem_strdup(buf_text(name));
    if (!output_make_folders(output->end)) {
        return "its folder cannot be made: ";
    }
    if (!buf_printf(name, ".%ld.tmp", (long)getpid())) {
        errno = ENAMETOOLONG;
        return "";
    }
    output->beside = mem_strdup(buf_text(name));
    interrupt_keep(output->beside);
    output->descriptor = open(output->beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool folder = errno == ENOENT || errno == ENOTDIR;
    return output->descriptor >= 0 ? NULL : folder ? "" : "no file can be made beside it: ";
}

/* `old` may be NULL: who may read the file stays who may read it. */
static enum status output_begin_beside(
    struct output *output, const struct stat *old, struct fail *fail)
{
    struct buf name;
    buf_init(&name, PLACE_PATH_MAX);
    const char *lacks = output_open_beside(output, &name);
    int saved = errno;
    if (lacks == NULL && old != NULL && fchmod(output->descriptor, old->st_mode & 0777) != 0) {
        saved = errno;
        lacks = "its permissions cannot be kept: ";
    }
    buf_done(&name);
    errno = saved;
    return lacks == NULL ? STATUS_OK : output_fail(output, lacks, fail);
}

enum status output_begin(struct output *output, const char *path, struct fail *fail)
{
    struct stat there;
    *output = (struct output){.path = path, .descriptor = -1};
    bool known = path != NULL && stat(path, &there) == 0;
    /* Replaced, it would lose what else goes there; opened anew, it would be overwritten. */
    if (path == NULL || (known && output_is_mine(STDOUT_FILENO, &there))) {
        output->descriptor = STDOUT_FILENO;
        return STATUS_OK;
    }
    if (known && output_is_mine(STDERR_FILENO, &there)) {
        output->descriptor = STDERR_FILENO;
        return STATUS_OK;
    }
    if (known && !S_ISREG(there.st_mode)) { /* a FIFO, a device: a reader waits at it */
        output->descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return output->descriptor >= 0 ? STATUS_OK : output_fail(output, "", fail);
    }
    if (known && access(path, W_OK) != 0) { /* a folder that may be written to is not enough */
        return output_fail(output, "", fail);
    }
    return output_begin_beside(output, known ? &there : NULL, fail);
}

enum status output_begin_live(struct output *output, const char *path, struct fail *fail)
{
    struct stat there;
    bool known = path != NULL && stat(path, &there) == 0;
    if (path == NULL || (known && !S_ISREG(there.st_mode)) ||
        (known &&
            (output_is_mine(STDOUT_FILENO, &there) || output_is_mine(STDERR_FILENO, &there)))) {
        return output_begin(output, path, fail);
    }
    *output = (struct output){.path = path, .descriptor = -1};
    if (!output_make_folders(path)) {
        return output_fail(output, "its folder cannot be made: ", fail);
    }
    output->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return output->descriptor >= 0 ? STATUS_OK : output_fail(output, "", fail);
}

void output_append(struct output *output, struct span bytes)
{
    if (output->problem == 0 && output_write(output->descriptor, bytes) != STATUS_OK) {
        output->problem = errno;
    }
}

enum status output_end(struct output *output, bool whole, struct fail *fail)
{
    bool own = output->descriptor != STDOUT_FILENO && output->descriptor != STDERR_FILENO;
    if (own && close(output->descriptor) != 0 && output->problem == 0) {
        output->problem = errno;
    }
    bool good = output->problem == 0;
    errno = output->problem;
    if (output->beside != NULL && whole && good) {
        good = rename(output->beside, output->end) == 0;
    }
    if (output->beside != NULL && (!whole || !good)) {
        int saved = errno;
        (void)unlink(output->beside);
        errno = saved;
    }
    if (!good) {
        return output_fail(output, "", fail);
    }
    output_done(output);
    return STATUS_OK;
}

enum status output_file(const char *path, struct span bytes, struct fail *fail)
{
    struct output output;
    TRY(output_begin(&output, path, fail));
    output_append(&output, bytes);
    return output_end(&output, true, fail);
}
