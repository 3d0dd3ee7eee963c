#include "fake-server/fake_sasl.h"

#include "fake-server/fake_mechanism.h"
#include "harness/base/text.h"
#include "harness/tls/binding.h"

#define FAKE_SASL_TRACE_MAX 255 /* octets; RFC 4505 §2 has characters */

/* --- what mechanisms share --- */

bool fake_mechanism_has(const struct fake_sasl *sasl, enum plan_fault fault)
{
    return (sasl->setting.faults & PLAN_FAULT_BIT(fault)) != 0;
}

const char *fake_mechanism_password(const struct fake_sasl *sasl)
{
    const struct plan_auth *auth = sasl->setting.auth;
    for (size_t i = 0; i < auth->users_len; i++) {
        if (span_equal(buf_span(&sasl->user), span_text(auth->users[i].name))) {
            return auth->users[i].password;
        }
    }
    return NULL;
}

void fake_mechanism_keep(struct buf *value, struct span bytes)
{
    buf_clear(value);
    buf_append(value, bytes);
}

bool fake_mechanism_may_act(const struct fake_sasl *sasl)
{
    return sasl->authorization.len == 0 ||
           span_equal(buf_span(&sasl->authorization), buf_span(&sasl->user));
}

void fake_mechanism_nonce(struct fake_sasl *sasl, struct buf *out)
{
    uint8_t octets[18];
    random_fill(&sasl->random, octets, sizeof octets);
    text_base64_encode(span_of(octets, sizeof octets), out);
}

struct span fake_mechanism_take(struct span *rest, uint8_t separator)
{
    size_t len = span_find(*rest, separator);
    struct span taken = span_first(*rest, len);
    *rest = span_from(*rest, len + 1);
    return taken;
}

bool fake_mechanism_behind(struct span text, const char *prefix, struct span *ret)
{
    size_t len = strlen(prefix);
    if (!span_equal(span_first(text, len), span_text(prefix))) {
        return false;
    }
    *ret = span_from(text, len);
    return true;
}

bool fake_mechanism_unescape(struct span name, struct buf *ret)
{
    buf_clear(ret);
    while (name.len > 0) {
        struct span behind;
        if (name.data[0] != '=') {
            buf_append_byte(ret, name.data[0]);
            name = span_from(name, 1);
        } else if (fake_mechanism_behind(name, "=2C", &behind) ||
                   fake_mechanism_behind(name, "=3D", &behind)) {
            buf_append_byte(ret, name.data[2] == 'C' ? ',' : '=');
            name = behind;
        } else {
            return false;
        }
    }
    return true;
}

bool fake_mechanism_header(struct fake_sasl *sasl, struct span *rest)
{
    struct span whole = *rest;
    struct span binding;
    struct span name;
    struct span flag = fake_mechanism_take(rest, ',');
    struct span who = fake_mechanism_take(rest, ',');
    bool flagged = span_equal(flag, SPAN_LITERAL("n")) || span_equal(flag, SPAN_LITERAL("y")) ||
                   (fake_mechanism_behind(flag, "p=", &binding) && binding.len > 0);
    size_t len = flag.len + who.len + 2;
    if (!flagged || len > whole.len) {
        return false;
    }
    fake_mechanism_keep(&sasl->binding, flag);
    fake_mechanism_keep(&sasl->header, span_first(whole, len));
    buf_clear(&sasl->authorization);
    return who.len == 0 || (fake_mechanism_behind(who, "a=", &name) && name.len > 0 &&
                               fake_mechanism_unescape(name, &sasl->authorization));
}

/* --- plain passwords --- */

static enum fake_sasl_result fake_sasl_check(const struct fake_sasl *sasl)
{
    const char *password = fake_mechanism_password(sasl);
    bool right = password != NULL && span_equal(buf_span(&sasl->password), span_text(password));
    return right && fake_mechanism_may_act(sasl) ? FAKE_SASL_ACCEPTED : FAKE_SASL_REFUSED;
}

/* RFC 4616 §2: authorization identity NUL authentication identity NUL password. */
static enum fake_sasl_result fake_sasl_step_plain(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    (void)challenge; /* it is empty */
    if (!given) {
        return FAKE_SASL_CHALLENGE;
    }
    size_t first = span_find(response, 0);
    struct span rest = span_from(response, first + 1);
    size_t second = span_find(rest, 0);
    if (first == response.len || second == rest.len) {
        return FAKE_SASL_MALFORMED;
    }
    struct span user = span_first(rest, second);
    struct span password = span_from(rest, second + 1);
    if (user.len == 0 || span_find(password, 0) != password.len) {
        return FAKE_SASL_MALFORMED;
    }
    fake_mechanism_keep(&sasl->authorization, span_first(response, first));
    fake_mechanism_keep(&sasl->user, user);
    fake_mechanism_keep(&sasl->password, password);
    return fake_sasl_check(sasl);
}

static enum fake_sasl_result fake_sasl_step_login(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    if (!given) {
        buf_append_text(challenge, "Username:");
        return FAKE_SASL_CHALLENGE;
    }
    if (sasl->round++ == 0) {
        fake_mechanism_keep(&sasl->user, response);
        buf_append_text(challenge, "Password:");
        return FAKE_SASL_CHALLENGE;
    }
    fake_mechanism_keep(&sasl->password, response);
    return fake_sasl_check(sasl);
}

