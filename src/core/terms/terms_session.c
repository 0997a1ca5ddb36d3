/* SPDX-License-Identifier: Apache-2.0
 * What the expressions of one request or run have asked of value sets and code systems. */
#include <stdlib.h>

#include "terms/terms_int.h"

struct set {
    struct str url;
    struct search_code *code; /* by code, then system; whole systems (code "") first */
    size_t count;
    bool known;
    bool many; /* codes of several systems */
};

struct graph {
    struct str url;
    struct system system;
};

struct terms_session {
    struct terms *terms;
    struct store_read *r;
    int64_t seq;
    struct path_terms path;
    struct arena arena;
    size_t work; /* concepts read */
    struct set set[TERMS_SESSION_SETS_MAX];
    size_t set_count;
    struct graph graph[TERMS_SESSION_SYSTEMS_MAX];
    size_t graph_count;
};

/* ---- value sets ---- */

static int code_cmp(const void *a, const void *b)
{
    const struct search_code *x = a, *y = b;
    int c = str_cmp(x->code, y->code);
    return c ? c : str_cmp(x->system, y->system);
}

static bool pinned(const struct terms_session *s)
{
    return s->seq && !store_read_in_job(s->r);
}

/* The codes of a set, or that there is no such set. */
static bool set_codes(struct terms_session *s, struct set *set, struct err *err)
{
    struct str none = {NULL, 0};
    struct asking a = {.s = terms_search(s->terms), .r = s->r, .arena = &s->arena, .err = err};
    set->known = true;
    if (terms_codes(s->terms, s->r, SEARCH_CODES_IN, none, set->url, &s->arena, &set->code, &set->count, err))
        return true;
    struct err unused;
    a.err = &unused;
    set->known = err->code != ERR_TERMS || expand_known(&a, set->url) != LOAD_ABSENT;
    if (!set->known)
        *err = (struct err){0};
    return !set->known;
}

static bool set_load(struct terms_session *s, struct set *set, struct err *err)
{
    if (pinned(s))
        store_read_pin(s->r, s->seq);
    bool ok = set_codes(s, set, err);
    if (pinned(s))
        store_read_pin(s->r, 0);
    if (ok && set->count)
        qsort(set->code, set->count, sizeof *set->code, code_cmp);
    for (size_t i = 1; ok && i < set->count; i++)
        set->many = set->many || !str_eq(set->code[i].system, set->code[0].system);
    return ok;
}

static const struct set *set_find(struct terms_session *s, struct str url, struct err *err)
{
    for (size_t i = 0; i < s->set_count; i++)
        if (str_eq(s->set[i].url, url))
            return &s->set[i];
    if (s->set_count == TERMS_SESSION_SETS_MAX) {
        err_set(err, ERR_SEARCH_LIMIT, "memberOf", "64", NULL);
        return NULL;
    }
    struct set *set = &s->set[s->set_count];
    *set = (struct set){.url = arena_str(&s->arena, url)};
    if (!set->url.p) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    if (!set_load(s, set, err))
        return NULL;
    s->set_count++;
    return set;
}

