#include "harness/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARENA_BLOCK_SIZE ((size_t)16 * 1024) /* a case without TLS fits in one */
#define ARENA_BLOCK_SMALL ((size_t)320)      /* what a connection that only says hello leaves */

static void mem_exhausted(void) __attribute__((noreturn));
static void mem_exhausted(void)
{
    static const char message[] = "smtpvet: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(4);
}

void *mem_alloc(size_t size)
{
    void *memory = malloc(size == 0 ? 1 : size);
    if (memory == NULL) {
        mem_exhausted();
    }
    return memory;
}

void *mem_zalloc(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
    if (memory == NULL) {
        mem_exhausted();
    }
    return memory;
}

void *mem_realloc(void *old, size_t size)
{
    void *memory = realloc(old, size == 0 ? 1 : size);
    if (memory == NULL) {
        mem_exhausted();
    }
    return memory;
}

char *mem_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = mem_alloc(size);
    memcpy(copy, text, size);
    return copy;
}

void mem_free(void *memory)
{
    free(memory);
}

void *mem_grow(void *array, size_t len, size_t *capacity, size_t element_size)
{
    if (len < *capacity) {
        return array;
    }
    size_t wanted = *capacity == 0 ? 8 : *capacity * 2;
    if (wanted <= len || wanted > SIZE_MAX / element_size) {
        mem_exhausted();
    }
    *capacity = wanted;
    return mem_realloc(array, wanted * element_size);
}

void mem_free_at(void *at)
{
    void *memory;
    memcpy(&memory, at, sizeof memory);
    free(memory);
}

void mem_wipe(void *memory, size_t size)
{
    if (size > 0) {
        memset(memory, 0, size);
        __asm__ volatile("" : : "r"(memory) : "memory");
    }
}

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    _Alignas(max_align_t) uint8_t data[];
};

struct arena {
    struct arena_block *first; /* kept over arena_reset */
    struct arena_block *current;
    size_t used;
    size_t block_size; /* of the next one; doubles up to ARENA_BLOCK_SIZE */
};

static struct arena_block *arena_block_new(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block)) {
        mem_exhausted();
    }
    struct arena_block *block = mem_alloc(sizeof *block + size);
    block->next = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

static struct arena *arena_new_of(size_t block_size)
{
    struct arena *arena = mem_zalloc(1, sizeof *arena);
    arena->first = arena->current = arena_block_new(block_size);
    arena->block_size = block_size;
    return arena;
}

struct arena *arena_new(void)
{
    return arena_new_of(ARENA_BLOCK_SIZE);
}

struct arena *arena_new_small(void)
{
    return arena_new_of(ARENA_BLOCK_SMALL);
}

static void arena_free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        mem_free(block);
        block = next;
    }
}

void arena_free(struct arena *arena)
{
    if (arena != NULL) {
        arena_free_blocks(arena->first);
        mem_free(arena);
    }
}

void arena_free_at(struct arena **at)
{
    arena_free(*at);
    *at = NULL;
}

void arena_reset(struct arena *arena)
{
    arena_free_blocks(arena->first->next);
    arena->first->next = NULL;
    arena->first->used = 0;
    arena->current = arena->first;
    arena->used = 0;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        mem_exhausted();
    }
    size = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    struct arena_block *block = arena->current;
    if (block->size - block->used < size) {
        if (arena->block_size < ARENA_BLOCK_SIZE) {
            arena->block_size *= 2;
        }
        block = arena_block_new(size > arena->block_size ? size : arena->block_size);
        arena->current->next = block;
        arena->current = block;
    }
    void *memory = block->data + block->used;
    block->used += size;
    arena->used += size;
    memset(memory, 0, size);
    return memory;
}

char *arena_memdup(struct arena *arena, const void *data, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_memdup(arena, text, strlen(text));
}

struct span arena_span(struct arena *arena, struct span bytes)
{
    return span_of(arena_memdup(arena, bytes.data, bytes.len), bytes.len);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = arena_alloc(arena, (size_t)(len < 0 ? 0 : len) + 1);
    if (len >= 0) {
        vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    return text;
}

void *arena_push(struct arena *arena, void *array, size_t len, size_t element_size)
{
    /* Room for 4 at first, then doubled whenever `len` reaches a power of two. */
    bool full = len == 0 || (len >= 4 && (len & (len - 1)) == 0);
    if (!full) {
        return array;
    }
    size_t room = len == 0 ? 4 : len * 2;
    if (room > SIZE_MAX / 2 / element_size) {
        mem_exhausted();
    }
    void *bigger = arena_alloc(arena, room * element_size);
    if (len > 0) {
        memcpy(bigger, array, len * element_size);
    }
    return bigger;
}
