#include "fake-server/fake_chunk.h"

#include "fake-server/fake_fault.h"
#include "fake-server/fake_parse.h"
#include "fake-server/fake_watch.h"
#include "harness/base/text.h"

static bool fake_chunk_is_offered(const struct fake_session *session)
{
    struct fake_capabilities at = fake_session_capabilities(session);
    return session->extended && fake_capabilities_have(&at, "CHUNKING", NULL);
}

static bool fake_chunk_parse(struct span argument, int64_t *ret_size, bool *ret_last)
{
    struct span rest = argument;
    struct span size = fake_parse_word(&rest);
    struct span last = fake_parse_word(&rest);
    *ret_last = text_equal_caseless(last, SPAN_LITERAL("LAST"));
    return fake_parse_number(size, ret_size) && rest.len == 0 && (last.len == 0 || *ret_last);
}

static bool fake_chunk_is_kept(const struct fake_session *session)
{
    return session->transaction.open && session->transaction.to_len > 0;
}

bool fake_chunk_begin(struct fake_session *session)
{
    struct fake_transaction *transaction = &session->transaction;
    int64_t size = 0;
    bool last = false;
    transaction->chunk_last = false;
    if (!span_equal(session->verb, SPAN_LITERAL("BDAT")) || !fake_chunk_is_offered(session) ||
        !fake_chunk_parse(session->argument, &size, &last)) {
        return false;
    }
    if (!fake_chunk_is_kept(session)) {
        transaction->chunk_left = size;
        return !fake_fault_is_on(session, PLAN_FAULT_BDAT_NOT_DISCARDED);
    }
    if (!transaction->chunked) {
        fake_body_done(&session->body);
        fake_body_init(&session->body);
        fake_watch_body(session);
        session->body_answered = false;
    }
    transaction->chunked = true;
    transaction->chunk_left = size;
    transaction->chunk_last = last;
    return true;
}

void fake_chunk_take(struct fake_session *session, struct span bytes)
{
    session->transaction.chunk_left -= (int64_t)bytes.len;
    if (fake_chunk_is_kept(session)) {
        fake_body_take_chunk(&session->body, bytes);
    }
}

bool fake_chunk_is_message(const struct fake_session *session)
{
    return session->transaction.chunk_last && fake_chunk_is_kept(session) &&
           span_equal(session->verb, SPAN_LITERAL("BDAT"));
}

void fake_chunk_perform(struct fake_session *session)
{
    int64_t size = 0;
    bool last = false;
    if (!fake_chunk_is_offered(session)) {
        fake_session_reply(session, 500, "5.5.1", "Unknown command");
    } else if (!fake_chunk_parse(session->argument, &size, &last)) {
        fake_session_reply(session, 501, "5.5.4", "Syntax: BDAT size [LAST]");
    } else if (!session->transaction.open) {
        fake_session_reply(session, 503, "5.5.1", "Send MAIL first");
    } else if (session->transaction.to_len == 0) {
        fake_session_reply(session, 554, "5.5.1", "No valid recipients");
    } else if (last) {
        fake_run_perform_message(session);
    } else {
        fake_session_reply(session, 250, "2.0.0", "More, please");
    }
}

/* Where no rule answered, the last chunk has had the moment of the message. */
void fake_chunk_grant(struct fake_session *session)
{
    if (fake_chunk_is_message(session)) {
        fake_session_message(session);
        fake_session_end_transaction(session);
    }
}
