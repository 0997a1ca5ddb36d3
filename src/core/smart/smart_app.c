/* SPDX-License-Identifier: Apache-2.0
 * Apps: registering them, and the proof that a request comes from one (RFC 6749 2.3, RFC 7523, SMART
 * "Client Authentication"). */
#include <openssl/crypto.h>

#include "base/os.h"
#include "smart/smart_int.h"

enum { SMART_ID_MAX = 64, SMART_NAME_MAX = 200, SMART_URI_MAX = 2000, SMART_SECRET_MIN = 32 };

static bool wrong(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_APP, sv, en, NULL);
}

/* ---- registering ---- */

static bool id_fits(struct str id)
{
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '_' || c == '-'))
            return false;
    }
    return id.n > 0 && id.n <= SMART_ID_MAX;
}

/* https, or http to this machine, or an app's own scheme with a dot in it (RFC 8252, 7); no fragment. */
static bool redirect_fits(struct str uri)
{
    static const char *const local[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    if (uri.n > SMART_URI_MAX || str_find(uri, '#', 0) != SIZE_MAX || str_find(uri, '*', 0) != SIZE_MAX)
        return false;
    if (str_starts(uri, STR("https://")))
        return uri.n > strlen("https://");
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        size_t n = strlen(local[i]);
        if (str_starts(uri, str_of(local[i])))
            return uri.n == n || uri.p[n] == ':' || uri.p[n] == '/';
    }
    size_t colon = str_find(uri, ':', 0), dot = str_find(uri, '.', 0);
    return colon != SIZE_MAX && dot < colon;
}

static bool redirects_fit(struct str all)
{
    size_t count = 0;
    for (struct str rest = all, one; all.n && str_split(&rest, ' ', &one); count++)
        if (!redirect_fits(one))
            return false;
    return count <= SMART_REDIRECTS_MAX;
}

static bool keys_fit(const struct smart_app *app, struct err *err)
{
    if (app->kind != SMART_KEYS)
        return true;
    struct jose_keys *keys = jose_keys_parse(app->jwks, false, err);
    jose_keys_free(keys);
    return keys != NULL;
}

static bool scopes_fit(const struct smart_app *app, struct err *err)
{
    struct smart_scopes scopes;
    struct arena arena;
    arena_init(&arena);
    bool ok = smart_scopes_parse(app->scopes, &arena, &scopes, err);
    for (size_t i = 0; i < scopes.count && ok; i++)
        if (scopes.item[i].level == ACCESS_LEVEL_SYSTEM && app->kind != SMART_KEYS)
            ok =
                wrong(err, "system-behörigheter kräver nycklar (--jwks)", "system scopes need keys (--jwks)");
    if (ok && scopes.ignored_count)
        ok = err_set_str(err, ERR_SCOPE, scopes.ignored[0], STR(""));
    if (ok && !scopes.count)
        ok = wrong(err, "inga behörigheter", "no scopes");
    arena_release(&arena);
    return ok;
}

static bool app_fits(const struct smart_app *app, struct str secret, struct err *err)
{
    if (!id_fits(app->id))
        return wrong(err, "id ska vara 1 till 64 tecken av A-Z a-z 0-9 . _ -",
                     "the id must be 1 to 64 of A-Z a-z 0-9 . _ -");
    if (!app->name.n || app->name.n > SMART_NAME_MAX)
        return wrong(err, "namnet saknas eller är för långt", "the name is missing or too long");
    if (!redirects_fit(app->redirects))
        return wrong(
            err, "en återadress ska vara https, http till den egna datorn eller appens eget schema, utan #",
            "a redirect must be https, http to this machine or the app's own scheme, without #");
    if ((app->kind == SMART_SECRET) != (secret.p != NULL) || (secret.p && secret.n < SMART_SECRET_MIN))
        return wrong(err, "en hemlighet på minst 32 tecken, och bara för --secret",
                     "a secret of at least 32 characters, and only with --secret");
    return keys_fit(app, err) && scopes_fit(app, err);
}

