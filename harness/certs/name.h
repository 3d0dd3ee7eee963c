/*
 * certs/name — the alternative names of a certificate.
 *
 * Knows: how a recipe writes names of each kind, and what stands for them in a certificate
 * (RFC 5280 §4.2.1.6, RFC 4985). Refuses to know: who has them, whether they name anything.
 */
#ifndef SMTPVET_CERTS_NAME_H
#define SMTPVET_CERTS_NAME_H

#include <openssl/x509v3.h>

#include "harness/base/buf.h"
#include "harness/base/status.h"

#define CERTS_ADDRESS_MAX 16 /* octets: IPv6 */

enum certs_name_kind { CERTS_NAME_DNS, CERTS_NAME_ADDRESS, CERTS_NAME_SERVICE, CERTS_NAME_EMAIL };

struct certs_name {
    enum certs_name_kind kind;
    struct span text; /* borrowed; of an address: none */
    uint8_t address[CERTS_ADDRESS_MAX];
    size_t address_len; /* 4 or 16 */
};

/* certs_name_parse reads a name of a recipe: "a.test", "ip:::1", "srv:_submission.a.test",
 * "email:a@b.test". FAIL_USAGE where it is none. */
enum status certs_name_parse(const char *text, struct certs_name *ret, struct fail *fail);
/* The name of a server: an address where it is one, else a DNS name. NULL is the empty name. */
enum status certs_name_of_host(const char *host, struct certs_name *ret, struct fail *fail);
/* Fails with "certificate: a name WHY: 'NAME'". */
enum status certs_name_refuse(struct fail *fail, struct span name, const char *why);

/* As it stands in a certificate, the caller's to free; NULL when OpenSSL cannot. */
GENERAL_NAME *certs_name_make(const struct certs_name *name);

#endif
