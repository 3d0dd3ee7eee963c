#include "harness/client/client_check.h"

#include "harness/client/client_address.h"
#include "harness/client/client_end.h"
#include "harness/client/client_header.h"
#include "harness/client/client_rules.h"

/* --- what may be said at all --- */

static bool client_check_field_is_safe(const char *name, const char *value, bool utf8)
{
    CLEANUP(buf_done) struct buf form = {0};
    buf_init(&form, CLIENT_LINE_MAX);
    return client_message_is_safe(value) && client_header_put(name, value, utf8, &form);
}

static bool client_check_address_is_safe(const char *address)
{
    CLEANUP(buf_done) struct buf form = {0};
    buf_init(&form, CLIENT_LINE_MAX);
    return client_message_is_safe_address(address) && client_address_put(span_text(address), &form);
}

/* A line end in an address would be another command, and one in a field another field. */
static bool client_check_envelope_is_safe(const struct plan_message *message)
{
    bool utf8 = client_check_needs_utf8(message);
    bool safe = client_check_address_is_safe(message->from) &&
                (message->subject == NULL ||
                    client_check_field_is_safe("Subject", message->subject, utf8));
    for (size_t i = 0; i < message->to.len; i++) {
        safe = safe && client_check_address_is_safe(message->to.items[i]);
    }
    for (size_t i = 0; i < message->fields_len; i++) {
        safe = safe &&
               client_check_field_is_safe(message->fields[i].name, message->fields[i].value, utf8);
    }
    return safe || !client_keeps(CLIENT_RULE_UNSAFE_INPUT_IS_REFUSED);
}

static bool client_check_text_fits(struct span text, size_t len)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        len = byte == '\r' || byte == '\n' ? 0 : len + 1;
        if (len > CLIENT_MESSAGE_LINE_MAX) {
            return false;
        }
    }
    return true;
}

/* As it goes out: encoded words make lines of their own. */
static bool client_check_field_fits(const char *name, const char *value, bool utf8)
{
    CLEANUP(buf_done) struct buf form = {0};
    buf_init(&form, CLIENT_LINE_MAX);
    return client_header_put(name, value, utf8, &form) &&
           client_check_text_fits(buf_span(&form), strlen(name) + strlen(": "));
}

static bool client_check_lines_fit(const struct plan_message *message)
{
    bool utf8 = client_check_needs_utf8(message);
    size_t around = strlen("From: <>,");
    bool fit = (message->binary || client_check_text_fits(message->body, 0)) &&
               client_check_text_fits(span_text(message->from), around) &&
               (message->subject == NULL ||
                   client_check_field_fits("Subject", message->subject, utf8));
    for (size_t i = 0; i < message->to.len; i++) {
        fit = fit && client_check_text_fits(span_text(message->to.items[i]), around);
    }
    for (size_t i = 0; i < message->fields_len; i++) {
        fit = fit &&
              client_check_field_fits(message->fields[i].name, message->fields[i].value, utf8);
    }
    return fit || !client_keeps(CLIENT_RULE_LINES_OF_A_MESSAGE_ARE_BOUNDED);
}

/* Why the message may go to no server, or NULL. */
static const char *client_check_message(const struct plan_message *message)
{
    if (!client_check_envelope_is_safe(message)) {
        return "an address or a header field holds octets that may not stand there";
    }
    if (!message->binary && span_find(message->body, 0) < message->body.len &&
        client_keeps(CLIENT_RULE_NO_NUL_IN_A_MESSAGE)) { /* RFC 5322 §4.1: never generated */
        return "the body holds a NUL";
    }
    if (!client_check_lines_fit(message)) {
        return "the message has a line of more than 998 octets, which servers cut or refuse";
    }
    return NULL;
}

bool client_check_input(struct client *client)
{
    const char *name = client_hello_name(client);
    if (!client_message_is_safe(name) || strchr(name, ' ') != NULL ||
        (!client_address_is_ascii(span_text(name)) &&
            client_keeps(CLIENT_RULE_DOMAINS_ARE_A_LABELS))) {
        client_end_stopped(client, "unsafe-input", PLAN_STAGE_HELLO, false,
            "the hello name holds octets that may not stand in a command");
        return false;
    }
    for (size_t i = 0; i < client->plan->messages_len; i++) {
        const char *why = client_check_message(&client->plan->messages[i]);
        if (why != NULL) {
            client_end_stopped(client, "unsafe-input", PLAN_STAGE_MAIL, false, "%s", why);
            return false;
        }
    }
    return true;
}

/* --- what the server must offer --- */

bool client_check_needs_utf8(const struct plan_message *message)
{
    bool needs = client_address_needs_utf8(span_text(message->from));
    for (size_t i = 0; i < message->to.len; i++) {
        needs = needs || client_address_needs_utf8(span_text(message->to.items[i]));
    }
    for (size_t i = 0; i < message->fields_len && client_keeps(CLIENT_RULE_HEADERS_COUNT_TOO);
         i++) {
        needs = needs ||
                client_header_needs_utf8(message->fields[i].name, message->fields[i].value);
    }
    return needs;
}

