/*
 * client_step — manual control: the steps of a plan in place of the usual order.
 *
 * Knows: which step is next, whether its condition holds, when it is over; steps that the usual
 * order has not (raw octets, waiting, silence). Refuses to know: how an expectation is judged
 * (client_environment.judge), what the usual states do: it enters them, and they come back here
 * when they are through (client_step_over).
 *
 * Steps do only what they say: no QUIT but where a step says so, no hello behind TLS, no surplus
 * check. A refusal ends the session as it does elsewhere, unless the step has expectations of its
 * own: then its author judges it.
 */
#ifndef SMTPVET_CLIENT_CLIENT_STEP_H
#define SMTPVET_CLIENT_CLIENT_STEP_H

#include "harness/client/client_machine.h"

bool client_is_manual(const struct client *client);
/* The first step. */
void client_step_begin(struct client *client);
/* The present step has done its work; the next one begins. */
void client_step_over(struct client *client);
/* True where the step's author judges what came: nothing ends the session but the line's own end.
 */
bool client_step_is_judged(const struct client *client);

/* True in a `read`: it says nothing, though it is a command's state. */
bool client_step_only_reads(const struct client *client);
/* The stage of a step whose state has none of its own: that of its verb, else `present`, which the
 * session is in. */
enum plan_stage client_step_stage(const struct client *client, enum plan_stage present);
/* True where QUIT was said, by the usual order, a `quit` or a `command`, and its reply is owed. */
bool client_is_quitting(const struct client *client);
/* True where no later step does more than to leave. */
bool client_step_was_last(const struct client *client);

/* States of steps. */
void client_command_enter(struct client *client);
void client_command_reply(struct client *client, const struct client_reply *reply);
void client_wait_enter(struct client *client);
/* The time of a `wait` or a `silence` is over. */
void client_wait_over(struct client *client);
/* Goes on with a `silence`: false as long as it lasts. */
bool client_silence_step(struct client *client);
void client_parted(struct client *client); /* a `disconnect` has come to its end */

#endif
