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

enum status output_file(const char *path, struct span bytes, struct fail *fail)
{
    output_make_folders(path);
    struct buf beside;
    buf_init(&beside, 4096);
    bool fits = buf_printf(&beside, "%s.%ld.tmp", path, (long)getpid());
    const char *name = buf_text(&beside);
    int descriptor = fits ? open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    bool written = descriptor >= 0 && output_write(descriptor, bytes) == STATUS_OK;
    int saved = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && written) {
        written = false;
        saved = errno;
    }
    if (written && rename(name, path) != 0) {
        written = false;
        saved = errno;
    }
    if (!written && descriptor >= 0) {
        (void)unlink(name);
    }
    buf_done(&beside);
    if (!written) {
        return fail_set(fail, FAIL_REACH, "cannot write %s: %s", path, strerror(saved));
    }
    return STATUS_OK;
}
