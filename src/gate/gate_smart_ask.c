/* SPDX-License-Identifier: Apache-2.0
 * GET and POST /auth/authorize: an app asks, a person answers. Until the app and its address are known to
 * belong together nobody is sent anywhere; after that faults go to the app (RFC 6749, 4.1.2.1). */
#include "access/read_body.h"
#include "fhir_gen/names.h"
#include "gate/gate_smart.h"

enum { CHALLENGE_TEXT = 43, STATE_MAX = 2048 };

static bool wrong(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_OAUTH_REQUEST, sv, en, NULL);
}

/* ---- the request ---- */

/* Who asks, and where answers go. */
static bool read_app(struct ask *a, struct wish *w, struct err *err)
{
    struct smart_app app;
    struct str redirect = ask_param(a, "redirect_uri");
    if (!smart_app_find(a->gate->opt.smart, ask_param(a, "client_id"), a->arena, &app, err))
        return false;
    if (!app.enabled)
        return err_set(err, ERR_OAUTH_CLIENT, "den är avstängd", "it is turned off", NULL);
    if (!smart_app_redirects(&app, redirect))
        return wrong(err, "redirect_uri är inte en av appens", "redirect_uri is not one of the app's");
    w->app = app;
    w->redirect = redirect;
    return true;
}

/* The resource server the token is for must be this one (SMART: aud). */
static bool for_us(const struct ask *a, struct str aud)
{
    if (aud.n && aud.p[aud.n - 1] == '/')
        aud.n--;
    return str_eq(aud, a->base);
}

static bool challenge_fits(struct str c)
{
    for (size_t i = 0; i < c.n; i++)
        if (!((c.p[i] >= 'a' && c.p[i] <= 'z') || (c.p[i] >= 'A' && c.p[i] <= 'Z') ||
              (c.p[i] >= '0' && c.p[i] <= '9') || c.p[i] == '-' || c.p[i] == '_'))
            return false;
    return c.n == CHALLENGE_TEXT;
}

static bool read_request(struct ask *a, struct wish *w, struct err *err)
{
    w->challenge = ask_param(a, "code_challenge");
    w->nonce = ask_param(a, "nonce");
    w->launch = ask_param(a, "launch");
    if (!str_is(ask_param(a, "response_type"), "code"))
        return err_set_str(err, ERR_OAUTH_RESPONSE_TYPE, ask_param(a, "response_type"), STR(""));
    if (!w->state.n || w->state.n > STATE_MAX || w->nonce.n > STATE_MAX)
        return wrong(err, "state krävs, högst 2048 byte", "state is needed, 2048 bytes at most");
    if (!str_is(ask_param(a, "code_challenge_method"), "S256") || !challenge_fits(w->challenge))
        return wrong(err, "PKCE krävs: code_challenge med S256", "PKCE is needed: code_challenge with S256");
    if (!for_us(a, ask_param(a, "aud")))
        return wrong(err, "aud är en annan tjänst", "aud is another service");
    return true;
}

/* What of the wish the app may have and a person can give. */
static bool read_scopes(struct ask *a, struct wish *w, struct err *err)
{
    struct smart_scopes asked, may;
    size_t kept = 0;
    if (!smart_scopes_parse(ask_param(a, "scope"), a->arena, &asked, err) ||
        !smart_scopes_parse(w->app.scopes, a->arena, &may, err))
        return false;
    if (!ask_scopes_kept(a, &asked, err) || !smart_scopes_within(&asked, &may, a->arena, &w->scopes, err))
        return false;
    for (size_t i = 0; i < w->scopes.count; i++)
        if (w->scopes.item[i].level != ACCESS_LEVEL_SYSTEM)
            w->scopes.item[kept++] = w->scopes.item[i];
    w->scopes.count = kept;
    return kept || w->scopes.flags & SMART_OPENID ||
           err_set_str(err, ERR_OAUTH_SCOPE, ask_param(a, "scope"), STR(""));
}

static bool read_wish(struct ask *a, struct str query, struct wish *w, struct err *err)
{
    *w = (struct wish){.redirect = STR("")};
    if (!ask_params(a, query, err) || !read_app(a, w, err))
        return false;
    w->state = ask_param(a, "state");
    return read_request(a, w, err) && read_scopes(a, w, err);
}

/* ---- the person ---- */

static const struct ward *ward_of(const struct wish *w, struct str patient)
{
    for (size_t i = 0; i < w->ward_count; i++)
        if (str_eq(w->ward[i].id, patient))
            return &w->ward[i];
    return NULL;
}

