/* The run log itself. */
#include "harness/evidence/run_log.h"
#include "reports/report_show.h"

void report_json_write(
    const struct run_result *result, const struct report_options *options, struct buf *out)
{
    (void)options;
    run_log_write_header(&result->header, out);
    for (size_t i = 0; i < result->len; i++) {
        run_log_write_case(&result->cases[i], false, out);
    }
    if (result->complete) { /* what was cut off stays recognisable as such */
        run_log_write_trailer(&result->counts, out);
    }
}
