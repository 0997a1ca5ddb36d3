/* SPDX-License-Identifier: Apache-2.0
 * Which form of a resource an exchange speaks (R4 2.6, 3.1.0.1.11), decided here alone: bodies in XML become
 * JSON before an interaction sees them, and answers in FHIR JSON become XML after it. What is no resource
 * (plain text, NDJSON, CSV, streams) is left as it is. */
#include <strings.h>

#include "api/api_int.h"
#include "fhir_gen/names.h"
#include "xml/xml.h"

enum { MEDIA_Q_MAX = 1000, MEDIA_ANSWER_MEMORY_MAX = 1 << 30 };

static const char media_json[] = "application/fhir+json;charset=utf-8";
static const char media_xml[] = "application/fhir+xml;charset=utf-8";

static bool same(struct str a, const char *b)
{
    return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

static struct str trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = str_sub(s, 1, s.n);
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* The names of the two forms, the more exact the higher. '+' may have become a space in _format. */
static const struct media_name {
    const char *name;
    bool json, xml;
    int exact;
} media_names[] = {
    {"application/fhir+json", true, false, 2},
    {"application/json", true, false, 2},
    {"text/json", true, false, 2},
    {"json", true, false, 2},
    {"application/fhir json", true, false, 2},
    {"application/fhir+xml", false, true, 2},
    {"application/xml", false, true, 2},
    {"text/xml", false, true, 2},
    {"xml", false, true, 2},
    {"application/fhir xml", false, true, 2},
    {"application/*", true, true, 1},
    {"text/*", true, true, 1},
    {"*/*", true, true, 0},
};

static const struct media_name *name_of(struct str type)
{
    for (size_t i = 0; i < sizeof(media_names) / sizeof(*media_names); i++)
        if (same(type, media_names[i].name))
            return &media_names[i];
    return NULL;
}

/* "0.8" in thousandths; what is no weight counts as none given. */
static int weight_of(struct str q)
{
    int v = 0, unit = MEDIA_Q_MAX;
    for (size_t i = 0; i < q.n; i++) {
        if (q.p[i] == '.' && i == 1)
            continue;
        if (q.p[i] < '0' || q.p[i] > '9' || i > 4)
            return MEDIA_Q_MAX;
        v += (q.p[i] - '0') * unit;
        unit /= 10;
    }
    return v < MEDIA_Q_MAX ? v : MEDIA_Q_MAX;
}

/* "application/fhir+json; fhirVersion=4.0; charset=utf-8; q=0.5" → type and weight; false when a parameter
 * says something we are not. */
static bool split_media(struct str text, struct str *type, int *weight)
{
    struct str part;
    *weight = MEDIA_Q_MAX;
    if (!str_split(&text, ';', &part))
        return false;
    *type = trim(part);
    while (text.p && str_split(&text, ';', &part)) {
        part = trim(part);
        size_t eq = str_find(part, '=', 0);
        struct str name = str_sub(part, 0, eq == SIZE_MAX ? part.n : eq);
        struct str value = eq == SIZE_MAX ? STR("") : str_sub(part, eq + 1, part.n);
        if (value.n >= 2 && value.p[0] == '"')
            value = str_sub(value, 1, value.n - 1);
        if (same(name, "fhirVersion") && !same(value, "4.0") && !same(value, "4.0.1"))
            return false;
        if (same(name, "charset") && !same(value, "utf-8"))
            return false;
        if (same(name, "q"))
            *weight = weight_of(value);
    }
    return true;
}

/* What an Accept says of one form. */
struct wish {
    int weight, exact;
};

/* The form that an Accept asks for; FORMAT_NONE when it takes neither. JSON when it has no preference. */
static enum call_format preferred(struct str accept)
{
    struct wish json = {0, -1}, xml = {0, -1};
    struct str part, type;
    int weight;
    bool xml_first = false;
    if (!accept.n)
        return FORMAT_JSON;
    while (accept.p && str_split(&accept, ',', &part)) {
        const struct media_name *m = split_media(part, &type, &weight) ? name_of(type) : NULL;
        if (!m)
            continue;
        /* The most exact range that fits a form decides over it (RFC 9110 12.5.1). */
        if (m->json && m->exact > json.exact)
            json = (struct wish){weight, m->exact};
        if (m->xml && m->exact > xml.exact) {
            xml = (struct wish){weight, m->exact};
            xml_first = json.exact < m->exact;
        }
    }
    if (!json.weight && !xml.weight)
        return FORMAT_NONE;
    if (json.weight != xml.weight)
        return json.weight > xml.weight ? FORMAT_JSON : FORMAT_XML;
    if (json.exact != xml.exact)
        return json.exact > xml.exact ? FORMAT_JSON : FORMAT_XML;
    return xml_first ? FORMAT_XML : FORMAT_JSON;
}

bool media_param(struct call *c, struct str name, struct str value)
{
    struct str type;
    int weight;
    if (str_is(name, "_pretty")) {
        c->wants.pretty = str_is(value, "true");
        return true;
    }
    if (!str_is(name, "_format"))
        return false;
    const struct media_name *m = split_media(value, &type, &weight) ? name_of(type) : NULL;
    bool one = m && m->json != m->xml;
    c->wants.format_param = value;
    c->wants.format = m ? (one && m->xml ? FORMAT_XML : FORMAT_JSON) : FORMAT_NONE;
    return true;
}

/* Takes _format and _pretty out of the query as sent, so that neither a route that is not found nor the
 * criteria of a conditional interaction get in the way. Pieces that cannot be read stay for whoever tells of
 * it. */
static void take_general(struct call *c)
{
    struct str rest = c->query, piece;
    struct buf kept;
    if (str_find_str(c->query, STR("_format=")) == SIZE_MAX &&
        str_find_str(c->query, STR("_pretty=")) == SIZE_MAX)
        return;
    buf_init(&kept, c->query.n + 1);
    while (rest.p && str_split(&rest, '&', &piece)) {
        struct http_pair *pairs;
        size_t count;
        bool general = str_starts(piece, STR("_format=")) || str_starts(piece, STR("_pretty="));
        if (general && http_query_parse(c->arena, piece, &pairs, &count, NULL) && count == 1 &&
            media_param(c, pairs[0].name, pairs[0].value))
            continue;
        if (kept.n)
            buf_char(&kept, '&');
        buf_str(&kept, piece);
    }
    struct str copy = buf_ok(&kept) ? arena_str(c->arena, buf_get(&kept)) : (struct str){0};
    if (copy.p)
        c->query = copy;
    buf_release(&kept);
}

void media_begin(struct call *c)
{
    c->wants.format = preferred(c->wants.accept);
    take_general(c);
}

/* Operations whose answer is no resource read _format and Accept themselves, or have one form alone. */
static bool own_form(const struct call *c)
{
    static call_fn *const own[] = {op_view_run,       op_view_export_run,    op_report_page_run,
                                   op_report_pdf_run, op_gov_paper_case_run, op_gov_paper_decision_run};
    for (size_t i = 0; c->route && i < sizeof own / sizeof *own; i++)
        if (c->route->run == own[i])
            return true;
    return false;
}

bool media_acceptable(struct call *c, struct err *err)
{
    if (c->wants.format != FORMAT_NONE || own_form(c))
        return true;
    struct str asked = c->wants.format_param.p ? c->wants.format_param : c->wants.accept;
    return err_set_str(err, ERR_NOT_ACCEPTABLE, asked, STR(""));
}

/* ---- in ---- */

static enum call_format content_of(struct call *c)
{
    struct str type;
    int weight;
    const struct media_name *m = split_media(c->wants.content_type, &type, &weight) ? name_of(type) : NULL;
    return !m || m->json == m->xml ? FORMAT_NONE : m->xml ? FORMAT_XML : FORMAT_JSON;
}

bool media_content(struct call *c, struct err *err)
{
    if (content_of(c) == FORMAT_JSON)
        return true;
    return err_set_str(err, ERR_CONTENT_TYPE, c->wants.content_type, STR(""));
}

bool media_in(struct call *c, struct err *err)
{
    struct buf json;
    if (!c->body.n || content_of(c) != FORMAT_XML)
        return true;
    buf_init(&json, API_BODY_MAX);
    bool ok = xml_read(c->body, &json, err);
    if (ok) {
        c->body = arena_str(c->arena, buf_get(&json));
        c->wants.content_type = STR("application/fhir+json");
        c->was_xml = true;
        ok = c->body.p || err_set(err, ERR_NO_MEMORY, NULL);
    }
    buf_release(&json);
    return ok;
}

/* ---- out ---- */

/* Does _format alone ask for this form? */
static bool format_only_asked(const struct call *c)
{
    return c->wants.format_param.p && preferred(c->wants.accept) != c->wants.format;
}

/* The links of a Bundle, given _format, where following them without it would give the other form. */
static void keep_format(struct call *c, struct json_doc *doc, struct arena *arena)
{
    if (!format_only_asked(c))
        return;
    uint32_t links =
        fhir_resource_type(doc, 0) == FHIR_TYPE_Bundle ? json_get(doc, 0, FHIR_NAME_link) : UINT32_MAX;
    if (links == UINT32_MAX)
        return;
    JSON_EACH(doc, links, i)
    {
        uint32_t url = json_get(doc, i, FHIR_NAME_url);
        struct str was = json_text(doc, url);
        if (!was.n)
            continue;
        struct str now = arena_printf(arena, "%.*s%c_format=%s", STR_ARG(was),
                                      str_find(was, '?', 0) == SIZE_MAX ? '?' : '&',
                                      c->wants.format == FORMAT_XML ? "xml" : "json");
        if (now.p) {
            doc->nodes[url].text = now.p;
            doc->nodes[url].len = (uint32_t)now.n;
        }
    }
}

static bool form(struct call *c, struct buf *out, struct err *err)
{
    struct arena arena;
    struct json_doc doc;
    arena_init(&arena);
    arena_limit(&arena, MEDIA_ANSWER_MEMORY_MAX);
    bool ok = json_parse(&arena, c->resp->body, &fhir_names, &doc, err);
    if (ok) {
        fhir_type_tree(&doc, 0);
        keep_format(c, &doc, &arena);
        if (c->wants.format == FORMAT_XML)
            ok = xml_write(&doc, 0, c->wants.pretty, out, err);
        else if (c->wants.pretty)
            json_write_pretty(&doc, 0, out);
        else
            json_write(&doc, 0, out);
    }
    arena_release(&arena);
    return ok && (buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL));
}

