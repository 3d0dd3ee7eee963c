/*
 * client_failover — from a server that is no use to the next one.
 *
 * Knows: which ends of a connection lead on (RFC 5321 §5.1: what cannot be reached, what says 4yz
 * before there was anything to do, who takes no mail at all). Refuses to know: how a session ends.
 */
#ifndef SMTPVET_CLIENT_CLIENT_FAILOVER_H
#define SMTPVET_CLIENT_CLIENT_FAILOVER_H

#include "harness/client/client_machine.h"

/* client_fail_over turns to the next server where there is one and the session has not come beyond
 * its hello; `code` is the reply that ends it, 0 where none did. False: it ends as it would. */
bool client_fail_over(struct client *client, unsigned code);

#endif
