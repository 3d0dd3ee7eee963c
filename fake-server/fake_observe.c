#include "fake-server/fake_observe.h"

#include "fake-server/fake_parse.h"
#include "harness/base/text.h"

void fake_observe_init(
    struct fake_observe *saw, struct arena *arena, struct fake_observe_secrets secrets)
{
    *saw = (struct fake_observe){.arena = arena, .secrets = secrets};
    buf_init(&saw->clear, FAKE_OBSERVE_CLEAR_MAX + FAKE_OBSERVE_OVERLAP);
}

void fake_observe_done(struct fake_observe *saw)
{
    buf_wipe(&saw->clear);
}

static void fake_observe_search(struct fake_observe *saw)
{
    struct span clear = buf_span(&saw->clear);
    if (!saw->password_in_clear && clear.len > 0) {
        saw->password_in_clear = secret_set_found(saw->secrets.passwords, clear) ||
                                 (saw->secrets.all != NULL &&
                                     secret_set_found(saw->secrets.all, clear));
    }
    if (clear.len > FAKE_OBSERVE_OVERLAP) {
        buf_consume(&saw->clear, clear.len - FAKE_OBSERVE_OVERLAP);
    }
}

void fake_observe_rest(struct fake_observe *saw)
{
    fake_observe_search(saw);
    buf_fit(&saw->clear);
}

void fake_observe_clear(struct fake_observe *saw, struct span bytes)
{
    while (bytes.len > 0 && !saw->password_in_clear) {
        struct span block = span_first(bytes, saw->clear.max - saw->clear.len);
        buf_append(&saw->clear, block);
        bytes = span_from(bytes, block.len);
        if (saw->clear.len == saw->clear.max) {
            fake_observe_search(saw);
        }
    }
}

/* The first `max` octets; masked before they are cut, no half of a secret is seen. */
static struct fake_observe_text fake_observe_first(
    struct fake_observe *saw, struct span bytes, size_t max)
{
    struct fake_observe_text kept = {.text = arena_span(saw->arena, span_first(bytes, max))};
    if (bytes.len > max && secret_set_hides(saw->secrets.all, bytes)) {
        struct buf shown;
        buf_init(&shown, FAKE_LINES_MAX);
        secret_set_redact_first(saw->secrets.all, bytes, max, &shown);
        kept.shown = arena_span(saw->arena, buf_span(&shown));
        buf_done(&shown);
    }
    return kept;
}

/* The first word in capitals. Those of base64 are not what is looked for, and give it away all the
 * same: what is seen of them is masked before. */
static struct fake_observe_text fake_observe_capitals(struct fake_observe *saw, struct span word)
{
    char capitals[FAKE_OBSERVE_VERB_MAX];
    struct fake_observe_text kept = {
        .text = arena_span(saw->arena, fake_parse_capitals(word, capitals, sizeof capitals))};
    if (secret_set_hides(saw->secrets.all, word)) {
        struct buf shown;
        buf_init(&shown, FAKE_LINES_MAX);
        secret_set_redact_first(saw->secrets.all, word, sizeof capitals, &shown);
        kept.shown = arena_span(
            saw->arena, fake_parse_capitals(buf_span(&shown), capitals, sizeof capitals));
        buf_done(&shown);
    }
    return kept;
}

static void fake_observe_push(struct fake_observe *saw, struct fake_observe_text **list,
    size_t *len, struct fake_observe_text text)
{
    if (*len < FAKE_OBSERVE_LINES_MAX) {
        *list = arena_push(saw->arena, *list, *len, sizeof **list);
        (*list)[(*len)++] = text;
    }
}

static void fake_observe_push_line(
    struct fake_observe *saw, bool response, struct fake_observe_text text)
{
    fake_observe_push(saw, &saw->lines, &saw->lines_len, text);
    if (saw->told == NULL) {
        return;
    }
    struct buf shown;
    buf_init(&shown, SIZE_MAX / 2);
    secret_set_redact(saw->secrets.all, text.shown.data == NULL ? text.text : text.shown, &shown);
    saw->told(saw->told_context, response, buf_span(&shown));
    buf_done(&shown);
}

