#include "fake-server/fake_tls_fault.h"

#include "harness/tls/handmade.h"

/* RFC 8200 §5: every link carries packets of 1280 octets, and 60 of them are headers. Who looks
 * into one segment only sees no more. */
#define FAKE_TLS_FAULT_HELLO_MAX 1220
#define FAKE_TLS_FAULT_FRAGMENT 64 /* octets of a handshake message between two alerts */

static const struct fake_tls_fault_row {
    enum plan_fault fault;
    enum tls_spoil spoil;
} fake_tls_fault_rows[] = {
    {PLAN_FAULT_EMPTY_RECORDS, TLS_SPOIL_EMPTY_RECORDS},
    {PLAN_FAULT_EMPTY_RECORD_FLOOD, TLS_SPOIL_EMPTY_FLOOD},
    {PLAN_FAULT_WARNING_ALERTS, TLS_SPOIL_WARNINGS},
    {PLAN_FAULT_WARNING_ALERT_FLOOD, TLS_SPOIL_WARNING_FLOOD},
    {PLAN_FAULT_KEY_UPDATES, TLS_SPOIL_KEY_UPDATES},
    {PLAN_FAULT_KEY_UPDATES_ASKED, TLS_SPOIL_KEY_UPDATES_ASKED},
    {PLAN_FAULT_LATE_CERTIFICATE_REQUEST, TLS_SPOIL_LATE_CERTIFICATE_REQUEST},
    {PLAN_FAULT_WRONG_RECORD_TYPE, TLS_SPOIL_WRONG_TYPE},
    {PLAN_FAULT_LARGE_RECORD, TLS_SPOIL_LARGE_RECORD},
    {PLAN_FAULT_BAD_MAC, TLS_SPOIL_BAD_MAC},
    {PLAN_FAULT_REPEATED_RECORDS, TLS_SPOIL_REPEATED},
};

static bool fake_tls_fault_is_on(const struct plan_server *plan, enum plan_fault fault)
{
    return (plan->faults & PLAN_FAULT_BIT(fault)) != 0;
}

enum tls_spoil fake_tls_fault_spoil(const struct plan_server *plan)
{
    for (size_t i = 0; i < ARRAY_LEN(fake_tls_fault_rows); i++) {
        if (fake_tls_fault_is_on(plan, fake_tls_fault_rows[i].fault)) {
            return fake_tls_fault_rows[i].spoil;
        }
    }
    return TLS_SPOIL_NOTHING;
}

void fake_tls_fault_filter(const struct plan_server *plan, struct tls_filter_options *options)
{
    static const uint8_t warning[] = {21, 3, 3, 0, 2, 1, 112}; /* unrecognized_name, RFC 6066 §3 */
    if (fake_tls_fault_is_on(plan, PLAN_FAULT_CCS_MISSING)) {
        options->ccs = TLS_FILTER_CCS_DROPPED;
    } else if (fake_tls_fault_is_on(plan, PLAN_FAULT_CCS_TWICE)) {
        options->ccs = TLS_FILTER_CCS_TWICE;
    }
    if (fake_tls_fault_is_on(plan, PLAN_FAULT_ALERT_BETWEEN_FRAGMENTS)) {
        options->between = span_of(warning, sizeof warning);
        options->fragment = options->fragment == 0 ? FAKE_TLS_FAULT_FRAGMENT : options->fragment;
    }
}

bool fake_tls_fault_reads_hello(const struct plan_server *plan)
{
    return fake_tls_fault_is_on(plan, PLAN_FAULT_DROPS_LARGE_HELLO) ||
           fake_tls_fault_is_on(plan, PLAN_FAULT_RESETS_TLS_1_3) ||
           fake_tls_fault_is_on(plan, PLAN_FAULT_RESETS_SERVER_NAME);
}

bool fake_tls_fault_drops_hello(struct fake_session *session)
{
    const struct plan_server *plan = session->server->plan;
    struct fake_channel *channel = &session->channel;
    struct span hello = buf_span(&channel->hello);
    bool drops = fake_tls_fault_is_on(plan, PLAN_FAULT_DROPS_LARGE_HELLO) &&
                 hello.len > FAKE_TLS_FAULT_HELLO_MAX;
    bool resets = (fake_tls_fault_is_on(plan, PLAN_FAULT_RESETS_TLS_1_3) &&
                      tls_handmade_offers_tls_1_3(hello)) ||
                  (fake_tls_fault_is_on(plan, PLAN_FAULT_RESETS_SERVER_NAME) &&
                      tls_handmade_has_server_name(hello));
    if (drops || resets) {
        channel->kind = FAKE_CHANNEL_DEAD;
        channel->failed = channel->resets = resets;
    }
    return drops || resets;
}
