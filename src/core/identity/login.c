/* SPDX-License-Identifier: Apache-2.0
 * Logging in and out, and what changes a session. Passwords are tried outside the lock; what they were tried
 * against is looked at again inside it, so that an account disabled meanwhile gets no session. */
#include <sodium.h>
#include <stdio.h>

#include "identity/identity_int.h"

struct oldest {
    struct str account;
    struct session *session;
    size_t count;
};

static void note_oldest(void *arg, struct session *s)
{
    struct oldest *o = arg;
    if (!str_eq(session_text(s, SESSION_ACCOUNT), o->account))
        return;
    o->count++;
    if (!o->session || s->seen_ms < o->session->seen_ms)
        o->session = s;
}

struct ending {
    struct identity *id;
    struct str account;
    const struct session *keep;
};

static void end_one(void *arg, struct session *s)
{
    struct ending *e = arg;
    if (s != e->keep && str_eq(session_text(s, SESSION_ACCOUNT), e->account))
        session_remove(&e->id->sessions, s);
}

void session_end_account(struct identity *id, struct str account, const struct session *keep)
{
    struct ending e = {id, account, keep};
    session_each(&id->sessions, end_one, &e);
}

/* Room for one more session of the account; past every account's bound nobody else's is touched. */
static bool make_room(struct identity *id, struct str account, struct err *err)
{
    struct oldest o = {.account = account};
    if (id->sessions.count >= IDENTITY_SESSIONS_MAX)
        return err_set(err, ERR_LOGIN_BUSY, NULL);
    session_each(&id->sessions, note_oldest, &o);
    if (o.count < IDENTITY_SESSIONS_ACCOUNT)
        return true;
    if (!session_file_forget(&id->file, o.session->hash, err))
        return false;
    session_remove(&id->sessions, o.session);
    return true;
}

static bool refuse_wait(int64_t wait_ms, struct err *err)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)((wait_ms + 999) / 1000));
    return err_set(err, ERR_LOGIN_WAIT, text, NULL);
}

/* The account of that name as it stands; *known tells whether there is one. */
static bool look_up(struct identity *id, const char *name, struct account *out, bool *known, struct err *err)
{
    pthread_mutex_lock(&id->lock);
    bool ok = account_find(&id->file, name, out, known, err);
    pthread_mutex_unlock(&id->lock);
    return ok;
}

/* Still enabled, and with the password that was tried? */
static bool still(struct identity *id, const struct account *tried, struct err *err)
{
    struct account now;
    bool found;
    if (!account_find(&id->file, tried->name, &now, &found, err))
        return false;
    bool same = found && now.enabled && strcmp(now.hash, tried->hash) == 0;
    sodium_memzero(now.hash, sizeof now.hash);
    return same || err_set(err, ERR_LOGIN_WRONG, NULL);
}

bool login_begin(struct identity *id, const struct account *a, struct identity_token *out, struct err *err)
{
    struct str text[SESSION_TEXTS] = {str_of(a->name), str_of(a->person)};
    unsigned char random[SESSION_ID_TEXT / 2];
    if (!still(id, a, err) || !make_room(id, text[SESSION_ACCOUNT], err))
        return false;
    struct session *s = session_new(text, err);
    if (!s)
        return false;
    os_random(random, sizeof random);
    sodium_bin2hex(s->id, sizeof s->id, random, sizeof random);
    s->begun_ms = s->saved_ms = os_now_ms();
    s->change = a->once;
    s->seen_ms = s->begun_ms;
    session_token(out, s->hash);
    if (side_begin(&id->file, err) &&
        side_end(&id->file,
                 session_file_save(&id->file, s, err) && account_logged_in(&id->file, a->name, err), err)) {
        session_add(&id->sessions, s);
        return true;
    }
    os_free(s);
    return false;
}

static bool too_late(const struct account *a)
{
    return a->once && os_now_ms() - a->password_ms >= IDENTITY_ONCE_MS;
}

/* A hash by weaker limits than today's is made anew while the password is at hand; it matters little when
 * that fails. */
static void renew_hash(struct identity *id, struct account *a, struct str password)
{
    char hash[PASSWORD_HASH_MAX];
    if (!password_outdated(a->hash) || !password_hash(password, hash, NULL))
        return;
    pthread_mutex_lock(&id->lock);
    if (still(id, a, NULL)) {
        sqlite3_stmt *s = side_get(&id->file, FILE_ACCOUNT_REHASH, NULL);
        side_bind_text(s, 1, str_of(a->name));
        side_bind_text(s, 2, str_of(hash));
        if (side_run(&id->file, s, NULL, NULL))
            memcpy(a->hash, hash, sizeof hash);
    }
    pthread_mutex_unlock(&id->lock);
    sodium_memzero(hash, sizeof hash);
}

