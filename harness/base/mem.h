/*
 * mem — memory from the heap and from arenas.
 *
 * Knows: how to get memory, and that every table has a limit elsewhere, so that running out means a
 * fault of smtpvet or of the machine: allocation never returns NULL, it ends the process with
 * status 4 after one line on standard error (as Postfix does).
 * Refuses to know: what the memory is for.
 *
 * An arena owns everything that was taken from it and gives it back in one call. Plans, facts,
 * transcripts and results live in arenas: one for a loaded suite, one for each running case.
 */
#ifndef SMTPVET_BASE_MEM_H
#define SMTPVET_BASE_MEM_H

#include "harness/base/span.h"
#include "harness/base/status.h"

void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
/* mem_zalloc: `count` zeroed elements of `size` bytes; an overflow of the product ends the process.
 */
void *mem_zalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *old, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *text) __attribute__((malloc, returns_nonnull));
void mem_free(void *memory); /* NULL is fine */

/* mem_grow makes room for one more element: `*capacity` doubles when `len` has reached it.
 * Returns the (possibly moved) array. */
void *mem_grow(void *array, size_t len, size_t *capacity, size_t element_size) MUST_USE;

/* For CLEANUP(mem_free_at): frees the pointer that stands at `at`. */
void mem_free_at(void *at);

/* Overwrites before freeing; the compiler may not drop the write. */
void mem_wipe(void *memory, size_t size);

struct arena;

struct arena *arena_new(void) __attribute__((returns_nonnull));
/* An arena that begins with a block of 320 octets, and grows as others do: for one of very many. */
struct arena *arena_new_small(void) __attribute__((returns_nonnull));
void arena_free(struct arena *arena); /* NULL is fine */
void arena_free_at(struct arena **at);
/* arena_reset gives everything back but keeps the memory for the next use. */
void arena_reset(struct arena *arena);
/* Bytes handed out since arena_new or arena_reset. */
size_t arena_used(const struct arena *arena);

/* All zeroed, aligned for any type, valid until arena_reset or arena_free. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
/* A copy of `size` bytes with a NUL behind it (the NUL is not counted). */
char *arena_memdup(struct arena *arena, const void *data, size_t size)
    __attribute__((returns_nonnull));
struct span arena_span(struct arena *arena, struct span bytes);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3)
    __attribute__((returns_nonnull));

/* arena_push returns an array with room for element `len`, growing by copies within the arena:
 *   list = arena_push(arena, list, list_len, sizeof *list); list[list_len++] = …; */
void *arena_push(struct arena *arena, void *array, size_t len, size_t element_size) MUST_USE;

#endif
