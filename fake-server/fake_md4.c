#include "fake-server/fake_md4.h"

#define FAKE_MD4_BLOCK 64
#define FAKE_MD4_LEN 16

static uint32_t fake_md4_turn(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

/* What of the other three is mixed into each step of a round (RFC 1320 §3.4). */
static uint32_t fake_md4_mix(unsigned round, uint32_t x, uint32_t y, uint32_t z)
{
    switch (round) {
    case 0:
        return (x & y) | (~x & z);
    case 1:
        return (x & y) | (x & z) | (y & z);
    default:
        return x ^ y ^ z;
    }
}

static void fake_md4_block(uint32_t state[4], const uint8_t *block)
{
    static const uint32_t added[] = {0, 0x5a827999, 0x6ed9eba1};
    static const uint8_t turns[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    static const uint8_t order[3][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
        {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}};
    uint32_t word[16];
    uint32_t s[4] = {state[0], state[1], state[2], state[3]};
    for (size_t i = 0; i < 16; i++) {
        const uint8_t *at = block + 4 * i;
        word[i] = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                  (uint32_t)at[3] << 24;
    }
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 16; i++) {
            uint32_t sum = s[0] + fake_md4_mix(round, s[1], s[2], s[3]) + word[order[round][i]] +
                           added[round];
            uint32_t turned = fake_md4_turn(sum, turns[round][i % 4]);
            s[0] = s[3];
            s[3] = s[2];
            s[2] = s[1];
            s[1] = turned;
        }
    }
    for (size_t i = 0; i < 4; i++) {
        state[i] += s[i];
    }
}

struct fake_hash fake_md4_of(struct span bytes)
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    uint64_t bits = (uint64_t)bytes.len * 8;
    uint8_t tail[2 * FAKE_MD4_BLOCK] = {0};
    while (bytes.len >= FAKE_MD4_BLOCK) {
        fake_md4_block(state, bytes.data);
        bytes = span_from(bytes, FAKE_MD4_BLOCK);
    }
    if (bytes.len > 0) {
        memcpy(tail, bytes.data, bytes.len);
    }
    tail[bytes.len] = 0x80;
    size_t len = bytes.len + 9 <= FAKE_MD4_BLOCK ? FAKE_MD4_BLOCK : sizeof tail;
    for (size_t i = 0; i < 8; i++) {
        tail[len - 8 + i] = (uint8_t)(bits >> (8 * i));
    }
    for (size_t at = 0; at < len; at += FAKE_MD4_BLOCK) {
        fake_md4_block(state, tail + at);
    }
    struct fake_hash hash = {.len = FAKE_MD4_LEN};
    for (size_t i = 0; i < FAKE_MD4_LEN; i++) {
        hash.octets[i] = (uint8_t)(state[i / 4] >> (8 * (i % 4)));
    }
    return hash;
}
