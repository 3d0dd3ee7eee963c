/*
 * transcript — what was said, in order, as the client's end saw it.
 *
 * Knows: lines with direction, time, connection, and whether they were inside TLS. Every text is
 * redacted with the case's secrets as it is recorded; nothing unredacted is kept.
 * Refuses to know: SMTP. Lives in the arena given.
 */
#ifndef SMTPVET_EVIDENCE_TRANSCRIPT_H
#define SMTPVET_EVIDENCE_TRANSCRIPT_H

#include <stdarg.h>

#include "harness/base/secret.h"

#define TRANSCRIPT_LINES_MAX 2000         /* of one case, with the entry that says it was cut */
#define TRANSCRIPT_LINE_MAX 1024          /* octets kept of one line; the rest is counted */
#define TRANSCRIPT_BYTES_MAX (512 * 1024) /* of one case */

/* Of these, what only notes and TLS events may take: how a session ended is told by them, and must
 * not be lost because a peer said too much before. */
#define TRANSCRIPT_LINES_KEPT 100
#define TRANSCRIPT_BYTES_KEPT (32 * 1024)

enum transcript_kind {
    TRANSCRIPT_SENT,     /* > the client said */
    TRANSCRIPT_RECEIVED, /* < the server said */
    TRANSCRIPT_NOTE,     /* * what happened: connected, a time limit, closed */
    TRANSCRIPT_TLS,      /* = the switch to TLS, alerts, close_notify */
    TRANSCRIPT_KIND_COUNT,
};

struct transcript_entry {
    int64_t time_us;
    enum transcript_kind kind;
    unsigned connection;
    bool inside_tls;
    struct span text; /* without line end; raw bytes, redacted; escape before showing */
};

struct transcript {
    struct arena *arena;
    const struct secret_set *secrets;
    struct transcript_entry *entries;
    size_t len;
    size_t bytes;
    bool cut;       /* something was left out */
    size_t cut_len; /* entries up to the one that says so; 0: none does */
};

/* `secrets` may be NULL; both must outlive the transcript. */
void transcript_init(
    struct transcript *transcript, struct arena *arena, const struct secret_set *secrets);
/* transcript_add: at the limit what is said is left out, and one entry tells so; notes and TLS
 * events go on in the places kept for them, and when those are taken too, each new one takes the
 * last one's place: the end is always there. */
void transcript_add(struct transcript *transcript, int64_t time_us, unsigned connection,
    enum transcript_kind kind, bool inside_tls, struct span text);
void transcript_note(struct transcript *transcript, int64_t time_us, unsigned connection,
    enum transcript_kind kind, bool inside_tls, const char *format, ...) PRINTF_LIKE(6, 7);
void transcript_note_list(struct transcript *transcript, int64_t time_us, unsigned connection,
    enum transcript_kind kind, bool inside_tls, const char *format, va_list arguments)
    PRINTF_LIKE(6, 0);

/* transcript_show appends one entry as a line for people, with its number (from 1), without LF:
 *   "  12      +0.000s >  EHLO client.smtpvet.test"; inside TLS the arrow is doubled: ">>". */
void transcript_show(const struct transcript_entry *entry, size_t number, struct buf *out);
/* '>' '<' '*' '=' */
char transcript_kind_sign(enum transcript_kind kind);
/* "sent" "received" "note" "tls" */
const char *transcript_kind_name(enum transcript_kind kind);
bool transcript_kind_find(const char *name, enum transcript_kind *ret);

#endif
