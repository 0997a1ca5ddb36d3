/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "identity/identity_int.h"

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '@';
}

bool identity_name(struct str name, char out[IDENTITY_NAME_MAX + 1], struct err *err)
{
    bool ok = name.n >= 2 && name.n <= IDENTITY_NAME_MAX;
    for (size_t i = 0; ok && i < name.n; i++) {
        char c = name.p[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        ok = name_char(out[i]);
    }
    if (!ok)
        return err_set(err, ERR_ACCOUNT_NAME, NULL);
    out[name.n] = 0;
    return true;
}

enum access_kind identity_kind(struct str person)
{
    static const struct {
        struct str prefix;
        enum access_kind kind;
    } kinds[] = {{{"Practitioner/", 13}, ACCESS_STAFF},
                 {{"Patient/", 8}, ACCESS_PATIENT},
                 {{"RelatedPerson/", 14}, ACCESS_GUARDIAN}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_starts(person, kinds[i].prefix))
            continue;
        struct str id = str_sub(person, kinds[i].prefix.n, person.n);
        bool ok = id.n >= 1 && id.n <= 64;
        for (size_t j = 0; ok && j < id.n; j++)
            ok = (id.p[j] >= 'a' && id.p[j] <= 'z') || (id.p[j] >= 'A' && id.p[j] <= 'Z') ||
                 (id.p[j] >= '0' && id.p[j] <= '9') || id.p[j] == '-' || id.p[j] == '.';
        return ok ? kinds[i].kind : ACCESS_NOBODY;
    }
    return ACCESS_NOBODY;
}

static void copy_column(char *to, size_t max, sqlite3_stmt *s, int at)
{
    const char *text = (const char *)sqlite3_column_text(s, at);
    size_t n = text ? strlen(text) : 0;
    n = n < max ? n : max - 1;
    if (n)
        memcpy(to, text, n);
    to[n] = 0;
}

bool account_find(struct side *f, const char *name, struct account *out, bool *found, struct err *err)
{
    sqlite3_stmt *s = side_get(f, FILE_ACCOUNT_FIND, err);
    memset(out, 0, sizeof *out);
    if (!s)
        return false;
    side_bind_text(s, 1, str_of(name));
    int code = sqlite3_step(s);
    *found = code == SQLITE_ROW;
    if (*found) {
        memcpy(out->name, name, strlen(name) + 1);
        copy_column(out->person, sizeof out->person, s, 0);
        copy_column(out->hash, sizeof out->hash, s, 1);
        out->enabled = sqlite3_column_int(s, 2) != 0;
        out->password_ms = llabs(sqlite3_column_int64(s, 3));
        out->once = sqlite3_column_int64(s, 3) < 0;
    }
    bool ok = code == SQLITE_ROW || code == SQLITE_DONE || side_fail(f, err);
    sqlite3_reset(s);
    return ok;
}

bool account_set_hash(struct side *f, const char *name, const char *hash, bool once, struct err *err)
{
    sqlite3_stmt *s = side_get(f, FILE_ACCOUNT_HASH, err);
    side_bind_text(s, 1, str_of(name));
    side_bind_text(s, 2, str_of(hash));
    sqlite3_bind_int64(s, 3, once ? -os_now_ms() : os_now_ms());
    return side_run(f, s, NULL, err) &&
           (sqlite3_changes(f->h) == 1 || err_set(err, ERR_ACCOUNT_NONE, name, NULL));
}

bool account_of_person(struct side *f, struct str person, const char *name, char out[IDENTITY_NAME_MAX + 1],
                       bool *found, struct err *err)
{
    sqlite3_stmt *s = side_get(f, FILE_ACCOUNT_OF_PERSON, err);
    if (!s)
        return false;
    side_bind_text(s, 1, person);
    side_bind_text(s, 2, str_of(name));
    int step = side_step(f, s, err);
    *found = step == 1;
    if (*found)
        copy_column(out, IDENTITY_NAME_MAX + 1, s, 0);
    sqlite3_reset(s);
    return step >= 0;
}

bool account_add_outside(struct side *f, const char *name, struct str person, const char *hash,
                         struct err *err)
{
    struct account a;
    bool found = false;
    if (!account_find(f, name, &a, &found, err))
        return false;
    if (found)
        return err_set(err, ERR_ACCOUNT_EXISTS, name, NULL);
    sqlite3_stmt *s = side_get(f, FILE_ACCOUNT_OUTSIDE, err);
    if (!s)
        return false;
    side_bind_text(s, 1, str_of(name));
    side_bind_text(s, 2, person);
    side_bind_text(s, 3, str_of(hash));
    sqlite3_bind_int64(s, 4, os_now_ms());
    return side_run(f, s, NULL, err);
}

