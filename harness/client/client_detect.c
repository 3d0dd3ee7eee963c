/* Which mode and port a client takes when it was not told. */
#include "harness/base/text.h"
#include "harness/client/client.h"
#include "harness/client/client_rules.h"
#include "harness/match/match.h"

#define CLIENT_DETECT_PORT_SMTP 25
#define CLIENT_DETECT_PORT_SUBMISSIONS 465 /* RFC 8314 §3.3 */
#define CLIENT_DETECT_PORT_SUBMISSION 587  /* RFC 6409 §3.1 */
#define CLIENT_DETECT_HOST_MAX 254         /* a DNS name with its dot */

static const struct client_detect_host {
    const char *pattern;
    uint16_t port;
    enum plan_ssl_mode mode;
} client_detect_hosts[] = {
#define CLIENT_HOST(pattern, port, mode) {pattern, port, PLAN_SSL_MODE_##mode},
#include "harness/client/client_hosts.def"
#undef CLIENT_HOST
};

static const struct client_detect_host *client_detect_find(const char *host)
{
    char name[CLIENT_DETECT_HOST_MAX + 1];
    size_t len = strlen(host);
    if (len > CLIENT_DETECT_HOST_MAX) {
        return NULL;
    }
    len -= len > 1 && host[len - 1] == '.' ? 1 : 0;
    for (size_t i = 0; i < len; i++) {
        name[i] = text_lower(host[i]);
    }
    name[len] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(client_detect_hosts); i++) {
        if (match_glob(client_detect_hosts[i].pattern, name)) {
            return &client_detect_hosts[i];
        }
    }
    return NULL;
}

static uint16_t client_detect_port(enum plan_ssl_mode mode)
{
    switch (mode) {
    case PLAN_SSL_MODE_ON_CONNECT:
        return CLIENT_DETECT_PORT_SUBMISSIONS;
    case PLAN_SSL_MODE_STARTTLS:
    case PLAN_SSL_MODE_STARTTLS_IF_SUPPORTED:
    case PLAN_SSL_MODE_STARTTLS_IF_AUTH_HIDDEN:
        return CLIENT_DETECT_PORT_SUBMISSION;
    case PLAN_SSL_MODE_AUTO:
    case PLAN_SSL_MODE_NONE:
    case PLAN_SSL_MODE_STARTTLS_OPPORTUNISTIC:
    case PLAN_SSL_MODE_COUNT:
        break;
    }
    return CLIENT_DETECT_PORT_SMTP;
}

struct client_detection client_detect(const char *host, uint16_t port, enum plan_ssl_mode mode)
{
    if (mode != PLAN_SSL_MODE_AUTO && (port == 0 || client_keeps(CLIENT_RULE_EXPLICIT_MODE_WINS))) {
        return (struct client_detection){
            mode, port != 0 ? port : client_detect_port(mode), "explicit"};
    }
    const struct client_detect_host *known = port == 0 &&
                                                     client_keeps(CLIENT_RULE_KNOWN_HOST_COUNTS)
                                                 ? client_detect_find(host)
                                                 : NULL;
    if (known != NULL) {
        return (struct client_detection){known->mode, known->port, "host"};
    }
    switch (port) {
    case CLIENT_DETECT_PORT_SUBMISSIONS:
        return (struct client_detection){client_keeps(CLIENT_RULE_PORT_465_IS_TLS)
                                             ? PLAN_SSL_MODE_ON_CONNECT
                                             : PLAN_SSL_MODE_NONE,
            port, "port"};
    case CLIENT_DETECT_PORT_SUBMISSION:
        return (struct client_detection){client_keeps(CLIENT_RULE_PORT_587_TAKES_STARTTLS)
                                             ? PLAN_SSL_MODE_STARTTLS_IF_SUPPORTED
                                             : PLAN_SSL_MODE_NONE,
            port, "port"};
    case CLIENT_DETECT_PORT_SMTP: /* whether TLS is required there, no server says */
        return (struct client_detection){PLAN_SSL_MODE_NONE, port, "port"};
    default:
        return (struct client_detection){
            PLAN_SSL_MODE_NONE, port == 0 ? CLIENT_DETECT_PORT_SMTP : port, "default"};
    }
}
