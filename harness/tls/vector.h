/*
 * tls/vector — numbers and vectors of the presentation language (RFC 8446 §3.4), off the front.
 *
 * Knows: that what is missing is nothing: a number has zeros there, a vector ends early. Refuses to
 * know: which message it is. `rest` moves on behind what was taken.
 */
#ifndef SMTPVET_TLS_VECTOR_H
#define SMTPVET_TLS_VECTOR_H

#include "harness/base/span.h"

/* A number of `len` octets, at most 4. */
static inline unsigned tls_vector_number(struct span *rest, size_t len)
{
    unsigned number = 0;
    for (size_t i = 0; i < len; i++) {
        number = number << 8 | (i < rest->len ? rest->data[i] : 0);
    }
    *rest = span_from(*rest, len);
    return number;
}

/* What stands behind a length of `prefix` octets. */
static inline struct span tls_vector_take(struct span *rest, size_t prefix)
{
    size_t len = tls_vector_number(rest, prefix);
    struct span vector = span_first(*rest, len);
    *rest = span_from(*rest, vector.len);
    return vector;
}

#endif
