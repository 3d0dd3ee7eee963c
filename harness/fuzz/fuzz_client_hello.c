/*
 * Any bytes as the records of a ClientHello that is answered by hand, and as a hello of either side
 * whose extensions are compared: the answer is one record that is as long as it says.
 */
#include "harness/fuzz/fuzz.h"
#include "harness/tls/handmade.h"
#include "harness/tls/unasked.h"

#define ANSWER_MAX 1024
#define RECORD_HEADER 5
#define MESSAGE_HEADER 4

static void demand_record(struct span answer)
{
    FUZZ_DEMAND(answer.len > RECORD_HEADER + MESSAGE_HEADER);
    size_t record_len = (size_t)answer.data[3] << 8 | answer.data[4];
    size_t message_len = (size_t)answer.data[7] << 8 | answer.data[8];
    FUZZ_DEMAND(answer.len == RECORD_HEADER + record_len);
    FUZZ_DEMAND(record_len == MESSAGE_HEADER + message_len);
}

static void demand_answer(enum tls_handmade kind, struct span hello)
{
    struct buf out;
    buf_init(&out, ANSWER_MAX);
    tls_handmade_answer(kind, hello, 0, &out);
    FUZZ_DEMAND(!out.over);
    if (kind == TLS_HANDMADE_NONE) {
        FUZZ_DEMAND(out.len == 0);
    } else if (kind != TLS_HANDMADE_SSL2) {
        demand_record(buf_span(&out));
    }
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = span_of(data, size);
    enum tls_handmade kind = (enum tls_handmade)(
        fuzz_take_byte(&input) % (TLS_HANDMADE_RETRY_TWICE + 1));
    if (size > FUZZ_INPUT_MAX) {
        return 0;
    }
    uint8_t *copy = fuzz_copy(input);
    struct span hello = span_of(copy, input.len);
    demand_answer(kind, hello);
    (void)tls_handmade_offers_tls_1_3(hello);
    (void)tls_handmade_has_server_name(hello);
    struct tls_unasked unasked = {0};
    tls_unasked_sent(&unasked, span_from(hello, RECORD_HEADER));
    FUZZ_DEMAND(unasked.asked_len <= TLS_UNASKED_MAX);
    tls_unasked_received(&unasked, span_from(hello, RECORD_HEADER));
    mem_free(copy);
    return 0;
}
