#include "harness/base/mem.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/tests/unit.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEM_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEM_TEST_SANITIZED 1
#endif
#endif
#ifndef MEM_TEST_SANITIZED
#define MEM_TEST_SANITIZED 0
#endif

static bool mem_is_all(const uint8_t *memory, size_t size, size_t byte)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i] != (byte & 0xff)) {
            return false;
        }
    }
    return true;
}

START_TEST(test_heap_memory_is_given_and_zeroed)
{
    uint8_t *memory = mem_zalloc(100, 7);
    ck_assert(mem_is_all(memory, 700, 0));
    memset(memory, 1, 700);
    memory = mem_realloc(memory, 7000);
    ck_assert_uint_eq(memory[699], 1);
    mem_free(memory);
    mem_free(NULL);
    memory = mem_alloc(0); /* not NULL: nothing here returns NULL */
    ck_assert_ptr_nonnull(memory);
    mem_free(memory);
    memory = mem_zalloc(0, 0);
    ck_assert_ptr_nonnull(memory);
    mem_free(memory);
    char *copy = mem_strdup("text");
    ck_assert_str_eq(copy, "text");
    mem_free(copy);
}
END_TEST

START_TEST(test_cleanup_frees_at_the_end_of_the_scope)
{
    CLEANUP(mem_free_at) char *text = mem_strdup("freed by itself");
    ck_assert_str_eq(text, "freed by itself");
    CLEANUP(mem_free_at) char *nothing = NULL;
    ck_assert_ptr_null(nothing);
}
END_TEST

START_TEST(test_grow_doubles)
{
    size_t capacity = 0, moves = 0;
    uint32_t *numbers = NULL;
    for (uint32_t i = 0; i < 10000; i++) {
        size_t before = capacity;
        numbers = mem_grow(numbers, i, &capacity, sizeof *numbers);
        moves += before != capacity ? 1 : 0;
        ck_assert_uint_gt(capacity, i);
        numbers[i] = i;
    }
    for (uint32_t i = 0; i < 10000; i++) {
        ck_assert_uint_eq(numbers[i], i);
    }
    ck_assert_uint_le(moves, 12); /* 8, 16 … 16384 */
    mem_free(numbers);
}
END_TEST

START_TEST(test_wipe_overwrites)
{
    char secret[] = "correct-horse";
    mem_wipe(secret, sizeof secret - 1);
    for (size_t i = 0; i < sizeof secret; i++) {
        ck_assert_int_eq(secret[i], 0);
    }
    mem_wipe(NULL, 0);
}
END_TEST

START_TEST(test_an_arena_gives_zeroed_aligned_memory)
{
    struct arena *arena = arena_new();
    for (int round = 0; round < 2; round++) {
        for (size_t size = 0; size < 500; size++) {
            uint8_t *memory = arena_alloc(arena, size);
            ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
            ck_assert(mem_is_all(memory, size, 0));
            memset(memory, 0xff, size);
        }
        arena_reset(arena); /* what was written before must not show in the second round */
    }
    arena_free(arena);
    arena_free(NULL);
}
END_TEST

START_TEST(test_pieces_of_an_arena_do_not_overlap)
{
    struct arena *arena = arena_new();
    enum { PIECES = 2000 };
    uint8_t *pieces[PIECES];
    size_t sizes[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        sizes[i] = i % 97 == 0 ? 40000 : i % 61; /* small ones and ones larger than a block */
        pieces[i] = arena_alloc(arena, sizes[i]);
        memset(pieces[i], (int)(i & 0xff), sizes[i]);
    }
    for (size_t i = 0; i < PIECES; i++) {
        ck_assert(mem_is_all(pieces[i], sizes[i], i));
    }
    arena_free(arena);
}
END_TEST

