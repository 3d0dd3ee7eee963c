#include "harness/client/client_name.h"

#include <idn2.h>

static void client_name_free(char **at)
{
    idn2_free(*at);
}

enum status client_name_ascii(const char *name, struct buf *out, struct fail *fail)
{
    CLEANUP(client_name_free) char *ascii = NULL;
    const char *star = strncmp(name, "*.", 2) == 0 ? "*." : "";
    int result = idn2_to_ascii_8z(
        name + strlen(star), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (result != IDN2_OK) {
        return fail_set(fail, FAIL_USAGE, "%s", idn2_strerror(result));
    }
    buf_append_text(out, star);
    buf_append_text(out, ascii);
    return STATUS_OK;
}
