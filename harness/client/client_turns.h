/*
 * client_turns — what is remembered of a message on its way, and of what a connection has carried.
 *
 * Knows: plain values, for client_mail and client_batch. Refuses to know: what comes of them. Lists
 * live in the client's arena.
 */
#ifndef SMTPVET_CLIENT_CLIENT_TURNS_H
#define SMTPVET_CLIENT_CLIENT_TURNS_H

#include "harness/client/client_probe.h"

enum client_turn { CLIENT_TURN_WAITS, CLIENT_TURN_NOW, CLIENT_TURN_OVER };

struct client_turns {
    bool begun;            /* the present message is made */
    bool delivered;        /* to some of its recipients */
    enum client_turn *all; /* of its recipients */
    int64_t mails_here;    /* MAIL commands on this connection */
    struct span *domains;  /* of recipients on this connection */
    size_t domains_len;
    bool moving;        /* QUIT is not the end: another connection follows */
    unsigned ahead;     /* commands that went out with an earlier one, and are not answered */
    bool ahead_data;    /* the last of them is DATA */
    bool grouped;       /* the command that is being answered went out with others */
    bool drained_one;   /* a recipient was taken although the sender was not */
    size_t answered;    /* recipients whose reply came behind the message (RFC 2033 §4.2) */
    size_t kept;        /* of them those that have it */
    struct span *taken; /* recipients that were taken, in order */
    size_t taken_len;
    bool chunks_refused;       /* BDAT is unknown, whatever is offered */
    bool repeated;             /* the transaction is the same once more */
    int64_t chunks_taken;      /* of this transaction */
    struct client_probe probe; /* what raw octets have made of a message */
    int64_t reconnects;        /* because the server had enough */
};

#endif
