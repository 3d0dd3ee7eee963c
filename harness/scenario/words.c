#include "harness/scenario/words.h"

#include "harness/base/text.h"

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

enum words_proof words_mechanism_proof(const char *mechanism)
{
    static const struct {
        const char *mechanism;
        enum words_proof proof;
    } rows[] = {{"ANONYMOUS", WORDS_PROOF_NOTHING}, {"EXTERNAL", WORDS_PROOF_NOTHING},
        {"XOAUTH2", WORDS_PROOF_TOKEN}, {"OAUTHBEARER", WORDS_PROOF_TOKEN}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (text_equal_caseless(span_text(mechanism), span_text(rows[i].mechanism))) {
            return rows[i].proof;
        }
    }
    return WORDS_PROOF_PASSWORD;
}
