/* SPDX-License-Identifier: Apache-2.0
 * A report as people read it: an R4 document and a page of HTML. */
#include <cmark.h>
#include <stdlib.h>

#include "report/gov_paper.h"
#include "report/gov_report_int.h"

void gov_report_markdown(struct str text, struct buf *out)
{
    /* Without CMARK_OPT_UNSAFE: what is HTML or a script's address in the text is left out. */
    char *html = cmark_markdown_to_html(text.p ? text.p : "", text.n, CMARK_OPT_DEFAULT);
    buf_cstr(out, html ? html : "");
    free(html);
}

static void write_item(const struct json_doc *doc, uint32_t item, struct str base, struct buf *out)
{
    struct str date = gov_report_get(doc, item, "date"), title = gov_report_get(doc, item, "title"),
               url = gov_report_get(doc, item, "url");
    struct str reference = gov_report_get(doc, json_get_key(doc, item, STR("reference")), "reference");
    bool linked = url.n || (reference.n && base.n);
    buf_cstr(out, "<li>");
    if (date.n) {
        buf_html(out, date);
        buf_cstr(out, ": ");
    }
    if (linked) {
        buf_cstr(out, "<a href=\"");
        if (!url.n) {
            buf_html(out, base);
            buf_char(out, '/');
        }
        buf_html(out, url.n ? url : reference);
        buf_cstr(out, "\">");
    }
    buf_html(out, title);
    buf_cstr(out, linked ? "</a></li>\n" : "</li>\n");
}

void gov_report_content(const struct json_doc *doc, const struct gov_report_section *s, struct str base,
                        struct buf *out)
{
    size_t shown = 0;
    gov_report_markdown(s->statement, out);
    if (s->queried)
        buf_printf(out, "<p class=\"facts\">Antal: %llu</p>\n", (unsigned long long)s->count);
    if (s->item == UINT32_MAX)
        return;
    buf_cstr(out, "<ul>\n");
    JSON_EACH(doc, s->item, item)
    {
        write_item(doc, item, base, out);
        shown++;
    }
    buf_cstr(out, "</ul>\n");
    if (s->count > shown)
        buf_printf(out, "<p>… och %llu till / and %llu more</p>\n", (unsigned long long)(s->count - shown),
                   (unsigned long long)(s->count - shown));
}

static void write_heading(const struct gov_report_section *s, struct buf *out)
{
    buf_html(out, s->number);
    if (s->number.n && s->title.n)
        buf_cstr(out, s->level == 1 ? ". " : " ");
    buf_html(out, s->title);
}

/* ---- the document ---- */

static void write_narrative(const struct json_doc *doc, const struct gov_report_section *s,
                            struct json_out *o)
{
    struct buf div;
    buf_init(&div, GOV_REPORT_BYTES_MAX);
    buf_cstr(&div, "<div xmlns=\"http://www.w3.org/1999/xhtml\">");
    gov_report_content(doc, s, STR(""), &div);
    buf_cstr(&div, "</div>");
    json_out_object(o, "text");
    json_out_cstr(o, "status", "generated");
    json_out_string(o, "div", buf_get(&div));
    json_out_end_object(o);
    buf_release(&div);
}

static bool empty(const struct gov_report_section *s)
{
    return !s->statement.n && s->item == UINT32_MAX && !s->queried;
}

static void write_document_section(const struct json_doc *doc, const struct gov_report_section *s,
                                   struct json_out *o)
{
    struct buf title;
    buf_init(&title, GOV_REPORT_BYTES_MAX);
    if (s->number.n)
        buf_printf(&title, "%.*s%s", STR_ARG(s->number), s->title.n ? " " : "");
    buf_str(&title, s->title);
    json_out_object(o, NULL);
    if (title.n)
        json_out_string(o, "title", buf_get(&title));
    buf_release(&title);
    json_out_object(o, "code");
    json_out_string(o, "text", s->code);
    json_out_end_object(o);
    if (!empty(s))
        write_narrative(doc, s, o);
    else { /* cmp-1: a section has a text, entries or sections, else says why it is empty */
        json_out_object(o, "emptyReason");
        json_out_array(o, "coding");
        json_out_object(o, NULL);
        json_out_cstr(o, "system", "http://terminology.hl7.org/CodeSystem/list-empty-reason");
        json_out_cstr(o, "code", "notstarted");
        json_out_end_object(o);
        json_out_end_array(o);
        json_out_end_object(o);
    }
    json_out_end_object(o);
}

static void write_composition(const struct json_doc *doc, struct str id, struct str date, struct json_out *o)
{
    struct gov_report_section s[GOV_REPORT_SECTIONS_MAX];
    size_t n = gov_report_sections(doc, s, GOV_REPORT_SECTIONS_MAX);
    bool final = !str_is(gov_report_get(doc, 0, "status"), "draft");
    uint32_t compiler = json_get_key(doc, 0, STR("compiler"));
    struct str author = gov_report_get(doc, compiler, "reference"),
               name = gov_report_get(doc, compiler, "display");
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "Composition");
    json_out_string(o, "id", id);
    json_out_cstr(o, "status", final ? "final" : "preliminary");
    json_out_object(o, "type");
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", "https://helhet.example/styr/CodeSystem/report-kind");
    json_out_string(o, "code", gov_report_get(doc, 0, "kind"));
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_end_object(o);
    json_out_string(o, "date", date);
    json_out_array(o, "author");
    json_out_object(o, NULL);
    if (author.n)
        json_out_string(o, "reference", author);
    if (name.n || !author.n)
        json_out_string(o, "display", name.n ? name : STR("Helhet"));
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_string(o, "title", gov_report_get(doc, 0, "title"));
    json_out_array(o, "section");
    for (size_t i = 0; i < n; i++)
        write_document_section(doc, &s[i], o);
    json_out_end_array(o);
    json_out_end_object(o);
}

