/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$everything: the patient's compartment as it lies in the store, and what it refers to outside
 * (practitioners, organisations, locations, medications), which is found by looking for references in the
 * text: bodies are never parsed. */
#include "api/params.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum { EVERYTHING_BYTES_MAX = 512 << 20, EVERYTHING_TABLE_FIRST = 1024, EVERYTHING_FIRST_BYTES = 256 * 1024 };

static const struct params_def everything_defs[] = {
    {.name = "start"},  {.name = "end"},     {.name = "_since"}, {.name = "_type", .many = true},
    {.name = "_count"}, {.name = "_cursor"}, {.name = NULL},
};

/* A set of "Type/id" texts by hash. A collision of two keyed 64-bit hashes would lose an include; it will not
 * happen. */
struct seen {
    uint64_t *slot; /* 0: free */
    size_t cap, count;
};

/* A reference that was met: where to look it up if it is not in the compartment. */
struct wanted {
    fhir_type_id type;
    struct str id;
};

struct everything {
    struct call *call;
    struct hash_key key;
    struct str patient; /* "Patient/id": every second reference, so it is told apart first */
    struct buf out;
    struct seen present, asked;
    struct wanted *wanted;
    size_t wanted_count, wanted_cap;
    const fhir_type_id *types; /* _type */
    size_t type_count;
    int64_t since_ms;
    struct time_span care; /* start and end */
    bool care_limited;
    struct params params;
    uint64_t limit;
    uint64_t count;
    store_rid last;
    bool more, first, failed;
    struct err err;
};

static bool seen_grow(struct arena *arena, struct seen *s)
{
    size_t cap = s->cap ? s->cap * 2 : EVERYTHING_TABLE_FIRST;
    uint64_t *slot = ARENA_ARRAY(arena, uint64_t, cap);
    if (!slot)
        return false;
    for (size_t i = 0; i < s->cap; i++) {
        if (!s->slot[i])
            continue;
        size_t at = s->slot[i] & (cap - 1);
        while (slot[at])
            at = (at + 1) & (cap - 1);
        slot[at] = s->slot[i];
    }
    s->slot = slot;
    s->cap = cap;
    return true;
}

static bool seen_has(const struct seen *s, uint64_t hash)
{
    for (size_t at = s->cap ? hash & (s->cap - 1) : 0; s->cap && s->slot[at]; at = (at + 1) & (s->cap - 1))
        if (s->slot[at] == hash)
            return true;
    return false;
}

/* True when it was not there before. */
static bool seen_add(struct everything *e, struct seen *s, uint64_t hash)
{
    if (seen_has(s, hash))
        return false;
    if (s->count * 2 >= s->cap && !seen_grow(e->call->arena, s)) {
        e->failed = true;
        return false;
    }
    size_t at = hash & (s->cap - 1);
    while (s->slot[at])
        at = (at + 1) & (s->cap - 1);
    s->slot[at] = hash;
    s->count++;
    return true;
}

static uint64_t hash_of(const struct everything *e, struct str text)
{
    uint64_t h = hash_sip(e->key, text);
    return h ? h : 1;
}

/* "Practitioner/x" or "Practitioner/x/_history/2"; anything else (urn:, #contained, https:) is nobody here.
 */
static void want(struct everything *e, struct str reference)
{
    size_t slash = str_find(reference, '/', 0);
    if (slash == SIZE_MAX || slash == 0 || reference.p[0] < 'A' || reference.p[0] > 'Z')
        return;
    size_t end = str_find(reference, '/', slash + 1);
    reference = str_sub(reference, 0, end == SIZE_MAX ? reference.n : end);
    if (str_eq(reference, e->patient) || !seen_add(e, &e->asked, hash_of(e, reference)))
        return;
    struct wanted w = {fhir_resource_find(str_sub(reference, 0, slash)),
                       str_sub(reference, slash + 1, reference.n)};
    if (!w.type)
        return;
    if (e->wanted_count == e->wanted_cap) {
        size_t cap = e->wanted_cap ? e->wanted_cap * 2 : 64;
        struct wanted *more = arena_grow(e->call->arena, e->wanted, e->wanted_cap, cap, sizeof(*more));
        if (!more) {
            e->failed = true;
            return;
        }
        e->wanted = more;
        e->wanted_cap = cap;
    }
    w.id = arena_str(e->call->arena, w.id);
    e->wanted[e->wanted_count++] = w;
}

/* Stored bodies are written by us without white space, so a reference always stands like this. In a text
 * value the quotes would be escaped. */
static void scan_references(struct everything *e, struct str body)
{
    static const char mark[] = "\"reference\":\"";
    const size_t n = sizeof(mark) - 1;
    const char *end = body.p + body.n;
    for (const char *p = body.p; (p = memmem(p, (size_t)(end - p), mark, n));) {
        p += n;
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (!quote)
            return;
        want(e, (struct str){p, (size_t)(quote - p)});
        p = quote;
    }
}

