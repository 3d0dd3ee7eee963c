/*
 * fake_server — the included SMTP/TLS server, as well- or ill-behaved as a case wants it: bytes in,
 * bytes out.
 *
 * Knows: SMTP from the server's side with a parser of its own, STARTTLS, SASL of its own, the
 * case's script; observes everything that the client does on its own account (server.saw.*).
 * Refuses to know: sockets, clocks, threads, the client's code, what a case expects.
 *
 * A fake_server is one server of one case and spans its connections; each connection is a
 * fake_session, driven as harness/base/wire.h says (its first event is WIRE_OPENED).
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_SERVER_H
#define SMTPVET_FAKE_SERVER_FAKE_SERVER_H

#include "harness/base/wire.h"
#include "harness/certs/certs.h"
#include "harness/evidence/fact.h"
#include "harness/plan/server.h"
#include "harness/tls/tls.h"

/* What servers of one thread share: identities by recipe, so that no certificate is parsed twice.
 */
struct fake_server_worker;
struct fake_server_worker *fake_server_worker_new(struct tls_worker *tls_worker);
void fake_server_worker_free(struct fake_server_worker *worker); /* NULL is fine */

struct fake_server_environment {
    struct fake_server_worker *worker;
    const struct certs_minted *const *minted; /* as many as plan->certificates, in that order */
    const struct tls_trust *client_trust; /* where clients are asked for a certificate, or NULL */
    int64_t clock_s;                      /* unix seconds at time 0 */
    const struct secret_set *secrets;
    uint64_t seed;               /* of nonces */
    struct fake_server *fellow;  /* the first server of the case, where this is another: connections
                                    and messages are counted together; must live as long */
    unsigned connections_before; /* of the case: those of earlier attempts at it */
};

struct fake_server;
struct fake_session;

/* NULL and FAIL_USAGE (a pattern or cipher list that is wrong) or FAIL_INTERNAL. */
struct fake_server *fake_server_new(const struct plan_server *plan,
    const struct fake_server_environment *environment, struct fail *fail);
/* Frees its sessions too. NULL is fine. */
void fake_server_free(struct fake_server *server);

/* A new connection; it lives as long as the server, or until fake_session_free. */
struct fake_session *fake_session_new(struct fake_server *server);
/* fake_session_free forgets a connection; what of it counts for others stays. Record it before. */
void fake_session_free(struct fake_session *session);
void fake_session_event(
    struct fake_session *session, const struct wire_event *event, int64_t now_us);
struct wire_queue *fake_session_queue(struct fake_session *session);
int64_t fake_session_deadline_us(const struct fake_session *session);
bool fake_session_is_done(const struct fake_session *session);

/* FAIL_LIMIT where the pattern of a rule gave up, so that it is not known what the server should
 * have done: the case proves nothing. */
enum status fake_server_check(const struct fake_server *server, struct fail *fail) MUST_USE;

/* fake_server_record writes server.saw.*: whole-case facts, and for
 * each connection its own (fact connection numbers are those of the client where it counted as
 * many; more are added). Call it once, when all is over. */
void fake_server_record(const struct fake_server *server, struct facts *facts);
/* The part of fake_server_record that speaks of one connection, as connection `number` (from 1) of
 * `facts`. */
void fake_session_record(struct fake_session *session, unsigned number, struct facts *facts);
/* What of all connections of a server and its fellows together: how many, and their messages. */
void fake_server_record_all(const struct fake_server *server, struct facts *facts);
/* fake_session_rest gives back what a connection has no use for while nothing happens. */
void fake_session_rest(struct fake_session *session);
/* Octets that what the client said takes. */
size_t fake_session_memory(const struct fake_session *session);

const struct tls_session *fake_session_tls(const struct fake_session *session); /* NULL: none */

#endif