/* Is there anything to do with an answer that is FHIR JSON? */
static bool to_be_formed(const struct call *c)
{
    if (!c->resp->body.n || !c->resp->content_type || strcmp(c->resp->content_type, media_json) != 0)
        return false;
    return c->wants.format == FORMAT_XML || c->wants.pretty || format_only_asked(c);
}

static bool form_answer(struct call *c, struct err *err)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    bool ok = form(c, &out, err);
    if (ok) {
        os_free(c->resp->owned);
        c->resp->owned = NULL;
        http_response_buf(c->resp, &out);
        c->resp->content_type = c->wants.format == FORMAT_XML ? media_xml : media_json;
    }
    buf_release(&out);
    return ok;
}

void media_out(struct call *c)
{
    struct err err = {0}, ignored;
    if (!to_be_formed(c) || form_answer(c, &err))
        return;
    /* The answer cannot be given in this form. What has been done stays done, and says so. */
    bool done = c->resp->status < 300 && !str_is(c->method, "GET") && !str_is(c->method, "HEAD");
    int status = c->resp->status;
    os_free(c->resp->owned);
    c->resp->owned = NULL;
    outcome_fail(c, &err);
    if (done)
        c->resp->status = status;
    (void)form_answer(c, &ignored);
}

const char *media_type(void)
{
    return media_json;
}
