#include "harness/base/random.h"

#include "harness/base/text.h"

static uint64_t random_splitmix(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void random_seed(struct random_source *source, uint64_t seed)
{
    for (size_t i = 0; i < 4; i++) {
        source->state[i] = random_splitmix(&seed);
    }
}

static uint64_t random_rotate(uint64_t x, unsigned by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t random_next(struct random_source *source)
{
    uint64_t *s = source->state;
    uint64_t result = random_rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = random_rotate(s[3], 45);
    return result;
}

uint64_t random_below(struct random_source *source, uint64_t bound)
{
    if (bound == 0) {
        return 0;
    }
    /* What lies below `skip` would make the first numbers a little likelier than the others. */
    uint64_t skip = (0 - bound) % bound;
    uint64_t number = random_next(source);
    while (number < skip) {
        number = random_next(source);
    }
    return number % bound;
}

void random_fill(struct random_source *source, void *data, size_t len)
{
    uint8_t *at = data;
    while (len > 0) {
        uint64_t number = random_next(source);
        for (size_t i = 0; i < 8 && len > 0; i++, len--) {
            *at++ = (uint8_t)(number >> (8 * i));
        }
    }
}

uint64_t random_derive(uint64_t seed, struct span name)
{
    uint64_t state = seed ^ text_hash(name);
    return random_splitmix(&state);
}
