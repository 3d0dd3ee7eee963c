#include "harness/tls/scan.h"

#include <openssl/ssl3.h>

#include "harness/tls/tls.h"

#define TLS_SCAN_SSL2 0x80 /* RFC 5246 §E.2: the top bit of a two-octet length */
#define TLS_SCAN_SSL2_HEADER 2

bool tls_is_record(uint8_t byte)
{
    return (byte >= SSL3_RT_CHANGE_CIPHER_SPEC && byte <= SSL3_RT_APPLICATION_DATA) ||
           byte == TLS_SCAN_SSL2;
}

static bool tls_scan_begin(struct tls_scan *scan, uint8_t byte)
{
    /* Only a stream's first record can be an SSL 2 hello. */
    if (!tls_is_record(byte) || (byte == TLS_SCAN_SSL2 && scan->records > 0)) {
        scan->not_tls = true;
        scan->stray = byte;
        return false;
    }
    scan->records++;
    return true;
}

size_t tls_scan_bytes(struct tls_scan *scan, struct span bytes)
{
    struct span rest = bytes;
    while (rest.len > 0 && !scan->not_tls) {
        if (scan->left > 0) {
            size_t len = scan->left < rest.len ? scan->left : rest.len;
            scan->left -= len;
            rest = span_from(rest, len);
            continue;
        }
        if (scan->header_len == 0 && !tls_scan_begin(scan, rest.data[0])) {
            break;
        }
        scan->header[scan->header_len++] = rest.data[0];
        rest = span_from(rest, 1);
        if (scan->header[0] == TLS_SCAN_SSL2 && scan->header_len == TLS_SCAN_SSL2_HEADER) {
            scan->left = scan->header[1];
            scan->header_len = 0;
        } else if (scan->header_len == TLS_SCAN_HEADER) {
            scan->left = (size_t)scan->header[3] << 8 | scan->header[4];
            scan->header_len = 0;
        }
    }
    return bytes.len - rest.len;
}

bool tls_scan_inside_record(const struct tls_scan *scan)
{
    return scan->header_len > 0 || scan->left > 0;
}
