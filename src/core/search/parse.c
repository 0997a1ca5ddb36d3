/* SPDX-License-Identifier: Apache-2.0
 * A search URL's parameters to a search_query: the ones that shape the answer are in the table below, all
 * others are conditions (plan.c). */
#include "base/os.h"
#include "search/search_int.h"

struct reading {
    struct plan_of plan;
    struct search_query *out;
    fhir_type_id type; /* 0: system search */
    size_t used_cap, ignored_cap;
};

/* An element more in an arena array of n elements that doubles. */
#define GROW(arena, array, n, cap)                                                                           \
    do {                                                                                                     \
        if ((n) == (cap)) {                                                                                  \
            (array) = arena_grow((arena), (array), (cap), (cap) ? (cap)*2 : 8, sizeof *(array));             \
            (cap) = (cap) ? (cap)*2 : 8;                                                                     \
        }                                                                                                    \
    } while (0)

static bool bad_value(const struct reading *r, struct str value, const char *name)
{
    return err_set_str(r->plan.err, ERR_SEARCH_VALUE, value, str_of(name));
}

static bool read_count(struct reading *r, struct str modifier, struct str value)
{
    uint64_t n;
    (void)modifier;
    if (!str_u64(value, UINT32_MAX, &n))
        return bad_value(r, value, "_count");
    r->out->plan.limit = n > SEARCH_COUNT_MAX ? SEARCH_COUNT_MAX : (uint32_t)n;
    if (n == 0)
        r->out->summary = SEARCH_SUMMARY_COUNT;
    return true;
}

static bool read_cursor(struct reading *r, struct str modifier, struct str value)
{
    (void)modifier;
    r->out->plan.cursor = value;
    return true;
}

/* Position of value in a list of names that NULL ends; -1 when it is not there. */
static int name_at(struct str value, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        if (str_is(value, names[i]))
            return i;
    }
    return -1;
}

static bool read_total(struct reading *r, struct str modifier, struct str value)
{
    static const char *const names[] = {"", "none", "estimate", "accurate", NULL};
    int at = name_at(value, names);
    (void)modifier;
    if (at < 1)
        return bad_value(r, value, "_total");
    r->out->total = (enum search_total)at;
    return true;
}

static bool read_summary(struct reading *r, struct str modifier, struct str value)
{
    static const char *const names[] = {"false", "true", "text", "data", "count", NULL};
    int at = name_at(value, names);
    (void)modifier;
    if (at < 0)
        return bad_value(r, value, "_summary");
    r->out->summary = (enum search_summary)at;
    return true;
}

static bool read_elements(struct reading *r, struct str modifier, struct str value)
{
    struct search_query *q = r->out;
    struct str rest = value, part;
    size_t cap = 0;
    (void)modifier;
    while (value_split(&rest, ',', &part)) {
        if (part.n == 0 || q->element_count == SEARCH_VALUES_MAX)
            return bad_value(r, value, "_elements");
        GROW(r->plan.arena, q->elements, q->element_count, cap);
        q->elements[q->element_count++] = part;
    }
    return true;
}

/* The index that a sort by this parameter reads; false when it has no order (tokens are kept as hashes). */
static bool sort_index(const struct fhir_param *p, uint8_t *index)
{
    static const uint8_t sortable[] = {STORE_DATE, STORE_STRING, STORE_NUMBER};
    const struct search_kind *kind = search_kind_of(p);
    for (size_t i = 0; kind && i < sizeof sortable; i++) {
        if (kind->index == sortable[i]) {
            *index = kind->index;
            return true;
        }
    }
    return false;
}

