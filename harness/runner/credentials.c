#include "harness/runner/credentials.h"

enum status credentials_identity(struct worker *worker, const struct plan_case *plan,
    struct tls_identity **ret, struct fail *fail)
{
    const struct plan_client_certificate *certificate = &plan->client.certificate;
    *ret = NULL;
    if (!certificate->wanted) {
        return STATUS_OK;
    }
    if (certificate->uri != NULL) {
        *ret = tls_identity_new_store(
            certificate->uri, certificate->key_uri, certificate->password, fail);
    } else {
        const struct certs_minted *minted = NULL;
        TRY(certs_mint(worker->certs, &certificate->minted, PLAN_CLIENT_CERTIFICATE_HOST,
            plan->clock_s, &minted, fail));
        *ret = tls_identity_new(minted->chain, minted->chain_len, minted->key, fail);
    }
    return *ret == NULL ? STATUS_FAILED : STATUS_OK;
}

/* The root above a certificate that is minted for nothing else. */
enum status credentials_trust(
    struct worker *worker, const struct plan_case *plan, struct tls_trust **ret, struct fail *fail)
{
    *ret = NULL;
    if (plan->server == NULL || plan->server->client_certificate.ask == PLAN_ASK_NOT) {
        return STATUS_OK;
    }
    const struct plan_client_certificate_demand *demand = &plan->server->client_certificate;
    const struct plan_certificate recipe = {
        .issuer = demand->issuer_given ? demand->issuer : PLAN_ISSUER_TRUSTED,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
    };
    const struct certs_minted *minted = NULL;
    TRY(certs_mint(
        worker->certs, &recipe, PLAN_CLIENT_CERTIFICATE_HOST, plan->clock_s, &minted, fail));
    *ret = tls_trust_new(&minted->root, 1, fail);
    return *ret == NULL ? STATUS_FAILED : STATUS_OK;
}
