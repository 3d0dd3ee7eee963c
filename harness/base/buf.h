/*
 * buf — a growing byte buffer with a maximum.
 *
 * Knows: bytes in order, how many there may be at most, and that it was asked for more (`over`).
 * Refuses to know: what the bytes mean. What did not fit is dropped, never half appended; the
 * caller asks buf_over when the limit matters to it.
 */
#ifndef SMTPVET_BASE_BUF_H
#define SMTPVET_BASE_BUF_H

#include "harness/base/mem.h"

struct buf {
    uint8_t *data;
    size_t len;
    size_t capacity;
    size_t max; /* octets; fixed at buf_init */
    bool over;  /* an append was refused */
};

void buf_init(struct buf *buf, size_t max);
void buf_done(struct buf *buf); /* frees; a zeroed struct is fine */
void buf_wipe(struct buf *buf); /* as buf_done, overwriting first */

/* buf_append copies `bytes` to the end; false (and `over` set) when that would pass the maximum. */
bool buf_append(struct buf *buf, struct span bytes);
bool buf_append_text(struct buf *buf, const char *text);
bool buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* buf_reserve returns room for `len` more bytes, or NULL past the maximum; buf_commit counts them.
 */
uint8_t *buf_reserve(struct buf *buf, size_t len);
void buf_commit(struct buf *buf, size_t len);
/* buf_consume drops the first `len` bytes. */
void buf_consume(struct buf *buf, size_t len);
void buf_clear(struct buf *buf);
/* buf_fit gives back what is not filled; all of it where nothing is. */
void buf_fit(struct buf *buf);

static inline struct span buf_span(const struct buf *buf)
{
    return span_of(buf->data, buf->len);
}

static inline bool buf_append_byte(struct buf *buf, uint8_t byte)
{
    /* Lines are put together byte by byte: the usual case is here. */
    if (buf->len < buf->max && buf->capacity - buf->len > 1) {
        buf->data[buf->len++] = byte;
        return true;
    }
    return buf_append(buf, span_of(&byte, 1));
}

/* The content as text with a NUL behind it; valid until the next change. */
const char *buf_text(struct buf *buf);

#endif
