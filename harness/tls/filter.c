#include "harness/tls/filter.h"

#define TLS_FILTER_HEADER 5
#define TLS_FILTER_RECORD_MAX (TLS_FILTER_HEADER + (size_t)UINT16_MAX) /* what 16 bits can say */
#define TLS_FILTER_CHANGE_CIPHER_SPEC 20
#define TLS_FILTER_HANDSHAKE 22
#define TLS_FILTER_APPLICATION 23

void tls_filter_init(struct tls_filter *filter, const struct tls_filter_options *options)
{
    *filter = (struct tls_filter){.options = *options};
    buf_init(&filter->held, TLS_FILTER_RECORD_MAX);
}

void tls_filter_done(struct tls_filter *filter)
{
    buf_done(&filter->held);
}

/* Appends octets that stand at `offset` of the unchanged stream, with what is injected among them,
 * up to the cut. Octets that the filter made itself stand at the offset of those that follow. */
static void tls_filter_put(
    struct tls_filter *filter, struct span bytes, int64_t offset, struct buf *out)
{
    const struct tls_filter_options *options = &filter->options;
    int64_t end = offset + (int64_t)bytes.len;
    if (options->cut_at != TLS_FILTER_NONE && end > options->cut_at) {
        bytes.len = options->cut_at > offset ? (size_t)(options->cut_at - offset) : 0;
        end = offset + (int64_t)bytes.len;
    }
    if (options->inject_at >= offset && options->inject_at < end) {
        size_t before = (size_t)(options->inject_at - offset);
        buf_append(out, span_first(bytes, before));
        buf_append(out, options->inject);
        bytes = span_from(bytes, before);
        filter->options.inject_at = TLS_FILTER_NONE;
    }
    buf_append(out, bytes);
}

static void tls_filter_put_made(
    struct tls_filter *filter, struct span bytes, int64_t offset, struct buf *out)
{
    if (filter->options.cut_at == TLS_FILTER_NONE || offset < filter->options.cut_at) {
        buf_append(out, bytes);
    }
}

/* RFC 8446 §5.1: a handshake message may be spread over any number of records. */
static void tls_filter_put_fragments(
    struct tls_filter *filter, struct span record, int64_t offset, struct buf *out)
{
    size_t fragment = filter->options.fragment;
    struct span content = span_from(record, TLS_FILTER_HEADER);
    uint8_t header[TLS_FILTER_HEADER];
    memcpy(header, record.data, sizeof header);
    for (size_t at = 0; at < content.len; at += fragment) {
        struct span piece = span_first(span_from(content, at), fragment);
        header[3] = (uint8_t)(piece.len >> 8);
        header[4] = (uint8_t)piece.len;
        int64_t piece_offset = offset + TLS_FILTER_HEADER + (int64_t)at;
        if (at > 0) {
            tls_filter_put_made(filter, filter->options.between, piece_offset, out);
        }
        if (at == 0) {
            tls_filter_put(filter, span_of(header, sizeof header), offset, out);
        } else {
            tls_filter_put_made(filter, span_of(header, sizeof header), piece_offset, out);
        }
        tls_filter_put(filter, piece, piece_offset, out);
    }
}

static void tls_filter_put_record(struct tls_filter *filter, struct buf *out)
{
    const struct tls_filter_options *options = &filter->options;
    struct span record = buf_span(&filter->held);
    int64_t offset = filter->offset;
    uint8_t type = record.data[0];
    size_t content_len = record.len - TLS_FILTER_HEADER;
    if (options->corrupt_at >= offset && options->corrupt_at < offset + (int64_t)record.len) {
        filter->held.data[options->corrupt_at - offset] ^= 1;
    }
    if (type == TLS_FILTER_CHANGE_CIPHER_SPEC || type == TLS_FILTER_APPLICATION) {
        filter->encrypted = true;
    }
    bool recut = options->fragment > 0 && options->fragment < content_len && !filter->encrypted &&
                 type == TLS_FILTER_HANDSHAKE;
    bool ccs = type == TLS_FILTER_CHANGE_CIPHER_SPEC;
    if (ccs && options->ccs == TLS_FILTER_CCS_DROPPED) {
        record.len = 0;
    }
    if (recut) {
        tls_filter_put_fragments(filter, record, offset, out);
    } else {
        tls_filter_put(filter, record, offset, out);
    }
    filter->offset += (int64_t)filter->held.len;
    bool twice = ccs && options->ccs == TLS_FILTER_CCS_TWICE;
    if (twice || filter->record == options->repeat_record) {
        tls_filter_put_made(filter, record, filter->offset, out);
    }
    filter->record++;
    buf_clear(&filter->held);
}

bool tls_filter_pass(struct tls_filter *filter, struct span bytes, struct buf *out)
{
    while (bytes.len > 0 && !filter->cut) {
        struct buf *held = &filter->held;
        size_t wanted = TLS_FILTER_HEADER;
        if (held->len >= TLS_FILTER_HEADER) {
            wanted += (size_t)held->data[3] << 8 | held->data[4];
        }
        struct span piece = span_first(bytes, wanted - held->len);
        buf_append(held, piece);
        bytes = span_from(bytes, piece.len);
        if (held->len < TLS_FILTER_HEADER) {
            continue;
        }
        if (held->len == TLS_FILTER_HEADER + ((size_t)held->data[3] << 8 | held->data[4])) {
            tls_filter_put_record(filter, out);
        }
    }
    if (filter->options.cut_at != TLS_FILTER_NONE && filter->offset >= filter->options.cut_at) {
        filter->cut = true;
        buf_clear(&filter->held);
    }
    return !filter->cut;
}
