/* SPDX-License-Identifier: Apache-2.0
 * Private to identity: the file, the table of sessions, passwords, and who must wait. */
#ifndef HELHET_IDENTITY_IDENTITY_INT_H
#define HELHET_IDENTITY_IDENTITY_INT_H

#include <pthread.h>

#include "base/hash.h"
#include "base/os.h"
#include "identity/identity.h"
#include "side/side.h"

enum {
    PASSWORD_HASH_MAX = 128, /* crypto_pwhash_STRBYTES */
    SESSION_HASH = 32,
    SESSION_ID_TEXT = 16,
    SESSION_TEXTS = 7, /* account, user, assignment, unit, provider, role, purpose */
    SESSION_BUCKETS = 1 << 14,
    THROTTLE_SETS = 1 << 12,
    THROTTLE_WAYS = 8,
};

/* ---- identity_file.c: everything under identity.lock ---- */

enum file_stmt {
#define SQL(name, text) FILE_##name,
#include "identity/identity_sql.def"
#undef SQL
    FILE_STMTS
};

/* identity.db's form, and the file in dir; ERR_ACCOUNT_NO_FILE when it must be there and is not. */
bool identity_file_open(struct side *f, const char *dir, bool create, struct err *err);

/* ---- account.c; under identity.lock ---- */

struct account {
    char name[IDENTITY_NAME_MAX + 1], person[96], hash[PASSWORD_HASH_MAX];
    bool enabled, once; /* once: password_ms is negative in the file */
    int64_t password_ms;
};

/* Fills *out; false without an error in *found when there is none. */
bool account_find(struct side *f, const char *name, struct account *out, bool *found, struct err *err);
/* The name of the person's account, the one called name first and open ones before others; false without an
 * error in *found when there is none. */
bool account_of_person(struct side *f, struct str person, const char *name, char out[IDENTITY_NAME_MAX + 1],
                       bool *found, struct err *err);
/* One without a password; hash is one that no password has. */
bool account_add_outside(struct side *f, const char *name, struct str person, const char *hash,
                         struct err *err);
bool account_set_hash(struct side *f, const char *name, const char *hash, bool once, struct err *err);
bool account_logged_in(struct side *f, const char *name, struct err *err);

/* ---- password.c ---- */

bool password_hash(struct str password, char out[PASSWORD_HASH_MAX], struct err *err);
/* In the same time whether or not it is right. */
bool password_right(const char *hash, struct str password);
bool password_outdated(const char *hash);
/* A hash that no password has, with the cost of a real one. */
void password_dummy(char out[PASSWORD_HASH_MAX]);

/* ---- common.c ---- */

/* Why the password is one that is guessed first, NULL when it is not. [0] Swedish, [1] English. */
const char *const *common_reason(struct str name, struct str password);

/* ---- throttle.c: who has failed and must wait; in memory, bounded, thread safe ---- */

struct throttle_entry {
    uint64_t key; /* 0: free */
    int64_t at_ms;
    uint32_t fails; /* of a name: in a row; of an address: ten times its level */
    bool known;     /* a name that exists: unknown ones never push it out */
};
struct throttle {
    pthread_mutex_t lock;
    struct hash_key key;
    struct throttle_entry *name, *address; /* THROTTLE_SETS * THROTTLE_WAYS each */
};

bool throttle_init(struct throttle *t);
void throttle_release(struct throttle *t);
/* Milliseconds that this name and this address must still wait; 0: none. */
int64_t throttle_wait(struct throttle *t, struct str name, struct str origin, int64_t now_ms);
void throttle_failed(struct throttle *t, struct str name, bool known, struct str origin, int64_t now_ms);
void throttle_passed(struct throttle *t, struct str name);
/* Failures in a row of a name and when the last was; 0 when there are none. */
uint32_t throttle_fails(struct throttle *t, struct str name, int64_t *at_ms);

/* ---- session.c: the table in memory; readers many, writers under identity.lock ---- */

struct session {
    struct session *next;
    unsigned char hash[SESSION_HASH];
    char id[SESSION_ID_TEXT + 1];
    enum access_kind kind;
    int64_t begun_ms, until_ms; /* until: of the assignment's period */
    _Atomic int64_t seen_ms;
    int64_t saved_ms; /* seen_ms as the file has it */
    unsigned tries;   /* wrong passwords on resuming */
    bool change;      /* begun with a one-time password */
    uint32_t text_n;
    uint16_t len[SESSION_TEXTS];
    char text[];
};

enum session_text {
    SESSION_ACCOUNT,
    SESSION_USER,
    SESSION_ASSIGNMENT,
    SESSION_UNIT,
    SESSION_PROVIDER,
    SESSION_ROLE,
    SESSION_PURPOSE
};

struct session_table {
    pthread_rwlock_t lock;
    struct session **bucket; /* SESSION_BUCKETS */
    size_t count;
};

bool session_init(struct session_table *t);
void session_release(struct session_table *t);
/* The hash that stands for a token; false when the text is no token. */
bool session_hash(struct str token, unsigned char out[SESSION_HASH]);
void session_token(struct identity_token *out, unsigned char hash[SESSION_HASH]);
struct session *session_new(const struct str text[SESSION_TEXTS], struct err *err);
struct str session_text(const struct session *s, enum session_text which);
/* Callers hold identity.lock, so what find gives stays. */
struct session *session_find(struct session_table *t, const unsigned char hash[SESSION_HASH]);
void session_add(struct session_table *t, struct session *s);
void session_remove(struct session_table *t, struct session *s);
/* Puts now in place of old, in one step for readers; frees old. */
void session_replace(struct session_table *t, struct session *old, struct session *now);
typedef void session_each_fn(void *arg, struct session *s);
/* fn may remove s. */
void session_each(struct session_table *t, session_each_fn *fn, void *arg);

/* ---- session_file.c: sessions in the file; under identity.lock ---- */

bool session_file_save(struct side *f, const struct session *s, struct err *err);
bool session_file_forget(struct side *f, const unsigned char hash[SESSION_HASH], struct err *err);
bool session_file_forget_all(struct side *f, struct str account, struct err *err);
bool session_file_has(struct side *f, const unsigned char hash[SESSION_HASH]);
bool session_file_seen(struct side *f, struct session *s, struct err *err);
/* Reads all that are within their absolute limit into the table, and forgets the others. */
bool session_file_load(struct side *f, struct session_table *t, int64_t oldest_ms, struct err *err);

struct identity {
    pthread_mutex_t lock; /* the file, and changes of the table */
    struct side file;
    int32_t version; /* of the data, as the watch saw it last */
    struct session_table sessions;
    struct throttle throttle;
    int64_t idle_ms, absolute_ms;
    char dummy[PASSWORD_HASH_MAX];
    pthread_t watch;
    pthread_mutex_t watch_lock;
    pthread_cond_t watch_wake;
    bool watching;
};

/* ---- login.c; under identity.lock ---- */

/* A first session of the account, if it is as it was read. */
bool login_begin(struct identity *id, const struct account *a, struct identity_token *out, struct err *err);
/* The same session under a new token. change: its password must be changed. */
bool login_renew(struct identity *id, struct session *old, bool change, struct identity_token *out,
                 struct err *err);

enum identity_state session_state(const struct identity *id, const struct session *s, int64_t now_ms);
/* Ends every session of the account but the one that is kept (NULL: none). */
void session_end_account(struct identity *id, struct str account, const struct session *keep);

#endif
