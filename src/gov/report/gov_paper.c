/* SPDX-License-Identifier: Apache-2.0 */
#include "report/gov_paper.h"

#include "base/time.h"
#include "report/gov_report_int.h"

/* Rows, items and headings are kept together with what they belong to, and a table that goes on has its
 * headings again. Nothing is hyphenated: what is copied out of it is what was written. */
static const char paper_style[] =
    "<style>@page{size:A4;margin:24mm 20mm 22mm;font:9pt 'DejaVu Sans',sans-serif;"
    "@top-left{content:string(diary);font:9pt 'DejaVu Sans',sans-serif}"
    "@top-right{content:string(state);font:9pt 'DejaVu Sans',sans-serif}"
    "@bottom-left{content:string(title);font:8pt 'DejaVu Sans',sans-serif;width:75%}"
    "@bottom-right{content:'Sida ' counter(page) ' av ' counter(pages);font:8pt 'DejaVu Sans',sans-serif}}"
    "body{font:10.5pt/1.45 'DejaVu Sans',sans-serif;color:#111;hyphens:none}"
    "h1{font-size:18pt;line-height:1.25;margin:0 0 6mm;string-set:title content()}"
    ".diary{string-set:diary content()}.state{string-set:state content()}"
    "h2{font-size:14pt;margin:8mm 0 2mm}h3{font-size:12pt;margin:5mm 0 1mm}"
    "h1,h2,h3,h4,h5,h6{break-after:avoid}p,li,td,th{overflow-wrap:anywhere;orphans:2;widows:2}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed}thead{display:table-header-group}"
    "tr,li,img{break-inside:avoid}th,td{border:0.5pt solid #666;padding:1mm 2mm;text-align:left;"
    "vertical-align:top}pre{white-space:pre-wrap;overflow-wrap:anywhere}img{max-width:100%}"
    ".facts{color:#444;margin:0 0 1mm}footer{margin-top:8mm;border-top:0.5pt solid #666;padding-top:3mm}"
    ".mark{position:fixed;top:95mm;left:0;width:170mm;text-align:center;font-size:96pt;color:#e4e4e4;"
    "transform:rotate(-35deg);z-index:-1}</style>\n";

/* Across each page, and at its head, where it can be read out and found. */
static const char paper_draft[] =
    "<style>@page{@top-center{content:'UTKAST';font:bold 14pt 'DejaVu Sans',sans-serif}}</style>"
    "<div class=\"mark\">UTKAST</div>\n";

void gov_paper_begin(struct buf *out, const struct gov_paper *p)
{
    buf_cstr(out, "<!doctype html>\n<html lang=\"sv\">\n<head><meta charset=\"utf-8\"><title>");
    buf_html(out, p->title);
    buf_cstr(out, "</title>\n");
    buf_cstr(out, paper_style);
    buf_cstr(out, "</head>\n<body>\n");
    if (p->draft)
        buf_cstr(out, paper_draft);
    buf_cstr(out, "<h1>");
    buf_html(out, p->title);
    buf_cstr(out, "</h1>\n");
    if (p->diary.n) {
        buf_cstr(out, "<p class=\"facts\">Diarienummer: <span class=\"diary\">");
        buf_html(out, p->diary);
        buf_cstr(out, "</span></p>\n");
    }
    buf_cstr(out, "<p class=\"facts\">Ställning: <span class=\"state\">");
    buf_html(out, p->state);
    buf_cstr(out, "</span></p>\n");
}

void gov_paper_end(struct buf *out)
{
    buf_cstr(out, "</body>\n</html>\n");
}

void gov_paper_fact(struct buf *out, const char *label, struct str text)
{
    if (!text.n)
        return;
    buf_cstr(out, "<p class=\"facts\">");
    buf_cstr(out, label);
    buf_cstr(out, ": ");
    buf_html(out, text);
    buf_cstr(out, "</p>\n");
}

void gov_paper_time(struct buf *out, const char *label, struct str text)
{
    struct time_value v;
    char shown[TIME_TEXT_MAX];
    if (!time_parse(text, false, &v) || !v.has_zone) {
        gov_paper_fact(out, label, text);
        return;
    }
    int64_t ms = time_span(&v, 0).low_ms;
    time_format(ms + time_swedish(ms), shown);
    shown[10] = ' '; /* 2026-11-21T18:51: the T, and to the minute */
    gov_paper_fact(out, label, (struct str){shown, 16});
}

void gov_paper_text(struct buf *out, const char *heading, struct str text)
{
    if (!text.n)
        return;
    buf_printf(out, "<h3>%s</h3>\n", heading);
    gov_report_markdown(text, out);
}
