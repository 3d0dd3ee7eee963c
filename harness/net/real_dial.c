/* Connecting in the real world: names, and all their addresses in turn. */
#include <assert.h>
#include <netdb.h>
#include <stdio.h>

#include "harness/net/real.h"

struct real_dial {
    struct net *net;
    struct real_dial *previous, *next;
    struct net_stream *stream; /* NULL: given up, only the answer about the name is waited for */
    uint16_t port;
    uv_getaddrinfo_t request;
    bool resolving;
    struct addrinfo *addresses; /* as they were looked up */
    const struct addrinfo *untried;
    struct real_socket *socket;    /* the attempt under way */
    struct net_listener *listener; /* of this net, when the attempt goes there */
    bool dropped;                  /* no answer will ever come */
    enum wire_problem problem;     /* of the attempts so far */
    char problem_text[NET_PROBLEM_TEXT_MAX];
};

static void dial_free(struct real_dial *dial)
{
    struct real *real = dial->net->real;
    assert(!dial->resolving && dial->socket == NULL);
    if (dial->previous != NULL) {
        dial->previous->next = dial->next;
    } else {
        real->dials = dial->next;
    }
    if (dial->next != NULL) {
        dial->next->previous = dial->previous;
    }
    uv_freeaddrinfo(dial->addresses);
    mem_free(dial);
}

void real_dial_give_up(struct real_dial *dial)
{
    if (dial->stream != NULL) {
        dial->stream->dial = NULL;
        dial->stream = NULL;
    }
    if (dial->socket != NULL) {
        dial->socket->dial = NULL;
        dial->socket->stream = NULL;
        real_socket_close(dial->socket);
        dial->socket = NULL;
    }
    if (!dial->resolving) {
        dial_free(dial);
    } else {
        /* Fails when it has begun: dial_resolved frees in either case. */
        (void)uv_cancel((uv_req_t *)&dial->request);
    }
}

static void dial_fail(struct real_dial *dial)
{
    struct net_stream *stream = dial->stream;
    enum wire_problem problem = dial->problem;
    char text[NET_PROBLEM_TEXT_MAX];
    snprintf(text, sizeof text, "%s", dial->problem_text);
    real_dial_give_up(dial);
    net_world_failed(stream, problem, text);
}

/* Of several problems the last one counts, but that the host cannot be reached over one of its
 * addresses says less than what another address answered: machines without IPv6 are common. */
static void dial_note(struct real_dial *dial, enum wire_problem problem, const char *text)
{
    if (dial->problem == WIRE_PROBLEM_NONE || problem != WIRE_PROBLEM_UNREACHABLE) {
        dial->problem = problem;
        snprintf(dial->problem_text, sizeof dial->problem_text, "%s", text);
    }
}

static void dial_note_error(struct real_dial *dial, int error)
{
    char text[NET_PROBLEM_TEXT_MAX];
    switch (error) {
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
        dial_note(dial, WIRE_PROBLEM_REFUSED, "connection refused");
        break;
    case UV_ETIMEDOUT:
        dial_note(dial, WIRE_PROBLEM_TIMED_OUT, "connection timed out");
        break;
    default:
        uv_strerror_r(error, text, sizeof text);
        dial_note(dial, WIRE_PROBLEM_UNREACHABLE, text);
        break;
    }
}

/* The answer comes from a listener of this net: it has set out once its owner was told. */
static void dial_expect_answer(struct net_stream *stream, const struct real_socket *pair)
{
    const struct net_stream *far = pair == NULL ? NULL : pair->stream;
    if (far != NULL && (far->notices & NET_NOTICE_ACCEPT) != 0) {
        int64_t answer_us = net_time_add(far->notice_timer.at_us, far->shape.latency_us);
        if (answer_us > stream->opens_at_us) {
            stream->opens_at_us = answer_us;
        }
    }
}

static void dial_open(struct real_dial *dial)
{
    struct net_stream *stream = dial->stream;
    struct real_socket *socket = dial->socket;
    dial_expect_answer(stream, socket->pair);
    dial->stream = NULL;
    dial->socket = NULL;
    stream->dial = NULL;
    socket->dial = NULL;
    dial_free(dial);
    real_socket_attach(socket, stream);
    real_address_show(&socket->ends->remote, stream->peer_address, &stream->peer_port);
    net_world_opened(stream);
}

static void dial_try_next(struct real_dial *dial);

static void dial_connected(uv_connect_t *request, int status)
{
    struct real_socket *socket = request->handle->data;
    struct real_dial *dial = socket->dial;
    socket->net->real->heard = true;
    if (socket->closing || dial == NULL) {
        return;
    }
    if (status < 0) {
        socket->dial = NULL;
        socket->stream = NULL;
        real_socket_close(socket);
        dial->socket = NULL;
        dial_note_error(dial, status);
        dial_try_next(dial);
        return;
    }
    socket->connected = true;
    /* A listener of this net has its end of the connection first, as in the simulated world. */
    if (dial->listener == NULL || socket->pair != NULL) {
        dial_open(dial);
    }
}

void real_dial_meet(struct real_dial *dial)
{
    if (dial->socket->connected) {
        dial_open(dial);
    }
}

