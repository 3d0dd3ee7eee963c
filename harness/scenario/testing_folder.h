/*
 * testing_folder — a folder of its own for a test of this room that needs files.
 *
 * Knows: how to fill it and to take it away. Refuses to know: what stands in the files. Only tests
 * include it.
 */
#ifndef SMTPVET_SCENARIO_TESTING_FOLDER_H
#define SMTPVET_SCENARIO_TESTING_FOLDER_H

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/tests/unit.h"

static char testing_folder[64]; /* a new one for each test */

static inline void testing_folder_begin(void)
{
    snprintf(testing_folder, sizeof testing_folder, "/tmp/smtpvet-scenario-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(testing_folder));
}

static inline void testing_folder_end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", testing_folder);
    ck_assert_int_eq(system(command), 0);
}

/* A path in the folder, good until the next but three. */
static inline const char *testing_path(const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % ARRAY_LEN(paths)];
    snprintf(path, sizeof paths[0], "%s/%s", testing_folder, name);
    return path;
}

static inline void testing_put(const char *name, const char *text)
{
    FILE *file = fopen(testing_path(name), "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

#endif