bool account_logged_in(struct side *f, const char *name, struct err *err)
{
    sqlite3_stmt *s = side_get(f, FILE_ACCOUNT_LOGIN, err);
    side_bind_text(s, 1, str_of(name));
    sqlite3_bind_int64(s, 2, os_now_ms());
    return side_run(f, s, NULL, err);
}

static bool add(struct identity *id, struct str name, struct str person, struct str password, bool once,
                struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1], hash[PASSWORD_HASH_MAX];
    struct account a;
    bool found = false;
    if (!identity_name(name, lower, err))
        return false;
    if (identity_kind(person) == ACCESS_NOBODY)
        return err_set_str(err, ERR_ACCOUNT_PERSON, person, STR(""));
    if (!identity_password_fits(str_of(lower), password, err) || !password_hash(password, hash, err))
        return false;
    pthread_mutex_lock(&id->lock);
    bool ok = side_begin(&id->file, err);
    if (ok) {
        ok = account_find(&id->file, lower, &a, &found, err) &&
             (!found || err_set(err, ERR_ACCOUNT_EXISTS, lower, NULL));
        sqlite3_stmt *s = side_get(&id->file, FILE_ACCOUNT_ADD, err);
        if (ok) {
            side_bind_text(s, 1, str_of(lower));
            side_bind_text(s, 2, person);
            side_bind_text(s, 3, str_of(hash));
            sqlite3_bind_int64(s, 4, os_now_ms());
            sqlite3_bind_int64(s, 5, once ? -os_now_ms() : os_now_ms());
            ok = side_run(&id->file, s, NULL, err);
        }
        ok = side_end(&id->file, ok, err);
    }
    pthread_mutex_unlock(&id->lock);
    return ok;
}

bool identity_add(struct identity *id, struct str name, struct str person, struct str password,
                  struct err *err)
{
    return add(id, name, person, password, false, err);
}

bool identity_enable(struct identity *id, struct str name, bool on, struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1];
    if (!identity_name(name, lower, err))
        return false;
    pthread_mutex_lock(&id->lock);
    bool ok = side_begin(&id->file, err);
    if (ok) {
        sqlite3_stmt *s = side_get(&id->file, FILE_ACCOUNT_ENABLE, err);
        side_bind_text(s, 1, str_of(lower));
        sqlite3_bind_int(s, 2, on);
        ok = side_run(&id->file, s, NULL, err) &&
             (sqlite3_changes(id->file.h) == 1 || err_set(err, ERR_ACCOUNT_NONE, lower, NULL)) &&
             (on || session_file_forget_all(&id->file, str_of(lower), err));
        ok = side_end(&id->file, ok, err);
    }
    if (ok && !on)
        session_end_account(id, str_of(lower), NULL);
    pthread_mutex_unlock(&id->lock);
    return ok;
}

static bool set_password(struct identity *id, struct str name, struct str password, bool once,
                         struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1], hash[PASSWORD_HASH_MAX];
    if (!identity_name(name, lower, err) || !identity_password_fits(str_of(lower), password, err) ||
        !password_hash(password, hash, err))
        return false;
    pthread_mutex_lock(&id->lock);
    bool ok = side_begin(&id->file, err);
    if (ok) {
        ok = account_set_hash(&id->file, lower, hash, once, err) &&
             session_file_forget_all(&id->file, str_of(lower), err);
        ok = side_end(&id->file, ok, err);
    }
    if (ok)
        session_end_account(id, str_of(lower), NULL);
    pthread_mutex_unlock(&id->lock);
    return ok;
}

bool identity_set_password(struct identity *id, struct str name, struct str password, struct err *err)
{
    return set_password(id, name, password, false, err);
}

void identity_once_make(struct identity_once *out)
{
    static const char consonants[] = "bdfghjklmnprstvk", vowels[] = "aeiou";
    unsigned char random[16];
    size_t n = 0;
    os_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random / 2; i++) {
        if (i && i % 2 == 0)
            out->text[n++] = '-';
        out->text[n++] = consonants[random[2 * i] % 16];
        out->text[n++] = vowels[random[2 * i + 1] % 5];
    }
    OS_ASSERT(n == IDENTITY_ONCE_TEXT);
    out->text[n] = 0;
}

bool identity_add_once(struct identity *id, struct str name, struct str person, struct identity_once *out,
                       struct err *err)
{
    identity_once_make(out);
    return add(id, name, person, str_of(out->text), true, err);
}

bool identity_reset(struct identity *id, struct str name, struct identity_once *out, struct err *err)
{
    identity_once_make(out);
    return set_password(id, name, str_of(out->text), true, err);
}

/* *out of the account; false when there is none. */
static bool account_of(struct identity *id, struct str name, struct account *out)
{
    char lower[IDENTITY_NAME_MAX + 1];
    bool found = false;
    if (!identity_name(name, lower, NULL))
        return false;
    pthread_mutex_lock(&id->lock);
    found = account_find(&id->file, lower, out, &found, NULL) && found;
    pthread_mutex_unlock(&id->lock);
    return found;
}