/* The first code that is not before code. */
static size_t set_first(const struct set *set, struct str code)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (str_cmp(set->code[mid].code, code) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool set_has(const struct set *set, struct str system, struct str code)
{
    for (size_t i = 0; i < set->count && set->code[i].code.n == 0; i++)
        if (str_eq(set->code[i].system, system))
            return true;
    for (size_t i = set_first(set, code); i < set->count && str_eq(set->code[i].code, code); i++)
        if (str_eq(set->code[i].system, system))
            return true;
    return false;
}

static int fail(const struct terms_session *s, struct str subject, const char *sv, const char *en,
                struct str what, struct err *err)
{
    struct arena arena;
    struct asking a = {.s = terms_search(s->terms), .arena = &arena, .err = err, .subject = subject};
    arena_init(&arena);
    terms_fail(&a, sv, en, what);
    arena_release(&arena);
    return -1;
}

/* A code that names no system: only where there is one to mean (R4 2.9.1.5, memberOf of a string). */
static int set_has_text(const struct terms_session *s, const struct set *set, struct str code,
                        struct err *err)
{
    if (set->many)
        return fail(s, set->url, "den har flera kodverk, och koden {} säger inte vilket",
                    "it has several code systems, and the code {} does not say which", code, err);
    size_t at = set_first(set, code);
    if (at < set->count && str_eq(set->code[at].code, code))
        return 1;
    if (set->count && set->code[0].code.n == 0)
        return fail(s, set->url, "den har alla koder i {}, som inte finns här",
                    "it has all codes of {}, which is not here", set->code[0].system, err);
    return 0;
}

static int session_member(void *arg, struct str system, struct str code, struct str value_set,
                          struct err *err)
{
    struct terms_session *s = arg;
    const struct set *set = set_find(s, value_set, err);
    if (!set)
        return -1;
    if (!set->known)
        return PATH_TERMS_UNKNOWN;
    if (!code.n)
        return 0;
    return system.n ? set_has(set, system, code) : set_has_text(s, set, code, err);
}

/* ---- code systems ---- */

static const struct system *graph_load(struct terms_session *s, struct str url, struct err *err)
{
    struct graph *g = &s->graph[s->graph_count];
    struct asking a = {.s = terms_search(s->terms),
                       .r = s->r,
                       .arena = &s->arena,
                       .err = err,
                       .subject = url,
                       .work = s->work};
    *g = (struct graph){.url = arena_str(&s->arena, url)};
    if (pinned(s))
        store_read_pin(s->r, s->seq);
    enum load_result found = system_load(&a, url, &g->system);
    if (pinned(s))
        store_read_pin(s->r, 0);
    s->work = a.work;
    if (found == LOAD_ABSENT)
        terms_fail(&a, "kodverket {} finns inte här", "the code system {} is not here", url);
    if (found != LOAD_FOUND)
        return NULL;
    s->graph_count++;
    return &g->system;
}

static const struct system *graph_find(struct terms_session *s, struct str url, struct err *err)
{
    for (size_t i = 0; i < s->graph_count; i++)
        if (str_eq(s->graph[i].url, url))
            return &s->graph[i].system;
    if (s->graph_count < TERMS_SESSION_SYSTEMS_MAX)
        return graph_load(s, url, err);
    err_set(err, ERR_SEARCH_LIMIT, "subsumes", "16", NULL);
    return NULL;
}

/* Is to above from, by the graph? -1 without memory. */
static int above(struct terms_session *s, const struct system *system, uint32_t from, uint32_t to,
                 struct err *err)
{
    struct arena scratch;
    struct asking a = {.s = terms_search(s->terms), .arena = &scratch, .err = err};
    arena_init(&scratch);
    bool *mark = ARENA_ARRAY(&scratch, bool, system->count + 1);
    bool ok = mark ? system_mark(&a, system, from, true, mark) : err_set(err, ERR_NO_MEMORY, NULL);
    int yes = ok ? mark[to] : -1;
    arena_release(&scratch);
    return yes;
}

static int session_subsumes(void *arg, struct str url, struct str a, struct str b, struct err *err)
{
    struct terms_session *s = arg;
    if (!a.n || !b.n || str_eq(a, b))
        return a.n && str_eq(a, b);
    if (!url.n)
        return fail(s, a, "ange kodverket: system|kod", "name the code system: system|code", STR(""), err);
    const struct system *system = graph_find(s, url, err);
    if (!system)
        return -1;
    uint32_t up = system_find(system, a), down = system_find(system, b);
    int yes = up == UINT32_MAX || down == UINT32_MAX ? 0 : above(s, system, down, up, err);
    if (yes || system->complete)
        return yes;
    return fail(s, a, "kodverket {} finns bara delvis här", "the code system {} is here in part only", url,
                err);
}

/* ---- sessions ---- */

struct terms_session *terms_session_new(struct terms *t)
{
    struct terms_session *s = t ? os_alloc(sizeof *s) : NULL;
    if (!s)
        return NULL;
    *s = (struct terms_session){.terms = t};
    s->path = (struct path_terms){s, session_member, session_subsumes};
    arena_init(&s->arena);
    return s;
}

void terms_session_free(struct terms_session *s)
{
    if (!s)
        return;
    arena_release(&s->arena);
    os_free(s);
}

void terms_session_read(struct terms_session *s, struct store_read *r, int64_t seq)
{
    if (!s)
        return;
    s->r = r;
    s->seq = seq;
}

const struct path_terms *terms_session_path(const struct terms_session *s)
{
    return s ? &s->path : NULL;
}
