#include "harness/client/client_bearer.h"

/* RFC 5801 §4: a comma or an equals sign in a name would be syntax. */
static void client_bearer_name(const char *name, struct buf *out)
{
    for (; *name != '\0'; name++) {
        if (*name == ',' || *name == '=') {
            buf_append_text(out, *name == ',' ? "=2C" : "=3D");
        } else {
            buf_append_byte(out, (uint8_t)*name);
        }
    }
}

static bool client_bearer_is_standard(const struct client_mechanism *mechanism)
{
    return strcmp(mechanism->name, "OAUTHBEARER") == 0;
}

void client_bearer_begin(const struct client_mechanism *mechanism,
    const struct client_exchange_setting *setting, struct buf *response)
{
    const struct plan_login *login = setting->login;
    const char *as = login->authorize_as != NULL ? login->authorize_as : login->user;
    const char *token = login->token == NULL ? "" : login->token;
    if (!client_bearer_is_standard(mechanism)) {
        buf_printf(response, "user=%s\1auth=Bearer %s\1\1", as == NULL ? "" : as, token);
        return;
    }
    buf_append_text(response, "n,");
    if (as != NULL && as[0] != '\0') {
        buf_append_text(response, "a=");
        client_bearer_name(as, response);
    }
    buf_printf(response, ",\1host=%s\1port=%u\1auth=Bearer %s\1\1", setting->host,
        (unsigned)setting->port, token);
}

void client_bearer_yield(const struct client_mechanism *mechanism, struct buf *response)
{
    if (client_bearer_is_standard(mechanism)) {
        buf_append_byte(response, 1);
    }
}