static void fake_observe_keep_line(struct fake_observe *saw, bool response, struct span line)
{
    fake_observe_push_line(saw, response, fake_observe_first(saw, line, FAKE_OBSERVE_LINE_MAX));
}

/* A line that is secret from `public` octets on. */
static void fake_observe_keep_credentials(
    struct fake_observe *saw, bool response, struct span line, size_t public)
{
    struct fake_observe_text kept = fake_observe_first(saw, line, FAKE_OBSERVE_LINE_MAX);
    struct buf shown;
    buf_init(&shown, 2 * FAKE_LINES_MAX);
    buf_append(&shown, span_first(line, public));
    secret_show(saw->secrets.all, span_from(line, public), &shown);
    kept.shown = fake_observe_first(saw, buf_span(&shown), FAKE_OBSERVE_LINE_MAX).text;
    fake_observe_push_line(saw, response, kept);
    buf_wipe(&shown);
}

static struct span fake_observe_mask(struct fake_observe *saw, struct span secret)
{
    struct buf shown;
    buf_init(&shown, 2 * FAKE_LINES_MAX);
    secret_show(saw->secrets.all, secret, &shown);
    struct span kept = arena_span(saw->arena, span_first(buf_span(&shown), FAKE_OBSERVE_LINE_MAX));
    buf_wipe(&shown);
    return kept;
}

/* --- passwords by their place --- */

/* RFC 4616 §2: something stands behind the second NUL. */
static bool fake_observe_plain_has_password(struct span response)
{
    struct span rest = span_from(response, span_find(response, 0) + 1);
    return span_from(rest, span_find(rest, 0) + 1).len > 0;
}

static bool fake_observe_is_not_empty(struct span response)
{
    return response.len > 0;
}

/* In which response, and where in it, a mechanism sends its password or token. */
static const struct {
    const char *mechanism;
    unsigned response;
    bool (*has_password)(struct span response);
} places[] = {
    {"PLAIN", 1, fake_observe_plain_has_password},
    {"LOGIN", 2, fake_observe_is_not_empty},
    {"XOAUTH2", 1, fake_observe_is_not_empty},
    {"OAUTHBEARER", 1, fake_observe_is_not_empty},
};

static void fake_observe_credentials(struct fake_observe *saw, struct span text)
{
    struct buf response;
    buf_init(&response, FAKE_LINES_MAX);
    if (text_base64_decode(text, &response)) { /* "*" is not base64 */
        for (size_t i = 0; i < ARRAY_LEN(places); i++) {
            if (saw->responses >= places[i].response &&
                span_equal(saw->mechanism, span_text(places[i].mechanism)) &&
                places[i].has_password(buf_span(&response))) {
                saw->password_in_clear = true;
            }
        }
    }
    buf_wipe(&response);
}

/* RFC 4422 §3.1, in either case. What is none has credentials in it, as in "AUTH PLAIN=AGpvZQ". */
static bool fake_observe_is_mechanism(struct span word)
{
    for (size_t i = 0; i < word.len; i++) {
        char byte = (char)word.data[i];
        if (!text_is_digit(byte) && !(byte >= 'A' && byte <= 'Z') &&
            !(byte >= 'a' && byte <= 'z') && byte != '-' && byte != '_') {
            return false;
        }
    }
    return word.len > 0 && word.len <= FAKE_OBSERVE_MECHANISM_MAX;
}

