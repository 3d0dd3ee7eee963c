#include "harness/client/client_finding.h"

#include "harness/base/text.h"
#include "harness/client/client_step.h"

#define CLIENT_FINDING_MASK_MIN 4   /* asterisks, or letters of a keyword, that look like a mask */
#define CLIENT_FINDING_DAYS_LEFT 14 /* of a certificate: time to renew it by hand */
#define CLIENT_FINDING_PORT_RELAY 25
#define CLIENT_FINDING_PORT_SUBMISSIONS 465

void client_find(struct client *client, enum finding finding)
{
    facts_finding(client->environment.facts, finding);
}

static void client_find_if(struct client *client, bool found, enum finding finding)
{
    if (found) {
        client_find(client, finding);
    }
}

/* --- text --- */

/* Takes the first word off `*rest`; blanks of any kind part words. */
static struct span client_finding_word(struct span *rest)
{
    size_t begin = 0;
    while (begin < rest->len && rest->data[begin] <= ' ') {
        begin++;
    }
    size_t end = begin;
    while (end < rest->len && rest->data[end] > ' ') {
        end++;
    }
    struct span word = span_first(span_from(*rest, begin), end - begin);
    *rest = span_from(*rest, end);
    return word;
}

static bool client_finding_has_word(struct span text, const char *word)
{
    while (text.len > 0) {
        if (span_equal(client_finding_word(&text), span_text(word))) {
            return true;
        }
    }
    return false;
}

/* `part` in any case, anywhere. */
static bool client_finding_has(struct span text, const char *part)
{
    for (; text.len > 0; text = span_from(text, 1)) {
        if (text_starts_caseless(text, part)) {
            return true;
        }
    }
    return false;
}

static bool client_finding_truth(const struct client *client, enum fact fact)
{
    const struct value *value = facts_value(client->environment.facts, fact);
    return value != NULL && value->kind == VALUE_TRUTH && value->truth;
}

static const char *client_finding_text(const struct client *client, enum fact fact)
{
    const char *text = value_as_text(facts_value(client->environment.facts, fact));
    return text == NULL ? "" : text;
}

static bool client_finding_is_tls(const struct client *client)
{
    return client_channel_is_tls(&client->channel);
}

/* --- how a reply is written --- */

static void client_find_in_framing(struct client *client, const struct client_reply *reply)
{
    static const struct {
        unsigned oddity;
        enum finding finding;
    } oddities[] = {
        {CLIENT_REPLY_ODD_LINE_FEED, FINDING_REPLY_BARE_LINE_FEED},
        {CLIENT_REPLY_ODD_CARRIAGE_RETURN, FINDING_REPLY_BARE_CARRIAGE_RETURN},
        {CLIENT_REPLY_ODD_CONTROL, FINDING_REPLY_CONTROL_OCTETS},
        {CLIENT_REPLY_ODD_EIGHT_BIT, FINDING_REPLY_EIGHT_BIT},
        {CLIENT_REPLY_ODD_LENGTH, FINDING_REPLY_LONG_LINE},
        {CLIENT_REPLY_ODD_SEPARATOR, FINDING_REPLY_ODD_SEPARATOR},
        {CLIENT_REPLY_ODD_ENHANCED, FINDING_REPLY_ENHANCED_CONTRADICTS},
    };
    /* RFC 2034 §4: there are none in a greeting or a reply to a hello, but version numbers. */
    bool introduces = client->state == CLIENT_STATE_GREETING ||
                      client->state == CLIENT_STATE_EHLO || client->state == CLIENT_STATE_HELO;
    unsigned found = reply->oddities & ~(introduces ? CLIENT_REPLY_ODD_ENHANCED : 0U);
    for (size_t i = 0; i < ARRAY_LEN(oddities); i++) {
        client_find_if(client, (found & oddities[i].oddity) != 0, oddities[i].finding);
    }
}

/* --- greeting --- */

/* Firewalls overwrite most of it and leave a letter here and there. */
static bool client_finding_is_masked(struct span text)
{
    size_t stars = 0, others = 0;
    for (size_t i = 0; i < text.len; i++) {
        stars += text.data[i] == '*' ? 1 : 0;
        others += text.data[i] != '*' && text.data[i] != ' ' ? 1 : 0;
    }
    return stars >= CLIENT_FINDING_MASK_MIN && stars > others;
}

