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
    bool moving;               /* QUIT is not the end: another connection follows */
    struct client_probe probe; /* what raw octets have made of a message */
    int64_t reconnects;        /* because the server had enough */
};

#endif