/* Whoever sees the line shall not see what it proves itself with: "AUTH PLAIN ***". */
static void fake_observe_auth(struct fake_observe *saw, struct span line, bool tls)
{
    struct span rest = line;
    (void)fake_parse_word(&rest); /* AUTH */
    struct span mechanism = fake_parse_word(&rest);
    struct span secret = rest;
    bool strange = mechanism.len > 0 && !fake_observe_is_mechanism(mechanism);
    saw->auth_attempts++;
    saw->after_auth = true;
    saw->auth_in_tls = tls;
    if (strange) {
        secret = span_from(line, (size_t)(mechanism.data - line.data));
    }
    if (secret.len > 0) {
        fake_observe_keep_credentials(saw, false, line, (size_t)(secret.data - line.data));
    } else {
        fake_observe_keep_line(saw, false, line);
    }
    struct fake_observe_text capitals = fake_observe_capitals(saw, mechanism);
    if (strange) {
        capitals.shown = fake_observe_mask(saw, mechanism);
    }
    saw->mechanism = capitals.text;
    if (mechanism.len > 0) {
        fake_observe_push(saw, &saw->mechanisms, &saw->mechanisms_len, capitals);
    }
    saw->responses = rest.len > 0 ? 1 : 0;
    saw->initial_responses += saw->responses;
    saw->all_responses += saw->responses;
    if (rest.len > 0 && !tls) {
        fake_observe_credentials(saw, text_trim(rest));
    }
}

/* Of a line too long to be looked at whole only a verb that the server has is known. */
static struct fake_observe_text fake_observe_verb(
    struct fake_observe *saw, const struct fake_observe_line *line)
{
    struct span rest = line->line->text;
    if (line->known) {
        return (struct fake_observe_text){.text = arena_span(saw->arena, line->verb)};
    }
    return line->line->too_long ? (struct fake_observe_text){.text = SPAN_LITERAL("(LONG)")}
                                : fake_observe_capitals(saw, fake_parse_word(&rest));
}

/* No command, and credentials all the same: the responses of an exchange that the server did not
 * enter or has left, from a client that did not wait for it; an AUTH behind blanks. */
static bool fake_observe_is_astray(struct fake_observe *saw, const struct fake_observe_line *line)
{
    struct span rest = text_trim(line->line->text);
    saw->after_auth = saw->after_auth && !line->known && line->tls == saw->auth_in_tls;
    return !line->known && !line->line->too_long && rest.len > 0 &&
           !span_equal(rest, SPAN_LITERAL("*")) &&
           (saw->after_auth || text_equal_caseless(fake_parse_word(&rest), SPAN_LITERAL("AUTH")));
}

void fake_observe_command(struct fake_observe *saw, const struct fake_observe_line *line)
{
    struct span verb = line->verb;
    if (line->line->octets > saw->longest_line) {
        saw->longest_line = line->line->octets;
    }
    saw->bare_lf = saw->bare_lf || line->line->bare_lf;
    struct fake_observe_text command = fake_observe_verb(saw, line);
    bool astray = fake_observe_is_astray(saw, line);
    if (astray && command.text.len > 0) {
        command.shown = fake_observe_mask(saw, command.text);
    }
    fake_observe_push(saw, &saw->commands, &saw->commands_len, command);
    if (span_equal(verb, SPAN_LITERAL("AUTH"))) {
        fake_observe_auth(saw, line->line->text, line->tls);
        return;
    }
    if (astray) {
        fake_observe_keep_credentials(saw, false, line->line->text, 0);
        saw->responses++;
        if (!line->tls) {
            fake_observe_credentials(saw, text_trim(line->line->text));
        }
        return;
    }
    fake_observe_keep_line(saw, false, line->line->too_long ? command.text : line->line->text);
    if (span_equal(verb, SPAN_LITERAL("EHLO")) || span_equal(verb, SPAN_LITERAL("HELO")) ||
        span_equal(verb, SPAN_LITERAL("LHLO"))) {
        saw->has_hello_name = true;
        saw->hello_name = line->line->too_long ? SPAN_LITERAL("(LONG)")
                                               : arena_span(saw->arena, line->argument);
    } else if (span_equal(verb, SPAN_LITERAL("QUIT"))) {
        saw->quit = true;
    } else if (span_equal(verb, SPAN_LITERAL("MAIL")) || span_equal(verb, SPAN_LITERAL("RCPT"))) {
        saw->mail_in_clear = saw->mail_in_clear || !line->tls;
    }
}

