/* One end of a connection in the real world, and what the two ends of a pair know of each other. */
#include <assert.h>
#include <limits.h>

#include "harness/net/real.h"

struct real_writing {
    uv_write_t request;
    uint8_t bytes[];
};

static void socket_update_reading(struct real_socket *socket);

/* --- the life of a socket --- */

struct real_socket *real_socket_new(struct net *net)
{
    struct real_socket *socket = mem_zalloc(1, sizeof *socket);
    socket->net = net;
    (void)uv_tcp_init(&net->real->loop, &socket->handle); /* cannot fail: no descriptor yet */
    socket->handle.data = socket;
    socket->next = net->real->sockets;
    if (socket->next != NULL) {
        socket->next->previous = socket;
    }
    net->real->sockets = socket;
    return socket;
}

static void socket_closed(uv_handle_t *handle)
{
    struct real_socket *socket = handle->data;
    if (socket->previous != NULL) {
        socket->previous->next = socket->next;
    } else {
        socket->net->real->sockets = socket->next;
    }
    if (socket->next != NULL) {
        socket->next->previous = socket->previous;
    }
    mem_free(socket->ends);
    mem_free(socket);
}

static struct net_stream *socket_detach(struct real_socket *socket)
{
    struct net_stream *stream = socket->stream;
    socket->stream = NULL;
    if (stream != NULL) {
        stream->socket = NULL;
    }
    return stream;
}

void real_socket_close(struct real_socket *socket)
{
    if (socket->closing) {
        return;
    }
    socket->closing = true;
    socket->net->real->moved = true;
    (void)socket_detach(socket);
    net_timer_clear(socket->net, &socket->drain_timer);
    uv_close((uv_handle_t *)&socket->handle, socket_closed);
    struct real_socket *pair = socket->pair;
    if (pair != NULL) {
        socket->pair = NULL;
        pair->pair = NULL;
        if (pair->stream == NULL) {
            real_socket_close(pair); /* it only lived on for this one */
        }
    }
}

void real_socket_reset(struct real_socket *socket)
{
    /* uv_tcp_close_reset refuses when a FIN is about to be sent; close(2) does not. */
    uv_os_fd_t descriptor;
    if (!socket->closing && uv_fileno((uv_handle_t *)&socket->handle, &descriptor) == 0) {
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    real_socket_close(socket);
}

void real_socket_attach(struct real_socket *socket, struct net_stream *stream)
{
    socket->stream = stream;
    socket->connected = true;
    stream->socket = socket;
    socket_update_reading(socket);
}

static bool address_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
    char a_text[NET_ADDRESS_MAX], b_text[NET_ADDRESS_MAX];
    uint16_t a_port, b_port;
    if (a->ss_family != b->ss_family) {
        return false;
    }
    real_address_show(a, a_text, &a_port);
    real_address_show(b, b_text, &b_port);
    return a_port != 0 && a_port == b_port && strcmp(a_text, b_text) == 0;
}

void real_socket_find_pair(struct real_socket *socket)
{
    for (struct real_socket *other = socket->net->real->sockets; other != NULL;
         other = other->next) {
        if (other != socket && !other->closing && other->pair == NULL && other->stream != NULL &&
            other->ends != NULL && address_equal(&other->ends->local, &socket->ends->remote) &&
            address_equal(&other->ends->remote, &socket->ends->local)) {
            other->pair = socket;
            socket->pair = other;
            socket_update_reading(other);
            socket_update_reading(socket);
            return;
        }
    }
}

bool real_socket_is_in_flight(const struct real_socket *socket)
{
    const struct real_socket *pair = socket->pair;
    return pair != NULL && socket->reading && !socket->fin_seen &&
           (pair->written > socket->received || pair->fin_sent);
}

