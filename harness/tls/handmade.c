#include "harness/tls/handmade.h"

#include "harness/tls/vector.h"

#define TLS_HANDMADE_RECORD_HEADER 5
#define TLS_HANDMADE_RECORD_HANDSHAKE 22
#define TLS_HANDMADE_MESSAGE_HEADER 4
#define TLS_HANDMADE_SERVER_HELLO 2
#define TLS_HANDMADE_CODE 2 /* octets of a version, suite, group, type of extension */
#define TLS_HANDMADE_RANDOM 32
#define TLS_HANDMADE_SENTINEL 8 /* RFC 8446 §4.1.3: of the random octets */
#define TLS_HANDMADE_HELLO_MAX                                                    \
    ((size_t)64 * 1024)             /* a ClientHello; more of it is not looked at \
                                     */
#define TLS_HANDMADE_ANSWER_MAX 512 /* a ServerHello; the longest here has 150 */
#define TLS_HANDMADE_SHARE 32       /* octets of an x25519 share */
#define TLS_HANDMADE_DEFLATE 1      /* RFC 3749 §2 */

#define TLS_HANDMADE_VERSION_SSL2 0x0002
#define TLS_HANDMADE_VERSION_SSL3 0x0300
#define TLS_HANDMADE_VERSION_1_0 0x0301
#define TLS_HANDMADE_VERSION_1_2 0x0303
#define TLS_HANDMADE_VERSION_1_3 0x0304

#define TLS_HANDMADE_EXT_NAME 0
#define TLS_HANDMADE_EXT_MAX_FRAGMENT 1
#define TLS_HANDMADE_EXT_GROUPS 10
#define TLS_HANDMADE_EXT_SRTP 14
#define TLS_HANDMADE_EXT_HEARTBEAT 15
#define TLS_HANDMADE_EXT_ALPN 16
#define TLS_HANDMADE_EXT_VERSIONS 43
#define TLS_HANDMADE_EXT_KEY_SHARE 51
#define TLS_HANDMADE_EXT_RENEGOTIATION 0xff01

/* --- what the client has offered --- */

struct tls_handmade_offer {
    struct span session_id;
    struct span ciphers, groups, versions; /* code points */
    struct span extensions;
    unsigned version; /* the field's; `versions` says more where it is there */
    unsigned share;   /* group of the first key share; 0: none */
};

static bool tls_handmade_find(struct span extensions, unsigned type, struct span *ret)
{
    while (extensions.len > 0) {
        unsigned found = tls_vector_number(&extensions, TLS_HANDMADE_CODE);
        struct span body = tls_vector_take(&extensions, 2);
        if (found == type) {
            *ret = body;
            return true;
        }
    }
    return false;
}

static bool tls_handmade_has(struct span codes, unsigned code)
{
    while (codes.len >= TLS_HANDMADE_CODE) {
        if (tls_vector_number(&codes, TLS_HANDMADE_CODE) == code) {
            return true;
        }
    }
    return false;
}

/* The message out of its records (RFC 8446 §5.1), without its header. */
static struct span tls_handmade_message(struct span records, struct buf *room)
{
    while (records.len > TLS_HANDMADE_RECORD_HEADER &&
           records.data[0] == TLS_HANDMADE_RECORD_HANDSHAKE) {
        struct span rest = span_from(records, 3);
        (void)buf_append(room, tls_vector_take(&rest, 2)); /* false: more than is looked at */
        records = rest;
    }
    return span_from(buf_span(room), TLS_HANDMADE_MESSAGE_HEADER);
}

static struct tls_handmade_offer tls_handmade_read(struct span message)
{
    struct tls_handmade_offer offer = {0};
    struct span body = SPAN_EMPTY;
    offer.version = tls_vector_number(&message, TLS_HANDMADE_CODE);
    message = span_from(message, TLS_HANDMADE_RANDOM);
    offer.session_id = tls_vector_take(&message, 1);
    offer.ciphers = tls_vector_take(&message, 2);
    (void)tls_vector_take(&message, 1);
    offer.extensions = tls_vector_take(&message, 2);
    if (offer.session_id.len > TLS_HANDMADE_RANDOM) {
        offer.session_id.len = TLS_HANDMADE_RANDOM; /* RFC 8446 §4.1.2: no more are allowed */
    }
    if (tls_handmade_find(offer.extensions, TLS_HANDMADE_EXT_GROUPS, &body)) {
        offer.groups = tls_vector_take(&body, 2);
    }
    if (tls_handmade_find(offer.extensions, TLS_HANDMADE_EXT_VERSIONS, &body)) {
        offer.versions = tls_vector_take(&body, 1);
    }
    if (tls_handmade_find(offer.extensions, TLS_HANDMADE_EXT_KEY_SHARE, &body)) {
        struct span shares = tls_vector_take(&body, 2);
        offer.share = tls_vector_number(&shares, TLS_HANDMADE_CODE);
    }
    return offer;
}

