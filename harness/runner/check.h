/*
 * check — what the loader of scenarios has others judge, before anything is run.
 *
 * Knows: who judges what: TLS lists and roots, recipes of certificates, names in other scripts,
 * needs. Refuses to know: files, where in one a value stands.
 */
#ifndef SMTPVET_RUNNER_CHECK_H
#define SMTPVET_RUNNER_CHECK_H

#include "harness/scenario/scenario.h"

/* Constant; runner_init is due before. */
const struct scenario_checks *runner_checks(void);

#endif
