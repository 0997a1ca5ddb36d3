/* SPDX-License-Identifier: Apache-2.0
 * The pages a person meets when an app asks: Swedish first, English second; plain HTML that answers without a
 * script, but for logging in and looking a patient up. */
#include "base/time.h"
#include "gate/gate_smart.h"

enum { PAGE_BYTES_MAX = 256 * 1024 };

static const char style[] =
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}\n"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:1.5rem}[lang=en]{color:#555}\n"
    "label{display:block;margin:.75rem 0 .25rem}input,select,button{font:inherit;padding:.5rem .75rem}\n"
    "input[type=checkbox],input[type=radio]{width:auto}\n"
    "input:not([type=checkbox],[type=radio]),select{width:100%;box-sizing:border-box;border:1px solid "
    "#767676;border-radius:.25rem}\n"
    "button{border:2px solid #1d4f91;border-radius:.25rem;background:#fff;color:#1d4f91;margin:1rem .5rem 0 "
    "0}\n"
    "button.main{background:#1d4f91;color:#fff}:focus-visible{outline:3px solid #b35900;outline-offset:2px}\n"
    ".fault{border-left:.3rem solid #b00020;padding-left:.75rem}.found button{display:block;width:100%;"
    "text-align:left;margin:.25rem 0}\n"
    "@media(prefers-color-scheme:dark){body{background:#16181c;color:#eee}[lang=en]{color:#bbb}"
    "button{background:#16181c;color:#9cc4ff;border-color:#9cc4ff}button.main{background:#9cc4ff;color:#111}"
    "input,select{background:#222;color:#eee}}\n";

static const char script[] =
    "'use strict';\n"
    "const ours = { 'Helhet-Request': '1', 'Content-Type': 'application/json' };\n"
    "const $ = (id) => document.getElementById(id);\n"
    "const post = (what, body) => fetch(`/auth/${what}`, { method: 'POST', headers: ours, body: "
    "JSON.stringify(body) });\n"
    "const fault = (text) => { $('fault').textContent = text; $('fault').hidden = !text; };\n"
    "async function settle(who) {\n"
    "  if (who.state !== 'live') return;\n"
    "  if (who.kind !== 'staff' || who.assignment) return location.reload();\n"
    "  const usable = who.assignments.filter((a) => !a.unfit);\n"
    "  if (!usable.length) return fault('Inget uppdrag kan användas. No assignment can be used.');\n"
    "  for (const a of usable) $('assignment').add(new Option(`${a.title}, ${a.unit.display}`, a.id));\n"
    "  $('login').hidden = true; $('choose').hidden = false; $('assignment').focus();\n"
    "}\n"
    "$('login')?.addEventListener('submit', async (e) => {\n"
    "  e.preventDefault(); fault('');\n"
    "  const r = await post('login', { name: $('name').value, password: $('password').value });\n"
    "  const body = await r.json();\n"
    "  $('password').value = '';\n"
    "  if (!r.ok) return fault(body.issue?.[0]?.details?.text ?? String(r.status));\n"
    "  await settle(body);\n"
    "});\n"
    "$('choose')?.addEventListener('submit', async (e) => {\n"
    "  e.preventDefault();\n"
    "  const r = await post('assignment', { assignment: $('assignment').value });\n"
    "  if (r.ok) location.reload(); else fault((await r.json()).issue?.[0]?.details?.text ?? '');\n"
    "});\n"
    "$('outside')?.addEventListener('click', async () => {\n"
    "  fault('');\n"
    "  sessionStorage.setItem('helhet-back', location.pathname + location.search);\n"
    "  const r = await post('oidc', { back: '/auth/back' });\n"
    "  const body = await r.json();\n"
    "  if (r.ok) location.assign(body.url); else fault(body.issue?.[0]?.details?.text ?? String(r.status));\n"
    "});\n"
    "if ($('back')) {\n"
    "  const to = sessionStorage.getItem('helhet-back') ?? '';\n"
    "  sessionStorage.removeItem('helhet-back');\n"
    "  if (/^\\/auth\\/(apps$|authorize\\?)/.test(to)) location.replace(to); else $('lost').hidden = false;\n"
    "}\n"
    "if ($('login')) fetch('/auth/session').then((r) => r.json()).then(settle);\n"
    "$('find')?.addEventListener('input', async () => {\n"
    "  const text = $('find').value.trim(), list = $('found');\n"
    "  if (text.length < 2) return list.replaceChildren();\n"
    "  const by = /^[0-9-]+$/.test(text) ? `identifier=${encodeURIComponent(text.replace('-', ''))}` : "
    "`name=${encodeURIComponent(text)}`;\n"
    "  const r = await fetch(`/fhir/Patient?${by}&_count=10&_elements=name,birthDate`);\n"
    "  const found = r.ok ? (await r.json()).entry ?? [] : [];\n"
    "  if ($('find').value.trim() !== text) return;\n"
    "  list.replaceChildren(...found.filter((e) => e.search?.mode !== 'outcome').map(({ resource: p }) => {\n"
    "    const b = document.createElement('button'), n = p.name?.[0];\n"
    "    b.type = 'button';\n"
    "    b.textContent = `${n?.text ?? [...(n?.given ?? []), n?.family].join(' ')} ${p.birthDate ?? ''} "
    "(${p.id})`;\n"
    "    b.addEventListener('click', () => { $('patient').value = p.id; });\n"
    "    return b;\n"
    "  }));\n"
    "});\n";

