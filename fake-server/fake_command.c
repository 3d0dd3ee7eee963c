#include "fake-server/fake_command.h"

#include "fake-server/fake_chunk.h"
#include "fake-server/fake_fault.h"
#include "fake-server/fake_parse.h"
#include "fake-server/fake_watch.h"
#include "harness/base/text.h"

static bool fake_command_is_positive(unsigned code)
{
    return code / 100 == 2;
}

/* --- EHLO, HELO --- */

/* RFC 2033 §4.1: a server that speaks the one does not know the other's hello. */
static bool fake_command_is_other_hello(const struct fake_session *session)
{
    return session->server->plan->lmtp != span_equal(session->verb, SPAN_LITERAL("LHLO"));
}

static void fake_command_perform_ehlo(struct fake_session *session)
{
    if (fake_command_is_other_hello(session)) {
        fake_session_reply(session, 500, "5.5.1", "Unknown command");
    } else if (session->server->plan->helo_only) {
        fake_session_reply(session, 502, NULL, "Command not implemented");
    } else if (session->argument.len == 0) {
        bool lmtp = session->server->plan->lmtp;
        fake_session_reply(session, 501, NULL,
            lmtp ? "LHLO wants a domain" : "EHLO wants a domain or an address literal");
    } else {
        struct fake_capabilities at = fake_session_capabilities(session);
        fake_capabilities_write(&at, &session->piece);
    }
}

static void fake_command_perform_helo(struct fake_session *session)
{
    if (fake_command_is_other_hello(session)) {
        fake_session_reply(session, 500, "5.5.1", "Unknown command");
    } else if (session->argument.len == 0) {
        fake_session_reply(session, 501, NULL, "HELO wants a domain");
    } else {
        fake_session_reply(session, 250, NULL, session->server->plan->host);
    }
}

/* A login stays. */
static void fake_command_advance_hello(struct fake_session *session, unsigned code)
{
    if (fake_command_is_positive(code)) {
        session->greeted = true;
        session->hello = true;
        session->extended = !span_equal(session->verb, SPAN_LITERAL("HELO"));
        if (fake_fault_is_on(session, PLAN_FAULT_LOGIN_LOST_AFTER_EHLO)) {
            session->logged_in = false;
        }
    }
}

/* --- STARTTLS (RFC 3207 §4) --- */

static void fake_command_perform_starttls(struct fake_session *session)
{
    const struct plan_server *plan = session->server->plan;
    bool twice = fake_fault_is_on(session, PLAN_FAULT_STARTTLS_TWICE);
    bool busy = (session->logged_in || session->transaction.open) &&
                !fake_fault_is_on(session, PLAN_FAULT_STATE_SURVIVES_TLS);
    if (plan->tls == PLAN_TLS_NONE) {
        fake_session_reply(session, 502, "5.5.1", "Command not implemented");
    } else if (fake_session_inside_tls(session)) {
        fake_session_reply(session, twice ? 220 : 503, twice ? "2.0.0" : "5.5.1",
            twice ? "Ready to start TLS" : "TLS is already active");
    } else if (session->argument.len > 0) {
        fake_session_reply(session, 501, "5.5.4", "STARTTLS takes no parameter");
    } else if (!session->hello) {
        fake_session_reply(session, 503, "5.5.1", "Send EHLO first");
    } else if (busy) {
        fake_session_reply(session, 503, "5.5.1", "Not now");
    } else if (plan->starttls == PLAN_STARTTLS_REFUSED) {
        fake_session_reply(session, 454, "4.7.0", "TLS is not available");
    } else {
        fake_session_reply(session, 220, "2.0.0", "Ready to start TLS");
        session->runs[session->runs_len - 1].start_tls = true;
    }
}

static void fake_command_advance_starttls(struct fake_session *session, unsigned code)
{
    session->tls_due = session->tls_due || code == 220;
}

/* --- MAIL, RCPT, DATA --- */

/* RFC 6531 §3.5: an address beyond ASCII outside a transaction that said SMTPUTF8. */
static bool fake_command_refuse_utf8(struct fake_session *session, struct span address, bool said)
{
    bool ascii = true;
    for (size_t i = 0; i < address.len; i++) {
        ascii = ascii && address.data[i] < 0x80;
    }
    if (!ascii && !said) {
        fake_session_reply(session, 553, "5.6.7", "An address beyond ASCII wants SMTPUTF8");
    }
    return !ascii && !said;
}

