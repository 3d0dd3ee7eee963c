/*
 * program — what tests of the whole program share: a folder of its own, the program run in it, what
 * it printed and its exit code.
 *
 * Knows: how both outputs of this process are led to files while the program runs in it, and where
 * the built program lies for what must be a process. Only tests include it.
 */
#ifndef SMTPVET_TESTS_PROGRAM_H
#define SMTPVET_TESTS_PROGRAM_H

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/tests/unit.h"

#define PROGRAM_WORDS_MAX 24 /* of a command line */
#define PROGRAM_SHELL_MAX 8192

struct program_outcome {
    int code;
    char out[262144], err[65536];
};

static char program_folder[] = "/tmp/smtpvet-program-XXXXXX";

static inline void program_end(void)
{
    char command[sizeof program_folder + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", program_folder);
    (void)!system(command);
}

/* Makes the folder, once in a process, which removes it as it ends. */
static inline void program_begin(void)
{
    static bool made = false;
    if (!made) {
        ck_assert_ptr_nonnull(mkdtemp(program_folder));
        made = atexit(program_end) == 0;
    }
}

static inline const char *program_path(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", program_folder, name);
    return path;
}

/* One that is there already is fine. */
static inline void program_make_folder(const char *name)
{
    (void)mkdir(program_path(name), 0777);
    ck_assert_int_eq(access(program_path(name), W_OK), 0);
}

static inline void program_write(const char *name, const char *text)
{
    FILE *file = fopen(program_path(name), "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static inline void program_read(int descriptor, char *text, size_t size)
{
    ssize_t len = pread(descriptor, text, size - 1, 0);
    text[len < 0 ? 0 : len] = '\0';
}

/* Runs the program in the folder and in this process, with words up to a NULL. Good until the next
 * call. */
static inline const struct program_outcome *program_run(const char *word, ...)
{
    static struct program_outcome outcome;
    char *argv[PROGRAM_WORDS_MAX] = {(char *)(uintptr_t) "smtpvet"};
    int argc = 1;
    va_list words;
    va_start(words, word);
    for (const char *at = word; at != NULL; at = va_arg(words, const char *)) {
        argv[argc++] = (char *)(uintptr_t)at;
    }
    va_end(words);
    FILE *out = tmpfile(), *err = tmpfile();
    int here = open(".", O_RDONLY), out_was = dup(1), err_was = dup(2);
    fflush(NULL);
    dup2(fileno(out), 1);
    dup2(fileno(err), 2);
    int moved = chdir(program_folder);
    outcome.code = moved == 0 ? cli_main(argc, argv) : -1;
    fflush(NULL);
    program_read(1, outcome.out, sizeof outcome.out);
    program_read(2, outcome.err, sizeof outcome.err);
    moved = fchdir(here);
    dup2(out_was, 1);
    dup2(err_was, 2);
    ck_assert_int_eq(moved, 0);
    close(out_was);
    close(err_was);
    close(here);
    fclose(out);
    fclose(err);
    return &outcome;
}

/* The folder that the built program lies in, beside this test. */
static inline const char *program_place(void)
{
    static char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    ck_assert_int_gt(len, 0);
    path[len] = '\0';
    *strrchr(path, '/') = '\0';
    return path;
}

/* Lets sh run a command in the folder, where `smtpvet` is the built program. Good until the next
 * call. */
static inline const struct program_outcome *program_shell(const char *command)
{
    static struct program_outcome outcome;
    char whole[PROGRAM_SHELL_MAX];
    FILE *out = tmpfile(), *err = tmpfile();
    int len = snprintf(whole, sizeof whole,
        "PATH='%s':$PATH; export PATH; cd '%s' || exit 99; { %s\n} >&%d 2>&%d", program_place(),
        program_folder, command, fileno(out), fileno(err));
    ck_assert_int_lt(len, (int)sizeof whole);
    int how = system(whole);
    ck_assert(how != -1);
    outcome.code = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    program_read(fileno(out), outcome.out, sizeof outcome.out);
    program_read(fileno(err), outcome.err, sizeof outcome.err);
    fclose(out);
    fclose(err);
    return &outcome;
}

static inline void program_says(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
}

#endif
