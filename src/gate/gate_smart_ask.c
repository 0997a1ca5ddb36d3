/* SPDX-License-Identifier: Apache-2.0
 * GET and POST /auth/authorize: an app asks, a person answers. Until the app and its address are known to
 * belong together nobody is sent anywhere; after that faults go to the app (RFC 6749, 4.1.2.1). */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "access/read_body.h"
#include "base/b64.h"
#include "fhir_gen/names.h"
#include "gate/gate_smart.h"

enum { SEAL = 32, CHALLENGE_TEXT = 43, STATE_MAX = 2048 };

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
        return wrong(err, "state krävs", "state is needed");
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
    if (!smart_scopes_within(&asked, &may, a->arena, &w->scopes))
        return err_set(err, ERR_NO_MEMORY, NULL);
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

static enum identity_state who(struct ask *a)
{
    struct access_caller caller = {0};
    enum identity_state state = IDENTITY_NONE;
    if (a->heads.token.p && !a->heads.cookie_twice)
        state = identity_session(a->gate->opt.identity, a->heads.token, true, a->arena, &caller);
    if (state != IDENTITY_NONE)
        a->caller = caller;
    a->caller.origin = a->req->origin;
    return state == IDENTITY_LIVE && caller.kind == ACCESS_STAFF && !caller.assignment.n ? IDENTITY_IDLE
                                                                                         : state;
}

/* The child of a guardian. */
static bool child_of(struct ask *a, struct str *patient, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    struct str id = read_body_id_of(a->caller.user, STR("RelatedPerson"));
    struct store_read *r = store_read_begin(a->gate->opt.store, err);
    if (!r)
        return false;
    enum store_found found = store_get(r, FHIR_TYPE_RelatedPerson, id, a->arena, &v, err);
    if (found == STORE_FOUND && json_parse(a->arena, v.body, &fhir_names, &doc, err))
        *patient =
            read_body_id_of(read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_patient)), STR("Patient"));
    store_read_end(r);
    return found != STORE_FAILED && !err->code;
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
    else if (a->caller.kind == ACCESS_GUARDIAN && !child_of(a, &w->patient, err))
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
    if (!w->redirect.n)
        return page_error(a, err);
    return send_back(a, w, "error", str_of(ask_fault(err)));
}

/* ---- the seal of a form ---- */

/* HMAC over when, the session's secret and the request. */
static void seal_make(const struct ask *a, struct str when, struct str request, unsigned char out[SEAL])
{
    struct buf text;
    unsigned n = SEAL;
    buf_init(&text, BUF_NO_MAX);
    const struct str part[] = {when, a->heads.token, request};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        buf_u64(&text, part[i].n);
        buf_char(&text, ':');
        buf_str(&text, part[i]);
    }
    struct str t = buf_get(&text);
    OS_ASSERT(buf_ok(&text) && HMAC(EVP_sha256(), a->gate->apps->key, sizeof a->gate->apps->key,
                                    (const unsigned char *)t.p, t.n, out, &n));
    buf_release(&text);
}

static struct str seal_text(const struct ask *a, struct str request)
{
    unsigned char seal[SEAL];
    struct str when = arena_printf(a->arena, "%lld", (long long)a->now_ms);
    seal_make(a, when, request, seal);
    struct str text = b64url_encode(a->arena, seal, SEAL);
    return arena_printf(a->arena, "%.*s.%.*s", STR_ARG(when), STR_ARG(text));
}

static bool seal_holds(const struct ask *a, struct str seal, struct str request)
{
    unsigned char want[SEAL];
    struct str bytes;
    uint64_t ms;
    size_t dot = str_find(seal, '.', 0);
    if (dot == SIZE_MAX || !str_u64(str_sub(seal, 0, dot), INT64_MAX, &ms) ||
        !b64url_decode(a->arena, str_sub(seal, dot + 1, seal.n), &bytes) || bytes.n != SEAL)
        return false;
    seal_make(a, str_sub(seal, 0, dot), request, want);
    return CRYPTO_memcmp(want, bytes.p, SEAL) == 0 && (int64_t)ms <= a->now_ms &&
           a->now_ms - (int64_t)ms < GATE_CONSENT_MS;
}

