/* SPDX-License-Identifier: Apache-2.0
 * Private to smart: the file, its lock, and what is remembered of access tokens. */
#ifndef HELHET_SMART_SMART_INT_H
#define HELHET_SMART_SMART_INT_H

#include <pthread.h>

#include "jose/jose.h"
#include "side/side.h"
#include "smart/smart.h"

enum smart_stmt {
#define SQL(name, text) SMART_##name,
#include "smart/smart_sql.def"
#undef SQL
    SMART_STMTS
};

enum {
    SMART_HASH = 32,
    SMART_CACHE = 1024, /* access tokens remembered; a power of two */
};

/* What a secret in the file is. */
enum smart_what { SMART_WHAT_CODE = 1, SMART_WHAT_ACCESS = 2, SMART_WHAT_REFRESH = 3 };

/* An access token as the file has it; an empty one has no arena in use. */
struct smart_known {
    unsigned char hash[SMART_HASH];
    uint64_t epoch; /* of struct smart when it was read; 0: empty */
    int64_t until_ms;
    struct smart_grant grant;
    struct arena arena;
};

struct smart {
    pthread_mutex_t lock; /* of all below */
    struct side side;
    struct jose_keys *keys;
    struct smart_known known[SMART_CACHE];
    uint64_t epoch;      /* rises when something may have been taken back */
    uint64_t watched_ns; /* when the file was last asked whether another program changed it */
    int64_t version;     /* its PRAGMA data_version then */
};

/* SHA-256 of a secret: 256 random bits need no slow hash. */
void smart_hash(struct str secret, unsigned char hash[SMART_HASH]);
/* 256 random bits as text. */
void smart_random(struct smart_token *out);
/* Forgets what is remembered; under the lock. */
void smart_forget(struct smart *s);
/* A statement under way, with its texts copied to arena. */
struct str smart_column(sqlite3_stmt *st, int at, struct arena *arena);
void smart_bind_hash(sqlite3_stmt *st, int at, const unsigned char hash[SMART_HASH]);

#endif
