/* SPDX-License-Identifier: Apache-2.0
 * Which sessions came through the provider, so that logging out here is logging out there, and the other way
 * round, after a restart too. */
#include "oidc/oidc_int.h"

enum file_stmt {
#define SQL(name, text) FILE_##name,
#include "oidc/oidc_sql.def"
#undef SQL
    FILE_STMTS
};

static const char *const file_sql[FILE_STMTS] = {
#define SQL(name, text) [FILE_##name] = text,
#include "oidc/oidc_sql.def"
#undef SQL
};

static const struct side_form file_form = {
    .name = OIDC_FILE,
    .tables =
        "CREATE TABLE session(id TEXT PRIMARY KEY, account TEXT NOT NULL, sub TEXT NOT NULL,"
        " sid TEXT NOT NULL, hint TEXT NOT NULL, hsa TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE INDEX session_sub ON session(sub);"
        "CREATE INDEX session_sid ON session(sid);"
        "CREATE TABLE used(jti TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) WITHOUT ROWID;",
    .sql = file_sql,
    .sql_count = FILE_STMTS,
    .application = 0x48654F69, /* "HeOi" */
    .format = 1,
    .durable = true,
    .cache_kib = 512,
};

bool session_open(struct oidc *o, const char *dir, struct err *err)
{
    return side_open(&o->file, &file_form, dir, SIDE_CREATE, err);
}

/* Deletes what is older than a time. */
static bool tidy(struct oidc *o, enum file_stmt which, int64_t before_ms, struct err *err)
{
    sqlite3_stmt *s = side_get(&o->file, which, err);
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, before_ms);
    return side_run(&o->file, s, NULL, err);
}

static bool keep(struct oidc *o, struct str session, struct str account, const struct oidc_person *p,
                 struct err *err)
{
    sqlite3_stmt *s = side_get(&o->file, FILE_KEEP, err);
    if (!s)
        return false;
    side_bind_text(s, 1, session);
    side_bind_text(s, 2, account);
    side_bind_text(s, 3, p->sub);
    side_bind_text(s, 4, p->sid);
    side_bind_text(s, 5, p->hint);
    side_bind_text(s, 6, p->hsa);
    sqlite3_bind_int64(s, 7, os_now_ms());
    return side_run(&o->file, s, NULL, err);
}

bool oidc_keep(struct oidc *o, struct str session, struct str account, const struct oidc_person *p,
               struct err *err)
{
    pthread_mutex_lock(&o->file_lock);
    bool ok = side_begin(&o->file, err) &&
              side_end(&o->file,
                       keep(o, session, account, p, err) &&
                           tidy(o, FILE_FORGET_OLD, os_now_ms() - OIDC_SESSION_MS, err),
                       err);
    pthread_mutex_unlock(&o->file_lock);
    return ok;
}

/* Under the lock: is it there? *text, in arena, is its id_token (column 0) or HSA-id (column 1). */
static bool find(struct oidc *o, struct str session, int column, struct arena *arena, struct str *text)
{
    sqlite3_stmt *s = side_get(&o->file, FILE_FIND, NULL);
    if (!s)
        return false;
    side_bind_text(s, 1, session);
    bool there = side_step(&o->file, s, NULL) == 1;
    if (there)
        *text = arena_str(arena, side_column(s, column));
    sqlite3_reset(s);
    return there;
}

bool oidc_kept(struct oidc *o, struct str session, struct arena *arena, struct str *hsa)
{
    pthread_mutex_lock(&o->file_lock);
    bool there = session.n && find(o, session, 1, arena, hsa);
    pthread_mutex_unlock(&o->file_lock);
    return there;
}

/* Under the lock. */
static bool forget(struct oidc *o, struct str session)
{
    sqlite3_stmt *s = side_get(&o->file, FILE_FORGET, NULL);
    if (!s)
        return false;
    side_bind_text(s, 1, session);
    return side_run(&o->file, s, NULL, NULL);
}

struct str oidc_leave(struct oidc *o, struct str session, struct str origin, struct arena *arena)
{
    struct provider p;
    struct str hint = STR("");
    struct buf url;
    pthread_mutex_lock(&o->file_lock);
    bool there = session.n && find(o, session, 0, arena, &hint);
    if (there)
        forget(o, session);
    pthread_mutex_unlock(&o->file_lock);
    if (!there || !provider_known(o, arena, &p) || !p.end_session.n)
        return (struct str){0};
    buf_init(&url, OIDC_ANSWER_MAX);
    buf_str(&url, p.end_session);
    buf_char(&url, str_find(p.end_session, '?', 0) == SIZE_MAX ? '?' : '&');
    oidc_param(&url, "client_id", o->conf.client);
    oidc_param(&url, "post_logout_redirect_uri", arena_printf(arena, "%.*s/", STR_ARG(origin)));
    if (hint.n)
        oidc_param(&url, "id_token_hint", hint);
    struct str text = buf_ok(&url) ? arena_str(arena, buf_get(&url)) : (struct str){0};
    buf_release(&url);
    return text;
}

bool session_once(struct oidc *o, struct str jti, int64_t now_ms, struct err *err)
{
    int changed = 0;
    pthread_mutex_lock(&o->file_lock);
    bool ok = tidy(o, FILE_ONCE_OLD, now_ms, err);
    sqlite3_stmt *s = ok ? side_get(&o->file, FILE_ONCE, err) : NULL;
    if (s) {
        side_bind_text(s, 1, jti);
        sqlite3_bind_int64(s, 2, now_ms + 2 * (int64_t)(OIDC_LOGOUT_S + JOSE_LEEWAY_S) * 1000);
        ok = side_run(&o->file, s, &changed, err);
    }
    pthread_mutex_unlock(&o->file_lock);
    return ok && s && (changed == 1 || err_set(err, ERR_TOKEN_CLAIM, "jti", NULL));
}

/* Under the lock: the sessions, in arena. */
static bool list(struct oidc *o, struct str sub, struct str sid, struct arena *arena, struct oidc_ended *out,
                 size_t *count, struct err *err)
{
    sqlite3_stmt *s = side_get(&o->file, sid.n ? FILE_OF_SID : FILE_OF_SUB, err);
    int step;
    if (!s)
        return false;
    side_bind_text(s, 1, sid.n ? sid : sub);
    if (sid.n)
        side_bind_text(s, 2, sub.n ? sub : (struct str){0});
    sqlite3_bind_int(s, sid.n ? 3 : 2, OIDC_SESSIONS_MAX);
    while ((step = side_step(&o->file, s, err)) == 1 && *count < OIDC_SESSIONS_MAX)
        out[(*count)++] =
            (struct oidc_ended){arena_str(arena, side_column(s, 0)), arena_str(arena, side_column(s, 1))};
    sqlite3_reset(s);
    return step >= 0;
}

bool session_forget(struct oidc *o, struct str sub, struct str sid, struct arena *arena,
                    struct oidc_ended **out, size_t *count, struct err *err)
{
    *count = 0;
    *out = ARENA_ARRAY(arena, struct oidc_ended, OIDC_SESSIONS_MAX);
    if (!*out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    pthread_mutex_lock(&o->file_lock);
    bool ok = list(o, sub, sid, arena, *out, count, err);
    for (size_t i = 0; ok && i < *count; i++)
        forget(o, (*out)[i].session);
    pthread_mutex_unlock(&o->file_lock);
    return ok;
}