bool smart_app_put(struct smart *s, const struct smart_app *app, struct str secret, struct err *err)
{
    unsigned char hash[SMART_HASH];
    if (!app_fits(app, secret, err))
        return false;
    pthread_mutex_lock(&s->lock);
    sqlite3_stmt *st = side_get(&s->side, SMART_APP_PUT, err);
    if (st) {
        side_bind_text(st, 1, app->id);
        side_bind_text(st, 2, app->name);
        sqlite3_bind_int(st, 3, (int)app->kind);
        side_bind_text(st, 4, app->scopes);
        side_bind_text(st, 5, app->redirects.p ? app->redirects : STR(""));
        side_bind_text(st, 6, app->launch.p ? app->launch : STR(""));
        side_bind_text(st, 7, app->jwks.p ? app->jwks : STR(""));
        if (secret.p) {
            smart_hash(secret, hash);
            smart_bind_hash(st, 8, hash);
        }
        sqlite3_bind_int(st, 9, app->enabled);
        sqlite3_bind_int64(st, 10, app->made_ms);
    }
    bool ok = side_run(&s->side, st, NULL, err);
    smart_forget(s);
    pthread_mutex_unlock(&s->lock);
    return ok;
}

/* secret, when not NULL: the hash's bytes, or {NULL,0}. */
static void app_read(sqlite3_stmt *st, struct arena *arena, struct smart_app *out, struct str *secret)
{
    *out = (struct smart_app){
        .id = smart_column(st, 0, arena),
        .name = smart_column(st, 1, arena),
        .kind = (enum smart_kind)sqlite3_column_int(st, 2),
        .scopes = smart_column(st, 3, arena),
        .redirects = smart_column(st, 4, arena),
        .launch = smart_column(st, 5, arena),
        .jwks = smart_column(st, 6, arena),
        .enabled = sqlite3_column_int(st, 8),
        .made_ms = sqlite3_column_int64(st, 9),
    };
    if (secret)
        *secret = smart_column(st, 7, arena);
}

static bool app_find(struct smart *s, struct str id, struct arena *arena, struct smart_app *out,
                     struct str *secret, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    sqlite3_stmt *st = side_get(&s->side, SMART_APP_FIND, err);
    int rc = -1;
    if (st) {
        side_bind_text(st, 1, id);
        rc = side_step(&s->side, st, err);
        if (rc > 0)
            app_read(st, arena, out, secret);
        sqlite3_reset(st);
    }
    pthread_mutex_unlock(&s->lock);
    return rc > 0 || (rc == 0 && err_set_str(err, ERR_APP_UNKNOWN, id, STR("")));
}

bool smart_app_find(struct smart *s, struct str id, struct arena *arena, struct smart_app *out,
                    struct err *err)
{
    return app_find(s, id, arena, out, NULL, err);
}

bool smart_app_list(struct smart *s, struct arena *arena, struct smart_app **out, size_t *count,
                    struct err *err)
{
    size_t cap = 0;
    int rc = -1;
    *out = NULL;
    *count = 0;
    pthread_mutex_lock(&s->lock);
    sqlite3_stmt *st = side_get(&s->side, SMART_APP_LIST, err);
    while (st && (rc = side_step(&s->side, st, err)) > 0) {
        if (*count == cap) {
            *out = arena_grow(arena, *out, cap, cap ? 2 * cap : 16, sizeof **out);
            cap = cap ? 2 * cap : 16;
        }
        app_read(st, arena, &(*out)[(*count)++], NULL);
    }
    pthread_mutex_unlock(&s->lock);
    return rc == 0;
}

bool smart_app_enable(struct smart *s, struct str id, bool on, struct err *err)
{
    int changed = 0;
    pthread_mutex_lock(&s->lock);
    bool ok = side_begin(&s->side, err);
    if (ok) {
        sqlite3_stmt *st = side_get(&s->side, SMART_APP_ENABLE, err);
        if (st) {
            side_bind_text(st, 1, id);
            sqlite3_bind_int(st, 2, on);
        }
        ok = side_run(&s->side, st, &changed, err);
        st = ok && !on ? side_get(&s->side, SMART_APP_END, err) : NULL;
        if (st)
            side_bind_text(st, 1, id);
        ok = ok && (on || side_run(&s->side, st, NULL, err));
        ok = side_end(&s->side, ok, err);
    }
    smart_forget(s);
    pthread_mutex_unlock(&s->lock);
    return ok && (changed || err_set_str(err, ERR_APP_UNKNOWN, id, STR("")));
}

bool smart_app_redirects(const struct smart_app *app, struct str uri)
{
    for (struct str rest = app->redirects, one; app->redirects.n && str_split(&rest, ' ', &one);)
        if (str_eq(one, uri))
            return uri.n > 0;
    return false;
}

/* ---- proof ---- */

static bool not_proved(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_APP_PROOF, sv, en, NULL);
}

