/* SPDX-License-Identifier: Apache-2.0
 * Grants: codes, access tokens, refresh tokens, and taking them back. */
#include "base/os.h"
#include "smart/smart_int.h"

/* The columns of SECRET_FIND. */
enum { AT_WHAT, AT_UNTIL, AT_USED, AT_REDIRECT, AT_CHALLENGE, AT_NONCE, AT_GRANT };

struct found {
    enum smart_what what;
    int64_t until_ms;
    bool used;
    struct str redirect, challenge, nonce;
    struct smart_grant grant;
};

static bool no_grant(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_GRANT, sv, en, NULL);
}

static void grant_read(sqlite3_stmt *st, int at, struct arena *arena, struct smart_grant *g)
{
    struct str *const texts[] = {&g->caller.account, &g->caller.user,     &g->caller.assignment,
                                 &g->caller.unit,    &g->caller.provider, &g->caller.role,
                                 &g->caller.purpose, &g->caller.session,  &g->scopes,
                                 &g->patient,        &g->encounter};
    *g = (struct smart_grant){.id = sqlite3_column_int64(st, at), .app = smart_column(st, at + 1, arena)};
    g->caller.kind = (enum access_kind)sqlite3_column_int(st, at + 2);
    at += 3;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = smart_column(st, at++, arena);
    g->begun_ms = sqlite3_column_int64(st, at);
    g->until_ms = sqlite3_column_int64(st, at + 1);
}

/* Under the lock: 1 found, 0 not (never was, taken back, or its app is off), -1 failed. */
static int secret_find(struct smart *s, const unsigned char hash[SMART_HASH], struct arena *arena,
                       struct found *out, struct err *err)
{
    sqlite3_stmt *st = side_get(&s->side, SMART_SECRET_FIND, err);
    if (!st)
        return -1;
    smart_bind_hash(st, 1, hash);
    int rc = side_step(&s->side, st, err);
    if (rc > 0) {
        out->what = (enum smart_what)sqlite3_column_int(st, AT_WHAT);
        out->until_ms = sqlite3_column_int64(st, AT_UNTIL);
        out->used = sqlite3_column_int(st, AT_USED);
        out->redirect = smart_column(st, AT_REDIRECT, arena);
        out->challenge = smart_column(st, AT_CHALLENGE, arena);
        out->nonce = smart_column(st, AT_NONCE, arena);
        grant_read(st, AT_GRANT, arena, &out->grant);
    }
    sqlite3_reset(st);
    return rc;
}

static bool secret_put(struct smart *s, struct smart_token *token, int64_t grant, enum smart_what what,
                       int64_t until_ms, const struct smart_code *code, struct err *err)
{
    unsigned char hash[SMART_HASH];
    smart_random(token);
    smart_hash(str_of(token->text), hash);
    sqlite3_stmt *st = side_get(&s->side, SMART_SECRET_PUT, err);
    if (st) {
        smart_bind_hash(st, 1, hash);
        sqlite3_bind_int64(st, 2, grant);
        sqlite3_bind_int(st, 3, (int)what);
        sqlite3_bind_int64(st, 4, until_ms);
        side_bind_text(st, 5, code ? code->redirect : (struct str){0});
        side_bind_text(st, 6, code ? code->challenge : (struct str){0});
        side_bind_text(st, 7, code ? code->nonce : (struct str){0});
    }
    return side_run(&s->side, st, NULL, err);
}

static struct str text_or_empty(struct str s)
{
    return s.p ? s : STR("");
}

static bool grant_put(struct smart *s, const struct smart_grant *g, int64_t *id, struct err *err)
{
    const struct access_caller *c = &g->caller;
    const struct str texts[] = {c->account, c->user,    c->assignment, c->unit,    c->provider, c->role,
                                c->purpose, c->session, g->scopes,     g->patient, g->encounter};
    /* Written out (version 2, criteria of both) they may have become longer than what was asked. */
    if (g->scopes.n > SMART_SCOPE_TEXT_MAX)
        return err_set_str(err, ERR_SCOPE, str_sub(g->scopes, 0, 40), STR(""));
    sqlite3_stmt *st = side_get(&s->side, SMART_GIVEN_PUT, err);
    if (!st)
        return false;
    side_bind_text(st, 1, g->app);
    sqlite3_bind_int(st, 2, (int)c->kind);
    int at = 3;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        side_bind_text(st, at++, text_or_empty(texts[i]));
    sqlite3_bind_int64(st, at, g->begun_ms);
    sqlite3_bind_int64(st, at + 1, g->until_ms);
    bool ok = side_run(&s->side, st, NULL, err);
    *id = ok ? sqlite3_last_insert_rowid(s->side.h) : 0;
    return ok;
}

