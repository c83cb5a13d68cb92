/* SPDX-License-Identifier: Apache-2.0
 *
 * The server that clients are measured against: one Aerospike node on loopback that owns every
 * partition of the namespace "test", and answers reads with one canned record and writes with "ok".
 * It does next to nothing for an answer, so that what is measured is the client.
 *
 *     responder [MICROSECONDS [serial]]
 *
 * Each request is answered MICROSECONDS after it came; with "serial", that long after the request
 * before it on the same connection was answered, as a server does that works on one request of a
 * connection at a time. Answers of a connection keep the order of its requests.
 *
 * It prints its port, and ends when its standard input does: with its parent, however that ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_FRAME = 1 << 20,   /* bytes of one request */
    MAX_OUT = 8 << 20,     /* bytes of answers that a client has not taken; then it is not read */
    MAX_PENDING = 1024,    /* requests of one connection in service; then it is not read */
    MAX_ROWS = 10000,      /* rows of one batch */
    MAX_CONNECTIONS = 4096,
    MAX_EVENTS = 256,
    PROTO = 8,             /* bytes of the header of a frame */
    MESSAGE = 22,          /* bytes of the header of a message */
    TYPE_INFO = 1,
    TYPE_MESSAGE = 3,
    INFO1_BATCH = 8,
    INFO2_WRITE = 1,
    INFO3_LAST = 1,
    FIELD_BATCH = 41,
    PARTITIONS_BASE64 = 684, /* characters of 4096 bits */
};

typedef struct {
    unsigned char *bytes;
    size_t size, room;
} Buffer;

typedef struct {
    int fd, pending;
    uint32_t serial, events;
    int64_t last_due;
    Buffer in, out;
} Connection;

typedef struct {
    int32_t rows;   /* of a batch; else WRITTEN, FOUND or MALFORMED */
    uint32_t first; /* what the batch calls its first row */
} Wanted;

typedef struct {
    int64_t due;
    uint64_t order;
    int fd;
    uint32_t serial;
    Wanted wanted;
} Job;

enum { WRITTEN = -1, FOUND = -2, MALFORMED = -3 };

static Connection *connections[MAX_CONNECTIONS];
static Job *jobs; /* a heap: the one that is due first comes first */
static size_t job_count, job_room;
static uint64_t order;
static uint32_t serials;
static int64_t service_ns;
static int in_turn, poller, timer, port;
static unsigned char written[PROTO + MESSAGE], found[512], last_row[MESSAGE];
static size_t found_size;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *must(void *memory)
{
    if (memory == NULL) {
        perror("responder");
        exit(1);
    }
    return memory;
}

/* Make room for more bytes at the end of a buffer, and give where they go. */
static unsigned char *reserve(Buffer *buffer, size_t more)
{
    if (buffer->size + more > buffer->room) {
        buffer->room = 2 * buffer->room + more;
        buffer->bytes = must(realloc(buffer->bytes, buffer->room));
    }
    return buffer->bytes + buffer->size;
}

static void append(Buffer *buffer, const void *bytes, size_t size)
{
    memcpy(reserve(buffer, size), bytes, size);
    buffer->size += size;
}

static void consume(Buffer *buffer, size_t size)
{
    memmove(buffer->bytes, buffer->bytes + size, buffer->size - size);
    buffer->size -= size;
}

static void put_number(unsigned char *at, uint64_t value, int bytes)
{
    while (bytes--) {
        at[bytes] = value & 255;
        value >>= 8;
    }
}

static uint64_t get_number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static void put_proto(unsigned char *at, int type, uint64_t size)
{
    at[0] = 2;
    at[1] = type;
    put_number(at + 2, size, 6);
}

static size_t put_bin(unsigned char *at, int particle, const char *name, const void *value, size_t size)
{
    size_t length = strlen(name);
    put_number(at, 4 + length + size, 4);
    at[4] = 1; /* read */
    at[5] = particle;
    at[6] = 0;
    at[7] = length;
    memcpy(at + 8, name, length);
    memcpy(at + 8 + length, value, size);
    return 8 + length + size;
}

static void make_answers(void)
{
    static const unsigned char number[8] = {0, 0, 0, 0, 0, 0, 1, 2};
    unsigned char *message = found + PROTO, *at = message + MESSAGE;
    put_proto(written, TYPE_MESSAGE, MESSAGE);
    written[PROTO] = MESSAGE;
    put_number(written + PROTO + 6, 1, 4); /* generation */
    last_row[0] = MESSAGE;
    last_row[3] = INFO3_LAST;
    at += put_bin(at, 1, "a", number, 8);
    at += put_bin(at, 1, "b", number, 8);
    at += put_bin(at, 1, "c", number, 8);
    at += put_bin(at, 3, "d", "0123456789abcdef", 16);
    at += put_bin(at, 3, "e", "fedcba9876543210", 16);
    found_size = at - found;
    put_proto(found, TYPE_MESSAGE, found_size - PROTO);
    message[0] = MESSAGE;
    put_number(message + 6, 1, 4);
    put_number(message + 20, 5, 2); /* bins */
}