bool identity_login(struct identity *id, const struct identity_login *l, struct identity_token *out,
                    struct err *err)
{
    char name[IDENTITY_NAME_MAX + 1] = "";
    struct account a;
    bool known = false;
    bool named = identity_name(l->name, name, NULL);
    struct str key = named ? str_of(name) : str_sub(l->name, 0, IDENTITY_NAME_MAX);
    int64_t wait = throttle_wait(&id->throttle, key, l->origin, os_now_ms());
    if (wait)
        return refuse_wait(wait, err);
    if (!look_up(id, named ? name : "", &a, &known, err))
        return false;
    bool right = password_right(known ? a.hash : id->dummy, l->password);
    bool ok = right && known && a.enabled;
    if (ok) {
        throttle_passed(&id->throttle, key);
        renew_hash(id, &a, l->password);
        pthread_mutex_lock(&id->lock);
        ok = too_late(&a) ? err_set(err, ERR_LOGIN_ONCE_OLD, NULL) : login_begin(id, &a, out, err);
        pthread_mutex_unlock(&id->lock);
    } else {
        throttle_failed(&id->throttle, key, known, l->origin, os_now_ms());
        err_set(err, ERR_LOGIN_WRONG, NULL);
    }
    sodium_memzero(&a, sizeof a);
    return ok;
}

bool identity_refuse(enum identity_state state, struct err *err)
{
    static const enum err_code why[] = {[IDENTITY_NONE] = ERR_LOGIN_REQUIRED,
                                        [IDENTITY_IDLE] = ERR_LOGIN_IDLE,
                                        [IDENTITY_CHANGE] = ERR_LOGIN_CHANGE,
                                        [IDENTITY_LIVE] = ERR_LOGIN_REQUIRED};
    return err_set(err, why[state], NULL);
}

/* Under the lock: the session of a token in a state that will do; NULL with *err. */
static struct session *session_of(struct identity *id, struct str token, enum identity_state least,
                                  struct err *err)
{
    unsigned char hash[SESSION_HASH];
    struct session *s = session_hash(token, hash) ? session_find(&id->sessions, hash) : NULL;
    enum identity_state state = s ? session_state(id, s, os_now_ms()) : IDENTITY_NONE;
    if (state >= least)
        return s;
    identity_refuse(state, err);
    return NULL;
}

/* Under the lock: puts a session with these texts and a new token in old's place; everything else stays.
 * change: its password must be changed, as before. */
static bool renew(struct identity *id, struct session *old, const struct str text[SESSION_TEXTS],
                  int64_t until_ms, bool change, struct identity_token *out, struct err *err)
{
    struct session *s = session_new(text, err);
    if (!s)
        return false;
    memcpy(s->id, old->id, sizeof s->id);
    s->begun_ms = old->begun_ms;
    s->seen_ms = s->saved_ms = os_now_ms();
    s->until_ms = until_ms;
    s->change = change;
    session_token(out, s->hash);
    if (side_begin(&id->file, err) &&
        side_end(&id->file,
                 session_file_forget(&id->file, old->hash, err) && session_file_save(&id->file, s, err),
                 err)) {
        session_replace(&id->sessions, old, s);
        return true;
    }
    os_free(s);
    return false;
}

bool login_renew(struct identity *id, struct session *old, bool change, struct identity_token *out,
                 struct err *err)
{
    struct str text[SESSION_TEXTS];
    for (int i = 0; i < SESSION_TEXTS; i++)
        text[i] = session_text(old, (enum session_text)i);
    return renew(id, old, text, old->until_ms, change, out, err);
}

/* The account behind a token; false when there is no such session, or no such account any more. */
static bool account_of(struct identity *id, struct str token, enum identity_state least, struct account *out,
                       struct err *err)
{
    char name[IDENTITY_NAME_MAX + 1];
    bool found = false;
    pthread_mutex_lock(&id->lock);
    struct session *s = session_of(id, token, least, err);
    bool ok = s && identity_name(session_text(s, SESSION_ACCOUNT), name, err) &&
              account_find(&id->file, name, out, &found, err) &&
              (found || err_set(err, ERR_LOGIN_REQUIRED, NULL));
    pthread_mutex_unlock(&id->lock);
    return ok;
}

