/*
 * hygiene — what is worth telling of certificates that the library takes without a word.
 *
 * Knows: what a server sent and which chain was built of it; findings about order and surplus,
 * about usages, names, keys and dates that other clients take less kindly. Refuses to know: what is
 * a problem (verify.h), what a case expects. For the files of this room only.
 */
#ifndef SMTPVET_TLS_HYGIENE_H
#define SMTPVET_TLS_HYGIENE_H

#include "harness/evidence/fact.h"
#include "harness/tls/verify.h"

/* Adds the findings about what was verified; nothing where nothing was. Leaves traces in the error
 * queue. */
void tls_hygiene_record(const struct tls_verify *verify, struct facts *facts);

#endif