static void answer(Connection *connection, Wanted wanted)
{
    Buffer *out = &connection->out;
    int rows = wanted.rows;
    if (rows == WRITTEN) {
        append(out, written, sizeof written);
        return;
    }
    if (rows == FOUND) {
        append(out, found, found_size);
        return;
    }
    /* One frame with all rows. This node owns every key, so rows are numbered without gaps. */
    size_t row = found_size - PROTO;
    unsigned char proto[PROTO];
    put_proto(proto, TYPE_MESSAGE, row * rows + MESSAGE);
    append(out, proto, PROTO);
    for (int i = 0; i < rows; i++) {
        append(out, found + PROTO, row);
        put_number(out->bytes + out->size - row + 14, wanted.first + i, 4);
    }
    append(out, last_row, MESSAGE);
}

/* Tell what a message asks for. */
static Wanted read_wanted(const unsigned char *message, size_t size)
{
    const Wanted malformed = {MALFORMED, 0};
    if (size < MESSAGE || message[0] != MESSAGE)
        return malformed;
    if (!(message[1] & INFO1_BATCH))
        return (Wanted){message[2] & INFO2_WRITE ? WRITTEN : FOUND, 0};
    const unsigned char *at = message + MESSAGE, *end = message + size;
    for (unsigned fields = get_number(message + 18, 2); fields > 0 && end - at >= 9; fields--) {
        uint64_t length = get_number(at, 4);
        if (length < 1 || length > (uint64_t)(end - at - 4))
            return malformed;
        if (at[4] == FIELD_BATCH && length >= 10) {
            uint64_t rows = get_number(at + 5, 4);
            if (rows > MAX_ROWS)
                return malformed;
            return (Wanted){(int32_t)rows, (uint32_t)get_number(at + 10, 4)};
        }
        at += 4 + length;
    }
    return malformed;
}

static const char *info_value(const char *name, char *made)
{
    static const char *const known[][2] = {
        {"node", "BB9020011AC4202"},
        {"build", "8.1.2.0"},
        {"version", "Aerospike Community Edition build 8.1.2.0"},
        {"edition", "Aerospike Community Edition"},
        {"cluster-name", "null"},
        {"partition-generation", "1"},
        {"peers-generation", "1"},
        {"rebalance-generation", "1"},
        {"partitions", "4096"},
        {"namespaces", "test"},
        {"features", "batch-any;batch-index;peers;pipelining;pquery;pscans;query-show;replicas;replicas-all;replicas-master"},
        {"status", "ok"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i][0]) == 0)
            return known[i][1];
    if (strncmp(name, "user-agent-set", 14) == 0)
        return "ok";
    if (strncmp(name, "racks:", 6) == 0)
        return "ns=test:rack_0=BB9020011AC4202";
    if (strncmp(name, "peers-", 6) == 0)
        sprintf(made, "1,%d,[]", port);
    else if (strncmp(name, "service", 7) == 0)
        sprintf(made, "127.0.0.1:%d", port);
    else if (strcmp(name, "replicas") == 0) {
        int length = sprintf(made, "test:0,1,");
        memset(made + length, '/', PARTITIONS_BASE64 - 2); /* all bits set */
        strcpy(made + length + PARTITIONS_BASE64 - 2, "8=");
    } else
        return "ERROR:4:unrecognized command";
    return made;
}

static void answer_info(Connection *connection, char *body, size_t size)
{
    Buffer *out = &connection->out;
    size_t start = out->size;
    char made[PARTITIONS_BASE64 + 64];
    reserve(out, PROTO);
    out->size += PROTO;
    for (char *name = body, *end; (end = memchr(name, '\n', body + size - name)) != NULL; name = end + 1) {
        *end = 0;
        const char *value = info_value(name, made);
        append(out, name, end - name);
        append(out, "\t", 1);
        append(out, value, strlen(value));
        append(out, "\n", 1);
    }
    put_proto(out->bytes + start, TYPE_INFO, out->size - start - PROTO);
}

static int before(const Job *a, const Job *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void push(Job job)
{
    if (job_count == job_room) {
        job_room = job_room ? 2 * job_room : 1024;
        jobs = must(realloc(jobs, job_room * sizeof *jobs));
    }
    size_t at = job_count++;
    for (; at > 0 && before(&job, &jobs[(at - 1) / 2]); at = (at - 1) / 2)
        jobs[at] = jobs[(at - 1) / 2];
    jobs[at] = job;
}

static Job pop(void)
{
    Job first = jobs[0], moved = jobs[--job_count];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < job_count) {
        if (child + 1 < job_count && before(&jobs[child + 1], &jobs[child]))
            child++;
        if (!before(&jobs[child], &moved))
            break;
        jobs[at] = jobs[child];
        at = child;
    }
    jobs[at] = moved;
    return first;
}

static void drop(Connection *connection)
{
    connections[connection->fd] = NULL;
    close(connection->fd); /* leaves the poller by this */
    free(connection->in.bytes);
    free(connection->out.bytes);
    free(connection);
}

