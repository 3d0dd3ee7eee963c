#include "fake-server/fake_watch.h"

#include "fake-server/fake_session.h"

static void fake_watch_line(void *context, bool response, struct span shown)
{
    fake_watch_tell(context, response ? FAKE_NEWS_RESPONSE : FAKE_NEWS_COMMAND, shown);
}

void fake_watch_set(struct fake_session *session, const struct fake_watch *watch)
{
    session->watch = watch;
    session->saw.told = fake_watch_line;
    session->saw.told_context = session;
}

void fake_watch_tell(struct fake_session *session, enum fake_news_kind kind, struct span text)
{
    if (session->watch != NULL) {
        session->watch->told(session->watch->context, &(struct fake_news){kind, .text = text});
    }
}

static void fake_watch_octets(void *context, struct span bytes)
{
    fake_watch_tell(context, FAKE_NEWS_BODY, bytes);
}

void fake_watch_body(struct fake_session *session)
{
    if (session->watch != NULL && session->watch->bodies) {
        session->body.sink = (struct fake_body_sink){fake_watch_octets, session};
    }
}

void fake_watch_message(struct fake_session *session, struct span subject)
{
    const struct fake_transaction *transaction = &session->transaction;
    if (session->watch != NULL) {
        session->watch->told(session->watch->context, &(struct fake_news){.kind = FAKE_NEWS_MESSAGE,
                                                          .text = subject,
                                                          .from = transaction->from,
                                                          .to = transaction->to,
                                                          .to_len = transaction->to_len,
                                                          .octets = session->body.octets});
    }
}
