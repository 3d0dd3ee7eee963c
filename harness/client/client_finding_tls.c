/* What is noticed of how TLS came about: what both sides agreed on, and alerts. */
#include "harness/base/text.h"
#include "harness/client/client_finding.h"

static void client_find_if(struct client *client, bool found, enum finding finding)
{
    if (found) {
        client_find(client, finding);
    }
}

/* "" where there is none. */
static const char *client_finding_text(const struct client *client, enum fact fact)
{
    const struct value *value = facts_value(client->environment.facts, fact);
    const char *text = value == NULL ? NULL : value_as_text(value);
    return text == NULL ? "" : text;
}

static bool client_finding_denies(const struct client *client, enum fact fact)
{
    const struct value *value = facts_value(client->environment.facts, fact);
    return value != NULL && !value->truth;
}

/* "dh1024": a finite field of the server's own; groups with names have 2048 bits and more. */
static bool client_finding_is_small(const char *group)
{
    int64_t bits;
    return strncmp(group, "dh", 2) == 0 && text_integer(span_text(group + 2), &bits) && bits < 2048;
}

void client_find_in_agreement(struct client *client)
{
    const char *version = client_finding_text(client, FACT_TLS_VERSION);
    const char *cipher = client_finding_text(client, FACT_TLS_CIPHER);
    const struct value *early = facts_value(client->environment.facts, FACT_TLS_EARLY_DATA_OFFERED);
    const char *signature = client_finding_text(client, FACT_TLS_SIGNATURE);
    client_find_if(client, strncmp(cipher, "TLS_RSA_", 8) == 0, FINDING_NO_FORWARD_SECRECY);
    client_find_if(client, strstr(cipher, "_anon_") != NULL, FINDING_CIPHER_ANONYMOUS);
    client_find_if(client, strstr(cipher, "_WITH_NULL_") != NULL, FINDING_CIPHER_NULL);
    client_find_if(client, client_finding_is_small(client_finding_text(client, FACT_TLS_GROUP)),
        FINDING_KEY_EXCHANGE_SMALL);
    client_find_if(client,
        strcmp(version, "TLSv1.2") == 0 && (strstr(signature, "sha1") || strstr(signature, "md5")),
        FINDING_SIGNATURE_WEAK); /* older versions have no other */
    client_find_if(client, client_finding_denies(client, FACT_TLS_EXTENDED_MASTER_SECRET),
        FINDING_NO_EXTENDED_MASTER_SECRET);
    const struct value *asked = facts_value(
        client->environment.facts, FACT_TLS_RENEGOTIATION_ASKED);
    client_find_if(client, asked != NULL && asked->truth, FINDING_RENEGOTIATION_ASKED);
    client_find_if(client, early != NULL && early->integer > 0, FINDING_EARLY_DATA_OFFERED);
    client_find_if(client, strstr(cipher, "_CBC_") != NULL, FINDING_CIPHER_CBC);
}

/* Before TLS 1.3 a certificate that is missing has no alert of its own (RFC 5246 §7.2.2). */
bool client_find_is_about_certificate(const struct client *client)
{
    static const char *const alerts[] = {"certificate_required", "handshake_failure",
        "bad_certificate", "unsupported_certificate", "certificate_revoked", "certificate_expired",
        "certificate_unknown", "unknown_ca", "access_denied"};
    const char *alert = client_finding_text(client, FACT_TLS_ALERT_RECEIVED);
    bool asked = facts_value(client->environment.facts, FACT_TLS_CLIENT_CERTIFICATE_SENT) != NULL;
    for (size_t i = 0; asked && i < ARRAY_LEN(alerts); i++) {
        if (strcmp(alert, alerts[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void client_find_in_refusal(struct client *client)
{
    if (client_find_is_about_certificate(client)) {
        bool sent = !client_finding_denies(client, FACT_TLS_CLIENT_CERTIFICATE_SENT);
        client_find(client,
            sent ? FINDING_CLIENT_CERTIFICATE_REFUSED : FINDING_CLIENT_CERTIFICATE_DEMANDED);
    }
}

void client_find_in_alerts(struct client *client)
{
    client_find_in_refusal(client);
    const char *alert = client_finding_text(client, FACT_TLS_ALERT_RECEIVED);
    const char *warning = client_finding_text(client, FACT_TLS_WARNING_RECEIVED);
    client_find_if(client,
        strcmp(alert, "unrecognized_name") == 0 || strcmp(warning, "unrecognized_name") == 0,
        FINDING_SERVER_NAME_UNKNOWN);
    client_find_if(
        client, strcmp(alert, "inappropriate_fallback") == 0, FINDING_INAPPROPRIATE_FALLBACK);
}