void fake_observe_response(struct fake_observe *saw, const struct fake_line *line, bool tls)
{
    saw->bare_lf = saw->bare_lf || line->bare_lf;
    saw->responses++;
    saw->all_responses++;
    saw->cancelled += span_equal(line->text, SPAN_LITERAL("*"));
    if (line->text.len == 0 || span_equal(line->text, SPAN_LITERAL("*"))) {
        fake_observe_keep_line(saw, true, line->text);
    } else {
        fake_observe_keep_credentials(saw, true, line->text, 0);
    }
    if (!tls) {
        fake_observe_credentials(saw, line->text);
    }
}

void fake_observe_exchange(struct fake_observe *saw, const struct fake_observe_exchange *exchange)
{
    if (exchange->user.len > 0) {
        fake_observe_push(saw, &saw->users, &saw->users_len,
            fake_observe_first(saw, exchange->user, FAKE_OBSERVE_LINE_MAX));
    }
    if (exchange->authorize_as.len > 0) {
        fake_observe_push(saw, &saw->authorized_as, &saw->authorized_as_len,
            fake_observe_first(saw, exchange->authorize_as, FAKE_OBSERVE_LINE_MAX));
    }
    if (exchange->binding.len > 0) {
        fake_observe_push(saw, &saw->bindings, &saw->bindings_len,
            fake_observe_first(saw, exchange->binding, FAKE_OBSERVE_LINE_MAX));
    }
}

void fake_observe_login(struct fake_observe *saw, struct span user)
{
    saw->has_logged_in = true;
    saw->logged_in = arena_span(saw->arena, user);
}

static const char *fake_observe_left(const struct fake_observe *saw)
{
    if (saw->reset) {
        return "reset";
    }
    if (!saw->fin) {
        return "still-there";
    }
    if (saw->no_close_notify) {
        return "no-close-notify";
    }
    return saw->quit ? "quit" : "fin";
}

static void fake_observe_record_texts(
    struct facts *facts, enum fact fact, const struct fake_observe_text *texts, size_t len)
{
    facts_empty_list(facts, fact);
    for (size_t i = 0; i < len; i++) {
        if (texts[i].shown.data == NULL) {
            facts_append(facts, fact, texts[i].text);
        } else {
            facts_append_shown(facts, fact, texts[i].text, texts[i].shown);
        }
    }
}

static void fake_observe_record_exchanges(const struct fake_observe *saw, struct facts *facts)
{
    fake_observe_record_texts(
        facts, FACT_SAW_AUTH_MECHANISMS, saw->mechanisms, saw->mechanisms_len);
    fake_observe_record_texts(facts, FACT_SAW_AUTH_USERS, saw->users, saw->users_len);
    fake_observe_record_texts(
        facts, FACT_SAW_AUTH_AUTHORIZE_AS, saw->authorized_as, saw->authorized_as_len);
    fake_observe_record_texts(facts, FACT_SAW_AUTH_BINDINGS, saw->bindings, saw->bindings_len);
    facts_integer(facts, FACT_SAW_AUTH_ATTEMPTS, saw->auth_attempts);
    facts_integer(facts, FACT_SAW_AUTH_INITIAL_RESPONSES, saw->initial_responses);
    facts_integer(facts, FACT_SAW_AUTH_RESPONSES, saw->all_responses);
    facts_integer(facts, FACT_SAW_AUTH_CANCELLED, saw->cancelled);
}

