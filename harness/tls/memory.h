/*
 * tls/memory — what a client keeps of its sessions, to resume them (RFC 8446 §2.2, RFC 5077).
 *
 * Knows: that a session is good only for what it was made for: the same host, port, server name,
 * protocols and demands on the certificate (RFC 8446 §4.6.1, appendix C.4); that one with problems
 * which the client was not told to overlook is not kept, because resuming it would skip the check;
 * that none outlives its ticket or its certificate.
 * Refuses to know: connections. It owns the sessions in it; who made it frees it, behind the
 * sessions that use it.
 */
#ifndef SMTPVET_TLS_MEMORY_H
#define SMTPVET_TLS_MEMORY_H

struct tls_memory;
struct tls_memory *tls_memory_new(void);
void tls_memory_free(struct tls_memory *memory); /* NULL is fine */

#endif
