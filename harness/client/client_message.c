#include "harness/client/client_message.h"

#include <time.h>

#include "harness/base/text.h"
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

static void client_message_put_header(struct client_message *message,
    const struct plan_message *plan, const char *hello_name, int64_t date_s)
{
    client_message_put_date(message, date_s);
    if (plan->from[0] == '\0') { /* the null reverse-path is no mailbox: a field needs one */
        buf_printf(&message->raw, "From: <MAILER-DAEMON@%s>\r\n", hello_name);
    } else {
        buf_printf(&message->raw, "From: <%s>\r\n", plan->from);
    }
    for (size_t i = 0; i < plan->to.len; i++) {
        buf_printf(&message->raw, "%s<%s>%s", i == 0 ? "To: " : " ", plan->to.items[i],
            i + 1 < plan->to.len ? ",\r\n" : "\r\n");
    }
    if (plan->subject != NULL) {
        buf_printf(&message->raw, "Subject: %s\r\n", plan->subject);
    }
    /* The same in every run of a case, another for another message or moment. */
    uint64_t number = text_hash(buf_span(&message->raw));
    buf_printf(
        &message->raw, "Message-ID: <%016llx@%s>\r\n", (unsigned long long)number, hello_name);
    client_message_put(message, "MIME-Version: 1.0\r\n"
                                "Content-Type: text/plain; charset=utf-8\r\n");
    buf_printf(&message->raw, "Content-Transfer-Encoding: %s\r\n\r\n",
        message->eight_bit ? "8bit" : "7bit");
}

/* Whatever ends a line becomes CRLF: bare ones are what smuggles messages (RFC 5321 §2.3.8). */
static void client_message_put_body(struct client_message *message, struct span body)
{
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
    const char *hello_name, int64_t date_s)
{
    *message = (struct client_message){0};
    buf_init(&message->raw, CLIENT_MESSAGE_MAX);
    for (size_t i = 0; i < plan->body.len; i++) {
        message->eight_bit = message->eight_bit || plan->body.data[i] >= 0x80;
    }
    client_message_put_header(message, plan, hello_name, date_s);
    if (plan->size > 0) {
        client_message_put_generated(message, plan->size);
    } else {
        client_message_put_body(message, plan->body);
    }
    return !message->raw.over;
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
