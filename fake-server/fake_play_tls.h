/*
 * fake_play_tls — plays with TLS, for the tests of this room.
 *
 * Knows: one play_worker, a CA that the client trusts, a server's plan with a certificate of it.
 * Refuses to know: what is tested. The world is opened and closed by each test.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_PLAY_TLS_H
#define SMTPVET_FAKE_SERVER_FAKE_PLAY_TLS_H

#include "fake-server/fake_play_both.h"

#define PLAY_CLOCK_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

/* What all plays of a test share: one play_worker, a CA that the client trusts. */
static struct tls_worker *play_worker;
static struct certs_cache *play_certs;
static struct tls_trust *play_trust;
static unsigned play_protocols; /* of the client; 0: all */

static inline void play_open(void)
{
    struct fail fail = {0};
    struct span root;
    tls_library_init();
    play_protocols = 0;
    play_worker = tls_worker_new(&fail);
    play_certs = certs_cache_new(&(struct certs_seeding){0});
    ck_assert_msg(play_worker != NULL &&
                      certs_trusted_root(play_certs, PLAY_CLOCK_S, &root, &fail) == STATUS_OK,
        "%s", fail.text);
    play_trust = tls_trust_new(&root, 1, &fail);
    ck_assert_msg(play_trust != NULL, "%s", fail.text);
}

static inline void play_close(void)
{
    tls_trust_free(play_trust);
    certs_cache_free(play_certs);
    tls_worker_free(play_worker);
}

static inline struct plan_certificate play_certificate(
    const char *const *names, const char *for_sni)
{
    return (struct plan_certificate){
        .issuer = PLAN_ISSUER_TRUSTED,
        .names = names,
        .names_len = names == NULL ? 0 : 1,
        .not_before_s = PLAN_CERTIFICATE_NOT_BEFORE_S,
        .not_after_s = PLAN_CERTIFICATE_NOT_AFTER_S,
        .for_sni = for_sni,
    };
}

/* Plays against a server of that plan, whose certificates are minted here. */
static inline void play_certified(const struct plan_server *plan, struct play_plot plot)
{
    const struct certs_minted *minted[4];
    struct fail fail = {0};
    for (size_t i = 0; i < plan->certificates_len; i++) {
        ck_assert_msg(certs_mint(play_certs, &plan->certificates[i], plan->host, PLAY_CLOCK_S,
                          &minted[i], &fail) == STATUS_OK,
            "%s", fail.text);
    }
    play_both(&(struct play_stage){plan, play_worker, minted}, plot);
}

#define PLAY_TLS(plays, seen, tls_, ...)                                                     \
    do {                                                                                     \
        const struct plan_certificate play_recipe = play_certificate(NULL, NULL);            \
        const struct plan_server play_plan = {PLAY_SERVER, .tls = PLAN_TLS_##tls_,           \
            .certificates = &play_recipe, .certificates_len = 1, .capabilities_given = true, \
            .capabilities_before_tls = PLAY_LIST("ENHANCEDSTATUSCODES"),                     \
            .capabilities_after_tls = PLAY_LIST("ENHANCEDSTATUSCODES"),                      \
            .auth = {.before_tls = PLAY_LIST("LOGIN"),                                       \
                .after_tls = PLAY_LIST("PLAIN"),                                             \
                PLAY_USERS},                                                                 \
            __VA_ARGS__};                                                                    \
        play_certified(&play_plan, (struct play_plot){plays, seen});                         \
    } while (0)

static inline void play_begins_tls_for(struct play *play, const char *name)
{
    struct fail fail = {0};
    play->tls = tls_session_new_client(
        &(struct tls_client_options){
            .worker = play_worker,
            .trust = play_trust,
            .name = name,
            .sni = name,
            .protocols = play_protocols,
            .security_level = -1,
            .stop_on_problem = true,
            .seals_alerts = true,
            .verify_at_s = PLAY_CLOCK_S,
        },
        &fail);
    ck_assert_msg(play->tls != NULL, "%s", fail.text);
    (void)tls_session_feed(play->tls, SPAN_EMPTY);
    play_tls_output(play);
}

static inline void play_begins_tls(struct play *play)
{
    play_begins_tls_for(play, "mail.here.com");
}

static inline void play_is_inside_tls(struct play *play)
{
    ck_assert_msg(
        tls_session_state(play->tls) == TLS_STATE_OPEN, "%s", tls_session_failure(play->tls)->text);
}

#endif