static bool read_sort(struct reading *r, struct str modifier, struct str value)
{
    struct store_plan *plan = &r->out->plan;
    struct str rest = value, part;
    (void)modifier;
    while (value_split(&rest, ',', &part)) {
        struct store_sort sort = {.descending = str_starts(part, STR("-"))};
        part = str_sub(part, sort.descending, part.n);
        if (plan->sort_count == STORE_SORT_MAX)
            return err_set(r->plan.err, ERR_SEARCH_LIMIT, "_sort", "3", NULL);
        if (str_is(part, "_lastUpdated")) {
            sort.index = STORE_SORT_UPDATED;
        } else if (str_is(part, "_id")) {
            sort.index = STORE_SORT_ID;
        } else {
            sort.param = r->type ? search_param_find(r->plan.s, r->type, part) : 0;
            if (!sort.param || !sort_index(search_param(r->plan.s, sort.param), &sort.index))
                return bad_value(r, part, "_sort");
        }
        plan->sort[plan->sort_count++] = sort;
    }
    return true;
}

static bool read_include_into(struct reading *r, struct str modifier, struct str value, bool reverse)
{
    struct search_query *q = r->out;
    const char *name = reverse ? "_revinclude" : "_include";
    struct search_include **list = reverse ? &q->revinclude : &q->include;
    size_t *count = reverse ? &q->revinclude_count : &q->include_count;
    bool iterate = str_is(modifier, "iterate") || str_is(modifier, "recurse");
    if (modifier.p && !iterate)
        return err_set_str(r->plan.err, ERR_SEARCH_MODIFIER, modifier, str_of(name));
    if (*count == SEARCH_PARAMS_MAX)
        return err_set(r->plan.err, ERR_SEARCH_LIMIT, name, "64", NULL);
    if (!*list)
        *list = ARENA_ARRAY(r->plan.arena, struct search_include, SEARCH_PARAMS_MAX);
    if (!include_parse(r->plan.s, value, r->type, reverse, &(*list)[*count], r->plan.err))
        return false;
    (*list)[*count].iterate = iterate;
    ++*count;
    return true;
}

static bool read_include(struct reading *r, struct str modifier, struct str value)
{
    return read_include_into(r, modifier, value, false);
}

static bool read_revinclude(struct reading *r, struct str modifier, struct str value)
{
    return read_include_into(r, modifier, value, true);
}

/* Understood by the HTTP side, or read before everything else (_type). */
static bool read_nothing(struct reading *r, struct str modifier, struct str value)
{
    (void)r;
    (void)modifier;
    (void)value;
    return true;
}

static const struct result {
    const char *name;
    bool (*read)(struct reading *r, struct str modifier, struct str value);
    bool modifiers; /* may have one */
    bool hidden;    /* not part of the self link */
    bool system;    /* only in a search over all types */
} results[] = {
    {.name = "_count", .read = read_count},
    {.name = "_cursor", .read = read_cursor, .hidden = true},
    {.name = "_elements", .read = read_elements},
    {.name = "_format", .read = read_nothing},
    {.name = "_include", .read = read_include, .modifiers = true},
    {.name = "_pretty", .read = read_nothing},
    {.name = "_revinclude", .read = read_revinclude, .modifiers = true},
    {.name = "_sort", .read = read_sort},
    {.name = "_summary", .read = read_summary},
    {.name = "_total", .read = read_total},
    {.name = "_type", .read = read_nothing, .system = true},
};

static const struct result *result_find(const struct reading *r, struct str name)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (str_is(name, results[i].name) && (!results[i].system || r->type == 0))
            return &results[i];
    }
    return NULL;
}

/* Adds the types that a _type names, each once. */
static bool read_type_list(struct reading *r, struct str value, fhir_type_id *types, size_t *n)
{
    struct str rest = value, part;
    while (value_split(&rest, ',', &part)) {
        fhir_type_id t = fhir_resource_find(part);
        size_t at = 0;
        if (!t)
            return bad_value(r, part, "_type");
        while (at < *n && types[at] != t)
            at++;
        if (at == *n)
            types[(*n)++] = t;
    }
    return true;
}

