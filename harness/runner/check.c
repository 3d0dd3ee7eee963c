#include "harness/runner/check.h"

#include "harness/certs/certs.h"
#include "harness/client/client_name.h"
#include "harness/client/client_sasl.h"
#include "harness/runner/needs.h"
#include "harness/tls/tls.h"

static enum status check_trust(const char *file, struct fail *fail)
{
    struct tls_trust *trust = tls_trust_new_file(file, fail);
    tls_trust_free(trust);
    return trust == NULL ? STATUS_FAILED : STATUS_OK;
}

static bool check_has(unsigned needs)
{
    return needs_check(needs) == needs;
}

const struct scenario_checks *runner_checks(void)
{
    static const struct scenario_checks checks = {
        .ciphers = tls_options_check_ciphers,
        .groups = tls_options_check_groups,
        .signatures = tls_options_check_signatures,
        .trust = check_trust,
        .name = client_name_ascii,
        .certificate = certs_check,
        .speaks = client_sasl_speaks,
        .has = check_has,
    };
    return &checks;
}