static bool tls_handmade_offers_version(const struct tls_handmade_offer *offer, unsigned version)
{
    return offer->versions.len > 0 ? tls_handmade_has(offer->versions, version)
                                   : version <= offer->version;
}

/* --- what is chosen --- */

static const uint16_t tls_handmade_suites_1_2[] = {0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
    0xc023, 0xc027, 0x009c, 0x009d, 0x0035,
    0x003b}; /* the last one has no encryption: who offers it deserves it */
static const uint16_t tls_handmade_suites_1_3[] = {0x1302, 0x1303, 0x1301, 0x1304, 0x1305};
static const uint16_t tls_handmade_groups[] = {
    0x001f, 0x001a, 0x0016, 0x0017, 0x0018, 0x0019, 0x001d, 0x001e};

/* The first of a list that was offered, or that was not; the last where there is none. */
static unsigned tls_handmade_choose(
    const uint16_t *list, size_t len, struct span offered, bool wanted)
{
    for (size_t i = 0; i < len; i++) {
        if (tls_handmade_has(offered, list[i]) == wanted) {
            return list[i];
        }
    }
    return list[len - 1];
}

static unsigned tls_handmade_suite(
    const struct tls_handmade_offer *offer, bool tls_1_3, bool offered)
{
    return tls_1_3 ? tls_handmade_choose(tls_handmade_suites_1_3,
                         ARRAY_LEN(tls_handmade_suites_1_3), offer->ciphers, offered)
                   : tls_handmade_choose(tls_handmade_suites_1_2,
                         ARRAY_LEN(tls_handmade_suites_1_2), offer->ciphers, offered);
}

static unsigned tls_handmade_group(const struct tls_handmade_offer *offer, bool offered)
{
    return tls_handmade_choose(
        tls_handmade_groups, ARRAY_LEN(tls_handmade_groups), offer->groups, offered);
}

/* The highest version below TLS 1.3 that the client does not have. */
static unsigned tls_handmade_older(const struct tls_handmade_offer *offer)
{
    unsigned version = TLS_HANDMADE_VERSION_1_2;
    while (version > TLS_HANDMADE_VERSION_SSL3 && tls_handmade_offers_version(offer, version)) {
        version--;
    }
    return version;
}

/* An offer that nobody made: of the extensions that the library knows, and so would have to miss.
 */
static unsigned tls_handmade_extension(const struct tls_handmade_offer *offer)
{
    static const uint16_t types[] = {
        TLS_HANDMADE_EXT_ALPN, TLS_HANDMADE_EXT_SRTP, TLS_HANDMADE_EXT_MAX_FRAGMENT};
    struct span body;
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(types) && tls_handmade_find(offer->extensions, types[i], &body)) {
        i++;
    }
    return types[i];
}

/* --- what is said --- */

struct tls_handmade_hello {
    unsigned version; /* in the header of the record and the field of the message */
    uint8_t random[TLS_HANDMADE_RANDOM];
    struct span session_id;
    unsigned cipher;
    uint8_t compression;
    struct buf extensions;
};

static void tls_handmade_put(struct buf *out, unsigned number, size_t len)
{
    while (len > 0) {
        len--;
        (void)buf_append_byte(out, (uint8_t)(number >> (8 * len)));
    }
}

static void tls_handmade_put_extension(struct buf *out, unsigned type, struct span body)
{
    tls_handmade_put(out, type, TLS_HANDMADE_CODE);
    tls_handmade_put(out, (unsigned)body.len, 2);
    (void)buf_append(out, body);
}

static void tls_handmade_put_code(struct buf *out, unsigned type, unsigned code)
{
    const uint8_t body[] = {(uint8_t)(code >> 8), (uint8_t)code};
    tls_handmade_put_extension(out, type, span_of(body, sizeof body));
}

/* RFC 8446 §4.2.8: any octets are a share of x25519, and for the other groups nobody looks. */
static void tls_handmade_put_share(struct buf *out, unsigned group)
{
    uint8_t body[2 * TLS_HANDMADE_CODE + TLS_HANDMADE_SHARE] = {
        (uint8_t)(group >> 8), (uint8_t)group, 0, TLS_HANDMADE_SHARE, 9};
    tls_handmade_put_extension(out, TLS_HANDMADE_EXT_KEY_SHARE, span_of(body, sizeof body));
}

