/* SPDX-License-Identifier: Apache-2.0
 * smart.db, the server's own keys, and tidying. */
#include "smart/smart.h"

#include <openssl/evp.h>

#include "base/b64.h"
#include "base/os.h"
#include "smart/smart_int.h"

enum { SMART_APPLICATION = 0x4865536D /* "HeSm" */, SMART_FORMAT = 1, SMART_CACHE_KIB = 1024 };

static const char *const smart_sql[SMART_STMTS] = {
#define SQL(name, text) [SMART_##name] = text,
#include "smart/smart_sql.def"
#undef SQL
};

static const struct side_form smart_form = {
    .name = SMART_FILE,
    .tables =
        "CREATE TABLE app(id TEXT PRIMARY KEY, name TEXT NOT NULL, kind INTEGER NOT NULL, scopes TEXT NOT "
        "NULL,"
        " redirects TEXT NOT NULL, launch TEXT NOT NULL, jwks TEXT NOT NULL, secret BLOB, enabled INTEGER NOT"
        " NULL, made_ms INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE given(id INTEGER PRIMARY KEY AUTOINCREMENT, app TEXT NOT NULL, kind INTEGER NOT NULL,"
        " account TEXT NOT NULL, person TEXT NOT NULL, assignment TEXT NOT NULL, unit TEXT NOT NULL,"
        " provider TEXT NOT NULL, role TEXT NOT NULL, purpose TEXT NOT NULL, session TEXT NOT NULL,"
        " scopes TEXT NOT NULL, patient TEXT NOT NULL, encounter TEXT NOT NULL, begun_ms INTEGER NOT NULL,"
        " until_ms INTEGER NOT NULL, over INTEGER NOT NULL);"
        "CREATE INDEX given_account ON given(account);"
        "CREATE INDEX given_app ON given(app);"
        "CREATE TABLE secret(hash BLOB PRIMARY KEY, given INTEGER NOT NULL REFERENCES given(id) ON DELETE"
        " CASCADE, what INTEGER NOT NULL, until_ms INTEGER NOT NULL, redirect TEXT, challenge TEXT, nonce "
        "TEXT,"
        " used INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE INDEX secret_given ON secret(given);"
        "CREATE INDEX secret_until ON secret(until_ms);"
        "CREATE TABLE jti(app TEXT NOT NULL, jti TEXT NOT NULL, until_ms INTEGER NOT NULL,"
        " PRIMARY KEY(app,jti)) WITHOUT ROWID;"
        "CREATE TABLE key(jwk TEXT NOT NULL, made_ms INTEGER NOT NULL);",
    .sql = smart_sql,
    .sql_count = SMART_STMTS,
    .application = SMART_APPLICATION,
    .format = SMART_FORMAT,
    .durable = true,
    .cache_kib = SMART_CACHE_KIB,
};

/* What files of this format did not have at first. */
static const char smart_later[] =
    "CREATE TABLE IF NOT EXISTS consent(account TEXT NOT NULL, app TEXT NOT NULL, scopes TEXT NOT NULL,"
    " made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY(account,app,scopes)) WITHOUT ROWID";

struct smart *smart_open(const char *dir, bool create, struct err *err)
{
    struct smart *s = os_alloc(sizeof *s);
    if (!s) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(s, 0, sizeof *s);
    s->epoch = 1;
    for (size_t i = 0; i < SMART_CACHE; i++)
        arena_init(&s->known[i].arena);
    if (!side_open(&s->side, &smart_form, dir, create ? SIDE_CREATE : SIDE_WRITE, err)) {
        os_free(s);
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    if (side_exec(&s->side, smart_later, err))
        return s;
    smart_close(s);
    return NULL;
}

void smart_close(struct smart *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < SMART_CACHE; i++)
        arena_release(&s->known[i].arena);
    jose_keys_free(s->keys);
    side_close(&s->side);
    pthread_mutex_destroy(&s->lock);
    os_free(s);
}