void fake_observe_record(
    struct fake_observe *saw, const struct tls_session *tls, struct facts *facts)
{
    fake_observe_search(saw);
    fake_observe_record_texts(facts, FACT_SAW_COMMANDS, saw->commands, saw->commands_len);
    fake_observe_record_texts(facts, FACT_SAW_LINES, saw->lines, saw->lines_len);
    fake_observe_record_exchanges(saw, facts);
    facts_integer(facts, FACT_SAW_LONGEST_LINE, (int64_t)saw->longest_line);
    if (saw->has_hello_name) {
        facts_bytes(facts, FACT_SAW_HELLO_NAME, saw->hello_name);
    }
    if (saw->has_logged_in) {
        facts_bytes(facts, FACT_SAW_LOGGED_IN, saw->logged_in);
    }
    if (saw->password_in_clear) { /* these speak of the whole case: false is what they begin with */
        facts_truth(facts, FACT_SAW_PASSWORD_IN_CLEAR, true);
    }
    if (saw->mail_in_clear) {
        facts_truth(facts, FACT_SAW_MAIL_IN_CLEAR, true);
    }
    if (saw->early_bytes) {
        facts_truth(facts, FACT_SAW_EARLY_BYTES, true);
    }
    if (saw->bytes_before_client_hello) {
        facts_truth(facts, FACT_SAW_BYTES_BEFORE_CLIENT_HELLO, true);
    }
    if (saw->bare_lf) {
        facts_truth(facts, FACT_SAW_BARE_LF, true);
    }
    if (saw->pipelined) {
        facts_truth(facts, FACT_SAW_PIPELINED, true);
    }
    if (tls == NULL) {
        facts_truth(facts, FACT_SAW_TLS, false);
    } else {
        tls_session_record_server(tls, facts);
    }
    facts_text(facts, FACT_SAW_LEFT, fake_observe_left(saw));
}

void fake_messages_keep(
    struct fake_messages *messages, struct arena *arena, const struct fake_message *message)
{
    if (messages->kept == FAKE_OBSERVE_MESSAGES_MAX) {
        return;
    }
    struct span *to = arena_alloc(arena, (message->to_len + 1) * sizeof *to);
    for (size_t i = 0; i < message->to_len; i++) {
        to[i] = arena_span(arena, message->to[i]);
    }
    messages->items = arena_push(arena, messages->items, messages->kept, sizeof *messages->items);
    messages->items[messages->kept++] = (struct fake_message){
        .from = arena_span(arena, message->from),
        .to = to,
        .to_len = message->to_len,
        .octets = message->octets,
        .subject = arena_span(arena, message->subject),
    };
}

void fake_messages_record(const struct fake_messages *messages, struct facts *facts)
{
    facts_integer(facts, FACT_SAW_MESSAGES_COUNT, messages->count);
    facts_integer(facts, FACT_SAW_MESSAGES_LONGEST_LINE, messages->longest_line);
    facts_truth(facts, FACT_SAW_MESSAGES_EIGHT_BIT, messages->eight_bit);
    facts_truth(facts, FACT_SAW_MESSAGES_NUL, messages->nul);
    facts_truth(facts, FACT_SAW_MESSAGES_BARE_LINE_END, messages->bare);
    facts_empty_list(facts, FACT_SAW_MESSAGES_FROM);
    facts_empty_list(facts, FACT_SAW_MESSAGES_TO);
    facts_empty_list(facts, FACT_SAW_MESSAGES_SIZES);
    facts_empty_list(facts, FACT_SAW_MESSAGES_SUBJECTS);
    struct buf number;
    buf_init(&number, 32);
    for (size_t i = 0; i < messages->kept; i++) {
        const struct fake_message *message = &messages->items[i];
        facts_append(facts, FACT_SAW_MESSAGES_FROM, message->from);
        for (size_t j = 0; j < message->to_len; j++) {
            facts_append(facts, FACT_SAW_MESSAGES_TO, message->to[j]);
        }
        buf_clear(&number);
        buf_printf(&number, "%lld", (long long)message->octets);
        facts_append(facts, FACT_SAW_MESSAGES_SIZES, buf_span(&number));
        facts_append(facts, FACT_SAW_MESSAGES_SUBJECTS, message->subject);
    }
    buf_done(&number);
}
