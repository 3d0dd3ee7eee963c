#include "fake-server/fake_sasl.h"

#include "harness/base/text.h"

struct fake_sasl_mechanism {
    const char *name;
    enum fake_sasl_result (*step)(
        struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge);
};

static enum fake_sasl_result fake_sasl_check(const struct fake_sasl *sasl)
{
    for (size_t i = 0; i < sasl->auth->users_len; i++) {
        const struct plan_user *user = &sasl->auth->users[i];
        if (span_equal(buf_span(&sasl->user), span_text(user->name)) &&
            span_equal(buf_span(&sasl->password), span_text(user->password))) {
            return FAKE_SASL_ACCEPTED;
        }
    }
    return FAKE_SASL_REFUSED;
}

/* The newest value counts: a script may have asked twice. */
static void fake_sasl_keep(struct buf *value, struct span bytes)
{
    buf_clear(value);
    buf_append(value, bytes);
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
    struct span authorization = span_first(response, first);
    struct span user = span_first(rest, second);
    struct span password = span_from(rest, second + 1);
    if (user.len == 0 || span_find(password, 0) != password.len) {
        return FAKE_SASL_MALFORMED;
    }
    fake_sasl_keep(&sasl->user, user);
    fake_sasl_keep(&sasl->password, password);
    /* Nobody may act as somebody else here. */
    if (authorization.len > 0 && !span_equal(authorization, user)) {
        return FAKE_SASL_REFUSED;
    }
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
        fake_sasl_keep(&sasl->user, response);
        buf_append_text(challenge, "Password:");
        return FAKE_SASL_CHALLENGE;
    }
    fake_sasl_keep(&sasl->password, response);
    return fake_sasl_check(sasl);
}

static const struct fake_sasl_mechanism mechanisms[] = {
    {.name = "PLAIN", .step = fake_sasl_step_plain},
    {.name = "LOGIN", .step = fake_sasl_step_login},
};

static const struct fake_sasl_mechanism *fake_sasl_find(struct span name)
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

void fake_sasl_init(struct fake_sasl *sasl, const struct plan_auth *auth, struct span name)
{
    *sasl = (struct fake_sasl){.mechanism = fake_sasl_find(name), .auth = auth};
    buf_init(&sasl->user, FAKE_SASL_VALUE_MAX);
    buf_init(&sasl->password, FAKE_SASL_VALUE_MAX);
}

void fake_sasl_done(struct fake_sasl *sasl)
{
    buf_wipe(&sasl->user);
    buf_wipe(&sasl->password);
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
