/* SPDX-License-Identifier: Apache-2.0
 * log: one JSON object a line, for machines and people: {"time":…,"level":…,"event":…, fields}. Never
 * personal data: no ids of patients, no query values, no bodies; log route templates, counts and codes.
 * log_end never blocks: lines wait in a bounded buffer that a thread writes out; when the reader of the log
 * is too slow, lines are dropped and counted, and the count is logged. Before log_open and after log_close
 * nothing is written. Thread safe. */
#ifndef HELHET_BASE_LOG_H
#define HELHET_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR, LOG_LEVEL_OFF };

enum {
    LOG_LINE_MAX = 1024,         /* bytes of one line; longer ones are cut and still valid JSON */
    LOG_BUFFER_MAX = 256 * 1024, /* bytes waiting */
};

struct log_line {
    size_t n;
    bool off;
    char text[LOG_LINE_MAX];
};

/* Starts writing lines of this level and above to fd (usually 2). */
void log_open(enum log_level least, int fd);
/* Writes what waits and stops. */
void log_close(void);

/* event is a fixed word such as "request". Keys are constants that need no escaping. */
void log_begin(struct log_line *l, enum log_level level, const char *event);
void log_str(struct log_line *l, const char *key, struct str value);
void log_cstr(struct log_line *l, const char *key, const char *value);
void log_i64(struct log_line *l, const char *key, int64_t value);
void log_end(struct log_line *l);

#endif
