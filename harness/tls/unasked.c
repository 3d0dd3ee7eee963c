#include "harness/tls/unasked.h"

#include "harness/tls/vector.h"

#define TLS_UNASKED_BEFORE_SESSION_ID 38 /* header 4, version 2, random 32 */
#define TLS_UNASKED_CODE 2
#define TLS_UNASKED_COOKIE 44            /* RFC 8446 §4.2.2: nobody asks for it */
#define TLS_UNASKED_RENEGOTIATION 0xff01 /* RFC 5746 §3.4: a cipher suite may have asked for it */

/* Takes the type of the next extension off the front. */
static uint16_t tls_unasked_next(struct span *extensions)
{
    uint16_t type = (uint16_t)tls_vector_number(extensions, TLS_UNASKED_CODE);
    (void)tls_vector_take(extensions, 2);
    return type;
}

void tls_unasked_sent(struct tls_unasked *unasked, struct span hello)
{
    struct span rest = span_from(hello, TLS_UNASKED_BEFORE_SESSION_ID);
    (void)tls_vector_take(&rest, 1);
    (void)tls_vector_take(&rest, 2); /* cipher suites */
    (void)tls_vector_take(&rest, 1); /* compression methods */
    struct span extensions = tls_vector_take(&rest, 2);
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
    (void)tls_vector_take(&rest, 1);
    rest = span_from(rest, TLS_UNASKED_CODE + 1); /* the suite, the compression method */
    struct span extensions = tls_vector_take(&rest, 2);
    while (extensions.len > 0 && !unasked->found) {
        uint16_t type = tls_unasked_next(&extensions);
        if (!tls_unasked_is_asked(unasked, type)) {
            unasked->found = true;
            unasked->type = type;
        }
    }
}
