#include "harness/runner/mask.h"

#include "harness/base/text.h"

struct secret_set *mask_secrets(
    const struct plan_case *plan, const struct mask_given *given, bool show)
{
    struct secret_set *secrets = secret_set_new();
    secret_set_show_all(secrets, show);
    if (plan->client.login.password != NULL) {
        secret_set_add(secrets, span_text(plan->client.login.password));
    }
    if (plan->client.login.token != NULL) {
        secret_set_add(secrets, span_text(plan->client.login.token));
    }
    if (plan->client.certificate.password != NULL) {
        secret_set_add(secrets, span_text(plan->client.certificate.password));
    }
    for (size_t i = 0; i < plan_servers_len(plan); i++) {
        const struct plan_auth *auth = &plan_server_at(plan, i)->auth;
        for (size_t j = 0; j < auth->users_len; j++) {
            secret_set_add(secrets, span_text(auth->users[j].password));
        }
        for (size_t j = 0; j < auth->tokens_len; j++) {
            secret_set_add(secrets, span_text(auth->tokens[j].password));
        }
    }
    for (size_t i = 0; i < plan->secrets.len; i++) {
        secret_set_add(secrets, span_text(plan->secrets.items[i]));
    }
    for (size_t i = 0; given != NULL && i < given->secrets_len; i++) {
        secret_set_add(secrets, span_text(given->secrets[i]));
    }
    return secrets;
}

const char *mask_text(struct arena *arena, const struct secret_set *secrets, const char *text)
{
    if (text == NULL || !secret_set_hides(secrets, span_text(text))) {
        return text;
    }
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    secret_set_redact(secrets, span_text(text), &shown);
    const char *kept = arena_strdup(arena, buf_text(&shown));
    buf_done(&shown);
    return kept;
}

static struct mask_given_pair *mask_given_find(const struct mask_given *given, const char *text)
{
    for (size_t i = 0; i < given->len; i++) {
        if (given->pairs[i].text == text) {
            return &given->pairs[i];
        }
    }
    return NULL;
}

const char *mask_given_shown(const struct mask_given *given, const char *text)
{
    return mask_given_find(given, text)->shown;
}

/* A secret of one case is none of another's business, but what that one says may hold it. */
static void mask_given_take_secrets(
    struct arena *arena, const struct plan_text_list *secrets, struct mask_given *all)
{
    for (size_t i = 0; i < secrets->len; i++) {
        bool known = false;
        for (size_t j = 0; j < all->secrets_len && !known; j++) {
            known = strcmp(all->secrets[j], secrets->items[i]) == 0;
        }
        if (!known) {
            all->secrets = arena_push(arena, all->secrets, all->secrets_len, sizeof *all->secrets);
            all->secrets[all->secrets_len++] = secrets->items[i];
        }
    }
}

struct mask_given mask_given(struct arena *arena, const struct plan_suite *suite, bool show)
{
    struct mask_given all = {0};
    for (size_t i = 0; i < suite->len; i++) {
        const struct plan_text_list *given = &suite->cases[i].given;
        mask_given_take_secrets(arena, &suite->cases[i].secrets, &all);
        for (size_t j = 0; j < given->len; j++) {
            const char *text = given->items[j];
            if (mask_given_find(&all, text) == NULL) {
                all.pairs = arena_push(arena, all.pairs, all.len, sizeof *all.pairs);
                all.pairs[all.len++] = (struct mask_given_pair){text, text};
            }
        }
    }
    for (size_t i = 0; i < suite->len && all.len > 0; i++) {
        struct secret_set *secrets = mask_secrets(&suite->cases[i], &all, show);
        for (size_t j = 0; j < all.len; j++) {
            all.pairs[j].shown = mask_text(arena, secrets, all.pairs[j].shown);
        }
        secret_set_free(secrets);
    }
    return all;
}
