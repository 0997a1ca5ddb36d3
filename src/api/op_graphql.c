/* SPDX-License-Identifier: Apache-2.0
 * $graphql on a resource and on the system (http://hl7.org/fhir/R4/graphql.html): GET with query=, POST of
 * application/graphql, or of JSON with query, operationName and variables. Errors come as GraphQL has them,
 * with the OperationOutcome in extensions.resource. */
#include "api/api_int.h"
#include "base/os.h"
#include "fhir_gen/names.h"
#include "graphql/graphql.h"
#include "terms/terms.h"

struct gql_call {
    struct call *call;
    struct store_read *read;
    struct terms_session *terms;
    struct str query, operation, variables_text;
    struct json_doc *body, *variables;
    uint32_t variables_node;
};

/* ---- the request ---- */

static bool read_query(struct gql_call *g, struct err *err)
{
    static const char *const known[] = {"query", "operationName", "variables", NULL};
    struct call *c = g->call;
    if (!call_params_only(c, known, err))
        return false;
    g->query = call_param(c, "query");
    g->operation = call_param(c, "operationName");
    g->variables_text = call_param(c, "variables");
    return true;
}

static bool read_json(struct gql_call *g, struct err *err)
{
    struct call *c = g->call;
    g->body = ARENA_NEW(c->arena, struct json_doc);
    if (!g->body)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(c->arena, c->body, NULL, g->body, err))
        return false;
    if (g->body->nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_GRAPHQL, "{\"query\": …}", "{\"query\": …}", NULL);
    g->query = json_text(g->body, json_get_key(g->body, 0, STR("query")));
    g->operation = json_text(g->body, json_get_key(g->body, 0, STR("operationName")));
    uint32_t node = json_get_key(g->body, 0, STR("variables"));
    if (node != UINT32_MAX && g->body->nodes[node].kind == JSON_OBJECT) {
        g->variables = g->body;
        g->variables_node = node;
    }
    return true;
}

static bool read_request(struct gql_call *g, struct err *err)
{
    struct call *c = g->call;
    struct str type = c->wants.content_type;
    size_t end = str_find(type, ';', 0);
    type = str_sub(type, 0, end == SIZE_MAX ? type.n : end);
    if (!read_query(g, err))
        return false;
    if (str_is(c->method, "POST") && c->body.n) {
        if (str_is(type, "application/graphql"))
            g->query = c->body;
        else if (!str_is(type, "application/json"))
            return err_set_str(err, ERR_CONTENT_TYPE_GRAPHQL, type, STR(""));
        else if (!read_json(g, err))
            return false;
    }
    if (g->variables_text.n) {
        g->variables = ARENA_NEW(c->arena, struct json_doc);
        if (!g->variables)
            return err_set(err, ERR_NO_MEMORY, NULL);
        if (!json_parse(c->arena, g->variables_text, NULL, g->variables, err))
            return false;
    }
    return g->query.n || err_set(err, ERR_PARAM_MISSING, "query", "graphql", NULL);
}

/* ---- the host ---- */

static bool parse_body(struct arena *arena, struct str body, struct graphql_resource *out, struct err *err)
{
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    if (!doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, body, &fhir_names, doc, err))
        return false;
    fhir_type_tree(doc, 0);
    *out = (struct graphql_resource){doc, 0};
    return true;
}

/* "Type/id", "Type/id/_history/v" and the same under our own address. */
static bool resolve(void *arg, struct str reference, struct arena *arena, struct graphql_resource *out,
                    struct err *err)
{
    struct gql_call *g = arg;
    struct str base = g->call->base, rest = reference, type, id, history, version;
    struct store_version v;
    uint64_t number = 0;
    *out = (struct graphql_resource){0};
    if (str_starts(rest, base) && rest.n > base.n && rest.p[base.n] == '/')
        rest = str_sub(rest, base.n + 1, rest.n);
    str_split(&rest, '/', &type);
    fhir_type_id t = fhir_resource_find(type);
    if (!t || !rest.p || !str_split(&rest, '/', &id) || !fhir_prim_valid(FHIR_PRIM_ID, id))
        return true;
    if (rest.p && (!str_split(&rest, '/', &history) || !str_is(history, "_history") || !rest.p ||
                   !str_split(&rest, '/', &version) || !str_u64(version, UINT32_MAX, &number)))
        return true;
    enum store_found found = number ? store_get_version(g->read, t, id, (uint32_t)number, arena, &v, err)
                                    : store_get(g->read, t, id, arena, &v, err);
    if (found == STORE_FAILED)
        return false;
    return found != STORE_FOUND || parse_body(arena, v.body, out, err);
}