/* A wrong password for the session itself: after a few it ends. */
static void tried(struct identity *id, struct str token)
{
    pthread_mutex_lock(&id->lock);
    struct session *s = session_of(id, token, IDENTITY_IDLE, NULL);
    if (s && ++s->tries >= IDENTITY_RESUME_TRIES && session_file_forget(&id->file, s->hash, NULL))
        session_remove(&id->sessions, s);
    pthread_mutex_unlock(&id->lock);
}

/* The account of the session, when this is its password. The caller wipes *a. */
static bool prove(struct identity *id, struct str token, enum identity_state least, struct str password,
                  struct account *a, struct err *err)
{
    if (!account_of(id, token, least, a, err))
        return false;
    if (password_right(a->hash, password) && a->enabled)
        return true;
    tried(id, token);
    return err_set(err, ERR_LOGIN_WRONG, NULL);
}

bool identity_resume(struct identity *id, struct str token, struct str password, struct identity_token *out,
                     struct err *err)
{
    struct account a = {0};
    bool ok = prove(id, token, IDENTITY_IDLE, password, &a, err);
    if (ok) {
        pthread_mutex_lock(&id->lock);
        struct session *s = session_of(id, token, IDENTITY_IDLE, err);
        ok = s && still(id, &a, err) && login_renew(id, s, s->change, out, err);
        pthread_mutex_unlock(&id->lock);
    }
    sodium_memzero(&a, sizeof a);
    return ok;
}

/* Under the lock: the new hash is written and every session of the account but s forgotten, in one. */
static bool write_password(struct identity *id, const struct account *a, const char *hash, struct session *s,
                           struct err *err)
{
    return side_begin(&id->file, err) &&
           side_end(&id->file,
                    account_set_hash(&id->file, a->name, hash, false, err) &&
                        session_file_forget_all(&id->file, str_of(a->name), err) &&
                        session_file_save(&id->file, s, err),
                    err);
}

bool identity_change_password(struct identity *id, struct str token, struct str old, struct str now,
                              struct identity_token *out, struct err *err)
{
    struct account a = {0};
    char hash[PASSWORD_HASH_MAX];
    bool ok = prove(id, token, IDENTITY_CHANGE, old, &a, err) &&
              (!str_eq(old, now) || err_set(err, ERR_ACCOUNT_PASSWORD, "det är samma som förut",
                                            "it is the same as before", NULL)) &&
              identity_password_fits(str_of(a.name), now, err) && password_hash(now, hash, err);
    if (ok) {
        pthread_mutex_lock(&id->lock);
        struct session *s = session_of(id, token, IDENTITY_CHANGE, err);
        ok = s && still(id, &a, err) && write_password(id, &a, hash, s, err);
        if (ok) {
            session_end_account(id, str_of(a.name), s);
            ok = login_renew(id, s, false, out, err);
        }
        pthread_mutex_unlock(&id->lock);
        sodium_memzero(hash, sizeof hash);
    }
    sodium_memzero(&a, sizeof a);
    return ok;
}

bool identity_logout(struct identity *id, struct str token, bool everywhere, struct err *err)
{
    char name[IDENTITY_NAME_MAX + 1];
    pthread_mutex_lock(&id->lock);
    struct session *s = session_of(id, token, IDENTITY_IDLE, NULL);
    bool ok = true;
    if (s && everywhere && identity_name(session_text(s, SESSION_ACCOUNT), name, err)) {
        ok = session_file_forget_all(&id->file, str_of(name), err);
        if (ok)
            session_end_account(id, str_of(name), NULL);
    } else if (s) {
        ok = session_file_forget(&id->file, s->hash, err);
        if (ok)
            session_remove(&id->sessions, s);
    }
    pthread_mutex_unlock(&id->lock);
    return ok;
}

bool identity_assign(struct identity *id, struct str token, const struct identity_role *role,
                     struct identity_token *out, struct err *err)
{
    pthread_mutex_lock(&id->lock);
    struct session *s = session_of(id, token, IDENTITY_LIVE, err);
    bool ok = s != NULL;
    if (ok) {
        struct str text[SESSION_TEXTS] = {session_text(s, SESSION_ACCOUNT),
                                          session_text(s, SESSION_USER),
                                          role->assignment,
                                          role->unit,
                                          role->provider,
                                          role->role,
                                          role->purpose};
        for (int i = SESSION_ASSIGNMENT; ok && i < SESSION_TEXTS; i++)
            ok = text[i].n <= IDENTITY_ROLE_TEXT_MAX ||
                 err_set_str(err, ERR_LOGIN_ASSIGNMENT_UNFIT, role->assignment, STR(""));
        ok = ok && renew(id, s, text, role->until_ms, false, out, err);
    }
    pthread_mutex_unlock(&id->lock);
    return ok;
}
