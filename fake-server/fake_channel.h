/*
 * fake_channel — between wire bytes and SMTP text: clear, through the seam of STARTTLS, in TLS.
 *
 * Knows: the TLS session and its record filter, the segment being put together, what is not TLS
 * where TLS is due (RFC 3207 §4). Refuses to know: replies, rules.
 */
#ifndef SMTPVET_FAKE_SERVER_FAKE_CHANNEL_H
#define SMTPVET_FAKE_SERVER_FAKE_CHANNEL_H

#include "fake-server/fake_session.h"

void fake_channel_init(struct fake_channel *channel);
void fake_channel_done(struct fake_channel *channel);

/* Bytes from the wire: they wait to be looked at. */
void fake_channel_receive(struct fake_session *session, struct span bytes);
/* fake_channel_take looks at the next of them, no more than one TLS record. False when there are
 * none. */
bool fake_channel_take(struct fake_session *session);
/* The client's FIN, once all input before it was worked off. */
void fake_channel_end(struct fake_session *session);

/* fake_channel_put appends text to what goes out: inside TLS it will be encrypted, behind its end
 * it is dropped. */
void fake_channel_put(struct fake_session *session, struct span text);
/* fake_channel_put_below appends wire bytes, behind the text put so far. */
void fake_channel_put_below(struct fake_session *session, struct span bytes);
/* fake_channel_flush ends the segment. */
void fake_channel_flush(struct fake_session *session);

/* fake_channel_start_tls begins the server's side of a handshake; what the client sent in clear
 * before is dropped and noted where `seam`. Does nothing inside TLS. */
void fake_channel_start_tls(struct fake_session *session, bool seam);
/* fake_channel_answer_hello gives a held ClientHello to TLS; wire bytes come into the session's
 * piece. */
void fake_channel_answer_hello(struct fake_session *session);
/* fake_channel_read_hello lets TLS read a ClientHello that is still held, when all is over: what
 * the client offered is known then, and nothing is answered. */
void fake_channel_read_hello(struct fake_session *session);
/* fake_channel_alert puts the wire bytes of a fatal alert into the session's piece and ends TLS;
 * outside TLS the alert stands in clear, as before a ServerHello (RFC 8446 §6.2). */
void fake_channel_alert(struct fake_session *session, unsigned alert);
void fake_channel_close_notify(struct fake_session *session);

/* True when `bytes` hold a whole ClientHello (RFC 8446 §5.1, §4), or something that no more bytes
 * make one. */
bool fake_channel_hello_is_complete(struct span bytes);

#endif
