#include "harness/client/client_message.h"

#include <strings.h>
#include <time.h>

#include "harness/base/text.h"
#include "harness/client/client_address.h"
#include "harness/client/client_header.h"
#include "harness/client/client_rules.h"

#define CLIENT_MESSAGE_LINE 76 /* octets of a generated line; RFC 5322 §2.1.1 likes 78 */

static void client_message_put(struct client_message *message, const char *text)
{
    buf_append_text(&message->raw, text);
}

/* RFC 5322 §3.3; names of days and months are English whatever the locale. */
static void client_message_put_date(struct client_message *message, int64_t date_s)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at = (time_t)date_s;
    struct tm date;
    if (gmtime_r(&at, &date) != NULL) {
        buf_printf(&message->raw, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n",
            days[date.tm_wday], date.tm_mday, months[date.tm_mon], date.tm_year + 1900,
            date.tm_hour, date.tm_min, date.tm_sec);
    }
}

static bool client_message_is_told(const struct plan_message *plan, const char *name)
{
    for (size_t i = 0; i < plan->fields_len; i++) {
        if (strcasecmp(plan->fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void client_message_put_field(
    struct client_message *message, const char *name, const char *value)
{
    buf_printf(&message->raw, "%s: ", name);
    (void)client_header_put(name, value, message->utf8, &message->raw);
    client_message_put(message, "\r\n");
}

static void client_message_put_address(struct client_message *message, const char *address)
{
    client_message_put(message, "<");
    (void)client_address_put(span_text(address), &message->raw);
    client_message_put(message, ">");
}

static void client_message_put_sender(
    struct client_message *message, const char *from, const char *hello_name)
{
    client_message_put(message, "From: ");
    if (from[0] == '\0') { /* the null reverse-path is no mailbox: a field needs one */
        buf_printf(&message->raw, "<MAILER-DAEMON@%s>", hello_name);
    } else {
        client_message_put_address(message, from);
    }
    client_message_put(message, "\r\n");
}

static void client_message_put_recipients(
    struct client_message *message, const char *field, const char *const *mailboxes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        client_message_put(message, i == 0 ? field : " ");
        client_message_put_address(message, mailboxes[i]);
        client_message_put(message, i + 1 < len ? ",\r\n" : "\r\n");
    }
}

static void client_message_put_content(
    struct client_message *message, const struct plan_message *plan)
{
    const char *fields[][2] = {
        {"MIME-Version", "1.0"},
        {"Content-Type", "text/plain; charset=utf-8"},
        {"Content-Transfer-Encoding", plan->binary              ? "binary"
                                      : message->eight_bit_body ? "8bit"
                                                                : "7bit"},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (!client_message_is_told(plan, fields[i][0])) {
            client_message_put_field(message, fields[i][0], fields[i][1]);
        }
    }
    client_message_put(message, "\r\n");
}

static void client_message_put_header(struct client_message *message,
    const struct plan_message *plan, const struct client_message_setting *setting)
{
    size_t copies = client_keeps(CLIENT_RULE_COPIES_ARE_NAMED_APART) ? plan->cc.len : 0;
    if (!client_message_is_told(plan, "Date")) {
        client_message_put_date(message, setting->date_s);
    }
    if (!client_message_is_told(plan, "From")) {
        client_message_put_sender(message, plan->from, setting->hello_name);
    }
    if (!client_message_is_told(plan, "To")) {
        client_message_put_recipients(message, "To: ", plan->to.items, plan->to.len - copies);
    }
    if (!client_message_is_told(plan, "Cc")) {
        client_message_put_recipients(
            message, "Cc: ", plan->to.items + plan->to.len - copies, copies);
    }
    if (plan->subject != NULL && !client_message_is_told(plan, "Subject")) {
        client_message_put_field(message, "Subject", plan->subject);
    }
    for (size_t i = 0; i < plan->fields_len; i++) {
        client_message_put_field(message, plan->fields[i].name, plan->fields[i].value);
    }
    if (!client_message_is_told(plan, "Message-ID")) {
        /* The same in every run of a case, another for another message or moment. */
        uint64_t number = text_hash(buf_span(&message->raw));
        buf_printf(&message->raw, "Message-ID: <%016llx@%s>\r\n", (unsigned long long)number,
            setting->hello_name);
    }
    client_message_put_content(message, plan);
}

/* Whatever ends a line becomes CRLF: bare ones are what smuggles messages (RFC 5321 §2.3.8). */
static void client_message_put_body(struct client_message *message, struct span body)
{
    if (!client_keeps(CLIENT_RULE_LINE_ENDS_ARE_CRLF)) {
        buf_append(&message->raw, body);
        client_message_put(message, "\r\n");
        return;
    }
    for (size_t i = 0; i < body.len; i++) {
        uint8_t byte = body.data[i];
        if (byte == '\r' && i + 1 < body.len && body.data[i + 1] == '\n') {
            continue;
        }
        if (byte == '\r' || byte == '\n') {
            client_message_put(message, "\r\n");
        } else {
            buf_append_byte(&message->raw, byte);
        }
    }
    bool ended = body.len == 0 || body.data[body.len - 1] == '\n' ||
                 body.data[body.len - 1] == '\r';
    if (!ended) {
        client_message_put(message, "\r\n");
    }
}

static void client_message_put_generated(struct client_message *message, int64_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    char line[CLIENT_MESSAGE_LINE + 1];
    for (size_t i = 0; i < CLIENT_MESSAGE_LINE; i++) {
        line[i] = letters[i % (sizeof letters - 1)];
    }
    line[CLIENT_MESSAGE_LINE] = '\0';
    while (size > 0 && !message->raw.over) {
        int64_t len = size > CLIENT_MESSAGE_LINE + 2 ? CLIENT_MESSAGE_LINE : size - 2;
        len -= size - len == 3 ? 1 : 0; /* one octet left over would be no line */
        buf_append(&message->raw, span_of(line, len > 0 ? (size_t)len : 0));
        client_message_put(message, "\r\n");
        size -= (len > 0 ? len : 0) + 2;
    }
}

bool client_message_init(struct client_message *message, const struct plan_message *plan,
    const struct client_message_setting *setting)
{
    *message = (struct client_message){.utf8 = setting->utf8};
    buf_init(&message->raw, CLIENT_MESSAGE_MAX);
    message->eight_bit_body = plan->size == 0 && !client_address_is_ascii(plan->body);
    client_message_put_header(message, plan, setting);
    message->eight_bit = message->eight_bit_body ||
                         !client_address_is_ascii(buf_span(&message->raw));
    if (plan->size > 0) {
        client_message_put_generated(message, plan->size);
    } else if (plan->binary) {
        buf_append(&message->raw, plan->body);
    } else {
        client_message_put_body(message, plan->body);
    }
    return !message->raw.over;
}

void client_message_rewind(struct client_message *message)
{
    message->at = 0;
    message->in_line = message->ended = false;
}

void client_message_done(struct client_message *message)
{
    buf_done(&message->raw);
}

bool client_message_block(struct client_message *message, struct buf *out)
{
    struct span rest = span_first(
        span_from(buf_span(&message->raw), message->at), CLIENT_MESSAGE_BLOCK);
    if (message->ended) {
        return false;
    }
    message->at += rest.len;
    while (rest.len > 0) {
        if (!message->in_line && rest.data[0] == '.' &&
            client_keeps(CLIENT_RULE_DOTS_ARE_STUFFED)) {
            buf_append_byte(out, '.');
        }
        size_t end = span_find(rest, '\n');
        struct span piece = span_first(rest, end + 1);
        buf_append(out, piece);
        message->in_line = piece.data[piece.len - 1] != '\n';
        rest = span_from(rest, piece.len);
    }
    if (message->at == message->raw.len) {
        message->ended = true;
        buf_append_text(out, ".\r\n");
    }
    return true;
}

bool client_message_is_safe(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            return false;
        }
    }
    return true;
}

bool client_message_is_safe_address(const char *address)
{
    bool quoted = false;
    if (!client_message_is_safe(address)) {
        return false;
    }
    for (const char *at = address; *at != '\0'; at++) {
        if (quoted && *at == '\\' && at[1] != '\0') {
            at++;
        } else if (*at == '"') {
            quoted = !quoted;
        } else if (!quoted && (*at == ' ' || *at == '<' || *at == '>')) {
            return false;
        }
    }
    return !quoted;
}
