/*
 * maildir — messages as files: written below tmp, moved to new when they are whole.
 *
 * Knows: the form Maildir, in which no two messages ever have one name and none is seen in half.
 * Refuses to know: what a message says; its octets are kept as they came, with CRLF.
 */
#ifndef SMTPVET_CLI_MAILDIR_H
#define SMTPVET_CLI_MAILDIR_H

#include "harness/base/buf.h"

#define MAILDIR_PIECE ((size_t)64 * 1024) /* octets that are written at a time */

struct maildir;
struct maildir_message;

/* maildir_open makes tmp, new and cur where they are not there. FAIL_REACH names the path. `path`
 * must outlive it. */
struct maildir *maildir_open(const char *path, struct fail *fail);
/* Fails with FAIL_REACH where a message could not be kept. NULL is fine. */
enum status maildir_close(struct maildir *maildir, struct fail *fail);
bool maildir_is_broken(const struct maildir *maildir); /* a message could not be kept */

struct maildir_message *maildir_begin(struct maildir *maildir);
void maildir_append(struct maildir_message *message, struct span bytes);
/* The first `octets` of what was appended appear in new, and the path is returned, valid until the
 * next call; NULL where it could not be kept. -1: it is gone. */
const char *maildir_end(struct maildir_message *message, int64_t octets);

#endif
