#include "fake-server/fake_capabilities.h"

#include "fake-server/fake_parse.h"
#include "harness/base/text.h"

static const char *const default_items[] = {
    "PIPELINING",
    "SIZE 10485760",
    "8BITMIME",
    "ENHANCEDSTATUSCODES",
};

/* Which extension a parameter needs, and of which command it is. */
static const struct {
    const char *parameter, *keyword;
    enum fake_parameter_of of;
} parameters[] = {
    {"SIZE", "SIZE", FAKE_PARAMETER_OF_MAIL},         /* RFC 1870 */
    {"BODY", "8BITMIME", FAKE_PARAMETER_OF_MAIL},     /* RFC 6152 */
    {"BODY", "BINARYMIME", FAKE_PARAMETER_OF_MAIL},   /* RFC 3030 */
    {"SMTPUTF8", "SMTPUTF8", FAKE_PARAMETER_OF_MAIL}, /* RFC 6531 */
    {"RET", "DSN", FAKE_PARAMETER_OF_MAIL},           /* RFC 3461 */
    {"ENVID", "DSN", FAKE_PARAMETER_OF_MAIL},
    {"NOTIFY", "DSN", FAKE_PARAMETER_OF_RCPT},
    {"ORCPT", "DSN", FAKE_PARAMETER_OF_RCPT},
    {"REQUIRETLS", "REQUIRETLS", FAKE_PARAMETER_OF_MAIL},   /* RFC 8689 */
    {"MT-PRIORITY", "MT-PRIORITY", FAKE_PARAMETER_OF_MAIL}, /* RFC 6710 */
    {"BY", "DELIVERBY", FAKE_PARAMETER_OF_MAIL},            /* RFC 2852 */
    {"HOLDFOR", "FUTURERELEASE", FAKE_PARAMETER_OF_MAIL},   /* RFC 4865 */
    {"HOLDUNTIL", "FUTURERELEASE", FAKE_PARAMETER_OF_MAIL},
};

/* The list in force. A server that has no list of its own for sessions which are logged in keeps
 * the one from before. */
static struct plan_text_list fake_capabilities_list(const struct fake_capabilities *at)
{
    const struct plan_server *plan = at->plan;
    if (!plan->capabilities_given) {
        return (struct plan_text_list){default_items, ARRAY_LEN(default_items)};
    }
    if (at->logged_in && plan->capabilities_after_auth.len > 0) {
        return plan->capabilities_after_auth;
    }
    return at->tls ? plan->capabilities_after_tls : plan->capabilities_before_tls;
}

struct plan_text_list fake_capabilities_mechanisms(const struct fake_capabilities *at)
{
    return at->tls ? at->plan->auth.after_tls : at->plan->auth.before_tls;
}

bool fake_capabilities_have(
    const struct fake_capabilities *at, const char *keyword, struct span *ret_value)
{
    struct plan_text_list list = fake_capabilities_list(at);
    for (size_t i = 0; i < list.len; i++) {
        struct span rest = span_text(list.items[i]);
        struct span word = fake_parse_word(&rest);
        if (text_equal_caseless(word, span_text(keyword))) {
            if (ret_value != NULL) {
                *ret_value = text_trim(rest);
            }
            return true;
        }
    }
    return false;
}

/* RFC 4954 §5: AUTH= on MAIL belongs to AUTH, which may stand in the list or come from its own key.
 */
static bool fake_capabilities_have_auth(const struct fake_capabilities *at)
{
    return fake_capabilities_mechanisms(at).len > 0 || fake_capabilities_have(at, "AUTH", NULL);
}

bool fake_capabilities_allow_parameter(
    const struct fake_capabilities *at, enum fake_parameter_of of, struct span name)
{
    if (of == FAKE_PARAMETER_OF_MAIL && text_equal_caseless(name, SPAN_LITERAL("AUTH"))) {
        return fake_capabilities_have_auth(at);
    }
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
        if (parameters[i].of == of &&
            text_equal_caseless(name, span_text(parameters[i].parameter)) &&
            fake_capabilities_have(at, parameters[i].keyword, NULL)) {
            return true;
        }
    }
    return false;
}

int64_t fake_capabilities_size_limit(const struct fake_capabilities *at)
{
    struct span value;
    int64_t limit = 0;
    bool given = fake_capabilities_have(at, "SIZE", &value) && fake_parse_number(value, &limit);
    return given ? limit : 0;
}

int64_t fake_capabilities_limit(const struct fake_capabilities *at, const char *name)
{
    struct span rest;
    struct span there;
    struct span value;
    int64_t limit = 0;
    if (!fake_capabilities_have(at, "LIMITS", &rest)) {
        return 0;
    }
    while (fake_parse_parameter(&rest, &there, &value)) {
        if (text_equal_caseless(there, span_text(name)) && fake_parse_number(value, &limit)) {
            return limit;
        }
    }
    return 0;
}

/* One line at a time: which is the last is known only when the next one comes. */
struct fake_capabilities_writer {
    struct buf *out;
    struct buf line;
    bool pending;
};

static void fake_capabilities_put(struct fake_capabilities_writer *writer, bool last)
{
    if (writer->pending) {
        buf_append_text(writer->out, last ? "250 " : "250-");
        buf_append(writer->out, buf_span(&writer->line));
        buf_append_text(writer->out, "\r\n");
    }
    buf_clear(&writer->line);
    writer->pending = true;
}

static void fake_capabilities_put_mechanisms(struct fake_capabilities_writer *writer,
    const char *prefix, const struct plan_text_list *mechanisms)
{
    fake_capabilities_put(writer, false);
    buf_append_text(&writer->line, prefix);
    for (size_t i = 0; i < mechanisms->len; i++) {
        if (i > 0) {
            buf_append_byte(&writer->line, ' ');
        }
        buf_append_text(&writer->line, mechanisms->items[i]);
    }
}

#define FAKE_CAPABILITIES_LINE_MAX ((size_t)1024 * 1024) /* scenarios send lists of 60 KiB */

void fake_capabilities_write(const struct fake_capabilities *at, struct buf *out)
{
    const struct plan_server *plan = at->plan;
    struct plan_text_list list = fake_capabilities_list(at);
    struct plan_text_list mechanisms = fake_capabilities_mechanisms(at);
    struct fake_capabilities_writer writer = {.out = out};
    buf_init(&writer.line, FAKE_CAPABILITIES_LINE_MAX);
    fake_capabilities_put(&writer, false);
    buf_append_text(&writer.line, plan->host);
    for (size_t i = 0; i < list.len; i++) {
        fake_capabilities_put(&writer, false);
        buf_append_text(&writer.line, list.items[i]);
    }
    if (!plan->capabilities_exact) {
        if (plan->tls == PLAN_TLS_STARTTLS && !at->tls &&
            plan->starttls != PLAN_STARTTLS_UNLISTED) {
            fake_capabilities_put(&writer, false);
            buf_append_text(&writer.line, "STARTTLS");
        }
        bool standard = plan->auth.style_standard || !plan->auth.style_equals;
        if (mechanisms.len > 0 && standard) {
            fake_capabilities_put_mechanisms(&writer, "AUTH ", &mechanisms);
        }
        if (mechanisms.len > 0 && plan->auth.style_equals) {
            fake_capabilities_put_mechanisms(&writer, "AUTH=", &mechanisms);
        }
    }
    fake_capabilities_put(&writer, true);
    buf_done(&writer.line);
}
