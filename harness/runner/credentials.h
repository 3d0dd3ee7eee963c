/*
 * credentials — what a case needs for certificates of clients: the client's own, and what the fake
 * server checks it by.
 *
 * Knows: how they are made from a plan. Refuses to know: sessions.
 * Both belong to the caller; they must outlive the sessions that use them.
 */
#ifndef SMTPVET_RUNNER_CREDENTIALS_H
#define SMTPVET_RUNNER_CREDENTIALS_H

#include "harness/runner/worker.h"

/* `*ret` is NULL where the client has none. Fails as tls_identity_new and certs_mint do. */
enum status credentials_identity(struct worker *worker, const struct plan_case *plan,
    struct tls_identity **ret, struct fail *fail);
/* `*ret` is NULL where nobody is asked for a certificate. */
enum status credentials_trust(
    struct worker *worker, const struct plan_case *plan, struct tls_trust **ret, struct fail *fail);

#endif
