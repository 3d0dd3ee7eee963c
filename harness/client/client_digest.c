#include "harness/client/client_digest.h"

#include "harness/base/text.h"

/* Takes the next directive off `*rest`: name=value or name="value". */
static struct span client_digest_directive(struct span *rest)
{
    bool quoted = false;
    size_t end = 0;
    while (end < rest->len && (quoted || rest->data[end] != ',')) {
        quoted = quoted != (rest->data[end] == '"');
        end += quoted && rest->data[end] == '\\' && end + 1 < rest->len ? 2 : 1;
    }
    struct span directive = span_first(*rest, end);
    *rest = span_from(*rest, end + 1);
    return text_trim(directive);
}

bool client_digest_goes_bare(struct span challenge)
{
    bool bare = true;
    while (challenge.len > 0) {
        struct span directive = client_digest_directive(&challenge);
        if (!text_starts_caseless(directive, "qop=")) {
            continue;
        }
        bare = false;
        for (struct span rest = span_from(directive, strlen("qop=")); rest.len > 0;) {
            size_t end = 0;
            while (end < rest.len && strchr("\", ", rest.data[end]) == NULL) {
                end++;
            }
            bare = bare || text_equal_caseless(span_first(rest, end), SPAN_LITERAL("auth"));
            rest = span_from(rest, end + 1);
        }
    }
    return bare;
}