/* `value` NULL: whatever it is. */
static bool fake_command_says(struct span parameters, const char *parameter, const char *value)
{
    struct span name;
    struct span said;
    while (fake_parse_parameter(&parameters, &name, &said)) {
        if (text_equal_caseless(name, span_text(parameter)) &&
            (value == NULL || text_equal_caseless(said, span_text(value)))) {
            return true;
        }
    }
    return false;
}

static bool fake_command_says_utf8(struct span parameters)
{
    return fake_command_says(parameters, "SMTPUTF8", NULL);
}

/* RFC 3030 §3 */
static bool fake_command_says_binary(struct span parameters)
{
    return fake_command_says(parameters, "BODY", "BINARYMIME");
}

/* RFC 9422: what was announced is kept to. `used` counts the present command too. */
static bool fake_command_is_over_limit(struct fake_session *session, const char *name, int64_t used)
{
    struct fake_capabilities at = fake_session_capabilities(session);
    int64_t limit = fake_capabilities_limit(&at, name);
    return session->extended && limit > 0 && used > limit;
}

/* How many domains of recipients there are with this one. */
static int64_t fake_command_domains_with(
    const struct fake_session *session, struct span address, struct span *ret_new)
{
    struct span domain = address;
    for (size_t at = span_find(domain, '@'); at < domain.len; at = span_find(domain, '@')) {
        domain = span_from(domain, at + 1);
    }
    *ret_new = SPAN_EMPTY;
    for (size_t i = 0; i < session->used.domains_len; i++) {
        if (text_equal_caseless(session->used.domains[i], domain)) {
            return (int64_t)session->used.domains_len;
        }
    }
    *ret_new = domain;
    return (int64_t)session->used.domains_len + 1;
}

/* False, with a reply in the piece, when a parameter must not be there. */
static bool fake_command_check_parameters(
    struct fake_session *session, enum fake_parameter_of of, struct span parameters)
{
    struct fake_capabilities at = fake_session_capabilities(session);
    struct span name;
    struct span value;
    if (fake_command_says_binary(parameters) && !fake_capabilities_have(&at, "BINARYMIME", NULL)) {
        fake_session_reply(session, 555, "5.5.4", "BINARYMIME is not offered");
        return false;
    }
    while (fake_parse_parameter(&parameters, &name, &value)) {
        int64_t size = 0;
        if (!session->extended || !fake_capabilities_allow_parameter(&at, of, name)) {
            fake_session_reply(
                session, 555, "5.5.4", "Parameter of an extension that is not offered");
            return false;
        }
        if (!text_equal_caseless(name, SPAN_LITERAL("SIZE"))) {
            continue;
        }
        if (!fake_parse_number(value, &size)) {
            fake_session_reply(session, 501, "5.5.4", "SIZE wants a number");
            return false;
        }
        int64_t limit = fake_capabilities_size_limit(&at);
        if (limit > 0 && size > limit &&
            !fake_fault_is_on(session, PLAN_FAULT_IGNORES_SIZE)) { /* RFC 1870 §6.1 */
            fake_session_reply(session, 552, "5.3.4", "Message is larger than SIZE");
            return false;
        }
    }
    return true;
}

static void fake_command_perform_mail(struct fake_session *session)
{
    struct span address;
    struct span parameters;
    session->used.mails++;
    if (!session->hello) {
        fake_session_reply(session, 503, "5.5.1", "Send EHLO first");
    } else if (session->server->plan->auth.require && !session->logged_in) {
        fake_session_reply(session, 530, "5.7.0", "Authentication required"); /* RFC 4954 §6 */
    } else if (session->transaction.open) {
        fake_session_reply(session, 503, "5.5.1", "A transaction is open");
    } else if (!fake_parse_path(session->argument, "FROM:", &address, &parameters)) {
        fake_session_reply(session, 501, "5.5.4", "Syntax: MAIL FROM:<address>");
    } else if (fake_command_is_over_limit(session, "MAILMAX", session->used.mails)) {
        fake_session_reply(session, 452, "4.5.3", "Too many messages in this session");
    } else if (fake_command_refuse_utf8(session, address, fake_command_says_utf8(parameters))) {
        return;
    } else if (fake_command_check_parameters(session, FAKE_PARAMETER_OF_MAIL, parameters)) {
        fake_session_reply(session, 250, "2.1.0", "Sender ok");
    }
}