/* ---- writing ---- */

/* Writes text with each {} replaced by the next of the arguments, escaped. */
static void fill(struct buf *out, const char *text, struct str a, struct str b)
{
    struct str rest = str_of(text), arg[2] = {a, b};
    for (size_t i = 0;; i++) {
        size_t at = str_find_str(rest, STR("{}"));
        buf_str(out, str_sub(rest, 0, at));
        if (at == SIZE_MAX || i == 2)
            return;
        buf_html(out, arg[i]);
        rest = str_sub(rest, at + 2, rest.n);
    }
}

static void begin(struct buf *out, const char *sv, const char *en, const char *more)
{
    buf_init(out, PAGE_BYTES_MAX);
    buf_printf(out,
               "<!doctype html><html lang=\"sv\"><head><meta charset=\"utf-8\">"
               "<meta name=\"viewport\" content=\"width=device-width\">%s<title>%s – Helhet</title>"
               "<link rel=\"stylesheet\" href=\"/auth/app.css\"></head><body><main><h1>%s</h1>"
               "<p lang=\"en\">%s</p>",
               more, sv, sv, en);
}

/* The origin of an address, for the policy of the page whose form leads there; "" when it is no plain one. */
static struct str origin_of(struct str uri)
{
    size_t scheme = str_find(uri, ':', 0), n;
    if (scheme == SIZE_MAX)
        return STR("");
    bool slashes = str_starts(str_sub(uri, scheme, uri.n), STR("://"));
    for (n = slashes ? scheme + 3 : scheme + 1; slashes && n < uri.n && !strchr("/?", uri.p[n]); n++)
        ;
    for (size_t i = 0; i < n; i++)
        if (!((uri.p[i] >= 'a' && uri.p[i] <= 'z') || (uri.p[i] >= 'A' && uri.p[i] <= 'Z') ||
              (uri.p[i] >= '0' && uri.p[i] <= '9') || strchr(":/.-[]+", uri.p[i])))
            return STR("");
    return str_sub(uri, 0, n);
}

static bool finish(struct ask *a, struct buf *out, int status, struct str to)
{
    buf_cstr(out, "</main></body></html>");
    ask_answer(a, out);
    if (a->resp->status != 200)
        return true;
    struct str form = origin_of(to);
    a->resp->status = status;
    gate_answer_later(a->resp);
    a->resp->content_type = "text/html; charset=utf-8";
    http_response_header(
        a->resp, "Content-Security-Policy",
        arena_printf(a->arena,
                     "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
                     "form-action 'self' %.*s; frame-ancestors 'none'; base-uri 'none'",
                     STR_ARG(form)));
    http_response_header(a->resp, "X-Frame-Options", STR("DENY"));
    http_response_header(a->resp, "Referrer-Policy", STR("same-origin"));
    return true;
}

/* ---- pages ---- */

