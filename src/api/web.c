/* SPDX-License-Identifier: Apache-2.0
 * The browser part: read into memory once, so that no request ever names a file. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

#include "api/api_int.h"

enum { WEB_PATH_MAX = 512, WEB_DEPTH_MAX = 8 };

struct web_file {
    struct str path; /* "/assets/index-abc.js" */
    struct str body, etag;
    const char *content_type;
    bool hashed; /* its name changes with its content */
};

struct web {
    struct arena arena;
    struct web_file file[API_WEB_FILES_MAX];
    size_t count, bytes;
    const struct web_file *index;
};

static const struct {
    const char *end, *type;
} web_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json"},
};

static const char *type_of(struct str path)
{
    for (size_t i = 0; i < sizeof(web_types) / sizeof(*web_types); i++)
        if (str_ends(path, str_of(web_types[i].end)))
            return web_types[i].type;
    return "application/octet-stream";
}

static bool add_file(struct web *w, const char *name, struct str path, struct err *err)
{
    char *data = NULL;
    size_t n = 0;
    if (w->count == API_WEB_FILES_MAX)
        return err_set(err, ERR_IO, name, "> 512", NULL);
    if (!os_file_read(name, API_WEB_BYTES_MAX - w->bytes, &data, &n))
        return err_set(err, ERR_IO, name, strerror(errno), NULL);
    struct web_file *f = &w->file[w->count++];
    f->path = arena_str(&w->arena, path);
    f->body = arena_str(&w->arena, (struct str){data, n});
    os_free(data);
    w->bytes += n;
    f->etag = arena_printf(&w->arena, "\"%016llx\"",
                           (unsigned long long)hash_sip((struct hash_key){1, 2}, f->body));
    f->content_type = type_of(path);
    f->hashed = str_starts(path, STR("/assets/"));
    if (str_is(path, "/index.html"))
        w->index = f;
    return true;
}

static bool add_folder(struct web *w, const char *dir, const char *path, unsigned depth, struct err *err)
{
    DIR *d = opendir(dir);
    if (!d)
        return err_set(err, ERR_IO, dir, strerror(errno), NULL);
    bool ok = true;
    for (struct dirent *e; ok && (e = readdir(d));) {
        char name[WEB_PATH_MAX], sub[WEB_PATH_MAX];
        struct stat st;
        if (e->d_name[0] == '.')
            continue;
        if (snprintf(name, sizeof(name), "%s/%s", dir, e->d_name) >= (int)sizeof(name) ||
            snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name) >= (int)sizeof(sub) || stat(name, &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode) && depth < WEB_DEPTH_MAX)
            ok = add_folder(w, name, sub, depth + 1, err);
        else if (S_ISREG(st.st_mode))
            ok = add_file(w, name, str_of(sub), err);
    }
    closedir(d);
    return ok;
}

struct web *web_new(const char *dir, struct err *err)
{
    struct web *w = os_alloc(sizeof(*w));
    if (!w) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(w, 0, sizeof(*w));
    arena_init(&w->arena);
    if (!add_folder(w, dir, "", 0, err)) {
        web_free(w);
        return NULL;
    }
    return w;
}

void web_free(struct web *w)
{
    if (!w)
        return;
    arena_release(&w->arena);
    os_free(w);
}

static const char security_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

static void plain(struct http_response *resp, int status, const char *text)
{
    resp->status = status;
    resp->content_type = "text/plain; charset=utf-8";
    resp->body = str_of(text);
}

/* A path of the browser part's own (a deep link) is its index page, for whoever wants a page. */
static const struct web_file *find(const struct web *w, const struct http_request *req)
{
    for (size_t i = 0; i < w->count; i++)
        if (str_eq(w->file[i].path, req->path))
            return &w->file[i];
    if (str_is(req->path, "/"))
        return w->index;
    bool asset = str_starts(req->path, STR("/assets/"));
    bool page = str_find_str(http_header(req, "Accept"), STR("text/html")) != SIZE_MAX;
    return page && !asset ? w->index : NULL;
}

bool web_answer(struct api *a, struct http_request *req, struct http_response *resp)
{
    resp->route = "web";
    http_response_header(resp, "X-Content-Type-Options", STR("nosniff"));
    http_response_header(resp, "Content-Security-Policy", STR(security_policy));
    http_response_header(resp, "Referrer-Policy", STR("no-referrer"));
    http_response_header(resp, "Cross-Origin-Opener-Policy", STR("same-origin"));
    if (!str_is(req->method, "GET") && !str_is(req->method, "HEAD")) {
        http_response_header(resp, "Allow", STR("GET, HEAD"));
        plain(resp, 405, "Bara GET / only GET\n");
        return true;
    }
    if (!a->web) {
        plain(resp, 404,
              "Webbdelen är inte byggd; FHIR finns under /fhir\n"
              "The browser part is not built; FHIR is under /fhir\n");
        return true;
    }
    const struct web_file *f = find(a->web, req);
    if (!f) {
        plain(resp, 404, "Sidan finns inte / no such page\n");
        return true;
    }
    http_response_header(resp, "ETag", f->etag);
    http_response_header(resp, "Cache-Control",
                         f->hashed ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    resp->content_type = f->content_type;
    resp->status = 200;
    if (str_find_str(http_header(req, "If-None-Match"), f->etag) != SIZE_MAX) {
        resp->status = 304;
        return true;
    }
    resp->body = f->body;
    return true;
}
