/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/identity_int.h"

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '@';
}

bool account_name(struct str name, char out[IDENTITY_NAME_MAX + 1], struct err *err)
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
    }
    bool ok = code == SQLITE_ROW || code == SQLITE_DONE || side_fail(f, err);
    sqlite3_reset(s);
    return ok;
}

bool account_set_hash(struct side *f, const char *name, const char *hash, struct err *err)
{
    sqlite3_stmt *s = side_get(f, FILE_ACCOUNT_HASH, err);
    side_bind_text(s, 1, str_of(name));
    side_bind_text(s, 2, str_of(hash));
    sqlite3_bind_int64(s, 3, os_now_ms());
    return side_run(f, s, NULL, err) &&
           (sqlite3_changes(f->h) == 1 || err_set(err, ERR_ACCOUNT_NONE, name, NULL));
}

bool account_logged_in(struct side *f, const char *name, struct err *err)
{
    sqlite3_stmt *s = side_get(f, FILE_ACCOUNT_LOGIN, err);
    side_bind_text(s, 1, str_of(name));
    sqlite3_bind_int64(s, 2, os_now_ms());
    return side_run(f, s, NULL, err);
}

bool identity_add(struct identity *id, struct str name, struct str person, struct str password,
                  struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1], hash[PASSWORD_HASH_MAX];
    struct account a;
    bool found = false;
    if (!account_name(name, lower, err))
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
            ok = side_run(&id->file, s, NULL, err);
        }
        ok = side_end(&id->file, ok, err);
    }
    pthread_mutex_unlock(&id->lock);
    return ok;
}

bool identity_enable(struct identity *id, struct str name, bool on, struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1];
    if (!account_name(name, lower, err))
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

bool identity_set_password(struct identity *id, struct str name, struct str password, struct err *err)
{
    char lower[IDENTITY_NAME_MAX + 1], hash[PASSWORD_HASH_MAX];
    if (!account_name(name, lower, err) || !identity_password_fits(str_of(lower), password, err) ||
        !password_hash(password, hash, err))
        return false;
    pthread_mutex_lock(&id->lock);
    bool ok = side_begin(&id->file, err);
    if (ok) {
        ok = account_set_hash(&id->file, lower, hash, err) &&
             session_file_forget_all(&id->file, str_of(lower), err);
        ok = side_end(&id->file, ok, err);
    }
    if (ok)
        session_end_account(id, str_of(lower), NULL);
    pthread_mutex_unlock(&id->lock);
    return ok;
}

/* *out of the account; false when there is none. */
static bool account_of(struct identity *id, struct str name, struct account *out)
{
    char lower[IDENTITY_NAME_MAX + 1];
    bool found = false;
    if (!account_name(name, lower, NULL))
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
            .password_ms = sqlite3_column_int64(s, 4),
            .login_ms = sqlite3_column_int64(s, 5),
        };
    }
    bool ok = code == SQLITE_DONE ||
              (code == SQLITE_ROW ? err_set(err, ERR_NO_MEMORY, NULL) : side_fail(&id->file, err));
    if (s)
        sqlite3_reset(s);
    pthread_mutex_unlock(&id->lock);
    return ok;
}
