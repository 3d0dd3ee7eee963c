#include "harness/scenario/words.h"

#include <assert.h>

int words_find(const char *allowed, struct span word)
{
    struct span rest = span_text(allowed);
    for (int at = 0; rest.len > 0; at++) {
        size_t bar = span_find(rest, '|');
        if (span_equal(span_first(rest, bar), word)) {
            return at;
        }
        rest = span_from(rest, bar + 1);
    }
    return -1;
}

const char *const *words_list(struct arena *arena, const char *allowed)
{
    const char **words = arena_alloc(arena, (WORDS_MAX + 1) * sizeof *words);
    struct span rest = span_text(allowed);
    for (size_t len = 0; rest.len > 0 && len < WORDS_MAX; len++) {
        size_t bar = span_find(rest, '|');
        words[len] = arena_memdup(arena, rest.data, bar);
        rest = span_from(rest, bar + 1);
    }
    return words;
}

const char *words_show(struct arena *arena, const char *allowed)
{
    const char *const *words = words_list(arena, allowed);
    const char *shown = words[0] == NULL ? "" : words[0];
    for (size_t i = 1; words[0] != NULL && words[i] != NULL; i++) {
        shown = arena_printf(
            arena, "%s%s%s", shown, words[i + 1] == NULL ? " or " : ", ", words[i]);
    }
    return shown;
}

/* RFC 8446 §B.2, RFC 5246 §A.3. */
static const int alert_numbers[] = {0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
    50, 51, 60, 70, 71, 80, 86, 90, 100, 109, 110, 111, 112, 113, 114, 115, 116, 120};
static const char *const alert_names[] = {"close_notify", "unexpected_message", "bad_record_mac",
    "decryption_failed", "record_overflow", "decompression_failure", "handshake_failure",
    "no_certificate", "bad_certificate", "unsupported_certificate", "certificate_revoked",
    "certificate_expired", "certificate_unknown", "illegal_parameter", "unknown_ca",
    "access_denied", "decode_error", "decrypt_error", "export_restriction", "protocol_version",
    "insufficient_security", "internal_error", "inappropriate_fallback", "user_canceled",
    "no_renegotiation", "missing_extension", "unsupported_extension", "certificate_unobtainable",
    "unrecognized_name", "bad_certificate_status_response", "bad_certificate_hash_value",
    "unknown_psk_identity", "certificate_required", "no_application_protocol", NULL};
static_assert(ARRAY_LEN(alert_numbers) + 1 == ARRAY_LEN(alert_names), "a number for each name");

int words_alert(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(alert_numbers); i++) {
        if (strcmp(alert_names[i], name) == 0) {
            return alert_numbers[i];
        }
    }
    return -1;
}

const char *const *words_alerts(void)
{
    return alert_names;
}

const char *const *words_verbs(void)
{
    static const char *const verbs[] = {"EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "NOOP",
        "QUIT", "VRFY", "EXPN", "HELP", "STARTTLS", "AUTH", "BDAT", "ETRN", "TURN", "ATRN", "BURL",
        "XCLIENT", "XFORWARD", "LHLO", NULL};
    return verbs;
}

const char *const *words_mechanisms(void)
{
    static const char *const mechanisms[] = {"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5",
        "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512",
        "SCRAM-SHA-512-PLUS", "NTLM", "GSSAPI", "GS2-KRB5", "GS2-KRB5-PLUS", "ANONYMOUS",
        "EXTERNAL", "XOAUTH2", "OAUTHBEARER", "SECURID", "SAML20", "OPENID20", "KERBEROS_V4", "OTP",
        "SKEY", "MSN", NULL};
    return mechanisms;
}