/* ---- showing ---- */

/* The request without what the page itself put there. */
static struct str request_of(const struct ask *a, bool *again)
{
    struct str mark = STR("&again=1"), query = a->req->query;
    *again = str_ends(query, mark);
    return *again ? str_sub(query, 0, query.n - mark.n) : query;
}

bool authorize_show(struct ask *a)
{
    struct wish w;
    struct person p;
    struct err err = {0};
    bool again;
    struct str request = request_of(a, &again);
    enum identity_state state = who(a);
    if (!read_wish(a, request, &w, &err))
        return refuse(a, &w, &err);
    if (!again)
        return page_again(a, arena_printf(a->arena, "/auth/authorize?%.*s&again=1", STR_ARG(request)));
    if (state != IDENTITY_LIVE)
        return page_login(a, state);
    if (!context(a, &w, false, &err) || !gate_person_read(a->gate, a->caller.user, a->arena, &p, &err))
        return refuse(a, &w, &err);
    return page_consent(a, &w, &p, seal_text(a, request));
}

/* ---- deciding ---- */

/* Can a form on another site have sent it? The seal alone forbids it; these say so earlier. */
static bool from_our_page(const struct ask *a, struct err *err)
{
    struct str origin = a->heads.origin;
    if (a->heads.fetch_site.n && !str_is(a->heads.fetch_site, "same-origin"))
        return err_set(err, ERR_LOGIN_CROSS_SITE, "Sec-Fetch-Site", NULL);
    if (origin.p && !str_eq(origin, a->origin))
        return err_set(err, ERR_LOGIN_CROSS_SITE, "Origin", NULL);
    return true;
}

static bool chosen(struct ask *a, struct wish *w, struct str patient, struct err *err)
{
    struct store_version v;
    if (!w->choose)
        return true;
    if (!fhir_prim_valid(FHIR_PRIM_ID, patient))
        return wrong(err, "välj en patient", "choose a patient");
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
    struct smart_grant g = {.app = w->app.id,
                            .caller = a->caller,
                            .scopes = smart_scopes_text(&w->scopes, a->arena),
                            .patient = w->patient,
                            .encounter = w->encounter,
                            .until_ms = a->now_ms + (offline ? SMART_REFRESH_MS : IDENTITY_ABSOLUTE_MS)};
    struct smart_code bound = {w->redirect, w->challenge, w->nonce};
    if (offline)
        g.caller.session = STR("");
    return smart_code_make(a->gate->opt.smart, &g, &bound, a->now_ms, code, err);
}

static bool decide(struct ask *a, struct wish *w, struct err *err)
{
    struct smart_token code;
    if (!from_our_page(a, err) || !ask_params(a, gate_body_of(a->req), err))
        return false;
    struct str request = ask_param(a, "request"), seal = ask_param(a, "seal"),
               patient = ask_param(a, "patient"), answer = ask_param(a, "answer");
    if (who(a) != IDENTITY_LIVE)
        return err_set(err, ERR_LOGIN_REQUIRED, NULL);
    if (!seal_holds(a, seal, request))
        return wrong(err, "formuläret är för gammalt eller inte ditt; börja om i appen",
                     "the form is too old or not yours; begin again in the app");
    if (!read_wish(a, request, w, err))
        return false;
    if (!str_is(answer, "yes"))
        return err_set(err, ERR_OAUTH_DENIED, NULL);
    if (!context(a, w, true, err) || !chosen(a, w, patient, err) || !ask_log(a, err) ||
        !grant(a, w, &code, err))
        return false;
    return send_back(a, w, "code", str_of(code.text));
}

bool authorize_decide(struct ask *a)
{
    struct wish w = {.redirect = STR("")};
    struct err err = {0};
    return decide(a, &w, &err) || refuse(a, &w, &err);
}
