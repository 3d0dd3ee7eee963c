/*
 * output — bytes to standard output and to files.
 *
 * Knows: that a file is written whole beside its place and renamed, with the folders above it made.
 * Refuses to know: formats.
 */
#ifndef SMTPVET_CLI_OUTPUT_H
#define SMTPVET_CLI_OUTPUT_H

#include "harness/base/buf.h"

#define OUTPUT_MAX ((size_t)1024 * 1024 * 1024) /* octets of one report */

/* Writes everything to standard output; FAIL_REACH when it cannot (a closed pipe, a full disk). */
enum status output_print(struct span bytes, struct fail *fail);
/* To standard error; what cannot be written there is lost. */
void output_complain(const char *format, ...) PRINTF_LIKE(1, 2);
/* output_file replaces `path` with `bytes` in one step. FAIL_REACH names the path. */
enum status output_file(const char *path, struct span bytes, struct fail *fail);

#endif