/* A guardian acts for one of the children: the only one, who the launch was begun for, or whoever is chosen.
 */
static bool for_child(struct ask *a, struct wish *w, bool wanted, struct err *err)
{
    if (!wards_read(a, &w->ward, &w->ward_count, err))
        return false;
    if (w->patient.n && !ward_of(w, w->patient))
        return wrong(err, "appen startades för ett barn som du inte företräder",
                     "the app was launched for a child you do not act for");
    if (wanted && !w->ward_count)
        return wrong(err, "du företräder inget barn vars journal får läsas",
                     "you act for no child whose record may be read");
    if (!w->patient.n && w->ward_count == 1)
        w->patient = w->ward[0].id;
    return true;
}

/* Whom it is about: oneself, one's child, who the launch was begun for, or whoever is chosen. */
static bool context(struct ask *a, struct wish *w, bool take, struct err *err)
{
    struct launch l;
    bool wanted = w->scopes.flags & SMART_LAUNCH_PATIENT;
    for (size_t i = 0; i < w->scopes.count; i++)
        wanted = wanted || w->scopes.item[i].level == ACCESS_LEVEL_PATIENT;
    if (w->launch.n) {
        if (!(w->scopes.flags & SMART_LAUNCH) ||
            !launch_find(a->gate, w->launch, w->app.id, a->caller.account, a->now_ms, take, &l))
            return wrong(err, "launch gäller inte här", "launch is not valid here");
        w->patient = arena_str(a->arena, str_of(l.patient));
        w->encounter = arena_str(a->arena, str_of(l.encounter));
    }
    if (a->caller.kind == ACCESS_PATIENT)
        w->patient = read_body_id_of(a->caller.user, STR("Patient"));
    else if (a->caller.kind == ACCESS_GUARDIAN && !for_child(a, w, wanted, err))
        return false;
    w->choose = wanted && !w->patient.n;
    return true;
}

/* ---- answers ---- */

static void encode(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c))
            buf_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

static bool send_back(struct ask *a, const struct wish *w, const char *name, struct str value)
{
    struct buf url;
    buf_init(&url, BUF_NO_MAX);
    buf_str(&url, w->redirect);
    buf_printf(&url, "%c%s=", str_find(w->redirect, '?', 0) == SIZE_MAX ? '?' : '&', name);
    encode(&url, value);
    buf_cstr(&url, "&state=");
    encode(&url, w->state);
    buf_cstr(&url, "&iss="); /* RFC 9207 */
    encode(&url, a->base);
    struct str location = buf_ok(&url) ? arena_str(a->arena, buf_get(&url)) : STR("");
    buf_release(&url);
    gate_answer_seal(a->resp);
    a->resp->status = location.n ? 303 : 503;
    http_response_header(a->resp, "Location", location);
    http_response_header(a->resp, "Referrer-Policy", STR("no-referrer"));
    return true;
}

/* A fault: to the app when it is known to be there, else to the person alone. */
static bool refuse(struct ask *a, const struct wish *w, const struct err *err)
{
    ask_log_refusal(a, err);
    if (!w->redirect.n || w->state.n > STATE_MAX) /* what is too long to take is too long to send back */
        return page_error(a, err);
    return send_back(a, w, "error", str_of(ask_fault(err)));
}

/* ---- deciding ---- */

static bool chosen(struct ask *a, struct wish *w, struct str patient, struct err *err)
{
    struct store_version v;
    if (!w->choose)
        return true;
    if (!fhir_prim_valid(FHIR_PRIM_ID, patient))
        return wrong(err, "välj en patient", "choose a patient");
    if (a->caller.kind == ACCESS_GUARDIAN && !ward_of(w, patient))
        return wrong(err, "du företräder inte den patienten", "you do not act for that patient");
    struct store_read *r = store_read_begin(a->gate->opt.store, err);
    if (!r)
        return false;
    enum store_found found = store_get(r, FHIR_TYPE_Patient, patient, a->arena, &v, err);
    store_read_end(r);
    w->patient = patient;
    return found == STORE_FOUND ||
           (found != STORE_FAILED && wrong(err, "patienten finns inte", "there is no such patient"));
}

