/*
 * client_channel — between wire bytes and SMTP text: clear, across the seam of STARTTLS, in TLS.
 *
 * Knows: the TLS session of one connection, and that what follows the 220 to STARTTLS and does not
 * begin a TLS record is leftover, in the same segment or a later one (RFC 3207 §5).
 * Refuses to know: replies, states, how a session is set up.
 *
 * The channel owns its TLS session.
 */
#ifndef SMTPVET_CLIENT_CLIENT_CHANNEL_H
#define SMTPVET_CLIENT_CLIENT_CHANNEL_H

#include "harness/base/wire.h"
#include "harness/tls/tls.h"

/* What a server may send before anybody reads it; more is an attack on memory. */
#define CLIENT_CHANNEL_INPUT_MAX ((size_t)1024 * 1024)

enum client_channel_kind {
    CLIENT_CHANNEL_PLAIN,
    CLIENT_CHANNEL_SEAM, /* TLS is due after STARTTLS; nothing has come yet */
    CLIENT_CHANNEL_HANDSHAKE,
    CLIENT_CHANNEL_OPEN,     /* inside TLS */
    CLIENT_CHANNEL_CLOSED,   /* close_notify came */
    CLIENT_CHANNEL_FAILED,   /* tls_session_failure says how */
    CLIENT_CHANNEL_LEFTOVER, /* bytes that are not TLS followed the 220: they stand in `input` */
};

struct client_channel {
    enum client_channel_kind kind;
    struct tls_session *tls; /* NULL: never begun */
    struct wire_queue *queue;
    struct buf input; /* text for the client, from input_at on not yet read */
    size_t input_at;
    bool heard; /* something came where TLS was due */
    bool clear; /* and it was no TLS from its first octet on: it stands in `input` */
};

void client_channel_init(struct client_channel *channel, struct wire_queue *queue);
void client_channel_done(struct client_channel *channel);
/* As new, for the next connection. */
void client_channel_reset(struct client_channel *channel);

/* Bytes from the wire. False when the input passed its maximum. */
bool client_channel_receive(struct client_channel *channel, struct span bytes);
/* The server's FIN. */
void client_channel_end(struct client_channel *channel);

/* True where text can go out: not once TLS has failed, nor before it has begun where it is due. */
bool client_channel_is_open(const struct client_channel *channel);
/* One segment of text: a command. Nothing goes out where the channel is not open, least of all in
 * clear text where TLS was. */
void client_channel_send(struct client_channel *channel, struct span text);
/* client_channel_start_tls begins the handshake with the session given, which the channel owns from
 * now on. What stands unread in the input came before TLS: with `seam` it is leftover unless it
 * begins a record, without it there is none. */
void client_channel_start_tls(struct client_channel *channel, struct tls_session *tls, bool seam);
/* close_notify, where TLS is open. */
void client_channel_close_tls(struct client_channel *channel);

/* A handshake succeeded: what is said and heard from then on is so inside TLS, also what is still
 * read when TLS has failed behind it. */
bool client_channel_is_tls(const struct client_channel *channel);
struct span client_channel_unread(const struct client_channel *channel);
void client_channel_drop(struct client_channel *channel, size_t len);

#endif