void gov_report_document(const struct json_doc *doc, struct str id, struct buf *out)
{
    struct json_out o;
    struct str date = gov_report_get(doc, 0, "date");
    struct buf url;
    if (!date.n)
        date = gov_report_get(doc, json_get_key(doc, 0, STR("meta")), "lastUpdated");
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Bundle");
    json_out_object(&o, "identifier");
    json_out_cstr(&o, "system", "https://helhet.example/styr/report");
    json_out_string(&o, "value", id);
    json_out_end_object(&o);
    json_out_cstr(&o, "type", "document");
    if (date.n)
        json_out_string(&o, "timestamp", date);
    json_out_array(&o, "entry");
    json_out_object(&o, NULL);
    buf_init(&url, GOV_REPORT_BYTES_MAX);
    buf_printf(&url, "https://helhet.example/styr/Composition/%.*s", STR_ARG(id));
    json_out_string(&o, "fullUrl", buf_get(&url));
    buf_release(&url);
    struct buf composition;
    struct json_out c;
    buf_init(&composition, GOV_REPORT_BYTES_MAX);
    json_out_init(&c, &composition);
    write_composition(doc, id, date, &c);
    json_out_raw(&o, "resource", buf_get(&composition));
    buf_release(&composition);
    json_out_end_object(&o);
    json_out_end_array(&o);
    json_out_end_object(&o);
}

/* ---- the page ---- */

static const char page_style[] =
    "<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 "
    "1rem;color:#111}"
    "h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem}h3{font-size:1.05rem}"
    ".facts{color:#444}.draft{border:2px solid #8a5300;padding:.5rem 1rem}a{color:#00504c}"
    "@media print{body{margin:0;max-width:none}h2,h3{break-after:avoid}a{color:inherit}}</style>\n";

static struct str shown_name(const struct json_doc *doc, const char *key)
{
    uint32_t node = json_get_key(doc, 0, str_of(key));
    struct str display = gov_report_get(doc, node, "display");
    return display.n ? display : gov_report_get(doc, node, "reference");
}

static void write_end(const struct json_doc *doc, struct buf *out)
{
    uint32_t list = json_get_key(doc, 0, STR("recipient"));
    buf_cstr(out, "<footer>\n");
    gov_paper_fact(out, "Sammanställs av", shown_name(doc, "compiler"));
    gov_paper_fact(out, "På uppdrag av", shown_name(doc, "commissioner"));
    if (list != UINT32_MAX)
        JSON_EACH(doc, list, r)
        {
            gov_paper_fact(out, "Mottagare", gov_report_get(doc, r, "name"));
        }
    gov_paper_fact(out, "SHA-256", gov_report_get(doc, 0, "sum"));
    buf_cstr(out, "</footer>\n");
}

static void write_sections(const struct json_doc *doc, struct str base, struct buf *out)
{
    struct gov_report_section s[GOV_REPORT_SECTIONS_MAX];
    size_t n = gov_report_sections(doc, s, GOV_REPORT_SECTIONS_MAX);
    for (size_t i = 0; i < n; i++) {
        int level = s[i].level < 5 ? s[i].level + 1 : 6;
        buf_printf(out, "<h%d>", level);
        write_heading(&s[i], out);
        buf_printf(out, "</h%d>\n", level);
        gov_report_content(doc, &s[i], base, out);
    }
    write_end(doc, out);
}

void gov_report_page(const struct json_doc *doc, struct str base, struct buf *out)
{
    struct str title = gov_report_get(doc, 0, "title");
    buf_cstr(out, "<!doctype html>\n<html lang=\"sv\">\n<head><meta charset=\"utf-8\"><title>");
    buf_html(out, title);
    buf_cstr(out, "</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n");
    buf_cstr(out, page_style);
    buf_cstr(out, "</head>\n<body>\n<h1>");
    buf_html(out, title);
    buf_cstr(out, "</h1>\n");
    if (str_is(gov_report_get(doc, 0, "status"), "draft"))
        buf_cstr(out, "<p class=\"draft\">Utkast: inte fastställd. / Draft: not final.</p>\n");
    gov_paper_fact(out, "Sammanställd", gov_report_get(doc, 0, "date"));
    write_sections(doc, base, out);
    buf_cstr(out, "</body>\n</html>\n");
}

/* The number in the diary, "" when it has none. */
static struct str diary_number(const struct json_doc *doc)
{
    uint32_t list = json_get_key(doc, 0, STR("identifier"));
    if (list != UINT32_MAX && doc->nodes[list].kind == JSON_ARRAY)
        JSON_EACH(doc, list, i)
        {
            if (str_is(gov_report_get(doc, i, "system"), "urn:se:diarium"))
                return gov_report_get(doc, i, "value");
        }
    return STR("");
}

void gov_report_paper(const struct json_doc *doc, struct buf *out)
{
    struct str status = gov_report_get(doc, 0, "status");
    struct gov_paper paper = {.title = gov_report_get(doc, 0, "title"),
                              .diary = diary_number(doc),
                              .state = str_is(status, "final")      ? STR("Fastställd")
                                       : str_is(status, "replaced") ? STR("Ersatt av en senare rapport")
                                                                    : STR("Utkast, inte fastställt")};
    paper.draft = !str_is(status, "final") && !str_is(status, "replaced");
    gov_paper_begin(out, &paper);
    gov_paper_time(out, "Sammanställd", gov_report_get(doc, 0, "date"));
    write_sections(doc, STR(""), out);
    gov_paper_end(out);
}
