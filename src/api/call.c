/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "api/audited.h"
#include "api/guard.h"

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

/* Prefer: return=minimal; handling=lenient (RFC 7240). Unknown preferences are ignored, as it says. */
static void read_prefer(struct call_wants *w, struct str value)
{
    static const struct {
        const char *text;
        enum call_return returns;
    } returns[] = {{"return=minimal", RETURN_MINIMAL},
                   {"return=representation", RETURN_REPRESENTATION},
                   {"return=OperationOutcome", RETURN_OUTCOME}};
    struct str part, piece;
    while (value.p && str_split(&value, ',', &part))
        while (part.p && str_split(&part, ';', &piece)) {
            piece = trim(piece);
            w->lenient = w->lenient || same(piece, "handling=lenient");
            w->async = w->async || same(piece, "respond-async");
            for (size_t i = 0; i < sizeof(returns) / sizeof(*returns); i++)
                if (same(piece, returns[i].text))
                    w->returns = returns[i].returns;
        }
}

/* Swedish unless English is named first. */
static enum err_lang read_language(struct str accept)
{
    struct str part;
    while (accept.p && str_split(&accept, ',', &part)) {
        part = trim(part);
        if (str_starts(part, STR("sv")))
            return ERR_SV;
        if (str_starts(part, STR("en")))
            return ERR_EN;
    }
    return ERR_SV;
}

bool call_headers(struct call *c, struct err *err)
{
    struct call_wants *w = &c->wants;
    struct str none = {0}, language = {0};
    const struct {
        const char *name;
        struct str *to;
    } wanted[] = {
        {"Accept", &w->accept},
        {"Content-Type", &w->content_type},
        {"Host", &w->host},
        {"If-Match", &w->if_match},
        {"If-None-Match", &w->if_none_match},
        {"If-Modified-Since", &w->if_modified_since},
        {"If-None-Exist", &w->if_none_exist},
        {"Helhet-Patient", &w->patient},
        {"Helhet-Caller", &w->by},
        {"Idempotency-Key", &w->key},
        {"Helhet-Receipt", &w->told},
        {"Accept-Language", &language},
        {"Prefer", &none},
    };
    for (size_t i = 0; i < c->req->header_count; i++) {
        const struct http_pair *h = &c->req->headers[i];
        for (size_t j = 0; j < sizeof(wanted) / sizeof(*wanted); j++) {
            if (!same(h->name, wanted[j].name))
                continue;
            if (wanted[j].to == &none)
                read_prefer(w, h->value);
            else if (!wanted[j].to->p)
                *wanted[j].to = h->value;
            else if (wanted[j].to == &w->accept)
                w->accept = arena_printf(c->arena, "%.*s,%.*s", STR_ARG(w->accept), STR_ARG(h->value));
            else if (wanted[j].to == &w->if_none_exist || wanted[j].to == &w->content_type ||
                     wanted[j].to == &w->patient || wanted[j].to == &w->key || wanted[j].to == &w->told ||
                     wanted[j].to == &w->by)
                return err_set(err, ERR_HEADER, wanted[j].name, "2", NULL);
        }
    }
    w->lang = read_language(language);
    return true;
}

bool call_query(struct call *c, struct str query, struct err *err)
{
    struct http_pair *pairs;
    size_t count;
    if (query.n == 0)
        return true;
    if (!http_query_parse(c->arena, query, &pairs, &count, err))
        return false;
    struct search_param *all = ARENA_ARRAY(c->arena, struct search_param, c->param_count + count + 1);
    if (!all)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (c->param_count)
        memcpy(all, c->params, c->param_count * sizeof(*all));
    c->params = all;
    for (size_t i = 0; i < count; i++) {
        if (!media_param(c, pairs[i].name, pairs[i].value))
            c->params[c->param_count++] = (struct search_param){pairs[i].name, pairs[i].value};
    }
    return true;
}

bool call_query_of_route(struct call *c, struct err *err)
{
    return c->route->criteria || call_query(c, c->query, err);
}

bool call_params_only(struct call *c, const char *const *allowed, struct err *err)
{
    for (size_t i = 0; i < c->param_count && !c->wants.lenient; i++) {
        const char *const *a = allowed;
        while (*a && !str_is(c->params[i].name, *a))
            a++;
        if (!*a)
            return err_set_str(err, ERR_SEARCH_PARAM_UNKNOWN, c->params[i].name, str_of(c->route->name));
    }
    return true;
}

struct str call_param(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (str_is(c->params[i].name, name))
            return c->params[i].value;
    return (struct str){0};
}

struct str call_path(const struct call *c)
{
    if (!c->styr)
        return c->path;
    return arena_printf(c->arena, "/styr%.*s", STR_ARG(str_sub(c->path, API_BASE_BYTES, c->path.n)));
}

struct str call_agent(const struct call *c)
{
    if (!c->caller)
        return c->api->agent;
    return c->caller->user.n ? c->caller->user : c->caller->account;
}

struct store_read *call_read_begin(struct call *c, struct err *err)
{
    if (c->read)
        return c->read;
    struct store_read *r = store_read_begin(c->api->store, err);
    if (r)
        guard_reader(c, r);
    return r;
}

void call_read_end(struct call *c, struct store_read *r)
{
    if (!r || r == c->read)
        return;
    audited_seen(c, r);
    store_read_end(r);
}
