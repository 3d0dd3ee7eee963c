#include "harness/tls/unasked.h"

#include "harness/base/mem.h"
#include "harness/tests/unit.h"

#define HELLO_MAX 512
#define SERVER_NAME 0
#define HEARTBEAT 15
#define COOKIE 44
#define RENEGOTIATION 0xff01
#define NOTHING (-1)

/* A hello with those extensions, each with one octet in it. */
static struct span make(uint8_t *room, bool client, const uint16_t *types, size_t len)
{
    size_t at = 4 + 2 + 32;
    memset(room, 0, HELLO_MAX);
    room[at++] = 1; /* a session id of one octet */
    at++;
    if (client) {
        room[at + 1] = 2; /* one suite, one compression method */
        room[at + 4] = 1;
        at += 6;
    } else {
        at += 3;
    }
    room[at++] = (uint8_t)(5 * len >> 8);
    room[at++] = (uint8_t)(5 * len);
    for (size_t i = 0; i < len; i++) {
        room[at++] = (uint8_t)(types[i] >> 8);
        room[at++] = (uint8_t)types[i];
        room[at + 1] = 1;
        at += 3;
    }
    return span_of(room, at);
}

static const uint16_t asked[] = {SERVER_NAME, 10, 43, 51};

static int found(const uint16_t *types, size_t len)
{
    uint8_t room[HELLO_MAX];
    struct tls_unasked unasked = {0};
    tls_unasked_sent(&unasked, make(room, true, asked, sizeof asked / sizeof asked[0]));
    tls_unasked_received(&unasked, make(room, false, types, len));
    return unasked.found ? unasked.type : NOTHING;
}

START_TEST(test_what_was_asked_for)
{
    static const uint16_t good[] = {43, 51, SERVER_NAME, COOKIE, RENEGOTIATION};
    static const uint16_t heartbeat[] = {43, HEARTBEAT, 16};
    static const uint16_t unknown[] = {0xfafa};
    ck_assert_int_eq(found(NULL, 0), NOTHING);
    ck_assert_int_eq(found(good, 5), NOTHING);
    ck_assert_int_eq(found(heartbeat, 3), HEARTBEAT); /* the first of two */
    ck_assert_int_eq(found(unknown, 1), 0xfafa);
}
END_TEST

START_TEST(test_the_latest_hello_counts)
{
    static const uint16_t more[] = {HEARTBEAT};
    uint8_t room[HELLO_MAX];
    struct tls_unasked unasked = {0};
    tls_unasked_sent(&unasked, make(room, true, more, 1));
    tls_unasked_sent(&unasked, make(room, true, asked, 4));
    tls_unasked_received(&unasked, make(room, false, more, 1));
    ck_assert(unasked.found);
}
END_TEST

/* Whatever comes, nothing is read behind it. */
START_TEST(test_every_prefix_and_every_octet)
{
    uint8_t room[HELLO_MAX];
    for (int client = 0; client < 2; client++) {
        struct span hello = make(room, client == 1, asked, 4);
        for (size_t i = 0; i <= hello.len; i++) {
            uint8_t *copy = mem_zalloc(i == 0 ? 1 : i, 1);
            struct tls_unasked unasked = {0};
            memcpy(copy, hello.data, i);
            tls_unasked_sent(&unasked, span_of(copy, i));
            tls_unasked_received(&unasked, span_of(copy, i));
            ck_assert_uint_le(unasked.asked_len, TLS_UNASKED_MAX);
            mem_free(copy);
        }
        for (size_t i = 0; i < hello.len; i++) {
            uint8_t kept = room[i];
            struct tls_unasked unasked = {0};
            room[i] = UINT8_MAX;
            tls_unasked_sent(&unasked, hello);
            tls_unasked_received(&unasked, hello);
            ck_assert_uint_le(unasked.asked_len, TLS_UNASKED_MAX);
            room[i] = kept;
        }
    }
}
END_TEST

UNIT_MAIN(test_what_was_asked_for, test_the_latest_hello_counts, test_every_prefix_and_every_octet)
