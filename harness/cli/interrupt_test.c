/* Signals go to this process itself, or to a child of it. */
#include "harness/cli/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/tests/unit.h"

/* Standard error goes to nobody while signals are told there. */
static int quiet(void)
{
    int was = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    close(null);
    return was;
}

static void loud(int was)
{
    dup2(was, STDERR_FILENO);
    close(was);
}

START_TEST(test_the_first_signal_is_kept)
{
    struct sigaction before, after;
    sigaction(SIGTERM, NULL, &before);
    int was = quiet();
    interrupt_begin();
    int none = interrupt_signal();
    raise(SIGTERM);
    int first = interrupt_signal();
    interrupt_end();
    interrupt_begin(); /* anew */
    int again = interrupt_signal();
    raise(SIGINT);
    int second = interrupt_signal();
    interrupt_end();
    loud(was);
    ck_assert_int_eq(none, 0);
    ck_assert_int_eq(first, SIGTERM);
    ck_assert_int_eq(again, 0);
    ck_assert_int_eq(second, SIGINT);
    sigaction(SIGTERM, NULL, &after);
    ck_assert(after.sa_handler == before.sa_handler);
}
END_TEST

START_TEST(test_what_was_ignored_stays_so)
{
    signal(SIGINT, SIG_IGN);
    interrupt_begin();
    raise(SIGINT);
    int none = interrupt_signal();
    interrupt_end();
    signal(SIGINT, SIG_DFL);
    ck_assert_int_eq(none, 0);
}
END_TEST

/* What a child ends with that two signals reach; `kept` and `released` are files. */
static int ended_by(int first, int second, const char *kept, const char *released)
{
    int how = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)quiet();
        interrupt_begin();
        interrupt_keep(kept);
        interrupt_keep(released);
        interrupt_release(released);
        raise(first);
        raise(second);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &how, 0), child);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

START_TEST(test_the_second_signal_ends_at_once)
{
    char kept[] = "/tmp/smtpvet-kept-XXXXXX", released[] = "/tmp/smtpvet-released-XXXXXX";
    int one = mkstemp(kept), other = mkstemp(released);
    close(one);
    close(other);
    ck_assert_int_eq(ended_by(SIGINT, SIGINT, kept, released), 130);
    ck_assert_int_ne(access(kept, F_OK), 0);
    ck_assert_int_eq(access(released, F_OK), 0);
    ck_assert_int_eq(ended_by(SIGINT, SIGTERM, kept, released), 143);
    ck_assert_int_eq(unlink(released), 0);
}
END_TEST

UNIT_MAIN(test_the_first_signal_is_kept, test_what_was_ignored_stays_so,
    test_the_second_signal_ends_at_once)
