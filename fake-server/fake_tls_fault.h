/*
 * fake_tls_fault — what the faults of a plan do to TLS that is else as it should be.
 *
 * Knows: which faults of harness/plan/faults.def want which option of harness/tls, and which
 * ClientHello is not answered at all. Refuses to know: records, keys.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_TLS_FAULT_H
#define SMTPVET_FAKE_SERVER_FAKE_TLS_FAULT_H

#include "fake-server/fake_session.h"

/* What the records behind the handshake become. */
enum tls_spoil fake_tls_fault_spoil(const struct plan_server *plan);

/* Adds to the options of the filter that a session's records go through. */
void fake_tls_fault_filter(const struct plan_server *plan, struct tls_filter_options *options);

/* True when a ClientHello must be seen whole before TLS is given it. */
bool fake_tls_fault_reads_hello(const struct plan_server *plan);
/* True when the session's held ClientHello is one that this server, or what stands before it, does
 * not let pass; the channel is dead then, or will be reset. */
bool fake_tls_fault_drops_hello(struct fake_session *session);

#endif
