/* The run log itself. */
#include "harness/evidence/run_log.h"
#include "reports/report_show.h"

void report_json_begin(struct report *report, struct buf *out)
{
    run_log_write_header(report->header, out);
}

void report_json_add(struct report *report, const struct case_result *result, struct buf *out)
{
    (void)report;
    run_log_write_case(result, false, out);
}

void report_json_end(struct report *report, struct buf *out)
{
    if (report->complete) { /* what was cut off stays recognisable as such */
        run_log_write_trailer(&report->counts, report->interrupted, out);
    }
}