static void tls_handmade_put_hello(const struct tls_handmade_hello *hello, struct buf *out)
{
    CLEANUP(buf_done) struct buf body = {0};
    buf_init(&body, TLS_HANDMADE_ANSWER_MAX);
    tls_handmade_put(&body, hello->version, TLS_HANDMADE_CODE);
    (void)buf_append(&body, span_of(hello->random, sizeof hello->random));
    tls_handmade_put(&body, (unsigned)hello->session_id.len, 1);
    (void)buf_append(&body, hello->session_id);
    tls_handmade_put(&body, hello->cipher, TLS_HANDMADE_CODE);
    tls_handmade_put(&body, hello->compression, 1);
    if (hello->extensions.len > 0) {
        tls_handmade_put(&body, (unsigned)hello->extensions.len, 2);
        (void)buf_append(&body, buf_span(&hello->extensions));
    }
    tls_handmade_put(out, TLS_HANDMADE_RECORD_HANDSHAKE, 1);
    tls_handmade_put(out, hello->version, TLS_HANDMADE_CODE);
    tls_handmade_put(out, (unsigned)body.len + TLS_HANDMADE_MESSAGE_HEADER, 2);
    tls_handmade_put(out, TLS_HANDMADE_SERVER_HELLO, 1);
    tls_handmade_put(out, (unsigned)body.len, 3);
    (void)buf_append(out, buf_span(&body));
}

/* What an SSL 2 server says: no session met again, a certificate without an octet in it, one cipher
 * (RC4 with 128 bits), an identifier of the connection. */
static void tls_handmade_put_ssl2(struct buf *out)
{
    static const uint8_t record[] = {0x80, 30, 4, 0, 1, 0, 2, 0, 0, 0, 3, 0, 16, 1, 0, 0x80, 'a',
        'n', 's', 'w', 'e', 'r', 'e', 'd', ' ', 'b', 'y', ' ', 'h', 'a', 'n', 'd'};
    (void)buf_append(out, span_of(record, sizeof record));
}

/* RFC 8446 §4.1.3: the random octets that make a ServerHello a HelloRetryRequest. */
static const uint8_t tls_handmade_retry[TLS_HANDMADE_RANDOM] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a,
    0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/* A ServerHello in which nothing is wrong yet. `tls_1_3`: with the client's session id (RFC 8446
 * §4.1.3); before it, one that is met again would mean a session that goes on. */
static void tls_handmade_begin(
    struct tls_handmade_hello *hello, const struct tls_handmade_offer *offer, bool tls_1_3)
{
    static const uint8_t random[TLS_HANDMADE_RANDOM + 1] = "Answered by hand, for no session";
    *hello = (struct tls_handmade_hello){
        .version = TLS_HANDMADE_VERSION_1_2,
        .session_id = tls_1_3 ? offer->session_id : SPAN_EMPTY,
        .cipher = tls_handmade_suite(offer, tls_1_3, true),
    };
    memcpy(hello->random, random, sizeof hello->random);
    buf_init(&hello->extensions, TLS_HANDMADE_ANSWER_MAX);
}

/* What makes it one of TLS 1.3, or a good one of TLS 1.2. */
static void tls_handmade_put_common(struct buf *extensions, bool tls_1_3, unsigned group)
{
    static const uint8_t none[] = {0};
    if (tls_1_3) {
        tls_handmade_put_code(extensions, TLS_HANDMADE_EXT_VERSIONS, TLS_HANDMADE_VERSION_1_3);
        tls_handmade_put_share(extensions, group);
    } else {
        tls_handmade_put_extension(
            extensions, TLS_HANDMADE_EXT_RENEGOTIATION, span_of(none, sizeof none));
    }
}

static void tls_handmade_put_retry(struct tls_handmade_hello *hello, unsigned group)
{
    memcpy(hello->random, tls_handmade_retry, sizeof hello->random);
    tls_handmade_put_code(&hello->extensions, TLS_HANDMADE_EXT_VERSIONS, TLS_HANDMADE_VERSION_1_3);
    if (group != 0) {
        tls_handmade_put_code(&hello->extensions, TLS_HANDMADE_EXT_KEY_SHARE, group);
    }
}

/* A group that was offered and of which no share came. */
static unsigned tls_handmade_other_group(const struct tls_handmade_offer *offer)
{
    struct span groups = offer->groups;
    while (groups.len >= TLS_HANDMADE_CODE) {
        unsigned group = tls_vector_number(&groups, TLS_HANDMADE_CODE);
        if (group != offer->share) {
            return group;
        }
    }
    return tls_handmade_groups[0];
}

static bool tls_handmade_wants_1_3(enum tls_handmade kind, const struct tls_handmade_offer *offer)
{
    switch (kind) {
    case TLS_HANDMADE_DOWNGRADE:
    case TLS_HANDMADE_VERSION:
    case TLS_HANDMADE_NO_RENEGOTIATION:
    case TLS_HANDMADE_SSL3:
        return false;
    default:
        return tls_handmade_offers_version(offer, TLS_HANDMADE_VERSION_1_3) &&
               offer->versions.len > 0;
    }
}

