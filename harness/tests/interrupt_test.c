/*
 * SIGINT and SIGTERM to the program as a process. A case is known to be under way when its client
 * has connected to this test, which is the real server: nothing is waited for by the clock.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "harness/base/buf.h"
#include "harness/tests/program.h"

#define SIMULATED                                            \
    "version: 1\nname: n\nrequirement: r\nspec: [rfc5321]\n" \
    "server: {host: mail.here.com, port: 25, tls: none}\n"   \
    "client: {send: true}\nexpect: {outcome: sent}\n"
#define REAL                                                                              \
    "version: 1\nname: n\nrequirement: r\nspec: [rfc5321]\n"                              \
    "client: {host: mail.here.com, port: 25, connect_to: \"127.0.0.1:%u\", send: true}\n" \
    "expect: {outcome: disconnected}\n"

struct child {
    pid_t pid;
    int listener, server; /* where its case connects to */
    int out, err;         /* pipes */
};

static unsigned listen_anywhere(int *ret)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    const struct timeval patience = {.tv_sec = 50}; /* with a program that does not connect */
    *ret = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(*ret, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(setsockopt(*ret, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    ck_assert_int_eq(listen(*ret, 1), 0);
    ck_assert_int_eq(getsockname(*ret, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

/* Starts the program in the folder; its second case of three is under way. */
static struct child begin(void)
{
    static const char *const words[] = {"smtpvet", "run", "1.yaml", "2.yaml", "3.yaml", "-j1",
        "--report", "text", "--report", "junit:a.xml", "--report", "json:run.ndjson", NULL};
    struct child child;
    char scenario[1024], program[PATH_MAX + 16];
    int out[2], err[2];
    program_begin();
    snprintf(scenario, sizeof scenario, REAL, listen_anywhere(&child.listener));
    program_write("1.yaml", SIMULATED);
    program_write("2.yaml", scenario);
    program_write("3.yaml", SIMULATED);
    program_write("a.xml", "an older report\n");
    (void)unlink(program_path("run.ndjson"));
    snprintf(program, sizeof program, "%s/smtpvet", program_place());
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(err, O_CLOEXEC), 0);
    fflush(NULL);
    child.pid = fork();
    if (child.pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        signal(SIGINT, SIG_DFL);
        if (chdir(program_folder) == 0) {
            execv(program, (char *const *)(uintptr_t)words);
        }
        _exit(99);
    }
    close(out[1]);
    close(err[1]);
    child.out = out[0];
    child.err = err[0];
    child.server = accept4(child.listener, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(child.server, 0);
    return child;
}

/* Reads up to the end of a line: the program has said what it has to say. */
static void read_line(int descriptor, char *line, size_t size)
{
    size_t len = 0;
    while (len + 1 < size && read(descriptor, line + len, 1) == 1 && line[len++] != '\n') {
    }
    line[len] = '\0';
}

static void read_all(int descriptor, char *text, size_t size)
{
    size_t len = 0;
    ssize_t got = 1;
    while (len + 1 < size && got > 0) {
        got = read(descriptor, text + len, size - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    text[len] = '\0';
}

/* The exit code. */
static int end(struct child *child)
{
    int how = 0;
    ck_assert_int_eq(waitpid(child->pid, &how, 0), child->pid);
    close(child->listener);
    close(child->out);
    close(child->err);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

static const char *content(const char *name)
{
    static char text[65536];
    int file = open(program_path(name), O_RDONLY);
    ck_assert_int_ge(file, 0);
    program_read(file, text, sizeof text);
    close(file);
    return text;
}

static void check_no_leftovers(void)
{
    ck_assert_str_eq(program_shell("ls | grep tmp")->out, "");
}

static void check_first(int number)
{
    char line[256], text[65536];
    struct child child = begin();
    ck_assert_int_eq(kill(child.pid, number), 0);
    read_line(child.err, line, sizeof line);
    program_says(line, "stopping: the cases under way end first");
    close(child.server); /* now the case can end */
    read_all(child.out, text, sizeof text);
    ck_assert_int_eq(end(&child), 128 + number);
    program_says(text, "INTERRUPTED: the run was stopped");
    program_says(text, "\n2 passed, 0 failed, 1 skipped, 3 cases");
    program_says(content("a.xml"), "<error type=\"interrupted\"");
    program_says(content("a.xml"), "<skipped type=\"skip\" message=\"not run: the run was inter");
    program_says(content("run.ndjson"), "\"total\":3,\"interrupted\":true}\n");
    check_no_leftovers();
}

START_TEST(test_the_first_signal_ends_the_run_with_its_reports)
{
    check_first(SIGINT);
    check_first(SIGTERM);
}
END_TEST

START_TEST(test_the_second_signal_ends_at_once)
{
    char line[256], text[65536];
    struct child child = begin();
    ck_assert_int_eq(kill(child.pid, SIGINT), 0);
    read_line(child.err, line, sizeof line);
    ck_assert_int_eq(kill(child.pid, SIGTERM), 0);
    read_all(child.out, text, sizeof text);
    ck_assert_int_eq(end(&child), 143);
    close(child.server);
    ck_assert_str_eq(text, "");
    ck_assert_str_eq(content("a.xml"), "an older report\n");
    ck_assert_int_ne(access(program_path("run.ndjson"), F_OK), 0);
    check_no_leftovers();
}
END_TEST

UNIT_MAIN(test_the_first_signal_ends_the_run_with_its_reports, test_the_second_signal_ends_at_once)