/* Remembers the assertion's id; false when it was seen before. */
static bool jti_new(struct smart *s, struct str app, struct str jti, int64_t until_ms, struct err *err)
{
    int changed = 0;
    pthread_mutex_lock(&s->lock);
    sqlite3_stmt *st = side_get(&s->side, SMART_JTI_PUT, err);
    if (st) {
        side_bind_text(st, 1, app);
        side_bind_text(st, 2, jti);
        sqlite3_bind_int64(st, 3, until_ms);
    }
    bool ok = side_run(&s->side, st, &changed, err);
    pthread_mutex_unlock(&s->lock);
    return ok &&
           (changed || not_proved(err, "intyget har använts förut", "the assertion has been used before"));
}

static bool assertion_holds(struct smart *s, const struct smart_app *app, const struct smart_proof *proof,
                            int64_t now_ms, struct arena *arena, struct err *err)
{
    const struct jose_expect expect = {.iss = app->id,
                                       .sub = app->id,
                                       .aud = proof->audience,
                                       .now_s = now_ms / 1000,
                                       .lifetime_s = SMART_ASSERTION_S,
                                       .jti = true};
    struct jose_token token;
    struct json_doc claims;
    int64_t exp = 0;
    struct jose_keys *keys = jose_keys_parse(app->jwks, false, err);
    bool ok = keys && jose_verify(keys, JOSE_RS384 | JOSE_ES384, proof->assertion, arena, &token, err) &&
              jose_claims(&token, &expect, arena, &claims, err) && jose_claim_time(&claims, "exp", &exp);
    jose_keys_free(keys);
    return ok && jti_new(s, app->id, jose_claim(&claims, "jti"), (exp + JOSE_LEEWAY_S + 1) * 1000, err);
}

/* Who the assertion says it is, to find the keys by. */
static bool assertion_app(const struct smart_proof *proof, struct arena *arena, struct str *id,
                          struct err *err)
{
    struct json_doc claims;
    if (!jose_peek(proof->assertion, arena, &claims, err))
        return false;
    *id = jose_claim(&claims, "iss");
    return (id->n && (!proof->id.n || str_eq(*id, proof->id))) ||
           not_proved(err, "client_id och intyget skiljer sig", "client_id and the assertion differ");
}

static bool proof_holds(struct smart *s, const struct smart_app *app, struct str secret,
                        const struct smart_proof *proof, int64_t now_ms, struct arena *arena, struct err *err)
{
    unsigned char hash[SMART_HASH];
    switch (app->kind) {
    case SMART_PUBLIC:
        return (!proof->secret.p && !proof->assertion.p) ||
               not_proved(err, "appen har ingen hemlighet", "the app has no secret");
    case SMART_SECRET:
        smart_hash(proof->secret.p ? proof->secret : STR(""), hash);
        return (proof->secret.p && !proof->assertion.p && secret.n == SMART_HASH &&
                CRYPTO_memcmp(hash, secret.p, SMART_HASH) == 0) ||
               not_proved(err, "fel hemlighet", "the secret is wrong");
    case SMART_KEYS:
        return proof->assertion.p && !proof->secret.p ? assertion_holds(s, app, proof, now_ms, arena, err)
                                                      : not_proved(err, "appen ska skicka ett signerat intyg",
                                                                   "the app must send a signed assertion");
    }
    return false;
}

bool smart_app_prove(struct smart *s, const struct smart_proof *proof, int64_t now_ms, struct arena *arena,
                     struct smart_app *out, struct err *err)
{
    struct str id = proof->id, secret = {0};
    struct err why = {0};
    bool ok = !proof->assertion.p || assertion_app(proof, arena, &id, &why);
    ok = ok && app_find(s, id, arena, out, &secret, &why) &&
         (out->enabled || not_proved(&why, "appen är avstängd", "the app is turned off")) &&
         proof_holds(s, out, secret, proof, now_ms, arena, &why);
    if (ok)
        return true;
    /* What broke inside is told as it is; what was wrong with the proof becomes one error. */
    if (err_info(why.code)->http >= 500 || why.code == ERR_APP_PROOF) {
        *err = why;
        return false;
    }
    struct buf text[2];
    for (int i = 0; i < 2; i++) {
        buf_init(&text[i], BUF_NO_MAX);
        err_text(&why, (enum err_lang)i, &text[i]);
    }
    err_set_str(err, ERR_APP_PROOF, buf_get(&text[0]), buf_get(&text[1]));
    buf_release(&text[0]);
    buf_release(&text[1]);
    return false;
}
