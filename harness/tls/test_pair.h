/*
 * test_pair — a client's and a server's session joined over memory, for the tests of this room.
 *
 * Knows: one worker, a self-signed certificate for a.test that the client trusts, how to carry
 * bytes between the two in pieces of any size.
 * Refuses to know: what is tested. A pair owns everything in it but the options' texts.
 */
#ifndef SMTPVET_TLS_TEST_PAIR_H
#define SMTPVET_TLS_TEST_PAIR_H

#include "harness/tls/test_mint.h"

#define PAIR_ROUNDS_MAX 100000 /* of a pair that never comes to rest */

struct pair {
    struct tls_worker *worker;
    struct tls_identity *identity;
    struct tls_trust *trust;
    struct tls_server_identity row;
    struct tls_client_options client_options;
    struct tls_server_options server_options;
    struct tls_session *client, *server;
    size_t piece; /* octets fed at a time; 0: all there are */
};

/* Everything but the sessions; change the options, then pair_start. */
static inline void pair_init(struct pair *pair)
{
    static const struct mint_extension extensions[] = {
        {"subjectAltName", "DNS:a.test,IP:127.0.0.1"}, {NULL, NULL}};
    struct fail fail = {0};
    tls_library_init();
    struct minted minted = mint_make(
        &(struct mint){.common_name = "a.test", .extensions = extensions}, NULL);
    *pair = (struct pair){.worker = tls_worker_new(&fail)};
    ck_assert_msg(pair->worker != NULL, "%s", fail.text);
    pair->identity = mint_identity(&minted.certificate, 1, minted.key);
    pair->trust = mint_trust(minted.certificate);
    mint_done(&minted);
    pair->row = (struct tls_server_identity){pair->identity, NULL};
    pair->client_options = (struct tls_client_options){.worker = pair->worker,
        .seals_alerts = true,
        .trust = pair->trust,
        .name = "a.test",
        .sni = "a.test",
        .security_level = -1,
        .stop_on_problem = true,
        .verify_at_s = MINT_NOW_S};
    pair->server_options = (struct tls_server_options){.worker = pair->worker,
        .seals_alerts = true,
        .identities = &pair->row,
        .identities_len = 1,
        .security_level = -1};
}

static inline void pair_start(struct pair *pair)
{
    struct fail fail = {0};
    pair->client = tls_session_new_client(&pair->client_options, &fail);
    ck_assert_msg(pair->client != NULL, "%s", fail.text);
    pair->server = tls_session_new_server(&pair->server_options, &fail);
    ck_assert_msg(pair->server != NULL, "%s", fail.text);
}

/* Ends the sessions; pair_start may follow. */
static inline void pair_stop(struct pair *pair)
{
    tls_session_free(pair->client);
    tls_session_free(pair->server);
    pair->client = pair->server = NULL;
}

static inline void pair_done(struct pair *pair)
{
    pair_stop(pair);
    tls_identity_free(pair->identity);
    tls_trust_free(pair->trust);
    tls_worker_free(pair->worker);
}

/* Feeds `bytes` in pieces of `piece` octets (0: at once). */
static inline void pair_feed(struct tls_session *session, struct span bytes, size_t piece)
{
    while (bytes.len > 0) {
        struct span part = span_first(bytes, piece == 0 ? bytes.len : piece);
        (void)tls_session_feed(session, part);
        ck_assert_uint_eq(ERR_peek_error(), 0);
        bytes = span_from(bytes, part.len);
    }
}

/* Carries what `from` has for `to`; false when it had nothing. */
static inline bool pair_carry(struct tls_session *from, struct tls_session *to, size_t piece)
{
    struct buf *output = tls_session_output(from);
    if (output->len == 0) {
        return false;
    }
    pair_feed(to, buf_span(output), piece);
    buf_clear(output);
    return true;
}

/* Carries to and fro until both have nothing to say. */
static inline void pair_run(struct pair *pair)
{
    (void)tls_session_feed(pair->client, SPAN_EMPTY);
    for (int round = 0;; round++) {
        ck_assert_int_lt(round, PAIR_ROUNDS_MAX);
        bool moved = pair_carry(pair->client, pair->server, pair->piece);
        moved = pair_carry(pair->server, pair->client, pair->piece) || moved;
        if (!moved) {
            return;
        }
    }
}

/* A pair whose handshake has succeeded, in one version. */
static inline void pair_open(struct pair *pair, unsigned protocol)
{
    pair->client_options.protocols = protocol;
    pair_start(pair);
    pair_run(pair);
    ck_assert_msg(tls_session_state(pair->client) == TLS_STATE_OPEN, "%s",
        tls_session_failure(pair->client)->text);
    ck_assert_msg(tls_session_state(pair->server) == TLS_STATE_OPEN, "%s",
        tls_session_failure(pair->server)->text);
}

/* `wanted` as value_show shows it; NULL: the fact never came to be. */
static inline void pair_check_fact(const struct facts *facts, const char *name, const char *wanted)
{
    CLEANUP(buf_done) struct buf shown = {0};
    buf_init(&shown, 65536);
    const struct value *value = facts_get(facts, name);
    if (wanted == NULL) {
        ck_assert_ptr_null(value);
        return;
    }
    ck_assert_msg(value != NULL, "no %s", name);
    value_show(value, &shown);
    ck_assert_str_eq(buf_text(&shown), wanted);
}

#endif
