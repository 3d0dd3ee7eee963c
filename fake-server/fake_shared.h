/*
 * fake_shared — what the servers of one case count together: connections and messages.
 *
 * Knows: plain values. Refuses to know: who owns it (the first server of the case does).
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_SHARED_H
#define SMTPVET_FAKE_SERVER_FAKE_SHARED_H

#include "fake-server/fake_observe.h"

struct fake_server_shared {
    struct fake_messages messages;
    unsigned accepted; /* connections, those that are freed too */
};

#endif
