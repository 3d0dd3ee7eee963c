/*
 * alert — the names of TLS alerts, one table (alerts.def).
 *
 * Knows: which number has which name. Refuses to know: OpenSSL, who sends an alert and why.
 */
#ifndef SMTPVET_EVIDENCE_ALERT_H
#define SMTPVET_EVIDENCE_ALERT_H

#include <stdint.h>

/* "handshake_failure" for 40; "unknown" for a number without a name (RFC 8446 §B.2). */
const char *alert_name(unsigned number);
/* The number of a name; -1: there is none. */
int alert_find(const char *name);
/* The level octet that belongs to it: 1 for close_notify, which ends nothing by force, else 2,
 * fatal (RFC 5246 §7.2.1, RFC 8446 §6). */
uint8_t alert_level(unsigned number);
/* Names in the order of their numbers, ended by NULL. */
const char *const *alert_names(void);

#endif
