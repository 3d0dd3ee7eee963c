#include "harness/cli/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

/* What a handler touches, in whatever thread it runs: only by the compiler's atomic functions. */
static int caught;
static const char *files[INTERRUPT_FILES_MAX];

static struct sigaction before[ARRAY_LEN(signals)];

static void interrupt_say(void)
{
    static const char plain[] = "smtpvet: stopping: the cases under way end first; a second signal "
                                "ends at once\n";
    static const char erase[] = "\r\x1b[K"; /* how far the run was (progress) */
    if (isatty(STDERR_FILENO)) {
        (void)!write(STDERR_FILENO, erase, sizeof erase - 1);
    }
    (void)!write(STDERR_FILENO, plain, sizeof plain - 1);
}

static void interrupt_take(int signal)
{
    int saved = errno, none = 0;
    if (!__atomic_compare_exchange_n(
            &caught, &none, signal, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        for (size_t i = 0; i < ARRAY_LEN(files); i++) {
            const char *path = __atomic_load_n(&files[i], __ATOMIC_SEQ_CST);
            if (path != NULL) {
                (void)unlink(path);
            }
        }
        _exit(INTERRUPT_EXIT_BASE + signal);
    }
    interrupt_say();
    errno = saved;
}

void interrupt_begin(void)
{
    __atomic_store_n(&caught, 0, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        /* No SA_RESTART: who waits to open a FIFO without a reader gives up. */
        struct sigaction action = {.sa_handler = interrupt_take};
        sigemptyset(&action.sa_mask);
        sigaction(signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

void interrupt_end(void)
{
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        sigaction(signals[i], &before[i], NULL);
    }
}

int interrupt_signal(void)
{
    return __atomic_load_n(&caught, __ATOMIC_SEQ_CST);
}

void interrupt_keep(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        if (files[i] == NULL) {
            __atomic_store_n(&files[i], path, __ATOMIC_SEQ_CST);
            return;
        }
    }
}

void interrupt_release(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        if (files[i] == path) {
            __atomic_store_n(&files[i], NULL, __ATOMIC_SEQ_CST);
        }
    }
}