/* The types searched: the one of the address, those of _type, or all. */
static bool read_types(struct reading *r, const struct search_param *params, size_t count)
{
    fhir_type_id *types = ARENA_ARRAY(r->plan.arena, fhir_type_id, fhir_type_count);
    size_t n = 0;
    if (r->type)
        types[n++] = r->type;
    for (size_t i = 0; r->type == 0 && i < count; i++) {
        if (str_is(params[i].name, "_type") && !read_type_list(r, params[i].value, types, &n))
            return false;
    }
    r->out->plan.types = n ? types : NULL;
    r->out->plan.type_count = n;
    for (fhir_type_id t = 1; !r->out->plan.types && t < fhir_type_count; t++) {
        if (fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract)
            types[n++] = t;
    }
    r->plan.types = types;
    r->plan.type_count = n;
    return true;
}

static enum plan_result read_param(struct reading *r, const struct search_param *param, bool *hidden)
{
    struct str modifier = param->name, name;
    str_split(&modifier, ':', &name);
    const struct result *result = result_find(r, name);
    *hidden = result && result->hidden;
    if (param->value.n == 0) {
        err_set_str(r->plan.err, ERR_SEARCH_VALUE, STR("\"\""), param->name);
        return PLAN_ERROR;
    }
    if (!result)
        return plan_add(&r->plan, param->name, param->value);
    if (modifier.p && !result->modifiers) {
        err_set_str(r->plan.err, ERR_SEARCH_MODIFIER, modifier, name);
        return PLAN_ERROR;
    }
    return result->read(r, modifier, param->value) ? PLAN_OK : PLAN_ERROR;
}

static bool read_all(struct reading *r, const struct search_param *params, size_t count, bool lenient)
{
    struct search_query *q = r->out;
    for (size_t i = 0; i < count; i++) {
        bool hidden;
        enum plan_result result = read_param(r, &params[i], &hidden);
        if (result == PLAN_ERROR || (result == PLAN_UNKNOWN && !lenient))
            return false;
        if (result == PLAN_UNKNOWN) {
            GROW(r->plan.arena, q->ignored, q->ignored_count, r->ignored_cap);
            q->ignored[q->ignored_count++] = params[i].name;
        } else if (!hidden) {
            GROW(r->plan.arena, q->used, q->used_count, r->used_cap);
            q->used[q->used_count++] = params[i];
        }
    }
    return true;
}

static bool read_search(struct reading *r, const struct search_param *params, size_t count, bool lenient)
{
    struct search_query *q = r->out;
    if (count > SEARCH_PARAMS_MAX)
        return err_set(r->plan.err, ERR_SEARCH_LIMIT, "parametrar (parameters)", "64", NULL);
    if (!read_types(r, params, count) || !read_all(r, params, count, lenient) ||
        !clinical_plan(&r->plan, &q->plan))
        return false;
    q->plan.cond = r->plan.cond;
    q->plan.cond_count = r->plan.cond_count;
    if (q->summary == SEARCH_SUMMARY_COUNT)
        q->plan.limit = 0;
    q->plan.count = q->summary == SEARCH_SUMMARY_COUNT || q->total >= SEARCH_TOTAL_ESTIMATE;
    q->plan.no_body = q->plan.limit == 0;
    return true;
}

bool search_parse(struct search *s, struct store_read *read, fhir_type_id type,
                  const struct search_param *params, size_t count, bool lenient, struct arena *arena,
                  struct search_query *out, struct err *err)
{
    struct err unused = {0};
    size_t matches = 0, limit = arena->limit;
    struct reading r = {.out = out, .type = type};
    (void)read;
    *out = (struct search_query){.plan = {.limit = SEARCH_COUNT_DEFAULT}};
    r.plan = (struct plan_of){.s = s, .arena = arena, .err = err ? err : &unused, .matches = &matches};
    arena->limit = 0; /* the bounds of a search are its own */
    bool ok = read_search(&r, params, count, lenient);
    arena->limit = limit;
    return ok;
}