/* Runs one statement about an id or hash. */
static bool run_id(struct smart *s, enum smart_stmt which, int64_t id, struct err *err)
{
    sqlite3_stmt *st = side_get(&s->side, which, err);
    if (st)
        sqlite3_bind_int64(st, 1, id);
    return side_run(&s->side, st, NULL, err);
}

static bool run_hash(struct smart *s, enum smart_stmt which, const unsigned char hash[SMART_HASH],
                     int *changed, struct err *err)
{
    sqlite3_stmt *st = side_get(&s->side, which, err);
    if (st)
        smart_bind_hash(st, 1, hash);
    return side_run(&s->side, st, changed, err);
}

/* ---- making ---- */

bool smart_grant_make(struct smart *s, const struct smart_grant *grant, int64_t now_ms, int64_t *id,
                      struct err *err)
{
    struct smart_grant g = *grant;
    g.begun_ms = now_ms;
    pthread_mutex_lock(&s->lock);
    bool ok = grant_put(s, &g, id, err);
    pthread_mutex_unlock(&s->lock);
    return ok;
}

bool smart_code_make(struct smart *s, const struct smart_grant *grant, const struct smart_code *code,
                     int64_t now_ms, struct smart_token *out, struct err *err)
{
    struct smart_grant g = *grant;
    int64_t id = 0;
    g.begun_ms = now_ms;
    pthread_mutex_lock(&s->lock);
    bool ok = side_begin(&s->side, err);
    if (ok) {
        ok = grant_put(s, &g, &id, err) &&
             secret_put(s, out, id, SMART_WHAT_CODE, now_ms + SMART_CODE_MS, code, err);
        ok = side_end(&s->side, ok, err);
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool tokens_put(struct smart *s, int64_t grant, int64_t now_ms, int64_t life_ms,
                       struct smart_token *access, struct smart_token *refresh, struct err *err)
{
    return secret_put(s, access, grant, SMART_WHAT_ACCESS, now_ms + life_ms, NULL, err) &&
           (!refresh ||
            secret_put(s, refresh, grant, SMART_WHAT_REFRESH, now_ms + SMART_REFRESH_MS, NULL, err));
}

bool smart_tokens_make(struct smart *s, int64_t grant, int64_t now_ms, int64_t life_ms,
                       struct smart_token *access, struct smart_token *refresh, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    bool ok = side_begin(&s->side, err);
    if (ok)
        ok = side_end(&s->side, tokens_put(s, grant, now_ms, life_ms, access, refresh, err), err);
    pthread_mutex_unlock(&s->lock);
    return ok;
}

/* ---- using once ---- */

/* Takes a code or refresh token, whoever holds it: its first use. A second one ends the grant, and that is
 * kept though the call fails. */
static bool use_once(struct smart *s, struct str token, enum smart_what what, struct str app, int64_t now_ms,
                     struct arena *arena, struct found *out, struct err *err)
{
    unsigned char hash[SMART_HASH];
    int changed = 0;
    smart_hash(token, hash);
    int rc = secret_find(s, hash, arena, out, err);
    if (rc < 0)
        return false;
    if (rc == 0 || out->what != what || !str_eq(out->grant.app, app))
        return no_grant(err, "okänd, eller tillbakatagen", "unknown, or taken back");
    if (!out->used && !run_hash(s, SMART_SECRET_USE, hash, &changed, err))
        return false;
    if (!changed) {
        smart_forget(s);
        return run_id(s, SMART_GIVEN_END, out->grant.id, err) &&
               no_grant(err, "använd förut; allt som getts för den är taget tillbaka",
                        "used before; all that was given for it is taken back");
    }
    return (out->until_ms > now_ms && out->grant.until_ms > now_ms) || no_grant(err, "för gammal", "too old");
}

bool smart_code_take(struct smart *s, struct str code, struct str app, struct str redirect,
                     struct str verifier, int64_t now_ms, struct arena *arena, struct smart_grant *out,
                     struct str *nonce, struct err *err)
{
    struct found f = {0};
    pthread_mutex_lock(&s->lock);
    bool ok = use_once(s, code, SMART_WHAT_CODE, app, now_ms, arena, &f, err);
    pthread_mutex_unlock(&s->lock);
    if (!ok)
        return false;
    if (!str_eq(f.redirect, redirect))
        return no_grant(err, "redirect_uri är en annan än koden begärdes för",
                        "redirect_uri is not the one the code was asked for");
    if (!jose_pkce(verifier, f.challenge))
        return no_grant(err, "code_verifier stämmer inte", "code_verifier is wrong");
    *out = f.grant;
    *nonce = f.nonce;
    return true;
}

bool smart_refresh(struct smart *s, struct str token, struct str app, int64_t now_ms, struct arena *arena,
                   struct smart_grant *out, struct err *err)
{
    struct found f = {0};
    pthread_mutex_lock(&s->lock);
    bool ok = use_once(s, token, SMART_WHAT_REFRESH, app, now_ms, arena, &f, err);
    pthread_mutex_unlock(&s->lock);
    *out = f.grant;
    return ok;
}

/* ---- access tokens ---- */

static struct smart_grant grant_copy(const struct smart_grant *g, struct arena *arena)
{
    struct smart_grant out = *g;
    struct str *const texts[] = {&out.app,
                                 &out.caller.account,
                                 &out.caller.user,
                                 &out.caller.assignment,
                                 &out.caller.unit,
                                 &out.caller.provider,
                                 &out.caller.role,
                                 &out.caller.purpose,
                                 &out.caller.session,
                                 &out.scopes,
                                 &out.patient,
                                 &out.encounter};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_str(arena, *texts[i]);
    return out;
}

/* Has another program changed the file? Asked now and then; under the lock. */
static bool watch(struct smart *s, struct err *err)
{
    uint64_t now = os_mono_ns();
    if (s->watched_ns && now - s->watched_ns < (uint64_t)SMART_WATCH_MS * 1000000)
        return true;
    sqlite3_stmt *st = side_get(&s->side, SMART_MOVED, err);
    if (!st || side_step(&s->side, st, err) <= 0)
        return false;
    int64_t version = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    if (version != s->version)
        smart_forget(s);
    s->version = version;
    s->watched_ns = now;
    return true;
}

/* The remembered token, read from the file when it is not; NULL with err. Under the lock. */
static const struct smart_known *known(struct smart *s, const unsigned char hash[SMART_HASH], struct err *err)
{
    uint32_t slot;
    memcpy(&slot, hash, sizeof slot);
    struct smart_known *k = &s->known[slot & (SMART_CACHE - 1)];
    if (!watch(s, err))
        return NULL;
    if (k->epoch == s->epoch && memcmp(k->hash, hash, SMART_HASH) == 0)
        return k;
    struct found f = {0};
    arena_reset(&k->arena);
    k->epoch = 0;
    int rc = secret_find(s, hash, &k->arena, &f, err);
    if (rc == 0 || (rc > 0 && f.what != SMART_WHAT_ACCESS))
        no_grant(err, "okänd, eller tillbakatagen", "unknown, or taken back");
    if (rc <= 0 || f.what != SMART_WHAT_ACCESS)
        return NULL;
    memcpy(k->hash, hash, SMART_HASH);
    k->epoch = s->epoch;
    k->grant = f.grant;
    k->until_ms = sooner(f.until_ms, f.grant.until_ms);
    return k;
}

bool smart_token_find(struct smart *s, struct str token, int64_t now_ms, struct arena *arena,
                      struct smart_grant *out, int64_t *until_ms, struct err *err)
{
    unsigned char hash[SMART_HASH];
    smart_hash(token, hash);
    pthread_mutex_lock(&s->lock);
    const struct smart_known *k = known(s, hash, err);
    bool ok = k && (k->until_ms > now_ms || no_grant(err, "för gammal", "too old"));
    if (ok) {
        *out = grant_copy(&k->grant, arena);
        *until_ms = k->until_ms;
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

/* ---- taking back ---- */

bool smart_revoke(struct smart *s, struct str token, struct str app, struct err *err)
{
    unsigned char hash[SMART_HASH];
    struct found f = {0};
    struct arena arena;
    arena_init(&arena);
    smart_hash(token, hash);
    pthread_mutex_lock(&s->lock);
    int rc = secret_find(s, hash, &arena, &f, err);
    bool ok = rc >= 0;
    if (rc > 0 && str_eq(f.grant.app, app))
        ok = f.what == SMART_WHAT_ACCESS ? run_hash(s, SMART_SECRET_FORGET, hash, NULL, err)
                                         : run_id(s, SMART_GIVEN_END, f.grant.id, err);
    smart_forget(s);
    pthread_mutex_unlock(&s->lock);
    arena_release(&arena);
    return ok;
}

bool smart_revoke_account(struct smart *s, struct str account, struct str session, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    sqlite3_stmt *st = side_get(&s->side, SMART_GIVEN_END_ACCOUNT, err);
    if (st) {
        side_bind_text(st, 1, account);
        side_bind_text(st, 2, text_or_empty(session));
    }
    bool ok = side_run(&s->side, st, NULL, err);
    smart_forget(s);
    pthread_mutex_unlock(&s->lock);
    return ok;
}