static void fake_command_grant_mail(struct fake_session *session)
{
    struct span address = SPAN_EMPTY;
    struct span parameters;
    fake_session_end_transaction(session);
    session->transaction.open = true;
    if (fake_parse_path(session->argument, "FROM:", &address, &parameters)) {
        session->transaction.from = arena_span(session->arena, address);
        session->transaction.utf8 = fake_command_says_utf8(parameters);
        session->transaction.binary = fake_command_says_binary(parameters);
    }
}

/* The recipient counts, whatever becomes of it. False, with a reply, where it is one too many. */
static bool fake_command_check_limits(struct fake_session *session, struct span address)
{
    struct span domain;
    int64_t domains = fake_command_domains_with(session, address, &domain);
    session->transaction.recipients++;
    if (fake_command_is_over_limit(session, "RCPTMAX", session->transaction.recipients)) {
        fake_session_reply(session, 452, "4.5.3", "Too many recipients for one message");
        return false;
    }
    if (fake_command_is_over_limit(session, "RCPTDOMAINMAX", domains)) {
        fake_session_reply(session, 452, "4.5.3", "Too many domains in this session");
        return false;
    }
    if (domain.len > 0) {
        struct arena *arena = session->arena;
        session->used.domains = arena_push(
            arena, session->used.domains, session->used.domains_len, sizeof *session->used.domains);
        session->used.domains[session->used.domains_len++] = arena_span(arena, domain);
    }
    return true;
}

static void fake_command_perform_rcpt(struct fake_session *session)
{
    struct span address;
    struct span parameters;
    if (!session->transaction.open) {
        fake_session_reply(session, 503, "5.5.1", "Send MAIL first");
    } else if (!fake_parse_path(session->argument, "TO:", &address, &parameters) ||
               address.len == 0) {
        fake_session_reply(session, 501, "5.5.4", "Syntax: RCPT TO:<address>");
    } else if (session->transaction.to_len == FAKE_SESSION_RECIPIENTS_MAX) {
        fake_session_reply(session, 452, "4.5.3", "Too many recipients"); /* RFC 5321 §4.5.3.1.10 */
    } else if (fake_fault_greylists(session, address)) {
        fake_session_reply(session, 450, "4.2.0", "Greylisted, try again later");
    } else if (fake_command_refuse_utf8(session, address, session->transaction.utf8) ||
               !fake_command_check_limits(session, address)) {
        return;
    } else if (fake_command_check_parameters(session, FAKE_PARAMETER_OF_RCPT, parameters)) {
        fake_session_reply(session, 250, "2.1.5", "Recipient ok");
    }
}

static void fake_command_grant_rcpt(struct fake_session *session)
{
    struct fake_transaction *transaction = &session->transaction;
    struct span address = SPAN_EMPTY;
    struct span parameters;
    if (transaction->to_len == FAKE_SESSION_RECIPIENTS_MAX ||
        !fake_parse_path(session->argument, "TO:", &address, &parameters)) {
        return;
    }
    struct arena *arena = session->arena;
    transaction->to = arena_push(
        arena, transaction->to, transaction->to_len, sizeof *transaction->to);
    transaction->to[transaction->to_len++] = arena_span(arena, address);
}

static void fake_command_perform_data(struct fake_session *session)
{
    if (session->argument.len > 0) {
        fake_session_reply(session, 501, "5.5.4", "DATA takes no parameter");
    } else if (!session->transaction.open) {
        fake_session_reply(session, 503, "5.5.1", "Send MAIL first");
    } else if (session->transaction.to_len == 0) {
        fake_session_reply(session, 554, "5.5.1", "No valid recipients"); /* RFC 5321 §3.3 */
    } else if (session->transaction.chunked || session->transaction.binary) {
        fake_session_reply(session, 503, "5.5.1", "This message wants BDAT"); /* RFC 3030 §2, §3 */
    } else {
        fake_session_reply(session, 354, NULL, "End with CRLF.CRLF");
    }
}

static void fake_command_grant_data(struct fake_session *session)
{
    fake_body_done(&session->body);
    fake_body_init(&session->body);
    session->body.ends = fake_fault_body_ends(session);
    fake_watch_body(session);
    session->body_answered = false;
    session->mode = FAKE_MODE_BODY;
}

/* --- the small ones --- */

