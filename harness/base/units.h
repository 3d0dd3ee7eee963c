/*
 * units — durations, sizes and dates as people write them.
 *
 * Knows: `500ms 10s 5m 2h 14d`, `10KiB 10MiB 35MB`, `2026-01-01T00:00:00Z`, `2026-01-01`, `+14d`.
 * Refuses to know: bare numbers (a duration without a unit is an error), time zones but UTC, the
 * clock.
 */
#ifndef SMTPVET_BASE_UNITS_H
#define SMTPVET_BASE_UNITS_H

#include "harness/base/buf.h"

#define UNITS_US_PER_MS INT64_C(1000)
#define UNITS_US_PER_S INT64_C(1000000)

/* Each returns false, and leaves `ret` alone, when the text is not of its form or overflows. */
bool units_duration_us(
    struct span text, int64_t *ret_us); /* may be signed: `-1d`; units us ms s m h d w */
bool units_size(
    struct span text, int64_t *ret_octets); /* B KB MB GB KiB MiB GiB; a bare number is octets */
bool units_date(struct span text, int64_t *ret_unix_s); /* UTC; years 1 to 9999 */

/* Appended for people and for the run log: "5m", "1.5s", "250ms"; "10MiB"; "2026-01-01T00:00:00Z".
 */
void units_show_duration(int64_t duration_us, struct buf *out);
void units_show_size(int64_t octets, struct buf *out);
void units_show_date(int64_t unix_s, struct buf *out);

#endif
