#include "harness/evidence/certificate_flag.h"

static const struct certificate_flag_row flags[CERTIFICATE_FLAG_COUNT] = {
#define CERTIFICATE_FLAG(symbol, name, seed_name, seed_value, sentence, results) \
    [CERTIFICATE_FLAG_INDEX_##symbol] = {                                        \
        CERTIFICATE_##symbol, name, seed_name, seed_value, sentence},
#include "harness/evidence/certificate_flags.def"
#undef CERTIFICATE_FLAG
};

static const char *const names[] = {
#define CERTIFICATE_FLAG(symbol, name, seed_name, seed_value, sentence, results) name,
#include "harness/evidence/certificate_flags.def"
#undef CERTIFICATE_FLAG
    NULL,
};

const struct certificate_flag_row *certificate_flag_row(size_t index)
{
    return &flags[index];
}

unsigned certificate_flag_find(const char *name)
{
    for (size_t i = 0; i < CERTIFICATE_FLAG_COUNT; i++) {
        if (strcmp(flags[i].name, name) == 0) {
            return flags[i].bit;
        }
    }
    return 0;
}

const char *const *certificate_flag_names(void)
{
    return names;
}
