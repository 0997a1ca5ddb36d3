/* SPDX-License-Identifier: Apache-2.0 */
#include "api/view_source.h"

#include <stdlib.h>

#include "base/os.h"
#include "fhir_gen/names.h"

bool view_source_definition(struct store_read *r, struct str id, struct arena *arena, struct json_doc *doc,
                            struct err *err)
{
    struct store_version v;
    enum store_found found = store_get(r, FHIR_TYPE_ViewDefinition, id, arena, &v, err);
    if (found == STORE_FOUND)
        return json_parse(arena, v.body, &fhir_names, doc, err);
    if (found == STORE_FAILED)
        return false;
    struct str name = arena_printf(arena, "ViewDefinition/%.*s", (int)(id.n < 64 ? id.n : 64), id.p);
    return err_set_str(err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND, name, STR(""));
}

struct patients {
    struct store_read *read;
    struct arena *arena;
    store_rid *rid;
    size_t count, cap;
    struct err *err;
};

static bool add_rid(struct patients *p, store_rid rid)
{
    if (p->count == VIEW_SOURCE_PATIENTS_MAX)
        return err_set(p->err, ERR_SEARCH_LIMIT, "patient", "100000", NULL);
    if (p->count == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 64;
        p->rid = arena_grow(p->arena, p->rid, p->count, cap, sizeof *p->rid);
        p->cap = cap;
        if (!p->rid)
            return err_set(p->err, ERR_NO_MEMORY, NULL);
    }
    p->rid[p->count++] = rid;
    return true;
}

/* "Type/id" or "id" as id; false for another type or another server. */
static bool id_of(struct str text, const char *type, struct str *id)
{
    size_t slash = str_find(text, '/', 0);
    *id = slash == SIZE_MAX ? text : str_sub(text, slash + 1, text.n);
    return id->n && (slash == SIZE_MAX || str_is(str_sub(text, 0, slash), type)) &&
           str_find(*id, '/', 0) == SIZE_MAX;
}

/* The current version of what the parameter names. */
static bool find(struct patients *p, fhir_type_id type, struct str text, const char *param,
                 struct store_version *out)
{
    struct str id;
    if (!id_of(text, fhir_types[type].name, &id))
        return err_set_str(p->err, ERR_PARAM_VALUE, text, str_of(param));
    switch (store_get(p->read, type, id, p->arena, out, p->err)) {
    case STORE_FOUND:
        return true;
    case STORE_FAILED:
        return false;
    default:
        return err_set(p->err, ERR_NOT_FOUND,
                       arena_printf(p->arena, "%s/%.*s", fhir_types[type].name, STR_ARG(id)).p, NULL);
    }
}

/* A member that is a patient of this store. Former members, and patients of elsewhere, have no rows here. */
static bool add_member(struct patients *p, const struct json_doc *doc, uint32_t member)
{
    uint32_t entity = json_get(doc, member, FHIR_NAME_entity),
             gone = json_get(doc, member, FHIR_NAME_inactive);
    struct str id, text;
    struct store_version v;
    if (entity == UINT32_MAX || (gone != UINT32_MAX && doc->nodes[gone].kind == JSON_TRUE))
        return true;
    text = json_text(doc, json_get(doc, entity, FHIR_NAME_reference));
    if (str_find(text, '/', 0) == SIZE_MAX || !id_of(text, "Patient", &id))
        return true;
    switch (store_get(p->read, FHIR_TYPE_Patient, id, p->arena, &v, p->err)) {
    case STORE_FOUND:
        return add_rid(p, v.rid);
    case STORE_FAILED:
        return false;
    default:
        return true;
    }
}

static bool add_group(struct patients *p, struct str text)
{
    struct store_version v;
    struct json_doc doc;
    if (!find(p, FHIR_TYPE_Group, text, "group", &v) ||
        !json_parse(p->arena, v.body, &fhir_names, &doc, p->err))
        return false;
    uint32_t list = json_get(&doc, 0, FHIR_NAME_member);
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(&doc, list, m)
    if (!add_member(p, &doc, m))
        return false;
    return true;
}

