#include "harness/cli/progress.h"

#include <stdio.h>
#include <unistd.h>

void progress_begin(struct progress *progress, int descriptor, size_t total)
{
    *progress = (struct progress){
        .descriptor = isatty(descriptor) ? descriptor : -1, .total = total};
}

static void progress_write(const struct progress *progress, const char *text, int len)
{
    /* What does not get through is no loss: the next drawing repeats it. */
    ssize_t written = write(progress->descriptor, text, (size_t)len);
    (void)written;
}

void progress_step(struct progress *progress, int64_t now_us)
{
    char line[64];
    progress->done++;
    if (progress->descriptor < 0 ||
        (progress->drawn && now_us - progress->drawn_us < PROGRESS_EVERY_US)) {
        return;
    }
    progress->drawn = true;
    progress->drawn_us = now_us;
    int len = snprintf(line, sizeof line, "\r%zu of %zu %s", progress->done, progress->total,
        progress->total == 1 ? "case" : "cases");
    progress_write(progress, line, len);
}

void progress_clear(struct progress *progress)
{
    static const char erase[] = "\r\x1b[K"; /* ECMA-48 8.3.41: to the end of the line */
    if (progress->drawn) {
        progress_write(progress, erase, sizeof erase - 1);
    }
    progress->drawn = false;
}

void progress_end(struct progress *progress)
{
    progress_clear(progress);
    progress->descriptor = -1;
}