static bool search(void *arg, fhir_type_id type, const struct graphql_param *params, size_t count,
                   struct arena *arena, struct graphql_page *out, struct err *err)
{
    struct gql_call *g = arg;
    struct search *s = g->call->api->search;
    struct search_query q;
    struct search_page page;
    struct search_param *list = ARENA_ARRAY(arena, struct search_param, count + 1);
    *out = (struct graphql_page){0};
    if (!list)
        return err_set(err, ERR_NO_MEMORY, NULL);
    size_t n = 0;
    struct str cursor = {0};
    for (size_t i = 0; i < count; i++)
        if (str_is(params[i].name, "_cursor"))
            cursor = params[i].value;
        else
            list[n++] = (struct search_param){params[i].name, params[i].value};
    if (!search_parse(s, g->read, type, list, n, false, arena, &q, err))
        return false;
    q.plan.cursor = cursor;
    if (!search_run(s, g->read, &q, arena, &page, err))
        return false;
    out->item = ARENA_ARRAY(arena, struct graphql_resource, page.match_count + 1);
    out->mode = ARENA_ARRAY(arena, struct str, page.match_count + 1);
    if (!out->item || !out->mode)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (; out->count < page.match_count; out->count++) {
        out->mode[out->count] = STR("match");
        if (!parse_body(arena, page.match[out->count].body, &out->item[out->count], err))
            return false;
    }
    out->has_total = page.has_total;
    out->total = page.total;
    out->page_size = q.plan.limit;
    out->next = page.more ? page.next : (struct str){0};
    return true;
}

static const struct path_expr *compile(void *arg, struct arena *arena, struct str text, fhir_type_id type,
                                       struct err *err)
{
    struct gql_call *g = arg;
    return path_cache_compile(g->call->api->paths, arena, text, type, true, err);
}

/* ---- the answer ---- */

static bool answer(struct call *c, struct buf *out, int status)
{
    resource_answer_buf(c, out, status);
    if (c->resp->status == status)
        c->resp->content_type = "application/json";
    return true;
}

static bool answer_error(struct call *c, const struct err *err)
{
    struct buf out, text, outcome;
    struct json_out o;
    buf_init(&out, GRAPHQL_BYTES_MAX);
    buf_init(&text, BUF_NO_MAX);
    buf_init(&outcome, BUF_NO_MAX);
    err_text(err, c->wants.lang, &text);
    outcome_write(&outcome, err, 1, c->wants.lang);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_array(&o, "errors");
    json_out_object(&o, NULL);
    json_out_string(&o, "message", buf_get(&text));
    if (err->line) {
        json_out_array(&o, "locations");
        json_out_object(&o, NULL);
        json_out_i64(&o, "line", err->line);
        json_out_i64(&o, "column", err->column);
        json_out_end_object(&o);
        json_out_end_array(&o);
    }
    json_out_object(&o, "extensions");
    json_out_raw(&o, "resource", buf_get(&outcome));
    json_out_end_object(&o);
    json_out_end_object(&o);
    json_out_end_array(&o);
    json_out_end_object(&o);
    buf_release(&text);
    buf_release(&outcome);
    return answer(c, &out, err_info(err->code)->http);
}

static bool focus_of(struct gql_call *g, struct graphql_resource *out, struct err *err)
{
    struct call *c = g->call;
    struct store_version v;
    if (!c->id.n)
        return true;
    enum store_found found = store_get(g->read, c->type, c->id, c->arena, &v, err);
    if (found == STORE_FOUND)
        return parse_body(c->arena, v.body, out, err);
    return found != STORE_FAILED && err_set_str(err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND,
                                                resource_name(c->arena, c->type, c->id), STR(""));
}

static bool run(struct gql_call *g, struct buf *out, struct err *err)
{
    struct graphql_request q = {
        .operation = g->operation,
        .variables = g->variables,
        .variables_node = g->variables_node,
        .host = {.arg = g,
                 .resolve = resolve,
                 .search = search,
                 .compile = compile,
                 .now_ms = os_now_ms(),
                 .terms = terms_session_path(g->terms)},
    };
    q.document = graphql_parse(g->call->arena, g->query, err);
    if (!q.document || !focus_of(g, &q.focus, err))
        return false;
    buf_cstr(out, "{\"data\":");
    bool ok = graphql_run(&q, g->call->arena, out, err);
    buf_char(out, '}');
    return ok;
}

bool op_graphql_run(struct call *c)
{
    struct err err = {0};
    struct gql_call g = {.call = c};
    struct buf out;
    if (!read_request(&g, &err))
        return answer_error(c, &err);
    g.read = call_read_begin(c, &err);
    if (!g.read)
        return outcome_fail(c, &err);
    buf_init(&out, GRAPHQL_BYTES_MAX);
    g.terms = terms_session_new(c->api->terms);
    terms_session_read(g.terms, g.read, 0);
    bool ok = run(&g, &out, &err);
    terms_session_free(g.terms);
    call_read_end(c, g.read);
    if (ok)
        return answer(c, &out, 200);
    buf_release(&out);
    return answer_error(c, &err);
}