/* RFC 5321 §4.2: a domain or an address literal. */
static bool client_finding_is_host(struct span word)
{
    size_t dot = span_find(word, '.');
    return word.len > 0 && (word.data[0] == '[' || (dot > 0 && dot + 1 < word.len));
}

static void client_find_in_greeting(struct client *client, const struct client_reply *reply)
{
    struct span rest = reply->text;
    struct span name = client_finding_word(&rest);
    bool masked = client_finding_is_masked(reply->text);
    client_find_if(client, masked, FINDING_GREETING_MASKED);
    client_find_if(client, !client->plan->lmtp && client_finding_has_word(reply->text, "LMTP"),
        FINDING_GREETING_LMTP);
    client_find_if(client, text_equal_caseless(name, span_text(client_hello_name(client))),
        FINDING_GREETING_NAMES_CLIENT);
    client_find_if(client, reply->code == 220 && !masked && !client_finding_is_host(name),
        FINDING_GREETING_WITHOUT_NAME);
}

/* --- hello, as a reply --- */

static void client_find_in_hello_reply(struct client *client, const struct client_reply *reply)
{
    bool ehlo = client->state == CLIENT_STATE_EHLO;
    bool inside = client_finding_truth(client, FACT_STARTTLS_USED) && client_finding_is_tls(client);
    client_find_if(
        client, ehlo && (reply->code == 500 || reply->code == 502), FINDING_EHLO_UNKNOWN);
    client_find_if(client, reply->code == 501, FINDING_HELLO_NAME_REFUSED);
    client_find_if(client, reply->code == 220 && inside && !client->memory.hello_inside_tls,
        FINDING_GREETING_INSIDE_TLS);
    if (reply->code == 250 && client_finding_is_tls(client)) {
        client->memory.hello_inside_tls = true;
    }
}

/* --- capabilities --- */

static void client_find_on_first_line(struct client *client, const struct client_reply *reply)
{
    static const char *const keywords[] = {"STARTTLS", "AUTH", "SIZE", "PIPELINING", "8BITMIME",
        "SMTPUTF8", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES"};
    struct span rest = span_first(reply->text, span_find(reply->text, '\n'));
    (void)client_finding_word(&rest); /* the server's name */
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        client_find_if(
            client, client_finding_has_word(rest, keywords[i]), FINDING_CAPABILITIES_ON_FIRST_LINE);
    }
}

/* `XXXXXXXA` where a firewall wrote over STARTTLS. */
static bool client_finding_is_crossed_out(const char *name)
{
    size_t crosses = strspn(name, "X");
    return strlen(name) >= CLIENT_FINDING_MASK_MIN && crosses + 1 >= strlen(name);
}

/* `8 BITMIME` */
static bool client_finding_is_split(const struct client_keyword *keyword)
{
    static const char *const keywords[] = {
        "STARTTLS", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"};
    size_t len = strlen(keyword->name);
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        if (strlen(keywords[i]) == len + keyword->parameters.len && keyword->parameters.len > 0 &&
            strncmp(keywords[i], keyword->name, len) == 0 &&
            text_equal_caseless(keyword->parameters, span_text(keywords[i] + len))) {
            return true;
        }
    }
    return false;
}

static bool client_finding_is_readable_size(struct span parameters)
{
    int64_t octets = 0;
    return parameters.len == 0 || (text_integer(parameters, &octets) && octets >= 0);
}

static bool client_finding_has_odd_mechanism(struct span list)
{
    while (list.len > 0) {
        struct span word = client_finding_word(&list);
        if (word.len > 0 && !client_capabilities_is_mechanism(word)) {
            return true;
        }
    }
    return false;
}

static void client_find_in_keyword(struct client *client, const struct client_keyword *keyword)
{
    const struct client_keyword *first = client_capabilities_find(&client->offered, keyword->name);
    bool auth = strcmp(keyword->name, "AUTH") == 0;
    bool again = first != NULL && first != keyword;
    bool other = again && !text_equal_caseless(first->parameters, keyword->parameters);
    client_find_if(client, again && auth && other, FINDING_AUTH_TWICE);
    client_find_if(client, again && !(auth && other), FINDING_CAPABILITY_TWICE);
    client_find_if(client, strncmp(keyword->name, "AUTH=", 5) == 0, FINDING_AUTH_OBSOLETE_FORM);
    client_find_if(client, auth && client_finding_has_odd_mechanism(keyword->parameters),
        FINDING_AUTH_MALFORMED_MECHANISM);
    client_find_if(client, client_finding_is_crossed_out(keyword->name), FINDING_CAPABILITY_MASKED);
    client_find_if(client, client_finding_is_split(keyword), FINDING_CAPABILITY_SPLIT);
    client_find_if(client,
        strcmp(keyword->name, "SIZE") == 0 && !client_finding_is_readable_size(keyword->parameters),
        FINDING_SIZE_UNREADABLE);
}

