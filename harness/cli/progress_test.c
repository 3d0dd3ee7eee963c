#include "harness/cli/progress.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/tests/unit.h"

static int master, terminal;

static void begin(void)
{
    master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master), 0);
    ck_assert_int_eq(unlockpt(master), 0);
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(terminal, 0);
}

static void end(void)
{
    close(terminal);
    close(master);
}

static void check_written(const char *text)
{
    char found[256] = {0};
    ssize_t len = read(master, found, sizeof found - 1);
    ck_assert_str_eq(len < 0 ? "" : found, text);
}

START_TEST(test_a_terminal_sees_it)
{
    struct progress progress;
    begin();
    progress_begin(&progress, terminal, 30);
    check_written("");
    progress_step(&progress, 5);
    check_written("\r1 of 30 cases");
    progress_step(&progress, 5 + PROGRESS_EVERY_US - 1); /* too early */
    check_written("");
    progress_step(&progress, 5 + PROGRESS_EVERY_US);
    check_written("\r3 of 30 cases");
    progress_clear(&progress); /* something else is to stand there */
    check_written("\r\x1b[K");
    progress_clear(&progress);
    check_written("");
    progress_step(&progress, 6 + PROGRESS_EVERY_US);
    check_written("\r4 of 30 cases");
    progress_end(&progress);
    check_written("\r\x1b[K");
    progress_end(&progress);
    progress_step(&progress, 10 * PROGRESS_EVERY_US);
    check_written("");
    end();
}
END_TEST

START_TEST(test_a_run_of_nothing_erases_nothing)
{
    struct progress progress;
    begin();
    progress_begin(&progress, terminal, 1);
    progress_end(&progress);
    check_written("");
    end();
}
END_TEST

START_TEST(test_nothing_is_written_elsewhere)
{
    struct progress progress;
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    progress_begin(&progress, fileno(file), 2);
    progress_step(&progress, 0);
    progress_step(&progress, 10 * PROGRESS_EVERY_US);
    progress_end(&progress);
    ck_assert_int_eq(lseek(fileno(file), 0, SEEK_END), 0);
    fclose(file);
}
END_TEST

UNIT_MAIN(test_a_terminal_sees_it, test_a_run_of_nothing_erases_nothing,
    test_nothing_is_written_elsewhere)
