#include "harness/base/status.h"

#include <stdio.h>

enum status fail_set(struct fail *fail, enum fail_class class, const char *format, ...)
{
    if (fail != NULL && fail->class == FAIL_NONE) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(fail->text, sizeof fail->text, format, arguments);
        va_end(arguments);
        fail->class = class;
    }
    return STATUS_FAILED;
}
