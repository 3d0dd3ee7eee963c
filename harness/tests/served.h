/*
 * served — what tests of `smtpvet serve` share: the program as a process.
 *
 * Knows: how it is started, where it listens (its first line), how it is ended by its own id. Only
 * tests include it.
 */
#ifndef SMTPVET_TESTS_SERVED_H
#define SMTPVET_TESTS_SERVED_H

#include <signal.h>
#include <sys/resource.h>

#include "harness/base/buf.h"
#include "harness/tests/program.h"

#define SERVED_HEAD "version: 1\nname: n\nrequirement: r\nspec: [rfc5321]\n"
#define SERVED_PLAIN                                                                         \
    SERVED_HEAD "server: {host: mail.here.com, port: 25, tls: none}\nclient: {send: true}\n" \
                "expect: {outcome: sent, server.saw.messages.count: 1}\n"

static rlim_t served_descriptors; /* how many the next ones may have; 0: as many as the test */

struct served {
    pid_t pid;
    FILE *out; /* its standard output, behind the first line */
    uint16_t port;
    char where[64]; /* the first line */
};

/* Starts `smtpvet serve` with words up to a NULL, in the folder. */
static inline struct served served_begin(const char *word, ...)
{
    struct served served = {0};
    char *argv[PROGRAM_WORDS_MAX] = {(char *)(uintptr_t) "smtpvet", (char *)(uintptr_t) "serve"};
    char program[PATH_MAX + 16];
    int argc = 2, out[2];
    va_list words;
    va_start(words, word);
    for (const char *at = word; at != NULL; at = va_arg(words, const char *)) {
        argv[argc++] = (char *)(uintptr_t)at;
    }
    va_end(words);
    snprintf(program, sizeof program, "%s/smtpvet", program_place());
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    fflush(NULL);
    served.pid = fork();
    ck_assert_int_ge(served.pid, 0);
    if (served.pid == 0) {
        const struct rlimit limit = {served_descriptors, served_descriptors};
        if (served_descriptors > 0 && setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            _exit(98);
        }
        dup2(out[1], STDOUT_FILENO);
        if (chdir(program_folder) == 0) {
            execv(program, argv);
        }
        _exit(99);
    }
    close(out[1]);
    served.out = fdopen(out[0], "r");
    ck_assert_ptr_nonnull(served.out);
    if (fgets(served.where, sizeof served.where, served.out) != NULL) {
        served.port = (uint16_t)strtoul(strrchr(served.where, ':') + 1, NULL, 10);
    }
    return served;
}

/* Waits for its end, by `signal` where that is not 0, and appends what it printed to `out` (may be
 * NULL). Returns the exit code, 128 + N for a signal. */
static inline int served_end(struct served *served, int signal, struct buf *out)
{
    char piece[4096];
    int how = 0;
    if (signal != 0) {
        ck_assert_int_eq(kill(served->pid, signal), 0);
    }
    for (size_t len; (len = fread(piece, 1, sizeof piece, served->out)) > 0;) {
        if (out != NULL) {
            buf_append(out, span_of((const uint8_t *)piece, len));
        }
    }
    fclose(served->out);
    ck_assert_int_eq(waitpid(served->pid, &how, 0), served->pid);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

#endif
