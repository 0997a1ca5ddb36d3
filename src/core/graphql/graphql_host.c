/* SPDX-License-Identifier: Apache-2.0
 * What lies outside the resource at hand: references followed, and searches. */
#include "fhir_gen/names.h"
#include "graphql/graphql_run_int.h"

enum { PARAMS_MAX = 64 };

/* ---- Reference.resource ---- */

static bool contained(const struct gql_focus *f, struct str id, struct graphql_resource *out)
{
    uint32_t list = json_get(f->doc, f->resource, FHIR_NAME_contained);
    if (list == UINT32_MAX)
        return false;
    JSON_EACH(f->doc, list, i)
    {
        if (str_eq(json_text(f->doc, json_get(f->doc, i, FHIR_NAME_id)), id)) {
            *out = (struct graphql_resource){f->doc, i};
            return true;
        }
    }
    return false;
}

static bool is_true(struct gql_run *r, const struct gql_selection *s, const char *name, bool *out)
{
    const struct gql_argument *a = graphql_args_find(s, name);
    struct str text = {0};
    *out = false;
    if (a && !graphql_args_text(r, a, &text))
        return false;
    *out = text.p && str_is(text, "true");
    return true;
}

static bool not_found(struct gql_run *r, const struct gql_selection *field, struct str reference)
{
    return graphql_out_fail(r->err, field->place,
                            arena_printf(r->arena, "referensen %.*s leder ingenstans", STR_ARG(reference)),
                            arena_printf(r->arena, "reference %.*s leads nowhere", STR_ARG(reference)));
}

/* The resource of that type into a member of o. */
static bool add_resource(struct gql_run *r, const struct graphql_resource *found,
                         const struct gql_selection *field, struct gql_object *o)
{
    struct gql_focus inner = {found->doc, found->node, found->node,
                              fhir_resource_type(found->doc, found->node)};
    if (!field->count)
        return graphql_out_fail(r->err, field->place, STR("en resurs ska följas av { … }"),
                                STR("a resource needs { … }"));
    return graphql_run_set(r, &inner, field, o, false, STR(""));
}

bool graphql_host_reference(struct gql_run *r, const struct gql_focus *focus,
                            const struct gql_selection *field, struct gql_object *o)
{
    const struct graphql_host *h = &r->request->host;
    struct graphql_resource found = {0};
    struct str reference = json_text(focus->doc, json_get(focus->doc, focus->node, FHIR_NAME_reference)),
               type = {0};
    bool optional;
    const struct gql_argument *wanted = graphql_args_find(field, "type");
    if (!is_true(r, field, "optional", &optional) || (wanted && !graphql_args_text(r, wanted, &type)))
        return false;
    if (!reference.n)
        return true;
    if (!graphql_run_resource(r))
        return false;
    if (reference.p[0] == '#')
        contained(focus, str_sub(reference, 1, reference.n), &found);
    else if (!h->resolve(h->arg, reference, r->arena, &found, r->err))
        return false;
    if (!found.doc)
        return optional || not_found(r, field, reference);
    if (type.p && !str_is(type, fhir_types[fhir_resource_type(found.doc, found.node)].name))
        return true;
    struct gql_member *m = graphql_out_member(r->arena, o, field->alias, GQL_ONE, field->place);
    struct gql_object *inner = graphql_run_object(r, m);
    return inner && add_resource(r, &found, field, inner);
}

/* ---- searches ---- */

/* "Type/id" of the resource the query stands in. */
static struct str own_reference(struct gql_run *r, const struct gql_focus *f)
{
    struct str id = json_text(f->doc, json_get(f->doc, f->resource, FHIR_NAME_id));
    return arena_printf(r->arena, "%s/%.*s", fhir_types[fhir_resource_type(f->doc, f->resource)].name,
                        STR_ARG(id));
}

static bool add_param(struct gql_run *r, struct graphql_param *list, size_t *count, struct str name,
                      struct str value)
{
    if (*count == PARAMS_MAX)
        return err_set(r->err, ERR_SEARCH_LIMIT, "parametrar (parameters)", "64", NULL);
    list[(*count)++] = (struct graphql_param){name, value};
    return true;
}

