/*
 * output — bytes to standard output and to files.
 *
 * Knows: that a file is written whole beside its place and renamed, with the folders above it made;
 * that what is no file (a FIFO, a device) is written to, and symbolic links stay.
 * Refuses to know: formats.
 */
#ifndef SMTPVET_CLI_OUTPUT_H
#define SMTPVET_CLI_OUTPUT_H

#include "harness/base/buf.h"

#define OUTPUT_MAX ((size_t)1024 * 1024 * 1024) /* octets of a report that are held in memory */

/* Writes everything to standard output; FAIL_REACH when it cannot (a full disk), without a text
 * where the reader of a pipe has gone. */
enum status output_print(struct span bytes, struct fail *fail);
/* To standard error; what cannot be written there is lost. */
void output_complain(const char *format, ...) PRINTF_LIKE(1, 2);
/* output_file replaces the file at `path`, or the one that a symbolic link there leads to, with
 * `bytes` in one step, as the functions below do. FAIL_REACH names the path. */
enum status output_file(const char *path, struct span bytes, struct fail *fail);

/* A place to write to piece by piece. */
struct output {
    const char *path; /* as it was given; NULL: standard output */
    int descriptor;
    char *beside, *end; /* what is written, and the file that it takes the place of at the end */
    int problem;        /* errno of the first write that failed; nothing is written behind it */
};

/* output_begin opens what `path` names: for a regular file, or none, a new one beside it; the
 * folders above are made. What is there and no regular file is opened as it is: a FIFO waits for
 * its reader. So is the file that standard output goes to. NULL is standard output. `path` must
 * outlive it. FAIL_REACH names the path. */
enum status output_begin(struct output *output, const char *path, struct fail *fail);
/* output_begin_live is for who reads along: a file is emptied and written in its place, so that
 * what was appended can be read at once. */
enum status output_begin_live(struct output *output, const char *path, struct fail *fail);
/* What cannot be written is told by output_end. */
void output_append(struct output *output, struct span bytes);
/* With `whole` the file takes its place, else it is gone and what was there stays. Everything is
 * freed. FAIL_REACH where something could not be written; then the old file stays too. */
enum status output_end(struct output *output, bool whole, struct fail *fail);

#endif
