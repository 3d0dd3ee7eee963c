/*
 * fake_fault — what the faults of a plan (harness/plan/faults.def) do beside the normal replies.
 *
 * Knows: how replies are spoilt and delayed, what is kept of clear text behind STARTTLS. A fault
 * that belongs to one normal reply is looked at there: fake_command, fake_auth, fake_run.
 * Refuses to know: which case wants which.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_FAULT_H
#define SMTPVET_FAKE_SERVER_FAKE_FAULT_H

#include "fake-server/fake_run.h"
#include "harness/plan/fault.h"

#define FAKE_FAULT_FAILURES_MAX 3 /* logins that lockout-after-failures lets fail */
#define FAKE_FAULT_PAIRS_MAX 1000 /* of sender and recipient; further ones are never known */
#define FAKE_FAULT_SLOW_US ((int64_t)20 * 1000 * 1000)
#define FAKE_FAULT_DEAF_US ((int64_t)200 * 1000) /* longer than any segment takes on loopback */

bool fake_fault_is_on(const struct fake_session *session, enum plan_fault fault);

/* How long the moment waits before anything is done in it; 0: not at all. */
int64_t fake_fault_pause_us(const struct fake_session *session, enum plan_moment kind);
/* The pause is over: what has come meanwhile may be lost. */
void fake_fault_pause_over(struct fake_session *session, enum plan_moment kind);

/* fake_fault_spoil changes a reply that was just put into the session's piece, and nothing else
 * stands there. */
void fake_fault_spoil(struct fake_session *session, enum plan_moment kind);

/* What this server takes for the end of a message besides CRLF.CRLF: bits of enum fake_body_end. */
unsigned fake_fault_body_ends(const struct fake_session *session);

/* True when the server has not seen this sender write to `to` before. */
bool fake_fault_greylists(struct fake_session *session, struct span to);

/* True when this failed login is one too many; it counts for all connections of the server. */
bool fake_fault_locks_out(struct fake_session *session);
/* The server has had enough of logins. */
bool fake_fault_is_locked(const struct fake_session *session);

/* --- the seam of STARTTLS --- */

/* True when clear text behind STARTTLS is kept, as input, until TLS begins. */
bool fake_fault_keeps_clear(const struct fake_session *session);
/* TLS begins: of the clear text in the input stays what the faults say. The rest was overheard. */
void fake_fault_choose_clear(struct fake_session *session);

#endif
