#include "harness/evidence/result.h"

static const struct {
    const char *name;
    bool failure;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"pass", false},
    [VERDICT_FAIL] = {"fail", true},
    [VERDICT_ERROR] = {"error", false},
    [VERDICT_SKIP] = {"skip", false},
    [VERDICT_KNOWN_FAIL] = {"known-fail", false},
    [VERDICT_FIXED] = {"fixed", true},
    [VERDICT_FLAKY] = {"flaky", false},
};

const char *verdict_name(enum verdict verdict)
{
    return verdicts[verdict].name;
}

bool verdict_find(const char *name, enum verdict *ret)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(verdicts[i].name, name) == 0) {
            *ret = (enum verdict)i;
            return true;
        }
    }
    return false;
}

bool verdict_is_failure(enum verdict verdict)
{
    return verdicts[verdict].failure;
}

void run_counts_add(struct run_counts *counts, enum verdict verdict)
{
    counts->by_verdict[verdict]++;
    counts->total++;
}

int run_counts_exit_code(const struct run_counts *counts)
{
    if (counts->total == 0) {
        return 5;
    }
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (verdicts[i].failure && counts->by_verdict[i] > 0) {
            return 1;
        }
    }
    return counts->by_verdict[VERDICT_ERROR] > 0 ? 3 : 0;
}
