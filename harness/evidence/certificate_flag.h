/*
 * certificate_flag — the problems that a certificate can have, one table.
 *
 * Knows: each flag's name here, the seed guide's name and number for it, a sentence, and which
 * verification results of OpenSSL mean it (certificate_flags.def; harness/tls reads that column).
 * Refuses to know: OpenSSL.
 */
#ifndef SMTPVET_EVIDENCE_CERTIFICATE_FLAG_H
#define SMTPVET_EVIDENCE_CERTIFICATE_FLAG_H

#include "harness/base/buf.h"

enum certificate_flag_index {
#define CERTIFICATE_FLAG(symbol, name, seed_name, seed_value, sentence, results) \
    CERTIFICATE_FLAG_INDEX_##symbol,
#include "harness/evidence/certificate_flags.def"
#undef CERTIFICATE_FLAG
    CERTIFICATE_FLAG_COUNT,
};

enum certificate_flag {
#define CERTIFICATE_FLAG(symbol, name, seed_name, seed_value, sentence, results) \
    CERTIFICATE_##symbol = 1 << CERTIFICATE_FLAG_INDEX_##symbol,
#include "harness/evidence/certificate_flags.def"
#undef CERTIFICATE_FLAG
};
#define CERTIFICATE_FLAGS_ALL ((1u << CERTIFICATE_FLAG_COUNT) - 1)

struct certificate_flag_row {
    unsigned bit;
    const char *name;
    const char *seed_name; /* "IsUntrustedRoot" */
    uint32_t seed_value;
    const char *sentence;
};
const struct certificate_flag_row *certificate_flag_row(
    size_t index); /* index < CERTIFICATE_FLAG_COUNT */
/* The bit of a name, 0 when there is none. */
unsigned certificate_flag_find(const char *name);
/* Names ended by NULL, for "did you mean". */
const char *const *certificate_flag_names(void);

#endif
