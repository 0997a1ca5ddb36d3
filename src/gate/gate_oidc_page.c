/* SPDX-License-Identifier: Apache-2.0
 * What a browser gets when it comes back from the outside provider. Swedish first, English second; no
 * script. */
#include "gate/gate_oidc.h"

enum { PAGE_BYTES_MAX = 64 * 1024 };

static void escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr("&<>\"'", s.p[i]))
            buf_printf(out, "&#%d;", s.p[i]);
        else
            buf_char(out, s.p[i]);
}

static void begin(struct buf *out, const char *title, struct str on)
{
    buf_init(out, PAGE_BYTES_MAX);
    buf_cstr(out, "<!doctype html><html lang=\"sv\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width\">");
    if (on.n) {
        buf_cstr(out, "<meta http-equiv=\"refresh\" content=\"0;url=");
        escaped(out, on);
        buf_cstr(out, "\">");
    }
    buf_printf(out,
               "<title>%s – Helhet</title><link rel=\"stylesheet\" href=\"/auth/app.css\"></head>"
               "<body><main><h1>%s</h1>",
               title, title);
}

/* No script, no frame, no form. */
static bool finish(struct http_response *resp, struct buf *out, int status)
{
    buf_cstr(out, "</main></body></html>");
    if (!buf_ok(out)) {
        buf_release(out);
        resp->status = 503;
        return true;
    }
    gate_answer_seal(resp);
    resp->status = status;
    resp->content_type = "text/html; charset=utf-8";
    http_response_header(resp, "Content-Security-Policy",
                         STR("default-src 'none'; style-src 'self'; frame-ancestors 'none'; "
                             "form-action 'none'; base-uri 'none'"));
    http_response_header(resp, "X-Frame-Options", STR("DENY"));
    http_response_header(resp, "Referrer-Policy", STR("no-referrer"));
    http_response_buf(resp, out);
    return true;
}

bool oidc_page_on(struct http_response *resp, struct str path)
{
    struct buf out;
    begin(&out, "Du är inloggad", path);
    buf_cstr(&out, "<p><a href=\"");
    escaped(&out, path);
    buf_cstr(&out, "\">Fortsätt <span lang=\"en\">Continue</span></a></p>");
    return finish(resp, &out, 200);
}

bool oidc_page_error(struct http_response *resp, const struct err *err, struct str back)
{
    struct buf out, text;
    begin(&out, "Inloggningen gick inte", STR(""));
    for (int i = ERR_SV; i <= ERR_EN; i++) {
        buf_init(&text, BUF_NO_MAX);
        err_text(err, (enum err_lang)i, &text);
        buf_cstr(&out,
                 i == ERR_EN ? "<p lang=\"en\" class=\"fault\">" : "<p role=\"alert\" class=\"fault\">");
        escaped(&out, buf_get(&text));
        buf_cstr(&out, "</p>");
        buf_release(&text);
    }
    buf_cstr(&out, "<p><a href=\"");
    escaped(&out, back);
    buf_cstr(&out, "\">Till inloggningen <span lang=\"en\">To the login page</span></a></p>");
    return finish(resp, &out, err_info(err->code)->http);
}
