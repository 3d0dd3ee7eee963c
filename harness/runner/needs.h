/*
 * needs — what of `needs` this machine has.
 *
 * Knows: how each need of harness/plan/needs.def is found out. Refuses to know: who needs it.
 */
#ifndef SMTPVET_RUNNER_NEEDS_H
#define SMTPVET_RUNNER_NEEDS_H

#include "harness/plan/plan.h"

/* needs_check tells which of `wanted` (enum plan_need bits) are there. */
unsigned needs_check(unsigned wanted);
/* Is a library whose version reads "OpenSSL 3.2.1" at least `wanted` ({major, minor, patch})? False
 * where it reads otherwise. */
#define NEEDS_VERSION_PARTS 3
bool needs_is_at_least(const char *version, const int64_t wanted[NEEDS_VERSION_PARTS]);
/* Why a case is skipped that needs `unmet` (not 0): "needs ipv6 (::1 can be listened on)". */
const char *needs_reason(struct arena *arena, unsigned unmet);

#endif