START_TEST(test_an_arena_counts_and_resets)
{
    struct arena *arena = arena_new();
    ck_assert_uint_eq(arena_used(arena), 0);
    (void)arena_alloc(arena, 1);
    size_t one = arena_used(arena);
    ck_assert_uint_ge(one, 1);
    (void)arena_alloc(arena, 100000);
    ck_assert_uint_ge(arena_used(arena), one + 100000);
    arena_reset(arena);
    ck_assert_uint_eq(arena_used(arena), 0);
    (void)arena_alloc(arena, 1);
    ck_assert_uint_eq(arena_used(arena), one);
    arena_free_at(&arena);
    ck_assert_ptr_null(arena);
    arena_free_at(&arena);
}
END_TEST

START_TEST(test_copies_in_an_arena)
{
    struct arena *arena = arena_new();
    char text[] = "text";
    char *copy = arena_strdup(arena, text);
    struct span span = arena_span(arena, SPAN_LITERAL("a\0b"));
    char *bytes = arena_memdup(arena, "\0\1\2", 3);
    char *empty = arena_memdup(arena, NULL, 0);
    char *printed = arena_printf(arena, "%s-%d", "case", 7);
    text[0] = 'T';
    ck_assert_str_eq(copy, "text");
    ck_assert(span_equal(span, SPAN_LITERAL("a\0b")));
    ck_assert_uint_eq(span.data[3], 0); /* the NUL behind it, not counted */
    ck_assert_mem_eq(bytes, "\0\1\2\0", 4);
    ck_assert_str_eq(empty, "");
    ck_assert_str_eq(printed, "case-7");
    arena_free(arena);
}
END_TEST

START_TEST(test_push_keeps_what_was_there)
{
    struct arena *arena = arena_new();
    uint64_t *numbers = NULL;
    for (size_t len = 0; len < 3000; len++) {
        numbers = arena_push(arena, numbers, len, sizeof *numbers);
        numbers[len] = len * len;
    }
    for (size_t i = 0; i < 3000; i++) {
        ck_assert_uint_eq(numbers[i], i * i);
    }
    ck_assert_uint_le(arena_used(arena), 2 * 4096 * sizeof *numbers);
    arena_free(arena);
}
END_TEST

/* How a child that runs `function` ends: its exit status, or -1. */
static int mem_status_of(void (*function)(void))
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        close(STDERR_FILENO);
        function();
        _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void mem_ask_for_too_much(void)
{
    volatile size_t size = SIZE_MAX / 2 - 4096;
    mem_free(mem_alloc(size));
}

static void mem_ask_for_too_many(void)
{
    volatile size_t count = SIZE_MAX / 4;
    mem_free(mem_zalloc(count, 8));
}

static void mem_grow_too_far(void)
{
    size_t capacity = SIZE_MAX / 32 + 1; /* twice that, times 16, is nothing */
    volatile size_t len = capacity;
    mem_free(mem_grow(NULL, len, &capacity, 16));
}

static void mem_arena_too_far(void)
{
    struct arena *arena = arena_new();
    volatile size_t size = SIZE_MAX - 8;
    (void)arena_alloc(arena, size);
    arena_free(arena);
}

START_TEST(test_running_out_ends_the_process_with_4)
{
    if (MEM_TEST_SANITIZED) {
        return; /* sanitizers end the process their own way */
    }
    ck_assert_int_eq(mem_status_of(mem_ask_for_too_much), 4);
    ck_assert_int_eq(mem_status_of(mem_ask_for_too_many), 4);
    ck_assert_int_eq(mem_status_of(mem_grow_too_far), 4);
    ck_assert_int_eq(mem_status_of(mem_arena_too_far), 4);
}
END_TEST

UNIT_MAIN(test_heap_memory_is_given_and_zeroed, test_cleanup_frees_at_the_end_of_the_scope,
    test_grow_doubles, test_wipe_overwrites, test_an_arena_gives_zeroed_aligned_memory,
    test_pieces_of_an_arena_do_not_overlap, test_an_arena_counts_and_resets,
    test_copies_in_an_arena, test_push_keeps_what_was_there,
    test_running_out_ends_the_process_with_4)
