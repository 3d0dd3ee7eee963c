/*
 * fake_play_both — dialogues that are played several times over, for the tests of this room.
 *
 * Knows: that the same must come of a dialogue whose bytes come all at once, one at a time and in
 * threes: same facts, same things heard.
 * Refuses to know: what is tested.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_PLAY_BOTH_H
#define SMTPVET_FAKE_SERVER_FAKE_PLAY_BOTH_H

#include "fake-server/fake_play_talk.h"

#define PLAY_DIFFERENCE 200

/* What a play is given; the last two may be NULL where there is no TLS. */
struct play_stage {
    const struct plan_server *plan;
    struct tls_worker *tls_worker;
    const struct certs_minted *const *minted;
};

static inline void play_init(struct play *play, const struct play_stage *stage, size_t piece)
{
    struct fail fail = {0};
    *play = (struct play){.arena = arena_new(), .secrets = secret_set_new(), .piece = piece};
    buf_init(&play->heard, PLAY_TEXT_MAX);
    buf_init(&play->raw, PLAY_TEXT_MAX);
    buf_init(&play->under_way, PLAY_TEXT_MAX);
    secret_set_add(play->secrets, SPAN_LITERAL(PLAY_PASSWORD));
    play->worker = fake_server_worker_new(stage->tls_worker);
    play->server = fake_server_new(stage->plan,
        &(struct fake_server_environment){
            .worker = play->worker, .minted = stage->minted, .secrets = play->secrets},
        &fail);
    ck_assert_msg(play->server != NULL, "%s", fail.text);
}

static inline void play_done(struct play *play)
{
    tls_session_free(play->tls);
    fake_server_free(play->server);
    fake_server_worker_free(play->worker);
    secret_set_free(play->secrets);
    buf_done(&play->heard);
    buf_done(&play->raw);
    buf_done(&play->under_way);
    arena_free(play->arena);
}

/* The facts of a play that is over, as one text; `facts` in `arena`. */
static inline struct facts *play_record(struct play *play, struct arena *arena, struct buf *shown)
{
    struct facts *facts = facts_new(arena, play->secrets);
    fake_server_record(play->server, facts);
    value_show(facts_tree(facts, arena, true), shown);
    return facts;
}

/* The plot of a play, and what must have been seen: NULL, or a function that looks at the facts. */
struct play_plot {
    void (*plays)(struct play *play);
    void (*seen)(const struct facts *facts);
};

/* Both hold the same; where not, a little from where they part is shown. */
static inline void play_same(const struct buf *found, const struct buf *wanted)
{
    size_t at = 0;
    while (at < found->len && at < wanted->len && found->data[at] == wanted->data[at]) {
        at++;
    }
    struct span a = span_first(span_from(buf_span(found), at), PLAY_DIFFERENCE);
    struct span b = span_first(span_from(buf_span(wanted), at), PLAY_DIFFERENCE);
    ck_assert_msg(at == found->len && at == wanted->len, "at %zu: '%.*s', whole it is '%.*s'", at,
        (int)a.len, (const char *)a.data, (int)b.len, (const char *)b.data);
}

/* Plays it whole and byte by byte: same facts, same things heard. */
static inline void play_both(const struct play_stage *stage, struct play_plot plot)
{
    static const size_t pieces[] = {0, 1, 3};
    struct arena *arena = arena_new();
    struct buf heard[ARRAY_LEN(pieces)];
    struct buf facts[ARRAY_LEN(pieces)];
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct play play;
        buf_init(&heard[i], PLAY_TEXT_MAX);
        buf_init(&facts[i], PLAY_TEXT_MAX);
        play_init(&play, stage, pieces[i]);
        play_connects(&play);
        plot.plays(&play);
        struct facts *recorded = play_record(&play, arena, &facts[i]);
        if (plot.seen != NULL) {
            plot.seen(recorded);
        }
        buf_append(&heard[i], buf_span(&play.heard));
        play_done(&play);
        play_same(&facts[i], &facts[0]);
        play_same(&heard[i], &heard[0]);
    }
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        buf_done(&heard[i]);
        buf_done(&facts[i]);
    }
    arena_free(arena);
}

/* A fact, shown for people: "[EHLO, QUIT]", "true"; "absent". */
static inline void play_fact(const struct facts *facts, const char *name, const char *wanted)
{
    struct buf shown;
    const struct value *value = facts_get(facts, name);
    buf_init(&shown, PLAY_TEXT_MAX);
    if (value == NULL) {
        buf_append_text(&shown, "absent");
    } else {
        value_show(value, &shown);
    }
    ck_assert_msg(strcmp(buf_text(&shown), wanted) == 0, "%s is %s, wanted %s", name,
        buf_text(&shown), wanted);
    buf_done(&shown);
}

#endif
