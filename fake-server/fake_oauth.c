#include "fake-server/fake_mechanism.h"
#include "harness/base/text.h"

/* --- tokens --- */

/* A token is good for the user that it belongs to; who names nobody is its owner (RFC 7628 §3.1).
 */
static bool fake_oauth_is_token(struct fake_sasl *sasl, struct span token)
{
    const struct plan_auth *auth = sasl->setting.auth;
    for (size_t i = 0; i < auth->tokens_len; i++) {
        bool owner = sasl->user.len == 0 ||
                     span_equal(buf_span(&sasl->user), span_text(auth->tokens[i].name));
        if (owner && span_equal(token, span_text(auth->tokens[i].password))) {
            fake_mechanism_keep(&sasl->user, span_text(auth->tokens[i].name));
            return true;
        }
    }
    return false;
}

/* "Bearer TOKEN", the word in any case (RFC 6750 §2.1, RFC 7235 §2.1). */
static bool fake_oauth_bearer(struct span value, struct span *ret)
{
    if (!text_starts_caseless(value, "Bearer ")) {
        return false;
    }
    *ret = text_trim(span_from(value, 7));
    return ret->len > 0;
}

/* What is wrong with a token is told in JSON, around the server's name; the client has an empty
 * thing to say to it before it hears the 535. */
struct fake_oauth_reason {
    const char *before, *behind;
};

static enum fake_sasl_result fake_oauth_judge(struct fake_sasl *sasl, struct span token,
    const struct fake_oauth_reason *reason, struct buf *challenge)
{
    fake_mechanism_keep(&sasl->password, token);
    if (fake_oauth_is_token(sasl, token) || fake_mechanism_has(sasl, PLAN_FAULT_ANY_PASSWORD)) {
        return FAKE_SASL_ACCEPTED;
    }
    buf_append_text(challenge, reason->before);
    buf_append_text(challenge, sasl->setting.host);
    buf_append_text(challenge, reason->behind);
    sasl->round = 1;
    return FAKE_SASL_CHALLENGE;
}

/* --- XOAUTH2 (developers.google.com: OAuth 2.0 mechanism) --- */

enum fake_sasl_result fake_oauth_step_xoauth2(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    if (!given) {
        return FAKE_SASL_CHALLENGE;
    }
    if (sasl->round == 1) {
        return FAKE_SASL_REFUSED;
    }
    struct span rest = response;
    struct span user;
    struct span value;
    struct span token;
    if (!fake_mechanism_behind(fake_mechanism_take(&rest, 1), "user=", &user) || user.len == 0 ||
        !fake_mechanism_behind(fake_mechanism_take(&rest, 1), "auth=", &value) ||
        !fake_oauth_bearer(value, &token) || !span_equal(rest, SPAN_LITERAL("\1"))) {
        return FAKE_SASL_MALFORMED;
    }
    fake_mechanism_keep(&sasl->user, user);
    static const struct fake_oauth_reason reason = {
        "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"https://", "/\"}"};
    return fake_oauth_judge(sasl, token, &reason, challenge);
}

/* --- OAUTHBEARER (RFC 7628 §3.1) --- */

/* Pairs, each ended by ^A; `auth` must be one of them, others are passed over. */
static bool fake_oauth_pairs(struct span rest, struct span *ret_token)
{
    bool found = false;
    while (rest.len > 0 && rest.data[0] != 1) {
        size_t len = span_find(rest, 1);
        struct span pair = fake_mechanism_take(&rest, 1);
        struct span value;
        if (len == 0 || rest.data == NULL) { /* the last ^A of all is missing */
            return false;
        }
        if (fake_mechanism_behind(pair, "auth=", &value)) {
            found = fake_oauth_bearer(value, ret_token);
        }
    }
    return found && span_equal(rest, SPAN_LITERAL("\1"));
}

enum fake_sasl_result fake_oauth_step_bearer(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    if (!given) {
        return FAKE_SASL_CHALLENGE;
    }
    if (sasl->round == 1) { /* RFC 7628 §3.2.3 */
        return span_equal(response, SPAN_LITERAL("\1")) ? FAKE_SASL_REFUSED : FAKE_SASL_MALFORMED;
    }
    struct span rest = response;
    struct span token;
    if (!fake_mechanism_header(sasl, &rest) || rest.len == 0 || rest.data[0] != 1 ||
        !fake_oauth_pairs(span_from(rest, 1), &token)) {
        return FAKE_SASL_MALFORMED;
    }
    fake_mechanism_keep(&sasl->user, buf_span(&sasl->authorization));
    static const struct fake_oauth_reason reason = {
        "{\"status\":\"invalid_token\",\"scope\":\"mail\",\"openid-configuration\":\"https://",
        "/.well-known/openid-configuration\"}"};
    return fake_oauth_judge(sasl, token, &reason, challenge);
}
