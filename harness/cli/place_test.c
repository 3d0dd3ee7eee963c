/* Only in a folder of its own. */
#include "harness/cli/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/tests/unit.h"

static char folder[] = "/tmp/smtpvet-place-XXXXXX";
static int here;

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/smtpvet-place-XXXXXX");
    here = open(".", O_RDONLY);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(mkdir("sub", 0777), 0);
    int file = open("old", O_WRONLY | O_CREAT, 0666);
    ck_assert_int_ge(file, 0);
    close(file);
    ck_assert_int_eq(link("old", "hard"), 0);
    ck_assert_int_eq(symlink("old", "soft"), 0);
    ck_assert_int_eq(symlink("sub/new", "dangling"), 0);
    ck_assert_int_eq(symlink(folder, "sub/up"), 0);
    ck_assert_int_eq(symlink("round", "round"), 0);
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
}

static void end(void)
{
    static const char *const names[] = {
        "sub/up", "sub", "old", "hard", "soft", "dangling", "round", "fifo"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        ck_assert_int_eq(remove(names[i]), 0);
    }
    ck_assert_int_eq(fchdir(here), 0);
    close(here);
    ck_assert_int_eq(rmdir(folder), 0);
}

static const char *whole(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

START_TEST(test_one_place)
{
    static const char *const pairs[][2] = {
        {"a.xml", "a.xml"},
        {"a.xml", "./a.xml"},
        {"a.xml", "sub/../a.xml"},
        {"a.xml", "sub/up/a.xml"},
        {"a.xml", ".//././a.xml"},
        {"a.xml", "A.XML"}, /* on file systems that ignore case */
        {"old", "hard"},
        {"old", "soft"},
        {"old", "sub/up/sub/../old"},
        {"fifo", "./fifo"},
        {"sub/new", "dangling"},
        {"sub/up/dangling", "sub/new"},
        {"made/later/a", "made/./later//a"},
        {"made/later/a", "made/other/../later/a"},
        {"made/../a", "a"},
        {"made/../../no such file", "../no such file"},
        {"made/../old", "old"},
        {"made/./../a", "a"},
        {"sub/made/../../b", "b"},
        {"one/two/../../sub/../c", "c"},
    };
    begin();
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const char *a = pairs[i][0], *b = pairs[i][1];
        ck_assert_msg(place_is_same(a, b) && place_is_same(b, a), "%s and %s", a, b);
        ck_assert_msg(place_is_same(whole(a), b), "%s and %s", whole(a), b);
    }
    end();
}
END_TEST

START_TEST(test_two_places)
{
    static const char *const pairs[][2] = {
        {"a.xml", "b.xml"},
        {"a.xml", "sub/a.xml"},
        {"a.xml", "made/a.xml"},
        {"old", "new"},
        {"old", "fifo"},
        {"dangling", "new"},
        {"made/a", "made/a/b"},
        {"made/a", "made/ab"},
        {"..a", "a"},
        {"made/..a", "a"},
        {"sub/up/x", "sub/x"},
        {"round", "old"},
    };
    begin();
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const char *a = pairs[i][0], *b = pairs[i][1];
        ck_assert_msg(!place_is_same(a, b) && !place_is_same(b, a), "%s and %s", a, b);
    }
    end();
}
END_TEST

START_TEST(test_standard_output)
{
    begin();
    int was = dup(STDOUT_FILENO), file = open("old", O_WRONLY), null = open("/dev/null", O_WRONLY);
    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    bool old = place_is_standard("old"), soft = place_is_standard("soft");
    bool fifo = place_is_standard("fifo"), missing = place_is_standard("new");
    dup2(null, STDOUT_FILENO);
    bool device = place_is_standard("/dev/null");
    dup2(was, STDOUT_FILENO);
    close(was);
    close(file);
    close(null);
    ck_assert(old && soft && !fifo && !missing && !device);
    end();
}
END_TEST

UNIT_MAIN(test_one_place, test_two_places, test_standard_output)