/* The one thing that is wrong. */
static void tls_handmade_spoil(enum tls_handmade kind, const struct tls_handmade_offer *offer,
    struct tls_handmade_hello *hello)
{
    static const uint8_t sentinel[TLS_HANDMADE_SENTINEL] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
    static const uint8_t other[] = {'a', 'n', 'o', 't', 'h', 'e', 'r'};
    static const uint8_t beat[] = {1};
    bool tls_1_3 = tls_handmade_wants_1_3(kind, offer);
    switch (kind) {
    case TLS_HANDMADE_SSL3:
        hello->version = TLS_HANDMADE_VERSION_SSL3;
        break;
    case TLS_HANDMADE_DOWNGRADE:
        memcpy(hello->random + TLS_HANDMADE_RANDOM - sizeof sentinel, sentinel, sizeof sentinel);
        break;
    case TLS_HANDMADE_CIPHER:
        hello->cipher = tls_handmade_suite(offer, tls_1_3, false);
        break;
    case TLS_HANDMADE_VERSION:
        hello->version = tls_handmade_older(offer);
        break;
    case TLS_HANDMADE_EXTENSION:
        tls_handmade_put_extension(&hello->extensions, tls_handmade_extension(offer), SPAN_EMPTY);
        break;
    case TLS_HANDMADE_HEARTBEAT:
        tls_handmade_put_extension(
            &hello->extensions, TLS_HANDMADE_EXT_HEARTBEAT, span_of(beat, sizeof beat));
        break;
    case TLS_HANDMADE_COMPRESSION:
        hello->compression = TLS_HANDMADE_DEFLATE;
        break;
    case TLS_HANDMADE_SESSION_ID:
        hello->session_id = span_of(other, sizeof other);
        break;
    default:
        break;
    }
}

static void tls_handmade_put_answer(
    enum tls_handmade kind, const struct tls_handmade_offer *offer, struct buf *out)
{
    struct tls_handmade_hello hello;
    bool tls_1_3 = tls_handmade_wants_1_3(kind, offer);
    bool bare = kind == TLS_HANDMADE_NO_RENEGOTIATION || kind == TLS_HANDMADE_SSL3;
    tls_handmade_begin(&hello, offer, tls_1_3);
    switch (kind) {
    case TLS_HANDMADE_RETRY_SAME_GROUP:
        tls_handmade_put_retry(&hello, offer->share);
        break;
    case TLS_HANDMADE_RETRY_UNKNOWN_GROUP:
        tls_handmade_put_retry(&hello, tls_handmade_group(offer, false));
        break;
    case TLS_HANDMADE_RETRY_NOTHING:
        tls_handmade_put_retry(&hello, 0);
        break;
    case TLS_HANDMADE_RETRY_TWICE:
        tls_handmade_put_retry(&hello, tls_handmade_other_group(offer));
        break;
    default:
        if (!bare) {
            tls_handmade_put_common(&hello.extensions, tls_1_3,
                kind == TLS_HANDMADE_GROUP ? tls_handmade_group(offer, false) : offer->share);
        }
        tls_handmade_spoil(kind, offer, &hello);
        break;
    }
    tls_handmade_put_hello(&hello, out);
    buf_done(&hello.extensions);
}

void tls_handmade_answer(enum tls_handmade kind, struct span hello, unsigned nth, struct buf *out)
{
    if (kind == TLS_HANDMADE_NONE || (nth > 0 && kind != TLS_HANDMADE_RETRY_TWICE)) {
        return;
    }
    if (kind == TLS_HANDMADE_SSL2) {
        tls_handmade_put_ssl2(out);
        return;
    }
    CLEANUP(buf_done) struct buf room = {0};
    buf_init(&room, TLS_HANDMADE_HELLO_MAX);
    struct tls_handmade_offer offer = tls_handmade_read(tls_handmade_message(hello, &room));
    tls_handmade_put_answer(kind, &offer, out);
}

bool tls_handmade_offers_tls_1_3(struct span hello)
{
    CLEANUP(buf_done) struct buf room = {0};
    buf_init(&room, TLS_HANDMADE_HELLO_MAX);
    struct tls_handmade_offer offer = tls_handmade_read(tls_handmade_message(hello, &room));
    return tls_handmade_has(offer.versions, TLS_HANDMADE_VERSION_1_3);
}

bool tls_handmade_has_server_name(struct span hello)
{
    CLEANUP(buf_done) struct buf room = {0};
    buf_init(&room, TLS_HANDMADE_HELLO_MAX);
    struct tls_handmade_offer offer = tls_handmade_read(tls_handmade_message(hello, &room));
    struct span name;
    return tls_handmade_find(offer.extensions, TLS_HANDMADE_EXT_NAME, &name);
}
