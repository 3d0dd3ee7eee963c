/*
 * span — bytes that somebody else owns.
 *
 * Knows: a pointer and a length. Refuses to know: encodings, ownership, a NUL at the end.
 */
#ifndef SMTPVET_BASE_SPAN_H
#define SMTPVET_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *data;
    size_t len;
};

#define SPAN_EMPTY ((struct span){NULL, 0})
/* For string literals only. */
#define SPAN_LITERAL(text) ((struct span){(const uint8_t *)(text), sizeof(text) - 1})

static inline struct span span_of(const void *data, size_t len)
{
    return (struct span){data, len};
}

static inline struct span span_text(const char *text)
{
    return (struct span){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The bytes from `offset` on; empty when there are fewer. */
static inline struct span span_from(struct span bytes, size_t offset)
{
    if (offset >= bytes.len) {
        return SPAN_EMPTY;
    }
    return (struct span){bytes.data + offset, bytes.len - offset};
}

static inline struct span span_first(struct span bytes, size_t len)
{
    return (struct span){bytes.data, len < bytes.len ? len : bytes.len};
}

/* The offset of `byte`, or `bytes.len` when it is not there. */
static inline size_t span_find(struct span bytes, uint8_t byte)
{
    const uint8_t *at = bytes.len == 0 ? NULL : memchr(bytes.data, byte, bytes.len);
    return at == NULL ? bytes.len : (size_t)(at - bytes.data);
}

#endif