/* A session's grant ends with it; offline access is the person's own, until it is taken back. */
static bool grant(struct ask *a, const struct wish *w, struct smart_token *code, struct err *err)
{
    bool offline = w->scopes.flags & SMART_OFFLINE;
    int64_t until_ms = a->now_ms + SMART_REFRESH_MS;
    if (!offline && identity_session_of(a->gate->opt.identity, a->caller.account, a->caller.session,
                                        &until_ms) != IDENTITY_LIVE)
        return err_set(err, ERR_LOGIN_REQUIRED, NULL);
    struct smart_grant g = {.app = w->app.id,
                            .caller = a->caller,
                            .scopes = smart_scopes_text(&w->scopes, a->arena),
                            .patient = w->patient,
                            .encounter = w->encounter,
                            .until_ms = until_ms};
    struct smart_code bound = {w->redirect, w->challenge, w->nonce};
    if (offline)
        g.caller.session = STR("");
    return smart_code_make(a->gate->opt.smart, &g, &bound, a->now_ms, code, err);
}

static bool remember(struct ask *a, const struct wish *w, struct err *err)
{
    return smart_consent_put(a->gate->opt.smart, a->caller.account, w->app.id,
                             smart_scopes_text(&w->scopes, a->arena), a->now_ms, err);
}

/* Need the person not be asked? Not when a patient is to be chosen or the app wants to ask; nor when the app
 * cannot be told from another program on the person's own machine (RFC 8252, 8.6). */
static bool said_before(struct ask *a, const struct wish *w, bool *yes, struct err *err)
{
    *yes = false;
    if (w->choose || str_is(ask_param(a, "prompt"), "consent") ||
        (w->app.kind == SMART_PUBLIC && !str_starts(w->redirect, STR("https://"))))
        return true;
    return smart_consent_has(a->gate->opt.smart, a->caller.account, w->app.id, &w->scopes, a->now_ms,
                             a->arena, yes, err);
}

static bool decide(struct ask *a, struct wish *w, struct err *err)
{
    struct smart_token code;
    if (!ask_ours(a, err) || !ask_params(a, gate_body_of(a->req), err))
        return false;
    struct str request = ask_param(a, "request"), seal = ask_param(a, "seal"),
               patient = ask_param(a, "patient"), answer = ask_param(a, "answer");
    if (ask_who(a) != IDENTITY_LIVE)
        return err_set(err, ERR_LOGIN_REQUIRED, NULL);
    bool kept = str_is(ask_param(a, "remember"), "yes");
    if (!ask_seal_holds(a, seal, request))
        return wrong(err, "formuläret är för gammalt eller inte ditt; börja om i appen",
                     "the form is too old or not yours; begin again in the app");
    if (!read_wish(a, request, w, err))
        return false;
    if (!str_is(answer, "yes"))
        return err_set(err, ERR_OAUTH_DENIED, NULL);
    if (!context(a, w, true, err) || !chosen(a, w, patient, err) || !ask_log(a, err) ||
        (kept && !remember(a, w, err)) || !grant(a, w, &code, err))
        return false;
    return send_back(a, w, "code", str_of(code.text));
}

bool authorize_decide(struct ask *a)
{
    struct wish w = {.redirect = STR("")};
    struct err err = {0};
    return decide(a, &w, &err) || refuse(a, &w, &err);
}

/* ---- showing ---- */

/* The request without what the page itself put there. */
static struct str request_of(const struct ask *a, bool *again)
{
    struct str mark = STR("&again=1"), query = a->req->query;
    *again = str_ends(query, mark);
    return *again ? str_sub(query, 0, query.n - mark.n) : query;
}

/* The page that asks, or the answer that was given before. */
static bool ask_or_give(struct ask *a, struct wish *w, struct str request, struct err *err)
{
    struct person p;
    struct smart_token code;
    bool yes;
    if (!context(a, w, false, err) || !said_before(a, w, &yes, err))
        return false;
    if (!yes)
        return gate_person_read(a->gate, a->caller.user, a->arena, &p, err) &&
               page_consent(a, w, &p, ask_seal(a, request));
    return context(a, w, true, err) && ask_log(a, err) && grant(a, w, &code, err) &&
           send_back(a, w, "code", str_of(code.text));
}

bool authorize_show(struct ask *a)
{
    struct wish w;
    struct err err = {0};
    bool again;
    struct str request = request_of(a, &again);
    enum identity_state state = ask_who(a);
    if (!read_wish(a, request, &w, &err))
        return refuse(a, &w, &err);
    if (!again)
        return page_again(a, arena_printf(a->arena, "/auth/authorize?%.*s&again=1", STR_ARG(request)));
    if (state != IDENTITY_LIVE)
        return page_login(a, state);
    return ask_or_give(a, &w, request, &err) || refuse(a, &w, &err);
}