static bool type_wanted(const struct everything *e, fhir_type_id type)
{
    for (size_t i = 0; i < e->type_count; i++)
        if (e->types[i] == type)
            return true;
    return e->type_count == 0;
}

static void write_entry(struct everything *e, const struct store_version *v, const char *mode)
{
    buf_cstr(&e->out, e->first ? "{" : ",{");
    e->first = false;
    bundle_full_url(&e->out, e->call->base, v->type, v->id);
    buf_cstr(&e->out, ",\"resource\":");
    buf_str(&e->out, v->body);
    buf_cstr(&e->out, ",\"search\":{\"mode\":\"");
    buf_cstr(&e->out, mode);
    buf_cstr(&e->out, "\"}}");
}

static uint64_t hash_version(struct everything *e, fhir_type_id type, struct str id)
{
    char text[128];
    size_t n = strlen(fhir_types[type].name);
    if (n + 1 + id.n > sizeof(text)) {
        e->failed = true;
        return 1;
    }
    memcpy(text, fhir_types[type].name, n);
    text[n] = '/';
    memcpy(text + n + 1, id.p, id.n);
    return hash_of(e, (struct str){text, n + 1 + id.n});
}

/* Does a row of one of the care dates touch start..end? *any tells whether there was a row at all. */
static bool rows_in_care(const struct everything *e, const struct store_rows *rows, fhir_param_id date,
                         bool *any)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *row = &rows->item[i];
        if (row->index != STORE_DATE || row->param != date)
            continue;
        *any = true;
        if (row->low < e->care.high_ms && row->high > e->care.low_ms)
            return true;
    }
    return false;
}

/* Care time, not record time. What has no care date (the patient, an allergy never dated) always belongs. */
static bool in_care(struct everything *e, const struct store_version *v)
{
    fhir_param_id dates[2];
    struct store_rows rows = {0};
    struct json_doc doc;
    struct call *c = e->call;
    size_t n = search_care_dates(c->api->search, v->type, dates);
    if (!e->care_limited || n == 0)
        return true;
    struct arena_mark mark = arena_mark(c->arena);
    bool in = false, any = false;
    if (!json_parse(c->arena, v->body, &fhir_names, &doc, &e->err) || fhir_type_tree(&doc, 0) != v->type ||
        !search_extract(c->api->search, &doc, 0, v->type, c->arena, &rows, &e->err))
        e->failed = true;
    for (size_t i = 0; i < n && !any; i++)
        in = rows_in_care(e, &rows, dates[i], &any);
    arena_rewind(c->arena, mark);
    return in || !any;
}

static bool each_member(void *arg, const struct store_version *v)
{
    struct everything *e = arg;
    if (!type_wanted(e, v->type) || v->time_ms < e->since_ms || !in_care(e, v))
        return !e->failed;
    if (e->count == e->limit) {
        e->more = true;
        return false;
    }
    if (e->count == API_EVERYTHING_MAX) {
        e->failed = true;
        err_set_str(&e->err, ERR_SEARCH_LIMIT, STR("$everything"),
                    arena_printf(e->call->arena, "%d", API_EVERYTHING_MAX));
        return false;
    }
    write_entry(e, v, "match");
    seen_add(e, &e->present, hash_version(e, v->type, v->id));
    scan_references(e, v->body);
    e->count++;
    e->last = v->rid;
    return buf_ok(&e->out) && !e->failed;
}

/* On a page of several, members of the compartment are (or will be) matches of another page. */
static bool on_other_page(const struct everything *e, fhir_type_id type)
{
    if (e->limit == UINT64_MAX)
        return false;
    for (uint16_t i = 0; i < fhir_compartment_count; i++)
        for (const fhir_param_id *p = fhir_compartments[i].params;
             fhir_compartments[i].type == FHIR_TYPE_Patient && *p; p++)
            if (fhir_params[*p].base == type)
                return true;
    return type == FHIR_TYPE_Patient;
}

/* What the compartment refers to, one step out: R4 says the response should include them. */
static bool write_outside(struct everything *e, struct store_read *r)
{
    for (size_t i = 0; i < e->wanted_count; i++) {
        struct store_version v;
        struct wanted *w = &e->wanted[i];
        if (!type_wanted(e, w->type) || on_other_page(e, w->type) ||
            seen_has(&e->present, hash_version(e, w->type, w->id)))
            continue;
        struct arena_mark mark = arena_mark(e->call->arena);
        enum store_found found = store_get(r, w->type, w->id, e->call->arena, &v, &e->err);
        if (found == STORE_FAILED)
            return false;
        if (found == STORE_FOUND)
            write_entry(e, &v, "include");
        arena_rewind(e->call->arena, mark);
    }
    return true;
}