bool real_socket_may_happen(const struct real_socket *socket)
{
    if (socket->closing) {
        return false;
    }
    if (socket->listener != NULL) {
        return socket->listener->shape.connect == NET_CONNECT_ACCEPTED;
    }
    if (socket->pair != NULL) {
        return real_socket_is_in_flight(socket);
    }
    return socket->reading ||
           uv_stream_get_write_queue_size((const uv_stream_t *)&socket->handle) > 0;
}

/* --- the end of a connection --- */

/* The far end is gone, and so is this one. */
static void socket_lose(struct real_socket *socket)
{
    struct net_stream *stream = socket_detach(socket);
    real_socket_close(socket);
    if (stream != NULL) {
        net_world_arrived(stream, NET_RESET, SPAN_EMPTY);
    }
}

/* A reset by the pair is told when all that it wrote before has been read; RST goes out only then,
 * because it would destroy what still waits in the far end's system. Until then this end lives, and
 * what it writes is dropped. */
static void socket_check_reset(struct real_socket *socket)
{
    struct real_socket *pair = socket->pair;
    if (!socket->reset_due || pair == NULL || socket->stream == NULL) {
        return;
    }
    bool drops = socket->stream->released || socket->stream->cut;
    bool has_all = socket->received >= pair->written && (!pair->fin_sent || socket->fin_seen);
    if (drops || has_all) {
        struct net_stream *stream = socket_detach(socket);
        real_socket_reset(pair); /* and with it this socket */
        net_world_arrived(stream, NET_RESET, SPAN_EMPTY);
    }
}

static void socket_reset_pair(struct real_socket *pair)
{
    pair->reset_due = true;
    socket_check_reset(pair);
}

/* --- reading --- */

static void socket_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct real_socket *socket = handle->data;
    (void)suggested;
    /* One buffer for all sockets: libuv reads into it and calls socket_read at once. */
    *ret = uv_buf_init((char *)socket->net->real->arrived, (unsigned)NET_WINDOW);
}

static void socket_read(uv_stream_t *handle, ssize_t len, const uv_buf_t *buffer);

/* Reads or not, as the stream wants. From its pair a socket always reads, as in the simulated
 * world: what is unread waits in the stream's lane, and the writer is held up by real_is_drained.
 */
static void socket_update_reading(struct real_socket *socket)
{
    bool wants = socket->pair != NULL ||
                 (socket->stream != NULL && net_stream_wants(socket->stream));
    wants = wants && socket->connected && !socket->closing && !socket->fin_seen;
    if (wants && !socket->reading) {
        socket->reading = uv_read_start(
                              (uv_stream_t *)&socket->handle, socket_alloc, socket_read) == 0;
        socket->net->real->moved = true;
    } else if (!wants && socket->reading) {
        (void)uv_read_stop((uv_stream_t *)&socket->handle);
        socket->reading = false;
    }
}

static void socket_read_bytes(struct real_socket *socket, struct span bytes)
{
    socket->received += bytes.len;
    if (socket->stream != NULL) {
        net_world_arrived(socket->stream, NET_DATA, bytes);
        if (socket->pair != NULL && socket->pair->stream != NULL) {
            net_world_drained(socket->pair->stream);
        }
    }
    if (!socket->closing) {
        socket_check_reset(socket);
    }
    if (!socket->closing) {
        socket_update_reading(socket);
    }
}

/* libuv tells "end" for a hang-up behind data without asking the system whether it was a reset, and
 * after a failed write the system itself says "end", as it has told the writer of the reset. */
static bool socket_was_reset(const struct real_socket *socket)
{
    uv_os_fd_t descriptor;
    int error = 0;
    socklen_t size = sizeof error;
    return socket->write_failed ||
           (uv_fileno((const uv_handle_t *)&socket->handle, &descriptor) == 0 &&
               getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0);
}

