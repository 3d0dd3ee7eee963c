#include "fake-server/fake_mechanism.h"
#include "harness/base/text.h"
#include "harness/tls/binding.h"

#define FAKE_SCRAM_ITERATIONS 4096 /* RFC 7677 §4 */
#define FAKE_SCRAM_SALT 16

/* --- channel binding (RFC 5802 §6) --- */

/* The octets that the client must have bound to; false: that kind cannot be had here. */
static bool fake_scram_binding(const struct fake_sasl *sasl, struct buf *out)
{
    struct span name;
    if (sasl->setting.tls == NULL ||
        !fake_mechanism_behind(buf_span(&sasl->binding), "p=", &name)) {
        return false;
    }
    for (enum tls_binding kind = 0; kind < TLS_BINDING_COUNT; kind++) {
        if (span_equal(name, span_text(tls_binding_name(kind)))) {
            return tls_session_channel_binding(sasl->setting.tls, kind, out);
        }
    }
    return false;
}

static bool fake_scram_is_flag_allowed(const struct fake_sasl *sasl)
{
    struct span flag = buf_span(&sasl->binding);
    bool binds = flag.data[0] == 'p';
    if (binds != sasl->mechanism->binds) {
        return false;
    }
    if (!binds) { /* y: "you cannot", said to one who can. Somebody between took it away. */
        return flag.data[0] != 'y' || !sasl->setting.offers_binding;
    }
    if (fake_mechanism_has(sasl, PLAN_FAULT_BINDS_TO_TLS_UNIQUE) &&
        !span_equal(flag, SPAN_LITERAL("p=tls-unique"))) {
        return false;
    }
    struct buf octets;
    buf_init(&octets, TLS_BINDING_MAX);
    bool can = fake_scram_binding(sasl, &octets);
    buf_done(&octets);
    return can || fake_mechanism_has(sasl, PLAN_FAULT_BINDING_IGNORED);
}

/* c= of the last message: the header of the first, and the octets bound to. */
static bool fake_scram_is_bound(const struct fake_sasl *sasl, struct span encoded)
{
    struct buf found;
    struct buf wanted;
    buf_init(&found, FAKE_SASL_VALUE_MAX);
    buf_init(&wanted, FAKE_SASL_VALUE_MAX + TLS_BINDING_MAX);
    buf_append(&wanted, buf_span(&sasl->header));
    bool bound = text_base64_decode(encoded, &found);
    if (bound && sasl->mechanism->binds) {
        size_t at = wanted.len;
        bound = fake_scram_binding(sasl, &wanted);
        if (bound && fake_mechanism_has(sasl, PLAN_FAULT_BINDING_OF_ANOTHER_SESSION)) {
            wanted.data[at] ^= 1;
        }
    }
    bound = bound && span_equal(buf_span(&found), buf_span(&wanted));
    if (sasl->mechanism->binds && fake_mechanism_has(sasl, PLAN_FAULT_BINDING_IGNORED)) {
        bound = true;
    }
    buf_done(&found);
    buf_done(&wanted);
    return bound;
}

/* --- the first message and its answer (RFC 5802 §5) --- */

/* The same for a user in every session, as a server keeps it, and for nobody's name as well. */
static void fake_scram_salt(const struct fake_sasl *sasl, struct buf *out)
{
    const struct plan_auth *auth = sasl->setting.auth;
    uint8_t octets[FAKE_SCRAM_SALT];
    if (auth->salt != NULL) {
        buf_append_text(out, auth->salt);
        return;
    }
    struct random_source source;
    random_seed(&source, text_hash(buf_span(&sasl->user)));
    random_fill(&source, octets, sizeof octets);
    buf_append(out, span_of(octets, sizeof octets));
}

static unsigned fake_scram_iterations(const struct fake_sasl *sasl)
{
    int64_t iterations = sasl->setting.auth->iterations;
    return iterations == 0 ? FAKE_SCRAM_ITERATIONS : (unsigned)iterations;
}

static void fake_scram_answer_first(
    struct fake_sasl *sasl, struct span client_nonce, struct buf *challenge)
{
    struct buf salt;
    buf_init(&salt, FAKE_SASL_VALUE_MAX);
    buf_clear(&sasl->nonce);
    if (!fake_mechanism_has(sasl, PLAN_FAULT_SERVER_NONCE_FOREIGN)) {
        buf_append(&sasl->nonce, client_nonce);
    }
    fake_mechanism_nonce(sasl, &sasl->nonce);
    fake_scram_salt(sasl, &salt);
    buf_append_text(challenge, "r=");
    buf_append(challenge, buf_span(&sasl->nonce));
    buf_append_text(challenge, ",s=");
    text_base64_encode(buf_span(&salt), challenge);
    buf_printf(challenge, ",i=%u", fake_scram_iterations(sasl));
    buf_done(&salt);
}

static enum fake_sasl_result fake_scram_take_first(
    struct fake_sasl *sasl, struct span response, struct buf *challenge)
{
    struct span rest = response;
    if (!fake_mechanism_header(sasl, &rest)) {
        return FAKE_SASL_MALFORMED;
    }
    struct span bare = rest;
    struct span user;
    struct span nonce;
    /* An extension that must be understood would come first: none is (RFC 5802 §5.1, m=). */
    if (!fake_mechanism_behind(fake_mechanism_take(&rest, ','), "n=", &user) || user.len == 0 ||
        !fake_mechanism_behind(fake_mechanism_take(&rest, ','), "r=", &nonce) || nonce.len == 0 ||
        !fake_mechanism_unescape(user, &sasl->user)) {
        return FAKE_SASL_MALFORMED;
    }
    if (!fake_scram_is_flag_allowed(sasl)) {
        return FAKE_SASL_REFUSED;
    }
    fake_scram_answer_first(sasl, nonce, challenge);
    fake_mechanism_keep(&sasl->message, bare);
    buf_append_byte(&sasl->message, ',');
    buf_append(&sasl->message, buf_span(challenge));
    sasl->round = 1;
    return FAKE_SASL_CHALLENGE;
}

