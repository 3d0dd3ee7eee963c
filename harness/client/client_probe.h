/*
 * client_probe — whether raw octets behind a 354 have ended the message yet.
 *
 * Knows: the one right end, CRLF.CRLF (RFC 5321 §4.1.1.4). Refuses to know: what is in between,
 * what a server makes of it.
 */
#ifndef SMTPVET_CLIENT_CLIENT_PROBE_H
#define SMTPVET_CLIENT_CLIENT_PROBE_H

#include "harness/base/span.h"

struct client_probe {
    bool open;   /* a message has begun, and has not ended */
    size_t have; /* octets of the end that have gone out */
};

void client_probe_begin(struct client_probe *probe);
void client_probe_feed(struct client_probe *probe, struct span bytes);

#endif
