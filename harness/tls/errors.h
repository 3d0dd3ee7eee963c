/*
 * errors — OpenSSL's error queue, emptied at little cost.
 *
 * Knows: that the queue belongs to the thread and nearly always is empty. Refuses to know: what
 * stands in it.
 */
#ifndef SMTPVET_TLS_ERRORS_H
#define SMTPVET_TLS_ERRORS_H

#include <openssl/err.h>

/* The library's own way overwrites the whole queue, and is wanted a hundred times a session. */
static inline void tls_errors_clear(void)
{
    if (ERR_peek_error() != 0) {
        ERR_clear_error();
    }
}

#endif