bool page_error(struct ask *a, const struct err *err)
{
    struct buf out, text[2];
    begin(&out, "Appen kan inte släppas in", "The app cannot be let in", "");
    for (int i = 0; i < 2; i++) {
        buf_init(&text[i], BUF_NO_MAX);
        err_text(err, (enum err_lang)i, &text[i]);
        fill(&out, i ? "<p lang=\"en\" class=\"fault\">{}</p>" : "<p class=\"fault\">{}</p>",
             buf_get(&text[i]), STR(""));
        buf_release(&text[i]);
    }
    return finish(a, &out, err_info(err->code)->http, STR(""));
}

bool page_refuse(struct ask *a, const struct err *err)
{
    ask_log_refusal(a, err);
    return page_error(a, err);
}

bool page_again(struct ask *a, struct str url)
{
    struct buf out, more;
    buf_init(&more, PAGE_BYTES_MAX);
    fill(&more, "<meta http-equiv=\"refresh\" content=\"0;url={}\">", url, STR(""));
    buf_char(&more, 0);
    begin(&out, "Ett ögonblick", "One moment", buf_ok(&more) ? buf_get(&more).p : "");
    buf_release(&more);
    fill(&out, "<p><a href=\"{}\">Fortsätt / Continue</a></p>", url, STR(""));
    return finish(a, &out, 200, STR(""));
}

/* The way through the outside provider: the browser comes back to /auth/back, which knows what was asked. */
static void write_outside(const struct ask *a, struct buf *out)
{
    const struct oidc *oidc = a->gate->opt.oidc;
    if (oidc)
        fill(out,
             "<p><button type=\"button\" id=\"outside\">Logga in med {} <span lang=\"en\">Log in with "
             "{}</span></button></p>",
             str_of(oidc_name(oidc)[ERR_SV]), str_of(oidc_name(oidc)[ERR_EN]));
}

bool page_back(struct ask *a)
{
    struct buf out;
    begin(&out, "Du är inloggad", "You are logged in", "");
    buf_cstr(&out, "<p id=\"back\">Appen öppnas … <span lang=\"en\">The app is being opened …</span></p>"
                   "<p id=\"lost\" class=\"fault\" hidden>Gå tillbaka till appen och börja om. <span "
                   "lang=\"en\">Go back to the app and begin again.</span></p>"
                   "<script src=\"/auth/app.js\" defer></script>");
    return finish(a, &out, 200, STR(""));
}

bool page_login(struct ask *a, enum identity_state state)
{
    struct buf out;
    begin(&out, "Logga in", "An app asks for access: log in first", "");
    if (state == IDENTITY_IDLE)
        buf_cstr(&out, "<p>Sessionen har vilat, eller så är inget uppdrag valt.</p>");
    buf_cstr(
        &out,
        "<p id=\"fault\" class=\"fault\" role=\"alert\" hidden></p>"
        "<form id=\"login\" method=\"post\" action=\"/auth/login\"><label for=\"name\">Användarnamn <span "
        "lang=\"en\">User "
        "name</span></label><input id=\"name\" autocomplete=\"username\" required autofocus>"
        "<label for=\"password\">Lösenord <span lang=\"en\">Password</span></label><input id=\"password\" "
        "type=\"password\" autocomplete=\"current-password\" required>"
        "<button class=\"main\">Logga in</button></form>");
    write_outside(a, &out);
    buf_cstr(&out, "<form id=\"choose\" hidden><label for=\"assignment\">Uppdrag <span "
                   "lang=\"en\">Assignment</span></label>"
                   "<select id=\"assignment\"></select><button class=\"main\">Välj</button></form>"
                   "<script src=\"/auth/app.js\" defer></script>");
    return finish(a, &out, 200, STR(""));
}