bool identity_exists(struct identity *id, struct str name)
{
    struct account a;
    return account_of(id, name, &a);
}

bool identity_enabled(struct identity *id, struct str name)
{
    struct account a;
    return account_of(id, name, &a) && a.enabled;
}

static bool known(struct identity *id, struct str name, char lower[IDENTITY_NAME_MAX + 1], struct err *err)
{
    return identity_name(name, lower, err) &&
           (identity_exists(id, str_of(lower)) || err_set(err, ERR_ACCOUNT_NONE, lower, NULL));
}

bool identity_unlock(struct identity *id, struct str name, struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1];
    if (!known(id, name, lower, err))
        return false;
    throttle_passed(&id->throttle, str_of(lower));
    return true;
}

bool identity_end_sessions(struct identity *id, struct str name, struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1];
    if (!known(id, name, lower, err))
        return false;
    pthread_mutex_lock(&id->lock);
    bool ok = session_file_forget_all(&id->file, str_of(lower), err);
    if (ok)
        session_end_account(id, str_of(lower), NULL);
    pthread_mutex_unlock(&id->lock);
    return ok;
}

int64_t identity_last_login(struct identity *id, struct str person)
{
    pthread_mutex_lock(&id->lock);
    sqlite3_stmt *s = side_get(&id->file, FILE_ACCOUNT_LOGIN_OF, NULL);
    int64_t ms = 0;
    if (s) {
        side_bind_text(s, 1, person);
        if (sqlite3_step(s) == SQLITE_ROW)
            ms = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    pthread_mutex_unlock(&id->lock);
    return ms;
}

bool identity_opens(struct identity *id, struct str person)
{
    pthread_mutex_lock(&id->lock);
    sqlite3_stmt *s = side_get(&id->file, FILE_ACCOUNT_OPENS, NULL);
    bool yes = false;
    if (s) {
        side_bind_text(s, 1, person);
        yes = sqlite3_step(s) == SQLITE_ROW;
        sqlite3_reset(s);
    }
    pthread_mutex_unlock(&id->lock);
    return yes;
}

struct counting {
    struct identity *id;
    struct identity_account *list;
    size_t count;
    int64_t now_ms;
};

/* The list is by name. */
static void count_session(void *arg, struct session *s)
{
    struct counting *c = arg;
    struct str name = session_text(s, SESSION_ACCOUNT);
    size_t low = 0, high = c->count;
    if (session_state(c->id, s, c->now_ms) == IDENTITY_NONE)
        return;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (str_cmp(c->list[mid].name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < c->count && str_eq(c->list[low].name, name))
        c->list[low].sessions++;
}

/* What this process knows beside the file: who waits, and who is here. Under the lock. */
static void add_now(struct identity *id, struct identity_account *list, size_t count)
{
    struct counting c = {id, list, count, os_now_ms()};
    for (size_t i = 0; i < count; i++) {
        list[i].fails = throttle_fails(&id->throttle, list[i].name, &list[i].failed_ms);
        list[i].wait_ms = throttle_wait(&id->throttle, list[i].name, STR(""), c.now_ms);
    }
    session_each(&id->sessions, count_session, &c);
}

static struct str column(struct arena *arena, sqlite3_stmt *s, int at)
{
    const char *text = (const char *)sqlite3_column_text(s, at);
    return arena_str(arena, str_of(text ? text : ""));
}

bool identity_list(struct identity *id, struct arena *arena, struct identity_account **out, size_t *count,
                   struct err *err)
{
    size_t cap = 0;
    *out = NULL;
    *count = 0;
    pthread_mutex_lock(&id->lock);
    sqlite3_stmt *s = side_get(&id->file, FILE_ACCOUNT_LIST, err);
    int code = SQLITE_ERROR;
    while (s && (code = sqlite3_step(s)) == SQLITE_ROW) {
        if (*count == cap) {
            size_t more = cap ? cap * 2 : 64;
            *out = arena_grow(arena, *out, cap, more, sizeof **out);
            cap = more;
            if (!*out)
                break;
        }
        (*out)[(*count)++] = (struct identity_account){
            .name = column(arena, s, 0),
            .person = column(arena, s, 1),
            .enabled = sqlite3_column_int(s, 2) != 0,
            .created_ms = sqlite3_column_int64(s, 3),
            .once = sqlite3_column_int64(s, 4) < 0,
            .password_ms = llabs(sqlite3_column_int64(s, 4)),
            .login_ms = sqlite3_column_int64(s, 5),
        };
    }
    bool ok = code == SQLITE_DONE ||
              (code == SQLITE_ROW ? err_set(err, ERR_NO_MEMORY, NULL) : side_fail(&id->file, err));
    if (s)
        sqlite3_reset(s);
    if (ok)
        add_now(id, *out, *count);
    pthread_mutex_unlock(&id->lock);
    return ok;
}
