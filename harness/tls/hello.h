/*
 * hello — what a ClientHello offered, kept as it came.
 *
 * Knows: the lists of a hello that OpenSSL has taken apart into extensions (RFC 8446 §4.1.2, §4.2);
 * Refuses to know: what the code points mean; which of them OpenSSL
 * will choose; what becomes of its server name. What is malformed is kept as far as it can be read.
 * A session owns its hello.
 */
#ifndef SMTPVET_TLS_HELLO_H
#define SMTPVET_TLS_HELLO_H

#include <openssl/ssl.h>

#include "harness/base/span.h"

#define TLS_HELLO_LIST_MAX \
    160 /* suites, groups … kept of a ClientHello; real ones have under 100 */
#define TLS_HELLO_NAME_MAX 255  /* RFC 6066 §3: a DNS name */
#define TLS_HELLO_ALPN_MAX 1024 /* octets of the protocol list */

struct tls_hello {
    uint16_t versions[TLS_HELLO_LIST_MAX];
    uint16_t ciphers[TLS_HELLO_LIST_MAX];
    uint16_t groups[TLS_HELLO_LIST_MAX];
    uint16_t signatures[TLS_HELLO_LIST_MAX];
    size_t versions_len, ciphers_len, groups_len, signatures_len;
    bool has_groups, has_signatures;
    bool has_status_request;          /* RFC 6066 §8 */
    uint8_t sni[TLS_HELLO_NAME_MAX];  /* as it came: any octets */
    size_t sni_len;                   /* 0: none */
    uint8_t alpn[TLS_HELLO_ALPN_MAX]; /* one-octet lengths and names (RFC 7301 §3.1) */
    size_t alpn_len;
    unsigned count; /* of hellos: 2 behind a HelloRetryRequest */
};

/* tls_hello_seen is what OpenSSL calls once a ClientHello has come whole
 * (SSL_CTX_set_client_hello_cb): keeps it, and lets serve.c decide about its server name. */
int tls_hello_seen(SSL *ssl, int *alert, void *unused);

#endif
