/*
 * place — where a path leads: to a file, or to one that has yet to be made.
 *
 * Knows: symbolic and hard links, `..`, folders that are not there yet, standard output under
 * another name. Refuses to know: what is written there.
 */
#ifndef SMTPVET_CLI_PLACE_H
#define SMTPVET_CLI_PLACE_H

#include "harness/base/buf.h"

#define PLACE_PATH_MAX 4096 /* octets of a path: what Linux takes */
#define PLACE_LINKS_MAX 40  /* links in a chain: as many as Linux follows */

/* place_follow appends the path of the file where a chain of symbolic links ends, there or not.
 * False with errno where there is no end. */
bool place_follow(const char *path, struct buf *ret);

/* Do two paths lead to one place: to one file, however it is spelled and linked, or to one that
 * would be made, with the folders above it? Names of files that are not there yet count as one
 * where they differ in case only: on some file systems they are one. */
bool place_is_same(const char *a, const char *b);

/* Does the path lead to where standard output goes? To a device that is no terminal (/dev/null)
 * several things may go: that does not count. */
bool place_is_standard(const char *path);

#endif