/* A search parameter's name: GraphQL has no '-', so '_' stands for it but at the beginning. */
static struct str param_name(struct gql_run *r, struct str name)
{
    struct str copy = arena_str(r->arena, name);
    for (size_t i = 1; i < copy.n; i++)
        if (copy.p[i] == '_')
            ((char *)copy.p)[i] = '-';
    return copy;
}

/* Arguments to parameters; a list is one parameter with several alternatives. */
static bool read_params(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                        struct graphql_param *list, size_t *count)
{
    bool linked = !f->doc;
    for (size_t i = 0; i < s->argument_count; i++) {
        const struct gql_argument *a = &s->argument[i];
        struct str text = {0};
        const struct gql_value *v = &a->value;
        for (size_t k = 0; v->kind == GQL_V_LIST && k < v->count; k++) {
            struct gql_argument one = {a->name, v->item[k], a->place};
            struct str part;
            if (!graphql_args_text(r, &one, &part))
                return false;
            text = arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(text), k ? "," : "", STR_ARG(part));
        }
        if (v->kind != GQL_V_LIST && !graphql_args_text(r, a, &text))
            return false;
        if (!text.p)
            continue;
        bool reference = str_is(a->name, "_reference") && f->doc;
        linked = linked || reference;
        if (!(reference ? add_param(r, list, count, param_name(r, text), own_reference(r, f))
                        : add_param(r, list, count,
                                    str_is(a->name, "id") ? STR("_id") : param_name(r, a->name), text)))
            return false;
    }
    return linked || graphql_out_fail(r->err, s->place, STR("(_reference: …) saknas"),
                                      STR("(_reference: …) is missing"));
}

static bool search(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                   fhir_type_id type, struct graphql_page *page)
{
    const struct graphql_host *h = &r->request->host;
    struct graphql_param *list = ARENA_ARRAY(r->arena, struct graphql_param, PARAMS_MAX);
    size_t count = 0;
    *page = (struct graphql_page){0};
    if (!list)
        return err_set(r->err, ERR_NO_MEMORY, NULL);
    if (!read_params(r, f, s, list, &count))
        return false;
    if (!h->search(h->arg, type, list, count, r->arena, page, r->err)) {
        err_place(r->err, s->place.line, s->place.column);
        return false;
    }
    for (size_t i = 0; i < page->count; i++)
        if (!graphql_run_resource(r))
            return false;
    return true;
}

static bool run_list(struct gql_run *r, const struct graphql_page *page, const struct gql_selection *s,
                     struct gql_object *o)
{
    struct gql_member *m = graphql_out_member(r->arena, o, s->alias, GQL_MANY, s->place);
    for (size_t i = 0; i < page->count; i++) {
        struct gql_object *inner = graphql_run_object(r, m);
        if (!inner || !add_resource(r, &page->item[i], s, inner))
            return false;
    }
    return true;
}

static bool run_single(struct gql_run *r, const struct graphql_page *page, const struct gql_selection *s,
                       struct gql_object *o)
{
    if (page->count > 1)
        return graphql_out_fail(r->err, s->place, STR("flera träffar; använd …List"),
                                STR("several matches; use …List"));
    if (page->count == 0)
        return true;
    struct gql_object *inner =
        graphql_run_object(r, graphql_out_member(r->arena, o, s->alias, GQL_ONE, s->place));
    return inner && add_resource(r, &page->item[0], s, inner);
}

static struct str quoted(struct gql_run *r, struct str s)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    json_write_string(&out, s);
    struct str copy = arena_str(r->arena, buf_get(&out));
    buf_release(&out);
    return copy;
}

