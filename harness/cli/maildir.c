#include "harness/cli/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/place.h"

struct maildir {
    const char *path;
    char host[HOST_NAME_MAX + 1];
    uint64_t count; /* messages of this process: with its id and the time no name comes twice */
    int problem;    /* errno of what failed first */
    char told[PLACE_PATH_MAX];
};

struct maildir_message {
    struct maildir *maildir;
    char name[HOST_NAME_MAX + 96];
    int descriptor;
    int problem;
    struct buf text; /* what is still to be written */
};

static bool maildir_make(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

struct maildir *maildir_open(const char *path, struct fail *fail)
{
    static const char *const below[] = {"", "/tmp", "/new", "/cur"};
    char place[PLACE_PATH_MAX];
    for (size_t i = 0; i < ARRAY_LEN(below); i++) {
        int len = snprintf(place, sizeof place, "%s%s", path, below[i]);
        errno = ENAMETOOLONG;
        if (len < 0 || (size_t)len >= sizeof place || !maildir_make(place)) {
            (void)fail_set(fail, FAIL_REACH, "cannot make the folder '%s%s': %s", path, below[i],
                strerror(errno));
            return NULL;
        }
    }
    struct maildir *maildir = mem_zalloc(1, sizeof *maildir);
    maildir->path = path;
    if (gethostname(maildir->host, sizeof maildir->host) != 0 || maildir->host[0] == 0) {
        memcpy(maildir->host, "localhost", sizeof "localhost");
    }
    maildir->host[HOST_NAME_MAX] = 0;
    for (char *c = maildir->host; *c != 0; c++) { /* what a name of a file may not have */
        *c = *c == '/' || *c == ':' ? '_' : *c;
    }
    return maildir;
}

enum status maildir_close(struct maildir *maildir, struct fail *fail)
{
    enum status status = STATUS_OK;
    if (maildir != NULL && maildir->problem != 0) {
        status = fail_set(fail, FAIL_REACH, "a message could not be kept in '%s': %s",
            maildir->path, strerror(maildir->problem));
    }
    mem_free(maildir);
    return status;
}

bool maildir_is_broken(const struct maildir *maildir)
{
    return maildir->problem != 0;
}

static void maildir_place(
    const struct maildir_message *message, const char *below, char ret[PLACE_PATH_MAX])
{
    (void)snprintf(ret, PLACE_PATH_MAX, "%s/%s/%s", message->maildir->path, below, message->name);
}

struct maildir_message *maildir_begin(struct maildir *maildir)
{
    struct maildir_message *message = mem_zalloc(1, sizeof *message);
    struct timespec now;
    char place[PLACE_PATH_MAX];
    clock_gettime(CLOCK_REALTIME, &now);
    message->maildir = maildir;
    (void)snprintf(message->name, sizeof message->name, "%lld.M%ldP%ldQ%llu.%s",
        (long long)now.tv_sec, now.tv_nsec / 1000, (long)getpid(),
        (unsigned long long)++maildir->count, maildir->host);
    maildir_place(message, "tmp", place);
    message->descriptor = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    message->problem = message->descriptor < 0 ? errno : 0;
    buf_init(&message->text, 2 * MAILDIR_PIECE);
    return message;
}

static void maildir_write(struct maildir_message *message, struct span bytes)
{
    while (bytes.len > 0 && message->problem == 0) {
        ssize_t len = write(message->descriptor, bytes.data, bytes.len);
        if (len >= 0) {
            bytes = span_from(bytes, (size_t)len);
        } else if (errno != EINTR) {
            message->problem = errno;
        }
    }
}

void maildir_append(struct maildir_message *message, struct span bytes)
{
    if (message->text.len + bytes.len > MAILDIR_PIECE) {
        maildir_write(message, buf_span(&message->text));
        buf_clear(&message->text);
    }
    if (bytes.len > MAILDIR_PIECE) {
        maildir_write(message, bytes);
    } else {
        buf_append(&message->text, bytes);
    }
}

const char *maildir_end(struct maildir_message *message, int64_t octets)
{
    struct maildir *maildir = message->maildir;
    const char *told = NULL;
    bool whole = octets >= 0;
    char place[PLACE_PATH_MAX];
    maildir_place(message, "tmp", place);
    if (whole) {
        maildir_write(message, buf_span(&message->text));
    }
    /* What an end that is none was taken for has been appended already. */
    if (whole && message->problem == 0 && ftruncate(message->descriptor, octets) != 0) {
        message->problem = errno;
    }
    if (message->descriptor >= 0 && close(message->descriptor) != 0 && message->problem == 0) {
        message->problem = errno;
    }
    if (whole && message->problem == 0) {
        maildir_place(message, "new", maildir->told);
        if (rename(place, maildir->told) == 0) {
            told = maildir->told;
        } else {
            message->problem = errno;
        }
    }
    if (told == NULL && message->descriptor >= 0) {
        (void)unlink(place);
    }
    maildir->problem = maildir->problem == 0 ? message->problem : maildir->problem;
    buf_done(&message->text);
    mem_free(message);
    return told;
}
