/*
 * client_address — addresses and host names beyond ASCII, and in which form they go over the line.
 *
 * Knows: which part of an address is beyond ASCII (RFC 6531 §3.3), A-labels of a domain (RFC 5890
 * §2.3.2.1) by libidn2. Refuses to know: whether the server takes SMTPUTF8, commands, headers.
 */
#ifndef SMTPVET_CLIENT_CLIENT_ADDRESS_H
#define SMTPVET_CLIENT_CLIENT_ADDRESS_H

#include "harness/base/buf.h"

bool client_address_is_ascii(struct span text);
/* Octets beyond ASCII stand in the local part: without SMTPUTF8 there is no other form of it. */
bool client_address_needs_utf8(struct span address);
/* client_address_put appends the address as it goes over the line: with A-labels where the local
 * part is ASCII, as it is where that is beyond it. False, and nothing appended, where it is no
 * UTF-8 or the domain is no name (RFC 5891 §5). */
bool client_address_put(struct span address, struct buf *out);
/* client_address_put_domain appends a domain in A-labels; one in ASCII as it is. False as above. */
bool client_address_put_domain(struct span domain, struct buf *out);
/* What stands behind the last `@`; empty where there is none. */
struct span client_address_domain(struct span address);

#endif
