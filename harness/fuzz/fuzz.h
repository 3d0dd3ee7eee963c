/*
 * fuzz — what a fuzzer's target is, and what all of them share.
 *
 * A target is a file fuzz_X.c with LLVMFuzzerTestOneInput. libFuzzer calls it with inputs of its
 * own; the replay program, which every build has, with those of corpus/X. A target ends the process
 * where a promise was broken: FUZZ_DEMAND says which.
 */
#ifndef SMTPVET_FUZZ_FUZZ_H
#define SMTPVET_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/buf.h"

/* Inputs that are longer make a fuzzer slow and find no more. */
#define FUZZ_INPUT_MAX ((size_t)256 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_DEMAND(condition)                                                      \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                \
        }                                                                           \
    } while (0)

/* Takes the first octet of `*rest`, by which a target chooses what it does; 0 where there is none.
 */
static inline uint8_t fuzz_take_byte(struct span *rest)
{
    uint8_t byte = rest->len > 0 ? rest->data[0] : 0;
    *rest = span_from(*rest, 1);
    return byte;
}

/* A copy that ends where the input ends, so that a sanitizer sees who reads on. The caller frees
 * it. */
static inline uint8_t *fuzz_copy(struct span bytes)
{
    uint8_t *copy = mem_alloc(bytes.len + (bytes.len == 0));
    if (bytes.len > 0) {
        memcpy(copy, bytes.data, bytes.len);
    }
    return copy;
}

#endif
