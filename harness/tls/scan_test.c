#include "harness/tests/unit.h"
#include "harness/tls/session.h"

/* Two records of 3 and 0 octets, then the header of one with 258. */
static const uint8_t stream[] = {22, 3, 1, 0, 3, 'a', 'b', 'c', 23, 3, 3, 0, 0, 21, 3, 3, 1, 2};

START_TEST(test_what_begins_a_record)
{
    for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
        bool begins = (byte >= 20 && byte <= 23) || byte == 0x80;
        ck_assert_msg(tls_is_record((uint8_t)byte) == begins, "%u", byte);
    }
}
END_TEST

START_TEST(test_records_are_counted_however_they_come)
{
    static const bool inside[] = {true, true, true, true, true, true, true, false, true, true, true,
        true, false, true, true, true, true, true};
    struct tls_scan whole = {0}, single = {0};
    ck_assert_uint_eq(tls_scan_bytes(&whole, span_of(stream, sizeof stream)), sizeof stream);
    for (size_t i = 0; i < sizeof stream; i++) {
        ck_assert_uint_eq(tls_scan_bytes(&single, span_of(stream + i, 1)), 1);
        ck_assert_msg(tls_scan_inside_record(&single) == inside[i], "behind octet %zu", i);
    }
    ck_assert_uint_eq(whole.records, 3);
    ck_assert_uint_eq(single.records, 3);
    ck_assert_uint_eq(whole.left, 258);
    ck_assert_uint_eq(single.left, 258);
    ck_assert(!whole.not_tls && !single.not_tls);
}
END_TEST

/* What is no record ends the count, in the middle of a segment as well. */
START_TEST(test_text_behind_records)
{
    static const uint8_t mixed[] = {22, 3, 3, 0, 1, 'a', '4', '2', '1', ' '};
    struct tls_scan scan = {0};
    ck_assert_uint_eq(tls_scan_bytes(&scan, span_of(mixed, sizeof mixed)), 6);
    ck_assert(scan.not_tls);
    ck_assert_uint_eq(scan.stray, '4');
    ck_assert_uint_eq(scan.records, 1);
    ck_assert(!tls_scan_inside_record(&scan));
    ck_assert_uint_eq(tls_scan_bytes(&scan, span_of(stream, sizeof stream)), 0);
}
END_TEST

/* RFC 5246 §E.2: a hello of SSL 2 has a header of two octets, and only stands in front. */
START_TEST(test_a_hello_of_ssl_2)
{
    static const uint8_t hello[] = {0x80, 3, 1, 0, 2};
    struct tls_scan scan = {0};
    ck_assert_uint_eq(tls_scan_bytes(&scan, span_of(hello, 4)), 4);
    ck_assert(tls_scan_inside_record(&scan));
    ck_assert_uint_eq(tls_scan_bytes(&scan, span_of(hello + 4, 1)), 1);
    ck_assert(!tls_scan_inside_record(&scan));
    ck_assert_uint_eq(scan.records, 1);
    ck_assert_uint_eq(tls_scan_bytes(&scan, span_of(hello, sizeof hello)), 0);
    ck_assert(scan.not_tls);
}
END_TEST

UNIT_MAIN(test_what_begins_a_record, test_records_are_counted_however_they_come,
    test_text_behind_records, test_a_hello_of_ssl_2)