/* --- capabilities, compared --- */

static bool client_finding_has_all_mechanisms(
    const struct client_capabilities *a, const struct client_capabilities *b)
{
    for (size_t i = 0; i < a->mechanisms_len; i++) {
        if (!client_capabilities_has_mechanism(b, a->mechanisms[i])) {
            return false;
        }
    }
    return true;
}

static bool client_finding_same_mechanisms(
    const struct client_capabilities *a, const struct client_capabilities *b)
{
    return client_finding_has_all_mechanisms(a, b) && client_finding_has_all_mechanisms(b, a);
}

/* Keywords that are no matter of TLS: AUTH is compared by mechanism, STARTTLS goes with TLS, and
 * REQUIRETLS comes with it (RFC 8689 §2). */
static bool client_finding_has_all_extensions(
    const struct client_capabilities *a, const struct client_capabilities *b)
{
    for (size_t i = 0; i < a->keywords_len; i++) {
        const char *name = a->keywords[i].name;
        const struct client_keyword *there = client_capabilities_find(b, name);
        bool own = strncmp(name, "AUTH", 4) == 0 || strcmp(name, "STARTTLS") == 0 ||
                   strcmp(name, "REQUIRETLS") == 0;
        if (!own &&
            (there == NULL || !text_equal_caseless(there->parameters, a->keywords[i].parameters))) {
            return false;
        }
    }
    return true;
}

static bool client_finding_same_extensions(
    const struct client_capabilities *a, const struct client_capabilities *b)
{
    return client_finding_has_all_extensions(a, b) && client_finding_has_all_extensions(b, a);
}

static void client_find_across_tls(struct client *client)
{
    const struct client_capabilities *clear = &client->memory.heard[0], *inside = &client->offered;
    if (!client_finding_is_tls(client) || !clear->extended || client->logged_in) {
        return; /* what a login changes is no matter of TLS */
    }
    bool shown = clear->mechanisms_len > 0;
    client_find_if(client, shown && inside->mechanisms_len == 0, FINDING_AUTH_GONE_INSIDE_TLS);
    client_find_if(client,
        shown && inside->mechanisms_len > 0 && !client_finding_same_mechanisms(clear, inside),
        FINDING_MECHANISMS_DIFFER);
    client_find_if(
        client, !client_finding_same_extensions(clear, inside), FINDING_EXTENSIONS_DIFFER);
}

/* What a login changes is no whim (RFC 4954 §4). */
static void client_find_against_last_hello(struct client *client)
{
    struct client_capabilities *last = &client->memory.heard[client_finding_is_tls(client) ? 1 : 0];
    bool same = client_finding_same_extensions(last, &client->offered) &&
                client_finding_same_mechanisms(last, &client->offered);
    client_find_if(
        client, last->extended && !client->logged_in && !same, FINDING_CAPABILITIES_CHANGE);
    *last = client->offered;
}

/* --- what is offered, and where --- */

static bool client_finding_wants_starttls(const struct client *client)
{
    switch (client->mode) {
    case PLAN_SSL_MODE_STARTTLS:
    case PLAN_SSL_MODE_STARTTLS_IF_SUPPORTED:
    case PLAN_SSL_MODE_STARTTLS_OPPORTUNISTIC:
        return !client->fallen_back;
    case PLAN_SSL_MODE_STARTTLS_IF_AUTH_HIDDEN:
        return client->offered.mechanisms_len == 0;
    default:
        return false;
    }
}

