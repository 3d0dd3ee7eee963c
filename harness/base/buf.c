#include "harness/base/buf.h"

#include <stdio.h>

#define BUF_PRINTF_MOST 512 /* octets that are formatted but once; most are under 100 */

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void buf_done(struct buf *buf)
{
    mem_free(buf->data);
    *buf = (struct buf){.max = buf->max};
}

void buf_wipe(struct buf *buf)
{
    if (buf->data != NULL) {
        mem_wipe(buf->data, buf->capacity);
    }
    buf_done(buf);
}

uint8_t *buf_reserve(struct buf *buf, size_t len)
{
    if (len > buf->max || buf->len > buf->max - len) {
        buf->over = true;
        return NULL;
    }
    /* One byte more than asked for: buf_text puts a NUL behind the content. */
    if (buf->capacity - buf->len <= len || buf->data == NULL) {
        size_t capacity = buf->capacity < 64 ? 64 : buf->capacity;
        while (capacity - buf->len <= len && capacity < SIZE_MAX) {
            capacity = capacity > SIZE_MAX / 2 ? SIZE_MAX : capacity * 2;
        }
        buf->data = mem_realloc(buf->data, capacity);
        buf->capacity = capacity;
    }
    return buf->data + buf->len;
}

void buf_commit(struct buf *buf, size_t len)
{
    buf->len += len;
}

bool buf_append(struct buf *buf, struct span bytes)
{
    uint8_t *room = buf_reserve(buf, bytes.len);
    if (room == NULL) {
        return false;
    }
    if (bytes.len > 0) {
        memcpy(room, bytes.data, bytes.len);
        buf->len += bytes.len;
    }
    return true;
}

bool buf_append_text(struct buf *buf, const char *text)
{
    return buf_append(buf, span_text(text));
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
    char text[BUF_PRINTF_MOST];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    uint8_t *room = len < 0 ? NULL : buf_reserve(buf, (size_t)len);
    if (room != NULL && (size_t)len < sizeof text) {
        memcpy(room, text, (size_t)len);
    } else if (room != NULL) {
        vsnprintf((char *)room, (size_t)len + 1, format, again);
    }
    buf->len += room == NULL ? 0 : (size_t)len;
    va_end(again);
    return room != NULL;
}

void buf_consume(struct buf *buf, size_t len)
{
    if (len >= buf->len) {
        buf->len = 0;
        return;
    }
    if (len > 0) {
        memmove(buf->data, buf->data + len, buf->len - len);
        buf->len -= len;
    }
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->over = false;
}

const char *buf_text(struct buf *buf)
{
    size_t max = buf->max;
    buf->max = SIZE_MAX; /* the NUL is not content */
    uint8_t *end = buf_reserve(buf, 0);
    buf->max = max;
    *end = 0;
    return (const char *)buf->data;
}

void buf_fit(struct buf *buf)
{
    if (buf->len == 0) {
        mem_free(buf->data);
        buf->data = NULL;
        buf->capacity = 0;
    } else if (buf->capacity > buf->len + 1) { /* buf_text's NUL */
        buf->data = mem_realloc(buf->data, buf->len + 1);
        buf->capacity = buf->len + 1;
    }
}
