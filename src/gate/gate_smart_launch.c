/* SPDX-License-Identifier: Apache-2.0
 * EHR launches: what a session is looking at, handed to an app by a handle that only its own person can use
 * (SMART App Launch 2.2, "Launch App: EHR Launch"). In memory: one that is lost is begun anew. */
#include "gate/gate_smart.h"

static bool wrong(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_OAUTH_REQUEST, sv, en, NULL);
}

static void keep(char *to, size_t size, struct str s)
{
    size_t n = s.n < size ? s.n : size - 1;
    if (n)
        memcpy(to, s.p, n);
    to[n] = 0;
}

static void handle_make(struct smart_token *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char random[SMART_TOKEN_TEXT];
    os_random(random, sizeof random);
    for (size_t i = 0; i < SMART_TOKEN_TEXT; i++)
        out->text[i] = digits[random[i] & 63];
    out->text[SMART_TOKEN_TEXT] = 0;
}

bool launch_find(struct gate *g, struct str handle, struct str app, struct str account, int64_t now_ms,
                 bool take, struct launch *out)
{
    bool found = false;
    pthread_mutex_lock(&g->apps->lock);
    for (size_t i = 0; i < GATE_LAUNCHES_MAX && !found; i++) {
        struct launch *l = &g->apps->launch[i];
        found = handle.n == SMART_TOKEN_TEXT && l->until_ms > now_ms && str_is(handle, l->handle.text) &&
                str_is(app, l->app) && str_is(account, l->account);
        if (found)
            *out = *l;
        if (found && take)
            l->until_ms = 0;
    }
    pthread_mutex_unlock(&g->apps->lock);
    return found;
}

/* {"app": …, "patient": …, "encounter": …}, ids. */
static bool read_body(struct ask *a, struct str *app, struct str *patient, struct str *encounter,
                      struct err *err)
{
    struct json_doc doc;
    if (!json_parse(a->arena, gate_body_of(a->req), NULL, &doc, err))
        return false;
    if (doc.nodes[0].kind != JSON_OBJECT)
        return wrong(err, "ett objekt krävs", "an object is needed");
    JSON_EACH(&doc, 0, i)
    {
        struct str key = {doc.nodes[i].key, doc.nodes[i].key_len};
        struct str *to = str_is(key, "app")         ? app
                         : str_is(key, "patient")   ? patient
                         : str_is(key, "encounter") ? encounter
                                                    : NULL;
        if (!to || doc.nodes[i].kind != JSON_STRING)
            return wrong(err, "app, patient och encounter är texter", "app, patient and encounter are texts");
        *to = json_text(&doc, i);
    }
    if ((patient->n && !fhir_prim_valid(FHIR_PRIM_ID, *patient)) ||
        (encounter->n && !fhir_prim_valid(FHIR_PRIM_ID, *encounter)))
        return wrong(err, "patient och encounter är id", "patient and encounter are ids");
    return true;
}

static bool answer(struct ask *a, const struct smart_app *app, const struct launch *l)
{
    struct buf out, url;
    struct json_out o;
    buf_init(&url, BUF_NO_MAX);
    buf_str(&url, app->launch);
    buf_cstr(&url, str_find(app->launch, '?', 0) == SIZE_MAX ? "?iss=" : "&iss=");
    for (size_t i = 0; i < a->base.n; i++)
        buf_printf(&url, strchr(":/", a->base.p[i]) ? "%%%02X" : "%c", (unsigned)a->base.p[i]);
    buf_printf(&url, "&launch=%s", l->handle.text);
    buf_init(&out, BUF_NO_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "launch", l->handle.text);
    json_out_string(&o, "url", buf_get(&url));
    json_out_end_object(&o);
    buf_release(&url);
    return ask_answer(a, &out);
}

static bool begin(struct ask *a, struct err *err)
{
    struct str id = STR(""), patient = STR(""), encounter = STR("");
    struct smart_app app;
    struct launch l = {.until_ms = a->now_ms + GATE_LAUNCH_MS};
    enum identity_state state = IDENTITY_NONE;
    if (a->heads.token.p && !a->heads.cookie_twice)
        state = identity_session(a->gate->opt.identity, a->heads.token, true, a->arena, &a->caller);
    a->caller.origin = a->req->origin;
    if (state != IDENTITY_LIVE)
        return identity_refuse(state, err);
    if (!read_body(a, &id, &patient, &encounter, err) ||
        !smart_app_find(a->gate->opt.smart, id, a->arena, &app, err))
        return false;
    if (!app.enabled || !app.launch.n)
        return err_set(err, ERR_OAUTH_CLIENT, "den kan inte startas härifrån",
                       "it cannot be launched from here", NULL);
    handle_make(&l.handle);
    keep(l.app, sizeof l.app, app.id);
    keep(l.account, sizeof l.account, a->caller.account);
    keep(l.patient, sizeof l.patient, patient);
    keep(l.encounter, sizeof l.encounter, encounter);
    if (!ask_log(a, err))
        return false;
    pthread_mutex_lock(&a->gate->apps->lock);
    a->gate->apps->launch[a->gate->apps->next++ % GATE_LAUNCHES_MAX] = l;
    pthread_mutex_unlock(&a->gate->apps->lock);
    return answer(a, &app, &l);
}

bool launch_begin(struct ask *a)
{
    struct err err = {0};
    return begin(a, &err) || gate_refused(a->gate, a->req, a->resp->route, &a->caller, &err, a->resp);
}
