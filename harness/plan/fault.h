/*
 * plan/fault — misbehaviour of the fake server that has to be computed, one table.
 *
 * Knows: faults.def: each fault's name, sentence and source. Refuses to know: how it is done
 * (fake-server/ looks at the bits of plan_server.faults).
 */
#ifndef SMTPVET_PLAN_FAULT_H
#define SMTPVET_PLAN_FAULT_H

#include <stddef.h>
#include <stdint.h>

enum plan_fault {
#define PLAN_FAULT(symbol, name, sentence, source, covers) PLAN_FAULT_##symbol,
#include "harness/plan/faults.def"
#undef PLAN_FAULT
    PLAN_FAULT_COUNT,
};

/* A set of faults: a bit for each. */
__extension__ typedef unsigned __int128 plan_fault_set;
#define PLAN_FAULT_MAX 128

/* The bit of a fault in plan_server.faults. */
#define PLAN_FAULT_BIT(fault) ((plan_fault_set)1 << (fault))

struct plan_fault_row {
    const char *name, *sentence, *source;
    const char *covers; /* catalogue ids with blanks between them; "" is none */
};

const struct plan_fault_row *plan_fault_row(size_t index); /* index < PLAN_FAULT_COUNT */
/* The bit of a name, 0 when there is none. */
plan_fault_set plan_fault_find(const char *name);
/* The name of one of `faults` beside which `fault` has no place, since a server does one or the
 * other; NULL when there is none. */
const char *plan_fault_rival(plan_fault_set faults, plan_fault_set fault);
/* Names ended by NULL, for "did you mean". */
const char *const *plan_fault_names(void);

#endif
