/*
 * Runs every file of the folders that it is given through one target: how a corpus is replayed by
 * builds without a fuzzer.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "harness/fuzz/fuzz.h"

#define REPLAY_PATH_MAX 4096

static bool replay_file(const char *path)
{
    struct buf input;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be opened\n", path);
        return false;
    }
    buf_init(&input, FUZZ_INPUT_MAX);
    uint8_t block[4096];
    for (size_t len; (len = fread(block, 1, sizeof block, file)) > 0;) {
        buf_append(&input, span_of(block, len));
    }
    fclose(file);
    bool fits = !input.over;
    if (fits) {
        fprintf(stderr, "%s\n", path);
        uint8_t *copy = fuzz_copy(buf_span(&input));
        (void)LLVMFuzzerTestOneInput(copy, input.len);
        mem_free(copy);
    } else {
        fprintf(stderr, "%s is longer than an input may be\n", path);
    }
    buf_done(&input);
    return fits;
}

/* How many files there were; a folder without any is a mistake of whoever calls. */
static size_t replay_folder(const char *folder, bool *failed)
{
    struct dirent **entries = NULL;
    size_t files = 0;
    int len = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < len; i++) {
        char path[REPLAY_PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            *failed = !replay_file(path) || *failed;
            files++;
        }
        mem_free(entries[i]);
    }
    mem_free(entries); /* scandir had them from malloc, as mem.h does */
    return files;
}

int main(int argc, char **argv)
{
    bool failed = false;
    size_t files = 0;
    for (int i = 1; i < argc; i++) {
        struct stat status;
        if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode)) {
            files += replay_folder(argv[i], &failed);
        } else {
            failed = !replay_file(argv[i]) || failed;
            files++;
        }
    }
    if (files == 0) {
        fprintf(stderr, "no file to replay\n");
        return 1;
    }
    fprintf(stderr, "%zu replayed\n", files);
    return failed ? 1 : 0;
}
