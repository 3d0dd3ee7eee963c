#include "harness/evidence/alert.h"

#include <string.h>

#include "harness/base/mem.h"

static const struct {
    unsigned number;
    const char *name;
} alerts[] = {
#define ALERT(number, name) {number, name},
#include "harness/evidence/alerts.def"
#undef ALERT
};

static const char *const names[] = {
#define ALERT(number, name) name,
#include "harness/evidence/alerts.def"
#undef ALERT
    NULL,
};

const char *alert_name(unsigned number)
{
    for (size_t i = 0; i < ARRAY_LEN(alerts); i++) {
        if (alerts[i].number == number) {
            return alerts[i].name;
        }
    }
    return "unknown";
}

int alert_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(alerts); i++) {
        if (strcmp(alerts[i].name, name) == 0) {
            return (int)alerts[i].number;
        }
    }
    return -1;
}

uint8_t alert_level(unsigned number)
{
    return number == 0 ? 1 : 2;
}

const char *const *alert_names(void)
{
    return names;
}
