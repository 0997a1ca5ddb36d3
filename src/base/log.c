/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/os.h"
#include "base/str.h"
#include "base/time.h"

/* Room kept at the end of a line for the closing of a cut value and the object; how often the thread looks.
 */
enum { LOG_TAIL = 16, LOG_LOOK_MS = 100, LOG_NUMBER_MAX = 24 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    _Atomic int least; /* enum log_level; LOG_LEVEL_OFF before log_open */
    int fd;
    bool stop;
    uint64_t dropped;
    size_t n;        /* bytes waiting in buffer[side] */
    unsigned side;   /* the half being filled; the thread writes the other */
    char *buffer[2]; /* LOG_BUFFER_MAX each */
} log_state = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .least = LOG_LEVEL_OFF};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static void put(struct log_line *l, const char *p, size_t n)
{
    if (l->n + n > LOG_LINE_MAX - LOG_TAIL)
        n = LOG_LINE_MAX - LOG_TAIL - l->n;
    memcpy(l->text + l->n, p, n);
    l->n += n;
}

static bool plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Escapes into the line; what has no room is left out as whole characters. */
static void put_escaped(struct log_line *l, struct str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t run = i;
        while (run < s.n && plain((unsigned char)s.p[run]))
            run++;
        put(l, s.p + i, run - i);
        i = run;
        if (i == s.n)
            return;
        /* Anything not plain is shown as a byte: the log stays valid JSON whatever it is given. */
        char six[8];
        size_t n = (size_t)snprintf(six, sizeof(six), "\\u%04x", (unsigned char)s.p[i++]);
        if (l->n + n > LOG_LINE_MAX - LOG_TAIL)
            return;
        put(l, six, n);
    }
}

/* The time now; within a second only the milliseconds are written anew. */
static struct str time_now(void)
{
    static _Thread_local struct {
        int64_t second;
        size_t n;
        char text[TIME_TEXT_MAX];
    } last;
    int64_t ms = os_now_ms();
    if (last.n == 0 || ms / 1000 != last.second) {
        last.n = time_format(ms, last.text);
        last.second = ms / 1000;
    } else {
        char *end = last.text + last.n - 1;
        int milli = (int)(ms % 1000);
        for (int i = 0; i < 3; i++, milli /= 10)
            *--end = (char)('0' + milli % 10);
    }
    return (struct str){last.text, last.n};
}

static bool key_fits(const struct log_line *l, const char *key, size_t value)
{
    return !l->off && l->n + strlen(key) + value + 6 <= LOG_LINE_MAX - LOG_TAIL;
}

static void put_key(struct log_line *l, const char *key)
{
    put(l, ",\"", 2);
    put(l, key, strlen(key));
    put(l, "\":", 2);
}

void log_begin(struct log_line *l, enum log_level level, const char *event)
{
    l->n = 0;
    l->off = (int)level < log_state.least;
    if (l->off)
        return;
    struct str time = time_now();
    put(l, "{\"time\":\"", 9);
    put(l, time.p, time.n);
    put(l, "\",\"level\":\"", 11);
    put(l, level_names[level], strlen(level_names[level]));
    put(l, "\"", 1);
    log_cstr(l, "event", event);
}

void log_str(struct log_line *l, const char *key, struct str value)
{
    if (!key_fits(l, key, 0))
        return;
    put_key(l, key);
    put(l, "\"", 1);
    put_escaped(l, value);
    l->text[l->n++] = '"';
}

void log_cstr(struct log_line *l, const char *key, const char *value)
{
    log_str(l, key, str_of(value ? value : ""));
}

void log_i64(struct log_line *l, const char *key, int64_t value)
{
    char text[LOG_NUMBER_MAX], *end = text + sizeof(text), *at = end;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--at = '-';
    if (!key_fits(l, key, (size_t)(end - at)))
        return;
    put_key(l, key);
    put(l, at, (size_t)(end - at));
}

void log_end(struct log_line *l)
{
    if (l->off)
        return;
    l->text[l->n++] = '}';
    l->text[l->n++] = '\n';
    pthread_mutex_lock(&log_state.lock);
    if (!log_state.buffer[0] || log_state.n + l->n > LOG_BUFFER_MAX) {
        log_state.dropped++;
    } else {
        memcpy(log_state.buffer[log_state.side] + log_state.n, l->text, l->n);
        log_state.n += l->n;
        /* The thread looks every tenth of a second anyway; errors and a filling buffer wake it. */
        if (log_state.n > LOG_BUFFER_MAX / 4)
            pthread_cond_signal(&log_state.wake);
    }
    pthread_mutex_unlock(&log_state.lock);
}

/* Writes the half that was filled; called with the lock held, which it lets go of while writing. */
static void drain(void)
{
    char *full = log_state.buffer[log_state.side];
    size_t n = log_state.n;
    uint64_t dropped = log_state.dropped;
    log_state.side ^= 1;
    log_state.n = 0;
    log_state.dropped = 0;
    int fd = log_state.fd;
    pthread_mutex_unlock(&log_state.lock);
    /* A log that cannot be written must not stop the service, and there is nowhere to say so. */
    (void)os_write_all(fd, (struct str){full, n});
    if (dropped) {
        struct log_line l;
        log_begin(&l, LOG_LEVEL_WARN, "log_dropped");
        log_i64(&l, "lines", (int64_t)dropped);
        log_end(&l);
    }
    pthread_mutex_lock(&log_state.lock);
}

static void *writer(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&log_state.lock);
    while (!log_state.stop || log_state.n) {
        if (log_state.n) {
            drain();
            continue;
        }
        int64_t until_ms = os_now_ms() + LOG_LOOK_MS;
        struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
        pthread_cond_timedwait(&log_state.wake, &log_state.lock, &until);
    }
    pthread_mutex_unlock(&log_state.lock);
    return NULL;
}

void log_open(enum log_level least, int fd)
{
    OS_ASSERT(!log_state.buffer[0]);
    char *a = os_alloc(LOG_BUFFER_MAX), *b = os_alloc(LOG_BUFFER_MAX);
    log_state.fd = fd;
    log_state.stop = false;
    if (!a || !b || pthread_create(&log_state.thread, NULL, writer, NULL)) {
        os_free(a);
        os_free(b);
        return;
    }
    pthread_mutex_lock(&log_state.lock);
    log_state.buffer[0] = a;
    log_state.buffer[1] = b;
    pthread_mutex_unlock(&log_state.lock);
    log_state.least = least;
}

void log_close(void)
{
    if (!log_state.buffer[0])
        return;
    log_state.least = LOG_LEVEL_OFF;
    pthread_mutex_lock(&log_state.lock);
    log_state.stop = true;
    pthread_cond_signal(&log_state.wake);
    pthread_mutex_unlock(&log_state.lock);
    pthread_join(log_state.thread, NULL);
    os_free(log_state.buffer[0]);
    os_free(log_state.buffer[1]);
    log_state.buffer[0] = log_state.buffer[1] = NULL;
}
