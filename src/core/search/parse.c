/* SPDX-License-Identifier: Apache-2.0
 * A search URL's parameters to a search_query: the ones that shape the answer are in the table below, all
 * others are conditions (plan.c). */
#include "base/os.h"
#include "search/own_int.h"

struct reading {
    struct plan_of plan;
    struct search_query *out;
    fhir_type_id type; /* 0: system search */
    const struct search_within *within;
    size_t used_cap, ignored_cap;
    enum contained contained;
    bool itself; /* _containedType=contained */
};

/* An element more in an arena array of n elements that doubles. */
#define GROW(arena, array, n, cap)                                                                           \
    do {                                                                                                     \
        if ((n) == (cap)) {                                                                                  \
            (array) = arena_grow((arena), (array), (cap), (cap) ? (cap)*2 : 8, sizeof *(array));             \
            (cap) = (cap) ? (cap)*2 : 8;                                                                     \
        }                                                                                                    \
    } while (0)

/* The value of the parameter being read is wrong at part. */
static bool bad_value(const struct reading *r, struct str part, const char *name, const char *sv,
                      const char *en)
{
    return value_refuse(r->plan.arena, r->plan.err, str_of(name), part, value_place(r->plan.whole, part), sv,
                        en);
}

static bool read_count(struct reading *r, struct str modifier, struct str value)
{
    uint64_t n;
    (void)modifier;
    if (!str_u64(value, UINT32_MAX, &n))
        return bad_value(r, value, "_count", "ett heltal från 0", "a whole number from 0");
    r->out->plan.limit = n > SEARCH_COUNT_MAX ? SEARCH_COUNT_MAX : (uint32_t)n;
    if (n == 0)
        r->out->summary = SEARCH_SUMMARY_COUNT;
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

static bool read_contained(struct reading *r, struct str modifier, struct str value)
{
    static const char *const names[] = {"false", "true", "both", NULL};
    int at = name_at(value, names);
    (void)modifier;
    if (at < 0)
        return bad_value(r, value, "_contained", "true, false eller both", "true, false or both");
    r->contained = (enum contained)at;
    return true;
}

static bool read_contained_type(struct reading *r, struct str modifier, struct str value)
{
    static const char *const names[] = {"container", "contained", NULL};
    int at = name_at(value, names);
    (void)modifier;
    if (at < 0)
        return bad_value(r, value, "_containedType", "container eller contained", "container or contained");
    r->itself = at == 1;
    return true;
}

static bool read_total(struct reading *r, struct str modifier, struct str value)
{
    static const char *const names[] = {"", "none", "estimate", "accurate", NULL};
    int at = name_at(value, names);
    (void)modifier;
    if (at < 1)
        return bad_value(r, value, "_total", "none, estimate eller accurate", "none, estimate or accurate");
    r->out->total = (enum search_total)at;
    return true;
}

static bool read_summary(struct reading *r, struct str modifier, struct str value)
{
    static const char *const names[] = {"false", "true", "text", "data", "count", NULL};
    int at = name_at(value, names);
    (void)modifier;
    if (at < 0)
        return bad_value(r, value, "_summary", "true, text, data, count eller false",
                         "true, text, data, count or false");
    r->out->summary = (enum search_summary)at;
    return true;
}

/* Is it an element of type, by its own name or (value) that of its choice? */
static bool is_element(fhir_type_id type, struct str name)
{
    uint16_t id = fhir_names.find(name.p, name.n);
    return id && (fhir_elem_find(type, id) || fhir_elem_find_path(type, id));
}

/* "name", or "Patient.name" for resources of that type alone. */
static bool element_known(const struct reading *r, struct str part)
{
    size_t dot = str_find(part, '.', 0);
    if (dot != SIZE_MAX) {
        fhir_type_id type = fhir_resource_find(str_sub(part, 0, dot));
        return type && is_element(type, str_sub(part, dot + 1, part.n));
    }
    /* Any of the types searched, or an included one's, may have it. */
    bool found = false;
    for (size_t t = 0; t < r->plan.type_count && !found; t++)
        found = is_element(r->plan.types[t], part);
    return found;
}

static bool read_elements(struct reading *r, struct str modifier, struct str value)
{
    struct search_query *q = r->out;
    struct str rest = value, part;
    size_t cap = 0;
    (void)modifier;
    while (value_split(&rest, ',', &part)) {
        if (!element_known(r, part))
            return bad_value(r, part, "_elements",
                             "ett element överst i resursen, som name eller Patient.name",
                             "an element at the top of the resource, such as name or Patient.name");
        if (q->element_count == SEARCH_VALUES_MAX)
            return err_set(r->plan.err, ERR_SEARCH_LIMIT, "_elements", "1000", NULL);
        GROW(r->plan.arena, q->elements, q->element_count, cap);
        q->elements[q->element_count++] = part;
    }
    return true;
}

static bool read_sort(struct reading *r, struct str modifier, struct str value)
{
    struct store_plan *plan = &r->out->plan;
    struct str rest = value, part;
    (void)modifier;
    while (value_split(&rest, ',', &part)) {
        if (plan->sort_count == STORE_SORT_MAX)
            return err_set(r->plan.err, ERR_SEARCH_LIMIT, "_sort", "3", NULL);
        if (!sort_parse_key(&r->plan, r->type, part, &plan->sort[plan->sort_count]))
            return false;
        plan->sort_count++;
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
        return err_set(r->plan.err, ERR_SEARCH_MODIFIER, arena_cstr(r->plan.arena, modifier), name,
                       " (där går :iterate)", " (allowed there: :iterate)", NULL);
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

static bool read_explain(struct reading *r, struct str modifier, struct str value)
{
    (void)modifier;
    r->out->explain = str_is(value, "true");
    if (!r->out->explain && !str_is(value, "false"))
        return bad_value(r, value, "_explain", "true eller false", "true or false");
    return true;
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
    bool system;    /* only in a search over all types */
} results[] = {
    {.name = "_contained", .read = read_contained},
    {.name = "_containedType", .read = read_contained_type},
    {.name = "_count", .read = read_count},
    {.name = "_elements", .read = read_elements},
    {.name = "_explain", .read = read_explain},
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
        if (!t || fhir_types[t].styr != r->within->styr)
            return bad_value(r, part, "_type", "en resurstyp", "a resource type");
        while (at < *n && types[at] != t)
            at++;
        if (at == *n)
            types[(*n)++] = t;
    }
    return true;
}

/* May the search give resources of this type at all? */
static bool searchable(const struct reading *r, fhir_type_id t)
{
    return fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract &&
           fhir_types[t].styr == r->within->styr &&
           (!r->within->compartment || compartment_has(r->within->compartment, t));
}

/* The types searched: the one of the address, those of _type, or all (of the compartment). */
static bool read_types(struct reading *r, const struct search_param *params, size_t count)
{
    fhir_type_id *types = ARENA_ARRAY(r->plan.arena, fhir_type_id, fhir_type_count);
    size_t n = 0;
    if (r->type)
        types[n++] = r->type;
    for (size_t i = 0; r->type == 0 && i < count; i++) {
        r->plan.whole = params[i].value;
        if (str_is(params[i].name, "_type") && !read_type_list(r, params[i].value, types, &n))
            return false;
    }
    bool all = n == 0;
    for (fhir_type_id t = 1; all && t < fhir_type_count; t++) {
        if (searchable(r, t))
            types[n++] = t;
    }
    /* All are named too: what the store holds is never all of one base. */
    r->out->plan.types = types;
    r->out->plan.type_count = n;
    r->plan.types = types;
    r->plan.type_count = n;
    for (size_t i = 0; r->within->compartment && i < n; i++) {
        if (!searchable(r, types[i]))
            return err_set(r->plan.err, ERR_SEARCH_COMPARTMENT, fhir_types[types[i]].name,
                           fhir_types[r->within->compartment].name, NULL);
    }
    return true;
}

static enum plan_result read_param(struct reading *r, const struct search_param *param)
{
    struct str modifier = param->name, name;
    str_split(&modifier, ':', &name);
    const struct result *result = result_find(r, name);
    r->plan.whole = param->value;
    if (param->value.n == 0) {
        value_refuse(r->plan.arena, r->plan.err, param->name, STR("\"\""), 1, "ett värde", "a value");
        return PLAN_ERROR;
    }
    if (!result)
        return plan_add(&r->plan, param->name, param->value);
    if (modifier.p && !result->modifiers) {
        err_set(r->plan.err, ERR_SEARCH_MODIFIER, arena_cstr(r->plan.arena, modifier), result->name,
                " (där går ingen)", " (none is allowed there)", NULL);
        return PLAN_ERROR;
    }
    return result->read(r, modifier, param->value) ? PLAN_OK : PLAN_ERROR;
}

/* Conditions that look into bodies come last: what the others leave is less to look into. */
static bool is_late(struct str name)
{
    return str_ends(name, STR(":below")) || str_ends(name, STR(":above")) || str_ends(name, STR(":of-type"));
}

static bool read_all(struct reading *r, const struct search_param *params, size_t count, bool lenient)
{
    struct search_query *q = r->out;
    bool unknown[SEARCH_PARAMS_MAX];
    for (size_t n = 0; n < 2 * count; n++) {
        size_t i = n % count;
        if (is_late(params[i].name) != (n >= count))
            continue;
        enum plan_result result = read_param(r, &params[i]);
        if (result == PLAN_ERROR || (result == PLAN_UNKNOWN && !lenient))
            return false;
        unknown[i] = result == PLAN_UNKNOWN;
    }
    for (size_t i = 0; i < count; i++) {
        if (unknown[i]) {
            GROW(r->plan.arena, q->ignored, q->ignored_count, r->ignored_cap);
            q->ignored[q->ignored_count++] = params[i].name;
        } else {
            GROW(r->plan.arena, q->used, q->used_count, r->used_cap);
            q->used[q->used_count++] = params[i];
        }
    }
    return true;
}

/* What the parameters say together. */
static bool settle(struct reading *r)
{
    struct search_query *q = r->out;
    struct store_plan *plan = &q->plan;
    if (q->summary == SEARCH_SUMMARY_TEXT && q->include_count + q->revinclude_count)
        return err_set(r->plan.err, ERR_SEARCH_VALUE, "text", "_summary",
                       " (går inte ihop med _include och _revinclude)",
                       " (cannot be mixed with _include and _revinclude)", NULL);
    if (r->plan.scored && plan->sort_count == 0)
        plan->sort[plan->sort_count++] = (struct store_sort){.index = STORE_SORT_SCORE};
    for (size_t i = 0; i < plan->sort_count; i++) {
        if (plan->sort[i].index == STORE_SORT_SCORE && !r->plan.scored)
            return err_set(r->plan.err, ERR_SEARCH_VALUE, "_score", "_sort",
                           " (finns bara med _text eller _content)", " (only with _text or _content)", NULL);
    }
    plan->cond = r->plan.cond;
    plan->cond_count = r->plan.cond_count;
    if (q->summary == SEARCH_SUMMARY_COUNT)
        plan->limit = 0;
    plan->count = q->summary == SEARCH_SUMMARY_COUNT || q->total >= SEARCH_TOTAL_ESTIMATE;
    plan->no_body = plan->limit == 0;
    return true;
}

static bool read_search(struct reading *r, const struct search_param *params, size_t count)
{
    struct search_query *q = r->out;
    const struct search_within *w = r->within;
    if (count > SEARCH_PARAMS_MAX)
        return err_set(r->plan.err, ERR_SEARCH_LIMIT, "parametrar (parameters)", "64", NULL);
    return read_types(r, params, count) &&
           (!w->compartment || compartment_cond(&r->plan, w->compartment, w->id)) &&
           read_all(r, params, count, w->lenient) &&
           (r->contained ? contained_plan(&r->plan, r->contained, r->itself, q)
                         : clinical_plan(&r->plan, &q->plan)) &&
           settle(r);
}

bool search_parse_within(struct search *s, struct store_read *read, const struct search_within *within,
                         const struct search_param *params, size_t count, struct arena *arena,
                         struct search_query *out, struct err *err)
{
    struct err unused = {0};
    struct plan_work work = {0};
    size_t limit = arena->limit;
    struct reading r = {.out = out, .type = within->type, .within = within};
    *out = (struct search_query){.plan = {.limit = SEARCH_COUNT_DEFAULT}};
    out->plan.work_max = s->budget.work_max;
    out->plan.deadline_ns = s->budget.ms ? os_mono_ns() + s->budget.ms * 1000000u : 0;
    if (within->deadline_ns && (!out->plan.deadline_ns || within->deadline_ns < out->plan.deadline_ns))
        out->plan.deadline_ns = within->deadline_ns;
    r.plan =
        (struct plan_of){.s = s, .read = read, .arena = arena, .err = err ? err : &unused, .work = &work};
    r.plan.deadline_ns = out->plan.deadline_ns;
    r.plan.seq = within->seq;
    arena->limit = 0; /* the bounds of a search are its own */
    /* What is asked of value sets on the way is asked as of the pages' commit too. */
    bool pinned = read && within->seq && !store_read_in_job(read);
    if (pinned)
        store_read_pin(read, within->seq);
    bool ok = read_search(&r, params, count) && own_query_ready(s, read, within->type, out, r.plan.err);
    if (pinned)
        store_read_pin(read, 0);
    arena->limit = limit;
    return ok;
}

bool search_parse(struct search *s, struct store_read *read, fhir_type_id type,
                  const struct search_param *params, size_t count, bool lenient, struct arena *arena,
                  struct search_query *out, struct err *err)
{
    struct search_within within = {.type = type, .lenient = lenient};
    return search_parse_within(s, read, &within, params, count, arena, out, err);
}
