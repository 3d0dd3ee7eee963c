#include "fake-server/fake_records.h"

#include "harness/tls/tls.h"

#define SSL2_HELLO 0x80 /* the top bit of a length of two octets */
#define SSL2_HEADER 2

/* Only a stream's first record can be an SSL 2 hello. */
static bool fake_records_begin(struct fake_records *records, uint8_t byte)
{
    if (!tls_is_record(byte) || (byte == SSL2_HELLO && records->begun)) {
        records->over = true;
        return false;
    }
    records->begun = true;
    return true;
}

static void fake_records_header_byte(struct fake_records *records, uint8_t byte)
{
    records->header[records->header_len++] = byte;
    if (records->header[0] == SSL2_HELLO && records->header_len == SSL2_HEADER) {
        records->left = records->header[1];
        records->header_len = 0;
    } else if (records->header_len == FAKE_RECORDS_HEADER) {
        records->left = (size_t)records->header[3] << 8 | records->header[4];
        records->header_len = 0;
    }
}

size_t fake_records_take(struct fake_records *records, struct span bytes)
{
    size_t taken = 0;
    bool inside = records->header_len > 0 || records->left > 0;
    if (records->over || (!inside && !fake_records_begin(records, bytes.data[0]))) {
        return 0;
    }
    while (records->left == 0 && taken < bytes.len) {
        fake_records_header_byte(records, bytes.data[taken++]);
        if (records->header_len == 0 && records->left == 0) {
            return taken; /* an empty record */
        }
    }
    size_t content = bytes.len - taken < records->left ? bytes.len - taken : records->left;
    records->left -= content;
    return taken + content;
}
