/*
 * client_batch — which recipients of the present message go into the next transaction.
 *
 * Knows: LIMITS (RFC 9422) and what this connection has used of them. Refuses to know: how a
 * transaction is carried out, how another connection is made.
 *
 * Every recipient of a message has one turn. Steps know no limits: all have theirs at once.
 */
#ifndef SMTPVET_CLIENT_CLIENT_BATCH_H
#define SMTPVET_CLIENT_CLIENT_BATCH_H

#include "harness/client/client_machine.h"

/* 0: none was declared, or none that makes sense. */
struct client_limits {
    int64_t mails;      /* MAILMAX: MAIL commands in a session */
    int64_t recipients; /* RCPTMAX: RCPT commands in a transaction */
    int64_t domains;    /* RCPTDOMAINMAX: domains of recipients in a session */
};

/* client_limits_read takes the parameters of LIMITS apart. Names are read in any case; of two
 * values the smaller counts; a value has one to six digits and no zero in front, else it is none,
 * and `*ret_odd` (may be NULL) gets true. */
void client_limits_read(struct span parameters, struct client_limits *ret, bool *ret_odd);

/* A new connection has used nothing. */
void client_batch_forget(struct client *client);
/* The present message begins: all its recipients wait. */
void client_batch_begin(struct client *client);
/* Chooses those for the next transaction; false where this connection has no room for another. */
bool client_batch_choose(struct client *client);
/* The first chosen recipient from `at` on, or as many as there are. */
size_t client_batch_next(const struct client *client, size_t at);
void client_batch_again(struct client *client); /* those chosen wait again */
void client_batch_over(struct client *client);  /* those chosen have had their turn */
bool client_batch_is_left(const struct client *client);

#endif
