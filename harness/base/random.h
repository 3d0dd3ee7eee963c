/*
 * random — seeded random numbers, the same on every platform.
 *
 * Knows: xoshiro256** seeded through splitmix64. Refuses to know: security. It stands in for real
 * randomness in the simulated world only (harness/tls says how that is kept apart).
 */
#ifndef SMTPVET_BASE_RANDOM_H
#define SMTPVET_BASE_RANDOM_H

#include "harness/base/span.h"

struct random_source {
    uint64_t state[4];
};

void random_seed(struct random_source *source, uint64_t seed);
uint64_t random_next(struct random_source *source);
/* Evenly in [0, bound); 0 for bound 0. */
uint64_t random_below(struct random_source *source, uint64_t bound);
void random_fill(struct random_source *source, void *data, size_t len);
/* A seed from a seed and a name: the case's seed from the run's seed and the case's id. */
uint64_t random_derive(uint64_t seed, struct span name);

#endif
