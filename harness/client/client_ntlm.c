#include "harness/client/client_ntlm.h"

#define CLIENT_NTLM_HEAD 32 /* octets up to the end of the server's challenge */
#define CLIENT_NTLM_TYPE_AT 8
#define CLIENT_NTLM_NAME_AT 12 /* length (2), room (2), offset (4) */

static size_t client_ntlm_number(struct span bytes, size_t at, size_t octets)
{
    size_t value = 0;
    for (size_t i = octets; i > 0; i--) {
        value = value << 8 | bytes.data[at + i - 1];
    }
    return value;
}

const char *client_ntlm_check(struct span challenge)
{
    struct span signature = SPAN_LITERAL("NTLMSSP\0");
    if (challenge.len < CLIENT_NTLM_HEAD ||
        !span_equal(span_first(challenge, signature.len), signature) ||
        client_ntlm_number(challenge, CLIENT_NTLM_TYPE_AT, 4) != 2) {
        return "the challenge is none of NTLM";
    }
    size_t len = client_ntlm_number(challenge, CLIENT_NTLM_NAME_AT, 2);
    size_t at = client_ntlm_number(challenge, CLIENT_NTLM_NAME_AT + 4, 4);
    if (len > CLIENT_NTLM_NAME_MAX || at > challenge.len || len > challenge.len - at) {
        return "a name in the challenge of NTLM lies outside of it";
    }
    return NULL;
}