void smart_hash(struct str secret, unsigned char hash[SMART_HASH])
{
    unsigned n = 0;
    OS_ASSERT(EVP_Digest(secret.p, secret.n, hash, &n, EVP_sha256(), NULL) == 1 && n == SMART_HASH);
}

void smart_random(struct smart_token *out)
{
    unsigned char bits[SMART_HASH];
    struct arena arena;
    arena_init(&arena);
    os_random(bits, sizeof bits);
    struct str text = b64url_encode(&arena, bits, sizeof bits);
    OS_ASSERT(text.n == SMART_TOKEN_TEXT);
    memcpy(out->text, text.p, text.n);
    out->text[text.n] = 0;
    arena_release(&arena);
}

void smart_forget(struct smart *s)
{
    s->epoch++;
}

struct str smart_column(sqlite3_stmt *st, int at, struct arena *arena)
{
    struct str text = side_column(st, at);
    return text.p ? arena_str(arena, text) : text;
}

void smart_bind_hash(sqlite3_stmt *st, int at, const unsigned char hash[SMART_HASH])
{
    side_bind_blob(st, at, (struct str){(const char *)hash, SMART_HASH});
}

/* ---- the server's own keys ---- */

/* RS256, which every OpenID Connect client can verify (Core 15.1). */
static bool keys_make(struct smart *s, struct err *err)
{
    struct buf jwk;
    buf_init(&jwk, BUF_NO_MAX);
    bool ok = jose_key_make(JOSE_RS256, &jwk, err);
    sqlite3_stmt *st = ok ? side_get(&s->side, SMART_KEY_PUT, err) : NULL;
    if (st) {
        side_bind_text(st, 1, buf_get(&jwk));
        sqlite3_bind_int64(st, 2, os_now_ms());
        ok = side_run(&s->side, st, NULL, err);
    }
    buf_release(&jwk);
    return ok && st;
}

/* All there are as one set; *count 0 when there are none yet. */
static bool keys_read(struct smart *s, struct buf *set, size_t *count, struct err *err)
{
    sqlite3_stmt *st = side_get(&s->side, SMART_KEY_GET, err);
    int rc = st ? 0 : -1;
    *count = 0;
    buf_cstr(set, "{\"keys\":[");
    while (st && (rc = side_step(&s->side, st, err)) > 0) {
        buf_cstr(set, (*count)++ ? "," : "");
        buf_str(set, side_column(st, 0));
    }
    buf_cstr(set, "]}");
    return rc == 0 && (buf_ok(set) || err_set(err, ERR_NO_MEMORY, NULL));
}

const struct jose_keys *smart_keys(struct smart *s, struct err *err)
{
    struct buf set;
    size_t count = 0;
    buf_init(&set, JOSE_SET_MAX);
    pthread_mutex_lock(&s->lock);
    bool ok = s->keys || keys_read(s, &set, &count, err);
    if (ok && !s->keys && count == 0) {
        buf_clear(&set);
        ok = keys_make(s, err) && keys_read(s, &set, &count, err);
    }
    if (ok && !s->keys)
        s->keys = jose_keys_parse(buf_get(&set), true, err);
    const struct jose_keys *keys = s->keys;
    pthread_mutex_unlock(&s->lock);
    buf_release(&set);
    return keys;
}

/* ---- tidying ---- */

bool smart_tidy(struct smart *s, int64_t now_ms, struct err *err)
{
    static const enum smart_stmt what[] = {SMART_TIDY_SECRET, SMART_TIDY_JTI, SMART_TIDY_GIVEN,
                                           SMART_TIDY_CONSENT};
    enum { DAY_MS = 24 * 3600 * 1000 };
    pthread_mutex_lock(&s->lock);
    bool ok = side_begin(&s->side, err);
    if (ok) {
        for (size_t i = 0; i < sizeof what / sizeof *what && ok; i++) {
            sqlite3_stmt *st = side_get(&s->side, what[i], err);
            if (st)
                sqlite3_bind_int64(st, 1, now_ms - DAY_MS);
            ok = side_run(&s->side, st, NULL, err);
        }
        ok = side_end(&s->side, ok, err);
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}
