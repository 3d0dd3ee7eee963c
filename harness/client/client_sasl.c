#include "harness/client/client_sasl.h"

#include "harness/base/text.h"
#include "harness/client/client_exchange.h"
#include "harness/client/client_rules.h"

/* To add a mechanism is to add a row: the library does the rest, where it has it. */
static const struct client_mechanism client_sasl_mechanisms[] = {
    {.name = "EXTERNAL",
        .strength = 15,
        .proof = CLIENT_PROOF_CERTIFICATE,
        .initial_by_default = true},
    {.name = "SCRAM-SHA-256-PLUS",
        .strength = 14,
        .proof = CLIENT_PROOF_PASSWORD,
        .initial_by_default = true,
        .proves_server = true,
        .binds = true},
    {.name = "SCRAM-SHA-1-PLUS",
        .strength = 13,
        .proof = CLIENT_PROOF_PASSWORD,
        .initial_by_default = true,
        .proves_server = true,
        .binds = true},
    {.name = "SCRAM-SHA-256",
        .strength = 12,
        .proof = CLIENT_PROOF_PASSWORD,
        .initial_by_default = true,
        .proves_server = true},
    {.name = "SCRAM-SHA-1",
        .strength = 11,
        .proof = CLIENT_PROOF_PASSWORD,
        .initial_by_default = true,
        .proves_server = true},
    {.name = "DIGEST-MD5",
        .strength = 10,
        .proof = CLIENT_PROOF_PASSWORD,
        .server_first = true,
        .proves_server = true,
        .weak = true},
    {.name = "CRAM-MD5",
        .strength = 9,
        .proof = CLIENT_PROOF_PASSWORD,
        .server_first = true,
        .weak = true},
    /* the library speaks its first version, which is broken */
    {.name = "NTLM",
        .strength = 8,
        .proof = CLIENT_PROOF_PASSWORD,
        .weak = true,
        .maybe = true,
        .only_named = true},
    {.name = "OAUTHBEARER",
        .strength = 4,
        .proof = CLIENT_PROOF_TOKEN,
        .shows_password = true,
        .initial_by_default = true},
    {.name = "XOAUTH2",
        .strength = 3,
        .proof = CLIENT_PROOF_TOKEN,
        .shows_password = true,
        .initial_by_default = true},
    {.name = "PLAIN",
        .strength = 2,
        .proof = CLIENT_PROOF_PASSWORD,
        .shows_password = true,
        .initial_by_default = true},
    {.name = "LOGIN", .strength = 1, .proof = CLIENT_PROOF_PASSWORD, .shows_password = true},
    /* RFC 4505: whoever has a name does not give it up unasked */
    {.name = "ANONYMOUS", .strength = 0, .initial_by_default = true, .only_named = true},
};

const struct client_mechanism *client_sasl_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(client_sasl_mechanisms); i++) {
        if (text_equal_caseless(span_text(name), span_text(client_sasl_mechanisms[i].name))) {
            return &client_sasl_mechanisms[i];
        }
    }
    return NULL;
}

bool client_sasl_speaks(const char *name, const char **ret_why)
{
    const struct client_mechanism *mechanism = client_sasl_find(name);
    *ret_why = NULL;
    if (mechanism == NULL && text_starts_caseless(span_text(name), "SCRAM-")) {
        *ret_why = "libgsasl has SCRAM with SHA-1 and SHA-256 only";
    } else if (mechanism != NULL && mechanism->maybe && !client_exchange_has(mechanism)) {
        *ret_why = "libgsasl was built without it here";
        return false;
    }
    return mechanism != NULL;
}

unsigned client_sasl_bit(const struct client_mechanism *mechanism)
{
    return 1u << (mechanism - client_sasl_mechanisms);
}

unsigned client_sasl_bits_up_to(const struct client_mechanism *mechanism)
{
    unsigned bits = 0;
    for (size_t i = 0; i < ARRAY_LEN(client_sasl_mechanisms); i++) {
        if (client_sasl_mechanisms[i].strength <= mechanism->strength) {
            bits |= client_sasl_bit(&client_sasl_mechanisms[i]);
        }
    }
    return bits;
}

