#include "harness/bench/aim.h"

#include <stdio.h>

static unsigned aims, met;

void aim_tell(const char *what, double found, enum aim_kind kind, double limit)
{
    bool good = kind == AIM_AT_MOST ? found <= limit : found >= limit;
    aims++;
    met += good ? 1 : 0;
    printf("  %-50s %9.3f   %s %-5g  %s\n", what, found,
        kind == AIM_AT_MOST ? "at most " : "at least", limit, good ? "met" : "NOT met");
}

void aim_count(void)
{
    printf("%u of %u limits met\n", met, aims);
}
