/* Only in a folder of its own: no device of the machine is touched. */
#include "harness/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/tests/unit.h"

static char folder[] = "/tmp/smtpvet-output-XXXXXX";

/* A path in the folder, good until the next but three. */
static const char *in_folder(const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % ARRAY_LEN(paths)];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/smtpvet-output-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void end(const char *const *names, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ck_assert_int_eq(remove(in_folder(names[i])), 0);
    }
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left there */
}

static void check_holds(const char *name, const char *text)
{
    char found[64] = {0};
    int descriptor = open(in_folder(name), O_RDONLY);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_ge(read(descriptor, found, sizeof found - 1), 0);
    close(descriptor);
    ck_assert_str_eq(found, text);
}

static mode_t kind_of(const char *name)
{
    struct stat there;
    ck_assert_int_eq(lstat(in_folder(name), &there), 0);
    return there.st_mode & S_IFMT;
}

static void write_good(const char *name, const char *text)
{
    struct fail fail = {0};
    ck_assert_msg(
        output_file(in_folder(name), span_text(text), &fail) == STATUS_OK, "%s", fail.text);
}

START_TEST(test_a_file_is_replaced)
{
    static const char *const left[] = {"deep/down/a", "deep/down", "deep"};
    begin();
    write_good("deep/down/a", "a longer text");
    write_good("deep/down/a", "short");
    check_holds("deep/down/a", "short");
    ck_assert_int_eq(chmod(in_folder("deep/down/a"), 0600), 0);
    write_good("deep/down/a", "private");
    struct stat there;
    ck_assert_int_eq(stat(in_folder("deep/down/a"), &there), 0);
    ck_assert_uint_eq(there.st_mode & 0777, 0600); /* who may read it stays who may read it */
    end(left, ARRAY_LEN(left));
}
END_TEST

START_TEST(test_a_fifo_stays_and_is_written_to)
{
    static const char *const left[] = {"link", "fifo"};
    char found[64] = {0};
    begin();
    ck_assert_int_eq(mkfifo(in_folder("fifo"), 0600), 0);
    ck_assert_int_eq(symlink("fifo", in_folder("link")), 0);
    int reader = open(in_folder("fifo"), O_RDONLY | O_NONBLOCK);
    ck_assert_int_ge(reader, 0);
    write_good("fifo", "one");
    write_good("link", "two");
    ck_assert_int_eq(read(reader, found, sizeof found - 1), 6);
    ck_assert_str_eq(found, "onetwo");
    close(reader);
    ck_assert_uint_eq(kind_of("fifo"), S_IFIFO);
    ck_assert_uint_eq(kind_of("link"), S_IFLNK);
    end(left, ARRAY_LEN(left));
}
END_TEST

START_TEST(test_links_stay)
{
    static const char *const left[] = {
        "far", "near", "dangling", "below/file", "new/file", "below", "new"};
    begin();
    write_good("below/file", "old");
    ck_assert_int_eq(symlink("below/file", in_folder("near")), 0);
    ck_assert_int_eq(symlink(in_folder("near"), in_folder("far")), 0);
    ck_assert_int_eq(symlink("new/file", in_folder("dangling")), 0);
    write_good("far", "through two links");
    write_good("dangling", "to a new place");
    check_holds("below/file", "through two links");
    check_holds("new/file", "to a new place");
    ck_assert_uint_eq(kind_of("far"), S_IFLNK);
    ck_assert_uint_eq(kind_of("near"), S_IFLNK);
    ck_assert_uint_eq(kind_of("dangling"), S_IFLNK);
    end(left, ARRAY_LEN(left));
}
END_TEST

START_TEST(test_standard_output_is_not_replaced)
{
    static const char *const left[] = {"link", "out"};
    struct fail fail = {0};
    begin();
    int out = open(in_folder("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600), was = dup(STDOUT_FILENO);
    ck_assert_int_eq(symlink("out", in_folder("link")), 0);
    dup2(out, STDOUT_FILENO);
    enum status first = output_print(SPAN_LITERAL("one"), &fail);
    enum status second = output_file(in_folder("link"), SPAN_LITERAL("two"), &fail);
    enum status third = output_print(SPAN_LITERAL("three"), &fail);
    dup2(was, STDOUT_FILENO);
    close(was);
    close(out);
    ck_assert(first == STATUS_OK && second == STATUS_OK && third == STATUS_OK);
    check_holds("out", "onetwothree");
    end(left, ARRAY_LEN(left));
}
END_TEST

static void check_bad(const char *name, const char *says)
{
    struct fail fail = {0};
    ck_assert_int_eq(output_file(in_folder(name), SPAN_LITERAL("x"), &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_REACH);
    ck_assert_msg(strstr(fail.text, in_folder(name)) != NULL, "%s", fail.text);
    ck_assert_msg(strstr(fail.text, says) != NULL, "%s", fail.text);
}

START_TEST(test_what_cannot_be_written_is_named)
{
    static const char *const left[] = {"round", "about", "file"};
    begin();
    write_good("file", "x");
    ck_assert_int_eq(symlink("about", in_folder("round")), 0);
    ck_assert_int_eq(symlink("round", in_folder("about")), 0);
    check_bad("round", "symbolic links");
    check_bad("file/below", "Not a directory");
    check_bad("file/below/that", "its folder cannot be made: Not a directory");
    check_bad(".", "Is a directory");
    end(left, ARRAY_LEN(left));
}
END_TEST

START_TEST(test_pieces)
{
    static const char *const left[] = {"file"};
    struct output output;
    struct fail fail = {0};
    begin();
    write_good("file", "old");
    ck_assert_int_eq(output_begin(&output, in_folder("file"), &fail), STATUS_OK);
    output_append(&output, SPAN_LITERAL("o"));
    check_holds("file", "old"); /* until all is there */
    output_append(&output, SPAN_LITERAL("ne"));
    ck_assert_int_eq(output_end(&output, true, &fail), STATUS_OK);
    check_holds("file", "one");
    ck_assert_int_eq(output_begin(&output, in_folder("file"), &fail), STATUS_OK);
    output_append(&output, SPAN_LITERAL("half"));
    ck_assert_int_eq(output_end(&output, false, &fail), STATUS_OK);
    check_holds("file", "one"); /* and nothing beside it: end() sees to that */
    end(left, ARRAY_LEN(left));
}
END_TEST

START_TEST(test_the_first_problem_is_told_at_the_end)
{
    struct output output = {.path = "nowhere", .descriptor = open("/dev/null", O_RDONLY)};
    struct fail fail = {0};
    output_append(&output, SPAN_LITERAL("one"));
    ck_assert_int_eq(output.problem, EBADF); /* it is open for reading */
    output.problem = ENOSPC;
    output_append(&output, SPAN_LITERAL("two"));
    ck_assert_int_eq(output_end(&output, true, &fail), STATUS_FAILED);
    ck_assert_int_eq(fail.class, FAIL_REACH);
    ck_assert_str_eq(fail.text, "cannot write nowhere: No space left on device");
}
END_TEST

UNIT_MAIN(test_a_file_is_replaced, test_a_fifo_stays_and_is_written_to, test_links_stay,
    test_standard_output_is_not_replaced, test_what_cannot_be_written_is_named, test_pieces,
    test_the_first_problem_is_told_at_the_end)