static void fake_command_perform_rset(struct fake_session *session)
{
    fake_session_reply(session, 250, "2.0.0", "Ok");
}

static void fake_command_perform_noop(struct fake_session *session)
{
    fake_session_reply(session, 250, "2.0.0", "Ok");
}

static void fake_command_perform_quit(struct fake_session *session)
{
    fake_session_reply(session, 221, "2.0.0", "Goodbye");
}

static void fake_command_advance_quit(struct fake_session *session, unsigned code)
{
    session->quitting = session->quitting || fake_command_is_positive(code);
}

static void fake_command_perform_vrfy(struct fake_session *session)
{
    fake_session_reply(session, 252, "2.1.5", "Cannot verify, but will try"); /* RFC 5321 §3.5.3 */
}

static void fake_command_perform_expn(struct fake_session *session)
{
    fake_session_reply(session, 502, "5.5.1", "Command not implemented");
}

static void fake_command_perform_help(struct fake_session *session)
{
    fake_session_reply(session, 214, "2.0.0", "See RFC 5321");
}

static const struct fake_command commands[] = {
    {.verb = "EHLO",
        .before_tls = true,
        .perform = fake_command_perform_ehlo,
        .advance = fake_command_advance_hello,
        .grant = fake_session_end_transaction}, /* RFC 5321 §4.1.4 */
    {.verb = "LHLO",
        .before_tls = true,
        .perform = fake_command_perform_ehlo,
        .advance = fake_command_advance_hello,
        .grant = fake_session_end_transaction},
    {.verb = "HELO",
        .perform = fake_command_perform_helo,
        .advance = fake_command_advance_hello,
        .grant = fake_session_end_transaction},
    {.verb = "STARTTLS",
        .before_tls = true,
        .perform = fake_command_perform_starttls,
        .advance = fake_command_advance_starttls},
    {.verb = "AUTH", .perform = fake_auth_perform, .advance = fake_auth_advance},
    {.verb = "MAIL", .perform = fake_command_perform_mail, .grant = fake_command_grant_mail},
    {.verb = "RCPT", .perform = fake_command_perform_rcpt, .grant = fake_command_grant_rcpt},
    {.verb = "DATA",
        .perform = fake_command_perform_data,
        .grant = fake_command_grant_data,
        .granted_by = 354},
    {.verb = "BDAT", .perform = fake_chunk_perform, .grant = fake_chunk_grant},
    {.verb = "RSET", .perform = fake_command_perform_rset, .grant = fake_session_end_transaction},
    {.verb = "NOOP", .before_tls = true, .perform = fake_command_perform_noop},
    {.verb = "QUIT",
        .before_tls = true,
        .perform = fake_command_perform_quit,
        .advance = fake_command_advance_quit},
    {.verb = "VRFY", .perform = fake_command_perform_vrfy},
    {.verb = "EXPN", .perform = fake_command_perform_expn},
    {.verb = "HELP", .perform = fake_command_perform_help},
};

const struct fake_command *fake_command_find(struct span verb)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (span_equal(verb, span_text(commands[i].verb))) {
            return &commands[i];
        }
    }
    return NULL;
}

void fake_command_perform(struct fake_session *session, const struct fake_command *command)
{
    const struct plan_server *plan = session->server->plan;
    bool needs_tls = plan->tls == PLAN_TLS_STARTTLS && plan->starttls == PLAN_STARTTLS_REQUIRED &&
                     !fake_session_inside_tls(session);
    if (session->line_too_long) {
        fake_session_reply(session, 500, "5.5.2", "Line too long");
    } else if (!session->greeted && !span_equal(session->verb, SPAN_LITERAL("QUIT"))) {
        fake_session_reply(session, 503, "5.5.1", "No service here"); /* RFC 5321 §3.1 */
    } else if (needs_tls && (command == NULL || !command->before_tls)) {
        fake_session_reply(session, 530, "5.7.0", "Must issue a STARTTLS command first");
    } else if (command == NULL) {
        fake_session_reply(session, 500, "5.5.1", "Unknown command");
    } else {
        command->perform(session);
    }
}

void fake_command_advance(
    struct fake_session *session, const struct fake_command *command, unsigned code)
{
    if (command != NULL && command->advance != NULL) {
        command->advance(session, code);
    }
}

bool fake_command_is_granted(const struct fake_command *command, unsigned code)
{
    return command->granted_by != 0 ? code == command->granted_by : fake_command_is_positive(code);
}