static bool add_types(struct everything *e, fhir_type_id *types, struct str text, struct err *err)
{
    struct str part;
    while (text.p && str_split(&text, ',', &part)) {
        types[e->type_count] = fhir_resource_find(part);
        if (!types[e->type_count])
            return err_set_str(err, ERR_PARAM_VALUE, part, STR("_type"));
        e->type_count++;
    }
    return true;
}

static bool parse_types(struct everything *e, struct err *err)
{
    size_t max = e->params.count;
    for (size_t i = 0; i < e->params.count; i++)
        for (size_t k = 0; k < e->params.item[i].text.n; k++)
            max += e->params.item[i].text.p[k] == ',';
    fhir_type_id *types = ARENA_ARRAY(e->call->arena, fhir_type_id, max + 1);
    if (!types)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < e->params.count; i++)
        if (str_is(e->params.item[i].name, "_type") && !add_types(e, types, e->params.item[i].text, err))
            return false;
    e->types = types;
    return true;
}

/* A date or time parameter; *out stays when it is absent. */
static bool parse_time(const struct everything *e, const char *name, bool high, int64_t *out, struct err *err)
{
    struct time_value t;
    struct str text = params_text(&e->params, name);
    if (!text.p)
        return true;
    if (!time_parse(text, true, &t))
        return err_set_str(err, ERR_PARAM_VALUE, text, str_of(name));
    struct time_span span = time_span(&t, 0);
    *out = high ? span.high_ms : span.low_ms;
    return true;
}

static bool parse(struct everything *e, struct err *err)
{
    struct call *c = e->call;
    uint64_t after = 0;
    if (!params_read(c, everything_defs, &e->params, err))
        return false;
    struct str count = params_text(&e->params, "_count"), cursor = params_text(&e->params, "_cursor");
    e->care = (struct time_span){INT64_MIN, INT64_MAX};
    if (!parse_time(e, "_since", false, &e->since_ms, err) ||
        !parse_time(e, "start", false, &e->care.low_ms, err) ||
        !parse_time(e, "end", true, &e->care.high_ms, err))
        return false;
    e->care_limited = params_text(&e->params, "start").p || params_text(&e->params, "end").p;
    e->limit = UINT64_MAX;
    if (count.p && (!str_u64(count, API_EVERYTHING_MAX, &e->limit) || e->limit == 0))
        return err_set_str(err, ERR_PARAM_VALUE, count, STR("_count"));
    if (cursor.p && !str_u64(cursor, INT64_MAX, &after))
        return err_set(err, ERR_SEARCH_PAGE, NULL);
    e->last = (store_rid)after;
    return parse_types(e, err);
}

static bool collect(struct everything *e, struct store_read *r, struct err *err)
{
    struct store_version patient;
    struct call *c = e->call;
    enum store_found found = store_get(r, c->type, c->id, c->arena, &patient, err);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND,
                           resource_name(c->arena, c->type, c->id), STR(""));
    if (!store_compartment(r, patient.rid, e->last, each_member, e, err))
        return false;
    if (!e->failed && write_outside(e, r))
        return true;
    *err = e->err;
    return err->code ? false : err_set(err, ERR_NO_MEMORY, NULL);
}

static struct str next_url(const struct everything *e, struct str path)
{
    struct call *c = e->call;
    struct search_param *next = ARENA_ARRAY(c->arena, struct search_param, e->params.count + 1);
    size_t n = 0;
    for (size_t i = 0; i < e->params.count; i++)
        if (!str_is(e->params.item[i].name, "_cursor"))
            next[n++] = (struct search_param){e->params.item[i].name, e->params.item[i].text};
    next[n++] = (struct search_param){STR("_cursor"), arena_printf(c->arena, "%lld", (long long)e->last)};
    return bundle_url(c->arena, c->base, path, next, n);
}

static bool answer(struct everything *e)
{
    struct call *c = e->call;
    struct link links[2];
    struct str path = arena_printf(c->arena, "Patient/%.*s/$everything", STR_ARG(c->id));
    links[0] = (struct link){"self", bundle_url(c->arena, c->base, path, c->params, c->param_count)};
    if (e->more)
        links[1] = (struct link){"next", next_url(e, path)};
    /* The links come last: only now is it known whether there is a next page, and the text is not moved. */
    bundle_end_links(&e->out, links, e->more ? 2 : 1);
    return resource_answer_buf(c, &e->out, 200);
}

bool op_everything_run(struct call *c)
{
    struct err err = {0};
    struct everything e = {.call = c, .first = true, .key = store_hash_key(c->api->store)};
    e.patient = resource_name(c->arena, c->type, c->id);
    if (!parse(&e, &err))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    buf_init(&e.out, EVERYTHING_BYTES_MAX);
    buf_room(&e.out, EVERYTHING_FIRST_BYTES);
    bundle_begin(&e.out, "searchset", NULL, 0, false, 0);
    bool ok = collect(&e, r, &err);
    call_read_end(c, r);
    if (ok)
        return answer(&e);
    buf_release(&e.out);
    return outcome_fail(c, &err);
}