static void client_find_in_offer(struct client *client)
{
    static const char *const showing[] = {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"};
    const struct client_capabilities *offered = &client->offered;
    bool tls = client_finding_is_tls(client);
    bool starttls = client_capabilities_find(offered, "STARTTLS") != NULL;
    bool login = offered->mechanisms_len > 0;
    bool shows = false;
    for (size_t i = 0; i < ARRAY_LEN(showing); i++) {
        shows = shows || client_capabilities_has_mechanism(offered, showing[i]);
    }
    client_find_if(client, offered->auth && !login, FINDING_AUTH_WITHOUT_MECHANISM);
    client_find_if(client,
        client_capabilities_find(offered, "SMTPUTF8") != NULL &&
            client_capabilities_find(offered, "8BITMIME") == NULL,
        FINDING_SMTPUTF8_ALONE);
    client_find_if(client, !tls && !starttls && client_finding_wants_starttls(client),
        FINDING_STARTTLS_ABSENT);
    client_find_if(client, tls && starttls, FINDING_STARTTLS_INSIDE_TLS);
    client_find_if(client, !tls && shows, FINDING_AUTH_IN_CLEAR);
    client_find_if(client, login && client->detection.port == CLIENT_FINDING_PORT_RELAY,
        FINDING_AUTH_ON_PORT_25);
    client_find_if(client,
        tls && !login && client->detection.port == CLIENT_FINDING_PORT_SUBMISSIONS,
        FINDING_SUBMISSIONS_WITHOUT_AUTH);
}

void client_find_in_hello(struct client *client, const struct client_reply *reply)
{
    client_find_on_first_line(client, reply);
    for (size_t i = 0; i < client->offered.keywords_len; i++) {
        client_find_in_keyword(client, &client->offered.keywords[i]);
    }
    client_find_in_offer(client);
    client_find_in_limits(client);
    client_find_in_mechanisms(client);
    client_find_across_tls(client);
    client_find_against_last_hello(client);
}

/* --- STARTTLS --- */

static void client_find_in_starttls_reply(struct client *client, const struct client_reply *reply)
{
    bool tls = client_finding_is_tls(client);
    client_find_if(client, reply->code == 220 && tls, FINDING_STARTTLS_AGAIN);
    client_find_if(client,
        reply->code == 220 && !tls && client->offered.extended && !client->starttls_offered,
        FINDING_STARTTLS_HIDDEN);
    client_find_if(
        client, reply->code >= 400 && !tls && client->starttls_offered, FINDING_STARTTLS_REFUSED);
}

/* RFC 3207 §4, RFC 4954 §6: 530 and words, or 538. */
static bool client_find_demand_of_tls(struct client *client, const struct client_reply *reply)
{
    bool demanded = !client_finding_is_tls(client) && reply->code >= 400 &&
                    (reply->code == 538 || client_finding_has(reply->text, "STARTTLS"));
    client_find_if(client, demanded && reply->code < 500, FINDING_TLS_DEMANDED_TEMPORARILY);
    client_find_if(client, demanded && reply->code >= 500, FINDING_TLS_DEMANDED);
    client_find_if(client,
        demanded && reply->code >= 500 && client->detection.port == CLIENT_FINDING_PORT_RELAY,
        FINDING_TLS_DEMANDED_ON_PORT_25);
    return demanded;
}

/* --- login --- */

static bool client_finding_is_failure(struct span text)
{
    static const char *const words[] = {"fail", "denied", "invalid", "incorrect", "rejected"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (client_finding_has(text, words[i])) {
            return true;
        }
    }
    return false;
}

/* Was the mechanism before this one refused with 535? */
static bool client_finding_was_refused(const struct client *client)
{
    const struct value *code = facts_value(client->environment.facts, FACT_AUTH_REPLY);
    bool several = (client->mechanisms_tried & (client->mechanisms_tried - 1)) != 0;
    return several && code != NULL && code->integer == 535;
}

static void client_find_in_auth_reply(struct client *client, const struct client_reply *reply)
{
    bool command = client->state == CLIENT_STATE_AUTH;
    bool offered = client->mechanism != NULL &&
                   client_capabilities_has_mechanism(&client->offered, client->mechanism->name);
    bool unknown = reply->code == 504 ||
                   (reply->code == 535 && client_finding_has(reply->text, "mechanism"));
    if (reply->code == 235) {
        client_find_if(
            client, client_finding_is_failure(reply->text), FINDING_REPLY_TEXT_CONTRADICTS);
        client_find_if(
            client, client_finding_was_refused(client), FINDING_MECHANISM_CANNOT_SUCCEED);
    }
    client_find_if(client, command && offered && unknown, FINDING_MECHANISM_UNKNOWN);
    client_find_if(client,
        command && client->response_given && (reply->code == 500 || reply->code == 501),
        FINDING_INITIAL_RESPONSE_REFUSED);
    client_find_if(client, reply->code == 534 && client_finding_has(reply->text, "application"),
        FINDING_APPLICATION_PASSWORD);
    client_find_if(client, strcmp(reply->enhanced, "5.7.139") == 0, FINDING_LOGIN_DISABLED);
    (void)client_find_demand_of_tls(client, reply);
}

/* --- message --- */

static void client_find_in_mail_reply(struct client *client, const struct client_reply *reply)
{
    const char *from = client->plan->messages[client->message_at].from;
    bool tls_first = client_find_demand_of_tls(client, reply);
    bool words = reply->code == 550 && client_finding_has(reply->text, "not authenticated");
    bool login = (reply->code == 530 || words) && !tls_first;
    client_find_if(client, login && client->logged_in, FINDING_LOGIN_NOT_RETAINED);
    client_find_if(client, login && !client->logged_in, FINDING_LOGIN_DEMANDED);
    client_find_if(client, reply->code == 500 || reply->code == 502, FINDING_MAIL_UNKNOWN);
    client_find_if(client, reply->code == 503 && client->message_at > 0, FINDING_ONE_MESSAGE_ONLY);
    client_find_if(client, from[0] == '\0' && (reply->code == 501 || reply->code >= 550),
        FINDING_NULL_SENDER_REFUSED);
    client_find_if(client,
        reply->code < 300 && client_finding_truth(client, FACT_STARTTLS_USED) &&
            client_finding_is_tls(client) && !client->memory.hello_inside_tls,
        FINDING_HELLO_REMEMBERED);
}

/* Many servers judge the hello when the recipient comes. 503 says that there was none. */
static void client_find_in_envelope_reply(struct client *client, const struct client_reply *reply)
{
    bool hello = client_finding_has(reply->text, "HELO") || client_finding_has(reply->text, "EHLO");
    client_find_if(
        client, reply->code >= 400 && reply->code != 503 && hello, FINDING_HELLO_NAME_REFUSED);
}

void client_find_in_reply(struct client *client, const struct client_reply *reply)
{
    client_find_in_framing(client, reply);
    client_find_in_delivery(client, reply);
    switch (client->state) {
    case CLIENT_STATE_GREETING:
        client_find_in_greeting(client, reply);
        break;
    case CLIENT_STATE_EHLO:
    case CLIENT_STATE_HELO:
        client_find_in_hello_reply(client, reply);
        break;
    case CLIENT_STATE_STARTTLS:
        client_find_in_starttls_reply(client, reply);
        break;
    case CLIENT_STATE_AUTH:
    case CLIENT_STATE_AUTH_RESPONSE:
        client_find_in_auth_reply(client, reply);
        break;
    case CLIENT_STATE_AUTH_CANCEL:
        client_find_if(client, reply->code != 501, FINDING_CANCEL_NOT_ANSWERED);
        break;
    case CLIENT_STATE_MAIL:
        client_find_in_mail_reply(client, reply);
        client_find_in_envelope_reply(client, reply);
        break;
    case CLIENT_STATE_RCPT:
        client_find_in_envelope_reply(client, reply);
        (void)client_find_demand_of_tls(client, reply);
        break;
    case CLIENT_STATE_DATA:
        client_find_if(client, reply->code == 250, FINDING_DATA_ANSWERED_250);
        break;
    default:
        break;
    }
    client_find_if(
        client, client_is_quitting(client) && reply->code != 221, FINDING_GOODBYE_IS_NOT_221);
}

/* --- TLS and certificate, by what was recorded of them --- */

/* RFC 9525 §6.3: the host stands in the subject (RFC 2253 form) and no DNS name in the list. Names
 * of other kinds have their kind in front. */
static bool client_finding_is_subject_only(const struct client *client, const struct value *names)
{
    static const char *const kinds[] = {"ip:", "email:", "uri:", "dir:", "rid:", "srv:", "other:"};
    size_t others = 0;
    for (size_t i = 0; names != NULL && i < names->len; i++) {
        for (size_t j = 0; j < ARRAY_LEN(kinds); j++) {
            others += text_starts_caseless(names->items[i]->text, kinds[j]) ? 1 : 0;
        }
    }
    bool found = false;
    const char *subject = client_finding_text(client, FACT_CERTIFICATE_SUBJECT);
    for (const char *at = strstr(subject, "CN="); at != NULL; at = strstr(at + 3, "CN=")) {
        struct span name = span_of(at + 3, strcspn(at + 3, ",+"));
        found = found || text_equal_caseless(name, span_text(client_host(client)));
    }
    return names != NULL && others == names->len && found;
}

static void client_find_in_certificate(struct client *client)
{
    const struct facts *facts = client->environment.facts;
    const struct value *days = facts_value(facts, FACT_CERTIFICATE_DAYS_LEFT);
    const struct value *names = facts_value(facts, FACT_CERTIFICATE_NAMES);
    const struct value *flags = facts_value(facts, FACT_CERTIFICATE_FLAGS);
    client_find_if(client, client_finding_truth(client, FACT_CERTIFICATE_SELF_SIGNED),
        FINDING_CERTIFICATE_SELF_SIGNED);
    client_find_if(client,
        days != NULL && days->integer >= 0 && days->integer < CLIENT_FINDING_DAYS_LEFT,
        FINDING_CERTIFICATE_EXPIRES_SOON);
    client_find_if(client, client_finding_is_subject_only(client, names),
        FINDING_CERTIFICATE_COMMON_NAME_ONLY);
    for (size_t i = 0; flags != NULL && i < flags->len; i++) {
        client_find_if(client, strcmp(value_as_text(flags->items[i]), "incomplete-chain") == 0,
            FINDING_CERTIFICATE_CHAIN_INCOMPLETE);
    }
}

void client_find_in_tls(struct client *client)
{
    const char *version = client_finding_text(client, FACT_TLS_VERSION);
    bool secure = client_finding_truth(client, FACT_CONNECTION_SECURE);
    client_find_in_certificate(client);
    client_find_in_alerts(client);
    client_find_cross_protocol(client);
    client_find_if(client, secure && version[0] != '\0' && strcmp(version, "TLSv1.2") < 0,
        FINDING_TLS_VERSION_OLD);
    if (secure) {
        client_find_in_agreement(client);
    }
    client_find_if(client,
        client->channel.kind == CLIENT_CHANNEL_FAILED && client->mode == PLAN_SSL_MODE_ON_CONNECT &&
            tls_session_failure(client->channel.tls)->kind == TLS_FAILURE_NOT_TLS && !secure,
        FINDING_CLEAR_TEXT_ON_TLS_PORT);
}

/* --- ends --- */

void client_find_at_loss(struct client *client)
{
    client_find_unanswered(client);
    bool login = client->state == CLIENT_STATE_AUTH || client->state == CLIENT_STATE_AUTH_RESPONSE;
    client_find_at_handshake_loss(client);
    client_find_if(client, login, FINDING_CLOSED_AFTER_AUTH);
    client_find_if(client, client_is_quitting(client), FINDING_NO_GOODBYE);
}

void client_find_at_limit(struct client *client)
{
    client_find_at_delivery_limit(client);
    client_find_unanswered(client);
    client_find_if(client, client->state == CLIENT_STATE_GREETING && client->channel.tls == NULL,
        FINDING_GREETING_ABSENT);
    client_find_if(client, client_is_quitting(client), FINDING_GOODBYE_TIMED_OUT);
}

void client_find_at_closing(struct client *client)
{
    const struct tls_session *tls = client->channel.tls;
    client_find_if(
        client, client->gone == CLIENT_GONE_RESET && client->goodbye, FINDING_RESET_AT_THE_END);
    client_find_if(client,
        client->gone == CLIENT_GONE_FIN && tls != NULL && !tls_session_close_notify_received(tls),
        FINDING_NO_CLOSE_NOTIFY);
}

void client_find_at_end(struct client *client)
{
    static const struct {
        enum fact fact;
        enum finding finding;
    } truths[] = {
        {FACT_SECURITY_PASSWORD_IN_CLEAR, FINDING_PASSWORD_IN_CLEAR},
        {FACT_SECURITY_LEFTOVER_BEFORE_TLS, FINDING_BYTES_BEFORE_TLS},
        {FACT_SECURITY_DOWNGRADED, FINDING_WENT_ON_IN_CLEAR},
        {FACT_SECURITY_UNVERIFIED, FINDING_CERTIFICATE_UNVERIFIED},
    };
    for (size_t i = 0; i < ARRAY_LEN(truths); i++) {
        client_find_if(client, client_finding_truth(client, truths[i].fact), truths[i].finding);
    }
    client_find_if(client, strcmp(client_finding_text(client, FACT_MESSAGE_FATE), "unknown") == 0,
        FINDING_FATE_UNKNOWN);
}
