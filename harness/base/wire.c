#include "harness/base/wire.h"

void wire_queue_init(struct wire_queue *queue)
{
    *queue = (struct wire_queue){0};
    buf_init(&queue->bytes, WIRE_QUEUE_BYTES_MAX);
}

void wire_queue_done(struct wire_queue *queue)
{
    buf_done(&queue->bytes);
    mem_free(queue->actions);
    *queue = (struct wire_queue){0};
}

static struct wire_action *wire_queue_push(struct wire_queue *queue, enum wire_action_kind kind)
{
    queue->actions = mem_grow(queue->actions, queue->len, &queue->capacity, sizeof *queue->actions);
    struct wire_action *action = &queue->actions[queue->len++];
    *action = (struct wire_action){.kind = kind, .offset = queue->bytes.len};
    return action;
}

void wire_queue_send(struct wire_queue *queue, struct span bytes)
{
    size_t offset = queue->bytes.len;
    if (bytes.len > 0 && buf_append(&queue->bytes, bytes)) {
        struct wire_action *action = wire_queue_push(queue, WIRE_SEND);
        action->offset = offset;
        action->len = bytes.len;
    }
}

void wire_queue_extend(struct wire_queue *queue, struct span bytes)
{
    if (queue->len == 0 || queue->actions[queue->len - 1].kind != WIRE_SEND) {
        wire_queue_send(queue, bytes);
    } else if (buf_append(&queue->bytes, bytes)) {
        queue->actions[queue->len - 1].len += bytes.len;
    }
}

void wire_queue_act(struct wire_queue *queue, enum wire_action_kind kind)
{
    (void)wire_queue_push(queue, kind);
}

void wire_queue_clear(struct wire_queue *queue)
{
    buf_clear(&queue->bytes);
    queue->len = 0;
}

void wire_queue_fit(struct wire_queue *queue)
{
    if (queue->len == 0) {
        buf_fit(&queue->bytes);
        mem_free(queue->actions);
        queue->actions = NULL;
        queue->capacity = 0;
    }
}

struct span wire_queue_bytes(const struct wire_queue *queue, const struct wire_action *action)
{
    return span_of(queue->bytes.data + action->offset, action->len);
}

const char *wire_problem_name(enum wire_problem problem)
{
    static const char *const names[WIRE_PROBLEM_COUNT] = {
        [WIRE_PROBLEM_REFUSED] = "refused",
        [WIRE_PROBLEM_TIMED_OUT] = "timed-out",
        [WIRE_PROBLEM_UNREACHABLE] = "unreachable",
        [WIRE_PROBLEM_NO_SUCH_NAME] = "no-such-name",
    };
    return names[problem];
}
