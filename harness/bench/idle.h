/*
 * idle — how many octets of heap a connection of `smtpvet serve` holds while nobody says anything.
 *
 * Knows: the server in this process, clients in another, the heap by the C library's account.
 * Refuses to know: what the kernel holds for a socket.
 */
#ifndef SMTPVET_BENCH_IDLE_H
#define SMTPVET_BENCH_IDLE_H

#include "harness/plan/plan.h"

/* Prints the figure for connections that have said EHLO, behind a handshake where the case's server
 * has TLS on connect. False, with a word on standard error, where it cannot be had. */
bool idle_bench(const char *what, const struct plan_case *plan, double limit_kib);

#endif
