#include "fake-server/fake_fault.h"

#include "fake-server/fake_session.h"
#include "harness/base/text.h"

bool fake_fault_is_on(const struct fake_session *session, enum plan_fault fault)
{
    return (session->server->plan->faults & PLAN_FAULT_BIT(fault)) != 0;
}

/* --- pauses --- */

static bool fake_fault_is_answered(enum plan_moment kind)
{
    return kind == PLAN_MOMENT_COMMAND || kind == PLAN_MOMENT_AUTH_RESPONSE ||
           kind == PLAN_MOMENT_MESSAGE;
}

int64_t fake_fault_pause_us(const struct fake_session *session, enum plan_moment kind)
{
    bool answered = fake_fault_is_answered(kind);
    if (fake_fault_is_on(session, PLAN_FAULT_SLOW_EVERYWHERE) &&
        (answered || kind == PLAN_MOMENT_GREETING)) {
        return FAKE_FAULT_SLOW_US;
    }
    bool deaf = fake_fault_is_on(session, PLAN_FAULT_SILENT_DROP_PIPELINED);
    return deaf && answered ? FAKE_FAULT_DEAF_US : 0;
}

void fake_fault_pause_over(struct fake_session *session, enum plan_moment kind)
{
    if (fake_fault_is_on(session, PLAN_FAULT_SILENT_DROP_PIPELINED) &&
        fake_fault_is_answered(kind)) {
        fake_session_drop_lines(session);
    }
}

/* --- replies --- */

static void fake_fault_make_bare(struct buf *piece)
{
    size_t kept = 0;
    for (size_t i = 0; i < piece->len; i++) {
        bool before_lf = i + 1 < piece->len && piece->data[i + 1] == '\n';
        if (piece->data[i] != '\r' || !before_lf) {
            piece->data[kept++] = piece->data[i];
        }
    }
    piece->len = kept;
}

static void fake_fault_make_double(struct buf *piece)
{
    struct buf copy;
    buf_init(&copy, piece->max);
    (void)buf_append(&copy, buf_span(piece));
    (void)buf_append(piece, buf_span(&copy));
    buf_done(&copy);
}

void fake_fault_spoil(struct fake_session *session, enum plan_moment kind)
{
    if (fake_fault_is_on(session, PLAN_FAULT_BARE_LF_REPLIES)) {
        fake_fault_make_bare(&session->piece);
    }
    if (fake_fault_is_on(session, PLAN_FAULT_DOUBLE_REPLY) && fake_fault_is_answered(kind)) {
        fake_fault_make_double(&session->piece);
    }
}

/* --- messages --- */

unsigned fake_fault_body_ends(const struct fake_session *session)
{
    static const struct {
        enum plan_fault fault;
        enum fake_body_end end;
    } rows[] = {
        {PLAN_FAULT_SMUGGLING_LF_DOT_LF, FAKE_BODY_END_LF_DOT_LF},
        {PLAN_FAULT_SMUGGLING_LF_DOT_CRLF, FAKE_BODY_END_LF_DOT_CRLF},
        {PLAN_FAULT_SMUGGLING_CRLF_DOT_LF, FAKE_BODY_END_CRLF_DOT_LF},
        {PLAN_FAULT_SMUGGLING_CR_DOT_CR, FAKE_BODY_END_CR_DOT_CR},
        {PLAN_FAULT_SMUGGLING_CR_DOT_CRLF, FAKE_BODY_END_CR_DOT_CRLF},
        {PLAN_FAULT_SMUGGLING_CRLF_NUL_DOT_CRLF, FAKE_BODY_END_CRLF_NUL_DOT_CRLF},
        {PLAN_FAULT_SMUGGLING_CRCRLF_DOT_CRCRLF, FAKE_BODY_END_CRCRLF_DOT_CRCRLF},
    };
    unsigned ends = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ends |= fake_fault_is_on(session, rows[i].fault) ? 1U << rows[i].end : 0U;
    }
    return ends;
}

/* RFC 6647 §2.3: who sends from where to whom. The client's address is always the same. */
bool fake_fault_greylists(struct fake_session *session, struct span to)
{
    struct fake_server *server = session->server;
    struct span from = session->transaction.from;
    if (!fake_fault_is_on(session, PLAN_FAULT_GREYLISTS_PAIRS)) {
        return session->in_case == 1 && fake_fault_is_on(session, PLAN_FAULT_GREYLISTS_FIRST);
    }
    for (size_t i = 0; i < server->pairs.len; i++) {
        const struct fake_pair *pair = &server->pairs.items[i];
        if (text_equal_caseless(pair->from, from) && text_equal_caseless(pair->to, to)) {
            return pair->connection == session->in_case;
        }
    }
    if (server->pairs.len < FAKE_FAULT_PAIRS_MAX) {
        server->pairs.items = arena_push(
            server->arena, server->pairs.items, server->pairs.len, sizeof *server->pairs.items);
        server->pairs.items[server->pairs.len++] = (struct fake_pair){
            .from = arena_span(server->arena, from),
            .to = arena_span(server->arena, to),
            .connection = session->in_case};
    }
    return true;
}

/* --- logins --- */

bool fake_fault_is_locked(const struct fake_session *session)
{
    return fake_fault_is_on(session, PLAN_FAULT_LOCKOUT_AFTER_FAILURES) &&
           session->server->failed_logins >= FAKE_FAULT_FAILURES_MAX;
}

bool fake_fault_locks_out(struct fake_session *session)
{
    if (session->server->failed_logins < FAKE_FAULT_FAILURES_MAX) {
        session->server->failed_logins++;
    }
    return fake_fault_is_locked(session);
}

/* --- the seam --- */

bool fake_fault_keeps_clear(const struct fake_session *session)
{
    return fake_fault_is_on(session, PLAN_FAULT_STARTTLS_KEEPS_BUFFER) ||
           fake_fault_is_on(session, PLAN_FAULT_STARTTLS_KEEPS_PARTIAL_LINE);
}

static size_t fake_fault_lines_len(struct span clear)
{
    size_t len = clear.len;
    while (len > 0 && clear.data[len - 1] != '\n') {
        len--;
    }
    return len;
}

void fake_fault_choose_clear(struct fake_session *session)
{
    struct span clear = buf_span(&session->input); /* nothing of it was taken: TLS was waited for */
    size_t lines = fake_fault_lines_len(clear);
    if (!fake_fault_is_on(session, PLAN_FAULT_STARTTLS_KEEPS_PARTIAL_LINE)) {
        fake_session_overhear(session, span_from(clear, lines));
        session->input.len = lines;
    }
    if (!fake_fault_is_on(session, PLAN_FAULT_STARTTLS_KEEPS_BUFFER)) {
        fake_session_overhear(session, span_first(clear, lines));
        buf_consume(&session->input, lines);
    }
    session->clear_len = session->input.len;
}