static void write_scope(struct ask *a, struct buf *out, const struct access_scope *s)
{
    static const struct {
        uint32_t action;
        const char *sv, *en;
    } actions[] = {{ACCESS_READ, "läsa", "read"},
                   {ACCESS_SEARCH, "söka", "search"},
                   {ACCESS_CREATE, "skapa", "create"},
                   {ACCESS_UPDATE, "ändra", "change"},
                   {ACCESS_DELETE, "ta bort", "delete"}};
    bool every = str_is(s->type, "*"), patient = s->level == ACCESS_LEVEL_PATIENT;
    struct buf text[2];
    for (int en = 0; en < 2; en++) {
        buf_init(&text[en], BUF_NO_MAX);
        for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
            if (s->actions & actions[i].action)
                buf_printf(&text[en], "%s%s", text[en].n ? ", " : "", en ? actions[i].en : actions[i].sv);
        buf_printf(&text[en], ": %.*s", STR_ARG(every ? en ? STR("everything") : STR("allt") : s->type));
        if (s->query.n)
            buf_printf(&text[en], " (%.*s)", STR_ARG(s->query));
        buf_printf(&text[en], "%s",
                   patient ? en ? ", of one patient" : ", om en patient"
                   : en    ? ", that you may see"
                           : ", som du själv får se");
    }
    fill(out, "<li>{}<br><span lang=\"en\">{}</span></li>", arena_str(a->arena, buf_get(&text[0])),
         arena_str(a->arena, buf_get(&text[1])));
    buf_release(&text[0]);
    buf_release(&text[1]);
}

static void write_asks(struct ask *a, struct buf *out, const struct wish *w)
{
    static const struct {
        unsigned flag;
        const char *text;
    } flags[] = {
        {SMART_OPENID | SMART_FHIR_USER,
         "<li>veta vem du är<br><span lang=\"en\">know who you are</span></li>"},
        {SMART_OFFLINE,
         "<li>ha kvar åtkomsten i 90 dagar, också när du inte är inloggad<br>"
         "<span lang=\"en\">keep its access for 90 days, also when you are not logged in</span></li>"},
        {SMART_ONLINE, "<li>ha kvar åtkomsten så länge du är inloggad<br>"
                       "<span lang=\"en\">keep its access while you are logged in</span></li>"}};
    buf_cstr(out, "<h2>Appen vill <span lang=\"en\">The app wants to</span></h2><ul>");
    for (size_t i = 0; i < w->scopes.count; i++)
        write_scope(a, out, &w->scopes.item[i]);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (w->scopes.flags & flags[i].flag)
            buf_cstr(out, flags[i].text);
    buf_cstr(out, "</ul>");
}

/* Whom the app is for: a guardian's children, or anybody whom staff look up. */
static void write_choice(struct buf *out, const struct wish *w)
{
    if (!w->ward_count) {
        buf_cstr(out,
                 "<h2>Välj patient <span lang=\"en\">Choose a patient</span></h2>"
                 "<label for=\"find\">Sök på namn eller personnummer <span lang=\"en\">Search by name or "
                 "number</span></label><input id=\"find\" autocomplete=\"off\"><div id=\"found\" "
                 "class=\"found\" aria-live=\"polite\"></div><label for=\"patient\">Patientens id "
                 "<span lang=\"en\">Patient id</span></label><input id=\"patient\" name=\"patient\" "
                 "required autocomplete=\"off\"><script src=\"/auth/app.js\" defer></script>");
        return;
    }
    buf_cstr(out, "<fieldset><legend>Välj barn <span lang=\"en\">Choose a child</span></legend>");
    for (size_t i = 0; i < w->ward_count; i++) {
        const struct ward *one = &w->ward[i];
        fill(out, "<label><input type=\"radio\" name=\"patient\" required value=\"{}\"> {}", one->id,
             one->name.n ? one->name : one->id);
        fill(out, " <span>{}</span></label>", one->born, STR(""));
    }
    buf_cstr(out, "</fieldset>");
}

