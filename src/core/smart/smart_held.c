/* SPDX-License-Identifier: Apache-2.0
 * What a person has said yes to: answers that are remembered, and what apps hold because of them. */
#include "smart/smart_int.h"

bool smart_consent_put(struct smart *s, struct str account, struct str app, struct str scopes, int64_t now_ms,
                       struct err *err)
{
    pthread_mutex_lock(&s->lock);
    sqlite3_stmt *st = side_get(&s->side, SMART_CONSENT_PUT, err);
    if (st) {
        side_bind_text(st, 1, account);
        side_bind_text(st, 2, app);
        side_bind_text(st, 3, scopes);
        sqlite3_bind_int64(st, 4, now_ms);
        sqlite3_bind_int64(st, 5, now_ms + SMART_CONSENT_MS);
    }
    bool ok = side_run(&s->side, st, NULL, err);
    pthread_mutex_unlock(&s->lock);
    return ok;
}

/* Is all of asked in what the text says? */
static bool said(struct str text, const struct smart_scopes *asked, struct arena *arena, bool *yes,
                 struct err *err)
{
    struct smart_scopes once;
    if (!smart_scopes_parse(text, arena, &once, err))
        return false;
    *yes = smart_scopes_all(asked, &once);
    return true;
}

bool smart_consent_has(struct smart *s, struct str account, struct str app, const struct smart_scopes *asked,
                       int64_t now_ms, struct arena *arena, bool *yes, struct err *err)
{
    int rc = -1;
    bool ok = true;
    *yes = false;
    pthread_mutex_lock(&s->lock);
    sqlite3_stmt *st = side_get(&s->side, SMART_CONSENT_GET, err);
    if (st) {
        side_bind_text(st, 1, account);
        side_bind_text(st, 2, app);
        sqlite3_bind_int64(st, 3, now_ms);
        while (ok && !*yes && (rc = side_step(&s->side, st, err)) > 0)
            ok = said(smart_column(st, 0, arena), asked, arena, yes, err);
        sqlite3_reset(st);
    }
    pthread_mutex_unlock(&s->lock);
    return ok && rc >= 0;
}

bool smart_held_list(struct smart *s, struct str account, int64_t now_ms, struct arena *arena,
                     struct smart_held **out, size_t *count, struct err *err)
{
    int rc = -1;
    *count = 0;
    *out = ARENA_ARRAY(arena, struct smart_held, SMART_HELD_MAX);
    pthread_mutex_lock(&s->lock);
    sqlite3_stmt *st = side_get(&s->side, SMART_HELD_LIST, err);
    if (st) {
        side_bind_text(st, 1, account);
        sqlite3_bind_int64(st, 2, now_ms);
        while (*count < SMART_HELD_MAX && (rc = side_step(&s->side, st, err)) > 0)
            (*out)[(*count)++] = (struct smart_held){.app = smart_column(st, 0, arena),
                                                     .name = smart_column(st, 1, arena),
                                                     .scopes = smart_column(st, 2, arena),
                                                     .patient = smart_column(st, 3, arena),
                                                     .remembered = sqlite3_column_int(st, 4),
                                                     .offline = sqlite3_column_int(st, 5),
                                                     .begun_ms = sqlite3_column_int64(st, 6),
                                                     .until_ms = sqlite3_column_int64(st, 7)};
        sqlite3_reset(st);
    }
    pthread_mutex_unlock(&s->lock);
    return rc >= 0;
}

bool smart_held_end(struct smart *s, struct str account, struct str app, struct err *err)
{
    static const enum smart_stmt what[] = {SMART_GIVEN_END_HELD, SMART_CONSENT_END};
    pthread_mutex_lock(&s->lock);
    bool ok = side_begin(&s->side, err);
    if (ok) {
        for (size_t i = 0; i < sizeof what / sizeof *what && ok; i++) {
            sqlite3_stmt *st = side_get(&s->side, what[i], err);
            if (st) {
                side_bind_text(st, 1, account);
                side_bind_text(st, 2, app);
            }
            ok = side_run(&s->side, st, NULL, err);
        }
        ok = side_end(&s->side, ok, err);
    }
    smart_forget(s);
    pthread_mutex_unlock(&s->lock);
    return ok;
}
