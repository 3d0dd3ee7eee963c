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

#define OUTPUT_PATH_MAX 4096                    /* octets of a path: what Linux takes */
#define OUTPUT_LINKS_MAX 40                     /* links in a chain: as many as Linux follows */
#define OUTPUT_MAX ((size_t)1024 * 1024 * 1024) /* octets of one report */

/* Writes everything to standard output; FAIL_REACH when it cannot (a closed pipe, a full disk). */
enum status output_print(struct span bytes, struct fail *fail);
/* To standard error; what cannot be written there is lost. */
void output_complain(const char *format, ...) PRINTF_LIKE(1, 2);
/* output_file replaces the file at `path`, or the one that a symbolic link there leads to, with
 * `bytes` in one step. What is there and no regular file is opened and written to: a FIFO waits for
 * its reader. So is the file that standard output goes to. FAIL_REACH names the path. */
enum status output_file(const char *path, struct span bytes, struct fail *fail);

#endif
