#include "harness/plan/fault.h"

#include <assert.h>
#include <string.h>

static_assert(PLAN_FAULT_COUNT <= PLAN_FAULT_MAX, "a bit for each fault");

static const struct plan_fault_row faults[PLAN_FAULT_COUNT] = {
#define PLAN_FAULT(symbol, name, sentence, source, covers) {name, sentence, source, covers},
#include "harness/plan/faults.def"
#undef PLAN_FAULT
};

static const char *const names[] = {
#define PLAN_FAULT(symbol, name, sentence, source, covers) name,
#include "harness/plan/faults.def"
#undef PLAN_FAULT
    NULL,
};

const struct plan_fault_row *plan_fault_row(size_t index)
{
    return &faults[index];
}

plan_fault_set plan_fault_find(const char *name)
{
    for (size_t i = 0; i < PLAN_FAULT_COUNT; i++) {
        if (strcmp(faults[i].name, name) == 0) {
            return PLAN_FAULT_BIT(i);
        }
    }
    return 0;
}

/* One ServerHello, one thing done to records, one proof: neighbours in the table of which a server
 * can have one. */
static const struct {
    enum plan_fault first, last;
} rivals[] = {
    {PLAN_FAULT_SERVER_PROOF_WRONG, PLAN_FAULT_SERVER_PROOF_MISSING},
    {PLAN_FAULT_DOWNGRADE_SENTINEL, PLAN_FAULT_HELLO_RETRY_TWICE},
    {PLAN_FAULT_EMPTY_RECORDS, PLAN_FAULT_REPEATED_RECORDS},
    {PLAN_FAULT_CCS_MISSING, PLAN_FAULT_CCS_TWICE},
};

const char *plan_fault_rival(plan_fault_set set, plan_fault_set fault)
{
    for (size_t i = 0; i < sizeof rivals / sizeof rivals[0]; i++) {
        plan_fault_set group = 0;
        for (size_t at = rivals[i].first; at <= rivals[i].last; at++) {
            group |= PLAN_FAULT_BIT(at);
        }
        for (size_t at = rivals[i].first; (fault & group) != 0 && at <= rivals[i].last; at++) {
            if ((set & ~fault & PLAN_FAULT_BIT(at)) != 0) {
                return faults[at].name;
            }
        }
    }
    return NULL;
}

const char *const *plan_fault_names(void)
{
    return names;
}
