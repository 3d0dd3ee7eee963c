/*
 * scenario/decode_servers — a case with several servers, and a client that turns to one after the
 * other.
 *
 * Knows: `servers` of the case and of the client, and how they go together. Refuses to know: what
 * leads from one server to the next (the client does).
 */
#ifndef SMTPVET_SCENARIO_DECODE_SERVERS_H
#define SMTPVET_SCENARIO_DECODE_SERVERS_H

#include "harness/scenario/decode.h"

#define DECODE_SERVERS_MAX 16 /* of a case; a domain with more mail exchangers is rare */

/* decode_servers_finish tells what does not go together, once the case `map` is decoded, and gives
 * the client the case's servers where it is told none. */
void decode_servers_finish(struct decode *decode, const struct node *map, struct plan_case *plan);

#endif