static bool run_edge(struct gql_run *r, const struct graphql_page *page, size_t i,
                     const struct gql_selection *s, struct gql_object *o)
{
    for (size_t k = 0; k < s->count; k++) {
        const struct gql_selection *f = &s->item[k];
        bool included, ok = true;
        if (!graphql_args_included(r, f, &included))
            return false;
        if (!included)
            continue;
        if (str_is(f->name, "mode"))
            ok = !page->mode || !page->mode[i].n || graphql_run_text(r, o, f, quoted(r, page->mode[i]));
        else if (str_is(f->name, "score"))
            ok = !page->score || !page->score[i].n || graphql_run_text(r, o, f, page->score[i]);
        else if (str_is(f->name, "resource")) {
            struct gql_object *inner =
                graphql_run_object(r, graphql_out_member(r->arena, o, f->alias, GQL_ONE, f->place));
            ok = inner && add_resource(r, &page->item[i], f, inner);
        } else
            ok = graphql_out_fail(r->err, f->place, STR("mode, score eller resource väntades"),
                                  STR("expected mode, score or resource"));
        if (!ok)
            return false;
    }
    return true;
}

static bool run_edges(struct gql_run *r, const struct graphql_page *page, const struct gql_selection *s,
                      struct gql_object *o)
{
    struct gql_member *m = graphql_out_member(r->arena, o, s->alias, GQL_MANY, s->place);
    for (size_t i = 0; i < page->count; i++) {
        struct gql_object *inner = graphql_run_object(r, m);
        if (!inner || !run_edge(r, page, i, s, inner))
            return false;
    }
    return true;
}

static bool run_connection_field(struct gql_run *r, const struct graphql_page *page,
                                 const struct gql_selection *f, struct gql_object *o)
{
    const struct {
        const char *name;
        struct str link;
    } links[] = {
        {"first", page->first}, {"previous", page->previous}, {"next", page->next}, {"last", page->last}};
    const struct {
        const char *name;
        bool has;
        uint64_t value;
    } numbers[] = {{"count", page->has_total, page->total},
                   {"offset", true, page->offset},
                   {"pagesize", true, page->page_size}};
    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
        if (str_is(f->name, links[i].name))
            return !links[i].link.n || graphql_run_text(r, o, f, quoted(r, links[i].link));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        if (str_is(f->name, numbers[i].name))
            return !numbers[i].has ||
                   graphql_run_text(r, o, f,
                                    arena_printf(r->arena, "%llu", (unsigned long long)numbers[i].value));
    if (str_is(f->name, "edges"))
        return run_edges(r, page, f, o);
    return graphql_out_fail(r->err, f->place,
                            arena_printf(r->arena, "%.*s finns inte i en Connection", STR_ARG(f->name)),
                            arena_printf(r->arena, "%.*s is not in a Connection", STR_ARG(f->name)));
}

static bool run_connection(struct gql_run *r, const struct graphql_page *page, const struct gql_selection *s,
                           struct gql_object *o)
{
    struct gql_object *inner =
        graphql_run_object(r, graphql_out_member(r->arena, o, s->alias, GQL_ONE, s->place));
    for (size_t i = 0; inner && i < s->count; i++) {
        bool included;
        if (!graphql_args_included(r, &s->item[i], &included) ||
            (included && !run_connection_field(r, page, &s->item[i], inner)))
            return false;
    }
    return inner != NULL;
}

bool graphql_host_search(struct gql_run *r, const struct gql_focus *focus, const struct gql_selection *field,
                         struct gql_object *o, bool *handled)
{
    static const struct {
        struct str end;
        bool (*run)(struct gql_run *r, const struct graphql_page *page, const struct gql_selection *s,
                    struct gql_object *o);
        bool system; /* only there */
    } kinds[] = {{{"List", 4}, run_list, false},
                 {{"Connection", 10}, run_connection, false},
                 {{"", 0}, run_single, true}};
    *handled = false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct str end = kinds[i].end, name = field->name;
        if (!str_ends(name, end) || (kinds[i].system && focus->doc) ||
            (focus->doc && focus->node != focus->resource))
            continue;
        fhir_type_id type = fhir_resource_find(str_sub(name, 0, name.n - end.n));
        if (!type)
            continue;
        struct graphql_page page;
        *handled = true;
        return search(r, focus, field, type, &page) && kinds[i].run(r, &page, field, o);
    }
    return true;
}