/* --- the last message and its answer --- */

/* The client's proof, of the message that both have (RFC 5802 §3). */
static bool fake_scram_is_proof(
    const struct fake_sasl *sasl, const struct fake_hash *salted, struct span encoded)
{
    const char *digest = sasl->mechanism->digest;
    struct buf proof;
    buf_init(&proof, FAKE_SASL_VALUE_MAX);
    struct fake_hash key = fake_hash_keyed(
        digest, fake_hash_span(salted), SPAN_LITERAL("Client Key"));
    struct fake_hash stored = fake_hash_of(digest, fake_hash_span(&key));
    struct fake_hash wanted = fake_hash_keyed(
        digest, fake_hash_span(&stored), buf_span(&sasl->message));
    for (size_t i = 0; i < wanted.len; i++) {
        wanted.octets[i] ^= key.octets[i];
    }
    bool right = salted->len > 0 && text_base64_decode(encoded, &proof) &&
                 fake_hash_equal(&wanted, buf_span(&proof));
    buf_done(&proof);
    return right;
}

static void fake_scram_sign(
    const struct fake_sasl *sasl, const struct fake_hash *salted, struct buf *challenge)
{
    const char *digest = sasl->mechanism->digest;
    struct fake_hash key = fake_hash_keyed(
        digest, fake_hash_span(salted), SPAN_LITERAL("Server Key"));
    struct fake_hash signature = fake_hash_keyed(
        digest, fake_hash_span(&key), buf_span(&sasl->message));
    if (fake_mechanism_has(sasl, PLAN_FAULT_SERVER_PROOF_WRONG)) {
        signature.octets[0] ^= 1;
    }
    buf_append_text(challenge, "v=");
    text_base64_encode(fake_hash_span(&signature), challenge);
}

static struct fake_hash fake_scram_salted(const struct fake_sasl *sasl)
{
    const char *password = fake_mechanism_password(sasl);
    if (password == NULL) {
        return (struct fake_hash){.len = 0};
    }
    struct buf salt;
    buf_init(&salt, FAKE_SASL_VALUE_MAX);
    fake_scram_salt(sasl, &salt);
    struct fake_hash salted = fake_hash_salted(
        sasl->setting.salted, &(struct fake_salting){.digest = sasl->mechanism->digest,
                                  .password = span_text(password),
                                  .salt = buf_span(&salt),
                                  .iterations = fake_scram_iterations(sasl)});
    buf_done(&salt);
    return salted;
}

static enum fake_sasl_result fake_scram_take_last(
    struct fake_sasl *sasl, struct span response, struct buf *challenge)
{
    struct span rest = response;
    struct span channel;
    struct span nonce;
    struct span proof = SPAN_EMPTY;
    bool proven = false;
    if (!fake_mechanism_behind(fake_mechanism_take(&rest, ','), "c=", &channel) ||
        !fake_mechanism_behind(fake_mechanism_take(&rest, ','), "r=", &nonce)) {
        return FAKE_SASL_MALFORMED;
    }
    size_t unproven_len = 0;
    while (rest.len > 0 && !proven) {
        unproven_len = response.len - rest.len - 1;
        proven = fake_mechanism_behind(fake_mechanism_take(&rest, ','), "p=", &proof);
    }
    if (!proven || rest.len > 0) {
        return FAKE_SASL_MALFORMED;
    }
    buf_append_byte(&sasl->message, ',');
    buf_append(&sasl->message, span_first(response, unproven_len));
    struct fake_hash salted = fake_scram_salted(sasl);
    if (!fake_scram_is_bound(sasl, channel) || !span_equal(nonce, buf_span(&sasl->nonce)) ||
        !fake_scram_is_proof(sasl, &salted, proof) || !fake_mechanism_may_act(sasl)) {
        return FAKE_SASL_REFUSED;
    }
    if (fake_mechanism_has(sasl, PLAN_FAULT_SERVER_PROOF_MISSING)) {
        return FAKE_SASL_ACCEPTED;
    }
    fake_scram_sign(sasl, &salted, challenge);
    sasl->round = 2;
    return fake_mechanism_has(sasl, PLAN_FAULT_SERVER_PROOF_IN_SUCCESS) ? FAKE_SASL_ACCEPTED
                                                                        : FAKE_SASL_CHALLENGE;
}

enum fake_sasl_result fake_scram_step(
    struct fake_sasl *sasl, bool given, struct span response, struct buf *challenge)
{
    if (!given) {
        return FAKE_SASL_CHALLENGE;
    }
    switch (sasl->round) {
    case 0:
        return fake_scram_take_first(sasl, response, challenge);
    case 1:
        return fake_scram_take_last(sasl, response, challenge);
    default: /* the signature was good, says an empty response */
        return response.len == 0 ? FAKE_SASL_ACCEPTED : FAKE_SASL_MALFORMED;
    }
}