bool page_consent(struct ask *a, const struct wish *w, const struct person *p, struct str seal)
{
    struct buf out;
    bool again;
    begin(&out, "En app ber om åtkomst", "An app asks for access", "");
    again = str_ends(a->req->query, STR("&again=1"));
    struct str request = str_sub(a->req->query, 0, a->req->query.n - (again ? strlen("&again=1") : 0));
    fill(&out, "<p><strong>{}</strong>, som du skickas till på {}</p>", w->app.name, origin_of(w->redirect));
    fill(&out, "<p>Du är inloggad som {} ({}).</p>", p->name, a->caller.account);
    write_asks(a, &out, w);
    if (w->patient.n)
        fill(&out, "<p>Patient: <strong>{}</strong></p>", w->patient, STR(""));
    buf_cstr(&out, "<form method=\"post\" action=\"/auth/authorize\">");
    if (w->choose)
        write_choice(&out, w);
    fill(&out,
         "<input type=\"hidden\" name=\"request\" value=\"{}\"><input type=\"hidden\" name=\"seal\" "
         "value=\"{}\">",
         request, seal);
    if (!w->choose)
        buf_cstr(&out,
                 "<label><input type=\"checkbox\" name=\"remember\" value=\"yes\"> Kom ihåg mitt svar i 90 "
                 "dagar <span lang=\"en\">Remember my answer for 90 days</span></label>");
    buf_cstr(&out, "<p><a href=\"/auth/apps\">Dina appar / Your apps</a></p>");
    buf_cstr(&out, "<button class=\"main\" name=\"answer\" value=\"yes\">Tillåt / Allow</button>"
                   "<button name=\"answer\" value=\"no\" formnovalidate>Neka / Deny</button></form>");
    return finish(a, &out, 200, w->redirect);
}

/* ---- what apps hold ---- */

static struct str day(struct ask *a, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    return arena_str(a->arena, (struct str){text, time_format(ms, text) < 10 ? 0 : 10});
}

static void write_one(struct ask *a, struct buf *out, const struct smart_held *h)
{
    struct smart_scopes scopes;
    struct err none = {0};
    fill(out,
         h->remembered ? "<p>Du har bett oss komma ihåg ditt svar till {} <span lang=\"en\">Your answer is "
                         "remembered until {}</span></p><ul>"
         : h->offline
             ? "<p>Till {}, också när du inte är inloggad <span lang=\"en\">Until {}, also when you are "
               "not logged in</span></p><ul>"
             : "<p>Så länge du är inloggad, högst till {} <span lang=\"en\">While you are logged in, "
               "until {} at most</span></p><ul>",
         day(a, h->until_ms), day(a, h->until_ms));
    if (smart_scopes_parse(h->scopes, a->arena, &scopes, &none))
        for (size_t i = 0; i < scopes.count; i++)
            write_scope(a, out, &scopes.item[i]);
    if (h->patient.n)
        fill(out, "<li>Patient: {}</li>", h->patient, STR(""));
    buf_cstr(out, "</ul>");
}

bool page_held(struct ask *a, const struct smart_held *held, size_t count)
{
    struct buf out;
    begin(&out, "Appar som har åtkomst", "Apps that have access", "");
    fill(&out, "<p>Inloggad som {} <span lang=\"en\">Logged in as {}</span></p>", a->caller.account,
         a->caller.account);
    if (!count)
        buf_cstr(&out, "<p>Ingen app har åtkomst. <span lang=\"en\">No app has access.</span></p>");
    for (size_t i = 0; i < count; i++) {
        if (!i || !str_eq(held[i].app, held[i - 1].app))
            fill(&out, "<section><h2>{} ({})</h2>", held[i].name, held[i].app);
        write_one(a, &out, &held[i]);
        if (i + 1 < count && str_eq(held[i].app, held[i + 1].app))
            continue;
        fill(&out,
             "<form method=\"post\" action=\"/auth/apps\"><input type=\"hidden\" name=\"app\" value=\"{}\">"
             "<input type=\"hidden\" name=\"seal\" value=\"{}\">",
             held[i].app, ask_seal(a, held[i].app));
        buf_cstr(&out, "<button>Ta tillbaka åtkomsten / Take the access back</button></form></section>");
    }
    return finish(a, &out, 200, STR(""));
}

bool page_see_apps(struct ask *a)
{
    gate_answer_seal(a->resp);
    a->resp->status = 303;
    http_response_header(a->resp, "Location", STR("/auth/apps"));
    return true;
}

static bool file(struct ask *a, struct str body, const char *type)
{
    a->resp->status = 200;
    a->resp->content_type = type;
    a->resp->body = body;
    http_response_header(a->resp, "Cache-Control", STR("no-cache"));
    http_response_header(a->resp, "X-Content-Type-Options", STR("nosniff"));
    return true;
}

bool page_style(struct ask *a)
{
    return file(a, STR(style), "text/css; charset=utf-8");
}

bool page_script(struct ask *a)
{
    return file(a, STR(script), "text/javascript; charset=utf-8");
}