static bool client_sasl_is_wanted(
    const struct plan_login *login, const struct client_mechanism *mechanism)
{
    for (size_t i = 0; i < login->mechanisms.len; i++) {
        if (client_sasl_find(login->mechanisms.items[i]) == mechanism) {
            return true;
        }
    }
    return login->mechanisms.len == 0;
}

/* Where a mechanism stands: the smallest is taken first. */
static unsigned client_sasl_rank(const struct plan_login *login,
    const struct client_capabilities *offered, const struct client_mechanism *mechanism)
{
    unsigned rank = 0;
    switch (login->order) {
    case PLAN_ORDER_STRONG:
        return client_keeps(CLIENT_RULE_STRONG_MECHANISM_FIRST) ? 100 - mechanism->strength
                                                                : mechanism->strength;
    case PLAN_ORDER_SIMPLE:
        return mechanism->strength;
    case PLAN_ORDER_LISTED:
        break;
    }
    /* As the scenario lists them, else as the server does. */
    for (size_t i = 0; i < login->mechanisms.len; i++, rank++) {
        if (client_sasl_find(login->mechanisms.items[i]) == mechanism) {
            return rank;
        }
    }
    for (size_t i = 0; i < offered->mechanisms_len; i++, rank++) {
        if (client_sasl_find(offered->mechanisms[i]) == mechanism) {
            return rank;
        }
    }
    return rank;
}

/* Whether the login has what the mechanism proves it with. */
static bool client_sasl_is_provable(const struct plan_login *login,
    const struct client_mechanism *mechanism, const struct client_sasl_setting *setting)
{
    switch (mechanism->proof) {
    case CLIENT_PROOF_NOTHING:
        return true;
    case CLIENT_PROOF_CERTIFICATE:
        return setting->certificate || !client_keeps(CLIENT_RULE_EXTERNAL_NEEDS_A_CERTIFICATE);
    case CLIENT_PROOF_TOKEN:
        return login->token != NULL || !client_keeps(CLIENT_RULE_BEARERS_NEED_A_TOKEN);
    case CLIENT_PROOF_PASSWORD:
        break;
    }
    return login->password != NULL;
}

static bool client_sasl_is_possible(const struct plan_login *login,
    const struct client_mechanism *mechanism, const struct client_sasl_setting *setting)
{
    bool forbidden = setting->in_clear == PLAN_IN_CLEAR_NEVER ||
                     (setting->in_clear == PLAN_IN_CLEAR_CHALLENGE_RESPONSE &&
                         mechanism->shows_password);
    return !forbidden && !(setting->no_simple && mechanism->shows_password) &&
           (!mechanism->binds || setting->binding) &&
           (!mechanism->only_named || login->mechanisms.len > 0 ||
               !client_keeps(CLIENT_RULE_ANONYMOUS_IS_ASKED_FOR)) &&
           client_sasl_is_provable(login, mechanism, setting) &&
           (!mechanism->maybe || client_exchange_has(mechanism));
}

const struct client_mechanism *client_sasl_choose(const struct plan_login *login,
    const struct client_capabilities *offered, unsigned tried,
    const struct client_sasl_setting *setting)
{
    const struct client_mechanism *best = NULL;
    unsigned best_rank = 0;
    for (size_t i = 0; i < ARRAY_LEN(client_sasl_mechanisms); i++) {
        const struct client_mechanism *mechanism = &client_sasl_mechanisms[i];
        bool listed = login->try_unlisted || !client_keeps(CLIENT_RULE_LOGIN_NEEDS_AN_OFFER) ||
                      client_capabilities_has_mechanism(offered, mechanism->name);
        if (!listed || !client_sasl_is_wanted(login, mechanism) ||
            (tried & client_sasl_bit(mechanism)) != 0 ||
            !client_sasl_is_possible(login, mechanism, setting)) {
            continue;
        }
        unsigned rank = client_sasl_rank(login, offered, mechanism);
        if (best == NULL || rank < best_rank) {
            best = mechanism;
            best_rank = rank;
        }
    }
    return best;
}