static int by_rid(const void *a, const void *b)
{
    store_rid x = *(const store_rid *)a, y = *(const store_rid *)b;
    return (x > y) - (x < y);
}

static bool find_patients(struct patients *p, const struct view_source_ask *ask)
{
    struct store_version v;
    for (size_t i = 0; i < ask->patient_count; i++)
        if (!find(p, FHIR_TYPE_Patient, ask->patients[i], "patient", &v) || !add_rid(p, v.rid))
            return false;
    for (size_t i = 0; i < ask->group_count; i++)
        if (!add_group(p, ask->groups[i]))
            return false;
    if (p->count)
        qsort(p->rid, p->count, sizeof *p->rid, by_rid);
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++)
        if (i == 0 || p->rid[i] != p->rid[i - 1])
            p->rid[kept++] = p->rid[i];
    p->count = kept;
    return true;
}

bool view_source_init(struct view_source *s, struct store *store, struct terms *terms, struct store_read *r,
                      const struct view *v, struct view_out *out, const struct view_source_ask *ask,
                      struct arena *arena, struct err *err)
{
    struct patients p = {.read = r, .arena = arena, .err = err};
    *s = (struct view_source){
        .store = store, .view = v, .out = out, .limit = ask->limit, .now_ms = os_now_ms()};
    s->terms = terms_session_new(terms);
    arena_init(&s->arena);
    arena_limit(&s->arena, VIEW_SOURCE_MEMORY_MAX);
    s->slice =
        (struct store_as_of){.type = view_type(v), .seq = store_read_seq(r), .since_ms = ask->since_ms};
    if (ask->patient_count == 0 && ask->group_count == 0)
        return true;
    if (!find_patients(&p, ask))
        return false;
    s->slice.compartment = true;
    s->slice.patients = p.rid;
    s->slice.patient_count = p.count;
    s->ended = p.count == 0; /* of nobody: no rows */
    return true;
}

void view_source_release(struct view_source *s)
{
    terms_session_free(s->terms);
    arena_release(&s->arena);
}

static bool each_row(void *arg, const struct view_cell *cells, struct err *err)
{
    struct view_source *s = arg;
    if (!view_out_row(s->out, cells, err))
        return false;
    s->ended = s->limit && view_out_rows(s->out) >= s->limit;
    return !s->ended;
}

static bool each_version(void *arg, const struct store_version *v)
{
    struct view_source *s = arg;
    arena_reset(&s->arena);
    s->resources++;
    return view_run_text(s->view, v->body, s->now_ms, terms_session_path(s->terms), &s->arena, each_row, s,
                         NULL, s->err);
}

bool view_source_next(struct view_source *s, struct err *err)
{
    struct store_read *r = store_read_begin(s->store, err);
    bool more = false;
    store_rid last = 0;
    if (!r)
        return false;
    if (s->seen)
        store_read_view(r, s->seen);
    *err = (struct err){0};
    s->err = err;
    terms_session_read(s->terms, r, s->slice.seq);
    bool ok = store_as_of(r, &s->slice, each_version, s, &last, &more, err) && err->code == ERR_OK;
    if (s->given)
        s->given(s->given_arg, r);
    store_read_end(r);
    s->slice.after_rid = last;
    s->ended |= !more;
    return ok;
}

bool view_source_node(struct view_source *s, struct store_read *r, const struct json_doc *doc, uint32_t node,
                      struct err *err)
{
    struct view_input in = {
        .doc = doc, .resource = node, .now_ms = s->now_ms, .terms = terms_session_path(s->terms)};
    terms_session_read(s->terms, r, 0);
    arena_reset(&s->arena);
    s->resources++;
    return view_run(s->view, &in, &s->arena, each_row, s, err) || err->code == ERR_OK;
}
