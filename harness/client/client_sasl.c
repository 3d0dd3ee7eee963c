#include "harness/client/client_sasl.h"

#include <gsasl.h>
#include <stdio.h>

#include "harness/base/text.h"
#include "harness/client/client_rules.h"

struct client_worker {
    Gsasl *gsasl;
};

struct client_sasl {
    const struct client_mechanism *mechanism;
    const struct plan_login *login;
    Gsasl_session *session;
    unsigned rounds;
    bool complete;
};

/* To add a mechanism is to add a row: the library does the rest. */
static const struct client_mechanism client_sasl_mechanisms[] = {
    {.name = "PLAIN", .strength = 2, .shows_password = true, .initial_by_default = true},
    {.name = "LOGIN", .strength = 1, .shows_password = true},
};

struct client_worker *client_worker_new(struct fail *fail)
{
    struct client_worker *worker = mem_zalloc(1, sizeof *worker);
    int result = gsasl_init(&worker->gsasl);
    if (result != GSASL_OK) {
        (void)fail_set(fail, FAIL_INTERNAL, "libgsasl cannot be used: %s", gsasl_strerror(result));
        mem_free(worker);
        return NULL;
    }
    return worker;
}

void client_worker_free(struct client_worker *worker)
{
    if (worker != NULL) {
        gsasl_done(worker->gsasl);
        mem_free(worker);
    }
}

const char *client_libraries(void)
{
    static _Thread_local char text[64];
    snprintf(text, sizeof text, "GNU SASL %s", gsasl_check_version(NULL));
    return text;
}

const struct client_mechanism *client_sasl_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(client_sasl_mechanisms); i++) {
        if (text_equal_caseless(span_text(name), span_text(client_sasl_mechanisms[i].name))) {
            return &client_sasl_mechanisms[i];
        }
    }
    return NULL;
}

bool client_sasl_keeps_password(void)
{
    bool keeps = false;
    for (size_t i = 0; i < ARRAY_LEN(client_sasl_mechanisms); i++) {
        keeps = keeps || !client_sasl_mechanisms[i].shows_password;
    }
    return keeps;
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

const struct client_mechanism *client_sasl_choose(const struct plan_login *login,
    const struct client_capabilities *offered, unsigned tried, enum plan_in_clear in_clear)
{
    const struct client_mechanism *best = NULL;
    unsigned best_rank = 0;
    for (size_t i = 0; i < ARRAY_LEN(client_sasl_mechanisms); i++) {
        const struct client_mechanism *mechanism = &client_sasl_mechanisms[i];
        bool forbidden = in_clear == PLAN_IN_CLEAR_NEVER ||
                         (in_clear == PLAN_IN_CLEAR_CHALLENGE_RESPONSE &&
                             mechanism->shows_password);
        bool listed = login->try_unlisted || !client_keeps(CLIENT_RULE_LOGIN_NEEDS_AN_OFFER) ||
                      client_capabilities_has_mechanism(offered, mechanism->name);
        if (forbidden || !listed || !client_sasl_is_wanted(login, mechanism) ||
            (tried & client_sasl_bit(mechanism)) != 0) {
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

struct client_sasl *client_sasl_new(struct client_worker *worker,
    const struct client_mechanism *mechanism, const struct plan_login *login, struct fail *fail)
{
    struct client_sasl *sasl = mem_zalloc(1, sizeof *sasl);
    sasl->mechanism = mechanism;
    sasl->login = login;
    int result = gsasl_client_start(worker->gsasl, mechanism->name, &sasl->session);
    if (result == GSASL_OK) {
        result = gsasl_property_set(sasl->session, GSASL_AUTHID, login->user);
    }
    if (result == GSASL_OK) {
        result = gsasl_property_set(sasl->session, GSASL_PASSWORD, login->password);
    }
    if (result == GSASL_OK && login->authorize_as != NULL) {
        result = gsasl_property_set(sasl->session, GSASL_AUTHZID, login->authorize_as);
    }
    if (result != GSASL_OK) {
        (void)fail_set(
            fail, FAIL_INTERNAL, "libgsasl and %s: %s", mechanism->name, gsasl_strerror(result));
        client_sasl_free(sasl);
        return NULL;
    }
    return sasl;
}

void client_sasl_free(struct client_sasl *sasl)
{
    if (sasl != NULL) {
        if (sasl->session != NULL) {
            gsasl_finish(sasl->session);
        }
        mem_free(sasl);
    }
}

static bool client_sasl_shows(const struct client_sasl *sasl, struct span response)
{
    struct span password = span_text(sasl->login->password);
    return sasl->mechanism->shows_password && password.len > 0 && response.len >= password.len &&
           memmem(response.data, response.len, password.data, password.len) != NULL;
}

enum client_sasl_result client_sasl_step(
    struct client_sasl *sasl, struct span challenge, struct buf *response, bool *ret_shows)
{
    *ret_shows = false;
    if (sasl->complete || sasl->rounds++ == CLIENT_SASL_ROUNDS_MAX) {
        return CLIENT_SASL_REFUSED;
    }
    char *output = NULL;
    size_t output_len = 0;
    int result = gsasl_step(
        sasl->session, (const char *)challenge.data, challenge.len, &output, &output_len);
    bool answered = result == GSASL_OK || result == GSASL_NEEDS_MORE;
    if (answered && output != NULL) {
        struct span bytes = span_of(output, output_len);
        answered = buf_append(response, bytes);
        *ret_shows = client_sasl_shows(sasl, bytes);
    }
    if (output != NULL) {
        mem_wipe(output, output_len);
        gsasl_free(output);
    }
    sasl->complete = result == GSASL_OK;
    return answered ? CLIENT_SASL_RESPONSE : CLIENT_SASL_REFUSED;
}

bool client_sasl_is_complete(const struct client_sasl *sasl)
{
    return sasl->complete;
}
