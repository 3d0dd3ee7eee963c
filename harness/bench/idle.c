#include "harness/bench/idle.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/bench/aim.h"
#include "harness/runner/serve.h"

#define IDLE_CONNECTIONS 5000
#define IDLE_WARM 50  /* before the first look: what is made once is made */
#define IDLE_FDS 64   /* beside those of connections */
#define IDLE_LOOKS 40 /* of 50 ms each: idle connections have given back what they do not need */

/* The child's part and the parent's, and what they tell each other by. */
struct idle {
    size_t connections;
    bool tls;
    uint16_t port;
    int told[2]; /* a pipe: an octet when the warm ones stand, one when all do */
    int go[2];   /* and one back when the heap has been looked at */
    unsigned state, looks;
    size_t heap[2];
};

static size_t idle_heap(void)
{
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

/* --- clients --- */

static bool idle_dial(const struct idle *idle, SSL_CTX *context)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(idle->port)};
    static const char hello[] = "EHLO idle.here.com\r\n";
    char reply[2048];
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || connect(client, (const struct sockaddr *)&address, sizeof address) != 0) {
        return false;
    }
    if (!idle->tls) {
        return recv(client, reply, sizeof reply, 0) > 0 &&
               send(client, hello, sizeof hello - 1, MSG_NOSIGNAL) > 0 &&
               recv(client, reply, sizeof reply, 0) > 0;
    }
    SSL *ssl = SSL_new(context); /* stays as long as the process */
    return ssl != NULL && SSL_set_fd(ssl, client) == 1 && SSL_connect(ssl) == 1 &&
           SSL_read(ssl, reply, sizeof reply) > 0 && SSL_write(ssl, hello, sizeof hello - 1) > 0 &&
           SSL_read(ssl, reply, sizeof reply) > 0;
}

/* Never returns: the connections end with the process. */
static void idle_clients(const struct idle *idle)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    char octet = 0;
    bool well = context != NULL;
    if (well) {
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    }
    for (size_t i = 1; i <= IDLE_WARM + idle->connections && well; i++) {
        well = idle_dial(idle, context);
        if (i == IDLE_WARM || i == IDLE_WARM + idle->connections) {
            well = well && write(idle->told[1], &octet, 1) == 1 &&
                   read(idle->go[0], &octet, 1) >= 0;
        }
    }
    _exit(well ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* --- the server --- */

/* Asked every 50 ms: looks when all connections of a state have been idle for a while. */
static bool idle_is_over(void *context)
{
    struct idle *idle = context;
    char octet;
    if (idle->looks == 0) {
        ssize_t len = read(idle->told[0], &octet, 1);
        idle->looks = len > 0 ? 1 : 0;
        return len == 0; /* the clients are gone */
    }
    if (++idle->looks < IDLE_LOOKS) {
        return false;
    }
    idle->looks = 0;
    idle->heap[idle->state++] = idle_heap();
    return write(idle->go[1], &octet, 1) != 1 || idle->state == 2;
}

static bool idle_serve(struct idle *idle, struct serve *serve)
{
    struct fail fail = {0};
    int how = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(idle->told[0]);
        close(idle->go[1]);
        idle_clients(idle);
    }
    close(idle->told[1]);
    close(idle->go[0]);
    bool well = pid > 0 && serve_run(serve, &fail) == STATUS_OK;
    close(idle->go[1]);
    close(idle->told[0]);
    return pid > 0 && waitpid(pid, &how, 0) == pid && well && WIFEXITED(how) &&
           WEXITSTATUS(how) == 0 && idle->state == 2;
}

/* As many connections as descriptors can be had for. */
static size_t idle_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > IDLE_CONNECTIONS + IDLE_FDS + IDLE_WARM
               ? IDLE_CONNECTIONS
               : (size_t)limit.rlim_cur - IDLE_FDS - IDLE_WARM;
}

bool idle_bench(const char *what, const struct plan_case *plan, double limit_kib)
{
    struct idle idle = {
        .connections = idle_connections(), .tls = plan->server->tls == PLAN_TLS_ON_CONNECT};
    struct fail fail = {0};
    const struct serve_options options = {
        .plan = plan,
        .address = "127.0.0.1",
        .now_s = (int64_t)time(NULL),
        .stopped = idle_is_over,
        .context = &idle,
    };
    struct serve *serve = serve_new(&options, &fail);
    bool well = serve != NULL && pipe2(idle.told, O_CLOEXEC) == 0 &&
                fcntl(idle.told[0], F_SETFL, O_NONBLOCK) == 0 && pipe2(idle.go, O_CLOEXEC) == 0;
    if (well) {
        idle.port = serve_port(serve);
        well = idle_serve(&idle, serve);
    }
    serve_free(serve);
    if (!well) {
        fprintf(stderr, "bench: idle connections: %s\n", fail.text);
        return false;
    }
    printf("heap of %zu idle connections on a real port\n", idle.connections);
    aim_tell(what, (double)(idle.heap[1] - idle.heap[0]) / 1024 / (double)idle.connections,
        AIM_AT_MOST, limit_kib);
    return true;
}
