/*
 * fake_play_talk — what is said and heard in a play, and how time passes, for the tests of this
 * room.
 *
 * Knows: text, in clear and inside TLS. Refuses to know: what is tested.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_PLAY_TALK_H
#define SMTPVET_FAKE_SERVER_FAKE_PLAY_TALK_H

#include "fake-server/fake_play.h"

#define PLAY_EVENTS_MAX 1000000 /* of one wait: a deadline that never moves on is a fault */

/* Text from the client, encrypted where there is TLS. */
static inline void play_says_bytes(struct play *play, struct span text)
{
    if (play->tls == NULL) {
        play_wire(play, text);
    } else {
        ck_assert(tls_session_write(play->tls, text));
        play_tls_output(play);
    }
}

static inline void play_says(struct play *play, const char *text)
{
    play_says_bytes(play, span_text(text));
}

/* All that the client has heard since the last time is `text`. */
static inline void play_hears(struct play *play, const char *text)
{
    struct span heard = span_from(buf_span(&play->heard), play->heard_at);
    ck_assert_msg(span_equal(heard, span_text(text)), "heard '%.*s', wanted '%s'", (int)heard.len,
        (const char *)heard.data, text);
    play->heard_at = play->heard.len;
}

static inline void play_hears_anything(struct play *play)
{
    play->heard_at = play->heard.len;
}

static inline void play_asks(struct play *play, const char *text, const char *answer)
{
    play_says(play, text);
    play_hears(play, answer);
}

/* Time passes, with every deadline in it. */
static inline void play_waits(struct play *play, int64_t seconds)
{
    int64_t until_us = play->now_us + seconds * PLAY_SECOND;
    for (size_t events = 0; fake_session_deadline_us(play->session) <= until_us; events++) {
        ck_assert_uint_lt(events, PLAY_EVENTS_MAX);
        int64_t deadline_us = fake_session_deadline_us(play->session);
        play->now_us = deadline_us > play->now_us ? deadline_us : play->now_us;
        play_event(play, &(struct wire_event){.kind = WIRE_TIME});
    }
    play->now_us = until_us;
}

static inline void play_ends(struct play *play, enum wire_event_kind how)
{
    play_event(play, &(struct wire_event){.kind = how});
}

static inline void play_connects(struct play *play)
{
    play->session = fake_session_new(play->server);
    play->shut = play->aborted = play->closed = play->stopped_reading = false;
    play_event(play, &(struct wire_event){.kind = WIRE_OPENED});
}

#endif