const struct client_keyword *client_check_extension(
    const struct client *client, enum plan_extension extension)
{
    static const struct {
        enum plan_extension extension;
        const char *keyword;
    } rows[] = {
        {PLAN_EXTENSION_SIZE, "SIZE"},
        {PLAN_EXTENSION_8BITMIME, "8BITMIME"},
        {PLAN_EXTENSION_SMTPUTF8, "SMTPUTF8"},
        {PLAN_EXTENSION_DSN, "DSN"},
        {PLAN_EXTENSION_LIMITS, "LIMITS"},
        {PLAN_EXTENSION_PIPELINING, "PIPELINING"},
        {PLAN_EXTENSION_CHUNKING, "CHUNKING"},
        {PLAN_EXTENSION_BINARYMIME, "BINARYMIME"},
        {PLAN_EXTENSION_REQUIRETLS, "REQUIRETLS"},
    };
    bool left_alone = (client->plan->extensions_left_alone & extension) != 0 &&
                      client_keeps(CLIENT_RULE_EXTENSIONS_MAY_BE_LEFT_ALONE);
    for (size_t i = 0; i < ARRAY_LEN(rows) && !left_alone; i++) {
        if (rows[i].extension == extension) {
            return client_capabilities_find(&client->offered, rows[i].keyword);
        }
    }
    return NULL;
}

static bool client_check_has(
    struct client *client, enum plan_extension extension, const char *keyword, const char *what)
{
    if (client_check_extension(client, extension) != NULL) {
        return true;
    }
    bool left_alone = (client->plan->extensions_left_alone & extension) != 0;
    client_end_stopped(client, "extension-missing", PLAN_STAGE_MAIL, true, "%s needs %s, which %s",
        what, keyword, left_alone ? "is not to be used" : "the server does not offer");
    return false;
}

/* RFC 1870 §6.1 */
static bool client_check_size(struct client *client)
{
    size_t octets = client->message.raw.len;
    int64_t limit = client_check_extension(client, PLAN_EXTENSION_SIZE) == NULL
                        ? 0
                        : client_capabilities_size(&client->offered);
    if (limit == 0 || (int64_t)octets <= limit || !client_keeps(CLIENT_RULE_SIZE_IS_RESPECTED)) {
        return true;
    }
    client_end_stopped(client, "size", PLAN_STAGE_MAIL, true,
        "the message has %zu octets, the server takes %lld", octets, (long long)limit);
    return false;
}

/* RFC 3030 §3: what goes as it is goes by BDAT. */
static bool client_check_binary(struct client *client)
{
    return !client_keeps(CLIENT_RULE_BINARY_NEEDS_AN_OFFER) ||
           (client_check_has(client, PLAN_EXTENSION_CHUNKING, "CHUNKING", "a binary body") &&
               client_check_has(client, PLAN_EXTENSION_BINARYMIME, "BINARYMIME", "a binary body"));
}

/* RFC 8689 §4.2.1. An offer in clear text is none. */
static bool client_check_require_tls(struct client *client)
{
    if (!client_keeps(CLIENT_RULE_REQUIRETLS_NEEDS_AN_OFFER)) {
        return true;
    }
    if (!client_channel_is_tls(&client->channel)) {
        client_end_stopped(client, "extension-missing", PLAN_STAGE_MAIL, true,
            "the message must go inside TLS, and there is none");
        return false;
    }
    return client_check_has(
        client, PLAN_EXTENSION_REQUIRETLS, "REQUIRETLS", "a message that must go inside TLS");
}

bool client_check_offer(struct client *client)
{
    const struct plan_message *message = &client->plan->messages[client->message_at];
    if ((message->binary && !client_check_binary(client)) ||
        (message->require_tls && !client_check_require_tls(client))) {
        return false;
    }
    if (client->message.utf8 && client_keeps(CLIENT_RULE_UTF8_NEEDS_AN_OFFER) &&
        !client_check_has(client, PLAN_EXTENSION_SMTPUTF8, "SMTPUTF8",
            "an address that is not ASCII before its @")) {
        return false;
    }
    if (client->message.eight_bit_body && !message->binary &&
        client_keeps(CLIENT_RULE_EIGHT_BIT_NEEDS_AN_OFFER) &&
        !client_check_has(
            client, PLAN_EXTENSION_8BITMIME, "8BITMIME", "a body that is not ASCII")) {
        return false;
    }
    if (message->dsn.wanted && client_keeps(CLIENT_RULE_REPORTS_NEED_AN_OFFER) &&
        !client_check_has(client, PLAN_EXTENSION_DSN, "DSN", "asking for delivery reports")) {
        return false;
    }
    return client_check_size(client);
}
