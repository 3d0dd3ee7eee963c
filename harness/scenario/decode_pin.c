#include "harness/base/text.h"
#include "harness/scenario/decode.h"

static const char decode_pin_hint[] =
    "write sha256/ and the 44 characters of base64 that `certificate.spki_sha256` tells, or server";

/* False, and told, where it is none. */
static bool decode_pin(struct decode *decode, const struct node *node, struct plan_pin *ret)
{
    static const char prefix[] = "sha256/";
    const char *text;
    if (node_is(node, "server")) {
        if (decode->server == NULL && !decode->partial && !decode->unknown) {
            tell_error(decode->tell, node, decode_pin_hint,
                "there is no `server` whose key this could be");
            return false;
        }
        *ret = (struct plan_pin){.server = true};
        return true;
    }
    if (!decode_take_text(decode, node, "a pin", &text)) {
        return false;
    }
    CLEANUP(buf_done) struct buf digest = {0};
    buf_init(&digest, DECODE_BYTES_MAX);
    bool good = strncmp(text, prefix, strlen(prefix)) == 0 &&
                text_base64_decode(span_text(text + strlen(prefix)), &digest) &&
                digest.len == PLAN_PIN_LEN;
    if (!good) {
        decode_expected(decode, node, "a pin", decode_pin_hint);
        return false;
    }
    *ret = (struct plan_pin){.server = false};
    memcpy(ret->sha256, buf_span(&digest).data, PLAN_PIN_LEN);
    return true;
}

void decode_client_pins(
    struct decode *decode, const struct key *key, const struct node *value, void *at)
{
    struct plan_verify *verify = at;
    bool several = value->kind == NODE_LIST;
    size_t len = several ? value->len : 1;
    (void)key;
    if (len == 0 || len > PLAN_PINS_MAX) {
        tell_error(decode->tell, value, "null deletes the list",
            "a list of pins has 1 to %d of them, this has %zu", PLAN_PINS_MAX, len);
        return;
    }
    struct plan_pin *pins = arena_alloc(decode->arena, len * sizeof *pins);
    bool good = true;
    for (size_t i = 0; i < len; i++) {
        good = decode_pin(decode, several ? value->items[i] : value, &pins[i]) && good;
    }
    if (good) {
        verify->pins = pins;
        verify->pins_len = len;
    }
}
