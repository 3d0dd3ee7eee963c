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

const char *const *plan_fault_names(void)
{
    return names;
}
