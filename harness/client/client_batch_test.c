#include "harness/client/client_batch.h"

#include "harness/tests/unit.h"

static void check(const char *text, int64_t mails, int64_t recipients, int64_t domains, bool odd)
{
    struct client_limits limits = {7, 7, 7};
    bool found = !odd;
    client_limits_read(span_text(text), &limits, &found);
    ck_assert_msg(limits.mails == mails && limits.recipients == recipients &&
                      limits.domains == domains && found == odd,
        "%s: %lld %lld %lld %d", text, (long long)limits.mails, (long long)limits.recipients,
        (long long)limits.domains, found);
    client_limits_read(span_text(text), &limits, NULL);
}

START_TEST(test_limits)
{
    check("", 0, 0, 0, false);
    check("MAILMAX=5 RCPTMAX=100 RCPTDOMAINMAX=1", 5, 100, 1, false);
    check("  rcptmax=3   Mailmax=999999  ", 999999, 3, 0, false);
    check("RCPTMAX=3 RCPTMAX=2 RCPTMAX=9", 0, 2, 0, false);
    check("OTHER=x SECOND THIRD= =5", 0, 0, 0, false);
    check("RCPTMAX=0", 0, 0, 0, true);
    check("RCPTMAX=01", 0, 0, 0, true);
    check("RCPTMAX=1000000", 0, 0, 0, true);
    check("RCPTMAX", 0, 0, 0, true);
    check("RCPTMAX=", 0, 0, 0, true);
    check("RCPTMAX=+5 MAILMAX=5", 5, 0, 0, true);
    check("RCPTMAX=5x RCPTMAX=4", 0, 4, 0, true);
    check("RCPTMAX=5=5", 0, 0, 0, true);
}
END_TEST

UNIT_MAIN(test_limits)
