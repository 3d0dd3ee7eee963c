#include "harness/client/client_probe.h"

static const char end_of_data[] = "\r\n.\r\n";

void client_probe_begin(struct client_probe *probe)
{
    *probe = (struct client_probe){.open = true, .have = 2}; /* DATA's own CRLF counts */
}

void client_probe_feed(struct client_probe *probe, struct span bytes)
{
    for (size_t i = 0; i < bytes.len && probe->open; i++) {
        if (bytes.data[i] == (uint8_t)end_of_data[probe->have]) {
            probe->have++;
        } else {
            probe->have = bytes.data[i] == '\r' ? 1 : 0;
        }
        probe->open = probe->have < sizeof end_of_data - 1;
    }
}