static int is_full(const Connection *connection)
{
    return connection->out.size >= MAX_OUT || connection->pending >= MAX_PENDING;
}

/* Send what there is, and ask for what is needed next. Gives 0 if the connection is over. */
static int flush(Connection *connection)
{
    Buffer *out = &connection->out;
    if (out->size > 0) {
        ssize_t sent = send(connection->fd, out->bytes, out->size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return drop(connection), 0;
        if (sent > 0)
            consume(out, sent);
    }
    uint32_t events = (is_full(connection) ? 0 : EPOLLIN) | (out->size ? EPOLLOUT : 0);
    if (events != connection->events) {
        struct epoll_event event = {events, {.fd = connection->fd}};
        connection->events = events;
        epoll_ctl(poller, EPOLL_CTL_MOD, connection->fd, &event);
    }
    return 1;
}

static void begin(Connection *connection, Wanted wanted)
{
    int64_t start = now_ns();
    if (in_turn && connection->last_due > start)
        start = connection->last_due;
    connection->last_due = start + service_ns;
    connection->pending++;
    push((Job){connection->last_due, order++, connection->fd, connection->serial, wanted});
}

/* Answer, or begin to serve, the whole frames that are there. Gives 0 if one is malformed. */
static int serve(Connection *connection)
{
    Buffer *in = &connection->in;
    size_t at = 0;
    while (in->size - at >= PROTO && !is_full(connection)) {
        unsigned char *frame = in->bytes + at;
        uint64_t size = get_number(frame + 2, 6);
        if (size > MAX_FRAME || frame[0] != 2)
            return 0;
        if (in->size - at < PROTO + size)
            break;
        if (frame[1] == TYPE_INFO)
            answer_info(connection, (char *)frame + PROTO, size);
        else {
            Wanted wanted = {MALFORMED, 0};
            if (frame[1] == TYPE_MESSAGE)
                wanted = read_wanted(frame + PROTO, size);
            if (wanted.rows == MALFORMED)
                return 0;
            if (service_ns)
                begin(connection, wanted);
            else
                answer(connection, wanted);
        }
        at += PROTO + size;
    }
    consume(in, at);
    return 1;
}

static void go_on(Connection *connection)
{
    if (!serve(connection))
        drop(connection);
    else
        flush(connection);
}

static void receive(Connection *connection)
{
    Buffer *in = &connection->in;
    unsigned char *at = reserve(in, 1 << 16);
    ssize_t size = recv(connection->fd, at, in->room - in->size, 0);
    if (size == 0 || (size < 0 && errno != EAGAIN)) {
        drop(connection);
        return;
    }
    in->size += size > 0 ? size : 0;
    go_on(connection);
}

static void welcome(int listener)
{
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= MAX_CONNECTIONS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        Connection *connection = must(calloc(1, sizeof *connection));
        *connection = (Connection){.fd = fd, .serial = ++serials, .events = EPOLLIN};
        connections[fd] = connection;
        struct epoll_event event = {EPOLLIN, {.fd = fd}};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

static void finish_due(void)
{
    int64_t now = now_ns();
    while (job_count > 0 && jobs[0].due <= now) {
        Job job = pop();
        Connection *connection = connections[job.fd];
        if (connection == NULL || connection->serial != job.serial)
            continue;
        connection->pending--;
        answer(connection, job.wanted);
        /* Answers that are due together leave together. */
        if (job_count == 0 || jobs[0].serial != job.serial || jobs[0].due > now)
            go_on(connection);
    }
}

static void set_timer(void)
{
    static int64_t armed;
    int64_t due = job_count > 0 ? jobs[0].due : 0;
    if (due == armed)
        return;
    armed = due;
    struct itimerspec at = {.it_value = {due / 1000000000, due % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static int listen_on_loopback(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 1024) ||
        getsockname(fd, (struct sockaddr *)&address, &size)) {
        perror("responder");
        exit(1);
    }
    port = ntohs(address.sin_port);
    return fd;
}

static void watch(int fd)
{
    struct epoll_event event = {EPOLLIN, {.fd = fd}};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

int main(int count, char **arguments)
{
    service_ns = count > 1 ? atol(arguments[1]) * 1000LL : 0;
    in_turn = count > 2 && strcmp(arguments[2], "serial") == 0;
    make_answers();
    poller = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int listener = listen_on_loopback();
    watch(listener);
    watch(timer);
    watch(STDIN_FILENO);
    printf("%d\n", port);
    fflush(stdout);
    for (;;) {
        struct epoll_event events[MAX_EVENTS];
        int ready = epoll_wait(poller, events, MAX_EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            char ignored[8];
            if (fd == STDIN_FILENO) {
                if (read(fd, ignored, sizeof ignored) <= 0)
                    return 0;
            } else if (fd == listener)
                welcome(listener);
            else if (fd == timer) {
                if (read(fd, ignored, sizeof ignored) < 0)
                    continue;
            } else if (connections[fd] == NULL)
                continue;
            else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                receive(connections[fd]);
            else
                go_on(connections[fd]);
        }
        finish_due();
        set_timer();
    }
}