/* One attempt; false when it has failed at once. */
static bool dial_try(struct real_dial *dial, const struct sockaddr_storage *address)
{
    char text[NET_ADDRESS_MAX];
    uint16_t port;
    real_address_show(address, text, &port);
    dial->listener = net_find_listener(dial->net, text, port);
    net_world_dials(dial->stream, dial->listener);
    if (dial->listener != NULL && dial->listener->shape.connect == NET_CONNECT_DROPPED) {
        dial->dropped = true; /* no packet is sent: see real_bind */
        return true;
    }
    struct real_socket *socket = real_socket_new(dial->net);
    socket->ends = mem_zalloc(1, sizeof *socket->ends);
    socket->ends->remote = *address;
    int error = uv_tcp_connect(
        &socket->connecting, &socket->handle, (const struct sockaddr *)address, dial_connected);
    if (error != 0) {
        real_socket_close(socket);
        dial_note_error(dial, error);
        return false;
    }
    (void)uv_tcp_nodelay(&socket->handle, 1);
    int len = (int)sizeof socket->ends->local;
    /* Fails when the attempt was refused at once: dial_connected says so. */
    (void)uv_tcp_getsockname(&socket->handle, (struct sockaddr *)&socket->ends->local, &len);
    socket->stream = dial->stream;
    socket->dial = dial;
    dial->socket = socket;
    dial->net->real->moved = true;
    return true;
}

static void dial_try_next(struct real_dial *dial)
{
    while (dial->untried != NULL) {
        const struct addrinfo *found = dial->untried;
        dial->untried = found->ai_next;
        struct sockaddr_storage address = {0};
        if (found->ai_family == AF_INET) {
            struct sockaddr_in v4;
            memcpy(&v4, found->ai_addr, sizeof v4);
            v4.sin_port = htons(dial->port);
            memcpy(&address, &v4, sizeof v4);
        } else if (found->ai_family == AF_INET6) {
            struct sockaddr_in6 v6;
            memcpy(&v6, found->ai_addr, sizeof v6);
            v6.sin6_port = htons(dial->port);
            memcpy(&address, &v6, sizeof v6);
        } else {
            continue;
        }
        if (dial_try(dial, &address)) {
            return;
        }
    }
    if (dial->problem == WIRE_PROBLEM_NONE) {
        dial_note(dial, WIRE_PROBLEM_NO_SUCH_NAME, "no such name"); /* no address of ours */
    }
    dial_fail(dial);
}

static void dial_note_resolving(struct real_dial *dial, int error)
{
    switch (error) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
    case UV_ENOENT:
    case UV_EINVAL: /* not even the form of a name */
    case UV_ENAMETOOLONG:
        dial_note(dial, WIRE_PROBLEM_NO_SUCH_NAME, "no such name");
        break;
    default:
        /* That nobody could be asked does not mean that there is no such name. */
        dial_note(dial, WIRE_PROBLEM_UNREACHABLE, "the name could not be looked up");
        break;
    }
}

static void dial_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
    struct real_dial *dial = request->data;
    dial->resolving = false;
    dial->addresses = addresses;
    if (dial->stream == NULL) {
        dial_free(dial);
        return;
    }
    if (status != 0) {
        dial_note_resolving(dial, status);
    }
    dial->untried = addresses;
    dial_try_next(dial);
}

static struct real_dial *dial_new(struct net_stream *stream, uint16_t port)
{
    struct real *real = stream->net->real;
    struct real_dial *dial = mem_zalloc(1, sizeof *dial);
    dial->net = stream->net;
    dial->next = real->dials;
    if (dial->next != NULL) {
        dial->next->previous = dial;
    }
    real->dials = dial;
    dial->stream = stream;
    dial->port = port;
    stream->dial = dial;
    return dial;
}

void real_connect_in_turn(
    struct net_stream *stream, const struct addrinfo *addresses, uint16_t port)
{
    struct real_dial *dial = dial_new(stream, port);
    stream->net->real->dialled = true;
    dial->untried = addresses;
    dial_try_next(dial);
    real_let_arrive(stream);
}

void real_connect(struct net_stream *stream, const char *host, uint16_t port)
{
    struct net *net = stream->net;
    struct sockaddr_storage address;
    net->real->dialled = true;
    if (real_address_parse(host, port, &address)) {
        const struct addrinfo literal = {
            .ai_family = address.ss_family, .ai_addr = (struct sockaddr *)&address};
        real_connect_in_turn(stream, &literal, port);
        return;
    }
    struct real_dial *dial = dial_new(stream, port);
    dial->request.data = dial;
    dial->resolving = true;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    int error = uv_getaddrinfo(&net->real->loop, &dial->request, dial_resolved, host, NULL, &hints);
    if (error != 0) {
        dial->resolving = false;
        dial_note_resolving(dial, error);
        dial_fail(dial);
    }
}

void real_dials_forsake(struct net *net, const struct net_listener *listener)
{
    for (struct real_dial *dial = net->real->dials, *next; dial != NULL; dial = next) {
        next = dial->next;
        if (dial->listener != listener) {
            continue;
        }
        dial->listener = NULL;
        /* TCP had let it in, nobody did: it opens and is reset. */
        if (dial->socket != NULL && dial->socket->connected && !dial->stream->ended) {
            dial_open(dial);
        }
    }
}

void real_dials_give_up(struct net *net)
{
    for (struct real_dial *dial = net->real->dials, *next; dial != NULL; dial = next) {
        next = dial->next;
        real_dial_give_up(dial);
    }
}

bool real_dial_is_in_flight(const struct real_dial *dial)
{
    return dial->stream != NULL && dial->listener != NULL && !dial->dropped;
}

bool real_dials_in_flight(const struct net *net)
{
    for (const struct real_dial *dial = net->real->dials; dial != NULL; dial = dial->next) {
        if (real_dial_is_in_flight(dial)) {
            return true;
        }
    }
    return false;
}

bool real_dials_may_happen(const struct net *net)
{
    for (const struct real_dial *dial = net->real->dials; dial != NULL; dial = dial->next) {
        if (dial->stream != NULL && !dial->dropped) {
            return true;
        }
    }
    return false;
}