static void socket_read(uv_stream_t *handle, ssize_t len, const uv_buf_t *buffer)
{
    struct real_socket *socket = handle->data;
    if (socket->closing || len == 0) {
        return;
    }
    socket->net->real->heard = true;
    if (len > 0) {
        socket_read_bytes(socket, span_of(buffer->base, (size_t)len));
    } else if (len != UV_EOF || socket_was_reset(socket)) {
        socket_lose(socket);
    } else {
        socket->fin_seen = true;
        (void)uv_read_stop(handle);
        socket->reading = false;
        if (socket->stream != NULL) {
            net_world_arrived(socket->stream, NET_FIN, SPAN_EMPTY);
        }
        if (!socket->closing) {
            socket_check_reset(socket);
        }
    }
}

/* --- writing --- */

static size_t socket_queued(const struct real_socket *socket)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&socket->handle);
}

/* Nobody takes what is written any more, but what the far end had sent before can still be read (an
 * alert, a last reply): the reader meets the end of it. */
static void socket_write_failed(struct real_socket *socket)
{
    socket->write_failed = true;
    if (socket->stream == NULL && socket->pair == NULL) {
        real_socket_close(socket);
    } else if (socket->fin_seen) {
        socket_lose(socket);
    }
}

static bool socket_has_written_all(const struct real_socket *socket)
{
    return socket_queued(socket) == 0 && (!socket->fin_sent || socket->fin_gone);
}

static void socket_drained(struct real_socket *socket)
{
    if (socket->stream != NULL) {
        net_world_drained(socket->stream);
    } else if (socket->reset_after_writing && socket_has_written_all(socket)) {
        real_socket_reset(socket);
    }
}

static void socket_shut_done(uv_shutdown_t *request, int status)
{
    struct real_socket *socket = request->handle->data;
    (void)status;
    socket->net->real->heard = true;
    socket->fin_gone = true;
    if (!socket->closing) {
        socket_drained(socket);
    }
}

static void socket_written(uv_write_t *request, int status)
{
    struct real_socket *socket = request->handle->data;
    socket->net->real->heard = true;
    mem_free(request->data);
    if (socket->closing) {
        return;
    }
    if (status < 0) {
        socket_write_failed(socket);
    } else if (socket_queued(socket) == 0) {
        socket_drained(socket);
    }
}

/* What TCP takes at once is not copied; the rest is. */
static int socket_put(struct real_socket *socket, struct span bytes)
{
    assert(bytes.len <= INT_MAX);
    uv_stream_t *handle = (uv_stream_t *)&socket->handle;
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes.data, (unsigned)bytes.len);
    int taken = uv_try_write(handle, &buffer, 1);
    if (taken < 0 && taken != UV_EAGAIN) {
        return taken;
    }
    struct span rest = span_from(bytes, taken < 0 ? 0 : (size_t)taken);
    if (rest.len == 0) {
        return 0;
    }
    struct real_writing *writing = mem_alloc(sizeof *writing + rest.len);
    memcpy(writing->bytes, rest.data, rest.len);
    writing->request.data = writing;
    buffer = uv_buf_init((char *)writing->bytes, (unsigned)rest.len);
    int error = uv_write(&writing->request, handle, &buffer, 1, socket_written);
    if (error != 0) {
        mem_free(writing);
    }
    return error;
}

void real_write(struct net_stream *stream, struct span bytes)
{
    struct real_socket *socket = stream->socket;
    if (socket == NULL || socket->reset_due || socket->write_failed) {
        return;
    }
    if (socket->pair != NULL && socket->pair->stream == NULL) {
        /* Nobody is there any more: TCP would answer with RST. */
        socket_reset_pair(socket);
        return;
    }
    struct net_stream *far = socket->pair == NULL ? NULL : socket->pair->stream;
    socket->net->real->moved = true;
    socket->written += bytes.len;
    struct real_pipe_guard guard = {.held = false};
    if (!socket->net->running) {
        guard = real_pipe_hold();
    }
    int error = socket_put(socket, bytes);
    real_pipe_restore(&guard);
    if (error != 0) {
        socket_write_failed(socket);
    }
    if (far != NULL) {
        real_let_arrive(far);
    }
}

