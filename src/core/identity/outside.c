/* SPDX-License-Identifier: Apache-2.0
 * Sessions of those whom an outside provider has vouched for. They are sessions as others are; only the
 * password is missing, so nothing here waits. */
#include <sodium.h>

#include "identity/identity_int.h"

bool identity_add_outside(struct identity *id, struct str name, struct str person, struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1];
    if (!identity_name(name, lower, err))
        return false;
    if (identity_kind(person) == ACCESS_NOBODY)
        return err_set_str(err, ERR_ACCOUNT_PERSON, person, STR(""));
    pthread_mutex_lock(&id->lock);
    bool ok = side_begin(&id->file, err) &&
              side_end(&id->file, account_add_outside(&id->file, lower, person, id->dummy, err), err);
    pthread_mutex_unlock(&id->lock);
    return ok;
}

/* Under the lock: the person's account, made when there is none and it may be. */
static bool account_for(struct identity *id, struct str person, const char *name, bool make,
                        struct account *out, struct err *err)
{
    char found_name[IDENTITY_NAME_MAX + 1];
    bool found = false;
    if (!account_of_person(&id->file, person, name, found_name, &found, err))
        return false;
    if (!found && make) {
        if (!side_begin(&id->file, err) ||
            !side_end(&id->file, account_add_outside(&id->file, name, person, id->dummy, err), err))
            return false;
        memcpy(found_name, name, strlen(name) + 1);
        found = true;
    }
    return (!found || account_find(&id->file, found_name, out, &found, err)) &&
           ((found && out->enabled) || err_set(err, ERR_OIDC_ACCOUNT, name, NULL));
}

bool identity_login_outside(struct identity *id, struct str person, struct str name, bool make,
                            struct identity_token *out, struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1];
    struct account a = {0};
    if (!identity_name(name, lower, err))
        return false;
    if (identity_kind(person) == ACCESS_NOBODY)
        return err_set_str(err, ERR_ACCOUNT_PERSON, person, STR(""));
    pthread_mutex_lock(&id->lock);
    bool ok = account_for(id, person, lower, make, &a, err);
    a.once = false; /* a one-time password that waits for its person has not been used */
    ok = ok && login_begin(id, &a, out, err);
    pthread_mutex_unlock(&id->lock);
    sodium_memzero(&a, sizeof a);
    return ok;
}

struct wanted {
    struct str session;
    struct session *found;
};

static void match(void *arg, struct session *s)
{
    struct wanted *w = arg;
    if (str_eq(str_of(s->id), w->session))
        w->found = s;
}

/* Under the lock: NULL when it has ended. */
static struct session *session_called(struct identity *id, struct str session)
{
    struct wanted w = {.session = session};
    session_each(&id->sessions, match, &w);
    bool alive = w.found && session_state(id, w.found, os_now_ms()) != IDENTITY_NONE;
    return alive ? w.found : NULL;
}

/* Is the account behind the session still open, and still this person's? */
static bool account_open(struct identity *id, const struct session *s, struct str person, struct err *err)
{
    char name[IDENTITY_NAME_MAX + 1];
    struct account a = {0};
    bool found = false;
    bool ok = identity_name(session_text(s, SESSION_ACCOUNT), name, err) &&
              account_find(&id->file, name, &a, &found, err);
    bool same = found && a.enabled && str_eq(str_of(a.person), person);
    sodium_memzero(&a, sizeof a);
    return ok && (same || err_set(err, ERR_LOGIN_REQUIRED, NULL));
}

bool identity_wake(struct identity *id, struct str session, struct str person, struct identity_token *out,
                   struct err *err)
{
    pthread_mutex_lock(&id->lock);
    struct session *s = session_called(id, session);
    bool ok = (s && str_eq(session_text(s, SESSION_USER), person)) || err_set(err, ERR_LOGIN_REQUIRED, NULL);
    ok = ok && account_open(id, s, person, err) && login_renew(id, s, false, out, err);
    pthread_mutex_unlock(&id->lock);
    return ok;
}

bool identity_end(struct identity *id, struct str session, char account[IDENTITY_NAME_MAX + 1],
                  struct err *err)
{
    account[0] = 0;
    pthread_mutex_lock(&id->lock);
    struct session *s = session_called(id, session);
    bool ok = !s || (identity_name(session_text(s, SESSION_ACCOUNT), account, err) &&
                     session_file_forget(&id->file, s->hash, err));
    if (s && ok)
        session_remove(&id->sessions, s);
    pthread_mutex_unlock(&id->lock);
    return ok;
}
