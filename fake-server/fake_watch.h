/*
 * fake_watch — what a connection is told about while it lasts: commands, TLS, logins, messages.
 *
 * Knows: that whoever watches sees lines as they may be seen, and messages octet by octet. Refuses
 * to know: what becomes of it. A scenario that is judged when all is over has no watch.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_WATCH_H
#define SMTPVET_FAKE_SERVER_FAKE_WATCH_H

#include "fake-server/fake_server.h"

enum fake_news_kind {
    FAKE_NEWS_COMMAND,    /* text: the line as it may be seen */
    FAKE_NEWS_RESPONSE,   /* text: of a SASL exchange, masked */
    FAKE_NEWS_TLS,        /* the handshake succeeded: fake_session_tls */
    FAKE_NEWS_TLS_FAILED, /* text: how */
    FAKE_NEWS_LOGIN,      /* text: the user */
    FAKE_NEWS_BODY,       /* text: octets of a message, in order */
    FAKE_NEWS_MESSAGE,    /* one has come whole; text: its subject */
};

struct fake_news {
    enum fake_news_kind kind;
    struct span text;
    /* FAKE_NEWS_MESSAGE */
    struct span from;
    const struct span *to;
    size_t to_len;
    int64_t octets;
};

struct fake_watch {
    void (*told)(void *context, const struct fake_news *news); /* news are valid during the call */
    void *context;
    bool bodies; /* FAKE_NEWS_BODY is wanted */
};

/* fake_watch_set: `watch` must live as long as the session. */
void fake_watch_set(struct fake_session *session, const struct fake_watch *watch);

/* --- for this room: what is to be told; nothing happens where nobody watches --- */
void fake_watch_tell(struct fake_session *session, enum fake_news_kind kind, struct span text);
void fake_watch_body(struct fake_session *session); /* the body of a message begins */
void fake_watch_message(struct fake_session *session, struct span subject);

#endif