static void socket_shut(struct real_socket *socket)
{
    if (!socket->fin_sent && !socket->write_failed) {
        socket->net->real->moved = true;
        socket->fin_sent = uv_shutdown(&socket->shutting, (uv_stream_t *)&socket->handle,
                               socket_shut_done) == 0;
    }
}

void real_shut(struct net_stream *stream)
{
    struct real_socket *socket = stream->socket;
    if (socket == NULL) {
        return;
    }
    struct net_stream *far = socket->pair == NULL ? NULL : socket->pair->stream;
    socket_shut(socket);
    if (far != NULL) {
        real_let_arrive(far);
    }
}

/* --- letting go --- */

static void socket_drain_due(void *context)
{
    real_socket_reset(context);
}

/* RST as soon as libuv has nothing left to write; a far end that does not read is not waited for
 * for ever. */
static void socket_reset_after_writing(struct real_socket *socket)
{
    struct net *net = socket->net;
    if (socket_has_written_all(socket)) {
        real_socket_reset(socket);
        return;
    }
    socket->reset_after_writing = true;
    socket_update_reading(socket);
    socket->drain_timer = (struct net_timer){.function = socket_drain_due, .context = socket};
    net_timer_set(net, &socket->drain_timer, net_time_add(net_now_us(net), NET_LINGER_US));
}

void real_abort(struct net_stream *stream)
{
    if (stream->dial != NULL) {
        real_dial_give_up(stream->dial);
        return;
    }
    struct real_socket *socket = stream->socket;
    if (socket == NULL) {
        return;
    }
    (void)socket_detach(socket);
    struct real_socket *pair = socket->pair;
    if (pair == NULL) {
        socket_reset_after_writing(socket);
    } else if (pair->stream == NULL) {
        real_socket_close(socket); /* both have let go */
    } else {
        struct net_stream *far = pair->stream;
        socket_update_reading(socket);
        socket_reset_pair(pair);
        real_let_arrive(far);
    }
}

void real_close(struct net_stream *stream)
{
    if (stream->dial != NULL) {
        real_dial_give_up(stream->dial);
        return;
    }
    struct real_socket *socket = stream->socket;
    if (socket == NULL) {
        return;
    }
    struct real_socket *pair = socket->pair;
    bool dropped = stream->released || stream->cut;
    bool unread = stream->in.bytes_len > 0 ||
                  (pair != NULL && !dropped && pair->written > socket->received);
    (void)socket_detach(socket);
    if (pair == NULL && unread) {
        real_socket_reset(socket);
    } else if (pair == NULL || pair->stream == NULL) {
        real_socket_close(socket);
    } else {
        /* It stays for what the pair has yet to read, and answers what the pair writes (real_write)
         * until that has gone as well. */
        struct net_stream *far = pair->stream;
        socket_update_reading(socket);
        if (unread) {
            socket_reset_pair(pair);
        } else {
            socket_shut(socket);
        }
        real_let_arrive(far);
    }
}

void real_room(struct net_stream *stream)
{
    struct real_socket *socket = stream->socket;
    if (socket == NULL) {
        return;
    }
    socket_update_reading(socket);
    struct net_stream *far = socket->pair == NULL ? NULL : socket->pair->stream;
    socket_check_reset(socket);
    if (far != NULL) {
        net_world_drained(far);
    }
    real_let_arrive(stream);
}

/* All that was written has left. For a pair that means what it means in the simulated world: the
 * far end has taken it in, read or not, but for one window. Without that the system's buffers,
 * megabytes on one machine and kilobytes on another, would decide how far a sender gets. */
bool real_is_drained(const struct net_stream *stream)
{
    const struct real_socket *socket = stream->socket;
    if (socket == NULL) {
        return true;
    }
    if (socket->reset_due) {
        return false;
    }
    const struct real_socket *pair = socket->pair;
    if (pair == NULL) {
        return socket_queued(socket) == 0;
    }
    return pair->stream == NULL ||
           socket->written - pair->received + pair->stream->in.bytes_len <= NET_WINDOW;
}