/* RFC 4505 §2: whoever comes is welcome; what is sent is a trace, and no name of a user. */
static enum fake_sasl_result fake_sasl_step_anonymous(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    (void)challenge;
    if (!given) {
        return FAKE_SASL_CHALLENGE;
    }
    if (!text_is_utf8(response) || response.len > FAKE_SASL_TRACE_MAX) {
        return FAKE_SASL_MALFORMED;
    }
    fake_mechanism_keep(&sasl->user, SPAN_LITERAL("anonymous"));
    return FAKE_SASL_ACCEPTED;
}

/* RFC 4422 appendix A: TLS has told who it is, by a certificate; the response names whom to act as,
 * or nobody. */
static enum fake_sasl_result fake_sasl_step_external(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    (void)challenge;
    if (!given) {
        return FAKE_SASL_CHALLENGE;
    }
    if (!text_is_utf8(response) || span_find(response, 0) != response.len) {
        return FAKE_SASL_MALFORMED;
    }
    fake_mechanism_keep(&sasl->authorization, response);
    buf_clear(&sasl->user);
    bool known = sasl->setting.tls != NULL &&
                 tls_session_client_name(sasl->setting.tls, &sasl->user) &&
                 fake_mechanism_password(sasl) != NULL;
    return known && fake_mechanism_may_act(sasl) ? FAKE_SASL_ACCEPTED : FAKE_SASL_REFUSED;
}

/* --- the table --- */

static const struct fake_mechanism mechanisms[] = {
    {.name = "PLAIN", .step = fake_sasl_step_plain},
    {.name = "LOGIN", .step = fake_sasl_step_login},
    {.name = "EXTERNAL", .step = fake_sasl_step_external},
    {.name = "ANONYMOUS", .step = fake_sasl_step_anonymous},
    {.name = "CRAM-MD5", .step = fake_digest_step_cram, .digest = "MD5"},
    {.name = "DIGEST-MD5", .step = fake_digest_step},
    {.name = "NTLM", .step = fake_ntlm_step},
    {.name = "SCRAM-SHA-1", .step = fake_scram_step, .digest = "SHA1"},
    {.name = "SCRAM-SHA-256", .step = fake_scram_step, .digest = "SHA256"},
    {.name = "SCRAM-SHA-512", .step = fake_scram_step, .digest = "SHA512"},
    {.name = "SCRAM-SHA-1-PLUS", .step = fake_scram_step, .digest = "SHA1", .binds = true},
    {.name = "SCRAM-SHA-256-PLUS", .step = fake_scram_step, .digest = "SHA256", .binds = true},
    {.name = "SCRAM-SHA-512-PLUS", .step = fake_scram_step, .digest = "SHA512", .binds = true},
    {.name = "XOAUTH2", .step = fake_oauth_step_xoauth2},
    {.name = "OAUTHBEARER", .step = fake_oauth_step_bearer},
};

static const struct fake_mechanism *fake_sasl_find(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(mechanisms); i++) {
        if (text_equal_caseless(name, span_text(mechanisms[i].name))) {
            return &mechanisms[i];
        }
    }
    return NULL;
}

bool fake_sasl_knows(struct span name)
{
    return fake_sasl_find(name) != NULL;
}

bool fake_sasl_binds(struct span name)
{
    const struct fake_mechanism *mechanism = fake_sasl_find(name);
    return mechanism != NULL && mechanism->binds;
}

void fake_sasl_init(
    struct fake_sasl *sasl, const struct fake_sasl_setting *setting, struct span name)
{
    *sasl = (struct fake_sasl){.mechanism = fake_sasl_find(name), .setting = *setting};
    random_seed(&sasl->random, setting->seed);
    buf_init(&sasl->user, FAKE_SASL_VALUE_MAX);
    buf_init(&sasl->password, FAKE_SASL_VALUE_MAX);
    buf_init(&sasl->authorization, FAKE_SASL_VALUE_MAX);
    buf_init(&sasl->binding, FAKE_SASL_VALUE_MAX);
    buf_init(&sasl->nonce, FAKE_SASL_VALUE_MAX);
    buf_init(&sasl->header, FAKE_SASL_VALUE_MAX);
    buf_init(&sasl->message, 4 * FAKE_SASL_VALUE_MAX);
}

void fake_sasl_done(struct fake_sasl *sasl)
{
    buf_wipe(&sasl->user);
    buf_wipe(&sasl->password);
    buf_wipe(&sasl->authorization);
    buf_wipe(&sasl->binding);
    buf_wipe(&sasl->nonce);
    buf_wipe(&sasl->header);
    buf_wipe(&sasl->message);
    *sasl = (struct fake_sasl){0};
}

enum fake_sasl_result fake_sasl_step(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    if (sasl->mechanism == NULL) {
        return given ? FAKE_SASL_REFUSED : FAKE_SASL_CHALLENGE;
    }
    return sasl->mechanism->step(sasl, given, response, challenge);
}
