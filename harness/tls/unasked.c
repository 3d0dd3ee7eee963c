#include "harness/tls/unasked.h"

#define TLS_UNASKED_BEFORE_SESSION_ID 38 /* header 4, version 2, random 32 */
#define TLS_UNASKED_CODE 2
#define TLS_UNASKED_COOKIE 44            /* RFC 8446 §4.2.2: nobody asks for it */
#define TLS_UNASKED_RENEGOTIATION 0xff01 /* RFC 5746 §3.4: a cipher suite may have asked for it */

static size_t tls_unasked_number(struct span *rest, size_t len)
{
    size_t number = 0;
    for (size_t i = 0; i < len; i++) {
        number = number << 8 | (i < rest->len ? rest->data[i] : 0);
    }
    *rest = span_from(*rest, len);
    return number;
}

static struct span tls_unasked_vector(struct span *rest, size_t prefix)
{
    size_t len = tls_unasked_number(rest, prefix);
    struct span vector = span_first(*rest, len);
    *rest = span_from(*rest, vector.len);
    return vector;
}

/* Takes the type of the next extension off the front. */
static uint16_t tls_unasked_next(struct span *extensions)
{
    uint16_t type = (uint16_t)tls_unasked_number(extensions, TLS_UNASKED_CODE);
    (void)tls_unasked_vector(extensions, 2);
    return type;
}

void tls_unasked_sent(struct tls_unasked *unasked, struct span hello)
{
    struct span rest = span_from(hello, TLS_UNASKED_BEFORE_SESSION_ID);
    (void)tls_unasked_vector(&rest, 1);
    (void)tls_unasked_vector(&rest, 2); /* cipher suites */
    (void)tls_unasked_vector(&rest, 1); /* compression methods */
    struct span extensions = tls_unasked_vector(&rest, 2);
    unasked->asked_len = 0;
    while (extensions.len > 0 && unasked->asked_len < TLS_UNASKED_MAX) {
        unasked->asked[unasked->asked_len++] = tls_unasked_next(&extensions);
    }
}

static bool tls_unasked_is_asked(const struct tls_unasked *unasked, uint16_t type)
{
    for (size_t i = 0; i < unasked->asked_len; i++) {
        if (unasked->asked[i] == type) {
            return true;
        }
    }
    return type == TLS_UNASKED_COOKIE || type == TLS_UNASKED_RENEGOTIATION;
}

void tls_unasked_received(struct tls_unasked *unasked, struct span hello)
{
    struct span rest = span_from(hello, TLS_UNASKED_BEFORE_SESSION_ID);
    (void)tls_unasked_vector(&rest, 1);
    rest = span_from(rest, TLS_UNASKED_CODE + 1); /* the suite, the compression method */
    struct span extensions = tls_unasked_vector(&rest, 2);
    while (extensions.len > 0 && !unasked->found) {
        uint16_t type = tls_unasked_next(&extensions);
        if (!tls_unasked_is_asked(unasked, type)) {
            unasked->found = true;
            unasked->type = type;
        }
    }
}
